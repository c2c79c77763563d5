#!/usr/bin/env python3
"""Writes the reference of the runtime, one page a header and an index, from the headers' comments.

    docs/runtime/generate.py            writes the pages beside this script
    docs/runtime/generate.py --check    writes nothing; fails if a page is stale or missing, or if a
                                        public function lacks its comment or what it returns

The headers are the only source. What this reads is their habit, not all of C: a comment that begins
with /** stands before the declaration it is for, and declarations that follow without an empty line
belong to it as well, as a structure's initialiser does.
"""

import argparse
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
HEADERS = HERE.parents[1] / "runtime" / "include" / "aglet"

# How a function's annotations read. What is left out says something to the analyser only.
WORDS = [
    ("AGLET_SYNC_ONLY", "outside a coroutine only"),
    ("AGLET_COROUTINE", "in a coroutine"),
    ("AGLET_MIXED", "anywhere on the loop's thread"),
    ("AGLET_SUSPENDS(_FOR_PEER)?", "may suspend"),
    ("AGLET_RUNS_LOOP", "runs a loop"),
    ("AGLET_BLOCKS", "blocks the thread"),
    ("AGLET_MUST_USE", "the result must be used"),
]
SCANNER = re.compile(
    r"(?P<blank>\n[ \t]*\n)|(?P<space>\s+)|(?P<comment>/\*.*?\*/)|(?P<line>//[^\n]*)"
    r"|(?P<directive>\#(?:\\\n|[^\n])*)|(?P<use>AGLET_DEFINE_AUTO\([^\n]*\)\n)", re.DOTALL)
RETURNS_STATUS = re.compile(r"^(int|ssize_t)\b(?!.*\()")


class Item:
    """One comment and the declarations it is for."""

    def __init__(self, doc):
        self.doc = doc
        self.code = []

    def functions(self):
        names = (function_name(code) for code in self.code)
        return [name for name in names if name]

    def name(self):
        """What the item is called in a heading."""
        first = self.code[0]
        patterns = (r"#define\s+(\w+)", r"typedef\b.*\(\*(\w+)\)", r"^typedef\b[^{]*?(\w+);$",
                    r"^((?:struct|enum)\s+\w+)")
        for pattern in patterns:
            found = re.search(pattern, first, re.DOTALL)
            if found:
                return found.group(1)
        return function_name(first)


def fail(text):
    print(f"generate.py: {text}", file=sys.stderr)
    sys.exit(2)


def without_annotations(code):
    """A declaration without its annotations; comments inside of it stay as they are."""
    parts = re.split(r"(/\*.*?\*/)", code, flags=re.DOTALL)
    parts[::2] = (re.sub(r"\bAGLET_[A-Z_]+\b(\s*\([^()]*\))?\s*", "", part) for part in parts[::2])
    return "".join(parts)


def function_name(code):
    """The public function that a declaration is for; None for other declarations."""
    if code.startswith(("#", "typedef")):
        return None
    found = re.match(r"[\w\s*]*?(\w+)\s*\(", without_annotations(code.split("{")[0]))
    return found.group(1) if found else None


def declaration(text, start):
    """The end of the declaration that begins at `start`."""
    depth = 0
    i = start
    while i < len(text):
        if text.startswith("/*", i):
            i = text.index("*/", i) + 2
            continue
        c = text[i]
        if c in "({":
            depth += 1
        elif c in ")}":
            depth -= 1
        if depth == 0 and (c == ";" or c == "}" and ")" in text[start:text.index("{", start)]):
            return i + 1
        i += 1
    fail(f"a declaration without an end: {text[start:start + 60]!r}")


def parse(path):
    """The header's first comment, its items and the declarations that no comment is for."""
    text = path.read_text()
    about, items, bare = None, [], []
    current = None
    i = 0
    while i < len(text):
        found = SCANNER.match(text, i)
        if not found:
            end = declaration(text, i)
            # Inline functions are how a macro does its work.
            if not text.startswith("static inline", i):
                (current.code if current else bare).append(text[i:end])
            i = end
            continue
        i = found.end()
        piece = found.group()
        if found.lastgroup == "comment":
            if about is None:
                about = piece
            elif piece.startswith("/**"):
                current = Item(piece)
                items.append(current)
        elif found.lastgroup == "blank" and (current is None or current.code):
            current = None
        elif found.lastgroup == "directive" and current and piece.startswith("#define"):
            current.code.append(piece)
    return about, [item for item in items if item.code], bare


