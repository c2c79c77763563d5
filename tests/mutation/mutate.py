#!/usr/bin/env python3
"""Plants bugs in good programs and counts which of them aglet finds.

The programs are all good fixtures, in one file or several and whatever their library, and the
applications of fixtures/apps. An operator (owning.py, waiting.py, sharing.py) makes one bug at one place: it takes a
release away, puts a blocking call four calls deep, returns out of a group. A mutant counts as found
when a finding of the rule that is there for that bug stands at the line where it has to: the changed
one or, where something is lost, the exit at which it is lost or the call that acquired it. A mutant
that does not compile is left out.

    tests/mutation/mutate.py [--all] [--list] [--keep FOLDER] [WORD...]

checks a part of the mutants, the same each time, and prints a table by operator and by rule; --all:
each of them; --list: also what is missed; --keep: the facts of the mutants stay in a folder, and the
next run takes them from there as long as neither a text nor `aglet facts` has changed; a WORD: only
operators and programs that have it in their names. Fails when fewer of a hundred are found than LEAST,
or when anything is found in a program before it is changed.
"""
import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
import sharing  # noqa: E402
import waiting  # noqa: E402
from fixtures import AGLET, BUILD, CC, ENVIRONMENT, SOURCE, Program, jobs, programs  # noqa: E402
from program import Text  # noqa: E402
from source import MARK  # noqa: E402

LEAST = 90
PART = 16  # one of so many, and of each operator SOME at least
SOME = 6
# It is there to have findings: `./dev lint` shows them.
SHOWN = "example"


class Kept:
    """Facts that an earlier run made, by all that they are made from; the system's headers are taken
    to be the same."""

    def __init__(self, folder):
        self.folder = folder and Path(folder).resolve()
        self.headers = {}
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.maker = (Path(AGLET).parent / "aglet-facts").read_bytes()

    def place(self, path, flags):
        """Where the facts of a file are, or are to be; None if none are kept."""
        if not self.folder:
            return None
        folders = [flag[2:] for flag in flags if flag.startswith(f"-I{SOURCE}")]
        parts = [self.maker, repr(flags).encode(), path.name.encode(), path.read_bytes(), *map(self.headers_of, folders)]
        key = hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
        return self.folder / f"{key}.facts"

    def headers_of(self, folder):
        """What a file may include from there."""
        if folder not in self.headers:
            self.headers[folder] = b"\0".join(path.read_bytes() for path in sorted(Path(folder).rglob("*.h")))
        return self.headers[folder]


class Subject:
    """A program to be mutated, and the facts of its files as they are."""

    kept = Kept(None)

    def __init__(self, program, folder, others=()):
        self.program, self.name, self.flags = program, program.name, program.flags()
        self.folder = Path(folder, re.sub("/", "+", program.name))
        self.folder.mkdir()
        self.others = list(others)
        self.facts, self.refused = {}, []

    def facts_of(self, path, source, folder):
        """The facts of a file, whose headers are where `source` is; None if it is no C."""
        flags = [*self.flags, f"-I{source.parent}"]
        out = self.kept.place(path, flags) or Path(folder, source.name + ".facts")
        no_c = out.with_suffix(".no-c")  # a mark, beside the facts that are kept
        if out.exists() or no_c.exists():
            return out if out.exists() else None
        run = subprocess.run([AGLET, "facts", path, "-o", out, "--", *flags],
                             capture_output=True, text=True, env=ENVIRONMENT)
        if run.returncode == 0:
            return out
        if compiles(path, flags):
            self.refused.append(f"{self.name}: aglet gives no facts of what compiles: {run.stderr}")
        else:
            no_c.write_text(run.stderr)
        return None

    def original(self):
        """Finds in the unchanged program; and keeps the facts for the mutants."""
        for source in [*self.program.files, *self.others]:
            self.facts[source.name] = self.facts_of(source, source, self.folder)
        if None in self.facts.values():
            return None
        return findings(self.facts.values(), [])


def compiles(path, flags):
    command = [CC, "-Werror=implicit-function-declaration", "-Werror=int-conversion", "-fsyntax-only", *flags, path]
    return subprocess.run(command, capture_output=True).returncode == 0


def findings(facts, more=("--select", "all")):
    """Triples of file, line and rule."""
    run = subprocess.run([AGLET, "link", "--no-config", *more, "--format", "json", *facts],
                         capture_output=True, text=True, env=ENVIRONMENT)
    if run.returncode not in (0, 1):
        raise RuntimeError(f"aglet link ends with {run.returncode}: {run.stderr}")
    return {(Path(found["range"]["file"]).name, found["range"]["start"]["line"], found["rule"])
            for found in json.loads(run.stdout)["findings"]}


