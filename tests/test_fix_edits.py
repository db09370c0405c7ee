from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lintkit.fix import apply_edits, choose, selected_edits
from lintkit.model import Edit, Finding, Fix, Location, Span


def finding(*edits: tuple[int, int, str], path: str = "a", safe: bool = True, subject: str = "s") -> Finding:
    fix = Fix("fix it", tuple(Edit(Span(path, start, end), text) for start, end, text in edits), safe)
    return Finding("f/r", "m", (Location(Span(path, 0, 0)),), subject, "warning", fix=fix)


@st.composite
def pieces(draw: st.DrawFn) -> tuple[list[str], list[str | None]]:
    """Parts of a text without newlines, and for each what replaces it, if anything."""
    word = st.text("abc ä𝄞", max_size=4)
    parts = draw(st.lists(word, max_size=8))
    return parts, [draw(st.none() | word) for _ in parts]


@given(pieces())
def test_edits_apply_exactly(made: tuple[list[str], list[str | None]]) -> None:
    parts, new = made
    edits, at = [], 0
    for part, replacement in zip(parts, new, strict=True):
        if replacement is not None:
            edits.append(Edit(Span("a", at, at + len(part)), replacement))
        at += len(part)
    expected = "".join(part if r is None else r for part, r in zip(parts, new, strict=True))
    assert apply_edits("".join(parts), edits) == expected


_EDITS = st.lists(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 4), st.text("xy", max_size=2)).map(
            lambda e: (e[0], e[0] + e[1], e[2])
        ),
        min_size=1,
        max_size=3,
    ).map(lambda edits: finding(*edits)),
    max_size=6,
)


@given(_EDITS)
def test_chosen_edits_never_overlap_and_fixes_are_taken_whole(findings: list[Finding]) -> None:
    choice = choose(findings)
    edits = choice.edits.get("a", ())
    apply_edits("0123456789abcdefgh", edits)
    wanted = {edit for f in choice.findings if f.fix for edit in f.fix.edits}
    assert set(edits) == wanted


@given(_EDITS)
def test_a_fix_is_left_out_only_if_it_is_in_the_way_of_another(findings: list[Finding]) -> None:
    taken = choose(findings).findings
    alone = [f for f in findings if choose([f]).findings]
    assert not alone or taken[0] == alone[0]


def test_a_touching_replacement_is_no_overlap() -> None:
    chosen = choose([finding((0, 2, "x"), subject="1"), finding((2, 4, "y"), subject="2")])
    assert len(chosen.findings) == 2
    assert apply_edits("aabb", chosen.edits["a"]) == "xy"


def test_two_insertions_at_one_place_wait_for_each_other() -> None:
    first, second = finding((2, 2, "x"), subject="1"), finding((2, 2, "y"), subject="2")
    assert choose([first, second]).findings == (first,)


def test_equal_fixes_are_applied_once_and_count_for_both() -> None:
    choice = choose([finding((0, 1, "x"), subject="1"), finding((0, 1, "x"), subject="2")])
    assert len(choice.findings) == 2
    assert len(choice.edits["a"]) == 1


def test_unsafe_fixes_need_to_be_allowed() -> None:
    unsafe = finding((0, 1, "x"), safe=False)
    assert not selected_edits([unsafe])
    assert selected_edits([unsafe], unsafe=True)


def test_a_fix_whose_own_edits_overlap_is_never_taken() -> None:
    assert not selected_edits([finding((0, 3, "x"), (2, 4, "y"))])


def test_new_lines_are_those_of_the_file() -> None:
    insertion = [Edit(Span("a", 3, 3), "b\nc\n")]
    assert apply_edits("a\r\n", insertion) == "a\r\nb\r\nc\r\n"
    assert apply_edits("aa\n", insertion) == "aa\nb\nc\n"
    assert apply_edits("aa\r", insertion) == "aa\rb\rc\r"
