#!/usr/bin/env python3
"""Builds the measuring programs, runs them in turn, and prints a table of medians and ratios.

    tests/bench/runtime/run.py                      all of it, 7 rounds
    tests/bench/runtime/run.py --rounds 3 --only echo
    tests/bench/runtime/run.py --libdill PREFIX --neco PREFIX   where they are, if not in the system

In each round every program runs once, so that a machine that gets busy is unfair to none. A library
that is not installed is skipped, and the table says so. Nanoseconds are those of the processor that
the program had, so that others on the machine count as little as they can. System calls are counted by strace, in a
run of their own.
"""
import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CONNECTIONS = 50
REQUESTS = 100_000
COUNTED_REQUESTS = 20_000
# The dearest program comes with a million tasks; beyond half of the free memory it is not fair.
IDLE_TASKS = 1_000_000
IDLE_KB = 5
# The stacks of these end at the kernel's limit of mappings.
IDLE_AT_MOST = {"libdill": 30_000, "neco": 4_000}
COROUTINES = ("aglet", "libdill", "neco")
ELSEWHERE = ("libdill", "neco")


def build(folder, prefixes):
    options = [f"-D{name.upper()}_ROOT={prefix}" for name, prefix in prefixes.items() if prefix]
    for command in (["cmake", "-S", HERE, "-B", folder, "-DCMAKE_BUILD_TYPE=Release", *options],
                    ["cmake", "--build", folder]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"run.py: {' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")


def pinned(core, command):
    """The command on one processor, where there are several."""
    if shutil.which("taskset") and (os.cpu_count() or 1) > 1:
        return ["taskset", "-c", str(core), *command]
    return command


def figures(command):
    """What a program told: {name: number}."""
    done = subprocess.run(pinned(0, command), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"run.py: {' '.join(command)} failed: {done.stderr}")
    return {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}


class Bench:
    def __init__(self, folder, rounds):
        self.folder = folder
        self.rounds = rounds

    def has(self, library):
        return (self.folder / f"bench_{library}").exists()

    def program(self, library, *arguments):
        return [str(self.folder / f"bench_{library}"), *arguments]

    def in_turn(self, libraries, measure):
        """Runs measure(library) -> {name: number} round by round; {(library, name): numbers}."""
        seen = {}
        for _ in range(self.rounds):
            for library in filter(self.has, libraries):
                for name, value in measure(library).items():
                    seen.setdefault((library, name), []).append(value)
        return seen

    def echo(self, library, requests=REQUESTS, tracer=()):
        """Requests a second that the client got from the library's server."""
        server = subprocess.Popen([*tracer, *pinned(0, self.program(library, "echo"))],
                                  stdout=subprocess.PIPE, text=True)
        try:
            port = server.stdout.readline().split()[1]
            client = self.program("epoll", "client", port, str(CONNECTIONS), str(requests))
            done = subprocess.run(pinned(1, client), capture_output=True, text=True, check=True)
            return {"echo": float(done.stdout.split()[1])}
        finally:
            if tracer:
                # The tracer hands the signal on and writes its table when the server has ended.
                children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
                os.kill(int(children.split()[0]), signal.SIGTERM)
            else:
                server.terminate()
            server.wait()

    def calls_per_request(self, library):
        """System calls of the server for a request, by strace; None without strace."""
        if not shutil.which("strace"):
            return None
        with tempfile.NamedTemporaryFile("r") as table:
            self.echo(library, COUNTED_REQUESTS, ("strace", "-f", "-c", "-o", table.name))
            total = re.search(r"^100\.00\s+\S+\s+\S+\s+(\d+)", table.read(), re.M)
        return int(total[1]) / COUNTED_REQUESTS if total else None


def table(title, unit, seen, name, bench, libraries, more_is_better=False):
    """One table: each library's median and best, and its ratio to aglet's median."""
    print(f"\n{title} ({unit})")
    own = statistics.median(seen[("aglet", name)])
    best = max if more_is_better else min
    for library in libraries:
        if not bench.has(library):
            print(f"  {library:8} not installed, skipped")
        elif (library, name) in seen:
            values = seen[(library, name)]
            middle = statistics.median(values)
            print(f"  {library:8} {middle:12.1f}   best {best(values):12.1f}   "
                  f"ratio {middle / own:6.2f}")


def show_tasks(bench):
    seen = bench.in_turn(COROUTINES, lambda library: {
        name: value for what in ("switch", "spawn", "alive")
        for name, value in figures(bench.program(library, what)).items()})
    table("A switch through the scheduler", "ns", seen, "switch", bench, COROUTINES)
    table("Spawn and join, in batches of 1000", "ns", seen, "spawn", bench, COROUTINES)
    table("Spawn and join, the first of these batches", "ns", seen, "spawn_first", bench, COROUTINES)
    table("Spawn, wake and join, in batches of 1000 that all wait at once", "ns", seen, "alive", bench,
          COROUTINES)


def show_timers(bench):
    pair = ("aglet", "libuv")
    seen = bench.in_turn(pair, lambda library: figures(bench.program(library, "timers")))
    for name, what in (("arm", "armed"), ("settle", "armed, to the end of the turn"),
                       ("settle_first", "armed so for the first time"),
                       ("cancel", "cancelled"), ("fire", "fired")):
        table(f"A timer {what}, of 300,000", "ns", seen, name, bench, pair)


def show_echo(bench):
    servers = ("aglet", "libuv", "epoll")
    seen = bench.in_turn(servers, bench.echo)
    table(f"Echo of 64 bytes, {CONNECTIONS} connections", "requests/s", seen, "echo", bench,
          servers, more_is_better=True)
    print("\nSystem calls of the server for a request")
    for library in filter(bench.has, servers):
        calls = bench.calls_per_request(library)
        print(f"  {library:8} " + (f"{calls:.2f}" if calls else "no strace, skipped"))


def free_kb():
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1])
    return 0


def show_memory(bench):
    print("\nMemory of a parked task (KB)")
    room = free_kb() // 2 // IDLE_KB
    count = min(IDLE_TASKS, room // 10_000 * 10_000)
    if count < IDLE_TASKS:
        print(f"  (not enough free memory for {IDLE_TASKS:,} tasks; {count:,} instead)")
    for library in COROUTINES:
        if not bench.has(library):
            print(f"  {library:8} not installed, skipped")
            continue
        wanted = min(count, IDLE_AT_MOST.get(library, count))
        told = figures(bench.program(library, "idle", str(wanted)))
        print(f"  {library:8} {told['idle_kb']:6.2f}   of {int(told['idle_count']):,} tasks")


PARTS = {"tasks": show_tasks, "timers": show_timers, "echo": show_echo, "memory": show_memory}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "bench")
    for name in ELSEWHERE:
        parser.add_argument(f"--{name}", type=Path)
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    build(options.build, {name: getattr(options, name) for name in ELSEWHERE})
    bench = Bench(options.build, options.rounds)
    print(f"{options.rounds} rounds, programs in turn; load average {os.getloadavg()[0]:.1f} "
          f"on {os.cpu_count()} processors")
    for part in options.only or PARTS:
        PARTS[part](bench)


if __name__ == "__main__":
    main()
