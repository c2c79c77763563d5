#!/usr/bin/env python3
"""End to end: what `aglet check` finds, where, and in which words."""
import json
import os
import re
import unittest
from pathlib import Path

from case import BAD, BROKEN, GOOD, Case
from fixtures import SOURCE


REPORT = """\
bad.c:8:9: error: the memory block is not released on this path [missing-cleanup]
    8 |         return -2;
      |         ^~~~~~~~~
bad.c:4:18: note: the memory block is acquired here
    4 |     char *text = malloc(10);
      |                  ^~~~~~~~~~
bad.c:5:9: note: the condition is false here
    5 |     if (!text)
      |         ^~~~~
bad.c:7:9: note: the condition is true here
    7 |     if (size > 10)
      |         ^~~~~~~~~
      = help: release it with 'free' on every path, or hand it on

1 finding (1 error, 0 warnings) in 1 file
"""


class Text(Case):
    def test_a_finding_as_a_compiler_prints_it(self):
        self.write("bad.c", BAD)
        self.database("bad.c")
        run = self.check(status=1)
        self.assertEqual(run.stderr, "")
        self.assertEqual(run.stdout, REPORT)

    def test_more_than_one(self):
        self.write("bad.c", BAD)
        self.write("more/bad.c", BAD)
        self.database("bad.c", "more/bad.c")
        run = self.check(status=1)
        summary = "2 findings (2 errors, 0 warnings) in 2 files\n"
        finding = REPORT[:REPORT.rindex("\n", 0, -1) + 1]
        self.assertEqual(run.stdout, finding + finding.replace("bad.c:", "more/bad.c:") + summary)

    def test_clean(self):
        self.write("good.c", GOOD)
        self.database("good.c")
        self.assertEqual(self.check(status=0).stdout, "no findings in 1 file\n")

    def test_exit_zero(self):
        self.write("bad.c", BAD)
        self.database("bad.c")
        self.assertIn("missing-cleanup", self.check("--exit-zero", status=0).stdout)


    def test_names_that_would_command_the_terminal(self):
        name = "a\nb\x1b[2J.c"
        self.write(name, BAD)
        self.write("lost\r.c", '#include "no.h"\n')
        self.database(name, "lost\r.c")
        out = self.check("--color", "never", status=2).stdout
        self.assertIn("\na?b?[2J.c:4:18: note: ", out)
        self.assertIn("\nlost?.c:1:10: cannot parse: 'no.h' file not found\n", out)
        self.assertNotIn("\x1b", out)


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
        for both in (["--select", "missing-cleanup, fire-and-forget"], ["--select", "all"],
                     ["--select", "missing-cleanup", "--select", "fire-and-forget"],
                     ["--select", "all", "--ignore", "fire-and-forget", "--ignore", "nested-loop"]):
            self.assertEqual(len(self.report(*both)["findings"]), 2, both)

    def test_arguments_behind_dashes(self):
        os.remove(self.folder / "compile_commands.json")
        self.check("bad.c", "--", "-DX=1", status=1)
        self.check("good.c", "--", "-include", "bad.c", status=1)

    def test_a_file_behind_dashes_in_a_compile_command(self):
        names = ["-o.c", "plain.c", "two words.c"]
        for i, name in enumerate(names):
            self.write(name, BAD.replace("copy", f"copy{i}"))
        self.database(text=json.dumps([{"directory": str(self.folder), "file": name,
                                        "arguments": ["cc", "-c", "-o", "x.o", "--", name]}
                                       for name in names]))
        self.assertEqual([f["range"]["file"] for f in self.report()["findings"]], names)

    def test_a_finding_in_a_header_once(self):
        self.write("shared.h", BAD.replace("int copy", "static inline int copy"))
        for name in ("one.c", "two.c"):
            self.write(name, f'#include "shared.h"\nint {name[:-2]}(void) {{ return copy(1); }}\n')
        self.database("one.c", "two.c")
        self.assertEqual([f["range"]["file"] for f in self.report()["findings"]], ["shared.h"])


    def test_what_no_unit_uses_of_a_header(self):
        self.write("shared.h", BAD.replace("int copy", "static inline int copy"))
        self.write("one.c", '#include "shared.h"\nint one;\n')
        self.database("one.c")
        self.assertEqual(self.report(status=0)["findings"], [])
        self.assertEqual(len(self.report("shared.h", "--", "-I.")["findings"]), 1)


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

    def test_every_key_is_explained(self):
        schema = json.loads((SOURCE / "docs/report.schema.json").read_text())
        text = (SOURCE / "docs/json.md").read_text()
        explained = re.sub(r"```.*?```", "", text, flags=re.DOTALL)  # the example explains nothing
        for key in keys(schema):
            self.assertRegex(explained, rf"`(\w+\[\]\.)?{key}`", key)

    def test_places(self):
        report = self.report()
        (finding,) = report["findings"]
        self.assertEqual(finding["rule"], "missing-cleanup")
        self.assertEqual(finding["range"], {"file": "bad.c", "start": {"line": 8, "column": 9},
                                            "end": {"line": 8, "column": 18}})
        self.assertEqual(finding["steps"][0]["range"]["start"], {"line": 4, "column": 18})
        self.assertEqual([edit["range"]["start"] for edit in finding["fix"]["edits"]],
                         [{"line": 7, "column": 19}, {"line": 8, "column": 1},
                          {"line": 9, "column": 1}])
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


