#!/usr/bin/env python3
"""Proves the front end's program: the same bytes for the same input, and a sentence for each error.

It is spoken to as frontend.h says: a request on a line, the head of a reply on a line, then bytes.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

AGLET = Path(os.environ["AGLET"])
SOURCES = Path(__file__).resolve().parent / "frontend"
# How deep programs write code; on a stack of usual size, this overruns it.
LEVELS = {"else": 7000, "case": 100000, "plus": 5000, "and": 5000}
problems = []


def request(path, *arguments, directory=SOURCES):
    return {"directory": str(directory), "file": str(path),
            "arguments": ["cc", *arguments, "-c", str(path)]}


def converse(lines):
    """The (head, bytes) of each reply."""
    text = b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"
                    for line in lines)
    run = subprocess.run([AGLET.parent / "aglet-facts"], input=text, capture_output=True, timeout=300)
    replies, rest = [], run.stdout
    while rest:
        line, _, rest = rest.partition(b"\n")
        head = json.loads(line)
        replies.append((head, rest[:head["bytes"]]))
        rest = rest[head["bytes"]:]
    if run.returncode != 0 or len(replies) != len(lines):
        problems.append(f"{len(lines)} requests, {len(replies)} replies, status {run.returncode}: "
                        f"{run.stderr.decode()}")
        replies += [({"bytes": 0}, b"")] * (len(lines) - len(replies))
    return replies


def expect(truth, text):
    if not truth:
        problems.append(text)


def check_bytes():
    paths = sorted(SOURCES.glob("*.c"))
    requests = [request(path, "-std=gnu23") for path in paths]
    forwards = dict(zip(paths, converse(requests)))
    backwards = dict(zip(reversed(paths), converse(requests[::-1])))
    for path in paths:
        alone = converse([request(path, "-std=gnu23")])[0]
        expect(len(alone[1]) > 100, f"{path.name} has no facts: {alone[0]}")
        expect(alone == forwards[path] == backwards[path],
               f"{path.name} has other facts in another run")


def check_errors():
    with tempfile.TemporaryDirectory() as folder:
        good = Path(folder, "good.c")
        good.write_text("int x;\n")
        Path(folder, "text.txt").write_text("text\n")
        Path(folder, "noise.c").write_bytes(bytes(range(256)) * 40)
        cases = [(b"no JSON\n", "could not be read"),
                 (b"\n", "could not be read"),
                 ({"directory": folder}, "could not be read"),
                 (request(good, directory=Path(folder, "missing")), "cannot be entered"),
                 (request(Path(folder, "text.txt")), "not a C source file"),
                 (request(Path(folder, "missing.c")), "missing.c")]
        last = request(good, "-fno-tree-ch", "-Wno-such", directory=folder)
        replies = converse([line for line, _ in cases] + [request(Path(folder, "noise.c")), last])
        for (line, wanted), (head, data) in zip(cases, replies):
            error = head.get("error") or ""
            expect(wanted in error and "\n" not in error and not data,
                   f"'{wanted}' wanted for {line}, said: {error}")
        expect(replies[-2][1], "a file full of noise still has facts, with its problems")
        expect(replies[-1][1] and replies[-1][0]["dropped"] == ["-fno-tree-ch"],
               f"a good file behind bad ones: {replies[-1][0]}")


def deep(name, count):
    """C as programs write it, `count` levels deep."""
    if name == "else":
        return "void f(int x) {" + "".join(
            f"if (x == {i}) return;\nelse " for i in range(count)) + "return; }"
    if name == "case":
        return "int f(int x) { switch (x) {" + "".join(
            f"case {i}:\n" for i in range(count)) + "return 1; } return 0; }"
    if name == "plus":
        return "int f(int x) { return " + "\n+ ".join(["x"] * count) + "; }"
    return "int f(int x) { return " + "\n&& ".join(["x"] * count) + "; }"


def check_depth():
    with tempfile.TemporaryDirectory() as folder:
        for name, levels in LEVELS.items():
            path = Path(folder, f"{name}.c")
            path.write_text(deep(name, levels))
            head, data = converse([request(path)])[0]
            expect(len(data) > levels, f"'{name}' {levels} levels deep: {head}")


def main():
    check_bytes()
    check_depth()
    check_errors()
    for text in problems:
        print(text)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
