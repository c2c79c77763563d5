#!/usr/bin/env python3
"""Proves that a helper hides nothing and feigns nothing: each call of the runtime, in each fixture of one file,
is made by way of a helper of the file's own, and the same is found as before.

What helpers do hide is listed here, and said in the rules' documents: a line for each program.

The helpers stand in the empty line behind the last #include, so that all lines keep their numbers. What was found
at a call may be found in the helper that makes it now. Name words as arguments to check only the fixtures with one
of them in their names.
"""
import json
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fixtures import AGLET, ENVIRONMENT, SOURCE, jobs, programs, trouble

# What calls main's coroutine is not for a helper: the program begins there. And a helper that makes what belongs to a
# loop has to be a coroutine, which is another mistake than to make it too early.
LEFT_ALONE = re.compile(r'aglet_run\b|aglet_run_with\b|annotate\("aglet:loop-bound')
# Programs of which something is hidden by a helper, and why.
LIMITS = {
    "missing-cleanup/bad_data_of_task.c": "whether a task leaves its data alone is asked where both are given",
    "unretrieved-error/bad_helper.c": "whether a call tells the outcome depends on an argument that a helper has as well",
}
LAST_INCLUDE = re.compile(r"(?s)\A.*^#include[^\n]*\n(?=\n)", re.MULTILINE)
CLANG = "clang-19"


def closing(text, at):
    """Where the bracket at `at` is closed; strings may have brackets of their own."""
    depth = 0
    for match in re.compile(r'"[^"]*"|[()]').finditer(text, at):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    raise ValueError(text)


def without_attributes(text):
    while (at := text.find("__attribute__")) >= 0:
        text = text[:at] + text[closing(text, text.index("(", at)):]
    return text.strip()


def parameters(text):
    """Each parameter's declaration and name, of what stands between a declaration's brackets."""
    begin, depth = 0, 0
    for at, char in enumerate(text + ","):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            declaration = text[begin:at].strip()
            begin = at + 1
            name = re.search(r"\(\*(\w+)\)", declaration) or re.search(r"(\w+)(?:\[\w*\])?$", declaration)
            if declaration != "void":
                yield declaration, name[1]


def helpers():
    """For each function of the runtime, the text of a helper that does nothing but call it."""
    run = subprocess.run([CLANG, "-Xclang", "-ast-print", "-fsyntax-only", f"-I{SOURCE}/runtime/include", "-x", "c", "-"],
                         input="#include <aglet/aglet.h>\n", capture_output=True, text=True, check=True)
    found = {}
    for line in run.stdout.splitlines():
        match = re.match(r"([\w \*]+?)\b(aglet_\w+)\((.*)\);$", without_attributes(line))
        if not match or "..." in match[3] or LEFT_ALONE.search(line) or match[1].startswith(("static", "typedef")):
            continue
        result, name, given = match.groups()
        given = list(parameters(given))
        marked = "AGLET_COROUTINE " if 'annotate("aglet:coroutine")' in line else ""
        returns = "" if result.strip() == "void" else "return "
        found[name] = (f"static {marked}{result}helper_{len(found)}({', '.join(p for p, _ in given) or 'void'}) "
                       f"{{ {returns}{name}({', '.join(n for _, n in given)}); }}")
    if len(found) < 100:
        sys.exit(f"test_helpers.py: only {len(found)} functions in the runtime's headers")
    return found


def through_helpers(text, known):
    """The program's text with the calls by way of helpers, and the line of these; None if it makes none."""
    called = [name for name in known if re.search(rf"(?<![\w.>]){name}\(", text)]
    for name in called:
        text = re.sub(rf"(?<![\w.>]){name}(?=\()", re.search(r"helper_\d+", known[name])[0], text)
    head = LAST_INCLUDE.match(text)
    if not head or not called:
        return None, 0
    made = " ".join(known[name] for name in called)
    return text[:head.end()] + made + text[head.end():], text.count("\n", 0, head.end()) + 1


def problems(program, known):
    """What is wrong with the program, a sentence each; None if nothing of it can be put in helpers."""
    source = program.files[0]
    text, line = through_helpers(source.read_text(), known)
    if not text or "aglet:ignore" in text:
        return None
    with tempfile.TemporaryDirectory() as folder:
        changed = Path(folder, source.name)
        changed.write_text(text)
        run = subprocess.run([AGLET, "check", "--no-config", "--select", "all", "--format", "json", changed, "--",
                              *program.flags()], capture_output=True, text=True, env=ENVIRONMENT)
    if problem := trouble(run.returncode, run.stderr):
        return [problem]
    found = {(f["range"]["start"]["line"], f["rule"]) for f in json.loads(run.stdout)["findings"]}
    expected = {(at, rule) for _, at, rule in program.expected}
    moved = {rule for at, rule in found if at == line} & {rule for _, rule in expected}
    missing = [f"{at}: missing {rule}" for at, rule in sorted(expected - found) if rule not in moved]
    return missing + [f"{at}: unexpected {rule}" for at, rule in sorted(found - expected)
                      if at != line or rule not in moved]


def main():
    words = sys.argv[1:]
    chosen = [p for p in programs() if not p.path.is_dir() and not p.missing_package() and not p.foreign
              and (not words or any(word in p.name for word in words))]
    known = helpers()
    with ThreadPoolExecutor(jobs()) as pool:
        results = list(pool.map(lambda program: problems(program, known), chosen))
    wrong = 0
    for program, sentences in zip(chosen, results):
        if program.name in LIMITS:
            sentences = [] if sentences else ["0: helpers hide nothing of it any more: take it out of LIMITS"]
        for sentence in sentences or []:
            print(f"{program.path.relative_to(SOURCE)}:{sentence}")
            wrong += 1
    checked = sum(result is not None for result in results)
    print(f"helpers: {checked} programs checked, {wrong} problems")
    return 1 if wrong or (not checked and not words) else 0


if __name__ == "__main__":
    sys.exit(main())
