"""The first text of a rule: complete enough to load, and with examples that fail until it is finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import indent

from lintkit.model import Kind


@dataclass(frozen=True, slots=True)
class Sample:
    """What a new rule of one kind looks at.

    select  the lines of a YAML rule that find something, which have `change_me` where the author has to write
    bad     an example, with a mark
    good    the nearest thing that is fine
    check   the body of a Python-coded rule's `check`, with `change_me` in it
    """

    select: str
    bad: str
    good: str
    check: str


_JSONPATH = "# What is looked at, as JSONPath (RFC 9535): {hint}.\n"
_FORBID = """\
# JSON Schema: what was selected and satisfies it is reported. `require:` reports what does not satisfy it.
"""


def _document(hint: str, path: str, schema: str) -> str:
    return f"{_JSONPATH.format(hint=hint)}select: {path}\n{_FORBID}forbid: {schema}\n"


def _check(loop: str) -> str:
    comment = "    # `document.data` is what the file says, `document.span(route)` is where it says so.\n"
    return f"{comment}{indent(loop, '    ')}\n"


def _mapping_check(top: str, key: str, message: str) -> str:
    return _check(
        f"""\
for name, value in document.data["{top}"].items():
    if isinstance(value, dict) and value.get("{key}") is True:
        span = document.span(("{top}", name, "{key}"))
        yield rule.finding(span, {message}, subject=name)""",
    )


def _items_check(items: str, field: str, value: str, message: str) -> str:
    return _check(
        f"""\
for index, item in enumerate(document.data["{items}"]):
    if item["{field}"] == "change_me":
        span = document.span(("{items}", index))
        yield rule.finding(span, {message}, subject=item["{value}"])""",
    )


_PLAIN = _check(
    """\
if isinstance(document.data, dict) and document.data.get("change_me") is True:
    yield rule.finding(document.span(("change_me",)), "the debug mode is on", subject="debug")""",
)

_IGNORE_BAD = "build/\n*.sql  # <-- here\n"
_IGNORE_GOOD = "build/\n/dumps/\n"

SAMPLES: Mapping[Kind, Sample] = {
    "compose": Sample(
        select=_document(
            "`$.services.*.privileged` finds the key in every service",
            "$.services.*.change_me",
            "{const: true}",
        ),
        bad="services:\n  web:\n    image: shop/web:1.4\n    privileged: true  # <-- here\n",
        good="services:\n  web:\n    image: shop/web:1.4\n",
        check=_mapping_check("services", "change_me", 'f"the service `{name}` is privileged"'),
    ),
    "kubernetes": Sample(
        select=_document(
            "`$.spec.hostNetwork` finds that key; `each: pod` finds pods of any workload",
            "$.spec.change_me",
            "{const: true}",
        ),
        bad="apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostNetwork: true  # <-- here\n"
        "  containers: [{name: web, image: shop/web:1.4}]\n",
        good="apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"
        "  containers: [{name: web, image: shop/web:1.4}]\n",
        check=_check(
            """\
if document.data["kind"] == "Pod" and document.data["spec"].get("change_me") is True:
    span = document.span(("spec", "change_me"))
    yield rule.finding(span, "the pod shares the node's network", subject="spec")""",
        ),
    ),
    "dockerfile": Sample(
        select=_document(
            "`$.instructions[?@.keyword == 'ADD']` finds every ADD",
            "$.instructions[?@.keyword == 'change_me']",
            "{type: object, required: [value]}",
        ),
        bad="FROM python:3.12-slim\nADD . /app  # <-- here\n",
        good="FROM python:3.12-slim\nCOPY . /app\n",
        check=_items_check("instructions", "keyword", "value", '"`ADD` does more than copy"'),
    ),
    "dotenv": Sample(
        select=_document(
            "`$.entries[?@.key == 'DEBUG']` finds that variable",
            "$.entries[?@.key == 'change_me']",
            "{type: object, properties: {value: {const: '1'}}, required: [value]}",
        ),
        bad="DEBUG=1  # <-- here\nLOG_LEVEL=info\n",
        good="DEBUG=0\nLOG_LEVEL=info\n",
        check=_check(
            """\
