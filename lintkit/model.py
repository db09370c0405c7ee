"""The values that every step of lintkit hands to the next one.

All of them are frozen and picklable, hold no open file and no syntax tree, and import nothing but the standard
library: a worker can return them, a cache can store them, and a reporter needs nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
"""How bad it is when it happens."""

Confidence = Literal["high", "medium", "low"]
"""How certain it is that it is so."""

Scope = Literal["file", "project"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""Most severe first."""

Kind = str
"""What a file is: the name of a `FileKind` (`lintkit.kinds.registry`)."""

Route = tuple[str | int, ...]
"""A path inside plain data: mapping keys and list indexes, from the root of one document."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of one file, in code points of its decoded text without a byte order mark.

    `path` is relative to the root, with `/` between its parts on every system.
    """

    path: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"span {self.start}:{self.end} of {self.path} does not run forwards")


@dataclass(frozen=True, slots=True)
class Location:
    """A span and what stands there, in a few words (`the default`, `replicas: 3`); the primary one needs none."""

    span: Span
    label: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `span` by `text`; an empty span inserts."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together; `safe` when they cannot change what a correct setup does.

    secret  an edit writes a secret of the file again: it may be made, and is not shown
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """A release of a library from which on something is no longer so.

    project   the name of the distribution, normalised: `redis`
    version   the numbers of the first release: `(8, 0)`
    source    where its documentation or its code says so
    presumed  taken for granted where the checked project says nothing of the version: the release is old
    """

    project: str
    version: tuple[int, ...]
    source: str
    presumed: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect at one place.

    rule         the id of the rule, `family/name`
    message      one line that says what is wrong with this very value; never contains a secret
    locations    the first is the primary one; the others show the other ends
    subject      what the finding is about in words that survive edits (a service, a key, a function)
    secret       the primary span holds a secret, so that renderers mask all of it
    fixed_in     the release of a library from which on it is not true any more, where there is one
    deployed     it is worth a change only where its file serves others than the developer who starts what reads it
    replaceable  it is about a default, and is left out where the repository gives what it deploys another value
    fingerprints (name, value) pairs, filled in when the report is settled
    group        findings of a report with the same number hold the same secret; 0 for all others
    copies       where the same secret stands besides, of a finding that speaks for its whole group
    """

    rule: str
    message: str
    locations: tuple[Location, ...]
    subject: str
    severity: Severity
    confidence: Confidence = "high"
    fix: Fix | None = None
    secret: bool = False
    fixed_in: Release | None = None
    deployed: bool = False
    replaceable: bool = False
    fingerprints: tuple[tuple[str, str], ...] = ()
    group: int = 0
    copies: tuple[Location, ...] = ()

    def __post_init__(self) -> None:
        if not self.locations:
            raise ValueError(f"{self.rule}: a finding needs a primary location")

    @property
    def primary(self) -> Location:
        """Where the finding is shown."""
        return self.locations[0]

    @property
    def others(self) -> tuple[Location, ...]:
        """Every further location: the other ends, and then the copies."""
        return (*self.locations[1:], *self.copies)

    @property
    def path(self) -> str:
        """The file of the primary location."""
        return self.locations[0].span.path


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was discovered: its path relative to the root, what it is, and its bytes."""

    path: str
    kind: Kind
    data: bytes
    tracked: bool = False


