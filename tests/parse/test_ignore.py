from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lintkit.formats.errors import ParseError
from lintkit.formats.ignore import parse
from lintkit.globs.docker import docker_ignored
from lintkit.globs.git import GitMatcher, IgnoreMatch, git_ignored
from lintkit.globs.wildcard import Token, Wildcard, follow
from lintkit.model import Kind, SourceFile

TREE = [
    "a",
    "b",
    "c.py",
    "a/b",
    "a/b/c.py",
    "a/c.py",
    "b/a",
    "b/a/b/c",
    "ab",
    "a.b",
    "a/ab/a",
    "[a]",
    "a b",
    "a ",
    "!a",
    "#a",
    "a/b/a/b",
    "-",
    "x/y/z/a",
    "*",
]


def document(data: str | bytes, kind: Kind = "gitignore"):  # type: ignore[no-untyped-def]
    raw = data.encode() if isinstance(data, str) else data
    return parse(SourceFile(".gitignore", kind, raw))[0]


def ignored(path: str, *lines: str, **nested: list[str]) -> bool:
    match = git_ignored(path, {"": lines, **nested})
    return match is not None and match.ignored


# --- the document ---------------------------------------------------------------------------------


def test_patterns_have_the_text_their_span_slices() -> None:
    doc = document("# c\r\n*.pyc\r\n\r\n!keep  \nlast")
    assert [p["pattern"] for p in doc.data["patterns"]] == ["*.pyc", "keep", "last"]
    assert [p["negated"] for p in doc.data["patterns"]] == [False, True, False]
    spans = [doc.span(("patterns", i)) for i in range(3)]
    assert [doc.text[s.start : s.end] for s in spans] == ["*.pyc", "!keep", "last"]
    assert [doc.text[s.start : s.end] for s in doc.comments] == ["# c"]


def test_a_byte_order_mark_is_no_part_of_the_first_pattern() -> None:
    assert document(b"\xef\xbb\xbfa\n").data["patterns"][0]["pattern"] == "a"


def test_a_docker_pattern_is_cleaned_and_its_span_is_not() -> None:
    doc = document("  ./a/../b/  \n", "dockerignore")
    assert doc.data["patterns"] == [{"pattern": "b", "negated": False, "text": "  ./a/../b/  "}]
    span = doc.span(("patterns", 0))
    assert doc.text[span.start : span.end] == "./a/../b/"


@pytest.mark.parametrize("line", ["[a", "a\\", "!"])
def test_a_pattern_that_can_never_match_is_a_problem(line: str) -> None:
    assert [p.code for p in document(line).problems] == ["invalid-pattern"]


def test_a_file_that_is_not_text_is_an_error_with_its_line() -> None:
    with pytest.raises(ParseError) as caught:
        document(b"a\n\xff\n")
    assert caught.value.line == 2


@given(st.text(alphabet="a!#* \t\r\n/[]\\", max_size=60), st.sampled_from(["gitignore", "dockerignore"]))
def test_every_span_slices_to_a_piece_of_its_line(text: str, kind: Kind) -> None:
    doc = document(text, kind)
    for i, pattern in enumerate(doc.data["patterns"]):
        span = doc.span(("patterns", i))
        assert doc.text[span.start : span.end] in pattern["text"]
        assert doc.text[span.start : span.end].startswith("!") == pattern["negated"]


# --- git ------------------------------------------------------------------------------------------


def test_the_deciding_pattern_is_named_with_its_file_and_line() -> None:
    files = {"": ["*.log", ""], "a": ["# keep", "!keep.log"]}
    assert git_ignored("x.log", files) == IgnoreMatch("", 1, "*.log", True)
    assert git_ignored("a/keep.log", files) == IgnoreMatch("a", 2, "!keep.log", False)
    assert git_ignored("a/other.py", files) is None


def test_nothing_inside_an_ignored_folder_can_be_taken_back() -> None:
    assert ignored("a/keep", "a/", "!a/keep")
    assert ignored("a/keep", "a/", a=["!keep"])
    assert not ignored("a/keep", "a/*", "!a/keep")
    assert not ignored("a/keep", "a/**", "!a/keep")


def test_a_folder_taken_back_frees_what_its_pattern_does_not_match_itself() -> None:
    assert not ignored("a/b", "a", "!a/")


