#!/usr/bin/env python3
"""Proves what the README shows: the example application has these findings, and they look so."""
import re
import subprocess
import sys

from fixtures import AGLET, BUILD, ENVIRONMENT, SOURCE, rule_names, trouble


def shown():
    """The lines of the README's first screen, without the command and without what is cut out."""
    block = re.search(r"```console\n\$ \./dev lint\n(.*?)```", (SOURCE / "README.md").read_text(),
                      re.DOTALL)
    return [line for line in block.group(1).splitlines() if line and line != "[...]"]


def main():
    run = subprocess.run([AGLET, "check", "-p", str(BUILD), "fixtures/apps/example"], cwd=SOURCE,
                         env=ENVIRONMENT, capture_output=True, text=True)
    if said := trouble(run.returncode, run.stderr):
        sys.exit(f"example: {said}")
    problems = [f"the example has no finding of {rule}" for rule in rule_names()
                if f"[{rule}]" not in run.stdout]
    lines = iter(run.stdout.splitlines())
    missing = next((line for line in shown() if line not in lines), None)
    if missing is not None:
        problems.append(f"README.md shows what is not printed, or in another order: {missing}")
    print("\n".join(problems), end="\n" if problems else "")
    print(f"example: {len(shown())} lines of README.md compared, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
