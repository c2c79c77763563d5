"""Operators on what is owned: resources, tasks, scopes, locks, values, requests."""
import re

from program import leave_early, places_of_loss, replace_call
from source import MARK, Edit, Mutant, exits_after, insert_behind

OPERATORS = {}

LIBRARY_RELEASE = re.compile(
    r"aglet_(?:stream|server|file|queue|process|jobs|generator|signal|datagram)_(?:close|free)"
    r"|aglet_jobs_wait_and_close|free|fclose|close|freeaddrinfo|closedir|g_object_unref|g_error_free|g_free"
    r"|g_main_loop_unref|g_main_context_unref|g_source_unref|uv_loop_close|uv_free_interface_addresses"
    r"|uv_os_free_passwd|sqlite3_(?:close|finalize|free)|SSL_free|SSL_CTX_free|BIO_free|curl_easy_cleanup"
    r"|curl_multi_cleanup|curl_slist_free_all|event_free|event_base_free|evconnlistener_free|ev_loop_destroy"
    r"|io_uring_queue_exit|dill_hclose|neco_chan_release|qemu_bh_delete|evutil_closesocket")
OWN_RELEASE = re.compile(r"[a-z]\w*_(?:free|close|unref|release|destroy)")
EMPTIES = ("uv_os_free_passwd", "uv_fs_req_cleanup")  # a second release finds nothing there
SCOPES = {"aglet_group_open": ("aglet_group_close", "aglet_group_drain"), "aglet_fail_after": ("aglet_deadline_end",),
          "aglet_fail_at": ("aglet_deadline_end",), "aglet_move_on_after": ("aglet_deadline_end",),
          "aglet_shield_begin": ("aglet_shield_end",)}
LOCKS = {"pthread_mutex_lock": "pthread_mutex_unlock", "g_mutex_lock": "g_mutex_unlock",
         "uv_mutex_lock": "uv_mutex_unlock", "aglet_lock_acquire": "aglet_lock_release",
         "qemu_co_mutex_lock": "qemu_co_mutex_unlock", "qemu_mutex_lock": "qemu_mutex_unlock"}
JOINS = ("aglet_await", "pthread_join", "g_thread_join", "uv_thread_join", "neco_join")
OUTCOMES = ("aglet_await", "aglet_group_close", "aglet_gather", "aglet_race", "aglet_shield", "aglet_to_thread",
            "aglet_job_wait", "g_output_stream_write_finish", "g_output_stream_write_all_finish")
COMPLETES = re.compile(r"g_task_return_\w+|evhttp_send_(?:reply|error)")


def operator(name):
    def register(function):
        OPERATORS[name] = function
        return function
    return register


def is_whole(function, statement, call):
    """Whether a statement is the call and nothing else."""
    bare = function.file.bare
    return statement.kind == "plain" and bare[statement.start:call.start].strip() in ("", "(void)") and \
        bare[call.end:statement.end].strip() == ";"


def dropped(function, call, instead="0"):
    """Edits that leave a call out."""
    statement = function.at(call.start)
    if is_whole(function, statement, call):
        return [Edit(function.file, statement.start, statement.end, ";")]
    return replace_call(function, call, instead)


def doubled(function, statement):
    """Edits that do a statement again, on a line of its own where it is to be found."""
    return insert_behind(function.file, statement, MARK + function.file.text[statement.start:statement.end])


def word(name, text):
    return re.search(rf"\b{re.escape(name)}\b", text)


def acquisition(function, name, before):
    """The last statement before an offset that sets a variable by a call."""
    name, found = re.escape(name), None
    sets = re.compile(rf"\b{name}\s*=[^=].*\(|\(.*&{name}\b", re.DOTALL)
    for at in function.statements():
        if at.kind == "plain" and at.start < before and sets.search(function.file.bare[at.start:at.end]):
            found = at
    return found


