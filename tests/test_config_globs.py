from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.globs.home import Home, lowered, rebased
from lintkit.globs.paths import defect, matches

_NAME = st.sampled_from(["a", "b", "ab"])
_PATH = st.lists(_NAME, min_size=1, max_size=3).map("/".join)
_PATTERN = st.builds(
    lambda sign, slash, parts, end: sign + slash + "/".join(parts) + end,
    st.sampled_from(["", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(st.sampled_from(["a", "b", "*", "**", "a*"]), min_size=1, max_size=4),
    st.sampled_from(["", "/"]),
)


@given(_PATTERN, _PATH, _PATH)
def test_a_rebased_pattern_matches_below_the_root_what_it_matched_from_above(
    pattern: str, prefix: str, path: str
) -> None:
    positive = pattern.lstrip("!")
    if defect(positive):
        return
    assert matches(rebased(positive, prefix + "/"), path) == matches((positive,), f"{prefix}/{path}")


@given(_PATTERN, st.sampled_from(["a", "a/b", "[x]", "!a", "#", "a*", "a b"]), _PATH)
def test_a_lowered_pattern_matches_below_its_folder_what_it_matched_there(
    pattern: str, folder: str, path: str
) -> None:
    positive = pattern.lstrip("!")
    if defect(positive):
        return
    assert matches((lowered(positive, folder),), f"{folder}/{path}") == matches((positive,), path)


@given(_PATTERN, _PATH)
def test_a_lowered_pattern_matches_nothing_beside_its_folder(pattern: str, path: str) -> None:
    assert not matches((lowered(pattern.lstrip("!"), "folder"),), path)


def test_a_lowered_negation_stays_one() -> None:
    globs = Home(below="api").globs(["*.py", "!keep.py"])
    assert [matches(globs, path) for path in ("api/x/a.py", "api/x/keep.py", "keep.py")] == [
        True,
        False,
        False,
    ]


def test_a_rebased_negation_stays_one() -> None:
    assert rebased("!/api/keep", "api/") == ("!/keep",)


@pytest.mark.parametrize("pattern", ["*.py", "tests/", "/deploy/**/prod/*.yaml", "!keep", "a/**"])
def test_usual_patterns_have_no_defect(pattern: str) -> None:
    assert defect(pattern) == ""


@pytest.mark.parametrize("pattern", [" ", "#x", "*a*b*c*d", "**/a/**/b/**/c/**/d", "x" * 501])
def test_patterns_that_are_refused(pattern: str) -> None:
    assert defect(pattern)