def keys(schema):
    """The names of all properties."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from keys(part)


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


class Names(Case):
    def test_spaces_quotes_and_other_scripts(self):
        names = ["a file.c", "fold er/b.c", "quo\"te.c", "apo's.c", "größe/файл.c", "per%cent,a:b.c",
                 "back\\slash.c", "*.c", "$(HOME).c"]
        for name in names:
            self.write(name, BAD)
        self.database(*names)
        found = sorted(f["range"]["file"] for f in self.report()["findings"])
        self.assertEqual(found, sorted(names))
        for name in names:
            run = self.check(f"./{name}", status=1)
            self.assertTrue(run.stdout.startswith(f"{name}:8:9: error:"), run.stdout)

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
        name = "per%cent,a:b\r\n.c"
        self.write(name, BAD)
        self.database(name)
        run = self.check("--format", "github", status=1)
        self.assertEqual(run.stdout.splitlines(), [
            "::error file=per%25cent%2Ca%3Ab%0D%0A.c,line=8,endLine=8,col=9,endColumn=18,"
            "title=missing-cleanup::the memory block is not released on this path"
            "%0Aper%25cent,a:b%0D%0A.c:4: the memory block is acquired here"
            "%0Aper%25cent,a:b%0D%0A.c:5: the condition is false here"
            "%0Aper%25cent,a:b%0D%0A.c:7: the condition is true here"
            "%0Ahelp: release it with 'free' on every path, or hand it on"])


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
        self.assertEqual(self.found(BAD.replace(line, f"{line} // aglet:ignore")), (0, 0))
        self.assertEqual(self.found("/* aglet:ignore-file */\n" + BAD), (0, 0))
        self.assertEqual(self.found(BAD.replace(line, f"        // aglet:ignore\n\n{line}")), (0, 0))
        other = mark.replace("missing-cleanup", "fire-and-forget")
        self.assertEqual(self.found(other.replace("ignore", "ignore-file") + "\n" + BAD), (1, 1))
        self.assertEqual(self.found(BAD.replace(line, f"{line} {other}")), (1, 1))
        self.assertEqual(self.found(BAD.replace("    free(text);", f"    free(text); {mark}")), (1, 1))


class Determinism(Case):
    def test_workers_and_order(self):
        names = [f"f{i}.c" for i in range(12)]
        for i, name in enumerate(names):
            self.write(name, '#include "shared.h"\n' + BAD.replace("copy", f"copy{i}") +
                       f"int use{i}(void) {{ return copy(1); }}\n")
        self.write("shared.h", BAD.replace("int copy", "static inline int copy") + BROKEN)
        for form in ("json", "text", "github"):
            self.database(*names)
            first = self.check("--format", form, "--jobs", "1").stdout
            self.assertGreater(first.count("missing-cleanup"), len(names), form)
            self.assertEqual(self.check("--format", form, "--jobs", "8").stdout, first)
            self.assertEqual(self.check("--format", form, *reversed(names)).stdout, first)
            self.database(*reversed(names))
            self.assertEqual(self.check("--format", form, "--jobs", "8").stdout, first)
            self.assertEqual(self.check("--format", form, *names, "--").stdout, first)


if __name__ == "__main__":
    unittest.main()
