#!/usr/bin/env python3
"""A user's mistake is one sentence and exit status 2; what cannot be analysed is never clean."""
import json
import os
import shutil
import unittest

from case import BAD, BROKEN, GOOD, Case
from fixtures import AGLET


class CommandLine(Case):
    def setUp(self):
        super().setUp()
        self.write("bad.c", BAD)
        self.database("bad.c")

    def test_commands(self):
        self.refused(["chek"], "unknown command 'chek'; did you mean 'check'?")
        self.refused(["nonsense"], "unknown command 'nonsense'; 'aglet --help'")
        self.refused(["help", "chek"], "did you mean 'check'?")
        self.refused(["--verison"], "unknown option '--verison'; did you mean '--version'?")
        self.refused(["-v"], "unknown option '-v'; 'aglet --help'")
        self.refused(["rules", "check"], "'aglet explain check'")
        self.refused(["explain"], "name one rule")
        self.refused(["explain", "missing-clean"], "did you mean 'missing-cleanup'?")
        self.refused(["explain", ""], "'aglet rules'")
        self.refused(["hook", "instal"], "aglet hook install")

    def test_options(self):
        self.refused(["check", "--formt", "json"], "'--formt'; did you mean '--format'?")
        self.refused(["check", "--nonsense"], "'--nonsense'; 'aglet help check'")
        self.refused(["check", "--exit-zero=1"], "--exit-zero=1")
        self.refused(["check", "-x"], "'-x'; 'aglet help check'")
        self.write("-dash.c", GOOD)
        self.refused(["check", "-dash.c"], "unknown option '-dash.c'; the file of that name is './-dash.c'")
        self.check("./-dash.c", "--", status=0)
        self.refused(["check", "bad.c", "--jbos", "2"], "did you mean '--jobs'?")
        self.refused(["check", "--output"], "'--output' needs a value")
        self.refused(["check", "-j"], "'-j' needs a value")
        self.refused(["facts", "--prnt", "bad.c"], "did you mean '--print'?")
        self.refused(["hook", "install", "--forse"], "did you mean '--force'?")

    def test_values(self):
        self.refused(["check", "--format", "jsn"], "unknown format 'jsn'; did you mean 'json'?")
        self.refused(["check", "--format", "yaml"], "text, json and github")
        self.refused(["rules", "--format", "github"], "text or json, not 'github'")
        self.refused(["check", "--color", "pink"], "auto, always or never, not 'pink'")
        for jobs in ("0", "x", "-1", "2000", "", "2x", "1.5", "99999999999999999999"):
            self.refused(["check", "--jobs", jobs],
                         f"--jobs takes a whole number from 1 to 1024, not '{jobs}'")

        for seconds in ("0", "x", "-1", "86401", "1.5"):
            for command in ("check", "facts"):
                self.refused([command, "--timeout", seconds],
                             f"--timeout takes a whole number from 1 to 86400, not '{seconds}'")

    def test_rules(self):
        self.refused(["check", "--select", "misingcleanup"],
                     "unknown rule 'misingcleanup'; did you mean 'missing-cleanup'?")
        self.refused(["check", "--ignore", "missing-cleanup,nonsense-entirely"],
                     "unknown rule 'nonsense-entirely'; 'aglet rules'")
        self.refused(["check", "--select", "nonsense", "--select", "missing-cleanup"], "'nonsense'")
        for nothing in ("", ",", " "):
            self.refused(["check", "--select", nothing], "list of rules is empty")
            self.refused(["check", "--ignore", nothing], "list of rules is empty")
        self.refused(["check", "--ignore", "all"], "nothing to check")
        self.refused(["check", "--select", "missing-cleanup", "--ignore", "missing-cleanup"],
                     "nothing to check")

    def test_files(self):
        self.write("other/new.c", BAD)
        self.refused(["check", "none.c"], "none.c: No such file or directory")
        self.refused(["check", "bad.c", "none.c"], "none.c: No such file or directory")
        self.refused(["check", ""], "No such file or directory")
        self.refused(["check", "other/new.c"], "other/new.c: there is no compile command",
                     "build it with", "behind '--'")
        self.refused(["check", "other"], "other: no C file below this folder")
        self.refused(["check", "--", "-DX=1"], "name the files")
        self.refused(["check", "none.c", "--"], "none.c: No such file or directory")
        self.refused(["facts", "--print", "none.c"], "none.c: No such file or directory")

    def test_installed_by_half(self):
        shutil.copy(AGLET, self.folder / "aglet")
        with open(os.devnull) as nothing:
            run = self.run_program(self.folder / "aglet", "check", stdin=nothing)
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertRegex(run.stderr,
                         r"^aglet: .*/aglet-facts: the front end's program is missing: .*\n$")


