#!/usr/bin/env python3
"""End to end: `aglet check` as a user meets it, mistakes included."""
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from fixtures import AGLET, ENVIRONMENT, SOURCE

BAD = """#include <stdlib.h>

int copy(int size) {
    char *text = malloc(10);
    if (!text)
        return -1;
    if (size > 10)
        return -2;
    free(text);
    return 0;
}
"""
GOOD = "int add(int a, int b) {\n    return a + b;\n}\n"
BROKEN = "int broken(void) {\n    return undeclared;\n}\n"


COLOUR = "\x1b\\[[0-9;]*m"


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = Path(os.path.realpath(tempfile.mkdtemp(prefix="aglet-check-")))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def database(self, *names, text=None):
        entries = [{"directory": str(self.folder), "file": name,
                    "arguments": ["cc", "-c", name]} for name in names]
        self.write("compile_commands.json", json.dumps(entries) if text is None else text)

    def run_aglet(self, *arguments, **more):
        return subprocess.run([AGLET, *map(str, arguments)], cwd=self.folder, env=ENVIRONMENT,
                              capture_output=True, text=True, **more)

    def check(self, *arguments, status=None):
        run = self.run_aglet("check", *arguments)
        if status is not None:
            self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run

    def refused(self, arguments, *words):
        """Exit status 2, nothing on stdout, one sentence with the words on stderr."""
        run = self.run_aglet(*arguments)
        self.assertEqual(run.returncode, 2, f"{arguments}: {run.stdout}{run.stderr}")
        self.assertEqual(run.stdout, "", arguments)
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        self.assertTrue(run.stderr.startswith("aglet: "), run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)

    def report(self, *arguments, status=1):
        return json.loads(self.check("--format", "json", *arguments, status=status).stdout)


class Text(Case):
    def test_a_finding_as_a_compiler_prints_it(self):
        self.write("bad.c", BAD)
        self.database("bad.c")
        run = self.check(status=1)
        self.assertEqual(run.stderr, "")
        lines = run.stdout.splitlines()
        self.assertEqual(lines[0], "bad.c:8:9: error: the memory block is not released on this path"
                                   " [missing-cleanup]")
        self.assertEqual(lines[1:3], ["    8 |         return -2;", "      |         ^~~~~~~~~"])
        self.assertEqual(lines[3], "bad.c:4:18: note: the memory block is acquired here")
        self.assertEqual(lines[-1], "1 finding (1 error, 0 warnings) in 1 file")
        self.assertNotIn("\x1b", run.stdout)

    def test_clean(self):
        self.write("good.c", GOOD)
        self.database("good.c")
        self.assertEqual(self.check(status=0).stdout, "no findings in 1 file\n")

    def test_exit_zero(self):
        self.write("bad.c", BAD)
        self.database("bad.c")
        self.assertIn("missing-cleanup", self.check("--exit-zero", status=0).stdout)

    def on_terminal(self, *arguments, **environment):
        """What a terminal gets on stdout and stderr."""
        master, slave = pty.openpty()
        process = subprocess.Popen([AGLET, "check", *arguments], cwd=self.folder, stdout=slave,
                                   stderr=slave, env={**ENVIRONMENT, **environment})
        os.close(slave)
        seen = b""
        while True:
            try:
                piece = os.read(master, 4096)
            except OSError:
                piece = b""
            if not piece:
                break
            seen += piece
        os.close(master)
        process.wait()
        return seen.decode()

    def test_colours_on_a_terminal_only(self):
        self.write("bad.c", BAD)
        self.database("bad.c")
        self.assertRegex(self.on_terminal(), COLOUR)
        self.assertNotRegex(self.on_terminal("--color", "never"), COLOUR)
        self.assertNotRegex(self.on_terminal(NO_COLOR="1"), COLOUR)
        self.assertRegex(self.check("--color", "always", status=1).stdout, COLOUR)

    def test_progress_after_a_second(self):
        many = [f"f{i}.c" for i in range(200)]
        for name in many:
            self.write(name, "#include <stdio.h>\n#include <stdlib.h>\n" + GOOD)
        self.database(*many)
        start = time.monotonic()
        seen = self.on_terminal("--jobs", "1")
        if time.monotonic() - start > 2.5:
            self.assertRegex(seen, r"\r\d+ of 200 files")
        self.assertTrue(seen.rstrip().endswith("no findings in 200 files"), seen[-200:])
        self.assertEqual(self.check("--jobs", "1", status=0).stderr, "")