def releases(text):
    """Function, statement, call, and the text of what is released; main's are left to the system, and
    what a global variable holds may live as long as the process."""
    for function, call in text.calls():
        if function.name == "main" or not call.arguments:
            continue
        if LIBRARY_RELEASE.fullmatch(call.name) or (call.name in text.functions and OWN_RELEASE.fullmatch(call.name)
                                                    and is_releasing(text.functions[call.name])):
            name = function.file.slice(call.arguments[0])
            shared = rf"^(?:static )?\w[\w *]*\b{re.escape(name)}(?: = [^;]*)?;$"
            if not re.search(shared, function.file.bare, re.MULTILINE):
                yield function, function.at(call.start), call, name


def is_releasing(function):
    """Whether a function of the program releases its first parameter itself."""
    file, first = function.file, (function.parameters or [None])[0]
    return any(
        call.arguments and LIBRARY_RELEASE.fullmatch(call.name) and file.slice(call.arguments[0]) == first
        for call in file.calls(function.open, function.end))


@operator("drop a release")
def drop_release(text):
    for function, statement, call, name in releases(text):
        yield Mutant("missing-cleanup free-before-close", dropped(function, call),
                     places_of_loss(text, function, statement, name))


@operator("drop a cleanup attribute")
def drop_cleanup(text):
    types = {"aglet_deadline": "struct aglet_deadline ", "aglet_shield": "struct aglet_shield_scope ",
             "aglet_var": "struct aglet_var_token ", "aglet_holding": "aglet_lock *"}
    for function, statement in text.statements():
        file = function.file
        found = re.compile(r"(?:AGLET_AUTO|g_autoptr)\((\w+)\) (?=(\w+))|g_autofree (?=[\w ]*\*\s*(\w+))").match(
            file.bare, statement.start)
        if found and function.name != "main":
            kind = found.group(1)
            plain = types.get(kind, f"{kind} *") if kind else ""
            yield Mutant("missing-cleanup fire-and-forget jump-from-group context-not-reset lock-not-released",
                         [Edit(file, found.start(), found.end(), plain)],
                         places_of_loss(text, function, statement, found.group(2) or found.group(3))
                         + [(file, at.start) for at in function.statements()
                            if word(found.group(2) or found.group(3), file.bare[at.start:at.end])])


@operator("release twice")
def release_twice(text):
    for function, statement, call, _ in releases(text):
        if call.name not in EMPTIES and is_whole(function, statement, call):
            yield Mutant("double-cleanup", doubled(function, statement))


@operator("use after release")
def use_after_release(text):
    for function, statement, call, name in releases(text):
        file = function.file
        siblings = statement.parent.children
        at = siblings.index(statement)
        if not is_whole(function, statement, call) or not at or not re.fullmatch(r"\w+", name):
            continue
        before = siblings[at - 1]
        used = file.bare[before.start:before.end]
        if before.kind != "plain" or not word(name, used) or re.search(rf"[&*]{name}\b|\b{name}\s*=[^=]", used):
            continue
        yield Mutant("double-cleanup free-before-close completes-exactly-once",
                     [Edit(file, before.start, before.start, MARK + file.text[statement.start:statement.end]
                           + "\n" + file.indent(before.start) + MARK),
                      Edit(file, statement.start, statement.end, ";")])


def is_lent(text, function, name, first, last):
    """Whether a variable is given, together with a function of the program that is called later, to
    somebody meanwhile: that function may be the one that ends it."""
    file = function.file
    return any(any(word(name, file.slice(at)) for at in call.arguments) and
               any(file.slice(at) in text.functions for at in call.arguments)
               for call in file.calls(first.end, last.start))


def between(function, first, last):
    """The statements behind `first`, and behind the check of its outcome, up to `last`, if both are
    in one block."""
    if first is None or first.parent is not last.parent:
        return []
    siblings = first.parent.children
    found = siblings[siblings.index(first) + 1:siblings.index(last) + 1]
    return [at for at in found if at.kind != "label" and
            not (at.kind == "if" and at is found[0])]


@operator("leave before a release")
def leave_before_release(text):
    for function, statement, call, name in releases(text):
        if not re.fullmatch(r"\w+", name):
            continue
        first = acquisition(function, name, statement.start)
        for at in between(function, first, statement):
            if not is_lent(text, function, name, first, at):
                yield leave_early(function, at, "missing-cleanup")


