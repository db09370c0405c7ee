"""Credentials in a configuration file that is a text inside of another one: an entry of a ConfigMap."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from lintkit.formats import json, toml, yaml
from lintkit.formats.errors import ParseError
from lintkit.formats.plain import text_at
from lintkit.formats.scalar_spans import scalar_span
from lintkit.model import Document, Kind, Route, SourceFile
from lintkit.secrets.names import is_secret_name
from lintkit.secrets.patterns import pattern
from lintkit.secrets.values import Verdict, classify

Found = tuple[str, Verdict]
"""The name that a credential stands behind (empty where it is told by its form), and where it is in the text."""

_LONGEST = 200_000
_DEEPEST = 30
_MOST = 200
"""Credentials of one file: more are a list of something else."""

_COMMENTS = ("#", "//", ";", "--", "*", "!")
_PROGRAMS = frozenset(
    "sh bash zsh py rb pl lua js ts php sql md txt rst html htm css tpl tmpl j2 gotmpl rego star tf crt pem".split()  # noqa: SIM905
)
"""Suffixes of programs, templates and documents, in which a name may be anything."""

_PARSERS: dict[str, tuple[Kind, Callable[[SourceFile], tuple[Document, ...]]]] = {
    "json": ("json", json.parse),
    "toml": ("toml", toml.parse),
    "yaml": ("yaml", yaml.parse),
    "yml": ("yaml", yaml.parse),
}
_ASSIGNMENT = pattern(
    r"""[ \t]*(?:(?:export|set|SET)[ \t]+)?(?P<quote>["']?)(?P<name>[A-Za-z_][\w.\-]{0,200})(?P=quote)
        [ \t]*(?:=>|:=|[=:])[ \t]*(?P<value>\S[^\r\n]*)""",
    re.VERBOSE,
)
_REMARK = pattern(r"[ \t]+[#;][^\r\n]*$")
_ELEMENT = pattern(r"<(?P<name>[\w.\-:]{1,100})(?:\s[^<>]{0,500})?>(?P<value>[^<>\r\n]{1,500})</")
_ATTRIBUTE = pattern(
    r"\s(?P<name>[\w.\-:]{1,100})\s{0,4}=\s{0,4}(?P<quote>[\"'])(?P<value>[^\"'<>\r\n]{1,500})(?P=quote)"
)
_PROPERTY = pattern(
    r"""(?:<name>|\bname\s{0,4}=\s{0,4}["'])(?P<name>[\w.\-]{1,200})(?:</name>\s{0,200}<value>|["']\s{1,20}value\s{0,4}=\s{0,4}["'])
        (?P<value>[^<>"'\r\n]{1,500})""",
    re.VERBOSE,
)


def file_secrets(file_name: str, text: str) -> Iterator[Found]:
    """The credentials of the file `file_name`, in the order of its text, each once.

    Of JSON, TOML, YAML, XML and lines of `name = value` a value counts by its name; of every other text, and of one
    that cannot be parsed, what has the form of a credential by itself: a token, the password of a URL.
    """
    text = text[:_LONGEST]
    found = sorted(
        (*_by_form(text), *_by_name(file_name, text)), key=lambda each: (each[1].start, not each[0])
    )
    last = -1
    for name, verdict in found[:_MOST]:
        if verdict.start >= last:
            yield name, verdict
            last = verdict.end


def _by_form(text: str) -> Iterator[Found]:
    start = 0
    for line in text.splitlines(keepends=True):
        if not line.lstrip().startswith(_COMMENTS):
            verdict = classify("", line)
            if verdict is not None and verdict.kind != "placeholder":
                yield "", _moved(verdict, start)
        start += len(line)


def _by_name(file_name: str, text: str) -> Iterator[Found]:
    if file_name.endswith(
        "nsswitch.conf"
    ):  # whose `passwd` and `shadow` are names of databases (nsswitch.conf(5))
        return
    suffix = file_name.rpartition(".")[2].lower() if "." in file_name else ""
    head = text.lstrip()[:2]
    if suffix in _PROGRAMS or head == "#!":
        return
    if suffix == "xml" or head[:1] == "<":
        yield from _of_xml(text)
    elif suffix in _PARSERS or head[:1] in ("{", "["):
        yield from _of_tree(suffix if suffix in _PARSERS else "json", text)
    elif suffix in ("", "config") and not _ASSIGNED.search(text):
        yield from _of_tree("yaml", text)
    else:
        yield from _of_lines(text)


_KEY = pattern(r"(?i)key$")
_KEY_NAME = pattern(r"[a-zA-Z]+(?:[_.\-][a-zA-Z]+)*")
_LISTED = pattern(r"(?i)secrets$")
_OBJECT_NAME = pattern(r"[a-z]+(?:-[a-z]+)*")
_ASSIGNED = pattern(r"(?m)^[ \t]*[\w.\-]{1,100}[ \t]*=")


def _of_tree(suffix: str, text: str) -> Iterator[Found]:
    kind, parse = _PARSERS[suffix]
    try:
        documents = parse(SourceFile("file", kind, text.encode("utf-8", "replace")))
    except ParseError:
        if suffix != "yaml":
            yield from _of_lines(text)
        return
    for document in documents[:20]:
        for route, value in _strings(document.data):
            name = _name(document.data, route)
            if (
                route
                and isinstance(route[-1], int)
                and _LISTED.search(name)
                and _OBJECT_NAME.fullmatch(value)
            ):
                continue  # `secrets: [shop-ca]`: what the Secrets are called
            verdict = _judged(name, value)
            if verdict is not None:
                span = scalar_span(document, route, verdict.start, verdict.end)
                yield name, replace(verdict, start=span.start, end=span.end)


def _strings(data: Any) -> Iterator[tuple[Route, str]]:
    stack: list[tuple[Route, Any]] = [((), data)]
    while stack:
        route, node = stack.pop()
        if isinstance(node, str):
            yield route, node
        elif isinstance(node, (dict, list)) and len(route) < _DEEPEST:
            children: Any = node.items() if isinstance(node, dict) else enumerate(node)
            stack.extend(((*route, key), child) for key, child in children)


def _name(data: Any, route: Route) -> str:
    """The key of a value, or the `name` beside it; of an item of a list its list's key."""
    keys = [part for part in route if isinstance(part, str)]
    if not keys:
        return ""
    if keys[-1] == "value" and route[-1] == "value":
        for part in route[:-1]:
            data = data[part]
        return text_at(data, "name")
    return keys[-1]


def _of_lines(text: str) -> Iterator[Found]:
    start = 0
    for line in text.splitlines(keepends=True):
        match = _ASSIGNMENT.match(line) if not line.lstrip().startswith(_COMMENTS) else None
        if match is not None:
            value = _REMARK.sub("", match["value"].rstrip()).rstrip(" \t;,")
            quoted = value[:1] in ("'", '"') and value[-1:] == value[:1] and len(value) > 1
            verdict = _judged(match["name"], value[1:-1] if quoted else value)
            if verdict is not None:
                yield match["name"], _moved(verdict, start + match.start("value") + quoted)
        start += len(line)


def _of_xml(text: str) -> Iterator[Found]:
    text = _without_comments(text)
    for expression in (_PROPERTY, _ELEMENT, _ATTRIBUTE):
        for match in expression.finditer(text):
            verdict = _judged(match["name"], match["value"])
            if verdict is not None:
                yield match["name"], _moved(verdict, match.start("value"))


def _without_comments(text: str) -> str:
    """XML with an empty line for each sign of a comment, so that all else stays where it is."""
    parts: list[str] = []
    done = 0
    start = text.find("<!--")
    while start >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        parts += (text[done:start], "\n" * (end + 3 - start))
        done = end + 3
        start = text.find("<!--", done)
    return "".join((*parts, text[done:]))


def _judged(name: str, value: str) -> Verdict | None:
    """What a value is by its name; whoever reads the file uses it, so that a word for a password is the password."""
    if not is_secret_name(name) or "\n" in value.strip():
        return None
    verdict = classify(name, value, credential=True)
    if verdict is not None and _KEY.search(name) and _KEY_NAME.fullmatch(value):
        return None  # `secretKey: password`: by which key a Secret holds it
    return None if verdict is None or verdict.kind == "placeholder" else verdict


def _moved(verdict: Verdict, offset: int) -> Verdict:
    return replace(verdict, start=verdict.start + offset, end=verdict.end + offset)
