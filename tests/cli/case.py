"""A folder with sources and a compile database, and the program run in it. Used by the tests here."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from fixtures import AGLET, ENVIRONMENT

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

    def run_program(self, *command, **more):
        return subprocess.run([str(word) for word in command], cwd=self.folder, env=ENVIRONMENT,
                              capture_output=True, text=True, **more)

    def run_aglet(self, *arguments, **more):
        return self.run_program(AGLET, *arguments, **more)

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
