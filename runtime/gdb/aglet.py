"""Shows the tasks of libaglet in gdb, in a live process or a core file.

    (gdb) source runtime/gdb/aglet.py
    (gdb) aglet tasks            all tasks: number, name, state, what each waits for
    (gdb) aglet bt 3             the backtrace of task 3; its name, or all, will do too

The library must have been built with debug information, which says how a task is laid out.
"""
import gdb
from gdb.unwinder import Unwinder

STATES = {"AGL_READY": "ready", "AGL_PARKED": "waits for", "AGL_DONE": "done"}

# What agl_context_switch saved, in words from the saved stack pointer on; the stack pointer of the
# caller is what is left after all of it was popped.
SAVED = {
    "i386:x86-64": {"words": 8, "pc": ("rip", 7), "sp": "rsp",
                    "registers": {"r15": 1, "r14": 2, "r13": 3, "r12": 4, "rbx": 5, "rbp": 6}},
    "aarch64": {"words": 22, "pc": ("pc", 11), "sp": "sp",
                "registers": {f"x{19 + i}": i for i in range(12)}},
}


def runs_on(stack):
    """Whether a thread stands on the stack."""
    selected = gdb.selected_thread()
    found = False
    for thread in gdb.selected_inferior().threads():
        thread.switch()
        pointer = int(gdb.newest_frame().read_register("sp"))
        found = found or int(stack["low"]) <= pointer < int(stack["top"])
    selected.switch()
    return found


class Task:
    """One task, read from the process."""

    def __init__(self, value):
        self.value = value
        self.id = int(value["id"])
        self.parent = int(value["parent"])
        self.name = value["name"].string() if value["named"] else f"task-{self.id}"
        self.state = str(value["state"])
        self.running = self.state == "AGL_READY" and runs_on(value["stack"])

    def describe(self):
        text = "running" if self.running else STATES.get(self.state, self.state)
        if self.state == "AGL_PARKED":
            text += ": " + self.value["wait"]["what"].string()
        elif self.state == "AGL_DONE":
            text += f" with {int(self.value['result'])}"
        if int(self.value["root"]["error"]):
            text += ", cancelled"
        place = self.value["created"]
        if int(place["line"]):
            file = place["where"].cast(gdb.lookup_type("char").pointer()).string()
            text += f"; created at {file}:{int(place['line'])}"
        elif int(place["where"]):
            text += f"; created in {where(int(place['where']) - 1)}"
        return text


def where(pc):
    """The line, else the function, else the number of a code address."""
    line = gdb.find_pc_line(pc)
    if line.symtab:
        return f"{line.symtab.filename}:{line.line}"
    block = gdb.block_for_pc(pc)
    return str(block.function) if block and block.function else hex(pc)


