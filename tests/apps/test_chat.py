#!/usr/bin/env python3
"""The chat, run for real: test_chat.py PROGRAM [UNITTEST ARGUMENTS].

Each test ends its chat by SIGTERM. Whatever the test was about, the chat has to end with status 0,
without a task that is left, and without a defect that the runtime saw.
"""
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

from chat_client import (BINARY, CLOSE, CONTINUATION, PATIENCE, PING, PONG, TEXT, Chat, Client,
                         make_certificate)

PROGRAM = None


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.certificate, cls.key = make_certificate(folder.name)

    def start(self, *options):
        chat = Chat(PROGRAM, self.certificate, self.key, *options)
        self.addCleanup(chat.remove)
        self.addCleanup(self.check_end, chat)
        return chat

    def check_end(self, chat):
        chat.stop()
        self.assertEqual(chat.wait(), 0, chat.stderr())
        self.assertRegex(chat.last_words,
                         r"\Astopped after \d+ messages of \d+ clients, \d+ dropped, 0 tasks left\n\Z")
        self.assertEqual(chat.defects(), [])
        self.assertEqual(chat.stderr(), "")

    def connect(self, chat, **more):
        client = chat.connect(**more)
        self.addCleanup(client.abort)
        return client

    def join(self, chat, **more):
        """A client that chats."""
        client = self.connect(chat, **more)
        self.assertEqual(client.upgrade()[0], 101)
        return client


