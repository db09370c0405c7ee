"""Matching the characters of strings: pieces of text with gaps, metavariables and replacement fields between."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from lintkit.declared.pattern import nodes as p
from lintkit.declared.pattern.bindings import NONE, Bindings, Bound, distinct, join

MARK = "\0"
"""Stands for a replacement field among the characters of a string."""

Evaluate = Callable[[p.Node, cst.CSTNode], Sequence[Bindings]]
Spend = Callable[[int], None]


def match_text(
    pattern: p.Text,
    parts: Sequence[str | cst.BaseExpression],
    node: cst.CSTNode,
    evaluate: Evaluate,
    spend: Spend,
) -> list[Bindings]:
    """How the pieces of `pattern` cover all of a string.

    parts     its characters and replacement fields, in order
    node      the string literal, for metavariables that stand for characters
    evaluate  matches a pattern against a replacement field
    """
    characters: list[str] = []
    fields: list[cst.BaseExpression] = []
    for part in parts:
        if isinstance(part, str):
            characters.append(part.replace(MARK, "\ufffd"))
        else:
            characters.append(MARK)
            fields.append(part)
    text = "".join(characters)
    places = [offset for offset, character in enumerate(text) if character == MARK]
    states: dict[int, list[Bindings]] = {0: [NONE]}
    for index, piece in enumerate(pattern.pieces):
        following = pattern.pieces[index + 1] if index + 1 < len(pattern.pieces) else None
        after: dict[int, list[Bindings]] = {}
        if isinstance(piece, p.Gap):
            first = min(states)
            if pattern.formatted:
                reached = list(range(first, len(text) + 1))
            else:
                stop = text.find(MARK, first)
                reached = list(range(first, (len(text) if stop < 0 else stop) + 1))
            if isinstance(following, str):
                # Only where the next piece begins: a long string stays cheap.
                reached = [offset for offset in reached if text.startswith(following, offset)]
            elif following is None:
                reached = [offset for offset in reached if offset == len(text)]
            elif isinstance(following, p.Field):
                reached = [offset for offset in reached if offset < len(text) and text[offset] == MARK]
            spend(len(reached))
            starts = sorted(states)
            added = 0
            earlier: list[Bindings] = []
            for offset in reached:
                while added < len(starts) and starts[added] <= offset:
                    if states[starts[added]] != earlier:
                        earlier = distinct([*earlier, *states[starts[added]]])
                        spend(8 * len(earlier))
                    added += 1
                after[offset] = earlier
        else:
            for start, found in states.items():
                for end, bindings in _piece(piece, following, start, text, places, fields, node, evaluate):
                    spend(8 * len(found))
                    joined = [j for b in found if (j := join(b, bindings)) is not None]
                    if joined:
                        after.setdefault(end, []).extend(joined)
        states = after
        if not states:
            return []
    return distinct(states.get(len(text), ()))


def _piece(
    piece: str | p.Variable | p.Field | p.Gap,
    following: object,
    start: int,
    text: str,
    places: Sequence[int],
    fields: Sequence[cst.BaseExpression],
    node: cst.CSTNode,
    evaluate: Evaluate,
) -> list[tuple[int, Bindings]]:
    if isinstance(piece, str):
        return [(start + len(piece), NONE)] if text.startswith(piece, start) else []
    if isinstance(piece, p.Field):
        if start >= len(text) or text[start] != MARK:
            return []
        return [(start + 1, b) for b in evaluate(piece.pattern, fields[places.index(start)])]
    if isinstance(piece, p.Variable):
        # Characters up to the next piece, or to the end.
        stop = text.find(MARK, start)
        stop = len(text) if stop < 0 else stop
        if isinstance(following, str):
            end = text.find(following, start, stop)
            return [] if end < 0 else [(end, {piece.name: Bound((node,), text[start:end])})]
        return [(stop, {piece.name: Bound((node,), text[start:stop])})]
    return []
