"""What a baseline knows and what it does not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.model import Finding, Location, Span
from lintkit.run.baseline import Baseline, BaselineError, baseline_of, key_of, pruned, read, unknown, written


def found(path: str, subject: str, start: int = 0, rule: str = "a/rule") -> Finding:
    return Finding(rule, "wrong", (Location(Span(path, start, start + 1)),), subject, "error")


FINDINGS = st.lists(
    st.builds(
        found,
        st.sampled_from(["a.py", "b/ü.py", "b/\\xff.py"]),
        st.sampled_from(["", "web", 'we"b', "two\nlines"]),
        st.integers(0, 9),
        st.sampled_from(["a/rule", "b/rule"]),
    )
)


@given(FINDINGS)
def test_nothing_that_was_there_is_new(findings: list[Finding]) -> None:
    assert unknown(findings, baseline_of(findings)) == set()


@given(FINDINGS, FINDINGS)
def test_one_entry_does_not_hide_another_finding(findings: list[Finding], more: list[Finding]) -> None:
    new = unknown([*findings, *more], baseline_of(findings))
    assert new == {key_of(finding) for finding in more}


@given(FINDINGS)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, findings: list[Finding]
) -> None:
    file = tmp_path_factory.mktemp("baseline") / "baseline.json"
    baseline = baseline_of(findings)
    file.write_text(written(baseline), encoding="ascii")
    assert read(file).counts == baseline.counts


@given(FINDINGS, st.randoms())
def test_order_of_the_findings_does_not_matter(findings: list[Finding], random: object) -> None:
    shuffled = list(findings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert written(baseline_of(shuffled)) == written(baseline_of(findings))


def test_moved_lines_change_nothing() -> None:
    before, after = [found("a.py", "web", 3)], [found("a.py", "web", 90)]
    assert written(baseline_of(before)) == written(baseline_of(after))


def test_an_entry_takes_one_line() -> None:
    text = written(baseline_of([found("a.py", "web"), found("a.py", "web", 5), found("b.py", "x")]))
    assert text == (
        '{\n  "version": 1,\n  "findings": [\n'
        '    {"path": "a.py", "rule": "a/rule", "subject": "web", "count": 2},\n'
        '    {"path": "b.py", "rule": "a/rule", "subject": "x", "count": 1}\n'
        "  ]\n}\n"
    )


def test_a_failed_rule_is_never_known() -> None:
    failed = found("a.py", "python/x", rule="lintkit/rule-failed")
    assert baseline_of([failed]).size == 0


@given(FINDINGS, FINDINGS)
def test_pruning_adds_nothing_and_keeps_what_is_found(before: list[Finding], now: list[Finding]) -> None:
    left = pruned(now, baseline_of(before), lambda key: True).counts
    then, here = baseline_of(before).counts, baseline_of(now).counts
    assert left == {key: min(then[key], here[key]) for key in then if here.get(key)}


def test_pruning_leaves_alone_what_was_not_judged() -> None:
    before = baseline_of([found("a.py", "x"), found("a.py", "x", rule="b/rule")])
    left = pruned([], before, lambda key: key[1] != "b/rule")
    assert list(left.counts) == [("a.py", "b/rule", "x")]


ENTRY = {"path": "a.py", "rule": "a/rule", "subject": "x", "count": 1}


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"version": 1},
        {"version": 1, "findings": {}},
        {"version": 1, "findings": [1]},
        {"version": 1, "findings": [{**ENTRY, "path": None}]},
        {"version": 1, "findings": [{**ENTRY, "count": 0}]},
        {"version": 1, "findings": [{**ENTRY, "count": True}]},
        {"version": 1, "findings": [{**ENTRY, "count": "1"}]},
    ],
    ids=str,
)
def test_anything_else_is_refused(tmp_path: Path, value: object) -> None:
    file = tmp_path / "b.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(BaselineError, match="no baseline of lintkit"):
        read(file)


@pytest.mark.parametrize("data", [b"", b"<<<<<<< ours\n{}\n", b"\xff\xfe", b"[" * 100_000], ids=len)
def test_a_broken_file_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "b.json"
    file.write_bytes(data)
    with pytest.raises(BaselineError, match="no baseline of lintkit"):
        read(file)


def test_a_later_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    file.write_text('{"version": 2, "findings": []}', encoding="utf-8")
    with pytest.raises(BaselineError, match="another version than 1"):
        read(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="lintkit baseline"):
        read(tmp_path / "b.json")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "b.json")
    with pytest.raises(BaselineError, match="no regular file"):
        read(tmp_path / "b.json")


def test_entries_that_a_merge_has_doubled_add_up(tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    file.write_text(json.dumps({"version": 1, "findings": [ENTRY, ENTRY]}), encoding="utf-8")
    assert read(file) == Baseline({("a.py", "a/rule", "x"): 2})
