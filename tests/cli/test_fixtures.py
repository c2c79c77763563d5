#!/usr/bin/env python3
"""Proves the rules on their fixtures: each finding where it is expected, and no other.

Every bad_NAME.c, good_NAME.c, bad_NAME/ and good_NAME/ below fixtures/RULE/ is one program. What
should be found stands in the line as `// expect: RULE`, or near it as `// expect(+1): RULE`. A
program that says `// requires: PACKAGE` in its first lines is skipped when pkg-config does not
know the package; one that says `// foreign: LIBRARY` declares that library's words itself, and is
checked but not linked. Name programs as arguments to check only these.
"""
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fixtures import AGLET, CC, ENVIRONMENT, SOURCE, jobs, programs, rule_names, trouble

SECTIONS = ["What it does", "Why it is bad", "Example", "Use instead", "What it can't see",
            "Options", "Suppress or state the intent", "References"]
LEAST = 6


def compile_problems(program):
    """Warnings of the compiler: a fixture has no defect that a compiler sees."""
    command = [CC, "-Wall", "-Wextra", "-fsyntax-only", *program.flags(), *map(str, program.files)]
    found = subprocess.run(command, capture_output=True, text=True)
    if found.returncode == 0 and not found.stderr:
        return []
    lines = [line for line in found.stderr.splitlines() if "error:" in line or "warning:" in line]
    return [f"{program.name}: does not compile clean: {line}" for line in lines or ["no reason"]]


def findings_of(program):
    """The set of (file, line, rule) that aglet finds, and a sentence if it could not check."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "compile_commands.json").write_text(json.dumps(program.commands()))
        command = [AGLET, "check", "-p", folder, "--select", "all", "--format", "json",
                   *map(str, program.files)]
        run = subprocess.run(command, capture_output=True, text=True, cwd=SOURCE,
                             env=ENVIRONMENT)
    if said := trouble(run.returncode, run.stderr):
        return set(), said
    try:
        report = json.loads(run.stdout)
    except json.JSONDecodeError as error:
        return set(), f"what aglet wrote is no JSON: {error}"
    found = {place_of(finding) for finding in report["findings"]}
    if bool(found) != (run.returncode == 1):
        return found, f"{len(found)} findings, and exit status {run.returncode}"
    return found, None


def place_of(finding):
    place = finding["range"]
    return str((SOURCE / place["file"]).resolve()), place["start"]["line"], finding["rule"]


def check(program):
    """The sentences to be said of a program; None if it has to be skipped."""
    if program.missing_package():
        return None
    problems = compile_problems(program)
    expected = {(str(Path(file).resolve()), line, rule) for file, line, rule in program.expected}
    if program.bad and not expected:
        problems.append(f"{program.name}: is bad, and expects nothing")
    if not program.bad and expected:
        problems.append(f"{program.name}: is good, and expects a finding")
    found, said = findings_of(program)
    if said:
        return problems + [f"{program.name}: {said}"]
    for file, line, rule in sorted(expected - found):
        problems.append(f"{short(file)}:{line}: missing {rule}")
    for file, line, rule in sorted(found - expected):
        problems.append(f"{short(file)}:{line}: unexpected {rule}")
    return problems


def short(file):
    try:
        return Path(file).relative_to(SOURCE.resolve())
    except ValueError:
        return file


def check_rule(rule, of_rule):
    """A rule is a room: its check, its document, its fixtures."""
    problems = []
    if not (SOURCE / f"rules/{rule}.c").exists():
        problems.append(f"rules/{rule}.c: is missing")
    document = SOURCE / f"rules/{rule}.md"
    if not document.exists():
        problems.append(f"rules/{rule}.md: is missing")
    else:
        titles = [line.lstrip("#").strip().lower() for line in document.read_text().splitlines()
                  if line.startswith("#")]
        problems += [f"rules/{rule}.md: lacks the section '{section}'" for section in SECTIONS
                     if not any(title.startswith(section.lower()) for title in titles)]
    for kind in ("bad", "good"):
        count = sum(program.bad == (kind == "bad") for program in of_rule)
        if count < LEAST:
            problems.append(f"fixtures/{rule}: {count} {kind} fixtures, {LEAST} are wanted")
    return problems


def main():
    everything = programs()
    problems = []
    for rule in rule_names():
        problems += check_rule(rule, [program for program in everything if program.rule == rule])
    known = set(rule_names())
    problems += [f"{program.name}: there is no such rule" for program in everything
                 if program.rule not in known]
    chosen = [program for program in everything
              if not sys.argv[1:] or any(part in program.name for part in sys.argv[1:])]
    skipped = 0
    with ThreadPoolExecutor(jobs()) as pool:
        for outcome in pool.map(check, chosen):
            if outcome is None:
                skipped += 1
            else:
                problems += outcome
    print("\n".join(problems), end="\n" if problems else "")
    print(f"fixtures: {len(chosen) - skipped} programs checked, {skipped} skipped for want of a "
          f"library, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