def container(node, kind, member):
    """The object of type `kind` in which the list's `node` is embedded as `member`."""
    offset = next(field.bitpos // 8 for field in kind.fields() if field.name == member)
    return gdb.Value(int(node) - offset).cast(kind.pointer()).dereference()


def loops():
    table = gdb.lookup_static_symbol("agl_loops") or gdb.lookup_global_symbol("agl_loops")
    if table is None:
        raise gdb.GdbError("aglet: no symbol agl_loops: the program is not linked with libaglet, "
                           "or the library has no debug information")
    value = table.value()
    low, high = value.type.range()
    return [value[i].dereference() for i in range(low, high + 1) if int(value[i])]


def tasks():
    kind = gdb.lookup_type("struct aglet_task")
    found = []
    for loop in loops():
        head = loop["tasks"]
        node = head["next"]
        while int(node) and int(node) != int(head.address):
            found.append(Task(container(node, kind, "link")))
            node = node["next"]
    return found


class ParkedTask(Unwinder):
    """Takes the place of the innermost frame's caller: there, the chosen task's frames begin."""

    def __init__(self, layout, stack_pointer):
        super().__init__("aglet")
        self.layout = layout
        self.base = int(stack_pointer)

    def word(self, index):
        kind = gdb.lookup_type("unsigned long")
        return gdb.Value(self.base + index * kind.sizeof).cast(kind.pointer()).dereference()

    def __call__(self, pending):
        if pending.level() != 0:
            return None
        layout = self.layout
        kind = gdb.lookup_type("unsigned long")
        above = gdb.Value(self.base + layout["words"] * kind.sizeof)
        name, index = layout["pc"]
        # gdb takes a caller on a lower stack for a mistake: this frame stands below all stacks.
        info = pending.create_unwind_info(FrameId(gdb.Value(1), pending.read_register(name)))
        info.add_saved_register(name, self.word(index))
        info.add_saved_register(layout["sp"], above)
        for register, at in layout["registers"].items():
            info.add_saved_register(register, self.word(at))
        return info


class FrameId:
    """What gdb tells one frame from another by."""

    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


def backtrace(task):
    """Prints the frames of a parked task."""
    print(f"task {task.id} {task.name}: {task.describe()}")
    if task.state == "AGL_DONE":
        return
    if task.running:
        print("  it runs now: use bt in its thread")
        return
    layout = SAVED.get(gdb.newest_frame().architecture().name())
    context = task.value["context"]
    if layout is None or not any(field.name == "stack_pointer" for field in context.type.fields()):
        raise gdb.GdbError("aglet: the registers of tasks are not known for this machine or build")
    unwinder = ParkedTask(layout, context["stack_pointer"])
    selected = gdb.selected_frame().level()
    gdb.unwinder.register_unwinder(None, unwinder, replace=True)
    try:
        gdb.invalidate_cached_frames()
        frame = gdb.newest_frame().older()
        level = 0
        while frame is not None and frame.is_valid():
            name = frame.name()
            if name in ("agl_context_begin", "agl_task_body"):
                break
            place = frame.find_sal()
            if place.symtab:
                spot = f" at {place.symtab.filename}:{place.line}"
            else:
                spot = f" ({hex(frame.pc())})"
            print(f"  #{level:<2} {name or '??'}{spot}")
            frame = frame.older()
            level += 1
    finally:
        gdb.frame_unwinders.remove(unwinder)
        gdb.invalidate_cached_frames()
        gdb.execute(f"frame {selected}", to_string=True)


class Aglet(gdb.Command):
    """Tasks of libaglet: aglet tasks, aglet bt TASK."""

    def __init__(self):
        super().__init__("aglet", gdb.COMMAND_STACK, prefix=True)


class AgletTasks(gdb.Command):
    """Lists all tasks of all loops, each under the task it belongs to."""

    def __init__(self):
        super().__init__("aglet tasks", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        found = tasks()
        children = {}
        known = {task.id for task in found}
        for task in found:
            children.setdefault(task.parent if task.parent in known else 0, []).append(task)
        rest = [(0, task) for task in reversed(children.get(0, []))]
        while rest:
            depth, task = rest.pop()
            print(f"{'  ' * depth}{task.id} {task.name}: {task.describe()}")
            rest += [(depth + 1, child) for child in reversed(children.get(task.id, []))]
        if not found:
            print("no tasks")


class AgletBacktrace(gdb.Command):
    """The backtrace of a task, given by number or name, or of all."""

    def __init__(self):
        super().__init__("aglet bt", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        wanted = argument.strip()
        if not wanted:
            raise gdb.GdbError("aglet bt: which task? Give a number or a name of those that "
                               "\"aglet tasks\" lists, or all")
        chosen = [task for task in tasks()
                  if wanted in ("all", str(task.id), task.name)]
        if not chosen:
            raise gdb.GdbError(f"aglet bt: there is no task {wanted}; \"aglet tasks\" lists them")
        for task in chosen:
            backtrace(task)


Aglet()
AgletTasks()
AgletBacktrace()