@operator("return instead of goto")
def return_instead_of_goto(text):
    for function, statement in text.statements():
        file, leave = function.file, function.leave()
        if statement.kind != "goto" or not leave or function.name == "main":
            continue
        label = file.bare[statement.start + 4:statement.end].strip(" ;")
        target = next((at for at in function.body.walk() if at.kind == "label" and
                       file.bare[at.start:at.end].rstrip(": ") == label), None)
        if target and any(is_held(function, name, statement) for of, _, call, name in releases(text)
                          if of is function and call.start > target.start):
            yield Mutant("missing-cleanup", [Edit(file, statement.start, statement.end, MARK + leave)])


def is_held(function, name, jump):
    """Whether a variable was acquired on each way to a jump, which is not the one for a failure."""
    if not re.fullmatch(r"\w+", name):
        return False
    first = acquisition(function, name, jump.start)
    if first is None:
        return False
    inside = jump
    while inside.parent and inside.parent is not first.parent:
        inside = inside.parent
    return inside.parent is first.parent and inside is not first.next()


# ---- tasks ---------------------------------------------------------------------------------------


def starts(function, name, before):
    """Where a task's variable is set."""
    root = re.sub(r"^[&(]+", "", name)
    return [(function.file, found.start()) for found in
            re.compile(rf"\b{re.escape(root)}\s*=[^=]|&{re.escape(root)}\b").finditer(
                function.file.bare, function.open, before) if not function.file.bare.startswith("NULL", found.end())]


@operator("drop an await")
def drop_await(text):
    for function, call in text.calls(*JOINS):
        name = function.file.slice(call.arguments[0])
        if places := starts(function, name, call.start):
            yield Mutant("fire-and-forget task-outlives-stack free-before-close", dropped(function, call), places)


@operator("drop a detach")
def drop_detach(text):
    for function, call in text.calls("aglet_detach", "pthread_detach"):
        name = function.file.slice(call.arguments[0])
        # It may have been meant for a task that a shield's waiter, cancelled, leaves behind.
        waits = [(function.file, other.start) for other in function.file.calls(function.open, call.start)
                 if other.arguments and function.file.slice(other.arguments[0]) == name]
        if places := starts(function, name, call.start):
            yield Mutant("fire-and-forget shield-without-owner", dropped(function, call), places + waits)


@operator("start without an owner")
def start_without_owner(text):
    for function, call in text.calls("aglet_group_spawn", "aglet_jobs_spawn"):
        entry, data = (function.file.slice(at) for at in call.arguments[1:3])
        yield Mutant("fire-and-forget", replace_call(function, call, f"{MARK}(aglet_create({entry}, {data}) ? 0 : -1)"))
    for function, call in text.calls("aglet_create", "g_thread_new"):
        whole, statement = function.file.text[call.start:call.end], function.at(call.start)
        if statement.kind == "plain" and "\n" not in whole and statement.parent.kind in ("block", "body"):
            yield Mutant("fire-and-forget unbounded-spawn",
                         insert_behind(function.file, statement, f"{MARK}(void)!{whole};"))


@operator("leave before an await")
def leave_before_await(text):
    for function, call in text.calls(*JOINS):
        statement = function.at(call.start)
        name = re.sub(r"^[&(]+", "", function.file.slice(call.arguments[0]))
        if function.name == "main" or not re.fullmatch(r"\w+", name) or word(name, ",".join(function.parameters)):
            continue
        first = acquisition(function, name, statement.start)
        for at in between(function, first, statement):
            mutant = leave_early(function, at, "fire-and-forget")
            if mutant:
                mutant.places = starts(function, name, at.start)
                yield mutant