class Messages(Case):
    def test_everybody_gets_it(self):
        chat = self.start()
        ann, bob = self.join(chat), self.join(chat)
        ann.say("hello")
        bob.say("grüß dich")
        for client in ann, bob:
            heard = {client.read(), client.read()}
            self.assertEqual(heard, {(TEXT, b"hello"), (TEXT, "grüß dich".encode())})

    def test_all_lengths(self):
        client = self.join(self.start())
        for length in 0, 1, 125, 126, 4096, 16384, 65535, 65536:
            data = os.urandom(length)
            client.send(BINARY, data)
            self.assertEqual(client.read(), (BINARY, data))

    def test_fragments(self):
        client = self.join(self.start())
        text = "Ω" * 300
        data = text.encode()
        client.send(TEXT, data[:1], fin=False)  # in the middle of a character
        client.send(PING, b"between")
        client.send(CONTINUATION, data[1:99], fin=False)
        client.send(CONTINUATION, b"", fin=False)
        client.send(CONTINUATION, data[99:])
        self.assertEqual(client.read(), (PONG, b"between"))
        self.assertEqual(client.read(), (TEXT, data))

    def test_byte_by_byte(self):
        client = self.join(self.start())
        for byte in Client.frame(TEXT, b"x" * 200):
            client.socket.sendall(bytes([byte]))
        self.assertEqual(client.read(), (TEXT, b"x" * 200))

    def test_many_in_one_piece(self):
        """More messages at once than wait for a client: nobody is dropped who reads them."""
        chat = self.start("--queue", "4")
        ann, bob = self.join(chat), self.join(chat)
        sent = [str(i).encode() for i in range(500)]
        reader = threading.Thread(target=lambda: heard.extend(bob.read()[1] for _ in sent))
        heard = []
        reader.start()
        ann.socket.sendall(b"".join(Client.frame(TEXT, data) for data in sent))
        self.assertEqual([ann.read()[1] for _ in sent], sent)
        reader.join(PATIENCE)
        self.assertEqual(heard, sent)

    def test_order_of_many_clients(self):
        """Each client is used by one thread: a connection of Python's ssl is not safe in two, one
        that is read while it is written can seem to have ended."""
        chat = self.start("--queue", "1000")
        clients = [self.join(chat) for _ in range(8)]
        heard = [[] for _ in clients]
        def talk(number, client):
            for i in range(20):
                client.say(f"{number} {i}")
            heard[number] += (client.read()[1] for _ in range(160))
        threads = [threading.Thread(target=talk, args=pair) for pair in enumerate(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([len(one) for one in heard], [160] * 8)
        self.assertTrue(all(one == heard[0] for one in heard), "not all heard the same")
        for number in range(8):
            own = [text for text in heard[0] if text.startswith(b"%d " % number)]
            self.assertEqual(own, [b"%d %d" % (number, i) for i in range(20)])

    def test_going_is_no_matter_to_the_others(self):
        chat = self.start()
        ann, bob, eve = self.join(chat), self.join(chat), self.join(chat)
        bob.abort()
        self.assertEqual(eve.goodbye(), 1000)
        ann.say("alone")
        self.assertEqual(ann.read(), (TEXT, b"alone"))


class Rules(Case):
    """What a client must not do, and the status with which it is told so."""

    def refused(self, *options):
        chat = self.start(*options)
        client, other = self.join(chat), self.join(chat)
        def send(data):
            client.socket.sendall(data)
            status = client.close_status()
            self.assertIsNone(client.read_frame(), "a frame after the close frame")
            other.say("still here")
            self.assertEqual(other.read(), (TEXT, b"still here"), "the message was passed on")
            return status
        return send

    def test_too_big(self):
        send = self.refused("--message", "1000")
        self.assertEqual(send(Client.frame(TEXT, b"x" * 1001)), 1009)

    def test_too_big_in_fragments(self):
        send = self.refused("--message", "1000")
        parts = [Client.frame(opcode, b"x" * 400, fin=False)
                 for opcode in (TEXT, CONTINUATION, CONTINUATION)]
        self.assertEqual(send(b"".join(parts)), 1009)

    def test_too_big_and_still_sending(self):
        """More than the buffers hold: the rest is read, or the connection would be reset."""
        send = self.refused("--message", "1000")
        self.assertEqual(send(Client.frame(TEXT, b"x" * 16000000)), 1009)

    def test_end_after_a_refusal(self):
        """The chat says that it is done, so the client need not be waited for, nor wait."""
        client = self.join(self.start())
        client.send(TEXT, b"\xff")
        begin = time.monotonic()
        self.assertEqual(client.close_status(), 1007)
        self.assertIsNone(client.read_frame())
        self.assertLess(time.monotonic() - begin, 0.8)

    def test_length_that_is_a_lie(self):
        send = self.refused()
        self.assertEqual(send(bytes([0x81, 0xff]) + struct.pack(">Q", 2**63 - 1) + bytes(5)), 1009)

    def test_not_utf8(self):
        for data in b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"cut \xc3":
            with self.subTest(data):
                self.assertEqual(self.refused()(Client.frame(TEXT, data)), 1007)

    def test_not_utf8_across_fragments(self):
        parts = Client.frame(TEXT, b"\xc3", fin=False) + Client.frame(CONTINUATION, b"(")
        self.assertEqual(self.refused()(parts), 1007)

    def test_not_masked(self):
        self.assertEqual(self.refused()(Client.frame(TEXT, b"x", masked=False)), 1002)

    def test_reserved_bits(self):
        self.assertEqual(self.refused()(Client.frame(TEXT, b"x", reserved=4)), 1002)

    def test_unknown_opcode(self):
        self.assertEqual(self.refused()(Client.frame(3, b"x")), 1002)

    def test_continuation_of_nothing(self):
        self.assertEqual(self.refused()(Client.frame(CONTINUATION, b"x")), 1002)

    def test_message_in_a_message(self):
        self.assertEqual(self.refused()(Client.frame(TEXT, b"x", fin=False) +
                                        Client.frame(TEXT, b"y")), 1002)

    def test_long_ping(self):
        """wslay sends no status here."""
        self.assertEqual(self.refused()(Client.frame(PING, b"x" * 126)), 0)

    def test_bad_close(self):
        for data in struct.pack(">H", 999), struct.pack(">H", 1005):
            with self.subTest(data):
                self.assertEqual(self.refused()(Client.frame(CLOSE, data)), 1002)

    def test_close_is_answered(self):
        chat = self.start()
        for status in 1000, 1001, 3000, 4999:
            self.assertEqual(self.join(chat).goodbye(status), status)


class Liveness(Case):
    def test_ping_is_answered(self):
        client = self.join(self.start())
        for data in b"x" * 125, b"", b"again":
            client.send(PING, data)
            self.assertEqual(client.read(), (PONG, data))

    def test_asked_and_alive(self):
        client = self.join(self.start("--ping", "100", "--pong", "1000"))
        for _ in range(4):
            self.assertEqual(client.read_frame(), (PING, b""))
            client.send(PONG)
        client.say("here")
        self.assertEqual(client.read(), (TEXT, b"here"))

    def test_asked_while_others_talk(self):
        chat = self.start("--ping", "100", "--pong", "1000")
        ann, bob = self.join(chat), self.join(chat)
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            ann.say("x")
            ann.read()
            time.sleep(0.02)
        heard = []
        while not heard or heard[-1][0] != PING:
            heard.append(bob.read_frame())
        self.assertLess(len(heard), 20)

    def test_dead(self):
        client = self.join(self.start("--ping", "100", "--pong", "300"))
        begin = time.monotonic()
        self.assertEqual(client.read_frame(), (PING, b""))
        self.assertIsNone(client.read_frame(), "the chat goes on waiting")
        self.assertGreater(time.monotonic() - begin, 0.35)
        self.assertLess(time.monotonic() - begin, 5)

    def test_slow_client_is_dropped(self):
        chat = self.start("--queue", "8", "--message", "100000")
        slow, ann, bob = self.join(chat, buffer=4096), self.join(chat), self.join(chat)
        data = b"x" * 100000
        longest = 0
        for _ in range(100):
            begin = time.monotonic()
            ann.send(BINARY, data)
            bob.send(BINARY, data)
            for _ in range(2):
                self.assertEqual(ann.read(), (BINARY, data))
                self.assertEqual(bob.read(), (BINARY, data))
            longest = max(longest, time.monotonic() - begin)
        self.assertLess(longest, 2, "the slow client was waited for")
        with self.assertRaises((AssertionError, OSError)):  # the stream ends in a frame
            for _ in range(200):
                self.assertEqual(slow.read(), (BINARY, data))
        self.check_end(chat)
        self.assertIn("200 messages of 3 clients, 1 dropped", chat.last_words)

    def test_client_that_reads_nothing_at_last(self):
        """Few messages, so its queue is never full: the write itself takes too long."""
        chat = self.start("--message", "10000000", "--pong", "500", "--ping", "60000")
        slow, ann = self.join(chat, buffer=4096), self.join(chat)
        data = b"x" * 10000000
        ann.send(BINARY, data)
        self.assertEqual(ann.read(), (BINARY, data))
        time.sleep(1.5)
        with self.assertRaises((AssertionError, OSError)):
            self.assertEqual(slow.read(), (BINARY, data))

    def test_flood_of_pings(self):
        """The answers do not pile up: the client that does not read them cannot write on."""
        chat = self.start("--pong", "1000")
        client, other = self.join(chat, buffer=4096), self.join(chat)
        client.socket.settimeout(5)
        pings = Client.frame(PING, b"x" * 125) * 1000
        with self.assertRaises(OSError):
            for _ in range(1000):
                client.socket.sendall(pings)
        memory = re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{chat.process.pid}/status").read_text())
        # Sanitizers keep what was freed.
        self.assertLess(int(memory[1]), 1000000 if os.environ.get("SANITIZE") else 50000)
        other.say("fine")
        self.assertEqual(other.read(), (TEXT, b"fine"))


class Requests(Case):
    def test_page(self):
        for target in "/", "/?say=x":
            client = self.connect(self.start())
            status, headers = client.request(target)
            self.assertEqual((status, headers["content-type"]), (200, "text/html; charset=utf-8"))
            self.assertIn(b"new WebSocket(", client.body(headers))
            self.assertIsNone(client.read_frame())

    def test_other_requests(self):
        chat = self.start()
        for target, method, expected in ("/x", "GET", 404), ("/", "POST", 405), ("x", "GET", 400):
            status, headers = (client := self.connect(chat)).request(target, method)
            self.assertEqual(status, expected, client.body(headers))

    def test_long_head(self):
        self.assertEqual(self.connect(self.start()).request("/", Cookie="x" * 10000)[0], 431)

    def test_handshake_as_firefox_does_it(self):
        client = self.connect(self.start())
        status, _ = client.upgrade(Connection="keep-alive, Upgrade", Upgrade="WebSocket",
                                   Origin=f"https://localhost:{client.port}",
                                   Sec_WebSocket_Extensions="permessage-deflate")
        self.assertEqual(status, 101)
        client.say("x")
        self.assertEqual(client.read(), (TEXT, b"x"))

    def test_example_of_the_standard(self):
        client = self.connect(self.start())
        _, headers = client.request(
            "/chat", Upgrade="websocket", Connection="Upgrade", Sec_WebSocket_Version="13",
            Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==")
        self.assertEqual(headers["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")

    def test_no_handshake(self):
        chat = self.start()
        for header, status in (({"Upgrade": None}, 426), ({"Connection": "close"}, 426),
                               ({"Upgrade": "h2c"}, 426), ({"Sec_WebSocket_Version": "8"}, 426),
                               ({"Sec_WebSocket_Key": None}, 400),
                               ({"Sec_WebSocket_Key": "c2hvcnQ="}, 400),
                               ({"Sec_WebSocket_Key": "*" * 22 + "=="}, 400),
                               ({"Origin": "https://elsewhere"}, 403), ({"Origin": "null"}, 403),
                               ({"Origin": f"https://localtest:{chat.port}"}, 403),
                               ({"Origin": f"wttps://localhost:{chat.port}"}, 403)):
            got, headers = self.connect(chat).upgrade(**header)
            self.assertEqual(got, status, header)
            if status == 426:
                self.assertEqual(headers["sec-websocket-version"], "13")

    def test_frames_right_behind_the_handshake(self):
        client = self.connect(self.start())
        head = (f"GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode()
        client.socket.sendall(head + Client.frame(TEXT, b"at once"))
        self.assertEqual(client.read_head()[0], 101)
        self.assertEqual(client.read(), (TEXT, b"at once"))

    def test_time_for_the_handshake(self):
        chat = self.start("--handshake", "300")
        with socket.create_connection(("127.0.0.1", chat.port), PATIENCE) as silent:
            self.assertEqual(silent.recv(1), b"")
        client = self.connect(chat)
        client.socket.sendall(b"GET /chat HTT")
        self.assertIsNone(client.read_frame())

    def test_no_tls(self):
        with socket.create_connection(("127.0.0.1", self.start().port), PATIENCE) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while data := plain.recv(1000):
                answer += data
        self.assertNotIn(b"HTTP", answer)


class End(Case):
    def test_everybody_is_told(self):
        chat = self.start()
        clients = [self.join(chat) for _ in range(5)]
        begin = time.monotonic()
        chat.stop()
        for client in clients:
            self.assertEqual(client.close_status(), 1001)
            client.send(CLOSE, struct.pack(">H", 1001))
            self.assertIsNone(client.read_frame())
        self.assertEqual(chat.wait(), 0)
        self.assertLess(time.monotonic() - begin, 0.9, "it waited though everybody had gone")

    def test_by_interrupt(self):
        chat = self.start()
        client = self.join(chat)
        chat.stop(signal.SIGINT)
        self.assertEqual(client.close_status(), 1001)

    def test_nobody_holds_it_up(self):
        """Neither those who have not said a word, nor those who say no goodbye, nor the slow."""
        chat = self.start("--grace", "3000", "--message", "1000000")
        silent = socket.create_connection(("127.0.0.1", chat.port))
        self.addCleanup(silent.close)
        self.connect(chat)
        client, slow = self.join(chat), self.join(chat, buffer=4096)
        for _ in range(8):
            client.send(BINARY, b"x" * 1000000)
            client.read()
        begin = time.monotonic()
        chat.stop()
        self.assertEqual(client.close_status(), 1001)
        self.assertEqual(chat.wait(), 0)
        self.assertLess(time.monotonic() - begin, 5)

    def test_no_goodbye(self):
        """A client that does not answer the close frame has not all of the grace."""
        chat = self.start("--grace", "15000")
        client = self.join(chat)
        begin = time.monotonic()
        chat.stop()
        self.assertEqual(client.close_status(), 1001)
        self.assertEqual(chat.wait(), 0)
        self.assertLess(time.monotonic() - begin, 5)

    def test_idle_connections_are_not_waited_for(self):
        chat = self.start("--grace", "15000", "--handshake", "15000")
        client = self.connect(chat)
        begin = time.monotonic()
        chat.stop()
        self.assertEqual(chat.wait(), 0)
        self.assertLess(time.monotonic() - begin, 5)

    def test_what_was_said_comes_first(self):
        chat = self.start()
        client = self.join(chat)
        data = os.urandom(60000)
        for _ in range(20):
            client.send(BINARY, data)
        heard = [client.read()]
        chat.stop()
        while (message := client.read())[0] != CLOSE:
            heard.append(message)
        self.assertTrue(all(message == (BINARY, data) for message in heard))

    def test_port_is_free(self):
        chat = self.start()
        client = self.join(chat)
        chat.stop()
        self.assertEqual(client.close_status(), 1001)
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", chat.port), PATIENCE).close()


class CommandLine(Case):
    def error(self, *arguments):
        run = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True,
                             timeout=PATIENCE)
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        return run.stderr

    def test_errors(self):
        files = self.certificate, self.key
        self.assertIn("name the PEM files", self.error())
        self.assertIn("cannot use the certificate /none", self.error("/none", "/none"))
        self.assertIn("cannot use the certificate", self.error(self.key, self.certificate))
        self.assertIn("--queue wants", self.error("--queue", "0", *files))
        self.assertIn("--port wants", self.error("--port", "x", *files))
        self.assertIn("unrecognized option", self.error("--what", *files))
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.assertIn("choose others", self.error("--port", str(taken.getsockname()[1]), *files))

    def test_help(self):
        run = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("--ping", run.stdout)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
