#!/usr/bin/env python3
"""Plants bugs in good programs and counts which of them aglet finds.

The programs are the good fixtures in one file, but for those that suppress what is found in them. Each operator below makes one change, at
one place of one program at a time: it takes a release or an await away, does something twice, puts a
blocking call in. A mutant counts as found when a finding of the rule that the operator breaks stands
at the line where it should: the changed one where there is one, else in the same function. A mutant
that does not compile is left out.

    tests/mutation/mutate.py [--list]       prints a table by operator; with --list, what was missed

Fails when fewer of a hundred are found than LEAST: what was reached, which is not to be lost again.
"""
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from fixtures import AGLET, CC, ENVIRONMENT, jobs, programs  # noqa: E402

LEAST = 89
STATEMENT = r"^(\s*)(%s\(.*\);)$"


class Operator:
    """How to break a line, and what has to be found then."""

    def __init__(self, name, rules, pattern, change, at_line):
        self.name, self.rules, self.at_line = name, rules.split(), at_line
        self.pattern, self.change = re.compile(pattern), change

    def mutants(self, lines):
        """(number of the line to be looked at, from 1, and the changed lines) for each place."""
        for i, line in enumerate(lines):
            if found := self.pattern.search(line):
                changed, offset = self.change(found, line)
                yield i + 1 + offset, lines[:i] + changed + lines[i + 1:]


def dropped(found, _line):
    return [found.group(1) + ";"], 0


def doubled(found, line):
    return [line, line], 1


def blocked(found, line):
    return [f"{found.group(1)}usleep(1000);", line], 0


def replaced(text):
    return lambda found, line: ([line[:found.start()] + found.expand(text) + line[found.end():]], 0)


OPERATORS = [
    Operator("drop a release", "missing-cleanup jump-from-group free-before-close",
             STATEMENT % r"(?:aglet_(?:stream|server|file|queue|group|process|jobs|generator)_(?:close|free)"
                         r"|g_object_unref|g_error_free|fclose|uv_fs_req_cleanup)", dropped, False),
    Operator("drop an unlock", "lock-not-released",
             STATEMENT % r"(?:pthread_mutex_unlock|g_mutex_unlock|aglet_lock_release)", dropped, False),
    Operator("drop a reset", "context-not-reset", STATEMENT % "aglet_var_reset", dropped, False),
    Operator("drop an await", "fire-and-forget", r"aglet_await\(\w+\)", replaced("0"), False),
    Operator("release twice", "double-cleanup",
             STATEMENT % r"(?:aglet_(?:stream|server|file|queue|process)_(?:close|free)|fclose)", doubled, True),
    Operator("complete twice", "completes-exactly-once", STATEMENT % r"g_task_return_(?:boolean|int)", doubled, True),
    Operator("block a coroutine", "blocking-call", r"^(\s+)(?:\w.*)?aglet_(?:sleep|yield|stream_read)\(", blocked, True),
    Operator("forget the clock", "bad-deadline", r"aglet_fail_at\((.*?), aglet_now\(\) \+ (\d+)\)",
             replaced(r"aglet_fail_at(\1, \2)"), True),
    Operator("add a clock", "bad-deadline", r"aglet_(fail_after|move_on_after)\((.*?), (\d+)\)",
             replaced(r"aglet_\1(\2, aglet_now() + \3)"), True),
    Operator("remove a shield", "unshielded-write", r"aglet_shield\((\w+), (\w+)\)", replaced(r"\1(\2)"), True),
]


def function_of(lines, number):
    """The lines of the function around a line: from the last line that begins one, to its end."""
    first = next((i for i in range(number - 1, -1, -1) if re.match(r"\w.*\{$", lines[i])), 0)
    last = next((i for i in range(number - 1, len(lines)) if lines[i] == "}"), len(lines))
    return range(first + 1, last + 2)


def findings(path, flags):
    """Pairs of line and rule; None if the program does not compile."""
    if subprocess.run([CC, "-w", "-fsyntax-only", *flags, path], capture_output=True).returncode:
        return None
    run = subprocess.run([AGLET, "check", "--no-config", "--select", "all", "--color", "never", path, "--",
                          *flags], capture_output=True, text=True, env=ENVIRONMENT)
    if run.returncode not in (0, 1):
        return None
    found = re.findall(r"^\S+?:(\d+):\d+: (?:error|warning): .* \[([\w-]+)\]$", run.stdout, re.MULTILINE)
    return {(int(line), rule) for line, rule in found}


def judge(job):
    """Whether a mutant is found; None if it is none."""
    program, operator, number, lines = job
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, program.path.name)
        path.write_text("\n".join(["#include <unistd.h>"] + lines) + "\n")
        found = findings(str(path), program.flags())
    if found is None:
        return None
    shifted = [""] + lines
    wanted = range(number + 1, number + 2) if operator.at_line else function_of(shifted, number + 1)
    return any(line in wanted and rule in operator.rules for line, rule in found)


def is_harmless(operator, lines, number):
    """What main leaves to the end of the process is not reported."""
    begin = lines[function_of(lines, number)[0] - 1]
    return operator.name == "drop a release" and begin.startswith("int main(")


def all_jobs():
    for program in programs():
        if program.bad or program.path.is_dir() or program.missing_package() or program.foreign:
            continue
        lines = program.path.read_text().splitlines()
        if any("aglet:ignore" in line for line in lines):
            continue
        for operator in OPERATORS:
            for number, changed in operator.mutants(lines):
                if is_harmless(operator, lines, number):
                    continue
                yield program, operator, number, changed


def main():
    table, missed = defaultdict(lambda: [0, 0]), []
    work = list(all_jobs())
    with ThreadPoolExecutor(jobs()) as pool:
        for (program, operator, number, _), hit in zip(work, pool.map(judge, work)):
            if hit is None:
                continue
            table[operator.name][0] += 1
            table[operator.name][1] += hit
            if not hit:
                missed.append(f"{program.name}:{number}: {operator.name}")
    if sys.argv[1:] == ["--list"]:
        print("\n".join(missed))
    for name, (count, hits) in table.items():
        print(f"{name:20} {count:4} mutants, {hits:4} found")
    count, hits = (sum(column) for column in zip(*table.values()))
    print(f"mutation: {hits} of {count} found, {100 * hits // count} %")
    return 0 if 100 * hits >= LEAST * count else 1


if __name__ == "__main__":
    sys.exit(main())
