"""The catalogue of rules: as a table for people, as JSON for programs, as Markdown for documentation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TextIO

from lintkit.model import RuleMeta
from lintkit.report.json_lines import array
from lintkit.report.printable import printable
from lintkit.report.rule_page import rule_table
from lintkit.report.summary import counted

VERSION = 1


RulesFormat = Literal["text", "json", "markdown"]


def render_rules(rules: Sequence[RuleMeta], stream: TextIO, format: RulesFormat = "text") -> None:
    """Write the rules in their order.

    Markdown is a table; JSON is `{"version": 1, "rules": [...]}`, one line for each rule, with the fields of `entry`.
    Raises ValueError for another format.
    """
    if format == "json":
        stream.write(
            f'{{\n  "version": {VERSION},\n  "rules": {"".join(array(map(entry, rules), "    "))}\n}}\n'
        )
    elif format == "text":
        stream.write(_table(rules))
    elif format == "markdown":
        stream.write(rule_table(rules))
    else:
        raise ValueError(f"rules are written as markdown, text or json, not as {format!r}")


def entry(rule: RuleMeta) -> dict[str, Any]:
    """What the JSON says of one rule."""
    return {
        "id": rule.id,
        "summary": rule.summary,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "scope": rule.scope,
        "kinds": list(rule.kinds),
        "tags": list(rule.tags),
        "equivalents": list(rule.equivalents),
        "packs": list(rule.packs),
        "options": dict(rule.options),
        "fixable": rule.fixable,
    }


def _table(rules: Sequence[RuleMeta]) -> str:
    if not rules:
        return "No rules.\n"
    names = [printable(rule.id) for rule in rules]
    longest = max(map(len, names))
    lines = [
        f"{name:{longest}}  {rule.severity:7}  {'fix' if rule.fixable else '   '}  {printable(rule.summary)}"
        for name, rule in zip(names, rules, strict=True)
    ]
    return "\n".join([*lines, "", counted(len(rules), "rule"), ""])
