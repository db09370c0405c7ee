"""Settling as functions of findings: what merges, what gives way, what is numbered."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lintkit.model import Finding, Location, RuleMeta, Span, Suppression
from lintkit.rule.own import RULE_FAILED
from lintkit.run.settle import (
    Spans,
    drop_superseded,
    merge_equal,
    order,
    suppress_in_source,
    with_fingerprints,
    with_groups,
)


def finding(rule: str = "f/weak", start: int = 0, end: int = 4, **changes: object) -> Finding:
    made = Finding(rule, "wrong", (Location(Span("a.yaml", start, end)),), "web", "warning")
    return replace(made, **changes)  # type: ignore[arg-type]


def meta(identifier: str, *supersedes: str) -> RuleMeta:
    return RuleMeta(identifier, "what is wrong", "why", "what to do", "warning", supersedes=supersedes)


def test_equal_findings_become_one_with_the_other_ends_of_all() -> None:
    one = finding(locations=(Location(Span("a.yaml", 0, 4)), Location(Span("b.yaml", 1, 2), "read here")))
    other = finding(
        locations=(
            Location(Span("a.yaml", 0, 4)),
            Location(Span("b.yaml", 1, 2), "read here"),
            Location(Span("c.yaml", 3, 5), "and here"),
        )
    )
    (merged,) = merge_equal([one, other])
    assert [each.span.path for each in merged.locations] == ["a.yaml", "b.yaml", "c.yaml"]


def test_findings_of_other_rules_and_other_spans_stay_apart() -> None:
    assert len(merge_equal([finding(), finding("f/other"), finding(end=5)])) == 3


def test_two_rules_that_fail_in_one_file_are_both_told() -> None:
    failures = [finding(RULE_FAILED.id, end=0, message=f"rule {name} failed") for name in "ab"]
    assert len(merge_equal([*failures, failures[0]])) == 2


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6)), max_size=8),
    st.integers(0, 30),
    st.integers(0, 6),
)
def test_overlapping_spans_are_found_as_by_looking_at_each(
    stretches: list[tuple[int, int]], start: int, length: int
) -> None:
    spans = [(begin, begin + size) for begin, size in stretches]
    expected = any(begin < start + length and end > start for begin, end in spans)
    assert Spans(spans).overlap(start, start + length) is expected


def test_a_weaker_finding_gives_way_only_where_the_stronger_one_is() -> None:
    metas = {"f/strong": meta("f/strong", "f/weak"), "f/weak": meta("f/weak")}
    inside, beside = finding(start=5, end=9), finding(start=20, end=24)
    strong = finding("f/strong", start=3, end=9)
    assert drop_superseded([inside, beside, strong], metas) == [beside, strong]
    assert drop_superseded([strong], metas) == [strong]


def test_a_stronger_finding_of_another_file_supersedes_nothing() -> None:
    metas = {"f/strong": meta("f/strong", "f/weak"), "f/weak": meta("f/weak")}
    elsewhere = finding("f/strong", locations=(Location(Span("b.yaml", 0, 9)),))
    assert drop_superseded([finding(), elsewhere], metas) == [finding(), elsewhere]


def suppressed(**changes: object) -> Suppression:
    made = Suppression("a.yaml", ("f/weak",), "we know", 0, 10, Span("a.yaml", 30, 50))
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_comment_hides_its_rule_and_an_idle_one_is_a_finding_of_its_own() -> None:
    kept, hidden, idle = suppress_in_source(
        [finding(), finding("f/other")],
        [suppressed(), suppressed(rules=("f/third",), comment=Span("a.yaml", 60, 70))],
        ran=lambda _: frozenset({"f/weak", "f/other", "f/third"}),
        known=frozenset({"f/weak", "f/other", "f/third"}),
        refused=lambda _: "",
    )
    assert [each.rule for each in kept] == ["f/other"]
    assert [(each.finding.rule, each.reason) for each in hidden] == [("f/weak", "we know")]
    assert [(each.rule, each.primary.span.start) for each in idle] == [("lintkit/unused-suppression", 60)]


def test_a_comment_is_not_idle_where_its_rule_did_not_run() -> None:
    _, _, idle = suppress_in_source(
        [], [suppressed()], ran=lambda _: frozenset(), known=frozenset({"f/weak"}), refused=lambda _: ""
    )
    assert idle == []


def test_a_required_rule_is_kept_and_says_who_requires_it() -> None:
    kept, hidden, _ = suppress_in_source(
        [finding()],
        [suppressed()],
        ran=lambda _: frozenset({"f/weak"}),
        known=frozenset({"f/weak"}),
        refused=lambda _: "company/policy.toml",
    )
    assert not hidden
    assert "company/policy.toml" in kept[0].message


def test_fingerprints_count_equal_findings_and_do_not_know_lines() -> None:
    def hashes(_: str, lines: object) -> dict[int, str]:
        return {line: f"hash{line}" for line in lines}  # type: ignore[attr-defined]

    first, second = with_fingerprints([finding(), finding(start=8, end=12)], hashes, [1, 7])
    moved, _ = with_fingerprints([finding(start=40, end=44), finding(start=60, end=64)], hashes, [5, 9])
    stable = [dict(each.fingerprints)["lintkit/v1"] for each in (first, second, moved)]
    assert stable[0] != stable[1]
    assert stable[0] == stable[2]
    assert dict(first.fingerprints) != dict(moved.fingerprints)


def test_groups_are_numbered_in_the_order_of_the_report_and_a_lonely_secret_has_none() -> None:
    values = {"one": "S", "two": "T", "three": "S", "four": None, "five": "U", "six": "T"}
    findings = [finding(subject=name) for name in values]
    grouped = with_groups(findings, lambda each: values[each.subject])
    assert [each.group for each in grouped] == [1, 2, 1, 0, 0, 2]


def test_a_report_is_ordered_by_path_then_position_then_rule() -> None:
    findings = [finding("f/b", start=3), finding("f/a", start=3), finding("f/z", start=1)]
    assert [each.rule for each in sorted(findings, key=order)] == ["f/z", "f/a", "f/b"]
