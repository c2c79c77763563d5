"""The bundled models as data, and the list of what is wrong with them. Used by the tests here."""
import json
import os
import subprocess
from pathlib import Path

SOURCE = Path(os.environ.get("SOURCE", Path(__file__).resolve().parents[2]))
CLANG = os.environ.get("CLANG", "clang-19")


class Problems:
    """Sentences of the form "MODEL: NAME: what is wrong"."""

    def __init__(self):
        self.lines = []

    def add(self, model, name, text):
        self.lines.append(f"{model}: {name}: {text}")


def bundled():
    """All models, in the order of their files' names."""
    return [json.loads(path.read_text())
            for path in sorted((SOURCE / "rules/models").glob("*.json"))]


def roles_of(entries, entry):
    """The (role, object) pairs of an entry, arrays and same-as resolved."""
    entry = entries[entry["same-as"]] if "same-as" in entry else entry
    for role, value in entry.items():
        if role in ("parameters", "variadic", "partial", "about"):
            continue
        for one in value if isinstance(value, list) else [value]:
            yield role, {} if one is True else one


def ast_of(text, flags):
    """What clang makes of C text: the run with the dump of the tree and the messages."""
    return subprocess.run(
        [CLANG, *map(str, flags), "-x", "c", "-fsyntax-only", "-fno-color-diagnostics", "-Xclang",
         "-ast-dump", "-"], input=text, capture_output=True, text=True)
