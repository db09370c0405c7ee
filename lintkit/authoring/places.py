"""Where the parts of a rule stand in its file: keys of YAML, arguments of `define(...)`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lintkit.model import Route, SourceFile
from lintkit.source import Lines

if TYPE_CHECKING:
    from lintkit.model import Document


@dataclass(frozen=True, slots=True)
class RulePlaces:
    """The lines of a rule file.

    lines  route -> line, from 1
    data   what a YAML rule file holds; None for Python
    """

    lines: Mapping[Route, int] = field(default_factory=dict)
    data: Mapping[str, Any] | None = None

    def line(self, route: Route) -> int:
        """The line of `route`, or of the nearest part around it; 1 where nothing is known."""
        while route and route not in self.lines:
            route = route[:-1]
        return self.lines.get(route, 1)


def rule_places(file: Path) -> RulePlaces:
    """Read a rule file once more for its lines; a file that cannot be read has none."""
    try:
        if file.suffix == ".py":
            return RulePlaces(_python_lines(file.read_bytes()))
        return _yaml_places(file)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return RulePlaces()


def _yaml_places(file: Path) -> RulePlaces:
    from lintkit.formats.errors import ParseError
    from lintkit.formats.yaml import parse

    try:
        documents = parse(SourceFile(file.name, "yaml", file.read_bytes()))
    except ParseError:
        return RulePlaces()
    if not documents or not isinstance(documents[0].data, dict):
        return RulePlaces()
    document = documents[0]
    return RulePlaces(_node_lines(document), document.data)


def _node_lines(document: Document) -> dict[Route, int]:
    lines = Lines(document.text)
    return {route: lines.position(document.key_span(route).start).line for route in document.nodes}


def _python_lines(source: bytes) -> dict[Route, int]:
    """The lines of `RULE = define(...)`, of its arguments and their items, and of `def check`."""
    found: dict[Route, int] = {}
    for statement in ast.parse(source).body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and statement.name == "check":
            found[("check",)] = found[("message",)] = statement.lineno
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any(isinstance(target, ast.Name) and target.id == "RULE" for target in targets):
                found[()] = statement.lineno
                if isinstance(statement.value, ast.Call):
                    found.update(_arguments(statement.value))
    return found


def _arguments(call: ast.Call) -> dict[Route, int]:
    found: dict[Route, int] = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            continue
        found[(keyword.arg,)] = keyword.value.lineno
        if isinstance(keyword.value, (ast.Tuple, ast.List)) and not any(
            isinstance(item, ast.Starred) for item in keyword.value.elts
        ):
            found.update({(keyword.arg, index): item.lineno for index, item in enumerate(keyword.value.elts)})
        elif isinstance(keyword.value, ast.Dict):
            for key in keyword.value.keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    found[(keyword.arg, key.value)] = key.lineno
    return found