class Job:
    """A mutant of a program."""

    def __init__(self, subject, operator, mutant):
        self.subject, self.operator, self.mutant = subject, operator, mutant
        shown = next((edit for edit in mutant.edits if edit.text == ";" or MARK in edit.text), mutant.edits[-1])
        self.place = f"{subject.name}:{shown.file.name}:{shown.file.line(shown.start)}"
        changes = repr([(edit.file.name, edit.start, edit.text) for edit in mutant.edits])
        self.order = hashlib.sha256((subject.name + operator + changes).encode()).hexdigest()
        self.wanted, self.found = set(), None

    def judge(self):
        """True if the mutant is found, None if it is none."""
        if None in self.subject.facts.values():
            return None
        with tempfile.TemporaryDirectory() as folder:
            facts = dict(self.subject.facts)
            changed = {edit.file for edit in self.mutant.edits} | {file for file, _ in self.mutant.places}
            for file in changed:
                text, lines = self.mutant.text(file)
                self.wanted |= {(file.name, line) for line in lines}
                if text == file.text:
                    continue
                path = Path(folder, file.name)
                path.write_text(text)
                facts[file.name] = self.subject.facts_of(path, file.path, folder)
                if not facts[file.name]:
                    return None
            self.found = findings(facts.values())
        return any((file, line) in self.wanted and rule in self.mutant.rules for file, line, rule in self.found)


def applications():
    """Those of fixtures/apps that are built here, each with the files of the libraries they share."""
    folder = SOURCE / "fixtures/apps"
    built = (BUILD / "compile_commands.json").read_text()
    shared = [path for path in sorted(folder.iterdir()) if path.is_dir() and not (path / "main.c").exists()]
    library = [file for path in shared for file in sorted(path.glob("*.c"))]
    includes = [f"-I{path}" for path in shared]
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path not in shared and path.name != SHOWN and f"{path}/main.c" in built:
            app = Program(path)
            app.flags = lambda path=path: ["-std=gnu11", "-D_GNU_SOURCE", f"-I{SOURCE}/runtime/include",
                                           f"-I{path}", *includes]
            yield app, library


def subjects(folder):
    for program in programs():
        suppressing = any("aglet:ignore" in file.read_text() for file in program.files)
        if not program.bad and not suppressing and not program.missing_package():
            yield Subject(program, folder)
    first = True
    for app, library in applications():
        # The library is mutated with one of its users.
        if first:
            app.files = app.files + library
        yield Subject(app, folder, () if first else library)
        first = False


def jobs_of(subject):
    text = Text(subject.program)
    for name, operator in sharing.OPERATORS.items():
        for mutant in operator(text):
            if mutant:
                yield Job(subject, name, mutant)


def chosen(work, everything):
    """A part of the mutants, that is the same each time."""
    if everything:
        return work
    by_operator = defaultdict(list)
    for job in work:
        by_operator[job.operator].append(job)
    return [job for of in by_operator.values()
            for job in sorted(of, key=lambda job: job.order)[:max(SOME, len(of) // PART)]]


def places_text(places):
    return "; ".join(" ".join(map(str, place)) for place in sorted(places)) or "nothing"


def print_table(title, rows):
    print(f"\n{title:32}   made  tried  found")
    for name, (made, tried, found) in sorted(rows.items()):
        print(f"{name:32}  {made:5}  {tried:5}  {found:5}")


def report(made, done):
    """The share of all mutants that is found, taken from those that were tried: each operator counts
    by how many mutants it makes. (Of those made, some do not compile.)"""
    by_operator, by_rule = defaultdict(lambda: [0, 0, 0]), defaultdict(lambda: [0, 0, 0])
    for column, jobs_of_column in ((0, made), (1, [job for job, _ in done]), (2, [job for job, hit in done if hit])):
        for job in jobs_of_column:
            by_operator[job.operator][column] += 1
            by_rule[job.mutant.rules[0]][column] += 1
    print_table("operator", by_operator)
    print_table("rule", by_rule)
    tried = [row for row in by_operator.values() if row[1]]
    share = 100 * sum(row[0] * row[2] / row[1] for row in tried) / max(1, sum(row[0] for row in tried))
    print(f"\nmutation: {sum(row[2] for row in tried)} of {len(done)} found; of all {len(made)}: {share:.1f} %")
    return share >= LEAST


def main():
    parser = argparse.ArgumentParser(description="Plants bugs and counts which are found.")
    parser.add_argument("--all", action="store_true", help="each mutant, not a part of them")
    parser.add_argument("--list", action="store_true", help="prints what is missed")
    parser.add_argument("--keep", metavar="FOLDER", help="keeps the mutants' facts there for the next run")
    parser.add_argument("words", nargs="*", metavar="WORD", help="only operators and programs with it in their names")
    options = parser.parse_args()
    Subject.kept = Kept(options.keep)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs()) as pool:
        everything = list(subjects(folder))
        made = [job for subject in everything for job in jobs_of(subject)
                if not options.words or any(word in f"{job.operator} {subject.name}" for word in options.words)]
        work = chosen(made, options.all or options.words)
        used = sorted({job.subject for job in work}, key=lambda subject: subject.name)
        clean = True
        for subject, found in zip(used, pool.map(Subject.original, used)):
            if found is None or found:
                clean = False
                said = "is no C" if found is None else f"has findings before it is changed: {found}"
                print(f"{subject.name}: {said}")
        done = []
        for job, hit in zip(work, pool.map(Job.judge, work)):
            if hit is not None:
                done.append((job, hit))
            if options.list and hit is False:
                print(f"missed: {job.operator}: {job.place}: wanted {places_text(job.wanted)}, "
                      f"found {places_text(job.found)}", flush=True)
    refused = [sentence for subject in used for sentence in subject.refused]
    print("\n".join(refused), end="")
    return 0 if report(made, done) and clean and not refused else 1


if __name__ == "__main__":
    sys.exit(main())
