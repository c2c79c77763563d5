#!/usr/bin/env python3
"""The crawler, run for real against a server that misbehaves: test_crawler.py PROGRAM
[UNITTEST ARGUMENTS]. No run may leave a defect behind that the runtime saw."""
import http.server
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

PATIENCE = 60  # seconds, for what has to happen at all
PROGRAM = None
LINE = re.compile(r"(\d{3}) (\d+) (\d+) (\S+)(?: -> ([^\s:]+:[^\s]*?))?(?:: (.*))?\Z")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by the site's functions, and counts what runs at the same time."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        site = self.server
        with site.lock:
            site.requests.append((time.monotonic(), self.path, self.headers))
            site.running += 1
            site.most_running = max(site.most_running, site.running)
        self.runs = True
        try:
            site.pages.get(self.path, Site.missing)(self)
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            self.leave()
            self.close_connection = True

    def leave(self):
        """Counts no longer: with the last byte, the crawler may begin its next request."""
        if self.runs:
            self.runs = False
            with self.server.lock:
                self.server.running -= 1

    def answer(self, body="", status=200, type="text/html; charset=utf-8", **headers):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", type)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.leave()
        self.end_headers()
        self.wfile.write(data)

    def send(self, data):
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, *_):
        pass


class Site(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, pages):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages, self.requests = pages, []
        self.lock, self.running, self.most_running = threading.Lock(), 0, 0
        self.stopped = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def missing(self):
        self.answer("none", 404)

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.server_port}{path}"

    def stop(self):
        self.stopped.set()
        self.shutdown()
        self.server_close()

    def asked(self):
        return [path for _, path, _ in self.requests]

    def times(self, path):
        return [when for when, asked, _ in self.requests if asked == path]


def page(body="", **more):
    return lambda handler: handler.answer(body, **more)


def links(*hrefs):
    return page("".join(f'<p><a href="{href}">x</a>' for href in hrefs))


class Case(unittest.TestCase):
    def site(self, pages):
        site = Site(pages)
        self.addCleanup(site.stop)
        return site

    def crawl(self, *arguments, status=0):
        """The lines of a crawl, by their URLs."""
        with tempfile.TemporaryDirectory() as folder:
            witness = Path(folder, "witness")
            run = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True,
                                 timeout=PATIENCE,
                                 env={**os.environ, "AGLET_WITNESS": str(witness)})
            lines = witness.read_text().splitlines() if witness.exists() else []
        # A machine that is busy makes steps slow.
        self.assertEqual([line for line in lines if '"slow-step"' not in line], [])
        self.assertEqual(run.stderr, "")
        self.assertEqual(run.returncode, status, run.stdout)
        lines = {}
        for line in run.stdout.splitlines():
            match = LINE.match(line)
            self.assertTrue(match, line)
            code, size, ms, url, moved, problem = match.groups()
            self.assertNotIn(url, lines, "printed twice")
            lines[url] = (int(code), int(size), int(ms), moved, problem)
        return lines


class Links(Case):
    def test_depth(self):
        site = self.site({"/": links("/1"), "/1": links("/2"), "/2": links("/3"), "/3": page()})
        for depth, expected in ("0", "/"), ("1", "/ /1"), ("3", "/ /1 /2 /3"), ("9", "/ /1 /2 /3"):
            lines = self.crawl("--depth", depth, site.url())
            self.assertEqual(list(lines), [site.url(path) for path in expected.split()])

    def test_each_page_once(self):
        site = self.site({"/": links("/a", "/b", "/a#part", "./a", "/b/../a", "/moved"),
                          "/a": links("/", "/b"), "/b": links("/a", "/b"),
                          "/moved": page(status=302, Location="/a")})
        self.crawl("--depth", "5", site.url(), site.url("/a"))
        self.assertEqual(sorted(set(site.asked())), ["/", "/a", "/b", "/moved"])
        self.assertEqual(site.asked().count("/b"), 1)
        self.assertLessEqual(site.asked().count("/a"), 2)  # once by itself, once by the redirect

    def test_only_the_same_host(self):
        other = self.site({"/": page()})
        site = self.site({"/": links(other.url(), f"//127.0.0.1:{other.server_port}/",
                                     "https://127.0.0.1/", "mailto:a@b", "javascript:void(0)",
                                     "//[", "http://", "/here"), "/here": page()})
        self.assertEqual(len(self.crawl(site.url())), 2)
        self.assertEqual(other.asked(), [])

    def test_references(self):
        found = {"x": "/a/b/x", "./x": "/a/b/x", "../x": "/a/x", "../../../x": "/x", "/x/./y": "/x/y",
                 "/x/..": "/", "?q": "/a/b/?q", "x y": "/a/b/x%20y", "x?a&amp;b": "/a/b/x?a&b",
                 " x\n": "/a/b/x", "é": "/a/b/%C3%A9", "x?y/../z": "/a/b/x?y/../z"}
        for href, path in found.items():
            site = self.site({"/a/b/": links(href)})
            self.crawl(site.url("/a/b/"), status=1)
            self.assertEqual(site.asked(), ["/a/b/", path], repr(href))

    def test_what_is_a_link(self):
        html = ("<A class=c HREF=/1>", "<a\nhref = '/2'/>", "<area alt='>' href=\"/3\">",
                "1 < 2 <a href=/4>", "<a href=/5 href=/no>", "<a data-href=/no name=x href=/6")
        other = ("<!-- <a href=/no> -->", "<script>'<a href=/no>'</SCRIPT>", "<ahref=/no>",
                 "<style><a href=/no></style>", "<link href=/no>", "</a href=/no>")
        site = self.site({"/": page("".join(a + b for a, b in zip(other, html)))})
        self.crawl(site.url(), status=1)
        self.assertEqual(sorted(site.asked()), ["/"] + [f"/{i}" for i in range(1, 7)])

    def test_only_html_is_read_for_links(self):
        site = self.site({"/": page('<a href="/no">', type="text/plain")})
        self.crawl(site.url())
        self.assertEqual(site.asked(), ["/"])

    def test_many(self):
        names = [f"/{i}" for i in range(500)]
        site = self.site({"/": links(*names), **{name: page("12345") for name in names}})
        lines = self.crawl("--limit", "20", site.url())
        self.assertEqual(len(lines), 501)
        self.assertTrue(all(line[0] == 200 for line in lines.values()))
        self.assertLessEqual(site.most_running, 20)


