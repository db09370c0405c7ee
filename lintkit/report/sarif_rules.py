"""A rule as a SARIF reporting descriptor, with all that code scanning shows of it."""

from __future__ import annotations

import re
from typing import Any

from lintkit.model import Confidence, RuleMeta, Severity
from lintkit.report.markdown import sentence
from lintkit.report.options import Languages
from lintkit.report.rule_page import rule_help
from lintkit.report.sarif_cwe import weakness

INFORMATION_URI = "https://github.com/lintkit-policy/lintkit"
HELP_URI = f"{INFORMATION_URI}#what-it-finds"

MESSAGE_ID = "default"
"""The one message string of a rule; its argument 0 is the message of the finding."""

TEXT_LIMIT = 1024
"""Code points of `shortDescription` and `fullDescription` that code scanning takes."""

TAG_LIMIT = 20
"""Tags of one rule that code scanning takes."""

_SECURITY_SEVERITY = "security-severity:"
_PROBLEM: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "recommendation"}
_PRECISION: dict[Confidence, str] = {"high": "high", "medium": "medium", "low": "low"}
_SCORE: dict[Severity, str] = {"error": "8.0", "warning": "5.5", "note": "3.0"}


def descriptor(rule: RuleMeta, language: Languages) -> dict[str, Any]:
    """The `reportingDescriptor` of a rule."""
    return {
        "id": rule.id,
        "name": pascal_case(rule.id),
        "shortDescription": {"text": _cut(sentence(rule.summary))},
        "fullDescription": {"text": _cut(f"{sentence(rule.summary)} {_plain(rule.why)}")},
        "messageStrings": {MESSAGE_ID: {"text": _message_string(rule.summary)}},
        "defaultConfiguration": {"level": rule.severity},
        "help": {"text": _help_text(rule), "markdown": rule_help(rule, language)},
        "helpUri": HELP_URI,
        "properties": _properties(rule),
    }


def pascal_case(rule_id: str) -> str:
    """`compose/image-tag-mutable` -> `ComposeImageTagMutable`."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^0-9A-Za-z]+", rule_id))[:255]


def _message_string(summary: str) -> str:
    escaped = sentence(summary).rstrip(".!?").replace("{", "{{").replace("}", "}}")
    return f"{escaped}: '{{0}}'."


def _properties(rule: RuleMeta) -> dict[str, Any]:
    tags = []
    score = _SCORE[rule.severity]
    for tag in rule.tags:
        number = weakness(tag)
        if tag.startswith(_SECURITY_SEVERITY):
            score = tag.removeprefix(_SECURITY_SEVERITY)
        elif number is not None:
            tags.append(f"external/cwe/cwe-{number:03}")
        else:
            tags.append(tag)
    properties: dict[str, Any] = {
        "tags": sorted(set(tags))[:TAG_LIMIT],
        "precision": _PRECISION[rule.confidence],
        "problem.severity": _PROBLEM[rule.severity],
    }
    # Its presence alone makes a rule a security rule in code scanning.
    if "security" in rule.tags:
        properties["security-severity"] = score
    return properties


def _help_text(rule: RuleMeta) -> str:
    parts = [sentence(rule.summary), f"Why: {rule.why.strip()}", f"What to do: {rule.remedy.strip()}"]
    return "\n\n".join(parts)


def _plain(markdown: str) -> str:
    return " ".join(markdown.split())


def _cut(text: str) -> str:
    if len(text) <= TEXT_LIMIT:
        return text
    return text[: TEXT_LIMIT - 1].rsplit(" ", 1)[0] + "…"
