"""Small SARIF logs."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote


def place(path: str, line: int, end_line: int = 0, context: dict[int, str] | None = None) -> dict[str, Any]:
    """A physical location; `context` is what the log shows of whole lines around it, which follow each other."""
    physical: dict[str, Any] = {
        "artifactLocation": {"uri": quote(path)},
        "region": {"startLine": line, "endLine": end_line or line},
    }
    if context:
        physical["contextRegion"] = {
            "startLine": min(context),
            "endLine": max(context),
            "snippet": {"text": "\n".join(context[number] for number in sorted(context))},
        }
    return physical


def result(
    path: str,
    line: int,
    message: str = "it is wrong",
    *,
    rule: str = "python/wrong",
    level: str = "warning",
    context: dict[int, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": message},
        "locations": [{"physicalLocation": place(path, line, context=context)}],
        **more,
    }


def log(*results: dict[str, Any]) -> dict[str, Any]:
    rule = {
        "id": "python/wrong",
        "shortDescription": {"text": "Something is wrong."},
        "fullDescription": {"text": "Something is wrong. It breaks at night."},
        "helpUri": "https://rules.example/wrong",
    }
    return {
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "lintkit", "rules": [rule]}}, "results": list(results)}],
    }
