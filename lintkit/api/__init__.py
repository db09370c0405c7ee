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
from lintkit.words.path_sets import (
    DEVELOPMENT,
    DOCS,
    EXAMPLES,
    LESSONS,
    MIGRATIONS,
    NOT_A_SERVICE,
    NOT_DEPLOYED,
    SCRIPTS,
    TESTS,
    VENDORED,
)

if TYPE_CHECKING:
    from lintkit.python.match import Match
    from lintkit.python.module import PythonFile
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