@dataclass(frozen=True, slots=True)
class NodeSpans:
    """Where one node of a document's data is written.

    key    the key (of a mapping entry), if it has one
    value  the value where it is *written*: for an alias, at its anchor
    alias  the `*alias` itself where the value is used through one, or the `<<` entry that merges it in
    raw    the scalar's text as the consumer reads it, before it is typed; None for collections
    style  how a scalar is written: plain, single, double, literal, folded; empty where that has no meaning
    """

    value: Span
    key: Span | None = None
    alias: Span | None = None
    raw: str | None = None
    style: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a parser noticed and could read past: a duplicate key, an invalid line."""

    code: str
    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file as plain data with spans; a file with several YAML documents gives several.

    data      dicts, lists, strings, numbers, booleans, None
    nodes     route -> where that node stands; the root is `()`
    index     which document of its file it is, from 0
    problems  what the parser had to read past
    comments  spans of the comments of the whole file, without the line's end
    derived   it was made of documents and is written nowhere as it is: its nodes stand in the files they come from,
              `path` and `text` are those of the file that it was made of, and nothing in it can be fixed
    """

    path: str
    kind: Kind
    text: str
    data: Any
    nodes: Mapping[Route, NodeSpans]
    index: int = 0
    problems: tuple[Problem, ...] = ()
    comments: tuple[Span, ...] = ()
    derived: bool = False

    def span(self, route: Route) -> Span:
        """The tightest span for `route`: its value, or the nearest ancestor's key when nothing stands there."""
        node = self.nodes.get(route)
        if node is not None:
            return node.value
        while route:
            route = route[:-1]
            node = self.nodes.get(route)
            if node is not None and node.key is not None:
                return node.key
        return Span(self.path, 0, 0) if node is None else node.value

    def key_span(self, route: Route) -> Span:
        """The span of the key at `route`, else of its value, else of the nearest ancestor's key."""
        node = self.nodes.get(route)
        if node is not None and node.key is not None:
            return node.key
        return self.span(route)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A `lintkit: ignore[...]` comment.

    start, end   the code points of the file whose findings it covers (by their primary span's start)
    comment      where the comment itself stands
    whole_file   an `ignore-file` comment
    around       what it covers instead, from inside out, where nothing is found from `start` to `end`
    """

    path: str
    rules: tuple[str, ...]
    reason: str
    start: int
    end: int
    comment: Span
    whole_file: bool = False
    around: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Notification:
    """What lintkit says about its own run: a skipped file, a rule that failed."""

    level: Severity
    message: str
    rule: str = ""
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A file tree that proves a rule: `files` with the marks removed, the expected lines, and the fixed tree."""

    good: bool
    files: Mapping[str, str]
    expected: tuple[tuple[str, int], ...] = ()
    fixed: Mapping[str, str] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class RuleMeta:
    """What a rule says of itself; all that reports, documentation and selection need.

    summary      the defect in a few words, without a full stop
    why          Markdown: what happens in production
    remedy       Markdown: what to do instead, one or two sentences
    options      JSON Schema `properties` of the rule's options, each with a `default`
    paths        globs of the only paths the rule looks at, unless the configuration says otherwise; empty for all
    paths_ignore globs of paths the rule skips unless the configuration says otherwise
    excused_by   the kind of a Kubernetes object, and a JSONPath that finds in it what a finding misses
    """

    id: str
    summary: str
    why: str
    remedy: str
    severity: Severity
    confidence: Confidence = "high"
    scope: Scope = "file"
    kinds: tuple[Kind, ...] = ()
    tags: tuple[str, ...] = ()
    equivalents: tuple[str, ...] = ()
    packs: tuple[str, ...] = ("recommended",)
    supersedes: tuple[str, ...] = ()
    fixable: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    paths_ignore: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    excused_by: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SuppressedFinding:
    """A finding that is not reported, and why: a comment in the source, or an entry of the configuration."""

    finding: Finding
    kind: Literal["inSource", "external"]
    reason: str


@dataclass(frozen=True, slots=True)
class Revision:
    """Where the checked tree comes from, for reports; empty strings where git does not say."""

    repository_uri: str = ""
    revision_id: str = ""
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All that a reporter sees.

    findings  sorted by path, position and rule; fingerprints filled in
    texts     path -> decoded text of every file a finding points into, with each detected secret masked by
              characters of the same count, so that positions hold and nothing can leak
    boms      paths whose files begin with a byte order mark
    rules     what ran, sorted by id, and lintkit's own rules that reported something
    compared  what the findings were compared with, in words; empty if with nothing, else `findings` are the new ones
    known     findings that were there before, so that they are not reported
    """

    findings: tuple[Finding, ...]
    rules: tuple[RuleMeta, ...]
    texts: Mapping[str, str]
    suppressed: tuple[SuppressedFinding, ...] = ()
    notifications: tuple[Notification, ...] = ()
    files_checked: int = 0
    boms: frozenset[str] = frozenset()
    revision: Revision = Revision()
    fixed: int = 0
    cost: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    compared: str = ""
    known: tuple[Finding, ...] = ()
