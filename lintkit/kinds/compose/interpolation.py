"""Compose's interpolation: which variables a value names, and what it becomes.

The semantics are those of compose-go's template/template.go: `$$` is a dollar, `$NAME` and `${NAME…}` are
variables, the operator is the first one after the name, the argument ends at the brace that closes it, a `$`
before anything else is itself, and a `${` that fits none of this makes compose refuse the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

_START = re.compile(r"\$(?:(?P<escape>\$)|(?P<named>[A-Za-z_][A-Za-z0-9_]*)|(?P<brace>\{))")
_BRACED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:(\})|(:?[-+?]))")

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_MAX_NESTING = 50


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable in a value.

    operator    "", ":-", "-", ":?", "?", ":+" or "+"
    argument    what stands after the operator, as written
    start, end  code points of the value that the expression takes, from its `$` on
    """

    name: str
    operator: str
    argument: str
    start: int
    end: int

    @property
    def argument_start(self) -> int:
        """Where the argument begins in the value; the end of the expression if it has none."""
        return self.end - 1 - len(self.argument) if self.operator else self.end


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a value becomes.

    value    the text; what is invalid stands in it as written, what is required and missing as nothing
    missing  variables that are required (`:?`, `?`) and not set: compose refuses to start
    """

    value: str
    missing: tuple[str, ...] = ()


class _Part(NamedTuple):
    """A piece of a value that is not plain text: an escape (`$$`), a variable, or something invalid."""

    start: int
    end: int
    variable: Variable | None = None
    invalid: bool = False


def variables(raw: str) -> tuple[Variable, ...]:
    """The variables of `raw` in the order in which they begin, those inside arguments included."""
    return tuple(part.variable for part in _nested_parts(raw) if part.variable is not None)


def invalid_parts(raw: str) -> tuple[tuple[int, int], ...]:
    """Where `raw` holds a `${` that compose cannot read:

    (start, end) in code points, to the end of the line.
    """
    return tuple((part.start, part.end) for part in _nested_parts(raw) if part.invalid)


def refusal(raw: str, start: int) -> str:
    """Why compose cannot read the `${` at `start` of `raw`, which is one of its `invalid_parts`; values are not shown.

    >>> refusal("a: ${A B}", 3)
    'behind `${A` stands neither `}` nor one of the operators'
    """
    newline = raw.find("\n", start)
    line = raw[start : len(raw) if newline < 0 else newline]
    name = _NAME.match(line, 2)
    if line.startswith("${{"):
        return "`${{` is the notation of workflows and templates, which compose does not know"
    if name is None:
        return (
            "`${` names no variable"
            if line[2:3] in ("}", "")
            else "the name of a variable begins with a letter or `_`"
        )
    shown = f"`${{{name[0][:60]}`"
    if "}" not in line:
        return f"{shown} is not closed on its line"
    return f"behind {shown} stands neither `}}` nor one of the operators"


def resolve(raw: str, env: Mapping[str, str]) -> str:
    """What `raw` becomes with the variables `env`; see `Resolution.value`."""
    return resolution(raw, env).value


def resolution(raw: str, env: Mapping[str, str]) -> Resolution:
    """What `raw` becomes with the variables `env`, and what it lacks.

    Arguments that are not needed are not looked at.
    """
    if "$" not in raw:
        return Resolution(raw)
    missing: list[str] = []
    value = _resolve(raw, env, missing, 0)
    return Resolution(value, tuple(dict.fromkeys(missing)))


def _resolve(raw: str, env: Mapping[str, str], missing: list[str], depth: int) -> str:
    if depth > _MAX_NESTING:
        return raw
    pieces: list[str] = []
    position = 0
    for part in _parts(raw, depth):
        pieces.append(raw[position : part.start])
        position = part.end
        variable = part.variable
        if variable is None:
            pieces.append(raw[part.start : part.end] if part.invalid else "$")
            continue
        value = env.get(variable.name)
        operator = variable.operator
        given = value is not None and (value != "" or not operator.startswith(":"))
        if operator.endswith("+"):
            if given:
                value = _resolve(variable.argument, env, missing, depth + 1)
        elif not given and operator.endswith("-"):
            value = _resolve(variable.argument, env, missing, depth + 1)
        elif not given and operator.endswith("?"):
            missing.append(variable.name)
            value = ""
        pieces.append(value or "")
    pieces.append(raw[position:])
    return "".join(pieces)


def _nested_parts(raw: str) -> Iterator[_Part]:
    """The parts of `raw` and of the arguments in it, in the order in which they begin, with offsets into
    `raw`.
    """
    if "$" not in raw:
        return
    stack: list[tuple[Iterator[_Part], int, int]] = [(_parts(raw, 0), 0, 0)]
    while stack:
        parts, offset, depth = stack[-1]
        part = next(parts, None)
        if part is None:
            stack.pop()
            continue
        variable = part.variable
        if variable is not None and offset:
            variable = Variable(
                variable.name,
                variable.operator,
                variable.argument,
                variable.start + offset,
                variable.end + offset,
            )
        yield _Part(part.start + offset, part.end + offset, variable, part.invalid)
        if variable is not None and "$" in variable.argument:
            stack.append((_parts(variable.argument, depth + 1), variable.argument_start, depth + 1))


def _parts(raw: str, depth: int) -> Iterator[_Part]:
    if depth > _MAX_NESTING:
        return
    position = 0
    line_end = last_brace = -1
    while (match := _START.search(raw, position)) is not None:
        start, position = match.span()
        if match["escape"]:
            yield _Part(start, position)
            continue
        if match["named"]:
            yield _Part(start, position, Variable(match["named"], "", "", start, position))
            continue
        if position > line_end:  # an expression does not run over the end of a line
            newline = raw.find("\n", position)
            line_end = len(raw) if newline < 0 else newline
            last_brace = raw.rfind("}", position, line_end)
        braced = _BRACED.match(raw, position)
        if braced is None or (braced[3] and last_brace < braced.end()):
            yield _Part(start, position, invalid=True)
            continue
        if braced[2]:
            position = braced.end()
            yield _Part(start, position, Variable(braced[1], "", "", start, position))
            continue
        end = _closing_brace(raw, position - 1, last_brace)
        yield _Part(start, end + 1, Variable(braced[1], braced[3], raw[braced.end() : end], start, end + 1))
        position = end + 1


def _closing_brace(raw: str, start: int, last: int) -> int:
    """The brace that closes the one at `start`, else the last one of the line.

    As in compose-go (getFirstBraceClosingIndex), every `{` opens one and hides the character behind it.
    """
    depth = 0
    index = start
    while index <= last:
        if raw[index] == "}":
            depth -= 1
            if depth == 0:
                return index
        elif raw[index] == "{":
            depth += 1
            index += 1
        index += 1
    return last


def resolve_all(data: Any) -> Any:
    """Data with variables replaced by their defaults: `${TAG:-latest}` is `latest`, `${TAG}` is empty."""
    if isinstance(data, dict):
        return {key: resolve_all(value) for key, value in data.items()}
    if isinstance(data, list):
        return [resolve_all(item) for item in data]
    return resolve(data, {}) if isinstance(data, str) and "$" in data else data
