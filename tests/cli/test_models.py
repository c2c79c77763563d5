#!/usr/bin/env python3
"""Proves the bundled models against the libraries' real headers.

Every function that a model names exists with as many parameters, constants have the values of the
headers, outcomes fit the returned type, kinds that are released are acquired somewhere and have
words. A library whose headers are not installed is skipped, and counted.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path(os.environ.get("SOURCE", Path(__file__).resolve().parents[2]))
CLANG = os.environ.get("CLANG", "clang-19")
POINTER_OUTCOMES = {"null", "nonnull"}
SIGNED_OUTCOMES = {"negative", "nonnegative", "positive"}
INTEGERS = {"int", "unsigned int", "long", "size_t", "ssize_t", "gboolean", "gint", "guint", "gssize",
            "gsize", "CURLcode", "CURLMcode", "CURLUcode", "CURLSHcode", "int64_t"}
problems = []


def problem(model, name, text):
    problems.append(f"{model}: {name}: {text}")


def roles_of(functions, entry):
    """The (role, object) pairs of an entry, arrays and same-as resolved."""
    entry = functions[entry["same-as"]] if "same-as" in entry else entry
    for role, value in entry.items():
        if role in ("parameters", "variadic", "about"):
            continue
        for one in value if isinstance(value, list) else [value]:
            yield role, {} if one is True else one


def compiler_flags(model):
    package = model.get("package")
    if not package:
        return []
    found = subprocess.run(["pkg-config", "--cflags", package], capture_output=True, text=True)
    return found.stdout.split() if found.returncode == 0 else []


def declarations(name, headers, flags, lines):
    """Name -> (type, parameter count) of all functions in the headers; None if one is missing."""
    text = "#define _GNU_SOURCE\n"
    text += "".join(f"#include <{header}>\n" for header in headers)
    text += "".join(line + "\n" for line in lines)
    text += "extern int end_of_headers;\n"
    dump = subprocess.run(
        [CLANG, *flags, "-x", "c", "-fsyntax-only", "-fno-color-diagnostics", "-Xclang",
         "-ast-dump", "-"], input=text, capture_output=True, text=True)
    if "file not found" in dump.stderr:
        return None
    for line in dump.stderr.splitlines():
        if "error:" in line:
            problem(name, "headers", line)
    function = re.compile(r"\|-FunctionDecl .*? (\w+) '([^']*)'(?::'[^']*')?(?: \w+)*$")
    found, current = {}, None
    for line in dump.stdout.splitlines():
        if match := function.match(line):
            current = match.group(1)
            found[current] = [match.group(2), 0]
        elif current and re.match(r"\| [|`]-ParmVarDecl ", line):
            found[current][1] += 1
        elif line.startswith("|-"):
            current = None
    return found


def returned_type(signature):
    return signature.split("(", 1)[0].strip()


def check_function(model, functions, name, entry, declared):
    if name not in declared:
        return problem(model["name"], name, "is not declared in the headers")
    signature, count = declared[name]
    source = functions[entry["same-as"]] if "same-as" in entry else entry
    said = entry.get("parameters", source.get("parameters"))
    if said != count:
        problem(model["name"], name, f"has {count} parameters, the model says {said}")
    variadic = signature.endswith("...)")
    if entry.get("variadic", False) != variadic:
        problem(model["name"], name, f"variadic is {variadic} in the headers")
    returned = returned_type(signature)
    for role, keys in roles_of(functions, entry):
        when = keys.get("when", "always")
        if returned == "void" and when not in ("always", "maybe"):
            problem(model["name"], name, f"{role}: '{when}' of a function that returns nothing")
        if when in POINTER_OUTCOMES and returned in INTEGERS:
            problem(model["name"], name, f"{role}: '{when}' of {signature}")
        # MAP_FAILED is -1: the one pointer whose sign tells success.
        if when in SIGNED_OUTCOMES and returned.endswith("*") and name != "mmap":
            problem(model["name"], name, f"{role}: '{when}' of {signature}")
        if role == "acquires" and keys.get("via", "return") == "return" and returned == "void":
            problem(model["name"], name, f"{role}: nothing is returned")


def check_headers(model):
    """True if the library is installed."""
    asserts = [f'_Static_assert((long)({key}) == {value}, "{key}");'
               for key, value in model.get("constants", {}).items()]
    declared = declarations(model["name"], model["headers"], compiler_flags(model), asserts)
    if declared is None:
        return False
    for name, entry in model["functions"].items():
        check_function(model, model["functions"], name, entry, declared)
    return True


def check_kinds(models):
    acquired, released, words = set(), {}, {}
    for model in models:
        for kind, said in model.get("kinds", {}).items():
            if kind in words:
                problem(model["name"], kind, "another model has a kind of that name")
            words[kind] = said
        functions = model.get("functions", {})
        for name, entry in functions.items():
            for role, keys in roles_of(functions, entry):
                if role == "acquires":
                    acquired.add(keys["kind"])
                    released.setdefault(keys["kind"], set())
                elif role == "releases":
                    released.setdefault(keys["kind"], set()).add(name)
    for kind, roles in annotated_kinds().items():
        if "acquires" in roles:
            acquired.add(kind)
        if "releases" in roles:
            released.setdefault(kind, set()).add("the runtime")
    for kind, by in sorted(released.items()):
        if kind not in acquired:
            problem("kinds", kind, f"is released by {', '.join(sorted(by))} and acquired nowhere")
        if not by:
            problem("kinds", kind, "is acquired and released nowhere")
        if {"noun", "release"} - set(words.get(kind, {})):
            problem("kinds", kind, "lacks a noun or the name of what releases it")
    return len(released)


def annotated_kinds():
    """Kind -> roles that name it, from the annotations in the runtime's headers."""
    dump = subprocess.run(
        [CLANG, "-I", SOURCE / "runtime/include", "-x", "c", "-fsyntax-only",
         "-fno-color-diagnostics", "-Xclang", "-ast-dump", "-"],
        input="#include <aglet/aglet.h>\n", capture_output=True, text=True)
    kinds = {}
    for text in re.findall(r'"aglet:([^"]*)"', dump.stdout):
        if match := re.match(r"(acquires|releases)\(kind=([\w-]+)", re.sub(r"\s", "", text)):
            kinds.setdefault(match.group(2), set()).add(match.group(1))
    return kinds


