"""Credentials among the values of a Helm chart, wherever they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lintkit.model import Route, SourceFile
from lintkit.parse.errors import ParseError
from lintkit.parse.scalar_spans import scalar_span
from lintkit.parse.yaml import parse
from lintkit.secrets.names import is_secret_name
from lintkit.secrets.values import Verdict, classify

_DEEPEST = 30
_LONGEST = 200_000
_KEY_NAME = re.compile(r"[a-zA-Z]+(?:[_.-][a-zA-Z]+)*")


def chart_secrets(data: Any) -> Iterator[tuple[Route, str, Verdict]]:
    """The strings that are a credential by their key, or by what they look like: (route, name, verdict)."""
    stack: list[tuple[Route, Any]] = [((), data)]
    while stack:
        route, node = stack.pop()
        if isinstance(node, (dict, list)):
            if len(route) < _DEEPEST:
                children: Any = node.items() if isinstance(node, dict) else enumerate(node)
                stack.extend(((*route, key), child) for key, child in children)
            continue
        name = _name(data, route)
        verdict = value_secret(name, node) if name else None
        if verdict is not None:
            yield route, name, verdict


def chart_secrets_of_text(text: str) -> Iterator[tuple[Route, str, Verdict]]:
    """The same of values that are written as a text; a verdict says where in that text."""
    if len(text) > _LONGEST:
        return
    try:
        documents = parse(SourceFile("values.yaml", "yaml", text.encode("utf-8", "replace")))
    except ParseError:
        return
    for document in documents[:1]:
        for route, name, verdict in chart_secrets(document.data):
            span = scalar_span(document, route, verdict.start, verdict.end)
            yield route, name, replace(verdict, start=span.start, end=span.end)


def value_secret(name: str, value: Any) -> Verdict | None:
    """What one value is, by its name; None for what is no credential, or asks to be replaced by one."""
    if not isinstance(value, str) or "\n" in value.strip() or "{{" in value:
        return None
    verdict = classify(name, value)
    if verdict is None or verdict.kind in ("placeholder", "well-known"):
        return None
    if _KEY_NAME.fullmatch(value) and is_secret_name(value):
        return None  # the name of a key in a Secret
    return verdict


def _name(data: Any, route: Route) -> str:
    """The key of a value, or the `name` beside it."""
    if not route or not isinstance(route[-1], str):
        return ""
    if route[-1] != "value":
        return route[-1]
    for part in route[:-1]:
        data = data[part]
    return data["name"] if isinstance(data.get("name"), str) else ""