class Requests(Case):
    def test_what_is_sent(self):
        site = self.site({"/a?b": page()})
        self.crawl(site.url("/a?b#c").replace("127.0.0.1", "LocalHost"))
        headers = site.requests[0][2]
        self.assertEqual(headers["Host"], f"localhost:{site.server_port}")
        self.assertEqual(headers["Connection"], "close")

    def test_never_more_at_once_than_the_limit(self):
        def slow(handler):
            time.sleep(0.1)
            handler.answer()
        names = [f"/{i}" for i in range(24)]
        for limit in 1, 6:
            site = self.site({"/": links(*names[:24 if limit > 1 else 4]),
                              **{name: slow for name in names}})
            self.crawl("--limit", str(limit), site.url())
            self.assertEqual(site.most_running, limit)

    def test_chunked(self):
        def chunked(handler):
            handler.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                         b"Transfer-Encoding: chunked\r\n\r\n5;x=y\r\n<a hr\r\n")
            time.sleep(0.05)
            handler.send(b"6\r\nef=/1>\r\n0\r\nX-Sum: 1\r\n\r\n")
        site = self.site({"/": chunked, "/1": page("end")})
        lines = self.crawl(site.url())
        self.assertEqual([line[:2] for line in lines.values()], [(200, 11), (200, 3)])

    def test_body_until_the_end(self):
        site = self.site({"/": lambda handler: handler.send(b"HTTP/1.0 200 OK\r\n\r\n123")})
        self.assertEqual(self.crawl(site.url())[site.url()][:2], (200, 3))

    def test_early_hints(self):
        site = self.site({"/": lambda handler: handler.send(
            b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")})
        self.assertEqual(self.crawl(site.url())[site.url()][:2], (204, 0))


class Failures(Case):
    def problem(self, *arguments):
        lines = self.crawl(*arguments, status=1)
        self.assertEqual(len(lines), 1)
        return next(iter(lines.values()))

    def test_later_it_works(self):
        tries = iter([503, 503, 200])
        site = self.site({"/": lambda handler: handler.answer("", next(tries))})
        self.assertEqual(self.crawl(site.url())[site.url()][0], 200)
        first, second, third = site.times("/")
        self.assertGreaterEqual(second - first, 0.045)
        self.assertGreaterEqual(third - second, 0.095, "the pause does not grow")

    def test_so_many_retries(self):
        for status in 429, 502, 503, 504:
            for retries in 0, 2:
                site = self.site({"/": page(status=status)})
                self.assertEqual(self.problem("--retries", str(retries), site.url())[0], status)
                self.assertEqual(len(site.requests), retries + 1)

    def test_no_retry_that_cannot_help(self):
        for status in 400, 404, 410, 500, 501:
            site = self.site({"/": page(status=status)})
            self.assertEqual(self.problem(site.url())[0], status)
            self.assertEqual(len(site.requests), 1)

    def test_others_run_during_a_pause(self):
        tries = iter([503] * 3 + [200])
        done = []
        site = self.site({"/a": lambda handler: handler.answer("", next(tries)),
                          "/b": lambda handler: (done.append(time.monotonic()), handler.answer())})
        self.crawl("--limit", "1", site.url("/a"), site.url("/b"))
        self.assertLess(done[0], site.times("/a")[-1])

    def test_slow_page(self):
        def slow(handler):
            handler.server.stopped.wait(PATIENCE)
        site = self.site({"/": slow, "/good": page()})
        begin = time.monotonic()
        lines = self.crawl("--timeout", "0.3", "--retries", "1", site.url(), site.url("/good"),
                           status=1)
        self.assertLess(time.monotonic() - begin, 5)
        status, _, ms, _, problem = lines[site.url()]
        self.assertEqual((status, problem), (0, "the time is over"))
        self.assertGreaterEqual(ms, 300)
        self.assertEqual(lines[site.url("/good")][0], 200)
        self.assertEqual(len(site.times("/")), 2)

    def test_page_that_never_ends(self):
        def trickle(handler):
            handler.send(b"HTTP/1.1 200 OK\r\n\r\n")
            while not handler.server.stopped.wait(0.02):
                handler.send(b"more ")
        site = self.site({"/": trickle})
        status, _, _, _, problem = self.problem("--timeout", "0.3", "--retries", "0", site.url())
        self.assertEqual((status, problem), (200, "the time is over"))

    def test_flood(self):
        def flood(handler):
            handler.send(b"HTTP/1.1 200 OK\r\n\r\n")
            while not handler.server.stopped.is_set():
                handler.send(b"x" * 65536)
        site = self.site({"/": flood})
        self.assertEqual(self.problem(site.url())[4], "the response is too long")
        self.assertEqual(len(site.requests), 1)

    def test_long_head(self):
        site = self.site({"/": page(X="x" * 20000)})
        self.assertEqual(self.problem(site.url())[4], "the response is too long")

    def test_body_that_breaks_off(self):
        site = self.site({"/": lambda handler: handler.send(
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123")})
        self.assertEqual(self.problem("--retries", "1", site.url())[4], "the response broke off")
        self.assertEqual(len(site.requests), 2)

    def test_no_http(self):
        for answer in (b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                       b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
            site = self.site({"/": lambda handler: handler.send(answer)})
            self.assertEqual(self.problem(site.url())[4], "the response is not well-formed")
            self.assertEqual(len(site.requests), 1)

    def test_refusing_host(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # it does not listen
            url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
            status, _, _, _, problem = self.problem("--retries", "1", url)
        self.assertEqual((status, problem), (0, "Connection refused"))

    def test_failure_ends_nobody_else(self):
        site = self.site({"/": links("/bad", "/good"), "/good": page("fine")})
        lines = self.crawl(site.url(), status=1)
        self.assertEqual([lines[site.url(path)][0] for path in ("/", "/bad", "/good")],
                         [200, 404, 200])


class Redirects(Case):
    def test_followed(self):
        for status in 301, 302, 303, 307, 308:
            site = self.site({"/": page(status=status, Location="a/../b"), "/b": links("c"),
                              "/c": page()})
            lines = self.crawl(site.url())
            self.assertEqual(lines[site.url()][3], site.url("/b"))
            self.assertEqual(site.asked(), ["/", "/b", "/c"])

    def test_known_by_where_it_leads(self):
        site = self.site({"/old": page(status=301, Location="/new"), "/new": links("/new")})
        self.crawl("--depth", "3", site.url("/old"))
        self.assertEqual(site.asked(), ["/old", "/new"])

    def test_loop(self):
        site = self.site({"/a": page(status=302, Location="/b"),
                          "/b": page(status=302, Location="/a")})
        lines = self.crawl(site.url("/a"), status=1)
        self.assertEqual(lines[site.url("/a")][0], 302)
        self.assertEqual(lines[site.url("/a")][4], "too many redirects")
        self.assertEqual(len(site.requests), 6)

    def test_elsewhere(self):
        """Another host's page is fetched when a page has moved there, but its links are not."""
        site = self.site({"/z": page()})
        other = self.site({"/x": links("/y", site.url("/z")), "/y": page()})
        site.pages["/"] = page(status=301, Location=other.url("/x"))
        self.assertEqual(self.crawl(site.url())[site.url()][3], other.url("/x"))
        self.assertEqual((site.asked(), other.asked()), (["/"], ["/x"]))

    def test_to_nothing_that_can_be_fetched(self):
        for location, problem in (("https://127.0.0.1/", "something other than http"),
                                  ("http://a b/", "makes no sense"), ("//:1/", "makes no sense")):
            site = self.site({"/": page(status=302, Location=location)})
            self.assertIn(problem, self.crawl(site.url(), status=1)[site.url()][4])
            self.assertEqual(len(site.requests), 1)


class CommandLine(unittest.TestCase):
    def test_errors(self):
        for arguments, message in (
                ([], "name a URL"), (["https://a/"], "is not http"), (["a"], "is no URL"),
                (["http://"], "is no URL"), (["http://a:0/"], "is no URL"),
                (["http://a:65536/"], "is no URL"), (["http://u:p@a/"], "is no URL"),
                (["http://a/" + "x" * 2000], "too long"),
                (["--limit", "0", "http://a/"], "--limit wants"),
                (["--timeout", "x", "http://a/"], "--timeout wants"),
                (["--retries", "-1", "http://a/"], "--retries wants"),
                (["--depth", "1x", "http://a/"], "--depth wants"),
                (["--what", "http://a/"], "unrecognized option")):
            run = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
            self.assertEqual((run.returncode, run.stdout), (2, ""), arguments)
            self.assertIn(message, run.stderr)
            self.assertEqual(run.stderr.count("\n"), 1)

    def test_help(self):
        run = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        for option in "limit", "timeout", "retries", "depth":
            self.assertIn(f"--{option}", run.stdout)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
