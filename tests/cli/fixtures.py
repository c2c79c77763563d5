"""The programs under fixtures/, and what their comments say of them. Used by the tests here."""
import os
import re
import shlex
import subprocess
from pathlib import Path

SOURCE = Path(os.environ.get("SOURCE", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("BUILD", SOURCE / "build/dev"))
AGLET = os.environ.get("AGLET", str(BUILD / "analyzer/aglet"))
CC = os.environ.get("CC", "gcc")

EXPECT = re.compile(r"//\s*expect(?:\(([+-]\d+)\))?:\s*(.*?)\s*$")
HEAD = re.compile(r"//\s*(requires|foreign|witness):\s*(.*?)\s*$")
HEAD_LINES = 15
# So that a sanitizer's report is not taken for "findings", which is exit status 1.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "exitcode=99", "UBSAN_OPTIONS": "exitcode=99"}


class Program:
    """One fixture: a file of its own, or a folder of files that are linked together."""

    def __init__(self, path):
        self.path = path
        self.rule = path.parent.name
        self.name = f"{path.parent.name}/{path.name}"
        self.bad = path.name.startswith("bad_")
        self.files = sorted(path.glob("*.c")) if path.is_dir() else [path]
        self.expected = []  # (file, line, rule)
        self.requires, self.foreign, self.witnesses = [], [], []
        headers = sorted(path.glob("*.h")) if path.is_dir() else []
        for file in self.files + headers:
            self.read(file)

    def read(self, file):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if match := EXPECT.search(line):
                at = number + int(match.group(1) or 0)
                rules = [rule for rule in re.split(r"[,\s]+", match.group(2)) if rule]
                self.expected += [(str(file), at, rule) for rule in rules]
            match = HEAD.search(line) if number <= HEAD_LINES else None
            if match:
                words = [word for word in re.split(r"[,\s]+", match.group(2)) if word]
                {"requires": self.requires, "foreign": self.foreign,
                 "witness": self.witnesses}[match.group(1)].extend(words)

    def missing_package(self):
        """The first package which is not installed, or None."""
        return next((package for package in self.requires if package_flags(package) is None), None)

    def flags(self):
        """The compiler's arguments, without files."""
        flags = ["-std=gnu11", f"-I{SOURCE}/runtime/include"]
        for package in self.requires:
            flags += package_flags(package) or []
        return flags + ([f"-I{self.path}"] if self.path.is_dir() else [])

    def commands(self):
        """The entries of a compile database."""
        return [{"directory": str(file.parent), "file": str(file),
                 "arguments": ["cc", *self.flags(), "-c", str(file)]} for file in self.files]


_packages = {}


def package_flags(package):
    """What pkg-config says the compiler needs; None if there is no such package."""
    if package not in _packages:
        try:
            found = subprocess.run(["pkg-config", "--cflags", package], capture_output=True,
                                   text=True)
            _packages[package] = shlex.split(found.stdout) if found.returncode == 0 else None
        except FileNotFoundError:
            _packages[package] = None
    return _packages[package]


def rule_names():
    """The rules of rules/rules.def."""
    text = (SOURCE / "rules/rules.def").read_text()
    return re.findall(r'^RULE\(\w+,\s*"([^"]+)"\)', text, re.MULTILINE)


def is_fixture(path):
    if not re.match(r"(bad|good)_", path.name):
        return False
    return any(path.glob("*.c")) if path.is_dir() else path.suffix == ".c"


def programs():
    """All fixtures, sorted by name."""
    folders = sorted(path for path in (SOURCE / "fixtures").iterdir()
                     if path.is_dir() and path.name != "apps")
    return [Program(path) for folder in folders for path in sorted(folder.iterdir())
            if is_fixture(path)]


def trouble(status, errors):
    """A sentence about a check that could not do its work; None if it could."""
    if status in (0, 1):
        return None
    lines = errors.strip().splitlines()
    guilty = [line for line in lines if "ERROR:" in line or "runtime error:" in line]
    return f"aglet ended with {status}: {(guilty or lines[-1:] or ['no message'])[0]}"


def jobs():
    return max(2, os.cpu_count() or 1)
