"""C source as a mutation generator needs it: functions, statements, calls, and edits of them.

No parser of C: it reads code that is laid out by clang-format and free of surprises, as the fixtures
are. What it takes for something else than it is makes a mutant that does not compile.
"""
import re
from bisect import bisect_right

MARK = "\x01"  # in the text of an edit: a line at which the finding may stand
CONTROL = ("if", "while", "for", "switch")
MACRO_LOOP = re.compile(r"\w+_for_each\w*$|FOREACH")


def masked(text):
    """The text with blanks for comments, directives and what is in quotes."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|^[ \t]*#(?:\\\n|[^\n])*',
                         re.DOTALL | re.MULTILINE)

    def blank(found):
        whole = found.group()
        if whole[0] in "\"'":
            return whole[0] + "." * (len(whole) - 2) + whole[0]
        return re.sub(r"[^\n]", " ", whole)

    return pattern.sub(blank, text)


class Statement:
    """kind: block, if, while, for, do, switch, label, return, goto, break, continue or plain."""

    def __init__(self, kind, start, parent):
        self.kind, self.start, self.end, self.parent = kind, start, start, parent
        self.head = None  # (start, end) of what stands in the brackets of a control statement
        self.children = []

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    def next(self):
        """The statement behind it in its block, or None."""
        if not self.parent or self.parent.kind not in ("block", "body"):
            return None
        siblings = self.parent.children
        at = siblings.index(self) + 1
        return siblings[at] if at < len(siblings) else None

    def above(self, *kinds):
        """The nearest statement around it of those kinds, or None."""
        at = self.parent
        while at and at.kind not in kinds:
            at = at.parent
        return at


class Call:
    def __init__(self, name, start, end, arguments):
        self.name, self.start, self.end = name, start, end
        self.arguments = arguments  # (start, end) each


class Function:
    def __init__(self, file, name, start, open_brace, head):
        self.file, self.name, self.start, self.open, self.head = file, name, start, open_brace, head
        self.body = None

    @property
    def end(self):
        """The closing brace."""
        return self.body.end - 1

    @property
    def parameters(self):
        inside = self.head[self.head.index(self.name + "(") + len(self.name) + 1:self.head.rindex(")")]
        return re.findall(r"(\w+)(?:\[\w*\])?(?=,|$)", inside)

    @property
    def result(self):
        """The words before the name, without storage classes and annotations."""
        before = self.head[:self.head.index(self.name + "(")]
        words = re.sub(r"\b(?:AGLET_\w+\([^()]*\)|(?:AGLET_\w+|static|inline|extern|coroutine(?:_mixed)?_fn)\b)", " ",
                       re.sub(r"__attribute__\s*\(\(.*?\)\)", " ", before))
        return " ".join(words.split())

    def leave(self):
        """A statement that leaves it with an error."""
        result = self.result
        if result == "void":
            return "return;"
        if "*" in result or result in ("gpointer", "bool", "gboolean"):
            return "return 0;"
        return "return -1;" if re.search(r"\b(int|long|ssize_t|ptrdiff_t)\b", result) else None

    def statements(self):
        return [at for at in self.body.walk() if at.kind not in ("block", "body")]

    def at(self, offset):
        """The innermost statement that holds the offset."""
        best = self.body
        for at in self.body.walk():
            if at.start <= offset < at.end and at.kind != "block":
                best = at
        return best


class File:
    def __init__(self, path, name=None):
        self.path, self.name = path, name or path.name
        self.text = path.read_text()
        self.bare = masked(self.text)
        self.starts = [0] + [found.end() for found in re.finditer("\n", self.text)]
        self.functions = list(self._functions())

    # ---- reading -----------------------------------------------------------------------------

    def close(self, at):
        """Behind the bracket that closes the one at `at`."""
        depth = 0
        for found in re.compile(r"[(){}\[\]]").finditer(self.bare, at):
            depth += 1 if found.group() in "([{" else -1
            if depth == 0:
                return found.end()
        return len(self.bare)

    def _functions(self):
        at = 0
        for found in re.compile(r"^[A-Za-z_][^;{}=]*?\b(\w+)\([^;{}]*\)\s*\{", re.MULTILINE).finditer(self.bare):
            if found.start() < at:
                continue
            head = self.bare[found.start():found.end() - 1]
            name = next(iter(re.findall(r"\b(\w+)\((?!\()", re.sub(
                r"AGLET_\w+(\([^()]*\))?|__attribute__\s*\(\(.*?\)\)|g_autoptr\(\w+\)",
                lambda x: " " * len(x.group()), head))), None)
            if not name or name in CONTROL:
                continue
            function = Function(self, name, found.start(), found.end() - 1, head)
            function.body = Statement("body", found.end() - 1, None)
            at = self._block(function.body, found.end())
            yield function

    def skip(self, at):
        return at + len(self.bare[at:]) - len(self.bare[at:].lstrip())

    def _block(self, block, at):
        at = self.skip(at)
        while at < len(self.bare) and self.bare[at] != "}":
            at = self.skip(self._statement(block, at))
        block.end = at + 1
        return block.end

    def _statement(self, parent, at):
        word = re.compile(r"\w*").match(self.bare, at).group()
        labelled = re.compile(r"(?:case\b[^:?]*|default|[A-Za-z_]\w*)\s*:(?!:)").match(self.bare, at)
        if self.bare[at] == "{":
            here = self._add(parent, "block", at)
            self._block(here, at + 1)
        elif labelled:
            here = self._add(parent, "label", at)
            here.end = labelled.end()
        elif word in CONTROL or MACRO_LOOP.match(word):
            here = self._add(parent, word if word in CONTROL else "for", at)
            opened = self.bare.index("(", at)
            here.head = (opened, self.close(opened))
            here.end = self._statement(here, self.skip(here.head[1]))
            behind = self.skip(here.end)
            if word == "if" and re.compile(r"else\b").match(self.bare, behind):
                here.end = self._statement(here, self.skip(behind + 4))
        elif word == "do":
            here = self._add(parent, "do", at)
            behind = self._statement(here, self.skip(at + 2))
            opened = self.bare.index("(", behind)
            here.head = (opened, self.close(opened))
            here.end = self.bare.index(";", here.head[1]) + 1
        else:
            here = self._add(parent, word if word in ("return", "goto", "break", "continue") else "plain", at)
            here.end = self._semicolon(at)
        return here.end

    @staticmethod
    def _add(parent, kind, at):
        here = Statement(kind, at, parent)
        parent.children.append(here)
        return here

    def _semicolon(self, at):
        while at < len(self.bare) and self.bare[at] != ";":
            at = self.close(at) if self.bare[at] in "([{" else at + 1
        return at + 1

    def calls(self, start, end):
        for found in re.compile(r"\b([A-Za-z_]\w*)\(").finditer(self.bare, start, end):
            if found.group(1) in CONTROL + ("sizeof", "return", "typeof", "__attribute__"):
                continue
            close = self.close(found.end() - 1)
            yield Call(found.group(1), found.start(), close, self._arguments(found.end(), close - 1))

    def _arguments(self, at, end):
        arguments, begin = [], at
        while at < end:
            if self.bare[at] == ",":
                arguments.append((begin, at))
                begin = at + 1
            at = self.close(at) if self.bare[at] in "([{" else at + 1
        if self.bare[begin:end].strip():
            arguments.append((begin, end))
        return arguments

    # ---- places ------------------------------------------------------------------------------

    def slice(self, where):
        return self.text[where[0]:where[1]].strip()

    def line(self, offset):
        """From 1."""
        return bisect_right(self.starts, offset)

    def indent(self, offset):
        start = self.starts[self.line(offset) - 1]
        return re.compile(r"[ \t]*").match(self.text, start).group()


class Edit:
    """Bytes [start, end) of a file give way to a text, in which MARK may stand."""

    def __init__(self, file, start, end, text):
        self.file, self.start, self.end, self.text = file, start, end, text


def insert_before(file, statement, text):
    """Lines before a statement; in braces if it is the body of a control statement."""
    indent = file.indent(statement.start)
    if statement.parent.kind in ("block", "body"):
        return [Edit(file, statement.start, statement.start, f"{text}\n{indent}")]
    return [Edit(file, statement.start, statement.start, "{ " + text + f"\n{indent}"),
            Edit(file, statement.end, statement.end, " }")]


def insert_behind(file, statement, text):
    return [Edit(file, statement.end, statement.end, f"\n{file.indent(statement.start)}{text}")]


class Mutant:
    """What an operator makes: edits, the rules of which one has to find it, and where: at marks in
    the edits, or at offsets of the old text."""

    def __init__(self, rules, edits, places=()):
        self.rules, self.edits, self.places = rules.split(), edits, list(places)

    def text(self, file):
        """The new text of a file, and the lines of it where a finding is wanted."""
        edits = sorted((edit for edit in self.edits if edit.file is file), key=lambda edit: edit.start)
        text, at = "", 0
        places = sorted({place for of, place in self.places if of is file})
        wanted = []

        def copy(to, at):
            nonlocal text
            while places and places[0] < to:
                place = places.pop(0)
                wanted.append(len(text) + max(0, place - at))
            text += file.text[at:to]

        for edit in edits:
            copy(edit.start, at)
            for i, part in enumerate(edit.text.split(MARK)):
                if i:
                    wanted.append(len(text))
                text += part
            at = edit.end
        copy(len(file.text) + 1, at)
        return text, {text.count("\n", 0, offset) + 1 for offset in wanted}


# ---- ways through a function -------------------------------------------------------------------


class Ways:
    """The exits of a function that what follows a statement leads to."""

    LOOPS = ("while", "for", "do")

    def __init__(self, function):
        self.function, self.found, self.seen = function, set(), set()
        self.labels = {function.file.bare[at.start:at.end].rstrip(": "): at
                       for at in function.body.walk() if at.kind == "label"}

    def behind(self, at):
        if at is None or id(at) in self.seen:
            return
        self.seen.add(id(at))
        if at.kind == "body":
            self.found.add(self.function.end)
        elif follower := at.next():
            self.enter(follower)
        else:
            if at.parent.kind in self.LOOPS:
                self.enter(at.parent)
            self.behind(at.parent)

    def enter(self, at):
        """Into a statement: whatever stands in it may be next."""
        for inner in at.walk():
            if inner.kind == "return":
                self.found.add(inner.start)
            elif inner.kind == "goto":
                self.behind(self.labels.get(self.function.file.bare[inner.start + 4:inner.end].strip(" ;")))
            elif inner.kind == "break":
                self.behind(inner.above(*self.LOOPS, "switch"))
        if at.kind == "continue":
            self.behind(at.above(*self.LOOPS))
        elif at.kind not in ("return", "goto", "break"):
            self.behind(at)


def exits_after(function, statement):
    """Offsets at which what follows a statement leaves the function: returns, the closing brace."""
    ways = Ways(function)
    (ways.enter if statement.kind == "return" else ways.behind)(statement)
    return ways.found