def test_a_slash_roots_a_pattern_and_its_absence_does_not() -> None:
    assert ignored("x/a", "a")
    assert not ignored("x/a", "/a")
    assert not ignored("x/a/b", "a/b")
    assert ignored("x/a/b", "**/a/b")


def test_a_pattern_for_folders_leaves_a_file_alone() -> None:
    assert not ignored("a", "a/")
    assert ignored("a/", "a/")
    assert ignored("a/b", "a/")


SEGMENTS = st.sampled_from(
    [
        "a",
        "b",
        "*",
        "**",
        "?",
        "a*",
        "*b",
        "[ab]",
        "[!a]",
        "[a-c]*",
        "***",
        "a**",
        "c.py",
        "*.py",
        "[[:alpha:]]",
        "\\a",
        "[]a]",
        "[a",
        "[^b-]",
        "ab",
        "a\\ ",
        "[a/b]",
        "\\*",
        "[[:x:]]",
        "[\\]a]",
        "a.b",
        "-",
        "[--a]",
    ]
)
PATTERNS = st.builds(
    lambda negated, lead, parts, tail: negated + lead + "/".join(parts) + tail,
    st.sampled_from(["", "", "", "!", "\\!", "\\#", "#"]),
    st.sampled_from(["", "", "/", "**/"]),
    st.lists(SEGMENTS, min_size=1, max_size=4),
    st.sampled_from(["", "", "/", "/**", " ", "\\ ", "  ", "\r", "\t"]),
)
FILES = st.dictionaries(
    st.sampled_from(["", "", "a", "b", "a/b"]),
    st.lists(PATTERNS, min_size=1, max_size=5),
    min_size=1,
    max_size=3,
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ignore")
    subprocess.run(["git", "init", "-q", str(root)], check=True, env=git_environment())
    (root / ".git/info/exclude").write_text("")
    for folder in ("a/b", "b"):
        (root / folder).mkdir(parents=True)
    return root


def git_environment() -> dict[str, str]:
    return {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "XDG_CONFIG_HOME": os.devnull,
    }


def check_ignore(root: Path, paths: list[str]) -> dict[str, tuple[str, int, str] | None]:
    run = subprocess.run(
        ["git", "-C", str(root), "check-ignore", "-v", "-n", "-z", "--no-index", "--stdin"],
        input="\0".join(paths).encode(),
        capture_output=True,
        env=git_environment(),
    )
    fields = run.stdout.decode().split("\0")
    answers: dict[str, tuple[str, int, str] | None] = {}
    for source, line, pattern, path in zip(*(fields[i::4] for i in range(4)), strict=False):
        answers[path] = (source, int(line), pattern) if source else None
    return answers


@given(FILES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_git_answers_the_same(repository: Path, files: dict[str, list[str]]) -> None:
    for old in repository.rglob(".gitignore"):
        old.unlink()
    for folder, lines in files.items():
        (repository / folder / ".gitignore").write_bytes("\n".join(lines).encode())
    expected = check_ignore(repository, TREE)
    for path in TREE:
        # git looks for itself what is a folder.
        match = git_ignored(path + "/" if path in ("a", "b", "a/b") else path, files)
        found = match and (f"{match.directory}/.gitignore".lstrip("/"), match.line, match.pattern)
        assert found == expected[path], path


# --- Docker ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "lines", "expected"),
    [
        ("docs/a.md", ["*.md"], False),
        ("docs/a.md", ["**/*.md"], True),
        ("a.md", ["**/*.md"], True),
        ("a.md", ["/a.md"], True),
        ("a.md", ["./a.md"], True),
        ("a.md", ["  a.md  "], True),
        ("a.md", ["#a.md"], False),
        ("#a.md", [" #a.md"], True),
        ("node_modules/x/y", ["node_modules"], True),
        ("node_modules/x/y", ["node_modules/"], True),
        ("app/node_modules/x", ["node_modules"], False),
        ("app/node_modules/x", ["**/node_modules"], True),
        ("a/keep", ["a", "!a/keep"], False),
        ("a/keep/deep", ["a", "!a/keep"], False),
        ("a/other", ["a", "!a/keep"], True),
        ("a/keep", ["!a/keep", "a"], True),
        ("README.md", ["*.md", "!README*.md", "README-secret.md"], False),
        ("README-secret.md", ["*.md", "!README*.md", "README-secret.md"], True),
        ("anything/at/all", ["**"], True),
        ("app/main.py", ["*", "!app"], False),
        ("a/b/c", ["a/**"], True),
        ("a", ["a/**"], False),
        ("x/a.env.local", ["**/*.env*"], True),
        ("xname", ["**name"], True),
        ("dir/xname", ["**name"], True),
        ("a/x/y/b", ["a/**/b"], True),
        ("a/b", ["a/**/b"], True),
        ("a?b", ["a\\?b"], True),
        ("aXb", ["a\\?b"], False),
        ("ab/c", ["a[^/]/c"], True),
        ("b", ["a/../b"], True),
        ("a", ["!"], False),
        ("a", ["[a"], False),
        ("a", [""], False),
        ("a", ["! a"], False),
        (".env", ["*", "! .env"], False),
        ("e/a.md", ["*", "!**/*.md"], False),
        ("c/d/a", ["**/?/?/*", "!c"], True),
        ("c/d/a", ["**/c", "!c"], False),
        ("a", ["\\a"], False),
    ],
)
def test_docker_answers_as_its_builders_do(path: str, lines: list[str], expected: bool) -> None:
    assert docker_ignored(path, lines) is expected


# --- wildcards ------------------------------------------------------------------------------------

TOKENS = st.lists(
    st.sampled_from(
        [
            Token("text", "a"),
            Token("text", "b"),
            Token("text", "/"),
            Token("one"),
            Token("star"),
            Token("folders"),
            Token("rest"),
            Token("set", ranges=(("a", "b"),)),
            Token("set", ranges=(("a", "a"),), negated=True),
            Token("set", ranges=(), negated=True, slash=True),
            Token("text", "ab"),
        ]
    ),
    max_size=6,
)


@given(TOKENS, st.text(alphabet="ab/.", max_size=8))
@settings(max_examples=600)
def test_the_slow_way_agrees_with_regular_expressions(tokens: list[Token], text: str) -> None:
    import re

    expression = "".join(token.expression() for token in tokens)
    assert follow(tuple(tokens), text) == bool(re.fullmatch(expression, text, re.DOTALL))


@pytest.mark.parametrize(
    "ignores", [lambda p, line: bool(git_ignored(p, {"": [line]})), lambda p, line: docker_ignored(p, [line])]
)
@pytest.mark.parametrize("pattern", ["*a" * 60 + "b", "**/a" * 30 + "/b", "*?" * 80 + "x"])
def test_a_hostile_pattern_costs_no_time(ignores, pattern: str) -> None:  # type: ignore[no-untyped-def]
    begin = time.process_time()
    assert not ignores("a" * 250 + "/" + "a/" * 20 + "c", pattern)
    assert time.process_time() - begin < 20


@pytest.mark.parametrize("form", ["f{}.log", "*.x{}", "/a{}/*.x{}", "/a{}/b", "b*{}?x"])
def test_many_patterns_are_not_asked_one_by_one(form: str) -> None:
    lines = [form.format(*(number,) * 2) for number in range(5000)]
    matcher = GitMatcher({"": [*lines, "*.py", "!a1/"]})
    begin = time.process_time()
    found = [matcher.match(f"a{number % 50}/b{number % 300}/f{number}.py") for number in range(5000)]
    assert all(match is not None and match.pattern == "*.py" for match in found)
    assert time.process_time() - begin < 5


def test_few_wildcards_use_a_regular_expression() -> None:
    assert Wildcard((Token("star"), Token("text", "a"))).expression is not None
    assert Wildcard((Token("star"),) * 4).expression is None


@pytest.mark.parametrize(
    ("pattern", "path", "ignored"),
    [
        ("?.log", "é.log", False),
        ("??.log", "é.log", True),
        ("*.log", "é.log", True),
        ("é*", "é.log", True),
        ("é.log", "é.log", True),
        ("[é].log", "é.log", False),
        ("[é][é].log", "é.log", True),
        ("[!a].log", "é.log", False),
        ("ä/?", "ä/b", True),
        ("**/日?本", "a/日x本", True),
        ("?.log", "\udce9.log", True),
    ],
)
def test_git_compares_bytes(pattern: str, path: str, ignored: bool) -> None:
    match = git_ignored(path, {"": [pattern]})
    assert (match is not None and match.ignored) is ignored
