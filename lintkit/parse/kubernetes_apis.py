"""What the Kubernetes API serves: versions that were removed or will be, and the fields of each kind.

The facts are in `data/kubernetes-apis.json`, which `scripts/kubernetes-facts` writes from the schemas that each release
of Kubernetes publishes.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lintkit.model import Route

_WORDS = {
    "s": "a text",
    "i": "a whole number",
    "n": "a number",
    "b": "true or false",
    "[": "a list",
    "{": "a mapping",
}
_MOST_NODES = 200_000


@dataclass(frozen=True, slots=True)
class Removed:
    """An API version of a kind that releases since `release` do not serve; `replacement` may be empty."""

    release: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Deprecated:
    """An API version of a kind that is still served, and has been deprecated since `release`."""

    release: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """A place of an object that the API server refuses or drops.

    wanted   what would stand there in words; empty for a field that does not exist
    nearest  the field that an unknown one may have meant
    """

    route: Route
    wanted: str = ""
    nearest: str = ""


@cache
def _facts() -> dict[str, Any]:
    text = files("lintkit.data").joinpath("kubernetes-apis.json").read_text(encoding="utf-8")
    facts: dict[str, Any] = json.loads(text)
    facts["removed"] = {(version, kind): Removed(r, new) for version, kind, r, new in facts["removed"]}
    facts["deprecated"] = {
        (version, kind): Deprecated(r, new) for version, kind, r, new in facts["deprecated"]
    }
    return facts


def removed(version: object, kind: object) -> Removed | None:
    """Since when `version` of `kind` is gone; None for what is served, and for what is not Kubernetes' own."""
    if not isinstance(version, str) or not isinstance(kind, str):
        return None
    found: Removed | None = _facts()["removed"].get((version, kind))
    return found


def deprecated(version: object, kind: object) -> Deprecated | None:
    """Since when `version` of `kind` should no longer be used, though clusters serve it; None for everything else."""
    if not isinstance(version, str) or not isinstance(kind, str):
        return None
    found: Deprecated | None = _facts()["deprecated"].get((version, kind))
    return found


def misfits(data: Any) -> Iterator[Misfit]:
    """The fields of an object that its kind does not have, and the values of another type than it wants.

    Nothing for kinds that are not Kubernetes' own, and for values with a variable in them.
    """
    if not isinstance(data, dict):
        return
    name = _facts()["kinds"].get(f"{data.get('apiVersion')} {data.get('kind')}")
    if name is None:
        return
    stack: list[tuple[Route, Any, str]] = [((), data, "@" + name)]
    for _ in range(_MOST_NODES):
        if not stack:
            return
        route, value, code = stack.pop()
        if value is None or code == "*" or (isinstance(value, str) and _is_filled_in(value)):
            continue
        if code[0] == "@":
            yield from _of_type(route, value, code[1:], stack)
        elif code[0] == "[" and isinstance(value, list):
            stack.extend(((*route, index), item, code[1:]) for index, item in enumerate(value))
        elif code[0] == "{" and isinstance(value, dict):
            stack.extend(
                ((*route, key), item, code[1:]) for key, item in value.items() if not _directive(key)
            )
        elif not _fits(value, code[0]):
            yield Misfit(route, _WORDS[code[0]])


def _of_type(route: Route, value: Any, name: str, stack: list[tuple[Route, Any, str]]) -> Iterator[Misfit]:
    fields: dict[str, str] = _facts()["types"].get(name, {})
    if not isinstance(value, dict):
        yield Misfit(route, "a mapping")
        return
    for key, item in value.items():
        if key in fields:
            stack.append(((*route, key), item, fields[key]))
        elif fields and not _directive(key):
            near = difflib.get_close_matches(str(key)[:80], fields, 1, 0.75)
            yield Misfit((*route, key), nearest=near[0] if near else "")


def _is_filled_in(text: str) -> bool:
    """Whether a template or a person puts something else there: `${PORT}`, `<your port>`."""
    return "$" in text or "{" in text or (text.startswith("<") and text.endswith(">"))


def _directive(key: object) -> bool:
    """Whether a key says how to patch, or is written by a template."""
    return not isinstance(key, str) or key.startswith(("$", "x-")) or "{" in key or "<<" in key


def _fits(value: Any, code: str) -> bool:
    if code == "s":
        return isinstance(value, str)
    if code == "b":
        return isinstance(value, bool)
    if code == "i":
        return isinstance(value, int) and not isinstance(value, bool)
    return code == "n" and isinstance(value, (int, float)) and not isinstance(value, bool)
