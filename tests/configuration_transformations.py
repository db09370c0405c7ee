"""Other ways to write the same configuration file, and where what stood in the old text stands in the new one.

Two kinds of transformation: `insert` adds text between lines, so that every offset moves by what was added before it;
`rewrite` writes the data of a YAML file anew, so that a place is found again by its route.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lintkit.formats.errors import ParseError
from lintkit.formats.scalar_spans import part_span
from lintkit.model import Document, Kind, NodeSpans, Route, SourceFile, Span
from lintkit.run.documents import parse_documents

YAML_KINDS: tuple[Kind, ...] = ("compose", "kubernetes", "workflow", "yaml")
LINE_KINDS: tuple[Kind, ...] = ("dockerfile", "dotenv", "gitignore", "dockerignore")

_FLOW_SAFE = re.compile(r"[^\s,\[\]{}#&*!|>'\"%@`?-][^\n,\[\]{}#'\"]*|'[^'\n]*'|\"[^\"\\\n]*\"")
_BARE_KEY = re.compile(r"[\w./-]+")

Where = Callable[[Span], tuple[Span, ...]]
"""Where a span of the old text may be in the new one: more than one place where it was used more than once."""


class NotApplicableError(Exception):
    """The text cannot be written in this way; says why."""


@dataclass(frozen=True, slots=True)
class Transformation:
    """A way to write a file differently.

    kinds  the kinds of file it is for
    apply  (path, kind, text) -> the new text, and where a span of the old text is in it; raises NotApplicableError
    exact  a span is found again to the character; else what is found has to overlap it
    """

    name: str
    kinds: tuple[Kind, ...]
    apply: Callable[[str, Kind, str], tuple[str, Where]]
    exact: bool = True


def documents(path: str, kind: Kind, text: str) -> tuple[Document, ...]:
    """The documents of a text, read as its kind is."""
    return parse_documents(SourceFile(path, kind, text.encode("utf-8", "surrogatepass")))


def readable(path: str, kind: Kind, text: str) -> tuple[Document, ...]:
    """The documents of an example's own text."""
    try:
        return documents(path, kind, text)
    except ParseError as error:
        raise NotApplicableError(f"it cannot be read: {error}") from None


# --- text between lines ---------------------------------------------------------------------------------------------


def _insert(text: str, additions: Sequence[tuple[int, str]]) -> tuple[str, Where]:
    """Put each text at its offset; `additions` are in order."""
    parts, last = [], 0
    for offset, added in additions:
        parts += [text[last:offset], added]
        last = offset

    def moved(offset: int, *, end: bool) -> int:
        return offset + sum(
            len(added) for at, added in additions if at < offset or (at == offset and not end)
        )

    def where(span: Span) -> tuple[Span, ...]:
        if span.start == span.end:
            starts = {moved(span.start, end=True), moved(span.start, end=False)}
            return tuple(Span(span.path, start, start) for start in sorted(starts))
        return (Span(span.path, moved(span.start, end=False), moved(span.end, end=True)),)

    return "".join([*parts, text[last:]]), where


def crlf(path: str, kind: Kind, text: str) -> tuple[str, Where]:
    """Lines end as on Windows."""
    if "\r" in text:
        raise NotApplicableError("it has its own carriage returns")
    return _insert(text, [(match.start(), "\r") for match in re.finditer("\n", text)])


def comments(path: str, kind: Kind, text: str) -> tuple[str, Where]:
    """A comment stands before every line before which one may stand."""
    closed = list(_closed(path, kind, text))
    first = 1 if kind in LINE_KINDS and kind == "dockerfile" else 0  # directives are first or they are none
    starts = [0, *(match.end() for match in re.finditer("\n", text) if match.end() < len(text))][first:]
    places = [at for at in starts if not any(start < at < end for start, end in closed)]
    return _insert(text, [(at, _indented(text, at) + "# a remark\n") for at in places])


def _indented(text: str, at: int) -> str:
    rest = text[at:]
    return rest[: len(rest) - len(rest.lstrip(" "))]