class Database(Case):
    def setUp(self):
        super().setUp()
        self.write("bad.c", BAD)

    def test_missing(self):
        for arguments in ([], ["bad.c"]):
            self.refused(["check", *arguments], "there is no compile_commands.json here or in a "
                         "folder above", "cmake", "meson", "bear -- make", "-p DIR")
        self.refused(["check", "-p", "nowhere"], "nowhere/compile_commands.json: no such file",
                     "bear")
        self.refused(["check", "-p", ""], "is empty")

    def test_found_above_and_in_build(self):
        self.write("build/compile_commands.json",
                   json.dumps([{"directory": "..", "file": "bad.c", "command": "cc bad.c"}]))
        self.write("sub/deep/x.c", GOOD)
        self.assertEqual(len(self.report()["findings"]), 1)
        self.folder /= "sub/deep"
        self.assertEqual(len(self.report()["findings"]), 1)
        self.folder = self.folder.parents[1]
        self.assertEqual(len(self.report("-p", "build/compile_commands.json")["findings"]), 1)

    def test_broken(self):
        for text, words in (
                ("", "1: this is not valid JSON"), ("{", "this is not valid JSON"),
                ('[\n{"directory": "/", }]', "2: this is not valid JSON"),
                ("{}", "is an array of commands"), ("[]", "there is no C file"),
                ("[{}]", "entry 1 needs"), ("[1]", "entry 1 needs"),
                ('[{"directory": "/", "file": "a.cc", "command": "c++ a.cc"}]', "there is no C file"),
                ('[{"directory": "/", "file": "a.c"}]', "entry 1 needs"),
                ('[{"directory": 7, "file": "a.c", "command": "cc a.c"}]', "entry 1 needs"),
                ('[{"directory": "/", "file": "a.c", "command": ""}]', "entry 1 needs"),
                ('[{"directory": "/", "file": "a.c", "arguments": ["cc", 1]}]', "entry 1 needs")):
            self.database(text=text)
            self.refused(["check"], "compile_commands.json", words)

    def test_unreadable(self):
        self.refused(["check", "-p", "/proc/self/mem"], "/proc/self/mem: Input/output error")
        self.database("bad.c")
        (self.folder / "compile_commands.json").chmod(0)
        shutil.copy(AGLET, self.folder / "aglet")
        as_anybody = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
        if as_anybody and self.run_program(*as_anybody, "true").returncode:
            self.skipTest("root cannot give up its rights here")
        run = self.run_program(*as_anybody, self.folder / "aglet", "check")
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertRegex(run.stderr, "^aglet: .*/compile_commands.json: Permission denied\n$")


class NeverSilentlyClean(Case):
    def setUp(self):
        super().setUp()
        self.write("bad.c", BAD)

    def test_a_unit_with_errors(self):
        self.write("broken.c", BROKEN)
        self.database("bad.c", "broken.c")
        run = self.check(status=2)
        self.assertIn("broken.c:2:12: cannot parse: use of undeclared identifier", run.stdout)
        self.assertIn("[missing-cleanup]", run.stdout)
        self.assertTrue(run.stdout.endswith("1 finding (1 error, 0 warnings) in 2 files; incomplete "
                                            "because of 1 problem\n"), run.stdout)
        self.check("broken.c", status=2)
        self.check("--exit-zero", status=2)
        (error,) = self.report("broken.c", status=2)["errors"]
        self.assertEqual((error["file"], error["line"], error["column"]), ("broken.c", 2, 12))
        self.assertIn("::error file=broken.c,line=2,col=12,title=not analysed::cannot parse: ",
                      self.check("--format", "github", status=2).stdout)

    def test_functions_beside_the_error_are_analysed(self):
        self.write("both.c", BAD + BROKEN)
        self.database("both.c")
        self.assertEqual(len(self.report(status=2)["findings"]), 1)

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

    def test_a_header_that_is_missing(self):
        self.write("lost.c", '#include "none.h"\n' + GOOD)
        self.database("lost.c")
        self.assertIn("lost.c:1:10: cannot parse: 'none.h' file not found",
                      self.check(status=2).stdout)

    def test_a_file_that_is_gone(self):
        self.database("bad.c", "gone.c")
        run = self.check(status=2)
        self.assertIn("[missing-cleanup]", run.stdout)
        (error,) = self.report(status=2)["errors"]
        self.assertEqual((error["file"], error["message"]), ("gone.c", "No such file or directory"))

    def test_a_directory_that_is_gone(self):
        self.database(text=json.dumps([{"directory": "gone", "file": "../bad.c", "command": "cc x"}]))
        (error,) = self.report(status=2)["errors"]
        self.assertIn("cannot be entered", error["message"])

    def test_a_wrong_compiler_argument(self):
        for wrong in (["-std=nonsense"], ["other.c"], ["-x", "nonsense"], ["-include-pch", "none"]):
            self.assertIn("bad.c: the parser does not accept the compile command: ",
                          self.check("bad.c", "--", *wrong, status=2).stdout)

    def test_a_parser_that_hangs(self):
        os.mkfifo(self.folder / "pipe.h")  # nobody writes to it
        self.write("waits.c", '#include "pipe.h"\n')
        self.database("bad.c", "waits.c")
        run = self.check("--timeout", "1", status=2)
        self.assertIn("[missing-cleanup]", run.stdout)
        self.assertIn("waits.c: the parser was not done with this file after 1 second: give it more "
                      "with --timeout\n", run.stdout)
        run = self.run_aglet("facts", "waits.c", "--timeout", "1", "-o", "waits.facts")
        self.assertEqual(run.returncode, 2)
        self.assertIn("waits.c: the parser was not done", run.stderr)
        self.assertFalse((self.folder / "waits.facts").exists())

    def test_a_parser_that_crashes(self):
        self.write("a.c", "#pragma clang __debug parser_crash\n")
        self.database("a.c", "bad.c")
        run = self.check("--jobs", "1", status=2)
        self.assertIn("[missing-cleanup]", run.stdout)
        self.assertRegex(run.stdout, r"\na.c: the parser crashed on this file \(.+\)\n")

    def test_a_folder_given_with_arguments(self):
        self.assertIn("not a C source file", self.check(".", "--", status=2).stdout)
        (self.folder / "named.c").mkdir()
        self.assertIn("named.c: Is a directory\n", self.check("named.c", "--", status=2).stdout)

    def test_an_unknown_compiler_argument_does_no_harm(self):
        entry = {"directory": str(self.folder), "file": "bad.c",
                 "command": "gcc -fno-such-thing -Wno-such-warning -mno-such -c bad.c -o 'x y.o'"}
        self.database(text=json.dumps([entry]))
        self.check(status=1)


if __name__ == "__main__":
    unittest.main()
