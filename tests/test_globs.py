"""Every matcher of patterns against another that says the same: pathspec, fnmatch, one comparison after the other."""

from __future__ import annotations

import fnmatch
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from lintkit.budget import Budget
from lintkit.globs.docker import DockerMatcher, compile_docker, copied_by
from lintkit.globs.git import compile_git
from lintkit.globs.ids import IdPatterns, id_matches
from lintkit.globs.index import WildcardIndex
from lintkit.globs.paths import MOST_ALIKE, PathGlobs, PathIndex, defect, too_many_alike
from lintkit.globs.wildcard import Token, Wildcard
from tests.stepping import steps

_SEGMENT = st.sampled_from(
    ["a", "b", "*", "**", "?", "a*", "*b", "[ab]", "[!a]", "ab", "c.py", "*.py", "\\a", "x*y"]
)
_GLOB = st.builds(
    lambda sign, lead, parts, end: sign + lead + "/".join(parts) + end,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "", "/", "**/"]),
    st.lists(_SEGMENT, min_size=1, max_size=3),
    st.sampled_from(["", "", "/", "/*"]),
)
_GLOBS = st.lists(_GLOB, min_size=1, max_size=4)
_PATH = st.lists(st.sampled_from(["a", "b", "ab", "c.py", "x"]), min_size=1, max_size=4).map("/".join)


@given(_GLOBS, _PATH)
@settings(max_examples=500)
def test_globs_of_a_configuration_mean_what_they_mean_to_pathspec(globs: list[str], path: str) -> None:
    # There `a/**/` also matches the files of `a` itself, which git does not do.
    if any(defect(glob) or glob.endswith("**/") for glob in globs):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = GitIgnoreSpec.from_lines(globs).match_file(path)
    assert PathGlobs(globs).matches(path) == expected


@pytest.mark.parametrize(
    ("globs", "matched", "left"),
    [
        (["src/", "!src/keep.py"], ["src/a.py", "src/x/keep.py"], ["src/keep.py"]),
        (["src/", "!src/gen/"], ["src/a.py"], ["src/gen/a.py"]),
        (["*.py", "!src/"], ["src/a.py"], ["src/a.txt"]),
        (["!src/", "src/"], ["src/a.py"], []),
        (
            ["/deploy/**/prod/*.yaml"],
            ["deploy/prod/a.yaml", "deploy/x/y/prod/a.yaml"],
            ["x/deploy/prod/a.yaml"],
        ),
        (["a/**/"], ["a/b/c"], ["a/b"]),
        (["[[:upper:]]*"], ["X.md"], ["x.md"]),
        (["#x"], [], ["#x"]),
    ],
)
def test_what_a_list_of_globs_matches(globs: list[str], matched: list[str], left: list[str]) -> None:
    found = PathGlobs(globs)
    assert [found.matches(path) for path in matched] == [True] * len(matched)
    assert [found.matches(path) for path in left] == [False] * len(left)


@given(_GLOBS, _PATH)
def test_globs_that_name_a_path_are_all_found(globs: list[str], path: str) -> None:
    expected = {
        index
        for index, glob in enumerate(globs)
        if not glob.startswith("!") and PathGlobs([glob]).matches(path)
    }
    assert set(PathIndex(globs).naming(path)) == expected


@pytest.mark.parametrize("glob", ["[a", "a\\", "!", "[[:x:]]", "[z-a]", "x[b-a]y"])
def test_a_glob_that_can_match_nothing_is_refused(glob: str) -> None:
    assert defect(glob)


_ID = st.text(alphabet="ab/-x", min_size=1, max_size=8)
_ID_PATTERN = st.lists(
    st.sampled_from(["a", "b", "/", "-", "*", "?", "[ab]", "[!a]", "[a-b]", "[", "]", "[]a]", "!"]),
    max_size=6,
).map("".join)


@given(_ID_PATTERN, _ID)
@settings(max_examples=500)
def test_patterns_for_ids_mean_what_they_mean_to_fnmatch(pattern: str, name: str) -> None:
    assert id_matches(pattern, name) == fnmatch.fnmatchcase(name, pattern)


@given(st.lists(_ID_PATTERN, max_size=60), _ID)
def test_patterns_for_ids_are_all_found(patterns: list[str], name: str) -> None:
    expected = [index for index, pattern in enumerate(patterns) if fnmatch.fnmatchcase(name, pattern)]
    assert sorted(IdPatterns(patterns).matching(name)) == expected


_TOKENS = st.lists(
    st.sampled_from(
        [
            Token("text", "a"),
            Token("text", "b"),
            Token("text", "abc"),
            Token("one"),
            Token("star"),
            Token("rest"),
        ]
    ),
    max_size=6,
).map(tuple)


