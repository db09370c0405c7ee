"""Selectors of rules: globs over ids (`*` crosses `/`), `tag:…` and `pack:…`."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterable, Sequence

from lintkit.config.errors import nearest, quoted
from lintkit.model import RuleMeta

KNOWN_PACKS = ("recommended", "security", "production", "strict")
"""Packs that may be named although no rule is in them."""


def selects(selector: str, rule: RuleMeta) -> bool:
    """Whether `selector` covers `rule`. `*` covers every rule; `tag:` and `pack:` take globs as well."""
    kind, colon, name = selector.partition(":")
    if colon and kind == "tag":
        return any(fnmatch.fnmatchcase(tag, name) for tag in rule.tags)
    if colon and kind == "pack":
        return any(fnmatch.fnmatchcase(pack, name) for pack in rule.packs)
    return fnmatch.fnmatchcase(rule.id, selector)


def any_selects(selectors: Iterable[str], rule: RuleMeta) -> bool:
    """Whether one of `selectors` covers `rule`."""
    return any(selects(selector, rule) for selector in selectors)


def unknown(selector: str, rules: Sequence[RuleMeta], own_packs: Collection[str] = ()) -> str:
    """A sentence for a selector that covers no rule, with the nearest known names; empty if it covers one.

    own_packs  names of packs that a configuration makes
    """
    if any(selects(selector, rule) for rule in rules):
        return ""
    kind, colon, name = selector.partition(":")
    if colon and kind == "pack":
        packs = {pack for rule in rules for pack in rule.packs} | {*KNOWN_PACKS, *own_packs}
        if name in KNOWN_PACKS or any(fnmatch.fnmatchcase(pack, name) for pack in own_packs):
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
