"""How findings of files and of views become one list.

A finding that no view of its file shows is dropped. A finding that a view has and its files have not stands at the
change that made it, once, and not where something is said already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from lintkit.model import Finding, Location, Span

Key = tuple[str, str]
"""(rule, subject), by which the findings of a file and those of its views are compared."""

Said = Set[Key]
"""What rules say of a view; (rule, "") where a rule failed."""


def key(finding: Finding) -> Key:
    """By what a finding is compared with others."""
    return (finding.rule, finding.subject)


@dataclass(frozen=True, slots=True)
class Answer:
    """What rules say of a view.

    said  file that it deploys -> what they say of it there; None where that is not known
    made  what its changes make wrong, where these stand
    """

    said: Mapping[str, Said | None]
    made: Sequence[Finding] = ()


def judged(finding: Finding, told: Mapping[str, Said | None], files: Mapping[str, str]) -> Finding | None:
    """What is left of a finding of a base: nothing where no deployment shows it, the places of those that do.

    told   kustomization -> what rules say of what it deploys; None where nothing can be said
    files  kustomization -> its file
    """
    known = [found for found in told.values() if found is not None]
    if not known or len(known) < len(told) or any((finding.rule, "") in found for found in known):
        return finding
    left = [root for root, found in zip(told, known, strict=True) if key(finding) in found]
    if not left:
        return None
    if len(left) == len(told):
        return finding
    places = [Location(Span(files[root], 0, 0), "deploys it as it is") for root in left[:3]]
    return replace(finding, locations=(*finding.locations, *places))


class Told:
    """The findings of views that are told so far, beside `known`, which are those of files."""

    def __init__(self, known: Iterable[Finding]) -> None:
        self._places: defaultdict[str, list[Span]] = defaultdict(list)
        for finding in known:
            self._places[finding.path].append(finding.primary.span)
        self._told: set[tuple[str, str, str]] = set()

    def add(self, finding: Finding) -> bool:
        """Whether a finding is to be told: it is not yet, and nothing is said of its place."""
        key = (finding.path, finding.rule, finding.subject)
        place = finding.primary.span
        if key in self._told or any(
            each.start < place.end and place.start < each.end for each in self._places[place.path]
        ):
            return False
        self._told.add(key)
        return True