def _closed(path: str, kind: Kind, text: str) -> Iterator[tuple[int, int]]:
    """What no comment may stand in: scalars of several lines, heredocs."""
    for document in readable(path, kind, text):
        for node in document.nodes.values():
            inside = node.raw is not None and kind != "dockerfile"
            if inside and "\n" in text[node.value.start : node.value.end]:
                end = node.value.end if node.style not in ("literal", "folded") else node.value.end + 1
                yield node.value.start, end
        if kind == "dockerfile":
            for number, item in enumerate(document.data["instructions"]):
                for index in range(len(item["heredocs"])):
                    span = document.span(("instructions", number, "heredocs", index))
                    yield span.start - 1, span.end + 1


def second_document(path: str, kind: Kind, text: str) -> tuple[str, Where]:
    """Another document stands before it in the file."""
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: of-another\n  namespace: another\ndata:\n  a: b\n"
    return _insert(text, [(0, other if text.startswith("---") else other + "---\n")])


# --- the same data, written anew ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes data as YAML, each scalar as it is written in `document` where that is possible."""

    document: Document

    def scalar(self, route: Route, value: Any, *, block: bool = False) -> str:
        node = self.document.nodes.get(route)
        source = "" if node is None else self.document.text[node.value.start : node.value.end]
        if (
            block
            and node is not None
            and source
            and node.style not in ("literal", "folded")
            and "\n" not in source
        ):
            return source
        if (
            _FLOW_SAFE.fullmatch(source)
            and ": " not in source.strip("'\"")
            and not source.endswith((":", " "))
        ):
            return source
        if isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)
        return source or "null"

    def flow(self, route: Route, value: Any) -> str:
        if isinstance(value, dict):
            entries = (f"{self.key(name)}: {self.flow((*route, name), item)}" for name, item in value.items())
            return "{" + ", ".join(entries) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.flow((*route, i), item) for i, item in enumerate(value)) + "]"
        return self.scalar(route, value)

    def block(self, route: Route, value: Any, indent: str) -> str:
        """What follows a key's colon, or an item's dash."""
        if isinstance(value, dict) and value:
            return "\n" + self.entries(route, value, indent).rstrip("\n")
        if isinstance(value, list) and value:
            items = (
                f"{indent}-{self.block((*route, i), item, indent + '  ')}" for i, item in enumerate(value)
            )
            return "\n" + "\n".join(items)
        if isinstance(value, (dict, list)):
            return " " + self.flow(route, value)
        return " " + self.scalar(route, value, block=True)

    def entries(self, route: Route, value: Mapping[str, Any], indent: str = "") -> str:
        lines = (
            f"{indent}{self.key(name)}:{self.block((*route, name), item, indent + '  ')}\n"
            for name, item in value.items()
        )
        return "".join(lines)

    def key(self, name: str) -> str:
        return (
            name if _BARE_KEY.fullmatch(name) and not name.isdigit() else json.dumps(name, ensure_ascii=False)
        )


def _rewrite(
    path: str, kind: Kind, text: str, write: Callable[[Document], str], route_after: Callable[[Route], Route]
) -> tuple[str, Where]:
    old = readable(path, kind, text)
    for document in old:
        if not isinstance(document.data, dict):
            raise NotApplicableError("its data is no mapping")
        if any(tag is not None and not tag.startswith("tag:yaml.org") for tag in _tags(document)):
            raise NotApplicableError("it has tags of its own, which data does not show")
    rewritten = "---\n".join(write(document) for document in old)
    new = documents(path, kind, rewritten)

    def where(span: Span) -> tuple[Span, ...]:
        spans: list[Span] = []
        for index, route, part, node in _places(old, span):
            after = new[index].nodes.get(route_after(route))
            if after is not None and part == "value":
                spans += _parts(text, span, node, rewritten, after)
            elif after is not None and after.key is not None:
                spans.append(after.key)
        return tuple(dict.fromkeys(spans))

    return rewritten, where


def _tags(document: Document) -> Iterator[str | None]:
    tag = getattr(document.nodes, "tag", None)
    for route in document.nodes:
        yield tag(route) if tag is not None else None