class Selection(Case):
    def setUp(self):
        super().setUp()
        self.write("bad.c", BAD)
        self.write("sub/also.c", BAD)
        self.write("good.c", GOOD)
        self.database("bad.c", "sub/also.c", "good.c")

    def test_files_and_folders(self):
        self.assertEqual(len(self.report()["findings"]), 2)
        found = self.report("sub")["findings"]
        self.assertEqual([f["range"]["file"] for f in found], ["sub/also.c"])
        self.assertEqual(self.report("good.c", status=0)["findings"], [])
        self.assertEqual(len(self.report("./sub/../bad.c", self.folder / "sub")["findings"]), 2)

    def test_rules(self):
        self.assertEqual(self.report("--select", "fire-and-forget", status=0)["findings"], [])
        self.assertEqual(self.report("--ignore", "missing-cleanup", status=0)["findings"], [])
        self.assertEqual(len(self.report("--select", "missing-cleanup,fire-and-forget")["findings"]),
                         2)
        self.refused(["check", "--select", "misingcleanup"], "misingcleanup", "missing-cleanup")
        self.refused(["check", "--ignore", "nonsense-entirely"], "aglet rules")

    def test_arguments_behind_dashes(self):
        os.remove(self.folder / "compile_commands.json")
        self.check("bad.c", "--", "-DX=1", status=1)
        self.refused(["check", "--", "-DX=1"], "name the files")
        self.refused(["check", "none.c", "--"], "none.c", "No such file")

    def test_a_finding_in_a_header_once(self):
        self.write("shared.h", BAD.replace("int copy", "static inline int copy"))
        for name in ("one.c", "two.c"):
            self.write(name, f'#include "shared.h"\nint {name[:-2]}(void) {{\n    return copy(1);\n}}\n')
        self.database("one.c", "two.c")
        self.assertEqual([f["range"]["file"] for f in self.report()["findings"]], ["shared.h"])


class Json(Case):
    def setUp(self):
        super().setUp()
        self.write("bad.c", BAD)
        self.database("bad.c")

    def test_follows_its_schema(self):
        schema = json.loads((SOURCE / "docs/report.schema.json").read_text())
        self.write("broken.c", BROKEN)
        self.database("bad.c", "broken.c")
        problems = list(violations(self.report(status=2), schema, schema, "report"))
        self.assertEqual(problems, [])
        odd = self.report(status=2)
        odd["findings"][0]["range"]["start"]["line"] = 0
        self.assertEqual(len(list(violations(odd, schema, schema, "report"))), 1)

    def test_places(self):
        report = self.report()
        (finding,) = report["findings"]
        self.assertEqual(finding["rule"], "missing-cleanup")
        self.assertEqual(finding["range"], {"file": "bad.c", "start": {"line": 8, "column": 9},
                                            "end": {"line": 8, "column": 18}})
        self.assertEqual(finding["steps"][0]["range"]["start"], {"line": 4, "column": 18})
        self.assertIsNone(finding["fix"])
        self.assertEqual(report["summary"], {"findings": 1, "errors": 0, "files": 1})

    def test_fingerprints_do_not_depend_on_lines(self):
        before = self.report()["findings"][0]["fingerprint"]
        self.write("bad.c", "\n/* moved */\n\n" + BAD)
        (after,) = self.report()["findings"]
        self.assertEqual((after["fingerprint"], after["range"]["start"]["line"]), (before, 11))
        self.write("bad.c", BAD + BAD.replace("copy", "other"))
        both = [f["fingerprint"] for f in self.report()["findings"]]
        self.assertEqual(len(set(both)), 2)
        self.assertIn(before, both)

    def test_the_example_of_the_document(self):
        text = (SOURCE / "docs/json.md").read_text()
        example = json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL).group(1))
        report = self.report()
        report["tool"]["version"] = example["tool"]["version"]
        self.assertEqual(report, example)


