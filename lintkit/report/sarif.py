"""SARIF 2.1.0 as code scanning accepts it, byte-identical for equal reports.

There is no time, no absolute path and no random identifier in it. Lines and columns count from 1, columns in
code points. Sources: the OASIS SARIF 2.1.0 specification, and GitHub's page on SARIF support for code scanning.
"""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from tempfile import SpooledTemporaryFile
from typing import IO, Any, TextIO

import lintkit
from lintkit.model import SEVERITIES, Finding, Notification, Report, RuleMeta, SuppressedFinding
from lintkit.report.json_lines import array, encode
from lintkit.report.markdown import sentence
from lintkit.report.options import RenderOptions
from lintkit.report.remote import public_uri
from lintkit.report.sarif_cwe import Weaknesses
from lintkit.report.sarif_results import ROOT, Results, artifact_location
from lintkit.report.sarif_rules import HELP_URI, INFORMATION_URI, descriptor, pascal_case
from lintkit.report.sources import Sources

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

RESULT_LIMIT = 25_000
"""Results of one run above which code scanning rejects a file."""

RULE_LIMIT = 25_000
"""Rules of one run above which code scanning rejects a file."""

SIZE_LIMIT = 10_000_000
"""Bytes of a gzipped file above which code scanning rejects it."""

# Repetitive JSON compresses at least this well, so that smaller reports need not be compressed to know.
_SURE_RATIO = 2

_IN_MEMORY = 1 << 20
_CHUNK = 1 << 16

_CONFIGURATION_FILES = ("lintkit.toml", "pyproject.toml")
_NOTIFICATION_TEXTS = {
    "lintkit/rule-failed": "a rule failed on a file",
    "lintkit/skipped-file": "a file was not read",
    "lintkit/unparseable-file": "a file could not be parsed",
    "lintkit/results-left-out": "the report holds more than code scanning takes",
}


def render(report: Report, stream: TextIO, options: RenderOptions) -> None:
    """Write one SARIF log with one run, one line for each rule and each result."""
    found = list(_found(report, options))
    sources = Sources(report)
    limit = RESULT_LIMIT
    while True:
        kept = _most_severe(found, limit)
        shown = _with_notification(report, len(found), len(found) - len(kept))
        # Only a log that is whole says how large it is, and none is held in memory for that.
        with SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="ascii", newline="\n") as log:
            size = sum(map(log.write, _log(shown, sources, kept, options)))
            if not kept or _fits(log, size):
                log.seek(0)
                shutil.copyfileobj(log, stream, _CHUNK)
                return
        limit = len(kept) // 2


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding with what becomes of it: suppressed, or known from before, or to be shown."""

    finding: Finding
    suppressed: SuppressedFinding | None = None
    state: str = ""


def _found(report: Report, options: RenderOptions) -> Iterator[_Found]:
    new = "new" if report.compared else ""
    for finding in report.findings:
        yield _Found(finding, state=new)
    if options.show_suppressed or options.show_known:
        for finding in report.known:
            yield _Found(finding, state="unchanged")
    if options.show_suppressed:
        for item in report.suppressed:
            yield _Found(item.finding, item)


def _most_severe(found: Sequence[_Found], limit: int) -> Sequence[_Found]:
    """The most severe up to `limit` in their order, those that are not to be shown only where there is room."""
    rules: set[str] = set()
    kept: list[int] = []
    for index in sorted(range(len(found)), key=lambda i: _weight(found[i])):
        rule = found[index].finding.rule
        if len(kept) < limit and (rule in rules or len(rules) < RULE_LIMIT):
            rules.add(rule)
            kept.append(index)
    return found if len(kept) == len(found) else [found[index] for index in sorted(kept)]


def _weight(item: _Found) -> tuple[bool, bool, int]:
    return (item.suppressed is not None, item.state == "unchanged", SEVERITIES.index(item.finding.severity))


def _with_notification(report: Report, total: int, left_out: int) -> Report:
    if not left_out:
        return report
    message = (
        f"{left_out} of {total} findings, the least severe, are left out, because code scanning rejects larger "
        "files. Narrow the run with `--select`, or upload folders one by one."
    )
    notification = Notification("warning", message, rule="lintkit/results-left-out")
    return replace(report, notifications=(*report.notifications, notification))


def _fits(log: IO[str], size: int) -> bool:
    if size <= SIZE_LIMIT * _SURE_RATIO:
        return True
    log.seek(0)
    compressor = zlib.compressobj(1)
    compressed = 0
    while chunk := log.read(_CHUNK):
        compressed += len(compressor.compress(chunk.encode("ascii")))
    return compressed + len(compressor.flush()) <= SIZE_LIMIT


def _log(report: Report, sources: Sources, found: Sequence[_Found], options: RenderOptions) -> Iterator[str]:
    """The pieces of the log. Results are made one by one while they are written."""
    rules = _rules(report, found)
    results = Results(sources, {rule.id: index for index, rule in enumerate(rules)})
    weaknesses = Weaknesses(rules)
    driver = {
        "name": "lintkit",
        "semanticVersion": lintkit.__version__,
        "version": lintkit.__version__,
        "informationUri": INFORMATION_URI,
        **weaknesses.supported(),
    }
    notifications = _notification_descriptors(report)
    yield f'{{"$schema": {encode(SCHEMA)}, "version": "2.1.0", "runs": [{{\n'
    yield f'"tool": {{"driver": {encode(driver)[:-1]},\n "notifications": '
    yield from array(notifications, "  ")
    yield ',\n "rules": '
    yield from array(
        ({**descriptor(rule, options.language), **weaknesses.relationships(rule)} for rule in rules), "  "
    )
    yield "\n}},\n"
    for taxonomies in weaknesses.taxonomies():
        yield f'"taxonomies": {encode(taxonomies)},\n'
    # What stands before the last slash is the category of an upload.
    category = options.category.rstrip("/") + "/"
    yield f'"automationDetails": {encode({"id": category})},\n'
    yield '"columnKind": "unicodeCodePoints",\n'
    bases = {ROOT: {"description": {"text": "The root of the repository."}}}
    yield f'"originalUriBaseIds": {encode(bases)},\n'
    for provenance in _provenance(report):
        yield f'"versionControlProvenance": {encode(provenance)},\n'
    yield '"invocations": '
    yield from array(_invocations(report, [item["id"] for item in notifications]), "  ")
    yield ',\n"results": '
    yield from array((_result(results, item) for item in found), "  ")
    yield "\n}]}\n"


def _result(results: Results, item: _Found) -> dict[str, Any]:
    entry = results.result(item.finding) if item.suppressed is None else results.suppressed(item.suppressed)
    if item.state:
        entry["baselineState"] = item.state
    return entry


def _rules(report: Report, found: Sequence[_Found]) -> list[RuleMeta]:
    """The rules of the report, and a stand-in for each rule that reported and is not among them, by id."""
    rules = {rule.id: rule for rule in report.rules}
    for item in found:
        finding = item.finding
        if finding.rule not in rules:
            rules[finding.rule] = RuleMeta(
                finding.rule,
                finding.rule,
                why="The report says nothing more about this rule.",
                remedy="See the message.",
                severity=finding.severity,
            )
    if len(rules) > RULE_LIMIT:
        used = {item.finding.rule for item in found}
        rules = {rule_id: rule for rule_id, rule in rules.items() if rule_id in used}
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
