"""The service as a child process, and clients that can misbehave."""
import json
import os
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import tempfile
from pathlib import Path

PATIENCE = 20  # seconds, for what has to happen at all


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Client:
    """A connection on which bytes are sent as they are, and answers are read."""

    def __init__(self, port, buffer=None):
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        try:
            self.socket.connect(("127.0.0.1", port))
        except OSError:
            self.socket.close()
            raise
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def read(self, head_only=False):
        """The next answer; None at the end of the stream."""
        line = self.file.readline()
        if not line:
            return None
        version, status, _ = line.decode().split(" ", 2)
        assert version == "HTTP/1.1", line
        headers = {}
        while (line := self.file.readline()) != b"\r\n":
            name, value = line.decode().split(":", 1)
            headers[name.lower()] = value.strip()
        length = 0 if head_only else int(headers.get("content-length", 0))
        body = self.file.read(length)
        assert len(body) == length, "the answer ends too early"
        return Answer(int(status), headers, body)

    def ask(self, method, path, body=None, headers=""):
        self.send(request(method, path, body, headers))
        return self.read(method == "HEAD")

    def at_end(self):
        """Waits for the end of the stream; true if nothing came before it."""
        return self.file.read(1) == b""


def request(method, path, body=None, headers=""):
    length = f"Content-Length: {len(body)}\r\n" if body is not None else ""
    return f"{method} {path} HTTP/1.1\r\nHost: a\r\n{headers}{length}\r\n".encode() + (body or b"")


class Service:
    """Runs the program in debug mode, on a free port and a database of its own."""

    def __init__(self, program, *options, database=None, debug=True, environment=None):
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        self.database = database or folder / "items.db"
        self.reports = folder / "reports"
        self.errors = open(folder / "stderr", "w+", encoding="utf-8")
        environment = dict(os.environ, **(environment or {}))
        if debug:
            environment["AGLET_WITNESS"] = str(self.reports)
        # Python ignores SIGXFSZ, and so does its child then: a write beyond the limit fails.
        self.process = subprocess.Popen([program, "--port", "0", *options, str(self.database)],
                                        env=environment, stdout=subprocess.PIPE,
                                        stderr=self.errors, text=True, restore_signals=False)
        line = self.process.stdout.readline()
        match = re.fullmatch(r"listening on 127\.0\.0\.1 port (\d+)\n", line)
        if not match:
            self.process.kill()
            raise AssertionError(f"the service said {line!r}, {self.stderr()!r}")
        self.port = int(match[1])
        self.last_words = None

    def client(self, **options):
        return Client(self.port, **options)

    def terminate(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self):
        """The exit status; what the service says at its end is in `last_words` then."""
        if self.last_words is None:
            self.last_words = self.process.communicate(timeout=PATIENCE)[0]
        return self.process.returncode

    def stop(self):
        self.terminate()
        return self.wait()

    def limit_files(self, size):
        """Lets no file of the service grow beyond so many bytes, as a full disk would."""
        _, most = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, most))

    def write_ahead_log(self):
        """True if there is one: the database was not closed."""
        return Path(f"{self.database}-wal").exists()

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read()

    def defects(self):
        """What the runtime has reported. A machine that is busy makes steps slow."""
        lines = self.reports.read_text().splitlines() if self.reports.exists() else []
        return [line for line in lines if json.loads(line)["kind"] != "slow-step"]

    def rows(self):
        """Checks the file, and returns its rows."""
        connection = sqlite3.connect(self.database)
        try:
            check = connection.execute("PRAGMA integrity_check").fetchall()
            assert check == [("ok",)], check
            return dict(connection.execute("SELECT name, value FROM item"))
        finally:
            connection.close()

    def locked(self):
        """Keeps writers out of the database, as another process may."""
        return Locked(self.database)

    def remove(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.errors.close()
        self.folder.cleanup()


class Locked:
    def __init__(self, database):
        self.connection = sqlite3.connect(database, isolation_level=None)
        self.connection.execute("BEGIN IMMEDIATE")

    def release(self):
        if self.connection:
            self.connection.execute("ROLLBACK")
            self.connection.close()
        self.connection = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.release()
