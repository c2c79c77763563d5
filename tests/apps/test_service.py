#!/usr/bin/env python3
"""The service, run for real: test_service.py PROGRAM SLOW-PROGRAM [UNITTEST ARGUMENTS]; the second
is the same on a database that is slow (slow_step.c).

Each test ends its service by SIGTERM. Whatever the test was about, the service has to end with
status 0, without a task that is left, a defect that the runtime saw, or a broken database.
"""
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from service_process import PATIENCE, Service, request

PROGRAM = SLOW = None


class Case(unittest.TestCase):
    def start(self, *options, program=None, **more):
        service = Service(program or PROGRAM, *options, **more)
        self.addCleanup(service.remove)
        self.addCleanup(self.check_end, service)
        return service

    def check_end(self, service):
        if service.process.poll() is None:
            service.terminate()
        self.assertEqual(service.wait(), 0, service.stderr())
        self.assertRegex(service.last_words, r"\Astopped after \d+ answers .*, 0 tasks left\n\Z")
        self.assertEqual(service.defects(), [])
        self.assertEqual(service.stderr(), "")
        self.assertFalse(service.write_ahead_log(), "the database was not closed")
        service.rows()

    def assertStatus(self, answer, status):
        self.assertIsNotNone(answer, "the connection ended without an answer")
        self.assertEqual(answer.status, status, answer.body)


class Items(Case):
    def test_create_read_replace_delete(self):
        with self.start().client() as client:
            self.assertStatus(client.ask("GET", "/items/a"), 404)
            self.assertStatus(client.ask("PUT", "/items/a", b"one"), 201)
            self.assertEqual(client.ask("GET", "/items/a").body, b"one")
            self.assertStatus(client.ask("PUT", "/items/a", b"two"), 204)
            self.assertEqual(client.ask("GET", "/items/a").body, b"two")
            self.assertStatus(client.ask("DELETE", "/items/a"), 204)
            self.assertStatus(client.ask("DELETE", "/items/a"), 404)
            self.assertStatus(client.ask("GET", "/items/a"), 404)

    def test_head_tells_the_length_only(self):
        with self.start().client() as client:
            client.ask("PUT", "/items/a", b"12345")
            answer = client.ask("HEAD", "/items/a")
            self.assertStatus(answer, 200)
            self.assertEqual(answer.headers["content-length"], "5")
            self.assertEqual(client.ask("GET", "/items/a").body, b"12345")

    def test_any_bytes_up_to_the_limit(self):
        every_byte = bytes(range(256))
        with self.start("--body", "65536").client() as client:
            for value in b"", b"\0", every_byte, every_byte * 256:
                client.ask("PUT", "/items/a", value)
                answer = client.ask("GET", "/items/a")
                self.assertStatus(answer, 200)
                self.assertEqual(answer.body, value)

    def test_chunked_body(self):
        with self.start().client() as client:
            client.send(request("PUT", "/items/a", headers="Transfer-Encoding: chunked\r\n") +
                        b"5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nX-Sum: 1\r\n\r\n")
            self.assertStatus(client.read(), 201)
            self.assertEqual(client.ask("GET", "/items/a").body, b"hello!")

    def test_names(self):
        with self.start().client() as client:
            self.assertStatus(client.ask("PUT", "/items/" + "n" * 64, b""), 201)
            self.assertStatus(client.ask("PUT", "/items/A-b_c.d~1", b""), 201)
            for bad in "", "n" * 65, "a/b", "a%20b", "a?b", "'", "a;b":
                self.assertStatus(client.ask("PUT", "/items/" + bad, b""), 400)
            self.assertStatus(client.ask("GET", "/items"), 404)
            self.assertStatus(client.ask("GET", "/other/a"), 404)

    def test_other_methods_are_told_which_there_are(self):
        with self.start().client() as client:
            answer = client.ask("POST", "/items/a", b"x")
            self.assertStatus(answer, 405)
            self.assertEqual(answer.headers["allow"], "GET, HEAD, PUT, DELETE")
            self.assertStatus(client.ask("GET", "/items/a"), 404)

    def test_a_full_disk_refuses_writes_and_keeps_what_there_is(self):
        service = self.start()
        with service.client() as client:
            client.ask("PUT", "/items/a", b"before")
            service.limit_files(65536)
            self.assertStatus(client.ask("PUT", "/items/a", b"x" * 65000), 500)
            self.assertStatus(client.ask("PUT", "/items/b", b"x" * 65000), 500)
            self.assertEqual(client.ask("GET", "/items/a").body, b"before")
            service.limit_files(1 << 30)
            self.assertStatus(client.ask("PUT", "/items/b", b"after"), 201)
        service.stop()
        self.assertEqual(service.rows(), {"a": b"before", "b": b"after"})

    def test_a_write_that_the_database_refuses_is_undone(self):
        service = self.start()
        other = sqlite3.connect(service.database)
        other.executescript("CREATE TRIGGER no AFTER INSERT ON item WHEN new.name = 'bad'"
                            " BEGIN SELECT RAISE(FAIL, 'no'); END;")
        other.close()
        with service.client() as client:
            self.assertStatus(client.ask("PUT", "/items/bad", b"x"), 500)
            self.assertStatus(client.ask("GET", "/items/bad"), 404)
            self.assertStatus(client.ask("PUT", "/items/good", b"x"), 201)

    def test_a_restart_keeps_them(self):
        first = self.start()
        with first.client() as client:
            client.ask("PUT", "/items/a", b"kept")
        first.stop()
        with self.start(database=first.database).client() as client:
            self.assertEqual(client.ask("GET", "/items/a").body, b"kept")


