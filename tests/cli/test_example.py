#!/usr/bin/env python3
"""Proves what the README shows: the example application has these findings, and they look so.

The rules whose findings it has are named in the first comment of its main.c: these, and no others.
"""
import re
import subprocess
import sys

from fixtures import AGLET, BUILD, ENVIRONMENT, SOURCE, rule_names, trouble


def shown():
    """The lines of the README's first screen, without the command and without what is cut out."""
    block = re.search(r"```console\n\$ \./dev lint\n(.*?)```", (SOURCE / "README.md").read_text(),
                      re.DOTALL)
    return [line for line in block.group(1).splitlines() if line and line != "[...]"]


def promised():
    """The rules that the example says it has a finding of."""
    comment = (SOURCE / "fixtures/apps/example/main.c").read_text().split("*/")[0]
    return {rule for rule in rule_names() if re.search(rf"[\s,]{rule}\b(?!-)", comment)}


def main():
    run = subprocess.run([AGLET, "check", "-p", str(BUILD), "fixtures/apps/example"], cwd=SOURCE,
                         env=ENVIRONMENT, capture_output=True, text=True)
    if said := trouble(run.returncode, run.stderr):
        sys.exit(f"example: {said}")
    found = {rule for rule in rule_names() if f"[{rule}]" in run.stdout}
    problems = [f"the example has no finding of {rule}, which its main.c names"
                for rule in sorted(promised() - found)]
    problems += [f"the example has a finding of {rule}, which its main.c does not name"
                 for rule in sorted(found - promised())]
    lines = iter(run.stdout.splitlines())
    missing = next((line for line in shown() if line not in lines), None)
    if missing is not None:
        problems.append(f"README.md shows what is not printed, or in another order: {missing}")
    print("\n".join(problems), end="\n" if problems else "")
    print(f"example: {len(found)} rules, {len(shown())} lines of README.md compared, "
          f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
