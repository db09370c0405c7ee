"""Selectors of rules: globs over ids (`*` crosses `/`), `tag:…` and `pack:…`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from lintkit.config.errors import nearest, quoted
from lintkit.globs.ids import IdPatterns, id_matches
from lintkit.model import RuleMeta

KNOWN_PACKS = ("recommended", "security", "production", "strict")
"""Packs that may be named although no rule is in them."""


def selects(selector: str, rule: RuleMeta) -> bool:
    """Whether `selector` covers `rule`. `*` covers every rule; `tag:` and `pack:` take globs as well."""
    return Selectors((selector,)).covers(rule)


class Selectors:
    """A list of selectors, read once, so that few of them are compared with a rule."""

    __slots__ = ("_ids", "_packs", "_tags")

    def __init__(self, selectors: Iterable[str]) -> None:
        ids: list[tuple[int, str]] = []
        tags: list[tuple[int, str]] = []
        packs: list[tuple[int, str]] = []
        for position, selector in enumerate(selectors):
            kind, colon, name = selector.partition(":")
            if colon and kind == "tag":
                tags.append((position, name))
            elif colon and kind == "pack":
                packs.append((position, name))
            else:
                ids.append((position, selector))
        self._ids, self._tags, self._packs = _Numbered(ids), _Numbered(tags), _Numbered(packs)

    def positions(self, rule: RuleMeta) -> set[int]:
        """Which of them cover `rule`, by their place in the list."""
        found = set(self._ids.matching(rule.id))
        for tag in rule.tags:
            found.update(self._tags.matching(tag))
        for pack in rule.packs:
            found.update(self._packs.matching(pack))
        return found

    def covers(self, rule: RuleMeta) -> bool:
        """Whether one of them covers `rule`."""
        return bool(self.positions(rule))


class _Numbered:
    """Patterns with the numbers that they have elsewhere."""

    __slots__ = ("_numbers", "_patterns")

    def __init__(self, numbered: Sequence[tuple[int, str]]) -> None:
        self._numbers = [number for number, _ in numbered]
        self._patterns = IdPatterns(pattern for _, pattern in numbered)

    def matching(self, name: str) -> Iterator[int]:
        return (self._numbers[position] for position in self._patterns.matching(name))


def any_selects(selectors: Iterable[str], rule: RuleMeta) -> bool:
    """Whether one of `selectors` covers `rule`."""
    return compiled(tuple(selectors)).covers(rule)


@lru_cache(maxsize=1024)
def compiled(selectors: tuple[str, ...]) -> Selectors:
    """The selectors of a list; equal lists are read once."""
    return Selectors(selectors)


def unused(selectors: Sequence[str], rules: Sequence[RuleMeta]) -> list[int]:
    """Which of `selectors` cover none of `rules`, by their place in the list."""
    together = compiled(tuple(selectors))
    used: set[int] = set()
    for rule in rules:
        used |= together.positions(rule)
    return [position for position in range(len(selectors)) if position not in used]


def unknown(selector: str, rules: Sequence[RuleMeta], own_packs: Collection[str] = ()) -> str:
    """A sentence for a selector that covers no rule, with the nearest known names; empty if it covers one.

    own_packs  names of packs that a configuration makes
    """
    if any(selects(selector, rule) for rule in rules):
        return ""
    kind, colon, name = selector.partition(":")
    if colon and kind == "pack":
        packs = {pack for rule in rules for pack in rule.packs} | {*KNOWN_PACKS, *own_packs}
        if name in KNOWN_PACKS or any(id_matches(name, pack) for pack in own_packs):
            return ""
        return f"no rule is in the pack {quoted(name)}{nearest(name, packs)}"
    if colon and kind == "tag":
        return (
            f"no rule has the tag {quoted(name)}{nearest(name, {tag for rule in rules for tag in rule.tags})}"
        )
    ids = {rule.id for rule in rules}
    families = {rule_id.partition("/")[0] for rule_id in ids}
    if selector.rstrip("/") in families:
        hint = f"; did you mean {quoted(selector.rstrip('/') + '/*')}?"
    else:
        names = {rule_id.partition("/")[2]: rule_id for rule_id in sorted(ids)}
        hint = nearest(selector, ids)
        if not hint and "/" not in selector:
            known = nearest(selector, names)
            hint = known and f"; did you mean {quoted(names[known.split('`')[1]])}?"
    noun = "matches no rule" if any(c in selector for c in "*?[") else "is not a rule"
    return f"{quoted(selector)} {noun}{hint or '; `lintkit rules` lists them'}"
