"""What a Python-coded rule imports: this module, and those beside it for facts, words, secrets and kinds of files.

Importing it costs almost nothing: libcst is loaded when `cst` is first used, not when a rule is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lintkit.budget import Budget
from lintkit.model import (
    Confidence,
    Document,
    Edit,
    Example,
    Finding,
    Fix,
    Kind,
    Location,
    NodeSpans,
    Release,
    Route,
    Scope,
    Severity,
    Span,
)
from lintkit.python.lazy import cst
from lintkit.python.triggers import (
    Calls,
    Decorators,
    Keywords,
    MethodCalls,
    NamedValues,
    References,
    Statements,
    Strings,
    Subclasses,
    Trigger,
)
from lintkit.rule.definition import Definition, Project, RuleContext, replacement
from lintkit.rule.marks import read_marks

if TYPE_CHECKING:
    from lintkit.python.module import Match, PythonFile
else:
    Match = PythonFile = Any

__all__ = [
    "DEVELOPMENT",
    "DOCS",
    "EXAMPLES",
    "LESSONS",
    "MIGRATIONS",
    "NOT_A_SERVICE",
    "NOT_DEPLOYED",
    "SCRIPTS",
    "TESTS",
    "VENDORED",
    "Budget",
    "Calls",
    "Confidence",
    "Decorators",
    "Definition",
    "Document",
    "Edit",
    "Finding",
    "Fix",
    "Keywords",
    "Location",
    "Match",
    "MethodCalls",
    "NamedValues",
    "NodeSpans",
    "Project",
    "PythonFile",
    "References",
    "Release",
    "Route",
    "RuleContext",
    "Severity",
    "Span",
    "Statements",
    "Strings",
    "Subclasses",
    "Trigger",
    "bad",
    "cst",
    "define",
    "good",
    "replacement",
]

TESTS = (
    "**/tests/**",
    "**/test/**",
    "**/testing/**",
    "**/unittest/**",
    "**/unittests/**",
    "**/testdata/**",
    "**/test_data/**",
    "**/test-data/**",
    "**/test_*.py",
    "**/*_test.py",
    "**/*_tests.py",
    "**/tests.py",
    "**/conftest.py",
    "**/*_tests/**",
    "**/tests_*/**",
    "**/systemtests/**",
    "**/smoketests/**",
    "**/functests/**",
    "**/integrationtests/**",
    "**/*_test/**",
    "**/*-tests/**",
    "**/*-test/**",
    "**/test-*.py",
    "**/*-test.py",
    "**/*-tests.py",
    "**/loadtest*/**",
    "**/loadtest*.py",
    "**/locustfile*.py",
    "**/*testing*.py",
    "**/doctests/**",
    "**/pytest_plugin*.py",
    "**/pytest/**",
    "**/settings/test.py",
    "**/settings/tests.py",
    "**/config/test.py",
    "**/conf/test.py",
    "**/configs/test.py",
    "**/e2e/**",
    "**/cypress/**",
    "**/playwright/**",
    "**/fixtures/**",
    "**/*_fixtures/**",
    "**/spec/**",
)
"""Paths of tests and of what they need."""

EXAMPLES = (
    "**/examples/**",
    "**/example/**",
    "**/samples/**",
    "**/sample/**",
    "**/demo/**",
    "**/demos/**",
    "**/*.example.*",
    "**/*_example.*",
    "**/example_*",
    "**/example.*",
)
"""Paths of examples and samples."""

DOCS = ("**/docs/**", "**/doc/**", "**/docs_src/**", "**/documentation/**", "**/tutorials/**")
"""Paths of documentation."""

LESSONS = (
    "**/tutorial*/**",
    "**/[0-9]-*/**",
    "**/[0-9][0-9]-*/**",
    "**/[0-9]_*/**",
    "**/[0-9][0-9]_*/**",
    *(
        f"**/{word}{mark}[0-9]*/**"
        for word in (
            "chapter",
            "part",
            "lesson",
            "day",
            "week",
            "step",
            "exercise",
            "lab",
            "module",
            "lecture",
        )
        for mark in ("", "-", "_")
    ),
)
"""Paths of the numbered parts of a course."""

MIGRATIONS = ("**/migrations/**", "**/alembic/**")
"""Paths of migrations of a database."""

VENDORED = (
    "vendor/**",
    "**/_vendor/**",
    "**/vendored/**",
    "**/third_party/**",
    "**/third-party/**",
    "**/thirdparty/**",
    "**/3rdparty/**",
    "**/extern/**",
)
"""Copies of other people's code, repaired where they come from. A folder `vendor` further down may be about sellers."""
NOT_DEPLOYED = (
    *VENDORED,
    *(
        f"**/{mark}{word}/**"
        for mark in ("", ".", "_")
        for word in ("archive", "archived", "attic", "deprecated", "disabled", "graveyard", "old", "unused")
    ),
    "**/.taskfiles/**",
    "**/.just/**",
    "**/.github/**",
    "**/v[0-9]*.[0-9]*/**",
    "**/[0-9]*.[0-9]*.[0-9]*/**",
    "**/*[0-9].[0-9]*.[0-9]*.yaml",
)
"""Manifests that nobody deploys as they are: copies, what was set aside, templates of tasks, releases of the past."""

