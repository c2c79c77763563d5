#!/usr/bin/env python3
"""The chat with clients that others have written: test_chat_clients.py PROGRAM ws|browser.

ws is the package of that name, under node; browser is Chromium, without a window. Where the client
is not installed, the exit status is 77, and stderr says how to get it.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import test_chat
from chat_client import PATIENCE

SKIPPED = 77


def node_path():
    """Where node finds what is installed for all: it looks there only when it is told to."""
    folders = [os.environ.get("NODE_PATH"), "/usr/share/nodejs"]
    if shutil.which("npm"):
        found = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True)
        folders.append(found.stdout.strip())
    return os.pathsep.join(filter(None, folders))


class Clients(test_chat.Case):
    def ws(self):
        script = Path(__file__).with_name("chat_ws.mjs")
        if not shutil.which("node"):
            self.skipTest("node is not installed: apt-get install nodejs node-ws")
        run = subprocess.run(["node", script, str(self.start().port), self.certificate],
                             capture_output=True, text=True, timeout=PATIENCE,
                             env={**os.environ, "NODE_PATH": node_path()})
        if run.returncode == SKIPPED:
            self.skipTest("node has no package ws: apt-get install node-ws, or npm install -g ws")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "good\n", ""))

    def browser(self):
        browser = shutil.which("chromium")
        if not browser:
            self.skipTest("chromium is not installed: apt-get install chromium")
        chat = self.start()
        with tempfile.TemporaryDirectory() as profile:
            run = subprocess.run(
                [browser, "--headless", "--disable-gpu", "--ignore-certificate-errors",
                 *(["--no-sandbox"] if os.geteuid() == 0 else []),  # root has none
                 f"--user-data-dir={profile}", "--virtual-time-budget=10000", "--dump-dom",
                 f"https://127.0.0.1:{chat.port}/?say=from%20a%20browser"],
                capture_output=True, text=True, timeout=2 * PATIENCE)
        self.assertIn("<li>from a browser</li>", run.stdout, run.stderr)
        self.assertIn('<p id="state">connected</p>', run.stdout)


if __name__ == "__main__":
    test_chat.PROGRAM, client = sys.argv[1:]
    result = unittest.TextTestRunner(verbosity=2).run(unittest.TestSuite([Clients(client)]))
    sys.exit(SKIPPED if result.skipped else not result.wasSuccessful())
