"""The defaults of a namespace: a LimitRange gives a container the limit that it does not set itself.

What a file says of namespaces is taken while it is checked, so that nothing is read or parsed again for it. What a
kustomization deploys has the namespaces that it puts in.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lintkit.declared.select import SelectError, select
from lintkit.formats.plain import at
from lintkit.model import Document, Finding, RuleMeta

DEFAULTS = "lintkit/excuses"
"""What fails where it is not known what an object gives to others."""

_LARGEST = 500_000

Excuse = tuple[str, str]
"""The kind of an object, and the query that finds something in it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object is deployed, as far as it says so; the folder of its file or view decides where it does not."""

    namespace: str
    folder: str

    def meets(self, other: Place) -> bool:
        """Whether two objects are deployed into one namespace."""
        if self.namespace and other.namespace:
            return self.namespace == other.namespace
        return self.folder == other.folder


@dataclass(frozen=True, slots=True)
class Placed:
    """An object of a file, from `start` to `end`: where it is deployed, and what it gives to others there."""

    start: int
    end: int
    place: Place
    excuses: tuple[Excuse, ...] = ()


def placed(documents: Sequence[Document], excuses: Sequence[Excuse]) -> Iterator[Placed]:
    """Where the objects of a file are deployed, and which of `excuses` they give."""
    if not excuses or not documents or len(documents[0].text) > _LARGEST:
        return
    folder = posixpath.dirname(documents[0].path)
    for document in documents:
        whole = document.span(())
        end = max(whole.end, whole.start + 1)
        yield Placed(whole.start, end, place_of(document, folder), tuple(_excuses_of(document, excuses)))


def place_of(document: Document, folder: str) -> Place:
    """Where an object of a folder is deployed."""
    namespace = at(document.data, "metadata", "namespace")
    return Place(namespace if isinstance(namespace, str) else "", folder)


@dataclass(slots=True)
class Defaults:
    """What objects give to others, and where."""

    _given: defaultdict[Excuse, set[Place]] = field(default_factory=lambda: defaultdict(set))

    def add(self, place: Place, excuses: Iterable[Excuse]) -> None:
        """Take in what an object gives where it is deployed."""
        for excuse in excuses:
            self._given[excuse].add(place)

    def reach(self, place: Place, excuse: Excuse | None) -> bool:
        """Whether an object gets from its namespace what a rule accepts."""
        return excuse is not None and any(place.meets(other) for other in self._given.get(excuse, ()))


def defaults_of(documents: Iterable[Document], excuses: Collection[Excuse], folder: str) -> Defaults:
    """What documents of a folder give to each other."""
    defaults = Defaults()
    for document in documents:
        defaults.add(place_of(document, folder), _excuses_of(document, excuses))
    return defaults


def without_excused(
    findings: Sequence[Finding], files: Mapping[str, Sequence[Placed]], metas: Mapping[str, RuleMeta]
) -> list[Finding]:
    """`findings` without those of objects that get from their namespace what they lack.

    files  path -> the objects in it
    metas  the rules that ran
    """
    defaults = Defaults()
    for objects in files.values():
        for each in objects:
            defaults.add(each.place, each.excuses)

    def is_excused(finding: Finding) -> bool:
        meta = metas.get(finding.rule)
        if meta is None or meta.excused_by is None:
            return False
        start = finding.primary.span.start
        own = next((each for each in files.get(finding.path, ()) if each.start <= start < each.end), None)
        return own is not None and defaults.reach(own.place, meta.excused_by)

    return [finding for finding in findings if not is_excused(finding)]


def _excuses_of(document: Document, excuses: Collection[Excuse]) -> Iterator[Excuse]:
    kind = at(document.data, "kind")
    return (excuse for excuse in excuses if kind == excuse[0] and _finds(document, excuse[1]))


def _finds(document: Document, query: str) -> bool:
    try:
        return bool(select(document, query))
    except SelectError:
        return False