@given(st.lists(_TOKENS, min_size=1, max_size=80), st.text(alphabet="abc/", max_size=12))
@settings(max_examples=300)
def test_an_index_of_patterns_leaves_out_none_that_matches(
    tokens: list[tuple[Token, ...]], text: str
) -> None:
    wildcards = [Wildcard(each) for each in tokens]
    matching = {position for position, wildcard in enumerate(wildcards) if wildcard.matches(text)}
    candidates = WildcardIndex(wildcards).candidates(text)
    assert matching <= set(candidates)
    assert candidates == sorted(candidates)


def _docker_one_by_one(lines: list[str], path: str) -> bool:
    """As github.com/moby/patternmatcher does it: each pattern is compared with the path and its folders in turn."""
    above: list[bool] = []
    ignored = False
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        part = "/".join(parts[:count])
        ignored, matched = False, []
        for number, pattern in enumerate(compile_docker(tuple(lines))):
            match = above[number] if above else False
            if not match and pattern.negated == ignored:
                match = pattern.matches(part)
            matched.append(match)
            if match:
                ignored = not pattern.negated
        above = matched
    return ignored


@given(_GLOBS, _PATH)
@settings(max_examples=500)
def test_docker_patterns_are_told_as_if_each_were_compared(lines: list[str], path: str) -> None:
    assert DockerMatcher(lines).ignores(path) == _docker_one_by_one(lines, path)


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("app/*.py", "app/a.py", True),
        ("app/*.py", "app/x/a.py", False),
        ("app/**", "app/x", True),
        ("app/**", "app/x/y", False),
        ("a?.txt", "ab.txt", True),
        ("[a-c].txt", "b.txt", True),
        ("[^a-c].txt", "b.txt", False),
        ("\\*.txt", "*.txt", True),
        ("\\*.txt", "a.txt", False),
    ],
)
def test_a_source_of_copy_matches_as_go_does_it(pattern: str, path: str, matches: bool) -> None:
    assert copied_by(pattern).matches(path) is matches


# --- many of them -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    ["src/aN/", "*.xN", "/aN/*.x", "**/aN/*.py", "*aN*", "**/*N*/**/x", "a*N*b", "!**/N*/x", "x/**/*_N_*"],
)
def test_twice_the_globs_and_twice_the_paths_take_about_twice_the_steps(form: str) -> None:
    def work(count: int) -> None:
        globs = PathGlobs([form.replace("N", f"{number:04}") for number in range(count)])
        index = PathIndex([form.replace("N", f"{number:04}").lstrip("!") for number in range(count)])
        for number in range(count):
            globs.matches(f"src/a{number:04}/{number:04}/x/b_{number:04}_{number}.py")
            list(index.naming(f"src/a{number:04}/{number:04}/x/b.x{number:04}"))

    work(4)
    small, large = (steps(lambda count=count: work(count)) for count in (100, 200))  # type: ignore[misc]
    assert large < 2.4 * small


def test_twice_the_selectors_and_twice_the_ids_take_about_twice_the_steps() -> None:
    def work(count: int) -> None:
        patterns = IdPatterns([f"*/{number:04}-*" for number in range(count)])
        for number in range(count):
            patterns.matching(f"own/{number:04}-x")

    work(4)
    small, large = (steps(lambda count=count: work(count)) for count in (150, 300))  # type: ignore[misc]
    assert large < 2.4 * small


@pytest.mark.parametrize("count", [MOST_ALIKE, MOST_ALIKE + 1])
def test_globs_that_spell_out_nothing_are_counted(count: int) -> None:
    globs = ["src/", *("?" * length + "*" for length in range(1, count + 1))]
    excess = too_many_alike(globs)
    assert (excess is None) is (count == MOST_ALIKE)
    assert excess is None or excess[0] == count


def test_equal_globs_are_one() -> None:
    assert too_many_alike(["*"] * 500 + ["*[ab]*"] * 500) is None


def test_patterns_that_match_a_folder_are_not_carried_into_it() -> None:
    """Only the last pattern that matched a folder can say anything about what is inside."""

    def work(count: int) -> None:
        lines = [
            line for number in range(count) for line in ("src", f"!src/{number:04}*", f"sr{number:04}?*")
        ]
        matcher = DockerMatcher(lines, Budget(10**9))
        for number in range(count):
            matcher.ignores(f"src/{number}.py")

    work(4)
    small, large = (steps(lambda count=count: work(count)) for count in (60, 120))  # type: ignore[misc]
    assert large < 2.4 * small


def test_every_line_of_an_ignore_file_is_read() -> None:
    assert [pattern.text for pattern in compile_git(("a", "# b", "", "!c", "d/"))] == ["a", "!c", "d/"]
