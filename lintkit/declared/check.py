"""A rule over data as it runs: select, ask the schemas, say where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from lintkit.budget import Budget, steps_for
from lintkit.declared.cases import (
    MAX_FINDINGS,
    Case,
    Judge,
    cases_of,
    fill,
    said_of_file,
    say,
    too_many,
    words_of,
)
from lintkit.declared.fix import fix_for
from lintkit.declared.place import place_of, shown, subject_of, uses_of
from lintkit.declared.read import read
from lintkit.declared.schema import Failure
from lintkit.declared.select import compile_query, select_each
from lintkit.formats.plain import at
from lintkit.kinds.kind import Production, named
from lintkit.kinds.registry import FILE_KIND
from lintkit.kinds.selected import Selected
from lintkit.model import Document, Finding, Route
from lintkit.rule.definition import RuleContext

Check = Callable[[Document, RuleContext], Iterator[Finding]]


def document_check(data: Mapping[str, Any]) -> Check:
    """The check of a rule with `select` or `each`; `data` is the rule file, which has been validated.

    The check raises RuleLimitError where the rule takes too long or finds too much, and SelectError where its query
    takes too long.
    """
    cases = cases_of(data)

    def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
        yield from _Checking(data, cases, document, rule, Budget(steps_for(len(document.text)))).findings()

    return check


class _Checking:
    """One rule on one document."""

    def __init__(
        self,
        data: Mapping[str, Any],
        cases: tuple[Case, ...],
        document: Document,
        rule: RuleContext,
        budget: Budget,
    ) -> None:
        self.data = data
        self.rule = rule
        self.budget = budget
        self.written = document
        reading = data.get("read", "value")
        values = read(document, reading)
        self.document = document if values is document.data else replace(document, data=values)
        self.production = self._production() if "environment" in data else None
        self.judge = Judge(data, cases, rule, budget, rule.documents or (document,), reading)

    def _production(self) -> Production | None:
        """What says that the document is for production; None where nothing does."""
        found: Production | None = named(FILE_KIND[self.written.kind].production)(
            self.written, self.rule.environment
        )
        return found

    def findings(self) -> Iterator[Finding]:
        if "environment" in self.data and self.production is None:
            return
        if "text" in self.data and not self.judge.is_valid(self.data["text"], self.written.text):
            return
        seldom = None if self.rule.strict else self.data.get("strict-when")
        if seldom is not None and self.judge.is_valid(seldom, self.document.data):
            return
        if "when" in self.data and not self.judge.is_valid(self.data["when"], self.document.data):
            return
        count = 0
        for selected in self.selected():
            for case, failure in self.judge.told(selected.value):
                if count >= MAX_FINDINGS:
                    raise too_many("document")
                yield self.finding(case, selected, failure)
                count += 1

    def selected(self) -> Iterator[Selected]:
        if "each" in self.data:
            yield from select_each(self.document, self.data["each"])
            return
        for route in compile_query(self.data["select"]).find(self.document.data):
            yield Selected(route, at(self.document.data, *route))

    def finding(self, case: Case, selected: Selected, failure: Failure) -> Finding:
        document = self.written
        route, at_key = _real(document, selected, failure)
        where = route
        lacks = failure.missing or isinstance(at(selected.value, *failure.route), (dict, list))
        if lacks and self.data.get("missing-at") == "selected":
            where, at_key = selected.route, False
        span = place_of(document, where, missing=bool(failure.missing), at_key=at_key)
        subject = subject_of(document, route)
        words = self.words(case, selected, failure, route, subject)
        for_it = self.production
        near = () if failure.near is None else (failure.near,)
        fix = None
        if "fix" in self.data and not document.derived:
            fix = fix_for(self.data["fix"], document, route, failure.missing, self.budget)
        if "subject" in case:
            subject = fill(case["subject"], words)
        return self.rule.finding(
            span,
            say(case["message"], words, said_of_file(case)),
            subject=subject or document.path,
            related=(*uses_of(document, route), *near, *(() if for_it is None else for_it.related)),
            fix=fix,
            severity=case.get("severity"),
            confidence=case.get("confidence", None if for_it is None else for_it.confidence),
        )

    def words(
        self, case: Case, selected: Selected, failure: Failure, route: Route, subject: str
    ) -> dict[str, str]:
        value = at(selected.value, *failure.route)
        if "each" in self.data and self.data["each"] == "env-var" and not failure.route:
            value = selected.value.get("value")
        key = next((part for part in reversed(route) if isinstance(part, str)), "")
        found = {
            "value": shown(value),
            "key": shown(key),
            "path": subject,
            "missing": ", ".join(failure.missing),
        }
        return words_of(case, self.rule, selected.value, selected.extra, found)


def _real(document: Document, selected: Selected, failure: Failure) -> tuple[Route, bool]:
    """Where in the document a failure below a projected value stands."""
    below = failure.route
    if below and below[0] in selected.places:
        route, at_key = selected.places[str(below[0])]
        return (*route, *below[1:]), at_key or failure.at_key
    route = (*selected.route, *below)
    while len(route) > len(selected.route) and route not in document.nodes:
        route = route[:-1]
    return route, failure.at_key
