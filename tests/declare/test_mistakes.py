"""Each mistake in a rule file is named with its line, its key, and what would be right."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lintkit.catalog.load import builtin_folder, load_rule, rule_files
from lintkit.declared.load import load_declared_rule
from lintkit.rule.definition import RuleError

GOOD = """\
summary: something is wrong
why: Because it breaks in production.
severity: warning
kind: compose
select: $.services.*
require:
  type: object
  required: [image]
message: "`{name}` is wrong"
examples:
  - bad: "services: {a: {}}  # <-- here"
  - good: "services: {a: {image: x}}"
"""


def load(folder: Path, text: str) -> None:
    file = folder / "rule.yaml"
    file.write_text(text, encoding="utf-8")
    load_declared_rule(file, "team/rule")


def test_the_rule_of_the_table_is_fine(tmp_path: Path) -> None:
    load(tmp_path, GOOD)


MISTAKES = [
    (
        "select: $.services.*",
        "select: $.services.*\nread: merged",
        6,
        "`read: merged` is for `kind: compose` with",
    ),
    ("select: $.services.*", "each: service\nread: merged\nwhen: {}", 7, "`when` looks at one file"),
    (
        "severity: warning",
        "severity: warning\npaths-ignore: [TEST]",
        4,
        "no set of paths `TEST`; did you mean `TESTS`?",
    ),
    ("require:", "where: {typ: object}\nrequire:", 6, "`where.typ`"),
    ("require:", "among: {tag: [a]}\nrequire:", 1, "has `require` and `among`"),
    (
        "require:\n  type: object\n  required: [image]",
        "among: {tag: [a]}",
        6,
        "asks for the word `tag`, which the rule has not",
    ),
    (
        "require:\n  type: object\n  required: [image]",
        "cases: [{forbid: {required: [a]}}, {}]",
        6,
        "needs exactly one of `require`, `forbid`, `among`",
    ),
    (
        "require:\n  type: object\n  required: [image]",
        "cases:\n  - forbid: {type: object, required: [a]}\n  - forbid: {type: objct}",
        8,
        "`cases.1.forbid.type`",
    ),
    (
        "require:\n  type: object\n  required: [image]",
        "cases:\n  - forbid: {type: object, required: [a]}\n  - forbid: {}",
        8,
        "`forbid` is satisfied by `{}`",
    ),
    (
        "require:\n  type: object\n  required: [image]",
        'cases:\n  - forbid: {const: 1}\n  - forbid: {const: 2}\n    message: "{tags} are wrong"',
        9,
        "names `{tags}`",
    ),
    (
        "require:\n  type: object\n  required: [image]",
        "cases:\n  - forbid: {const: 1}\n  - forbid: {const: 2}\n    words: {tag: {of: '$['}}",
        9,
        "`of` is no JSONPath",
    ),
    (
        "kind: compose\nselect: $.services.*",
        "kind: kubernetes\neach: reference\nwhen: {}",
        6,
        "looks at all of them",
    ),
    ("select: $.services.*", "each: service\nread: merged\nwhere: {}", 7, "`where` looks at one file"),
    ("require:", "words: {tag: {of: '$.image['}}\nrequire:", 6, "`of` is no JSONPath"),
    ("require:", "words: {tag: {}}\nrequire:", 6, "lacks `of`"),
    ("require:", "words: {name: {of: $.image}}\nrequire:", 6, "every message has the word `name`"),
    ("`{name}` is wrong", "`{tags}` is wrong", 9, "names `{tags}`, which nothing fills in"),
    ("require:", "requires:", 6, "unknown key `requires`; did you mean `require`?"),
    ("require:", "environment: production\nrequire:", 6, "nothing says what `kind: compose` is for"),
    ("require:", "environment: test\nrequire:", 6, "`environment` can only be `production`"),
    ("require:", "text: {not: {patern: x}}\nrequire:", 6, "did you mean `pattern`"),
    ("require:", "strict-when: {typ: object}\nrequire:", 6, "`strict-when.typ`"),
    (
        "kind: compose\nselect: $.services.*",
        "kind: kubernetes\neach: reference\nstrict-when: {}",
        6,
        "`strict-when` is about one file",
    ),
    ("severity: warning", "level: warning", 3, "write `severity`"),
    ("severity: warning", "severity: warn", 3, "did you mean `warning`?"),
    ("severity: warning", "xyzzy: 1\nseverity: warning", 3, "known keys are"),
    ("kind: compose", "kind: composed", 4, "did you mean `compose`?"),
    ("kind: compose", "kind: python", 4, "has `match`"),
    ("summary: something is wrong", "summary: bad", 1, "`summary` must have at least 8 characters"),
    ("why: Because it breaks in production.", "why: [no]", 2, "`why` must be text"),
    ("why: Because it breaks in production.\n", "", 1, "the rule lacks `why`"),
    ("select: $.services.*", "select: $.services[", 5, "at character 12, after `$.services[`"),
    ("select: $.services.*", "select: services.web", 5, "begins with `$`"),
    ("select: $.services.*", "select: '$[?match(@.a, \"x\")]'", 5, "`pattern`"),
    ("select: $.services.*", "each: stage", 5, "it is for `dockerfile`"),
    ("select: $.services.*", "each: pods", 5, "did you mean `pod`?"),
    ("select: $.services.*", "select: $\neach: service", 1, "`select` and `each`"),
    ("select: $.services.*\n", "", 1, "has none"),
    ("  required: [image]", "  requird: [image]", 8, "did you mean `required`?"),
    ("  required: [image]", "  required: image", 8, "must be a list of names"),
    ("  required: [image]", "  minLength: -1", 8, "not below 0"),
    ("  required: [image]", "  properties: {image: string}", 8, "names to schemas"),
    ("  required: [image]", "  anyOf: []", 8, "list of schemas"),
    ("  type: object", "  type: objct", 7, "did you mean `object`?"),
    ("  required: [image]", "  pattern: 'a(?!b)'", 8, "at character 2: lookahead"),
    ("  required: [image]", "  pattern: '(a'", 8, "never closed"),
    ("  required: [image]", "  properties:\n    image:\n      pattern: '[b-a]'", 10, "range"),
    ("  required: [image]", "  patternProperties:\n    'a++': {}", 9, "possessive"),
    ("  required: [image]", "  $ref: https://example.com/schema.json", 8, "same schema"),
    ("  required: [image]", "  $ref: '#/$defs/imge'\n  $defs: {image: {}}", 8, "no such one"),
    ("  required: [image]", "  $ref: '#'", 6, "without end"),
    ("  required: [image]", "  format: uri", 8, "say it with `pattern`"),
    ("  required: [image]", "  unevaluatedProperties: false", 8, "additionalProperties"),
    (
        "  required: [image]",
        "  enum: {$option: allowd}\noptions: {allowed: {default: [a]}}",
        8,
        "did you mean `allowed`?",
    ),
    ("require:\n  type: object\n  required: [image]", "forbid: {minProperties: 0}", 6, "satisfied by `{}`"),
    ("require:\n  type: object\n  required: [image]", "forbid: {required: [a]}", 6, "add `type: object`"),
    (
        "require:\n  type: object\n  required: [image]",
        "forbid: {type: object, required: [a]}\nrequire: {}",
        1,
        "`require` and `forbid`",
    ),
    (
        "require:\n  type: object\n  required: [image]\n",
        "",
        1,
        "exactly one of `require`, `forbid`, `relate`, `among` and",
    ),
    ("require:\n  type: object\n  required: [image]", "relate: {is: subset, of: '$..'}", 6, "no JSONPath"),
    ("require:\n  type: object\n  required: [image]", "relate: {is: part, of: '$'}", 6, "must be one of"),
    ("require:\n  type: object\n  required: [image]", "relate: {of: '$'}", 6, "lacks `is`"),
    ("`{name}`", "`{nmae}`", 9, "did you mean `{name}`?"),
    ("examples:", "tags: [cwe_798]\nexamples:", 10, "written `CWE-798`"),
    ("examples:", "tags:\n  - security\n  - CWE-x\nexamples:", 12, "written `CWE-798`"),
    ("examples:", "tags: [Security Thing]\nexamples:", 10, "lower-case"),
    ("examples:", "equivalents: [hadolint]\nexamples:", 10, "hadolint:DL3007"),
    ("examples:", "packs: [a, a]\nexamples:", 10, "twice"),
    ("examples:", "options: {limit: {type: integer}}\nexamples:", 10, "with a `default`"),
    ("examples:", "options:\n  limit:\n    type: integer\n    default: many\nexamples:", 13, "does not fit"),
    ("examples:", "fix: {title: repair it}\nexamples:", 10, "exactly one of `set`"),
    ("examples:", "fix: {title: repair it, keyword: {a: b}}\nexamples:", 10, "Python code"),
    ("examples:", "fix: {title: repair it, sett: 1}\nexamples:", 10, "did you mean `set`?"),
    (
        "examples:",
        "fix:\n  title: repair it\n  replace:\n    pattern: (a)\n    with: $2\nexamples:",
        14,
        "`$2`",
    ),
    (
        "examples:",
        "fix:\n  title: repair it\n  replace:\n    pattern: '(?=a)'\n    with: b\nexamples:",
        13,
        "lookahead",
    ),
    (
        "kind: compose\nselect: $.services.*\nrequire:\n  type: object\n  required: [image]\n",
        "kind: compose\nselect: $.services.*\nrequire:\n  required: [image]\nfix:\n  title: x\n  set: {image: a}\n",
        10,
        "only `insert` can add",
    ),
    (
        "examples:",
        "fix:\n  title: x\n  insert: {build: .}\nexamples:",
        12,
        "none of the keys that `require` asks for",
    ),
    (
        "require:\n  type: object\n  required: [image]\n",
        "forbid: {const: a}\nfix:\n  title: x\n  insert: {a: 1}\n",
        9,
        "asks for none with `required`",
    ),
    (
        "kind: compose\nselect: $.services.*\nrequire:\n  type: object\n  required: [image]\n",
        "kind: dotenv\nselect: $.entries[*].value\nforbid: {const: a}\nfix:\n  title: x\n  set: [a]\n",
        9,
        "write a text or a whole number",
    ),
    (
        "kind: compose\nselect: $.services.*\nrequire:\n  type: object\n  required: [image]\n",
        "kind: dockerfile\nselect: $.instructions[*].value\nforbid: {const: a}\nfix:\n  title: x\n  set: 'a#b'\n",
        9,
        "on one line and without quotes",
    ),
    ("  - good:", "  - goood:", 12, "did you mean `good`?"),
    ("- good: ", "- bad: x\n    good: ", 12, "exactly one of `bad`, `good`"),
    ("- good: ", "- options: {nothing: 1}\n    good: ", 12, "no option `nothing`"),
    ("severity: warning", "severity: warning\nseverity: error", 4, "line 3"),
    ("kind: compose", "kind: [compose", 5, ""),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), MISTAKES, ids=[f"{m[1][:30]}" for m in MISTAKES])
def test_mistake(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in GOOD
    with pytest.raises(RuleError) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert words in caught.value.message
    assert caught.value.line == line
    assert caught.value.path.endswith("rule.yaml")


def test_a_huge_schema_is_refused(tmp_path: Path) -> None:
    values = ", ".join(map(str, range(6_000)))
    with pytest.raises(RuleError, match="5,000 values"):
        load(tmp_path, GOOD.replace("  required: [image]", f"  enum: [{values}]"))


def test_an_option_of_prefixes_is_a_list(tmp_path: Path) -> None:
    text = GOOD.replace("  required: [image]", "  pattern: {$option: a, as: prefixes}")
    with pytest.raises(RuleError, match="no list of strings"):
        load(tmp_path, text.replace("examples:", "options: {a: {default: 1}}\nexamples:"))
    load(tmp_path, text.replace("examples:", "options: {a: {default: [x]}}\nexamples:"))


def test_a_rule_file_is_one_mapping(tmp_path: Path) -> None:
    for text in ("[]\n", "", dedent(GOOD) + "---\n" + GOOD, "\0"):
        with pytest.raises(RuleError):
            load(tmp_path, text)


@pytest.mark.parametrize(
    "file",
    [file for file in rule_files(builtin_folder()) if file.suffix != ".py"],
    ids=lambda file: f"{file.parent.name}/{file.stem}",
)
def test_the_built_in_rules_are_without_mistakes(file: Path) -> None:
    """They are not looked for when lintkit starts."""
    load_rule(file, builtin_folder())
