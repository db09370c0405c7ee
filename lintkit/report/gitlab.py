"""GitLab's Code Quality report: one JSON array, whose fingerprints tell findings of two reports apart."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any, TextIO

from lintkit.model import Finding, Report, Severity
from lintkit.report.json_lines import array
from lintkit.report.options import RenderOptions
from lintkit.report.printable import shortened
from lintkit.report.same_secret import message_of
from lintkit.report.sources import Sources

MESSAGE_LIMIT = 1_000
"""Code points of a message."""

_SEVERITIES: dict[Severity, str] = {"error": "major", "warning": "minor", "note": "info"}


def render(report: Report, stream: TextIO, options: RenderOptions) -> None:
    """Write the findings as one array, one line each."""
    stream.writelines(array(_issues(report), "  "))
    stream.write("\n")


def _issues(report: Report) -> Iterator[dict[str, Any]]:
    sources = Sources(report)
    seen: Counter[str] = Counter()
    for finding in report.findings:
        region = sources.region(finding.primary.span)
        print_ = _fingerprint(finding)
        seen[print_] += 1
        yield {
            "description": shortened(message_of(finding), MESSAGE_LIMIT),
            "check_name": finding.rule,
            # GitLab drops a report in which two are equal, so that a repeated one is counted.
            "fingerprint": print_ if seen[print_] == 1 else _hash(f"{print_}:{seen[print_]}"),
            "severity": _SEVERITIES[finding.severity],
            "location": {"path": finding.path, "lines": {"begin": region.line, "end": region.end_line}},
        }


def _fingerprint(finding: Finding) -> str:
    """lintkit's own fingerprint, which moved lines do not change."""
    stable = dict(finding.fingerprints).get("lintkit/v1")
    return stable or _hash("\0".join((finding.rule, finding.path, finding.subject)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
