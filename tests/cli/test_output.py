#!/usr/bin/env python3
"""Where the report goes: terminals, files, full disks; and what is left after an interrupt."""
import os
import pty
import resource
import signal
import subprocess
import threading
import time
import unittest
from pathlib import Path

from case import BAD, GOOD, Case
from fixtures import AGLET, ENVIRONMENT

COLOUR = "\x1b\\[[0-9;]*m"
# The header of these units is a named pipe: the parser waits until something is written to it.
WAITING = '#include "%s"\n' + GOOD


class Waiting(Case):
    def waiting(self, *names):
        """Units whose parser waits; gives the pipes."""
        pipes = []
        for name in names:
            pipes.append(self.folder / f"{name}.pipe")
            os.mkfifo(pipes[-1])
            self.write(name, WAITING % pipes[-1].name)
        return pipes

    def go_on(self, pipe):
        """Lets the parser go on, once it has got there."""
        self.until(lambda: self.opened(pipe))

    def opened(self, pipe):
        try:
            file = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads it
            return False
        os.write(file, b"#define ANYTHING\n")
        os.close(file)
        return True

    def until(self, condition):
        for _ in range(200):
            if condition():
                return
            time.sleep(0.05)
        self.fail("it did not happen in ten seconds")


class Terminal(Waiting):
    def on_terminal(self, *arguments, stdout=None, meanwhile=None, **environment):
        """What a terminal gets on stdout (or not) and stderr; `meanwhile` runs at the same time."""
        master, slave = pty.openpty()
        process = subprocess.Popen([AGLET, "check", *arguments], cwd=self.folder,
                                   stdout=stdout or slave, stderr=slave,
                                   env={**ENVIRONMENT, "NO_COLOR": "", **environment})
        os.close(slave)
        thread = threading.Thread(target=meanwhile or str)
        thread.start()
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
        thread.join()
        process.wait()
        return seen.decode()

    def test_colours_on_a_terminal_only(self):
        self.write("bad.c", BAD)
        self.database("bad.c")
        self.assertRegex(self.on_terminal(), COLOUR)
        self.assertNotRegex(self.on_terminal("--color", "never"), COLOUR)
        self.assertNotRegex(self.on_terminal(NO_COLOR="1"), COLOUR)
        self.assertNotRegex(self.check(status=1).stdout, COLOUR)
        self.assertRegex(self.check("--color", "always", status=1).stdout, COLOUR)
        self.on_terminal("--output", "report.txt")
        self.assertNotRegex((self.folder / "report.txt").read_text(), COLOUR)
        self.assertNotRegex(self.on_terminal("--format", "github"), COLOUR)

    def test_progress_after_a_second(self):
        one, two = self.waiting("b.c", "c.c")
        self.write("a.c", GOOD)
        self.database("a.c", "b.c", "c.c")

        def go_on():
            time.sleep(2)
            self.go_on(one)
            time.sleep(1)
            self.go_on(two)

        seen = self.on_terminal("--jobs", "1", meanwhile=go_on)
        self.assertIn("\r1 of 3 files\x1b[K", seen)  # while the second file is parsed
        self.assertIn("\r2 of 3 files\x1b[K", seen)
        *_, rest = seen.split("\r\x1b[K")  # the line is taken away before the report
        self.assertEqual(rest, "no findings in 3 files\r\n")

        threading.Thread(target=go_on).start()
        self.assertEqual(self.check("--jobs", "1", status=0).stderr, "")

    def test_no_progress_in_a_short_run(self):
        self.write("a.c", GOOD)
        self.database("a.c")
        with open(os.devnull, "w") as nothing:
            start = time.monotonic()
            seen = self.on_terminal(stdout=nothing)
        if time.monotonic() - start < 1:  # else the machine is too busy to tell
            self.assertEqual(seen, "")


