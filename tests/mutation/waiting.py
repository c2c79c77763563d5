"""Operators on what waits and where it runs: blocking calls, loops, cancellation, deadlines, queues."""
import re

from owning import OPERATORS, acquisition, dropped, is_whole, locked, operator, scopes
from program import declare, replace_call
from source import MARK, Edit, Mutant, exits_after, insert_before, insert_behind

# A call that blocks, and what declares it.
BLOCKING = [
    ("usleep(1000);", "extern int usleep(unsigned int);"),
    ("system(\"true\");", "extern int system(const char *);"),
    ("sleep(1);", "extern unsigned int sleep(unsigned int);"),
    ("pause();", "extern int pause(void);"),
    ("usleep(20);", "extern int usleep(unsigned int);"),
]
AWAITS = ("aglet_sleep", "aglet_yield", "aglet_checkpoint", "aglet_event_wait", "aglet_queue_get", "aglet_queue_put",
          "aglet_stream_read", "aglet_stream_read_exactly", "aglet_stream_read_until", "aglet_stream_write",
          "aglet_stream_drain", "aglet_file_read", "aglet_file_write", "aglet_await", "aglet_semaphore_acquire")
NETWORK = ("aglet_stream_read", "aglet_stream_read_exactly", "aglet_stream_read_until", "aglet_stream_write",
           "aglet_stream_drain", "aglet_connect_tcp", "aglet_stream_shutdown")
RUN_LOOP = {
    "aglet": ("(void)!aglet_run({coroutine}, 0);", ""),
    "uv": ("uv_run(uv_default_loop(), UV_RUN_DEFAULT);", ""),
    "glib": ("g_main_loop_run(mutation_loop);", "extern GMainLoop *mutation_loop;"),
    "libevent": ("event_base_dispatch(mutation_base);", "extern struct event_base *mutation_base;"),
    "libev": ("ev_run(mutation_loop, 0);", "extern struct ev_loop *mutation_loop;"),
}
# What only the loop's thread may call.
LOOP_CALL = {
    "aglet": ("aglet_call_later(&mutation_timer, 10, mutation_tick, 0);",
              "extern aglet_timer mutation_timer; extern void mutation_tick(void *);"),
    "uv": ("uv_timer_start(&mutation_timer, mutation_tick, 10, 0);",
           "extern uv_timer_t mutation_timer; extern void mutation_tick(uv_timer_t *);"),
    "libevent": ("event_add(mutation_event, 0);", "extern struct event *mutation_event;"),
}


FEW = 2  # functions of a program in which the same is put, where it may stand in any


def plain(function):
    """The statements of a function's own block before which others may be put."""
    return [at for at in function.body.children if at.kind not in ("label",)]


def calls_in(function, names):
    return [call for call in function.file.calls(function.open, function.end) if call.name in names]


# ---- blocking ------------------------------------------------------------------------------------


def chain(text, function, depth, blocking):
    """Edits that put functions before `function`, of which the first leads to a blocking call; those
    in the middle are in another file where there is one. And the name of the first."""
    call, declaration = blocking
    others = [file for file in text.files if file is not function.file and file.functions]
    edits, names = [], [f"mutation_{i}" for i in range(depth, 0, -1)]
    here = declaration
    for i, name in enumerate(reversed(names)):
        body = MARK + call if i == 0 else f"mutation_{i}();"
        if others and i % 2 == 0:
            edits.append(Edit(others[0], len(others[0].text), len(others[0].text),
                              f"\n{declaration}\nvoid mutation_{i}(void); void {name}(void);\n"
                              f"void {name}(void) {{\n    {body}\n}}\n"))
            here += f" void {name}(void);"
        else:
            linkage = "" if others else "static "
            here += f" {linkage}void {name}(void); {linkage}void {name}(void) {{ {body} }}"
    return [*edits, declare(function, here)], names[0]


def block(text, function, depth):
    """A blocking call in a function, or so many calls away from it."""
    if places := plain(function):
        blocking = BLOCKING[depth]
        if depth == 0:
            return Mutant("blocking-call", [declare(function, blocking[1]),
                                            *insert_before(function.file, places[-1], MARK + blocking[0])])
        edits, name = chain(text, function, depth, blocking)
        return Mutant("blocking-call", edits + insert_before(function.file, places[-1], f"{name}();"))
    return None