for index, entry in enumerate(document.data["entries"]):
    if entry["key"] == "change_me" and entry["value"] == "1":
        yield rule.finding(document.span(("entries", index)), "`DEBUG` is on", subject=entry["key"])""",
        ),
    ),
    "gitignore": Sample(
        select=_document(
            "`$.patterns[?@.pattern == '*.sql']` finds that line",
            "$.patterns[?@.pattern == 'change_me']",
            "{type: object, required: [pattern]}",
        ),
        bad=_IGNORE_BAD,
        good=_IGNORE_GOOD,
        check=_items_check("patterns", "pattern", "pattern", '"`*.sql` hides migrations"'),
    ),
    "dockerignore": Sample(
        select=_document(
            "`$.patterns[?@.pattern == '*.sql']` finds that line",
            "$.patterns[?@.pattern == 'change_me']",
            "{type: object, required: [pattern]}",
        ),
        bad=_IGNORE_BAD,
        good=_IGNORE_GOOD,
        check=_items_check("patterns", "pattern", "pattern", '"`*.sql` leaves migrations out of the image"'),
    ),
    "workflow": Sample(
        select=_document(
            "`$.jobs.*['continue-on-error']` finds the key in every job",
            "$.jobs.*.change_me",
            "{const: true}",
        ),
        bad="on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    continue-on-error: true  # <-- here\n"
        "    steps: [{run: make test}]\n",
        good="on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: [{run: make test}]\n",
        check=_mapping_check("jobs", "change_me", 'f"the job `{name}` may fail unseen"'),
    ),
    "yaml": Sample(
        select=_document("`$.debug` finds that key; `$..debug` at any depth", "$.change_me", "{const: true}"),
        bad="debug: true  # <-- here\nport: 8000\n",
        good="debug: false\nport: 8000\n",
        check=_PLAIN,
    ),
    "toml": Sample(
        select=_document("`$.debug` finds that key; `$..debug` at any depth", "$.change_me", "{const: true}"),
        bad="debug = true  # <-- here\nport = 8000\n",
        good="debug = false\nport = 8000\n",
        check=_PLAIN,
    ),
    "json": Sample(
        select=_document("`$.debug` finds that key; `$..debug` at any depth", "$.change_me", "{const: true}"),
        bad='{\n  "debug": true,  // <-- here\n  "port": 8000\n}\n',
        good='{\n  "debug": false,\n  "port": 8000\n}\n',
        check=_PLAIN,
    ),
    "python": Sample(
        select="""\
# Python code as it would be written, with `$NAME` for any expression and `...` for any arguments. Names are resolved
# through imports: `requests.get($URL, ...)` also finds `from requests import get as fetch; fetch(url)`.
match: change_me.get($URL, ...)
""",
        bad="import requests\n\nrequests.get(URL)  # <-- here\n",
        good="import httpx\n\nhttpx.get(URL)\n",
        check="""\
    # Called once for each node that `looks_at` finds; `match.node` is a libcst node, `file` knows names and spans.
    yield rule.finding(file.span(match.node), "`requests` waits for ever", subject=file.code(match.node))
""",
    ),
}
"""The kinds that `lintkit new` knows."""


def yaml_rule(kind: Kind, schema: str = "") -> str:
    """A rule file in YAML; `schema` is the path of its JSON Schema for editors, relative to the file."""
    sample = SAMPLES[kind]
    head = f"# yaml-language-server: $schema={schema}\n" if schema else ""
    return f"""\
{head}# The defect in a few words: lower case, no full stop.
summary: "TODO: what is wrong"
# What happens in production, and how; the reason why somebody should care.
why: |
  TODO: one or two sentences.
# What to do today.
remedy: "TODO: what to do instead"
severity: warning # error, warning or note
tags: [] # such as security or CWE-79; `lintkit check --select tag:security` uses them
packs: [recommended] # runs wherever this pack is selected, which is the default

kind: {kind}
{sample.select}# One line about the very value: what it does or lacks. {{value}}, {{key}} and {{name}} are filled in.
message: "TODO: `{{value}}` breaks something"

# The rule's tests and its documentation. A bad example marks each line that is reported; a good one shows the
# nearest thing that is fine. An example is the text of one file, or a mapping of paths to texts.
examples:
  - bad: |
{indent(sample.bad, "      ")}  - good: |
{indent(sample.good, "      ")}"""


def python_rule(kind: Kind) -> str:
    """A Python-coded rule."""
    sample = SAMPLES[kind]
    is_python = kind == "python"
    names = ["Document", "Finding", "RuleContext", "bad", "define", "good"]
    if is_python:
        names = ["Calls", "Finding", "Match", "PythonFile", "RuleContext", "bad", "define", "good"]
    looks_at = (
        """\
    # The nodes that `check` is called with; see lintkit.api for the other triggers. Names are resolved through imports.
    looks_at=(Calls(("change_me.get",)),),
"""
        if is_python
        else ""
    )
    arguments = (
        "match: Match, file: PythonFile, rule: RuleContext"
        if is_python
        else "document: Document, rule: RuleContext"
    )
    return f"""\
\"\"\"TODO: what is wrong.\"\"\"

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import {", ".join(names)}

RULE = define(
    # The defect in a few words: lower case, no full stop.
    summary="TODO: what is wrong",
    # What happens in production, and how; the reason why somebody should care.
    why="TODO: one or two sentences.",
    # What to do today.
    remedy="TODO: what to do instead.",
    severity="warning",
    kinds=("{kind}",),
{looks_at}    # The rule's tests and its documentation. A bad example marks each line that is reported; a good one shows
    # the nearest thing that is fine. An example is the text of one file, or a dict of paths and texts.
    examples=(
        bad(
            \"\"\"\\
{sample.bad}\"\"\"
        ),
        good(
            \"\"\"\\
{sample.good}\"\"\"
        ),
    ),
)


def check({arguments}) -> Iterator[Finding]:
    \"\"\"TODO: what is reported.\"\"\"
{sample.check}"""
