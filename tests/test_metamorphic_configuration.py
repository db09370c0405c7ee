"""What a rule finds in a configuration file it finds in every other way to write the same file, at the same place."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase

import pytest

from lintkit.authoring.examples import named, run_example
from lintkit.catalog.load import load_rules
from lintkit.kinds.recognise import kind_of
from lintkit.model import Document, Example, Finding, Location, Span
from lintkit.rule.definition import Rule
from lintkit.source import Lines
from tests.configuration_transformations import (
    TRANSFORMATIONS,
    YAML_KINDS,
    NotApplicableError,
    Transformation,
    Where,
    documents,
)

FAMILIES = ("compose/*", "kubernetes/*", "dockerfile/*", "env/*", "workflow/*", "ignore/*")

SKIPPED: dict[tuple[str, str], str] = {
    ("compose/port-quoting", "flow style"): "the rule is about how a port is written",
}
"""(rule, transformation) that change what the rule is about, and why."""

SHARE = 0.98
"""How many of the findings of all examples have to persist."""

RULES = [rule for rule in load_rules().rules if any(fnmatchcase(rule.id, glob) for glob in FAMILIES)]


def lost(rule: Rule, transformation: Transformation) -> tuple[int, list[str]]:
    """How many findings the rule's bad examples have, and what became of those that do not persist."""
    count, failures = 0, []
    for number, example in enumerate(rule.meta.examples, 1):
        if example.good:
            continue
        files = named(example.files, rule.meta.kinds)
        changed, places = transformed(files, transformation)
        if not places:
            continue
        before = run_example(rule, replace(example, files=files, fixed=None)).findings
        after = run_example(rule, replace(example, files=changed, fixed=None)).findings
        for finding in before:
            if finding.path not in places:
                continue
            count += 1
            spans = places[finding.path](finding.primary.span)
            if not any(persists(each, span, transformation) for each in after for span in spans):
                failures.append(
                    f"{rule.id}, example {number}, {transformation.name}: the finding at "
                    f"{shown(finding.primary.span, files)} should be at "
                    f"{' or '.join(shown(span, changed) for span in spans) or 'no place that is known'}; "
                    f"found: {', '.join(shown(each.primary.span, changed) for each in after) or 'nothing'}"
                )
    return count, failures


def transformed(
    files: dict[str, str], transformation: Transformation
) -> tuple[dict[str, str], dict[str, Where]]:
    """The files, each that can be in its other form, and where a span of each of these is now."""
    changed, places = dict(files), {}
    for path, text in files.items():
        kind = kind_of(path, text.encode("utf-8", "surrogatepass"))
        if kind is None or kind not in transformation.kinds:
            continue
        try:
            changed[path], places[path] = transformation.apply(path, kind, text)
        except NotApplicableError:
            continue
    return changed, places


def persists(finding: Finding, span: Span, transformation: Transformation) -> bool:
    """Whether a finding is at the place, or overlaps it where the place is only about right."""
    found = finding.primary.span
    if found == span:
        return True
    return (
        not transformation.exact
        and found.path == span.path
        and found.start <= span.end
        and span.start <= found.end
    )


def shown(span: Span, files: dict[str, str]) -> str:
    """A span as a person looks for it."""
    text = files[span.path]
    at = Lines(text).position(span.start)
    return f"{span.path}:{at.line}:{at.column} ({text[span.start : span.end][:40]!r})"


@pytest.mark.parametrize("transformation", TRANSFORMATIONS, ids=lambda each: each.name)
def test_findings_persist(transformation: Transformation) -> None:
    count, failures = 0, []
    for rule in RULES:
        if (rule.id, transformation.name) not in SKIPPED:
            number, lines = lost(rule, transformation)
            count += number
            failures += lines
    assert count, "the transformation applies to some example"
    assert len(failures) <= (1 - SHARE) * count, "\n".join(
        [f"{len(failures)} of {count} findings do not persist:", *failures]
    )


def test_skips_are_about_rules_that_exist() -> None:
    known = {rule.id for rule in RULES}
    names = {transformation.name for transformation in TRANSFORMATIONS}
    assert all(rule in known and name in names and reason for (rule, name), reason in SKIPPED.items())


def test_a_lost_finding_is_seen() -> None:
    """The measure itself: a rule that goes by the look of the text fails, and the failure says where."""
    (rule,) = [each for each in RULES if each.id == "compose/privileged"]
    (transformation,) = [each for each in TRANSFORMATIONS if each.name == "flow style"]
    example = Example(False, {"": "services:\n  a:\n    privileged: true\n"}, (("", 3),))

    def by_look(document: Document, context: object) -> list[Finding]:
        at = document.text.find("    privileged")
        location = Location(Span(document.path, at + 4, at + 14))
        return [] if at < 0 else [Finding(rule.id, "it is on", (location,), "a", "note")]

    naive = replace(rule, check=by_look, meta=replace(rule.meta, scope="file", examples=(example,)))
    count, failures = lost(naive, transformation)
    assert count == 1
    assert "compose/privileged, example 1, flow style: the finding at compose.yaml:3:5" in failures[0]
    assert "should be at compose.yaml:1:" in failures[0]
    assert "found: nothing" in failures[0]


@pytest.mark.parametrize("transformation", TRANSFORMATIONS, ids=lambda each: each.name)
def test_the_text_changes_and_the_data_does_not(transformation: Transformation) -> None:
    """Otherwise a finding that persists would prove nothing."""
    for rule in RULES:
        for example in rule.meta.examples:
            files = named(example.files, rule.meta.kinds)
            changed, places = transformed(files, transformation)
            for path in places:
                kind = kind_of(path, files[path].encode())
                assert kind is not None
                old, new = (documents(path, kind, tree[path]) for tree in (files, changed))
                if transformation.exact and kind in YAML_KINDS:
                    kept = [
                        {key: value for key, value in document.data.items() if not key.startswith("x-moved")}
                        if isinstance(document.data, dict)
                        else document.data
                        for document in new[-len(old) :]
                    ]
                    assert kept == [document.data for document in old], f"{rule.id}: {path}"
