"""`fix` of a rule over data: edits where the spans say exactly what they do, and no fix where they do not.

    set: VALUE                    what is reported becomes this; a scalar keeps its quotes
    replace: {pattern, with}      in the text of the scalar; `$1` and `${name}` are groups
    remove: true                  the entry, the item, the instruction, the line of a `.env`
    insert: {KEY: VALUE}          those of the keys that are missing, in the mapping that lacks them

Through an alias the edit is made where the value is written, and is not safe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lintkit.budget import Budget
from lintkit.declared.render import block_yaml, flow, inline_toml, plain_text, quoted_like
from lintkit.formats.plain import at
from lintkit.formats.scalar_spans import scalar_span
from lintkit.kinds.registry import FILE_KINDS
from lintkit.model import Document, Edit, Fix, NodeSpans, Route, Span
from lintkit.regex.engine import compile_regex

ACTIONS = ("set", "replace", "remove", "insert")

_BREAK = re.compile("[\r\n]")
_YAML = frozenset(kind.name for kind in FILE_KINDS if kind.scalars is not None)


def fix_for(
    fix: Mapping[str, Any], document: Document, route: Route, missing: tuple[str, ...], budget: Budget
) -> Fix | None:
    """The fix of a finding at `route`, at which the keys `missing` are missing; None where it cannot be exact.

    Raises RuleLimitError.
    """
    node = document.nodes.get(route)
    if node is None or (missing and "insert" not in fix):
        return None
    if "set" in fix:
        edits = _set(document, route, node, fix["set"])
    elif "replace" in fix:
        edits = _replace(document, route, node, fix["replace"], budget)
    elif "remove" in fix:
        edits = _remove(document, route, node)
    else:
        edits = _insert(document, route, node, fix["insert"], missing)
    if not edits:
        return None
    return Fix(fix["title"], edits, bool(fix.get("safe")) and node.alias is None)


def _set(document: Document, route: Route, node: NodeSpans, value: Any) -> tuple[Edit, ...]:
    text = document.text
    span = node.value
    tag = getattr(document.nodes, "tag", None)
    if value == at(document.data, *route) or (tag is not None and tag(route) is not None):
        return ()
    if document.kind in _YAML:
        new = quoted_like(value, node.style, document.kind)
        if span.start == span.end:
            new = " " + new
        elif node.raw is None and node.key is not None and text[span.start] not in "{[":
            # A collection in block style may be no further to the right than its key; a value has to be.
            between = text[node.key.end : span.start]
            if node.alias is not None or between.strip() != ":":
                return ()
            span, new = Span(span.path, node.key.end + between.index(":") + 1, span.end), " " + new
    elif document.kind == "json":
        new = flow(value, "json")
    elif document.kind == "toml":
        if node.key is not None and node.key.start > span.start:  # a table with a header, or of dotted keys
            return ()
        new = inline_toml(value, node.style)
    else:
        return _set_text(document, route, node, value)
    return (Edit(span, new),) if new != text[span.start : span.end] else ()


def _set_text(document: Document, route: Route, node: NodeSpans, value: Any) -> tuple[Edit, ...]:
    """Dockerfiles and `.env` files: what stands there as one piece, in its own quotes."""
    written = document.text[node.value.start : node.value.end]
    old = at(document.data, *route)
    if not isinstance(value, (str, int)) or isinstance(value, bool) or not isinstance(old, str):
        return ()
    plain = plain_text(str(value), node.style if document.kind == "dotenv" else "")
    if plain is None or (document.kind == "dockerfile" and written != old):
        return ()
    return (Edit(node.value, plain),)


def _replace(
    document: Document, route: Route, node: NodeSpans, replace: Mapping[str, str], budget: Budget
) -> tuple[Edit, ...]:
    value = at(document.data, *route)
    raw = node.raw if node.raw is not None else value
    if not isinstance(raw, str):
        return ()
    regex = compile_regex(replace["pattern"])
    if node.style in ("literal", "folded"):
        edits = []
        for hit in regex.hits(raw, budget):
            new = regex.expand(replace["with"], raw, hit)
            span = scalar_span(document, route, hit.start, hit.end)
            if document.text[span.start : span.end] != raw[hit.start : hit.end] or "\n" in new:
                return ()
            edits.append(Edit(span, new))
        return tuple(edits)
    after = regex.substitute(raw, replace["with"], budget)
    if after == raw:
        return ()
    if not isinstance(value, str) and document.kind in ("json", "toml", *_YAML):
        # A number or a boolean: its text is replaced by text, if that can stand there without quotes.
        unquoted = plain_text(after, "")
        return (Edit(node.value, after),) if unquoted == after and " " not in after else ()
    return _set(document, route, node, after)


def _remove(document: Document, route: Route, node: NodeSpans) -> tuple[Edit, ...]:
    text = document.text
    if document.kind in ("dockerfile", "dotenv"):
        whole = len(route) == 2 and route[0] in ("instructions", "entries")
        return _without_lines(document, node.value.start, node.value.end) if whole else ()
    if not route:
        return ()
    parent = document.nodes[route[:-1]].value
    siblings = _siblings(document, route[:-1])
    mine = _extent(document, node)
    if mine is None or mine not in siblings or not parent.start <= mine[0] < parent.end:
        return ()
    start, end = mine
    index = siblings.index(mine)
    opening = text[parent.start : parent.start + 1]
    in_flow = document.kind == "json" or (
        opening in ("[", "{") and (document.kind in _YAML or not _is_header(document, route[:-1]))
    )
    if in_flow:
        if any(parent.start <= comment.start < parent.end for comment in document.comments):
            return ()
        if index + 1 < len(siblings):
            return (Edit(Span(document.path, start, siblings[index + 1][0]), ""),)
        if index:
            return (Edit(Span(document.path, siblings[index - 1][1], end), ""),)
        return (Edit(Span(document.path, start, end), ""),)
    if len(siblings) == 1 and document.kind != "toml":
        return ()
    line = _line_start(text, start)
    lead = text[line:start]
    if not lead.strip() or (isinstance(route[-1], int) and lead.strip() == "-"):
        return _without_lines(document, line, end)
    if lead.strip() == "-" and index + 1 < len(siblings):  # the first entry of a mapping in a list
        following = siblings[index + 1][0]
        if any(end <= comment.start < following for comment in document.comments):
            return ()
        return (Edit(Span(document.path, start, following), ""),)
    return ()


def _siblings(document: Document, route: Route) -> list[tuple[int, int]]:
    """What is written in the collection at `route`, each from the start of its key to its end, in order."""
    data = at(document.data, *route)
    names: Any = data if isinstance(data, dict) else range(len(data))
    found = {_extent(document, _child(document, route, name)) for name in names}
    return sorted(extent for extent in found if extent is not None)


def _child(document: Document, route: Route, name: str | int) -> NodeSpans:
    below: Route = (*route, name)
    return document.nodes[below]


def _extent(document: Document, node: NodeSpans) -> tuple[int, int] | None:
    """From where an entry or item begins to where it ends; None for one that a `<<` merges in."""
    if node.alias is None:
        return (node.key or node.value).start, max(node.value.end, (node.key or node.value).end)
    if node.key is None:
        return node.alias.start, node.alias.end
    between = document.text[node.key.end : node.alias.start]
    return (node.key.start, node.alias.end) if between.strip(" \t") == ":" else None


def _without_lines(document: Document, start: int, end: int) -> tuple[Edit, ...]:
    """Delete the lines from `start` to `end`, if nothing else but a comment stands on them."""
    text = document.text
    first, last = _line_start(text, start), _line_end(text, end)
    rest = text[end:last].strip()
    if text[first:start].strip() or (rest and not rest.startswith("#")):
        return ()
    if last < len(text):
        last += 2 if text.startswith("\r\n", last) else 1
    elif first:
        first -= 2 if text.startswith("\r\n", first - 2) else 1
    return (Edit(Span(document.path, first, last), ""),)


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _line_end(text: str, offset: int) -> int:
    """Where the line of `offset` ends, before its CR, LF or CRLF."""
    found = _BREAK.search(text, offset)
    return len(text) if found is None else found.start()


def _is_header(document: Document, route: Route) -> bool:
    """Whether the TOML table at `route` is one with a header, or the root."""
    data = at(document.data, *route)
    return not route or (
        isinstance(data, dict) and "]" in document.text[document.nodes[route].value.start :].split("\n", 1)[0]
    )


def _insert(
    document: Document, route: Route, node: NodeSpans, entries: Mapping[str, Any], missing: tuple[str, ...]
) -> tuple[Edit, ...]:
    data = at(document.data, *route)
    if not isinstance(data, dict) or (node.alias is not None and not node.value.end):
        return ()
    new = {k: v for k, v in entries.items() if k not in data and (not missing or k in missing)}
    if not new:
        return ()
    text = document.text
    start, end = node.value.start, node.value.end
    if document.kind in ("json", *_YAML) and text[start : start + 1] == "{":
        return _insert_in_braces(
            document, start, end, [flow({k: v}, document.kind)[1:-1] for k, v in new.items()]
        )
    if document.kind in _YAML:
        return _insert_in_block(document, route, start, end, new)
    if document.kind == "toml":
        lines = [f"{flow(key, 'toml-key')} = {inline_toml(value, '')}" for key, value in new.items()]
        if text[start : start + 1] == "{" and route:
            return _insert_in_braces(document, start, end, lines)
        return _insert_in_table(document, route, node, lines)
    return ()


def _insert_in_braces(document: Document, start: int, end: int, entries: list[str]) -> tuple[Edit, ...]:
    text = document.text
    if text[end - 1 : end] != "}" or any(start <= comment.start < end for comment in document.comments):
        return ()
    place = end - 1
    while text[place - 1] in " \t\r\n":
        place -= 1
    before = text[place - 1]
    separator = ", "
    if _BREAK.search(text, place, end - 1) and before != "{":
        line = _line_start(text, place)
        lead = text[line:place]
        separator = ",\n" + lead[: len(lead) - len(lead.lstrip())]
    head = "" if before == "{" else separator[1:] if before == "," else separator
    return (Edit(Span(document.path, place, place), head + separator.join(entries)),)


def _insert_in_block(
    document: Document, route: Route, start: int, end: int, entries: Mapping[str, Any]
) -> tuple[Edit, ...]:
    text = document.text
    if start == end or text[start] in "?[" or _keeps_its_end(document, route):
        return ()
    line_end = _line_end(text, end)
    rest = text[end:line_end].strip()
    if rest and not rest.startswith("#"):
        return ()
    indent = " " * (start - _line_start(text, start))
    lines = [indent + line for line in block_yaml(entries, document.kind)]
    return (Edit(Span(document.path, line_end, line_end), "\n" + "\n".join(lines)),)


def _keeps_its_end(document: Document, route: Route) -> bool:
    """Whether the collection ends in a block scalar that keeps its trailing line ends (`|+`)."""
    while True:
        node = document.nodes[route]
        data = at(document.data, *route)
        if not isinstance(data, (dict, list)) or not data:
            head = document.text[node.value.start : node.value.end].split("\n", 1)[0]
            return node.style in ("literal", "folded") and "+" in head
        names: Any = data if isinstance(data, dict) else range(len(data))
        ends = {name: _extent(document, _child(document, route, name)) or (0, 0) for name in names}
        last = max(ends, key=lambda name: ends[name])
        route = (*route, last)
        if document.nodes[route].alias is not None:
            return False


def _insert_in_table(document: Document, route: Route, node: NodeSpans, lines: list[str]) -> tuple[Edit, ...]:
    text = document.text
    if route:
        start = node.value.start
        named = node.key is None or text[node.key.end :].lstrip(" \t").startswith("]")
        if text[start : start + 1] != "[" or not named:
            return ()
        return _after_line(document, start, lines)
    headers = []
    last = -1
    for name in document.data:
        child = document.nodes[name,]
        if child.key is None:
            return ()
        if text[child.value.start : child.value.start + 1] == "[" and child.value.start < child.key.start:
            headers.append(child.value.start)
        elif child.value.start > child.key.start:
            last = max(last, child.value.end)
        else:
            return ()
    before = min(headers, default=len(text))
    if 0 <= last < before:
        return _after_line(document, last, lines)
    ending = "\n\n" if headers else "\n"
    if not headers and text and not text.endswith("\n"):
        return (Edit(Span(document.path, before, before), "\n" + "\n".join(lines) + "\n"),)
    return (Edit(Span(document.path, before, before), "\n".join(lines) + ending),)


def _after_line(document: Document, offset: int, lines: list[str]) -> tuple[Edit, ...]:
    text = document.text
    end = _line_end(text, offset)
    return (Edit(Span(document.path, end, end), "\n" + "\n".join(lines)),)
