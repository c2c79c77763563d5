#!/usr/bin/env python3
"""Proves that facts made one by one and linked give what a check gives, alone and under ninja."""
import shutil
import subprocess
import unittest

from case import BAD, BROKEN, GOOD, Case
from fixtures import AGLET

OPEN = """#include <stdio.h>
#include "own.h"
FILE *own_open(const char *name) {
    return fopen(name, "r");
}
"""
USE = """#include "own.h"
int use(const char *name) {
    FILE *file = own_open(name);
    return file ? fgetc(file) : -1;
}
"""
HEADER = "#include <stdio.h>\nFILE *own_open(const char *name);\n"


class Facts(Case):
    def facts(self, name, status=0, *more):
        run = self.run_aglet("facts", name, "-o", f"{name}.facts", *more, "--", "-I.")
        self.assertEqual(run.returncode, status, run.stderr)
        return run

    def test_links_what_a_check_sees(self):
        self.write("own.h", HEADER)
        names = ["bad file.c", "open.c", "use.c"]
        for name, text in zip(names, (BAD, OPEN, USE)):
            self.write(name, text)
            self.facts(name)
        self.database(*names)
        whole = self.check(status=1).stdout
        self.assertIn("use.c:4:", whole)
        self.assertIn("bad file.c", whole)
        facts = [f"{name}.facts" for name in names]
        for order in (facts, facts[::-1]):
            run = self.run_aglet("link", *order)
            self.assertEqual((run.returncode, run.stdout), (1, whole))

    def test_facts_are_the_same_each_time(self):
        self.write("bad.c", BAD)
        self.facts("bad.c")
        first = (self.folder / "bad.c.facts").read_bytes()
        self.facts("bad.c")
        self.assertEqual(first, (self.folder / "bad.c.facts").read_bytes())

    def test_the_options_of_check(self):
        self.write("bad.c", BAD)
        self.facts("bad.c")
        run = self.run_aglet("link", "bad.c.facts", "--ignore", "missing-cleanup", "--format", "json")
        self.assertEqual(run.returncode, 0, run.stderr)
        run = self.run_aglet("link", "bad.c.facts", "--exit-zero", "-o", "report")
        self.assertEqual((run.returncode, run.stdout), (0, ""))
        self.assertIn("missing-cleanup", (self.folder / "report").read_text())

    def test_names_in_a_file(self):
        self.write("a b.c", BAD)
        self.facts("a b.c")
        self.write("list", "'a b.c.facts'\n")
        self.assertEqual(self.run_aglet("link", "@list").returncode, 1)
        self.refused(["link", "@none"], "none", "No such file")

    def test_dependencies(self):
        self.write("own.h", HEADER)
        self.write("a b.c", USE)
        self.facts("a b.c", 0, "--depfile", "deps")
        text = (self.folder / "deps").read_text()
        self.assertTrue(text.startswith("a\\ b.c.facts: \\\n"), text)
        for name in ("a\\ b.c", "own.h", "stdio.h"):
            self.assertIn(f"/{name}", text)

    def test_no_facts_of_a_broken_file(self):
        self.write("broken.c", BROKEN)
        run = self.facts("broken.c", 2)
        self.assertIn("broken.c:2:12: cannot parse", run.stderr)
        self.assertFalse((self.folder / "broken.c.facts").exists())

    def test_damaged_facts_are_refused(self):
        self.write("bad.c", BAD)
        self.facts("bad.c")
        good = (self.folder / "bad.c.facts").read_bytes()
        versioned = good[:8] + b"\x7f" + good[9:]
        middle = len(good) // 2
        flipped = good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1:]
        for bad in (b"", good[:20], good[:-1], good + b"x", versioned, flipped, b"int x;\n"):
            (self.folder / "x.facts").write_bytes(bad)
            self.refused(["link", "x.facts"], "x.facts: ")

    def test_mistakes(self):
        self.write("bad.c", BAD)
        self.write("good.c", GOOD)
        self.refused(["link"], "aglet facts")
        self.refused(["link", "none.facts"], "none.facts", "No such file")
        self.refused(["link", "--formt", "json"], "--format")
        self.refused(["facts", "bad.c"], "--print", "--output")
        self.refused(["facts", "bad.c", "--print", "--depfile", "d"], "--output")
        self.refused(["facts", "bad.c", "good.c", "-o", "f", "--"], "one file")
        self.refused(["facts", "bad.c", "-o", "none/f", "--"], "none/f")
        self.refused(["facts", "bad.c", "-o", "f", "-p", ".", "--directory", "x"], "--directory")


@unittest.skipUnless(shutil.which("ninja"), "ninja is not installed")
class Ninja(Case):
    def ninja(self, *arguments):
        return self.run_program("ninja", "-f", "aglet.ninja", *arguments)

    def project(self, *options):
        self.write("own.h", HEADER)
        names = ["sub/a b$.c", "open.c", "use.c"]
        for name, text in zip(names, (BAD, OPEN, USE)):
            self.write(name, text.replace('"own.h"', "OWN"))
        quoted = [str(self.folder / name) for name in names]
        self.database(*quoted)
        commands = (self.folder / "compile_commands.json").read_text()
        self.database(text=commands.replace('"-c"', '"-DOWN=\\"own.h\\"", "-I", ".", "-c"'))
        run = self.run_aglet("ninja", "-o", "aglet.ninja", *options)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))

    def test_the_report_of_a_check(self):
        self.project()
        self.assertEqual(self.ninja().returncode, 1)
        self.assertEqual((self.folder / "aglet.report").read_text(), self.check(status=1).stdout)

    def test_only_what_changed(self):
        self.project("--", "--exit-zero")
        self.assertEqual(self.ninja().returncode, 0)
        self.assertIn("no work to do", self.ninja().stdout)
        self.write("own.h", HEADER + "\n")
        again = self.ninja("-v").stdout
        self.assertEqual(again.count(" facts "), 2, again)

    def test_a_launcher(self):
        launcher = self.write("launch it", "#!/bin/sh\necho \"$5\" >>launched\nexec \"$@\"\n")
        launcher.chmod(0o755)
        self.project("--launcher", "'./launch it'", "--", "--exit-zero")
        run = self.ninja()
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual(len((self.folder / "launched").read_text().splitlines()), 3)

    def test_a_file_with_errors_ends_the_build(self):
        self.write("broken.c", BROKEN)
        self.database("broken.c")
        self.run_aglet("ninja", "-o", "aglet.ninja")
        run = self.ninja()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("broken.c:2:12: cannot parse", run.stdout)

    def test_mistakes(self):
        self.refused(["ninja", "-p", "none"], "none")
        self.refused(["ninja", "-o", "none/x"], "none/x")
        self.refused(["ninja", "--launch", "x", "--outptu", "y"], "--output")


if __name__ == "__main__":
    unittest.main()