def comment_lines(comment):
    """The lines of a comment without its frame; deeper indentation stays."""
    body = re.sub(r"^/\*+ ?|\s*\*/$", "", comment)
    lines = body.split("\n")
    return [re.sub(r"^\s*\* ?", "", line).rstrip() for line in lines]


def inline(text, links):
    """Text as Markdown: names of functions, headers and errors become links and code."""
    parts = re.split(r"(`[^`]*`)", text)
    for i in range(0, len(parts), 2):
        part = re.sub(r"([*<>\\]|__)", r"\\\1", parts[i])
        part = re.sub(r"(?<![\w`])(-E[A-Z]{2,}\d*|-D\w+|AGLET_\w+(?:\([^()]*\)|=\w+)?)", r"`\1`", part)
        part = re.sub(r"\b(aglet_\w+)\(\)",
                      lambda m: f"[`{m[1]}()`]({links[m[1]]})" if m[1] in links else f"`{m[1]}()`",
                      part)
        parts[i] = re.sub(r"\b(\w+)\.h\b(?!/)",
                          lambda m: f"[{m[0]}]({m[1]}.md)" if f"{m[1]}.h" in links else m[0], part)
    return "".join(parts)


def markdown(lines, links):
    """Paragraphs, numbered lists and indented examples of a comment."""
    out, paragraph, example = [], [], False

    def flush():
        if paragraph:
            out.append(inline(" ".join(paragraph), links))
            paragraph.clear()

    for line in lines:
        number = re.match(r"\s+(\d+)\. ", line)
        if not line:
            flush()
            out.append("")
            example = False
        elif number:
            flush()
            paragraph.append(line.strip())
        elif line.startswith("  ") and not paragraph:
            if not example and out and out[-1]:
                out.append("")
            example = True
            out.append("    " + line.removeprefix("    ").removeprefix("  "))
        else:
            paragraph.append(line.strip())
    flush()
    return "\n".join(out).strip("\n")


def split_tags(lines):
    """A comment's text, its parameters and what is returned."""
    text, *tagged = re.split(r"@(?=return|param)", "\n".join(lines))
    params, returned = [], None
    for tag in tagged:
        words = " ".join(tag.split())
        if words.startswith("param "):
            _, name, what = words.split(" ", 2)
            params.append((name, what.rstrip(";")))
        else:
            returned = words.removeprefix("return").strip()
    return text.rstrip().split("\n"), params, returned


def shown(code, private):
    """A declaration as a page shows it: without annotations and without private fields."""
    if code.startswith("#"):
        lines = [line.rstrip("\\").rstrip() for line in code.split("\n")]
        return "\n".join(line + " \\" * (line is not lines[-1]) for line in lines)
    if function_name(code) is None:
        code = without_annotations(code)
        return re.sub(r"\{.*\}", "{ /* private */ }", code, flags=re.DOTALL) if private else code
    head = without_annotations(code.split("{")[0]).rstrip(";").strip()
    head = re.sub(r"\s+", " ", head)
    if len(head) <= 96:
        return head + ";"
    opened = head.index("(") + 1
    # A comma inside of a parameter's own parentheses does not end it.
    parameters = re.split(r", (?![^(]*\)(?!$))", head[opened:])
    return head[:opened] + (",\n" + " " * opened).join(parameters) + ";"


def item_page(item, links):
    lines, params, returned = split_tags(comment_lines(item.doc))
    title = ", ".join(f"`{name}`" for name in item.functions()) or f"`{item.name()}`"
    private = "fields are private" in " ".join(lines)
    code = "\n".join(shown(code, private) for code in item.code)
    out = [f"### {title}", "", "```c", code, "```", ""]
    if item.functions():
        words = [word for macro, word in WORDS if re.search(rf"\b{macro}\b", item.code[0])]
        if words:
            out += ["*" + "; ".join(words) + "*", ""]
    text = markdown(lines, links)
    if text:
        out += [text, ""]
    out += [f"- `{name}`: {inline(what, links)}" for name, what in params]
    if params:
        out.append("")
    if returned:
        out += [f"**Returns** {inline(returned, links)}", ""]
    return "\n".join(out)


