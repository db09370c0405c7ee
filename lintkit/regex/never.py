"""Regular expressions that no text can match: almost always a slip of the pen."""

from __future__ import annotations

from lintkit.regex.syntax import Alternatives, Group, Node, Place, RegexError, Repeat, Sequence, Set, parse


def never_matches(pattern: str) -> bool:
    """Whether it is certain that no text matches `pattern`, searched anywhere.

    So it is with a character before `^` or after `$`, and with a class that holds nothing. False for a pattern that
    cannot be read.
    """
    try:
        return _Walk().fails(parse(pattern).node)
    except RegexError:
        return False


class _Walk:
    """What is certain while an expression is read from left to right.

    consumed  a character was taken; ended  the end of the text was passed
    """

    def __init__(self, consumed: bool = False, ended: bool = False) -> None:
        self.consumed = consumed
        self.ended = ended

    def fails(self, node: Node) -> bool:
        """Whether nothing can match `node` after what came before."""
        if isinstance(node, Set):
            self.consumed = True
            return self.ended or not node.ranges
        if isinstance(node, Place):
            self.ended = self.ended or node.kind == "end"
            return node.kind == "start" and self.consumed
        if isinstance(node, Sequence):
            return any(self.fails(item) for item in node.items)
        if isinstance(node, Group):
            return self.fails(node.item)
        if isinstance(node, Repeat):
            return node.least > 0 and self.fails(node.item)
        return self._all_fail(node)

    def _all_fail(self, node: Alternatives) -> bool:
        walks = [_Walk(self.consumed, self.ended) for _ in node.items]
        possible = [walk for walk, item in zip(walks, node.items, strict=True) if not walk.fails(item)]
        self.consumed = all(walk.consumed for walk in possible)
        self.ended = all(walk.ended for walk in possible)
        return not possible
