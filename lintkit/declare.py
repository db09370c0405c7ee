"""Declarative rules: a YAML file with `select` or `match` and a JSON Schema becomes a rule object.

`require` reports what was selected and does not satisfy the schema; `forbid` reports what does. Nothing selected means
that the rule does not apply.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lintkit.data import schema as shipped_schema
from lintkit.marks import read_marks
from lintkit.model import Document, Example, Finding, Route, RuleMeta, SourceFile
from lintkit.rule import Rule, RuleContext, RuleError
from lintkit.source import Lines

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

    from lintkit.pattern.query import Query

EVERY_FILE = (
    "the pattern names nothing that a file could be searched for, so every Python file is parsed for it"
)

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_NOT_RE2 = re.compile(r"\(\?(?:[=!]|<[=!]|P=)|\\[1-9]")


def load_declared_rule(file: Path, identifier: str) -> Rule:
    """Load the declarative rule in `file` under the id `identifier`.

    Raises RuleError with the file, the line of the key at fault and the nearest known key.
    """
    document = _read(file)
    data = document.data
    if not isinstance(data, dict):
        raise RuleError(
            "a rule file is a mapping of keys such as `summary`, `select` and `require`", str(file), 1
        )
    _validate(document, file)
    query = _compile_match(document, file) if "match" in data else None
    for key in ("require", "forbid", "when"):
        _check_schema(document, key, file)
    if "select" in data:
        from lintkit.select import SelectError, compile_query

        try:
            compile_query(data["select"])
        except SelectError as error:
            raise RuleError(
                f"`select` is no JSONPath: {error}", str(file), _line(document, ("select",))
            ) from None
    meta = _meta(identifier, data)
    if query is None:
        return Rule(meta, _document_check(data), (), str(file))
    from lintkit.declare_python import python_check
    from lintkit.pattern.query import is_narrow, triggers

    notes = () if is_narrow(query) else (EVERY_FILE,)
    return Rule(meta, python_check(data, query), triggers(query), str(file), notes)


def _compile_match(document: Document, file: Path) -> Query:
    from lintkit.pattern.query import QueryError, compile_query

    try:
        return compile_query(document.data["match"])
    except QueryError as error:
        raise RuleError(error.message, str(file), _line(document, error.route)) from None


def _read(file: Path) -> Document:
    from lintkit.parse.errors import ParseError
    from lintkit.parse.yaml import parse

    try:
        documents = parse(SourceFile(file.name, "yaml", file.read_bytes()))
    except ParseError as error:
        raise RuleError(error.message, str(file), error.line) from None
    except OSError as error:
        raise RuleError(f"the rule file cannot be read: {error.strerror}", str(file)) from None
    if len(documents) != 1:
        raise RuleError("a rule file holds exactly one YAML document", str(file), 1)
    document = documents[0]
    for problem in document.problems:
        raise RuleError(problem.message, str(file), Lines(document.text).position(problem.span.start).line)
    return document


def _line(document: Document, route: Route) -> int:
    return Lines(document.text).position(document.key_span(route).start).line


def _validate(document: Document, file: Path) -> None:
    from jsonschema import Draft202012Validator

    schema = shipped_schema("rule")
    errors = sorted(
        Draft202012Validator(schema).iter_errors(document.data), key=lambda e: list(map(str, e.absolute_path))
    )
    if not errors:
        return
    error = errors[0]
    route = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = list(error.schema.get("properties", {}))
        unknown = next((key for key in error.instance if key not in known), "")
        near = difflib.get_close_matches(str(unknown), known, 1)
        hint = f"; did you mean `{near[0]}`?" if near else f"; known keys are {', '.join(known)}"
        raise RuleError(f"unknown key `{unknown}`{hint}", str(file), _line(document, (*route, str(unknown))))
    where = ".".join(map(str, route)) or "the rule"
    raise RuleError(f"{where}: {_explain(error)}", str(file), _line(document, route))


def _explain(error: Any) -> str:
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return "missing " + ", ".join(f"`{key}`" for key in missing)
    if error.validator == "enum":
        return "must be one of " + ", ".join(map(str, error.validator_value))
    if error.validator == "oneOf" and not error.absolute_path:
        return "needs exactly one of `select`, `each` and `match`, and with the first two one of `require` and `forbid`"
    return str(error.message)


def _check_schema(document: Document, key: str, file: Path) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    schema = document.data.get(key)
    if schema is None:
        return
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        route = (key, *error.absolute_path)
        raise RuleError(
            f"`{key}` is no JSON Schema: {error.message}", str(file), _line(document, route)
        ) from None
    for route, expression in _expressions(schema, (key,)):
        if _NOT_RE2.search(expression):
            raise RuleError(
                "a regular expression keeps to RE2's syntax: no lookaround, no backreference; use `not` instead",
                str(file),
                _line(document, route),
            )
    if key == "forbid":
        validator = Draft202012Validator(schema)
        if validator.is_valid({}) or validator.is_valid(None):
            raise RuleError(
                "`forbid` is satisfied by an empty value, so it would report everything; "
                "name a `type`, a `const` or what is `required`",
                str(file),
                _line(document, (key,)),
            )


def _expressions(node: Any, route: Route) -> Iterator[tuple[Route, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "pattern" and isinstance(value, str):
                yield (*route, key), value
            elif key == "patternProperties" and isinstance(value, dict):
                yield from (((*route, key, name), name) for name in value)
            yield from _expressions(value, (*route, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _expressions(value, (*route, index))


def _meta(identifier: str, data: Mapping[str, Any]) -> RuleMeta:
    return RuleMeta(
        id=identifier,
        summary=data["summary"],
        why=data["why"].strip(),
        remedy=data.get("remedy", "").strip(),
        severity=data["severity"],
        confidence=data.get("confidence", "high"),
        scope="file",
        kinds=(data["kind"],),
        tags=tuple(data.get("tags", ())),
        equivalents=tuple(data.get("equivalents", ())),
        packs=tuple(data.get("packs", ("recommended",))),
        supersedes=tuple(data.get("supersedes", ())),
        fixable="fix" in data,
        options=data.get("options", {}),
        paths_ignore=tuple(data.get("paths-ignore", ())),
        examples=tuple(map(_example, data["examples"])),
    )


def _example(data: Mapping[str, Any]) -> Example:
    is_good = "good" in data
    marked = data["good"] if is_good else data["bad"]
    files, expected = read_marks({"": marked} if isinstance(marked, str) else marked)
    fixed = data.get("fixed")
    after = {"": fixed} if isinstance(fixed, str) else fixed
    return Example(is_good, files, expected, after, data.get("options", {}), data.get("note", ""))


def _document_check(data: Mapping[str, Any]) -> Callable[[Document, RuleContext], Iterator[Finding]]:
    message: str = data["message"]
    validators: dict[str, Validator] = {}

    def validator(key: str) -> Validator | None:
        # Compiled on first use: most runs never meet a document of this rule's kind.
        if key not in validators and key in data:
            from jsonschema import Draft202012Validator

            validators[key] = Draft202012Validator(data[key])
        return validators.get(key)

    def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
        when = validator("when")
        if when is not None and not when.is_valid(document.data):
            return
        for route, value in _selected(data, document):
            require, forbid = validator("require"), validator("forbid")
            if require is not None:
                from jsonschema.exceptions import best_match

                error = best_match(require.iter_errors(value))
                if error is not None:
                    yield _finding(
                        document,
                        rule,
                        message,
                        (*route, *error.absolute_path),
                        missing=error.validator == "required",
                    )
            elif forbid is not None and forbid.is_valid(value):
                yield _finding(document, rule, message, route)

    return check


def _selected(data: Mapping[str, Any], document: Document) -> Iterator[tuple[Route, Any]]:
    from lintkit.select import select, select_each, value_at

    if "each" in data:
        for selected in select_each(document, data["each"]):
            yield selected.route, selected.value
    else:
        for route in select(document, data["select"]):
            yield route, value_at(document.data, route)


def _finding(
    document: Document, rule: RuleContext, message: str, route: Route, missing: bool = False
) -> Finding:
    from lintkit.select import value_at

    node = document.nodes.get(route)
    # What is missing is shown at the key of the mapping that lacks it; everything else where it is written.
    span = document.key_span(route) if missing or node is None or node.raw is None else node.value
    value = value_at(document.data, route)
    words = {
        "value": _shown(value),
        "key": str(next((part for part in reversed(route) if isinstance(part, str)), "")),
        "name": ".".join(map(str, route)),
    }
    return rule.finding(span, fill(message, words), subject=".".join(map(str, route)))


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "…"
    return (
        {None: "null", True: "true", False: "false"}.get(value, str(value))
        if value is None or isinstance(value, bool)
        else str(value)
    )


def fill(message: str, words: Mapping[str, str]) -> str:
    """Put `words` into the `{name}` places of a message; unknown names stay as they are. No format language."""
    return _PLACEHOLDER.sub(lambda m: words.get(m.group(1), m.group(0)), message)
