"""JSON Schemas of rules: checked when a rule is loaded, evaluated in bounds when it runs.

JSON Schema 2020-12 (https://json-schema.org/draft/2020-12/json-schema-validation) by jsonschema, with these
differences: patterns are those of `lintkit.regex`; `$ref` stays inside the schema, so that nothing is ever
fetched; every keyword counts against a budget; what a configuration rule has no use for and what cannot be
bounded is refused (`unevaluated…`, `$dynamicRef`, `$id`, `format`). `{"$option": NAME}` stands for an option.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from lintkit.budget import Budget, RuleLimitError
from lintkit.formats.numbers import whole_number
from lintkit.model import Location, Route
from lintkit.regex.engine import Regex, compile_regex
from lintkit.regex.syntax import RegexError

T = TypeVar("T")

MAX_NODES = 5_000
"""How many values a schema may hold, those of an `enum` included."""

OPTION = "$option"
"""`{"$option": "allowed"}` is replaced by the value of the option `allowed`; with `"as": "prefixes"`, by a pattern
that matches what begins with one of its strings."""

_WHAT = "a JSON Schema"
_ONE = frozenset(("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then"))
_MANY = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
_NAMED = frozenset(("$defs", "dependentSchemas", "patternProperties", "properties"))
_PLAIN = frozenset(
    (
        *("$anchor", "$comment", "$ref", "const", "default", "dependentRequired", "description", "enum"),
        *("examples", "exclusiveMaximum", "exclusiveMinimum", "maxContains", "maxItems", "maxLength"),
        *("maxProperties", "maximum", "minContains", "minItems", "minLength", "minProperties", "minimum"),
        *("multipleOf", "pattern", "required", "title", "type", "uniqueItems"),
    )
)
KEYWORDS = _ONE | _MANY | _NAMED | _PLAIN
"""All that a schema of a rule may hold."""

_REFUSED = {
    "format": "say it with `pattern`",
    "unevaluatedProperties": "use `additionalProperties`",
    "unevaluatedItems": "use `items`",
    "$dynamicRef": "use `$ref`",
    "$dynamicAnchor": "use `$anchor`",
    "$id": "a `$ref` names a place of the same schema, `#/$defs/NAME`",
    "definitions": "write `$defs`",
    "additionalItems": "write `items` beside `prefixItems`",
    "dependencies": "write `dependentRequired` or `dependentSchemas`",
}
_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_MISSING = frozenset(("required", "dependentRequired"))


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a schema, and where in it."""

    route: Route
    message: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A place that breaks a schema.

    route    from the value that was checked
    keyword  of the schema; missing  keys that should stand in the mapping at `route`
    at_key   it is the key itself that is wrong
    near     the nearest thing to what should be there, where the rule compares with something
    """

    route: Route
    keyword: str
    missing: tuple[str, ...] = ()
    at_key: bool = False
    near: Location | None = None


def mistakes(schema: Any, options: Mapping[str, Any] | None = None) -> Iterator[Mistake]:
    """What is wrong with a schema of a rule file; `options` are the ones that the rule declares."""
    if _size(schema) > MAX_NODES:
        yield Mistake(
            (), f"the schema holds more than {MAX_NODES:,} values; make a part of it an option, or shorter"
        )
        return
    anchors = {
        found for _, node in _subschemas(schema) for found in [node.get("$anchor")] if isinstance(found, str)
    }
    if not _is_schema(schema):
        yield Mistake((), f"a schema is {_VALUES['not'][1].removeprefix('a schema: ')}")
    for route, node in _subschemas(schema):
        yield from _own_mistakes(node, route, schema, anchors, options or {})


def _size(schema: Any) -> int:
    count = 0
    stack = [schema]
    while stack and count <= MAX_NODES:
        node = stack.pop()
        count += 1
        if isinstance(node, dict):
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return count


def _subschemas(schema: Any) -> Iterator[tuple[Route, dict[str, Any]]]:
    """The schemas inside of a schema that are mappings, itself first."""
    stack: list[tuple[Route, Any]] = [((), schema)]
    while stack:
        route, node = stack.pop()
        if not isinstance(node, dict) or OPTION in node:
            continue
        yield route, node
        inner: list[tuple[Route, Any]] = []
        for key, value in node.items():
            if key in _ONE:
                inner.append(((*route, key), value))
            elif key in _MANY and isinstance(value, list):
                inner.extend(((*route, key, index), item) for index, item in enumerate(value))
            elif key in _NAMED and isinstance(value, dict) and OPTION not in value:
                inner.extend(((*route, key, name), item) for name, item in value.items())
        stack.extend(reversed(inner))


def _own_mistakes(
    node: dict[str, Any], route: Route, whole: Any, anchors: set[str], options: Mapping[str, Any]
) -> Iterator[Mistake]:
    for key, value in node.items():
        where = (*route, key)
        if isinstance(value, dict) and OPTION in value:
            yield from _option_mistakes(value, where, options)
        elif key == "$schema":
            if route or value != "https://json-schema.org/draft/2020-12/schema":
                yield Mistake(where, "schemas of rules are those of 2020-12; leave `$schema` out")
        elif key in _REFUSED:
            yield Mistake(where, f"`{key}` is not taken in rules; {_REFUSED[key]}")
        elif key not in KEYWORDS:
            near = difflib.get_close_matches(str(key), sorted(KEYWORDS), 1)
            hint = f"did you mean `{near[0]}`?" if near else "keys of the data stand below `properties`"
            yield Mistake(where, f"`{key}` is no keyword of JSON Schema; {hint}")
        elif key in _VALUES and not _VALUES[key][0](value) and not _holds_option(value):
            yield Mistake(where, f"`{key}` must be {_VALUES[key][1]}")
        elif key == "type":
            yield from _type_mistakes(value, where)
        elif key == "pattern" and isinstance(value, str):
            yield from _pattern_mistakes(value, where)
        elif key == "patternProperties" and isinstance(value, dict):
            for name in value:
                yield from _pattern_mistakes(name, (*where, name))
        elif key == "$ref" and isinstance(value, str) and not _resolves(value, whole, anchors):
            yield Mistake(
                where,
                "a `$ref` names a place of the same schema, such as `#/$defs/NAME`; there is no such one",
            )


def _holds_option(value: Any) -> bool:
    items = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    return any(isinstance(item, dict) and OPTION in item for item in items)


def _type_mistakes(value: Any, route: Route) -> Iterator[Mistake]:
    names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    for index, name in enumerate(names):
        if name not in _TYPES:
            near = difflib.get_close_matches(str(name), _TYPES, 1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            place = route if isinstance(value, str) else (*route, index)
            yield Mistake(place, f"a type is one of {', '.join(_TYPES)}{hint}")


def _pattern_mistakes(pattern: str, route: Route) -> Iterator[Mistake]:
    try:
        compile_regex(pattern)
    except RegexError as error:
        yield Mistake(
            route, f"the regular expression fails at character {error.position + 1}: {error.message}"
        )


def _option_mistakes(node: dict[str, Any], route: Route, options: Mapping[str, Any]) -> Iterator[Mistake]:
    name = node[OPTION]
    if set(node) - {OPTION, "as"} or node.get("as", "prefixes") != "prefixes":
        yield Mistake(
            route, "an option stands alone, as `{$option: NAME}` or `{$option: NAME, as: prefixes}`"
        )
    elif not isinstance(name, str) or name not in options:
        near = difflib.get_close_matches(str(name), list(options), 1)
        known = ", ".join(f"`{key}`" for key in options) or "none"
        hint = f"did you mean `{near[0]}`?" if near else f"declared under `options` are {known}"
        yield Mistake(route, f"there is no option `{name}`; {hint}")


def _resolves(reference: str, whole: Any, anchors: set[str]) -> bool:
    if reference == "#":
        return True
    if not reference.startswith("#/"):
        return reference.startswith("#") and reference[1:] in anchors
    node = whole
    for part in reference[2:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and name in node:
            node = node[name]
        elif isinstance(node, list) and (index := whole_number(name)) is not None and index < len(node):
            node = node[index]
        else:
            return False
    return isinstance(node, (dict, bool))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_schema(value: Any) -> bool:
    return isinstance(value, (dict, bool))


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_type(value: Any) -> bool:
    return isinstance(value, str) or (_are_names(value) and bool(value))


def _are_schemas(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_schema, value))


def _are_named_schemas(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(k, str) and _is_schema(v) for k, v in value.items())


def _are_named_names(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_are_names, value.values()))


_VALUES: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(_ONE, (_is_schema, "a schema: a mapping, `true` or `false`")),
    **dict.fromkeys(_MANY, (_are_schemas, "a list of schemas, and not empty")),
    **dict.fromkeys(_NAMED, (_are_named_schemas, "a mapping of names to schemas")),
    **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum"), (_is_number, "a number")),
    **dict.fromkeys(
        (
            *("maxContains", "maxItems", "maxLength", "maxProperties"),
            *("minContains", "minItems", "minLength", "minProperties"),
        ),
        (_is_count, "a whole number, not below 0"),
    ),
    **dict.fromkeys(("$anchor", "$ref", "pattern"), (lambda value: isinstance(value, str), "text")),
    **dict.fromkeys(("$comment", "description", "title"), (lambda value: isinstance(value, str), "text")),
    "examples": (lambda value: isinstance(value, list), "a list of values"),
    "dependentRequired": (_are_named_names, "a mapping of names to lists of names"),
    "enum": (lambda value: isinstance(value, list), "a list of values"),
    "multipleOf": (lambda value: _is_number(value) and value > 0, "a number above 0"),
    "required": (_are_names, "a list of names"),
    "type": (_is_type, "the name of a type, or a list of them"),
    "uniqueItems": (lambda value: isinstance(value, bool), "`true` or `false`"),
}
"""What the value of a keyword must be, and how that is called. jsonschema's metaschema says the same, in ten
times the time of everything else that loading a rule takes."""


def with_options(schema: Any, options: Mapping[str, Any]) -> Any:
    """`schema` with each `{"$option": NAME}` replaced. Raises RuleLimitError for an option that does not fit."""
    if isinstance(schema, dict):
        if OPTION not in schema:
            return {key: with_options(value, options) for key, value in schema.items()}
        value = options.get(schema[OPTION])
        if schema.get("as") != "prefixes":
            return value
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise RuleLimitError(f"the option `{schema[OPTION]}` is no list of strings")
        # Without a prefix nothing may match; an empty group would match everything.
        return "^(?:" + "|".join(map(_escaped, value)) + ")" if value else r"a\z^b"
    if isinstance(schema, list):
        return [with_options(item, options) for item in schema]
    return schema


def _escaped(text: str) -> str:
    return "".join(c if c.isalnum() or c in "_ " or ord(c) > 127 else f"\\x{{{ord(c):x}}}" for c in text)


class Schema:
    """A schema that was checked, ready to be evaluated."""

    def __init__(self, schema: Any) -> None:
        self._run = _Run()
        self._validator = _validator_class(self._run)(schema, registry=_no_registry())

    def is_valid(self, value: Any, budget: Budget | None = None) -> bool:
        """Whether `value` satisfies the schema. Raises RuleLimitError."""
        return self._bounded(budget, lambda: bool(self._validator.is_valid(value)))

    def failures(self, value: Any, budget: Budget | None = None) -> list[Failure]:
        """The places of `value` that break the schema, each once, in the order of the schema. Raises RuleLimitError."""
        return self._bounded(budget, lambda: self._failures(value))

    def _bounded(self, budget: Budget | None, work: Callable[[], T]) -> T:
        self._run.budget = budget or Budget()
        try:
            return work()
        except RecursionError:
            raise RuleLimitError(f"{_WHAT} refers to itself without end") from None
        except RegexError as error:
            raise RuleLimitError(
                f"an option gives a regular expression that fails: {error.message}"
            ) from None

    def _failures(self, value: Any) -> list[Failure]:
        found: dict[tuple[Route, bool], Failure] = {}
        for error in self._validator.iter_errors(value):
            failure = _failure(error)
            key = (failure.route, bool(failure.missing))
            before = found.get(key)
            if before is not None:
                missing = tuple(dict.fromkeys((*before.missing, *failure.missing)))
                failure = Failure(before.route, before.keyword, missing, before.at_key)
            found[key] = failure
            if len(found) >= 1_000:
                break
        return list(found.values())


@lru_cache(maxsize=500)
def _compiled(text: str) -> Schema:
    return Schema(json.loads(text))


def compile_schema(schema: Any, options: Mapping[str, Any] | None = None) -> Schema:
    """The schema with `options` filled in; equal ones are compiled once. Raises RuleLimitError."""
    return _compiled(json.dumps(with_options(schema, options or {})))


class _Run:
    """The budget of the evaluation under way."""

    __slots__ = ("budget",)

    def __init__(self) -> None:
        self.budget = Budget()


def _failure(error: Any) -> Failure:
    """Where an error is best shown: of alternatives, the place that all of them complain about."""
    route = tuple(error.absolute_path)
    keyword = str(error.validator)
    if keyword in _MISSING:
        return Failure(route, keyword, (error.missing,))
    if keyword not in ("anyOf", "oneOf") or not error.context:
        return Failure(route, keyword, at_key=keyword in ("propertyNames", "additionalProperties"))
    alternatives: dict[Any, list[Failure]] = {}
    for inner in error.context:
        alternatives.setdefault(inner.schema_path[0] if inner.schema_path else id(inner), []).append(
            _failure(inner)
        )
    every = [failure for failures in alternatives.values() for failure in failures]
    common = every[0].route
    for failure in every:
        length = next(
            (i for i, (a, b) in enumerate(zip(common, failure.route, strict=False)) if a != b),
            min(len(common), len(failure.route)),
        )
        common = common[:length]
    first = next(iter(alternatives.values()))
    lacking = all(failure.missing and failure.route == common for failure in every)
    return Failure(common, keyword, first[0].missing if lacking else ())


@lru_cache(maxsize=1)
def _no_registry() -> Any:
    """Knows nothing and fetches nothing; without one, jsonschema would go to the network."""
    from referencing import Registry

    return Registry()


def _validator_class(run: _Run) -> Any:
    """Draft 2020-12 whose keywords count against `run.budget`, with lintkit's patterns and cheaper equality."""
    from jsonschema import Draft202012Validator, validators
    from jsonschema.exceptions import ValidationError

    class MissingError(ValidationError):
        missing = ""

    def lacks(name: str) -> MissingError:
        error = MissingError("a key is missing")
        error.missing = name
        return error

    def counted(keyword: str, function: Any) -> Any:
        def check(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
            run.budget.spend(
                3 + (len(value) // 4 if keyword == "enum" and isinstance(value, list) else 0), _WHAT
            )
            return function(validator, value, instance, schema)

        return check

    def matches(expression: str, text: str) -> bool:
        return compiled(expression).search(text, run.budget)

    patterns: dict[str, Regex] = {}

    def compiled(expression: str) -> Regex:
        if expression not in patterns:
            patterns[expression] = compile_regex(expression)
        return patterns[expression]

    def pattern(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if isinstance(instance, str) and not matches(value, instance):
            yield ValidationError("a pattern does not match")

    def pattern_properties(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if isinstance(instance, dict):
            for expression, subschema in value.items():
                for key, item in instance.items():
                    if matches(expression, key):
                        yield from validator.descend(item, subschema, path=key, schema_path=expression)

    def additional_properties(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if not isinstance(instance, dict):
            return
        known = schema.get("properties", {})
        expressions = list(schema.get("patternProperties", {}))
        for key, item in instance.items():
            if key in known or any(matches(expression, key) for expression in expressions):
                continue
            run.budget.spend(1, _WHAT)
            if value is False:
                yield ValidationError("a key is not allowed", path=[key])
            elif isinstance(value, dict):
                yield from validator.descend(item, value, path=key)

    def property_names(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if isinstance(instance, dict):
            for key in instance:
                run.budget.spend(1, _WHAT)
                if not validator.evolve(schema=value).is_valid(key):
                    yield ValidationError("a key is not allowed", path=[key])

    def required(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if isinstance(instance, dict):
            for key in value:
                if key not in instance:
                    yield lacks(key)

    def dependent_required(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if isinstance(instance, dict):
            for key, others in value.items():
                if key in instance:
                    for other in others:
                        if other not in instance:
                            yield lacks(other)

    def unique_items(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if value and isinstance(instance, list):
            seen: set[Any] = set()
            for index, item in enumerate(instance):
                frozen = _frozen(item, run.budget)
                if frozen in seen:
                    yield ValidationError("an item stands twice", path=[index])
                seen.add(frozen)

    def const(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if _frozen(instance, run.budget) != _frozen(value, run.budget):
            yield ValidationError("another value is required")

    def enum(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        wanted = _frozen(instance, run.budget)
        if not any(_frozen(item, run.budget) == wanted for item in value):
            yield ValidationError("the value is none of those that are allowed")

    own = {
        "pattern": pattern,
        "patternProperties": pattern_properties,
        "additionalProperties": additional_properties,
        "propertyNames": property_names,
        "required": required,
        "dependentRequired": dependent_required,
        "uniqueItems": unique_items,
        "const": const,
        "enum": enum,
    }
    keywords = {**Draft202012Validator.VALIDATORS, **own}
    keywords = {name: keywords[name] for name in KEYWORDS if name in keywords}
    extend: Any = validators.extend
    return extend(
        Draft202012Validator, {name: counted(name, function) for name, function in keywords.items()}
    )


def _frozen(value: Any, budget: Budget) -> Any:
    """A value that can be compared and hashed as JSON Schema compares: 1 is 1.0 and not true."""
    if isinstance(value, dict):
        budget.spend(1 + len(value) // 8, _WHAT)
        return "object", frozenset((key, _frozen(item, budget)) for key, item in value.items())
    if isinstance(value, list):
        budget.spend(1 + len(value) // 8, _WHAT)
        return "array", tuple(_frozen(item, budget) for item in value)
    return ("boolean", value) if isinstance(value, bool) else value
