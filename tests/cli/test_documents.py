#!/usr/bin/env python3
"""Proves the examples of the rules' documents: what is bad is found, what is to be used instead is not.

tests/documents/RULE.c makes programs of the blocks of rules/RULE.md. Behind what all of them begin with,
`// program: Example 1, Use instead 1` begins one that is made with each of these blocks, the first ones
of their sections; the block stands where the program says `// text`. `// text: CODE` has the code in place
of what the block leaves out (`...`), `// text 1` and `// text 2` are its parts, between which something
is left out. Name rules as arguments to check only these.
"""
import json
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fixtures import AGLET, ENVIRONMENT, SOURCE, jobs, package_flags, rule_names, trouble

PLACE = re.compile(r"^ *// text(?: (\d))?(?:: (.*))?$", re.MULTILINE)
LEFT_OUT = re.compile(r"^ *(?:\.\.\.|…)$", re.MULTILINE)


def blocks(document):
    """The C blocks, by section and number."""
    found = {}
    for section in re.split(r"^## ", document, flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        for number, block in enumerate(re.findall(r"^```c\n(.*?)^```", text, re.DOTALL | re.MULTILINE), 1):
            found[f"{title} {number}"] = block.rstrip("\n")
    return found


def programs(template):
    """(name of a block, text of the program that it is to be put into)."""
    head, *rest = re.split(r"^// program: (.*)\n", template, flags=re.MULTILINE)
    for names, text in zip(rest[::2], rest[1::2]):
        for name in names.split(", "):
            yield name, head + text


def fill(text, block):
    """The program, and which of its lines are the block's."""
    lines = set()

    def put(place):
        part, code = place.groups()
        written = re.split(r"\n(?:\.\.\.\n|\n)", block)[int(part) - 1] if part else block
        written = LEFT_OUT.sub(lambda _: code or "", written)
        first = out.count("\n") + 1
        lines.update(range(first, first + written.count("\n") + 1))
        return written

    out, at = "", 0
    for place in PLACE.finditer(text):
        out += text[at:place.start()]
        out += put(place)
        at = place.end()
    return out + text[at:], lines


def findings_of(rule, text, flags):
    """The lines on which the rule finds something, and a sentence if it could not be checked."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "example.c").write_text(text)
        command = [AGLET, "check", "--no-config", "--select", rule, "--format", "json", "example.c",
                   "--", "-std=gnu11", f"-I{SOURCE}/runtime/include", *flags]
        if rule == "unused-suppression":
            command[4] = "all"
        run = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=ENVIRONMENT)
    if said := trouble(run.returncode, run.stderr):
        errors = json.loads(run.stdout)["errors"] if run.stdout else []
        return [], "; ".join([said] + [f"{e.get('line')}: {e['message']}" for e in errors])
    return [finding["range"]["start"]["line"] for finding in json.loads(run.stdout)["findings"]
            if finding["rule"] == rule], None


def check_program(rule, name, text, block, flags):
    whole, own = fill(text, block)
    found, said = findings_of(rule, whole, flags)
    where = f"rules/{rule}.md: {name}"
    if said:
        return [f"{where}: {said}"]
    if not name.startswith("Example"):
        return [f"{where}: has a finding in line {line}: {whole.splitlines()[line - 1].strip()}"
                for line in found]
    return [] if own & set(found) else [f"{where}: nothing is found in it"]


def check(rule):
    path = SOURCE / f"tests/documents/{rule}.c"
    if not path.exists():
        return [f"tests/documents/{rule}.c: is missing"]
    template = path.read_text()
    known = blocks((SOURCE / f"rules/{rule}.md").read_text())
    made = list(programs(template))
    flags = []
    for package in re.findall(r"^// requires: (\S+)$", template, re.MULTILINE):
        if package_flags(package) is None:
            return None
        flags += package_flags(package)
    problems = [f"tests/documents/{rule}.c: no program has '{name}' of the document"
                for name in known if name not in dict(made)]
    for name, text in made:
        if name not in known or not PLACE.search(text):
            problems.append(f"tests/documents/{rule}.c: '{name}' is not in the document, or not put in")
        else:
            problems += check_program(rule, name, text, known[name], flags)
    return problems


def main():
    chosen = [rule for rule in rule_names() if not sys.argv[1:] or rule in sys.argv[1:]]
    problems, skipped = [], 0
    with ThreadPoolExecutor(jobs()) as pool:
        for outcome in pool.map(check, chosen):
            if outcome is None:
                skipped += 1
            else:
                problems += outcome
    print("\n".join(problems), end="\n" if problems else "")
    print(f"documents: the examples of {len(chosen) - skipped} rules checked, {skipped} skipped for want of a "
          f"library, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