def violations(value, schema, root, where):
    """The few words of JSON Schema that ours is written in."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    types = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool,
             "null": type(None)}
    unknown = set(schema) - {"$schema", "$id", "$defs", "title", "description", "type", "const",
                             "enum", "properties", "required", "additionalProperties", "items",
                             "minimum", "pattern"}
    assert not unknown, unknown
    wanted = schema.get("type", list(types))
    wanted = wanted if isinstance(wanted, list) else [wanted]
    if not any(isinstance(value, types[name]) and not (name == "integer" and value is True)
               for name in wanted):
        yield f"{where}: {value!r} is no {wanted}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{where}: {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r}"
    if "minimum" in schema and isinstance(value, int) and value < schema["minimum"]:
        yield f"{where}: {value}"
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield f"{where}: {value!r}"
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                yield f"{where}: without {name}"
        for name, part in value.items():
            if name in known:
                yield from violations(part, known[name], root, f"{where}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{where}: unknown {name}"
    if isinstance(value, list) and "items" in schema:
        for i, part in enumerate(value):
            yield from violations(part, schema["items"], root, f"{where}[{i}]")


class Mistakes(Case):
    def test_command_line(self):
        self.write("bad.c", BAD)
        self.database("bad.c")
        self.refused(["chek"], "chek", "did you mean 'check'?")
        self.refused(["check", "--formt", "json"], "--formt", "did you mean '--format'?")
        self.refused(["check", "--format", "jsn"], "jsn", "did you mean 'json'?")
        self.refused(["check", "--color", "pink"], "pink")
        self.refused(["check", "--output"], "--output")
        for jobs in ("0", "x", "-1", "2000", ""):
            self.refused(["check", "--jobs", jobs], "--jobs", "1 to 1024")
        self.refused(["explain", "missing-clean"], "did you mean 'missing-cleanup'?")

    def test_database(self):
        self.write("bad.c", BAD)
        self.refused(["check", "bad.c"], "compile_commands.json", "bear")
        self.refused(["check", "-p", "nowhere"], "nowhere", "compile_commands.json")
        for text, words in (("", ["valid JSON"]), ("{", ["valid JSON"]), ("{}", ["array"]),
                            ("[]", ["no C file"]), ("[{}]", ["entry 1"]),
                            ('[{"directory": "/", "file": "a.c"}]', ["entry 1"]),
                            ('[{"directory": 7, "file": "a.c", "command": "cc a.c"}]', ["entry 1"])):
            self.database(text=text)
            self.refused(["check"], "compile_commands.json", *words)
        if os.geteuid() != 0:
            self.database("bad.c")
            (self.folder / "compile_commands.json").chmod(0)
            self.refused(["check"], "compile_commands.json", "Permission denied")

    def test_files(self):
        self.write("bad.c", BAD)
        self.write("other/new.c", BAD)
        self.database("bad.c")
        self.refused(["check", "none.c"], "none.c", "No such file")
        self.refused(["check", "other/new.c"], "other/new.c", "no compile command")
        self.refused(["check", "other"], "other", "no C file below this folder")

    def test_a_unit_with_errors_is_never_silently_clean(self):
        self.write("bad.c", BAD)
        self.write("broken.c", BROKEN)
        self.database("bad.c", "broken.c")
        run = self.check(status=2)
        self.assertIn("broken.c:2:12: cannot parse: use of undeclared identifier", run.stdout)
        self.assertIn("[missing-cleanup]", run.stdout)
        self.check("broken.c", status=2)
        (error,) = self.report("broken.c", status=2)["errors"]
        self.assertEqual((error["file"], error["line"], error["column"]), ("broken.c", 2, 12))

    def test_an_error_in_a_header_once(self):
        self.write("broken.h", BROKEN)
        for name in ("one.c", "two.c"):
            self.write(name, '#include "broken.h"\n' + GOOD)
        self.database("one.c", "two.c")
        run = self.check(status=2)
        self.assertEqual(run.stdout.count("broken.h:2:12: cannot parse:"), 1)
        self.assertTrue(run.stdout.endswith("no findings in 2 files; incomplete because of 1 "
                                            "problem\n"), run.stdout)
        self.assertEqual(self.report(status=2)["summary"], {"findings": 0, "errors": 1, "files": 2})

    def test_a_file_that_is_gone(self):
        self.write("bad.c", BAD)
        self.database("bad.c", "gone.c")
        run = self.check(status=2)
        self.assertIn("gone.c", run.stdout)
        self.assertIn("[missing-cleanup]", run.stdout)

    def test_an_unknown_compiler_argument_does_no_harm(self):
        self.write("bad.c", BAD)
        entry = {"directory": str(self.folder), "file": "bad.c",
                 "command": "gcc -fno-such-thing -Wno-such-warning -mno-such -c bad.c -o 'x y.o'"}
        self.database(text=json.dumps([entry]))
        self.check(status=1)


class Names(Case):
    def test_spaces_quotes_and_other_scripts(self):
        names = ["a file.c", "fold er/b.c", "quo\"te.c", "apo's.c", "größe/файл.c", "per%cent,a:b.c"]
        for name in names:
            self.write(name, BAD)
        self.database(*names)
        found = sorted(f["range"]["file"] for f in self.report()["findings"])
        self.assertEqual(found, sorted(names))
        for name in names:
            self.assertIn(f"{name}:8:9: error:", self.check(name, status=1).stdout)

    def test_bytes_that_are_no_characters(self):
        header = os.fsencode(self.folder) + b"/caf\xe9.h"
        Path(os.fsdecode(header)).write_text(BAD.replace("int copy", "static inline int copy"))
        (self.folder / "a.c").write_bytes(b'#include "caf\xe9.h"\nint a(void) { return copy(1); }\n')
        self.database("a.c")
        report = self.report()
        self.assertEqual([f["range"]["file"] for f in report["findings"]], ["caf\ufffd.h"])
        self.assertEqual(report["findings"][0]["steps"][0]["range"]["file"], "caf\ufffd.h")
        name = os.fsdecode(b"\xff.c")
        self.write(name, BAD)
        (error,) = self.report(name, "--", status=2)["errors"]
        self.assertEqual((error["file"], error["message"]),
                         ("\ufffd.c", "the path or its arguments are not valid UTF-8"))

    def test_a_command_with_quotes(self):
        self.write("a file.c", BAD.replace("10)", "SIZE)"))
        entry = {"directory": ".", "file": "a file.c",
                 "command": "cc '-DSIZE=(5 + 5)' -DNAME=\\\"x\\ y\\\" -c \"a file.c\""}
        self.database(text=json.dumps([entry]))
        self.check(status=1)

    def test_github_escapes(self):
        self.write("per%cent,a:b.c", BAD)
        self.database("per%cent,a:b.c")
        run = self.check("--format", "github", status=1)
        first = run.stdout.splitlines()[0]
        self.assertRegex(first, r"^::error file=per%25cent%2Ca%3Ab\.c,line=8,endLine=8,col=9")
        self.assertIn("title=missing-cleanup", first)


class Output(Case):
    def setUp(self):
        super().setUp()
        self.write("bad.c", BAD)
        self.database("bad.c")

    def test_whole_or_not_at_all(self):
        out = self.write("report.txt", "old")
        self.assertEqual(self.check("--output", out, status=1).stdout, "")
        self.assertIn("[missing-cleanup]", out.read_text())
        out.write_text("old")
        self.refused(["check", "--output", "none/report.txt"], "none/report.txt", "No such file")
        self.refused(["check", "--output", out, "none.c"], "none.c")
        self.assertEqual(out.read_text(), "old")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()),
                         ["bad.c", "compile_commands.json", "report.txt"])

    def test_a_full_disk(self):
        self.refused(["check", "--output", "/dev/full"], "/dev/full", "No space left")
        with open("/dev/full", "w") as full:
            run = subprocess.run([AGLET, "check"], cwd=self.folder, env=ENVIRONMENT, stdout=full,
                                 stderr=subprocess.PIPE, text=True)
        self.assertEqual(run.returncode, 2)
        self.assertIn("standard output", run.stderr)

    def test_a_reader_that_has_gone(self):
        reader, writer = os.pipe()
        os.close(reader)
        run = subprocess.run([AGLET, "check"], cwd=self.folder, env=ENVIRONMENT, stdout=writer,
                             stderr=subprocess.PIPE, text=True)
        os.close(writer)
        self.assertIn(run.returncode, (2, -signal.SIGPIPE))

    def test_interrupted(self):
        many = [f"f{i}.c" for i in range(300)]
        for name in many:
            self.write(name, "#include <stdio.h>\n#include <unistd.h>\n" + GOOD)
        self.database(*many)
        process = subprocess.Popen([AGLET, "check", "--output", "report.txt"], cwd=self.folder,
                                   env=ENVIRONMENT, start_new_session=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.3)
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=20)
        self.assertIn(process.returncode, (130, -signal.SIGINT))
        for _ in range(50):
            if not alive(process.pid):
                break
            time.sleep(0.1)
        self.assertEqual(alive(process.pid), [])
        left = [p.name for p in self.folder.iterdir() if "report" in p.name]
        self.assertEqual(left, [])


def alive(session):
    """The processes of a session that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if fields[3] == str(session) and fields[0] != "Z":
            found.append(stat.parent.name)
    return found


