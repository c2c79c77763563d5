#!/usr/bin/env python3
"""Runs the service under load for long, with clients that misbehave, and looks for what grows.

Well-behaved load comes from wrk if it is installed, else from a client here. Beside it, clients
leave in the middle of a request, with and without a reset; send a byte now and then; take no
answers; send what is no request. At the end the service is told to stop under that load.

Prints a line every few seconds: resident memory in KiB, open descriptors, threads, requests per
second of the clients that behave, clients that have misbehaved so far, errors so far (of wrk, and
of clients that check what they read); then what came of it. Exit status: 0; 1 if something is wrong: a client got a
wrong answer, the service reported a defect, did not end with status 0, left tasks, or broke its
database, or its memory goes on growing (in the second half by more than a tenth and 4 MiB).

Example: tests/bench/soak.py --minutes 2 build/dev/fixtures/apps/service/service
"""
import argparse
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "apps"))

from service_process import Service, request  # noqa: E402

WRK_SCRIPT = """\
local count = 0
request = function()
  count = count + 1
  local path = "/items/" .. math.random(1, 5000)
  local kind = count % 10
  if kind < 7 then return wrk.format("GET", path) end
  if kind < 9 then return wrk.format("PUT", path, nil, string.rep("v", math.random(0, 4000))) end
  return wrk.format("DELETE", path)
end
done = function(summary)
  local e = summary.errors
  io.write(string.format("%d %d %d %d %d\\n", summary.requests, e.connect, e.read, e.write,
    e.timeout))
end
"""


class Soak:
    def __init__(self, service, seed):
        self.service = service
        self.seed = seed
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.counts = Counter()
        self.wrong = []
        self.possible = {}  # of each client that checks: what may be stored under its name

    def count(self, what, by=1):
        with self.lock:
            self.counts[what] += by

    def complain(self, text):
        with self.lock:
            if len(self.wrong) < 20:
                self.wrong.append(text)

    def loop(self, behave, number):
        """Runs one client again and again; what it did is counted under its name."""
        chance = random.Random(f"{self.seed} {behave.__name__} {number}")
        while not self.stopping.is_set():
            try:
                behave(chance)
                self.count(behave.__name__)
                self.stopping.wait(chance.random() * 0.02)
            except (OSError, ValueError, AssertionError) as failure:
                if not self.stopping.is_set():
                    self.count(f"{behave.__name__}: {type(failure).__name__}")
                    self.stopping.wait(0.05)

    # ---- clients ----

    def checked(self, chance):
        """Writes its own items and reads them back: they have to be what was written. What was not
        done in time (503), or did not come in time (408), is written as a whole or not at all."""
        name = f"/items/own-{threading.get_ident()}"
        possible = self.possible.setdefault(name, {None})
        with self.service.client() as client:
            for _ in range(chance.randrange(1, 50)):
                value = chance.randbytes(chance.randrange(0, 3000))
                written = client.ask("PUT", name, value)
                read = client.ask("GET", name)
                if written is None or read is None:
                    if not self.stopping.is_set():
                        self.complain("a connection ended between requests")
                    return
                if written.status in (201, 204):
                    possible.clear()
                possible.add(value)
                found = read.body if read.status == 200 else None
                late = sum(answer.status in (408, 503) for answer in (written, read))
                known = read.status in (200, 404)
                if (written.status not in (201, 204, 408, 503)
                        or read.status not in (200, 404, 408, 503)
                        or (known and found not in possible)):
                    self.complain(f"PUT {written.status}, GET {read.status}, "
                                  f"{len(read.body)} bytes of {len(value)}")
                if known:
                    possible.intersection_update({found})
                self.count("requests checked", 2 - late)
                self.count("requests not done in time", late)
                if 408 in (written.status, read.status):
                    return  # the service ends such a connection

    def leaves(self, chance):
        whole = request("PUT", f"/items/left-{chance.randrange(100)}", b"x" * 2000)
        with self.service.client() as client:
            client.send(whole[:chance.randrange(len(whole) + 1)])
            if chance.random() < 0.5:
                time.sleep(chance.random() * 0.05)
            if chance.random() < 0.5:
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                         b"\1\0\0\0\0\0\0\0")

    def dawdles(self, chance):
        """Sends a byte now and then, until it is done or has been told that this is too slow."""
        with self.service.client() as client:
            for byte in request("PUT", f"/items/slow-{chance.randrange(10)}", b"x" * 20):
                try:
                    client.send(bytes([byte]))
                except OSError:
                    break
                if self.stopping.wait(chance.random() * 0.05):
                    return

    def takes_nothing(self, chance):
        with self.service.client(buffer=4096) as client:
            client.ask("PUT", "/items/big", b"x" * 60000)
            client.socket.settimeout(0.5)
            try:
                while not self.stopping.is_set():
                    client.send(request("GET", "/items/big") * chance.randrange(1, 20))
            except OSError:
                pass
            self.stopping.wait(chance.random() * 3)

    def talks_nonsense(self, chance):
        text = chance.choice([b"\x16\x03\x01\r\n\r\n", b"GET /" + b"a" * 20000, b"\r\n" * 50,
                              b"GET / HTTP/3.0\r\n\r\n", chance.randbytes(300) + b"\r\n\r\n",
                              request("PUT", "/items/x", b"y" * 200000)])
        with self.service.client() as client:
            try:
                client.send(text)
                answer = client.read()
            except OSError:
                return
            if answer and answer.status < 400:
                self.complain(f"{text[:30]!r} was answered by {answer.status}")

    # ---- measuring ----

    def look(self):
        """Resident memory in KiB, descriptors, threads, and all answers so far."""
        folder = Path(f"/proc/{self.service.process.pid}")
        status = (folder / "status").read_text()
        memory, threads = (int(re.search(rf"{key}:\s+(\d+)", status)[1])
                           for key in ("VmRSS", "Threads"))
        return memory, len(list((folder / "fd").iterdir())), threads

    def requests(self):
        with self.lock:
            return self.counts["requests of wrk"] + self.counts["requests checked"]

    def misbehaved(self):
        with self.lock:
            return sum(self.counts[behave.__name__] for behave, _ in misbehaving(self))

    def errors(self):
        """Those of clients that behave."""
        with self.lock:
            return sum(count for what, count in self.counts.items()
                       if what.startswith(("wrk: ", "checked: ")))


