"""What a rule over data finds wrong with a value, and the words that its message has for that."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

from lintkit.budget import Budget, RuleLimitError
from lintkit.declared.place import shown
from lintkit.declared.relate import unrelated
from lintkit.declared.schema import Failure, compile_schema
from lintkit.declared.select import compile_query
from lintkit.formats.plain import at
from lintkit.model import Document, Route
from lintkit.rule.definition import RuleContext
from lintkit.words.quotation import quoted_at

PLACEHOLDER = re.compile(r"\{([\w-]+)\}")
WORDS = (
    "value",
    "key",
    "path",
    "name",
    "missing",
    "kind",
    "service",
    "container",
    "stage",
    "port",
    "command",
)
"""What a message may name of a file, besides the rule's own words and options."""

PHRASES = ("role", "pods", "target", "owner")
"""What a selector says in words of lintkit's own, with its quotations in it."""

_ABOUT_PROPERTIES = frozenset(("type", "properties", "required", "title", "description", "$comment"))

MAX_FINDINGS = 1_000
"""How many findings a rule may have in one document."""

Case = Mapping[str, Any]
"""What one case of a rule asks and says, with what the rule says for all of them."""


def cases_of(data: Mapping[str, Any]) -> tuple[Case, ...]:
    """The cases of a rule file, the first of which that finds something is told; a rule without `cases` is one."""
    apart = ("cases", "severity", "confidence", "strict-where", "where")
    shared = {key: value for key, value in data.items() if key not in apart}
    words = data.get("words", {})
    return tuple(
        {**shared, **case, "words": {**words, **case.get("words", {})}} for case in data.get("cases", ({},))
    )


class Judge:
    """A rule as it judges what is selected: `data` is the rule file, `cases` are its cases.

    documents, reading  what `relate` compares with, and how their scalars are read
    """

    def __init__(
        self,
        data: Mapping[str, Any],
        cases: tuple[Case, ...],
        rule: RuleContext,
        budget: Budget,
        documents: tuple[Document, ...] = (),
        reading: str = "value",
    ) -> None:
        self._where = data.get("where")
        self._seldom = None if rule.strict else data.get("strict-where")
        self._cases = cases
        self._options = rule.options
        self._budget = budget
        self._documents = documents
        self._reading = reading

    def is_valid(self, schema: Any, value: Any) -> bool:
        """Whether a value satisfies a schema of the rule. Raises RuleLimitError."""
        return compile_schema(schema, self._options).is_valid(value, self._budget)

    def told(self, value: Any) -> list[tuple[Case, Failure]]:
        """What is wrong with what was selected, by the first case that finds something. Raises RuleLimitError."""
        self._budget.spend(1, "the rule")
        if self._where is not None and not self.is_valid(self._where, value):
            return []
        if self._seldom is not None and self.is_valid(self._seldom, value):
            return []
        for case in self._cases:
            if "where" in case and not self.is_valid(case["where"], value):
                continue
            found = [(case, failure) for failure in self._failures(case, value)]
            if found:
                return found
        return []

    def _failures(self, case: Case, value: Any) -> Iterator[Failure]:
        if "relate" in case:
            yield from unrelated(
                case["relate"], value, self._documents, self._reading, self._options, self._budget
            )
        elif "require" in case:
            yield from compile_schema(case["require"], self._options).failures(value, self._budget)
        elif "among" in case:
            if all(_value_of(case, name, value) is not None for name in case["among"]):
                yield Failure((), "among")
        elif self.is_valid(case["forbid"], value):
            yield Failure(*forbidden_at(case["forbid"], value))


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


def words_of(
    case: Case,
    rule: RuleContext,
    value: Any,
    extra: Mapping[str, Any],
    found: Mapping[str, str],
) -> dict[str, str]:
    """The words that the message of a case may name.

    value  what was selected; extra  what its selector knows of it
    found  what is known of the failure: `value`, `key`, `path`, `missing`
    """
    words = dict.fromkeys((*WORDS, *PHRASES), "")
    words.update({name: shown(item) for name, item in rule.options.items()})
    words.update({name: ", ".join(map(shown, v)) for name, v in rule.options.items() if isinstance(v, list)})
    words.update({name: "" if v is None else shown(v) for name, v in extra.items()})
    words.update(found)
    words["name"] = words["name"] or words["path"]
    words.update((name, _word(case, name, value)) for name in case.get("words", {}))
    return words


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


def too_many(where: str) -> RuleLimitError:
    """What a rule raises that finds more than MAX_FINDINGS at one place."""
    return RuleLimitError(f"it finds more than {MAX_FINDINGS:,} places in one {where}")


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
