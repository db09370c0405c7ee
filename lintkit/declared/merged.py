"""`read: merged`: a rule over compose services as `docker compose` runs them, and not as one file writes them.

A service may be run in several forms (alone, with the files that override it). What a rule requires is missing where
all of them lack it, and is reported at the place that the first one names, in whichever file that is. What a rule
forbids is there where any form has it that is run; a file by itself is not, if compose merges another one into it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lintkit.budget import Budget, RuleLimitError, steps_for
from lintkit.declared.cases import MAX_FINDINGS, WORDS, fill, forbidden_at, say, too_many
from lintkit.declared.place import shown
from lintkit.declared.schema import Failure, Schema, compile_schema
from lintkit.facts import ComposeFile, ComposeService
from lintkit.formats.node import Node
from lintkit.kinds.compose.project import RunService, compose_projects
from lintkit.model import Finding, Span
from lintkit.rule.definition import Project, RuleContext

_MOST_PARTS = 1_000_000
"""Parts of services that one rule may read in one repository; what many take from one mapping counts in each."""

_WHAT = "reading what so many compose services take from one another"

Check = Callable[[Project, RuleContext], Iterator[Finding]]


def merged_check(data: Mapping[str, Any]) -> Check:
    """The check of a rule with `read: merged`; `data` is the rule file, which has been validated."""

    def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
        projects = compose_projects(project.facts(ComposeService), project.facts(ComposeFile))
        services = projects.services if "require" in data else (*projects.services, *projects.unknown)
        stopped: RuleLimitError | None = None
        seen: set[tuple[Span, str]] = set()
        reading = Budget(_MOST_PARTS)
        for service in services:
            if service.partial and "require" in data:
                continue
            reading.spend(sum(map(_size, service.forms)), _WHAT)
            try:
                found = list(_findings(data, service, rule, Budget(steps_for(0))))
                if len(found) > MAX_FINDINGS:
                    raise too_many("service")
            except RuleLimitError as error:
                stopped = error
                continue
            for finding in found:
                # What two services take from one place is one defect.
                place = (finding.primary.span, finding.message)
                if place not in seen:
                    seen.add(place)
                    yield finding
        if stopped is not None:  # what it found of the other services is told all the same
            raise stopped

    return check


def _size(node: Node) -> int:
    """About how many parts a service has: those two levels below it, where a mapping is long if any is."""
    entries = node.mapping or ()
    return len(entries) + sum(len(each.mapping or each.sequence or ()) for _, each in entries)


def _findings(
    data: Mapping[str, Any], service: RunService, rule: RuleContext, budget: Budget
) -> Iterator[Finding]:
    seldom = compile_schema(data.get("strict-where", False), rule.options)
    if not rule.strict and seldom.is_valid(service.node.data(), budget):
        return
    key = "require" if "require" in data else "forbid"
    schema = compile_schema(data[key], rule.options)
    if key == "forbid":
        for number, form in enumerate(service.forms):
            if number != service.alone:
                yield from _told(data, service, form, rule, _failures(data, key, schema, form.data(), budget))
        return
    first: list[Failure] = []
    for number, form in enumerate(service.forms):
        failures = _failures(data, key, schema, form.data(), budget)
        if not failures:
            return
        if not number:
            first = failures
    yield from _told(data, service, service.node, rule, first)


def _told(
    data: Mapping[str, Any], service: RunService, node: Node, rule: RuleContext, failures: list[Failure]
) -> Iterator[Finding]:
    for failure in failures:
        words = dict.fromkeys(WORDS, "")
        words.update({name: shown(item) for name, item in rule.options.items()})
        words.update(
            name=service.name,
            service=service.name,
            kind="service",
            path=".".join(map(str, ("services", service.name, *failure.route))),
            key=shown(
                next((part for part in reversed(failure.route) if isinstance(part, str)), service.name)
            ),
            value=shown(None if (below := node.at(*failure.route)) is None else below.data()),
            missing=", ".join(failure.missing),
        )
        route, lacks = failure.route, bool(failure.missing)
        if lacks and data.get("missing-at") == "selected":
            route = ()
        span = node.place(route, missing=lacks)
        subject = fill(data["subject"], words) if "subject" in data else words["path"]
        yield rule.finding(span, say(data["message"], words), subject=subject)


def _failures(data: Mapping[str, Any], key: str, schema: Schema, value: Any, budget: Budget) -> list[Failure]:
    if key == "require":
        return list(schema.failures(value, budget))
    return [Failure(*forbidden_at(data["forbid"], value))] if schema.is_valid(value, budget) else []
