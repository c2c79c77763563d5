#!/usr/bin/env python3
"""The hooks, tried on a repository with a staged defect: git's own and pre-commit's."""
import json
import os
import shutil
import subprocess
import tempfile
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
MENDED = BAD.replace("        return -2;", "        size = 10;")


class Hooks(unittest.TestCase):
    def setUp(self):
        self.folder = Path(os.path.realpath(tempfile.mkdtemp(prefix="aglet hooks ")))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.repo = self.folder / "repo"
        self.repo.mkdir()
        self.environment = {**ENVIRONMENT, "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1",
                            "PATH": f"{Path(AGLET).resolve().parent}:{os.environ['PATH']}"}
        for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
            self.environment.pop(name, None)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Somebody")
        self.git("config", "user.email", "somebody@example.com")

    def run_in_repo(self, *command):
        return subprocess.run(list(map(str, command)), cwd=self.repo, env=self.environment,
                              capture_output=True, text=True)

    def git(self, *arguments, ok=True):
        run = self.run_in_repo("git", *arguments)
        if ok is not None:
            self.assertEqual(run.returncode == 0, ok, f"{arguments}: {run.stdout}{run.stderr}")
        return run.stdout + run.stderr

    def stage(self, name, text):
        (self.repo / name).write_text(text)
        names = sorted(path.name for path in self.repo.glob("*.c"))
        (self.repo / "compile_commands.json").write_text(json.dumps(
            [{"directory": str(self.repo), "file": name, "arguments": ["cc", "-c", f"./{name}"]}
             for name in names]))
        self.git("--literal-pathspecs", "add", "--", name)

    def commits(self):
        run = self.run_in_repo("git", "rev-list", "--count", "HEAD")
        return int(run.stdout) if run.returncode == 0 else 0

    def refuses_the_defect(self):
        self.stage("a file.c", BAD)
        said = self.git("commit", "-m", "Add a defect", ok=False)
        self.assertIn("a file.c:8:9: error:", said)
        self.assertIn("[missing-cleanup]", said)
        self.assertEqual(self.commits(), 0)
        self.stage("a file.c", MENDED)
        self.git("commit", "-m", "Add it mended")
        self.assertEqual(self.commits(), 1)

    def test_git(self):
        run = self.run_in_repo(AGLET, "hook", "install")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertTrue(run.stdout.startswith("installed "), run.stdout)
        self.refuses_the_defect()
        (self.repo / "notes.txt").write_text("no C file is staged\n")
        self.git("add", "notes.txt")
        self.git("commit", "-m", "Add notes")
        self.stage("other.c", BAD)
        self.git("commit", "--no-verify", "-m", "Add a defect all the same")
        self.assertEqual(self.commits(), 3)

    def test_odd_names(self):
        self.stage("old.c", MENDED)
        self.git("commit", "-m", "Add a file that is changed, and not part of what follows")
        (self.repo / "old.c").write_text(BAD)
        self.assertEqual(self.run_in_repo(AGLET, "hook", "install").returncode, 0)
        names = ["-dash.c", "quo\"te's.c", "back\\slash.c", "größe.c", "*.c", "new\nline.c",
                 ":(top).c"]
        for name in names:
            self.stage(name, BAD.replace("copy", f"copy{names.index(name)}"))
        said = self.git("commit", "-m", "Add defects", ok=False)
        self.assertIn(f"{len(names)} findings", said)
        self.assertNotIn("not staged", said)
        (self.repo / "*.c").write_text(MENDED)
        said = self.git("commit", "-m", "Add defects", ok=False)
        self.assertEqual(said.count("checked with its changes"), 1)
        self.assertIn(f"{len(names) - 1} findings", said)

    def test_only_what_is_staged(self):
        self.assertEqual(self.run_in_repo(AGLET, "hook", "install").returncode, 0)
        self.stage("old.c", BAD)
        self.git("commit", "--no-verify", "-m", "Add an old defect")
        self.stage("new.c", "int add(int a, int b) { return a + b; }\n")
        self.git("commit", "-m", "Add what is fine")
        (self.repo / "new.c").write_text("int add(int a, int b) { return b + a; }\n")
        self.git("add", "new.c")
        (self.repo / "new.c").write_text("int add(int a, int b) { return a; }\n")
        self.assertIn("new.c: checked with its changes that are not staged",
                      self.git("commit", "-m", "Change it"))

    def test_installing_twice_and_over_another(self):
        hook = self.repo / ".git/hooks/pre-commit"
        for _ in range(2):
            self.assertEqual(self.run_in_repo(AGLET, "hook", "install").returncode, 0)
        ours = hook.read_text()
        self.assertTrue(os.access(hook, os.X_OK))
        hook.write_text("#!/bin/sh\nexit 0\n")
        run = self.run_in_repo(AGLET, "hook", "install")
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertIn("--force", run.stderr)
        self.assertEqual(hook.read_text(), "#!/bin/sh\nexit 0\n")
        self.assertEqual(self.run_in_repo(AGLET, "hook", "install", "--force").returncode, 0)
        self.assertEqual(hook.read_text(), ours)

    def test_from_a_folder_below_and_with_a_hooks_folder_elsewhere(self):
        (self.repo / "sub").mkdir()
        run = subprocess.run([AGLET, "hook", "install"], cwd=self.repo / "sub",
                             env=self.environment, capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        hook = self.repo / ".git/hooks/pre-commit"
        self.assertTrue(os.access(hook, os.X_OK))
        hook.unlink()
        self.git("config", "core.hooksPath", self.folder / "our hooks")
        self.assertEqual(self.run_in_repo(AGLET, "hook", "install").returncode, 0)
        self.assertTrue(os.access(self.folder / "our hooks/pre-commit", os.X_OK))
        self.refuses_the_defect()

    def test_what_cannot_be_checked_is_not_committed(self):
        self.assertEqual(self.run_in_repo(AGLET, "hook", "install").returncode, 0)
        self.stage("good.c", "int add(int a, int b) { return a + b; }\n")
        (self.repo / "compile_commands.json").unlink()
        self.assertIn("there is no compile_commands.json", self.git("commit", "-m", "Add", ok=False))
        self.environment["PATH"] = os.environ["PATH"]
        if not shutil.which("aglet", path=self.environment["PATH"]):
            self.assertIn("aglet: No such file", self.git("commit", "-m", "Add", ok=False))

    def test_outside_of_a_repository(self):
        run = subprocess.run([AGLET, "hook", "install"], cwd=self.folder, env=self.environment,
                             capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertIn("not a git repository", run.stderr)

    def test_pre_commit(self):
        if not shutil.which("pre-commit"):
            print("skipped: pre-commit is not installed", flush=True)
            self.skipTest("pre-commit is not installed")
        hooks = self.folder / "aglet"
        hooks.mkdir()
        shutil.copy(SOURCE / ".pre-commit-hooks.yaml", hooks)
        for command in (["init", "-q"], ["add", "."],
                        ["-c", "user.name=S", "-c", "user.email=s@example.com", "commit", "-qm", "Add"]):
            subprocess.run(["git", *command], cwd=hooks, env=self.environment, check=True)
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=hooks, env=self.environment,
                              capture_output=True, text=True, check=True).stdout.strip()
        (self.repo / ".pre-commit-config.yaml").write_text(
            f"repos:\n- repo: {json.dumps(str(hooks))}\n  rev: {head}\n  hooks:\n  - id: aglet\n")
        self.git("add", ".pre-commit-config.yaml")
        run = self.run_in_repo("pre-commit", "install")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.refuses_the_defect()


if __name__ == "__main__":
    unittest.main()