def run_wrk(soak, program, seconds):
    """Runs wrk again and again, each time for so many seconds, and adds up what it says."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "mix.lua"
        script.write_text(WRK_SCRIPT)
        command = [program, "-t1", "-c32", f"-d{seconds}s", "-s", str(script),
                   f"http://127.0.0.1:{soak.service.port}"]
        while not soak.stopping.is_set():
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True) as wrk:
                while wrk.poll() is None and not soak.stopping.wait(0.05):
                    pass
                if soak.stopping.wait(0.5):  # it sees the service end
                    wrk.terminate()
                    return
                add_up(soak, wrk.communicate()[0])


def add_up(soak, text):
    match = re.search(r"^(\d+) (\d+) (\d+) (\d+) (\d+)$", text, re.MULTILINE)
    if not match:
        soak.complain(f"wrk said: {text}")
        return
    requests, *errors = map(int, match.groups())
    soak.count("requests of wrk", requests)
    for what, count in zip(("connect", "read", "write", "timeout"), errors):
        if count:
            soak.count(f"wrk: {what}", count)


def measure(soak, minutes, every):
    """Prints lines until the time is over. Returns the memory at each."""
    memories, before = [], 0
    start = last = time.monotonic()
    print("    s  RSS KiB   fds  threads  requests/s  misbehaved  errors", flush=True)
    while (left := start + minutes * 60 - time.monotonic()) > 0:
        time.sleep(min(every, left))
        if soak.service.process.poll() is not None:
            soak.complain(f"the service ended by itself: {soak.service.process.returncode}")
            break
        memory, descriptors, threads = soak.look()
        memories.append(memory)
        now, requests = time.monotonic(), soak.requests()
        print(f"{now - start:5.0f} {memory:8} {descriptors:5} {threads:8} "
              f"{(requests - before) / (now - last):11.0f} {soak.misbehaved():11} "
              f"{soak.errors():7}", flush=True)
        before, last = requests, now
    print(f"{soak.requests() / (time.monotonic() - start):.0f} requests/s on average")
    return memories


def misbehaving(soak):
    return [(soak.leaves, 6), (soak.dawdles, 20), (soak.takes_nothing, 4),
            (soak.talks_nonsense, 3)]


def growth(memories):
    """How much more the second half's end has than its beginning, in KiB; medians of a few."""
    half = memories[len(memories) // 2:]
    few = max(1, len(half) // 4)
    first, last = sorted(half[:few])[few // 2], sorted(half[-few:])[few // 2]
    return last - first, first


def judge(soak, memories):
    service = soak.service
    status = service.process.returncode
    print(f"exit status {status}; {service.last_words.strip()}")
    if status != 0 or ", 0 tasks left" not in service.last_words:
        soak.complain("the service did not end well")
    for text in service.defects() + service.stderr().splitlines():
        soak.complain(text)
    try:
        print(f"integrity check ok, {len(service.rows())} rows")
    except AssertionError as failure:
        soak.complain(f"integrity check: {failure}")
    if len(memories) >= 4:
        more, first = growth(memories)
        print(f"memory in the second half: {first} KiB, then {more:+} KiB")
        if more > first / 10 and more > 4096:
            soak.complain(f"memory grows: {more} KiB in the second half")


def run(arguments, soak):
    clients = [(soak.checked, arguments.checked)] + misbehaving(soak)
    threads = [threading.Thread(target=soak.loop, args=[behave, i])
               for behave, count in clients for i in range(count)]
    if program := shutil.which("wrk"):
        threads.append(threading.Thread(target=run_wrk, args=[soak, program, arguments.every]))
    for thread in threads:
        thread.start()
    memories = measure(soak, arguments.minutes, arguments.every)
    soak.stopping.set()
    soak.service.terminate()
    began = time.monotonic()
    soak.service.wait()
    print(f"stopped under load in {time.monotonic() - began:.2f} s")
    for thread in threads:
        thread.join()
    if soak.counts["requests not done in time"] > soak.counts["requests checked"]:
        soak.complain("most requests were not done in time")
    judge(soak, memories)
    for what, count in sorted(soak.counts.items()):
        print(f"  {what}: {count}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("service", help="the program")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--every", type=int, default=5, help="seconds from line to line")
    parser.add_argument("--checked", type=int, default=4, help="clients that check what they read")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--debug", action="store_true",
                        help="the runtime in debug mode: slower, and it reports its defects")
    arguments = parser.parse_args()
    service = Service(arguments.service, "--connections", "200", "--read", "5000", "--idle", "20000",
                      "--write", "1000", "--grace", "5000", debug=arguments.debug)
    soak = Soak(service, arguments.seed)
    try:
        run(arguments, soak)
    finally:
        soak.stopping.set()
        service.remove()
    for text in soak.wrong:
        print(f"WRONG: {text}")
    return 1 if soak.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
