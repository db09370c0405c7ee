"""The defaults of a namespace: a LimitRange gives a container the limit that it does not set itself.

What a file says of namespaces is taken while it is checked, so that nothing is read or parsed again for it.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lintkit.declared.select import SelectError, select
from lintkit.kinds.kubernetes.objects import at
from lintkit.model import Document, Finding, RuleMeta

DEFAULTS = "lintkit/excuses"
"""What fails where it is not known what an object gives to others."""

_LARGEST = 500_000

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
        namespace = at(document.data, "metadata", "namespace")
        given = tuple(
            excuse
            for excuse in excuses
            if at(document.data, "kind") == excuse[0] and _finds(document, excuse[1])
        )
        whole = document.span(())
        end = max(whole.end, whole.start + 1)
        yield Placed(whole.start, end, Place(namespace if isinstance(namespace, str) else "", folder), given)


def without_excused(
    findings: Sequence[Finding], files: Mapping[str, Sequence[Placed]], metas: Mapping[str, RuleMeta]
) -> list[Finding]:
    """`findings` without those of objects that get from their namespace what they lack.

    files  path -> the objects in it
    metas  the rules that ran
    """
    given: defaultdict[Excuse, set[Place]] = defaultdict(set)
    for objects in files.values():
        for each in objects:
            for excuse in each.excuses:
                given[excuse].add(each.place)

    def is_excused(finding: Finding) -> bool:
        meta = metas.get(finding.rule)
        places = given.get(meta.excused_by, ()) if meta is not None and meta.excused_by is not None else ()
        start = finding.primary.span.start
        own = next((each for each in files.get(finding.path, ()) if each.start <= start < each.end), None)
        return own is not None and any(own.place.meets(place) for place in places)

    return [finding for finding in findings if not is_excused(finding)] if given else list(findings)


def _finds(document: Document, query: str) -> bool:
    try:
        return bool(select(document, query))
    except SelectError:
        return False
