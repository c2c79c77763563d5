#!/usr/bin/env python3
"""Proves that the bundled models agree with each other, with the schema and with the document.

No function is described twice; kinds that are released are acquired somewhere and have words; the
schema knows the roles and keys of roles.def, and every role is described in docs/models.md.
"""
import json
import re
import sys

from model_files import SOURCE, Problems, ast_of, bundled, roles_of

problems = Problems()
problem = problems.add


def check_kinds(models):
    acquired, released, words, deferred = set(), {}, {}, set()
    for model in models:
        for kind, said in model.get("kinds", {}).items():
            if kind in words:
                problem(model["name"], kind, "another model has a kind of that name")
            words[kind] = said
        functions = model.get("functions", {})
        for name, entry in functions.items():
            roles = list(roles_of(functions, entry))
            defers = any(role == "defers" for role, _ in roles)
            for role, keys in roles:
                if role == "acquires":
                    deferred |= {keys["kind"]} if defers else set()
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
        # what is filled in and submitted is not released, nor what ends when it has run
        ends = "queue" in words.get(kind, {}) or kind in deferred
        if not by and not ends:
            problem("kinds", kind, "is acquired and released nowhere")
        if ({"noun"} if ends else {"noun", "release"}) - set(words.get(kind, {})):
            problem("kinds", kind, "lacks a noun or the name of what releases it")
    return len(released)


def annotated_kinds():
    """Kind -> roles that name it, from the annotations in the runtime's headers."""
    dump = ast_of("#include <aglet/aglet.h>\n", ["-I", SOURCE / "runtime/include"])
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
            for name, keys in re.findall(r'^ROLE\(\w+, "([\w-]+)",\s*([^)]*)\)$', text, re.M)}


def check_schema():
    schema = json.loads((SOURCE / "docs/model.schema.json").read_text())
    roles = vocabulary()
    described = schema["$defs"]["function"]["properties"]
    fixed = {"parameters", "variadic", "partial", "same-as", "about"}
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
    models = bundled()
    functions, kinds = check_unique(models), check_kinds(models)
    check_schema()
    check_document()
    for line in problems.lines:
        print(line)
    print(f"{len(models)} models, {functions} functions, {kinds} kinds, "
          f"{len(problems.lines)} problems")
    return 1 if problems.lines else 0


if __name__ == "__main__":
    sys.exit(main())
