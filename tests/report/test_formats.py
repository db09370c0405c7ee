"""What each of the smaller formats promises to its readers, beyond the snapshots."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lintkit.model import Edit, Finding, Fix, Location, Notification, Report, Revision, Severity, Span
from lintkit.report import step_summary
from lintkit.report.formats import FORMATS
from lintkit.report.github import SHOWN
from lintkit.report.markdown import prose
from lintkit.report.options import RenderOptions
from tests.report.rendering import finding, rendered, report
from tests.report.sample import CLEAN, MANY, REPORT

HOSTILE = st.text(
    st.characters(codec=None) | st.sampled_from("\r\n\x1b\x00%:,<>&\"'`[]()|\u2028\u202e\ud800\ufffe#@!*_\\"),
    max_size=40,
)


def hostile(words: str) -> Report:
    """A report that says `words` wherever a repository can have its say."""
    path = words.replace("/", "") or "x"
    span = Span(path, 0, 1)
    fix = Fix(words, (Edit(Span(path, 0, 1), words),))
    found = Finding("a/rule", words, (Location(span), Location(span, words)), words, "error", fix=fix)
    return Report(
        (found, replace(found, message=f"{words}2")),
        (),
        {path: f"x{words}"},
        notifications=(Notification("error", words, path=path),),
        revision=Revision("https://git.example/a/b", "0" * 40, words),
        compared=words,
        known=(found,),
    )


@pytest.mark.parametrize("format", FORMATS)
@given(words=HOSTILE)
@example(words="\ud800")
def test_nothing_in_a_repository_breaks_a_format(format: str, words: str) -> None:
    text = rendered(hostile(words), format, RenderOptions(show_suppressed=True))
    text.encode("utf-8")
    assert text.endswith("\n")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u2028\u202e]", text)


@pytest.mark.parametrize("format", ["json", "gitlab", "rdjson", "sarif"])
@given(words=HOSTILE)
def test_json_stays_json(format: str, words: str) -> None:
    json.loads(rendered(hostile(words), format))


@pytest.mark.parametrize("format", ["junit", "checkstyle"])
@given(words=HOSTILE)
def test_xml_stays_xml(format: str, words: str) -> None:
    ElementTree.fromstring(rendered(hostile(words), format))


@given(words=HOSTILE)
def test_a_finding_takes_one_line(words: str) -> None:
    assert len(rendered(hostile(words), "concise").splitlines()) == 2


COMMAND = re.compile(
    r"::error file=(?:[^%:,\r\n]|%25|%3A|%2C)+,line=1,endLine=1,col=1,endColumn=2,title=a/rule::(?:[^%\r\n]|%25|%0A)*"
)


@given(words=HOSTILE)
def test_a_workflow_command_cannot_be_forged(words: str) -> None:
    lines = rendered(hostile(words), "github").splitlines()
    assert len(lines) == 2
    assert all(COMMAND.fullmatch(line) for line in lines)


def test_no_more_annotations_than_github_shows() -> None:
    lines = rendered(MANY, "github").splitlines()
    for severity in ("error", "warning", "notice"):
        assert sum(line.startswith(f"::{severity} ") for line in lines) <= SHOWN
    others = lines[[line.startswith("lintkit: ") for line in lines].index(True) + 1 :]
    annotated = sum(line.startswith("::") for line in lines)
    assert sum(int(line.split()[0]) for line in others) + annotated == len(MANY.findings)


def test_a_rule_cannot_speak_to_the_runner() -> None:
    found = [replace(finding(Span("a", 0, 1)), rule="##[add-path]x/\n::set-output") for _ in range(11)]
    last = rendered(Report(tuple(found), (), {"a": "a"}), "github").splitlines()[-1]
    assert "##[" not in last
    assert not last.lstrip().startswith("::")


def test_columns_are_said_only_where_they_are_of_one_line() -> None:
    one, two = (rendered(report("ab\ncd\n", 0, end), "github") for end in (2, 5))
    assert "col=1,endColumn=3" in one
    assert "endLine=2,title" in two


def test_clean_reports_say_nothing_to_machines() -> None:
    assert [rendered(CLEAN, format) for format in ("concise", "github")] == ["", ""]
    assert json.loads(rendered(CLEAN, "gitlab")) == []


def test_gitlab_fingerprints_are_unique_and_survive_moved_lines() -> None:
    same = [finding(Span("a.yaml", start, start + 1)) for start in (0, 2)]
    moved = [finding(Span("a.yaml", start, start + 1)) for start in (5, 9)]
    prints = [
        [
            issue["fingerprint"]
            for issue in json.loads(rendered(Report(tuple(found), (), {"a.yaml": "a\n" * 9}), "gitlab"))
        ]
        for found in (same, moved)
    ]
    assert len(set(prints[0])) == 2
    assert prints[0] == prints[1]


def test_gitlab_takes_lintkits_own_fingerprint() -> None:
    issues = json.loads(rendered(REPORT, "gitlab"))
    for issue, found in zip(issues, REPORT.findings, strict=True):
        assert issue["fingerprint"] == dict(found.fingerprints)["lintkit/v1"]


def test_junit_counts_are_those_of_its_cases() -> None:
    root = ElementTree.fromstring(rendered(MANY, "junit"))
    assert int(root.attrib["failures"]) == len(root.findall(".//failure")) == len(MANY.findings)
    for suite in root.findall("testsuite"):
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
        names = [case.attrib["name"] for case in suite]
        assert len(set(names)) == len(names)


def test_junit_of_a_clean_run_has_a_test_that_passed() -> None:
    (case,) = ElementTree.fromstring(rendered(CLEAN, "junit")).findall(".//testcase")
    assert list(case) == []


def test_rdjson_counts_bytes() -> None:
    (diagnostic,) = json.loads(rendered(report("é🙂x\n", 2, 3), "rdjson"))["diagnostics"]
    assert diagnostic["location"]["range"] == {
        "start": {"line": 1, "column": 7},
        "end": {"line": 1, "column": 8},
    }


def test_rdjson_suggests_only_what_is_whole() -> None:
    def suggestions(*edits: Edit) -> object:
        found = replace(finding(Span("a.yaml", 0, 1)), fix=Fix("t", edits))
        text = rendered(Report((found,), (), {"a.yaml": "abc", "b.yaml": "x"}), "rdjson")
        return json.loads(text)["diagnostics"][0].get("suggestions")

    one = Edit(Span("a.yaml", 1, 2), "X")
    assert suggestions(one) == [
        {"range": {"start": {"line": 1, "column": 2}, "end": {"line": 1, "column": 3}}, "text": "X"}
    ]
    assert suggestions(one, Edit(Span("a.yaml", 2, 3), "Y")) is None
    assert suggestions(Edit(Span("b.yaml", 0, 1), "X")) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`REDIS_URL` falls back to `redis://x`", "`REDIS_URL` falls back to `redis://x`"),
        ("a <img src=x> & b", "a &lt;img src=x&gt; &amp; b"),
        ("[see](http://x) *now*", r"\[see\](http://x) \*now\*"),
        ("`half", r"\`half"),
        ("`a`` @you #1", r"`a`\` &#64;you &#35;1"),
        ("two\nlines | bar", r"two\\nlines \| bar"),
    ],
)
def test_markup_of_a_repository_is_words(text: str, expected: str) -> None:
    assert prose(text) == expected


def many(count: int, severity: Severity = "error", message: str = "wrong") -> Report:
    spans = [Span(f"{index % 50}.yaml", index, index + 1) for index in range(count)]
    found = tuple(finding(span, message, severity) for span in spans)
    return Report(found, (), {span.path: "x" * count for span in spans}, files_checked=50)


def test_a_step_summary_never_grows_too_large() -> None:
    text = rendered(many(9_000, message="é" * 400), "markdown", RenderOptions(verbose=True))
    assert len(text.encode()) <= step_summary.SIZE_LIMIT
    left = re.search(r"(\d+) findings more, for which there is no room here\.\n$", text)
    assert left is not None
    assert text.count("\n- ") + int(left[1]) == 9_000


def test_a_step_summary_lists_some_of_a_rule() -> None:
    text = rendered(many(30), "markdown")
    assert text.count("\n- ") == step_summary.SHOWN_OF_RULE
    assert "and 5 more like these" in text


def test_a_step_summary_links_to_the_lines_of_the_commit() -> None:
    given_report = replace(report("a\nb\n", 2, 3), revision=Revision("https://git.example/a/b", "f" * 40))
    assert f"- [`a.yaml:2`](https://git.example/a/b/blob/{'f' * 40}/a.yaml#L2) wrong" in rendered(
        given_report, "markdown"
    )
    assert "- `a.yaml:2` wrong" in rendered(report("a\nb\n", 2, 3), "markdown")


def test_a_step_summary_says_what_a_comparison_knows() -> None:
    compared = replace(CLEAN, compared="main", known=REPORT.findings)
    assert rendered(compared, "markdown").startswith(
        "## lintkit: no new problems\n\n214 files checked, 16 known from main\n"
    )