def spread(name, count):
    """A number below `count`, the same for a name each time."""
    return sum(map(ord, name)) % count


@operator("block a coroutine")
def block_coroutine(text):
    for number, function in enumerate(text.all("coroutine")[:FEW]):
        yield block(text, function, (number + spread(text.program.name, 5)) % 5)


@operator("block a callback")
def block_callback(text):
    for function in text.all("callback"):
        for number in range(2):
            yield block(text, function, (2 * number + spread(text.program.name + function.name, 5)) % 5)


@operator("block a constructor")
def block_constructor(text):
    for name, function in text.functions.items():
        if re.search(r"_(?:new|create)$", name) and function.result.startswith("struct ") and \
                function.result.endswith("*") and not re.search("AGLET_(COROUTINE|FACTORY)", function.head):
            yield Mutant("blocking-constructor blocking-call",
                         [declare(function, BLOCKING[0][1]),
                          *insert_before(function.file, plain(function)[-1], MARK + BLOCKING[0][0])])


# ---- where what runs -----------------------------------------------------------------------------


@operator("run a loop in a loop")
def nest_loop(text):
    library = text.library()
    if library not in RUN_LOOP:
        return
    call, declaration = RUN_LOOP[library]
    for function in text.all("coroutine", "callback")[-1:]:
        entry = next((at for at in text.all("coroutine") if is_entry(at) and at.file is function.file), None)
        if library == "aglet" and not entry:
            continue
        own = f"{'static ' if 'static' in entry.head else ''}int {entry.name}(void *);" if entry else ""
        yield Mutant("nested-loop", [declare(function, declaration + own), *insert_before(
            function.file, plain(function)[-1], MARK + call.format(coroutine=entry and entry.name))])


def is_entry(function):
    return re.search(r"\(void \*\w+\)\s*$", function.head) and function.result == "int"


@operator("call a coroutine from outside")
def coroutine_outside(text):
    if text.library() == "aglet":
        outside = text.all("callback", "worker", "thread") or [text.functions["main"]]
        for function in outside[:FEW]:
            if plain(function):
                yield Mutant("coroutine-from-sync",
                             insert_before(function.file, plain(function)[-1], f"{MARK}(void)!aglet_sleep(1);"))
        for function, call in text.calls("aglet_run"):
            entry, data = (function.file.slice(at) for at in call.arguments[:2])
            if entry in text.functions and spread(text.program.name, 3) == 0:
                yield Mutant("coroutine-from-sync", replace_call(function, call, f"{MARK}{entry}({data})"))
    if text.library() == "qemu":
        for function, call in text.calls("qemu_coroutine_enter"):
            if function.name != "main":
                continue  # who calls it may be a coroutine
            created = next((made for made in calls_in(function, ("qemu_coroutine_create",))), None)
            if created:
                entry = function.file.slice(created.arguments[0])
                if entry in text.functions and "coroutine_fn" in text.functions[entry].head:
                    yield Mutant("coroutine-from-sync", insert_before(
                        function.file, function.at(call.start), f"{MARK}{entry}(0);"))


@operator("make it before the loop")
def make_early(text):
    """A queue belongs to the loop that runs when it is made; in main there is none yet."""
    for function, call in text.calls("aglet_run"):
        statement = function.at(call.start)
        if function.name == "main" and statement.parent.kind == "body" and spread(text.program.name, 3) == 1:
            yield Mutant("late-create", [declare(function, "extern aglet_queue *mutation_queue;"), *insert_before(
                function.file, statement, f"{MARK}mutation_queue = aglet_queue_new(4);")])


