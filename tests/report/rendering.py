"""Rendering for tests."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

from lintkit.kinds.recognise import language_of
from lintkit.model import Finding, Location, Report, Severity, Span
from lintkit.report.formats import renderer
from lintkit.report.options import RenderOptions


def rendered(report: Report, format: str, options: RenderOptions | None = None) -> str:
    """The report in a format."""
    stream = io.StringIO()
    renderer(format)(report, stream, replace(options or RenderOptions(width=80), language=language_of))
    return stream.getvalue()


def sarif_run(report: Report, options: RenderOptions | None = None) -> dict[str, Any]:
    """The one run of the SARIF log."""
    run: dict[str, Any] = json.loads(rendered(report, "sarif", options))["runs"][0]
    return run


def finding(span: Span, message: str = "wrong", severity: Severity = "error", *others: Location) -> Finding:
    """A finding of the rule `a/rule`."""
    return Finding("a/rule", message, (Location(span), *others), subject="subject", severity=severity)


def report(text: str, start: int = 0, end: int = 0, path: str = "a.yaml", message: str = "wrong") -> Report:
    """A report with one finding in one file."""
    return Report((finding(Span(path, start, end), message),), (), {path: text}, files_checked=1)
