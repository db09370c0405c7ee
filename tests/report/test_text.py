import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.model import Fix, Location, Notification, Report, RuleMeta, Span
from lintkit.report import text as text_report
from lintkit.report.options import RenderOptions
from tests.report.rendering import finding, rendered, report
from tests.report.sample import CLEAN, REPORT

RULE = RuleMeta(
    "a/rule", summary="it is wrong", why="Because it breaks.", remedy="Repair it.", severity="error"
)


def many(count: int, path: str = "a.py") -> Report:
    source = "print(1)\n" * count
    findings = tuple(finding(Span(path, i * 9, i * 9 + 8), "a print") for i in range(count))
    return Report(findings, (RULE,), {path: source}, files_checked=1)


def test_clean_report_is_one_calm_line() -> None:
    assert rendered(CLEAN, "text") == "No problems in 214 files.\n"


def test_location_can_be_clicked() -> None:
    assert "  a.yaml:2:4 wrong\n" in rendered(report("a: 1\nb: 2\n", 8, 9), "text")


def test_reason_and_remedy_stand_once_for_each_rule() -> None:
    first, second = many(2, "a.py"), many(2, "b.py")
    both = Report(first.findings + second.findings, (RULE,), {**first.texts, **second.texts})
    assert rendered(both, "text").count("why: Because it breaks.\n  fix: Repair it.\n") == 1


def test_many_findings_of_a_rule_take_a_line_each() -> None:
    output = rendered(many(18), "text")
    assert output.count("^" * 8) == text_report.EXCERPTS_IN_GROUP
    assert output.count("  a.py:") == 18


def test_repeated_message_gives_way_to_the_source() -> None:
    assert "  a.py:9:1 print(1)\n" in rendered(many(18), "text")


def test_new_message_is_shown_in_its_line() -> None:
    given_report = many(5)
    findings = (*given_report.findings[:4], replace(given_report.findings[4], message="another"))
    assert "  a.py:5:1 another\n" in rendered(replace(given_report, findings=findings), "text")


def test_very_many_findings_of_a_rule_are_counted() -> None:
    output = rendered(many(100), "text")
    assert output.count("  a.py:") == 23
    assert "  and 77 more like these (-v shows them)\n" in output


def test_verbose_shows_every_finding_with_its_source() -> None:
    assert rendered(many(100), "text", RenderOptions(verbose=True)).count("^" * 8) == 100


def test_excerpts_of_a_rule_run_out() -> None:
    reports = [many(3, f"{name}.py") for name in "abcdefghij"]
    findings = tuple(item for one in reports for item in one.findings)
    texts = {path: text for one in reports for path, text in one.texts.items()}
    output = rendered(Report(findings, (RULE,), texts), "text")
    assert output.count("^" * 8) == text_report.EXCERPTS_OF_RULE
    assert output.count(".py:") == 30


def test_summary_line_counts() -> None:
    last = rendered(REPORT, "text").splitlines()[-1]
    assert last == (
        "5 errors, 8 warnings, 3 notes in 9 of 214 files; 1 suppressed; 1 can be fixed with --fix"
    )


def test_unsafe_fixes_are_counted_apart() -> None:
    unsafe = replace(finding(Span("a", 0, 1)), fix=Fix("t", ()))
    output = rendered(Report((unsafe,), (RULE,), {"a": "x"}, files_checked=1), "text")
    assert output.endswith("1 error in 1 of 1 file; 1 can be fixed with --fix --unsafe-fixes\n")
    safe = replace(unsafe, fix=Fix("t", (), safe=True))
    output = rendered(Report((unsafe, safe), (RULE,), {"a": "x"}, files_checked=1), "text")
    assert output.endswith("; 1 can be fixed with --fix, 1 more with --fix --unsafe-fixes\n")


def test_a_long_report_says_how_to_begin() -> None:
    report = many(text_report.MANY)
    assert "`lintkit baseline`" in rendered(report, "text")
    for short in (many(text_report.MANY - 1), replace(report, compared="lintkit-baseline.json")):
        assert "lintkit baseline" not in rendered(short, "text")


def test_what_was_fixed_is_said() -> None:
    assert rendered(replace(CLEAN, fixed=4), "text") == "No problems in 214 files; 4 fixed.\n"


def test_skipped_files_are_counted() -> None:
    skipped = Notification("note", "too large", rule="lintkit/skipped-file", path="a.bin")
    output = rendered(replace(CLEAN, notifications=(skipped, skipped)), "text")
    assert output.startswith("2 files skipped (see -v)\n")


def test_skipped_files_are_listed_when_verbose() -> None:
    skipped = Notification("note", "too large", rule="lintkit/skipped-file", path="a.bin", line=3)
    output = rendered(replace(CLEAN, notifications=(skipped,)), "text", RenderOptions(verbose=True))
    assert output.startswith("note: a.bin:3: too large [lintkit/skipped-file]\n")


def test_errors_of_lintkit_are_always_listed() -> None:
    failed = Notification("error", "it failed", rule="lintkit/rule-failed", path="a.py")
    assert "error: a.py: it failed" in rendered(replace(CLEAN, notifications=(failed,)), "text")


def test_colour_comes_only_when_asked_for() -> None:
    assert "\x1b" not in rendered(REPORT, "text")
    assert "\x1b[1;31m" in rendered(REPORT, "text", RenderOptions(color=True))


def test_file_without_a_text_is_shown_without_an_excerpt() -> None:
    output = rendered(Report((finding(Span("a.bin", 3, 4)),), (), {}), "text")
    assert "  a.bin:1:1 wrong\n" in output


def test_stream_that_cannot_write_a_character_gets_an_escape() -> None:
    data = io.BytesIO()
    stream = io.TextIOWrapper(data, encoding="ascii", newline="\n")
    text_report.render(report("größe: 1\n", 0, 5), stream, RenderOptions())
    stream.flush()
    assert b"gr\\xf6\\xdfe: 1" in data.getvalue()


def test_related_location_shows_the_other_end() -> None:
    other = Location(Span("b.yaml", 0, 8), "here is the other end")
    given_report = Report(
        (finding(Span("a.py", 0, 1), "wrong", "error", other),),
        (RULE,),
        {"a.py": "x", "b.yaml": "replicas: 3"},
    )
    assert ("    b.yaml:1:1 here is the other end\n     1 | replicas: 3\n       | --------\n") in rendered(
        given_report, "text"
    )


def test_endless_message_is_cut() -> None:
    assert len(rendered(report("a: 1", message="x" * 100_000), "text")) < 10_000


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for line in rendered(REPORT, "text", RenderOptions(width=width)).splitlines()[:-1]:
        assert len(line) <= width


@given(
    st.text(max_size=60),
    st.text(alphabet=st.characters(codec=None, exclude_characters="\0"), min_size=1, max_size=20),
    st.text(max_size=30),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_nothing_from_the_repository_reaches_the_terminal_raw(
    source: str, path: str, message: str, first: int, second: int
) -> None:
    start, end = sorted((first, second))
    given_report = report(source, start, end, path, message)
    output = rendered(given_report, "text", RenderOptions(verbose=True))
    assert not any(character < " " for character in output.replace("\n", ""))
    assert not set(output) & set("\x7f\x9b\x85\u202e\u2066\u2028\u200b\ufeff")
