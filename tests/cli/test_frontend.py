#!/usr/bin/env python3
"""Proves what the front end makes of C, by the programs in tests/cli/frontend.

The programs say themselves what is expected:

    //: TRACE      before a function: one of its paths, see irtrace.py. The lines are all its paths.
    //+ MORE       goes on with the line before
    //~ REGEX      a line of the print matches
    //! REGEX      no line of the print matches
    //@ args: ...  arguments for the compiler
    //@ deaths     traces show where locals die
    //@ fails      the file has errors: exit status 2

In a regex, {+N} is the number of the Nth line below, {-N} of the Nth line above.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

import irtrace as ir

AGLET = os.environ["AGLET"]
SOURCES = Path(__file__).resolve().parent / "frontend"
problems = []


class Program:
    """A source and what it expects."""

    def __init__(self, path):
        self.path, self.arguments, self.deaths, self.fails = path, [], False, False
        self.paths, self.present, self.absent = [], [], []  # (line, what)
        group = None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            kind, rest = line.strip()[:3], line.strip()[3:].strip()
            if kind == "//:":
                if group is None:
                    group = []
                    self.paths.append((number, group))
                group.append(rest)
            elif kind == "//+":
                group[-1] += " " + rest
            else:
                group = None
            if kind == "//~":
                self.present.append((number, self.regex(rest, number)))
            elif kind == "//!":
                self.absent.append((number, self.regex(rest, number)))
            elif kind == "//@":
                self.option(rest)

    @staticmethod
    def regex(text, number):
        return re.sub(r"\{([+-]\d+)\}", lambda match: str(number + int(match[1])), text)

    def option(self, text):
        if text.startswith("args:"):
            self.arguments = text[5:].split()
        elif text == "deaths":
            self.deaths = True
        elif text == "fails":
            self.fails = True
        else:
            raise ValueError(f"{self.path.name}: unknown option '{text}'")

    def problem(self, line, text):
        problems.append(f"{self.path.name}:{line}: {text}")

    def check_paths(self, functions):
        here = [f for f in functions if f.file == self.path.name]
        for number, expected in self.paths:
            after = [f for f in here if f.line > number]
            if not after:
                self.problem(number, "no function follows")
                continue
            function = min(after, key=lambda f: f.line)
            found = ir.traces(function, self.deaths)
            for trace in sorted(set(expected) - found):
                self.problem(number, f"{function.name} has no path: {trace}")
            for trace in sorted(found - set(expected)):
                self.problem(number, f"{function.name} must not have the path: {trace}")

    def check(self):
        run = subprocess.run([AGLET, "facts", "--print", self.path.name, "--", *self.arguments],
                             cwd=SOURCES, capture_output=True, text=True, timeout=120)
        if run.returncode != (2 if self.fails else 0):
            self.problem(1, f"exit status {run.returncode}: {run.stderr}")
        lines = run.stdout.splitlines()
        for line in lines:
            if " incomplete" in line and line.startswith("function") and not self.fails:
                self.problem(1, f"was not lowered: {line}")
        for number, regex in self.present:
            if not any(re.search(regex, line) for line in lines):
                self.problem(number, f"no line matches: {regex}")
        for number, regex in self.absent:
            for line in lines:
                if re.search(regex, line):
                    self.problem(number, f"must not be there: {line}")
        try:
            self.check_paths(ir.parse(run.stdout))
        except (ValueError, KeyError) as error:
            self.problem(1, f"the print cannot be read: {error!r}")
        return len(self.paths) + len(self.present) + len(self.absent)


def main():
    wanted = sys.argv[1:]
    sources = [p for p in sorted(SOURCES.glob("*.c")) if not wanted or p.stem in wanted]
    checked = sum(Program(path).check() for path in sources)
    if not checked:
        problems.append("there is nothing to check")
    for text in problems:
        print(text)
    print(f"{checked} expectations in {len(sources)} programs, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
