"""Declarative rules over Python: a `match` of patterns, and JSON Schemas on what it found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import libcst as cst

from lintkit.declared.pattern.match import Found
from lintkit.declared.pattern.query import Query, code_text, find
from lintkit.declared.pattern.rewrite import rewritten
from lintkit.declared.pattern.values import plain, value_of
from lintkit.model import Finding, Fix, Span
from lintkit.python.branches import scope_name
from lintkit.python.code import Call
from lintkit.python.edits import added_keywords
from lintkit.rule.definition import RuleContext
from lintkit.words.quotation import quoted_at

if TYPE_CHECKING:
    from lintkit.declared.schema import Schema
    from lintkit.python.match import Match
    from lintkit.python.module import PythonFile

_PLACE = re.compile(r"\$([A-Z_][A-Z_0-9]*)|\{\$?(\w+)\}")
_MAX_SHOWN = 80


def python_check(
    data: Mapping[str, Any], query: Query
) -> Callable[[Match, PythonFile, RuleContext], Iterator[Finding]]:
    """The check of a rule with `match`; `data` is the rule file.

    Called for each match of the query's triggers; it reports everything of the file at the first.
    """
    message: str = data["message"]
    fix: Mapping[str, Any] | None = data.get("fix")
    schemas: dict[str, Schema] = {}

    def compiled(key: str) -> Schema | None:
        # Compiled on first use: most runs never meet a match.
        if key not in schemas and key in data:
            from lintkit.declared.schema import compile_schema

            schemas[key] = compile_schema(data[key])
        return schemas.get(key)

    def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
        matches = rule.matches or (match,)
        if match is not matches[0]:
            return
        for found in find(query, file, matches):
            call = _call_of(found)
            projected = project(found, call, file)
            require, forbid = compiled("require"), compiled("forbid")
            if require is not None and not _violates(require, projected, call, file):
                continue
            if forbid is not None and not forbid.is_valid(projected):
                continue
            subject = projected.get("callee") or _subject(found, file)
            if "subject" in data:
                subject = fill(data["subject"], projected, found, file, quoted=False)
            span = _span(found, file)
            yield rule.finding(
                span,
                fill(message, projected, found, file),
                subject=subject,
                fix=_fix(fix, found, call, file, span) if fix else None,
            )

    return check


def _violates(require: Schema, data: Mapping[str, Any], call: cst.Call | None, file: PythonFile) -> bool:
    """Whether the data does not satisfy `require`; what `**options` may hold is not missing."""
    unknown = call is not None and file.has_unknown_arguments(call)
    return any(not (unknown and failure.missing) for failure in require.failures(data))


def _call_of(found: Found) -> cst.Call | None:
    if found.first is not found.last:
        return None
    node = found.first
    if isinstance(node, cst.Expr):
        node = node.value
    if isinstance(node, cst.Await):
        node = node.expression
    if isinstance(node, cst.Assign | cst.AnnAssign | cst.Return) and node.value is not None:
        node = node.value
    return node if isinstance(node, cst.Call) else None


def project(found: Found, call: cst.Call | None, file: PythonFile) -> dict[str, Any]:
    """A match as plain data for a JSON Schema.

    metavariables  name -> value: a constant as it is, a list for `$...X`, else the code
    callee, arguments, keywords  of the call that was found (also as a statement, an assignment's or return's value)
    """
    data: dict[str, Any] = {
        "metavariables": {name: value_of(bound, file) for name, bound in sorted(found.bindings.items())}
    }
    if call is not None:
        data["callee"] = file.qualified_name(call.func) or file.code(call.func)
        data["arguments"] = [
            plain(argument.value, file)
            for argument in call.args
            if argument.keyword is None and not argument.star
        ]
        data["keywords"] = {
            name: plain(argument.value, file) for name, argument in file.keyword_arguments(call).items()
        }
    return data


def _span(found: Found, file: PythonFile) -> Span:
    start, end = file.span(found.first), file.span(found.last)
    return Span(file.path, start.start, end.end)


def _subject(found: Found, file: PythonFile) -> str:
    """Words that survive edits: the name of a definition, what is called or assigned, else the first words."""
    node = found.first
    name = getattr(node, "name", None)
    if isinstance(node, cst.FunctionDef | cst.ClassDef) and isinstance(name, cst.Name):
        return str(name.value)
    if isinstance(node, cst.Assign):
        return file.code(node.targets[0].target)[:_MAX_SHOWN]
    if isinstance(node, cst.AnnAssign):
        return file.code(node.target)[:_MAX_SHOWN]
    around = file.enclosing_function(node) or file.enclosing_class(node)
    kind = type(node).__name__
    return f"{around.name.value}: {kind}" if around is not None else kind


def fill(
    message: str, data: Mapping[str, Any], found: Found, file: PythonFile, *, quoted: bool = True
) -> str:
    """A message with `$NAME`, `{NAME}`, `{callee}` and `{scope}` filled in, on one line; all else stays as it is.

    Code of the file is quoted; the `{callee}` is a name that the rule asks for.
    """

    def shown(place: re.Match[str]) -> str:
        name = place[1] or place[2]
        if name == "callee" and isinstance(data.get("callee"), str):
            return str(data["callee"])
        if name == "scope":
            return scope_name(found.first, file) or "module"
        if name in found.bindings:
            bound = found.bindings[name]
            value = data["metavariables"][name]
            text = value if isinstance(value, str) else code_text(bound, file)
        else:
            return place[0]
        text = " ".join(text.split())
        text = text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"
        return quoted_at(message, place.start(), text) if quoted else text

    return _PLACE.sub(shown, message)


def _fix(
    fix: Mapping[str, Any], found: Found, call: cst.Call | None, file: PythonFile, span: Span
) -> Fix | None:
    if "replace" in fix:
        return rewritten(fix["title"], fix["replace"], found, file, span, safe=bool(fix.get("safe")))
    return keyword_fix(fix, call, file) if call is not None else None


def keyword_fix(fix: Mapping[str, Any], call: cst.Call, file: PythonFile) -> Fix | None:
    """The fix that adds keyword arguments at the end of a call; None where the call may have them."""
    keywords = {name: str(code) for name, code in fix["keyword"].items()}
    return added_keywords(fix["title"], keywords, Call(call, file), safe=bool(fix.get("safe")))