SCRIPTS = (
    "**/scripts/**",
    "**/script/**",
    "**/tools/**",
    "**/*_scripts/**",
    "**/*-scripts/**",
    "**/bin/**",
    "**/benchmark/**",
    "**/benchmarks/**",
    "**/experiments/**",
    "**/notebook/**",
    "**/notebooks/**",
    "**/dev/**",
    "**/hack/**",
)
"""Paths of what people run by hand."""


DEVELOPMENT = (
    "**/.devcontainer/**",
    "**/dev/**",
    "**/develop.y*ml",
    "**/.ci/**",
    "**/ci/**",
    "**/*compose*[.-]dev*",
    "**/*compose*[.-]local*",
    "**/*compose*[.-]ci.*",
    "**/*compose*[.-]test*",
    "**/*[.-]dev*compose*",
)
"""Compose files for machines of developers and of continuous integration, by their names."""

NOT_A_SERVICE = (*TESTS, *EXAMPLES, *DOCS, *MIGRATIONS, *VENDORED)
"""Paths that rules about running services leave out by default."""


def define(
    *,
    summary: str,
    why: str,
    remedy: str,
    severity: Severity,
    kinds: Sequence[Kind] = (),
    scope: Scope = "file",
    confidence: Confidence = "high",
    looks_at: Sequence[Trigger] = (),
    tags: Sequence[str] = (),
    equivalents: Sequence[str] = (),
    packs: Sequence[str] = ("recommended",),
    supersedes: Sequence[str] = (),
    fixable: bool = False,
    options: Mapping[str, Any] | None = None,
    paths: Sequence[str] = (),
    paths_ignore: Sequence[str] = (),
    examples: Sequence[Example] = (),
) -> Definition:
    """What a rule says of itself; assign it to `RULE` and write `check` beside it.

    summary       the defect in a few words, lower case, no full stop
    why           Markdown: what happens in production, two to four sentences
    remedy        Markdown: what to do, one or two sentences
    looks_at      for Python rules: the triggers on which `check` is called
    options       JSON Schema properties, each with a `default`; read as `rule.options[name]`
    paths         globs of the only files that the rule looks at by default
    paths_ignore  globs that the rule leaves out by default, such as `NOT_A_SERVICE`
    examples      made by `bad` and `good`; they are the rule's tests and its documentation
    """
    return Definition(
        summary=summary,
        why=why.strip(),
        remedy=remedy.strip(),
        severity=severity,
        kinds=tuple(kinds),
        scope=scope,
        confidence=confidence,
        looks_at=tuple(looks_at),
        tags=tuple(tags),
        equivalents=tuple(equivalents),
        packs=tuple(packs),
        supersedes=tuple(supersedes),
        fixable=fixable,
        options=dict(options or {}),
        paths=tuple(paths),
        paths_ignore=tuple(paths_ignore),
        examples=tuple(examples),
    )


def bad(
    files: str | Mapping[str, str],
    *,
    fixed: str | Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    note: str = "",
) -> Example:
    """An example the rule must report on exactly the lines that end in `# <-- here` (removed before it runs).

    files  path -> text; a plain string is one file with the usual name of the rule's kind
    fixed  the same files after the rule's fix
    """
    marked = {"": files} if isinstance(files, str) else dict(files)
    clean, expected = read_marks(marked)
    after = None if fixed is None else {"": fixed} if isinstance(fixed, str) else dict(fixed)
    return Example(False, clean, expected, after, dict(options or {}), note)


def good(
    files: str | Mapping[str, str], *, options: Mapping[str, Any] | None = None, note: str = ""
) -> Example:
    """An example on which the rule must stay silent; `note` says which exception it shows."""
    tree = {"": files} if isinstance(files, str) else dict(files)
    return Example(True, tree, (), None, dict(options or {}), note)