class Files(Case):
    def setUp(self):
        super().setUp()
        self.write("bad.c", BAD)
        self.database("bad.c")

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def test_whole_or_not_at_all(self):
        out = self.write("report.txt", "old")
        self.assertEqual(self.check("--output", out, status=1).stdout, "")
        self.assertIn("[missing-cleanup]", out.read_text())
        out.write_text("old")
        self.refused(["check", "--output", "none/report.txt"], "none/report.txt", "No such file")
        self.refused(["check", "--output", "bad.c/report.txt"], "Not a directory")
        self.refused(["check", "--output", "."], ".: cannot be written: Is a directory")
        self.refused(["check", "--output", ""], "name of the output is empty")
        self.refused(["check", "--output", out, "none.c"], "none.c")
        self.assertEqual(out.read_text(), "old")
        self.assertEqual(self.names(), ["bad.c", "compile_commands.json", "report.txt"])

    def test_what_cannot_be_written_is_told_before_the_work(self):
        self.refused(["check", "--output", "none/report.txt", "-p", "nowhere"], "none/report.txt")

    def test_a_full_disk(self):
        self.refused(["check", "--output", "/dev/full"], "/dev/full", "No space left")
        with open("/dev/full", "w") as full:
            run = subprocess.run([AGLET, "check"], cwd=self.folder, env=ENVIRONMENT, stdout=full,
                                 stderr=subprocess.PIPE, text=True)
        self.assertEqual(run.returncode, 2)
        self.assertEqual(run.stderr, "aglet: standard output: cannot be written: No space left on "
                                     "device\n")

    def test_a_disk_that_fills_while_it_is_written(self):
        out = self.write("report.txt", "old")

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

        run = self.run_aglet("check", "--output", out, preexec_fn=limit, restore_signals=False)
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertEqual(run.stderr, f"aglet: {out}: cannot be written: File too large\n")
        self.assertEqual(out.read_text(), "old")
        self.assertEqual(self.names(), ["bad.c", "compile_commands.json", "report.txt"])

    def test_a_closed_output(self):
        run = self.run_aglet("check", preexec_fn=lambda: os.close(1))
        self.assertEqual(run.returncode, 2)
        self.assertIn("standard output: cannot be written", run.stderr)

    def test_modes_and_links_are_kept(self):
        out = self.write("report.txt", "old")
        out.chmod(0o664)
        (self.folder / "link").symlink_to("report.txt")
        self.check("--output", "link", status=1)
        self.assertTrue((self.folder / "link").is_symlink())
        self.assertIn("[missing-cleanup]", out.read_text())
        self.assertEqual(out.stat().st_mode & 0o777, 0o664)
        self.run_aglet("check", "--output", "new.txt", umask=0o027)
        self.assertEqual((self.folder / "new.txt").stat().st_mode & 0o777, 0o640)

    def test_a_reader_that_has_gone(self):
        reader, writer = os.pipe()
        os.close(reader)
        run = subprocess.run([AGLET, "check"], cwd=self.folder, env=ENVIRONMENT, stdout=writer,
                             stderr=subprocess.PIPE, text=True)
        os.close(writer)
        self.assertIn(run.returncode, (2, -signal.SIGPIPE))


class Interrupts(Waiting):
    def start(self, **more):
        """A run whose workers are in the middle of their files."""
        self.waiting("b.c", "c.c")
        self.write("a.c", GOOD)
        self.database("a.c", "b.c", "c.c")
        process = subprocess.Popen([AGLET, "check", "--output", "report.txt", "--jobs", "3"],
                                   cwd=self.folder, env=ENVIRONMENT, start_new_session=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.addCleanup(process.communicate)
        self.addCleanup(self.end, process.pid)
        self.until(lambda: len(alive(process.pid)) > 2)
        time.sleep(0.2)
        return process

    def end(self, group):
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def is_gone(self, process, number):
        process.communicate(timeout=20)
        self.assertIn(process.returncode, (128 + number, -number))
        self.until(lambda: alive(process.pid) == [])
        self.assertEqual([path.name for path in self.folder.iterdir() if "report" in path.name], [])

    def test_from_the_keyboard(self):
        process = self.start()
        os.killpg(process.pid, signal.SIGINT)
        self.is_gone(process, signal.SIGINT)

    def test_of_the_program_alone(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number=number):
                self.setUp()
                process = self.start()
                process.send_signal(number)
                self.is_gone(process, number)

    def test_what_is_ignored_stays_so(self):
        process = self.start(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        self.assertIsNone(process.poll())
        for pipe in self.folder.glob("*.pipe"):
            self.go_on(pipe)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 0)
        self.assertEqual((self.folder / "report.txt").read_text(), "no findings in 3 files\n")


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


if __name__ == "__main__":
    unittest.main()
