"""Rules and their findings in tests."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

from lintkit.declared.load import load_declared_rule
from lintkit.kinds.registry import FILE_KIND
from lintkit.model import Finding, SourceFile
from lintkit.rule.definition import Rule, RuleContext
from lintkit.run.file import FileResult, Task, check_file

COMMON = {
    "summary": "something is wrong",
    "why": "Because it breaks in production.",
    "severity": "warning",
    "message": "`{value}` is wrong",
    "examples": [{"bad": "a: 1  # <-- here\n"}, {"good": "a: 2\n"}],
}


def load(folder: Path, **keys: Any) -> Rule:
    """The rule with these keys, and whatever else a rule needs."""
    file = folder / "rule.yaml"
    data = {**COMMON, **{key.replace("_", "-"): value for key, value in keys.items()}}
    file.write_text(json.dumps(data, indent=1), encoding="utf-8")
    return load_declared_rule(file, "team/rule")


def check(rule: Rule, text: str, path: str = "", *, strict: bool = True, **options: Any) -> FileResult:
    """What the rule says of a file of its kind."""
    kind = rule.meta.kinds[0]
    defaults = {name: declared["default"] for name, declared in rule.meta.options.items()}
    context = RuleContext(rule.meta, {**defaults, **options}, strict=strict)
    source = SourceFile(path or FILE_KIND[kind].usual_name, kind, text.encode("utf-8", "surrogatepass"))
    return check_file(source, [Task(rule, context)], facts=False)


def findings(rule: Rule, text: str, **options: Any) -> tuple[Finding, ...]:
    """The findings in a text, which is dedented."""
    return check(rule, dedent(text), **options).findings


def shown(text: str, finding: Finding) -> str:
    """What stands at the primary location."""
    span = finding.primary.span
    return dedent(text)[span.start : span.end]
