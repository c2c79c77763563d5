#!/usr/bin/env python3
"""Proves what .aglet.json does, how its mistakes are told, and what aglet init writes."""
import json
import re
import unittest

from case import BAD, GOOD, Case
from fixtures import SOURCE

BLOCKING = """#include "own.h"
static void on_timer(struct loop *loop) {
    solve(loop);
}
void begin(struct loop *loop) {
    each_second(loop, on_timer);
}
"""
OWN = """struct loop;
__attribute__((annotate("aglet:calls-back(arg=2, context=loop, times=many)")))
void each_second(struct loop *loop, void (*function)(struct loop *));
void solve(struct loop *loop);
"""
MAKER = """#include <stdio.h>
struct log { FILE *file; };
int log_open(struct log *log) {
    log->file = fopen("log", "a");
    return log->file ? 0 : -1;
}
"""


class Configuration(Case):
    def configure(self, **keys):
        self.write(".aglet.json", json.dumps(keys, indent=2))

    def rules(self, *arguments):
        run = self.run_aglet("check", "--format", "json", "--exit-zero", *arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        return [(finding["rule"], finding["severity"]) for finding in json.loads(run.stdout)["findings"]]

    def test_rules_and_severities(self):
        self.write("bad.c", BAD)
        self.database("bad.c")
        self.assertEqual(self.rules(), [("missing-cleanup", "error")])
        self.configure(severity={"missing-cleanup": "warning"})
        self.assertEqual(self.rules(), [("missing-cleanup", "warning")])
        self.assertEqual(self.rules("--no-config"), [("missing-cleanup", "error")])
        self.configure(ignore=["missing-cleanup"])
        self.assertEqual(self.rules(), [])
        self.assertEqual(self.rules("--select", "missing-cleanup"), [("missing-cleanup", "error")])
        self.configure(select=["fire-and-forget"])
        self.assertEqual(self.rules(), [])
        self.write("other.json", "{}")
        self.assertEqual(self.rules("--config", "other.json"), [("missing-cleanup", "error")])

    def test_the_nearest_one_counts(self):
        self.write("sub/bad.c", BAD)
        self.database("sub/bad.c")
        self.configure(ignore=["missing-cleanup"])
        self.assertEqual(self.rules(), [])
        self.folder /= "sub"
        self.assertEqual(self.rules(), [])
        self.configure()
        self.assertEqual(self.rules(), [("missing-cleanup", "error")])

    def test_paths(self):
        self.write("src/bad.c", BAD)
        self.write("tests/sub/bad.c", BAD)
        self.database("src/bad.c", "tests/sub/bad.c")
        self.assertEqual(len(self.rules()), 2)
        for pattern, left in (("tests", 1), ("tests/*", 1), ("*.c", 0), ("test", 2), ("src/bad.c", 1)):
            self.configure(exclude=[pattern])
            self.assertEqual(len(self.rules()), left, pattern)
            self.configure(**{"per-path": {pattern: {"ignore": ["missing-cleanup"]}}})
            self.assertEqual(len(self.rules()), left, pattern)
            self.configure(**{"per-path": {pattern: {"ignore": ["fire-and-forget"]}}})
            self.assertEqual(len(self.rules()), 2, pattern)

    def test_what_is_excluded_is_looked_into(self):
        self.write("vendor/open.c", '#include <stdio.h>\nFILE *own_open(void) { return fopen("a", "r"); }\n')
        self.write("use.c", "#include <stdio.h>\nFILE *own_open(void);\n"
                   "int use(void) { FILE *file = own_open(); return file ? fgetc(file) : 0; }\n")
        self.database("use.c", "vendor/open.c")
        self.configure(exclude=["vendor"])
        self.assertEqual(self.rules(), [("missing-cleanup", "error")])

    def test_own_functions(self):
        self.write("own.h", OWN)
        self.write("blocking.c", BLOCKING)
        self.database("blocking.c")
        self.assertEqual(self.rules(), [])
        self.configure(blocking={"solve": "wait"})
        self.assertEqual([rule for rule, _ in self.rules()], ["blocking-call"])
        self.configure(coroutines=["solve"])
        self.assertEqual([rule for rule, _ in self.rules()], ["coroutine-from-sync"])

    def test_constructors(self):
        self.write("maker.c", MAKER)
        self.database("maker.c")
        self.assertEqual(self.rules(), [])
        self.configure(constructors=["*_open"])
        self.assertEqual([rule for rule, _ in self.rules()], ["blocking-constructor"])
        self.write("maker.c", MAKER.replace("log_open", "log_init"))
        self.assertEqual(self.rules(), [])
        self.configure()
        self.assertEqual([rule for rule, _ in self.rules()], ["blocking-constructor"])

    def test_a_model_of_its_own(self):
        self.write("own.h", OWN)
        self.write("blocking.c", BLOCKING)
        self.write("models/own.json", json.dumps({
            "model": 1, "name": "own",
            "functions": {"solve": {"parameters": 1, "blocks": {"kind": "io"}}}}))
        self.database("blocking.c")
        self.configure(models=["models/own.json"])
        self.assertEqual([rule for rule, _ in self.rules()], ["blocking-call"])
        self.configure(models=["models/none.json"])
        self.refused(["check"], "models/none.json", "No such file")

    def test_where_the_database_is(self):
        self.write("bad.c", BAD)
        self.database("bad.c")
        (self.folder / "out").mkdir()
        (self.folder / "compile_commands.json").rename(self.folder / "out/compile_commands.json")
        self.refused(["check"], "compile_commands.json")
        self.configure(build="out")
        self.assertEqual(len(self.rules()), 1)

    def test_mistakes_name_the_line(self):
        self.write("good.c", GOOD)
        self.database("good.c")
        mistakes = {
            '{"ignroe": []}': ("1: ignroe", "did you mean 'ignore'?"),
            '{\n"ignore": ["manual-lop"]}': ("2: ignore[1]", "did you mean 'manual-loop'?"),
            '{"select": "all"}': ("1: select", "must be an array, not text"),
            '{"severity": {"manual-loop": "fatal"}}': ("severity.manual-loop", '"warning"'),
            '{"severity": []}': ("severity", "must be an object"),
            '{"per-path": {\n"t": {"ignore": ["x"]}}}': ("2: per-path.t.ignore[1]", "'x'"),
            '{"per-path": {"t": {"select": []}}}': ("per-path.t.select", "has no key"),
            '{"blocking": {"f": 1}}': ("blocking.f", "must be one of sleep"),
            '{"blocking": {"f": "slowly"}}': ("1: blocking.f", "must be one of sleep"),
            '{"coroutines": [1]}': ("coroutines[1]", "must be text"),
            '{"build": ""}': ("build", "empty"),
            '{"select": []}': ("select", "must name a rule"),
            '{"libraries": ["posix",\n"glibb"]}': ("2: libraries[2]: there is no model 'glibb'; did "
                                                  "you mean 'glib'?",),
            '{"coroutines": ["run", "to run"]}': ("coroutines[2]: 'to run' is not the name of a C",),
            '{"blocking": {"": "io"}}': ("blocking.: '' is not the name of a C function",),
            '{"build": "b"': ("1: not JSON",),
            "[]": ("must be an object, not an array",),
        }
        for text, words in mistakes.items():
            self.write(".aglet.json", text)
            self.refused(["check"], ".aglet.json:", *words)
        self.refused(["check", "--config", "none.json"], "none.json", "No such file")
        self.refused(["check", "--config", "none.json", "--no-config"], "--no-config")

    def test_the_schema_has_the_same_keys(self):
        schema = json.loads((SOURCE / "docs/config.schema.json").read_text())
        page = (SOURCE / "docs/configuration.md").read_text()
        self.write("good.c", GOOD)
        self.database("good.c")
        self.write(".aglet.json", '{"no-such-key-at-all": 1}')
        for key, value in schema["properties"].items():
            wrong = 1
            self.write(".aglet.json", json.dumps({key: wrong}))
            run = self.run_aglet("check")
            self.assertNotIn("has no key", run.stderr, key)
            if key != "$schema":
                self.assertIn(f"| `{key}` |", page)
        example = re.search(r"```json\n(.*?)```", page, re.S)[1]
        self.write(".aglet.json", example)
        self.write("tools/parcel.json", '{"model": 1, "name": "parcel"}')
        self.check("-p", ".", status=0)


class Init(Case):
    def test_fits_the_project(self):
        for name in ("src/a.c", "third_party/z/b.c", "tests/unit/c.c"):
            self.write(name, "#include <uv.h>\n" + GOOD if name == "src/a.c" else GOOD)
        self.database("src/a.c", "third_party/z/b.c", "tests/unit/c.c")
        (self.folder / "out").mkdir()
        (self.folder / "compile_commands.json").rename(self.folder / "out/compile_commands.json")
        run = self.run_aglet("init", "-p", "out")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("3 C files", run.stdout)
        self.assertIn("libuv", run.stdout)
        self.assertEqual(json.loads((self.folder / ".aglet.json").read_text()),
                         {"build": "out", "exclude": ["third_party"],
                          "per-path": {"tests": {"ignore": []}}})
        self.refused(["init"], ".aglet.json", "already")

    def test_what_it_writes_is_read(self):
        self.write("bad.c", BAD)
        self.database("bad.c")
        self.assertEqual(self.run_aglet("init").returncode, 0)
        self.check(status=1)

    def test_mistakes(self):
        self.refused(["init"], "compile_commands.json")
        self.refused(["init", "-p", "none"], "none")
        self.refused(["init", "here"], "no argument")
        self.assertFalse((self.folder / ".aglet.json").exists())


if __name__ == "__main__":
    unittest.main()
