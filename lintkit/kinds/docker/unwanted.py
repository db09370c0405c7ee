"""What a whole build context takes along that has no place in an image."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from lintkit.facts import (
    ComposeFile,
    ContainerDefined,
    DotenvLoaded,
    IgnoreRules,
    KeyFile,
    VariableProvided,
)
from lintkit.kinds.compose.folders import compose_folders
from lintkit.kinds.docker.contexts import BuildContext, Facts
from lintkit.kinds.docker.images import Paths
from lintkit.kinds.dotenv.purpose import used_path
from lintkit.kinds.ignore.gitignores import git_ignores
from lintkit.words.environments import is_example

Sort = Literal["history", "environment", "key", "dependencies", "virtualenv", "cache", "tests", "documents"]

_TESTS = re.compile(
    r"(?:^|/)(?:tests?|__tests__|e2e|spec)/"
    r"|(?:^|/)(?:test_[^/]*\.py|[^/]*_test\.py|conftest\.py|[^/]*\.(?:test|spec)\.[cm]?[jt]sx?)$"
)
_TEST_FOLDER = re.compile(r"(.*?/)??(tests?|__tests__|e2e|spec)/")
_TEST_SUFFIX = re.compile(r"\.(?:test|spec)\.[cm]?[jt]sx?$")
_TEST_SCRIPTS = re.compile(r"(?:^|/)scripts/(?:test|check|debug)_[^/]*$")
_DOCUMENT_FOLDERS = ("docs/", "doc/", "documentation/")
_DOCUMENT = re.compile(r"[^/]+\.(?:md|MD|rst|adoc)")
_PYTHON_PROJECT = frozenset(
    {"requirements.txt", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "poetry.lock"}
)
_TEMPLATE = frozenset(("env.bak/", "venv.bak/"))
"""Lines that nobody writes, and that every copy of the template has."""
_TESTED = re.compile(r"(?:^|/)(?:tests?|testdata|fixtures|__tests__|examples?)/")


@dataclass(frozen=True, slots=True)
class Unwanted:
    """One sort of file that the build would be sent.

    there     files of the repository that are there now, sorted
    expected  paths that are there on a machine where somebody works, and that git does not show
    patterns  the lines of an ignore file that keep them out
    """

    sort: Sort
    there: tuple[str, ...]
    expected: tuple[str, ...]
    patterns: tuple[str, ...]

    @property
    def weighs(self) -> bool:
        """It leaks, or it overwrites what the build made itself; tests and documents are only ballast."""
        return self.sort in {"history", "environment", "key", "dependencies", "virtualenv"}


def unwanted(context: BuildContext, facts: Facts, paths: Paths, *, git: bool) -> Iterator[Unwanted]:
    """What is sent to the build of `context` and not wanted there.

    git  the root is a git work tree
    """
    files = paths.under(context.folder)
    if git and not context.folder and context.sends(".git/HEAD"):
        yield Unwanted("history", (), (".git",), (".git",))
    yield from _environment(context, facts, paths)
    yield from _keys(context, facts)
    yield from _dependencies(context, files)
    yield from _python(context, files)
    yield from _ballast(context, files, paths.all)


def _environment(context: BuildContext, facts: Facts, paths: Paths) -> Iterator[Unwanted]:
    dotenv = [
        fact for fact in facts(VariableProvided) if fact.source == "dotenv" and context.holds(fact.path)
    ]
    secret = {fact.path for fact in dotenv if fact.value.is_secret and not is_example(fact.path)}
    harmless = {fact.path for fact in dotenv if not is_example(fact.path)} - secret
    likely = {used_path(fact.path) for fact in dotenv if is_example(fact.path)}
    folders = compose_folders(facts(ComposeFile))
    for container in facts(ContainerDefined):
        for file in container.env_files:
            place = folders.found(container.path, file.path, paths.all)
            if (
                "$" not in place
                and context.holds(place)
                and not is_example(place)
                and not _TESTED.search(place)
            ):
                likely.add(place)
    likely.update(_set_aside(context, facts))
    there = tuple(sorted(path for path in secret if context.sends(path)))
    expected = tuple(sorted(path for path in likely - paths.all if context.sends(path)))
    if there or expected:
        exact = tuple(context.inner(path) for path in (*there, *expected))
        usual = all(posixpath.basename(path).startswith(".env") for path in exact)
        patterns = ("**/.env", "**/.env.*") if usual and not harmless else exact
        yield Unwanted("environment", there, expected, patterns)


def _set_aside(context: BuildContext, facts: Facts) -> Iterator[str]:
    """The `.env` of the context, if the `.gitignore` beside it names it: whoever wrote that line has such a file.

    GitHub's template for Python names it too, so a `.gitignore` made of that says so only where code loads such files.
    """
    place = posixpath.join(context.folder, ".env")
    if not any(fact.path == posixpath.join(context.folder, ".gitignore") for fact in facts(IgnoreRules)):
        return
    ignores = git_ignores(facts(IgnoreRules))
    match = ignores.match(place)
    if match is None or not match.ignored or match.directory != context.folder or ".env" not in match.pattern:
        return
    if _TEMPLATE.isdisjoint(ignores.lines[match.directory]) or facts(DotenvLoaded):
        yield place


def _keys(context: BuildContext, facts: Facts) -> Iterator[Unwanted]:
    there = sorted(
        {fact.path for fact in facts(KeyFile) if not _TESTED.search(fact.path) and context.sends(fact.path)}
    )
    if there:
        patterns = []
        for path in there:
            suffix = posixpath.splitext(path)[1]
            patterns.append(
                f"**/*{suffix}" if suffix in {".key", ".p12", ".pfx", ".jks"} else context.inner(path)
            )
        yield Unwanted("key", tuple(there), (), tuple(dict.fromkeys(patterns)))


def _dependencies(context: BuildContext, files: Iterable[str]) -> Iterator[Unwanted]:
    folders = [posixpath.dirname(path) for path in files if posixpath.basename(path) == "package.json"]
    found = [
        place
        for folder in folders
        if not _TESTED.search(folder + "/")
        and context.sends((place := posixpath.join(folder, "node_modules")) + "/x/index.js")
    ]
    if found:
        yield Unwanted("dependencies", (), tuple(found), ("**/node_modules",))


def _python(context: BuildContext, files: Iterable[str]) -> Iterator[Unwanted]:
    code = [path for path in files if path.endswith(".py")]
    if not code:
        return
    root = context.folder
    if any(posixpath.dirname(path) == root and posixpath.basename(path) in _PYTHON_PROJECT for path in files):
        places = [posixpath.join(root, name) for name in (".venv", "venv")]
        if all(context.sends(place + "/bin/python") for place in places):
            yield Unwanted("virtualenv", (), tuple(places), ("**/.venv", "**/venv"))
    folders = sorted(
        {posixpath.dirname(path) for path in code}, key=lambda folder: (folder.count("/"), folder)
    )
    caches = [
        place
        for folder in dict.fromkeys((folders[0], folders[-1]))
        if context.sends((place := posixpath.join(folder, "__pycache__")) + "/a.cpython-312.pyc")
    ]
    if caches:
        yield Unwanted("cache", (), tuple(caches), ("**/__pycache__",))


def _ballast(context: BuildContext, files: Iterable[str], every: frozenset[str]) -> Iterator[Unwanted]:
    tests: list[str] = []
    documents: list[str] = []
    kept: list[str] = []
    for path in files:
        inner = context.inner(path)
        if _TEST_SCRIPTS.search(inner) or _TESTS.search(inner):
            tests.append(path)
        elif inner.startswith(_DOCUMENT_FOLDERS) or _DOCUMENT.fullmatch(inner):
            (kept if _is_read_by_build(path, every) else documents).append(path)
    # What a line with `!` takes back is wanted.
    tests = [path for path in tests if context.sends(path) and not context.takes_back(path)]
    if tests:
        patterns = dict.fromkeys(_test_pattern(context.inner(path)) for path in tests)
        yield Unwanted("tests", tuple(tests), (), tuple(patterns))
    documents = [path for path in documents if context.sends(path) and not context.takes_back(path)]
    if documents:
        sent = [context.inner(path) for path in documents]
        tops = [
            folder.rstrip("/")
            for folder in _DOCUMENT_FOLDERS
            if any(each.startswith(folder) for each in sent)
        ]
        endings = sorted({"*" + posixpath.splitext(each)[1] for each in sent if "/" not in each})
        again = ["!" + context.inner(path) for path in kept if endings]
        yield Unwanted("documents", tuple(documents), (), (*tops, *endings, *again))


def _is_read_by_build(path: str, every: frozenset[str]) -> bool:
    """Whether a README belongs to a package, whose build fails without the file that it names as its description."""
    folder, name = posixpath.split(path)
    return name.lower().startswith("readme") and any(
        posixpath.join(folder, each) in every
        for each in ("pyproject.toml", "setup.py", "setup.cfg", "Cargo.toml")
    )


def _test_pattern(inner: str) -> str:
    """The line that keeps a test out, and its like."""
    folder = _TEST_FOLDER.match(inner)
    if folder is not None:
        return folder[2] if not folder[1] else f"**/{folder[2]}"
    parent, name = posixpath.split(inner)
    if _TEST_SCRIPTS.search(inner):
        return posixpath.join(parent, name.partition("_")[0] + "_*")
    if name == "conftest.py":
        return "**/conftest.py"
    suffix = _TEST_SUFFIX.search(name)
    return f"**/*{suffix[0]}" if suffix else "**/test_*.py" if name.startswith("test_") else "**/*_test.py"


def in_words(found: Iterable[Unwanted], context: BuildContext) -> str:
    """What is taken along, for a message: what is there now first, then what is there where somebody works."""
    there: list[str] = []
    expected: list[str] = []
    for each in found:
        names = [f"`{context.inner(path)}`" for path in each.there]
        if each.sort in {"tests", "documents"}:
            word = each.sort if len(names) > 1 else each.sort[:-1]
            there.append(f"{len(names)} {word} ({names[0]}{', …' if len(names) > 1 else ''})")
        else:
            there += names[:3] + ([f"{len(names) - 3} more of the kind"] if len(names) > 3 else [])
        expected += [f"`{context.inner(path)}`" for path in each.expected[:2]]
    now = f"takes along {_listed(there)}" if there else ""
    then = f"takes along {_listed(expected)} where somebody works" if expected else ""
    return f"{now}, and {_listed(expected)} where somebody works" if now and then else now or then


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
