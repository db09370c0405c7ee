"""Findings that an object elsewhere excuses: a LimitRange gives a container the limit that it does not set itself."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from lintkit.declared.select import SelectError, select
from lintkit.formats.errors import ParseError
from lintkit.kinds.kubernetes.objects import at, parse
from lintkit.model import Document, Finding, RuleMeta, SourceFile
from lintkit.run.guard import Guard

_LARGEST = 500_000

EXCUSES = "lintkit/excuses"
"""What fails where it is not known what an object excuses."""

Excuse = tuple[str, str]
"""The kind of an object, and the query that finds something in it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object is deployed, as far as it says so; the folder decides where it does not."""

    namespace: str
    folder: str

    def meets(self, other: Place) -> bool:
        """Whether two objects are deployed into one namespace."""
        if self.namespace and other.namespace:
            return self.namespace == other.namespace
        return self.folder == other.folder


@dataclass(frozen=True, slots=True)
class Excuses:
    """The manifests of a repository, and what the rules accept as an excuse.

    paths  the files of manifests
    load   the bytes of a file; None for one that cannot be read
    metas  the rules that ran
    guard  takes what an object raises
    """

    paths: Iterable[str]
    load: Callable[[str], SourceFile | None]
    metas: Mapping[str, RuleMeta]
    guard: Guard

    def settle(self, findings: Sequence[Finding]) -> list[Finding]:
        """`findings` without those that an object of their own namespace excuses."""
        asked: defaultdict[Excuse, set[str]] = defaultdict(set)
        for rule in {finding.rule for finding in findings}:
            meta = self.metas.get(rule)
            if meta is not None and meta.excused_by is not None:
                asked[meta.excused_by].add(rule)
        given = self._given(tuple(asked)) if asked else {}
        if not given:
            return list(findings)
        places = {rule: given[excuse] for excuse, rules in asked.items() if excuse in given for rule in rules}
        near = frozenset(place for found in given.values() for place in found)

        @cache
        def read(path: str) -> tuple[Document, ...]:
            return self.guard.run(EXCUSES, path, lambda: self._documents(path, near), ())

        return [
            finding
            for finding in findings
            if finding.rule not in places
            or not _is_excused(finding, read(finding.path), places[finding.rule])
        ]

    def _given(self, asked: Sequence[Excuse]) -> dict[Excuse, set[Place]]:
        """Where the objects that excuse are deployed."""
        kinds = {kind.encode() for kind, _ in asked}
        given: defaultdict[Excuse, set[Place]] = defaultdict(set)
        for path in self.paths:
            source = self.load(path)
            if source is None or not any(kind in source.data for kind in kinds):
                continue
            for excuse in self.guard.gather(EXCUSES, path, partial(_excuses_in, source, asked)):
                given[excuse[0]].add(excuse[1])
        return given

    def _documents(self, path: str, near: frozenset[Place]) -> tuple[Document, ...]:
        """What a file holds; nothing, unparsed, where it can share no namespace with one of the places."""
        source = self.load(path)
        if source is None:
            return ()
        folder = posixpath.dirname(path)
        if not any(
            place.folder == folder or (place.namespace and place.namespace.encode() in source.data)
            for place in near
        ):
            return ()
        return _parsed(source)


def _excuses_in(source: SourceFile, asked: Sequence[Excuse]) -> list[tuple[Excuse, Place]]:
    """What the objects of a file excuse, and where."""
    return [
        (excuse, _place(document, source.path))
        for document in _parsed(source)
        for excuse in asked
        if at(document.data, "kind") == excuse[0] and _finds(document, excuse[1])
    ]


def _parsed(source: SourceFile) -> tuple[Document, ...]:
    if source.kind != "kubernetes" or len(source.data) > _LARGEST:
        return ()
    try:
        return parse(source)
    except ParseError:
        return ()


def _finds(document: Document, query: str) -> bool:
    try:
        return bool(select(document, query))
    except SelectError:
        return False


def _place(document: Document, path: str) -> Place:
    namespace = at(document.data, "metadata", "namespace")
    return Place(namespace if isinstance(namespace, str) else "", posixpath.dirname(path))


def _is_excused(finding: Finding, documents: tuple[Document, ...], places: set[Place]) -> bool:
    span = finding.primary.span
    for document in documents:
        whole = document.span(())
        if whole.start <= span.start < max(whole.end, whole.start + 1):
            own = _place(document, finding.path)
            return any(own.meets(place) for place in places)
    return False
