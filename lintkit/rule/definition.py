"""What a rule is once it is loaded, and what its check is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from lintkit.model import (
    Confidence,
    Document,
    Edit,
    Example,
    Finding,
    Fix,
    Kind,
    Location,
    Release,
    RuleMeta,
    Scope,
    Severity,
    Span,
)

if TYPE_CHECKING:
    from lintkit.graph.join import ConfigGraph
    from lintkit.kinds.kubernetes.cluster import Cluster
    from lintkit.python.match import Match
    from lintkit.python.triggers import DeferredTrigger, Trigger

T = TypeVar("T")

Check = Callable[..., Iterable[Finding]]
"""Python: `check(match, file, rule)`; other documents: `check(document, rule)`; projects: `check(project, rule)`."""


class RuleError(Exception):
    """A rule file that cannot be used.

    message  one sentence; `path` and `line` (from 1, 0 when unknown) say where
    """

    def __init__(self, message: str, path: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}: " if self.line else f"{self.path}: " if self.path else ""
        return where + self.message


@dataclass(frozen=True, slots=True)
class Definition:
    """What the author of a Python-coded rule writes; its id comes from its path when it is loaded."""

    summary: str
    why: str
    remedy: str
    severity: Severity
    kinds: tuple[Kind, ...]
    scope: Scope
    confidence: Confidence
    looks_at: tuple[Trigger, ...]
    tags: tuple[str, ...]
    equivalents: tuple[str, ...]
    packs: tuple[str, ...]
    supersedes: tuple[str, ...]
    fixable: bool
    options: Mapping[str, Any]
    paths_ignore: tuple[str, ...]
    examples: tuple[Example, ...]
    paths: tuple[str, ...] = ()

    def meta(self, rule_id: str) -> RuleMeta:
        """The metadata of this definition under the id that its path gives it."""
        return RuleMeta(
            id=rule_id,
            summary=self.summary,
            why=self.why,
            remedy=self.remedy,
            severity=self.severity,
            confidence=self.confidence,
            scope=self.scope,
            kinds=self.kinds,
            tags=self.tags,
            equivalents=self.equivalents,
            packs=self.packs,
            supersedes=self.supersedes,
            fixable=self.fixable,
            options=self.options,
            paths=self.paths,
            paths_ignore=self.paths_ignore,
            examples=self.examples,
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A loaded rule: what it says of itself, what it looks at, and its check.

    origin  the file it was loaded from
    notes   what its author should know of it, one sentence each
    whole   of a rule that says only what start-up asks: gives the rule with its examples and its own triggers
    """

    meta: RuleMeta
    check: Check
    looks_at: tuple[Trigger | DeferredTrigger, ...] = ()
    origin: str = ""
    notes: tuple[str, ...] = ()
    whole: Callable[[], Rule] | None = None

    @property
    def id(self) -> str:
        """The id, `family/name`."""
        return self.meta.id


@dataclass(frozen=True, slots=True)
class RuleContext:
    """A rule as it runs on one file or project: its metadata, its options in force, and how it makes findings.

    matches      for Python rules: all matches of the rule's own triggers in the file, in the order of the file
    documents    for other rules: all documents of the file, so that a rule can compare one with another
    tracked      for other rules: git tracks the file
    environment  what the configuration says the file is for (`production`); None where it says nothing
    strict       what is true and seldom worth a change is wanted as well: the rule would be selected if it were in the
                 pack `strict` alone, as by that pack, by its own id, or by `'*'`
    """

    meta: RuleMeta
    options: Mapping[str, Any] = field(default_factory=dict)
    matches: tuple[Match, ...] = ()
    documents: tuple[Document, ...] = ()
    tracked: bool = False
    environment: str | None = None
    strict: bool = True

    def finding(
        self,
        span: Span,
        message: str,
        *,
        subject: str,
        label: str = "",
        related: Iterable[Location] = (),
        fix: Fix | None = None,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        secret: bool = False,
        fixed_in: Release | None = None,
        deployed: bool = False,
        replaceable: bool = False,
    ) -> Finding:
        """A finding of this rule at `span`.

        message  one line about this very value; what it quotes from a file stands in backticks, where secrets are
                 masked, and all else is taken for words of the rule. So are labels and titles of fixes
        subject  what the finding is about in words that survive edits: a service, a key, a function
        related  the other ends, each with a label
        severity, confidence  only where they differ from the rule's own
        fixed_in  the release of a library from which on it is not true: it is left out where the project has that one
        deployed  it is seldom worth a change in a `.env` file that developers' stacks alone read: it is told of such a
                  one only where `strict` is, see there
        replaceable  it is about a default: it is left out where the repository gives what it deploys another value, by
                  a variable or in a settings module for production
        """
        return Finding(
            rule=self.meta.id,
            message=message,
            locations=(Location(span, label), *related),
            subject=subject,
            severity=severity or self.meta.severity,
            confidence=confidence or self.meta.confidence,
            fix=fix,
            secret=secret,
            fixed_in=fixed_in,
            deployed=deployed,
            replaceable=replaceable,
        )


def replacement(title: str, span: Span, text: str, *, safe: bool) -> Fix:
    """A fix that is one edit."""
    return Fix(title, (Edit(span, text),), safe)


@dataclass(frozen=True, slots=True)
class Project:
    """What a project rule sees: facts and their graph, the tree's paths, never a syntax tree.

    paths    every file of the tree, also those of no kind that lintkit reads
    tracked  the ones that git tracks; empty outside a git work tree
    cluster  how the objects of Kubernetes manifests refer to each other
    """

    paths: frozenset[str]
    tracked: frozenset[str]
    graph: ConfigGraph
    by_type: Mapping[type[Any], tuple[Any, ...]]
    cluster: Cluster

    def facts(self, kind: type[T]) -> tuple[T, ...]:
        """All facts of one type, sorted by path and position."""
        return self.by_type.get(kind, ())