@operator("drop a coroutine's mark")
def drop_mark(text):
    """QEMU's custom is that whoever calls a coroutine says so. One that others start is told of there."""
    for name, function in text.functions.items():
        found = re.search(r"\bcoroutine_fn ", function.head)
        awaits = [call for call in calls_in(function, text.functions) if
                  "coroutine_fn" in text.functions[call.name].head and call.name != name]
        if found and awaits and name not in text.headers and not any(
                name in function.file.slice(at) for _, call in text.calls() for at in call.arguments):
            at = function.start + found.start()
            yield Mutant("unmarked-coroutine coroutine-from-sync", [
                Edit(function.file, at, at + len("coroutine_fn "), "")], [
                (function.file, function.start), *((function.file, call.start) for call in awaits)])


@operator("use the loop from a thread")
def loop_from_thread(text):
    library = text.library()
    if library not in LOOP_CALL:
        return
    call, declaration = LOOP_CALL[library]
    own = ("uv_loop_init", "uv_run", "aglet_run", "event_base_new", "event_base_dispatch")
    for function in text.all("worker", "thread"):
        # A thread with a loop of its own may.
        if plain(function) and not any(calls_in(other, own) for other in reached(text, function)):
            yield Mutant("wrong-thread", [declare(function, declaration),
                                          *insert_before(function.file, plain(function)[-1], MARK + call)])


def reached(text, function):
    """The functions of the program that a function calls, and itself."""
    found, work = [], [function]
    while work:
        at = work.pop()
        if at in found:
            continue
        found.append(at)
        work += [text.functions[call.name] for call in at.file.calls(at.open, at.end) if call.name in text.functions]
    return found


# ---- shields and locks ---------------------------------------------------------------------------


def writes(text, file, start, end):
    """Whether what is called there is declared as a change, or leads to one."""
    for call in file.calls(start, end):
        function = text.functions.get(call.name)
        for name in {call.name} | {at.name for at in (reached(text, function) if function else ())}:
            heads = text.functions[name].head if name in text.functions else ""
            declared = re.findall(rf"^[^;{{}}#]*\b{name}\(", text.headers, re.MULTILINE)
            if "AGLET_MUTATES" in heads + "".join(declared):
                return True
    return False


@operator("remove a shield")
def remove_shield(text):
    """A shield around what changes nothing is not missed when it is gone."""
    for function, call in text.calls("aglet_shield"):
        entry, data = (function.file.slice(at) for at in call.arguments[:2])
        of = text.functions.get(entry)
        if of and ("AGLET_MUTATES" in of.head or writes(text, of.file, of.open, of.end)):
            places = [(of.file, at.start) for at in of.statements()]
            yield Mutant("unshielded-write", replace_call(function, call, f"{MARK}{entry}({data})"), places)
    for function, first, last, call in scopes(text):
        file = function.file
        if call.name != "aglet_shield_end" or not writes(text, file, first.end, last.start):
            continue
        begun = next(other for other in file.calls(first.start, first.end + 200) if other.name == "aglet_shield_begin")
        within = [(file, at.start) for at in function.statements() if first.start < at.start < last.end]
        for called in file.calls(first.end, last.start):
            for of in reached(text, text.functions[called.name]) if called.name in text.functions else ():
                within += [(of.file, at.start) for at in of.statements()]
        yield Mutant("unshielded-write", [Edit(file, begun.start, begun.end, "0"), *dropped(function, call)], within)


@operator("hold a lock over an await")
def lock_over_await(text):
    if text.library() != "aglet":
        return
    coroutines = text.all("coroutine")[:FEW]
    for function, _, last, call in locked(text):
        if call.name == "pthread_mutex_unlock" and function in coroutines:
            yield Mutant("lock-across-await", insert_before(function.file, last, f"{MARK}(void)!aglet_sleep(1);"))
    for function in coroutines:
        for call in calls_in(function, AWAITS)[:1]:
            statement = function.at(call.start)
            if statement.kind == "plain" and statement.parent.kind in ("block", "body"):
                file = function.file
                yield Mutant("lock-across-await", [
                    Edit(file, 0, 0, "#include <pthread.h>\n"),
                    declare(function, "extern pthread_mutex_t mutation_lock;"),
                    *insert_before(file, statement, "pthread_mutex_lock(&mutation_lock);"),
                    *insert_behind(file, statement, "pthread_mutex_unlock(&mutation_lock);")], [(file, call.start)])


