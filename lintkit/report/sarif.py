"""SARIF 2.1.0 as code scanning accepts it, byte-identical for equal reports.

There is no time, no absolute path and no random identifier in it. Lines and columns count from 1, columns in
code points. Sources: the OASIS SARIF 2.1.0 specification, and GitHub's page on SARIF support for code scanning.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, TextIO

import lintkit
from lintkit.model import SEVERITIES, Finding, Notification, Report, RuleMeta, SuppressedFinding
from lintkit.report.json_lines import array, encode
from lintkit.report.markdown import sentence
from lintkit.report.options import RenderOptions
from lintkit.report.remote import public_uri
from lintkit.report.sarif_results import ROOT, Results, artifact_location
from lintkit.report.sarif_rules import HELP_URI, INFORMATION_URI, descriptor, pascal_case
from lintkit.report.sources import Sources

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

CATEGORY = "lintkit/"
"""`automationDetails.id`: what stands before the last `/` is the category of the upload."""

RESULT_LIMIT = 25_000
"""Results of one run above which code scanning rejects a file."""

SIZE_LIMIT = 10_000_000
"""Bytes of a gzipped file above which code scanning rejects it."""

# Repetitive JSON compresses at least this well, so that smaller reports need not be compressed to know.
_SURE_RATIO = 2

_CONFIGURATION_FILES = ("lintkit.toml", "pyproject.toml")
_NOTIFICATION_TEXTS = {
    "lintkit/rule-failed": "a rule failed on a file",
    "lintkit/skipped-file": "a file was not read",
    "lintkit/unparseable-file": "a file could not be parsed",
    "lintkit/results-left-out": "the report holds more than code scanning takes",
}


def render(report: Report, stream: TextIO, options: RenderOptions) -> None:
    """Write one SARIF log with one run, one line for each rule and each result."""
    suppressed = report.suppressed if options.show_suppressed else ()
    sources = Sources(report)
    total = len(report.findings) + len(suppressed)
    limit = RESULT_LIMIT
    while True:
        kept, kept_suppressed, left_out = _within(limit, report.findings, suppressed)
        text = _log(_with_notification(report, total, left_out), sources, kept, kept_suppressed)
        if _fits(text) or not kept:
            break
        limit = len(kept) // 2
    stream.write(text)


def _within(
    limit: int, findings: tuple[Finding, ...], suppressed: tuple[SuppressedFinding, ...]
) -> tuple[tuple[Finding, ...], tuple[SuppressedFinding, ...], int]:
    """The most severe findings up to `limit` in their order, suppressed ones only where there is room."""
    total = len(findings) + len(suppressed)
    if total <= limit:
        return findings, suppressed, 0
    by_severity = sorted(range(len(findings)), key=lambda i: (SEVERITIES.index(findings[i].severity), i))
    kept = tuple(findings[i] for i in sorted(by_severity[:limit]))
    room = suppressed[: max(0, limit - len(kept))]
    return kept, room, total - len(kept) - len(room)


def _with_notification(report: Report, total: int, left_out: int) -> Report:
    if not left_out:
        return report
    message = (
        f"{left_out} of {total} findings, the least severe, are left out, because code scanning rejects larger "
        "files. Narrow the run with `--select`, or upload folders one by one."
    )
    notification = Notification("warning", message, rule="lintkit/results-left-out")
    return replace(report, notifications=(*report.notifications, notification))


def _fits(text: str) -> bool:
    if len(text) <= SIZE_LIMIT * _SURE_RATIO:
        return True
    return len(zlib.compress(text.encode("ascii"), 1)) <= SIZE_LIMIT


def _log(
    report: Report, sources: Sources, findings: Sequence[Finding], suppressed: Sequence[SuppressedFinding]
) -> str:
    rules = _rules(report, [*findings, *(item.finding for item in suppressed)])
    results = Results(sources, {rule.id: index for index, rule in enumerate(rules)})
    # Made one by one while they are written: all of them at once are hard on the garbage collector.
    entries = chain(map(results.result, findings), map(results.suppressed, suppressed))
    driver = {
        "name": "lintkit",
        "semanticVersion": lintkit.__version__,
        "version": lintkit.__version__,
        "informationUri": INFORMATION_URI,
    }
    notifications = _notification_descriptors(report)
    run = [
        f'"tool": {{"driver": {encode(driver)[:-1]},',
        f' "notifications": {array(notifications, "  ")},',
        f' "rules": {array(map(descriptor, rules), "  ")}',
        "}},",
        f'"automationDetails": {encode({"id": CATEGORY})},',
        '"columnKind": "unicodeCodePoints",',
        f'"originalUriBaseIds": {encode({ROOT: {"description": {"text": "The root of the repository."}}})},',
        *(f'"versionControlProvenance": {encode(item)},' for item in _provenance(report)),
        f'"invocations": {array(_invocations(report, [item["id"] for item in notifications]), "  ")},',
        f'"results": {array(entries, "  ")}',
    ]
    head = f'{{"$schema": {encode(SCHEMA)}, "version": "2.1.0", "runs": [{{'
    return "\n".join([head, *run, "}]}", ""])


def _rules(report: Report, findings: Sequence[Finding]) -> list[RuleMeta]:
    """The rules of the report, and a stand-in for each rule that reported and is not among them, by id."""
    rules = {rule.id: rule for rule in report.rules}
    for finding in findings:
        if finding.rule not in rules:
            rules[finding.rule] = RuleMeta(
                finding.rule,
                finding.rule,
                why="The report says nothing more about this rule.",
                remedy="See the message.",
                severity=finding.severity,
            )
    return [rules[rule_id] for rule_id in sorted(rules)]


def _provenance(report: Report) -> list[list[dict[str, Any]]]:
    revision = report.revision
    uri = public_uri(revision.repository_uri)
    if not uri:
        return []
    details: dict[str, Any] = {"repositoryUri": uri}
    if revision.revision_id:
        details["revisionId"] = revision.revision_id
    if revision.branch:
        details["branch"] = revision.branch
    details["mappedTo"] = {"uriBaseId": ROOT}
    return [[details]]


def _notification_descriptors(report: Report) -> list[dict[str, Any]]:
    rule_ids = sorted({notification.rule for notification in report.notifications if notification.rule})
    return [_notification_descriptor(rule_id) for rule_id in rule_ids]


def _notification_descriptor(rule_id: str) -> dict[str, Any]:
    text = {"text": sentence(_NOTIFICATION_TEXTS.get(rule_id, f"`{rule_id}` has a word to say"))}
    return {
        "id": rule_id,
        "name": pascal_case(rule_id),
        "shortDescription": text,
        "fullDescription": text,
        "help": text,
        "helpUri": HELP_URI,
    }


def _invocations(report: Report, descriptor_ids: Sequence[str]) -> list[dict[str, Any]]:
    execution: list[dict[str, Any]] = []
    configuration: list[dict[str, Any]] = []
    for notification in report.notifications:
        name = notification.path.rpartition("/")[2]
        group = configuration if name in _CONFIGURATION_FILES else execution
        group.append(_notification(notification, descriptor_ids))
    return [
        {
            "executionSuccessful": not any(map(_is_failure, report.notifications)),
            "toolExecutionNotifications": execution,
            "toolConfigurationNotifications": configuration,
        }
    ]


def _is_failure(notification: Notification) -> bool:
    """A file that cannot be parsed is the repository's defect; everything else at this level is lintkit's."""
    return notification.level == "error" and notification.rule != "lintkit/unparseable-file"


def _notification(notification: Notification, descriptor_ids: Sequence[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if notification.rule:
        entry["descriptor"] = {"id": notification.rule, "index": descriptor_ids.index(notification.rule)}
    entry["level"] = notification.level
    entry["message"] = {"text": notification.message}
    if notification.path:
        location: dict[str, Any] = {"artifactLocation": artifact_location(notification.path)}
        if notification.line:
            location["region"] = {"startLine": notification.line}
        entry["locations"] = [{"physicalLocation": location}]
    return entry
