"""A rule over data as it runs: select, ask the schemas, say where."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import replace
from typing import Any

from lintkit.budget import Budget, RuleLimitError, steps_for
from lintkit.declared.fix import fix_for
from lintkit.declared.place import place_of, shown, subject_of, uses_of
from lintkit.declared.read import read
from lintkit.declared.relate import unrelated
from lintkit.declared.schema import Failure, compile_schema
from lintkit.declared.select import compile_query, select_each
from lintkit.formats.plain import at
from lintkit.kinds.selected import Selected
from lintkit.model import Document, Finding, Location, Route
from lintkit.rule.definition import RuleContext
from lintkit.words.quotation import quoted_at

PLACEHOLDER = re.compile(r"\{([\w-]+)\}")
WORDS = ("value", "key", "path", "name", "missing", "kind", "service", "container", "stage")
"""What a message may name of a file, besides the rule's own words and options."""

PHRASES = ("role",)
"""What a selector says in words of lintkit's own, with its quotations in it."""

_ABOUT_PROPERTIES = frozenset(("type", "properties", "required", "title", "description", "$comment"))

MAX_FINDINGS = 1_000
"""How many findings a rule may have in one document."""

Case = Mapping[str, Any]
"""What one case of a rule asks and says, with what the rule says for all of them."""

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


def cases_of(data: Mapping[str, Any]) -> tuple[Case, ...]:
    """The cases of a rule file, the first of which that finds something is told; a rule without `cases` is one."""
    shared = {
        key: value for key, value in data.items() if key not in ("cases", "severity", "strict-where", "where")
    }
    words = data.get("words", {})
    return tuple(
        {**shared, **case, "words": {**words, **case.get("words", {})}} for case in data.get("cases", ({},))
    )


def too_many(where: str) -> RuleLimitError:
    """What a rule raises that finds more than MAX_FINDINGS at one place."""
    return RuleLimitError(f"it finds more than {MAX_FINDINGS:,} places in one {where}")


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
        self.cases = cases
        self.rule = rule
        self.budget = budget
        self.written = document
        self.reading: str = data.get("read", "value")
        values = read(document, self.reading)
        self.document = document if values is document.data else replace(document, data=values)

    def valid(self, schema: Any, value: Any) -> bool:
        return compile_schema(schema, self.rule.options).is_valid(value, self.budget)

    def findings(self) -> Iterator[Finding]:
        if "when" in self.data and not self.valid(self.data["when"], self.document.data):
            return
        count = 0
        for selected in self.selected():
            self.budget.spend(1, "the rule")
            if "where" in self.data and not self.valid(self.data["where"], selected.value):
                continue
            seldom = self.data.get("strict-where")
            if seldom is not None and not self.rule.strict and self.valid(seldom, selected.value):
                continue
            for case, failure, near in self.told(selected):
                if count >= MAX_FINDINGS:
                    raise too_many("document")
                yield self.finding(case, selected, failure, near)
                count += 1

    def selected(self) -> Iterator[Selected]:
        if "each" in self.data:
            yield from select_each(self.document, self.data["each"])
            return
        for route in compile_query(self.data["select"]).find(self.document.data):
            yield Selected(route, at(self.document.data, *route))

    def told(self, selected: Selected) -> list[tuple[Case, Failure, Location | None]]:
        """What is wrong with what was selected, by the first case that finds something."""
        for case in self.cases:
            if "where" in case and not self.valid(case["where"], selected.value):
                continue
            found = [(case, *each) for each in self.failures(case, selected)]
            if found:
                return found
        return []

    def failures(self, case: Case, selected: Selected) -> Iterator[tuple[Failure, Location | None]]:
        value = selected.value
        if "relate" in case:
            documents = self.rule.documents or (self.written,)
            arguments = (documents, self.reading, self.rule.options, self.budget)
            for found in unrelated(case["relate"], (), value, *arguments):
                yield Failure(found.route, "relate"), found.near
        elif "require" in case:
            schema = compile_schema(case["require"], self.rule.options)
            for failure in schema.failures(value, self.budget):
                yield failure, None
        elif "among" in case:
            if all(_value_of(case, name, value) is not None for name in case["among"]):
                yield Failure((), "among"), None
        elif self.valid(case["forbid"], value):
            yield Failure(*forbidden_at(case["forbid"], value)), None

    def finding(self, case: Case, selected: Selected, failure: Failure, near: Location | None) -> Finding:
        document = self.written
        route, at_key = _real(document, selected, failure)
        where = route
        lacks = failure.missing or isinstance(at(selected.value, *failure.route), (dict, list))
        if lacks and self.data.get("missing-at") == "selected":
            where, at_key = selected.route, False
        span = place_of(document, where, missing=bool(failure.missing), at_key=at_key)
        subject = subject_of(document, route)
        words = self.words(case, selected, failure, route, subject)
        related = (*uses_of(document, route), *((near,) if near is not None else ()))
        fix = None
        if "fix" in self.data and not document.derived:
            fix = fix_for(self.data["fix"], document, route, failure.missing, self.budget)
        if "subject" in case:
            subject = fill(case["subject"], words)
        return self.rule.finding(
            span,
            say(case["message"], words, said_of_file(case)),
            subject=subject or document.path,
            related=related,
            fix=fix,
            severity=case.get("severity"),
        )

    def words(
        self, case: Case, selected: Selected, failure: Failure, route: Route, subject: str
    ) -> dict[str, str]:
        value = at(selected.value, *failure.route)
        if "each" in self.data and self.data["each"] == "env-var" and not failure.route:
            value = selected.value.get("value")
        words = dict.fromkeys((*WORDS, *PHRASES), "")
        words.update({name: shown(item) for name, item in self.rule.options.items()})
        words.update(
            {name: ", ".join(map(shown, v)) for name, v in self.rule.options.items() if isinstance(v, list)}
        )
        words.update({name: "" if v is None else shown(v) for name, v in selected.extra.items()})
        key = next((part for part in reversed(route) if isinstance(part, str)), "")
        words.update(value=shown(value), key=shown(key), path=subject, missing=", ".join(failure.missing))
        words["name"] = words["name"] or subject
        words.update((name, _word(case, name, selected.value)) for name in case.get("words", {}))
        return words


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