# ---- deadlines -----------------------------------------------------------------------------------


@operator("drop a deadline")
def drop_deadline(text):
    network = [(function.file, call.start) for function, call in text.calls(*NETWORK)]
    if not network or text.library() != "aglet":
        return
    for function, first, last, call in scopes(text):
        if call.name != "aglet_deadline_end":
            continue
        begun = next(other for other in function.file.calls(first.start, first.end + 200)
                     if other.name in ("aglet_fail_after", "aglet_fail_at", "aglet_move_on_after"))
        inside = [text.functions[other.name] for other in function.file.calls(first.end, last.end)
                  if other.name in text.functions]
        bounded = {id(of) for at in inside for of in reached(text, at)}
        places = [(at.file, other.start) for at in text.functions.values() for other in calls_in(at, NETWORK)
                  if id(at) in bounded or (at is function and first.end < other.start < last.end)]
        if places:
            yield Mutant("missing-timeout", replace_call(function, begun, "0") +
                         dropped(function, call, function.file.slice(call.arguments[1])), places)
    for function, call in text.calls("aglet_stream_set_timeouts"):
        yield Mutant("missing-timeout", dropped(function, call), network)


@operator("drop a deadline of a call")
def drop_call_deadline(text):
    for function, call in text.calls():
        if re.fullmatch(r"neco_(?:read|write|dial|accept)_dl", call.name):
            file = function.file
            without = call.name[:-3] + "(" + ", ".join(file.slice(at) for at in call.arguments[:-1]) + ")"
            yield Mutant("missing-timeout", replace_call(function, call, MARK + without))
        if re.fullmatch(r"dill_(?:brecv|bsend|tcp_connect)", call.name):
            at = call.arguments[-1]
            yield Mutant("missing-timeout", [Edit(function.file, at[0], at[1], f" {MARK}-1")])


@operator("forget the clock")
def forget_clock(text):
    for function, call in text.calls("aglet_fail_at", "aglet_call_at", "aglet_sleep_until"):
        at = call.arguments[0 if call.name == "aglet_sleep_until" else 1]
        found = re.fullmatch(r"aglet_now\(\) \+ (\w+)", function.file.slice(at))
        if found and found.group(1).isdigit():
            yield Mutant("bad-deadline", [Edit(function.file, at[0], at[1], f" {MARK}{found.group(1)}")])


@operator("add a clock")
def add_clock(text):
    timed = list(text.calls("aglet_fail_after", "aglet_move_on_after", "aglet_call_later", "aglet_sleep"))
    for function, call in timed[:FEW]:
        at = call.arguments[0 if call.name == "aglet_sleep" else 1]
        yield Mutant("bad-deadline", [Edit(function.file, at[0], at[1],
                                           f" {MARK}aglet_now() + {function.file.slice(at)}")])
    for function, call in text.calls("uv_timer_start"):
        at = call.arguments[2]
        later = f" {MARK}uv_hrtime() + {function.file.slice(at)}"
        yield Mutant("bad-deadline", [Edit(function.file, at[0], at[1], later)])


# ---- cancellation --------------------------------------------------------------------------------


@operator("swallow a cancellation")
def swallow(text):
    """The check behind an await in an endless loop goes."""
    for function in text.all("coroutine"):
        file = function.file
        for call in calls_in(function, AWAITS):
            statement = function.at(call.start)
            loop = statement.above("for", "while", "do")
            check = statement.next()
            if not loop or not is_endless(file, loop) or not check or check.kind != "if":
                continue
            body = file.bare[check.start:check.end]
            others = [at for at in loop.walk() if at.kind in ("return", "break", "goto") and
                      not check.start <= at.start < check.end]
            if re.match(r"if \(\w+ < 0\)\s*(?:return|break)", body) and not others:
                yield Mutant("swallowed-cancellation", [Edit(file, check.start, check.end, ";")], [(file, call.start)])


def is_endless(file, loop):
    head = re.sub(r"\s", "", file.bare[loop.head[0]:loop.head[1]])
    return head in ("(;;)", "(true)", "(1)")


LEAVES = re.compile(r"if \(\w+ < 0\)\s*(\{\s*)?return")