@operator("drop an outcome")
def drop_outcome(text):
    for function, call in text.calls(*OUTCOMES):
        file, statement = function.file, function.at(call.start)
        whole = file.text[call.start:call.end]
        before = file.bare[statement.start:call.start]
        if statement.parent.kind not in ("block", "body") or file.bare[call.end:statement.end].strip() != ";":
            continue
        # What was cancelled before has no news, and after a failure the first error counts.
        earlier = [text.functions[other.name] for other in file.calls(function.open, call.start)
                   if other.name in text.functions]
        if "cancel" in file.bare[function.open:call.start] or is_after_failure(function, statement):
            continue
        if any("cancel" in of.file.bare[of.open:of.end] for of in earlier):
            continue
        if before.strip() == "return":
            yield Mutant("unretrieved-error", [Edit(file, statement.start, statement.end,
                                                    f"{MARK}{whole};\n{file.indent(statement.start)}return 0;")])
        elif found := re.fullmatch(r"((?:int )?)(\w+) = ", before):
            yield Mutant("unretrieved-error fire-and-forget",
                         [Edit(file, statement.start, statement.end,
                               f"{MARK}{whole};\n{file.indent(statement.start)}{found.group(1)}{found.group(2)} = 0;")])


def is_after_failure(function, statement):
    at = statement
    while at := at.above("if"):
        if re.search(r"<\s*0|!", function.file.bare[at.head[0]:at.head[1]]):
            return True
    return False


# ---- scopes and locks ----------------------------------------------------------------------------


def scopes(text):
    """Function, the statements that begin and end a scope, and the call that ends it."""
    for begin, ends in SCOPES.items():
        for function, opened in text.calls(begin):
            name = function.file.slice(opened.arguments[0]).lstrip("&")
            for call in function.file.calls(opened.end, function.end):
                if call.name in ends and function.file.slice(call.arguments[0]).lstrip("&") == name:
                    yield function, function.at(opened.start), function.at(call.start), call


@operator("leave a scope")
def leave_scope(text):
    for function, first, last, _ in scopes(text):
        for at in between(function, first, last):
            yield leave_early(function, at, "jump-from-group")


@operator("drop a scope's end")
def drop_scope_end(text):
    for function, first, last, call in scopes(text):
        instead = function.file.slice(call.arguments[1]) if len(call.arguments) > 1 and \
            call.name == "aglet_deadline_end" else "0"
        yield Mutant("jump-from-group", dropped(function, call, instead),
                     [(function.file, first.start)] + [(function.file, at) for at in exits_after(function, last)])


def locked(text):
    """Function, statement that locks, statement that unlocks, the call that does."""
    for lock, unlock in LOCKS.items():
        for function, taken in text.calls(lock):
            name = function.file.slice(taken.arguments[0])
            for call in function.file.calls(taken.end, function.end):
                if call.name == unlock and function.file.slice(call.arguments[0]) == name:
                    yield function, function.at(taken.start), function.at(call.start), call


@operator("drop an unlock")
def drop_unlock(text):
    for function, first, last, call in locked(text):
        # Where the process ends, nobody wants the lock any more.
        following = last.next()
        ends = following and re.match(r"abort|exit|_exit", function.file.bare[following.start:])
        if function.name == "main" or ends:
            continue
        yield Mutant("lock-not-released", dropped(function, call),
                     [(function.file, first.start)] + [(function.file, at) for at in exits_after(function, last)])


@operator("leave with a lock")
def leave_with_lock(text):
    for function, first, last, _ in locked(text):
        for at in between(function, first, last):
            yield leave_early(function, at, "lock-not-released")


@operator("drop a context's reset")
def drop_reset(text):
    for function, call in text.calls("aglet_var_reset"):
        statement, name = function.at(call.start), function.file.slice(call.arguments[0]).lstrip("&")
        first = acquisition(function, name, call.start)
        if first is None:
            continue
        yield Mutant("context-not-reset", dropped(function, call), [(function.file, first.start)] +
                     [(function.file, at) for at in exits_after(function, statement)])
        for at in between(function, first, statement):
            yield leave_early(function, at, "context-not-reset")


# ---- what is lent --------------------------------------------------------------------------------


ALLOCATES = re.compile(r"((?:struct )?\w+) \*(\w+) = (?:malloc|calloc|g_new0?|g_malloc0?)\(")
STARTS = re.compile(r"uv_|aglet_(?:create|call_)|event_assign|event_add|g_idle_add|g_timeout_add|pthread_create")
ENDS = re.compile(r"_run\w*\(|_join\(|aglet_await|_cancel\(|_remove\(|_del\(|_stop\(|uv_close")