def forbidden_at(schema: Any, value: Any) -> tuple[Route, str]:
    """The place of `value` that a `forbid` speaks of: as long as it is about a single property, that one."""
    route: Route = ()
    while isinstance(schema, dict) and isinstance(value, dict) and _ABOUT_PROPERTIES.issuperset(schema):
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        if not isinstance(properties, dict) or not isinstance(required, list):
            break
        names = list(dict.fromkeys((*properties, *required)))
        if len(names) != 1 or names[0] not in value:
            break
        schema, value = properties.get(names[0]), value[names[0]]
        route = (*route, names[0])
    return route, "forbid"


def _value_of(case: Case, name: str, value: Any) -> Any:
    """What a word of the rule's own is in what was selected, of the values that the case asks for; None for none."""
    found = [at(value, *route) for route in compile_query(case["words"][name]["of"]).find(value)]
    wanted = case.get("among", {}).get(name)
    if wanted is not None:
        found = [each for each in wanted if each in found]
    return found[0] if found else None


def _word(case: Case, name: str, value: Any) -> str:
    """What a word of the rule's own says of what was selected; empty where there is nothing."""
    found = _value_of(case, name, value)
    text = "" if found is None else shown(found)
    said = case["words"][name].get("said")
    return text if said is None else str(said.get(text, ""))


def said_of_file(data: Mapping[str, Any]) -> frozenset[str]:
    """The words of a rule's message that a file says, and lintkit only quotes; `data` is the rule file."""
    return frozenset((*WORDS, *(name for name, word in data.get("words", {}).items() if "said" not in word)))


def say(message: str, words: Mapping[str, str], quoted: Container[str] = WORDS) -> str:
    """A message with `words` in its `{name}` places, those that are in `quoted` as quotations."""

    def put(place: re.Match[str]) -> str:
        word = words.get(place[1], place[0])
        return quoted_at(message, place.start(), word) if place[1] in quoted else word

    return PLACEHOLDER.sub(put, message)


def fill(message: str, words: Mapping[str, str]) -> str:
    """Put `words` into the `{name}` places of a message; unknown names stay as they are. No format language."""
    return PLACEHOLDER.sub(lambda m: words.get(m[1], m[0]), message)