@operator("await in a cleanup")
def await_in_cleanup(text):
    """A note to a queue, behind a failed await and before the way out. Not where a shield may be in
    force, which may be a caller's; and a mere pause has nothing to leave undone."""
    if text.library() != "aglet" or any("shield" in file.bare for file in text.files):
        return
    for function in text.all("coroutine"):
        file = function.file
        for call in calls_in(function, AWAITS):
            check = function.at(call.start).next()
            if check and check.kind == "if" and LEAVES.match(file.bare, check.start):
                inner = next(at for at in check.walk() if at.kind == "return")
                yield Mutant("await-in-cleanup", [
                    declare(function, "extern aglet_queue *mutation_queue;"),
                    *insert_before(file, inner, f"{MARK}aglet_queue_put(mutation_queue, 0);")])
                break


@operator("read errno after an await")
def errno_after_await(text):
    for function in text.all("coroutine")[:FEW]:
        file = function.file
        if "#include <errno.h>" not in file.text:
            continue
        for call in calls_in(function, ("aglet_sleep", "aglet_yield", "aglet_event_wait", "aglet_stream_write")):
            statement = function.at(call.start)
            leave = function.leave()
            if statement.kind == "plain" and leave and statement.parent.kind in ("block", "body"):
                yield Mutant("errno-across-await", insert_behind(
                    file, statement, f"if (errno == EINTR) {leave}".replace("if (errno", f"{MARK}if (errno")))
                break


@operator("need a big stack")
def big_stack(text):
    for function in text.all("coroutine")[-1:]:
        if text.library() == "aglet" and plain(function):
            yield Mutant("large-frame", [declare(function, "extern void mutation_fill(char *, unsigned long);"),
                                         *insert_before(function.file, plain(function)[0], MARK +
                                                        "char big[1 << 19]; mutation_fill(big, sizeof big);")])


# ---- waiting for what changes --------------------------------------------------------------------


@operator("poll for an event")
def poll_event(text):
    for function, call in text.calls("aglet_event_wait"):
        file, statement = function.file, function.at(call.start)
        event, name = file.slice(call.arguments[0]), re.search(r"(\w+) = $", file.bare[statement.start:call.start])
        alone = statement.parent.kind in ("block", "body") and file.bare[call.end:statement.end].strip() == ";"
        if not name or not alone:
            continue
        kept = name.group(1)
        begin = "int " + kept + " = 0;" if file.bare.startswith("int ", statement.start) else kept + " = 0;"
        yield Mutant("busy-wait", [Edit(file, statement.start, statement.end,
                                        f"{begin}\n while (!aglet_event_is_set({event}) && {kept} == 0)\n"
                                        f"{MARK}        {kept} = aglet_sleep(10);")])


@operator("spawn without a limit")
def unbounded(text):
    for function, call in text.calls("aglet_group_spawn", "aglet_jobs_spawn"):
        statement = function.at(call.start)
        loop = statement.above("for", "while", "do")
        if not loop or not any(other.name in ("aglet_accept", "aglet_queue_get", "aglet_stream_read_until")
                               for other in function.file.calls(loop.start, loop.end)):
            continue
        entry, data = (function.file.slice(at) for at in call.arguments[1:3])
        yield Mutant("unbounded-spawn", replace_call(
            function, call, f"{MARK}aglet_detach(aglet_create({entry}, {data}))"))
    for function, call in text.calls("aglet_semaphore_acquire"):
        loop = function.at(call.start).above("for", "while", "do")
        if loop:
            spawns = [(function.file, other.start) for other in function.file.calls(loop.start, loop.end)
                      if other.name == "aglet_create"]
            if spawns:
                yield Mutant("unbounded-spawn", dropped(function, call), spawns)