@operator("put a request on the stack")
def request_on_stack(text):
    for function, statement in text.statements():
        file = function.file
        found = ALLOCATES.match(file.bare, statement.start)
        if not found:
            continue
        kind, name = found.groups()
        lent = [call for call in file.calls(statement.end, function.end)
                if STARTS.match(call.name)
                and len(call.arguments) > 1 and any(word(name, file.slice(at)) for at in call.arguments)]
        behind = file.bare[lent[-1].end if lent else 0:function.end]
        # Who waits for it, calls it off or frees the request at its end may have it on the stack.
        if not lent or ENDS.search(behind) or re.search(rf"\bfree\({name}\);\s*\}}\s*$", behind):
            continue
        yield Mutant("task-outlives-stack", [Edit(file, statement.start, statement.end,
                                                  f"{kind} on_stack; {kind} *{name} = &on_stack;")],
                     [(file, call.start) for call in lent])


@operator("free before the close")
def free_before_close(text):
    heap = any(call.name == "free" for _, call in text.calls())
    for function, call in text.calls("uv_close"):
        found = re.search(r"(?:\)\s*)?&?(\w+)(->|$)", function.file.slice(call.arguments[0]))
        statement, before = function.at(call.start), function.file.bare[function.start:call.start]
        if heap and found and re.search(rf"\*\s*{found.group(1)}\b", before) and is_whole(function, statement, call):
            yield Mutant("free-before-close double-cleanup",
                         insert_behind(function.file, statement, f"{MARK}free({found.group(1)});"))
    for function, call in text.calls("event_del", "aglet_timer_cancel", "ev_timer_stop"):
        file = function.file
        root = re.search(r"&?(\w+)", file.slice(call.arguments[-1])).group(1)
        freed = [other for other in file.calls(call.end, function.end)
                 if re.fullmatch(r"(?:g_)?free", other.name) and file.slice(other.arguments[0]) == root]
        if freed:
            callers = [(caller.file, other.start) for caller, other in text.calls(function.name)]
            yield Mutant("free-before-close", dropped(function, call), [(file, freed[0].start), *callers])


@operator("free before the await")
def free_before_await(text):
    for function, call in text.calls(*JOINS):
        file, statement = function.file, function.at(call.start)
        following = statement.next()
        found = following and re.compile(r"free\((\w+)\);").match(file.bare, following.start)
        if found and any(other.name in ("aglet_create", "pthread_create", "g_thread_new", "uv_thread_create") and
                         word(found.group(1), file.slice(other.arguments[-1]))
                         for other in file.calls(function.open, call.start)):
            yield Mutant("free-before-close", [Edit(file, statement.start, statement.start,
                                                    MARK + found.group() + "\n" + file.indent(statement.start)),
                                               Edit(file, following.start, following.end, ";")])


# ---- completions ---------------------------------------------------------------------------------


@operator("complete twice")
def complete_twice(text):
    for function, call in text.calls():
        statement = function.at(call.start)
        if COMPLETES.fullmatch(call.name) and is_whole(function, statement, call):
            yield Mutant("completes-exactly-once", doubled(function, statement))


@operator("complete never")
def complete_never(text):
    for function, call in text.calls():
        statement = function.at(call.start)
        if COMPLETES.fullmatch(call.name) and is_whole(function, statement, call):
            file = function.file
            gone = [(file, other.start) for other in file.calls(call.end, function.end)
                    if other.name == "g_object_unref"]
            yield Mutant("completes-exactly-once missing-cleanup", dropped(function, call),
                         gone + places_of_loss(text, function, statement, file.slice(call.arguments[0])))


@operator("never start")
def never_start(text):
    for function, call in text.calls("event_add", "evtimer_add", "g_source_attach", "qemu_coroutine_enter",
                                     "aglet_generator_next"):
        name = re.sub(r"^&", "", function.file.slice(call.arguments[0]))
        if places := starts(function, name, call.start):
            yield Mutant("never-awaited missing-cleanup", dropped(function, call, "-1"), places)
