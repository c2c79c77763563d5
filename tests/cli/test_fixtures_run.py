#!/usr/bin/env python3
"""Proves at run time what the rules claim: each bad fixture misbehaves, each good one does not.

Every fixture that needs no foreign library is linked with the runtime and run in debug mode. What
the runtime observes goes to a file of witnesses: those a bad fixture names in `// witness: KIND`
have to be among them; a good fixture shows none and exits with 0. A bad fixture whose defect shows
only in another way (a blocked thread, a lost second) names no witness and has to end by itself.
Name programs as arguments to run only these.
"""
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fixtures import BUILD, CC, jobs, programs

SECONDS = 10
# A sanitized runtime needs programs that are sanitized alike.
SANITIZE = os.environ.get("SANITIZE", "")


def build(program, target):
    """Links a program; returns what the compiler said if it failed, else None."""
    sanitize = [f"-fsanitize={SANITIZE}", "-fno-sanitize-recover=all"] if SANITIZE else []
    command = [CC, "-g", "-DAGLET_PLACES", "-fstack-clash-protection", *sanitize, *program.flags(), "-o", str(target),
               *map(str, program.files), str(BUILD / "runtime/libaglet.a"), "-pthread", "-ldl",
               "-rdynamic"]
    found = subprocess.run(command, capture_output=True, text=True)
    return None if found.returncode == 0 else found.stderr.strip()


def run(program, folder):
    """(the exit status or None after the time limit, the kinds witnessed, the error output)"""
    witness = Path(folder, "witness")
    environment = {**os.environ, "AGLET_DEBUG": "1", "AGLET_WITNESS": str(witness),
                   "ASAN_OPTIONS": "detect_leaks=0"}
    try:
        done = subprocess.run([f"{folder}/program"], cwd=folder, env=environment, timeout=SECONDS,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace")
    except subprocess.TimeoutExpired:
        return None, [], ""
    lines = witness.read_text().splitlines() if witness.exists() else []
    kinds = [json.loads(line)["kind"] for line in lines]
    # this one ends the process, which has other things to say then
    if "overflowed its stack" in done.stderr or "stack-overflow" in done.stderr:
        return 1, [*kinds, "stack-overflow"], done.stderr
    return done.returncode, kinds, done.stderr


def check(program):
    """The sentences to be said of a program; None if it is not one for the runtime."""
    if program.requires or program.foreign:
        return None
    with tempfile.TemporaryDirectory() as folder:
        if said := build(program, Path(folder, "program")):
            return [f"{program.name}: cannot be built: {said}"]
        status, kinds, errors = run(program, folder)
    if status is None:
        return [f"{program.name}: did not end within {SECONDS} seconds"]
    problems = []
    if status < 0 or (status != 0 and not program.bad):
        last = (errors.strip().splitlines() or ["no message"])[-1]
        problems.append(f"{program.name}: ended with {status}: {last}")
    if not program.bad and kinds:
        problems.append(f"{program.name}: is good, and shows {', '.join(sorted(set(kinds)))}")
    problems += [f"{program.name}: {kind} was not observed ({', '.join(kinds) or 'nothing was'})"
                 for kind in program.witnesses if program.bad and kind not in kinds]
    if not program.bad and program.witnesses:
        problems.append(f"{program.name}: is good, and names a witness")
    return problems


def main():
    chosen = [program for program in programs()
              if not sys.argv[1:] or any(part in program.name for part in sys.argv[1:])]
    with ThreadPoolExecutor(jobs()) as pool:
        outcomes = list(pool.map(check, chosen))
    problems = [problem for outcome in outcomes for problem in outcome or []]
    skipped = outcomes.count(None)
    witnessed = sum(bool(program.bad and program.witnesses and not program.requires)
                    for program in chosen)
    print("\n".join(problems), end="\n" if problems else "")
    print(f"fixtures run: {len(chosen) - skipped} programs, {witnessed} with a witness, {skipped} "
          f"skipped that are for another library, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
