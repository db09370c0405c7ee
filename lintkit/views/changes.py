"""Where a finding of a view stands that a change of its kustomization made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lintkit.formats.plain import at
from lintkit.kinds.kubernetes.kustomize import BuiltObject, Kustomizations, Step
from lintkit.kinds.kubernetes.kustomize_places import place_of, route_of
from lintkit.model import Finding, Location, Route


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