class Connections(Case):
    def test_one_carries_many_requests(self):
        service = self.start()
        with service.client() as client:
            for _ in range(50):
                answer = client.ask("GET", "/items/a")
                self.assertStatus(answer, 404)
                self.assertNotIn("connection", answer.headers)
        service.stop()
        self.assertIn(" 50 answers on 1 connections", service.last_words)

    def test_it_ends_when_the_client_says_so(self):
        service = self.start()
        for end in (request("GET", "/items/a", headers="Connection: close\r\n"),
                    b"GET /items/a HTTP/1.0\r\n\r\n"):
            with service.client() as client:
                client.send(end)
                self.assertEqual(client.read().headers["connection"], "close")
                self.assertTrue(client.at_end())

    def test_pipelined_requests_are_answered_in_order(self):
        with self.start().client() as client:
            pipeline = b""
            for i in range(40):
                pipeline += request("PUT", f"/items/{i}", f"value {i}".encode())
                pipeline += request("GET", f"/items/{i}")
            client.send(pipeline)
            for i in range(40):
                self.assertStatus(client.read(), 201)
                self.assertEqual(client.read().body, f"value {i}".encode())

    def test_requests_that_come_byte_by_byte(self):
        with self.start().client() as client:
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in request("PUT", "/items/a", b"slow") + request("GET", "/items/a"):
                client.send(bytes([byte]))
                time.sleep(0.001)
            self.assertStatus(client.read(), 201)
            self.assertEqual(client.read().body, b"slow")

    def test_the_body_is_asked_for(self):
        with self.start("--body", "10").client() as client:
            client.send(b"PUT /items/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                        b"Expect: 100-continue\r\n\r\n")
            self.assertStatus(client.read(), 100)
            client.send(b"hello")
            self.assertStatus(client.read(), 201)
            client.send(b"PUT /items/a HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n"
                        b"Expect: 100-continue\r\n\r\n")
            self.assertStatus(client.read(), 413)

    def test_there_are_no_more_than_allowed(self):
        service = self.start("--connections", "2")
        first, second, third = service.client(), service.client(), service.client()
        with first, second, third:
            self.assertStatus(first.ask("GET", "/items/a"), 404)
            self.assertStatus(second.ask("GET", "/items/a"), 404)
            third.send(request("GET", "/items/a"))
            third.socket.settimeout(0.3)
            with self.assertRaises(TimeoutError):
                third.socket.recv(1)
            third.socket.settimeout(PATIENCE)
            first.close()
            self.assertRegex(third.socket.recv(100), rb"^HTTP/1.1 404 ")


class Refused(Case):
    """Each is answered, and ends its connection."""

    def check(self, service, text, status):
        with service.client() as client:
            client.send(text)
            answer = client.read()
            self.assertStatus(answer, status)
            self.assertEqual(answer.headers["connection"], "close")
            self.assertTrue(client.at_end())
        with service.client() as client:
            self.assertStatus(client.ask("GET", "/items/untouched"), 404)

    def test_what_is_no_request(self):
        service = self.start()
        for text in (b"hello\r\n\r\n", b"\r\n" * 20, b"\r\r\n\r\n", b"GET /items/a HTTP/1.1\r\n\r\n",
                     b"GET items HTTP/1.1\r\nHost: a\r\n\r\n",
                     b"GET /items/a HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
                     b"GET /items/a HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n",
                     b"GET /items/a HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
                     b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"):
            self.check(service, text, 400)

    def test_a_length_that_can_be_read_in_two_ways(self):
        service = self.start()
        for header in ("Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n"):
            text = request("PUT", "/items/untouched", b"0\r\n\r\n", header)
            self.check(service, text, 400)

    def test_a_body_that_is_not_well_formed(self):
        service = self.start()
        for body in b"x\r\n", b"3\r\nabcd\r\n0\r\n\r\n", b"0\r\nContent-Length: 3\r\n\r\n":
            text = request("PUT", "/items/untouched", headers="Transfer-Encoding: chunked\r\n")
            self.check(service, text + body, 400)

    def test_a_head_that_is_too_long(self):
        service = self.start()
        self.check(service, b"GET /items/" + b"a" * 100000, 431)
        self.check(service, request("GET", "/items/a", headers="X: y\r\n" * 65), 431)

    def test_a_body_that_is_too_long(self):
        service = self.start("--body", "1000")
        text = request("PUT", "/items/untouched", b"a" * 500000)
        self.check(service, text, 413)
        text = request("PUT", "/items/untouched", headers="Transfer-Encoding: chunked\r\n")
        self.check(service, text + b"1f4\r\n" + b"a" * 500 + b"\r\n1f5\r\n" + b"a" * 501, 413)

    def test_what_is_not_known_here(self):
        service = self.start()
        self.check(service, b"GET /items/a HTTP/2.0\r\nHost: a\r\n\r\n", 505)
        text = request("PUT", "/items/a", headers="Transfer-Encoding: gzip, chunked\r\n")
        self.check(service, text, 501)


class Times(Case):
    def took(self, start, least, most):
        self.assertGreaterEqual(time.monotonic() - start, least)
        self.assertLess(time.monotonic() - start, most)

    def test_a_connection_that_rests_is_closed(self):
        service = self.start("--idle", "300")
        with service.client() as silent, service.client() as used:
            self.assertStatus(used.ask("GET", "/items/a"), 404)
            start = time.monotonic()
            self.assertTrue(silent.at_end())
            self.assertTrue(used.at_end())
            self.took(start, 0.15, 5)

    def test_a_request_that_does_not_come_in_time(self):
        service = self.start("--read", "300", "--idle", "60000")
        whole = request("PUT", "/items/a", b"value")
        for part in b"G", whole[:20], whole[:-1]:
            with service.client() as client:
                start = time.monotonic()
                client.send(part)
                self.assertStatus(client.read(), 408)
                self.took(start, 0.25, 5)
                self.assertTrue(client.at_end())
        self.assertEqual(service.rows(), {})

    def test_sending_a_little_does_not_buy_time(self):
        with self.start("--read", "400").client() as client:
            start = time.monotonic()
            client.send(b"GET /items/a HTTP/1.1\r\n")
            try:
                while time.monotonic() - start < 3:
                    client.send(b"X: y\r\n")
                    time.sleep(0.05)
            except ConnectionError:
                pass
            self.took(start, 0.35, 2.5)

    def test_a_locked_database_ends_in_503(self):
        service = self.start("--handle", "400")
        with service.client() as client:
            client.ask("PUT", "/items/a", b"before")
            with service.locked():
                start = time.monotonic()
                answer = client.ask("PUT", "/items/a", b"after")
                self.assertStatus(answer, 503)
                self.assertEqual(answer.headers["retry-after"], "1")
                self.took(start, 0.3, 5)
                self.assertStatus(client.ask("DELETE", "/items/a"), 503)
                self.assertEqual(client.ask("GET", "/items/a").body, b"before")
            self.assertEqual(client.ask("GET", "/items/a").body, b"before")
            self.assertStatus(client.ask("PUT", "/items/a", b"after"), 204)

    def test_a_slow_disk_ends_waits_and_not_what_has_begun(self):
        service = self.start("--handle", "400", program=SLOW, environment={"SLOW_STEP_MS": "300"})
        with service.client() as writer, service.client() as reader:
            writer.send(request("PUT", "/items/a", b"1"))  # four steps
            time.sleep(0.1)
            start = time.monotonic()
            self.assertStatus(reader.ask("GET", "/items/a"), 503)
            self.took(start, 0.35, 0.75)
            self.assertStatus(writer.read(), 201)
            self.assertEqual(reader.ask("GET", "/items/a").body, b"1")

    def test_a_peer_that_takes_no_answer_is_left(self):
        service = self.start("--write", "300", "--connections", "2")
        with service.client() as client:
            client.ask("PUT", "/items/a", b"x" * 65536)
        with service.client(buffer=4096) as greedy, service.client() as other:
            stop = time.monotonic() + PATIENCE
            greedy.socket.settimeout(0.2)
            with self.assertRaises(ConnectionError):
                while time.monotonic() < stop:
                    try:
                        greedy.send(request("GET", "/items/a") * 10)
                    except TimeoutError:
                        pass
            self.assertStatus(other.ask("GET", "/items/a"), 200)


class Load(Case):
    def run_all(self, work, count):
        failures = []

        def guarded(i):
            try:
                work(i)
            except Exception as failure:  # what else would die with its thread
                failures.append(f"client {i}: {failure!r}")

        threads = [threading.Thread(target=guarded, args=[i]) for i in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_a_hundred_clients_at_once(self):
        service = self.start()
        together = threading.Barrier(100)

        def work(i):
            with service.client() as client:
                together.wait()
                for j in range(10):
                    value = f"{i} {j}".encode()
                    assert client.ask("PUT", f"/items/{i}", value).status == (204 if j else 201)
                    assert client.ask("GET", f"/items/{i}").body == value
                assert i % 2 or client.ask("DELETE", f"/items/{i}").status == 204

        self.run_all(work, 100)
        service.stop()
        self.assertEqual(service.rows(), {str(i): f"{i} 9".encode() for i in range(1, 100, 2)})
        self.assertIn(" 2050 answers on 100 connections", service.last_words)

    def test_one_item_is_always_one_of_those_written(self):
        service = self.start()

        def work(i):
            value = bytes([65 + i]) * 20000
            with service.client() as client:
                for _ in range(10):
                    client.ask("PUT", "/items/shared", value)
                    body = client.ask("GET", "/items/shared").body
                    assert len(body) == 20000 and body == body[:1] * 20000

        self.run_all(work, 20)

    def test_clients_that_leave_anywhere_in_a_request(self):
        service = self.start()
        whole = request("PUT", "/items/a", b"whole" * 100)

        def work(i):
            for cut in range(i, len(whole) + 1, 20):
                client = service.client()
                client.send(whole[:cut])
                if cut % 3 == 0 and cut < len(whole):  # with a reset
                    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                             b"\1\0\0\0\0\0\0\0")
                client.close()

        self.run_all(work, 20)
        with service.client() as client:
            self.assertEqual(client.ask("PUT", "/items/b", b"still here").status, 201)
        service.stop()
        self.assertEqual(service.rows(), {"a": b"whole" * 100, "b": b"still here"})

    def test_a_client_that_leaves_while_its_request_runs(self):
        service = self.start()
        with service.locked() as lock:
            client = service.client()
            client.send(request("PUT", "/items/a", b"whole"))
            time.sleep(0.2)
            client.close()
            time.sleep(0.1)
            lock.release()
        with service.client() as other:
            self.assertEqual(other.ask("GET", "/items/a").body, b"whole")


class Arguments(unittest.TestCase):
    def check(self, words, *arguments):
        run = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True,
                             timeout=PATIENCE, check=False)
        self.assertEqual(run.returncode, 2, run.stderr)
        self.assertIn(words, run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)

    def test_mistakes_are_named(self):
        self.check("name one file for the database")
        self.check("name one file for the database", "a.db", "b.db")
        self.check("--port wants a number from 0 to 65535, not '65536'", "--port", "65536", "a.db")
        self.check("--read wants a number from 1 to 1000000000, not '1s'", "--read", "1s", "a.db")
        self.check("--grace wants a number from 1", "--grace", "0", "a.db")
        self.check("unrecognized option '--loud'", "--loud", "a.db")

    def test_a_database_that_cannot_be_opened(self):
        self.check("cannot open the database /nowhere/a.db", "/nowhere/a.db")
        self.check("cannot open the database", __file__)

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as other, \
                tempfile.TemporaryDirectory() as folder:
            port = str(other.getsockname()[1])
            self.check(f"cannot listen on 127.0.0.1 port {port}", "--port", port, f"{folder}/a.db")


class End(Case):
    def refused(self, service):
        """Waits until nobody is accepted any more."""
        stop = time.monotonic() + PATIENCE
        while time.monotonic() < stop:
            try:
                service.client().close()
            except ConnectionRefusedError:
                return True
            except ConnectionResetError:  # it was in the row when the port was let go
                pass
            time.sleep(0.02)
        return False

    def test_with_nobody_there(self):
        self.assertEqual(self.start().stop(), 0)

    def test_by_an_interrupt(self):
        service = self.start()
        service.terminate(signal.SIGINT)
        self.assertEqual(service.wait(), 0)

    def test_clients_that_rest_do_not_hold_it_up(self):
        service = self.start("--grace", "15000")
        with service.client() as silent, service.client() as used:
            self.assertStatus(used.ask("GET", "/items/a"), 404)
            start = time.monotonic()
            service.stop()
            self.assertLess(time.monotonic() - start, 5)
            self.assertTrue(silent.at_end())
            self.assertTrue(used.at_end())

    def test_a_running_request_is_finished(self):
        service = self.start()
        with service.client() as client:
            with service.locked() as lock:
                client.send(request("PUT", "/items/a", b"whole"))
                time.sleep(0.2)
                service.terminate()
                self.assertTrue(self.refused(service))
                self.assertIsNone(service.process.poll())
                lock.release()
            answer = client.read()
            self.assertStatus(answer, 201)
            self.assertEqual(answer.headers["connection"], "close")
            self.assertTrue(client.at_end())
        self.assertEqual(service.wait(), 0)
        self.assertEqual(service.rows(), {"a": b"whole"})

    def test_a_request_that_is_coming_in_is_finished(self):
        service = self.start()
        whole = request("PUT", "/items/a", b"whole")
        with service.client() as client:
            client.send(whole[:30])
            time.sleep(0.2)
            service.terminate()
            self.assertTrue(self.refused(service))
            client.send(whole[30:])
            self.assertStatus(client.read(), 201)
        self.assertEqual(service.wait(), 0)
        self.assertEqual(service.rows(), {"a": b"whole"})

    def test_the_grace_has_an_end(self):
        service = self.start("--grace", "300", "--read", "60000")
        with service.client() as client:
            client.send(b"PUT /items/a HT")
            time.sleep(0.2)
            start = time.monotonic()
            self.assertEqual(service.stop(), 0)
            self.assertGreaterEqual(time.monotonic() - start, 0.25)
            self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(service.rows(), {})

    def test_no_row_is_half_written(self):
        """The old value or the new one: a write that the grace's end meets goes on to its own."""
        service = self.start("--grace", "100", "--handle", "600")
        with service.client() as client:
            client.ask("PUT", "/items/a", b"old" * 1000)
            with service.locked() as lock:
                client.send(request("PUT", "/items/a", b"new" * 1000))
                time.sleep(0.2)
                service.terminate()
                time.sleep(0.2)
                self.assertIsNone(service.process.poll())
                lock.release()
            self.assertEqual(service.wait(), 0)
        self.assertEqual(service.rows(), {"a": b"new" * 1000})

    def test_when_all_places_are_taken(self):
        service = self.start("--connections", "1")
        with service.client() as client, service.client() as waiting:
            with service.locked() as lock:
                client.send(request("PUT", "/items/a", b"whole"))
                time.sleep(0.2)
                service.terminate()
                self.assertTrue(self.refused(service))
                lock.release()
            self.assertStatus(client.read(), 201)
            client.close()
            try:
                self.assertTrue(waiting.at_end())
            except ConnectionResetError:
                pass
        self.assertEqual(service.wait(), 0)

    def test_under_load(self):
        service = self.start()
        stopped = threading.Event()
        confirmed, failures = {}, []

        def work(i):
            try:
                with service.client() as client:
                    for j in range(100000):
                        value = f"{i} {j}".encode()
                        if client.ask("PUT", f"/items/{i}-{j}", value) is None:
                            break
                        confirmed[f"{i}-{j}"] = value
            except (ConnectionError, BrokenPipeError):
                pass
            except Exception as failure:
                failures.append(repr(failure))
            if not stopped.is_set():
                failures.append("ended before the service")

        threads = [threading.Thread(target=work, args=[i]) for i in range(20)]
        for thread in threads:
            thread.start()
        end = time.monotonic() + 60
        time.sleep(0.5)
        while len(confirmed) <= 100 and time.monotonic() < end:
            time.sleep(0.1)
        stopped.set()
        self.assertEqual(service.stop(), 0)
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        rows = service.rows()
        self.assertGreater(len(confirmed), 100)
        self.assertEqual({name: rows.get(name) for name in confirmed}, confirmed)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    PROGRAM, SLOW = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main()
