#!/usr/bin/env python3
"""Proves that what docs/models.md shows is true: its model fits its header, aglet reads it, and the
mistake in it is told with the very sentence of the document."""
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from model_files import SOURCE, Problems
from test_headers import check_model, flags_of

AGLET = os.environ.get("AGLET", "aglet")


def block(language):
    """The first block of the document in that language."""
    text = (SOURCE / "docs/models.md").read_text()
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)
    return next(inside for name, inside in blocks if name == language)


class Document(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.text = block("json")

    def check(self, text):
        (self.folder / "parcel.json").write_text(text)
        return subprocess.run([AGLET, "model", "check", "parcel.json"], cwd=self.folder,
                              capture_output=True, text=True)

    def test_the_model_fits_the_header(self):
        (self.folder / "parcel").mkdir()
        (self.folder / "parcel/parcel.h").write_text("#include <stddef.h>\n" + block("c"))
        model, problems = json.loads(self.text), Problems()
        self.assertTrue(check_model(problems, model, flags_of(model, self.folder)))
        self.assertEqual(problems.lines, [])

    def test_the_model_describes_every_function(self):
        declared = re.findall(r"\b(parcel_\w+)\(", block("c"))
        self.assertEqual(sorted(declared), sorted(json.loads(self.text)["functions"]))

    def test_the_model_is_read(self):
        run = self.check(self.text)
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_the_mistake_is_told_in_these_words(self):
        run = self.check(self.text.replace('"has-flag"', '"has-flg"'))
        self.assertEqual(run.returncode, 2)
        self.assertEqual(run.stderr.removeprefix("aglet: "), block(""))


if __name__ == "__main__":
    unittest.main()