def check_unique(models):
    owner = {}
    for model in models:
        for name in model.get("functions", {}):
            if name in owner:
                problem(model["name"], name, f"is described by {owner[name]}, too")
            owner[name] = model["name"]
    return len(owner)


def vocabulary():
    """roles.def as {role: keys}."""
    text = (SOURCE / "analyzer/models/roles.def").read_text()
    return {name: {key.lower() for key in re.findall(r"KEY_(\w+)", keys)}
            for name, keys in re.findall(r'^ROLE\(\w+, "([\w-]+)", (.*)\)$', text, re.M)}


def check_schema():
    schema = json.loads((SOURCE / "docs/model.schema.json").read_text())
    roles = vocabulary()
    described = schema["$defs"]["function"]["properties"]
    fixed = {"parameters", "variadic", "same-as", "about"}
    if set(described) != set(roles) | fixed:
        problem("schema", "function", f"differs from roles.def: {set(described) ^ (set(roles) | fixed)}")
    for role, keys in roles.items():
        reference = described.get(role, {}).get("$ref", "").rpartition("/")[2]
        if not keys:
            if reference != "plain":
                problem("schema", role, "takes no keys")
            continue
        one = schema["$defs"].get(f"{role}-keys", {})
        if set(one.get("properties", {})) != keys or one.get("additionalProperties") is not False:
            problem("schema", role, f"its keys differ from roles.def: {sorted(keys)}")
    try:
        import jsonschema
    except ImportError:
        print("python3-jsonschema is not installed: the models are not held against the schema")
        return
    for path in sorted((SOURCE / "rules/models").glob("*.json")):
        for error in jsonschema.Draft202012Validator(schema).iter_errors(
                json.loads(path.read_text())):
            problem(path.name, error.json_path, error.message[:200])


def check_document():
    text = (SOURCE / "docs/models.md").read_text()
    for role, keys in vocabulary().items():
        if f"`{role}`" not in text:
            problem("docs/models.md", role, "is not described")


def main():
    models = [json.loads(path.read_text())
              for path in sorted((SOURCE / "rules/models").glob("*.json"))]
    checked, skipped = [], []
    for model in models:
        if "functions" in model:
            (checked if check_headers(model) else skipped).append(model["name"])
    functions, kinds = check_unique(models), check_kinds(models)
    check_schema()
    check_document()
    for line in problems:
        print(line)
    print(f"{len(models)} models, {functions} functions, {kinds} kinds, {len(problems)} problems")
    print(f"against headers: {', '.join(checked)}")
    if skipped:
        print(f"skipped {len(skipped)}, headers not installed: {', '.join(skipped)}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
