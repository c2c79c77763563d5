#!/usr/bin/env python3
"""What a user does wrong is one sentence and exit status 2; what cannot be analysed is never clean."""
import json
import os
import unittest

from case import BAD, BROKEN, GOOD, Case


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


if __name__ == "__main__":
    unittest.main()
