#!/usr/bin/env python3
"""Fixes: what --fix writes, what --diff shows, and which files are left alone."""
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from case import BAD, BROKEN, Case
from fixtures import AGLET, CC, ENVIRONMENT, SOURCE, jobs, programs

IDLE = "int one(void) {\n    return 1; // aglet:ignore blocking-call\n}\n"
MENDED = "int one(void) {\n    return 1;\n}\n"


class Files(Case):
    """What happens to a file, whatever the fix."""

    def setUp(self):
        super().setUp()
        self.database("one.c")

    def fix(self, text, *arguments, status=0):
        """What the file holds after --fix."""
        path = self.folder / "one.c"
        path.write_bytes(text.encode())
        run = self.check("--fix", *arguments, status=status)
        return path.read_bytes().decode(), run

    def unchanged(self, path, run, *words):
        self.assertEqual(path.read_text(), IDLE)
        for word in words:
            self.assertIn(word, run.stderr)
        self.assertEqual(sorted(os.listdir(self.folder)), self.names)

    def setup_names(self):
        self.names = sorted(os.listdir(self.folder))

    def test_it_is_written_and_reported(self):
        text, run = self.fix(IDLE)
        self.assertEqual(text, MENDED)
        self.assertEqual(run.stderr, "aglet: fixed 1 finding in 1 file\n")
        self.assertEqual(run.stdout, "no findings in 1 file\n")

    def test_nothing_to_fix_changes_nothing(self):
        path = self.write("one.c", MENDED)
        before = path.stat()
        self.assertEqual(self.check("--fix", status=0).stderr, "")
        after = path.stat()
        self.assertEqual((after.st_ino, after.st_mtime_ns, after.st_ctime_ns),
                         (before.st_ino, before.st_mtime_ns, before.st_ctime_ns))

    def test_line_ends_are_kept(self):
        text, _ = self.fix(IDLE.replace("\n", "\r\n"))
        self.assertEqual(text, MENDED.replace("\n", "\r\n"))

    def test_no_newline_at_the_end(self):
        text, _ = self.fix(IDLE + "// aglet:ignore-file blocking-call")
        self.assertEqual(text, MENDED)

    def test_a_file_of_one_line_without_end(self):
        text, _ = self.fix("int one(void) { return 1; } // aglet:ignore blocking-call")
        self.assertEqual(text, "int one(void) { return 1; }")

    def test_two_findings_on_one_line(self):
        comment = "/* aglet:ignore blocking-call */"
        text, run = self.fix(f"int one(void); {comment} int two(void); {comment}\n")
        self.assertEqual(text, "int one(void); int two(void);\n")
        self.assertIn("fixed 2 findings in 1 file", run.stderr)

    def test_two_names_of_one_comment(self):
        text, _ = self.fix("int one(void); // aglet:ignore blocking-call, nonsense -- reason\n")
        self.assertEqual(text, "int one(void);\n")

    def test_words_stay_apart(self):
        text, _ = self.fix("int/*aglet:ignore blocking-call*/one(void);\n")
        self.assertEqual(text, "int one(void);\n")

    def test_another_tools_comment_stays(self):
        text, _ = self.fix("int one(void); // aglet:ignore blocking-call // NOLINT\n")
        self.assertEqual(text, "int one(void); // NOLINT\n")

    def test_the_mode_is_kept(self):
        path = self.write("one.c", IDLE)
        path.chmod(0o640)
        self.check("--fix", status=0)
        self.assertEqual((path.read_text(), path.stat().st_mode & 0o777), (MENDED, 0o640))

    def test_a_read_only_file_is_left_alone(self):
        path = self.write("one.c", IDLE)
        path.chmod(0o444)
        self.setup_names()
        self.unchanged(path, self.check("--fix", status=1), "is not fixed: it is read-only")

    def test_a_link_stays_a_link(self):
        real = self.write("src/real.c", IDLE)
        link = self.folder / "one.c"
        link.symlink_to(real)
        self.check("--fix", status=0)
        self.assertTrue(link.is_symlink())
        self.assertEqual(real.read_text(), MENDED)

    def test_a_file_outside_the_project_is_left_alone(self):
        with tempfile.TemporaryDirectory() as other:
            real = Path(other, "real.c")
            real.write_text(IDLE)
            (self.folder / "one.c").symlink_to(real)
            self.setup_names()
            run = self.check("--fix", status=1)
            self.unchanged(real, run, "is not fixed: it lies outside the project")

    def test_the_project_is_what_the_configuration_is_for(self):
        self.write(".aglet.json", "{}")
        path = self.write("one.c", IDLE)
        below = self.folder / "below"
        below.mkdir()
        run = subprocess.run([AGLET, "check", "--fix"], cwd=below, env=ENVIRONMENT,
                             capture_output=True, text=True)
        self.assertEqual((run.returncode, path.read_text()), (0, MENDED), run.stderr)

    def test_a_file_that_changed_is_left_alone(self):
        # The parser's own header is a pipe: the file changes while it waits.
        os.mkfifo(self.folder / "pipe.h")
        path = self.write("one.c", '#include "pipe.h"\n' + IDLE)
        process = subprocess.Popen([AGLET, "check", "--fix"], cwd=self.folder, env=ENVIRONMENT,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with open(self.folder / "pipe.h", "w") as pipe:
            path.write_text('#include "pipe.h"\n' + IDLE)
            pipe.write("int two(void);\n")
        _, errors = process.communicate(timeout=60)
        self.assertIn("has changed since it was read", errors)
        self.assertIn("aglet:ignore", path.read_text())

    def test_a_file_with_errors_is_left_alone(self):
        path = self.write("one.c", IDLE + "int broken(void) { return undeclared; }\n")
        self.check("--fix", status=2)
        self.assertIn("aglet:ignore", path.read_text())

    def test_a_file_with_errors_by_way_of_a_linked_folder(self):
        self.write("real/one.c", BAD + BROKEN)
        (self.folder / "link").symlink_to("real")
        self.database("link/one.c")
        before = (self.folder / "real/one.c").read_text()
        for more in ("--fix", "--diff"):
            run = self.check(more, "--unsafe-fixes", status=2)
            self.assertIn("one.c is not fixed: it does not parse\n", run.stderr)
            self.assertEqual((self.folder / "real/one.c").read_text(), before)
        self.assertIn("aglet: " + str(self.folder / "link/one.c:"), run.stderr)

    def test_a_disk_that_fills_leaves_the_file(self):
        path = self.write("one.c", IDLE)
        path.write_text(IDLE + "/*" + "x" * 5000 + "*/\n")
        before = path.read_text()
        self.setup_names()

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

        run = self.run_aglet("check", "--fix", preexec_fn=limit)
        self.assertEqual(run.returncode, 2, run.stdout + run.stderr)
        self.assertIn("cannot be written: File too large", run.stderr)
        self.assertEqual(path.read_text(), before)
        self.assertEqual(sorted(os.listdir(self.folder)), self.names)

    def test_a_diff_changes_nothing(self):
        path = self.write("one.c", IDLE)
        before = path.stat()
        run = self.check("--fix", "--diff", status=1)
        self.assertEqual(path.stat().st_mtime_ns, before.st_mtime_ns)
        self.assertIn("-    return 1; // aglet:ignore blocking-call\n+    return 1;\n", run.stdout)
        self.assertEqual(run.stderr, "aglet: would fix 1 finding\n")

    def test_a_diff_of_nothing(self):
        self.write("one.c", MENDED)
        run = self.check("--diff", status=0)
        self.assertEqual((run.stdout, run.stderr), ("", ""))

    def test_a_diff_applies_whatever_the_lines(self):
        comment = "// aglet:ignore blocking-call"
        lines = ["int f%d(void);" % i for i in range(40)]
        for at, ending in (((0, 39), "\n"), ((0, 1), ""), ((39,), ""), ((3, 9, 10, 17, 30), "\n"),
                           ((5, 20), "\r\n")):
            changed = list(lines)
            for i in at:
                changed[i] += (" " if i % 2 else "\n") + comment
            text = (ending or "\n").join(changed) + ending
            self.applies(text)

    def applies(self, text):
        path = self.folder / "one.c"
        path.write_bytes(text.encode())
        diff = subprocess.run([AGLET, "check", "--diff"], cwd=self.folder, env=ENVIRONMENT,
                              capture_output=True).stdout
        fixed, _ = self.fix(text)
        path.write_bytes(text.encode())
        done = subprocess.run(["patch", "-p0", "--binary"], input=diff, cwd=self.folder,
                              capture_output=True)
        self.assertEqual(done.returncode, 0, (diff + done.stdout).decode())
        self.assertEqual(path.read_bytes().decode(), fixed, diff.decode())

    def test_a_name_with_a_blank(self):
        self.database("a name.c")
        path = self.write("a name.c", IDLE)
        diff = self.check("--diff", status=1).stdout
        subprocess.run(["patch", "-p0"], input=diff, cwd=self.folder, text=True, check=True,
                       capture_output=True)
        self.assertEqual(path.read_text(), MENDED)

    def test_unsafe_fixes_alone_are_refused(self):
        self.refused(["check", "--unsafe-fixes"], "--unsafe-fixes", "--fix", "--diff")

    def test_the_report_has_the_fix(self):
        self.write("one.c", IDLE)
        fix = self.report()["findings"][0]["fix"]
        self.assertEqual((fix["safe"], [edit["text"] for edit in fix["edits"]]), (True, [""]))


class Places(Case):
    """Where a statement is put, and where there is no place for it."""

    BODY = """#include <stdlib.h>
%s
int copy(int size) {
    char *text = malloc(10);
    if (!text)
        return -1;
%s
    free(text);
    return 0;
}
"""

    def fixed(self, lines, above="int ready(const char *text);"):
        self.database("one.c")
        path = self.write("one.c", self.BODY % (above, lines))
        self.check("--fix", "--unsafe-fixes")
        head, tail = (self.BODY % (above, "@")).split("@")
        text = path.read_text()
        self.assertTrue(text.startswith(head) and text.endswith(tail), text)
        return text[len(head):len(text) - len(tail)]

    def test_braces_are_put_where_they_are_needed(self):
        self.assertEqual(self.fixed("    if (size > 10)\n        return -2;"),
                         "    if (size > 10) {\n        free(text);\n        return -2;\n    }")

    def test_no_more_braces_than_needed(self):
        self.assertEqual(self.fixed("    if (size > 10) {\n        return -2;\n    }"),
                         "    if (size > 10) {\n        free(text);\n        return -2;\n    }")

    def test_tabs_are_kept(self):
        self.assertEqual(self.fixed("\tif (size > 10)\n\t\treturn -2;"),
                         "\tif (size > 10) {\n\t\tfree(text);\n\t\treturn -2;\n\t}")

    def test_an_else_goes_on_behind_the_brace(self):
        self.assertEqual(
            self.fixed("    if (size > 10)\n        return -2;\n    else\n        size++;"),
            "    if (size > 10) {\n        free(text);\n        return -2;\n    } else\n"
            "        size++;")

    def test_comments_are_no_code(self):
        self.assertEqual(
            self.fixed("    if (size > 10) // if (a) {\n        /* ; */\n        return -2; // why"),
            "    if (size > 10) { // if (a) {\n        /* ; */\n        free(text);\n"
            "        return -2; // why\n    }")

    def test_directives_are_no_code(self):
        self.assertEqual(
            self.fixed("#ifndef NOTHING\n    if (size > 10)\n        return -2;\n#endif"),
            "#ifndef NOTHING\n    if (size > 10) {\n        free(text);\n        return -2;\n    }\n"
            "#endif")

    def unfixed(self, lines, **more):
        self.assertEqual(self.fixed(lines, **more), lines)

    def test_what_is_returned_may_need_it(self):
        self.unfixed("    if (size > 10)\n        return text[0];")
        self.unfixed("    if (size > 10)\n        return size + text[0];")
        self.unfixed("    if (size > 10)\n        return ready(text);")

    def test_nothing_is_put_into_a_macro(self):
        self.unfixed("    if (size > 10)\n        LEAVE;", above="#define LEAVE return -2")
        self.unfixed("    LEAVE_IF(size > 10);",
                     above="#define LEAVE_IF(x) do { if (x) return -2; } while (0)")

    def test_a_line_of_several_statements_is_left_alone(self):
        self.unfixed("    if (size > 10) return -2;")
        self.unfixed("    if (size > 10) { size++; return -2; }")

    def test_some_ways_there_have_released_it(self):
        self.unfixed("    if (size > 20)\n        free(text);\n    if (size > 10)\n        return -2;\n"
                     "    if (size < 0)\n        text = malloc(1);")

    def test_out_of_the_variables_scope(self):
        self.unfixed("    if (size > 10) {\n        char *other = malloc(5);\n"
                     "        if (ready(other))\n            goto out;\n        free(other);\n    }\n"
                     "    if (size < 0) {\n    out:\n        free(text);\n        return -3;\n    }")


class Rewrites(Case):
    """What is awaited, given back earlier or passed on, and where that is not plain."""

    HEAD = """#include <aglet/aglet.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct store {
    pthread_mutex_t mutex;
};
static struct store all = {.mutex = PTHREAD_MUTEX_INITIALIZER};
AGLET_COROUTINE AGLET_SUSPENDS struct store *another(void);
AGLET_COROUTINE int job(void *arg);
AGLET_COROUTINE int run(void *arg);

static AGLET_COROUTINE int cancel(void *arg) {
    aglet_task *task = aglet_create(run, arg);
    if (!task)
        return -errno;
    aglet_cancel(task);
    return aglet_await(task);
}

int main(void) {
    return aglet_run(cancel, NULL) < 0;
}
"""

    def fixed(self, head, lines):
        """The body of a function after the fix."""
        path = self.write("one.c", f"{self.HEAD}\n{head} {{\n{lines}\n}}\n")
        arguments = ["cc", "-std=gnu11", f"-I{SOURCE}/runtime/include", "-c", "one.c"]
        self.database(text=json.dumps([{"directory": str(self.folder), "file": "one.c",
                                        "arguments": arguments}]))
        self.check("--fix", "--unsafe-fixes")
        return path.read_text()[len(self.HEAD) + len(head) + 4:-3]

    START = "    aglet_task *task = aglet_create(job, arg);\n    if (!task)\n        return -errno;\n"

    def awaited(self, lines, head="AGLET_COROUTINE int run(void *arg)"):
        text = self.fixed(head, self.START + lines)
        self.assertTrue(text.startswith(self.START), text)
        return text[len(self.START):]

    def test_success_is_that_of_the_task(self):
        self.assertEqual(self.awaited("    return 0;"), "    return aglet_await(task);")

    def test_the_first_error_counts(self):
        self.assertEqual(self.awaited("    return aglet_sleep(1);"),
                         "    int result = aglet_sleep(1);\n    int ended = aglet_await(task);\n"
                         "    return result < 0 ? result : ended;")

    def test_an_early_return_does_not_wait(self):
        self.assertEqual(self.awaited("    if (arg)\n        return 1;\n    return aglet_await(task);"),
                         "    if (arg) {\n        aglet_detach(task);\n        return 1;\n    }\n"
                         "    return aglet_await(task);")

    def test_who_is_no_coroutine_does_not_wait(self):
        self.assertEqual(self.awaited("    return 0;", head="int start(void *arg)"),
                         "    aglet_detach(task);\n    return 0;")

    def test_what_was_cancelled_has_no_result(self):
        self.assertNotIn("aglet_await", self.awaited("    aglet_cancel(task);\n    return 0;"))

    COROUTINE = "AGLET_COROUTINE int run(void *arg)"
    LOCK = "    pthread_mutex_lock(&all.mutex);\n"
    UNLOCK = "    pthread_mutex_unlock(&all.mutex);\n"

    def test_the_lock_is_given_back_first(self):
        lines = "    int rc = aglet_sleep(*(int *)arg);\n"
        self.assertEqual(self.fixed(self.COROUTINE, self.LOCK + lines + self.UNLOCK + "    return rc;"),
                         self.LOCK + self.UNLOCK + lines + "    return rc;")

    def test_a_lock_that_the_wait_names_stays(self):
        text = ("    struct store *store = arg;\n    pthread_mutex_lock(&store->mutex);\n"
                "    store = another();\n    pthread_mutex_unlock(&store->mutex);\n    return 0;")
        self.assertEqual(self.fixed(self.COROUTINE, text), text)

    def test_what_is_done_under_the_lock_stays(self):
        text = (self.LOCK + "    int rc = aglet_sleep(1);\n    *(int *)arg = rc;\n" + self.UNLOCK
                + "    return rc;")
        self.assertEqual(self.fixed(self.COROUTINE, text), text)

    def test_a_wait_on_a_condition_stays(self):
        text = (self.LOCK + "    int rc = 0;\n    if (arg)\n        rc = aglet_sleep(1);\n"
                + self.UNLOCK + "    return rc;")
        self.assertEqual(self.fixed(self.COROUTINE, text), text)
        self.assertIn("lock-across-await", self.check(status=1).stdout)

    def test_a_cancellation_is_passed_on(self):
        self.assertEqual(self.fixed(self.COROUTINE, "    for (;;)\n        (void)aglet_sleep(*(int *)arg);"),
                         "    for (;;) {\n        int result = aglet_sleep(*(int *)arg);\n"
                         "        if (result == -ECANCELED)\n            return result;\n    }")

    def test_what_is_held_is_not_left_behind(self):
        text = ("    char *text = malloc(10);\n    while (text) {\n        (void)aglet_sleep(*(int *)arg);\n"
                "    }\n    free(text);\n    return 0;")
        self.assertEqual(self.fixed(self.COROUTINE, text), text)
        self.assertIn("swallowed-cancellation", self.check(status=1).stdout)

    QUEUE = """struct job {
    struct job *next;
};
static struct job *jobs;
static aglet_event come;
void treat(struct job *job);
struct job *take(struct job **from) AGLET_TAKES_ITEM(1);

void submit(struct job *job);
void submit(struct job *job) {
    job->next = jobs;
    jobs = job;
    aglet_event_set(&come);
}

"""
    WAIT = "    if (aglet_event_wait(&come) < 0)\n        return -1;\n    aglet_event_clear(&come);\n"

    def drained(self, lines):
        """The body of a coroutine that waits for the signal of a queue first, after the fix."""
        text = self.fixed(self.QUEUE + self.COROUTINE, f"    (void)arg;\n{self.WAIT}{lines}\n    return 0;")
        return text.removeprefix(f"    (void)arg;\n{self.WAIT}").removesuffix("\n    return 0;")

    def test_what_is_done_with_an_item_is_done_with_each(self):
        self.assertEqual(
            self.drained("    struct job *job = jobs;\n    if (!job)\n        return 0;\n    jobs = job->next;\n    treat(job);"),
            "    for (;;) {\n        struct job *job = jobs;\n        if (!job)\n            return 0;\n"
            "        jobs = job->next;\n        treat(job);\n    }")

    def test_a_loop_of_items_ends_where_there_is_none(self):
        self.assertEqual(
            self.drained("    struct job *job = jobs;\n    if (job)\n        jobs = job->next; // one\n    free(job);"),
            "    for (;;) {\n        struct job *job = jobs;\n        if (job)\n            jobs = job->next; // one\n"
            "        if (!job)\n            break;\n        free(job);\n    }")

    def test_the_lock_is_taken_for_each_item(self):
        self.assertEqual(
            self.drained(f"{self.LOCK}    struct job *job = jobs;\n    if (job)\n        jobs = job->next;\n"
                         f"{self.UNLOCK}    free(job);"),
            "    for (;;) {\n        pthread_mutex_lock(&all.mutex);\n        struct job *job = jobs;\n        if (job)\n"
            "            jobs = job->next;\n        pthread_mutex_unlock(&all.mutex);\n        if (!job)\n"
            "            break;\n        free(job);\n    }")

    def test_what_is_no_item_s_is_done_once(self):
        for lines in ("    struct job *job = jobs;\n    if (job)\n        jobs = job->next;\n    free(job);\n    treat(NULL);",
                      "    struct job *job = jobs;\n    if (!job)\n        return 0;\n    jobs = job->next;\n"
                      "    if (job->next)\n        return 1;\n    treat(job);",
                      "    struct job *job = jobs;\n    if (!job)\n        goto out;\n    jobs = job->next;\n"
                      "    treat(job);\nout:\n    treat(NULL);"):
            self.assertEqual(self.drained(lines), lines)
            self.assertIn("coalesced-signal", self.check(status=1).stdout)

    def test_a_question_is_asked_again(self):
        self.assertEqual(self.drained("    struct job *job;\n    if ((job = take(&jobs)))\n        treat(job);"),
                         "    struct job *job;\n    while ((job = take(&jobs)))\n        treat(job);")

    def test_a_question_with_another_answer_is_not(self):
        for lines in ("    struct job *job;\n    if ((job = take(&jobs)))\n        treat(job);\n    else\n        treat(NULL);",
                      "    struct job *job;\n    if (!(job = take(&jobs)))\n        treat(NULL);",
                      "    struct job *job;\n    if ((job = take(&jobs))) {\n        treat(job);\n        return 1;\n    }"):
            self.assertEqual(self.drained(lines), lines)
            self.assertIn("coalesced-signal", self.check(status=1).stdout)


# ---- the fixtures ----------------------------------------------------------------------------


class Copy:
    """A fixture in a folder of its own, to be changed."""

    def __init__(self, program, folder):
        self.folder = Path(os.path.realpath(folder))
        if program.path.is_dir():
            shutil.copytree(program.path, self.folder, dirs_exist_ok=True)
        else:
            shutil.copy(program.path, self.folder)
        self.program = program
        self.files = sorted(self.folder.glob("*.c"))
        self.flags = [flag if flag != f"-I{program.path}" else f"-I{self.folder}"
                      for flag in program.flags()]
        # A configuration makes the folder the project.
        (self.folder / ".aglet.json").write_text("{}")
        (self.folder / "compile_commands.json").write_text(json.dumps(
            [{"directory": str(self.folder), "file": str(file),
              "arguments": ["cc", *self.flags, "-c", str(file)]} for file in self.files]))

    def aglet(self, *arguments):
        run = subprocess.run([AGLET, "check", "--select", "all", *arguments], cwd=self.folder,
                             capture_output=True, text=True, env=ENVIRONMENT)
        if run.returncode not in (0, 1):
            raise RuntimeError(f"aglet {' '.join(arguments)} ended with {run.returncode}: "
                               f"{run.stderr}")
        return run

    def findings(self):
        report = json.loads(self.aglet("--format", "json").stdout)
        return Counter(finding["rule"] for finding in report["findings"]), report["findings"]

    def texts(self):
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob("*.[ch]"))}

    def put(self, texts):
        for name, text in texts.items():
            (self.folder / name).write_bytes(text)

    def compiles(self):
        command = [CC, "-Wall", "-Wextra", "-fsyntax-only", *self.flags, *map(str, self.files)]
        run = subprocess.run(command, capture_output=True, text=True)
        return run.returncode == 0 and not run.stderr, run.stderr


    def apply(self, fix):
        """Makes the edits of one fix, and nothing else."""
        for edit in sorted(fix["edits"], key=lambda edit: self.place(edit["range"], "start"), reverse=True):
            path = self.folder / edit["range"]["file"]
            lines = path.read_text().splitlines(keepends=True)
            (line, col), (end_line, end_col) = (self.place(edit["range"], at) for at in ("start", "end"))
            head, tail = lines[line - 1][:col - 1], lines[end_line - 1][end_col - 1:] if end_line <= len(lines) else ""
            lines[line - 1:end_line] = [head + edit["text"] + tail]
            path.write_text("".join(lines))

    @staticmethod
    def place(where, at):
        return where[at]["line"], where[at]["column"]