@operator("drop a checkpoint")
def drop_checkpoint(text):
    for function, call in text.calls("aglet_yield", "aglet_checkpoint"):
        loop = function.at(call.start).above("for", "while", "do")
        others = loop and [other for other in function.file.calls(loop.start, loop.end)
                           if other.name in AWAITS and other.start != call.start]
        counted = loop and re.search(r"\+\+|--|next", function.file.bare[loop.head[0]:loop.head[1]])
        if loop and not others and not counted:
            statement, edits = function.at(call.start), dropped(function, call)
            check = statement.next()
            if check and check.kind == "if" and not is_whole(function, statement, call):
                edits = [Edit(function.file, statement.start, check.end, ";")]  # with the check of its result
            yield Mutant("no-checkpoint", edits, [(function.file, loop.start)] + [
                (function.file, other.start) for other in function.file.calls(*loop.head)])


# ---- io_uring ------------------------------------------------------------------------------------


@operator("drop a submit")
def drop_submit(text):
    for function, call in text.calls("io_uring_submit"):
        waits = [(function.file, other.start) for other in function.file.calls(call.end, function.end)
                 if re.match(r"io_uring_(wait|queue_exit)", other.name)]
        if waits:
            yield Mutant("submit-protocol", dropped(function, call), waits)


@operator("keep a completion")
def keep_completion(text):
    for function, call in text.calls("io_uring_cqe_seen", "io_uring_cq_advance"):
        places = [(function.file, at) for at in exits_after(function, function.at(call.start))]
        places += [(function.file, other.start) for other in function.file.calls(function.open, function.end)
                   if re.match(r"io_uring_(wait|peek|for_each)", other.name)]
        for caller, other in text.calls(function.name):  # which had it given back
            places += [(caller.file, at) for at in exits_after(caller, caller.at(other.start))]
            name = caller.file.slice(other.arguments[-1])
            if first := acquisition(caller, name, other.start):
                places.append((caller.file, first.end - 1))
        yield Mutant("submit-protocol", dropped(function, call), places)


@operator("set data too early")
def data_too_early(text):
    for function, call in text.calls("io_uring_sqe_set_data", "io_uring_sqe_set_flags", "io_uring_sqe_set_data64"):
        file, statement = function.file, function.at(call.start)
        siblings = statement.parent.children
        at = siblings.index(statement)
        before = siblings[at - 1] if at else None
        if before and re.match(r"io_uring_prep_", file.bare[before.start:]) and is_whole(function, statement, call):
            yield Mutant("submit-protocol", [
                Edit(file, before.start, before.start,
                     MARK + file.text[statement.start:statement.end] + "\n" + file.indent(before.start)),
                Edit(file, statement.start, statement.end, ";")], [(file, before.start)])


@operator("drop the filling in")
def drop_prep(text):
    for function, call in text.calls():
        if call.name.startswith("io_uring_prep_") and is_whole(function, function.at(call.start), call):
            name = function.file.slice(call.arguments[0])
            places = [(function.file, other.start) for other in function.file.calls(function.open, function.end)
                      if other.name == "io_uring_get_sqe" or (
                          other.arguments and function.file.slice(other.arguments[0]) == name)]
            places += [(function.file, other.start) for other in function.file.calls(call.end, function.end)
                       if re.match(r"io_uring_(submit|wait)", other.name)]
            yield Mutant("submit-protocol", dropped(function, call), places)


@operator("drop the check of an entry")
def drop_entry_check(text):
    for function, call in text.calls("io_uring_get_sqe"):
        check = function.at(call.start).next()
        if check and check.kind == "if" and re.match(r"if \(!\w+\)", function.file.bare[check.start:check.end]):
            name = re.match(r"if \(!(\w+)\)", function.file.bare[check.start:check.end]).group(1)
            places = [(function.file, at.start) for at in function.statements()
                      if at.start >= check.end and re.search(rf"\b{name}\b", function.file.bare[at.start:at.end])]
            yield Mutant("submit-protocol", [Edit(function.file, check.start, check.end, ";")], places[:1])


# ---- comments ------------------------------------------------------------------------------------


@operator("suppress nothing")
def suppress_nothing(text):
    for function in list(text.functions.values())[:spread(text.program.name, 8) == 0]:
        statement = plain(function)[0] if plain(function) else None
        if statement:
            yield Mutant("unused-suppression", insert_before(
                function.file, statement, f"{MARK}// aglet:ignore blocking-call -- not so"))


__all__ = ["OPERATORS"]
