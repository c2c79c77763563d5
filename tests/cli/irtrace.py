"""Runs a function of the printed IR and says what happens on each of its paths.

A trace is what a path does that can be seen from outside, in C's spelling: calls with their
arguments, stores to what is no local variable, decisions as [x] and [!x] (a switch's as [x=1]),
and at the end '=> value' for a value returned, 'stop' where nothing returns, and '...' where the
path comes back to a block with nothing changed. Locals are followed, constants are folded.
"""
import re

LOCATION = re.compile(r"  @(\d+):(\d+)(?: \(text at (\d+)\))?$")
FUNCTION = re.compile(r"function (\w+) ([\w$]+)\((.*?)\).*?  @([^:]+):(\d+):(\d+)$")
CALL = re.compile(r"(?:r(\d+) = )?call (.*)\(((?:r\d+(?:, r\d+)*)?)\)((?: \w+)*)$")
MOST_VISITS = 8


class Block:
    def __init__(self):
        self.instructions = []  # texts without locations


class Function:
    def __init__(self, name, file, line):
        self.name, self.file, self.line, self.blocks = name, file, line, []


def parse(text):
    """The functions of a print that have a body."""
    functions = []
    for line in text.splitlines():
        if match := FUNCTION.match(line):
            functions.append(Function(match[2], match[4], int(match[5])))
        elif re.match(r"b\d+:", line):
            functions[-1].blocks.append(Block())
        elif line.startswith("  ") and not line.startswith("  annotation"):
            functions[-1].blocks[-1].instructions.append(LOCATION.sub("", line[2:]))
    return functions


def matching(text):
    """The index of the parenthesis that closes the one at 0."""
    depth = 0
    for i, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return i
    raise ValueError(text)


class State:
    def __init__(self):
        self.registers, self.memory, self.events = {}, {}, []
        self.decided = {}  # value: whether it is true on this path

    def copy(self):
        other = State()
        other.registers, other.memory = dict(self.registers), dict(self.memory)
        other.events, other.decided = list(self.events), dict(self.decided)
        return other

    def changed(self, text):
        """What was decided by `text` has to be decided anew."""
        for value in [v for v in self.decided if text in v]:
            del self.decided[value]

    def value(self, register):
        return self.registers[int(register.lstrip("r"))]

    def place(self, text):
        """A place's name in C's spelling, and whether it lies in a local variable."""
        if text.startswith("*r"):
            value = self.value(text[1:])
            return (value[1:], False) if value.startswith("&") else ("*" + value, False)
        if text.startswith("::"):
            return text[2:], False
        if not text.startswith("("):
            return text, True
        end = matching(text)
        parent, local = self.place(text[1:end])
        rest = text[end + 1:]
        if rest.startswith("["):
            return f"{parent}[{self.value(rest[1:-1])}]", local
        if parent.startswith("*"):
            return f"{parent[1:]}->{rest[1:]}", local
        return parent + rest, local


def fold(left, operator, right):
    try:
        a, b = int(left), int(right)
    except ValueError:
        return f"({left} {operator} {right})"
    if operator in ("/", "%") and b == 0:
        return "?"
    return str({"+": a + b, "-": a - b, "*": a * b, "<<": a << (b & 63), ">>": a >> (b & 63),
                "/": int(a / b) if b else 0, "%": a % b if b else 0, "&": a & b, "|": a | b,
                "^": a ^ b, "==": int(a == b), "!=": int(a != b), "<": int(a < b),
                "<=": int(a <= b), ">": int(a > b), ">=": int(a >= b)}[operator])


def call(state, match):
    target, flags = match[2], match[4].split()
    arguments = ", ".join(state.value(r) for r in match[3].split(", ") if r)
    if target.startswith("*"):
        register, _, place = target[1:].partition(" of ")
        target = "*" + (load(state, place) if place else state.value(register))
    text = f"{target}({arguments})"
    state.events.append(("~" if "cleanup" in flags else "") + text)
    state.changed(text)
    return text


def load(state, text):
    """The value at a place: what was stored there or into what holds it, else its name."""
    name, local = state.place(text)
    if not local:
        return name
    for end in range(len(name), 0, -1):
        if name[:end] in state.memory and name[end:end + 1] in ("", ".", "["):
            return state.memory[name[:end]] + name[end:]
    return name


