"""A rule over what the files of a repository say of one another: its selector looks at all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from lintkit.budget import Budget, steps_for
from lintkit.declared.cases import Judge, cases_of, fill, said_of_file, say, words_of
from lintkit.declared.place import shown
from lintkit.formats.plain import at
from lintkit.kinds.kind import Named, named
from lintkit.kinds.kubernetes.cluster import Cluster
from lintkit.kinds.registry import FILE_KIND
from lintkit.kinds.selected import Across
from lintkit.model import Finding
from lintkit.rule.definition import Project, RuleContext

Check = Callable[[Project, RuleContext], Iterator[Finding]]


def project_check(data: Mapping[str, Any]) -> Check:
    """The check of a rule whose `each` finds something across files; `data` is the rule file, which has been validated.

    The check raises RuleLimitError where a repository holds too much to compare.
    """
    cases = cases_of(data)
    selector = FILE_KIND[data["kind"]].across[data["each"]]

    def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
        for selected in _found(selector, project.cluster):
            judge = Judge(data, cases, rule, Budget(steps_for(0)))
            for case, failure in judge.told(selected.value):
                part = str(failure.route[0]) if failure.route else ""
                found = {
                    "value": shown(at(selected.value, *failure.route)),
                    "key": part,
                    "path": selected.extra["name"],
                    "missing": ", ".join(failure.missing),
                }
                words = words_of(case, rule, selected.value, selected.extra, found)
                yield rule.finding(
                    selected.places.get(part, selected.span),
                    say(case["message"], words, said_of_file(case)),
                    subject=fill(case.get("subject", "{kind} {name}"), words),
                    related=selected.others.get(part, ()),
                    severity=case.get("severity"),
                    confidence=case.get("confidence"),
                )

    return check


_FOUND: WeakKeyDictionary[Cluster, dict[str, tuple[Across, ...]]] = WeakKeyDictionary()
"""What the selectors have found, since several rules ask each of them, and comparing objects is bounded for all."""


def _found(selector: Named, cluster: Cluster) -> tuple[Across, ...]:
    """What a selector finds in a cluster; found once."""
    known = _FOUND.setdefault(cluster, {})
    if selector not in known:
        known[selector] = tuple(named(selector)(cluster))
    return known[selector]
