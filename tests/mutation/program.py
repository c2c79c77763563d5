"""A program to be mutated: its files, who calls whom in it, and what runs where."""
import re

from source import MARK, Edit, File, Mutant, exits_after, insert_before

# Which argument is the function, and where it is run. From the libraries' manuals.
HANDED_OVER = {
    "aglet_create": (0, "coroutine"), "aglet_create_eager": (0, "coroutine"), "aglet_run": (0, "coroutine"),
    "aglet_run_with": (1, "coroutine"), "aglet_group_spawn": (1, "coroutine"), "aglet_group_start": (1, "coroutine"),
    "aglet_group_call_later": (2, "coroutine"), "aglet_jobs_spawn": (1, "coroutine"), "aglet_shield": (0, "coroutine"),
    "aglet_serve": (1, "coroutine"), "aglet_call_later": (2, "callback"), "aglet_call_soon": (1, "callback"),
    "aglet_call_at": (2, "callback"), "aglet_task_on_done": (2, "callback"), "aglet_to_thread": (0, "worker"),
    "aglet_generator_open": (0, "coroutine"),
    "uv_timer_start": (1, "callback"), "uv_async_init": (2, "callback"), "uv_idle_start": (1, "callback"),
    "uv_check_start": (1, "callback"), "uv_prepare_start": (1, "callback"), "uv_signal_start": (1, "callback"),
    "uv_poll_start": (2, "callback"), "uv_close": (1, "callback"), "uv_read_start": (2, "callback"),
    "uv_listen": (2, "callback"), "uv_queue_work": (2, "worker"), "uv_thread_create": (1, "thread"),
    "g_timeout_add": (1, "callback"), "g_timeout_add_seconds": (1, "callback"), "g_idle_add": (0, "callback"),
    "g_thread_new": (1, "thread"), "g_task_run_in_thread": (1, "worker"), "pthread_create": (2, "thread"),
    "event_new": (3, "callback"), "event_assign": (4, "callback"), "evtimer_new": (1, "callback"),
    "evtimer_assign": (2, "callback"), "ev_timer_init": (1, "callback"), "ev_io_init": (1, "callback"),
    "ev_idle_init": (1, "callback"), "neco_start": (0, "coroutine"), "qemu_coroutine_create": (0, "coroutine"),
}


class Text:
    """What operators ask about a program."""

    def __init__(self, program):
        self.program = program
        self.files = [File(path) for path in program.files]
        self.functions = {}
        for file in self.files:
            for function in file.functions:
                self.functions.setdefault(function.name, function)
        headers = {path for file in program.files for path in file.parent.glob("*.h")}
        self.headers = "\n".join(path.read_text() for path in sorted(headers))
        self.runs = {name: set() for name in self.functions}
        self._find_contexts()

    def _find_contexts(self):
        for name, function in self.functions.items():
            declared = re.findall(rf"^[^;{{}}#]*\b{name}\(", self.headers, re.MULTILINE)
            if any(re.search(r"AGLET_COROUTINE|coroutine_fn", text) for text in [function.head, *declared]):
                self.runs[name].add("coroutine")
        for function, call in self.calls():
            if call.name in HANDED_OVER:
                at, where = HANDED_OVER[call.name]
                given = function.file.slice(call.arguments[at]) if at < len(call.arguments) else ""
                if given in self.runs:
                    self.runs[given].add(where)

    def calls(self, *names):
        """Pairs of function and call, of all functions."""
        for file in self.files:
            for function in file.functions:
                for call in file.calls(function.open, function.end):
                    if not names or call.name in names:
                        yield function, call

    def all(self, *where):
        """The functions that run there and nowhere else."""
        return [function for name, function in self.functions.items()
                if name != "main" and self.runs[name] and self.runs[name] <= set(where)]

    def statements(self):
        for file in self.files:
            for function in file.functions:
                for statement in function.statements():
                    yield function, statement

    def library(self):
        """The library whose loop or coroutines it uses, by its words."""
        words = "\n".join(file.bare for file in self.files)
        for library, pattern in (("aglet", r"\baglet_run"), ("uv", r"\buv_run\("), ("glib", r"\bg_main_loop_run\("),
                                 ("libevent", r"\bevent_base_dispatch\("), ("libev", r"\bev_run\("),
                                 ("neco", r"\bneco_"), ("qemu", r"\bqemu_"), ("libdill", r"\bdill_")):
            if re.search(pattern, words):
                return library
        return None


def replace_call(function, call, text):
    return [Edit(function.file, call.start, call.end, text)]


def declare(function, text):
    """Something that has to stand before a function, on its line."""
    return Edit(function.file, function.start, function.start, text + " ")


CHANCE = "extern volatile int mutation_chance;"


def leave_early(function, statement, rules):
    """A way out before a statement, that some runs take."""
    leave = function.leave()
    if not leave:
        return None
    edits = insert_before(function.file, statement, f"if (mutation_chance)\n{MARK}        {leave}")
    return Mutant(rules, [declare(function, CHANCE), *edits])


def places_of_loss(text, function, statement, name, depth=0):
    """Where it shows that what `name` holds is lost behind a statement: the exits that follow, what
    acquired it, and the same in the callers that lent it."""
    file = function.file
    places = [(file, at) for at in exits_after(function, statement)]
    root = re.match(r"[&*(\s]*(\w+)", name)
    root = root.group(1) if root else name
    for found in re.compile(rf"\b{root}\s*=[^=]|[&]{root}\b").finditer(file.bare, function.open, statement.start):
        places.append((file, found.start()))
    if root in function.parameters and depth < 3:
        at = function.parameters.index(root)
        for caller, call in text.calls(function.name):
            if at < len(call.arguments):
                given = caller.file.slice(call.arguments[at])
                places += places_of_loss(text, caller, caller.at(call.start), given, depth + 1)
    return places
