#!/usr/bin/env python3
"""Proves that the same input gives the same output, byte for byte.

All fixtures and the runtime's sources are checked as one database: with one worker and with eight,
and with the files in three shuffled orders, on the command line as well as in the database.
"""
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from fixtures import AGLET, ENVIRONMENT, SOURCE, programs, trouble

FORMATS = ("text", "json")
SHUFFLES = 3


def runtime_commands():
    flags = ["-std=gnu11", "-D_GNU_SOURCE", f"-I{SOURCE}/runtime/include", f"-I{SOURCE}/runtime/src"]
    sources = sorted((SOURCE / "runtime/src").glob("*.c"))
    return [{"directory": str(SOURCE), "file": str(file),
             "arguments": ["cc", *flags, "-c", str(file)]} for file in sources]


def check(folder, commands, form, workers):
    """(exit status, standard output) of a check of all commands, in their order."""
    database = Path(folder, "compile_commands.json")
    database.write_text(json.dumps(commands))
    run = subprocess.run(
        [AGLET, "check", "-p", folder, "--select", "all", "--format", form, "--jobs", str(workers),
         *[command["file"] for command in commands]], capture_output=True, cwd=SOURCE,
        env=ENVIRONMENT)
    if said := trouble(run.returncode, run.stderr.decode(errors="replace")):
        sys.exit(f"determinism: {said}")
    return run.returncode, run.stdout


def difference(left, right):
    """The first lines that differ."""
    pairs = zip(left.splitlines(), right.splitlines())
    return next((f"{a[:200]!r} and {b[:200]!r}" for a, b in pairs if a != b), "one is longer")


def main():
    commands = [command for program in programs() if not program.missing_package()
                for command in program.commands()] + runtime_commands()
    problems, runs = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for form in FORMATS:
            status, text = check(folder, commands, form, 1)
            runs += 1
            if status != 1 or not text:
                problems.append(f"{form}: nothing was found, so nothing is proved")
            trials = [("eight workers", list(commands), 8)]
            for seed in range(SHUFFLES):
                shuffled = list(commands)
                random.Random(seed).shuffle(shuffled)
                trials.append((f"files shuffled with seed {seed}", shuffled, 2))
            for what, order, workers in trials:
                runs += 1
                other_status, other = check(folder, order, form, workers)
                if (other_status, other) != (status, text):
                    problems.append(f"{form}, {what}: {difference(text, other)}")
    print("\n".join(problems), end="\n" if problems else "")
    print(f"determinism: {len(commands)} units, {runs} runs, {len(problems)} differences")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
