#!/usr/bin/env python3
"""Proves that all places that name the rules name the same: the program, the code, the documents, the
fixtures, the tables and the schemas; and that docs/rules/generate.py --check, which compares those
in the source, notices each that differs."""
import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from fixtures import AGLET, ENVIRONMENT, SOURCE, programs, rule_names

RULE = "fire-and-forget"


def tiers():
    """What the code says: {name: tier}."""
    words = {"RULE_CORE": "core", "RULE_DEFAULT": "default", "RULE_OPT_IN": "opt-in"}
    return {name: words[re.search(r"\.tier = (\w+)", (SOURCE / f"rules/{name}.c").read_text())[1]]
            for name in rule_names()}


def aglet(*arguments):
    run = subprocess.run([AGLET, *arguments], env=ENVIRONMENT, capture_output=True, text=True,
                         check=True)
    return run.stdout


class Program(unittest.TestCase):
    def test_it_lists_the_rules_with_their_tiers(self):
        listed = dict(re.findall(r"^([a-z-]+) +(core|default|opt-in)\b", aglet("rules"), re.MULTILINE))
        self.assertEqual(listed, tiers())

    def test_it_explains_each_rule_by_its_document(self):
        for name in rule_names():
            self.assertEqual(aglet("explain", name), (SOURCE / f"rules/{name}.md").read_text())


class Places(unittest.TestCase):
    def test_the_readme_marks_the_rules_that_are_off(self):
        rows = dict(re.findall(r"^\| \[`([\w-]+)`\]\([^)]*\) \| (.*) \|$",
                               (SOURCE / "README.md").read_text(), re.MULTILINE))
        self.assertEqual(sorted(rows), rule_names())
        marked = {name for name, text in rows.items() if text.startswith("(opt-in) ")}
        self.assertEqual(marked, {name for name, tier in tiers().items() if tier == "opt-in"})

    def test_the_schemas_know_each_rule(self):
        for name in ("report", "config"):
            schema = json.loads((SOURCE / f"docs/{name}.schema.json").read_text())
            self.assertEqual(schema["$defs"]["rule-name"]["enum"], rule_names(), name)

    def test_the_texts_name_each_library_that_has_a_model(self):
        models = [path.stem.rstrip("0123456789") for path in (SOURCE / "rules/models").glob("*.json")]
        for text in ("README.md", "docs/models.md"):
            sentence = re.search(r"POSIX, GLib,[^.]*?libcurl", (SOURCE / text).read_text())[0].lower()
            missing = [name for name in models if name != "aglet" and name not in sentence]
            self.assertEqual(missing, [], text)

    def test_each_rule_has_its_own_fixtures(self):
        folders = {path.name for path in (SOURCE / "fixtures").iterdir() if path.is_dir()}
        self.assertEqual(folders - {"apps"}, set(rule_names()))
        proved = {program.rule for program in programs()
                  if program.rule in {rule for _, _, rule in program.expected}}
        self.assertEqual(proved, set(rule_names()))


class Differences(unittest.TestCase):
    """In a copy of the source, in which one thing is changed."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="aglet-rules-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("rules", "docs", f"fixtures/{RULE}"):
            shutil.copytree(SOURCE / name, self.folder / name)
        for path in (SOURCE / "fixtures").iterdir():
            if path.name != RULE:
                (self.folder / "fixtures" / path.name).symlink_to(path)
        shutil.copy(SOURCE / "README.md", self.folder)

    def edit(self, name, pattern, text):
        path = self.folder / name
        changed = re.sub(pattern, text, path.read_text(), count=1, flags=re.MULTILINE)
        self.assertNotEqual(changed, path.read_text())
        path.write_text(changed)

    def noticed(self, *words):
        run = subprocess.run([self.folder / "docs/rules/generate.py", "--check"],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 1, run.stdout)
        for word in words:
            self.assertIn(word, run.stdout + run.stderr)

    def test_none(self):
        run = subprocess.run([self.folder / "docs/rules/generate.py", "--check"],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout)

    def test_a_row_of_a_table(self):
        for table in ("README.md", "docs/rules/elsewhere.md"):
            with self.subTest(table):
                before = (self.folder / table).read_text()
                self.edit(table, rf"^\| \[`{RULE}`\].*\n", "")
                self.noticed(table, f"has no row for {RULE}")
                (self.folder / table).write_text(before)

    def test_a_name_in_a_schema(self):
        for name in ("report", "config"):
            with self.subTest(name):
                path = f"docs/{name}.schema.json"
                before = (self.folder / path).read_text()
                self.edit(path, rf'^ *"{RULE}",\n', "")
                self.noticed(path)
                (self.folder / path).write_text(before)

    def test_a_page(self):
        (self.folder / f"docs/rules/{RULE}.md").unlink()
        self.noticed(f"docs/rules/{RULE}.md: is stale")

    def test_a_document(self):
        (self.folder / f"rules/{RULE}.md").unlink()
        self.noticed(f"rules/{RULE}.md: is missing")

    def test_a_tier(self):
        self.edit(f"rules/{RULE}.c", "RULE_CORE", "RULE_DEFAULT")
        self.noticed(f"rules/{RULE}.md", "tier, default")

    def test_code_without_a_line_in_the_table(self):
        self.edit("rules/rules.def", rf'^RULE\(\w+, "{RULE}"\)\n', "")
        self.noticed(f"rules/{RULE}.c", f"fixtures/{RULE}", f"has a row for {RULE}, which is no rule")

    def test_a_fixture(self):
        shutil.copy(self.folder / f"fixtures/{RULE}/good_await.c",
                    self.folder / f"fixtures/{RULE}/good_another.c")
        self.noticed(f"docs/rules/{RULE}.md: is stale")


if __name__ == "__main__":
    unittest.main()