def _places(old: Sequence[Document], span: Span) -> list[tuple[int, Route, str, NodeSpans]]:
    """The smallest nodes around a span: document, route, and whether the span is in the key or the value."""
    best = len(old[0].text) + 1
    found: list[tuple[int, Route, str, NodeSpans]] = []
    for index, document in enumerate(old):
        for route, node in document.nodes.items():
            for part, whole in (("value", node.value), ("key", node.key)):
                if whole is None or not whole.start <= span.start <= span.end <= whole.end:
                    continue
                if whole.end - whole.start < best:
                    best, found = whole.end - whole.start, []
                if whole.end - whole.start == best:
                    found.append((index, route, part, node))
    return found


def _parts(text: str, span: Span, node: NodeSpans, rewritten: str, after: NodeSpans) -> Iterator[Span]:
    """The part of the scalar `after` that `span` is of the scalar `node`; all of it for collections."""
    if span == node.value or node.raw is None or after.raw is None:
        yield after.value
    if node.raw is None or after.raw is None:
        return
    part = text[span.start : span.end]
    if span == node.value and part != after.raw:
        part = after.raw  # what was plain is in quotes now: with or without them
    before = text[node.value.start : span.start].lstrip("'\"")
    start = after.raw.find(part, len(before) if after.raw.startswith(before) else 0)
    if start >= 0:
        yield part_span(rewritten, after.value, after.raw, after.style, start, start + len(part))
    elif "\n" in part:
        yield after.value


def _same(route: Route) -> Route:
    return route


def flow(path: str, kind: Kind, text: str) -> tuple[str, Where]:
    """Everything below the top level is written on one line: `services: {web: {image: "shop:1"}}`."""

    def write(document: Document) -> str:
        writer = _Writer(document)
        return "".join(
            f"{writer.key(name)}: {writer.flow((name,), value)}\n" for name, value in document.data.items()
        )

    return _rewrite(path, kind, text, write, _same)


def block(path: str, kind: Kind, text: str) -> tuple[str, Where]:
    """Every mapping and list has lines of its own."""
    return _rewrite(path, kind, text, lambda document: _Writer(document).entries((), document.data), _same)


def anchor(path: str, kind: Kind, text: str) -> tuple[str, Where]:
    """The services, or the largest mapping of an object, stand elsewhere and are used through an alias."""

    def write(document: Document) -> str:
        writer, data = _Writer(document), document.data
        moved = _to_move(data, kind)
        head = f"x-moved: &moved{writer.block(moved, _at(data, moved), '  ')}\n"
        if len(moved) == 1:
            rest = (
                f"{writer.key(name)}:{' *moved' if name == moved[0] else writer.block((name,), value, '  ')}\n"
                for name, value in data.items()
            )
            return head + "".join(rest)
        lines = []
        for name, value in data.items():
            if name != moved[0]:
                lines.append(f"{writer.key(name)}:{writer.block((name,), value, '  ')}\n")
                continue
            lines.append(f"{writer.key(name)}:\n")
            for inner, item in value.items():
                alias = inner == moved[1]
                lines.append(
                    f"  {writer.key(inner)}:{' *moved' if alias else writer.block((name, inner), item, '    ')}\n"
                )
        return head + "".join(lines)

    return _rewrite(path, kind, text, write, _same)


def merged(path: str, kind: Kind, text: str) -> tuple[str, Where]:
    """Every service takes its keys from a mapping elsewhere, by `<<`."""

    def write(document: Document) -> str:
        writer, data = _Writer(document), document.data
        services = data.get("services")
        if not isinstance(services, dict) or not any(
            isinstance(item, dict) and item for item in services.values()
        ):
            raise NotApplicableError("it has no service with keys")
        lines = []
        for number, (name, item) in enumerate(services.items()):
            if isinstance(item, dict) and item:
                lines.append(
                    f"x-moved-{number}: &moved{number}{writer.block(('services', name), item, '  ')}\n"
                )
        for name, value in data.items():
            if name != "services":
                lines.append(f"{writer.key(name)}:{writer.block((name,), value, '  ')}\n")
                continue
            lines.append("services:\n")
            for number, (inner, item) in enumerate(services.items()):
                if isinstance(item, dict) and item:
                    lines.append(f"  {writer.key(inner)}:\n    <<: *moved{number}\n")
                else:
                    lines.append(f"  {writer.key(inner)}:{writer.block(('services', inner), item, '    ')}\n")
        return "".join(lines)

    return _rewrite(path, kind, text, write, _same)