def compute(state, text):
    """The value that an instruction writes into its register."""
    if text == "unknown":
        return "?"
    if re.fullmatch(r"-?\d+", text) or text.startswith('"'):
        return text
    if text.startswith("load "):
        return load(state, text[5:])
    if text.startswith("&"):
        return "&" + state.place(text[1:])[0]
    if match := re.fullmatch(r"(?:\([^()]*\) )?(r\d+)", text):  # a copy, a conversion
        return state.value(match[1])
    if match := re.fullmatch(r"(r\d+) (\S+) (r\d+)", text):
        return fold(state.value(match[1]), match[2], state.value(match[3]))
    if match := re.fullmatch(r"([-!~])(r\d+)", text):
        value = state.value(match[2])
        if re.fullmatch(r"-?\d+", value):
            number = int(value)
            return str({"-": -number, "!": int(not number), "~": ~number}[match[1]])
        return match[1] + value
    raise ValueError(f"unknown instruction: {text}")


def execute(state, text, show_deaths):
    if match := CALL.match(text):
        result = call(state, match)
        if match[1]:
            state.registers[int(match[1])] = result
    elif match := re.match(r"r(\d+) = (.*)$", text):
        state.registers[int(match[1])] = compute(state, match[2])
    elif text.startswith("asm "):
        arguments = ", ".join(state.value(r) for r in text[5:-1].split(", ") if r)
        state.events.append(f"asm({arguments})")
    elif text.startswith("dead "):
        name = text[5:]
        for part in [p for p in state.memory if re.match(re.escape(name) + r"(?![\w$])", p)]:
            del state.memory[part]
        if show_deaths:
            state.events.append(text)
    elif match := re.match(r"(.*) = (r\d+)(?: init)?( aggregate)?$", text):
        name, local = state.place(match[1])
        value = state.value(match[2])
        if local:
            for part in [p for p in state.memory if p.startswith((name + ".", name + "["))]:
                del state.memory[part]
            state.memory[name] = value
        else:
            state.events.append(f"{name} = {value}")
            state.changed(name)
    else:
        raise ValueError(f"unknown instruction: {text}")


def outcomes(state, text):
    """What may come next: (event or None, block or None at the end, decisions taken)."""
    word, _, rest = text.partition(" ")
    if word == "jump":
        return [(None, int(rest[1:]))]
    if word == "branch":
        register, yes, no = re.match(r"(r\d+) \? b(\d+) : b(\d+)", rest).groups()
        value = state.value(register)
        if re.fullmatch(r"-?\d+", value):
            return [(None, int(yes if int(value) else no))]
        while value.startswith("!"):  # to test !x is to test x, and to go the other way
            value, yes, no = value[1:], no, yes
        if value in state.decided:
            return [(None, int(yes if state.decided[value] else no))]
        return [(f"[{value}]", int(yes), (value, True)), (f"[!{value}]", int(no), (value, False))]
    if word == "switch":
        value = state.value(rest.split()[0])
        labels = re.findall(r"(\S+): b(\d+)", rest)
        if re.fullmatch(r"-?\d+", value):
            for label, block in labels[:-1]:
                low, _, high = label.partition("...")
                if int(low) <= int(value) <= int(high or low):
                    return [(None, int(block))]
            return [(None, int(labels[-1][1]))]
        return [(f"[{value}={label}]", int(block)) for label, block in labels]
    if word == "goto":
        return [(f"[to {i}]", int(b[1:])) for i, b in enumerate(rest.split())]
    if word == "return":
        return [(f"=> {state.value(rest)}" if rest else None, None)]
    return [("stop", None)]


def traces(function, show_deaths=False):
    """The traces of all paths, each one a string; a path without events is '-'."""
    found, work = set(), [(0, State(), ())]
    while work:
        block, state, seen = work.pop()
        here = (block, tuple(sorted(state.memory.items())))
        if here in seen or sum(b == block for b, _ in seen) == MOST_VISITS:
            found.add(" ".join(state.events + ["..."]))
            continue
        *instructions, last = function.blocks[block].instructions
        for text in instructions:
            execute(state, text, show_deaths)
        for event, to, *decisions in outcomes(state, last):
            after = state.copy()
            after.events += [event] if event else []
            after.decided.update(decisions)
            if to is None:
                found.add(" ".join(after.events) or "-")
            else:
                work.append((to, after, seen + (here,)))
        if len(found) > 500:
            raise ValueError(f"{function.name} has too many paths")
    return found
