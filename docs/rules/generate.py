#!/usr/bin/env python3
"""Writes what is told of the rules in more than one place, from the rules themselves.

    docs/rules/generate.py            writes the pages beside this script (an index, a page a rule),
                                      and the rules' names into the JSON schemas
    docs/rules/generate.py --check    writes nothing; fails if one of these is stale or missing, or if
                                      rules.def, a rule's code, its document, its fixtures, the table
                                      of README.md and elsewhere.md do not name the same rules

A rule is its line in rules/rules.def, rules/NAME.c, rules/NAME.md and fixtures/NAME/.
"""
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
TIERS = {"RULE_CORE": ("core", "error, on by default"), "RULE_DEFAULT": ("default", "warning, on by default"),
         "RULE_OPT_IN": ("opt-in", "warning, off until asked for")}


class Rule:
    """What a rule says of itself. A ValueError tells what is missing."""

    def __init__(self, identifier, name):
        self.name = name
        code = self.read(SOURCE / f"rules/{name}.c")
        told = re.search(rf'const struct rule rule_{identifier} = {{(.*?)\n}};', code, re.DOTALL)
        if not told or f'.name = "{name}"' not in told.group(1):
            raise ValueError(f"rules/{name}.c: does not define rule_{identifier} of that name")
        self.tier, self.level = TIERS[re.search(r"\.tier = (\w+)", told.group(1)).group(1)]
        text = re.search(r'\.summary =\s*((?:"(?:[^"\\]|\\.)*"\s*)+),', told.group(1)).group(1)
        self.summary = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))
        self.document = self.read(SOURCE / f"rules/{name}.md")
        if not self.document.startswith(f"# {name}\n\nTier: {self.tier} "):
            raise ValueError(f"rules/{name}.md: does not begin with the rule's name and its tier, "
                             f"{self.tier}")
        self.programs = sorted((SOURCE / "fixtures" / name).glob("*_*"))

    @staticmethod
    def read(path):
        if not path.exists():
            raise ValueError(f"{path.relative_to(SOURCE)}: is missing")
        return path.read_text()


def rules():
    text = (SOURCE / "rules/rules.def").read_text()
    return [Rule(*words) for words in re.findall(r'^RULE\((\w+), "([\w-]+)"\)$', text, re.MULTILINE)]


def purpose(program):
    """What a fixture's first comment says of it, behind a colon; nothing if it has none."""
    files = sorted(program.glob("*.[ch]"), key=lambda file: file.name != "main.c")
    for file in files if program.is_dir() else [program]:
        if comment := re.match(r"(?://[^\n]*\n)*/\*(.*?)\*/", file.read_text(), re.DOTALL):
            words = (re.sub(r"^\s*\*", "", line).strip() for line in comment.group(1).splitlines())
            return ": " + " ".join(words).strip()
    return ""


def page(rule):
    """The rule's document, with the programs that prove it."""
    text = re.sub(r"\]\((?!https?:|#)", "](../../rules/", rule.document).rstrip("\n")
    lines = [text, "", "## Programs that prove it", ""]
    for kind, words in (("bad", "Where aglet finds what they do wrong:"),
                        ("good", "Where it finds nothing:")):
        lines += [words, ""]
        lines += [f"- [`{program.name}`](../../fixtures/{rule.name}/{program.name})"
                  f"{purpose(program)}"
                  for program in rule.programs if program.name.startswith(kind)]
        lines += [""]
    return "\n".join(lines).rstrip("\n") + "\n"


def index(all_rules):
    lines = ["# The rules", "", "Each rule's page tells what it finds, why that is bad and what to write instead; "
             "`aglet explain RULE` prints the same. [Elsewhere](elsewhere.md) compares them with those of other "
             "tools.", "", "| rule | tier | finds |", "|---|---|---|"]
    lines += [f"| [`{rule.name}`]({rule.name}.md) | {rule.tier} | {rule.summary} |" for rule in all_rules]
    lines += ["", "The tiers:", ""]
    lines += [f"- {tier}: {level}" for tier, level in TIERS.values()]
    return "\n".join(lines) + "\n"


def with_names(path, names):
    """The schema's text with the rules' names in its definition of a rule."""
    text = path.read_text()
    listed = ",\n".join(f'        "{name}"' for name in names)
    return re.sub(r'("rule-name": \{\s*"enum": \[).*?\]', lambda found: f"{found.group(1)}\n{listed}\n      ]", text,
                  flags=re.DOTALL)


def outputs(all_rules):
    """What should be in which file."""
    names = [rule.name for rule in all_rules]
    wanted = {HERE / f"{rule.name}.md": page(rule) for rule in all_rules}
    wanted[HERE / "index.md"] = index(all_rules)
    for name in ("report", "config"):
        schema = SOURCE / f"docs/{name}.schema.json"
        wanted[schema] = with_names(schema, names)
    return wanted


def table_problems(path, names):
    """How the first column of a file's table differs from the rules."""
    named = re.findall(r"^\| \[`([\w-]+)`\]\(", path.read_text(), re.MULTILINE)
    where = path.relative_to(SOURCE)
    return ([f"{where}: has no row for {name}" for name in names if name not in named] +
            [f"{where}: has a row for {name}, which is no rule" for name in named if name not in names] +
            ([f"{where}: its rows are not sorted, or one is there twice"] if named != sorted(set(named)) else []))


def check(all_rules):
    names = [rule.name for rule in all_rules]
    problems = [] if names == sorted(set(names)) else ["rules/rules.def: its lines are not sorted"]
    problems += table_problems(SOURCE / "README.md", names)
    problems += table_problems(HERE / "elsewhere.md", names)
    for kind, files in (("code", (SOURCE / "rules").glob("*.c")), ("document", (SOURCE / "rules").glob("*.md")),
                        ("fixtures", (path for path in (SOURCE / "fixtures").iterdir()
                                      if path.is_dir() and path.name != "apps"))):
        problems += [f"{file.relative_to(SOURCE)}: {kind} of a rule that rules.def does not name"
                     for file in sorted(files) if file.stem not in names + ["rules"]]
    wanted = outputs(all_rules)
    problems += [f"{path.relative_to(SOURCE)}: is stale; run docs/rules/generate.py"
                 for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    problems += [f"{path.relative_to(SOURCE)}: belongs to no rule; run docs/rules/generate.py"
                 for path in sorted(HERE.glob("*.md")) if path not in wanted and path.name != "elsewhere.md"]
    for name in ("report", "config"):
        schema = json.loads((SOURCE / f"docs/{name}.schema.json").read_text())
        if schema["$defs"]["rule-name"]["enum"] != names:
            problems.append(f"docs/{name}.schema.json: names other rules")
    return problems


def write(all_rules):
    wanted = outputs(all_rules)
    for path in HERE.glob("*.md"):
        if path not in wanted and path.name != "elsewhere.md":
            path.unlink()
    for path, text in wanted.items():
        path.write_text(text)


def main():
    try:
        all_rules = rules()
    except ValueError as error:
        sys.exit(str(error))
    if sys.argv[1:] == ["--check"]:
        problems = check(all_rules)
        print("\n".join(problems + [f"rules: {len(all_rules)}, {len(problems)} problems"]))
        return 1 if problems else 0
    if sys.argv[1:]:
        sys.exit(__doc__)
    write(all_rules)
    return 0


if __name__ == "__main__":
    sys.exit(main())
