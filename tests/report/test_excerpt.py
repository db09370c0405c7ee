import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.model import Span
from lintkit.report.display import markdown_lines, width, wrapped
from lintkit.report.excerpt import excerpt
from lintkit.report.printable import printable
from lintkit.source import Lines


def drawn(text: str, start: int, end: int, columns: int = 60, context: int = 0) -> list[str]:
    return [row.text for row in excerpt(Lines(text), Span("a", start, end), columns, context)]


def test_mark_stands_under_the_span() -> None:
    assert drawn("key: value\n", 5, 10) == ["key: value", "     ^^^^^"]


def test_empty_span_has_one_mark() -> None:
    assert drawn("key: value\n", 5, 5) == ["key: value", "     ^"]


def test_tabs_reach_to_their_stops() -> None:
    assert drawn("\ta\tb\n", 3, 4) == ["    a   b", "        ^"]


def test_wide_characters_take_two_columns() -> None:
    assert drawn("名前: 値🙂\n", 4, 6) == ["名前: 値🙂", "      ^^^^"]


def test_combining_characters_take_no_column() -> None:
    assert drawn("e\u0301e\u0301: x\n", 6, 7) == ["e\u0301e\u0301: x", "    ^"]


def test_control_characters_are_spelled_out_and_marked_whole() -> None:
    assert drawn("a\x1b[0m\n", 1, 5) == [r"a\x1b[0m", " ^^^^^^^"]


def test_context_is_shown_without_blank_lines_at_the_ends() -> None:
    assert drawn("\nb\nc\n", 1, 2, context=1) == ["b", "^", "c"]


def test_span_over_lines_has_a_bar() -> None:
    assert drawn("f(\n  1,\n)\n", 0, 9) == ["/ f(", "|   1,", "| )", "|_^"]


def test_long_span_shows_its_first_lines_and_its_last() -> None:
    text = "".join(f"{i}\n" for i in range(10, 30))
    assert drawn(text, 0, 59) == ["/ 10", "| 11", "| 12", "| 13", "| ...", "| 29", "|__^"]


def test_span_that_ends_in_a_newline_stays_in_its_line() -> None:
    assert drawn("a\nb\n", 0, 2) == ["a", "^"]


def test_long_line_is_cut_around_the_span() -> None:
    text = "a" * 500 + "XYZ" + "b" * 500
    line, marks = drawn(text, 500, 503, columns=40)
    assert line.startswith("...a")
    assert line.endswith("b...")
    assert len(line) == 40
    assert [character for character, mark in zip(line, marks, strict=False) if mark == "^"] == ["X", "Y", "Z"]


def test_span_that_is_longer_than_the_line_is_cut() -> None:
    line, marks = drawn("x" * 500, 0, 500, columns=40)
    assert line == "x" * 37 + "..."
    assert marks == "^" * 37


def test_cut_at_the_end_keeps_the_end() -> None:
    line, marks = drawn("x" * 500 + "END", 500, 503, columns=40)
    assert line == "..." + "x" * 34 + "END"
    assert marks == " " * 37 + "^^^"


def test_huge_line_is_not_copied_for_every_excerpt() -> None:
    lines = Lines("x" * 20_000_000)
    for _ in range(200):  # copies of the line would take seconds
        excerpt(lines, Span("a", 10_000_000, 10_000_001), 60)


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 200), st.integers(20, 60))
def test_rows_fit_the_columns(text: str, first: int, second: int, columns: int) -> None:
    start, end = sorted((first, second))
    for row in excerpt(Lines(text), Span("a", start, end), columns):
        assert width(row.text) <= columns


@given(st.text(alphabet="aé名🙂\t e\u0301", max_size=200), st.integers(0, 200), st.integers(20, 60))
def test_marks_stand_under_the_character(before: str, size: int, columns: int) -> None:
    text = f"{before}#{'z' * size}"
    line, marks = drawn(text, len(before), len(before) + 1, columns)
    column = marks.index("^")
    used = 0
    for character in line:
        if used == column and character == "#":
            return
        used += width(character)
    pytest.fail(f"{line!r} has no # at column {column}")


def test_words_are_wrapped_by_their_width() -> None:
    assert list(wrapped("名前 名前 名前", 9)) == ["名前 名前", "名前"]


def test_word_that_is_too_long_stands_alone() -> None:
    assert list(wrapped("a verylongword b", 5)) == ["a", "verylongword", "b"]


def test_markdown_keeps_code_blocks_and_paragraphs() -> None:
    text = "one\ntwo\n\n- item\n- other\n\n```yaml\na:   1\n```\n"
    assert list(markdown_lines(text, 20)) == ["one two", "", "- item", "- other", "", "    a:   1"]


@pytest.mark.parametrize(
    ("character", "shown"),
    [
        ("\x1b", r"\x1b"),
        ("\n", r"\n"),
        ("\t", r"\t"),
        ("\x00", r"\x00"),
        ("\x9b", r"\x9b"),
        ("\u202e", "<U+202E>"),
        ("\u2067", "<U+2067>"),
        ("\u200b", "<U+200B>"),
        ("\udce9", r"\xe9"),
        ("\ud800", "<U+D800>"),
        ("é", "é"),
        ("🙂", "🙂"),
    ],
)
def test_what_acts_or_hides_is_spelled_out(character: str, shown: str) -> None:
    assert printable(character) == shown
