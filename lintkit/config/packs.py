"""Packs of one's own: names for lists of selectors, resolved where they are used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from lintkit.globs.ids import id_matches

Packs: TypeAlias = Mapping[str, tuple[str, ...]]
"""Name -> selectors, in which no pack of one's own is left."""

MOST_SELECTORS = 5000
"""What packs may come to once they are written out: packs of packs multiply."""


def expanded(selectors: Iterable[str], packs: Packs) -> tuple[str, ...]:
    """`selectors` with every `pack:NAME` of one's own replaced by what is in it.

    `pack:` takes globs; a selector that also may mean packs that rules name stays as well.
    """
    return tuple(dict.fromkeys(part for selector in selectors for part in _expanded(selector, packs)))


def _expanded(selector: str, packs: Packs) -> Iterator[str]:
    kind, colon, name = selector.partition(":")
    if not (colon and kind == "pack"):
        yield selector
        return
    if name not in packs:
        yield selector
    for pack, content in packs.items():
        if id_matches(name, pack):
            yield from content


def resolved(written: Mapping[str, Iterable[str]], inherited: Packs) -> Packs:
    """The packs of a file over those it inherits, with packs inside packs written out.

    Raises PackError for a pack that holds itself, or for packs that come to too much.
    """
    done: dict[str, tuple[str, ...]] = {
        name: content for name, content in inherited.items() if name not in written
    }
    for name in written:
        _resolve(name, written, done, ())
    if sum(map(len, done.values())) > MOST_SELECTORS:
        raise PackError(next(iter(written)), f"the packs come to more than {MOST_SELECTORS} selectors")
    return done


class PackError(Exception):
    """Packs that cannot be resolved.

    pack     the name of the one to blame
    message  a sentence
    """

    def __init__(self, pack: str, message: str) -> None:
        super().__init__(message)
        self.pack = pack
        self.message = message


def _resolve(
    name: str, written: Mapping[str, Iterable[str]], done: dict[str, tuple[str, ...]], above: tuple[str, ...]
) -> None:
    if name in done:
        return
    if name in above:
        chain = " -> ".join(f"`{pack}`" for pack in (*above[above.index(name) :], name))
        raise PackError(name, f"the pack holds itself: {chain}")
    content = tuple(written[name])
    for selector in content:
        kind, _, pattern = selector.partition(":")
        for inner in written if kind == "pack" else ():
            if id_matches(pattern, inner):
                _resolve(inner, written, done, (*above, name))
    flat = expanded(content, done)
    if len(flat) > MOST_SELECTORS:
        raise PackError(name, f"the packs come to more than {MOST_SELECTORS} selectors")
    done[name] = flat