def alone_problems(copy, before, finding, original):
    """What is wrong when this fix is made alone: it has to mend its finding, and nothing else."""
    copy.put(original)
    copy.apply(finding["fix"])
    where = f"line {finding['range']['start']['line']} [{finding['rule']}]"
    ok, said = copy.compiles()
    if not ok:
        yield f"{where} does not compile when it is fixed alone:\n{said}"
        return
    after, _ = copy.findings()
    if after != before - Counter([finding["rule"]]):
        yield f"{where} is fixed alone, and has instead of {dict(before)}: {dict(after)}"


def together_problems(copy, before, original):
    """What is wrong when all fixes are made that go together."""
    copy.put(original)
    diff = copy.aglet("--diff", "--unsafe-fixes")
    if copy.texts() != original:
        yield "--diff changes a file"
    if diff.returncode != 1 or not diff.stdout:
        yield f"--diff ends with {diff.returncode} where something can be fixed"
    copy.aglet("--fix", "--unsafe-fixes")
    fixed = copy.texts()
    ok, said = copy.compiles()
    if not ok:
        yield f"does not compile when it is fixed:\n{diff.stdout}{said}"
        return
    after, _ = copy.findings()
    if after - before:
        yield f"has more findings when it is fixed: {dict(after - before)}\n{diff.stdout}"
    if not sum(after.values()) < sum(before.values()):
        yield f"has as many findings when it is fixed\n{diff.stdout}"
    copy.put(original)
    patch = subprocess.run(["patch", "-p0", "--binary"], input=diff.stdout.encode(),
                           cwd=copy.folder, capture_output=True)
    if patch.returncode != 0 or copy.texts() != fixed:
        yield f"is not the same by patch(1): {patch.stdout.decode()}\n{diff.stdout}"
    # What the first run had to leave, the next ones mend; then there is nothing left to change.
    copy.put(fixed)
    for _ in range(4):
        last = copy.texts()
        copy.aglet("--fix", "--unsafe-fixes")
        if copy.texts() == last:
            return
    yield "is never done fixing"


