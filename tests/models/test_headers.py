#!/usr/bin/env python3
"""Proves the bundled models against the libraries' real headers.

Every function that a model names is declared there with as many parameters, every record and field
exists, constants have the values of the headers, outcomes fit the returned type. A library which is
not installed is skipped, and named. MODEL_HEADERS names a folder with the headers of libraries that
are not installed: those of the model NAME are looked for in NAME/ and NAME/include/ there. Name
models as arguments to check only these.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from model_files import Problems, ast_of, bundled, roles_of

POINTER_OUTCOMES = {"null", "nonnull"}
SIGNED_OUTCOMES = {"negative", "nonnegative", "positive"}
INTEGERS = {"int", "unsigned int", "long", "size_t", "ssize_t", "gboolean", "gint", "guint", "gssize",
            "gsize", "CURLcode", "CURLMcode", "CURLUcode", "CURLSHcode", "int64_t", "bool", "_Bool"}
FUNCTION = re.compile(r"\|-FunctionDecl .*? (\w+) '([^']*)'(?::'([^']*)')?(?: \w+)*$")
RECORD = re.compile(r"\|-RecordDecl .*? (struct|union) (\w+) definition$")
TYPEDEF = re.compile(r"\|-TypedefDecl .*? (\w+) '")
MESSAGE = re.compile(r"(.*?):\d+(?::\d+)?: (?:fatal )?error: (.*)")


def folder_flags(name, folder):
    """-I for the model's part of the folder in MODEL_HEADERS."""
    if not folder:
        return []
    own = Path(folder) / name
    return [f"-I{place}" for place in (own, own / "include") if place.is_dir()]


def flags_of(model, folder=os.environ.get("MODEL_HEADERS")):
    flags = folder_flags(model["name"], folder)
    if package := model.get("package"):
        found = subprocess.run(["pkg-config", "--cflags", package], capture_output=True, text=True)
        flags += found.stdout.split() if found.returncode == 0 else []
    return flags


def is_installed(model, flags):
    """A library counts as installed when the first header of its model is there."""
    header = model["headers"][0]
    text = f"#if !__has_include(<{header}>)\n#error not installed\n#endif\n"
    return ast_of(text, flags).returncode == 0


def includes(model):
    return "#define _GNU_SOURCE\n" + "".join(
        f'#line 1 "{header}"\n#include <{header}>\n' for header in model["headers"])


def records(model, flags):
    """How to write the type of each record: by its tag, or by the typedef's name."""
    lines = ast_of(includes(model), flags).stdout.splitlines()
    found = {match.group(1): match.group(1) for match in map(TYPEDEF.match, lines) if match}
    tags = {match.group(2): " ".join(match.groups()) for match in map(RECORD.match, lines) if match}
    return found | tags


def constant_probes(model):
    """Assertions whose errors name the constant that is wrong."""
    for name, value in model.get("constants", {}).items():
        yield f'#line 1 "{name}"\n_Static_assert((long)({name}) == {value}, "is not {value}");\n'


def field_probes(problems, model, flags):
    """Functions of the fields' types, whose errors name the field that is wrong."""
    known = records(model, flags) if model.get("fields") else {}
    for name in model.get("fields", {}):
        record, field = name.split(".")
        if record not in known:
            problems.add(model["name"], name, "there is no such record in the headers")
            continue
        place = f"(({known[record]} *)0)->{field}"
        yield f'#line 1 "{name}"\nextern __typeof__(*{place}) {probe_of(name)};\n'


def probe_of(field):
    """The function of the generated unit that has the type of the field."""
    return "field__" + field.replace(".", "__")


def declarations(tree):
    """Name -> (type, number of parameters) of all functions in the dump of a tree."""
    found, current = {}, None
    for line in tree.splitlines():
        if match := FUNCTION.match(line):
            name, written, meant = match.groups()
            current = name
            found[name] = [meant if meant and written.startswith("typeof") else written, 0]
        elif current and re.match(r"\| [|`]-ParmVarDecl ", line):
            found[current][1] += 1
        elif line.startswith("|-"):
            current = None
    return found


def check_outcomes(add, signature, name, role, keys):
    returned = signature.split("(", 1)[0].strip()
    when = keys.get("when", "always")
    if returned == "void" and when not in ("always", "maybe"):
        add(f"{role}: '{when}' of a function that returns nothing")
    if when in POINTER_OUTCOMES and returned in INTEGERS:
        add(f"{role}: '{when}' of {signature}")
    # MAP_FAILED is -1: the one pointer whose sign tells success.
    if when in SIGNED_OUTCOMES and returned.endswith("*") and name != "mmap":
        add(f"{role}: '{when}' of {signature}")
    if role == "acquires" and keys.get("via", "return") == "return" and returned == "void":
        add(f"{role}: nothing is returned")


def last_argument(keys):
    """The largest number of an argument that a role names, 0 for none."""
    numbers = [keys[key] for key in ("arg", "entry", "data", "owner", "sql") if key in keys]
    numbers += [int(keys[key].rpartition(":")[2]) for key in ("via", "handle")
                if ":" in keys.get(key, "")]
    return max(numbers + [test["arg"] for test in keys.get("unless", [])], default=0)


def check_entry(problems, model, entries, name, declared):
    def add(text):
        problems.add(model["name"], name, text)

    entry = entries[name]
    found = declared.get(probe_of(name) if "." in name else name)
    if not found and name.startswith("__builtin_"):
        return None  # the compiler's own needs no declaration
    if not found:
        # The error of the declaration that tries a field has named it already.
        return None if "." in name else add("is not declared in the headers")
    signature, count = found
    source = entries[entry["same-as"]] if "same-as" in entry else entry
    said = entry.get("parameters", source.get("parameters"))
    if said is not None and said != count:
        add(f"has {count} parameters, the model says {said}")
    variadic = signature.endswith("...)")
    if entry.get("variadic", False) != variadic:
        add(f"variadic is {variadic} in the headers")
    for role, keys in roles_of(entries, entry):
        if last_argument(keys) > count and not variadic:
            add(f"{role}: names argument {last_argument(keys)} of {count}")
        check_outcomes(add, signature, name, role, keys)


def check_model(problems, model, flags):
    """Holds one model against the headers. False if the library is not installed."""
    if not is_installed(model, flags):
        return False
    probes = [*constant_probes(model), *field_probes(problems, model, flags)]
    # The dump marks the last declaration in another way, so that is none of the headers.
    run = ast_of(includes(model) + "".join(probes) + "extern int end_of_headers;\n", flags)
    for line in run.stderr.splitlines():
        if match := MESSAGE.match(line):
            problems.add(model["name"], *match.groups())
    declared = declarations(run.stdout)
    for section in ("functions", "fields"):
        entries = model.get(section, {})
        for name in entries:
            check_entry(problems, model, entries, name, declared)
    return True


def chosen(words):
    """The models that the command line names: all, or some by name, or files."""
    files = [json.loads(Path(word).read_text()) for word in words if word.endswith(".json")]
    return files + [model for model in bundled() if not words or model["name"] in words]


def main():
    problems, checked, skipped = Problems(), [], []
    for model in chosen(sys.argv[1:]):
        if "functions" in model or "fields" in model:
            installed = check_model(problems, model, flags_of(model))
            (checked if installed else skipped).append(model["name"])
    for line in problems.lines:
        print(line)
    print(f"against headers: {', '.join(checked) or 'none'}; {len(problems.lines)} problems")
    if skipped:
        print(f"skipped, headers not installed: {', '.join(skipped)}")
    return 1 if problems.lines or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
