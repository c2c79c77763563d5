#!/usr/bin/env python3
"""aglet is clean on its own sources: the analyser, the rules, the runtime and the applications."""
import subprocess
import sys

from fixtures import AGLET, BUILD, ENVIRONMENT, SOURCE, trouble

# The example shows what aglet finds: it is bad on purpose.
FOLDERS = ["analyzer", "rules", "runtime"]
APPLICATIONS = [str(path.relative_to(SOURCE)) for path in sorted((SOURCE / "fixtures/apps").iterdir())
                if path.is_dir() and path.name != "example"]


def main():
    run = subprocess.run([AGLET, "check", "-p", str(BUILD), *FOLDERS, *APPLICATIONS], cwd=SOURCE,
                         env=ENVIRONMENT, capture_output=True, text=True)
    if said := trouble(run.returncode, run.stderr):
        sys.exit(f"own sources: {said}")
    print(run.stdout, end="")
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
