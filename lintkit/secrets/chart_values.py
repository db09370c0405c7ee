"""Credentials among the values of a Helm chart, wherever they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lintkit.formats.errors import ParseError
from lintkit.formats.scalar_spans import scalar_span
from lintkit.formats.yaml import parse
from lintkit.model import Route, SourceFile
from lintkit.secrets.names import is_secret_name
from lintkit.secrets.values import Verdict, classify
from lintkit.words.names import split_words

_DEEPEST = 30
_LONGEST = 200_000
_PASSWORDS = frozenset({"password", "passwd", "pwd", "pass"})
"""Heads of names under which a chart is given the password itself, however simple the word."""
_NAMES_KEYS = re.compile(r"(?i)secret_?keys?(?:ref)?s?$|existing_?secret|key_?names$|secret_?ref$")
"""Mappings that say by which keys a Secret holds something."""
_OBJECT_NAME = re.compile(
    r"[a-z]+(?:-[a-z]+)+|[a-z][a-z0-9]*(?:-[a-z0-9]+)*-(?:secrets?|credentials?|creds|tokens?|auth|tls|keys?)"
    r"|[a-z][a-z0-9]*(?:-[a-z0-9]{1,8}){0,6}-(?:secret|ssh-key|tls)(?:-[a-z]{1,12}|-[a-z]{0,6}\d{1,4}){1,4}"
)
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
        if any(isinstance(part, str) and _NAMES_KEYS.search(part) for part in route[:-1]):
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
    words = split_words(name)
    if words[:1] == ("existing",):
        return None  # `existingSecretPasswordKey`: what a Secret that exists is called, and its keys
    of_password = words[-1:] and words[-1] in _PASSWORDS
    verdict = classify(name, value, credential=bool(of_password))
    if verdict is None or verdict.kind == "placeholder":
        return None
    if of_password:
        return verdict
    if verdict.kind == "well-known" or (_KEY_NAME.fullmatch(value) and is_secret_name(value)):
        return None  # the name of a key in a Secret
    if words[-1:] in {("secret",), ("secrets",)} and _OBJECT_NAME.fullmatch(value):
        return None  # the name of a Secret
    if words in {("secret",), ("secrets",)} and value.isascii() and value.isalpha() and value.islower():
        return None
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
