"""The chat as a child process, and clients of it by RFC 6455 that can misbehave."""
import base64
import hashlib
import json
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
from pathlib import Path

PATIENCE = 20  # seconds, for what has to happen at all
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def make_certificate(folder):
    """A key and a certificate for localhost that are good for a day; their paths."""
    certificate, key = Path(folder, "certificate.pem"), Path(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
                    "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


class Chat:
    """The program; `options` are those of its command line."""

    def __init__(self, program, certificate, key, *options):
        self.folder = tempfile.TemporaryDirectory()
        self.certificate = certificate
        self.told = False
        self.witness = Path(self.folder.name, "witness")
        self.errors = open(Path(self.folder.name, "stderr"), "w+")
        self.process = subprocess.Popen(
            [program, "--port", "0", *options, certificate, key], stdout=subprocess.PIPE,
            stderr=self.errors, text=True, env={**os.environ, "AGLET_WITNESS": str(self.witness)})
        line = self.process.stdout.readline()
        match = re.match(r"listening on 127\.0\.0\.1 port (\d+)\n", line)
        if not match:
            self.remove()
            raise AssertionError(f"the chat does not listen: {line}")
        self.port = int(match[1])

    def stop(self, number=signal.SIGTERM):
        """Tells it to end; once, since the second signal would end it at once."""
        if not self.told:
            self.told = True
            self.process.send_signal(number)

    def wait(self):
        """Its status, after it was told to end; what it said last is in last_words."""
        self.last_words = self.process.communicate(timeout=PATIENCE)[0]
        return self.process.returncode

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read()

    def defects(self):
        """What the runtime has reported. A machine that is busy makes steps slow."""
        lines = self.witness.read_text().splitlines() if self.witness.exists() else []
        return [line for line in lines if json.loads(line)["kind"] != "slow-step"]

    def remove(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()
        self.folder.cleanup()

    def connect(self, **more):
        return Client(self.port, self.certificate, **more)


class Client:
    """A connection over TLS, before the handshake of the WebSocket."""

    def __init__(self, port, certificate, buffer=None):
        self.port = port
        plain = socket.socket()
        plain.settimeout(PATIENCE)
        if buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        try:
            plain.connect(("127.0.0.1", port))
            context = ssl.create_default_context(cafile=certificate)
            self.socket = context.wrap_socket(plain, server_hostname="localhost")
        except OSError:
            plain.close()
            raise
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.abort()

    def abort(self):
        """Goes without a word."""
        self.file.close()
        self.socket.close()

    def read_head(self):
        """An answer's status and headers."""
        status = int(self.file.readline().split()[1])
        headers = {}
        while (line := self.file.readline().decode()) != "\r\n":
            name, value = line.split(":", 1)
            headers[name.lower()] = value.strip()
        return status, headers

    def request(self, target, method="GET", **headers):
        """Sends a request; headers' names have '_' for '-'. The answer's status and headers."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: localhost:{self.port}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value]
        self.socket.sendall("\r\n".join(lines + ["", ""]).encode())
        return self.read_head()

    def body(self, headers):
        return self.file.read(int(headers["content-length"]))

    def upgrade(self, **headers):
        """Asks for the WebSocket. The answer's status and headers; checks that it is one."""
        key = base64.b64encode(os.urandom(16)).decode()
        status, answer = self.request("/chat", **{
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Version": "13",
            "Sec_WebSocket_Key": key, **headers})
        if status == 101:
            guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            accept = base64.b64encode(hashlib.sha1((key + guid).encode()).digest()).decode()
            assert answer["sec-websocket-accept"] == accept, answer
        return status, answer

    @staticmethod
    def frame(opcode, data=b"", fin=True, masked=True, reserved=0):
        head = bytes([fin << 7 | reserved << 4 | opcode])
        mask = 128 if masked else 0
        if len(data) < 126:
            head += bytes([mask | len(data)])
        elif len(data) < 65536:
            head += struct.pack(">BH", mask | 126, len(data))
        else:
            head += struct.pack(">BQ", mask | 127, len(data))
        if not masked:
            return head + data
        key = os.urandom(4)
        whole = int.from_bytes(data, "big") ^ int.from_bytes(
            (key * (len(data) // 4 + 1))[:len(data)], "big")
        return head + key + whole.to_bytes(len(data), "big")

    def send(self, opcode, data=b"", **more):
        self.socket.sendall(self.frame(opcode, data, **more))

    def say(self, text):
        self.send(TEXT, text.encode())

    def read_frame(self):
        """The next frame's opcode and data; None when the stream ends by a goodbye of TLS."""
        head = self.file.read(2)
        if not head:
            return None
        assert head[0] & 0xf0 == 0x80, "a server's frame is whole and has no reserved bits"
        assert not head[1] & 0x80, "a server's frame is not masked"
        length = head[1]
        if length == 126:
            length, = struct.unpack(">H", self.file.read(2))
            assert length > 125
        elif length == 127:
            length, = struct.unpack(">Q", self.file.read(8))
            assert length > 65535
        data = self.file.read(length)
        assert len(data) == length, "the stream ends in a frame"
        return head[0] & 15, data

    def read(self):
        """The next message; answers pings."""
        while True:
            frame = self.read_frame()
            if not frame or frame[0] != PING:
                return frame
            self.send(PONG, frame[1])

    def close_status(self):
        """Reads up to a close frame. Its status, 0 without one."""
        while True:
            frame = self.read()
            assert frame, "the stream ends without a close frame"
            if frame[0] == CLOSE:
                return struct.unpack(">H", frame[1][:2])[0] if frame[1] else 0

    def goodbye(self, status=1000):
        """Ends the WebSocket as it should be. The status with which the server answers."""
        self.send(CLOSE, struct.pack(">H", status))
        answer = self.close_status()
        assert self.read_frame() is None, "a frame after the close frame"
        return answer