def page(path, about, items, links):
    out = [f"<!-- Made from {path.name} by generate.py; change it there. -->", f"# {path.name}", "",
           markdown(comment_lines(about), links), ""]
    return "\n".join(out) + "\n" + "\n".join(item_page(item, links) for item in items)


def reading_order():
    """The order in which aglet.h includes the headers; those that it leaves out are the last."""
    names = re.findall(r"#include <aglet/(\w+\.h)>", (HEADERS / "aglet.h").read_text())
    rest = sorted(path.name for path in HEADERS.glob("*.h") if path.name not in names)
    rest.remove("aglet.h")
    return ["aglet.h", *names, *rest]


def index(order, parsed, links):
    out = ["<!-- Made from the headers by generate.py; change them. -->", "# Reference of libaglet", "",
           "One page a header, in the order in which they are best read. `#include <aglet/aglet.h>`",
           "brings them all but those of the libraries that stand beside it, [cares.h](cares.md) and",
           "[tls.h](tls.md).", ""]
    for name in order:
        about, items, _ = parsed[name]
        text = " ".join(" ".join(comment_lines(about)).split())
        first = re.match(r".*?\.(?= |$)", text).group()
        out.append(f"- [{name}]({name[:-2]}.md): {inline(first, {})}")
        functions = [function for item in items for function in item.functions()]
        if functions:
            out.append("  " + ", ".join(f"[`{f}`]({links[f]})" for f in functions))
    return "\n".join(out) + "\n"


def anchors(parsed):
    """Where each function and header is described, as GitHub names the headings."""
    links = {}
    for name, (_, items, _) in parsed.items():
        links[name] = name
        for item in items:
            for function in item.functions():
                links[function] = f"{name[:-2]}.md#{function}"
    return links


def complaints(parsed):
    """What the comments of the public functions lack."""
    docs = {function: item.doc for _, items, _ in parsed.values() for item in items
            for function in item.functions()}
    for name, (_, items, bare) in parsed.items():
        for code in bare:
            function = function_name(code)
            if function:
                yield f"{name}: {function}() has no comment"
        for item in items:
            if len(item.functions()) > 1:
                yield f"{name}: {' and '.join(item.functions())} share one comment"
            for code in item.code:
                function = function_name(code)
                if function and (missing := lacks(function, code, docs)):
                    yield f"{name}: {function}(): {missing}"


def lacks(function, code, docs):
    """What the function's comment lacks of its errors; a reference to another function will do."""
    doc = " ".join(comment_lines(docs[function]))
    returned = split_tags(comment_lines(docs[function]))[2]
    result = without_annotations(code).split(function)[0].strip()
    reference = re.search(r"[Aa]s (?:of )?(aglet_\w+)\(\)", doc)
    if result.endswith("*"):
        return None if "NULL" in doc or reference or "const char" in result \
            else "it returns a pointer; say when that is NULL, and errno"
    if not RETURNS_STATUS.match(result):
        return None
    if returned is None and not reference:
        return "it returns a number; say with @return what it means and which errors there are"
    if returned and not re.search(r"-E[A-Z]+|error|\b0\b|failure|[Aa]s above", returned) and \
            not reference:
        return "its @return names no error"
    if reference and reference.group(1) not in docs:
        return f"it refers to {reference.group(1)}(), which is not described"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail if something is stale")
    check = parser.parse_args().check

    parsed = {name: parse(HEADERS / name) for name in reading_order()}
    links = anchors(parsed)
    pages = {name[:-2] + ".md": page(HEADERS / name, about, items, links)
             for name, (about, items, _) in parsed.items()}
    pages["index.md"] = index(list(parsed), parsed, links)

    problems = list(complaints(parsed))
    for old in sorted(HERE.glob("*.md")):
        if old.name not in pages:
            problems.append(f"{old.name}: there is no such header any more")
    for name, text in pages.items():
        target = HERE / name
        if check and (not target.exists() or target.read_text() != text):
            problems.append(f"{name}: not what the headers say; run docs/runtime/generate.py")
        elif not check:
            target.write_text(text)
    for problem in problems:
        print(f"generate.py: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