def _to_move(data: Mapping[str, Any], kind: Kind) -> Route:
    """The largest mapping that may stand elsewhere."""
    routes: list[Route] = []
    for name, value in data.items():
        if not isinstance(value, dict) or not value or name == "metadata":
            continue
        if kind in ("compose", "workflow"):
            routes += [(name, inner) for inner, item in value.items() if isinstance(item, dict) and item]
        else:
            routes.append((name,))
    if not routes:
        raise NotApplicableError("it has no mapping that could stand elsewhere")
    return max(routes, key=lambda route: len(json.dumps(_at(data, route), default=str)))


def _at(data: Any, route: Route) -> Any:
    for part in route:
        data = data[part]
    return data


# --- `environment`, as a list and as a mapping ----------------------------------------------------------------------


def _environments(data: Any, form: type) -> dict[Route, Any]:
    services = data.get("services") if isinstance(data, dict) else None
    found: dict[Route, Any] = {}
    for name, service in services.items() if isinstance(services, dict) else ():
        value = service.get("environment") if isinstance(service, dict) else None
        if isinstance(value, form) and value:
            found["services", name, "environment"] = value
    if not found:
        raise NotApplicableError("no service has an `environment` in this form")
    return found


def environment_as_list(path: str, kind: Kind, text: str) -> tuple[str, Where]:
    """`environment` is written as a list of `NAME=value`."""
    return _other_environment(path, kind, text, dict)


def environment_as_mapping(path: str, kind: Kind, text: str) -> tuple[str, Where]:
    """`environment` is written as a mapping."""
    return _other_environment(path, kind, text, list)


def _other_environment(path: str, kind: Kind, text: str, form: type) -> tuple[str, Where]:
    document, *others = readable(path, kind, text)
    if others:
        raise NotApplicableError("it has several documents")
    found = _environments(document.data, form)
    renamed: dict[Route, Route] = {}

    def converted(route: Route, value: Any) -> Any:
        if route in found:
            if form is list:
                if not all(isinstance(item, str) for item in value):
                    raise NotApplicableError("an item of the list is no text")
                pairs = [item.partition("=") for item in value]
                renamed.update({(*route, i): (*route, name) for i, (name, _, _) in enumerate(pairs)})
                return {name: given if equals else None for name, equals, given in pairs}
            renamed.update({(*route, name): (*route, i) for i, name in enumerate(value)})
            return [_item(document, (*route, name), item) for name, item in value.items()]
        if isinstance(value, dict):
            return {name: converted((*route, name), item) for name, item in value.items()}
        if isinstance(value, list):
            return [converted((*route, i), item) for i, item in enumerate(value)]
        return value

    data = converted((), document.data)

    def write(old: Document) -> str:
        return _OtherForm(old, frozenset(found)).entries((), data)

    return _rewrite(path, kind, text, write, lambda route: renamed.get(route, route))


def _item(document: Document, route: Route, value: Any) -> str:
    """`NAME=value`, as an item of a list."""
    name = str(route[-1])
    return name if value is None else f"{name}={document.nodes[route].raw}"


@dataclass(frozen=True, slots=True)
class _OtherForm(_Writer):
    """Writes scalars below `changed` from the data, because they are written elsewhere in another form."""

    changed: frozenset[Route] = frozenset()

    def scalar(self, route: Route, value: Any, *, block: bool = False) -> str:
        if route[:3] in self.changed and isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)
        return _Writer.scalar(self, route, value, block=block)


TRANSFORMATIONS: tuple[Transformation, ...] = (
    Transformation("flow style", YAML_KINDS, flow),
    Transformation("block style", YAML_KINDS, block),
    Transformation("environment as a list", ("compose",), environment_as_list, exact=False),
    Transformation("environment as a mapping", ("compose",), environment_as_mapping, exact=False),
    Transformation("through an anchor", YAML_KINDS, anchor),
    Transformation("through a merge", ("compose",), merged),
    Transformation("second document", ("kubernetes",), second_document),
    Transformation("CRLF", (*YAML_KINDS, *LINE_KINDS), crlf),
    Transformation("comments between", (*YAML_KINDS, *LINE_KINDS), comments),
)