class Suppressions(Case):
    def found(self, text):
        self.write("bad.c", text)
        self.database("bad.c")
        run = self.check()
        return run.returncode, run.stdout.count("[missing-cleanup]")

    def test_where_they_stand(self):
        mark = "// aglet:ignore missing-cleanup -- the process ends here"
        line = "        return -2;"
        self.assertEqual(self.found(BAD), (1, 1))
        self.assertEqual(self.found(BAD.replace(line, f"{line} {mark}")), (0, 0))
        self.assertEqual(self.found(BAD.replace(line, f"        {mark}\n{line}")), (0, 0))
        self.assertEqual(self.found(mark.replace("ignore", "ignore-file") + "\n" + BAD), (0, 0))
        self.assertEqual(self.found(BAD.replace(line, f"{line} /* aglet:ignore missing-cleanup */")),
                         (0, 0))
        other = mark.replace("missing-cleanup", "fire-and-forget")
        self.assertEqual(self.found(BAD.replace(line, f"{line} {other}")), (1, 1))
        self.assertEqual(self.found(BAD.replace("    free(text);", f"    free(text); {mark}")), (1, 1))


class Determinism(Case):
    def test_workers_and_order(self):
        names = [f"f{i}.c" for i in range(12)]
        for i, name in enumerate(names):
            self.write(name, BAD.replace("copy", f"copy{i}"))
        self.database(*names)
        first = self.check("--format", "json", "--jobs", "1").stdout
        self.assertEqual(self.check("--format", "json", "--jobs", "8").stdout, first)
        self.database(*reversed(names))
        self.assertEqual(self.check("--format", "json", "--jobs", "8").stdout, first)
        self.assertEqual(self.check("--format", "json", *reversed(names)).stdout, first)


if __name__ == "__main__":
    unittest.main()
