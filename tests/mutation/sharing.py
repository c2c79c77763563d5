"""Operators on what several share: a loop, a shielded task, a queue and its signal, memory, a condition."""
import re

from owning import OPERATORS, acquisition, operator
from program import declare, replace_call
from source import MARK, Edit, Mutant, insert_before

# What makes, runs and closes a loop for a single call.
BY_HAND = {
    "uv": ("uv_loop_t loop;\n    if (uv_loop_init(&loop) < 0)\n        return;",
           "uv_run(&loop, UV_RUN_DEFAULT);", "uv_loop_close(&loop);"),
    "libevent": ("struct event_base *base = event_base_new();\n    if (!base)\n        return;",
                 "event_base_dispatch(base);", "event_base_free(base);"),
    "libev": ("struct ev_loop *loop = ev_loop_new(0);\n    if (!loop)\n        return;",
              "ev_run(loop, 0);", "ev_loop_destroy(loop);"),
    "glib": ("GMainContext *context = g_main_context_new();\n"
             "    GMainLoop *loop = g_main_loop_new(context, 0);",
             "g_main_loop_run(loop);", "g_main_loop_unref(loop);\n    g_main_context_unref(context);"),
}
SIGNALS = re.compile(r"\b(?:uv_async_send|ev_async_send|event_active|eventfd_write|qemu_bh_schedule|aglet_event_set)\(")
TAKES = re.compile(r"(\w+(?:->\w+)?) = \w+->next;|\b\w*(?:try_get|try_pop|take)\w*\(")
WAITS = re.compile(r"\b(?:pthread_cond_wait|pthread_cond_timedwait|cnd_wait|g_cond_wait|uv_cond_wait|fiber_cond_wait"
                   r"|fiber_yield)\(")


@operator("run a loop by hand")
def run_by_hand(text):
    """A loop of its own for each of two callers, before main runs another."""
    main, library = text.functions.get("main"), text.library()
    first = main and next(iter(main.body.children), None)
    if library in BY_HAND and first:
        made, run, closed = BY_HAND[library]
        helper = f"static void mutation_loop(void) {{\n    {made}\n{MARK}    {run}\n    {closed}\n}}\n"
        callers = "".join(f"static void mutation_{name}(void) {{\n    mutation_loop();\n}}\n" for name in ("first", "second"))
        yield Mutant("manual-loop", [declare(main, helper + callers), *insert_before(
            main.file, first, "mutation_first(); mutation_second();")])


@operator("lose a shielded task")
def lose_shielded(text):
    """The task behind a shield is known to its waiter alone, who drops it when it is cancelled."""
    for function, call in text.calls("aglet_shield"):
        entry, data = (function.file.slice(at) for at in call.arguments[:2])
        helper = ("AGLET_COROUTINE AGLET_SUSPENDS AGLET_SHIELDS(1) int mutation_wait(aglet_task *task);\n"
                  "static AGLET_COROUTINE int mutation_shield(int (*entry)(void *), void *data) {\n"
                  "    aglet_task *task = aglet_create(entry, data);\n    if (!task)\n        return -1;\n"
                  f"{MARK}    int rc = mutation_wait(task);\n    return rc < 0 ? rc : 0;\n}}\n")
        yield Mutant("shield-without-owner", [declare(function, helper)] + replace_call(
            function, call, f"mutation_shield({entry}, {data})"))


@operator("take one item")
def take_one(text):
    """A loop that takes all items goes round once, in a program that signals them."""
    if not any(SIGNALS.search(file.bare) for file in text.files):
        return
    for function, loop in text.statements():
        file = function.file
        if function.name == "main" or loop.kind not in ("while", "for"):
            continue
        taken = TAKES.search(file.bare, loop.start, loop.end)
        head = file.bare[loop.head[0]:loop.head[1]]
        leaves = re.compile(r"\b(?:break|continue|goto)\b").search(file.bare, loop.head[1], loop.end)
        if not taken or any(at.kind in ("while", "for", "do") for at in loop.walk() if at is not loop):
            continue
        found = [(file, at) for at in range(taken.start(), taken.end()) if file.bare[at] == "="][:1]
        if loop.kind == "while" and not leaves and head != "(true)":
            yield Mutant("coalesced-signal", [Edit(file, loop.start, loop.start + len("while"), "if")],
                         found or [(file, taken.start())])
        elif head == "(;;)" and not leaves:
            yield Mutant("coalesced-signal", [Edit(file, loop.start, loop.head[1], "")],
                         found or [(file, taken.start())])


@operator("hand a result over by an event")
def hand_over(text):
    """A task that is awaited says by an event that it is done, and that is waited for before."""
    for function, call in text.calls("aglet_await"):
        file, statement = function.file, function.at(call.start)
        name = file.slice(call.arguments[0])
        first = acquisition(function, name, statement.start)
        made = first and next((other for other in file.calls(first.start, first.end) if other.name == "aglet_create"), None)
        entry = text.functions.get(file.slice(made.arguments[0])) if made else None
        if not entry or entry.file is not file or entry.start > function.start or statement.above("for", "while", "do"):
            continue
        last = entry.body.children[-1]
        constant = re.fullmatch(r"return (?:-?\w+|rc < 0 \? rc : \w+);", file.bare[last.start:last.end])
        once = sum(entry.name in file.slice(at) for _, other in text.calls() for at in other.arguments) == 1
        if constant and once and statement.parent.kind in ("block", "body"):
            yield Mutant("low-level-future", [
                declare(entry, "static aglet_event mutation_done;"),
                *insert_before(file, last, "aglet_event_set(&mutation_done);"),
                *insert_before(file, statement, f"{MARK}(void)!aglet_event_wait(&mutation_done);")])


@operator("rely on what was read before")
def rely_on_old(text):
    """A variable of the file, that a task of several counts up, is read before a pause."""
    for function in text.all("coroutine"):
        file = function.file
        for statement in function.statements():
            counted = re.fullmatch(r"(\w+)\+\+;", file.bare[statement.start:statement.end])
            shared = counted and re.search(rf"^static int {counted.group(1)}\b[^(]*;", file.bare, re.MULTILINE)
            if shared and statement.parent.kind in ("block", "body") and is_many(text, function):
                name, indent = counted.group(1), file.indent(statement.start)
                yield Mutant("stale-after-await", [Edit(
                    file, statement.start, statement.end, f"int mutation_seen = {name};\n{indent}"
                    f"(void)!aglet_sleep(1);\n{MARK}{indent}{name} = mutation_seen + 1;")])


def is_many(text, function):
    """Whether a loop starts it as a task."""
    return text.library() == "aglet" and any(
        other.name in ("aglet_group_spawn", "aglet_jobs_spawn", "aglet_create")
        and function.name in [of.file.slice(at) for at in other.arguments]
        and of.at(other.start).above("for", "while", "do") for of, other in text.calls())


@operator("wait once for a condition")
def wait_once(text):
    for function, loop in text.statements():
        file = function.file
        waits = loop.kind == "while" and WAITS.search(file.bare, loop.head[1], loop.end)
        if waits and not re.compile(r"\b(?:break|continue)\b").search(file.bare, loop.head[1], loop.end):
            yield Mutant("wait-outside-loop", [Edit(file, loop.start, loop.start + len("while"), "if")],
                         [(file, waits.start())])


__all__ = ["OPERATORS"]