def check_fixture(program):
    """The rules of which a finding can be fixed in the program, and what is wrong with the fixes."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(program, folder)
        before, findings = copy.findings()
        offered = [finding for finding in findings if finding["fix"]]
        if not offered:
            return set(), []
        original = copy.texts()
        problems = [problem for finding in offered
                    for problem in alone_problems(copy, before, finding, original)]
        problems += together_problems(copy, before, original)
        return ({finding["rule"] for finding in offered},
                [f"{program.name}: {problem}" for problem in problems])


# Rules of which so many fixtures, of those that need no library, have a fix at least: one that is
# no longer offered is noticed.
MENDED_FIXTURES = {"coalesced-signal": 3, "fire-and-forget": 4, "lock-across-await": 2, "manual-loop": 1, "missing-cleanup": 8,
                   "swallowed-cancellation": 6, "unshielded-write": 13, "unused-suppression": 9}


class Fixtures(unittest.TestCase):
    def test_each_fix_mends_and_is_offered(self):
        bad = [program for program in programs() if program.bad and not program.missing_package()]
        with ThreadPoolExecutor(jobs()) as pool:
            done = list(zip(bad, pool.map(check_fixture, bad)))
        problems = [problem for _, (_, found) in done for problem in found]
        self.assertEqual(problems, [], "\n".join(problems))
        mended = Counter(program.rule for program, (rules, _) in done
                         if program.rule in rules and not program.requires)
        for rule, least in MENDED_FIXTURES.items():
            self.assertGreaterEqual(mended[rule], least, rule)


if __name__ == "__main__":
    unittest.main()
