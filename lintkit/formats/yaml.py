"""YAML files as documents: plain data, exact spans, and what had to be read past.

Built in one loop over the events of libyaml, never by recursion and never from composed nodes (whose marks
lose aliases and swallow comments). Spans of values:

- leave out a tag or an anchor in front of the value;
- end at the last character of the content: no trailing blank lines, no comments;
- cover the quotes of a quoted scalar, and a block scalar from its `|` or `>` on;
- are empty, right after the `:` or `-`, where no value is written.

Where a part of a scalar's text stands is answered by `scalar_spans.scalar_span`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from lintkit.formats.errors import ParseError
from lintkit.formats.scalars import ScalarSchema, key_text, resolver, tagged
from lintkit.formats.yaml_comments import comment_spans
from lintkit.formats.yaml_errors import MAX_DEPTH, from_libyaml, is_template, parse_error
from lintkit.formats.yaml_nodes import Aliased, Node, NodeTree, Use
from lintkit.model import Document, Kind, Problem, SourceFile, Span
from lintkit.source import BOM, Lines, decode

EventParser: Any
try:
    from yaml.cyaml import CParser as EventParser  # type: ignore[attr-defined]
except ImportError:  # PyYAML was built without libyaml; the same events, 16 times slower
    from yaml import SafeLoader as EventParser

MAX_ALIASED_NODES = 100_000
"""How many nodes aliases may add to a file, beyond those that are written. compose-go visits as many in all
(loader/reset.go, defaultMaxNodeVisits)."""

_STYLES = {"": "plain", None: "plain", "'": "single", '"': "double", "|": "literal", ">": "folded"}

_BREAKS = "\r\n\x85\u2028\u2029"
_BREAK = re.compile(f"[{_BREAKS}]")
_LATER_MARK = re.compile(rf"(?:(?<=^---)|(?<=\n---)|(?<=\n\.\.\.))([ \t]*\r?\n){BOM}|(\r?\n){BOM}(?=---|%)")
_PROPERTY = re.compile(rf"(?:&[0-9A-Za-z_-]+|!<[^>\s]*>|![^\s,\[\]{{}}]*)\s*(?:#[^{_BREAKS}]*\s*)*")
_BLOCK_INDICATOR = re.compile("[|>][-+0-9]*")
_COLON = re.compile("[ \t]*:")

_MERGE_TAG = "tag:yaml.org,2002:merge"


def load_documents(text: str, path: str, kind: Kind, schema: ScalarSchema) -> tuple[Document, ...]:
    """Read all documents of `text` (without a byte order mark), its plain scalars typed as `schema` says.

    Keys are always strings. A key that stands twice is a problem and the last value counts; a `<<` merges as
    https://yaml.org/type/merge.html says (keys of the mapping itself win, then those that are merged first),
    except in workflows, where it is an ordinary key (actions/runner#1182). A file without a document gives
    one whose data is None. Raises ParseError for text that libyaml refuses, for an alias that names nothing
    or the collection it stands in, and for more than MAX_DEPTH levels or MAX_ALIASED_NODES nodes from
    aliases.
    """
    # Each document may begin with a mark (YAML 1.2.2, 5.2). libyaml takes one at the beginning of a file alone; blank
    # space at the end of the line above is nothing to it, and leaves every line and every offset but that as it is.
    read = _LATER_MARK.sub(r" \1\2", text) if BOM in text else text
    builder = _Builder(read, path, schema)
    try:
        roots = list(builder.documents())
    except YAMLError as error:
        raise from_libyaml(error, text, path) from None
    except UnicodeEncodeError as error:
        raise parse_error("it holds half of a surrogate pair", text, path, error.start) from None
    except (ValueError, OverflowError):  # an escape that is no character, in the parser without libyaml
        raise parse_error("it holds an escape that names no character", text, path, 0) from None
    comments = comment_spans(read, path, builder.starts, builder.ends) if "#" in text else ()
    return tuple(
        Document(path, kind, text, data, NodeTree(path, node), index, tuple(problems), comments)
        for index, (data, node, problems) in enumerate(roots)
    )


def parse(source: SourceFile) -> tuple[Document, ...]:
    """Read YAML of no particular kind. Raises ParseError."""
    return parse_as(source, "generic")


def parse_as(source: SourceFile, schema: ScalarSchema) -> tuple[Document, ...]:
    """Decode and read a YAML file, its scalars typed as `schema` says. Raises ParseError."""
    try:
        text, _ = decode(source.data)
    except UnicodeDecodeError:
        raise ParseError(
            "This file is not UTF-8, nor UTF-16 with a byte order mark; convert it to UTF-8.", source.path
        ) from None
    return load_documents(text, source.path, source.kind, schema)


class _Builder:
    """The loop over the events of one file, and what it has to remember from document to document."""

    def __init__(self, text: str, path: str, schema: ScalarSchema) -> None:
        self.text = text
        self.path = path
        self.schema = schema
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.problems: list[Problem] = []
        self.aliased = 0
        self.lines: Lines | None = None

    def documents(self) -> Iterator[tuple[Any, Node, list[Problem]]]:
        """Data, node and problems of each document."""
        parser = EventParser(self.text)
        get_event = parser.get_event
        none = True
        while True:
            event = get_event()
            kind = type(event)
            if kind is DocumentStartEvent:
                self.problems = []
                data, node = self._document(get_event)
                none = False
                yield data, node, self.problems
            elif kind is StreamEndEvent:
                break
        if none:
            yield None, (0, 0, "", "plain", None), []

    def _document(self, get_event: Any) -> tuple[Any, Node]:
        text = self.text
        schema = self.schema
        typed = resolver(schema)
        merges_keys = schema != "workflow"
        plain_keys = schema == "kubernetes"
        starts, ends = self.starts, self.ends
        scalar_start, scalar_end = starts.append, ends.append
        # name -> data, node, how many nodes it expands to, how many levels it is high (0 for a scalar)
        anchors: dict[str, tuple[Any, Node, int, int]] = {}
        count = 0

        # The collection being filled. `data` is what the consumer sees, `children` the nodes beside it.
        stack: list[Any] = []
        data: Any = None
        children: Any = None
        in_mapping = False
        key: str | None = None
        key_start = key_end = 0
        merge_next = False
        merges: list[tuple[Any, Node, Use]] = []
        merged_at = -1  # where the first `<<` of the mapping stands
        start = 0
        anchor = tag = None
        first_count = 0
        height = 0
        last_end = 0

        value: Any
        node: Node
        while True:
            event = get_event()
            kind = type(event)
            use: Use | None = None

            if kind is ScalarEvent:
                count += 1
                raw = event.value
                begin = event.start_mark.index
                end = event.end_mark.index
                style = event.style
                own_tag = event.tag
                own_anchor = event.anchor
                if own_anchor is not None or own_tag is not None:
                    begin = self._skip_properties(begin, end, own_anchor, own_tag)
                if not style:
                    style = "plain"
                    if begin == end and in_mapping and key is not None and begin == event.start_mark.index:
                        begin = end = self._empty_value(key_end, begin)
                    scalar_start(begin)
                    scalar_end(end)
                else:
                    style = _STYLES[style]
                    if style == "literal" or style == "folded":
                        header = _BREAK.search(text, begin, end)
                        scalar_start(end if header is None else header.start())
                        scalar_end(end)
                        end = self._content_end(begin, starts[-1], end)
                    else:
                        scalar_start(begin)
                        scalar_end(end)
                if in_mapping and key is None:
                    plain = style == "plain"
                    if raw == "<<" and merges_keys and plain and (own_tag is None or own_tag == _MERGE_TAG):
                        merge_next = True
                    elif merges_keys is False and raw == "<<" and plain:
                        self._problem(
                            "merge-key",
                            "GitHub does not merge `<<`; write the keys out, or use an alias.",
                            begin,
                            end,
                        )
                    key = key_text(schema, raw, plain) if plain_keys else raw
                    key_start, key_end = begin, end
                    if own_anchor is not None:
                        value = typed(raw) if plain and own_tag is None else raw
                        anchors[own_anchor] = (value, (begin, end, raw, style, own_tag), 1, 0)
                    continue
                node = (begin, end, raw, style, own_tag)
                if own_tag is not None and own_tag != "!":
                    value = tagged(schema, own_tag, raw, style == "plain")
                elif style == "plain" and own_tag is None:
                    value = typed(raw)
                else:
                    value = raw
                if own_anchor is not None:
                    anchors[own_anchor] = (value, node, 1, 0)

            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                count += 1
                if len(stack) >= MAX_DEPTH:
                    raise parse_error(
                        f"it nests more than {MAX_DEPTH} levels deep", text, self.path, event.start_mark.index
                    )
                stack.append(
                    (
                        data, children, in_mapping, key, key_start, key_end, merge_next, merges, start,
                        anchor, tag, first_count, height, merged_at,
                    )
                )  # fmt: skip
                start = event.start_mark.index
                anchor = event.anchor
                tag = event.tag
                if anchor is not None or tag is not None:
                    start = self._skip_properties(start, len(text), anchor, tag)
                    anchors.pop(anchor or "", None)
                in_mapping = kind is MappingStartEvent
                data, children = ({}, {}) if in_mapping else ([], [])
                key = None
                merge_next = False
                merges = []
                merged_at = -1
                first_count = count
                height = 0
                continue

            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                if merges:
                    _merge(data, children, merges)
                # The mark of the end of a block collection is that of the next token; content ends where the
                # last of it does.
                mark = event.end_mark.index
                end = mark if mark > event.start_mark.index else max(start, last_end)
                value = data
                node = (start, end, children, tag)
                levels = height + 1
                if anchor is not None:
                    anchors[anchor] = (value, node, count - first_count + 1, levels)
                (
                    data, children, in_mapping, key, key_start, key_end, merge_next, merges, start, anchor,
                    tag, first_count, height, merged_at,
                ) = stack.pop()  # fmt: skip
                height = max(height, levels)
                if in_mapping and key is None:
                    key = text[node[0] : end]
                    key_start, key_end = node[0], end
                    last_end = end
                    if text[key_start - 1 : key_start + 1] == "{{" and is_template(text):
                        raise parse_error("a key is missing here", text, self.path, key_start)
                    self._problem(
                        "complex-key",
                        "This key is a list or a mapping; its text is taken as the key.",
                        key_start,
                        end,
                    )
                    continue

            elif kind is AliasEvent:
                begin, end = event.start_mark.index, event.end_mark.index
                known = anchors.get(event.anchor)
                if known is None:
                    raise self._alias_error(event.anchor, begin, stack, anchor)
                value, node, size, levels = known
                if len(stack) + levels > MAX_DEPTH:
                    raise parse_error(
                        f"it nests more than {MAX_DEPTH} levels deep once its aliases are followed",
                        text,
                        self.path,
                        begin,
                    )
                count += size
                self.aliased += size
                if self.aliased > MAX_ALIASED_NODES:
                    raise parse_error(
                        f"its aliases expand to more than {MAX_ALIASED_NODES:,} nodes", text, self.path, begin
                    )
                height = max(height, levels)
                use = (begin, end)
                if in_mapping and key is None:
                    key = node[2] if type(node[2]) is str else text[node[0] : node[1]]
                    key_start, key_end = begin, end
                    last_end = end
                    continue

            elif kind is DocumentEndEvent:
                return data, children  # set by the root, below

            else:  # pragma: no cover - no other event occurs inside a document
                continue

            # A whole value: `value` and `node`, at `end`, through `use`.
            last_end = end
            if in_mapping:
                assert key is not None
                if merge_next:
                    if merged_at >= 0:
                        self._duplicate(key_start, key_end, merged_at, merged=True)
                    merged_at = key_start
                    self._collect_merge(value, node, use or (node[0], node[1]), merges)
                    merge_next = False
                else:
                    if key in children:
                        self._duplicate(key_start, key_end, children[key][0])
                        del data[key], children[key]
                    data[key] = value
                    children[key] = (key_start, key_end, node, use)
                key = None
            elif stack:
                data.append(value)
                children.append(node if use is None else Aliased(node, use))
            else:
                data, children = value, node

    def _problem(self, code: str, message: str, start: int, end: int) -> None:
        self.problems.append(Problem(code, message, Span(self.path, start, end)))

    def _duplicate(self, start: int, end: int, first: int, *, merged: bool = False) -> None:
        if self.lines is None:
            self.lines = Lines(self.text)
        line = self.lines.position(first).line
        message = f"This key stands in the same mapping as on line {line}; only the last value counts."
        if merged:
            message = f"`<<` stands in the same mapping as on line {line}, and Go's readers refuse it; give one a list."
        self._problem("duplicate-key", message, start, end)

    def _collect_merge(self, value: Any, node: Node, use: Use, merges: list[tuple[Any, Node, Use]]) -> None:
        """Add what a `<<` names to `merges`, the first to be merged last: a later `<<` goes before an earlier one."""
        found: list[tuple[Any, Node, Use]] = []
        if isinstance(value, dict):
            found.append((value, node, use))
        elif isinstance(value, list):
            for item_value, item in zip(value, node[2], strict=True):
                item_node, item_use = item if type(item) is Aliased else (item, (item[0], item[1]))
                if isinstance(item_value, dict):
                    found.append((item_value, item_node, item_use))
        if not found or (isinstance(value, list) and len(found) < len(value)):
            self._problem(
                "merge-value", "A `<<` merges mappings, or a list of them; this is something else.", *use
            )
        merges.extend(reversed(found))

    def _skip_properties(self, start: int, end: int, anchor: str | None, tag: str | None) -> int:
        """Where the value begins whose anchor and tag, in either order, begin at `start`."""
        for _ in range((anchor is not None) + (tag is not None)):
            match = _PROPERTY.match(self.text, start, end)
            if match is not None:
                start = match.end()
        return start

    def _empty_value(self, key_end: int, mark: int) -> int:
        """Where the value of a key would stand that has none:

        libyaml gives the place of the token that follows.
        """
        if self.text[mark - 1] == ":":
            return mark
        match = _COLON.match(self.text, key_end, mark)
        return key_end if match is None else match.end()

    def _content_end(self, start: int, header_end: int, end: int) -> int:
        """Where the last line of a block scalar ends that is not blank;

        after the indicator if there is none.
        """
        text = self.text
        while end > header_end:
            line_end = end
            while line_end > header_end and text[line_end - 1] in _BREAKS:
                line_end -= 1
            blank = line_end
            while blank > header_end and text[blank - 1] in " \t":
                blank -= 1
            if blank > header_end and text[blank - 1] not in _BREAKS:
                return line_end
            end = blank
        match = _BLOCK_INDICATOR.match(text, start)
        return header_end if match is None else match.end()

    def _alias_error(self, name: str, offset: int, stack: list[Any], anchor: str | None) -> ParseError:
        open_anchors = [frame[9] for frame in stack] + [anchor]
        if name in open_anchors:
            message = "an alias here stands for the collection that it is a part of, which has no end"
        else:
            message = "an alias here names no anchor that stands before it; quote the text if it is no alias"
        return parse_error(message, self.text, self.path, offset)


def _merge(data: dict[str, Any], children: dict[str, Any], merges: list[tuple[Any, Node, Use]]) -> None:
    for merged, node, use in reversed(merges):
        for key, value in merged.items():
            if key not in children:
                key_start, key_end, child, _ = node[2][key]
                data[key] = value
                children[key] = (key_start, key_end, child, use)
