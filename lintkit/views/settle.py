"""How findings of files and of views become one list.

A finding that every view of its file repairs is dropped. A finding that a view has and its files have not stands at the
change that made it, once, and not where something is said already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from lintkit.kinds.kubernetes.kustomize import BuiltObject, Kustomizations, Step
from lintkit.kinds.kubernetes.kustomize_places import place_of, route_of
from lintkit.kinds.kubernetes.objects import at
from lintkit.model import Finding, Location, Route, Span

Said = Set[tuple[str, str]]
"""What rules say of a view: (rule, subject), and (rule, "") where a rule failed."""


def judged(
    finding: Finding, told: Mapping[str, Said | None], files: Mapping[str, str], label: str
) -> Finding | None:
    """What is left of a finding of a base: nothing where no deployment shows it, the places of those that do.

    told   kustomization -> what rules say of what it deploys; None where nothing can be said
    files  kustomization -> its file
    label  what is said of the place of one that shows it, where others do not
    """
    known = [found for found in told.values() if found is not None]
    if not known or len(known) < len(told) or any((finding.rule, "") in found for found in known):
        return finding
    key = (finding.rule, finding.subject)
    left = [root for root, found in zip(told, known, strict=True) if key in found]
    if not left:
        return None
    if len(left) == len(told):
        return finding
    places = [Location(Span(files[root], 0, 0), label) for root in left[:3]]
    return replace(finding, locations=(*finding.locations, *places))


def at_change(
    kustomizations: Kustomizations, finding: Finding, step: Step, route: Route, built: BuiltObject
) -> Finding:
    """The finding where `step` says what stands at `route` of an object, with the object as its other end."""
    place = place_of(step, route, kustomizations.read(step.change.path)[0])
    base = kustomizations.read(built.path)[built.index]
    label = f"{at(built.data, 'kind')} {at(built.data, 'metadata', 'name')} is changed"
    return replace(
        finding,
        locations=(Location(place), Location(base.span(("metadata", "name")), label)),
        fix=None,
    )


def end_of(
    finding: Finding, location: Location, objects: Sequence[BuiltObject]
) -> tuple[BuiltObject, Route] | None:
    """The object of a deployment that a location of a finding points into, and where.

    What a change says may stand in several objects: then it is that of the one which the finding speaks of.
    """
    span = location.span
    found: list[tuple[BuiltObject, Route]] = []
    for built in objects:
        if span.path == built.path:
            whole = built.base.span(())
            if whole.start <= span.start < max(whole.end, whole.start + 1):
                return built, route_of(built.document, span)
        elif built.steps:
            route = route_of(built.document, span)
            if route:
                found.append((built, route))
    named = (each for each in found if str(at(each[0].data, "metadata", "name")) in finding.subject)
    return next(named, next(iter(found), None))


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
