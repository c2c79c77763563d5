#!/usr/bin/env python3
"""What does a check cost, compared with a compiler that only looks at the syntax?

    tests/bench/parse.py -p DIR [--rounds N] [--jobs N] [--limit N]

DIR holds a compile_commands.json. For all its C units, `aglet check` and `clang-19 -fsyntax-only
-w` run in turn, with the same number of jobs; what counts is the CPU time (user and system) of
all their processes. Prints each round, the medians and their ratio.
"""
import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
# Options with a value of their own that make no sense, or do harm, without code being generated.
DROPPED_WITH_VALUE = {"-o", "-MF", "-MT", "-MQ"}
DROPPED = {"-c", "-MD", "-MMD", "-MP", "-MG"}
# What stands before the compiler.
LAUNCHERS = {"ccache", "sccache", "distcc", "icecc"}


def units(folder):
    """The C units of the database, one entry a file."""
    entries = json.loads(Path(folder, "compile_commands.json").read_text())
    found = {}
    for entry in entries:
        if entry["file"].endswith(".c"):
            found.setdefault(os.path.join(entry["directory"], entry["file"]), entry)
    return list(found.values())


def syntax_command(clang, entry):
    words = entry.get("arguments") or shlex.split(entry["command"])
    if Path(words[0]).name in LAUNCHERS:
        words = words[1:]
    kept, skip = [], False
    for word in words[1:]:
        if skip or word in DROPPED:
            skip = False
        elif word in DROPPED_WITH_VALUE:
            skip = True
        elif not word.startswith("-Werror"):
            kept.append(word)
    return [clang, *kept, "-fsyntax-only", "-w", "-Wno-unknown-warning-option",
            "-Qunused-arguments"]


def spent(before, after):
    """Seconds of CPU between two os.times(), of ended children and their children."""
    return (after.children_user - before.children_user
            + after.children_system - before.children_system)


def measure(work):
    """(CPU seconds, seconds on the clock, what work returned)"""
    before, clock = os.times(), time.monotonic()
    result = work()
    return spent(before, os.times()), time.monotonic() - clock, result


def run_clang(clang, entries, jobs):
    """How many units the compiler refused."""
    def one(entry):
        return subprocess.run(syntax_command(clang, entry), cwd=entry["directory"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    with ThreadPoolExecutor(jobs) as pool:
        return sum(code != 0 for code in pool.map(one, entries))


def run_aglet(aglet, database, jobs, extra):
    """The exit status; the cache is off, so that every unit is parsed."""
    run = subprocess.run([aglet, "check", "-p", str(database), "--jobs", str(jobs), *extra],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if run.returncode not in (0, 1):
        print(f"aglet ended with {run.returncode}: {run.stderr[-300:].strip()}", file=sys.stderr)
    return run.returncode


def row(*cells):
    print("| " + " | ".join(f"{cell:>12}" for cell in cells) + " |")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-p", dest="folder", required=True, help="folder of compile_commands.json")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--limit", type=int, help="only the first N units")
    parser.add_argument("--aglet", default=str(SOURCE / "build/release/analyzer/aglet"))
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("extra", nargs="*", help="more arguments for aglet check, after --")
    return parser.parse_args()


def main():
    options = arguments()
    entries = units(options.folder)[:options.limit]
    if not entries:
        sys.exit(f"{options.folder}/compile_commands.json has no C unit")
    times = {"clang": [], "aglet": []}
    row("round", "clang CPU s", "aglet CPU s", "clang s", "aglet s", "ratio")
    row(*["---:"] * 6)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "compile_commands.json").write_text(json.dumps(entries))
        for number in range(1, options.rounds + 1):
            clang, clang_clock, refused = measure(
                lambda: run_clang(options.clang, entries, options.jobs))
            aglet, aglet_clock, status = measure(
                lambda: run_aglet(options.aglet, folder, options.jobs, options.extra))
            times["clang"].append(clang)
            times["aglet"].append(aglet)
            row(number, f"{clang:.2f}", f"{aglet:.2f}", f"{clang_clock:.2f}", f"{aglet_clock:.2f}",
                f"{aglet / clang:.2f}")
    clang, aglet = statistics.median(times["clang"]), statistics.median(times["aglet"])
    row("median", f"{clang:.2f}", f"{aglet:.2f}", "", "", f"{aglet / clang:.2f}")
    print(f"{len(entries)} units, {options.jobs} jobs; clang refused {refused}, "
          f"aglet ended with {status}")
    return 0 if status in (0, 1) else 1


if __name__ == "__main__":
    sys.exit(main())
