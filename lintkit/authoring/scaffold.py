"""The first text of a rule: complete enough to load, and with examples that fail until it is finished."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import indent

from lintkit.kinds.kind import named
from lintkit.kinds.registry import FILE_KINDS
from lintkit.kinds.sample import Sample
from lintkit.model import Kind

SAMPLES: Mapping[Kind, Sample] = {kind.name: named(kind.sample) for kind in FILE_KINDS if kind.sample}
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


def project_rule() -> str:
    """A Python-coded rule that looks at the whole repository."""
    return '''\
"""TODO: what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Finding, Location, Project, RuleContext, bad, define, good

_APP = "import os\\n\\nTRACE = os.getenv('TRACE_SQL')\\n"
_IMAGE = 'FROM python:3.12-slim\\nWORKDIR /srv\\nCOPY app.py .\\nCMD ["python", "app.py"]\\n'
_COMPOSE = "services:\\n  shop:\\n    build: .\\n    environment:\\n      TRACE_SQL: 'all'"

RULE = define(
    # The defect in a few words: lower case, no full stop.
    summary="TODO: what is wrong",
    # What happens in production, and how; the reason why somebody should care.
    why="TODO: one or two sentences.",
    # What to do today.
    remedy="TODO: what to do instead.",
    severity="warning",
    # All files together: facts that are read from each of them, and the graph that joins these.
    scope="project",
    # The rule's tests and its documentation: each is the files of one repository. A bad example marks each line that is
    # reported; a good one shows the nearest thing that is fine.
    examples=(
        bad({"app.py": _APP, "Dockerfile": _IMAGE, "compose.production.yaml": f"{_COMPOSE}  # <-- here\\n"}),
        good({"app.py": _APP, "Dockerfile": _IMAGE, "compose.dev.yaml": f"{_COMPOSE}\\n"}, note="not production"),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """TODO: what is reported."""
    # A unit is what is deployed: a service, a container, a process. The page about rules in Python says what else
    # `project` answers: `project.facts(...)`, `project.paths`, who gives and who reads a variable.
    for unit in project.graph.units():
        if unit.environment != "production":
            continue
        for read in project.graph.reads(unit):
            if read.name != "change_me":
                continue
            for given in project.graph.providers(unit, read.name)[:1]:
                yield rule.finding(
                    given.span,
                    f"`{read.name}` is given to {unit.label}, which writes every query into the log",
                    subject=f"{unit.name} {read.name}",
                    related=(Location(read.span, "read here"),),
                )
'''


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
