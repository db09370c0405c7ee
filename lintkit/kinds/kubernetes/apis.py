"""What the Kubernetes API serves: versions that were removed or will be, and the fields of each kind.

The facts are in `data/kubernetes-apis.json`, which `scripts/kubernetes-facts` writes from the schemas that each release
of Kubernetes publishes.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lintkit.kinds.kubernetes.quantities import is_quantity
from lintkit.model import Route

_WORDS = {
    "s": "a text",
    "i": "a whole number",
    "n": "a number",
    "b": "true or false",
    "q": "a quantity such as `500m`, `0.5` or `1Gi`",
    "[": "a list",
    "{": "a mapping",
}
_PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
"""Words in capitals, joined: `FROM_OVERLAY`."""
_PLACEHOLDER_WORD = re.compile(r"(?!(?:TRUE|FALSE|YES|NO|ON|OFF|NULL|NONE|NAN|INF)$)[A-Z][A-Z0-9]{2,}")
"""One word in capitals, which is a placeholder where no text is wanted: `containerPort: PORT`."""
_IN_BRACKETS = re.compile(r"<[A-Za-z][^<>]*>")
_MOST_NODES = 200_000

_WORKLOADS = ("apps.v1.DaemonSet", "apps.v1.Deployment", "apps.v1.ReplicaSet", "apps.v1.StatefulSet")
REFUSED_WITHOUT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_WORKLOADS, ("spec",)),
    **dict.fromkeys(("batch.v1.CronJob", "batch.v1.Job", "batch.v1.JobTemplateSpec"), ("spec",)),
    **dict.fromkeys(("core.v1.Pod", "core.v1.PodTemplateSpec", "core.v1.Service"), ("spec",)),
    **dict.fromkeys(("core.v1.PersistentVolume", "core.v1.PersistentVolumeClaim"), ("spec",)),
    **dict.fromkeys(
        ("autoscaling.v1.HorizontalPodAutoscaler", "autoscaling.v2.HorizontalPodAutoscaler"), ("spec",)
    ),
    "apps.v1.ReplicaSetSpec": ("template",),
    "core.v1.Container": ("image",),
    "core.v1.PersistentVolumeClaimSpec": ("accessModes", "resources"),
    "core.v1.PersistentVolumeSpec": ("accessModes", "capacity"),
    "networking.v1.Ingress": ("spec",),
}
"""What the published schemas call optional, and the API server refuses all the same (pkg/apis/*/validation)."""


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
    missing  the fields that stand nowhere at `route`, and have to
    """

    route: Route
    wanted: str = ""
    nearest: str = ""
    missing: tuple[str, ...] = ()


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


def type_of(data: Any) -> str:
    """The name of the type of an object (`apps.v1.Deployment`); empty for kinds that are not Kubernetes' own."""
    if not isinstance(data, dict):
        return ""
    return str(_facts()["kinds"].get(f"{data.get('apiVersion')} {data.get('kind')}", ""))


def fields_of(name: str) -> frozenset[str]:
    """The fields of a type, such as `core.v1.Volume`, over all releases."""
    return frozenset(_facts()["types"].get(name, ()))


def lacking(data: Any) -> tuple[str, ...]:
    """The fields that the spec of an object cannot do without, and that it does not have."""
    kind = type_of(data)
    spec = data.get("spec") if kind else None
    name = _facts()["types"].get(kind, {}).get("spec", "")
    return _missing(name[1:], spec) if isinstance(spec, dict) and name.startswith("@") else ()


def misfits(data: Any, *, whole: bool = True) -> Iterator[Misfit]:
    """The fields of an object that its kind does not have or lacks, and the values of another type than it wants.

    whole  False for a patch, which lacks most fields

    Nothing for kinds that are not Kubernetes' own, and for values with a variable in them.
    """
    name = type_of(data)
    if not name:
        return
    if "sops" in data:  # sops takes it away again, and decrypts the values
        data = {key: value for key, value in data.items() if key != "sops"}
    stack: list[tuple[Route, Any, str]] = [((), data, "@" + name)]
    for _ in range(_MOST_NODES):
        if not stack:
            return
        route, value, code = stack.pop()
        if value is None or code == "*" or (isinstance(value, str) and is_filled_in(value)):
            continue
        if code[0] == "@":
            missing = _missing(code[1:], value) if whole and isinstance(value, dict) else ()
            if missing:
                yield Misfit(route, missing=missing)
            yield from _of_type(route, value, code[1:], stack)
        elif code[0] == "[" and isinstance(value, list):
            stack.extend(((*route, index), item, code[1:]) for index, item in enumerate(value))
        elif code[0] == "{" and isinstance(value, dict):
            stack.extend(
                ((*route, key), item, code[1:]) for key, item in value.items() if not _directive(key)
            )
        elif not _fits(value, code[0]) and not _is_placeholder(value):
            yield Misfit(route, _WORDS[code[0]])


def _missing(name: str, value: dict[Any, Any]) -> tuple[str, ...]:
    asked = (*_facts()["required"].get(name, ()), *REFUSED_WITHOUT.get(name, ()))
    return tuple(key for key in dict.fromkeys(asked) if key not in value)


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


def is_filled_in(text: str) -> bool:
    """Whether a template, a program or a person puts something else there.

    >>> [is_filled_in(text) for text in ("${PORT}", "clean-<node name>", "ENC[AES256_GCM,data:a]", "FROM_OVERLAY")]
    [True, True, True, True]
    >>> is_filled_in("8080")
    False
    """
    if "$" in text or "{" in text or text.startswith("ENC[") or (text.startswith("<") and text.endswith(">")):
        return True
    return _IN_BRACKETS.search(text) is not None or _PLACEHOLDER.fullmatch(text) is not None


def _is_placeholder(value: Any) -> bool:
    """Whether something stands where a person is to write a value of another type: `PORT`, `[YOUR_KEY]`."""
    if isinstance(value, list) and len(value) == 1:
        return isinstance(value[0], str) and _PLACEHOLDER.fullmatch(value[0]) is not None
    return isinstance(value, str) and _PLACEHOLDER_WORD.fullmatch(value) is not None


def _directive(key: object) -> bool:
    """Whether a key says how to patch, or is written by a template."""
    return not isinstance(key, str) or key.startswith(("$", "x-")) or "{" in key or "<<" in key


def _fits(value: Any, code: str) -> bool:
    if code == "s":
        return isinstance(value, str)
    if code == "b":
        return isinstance(value, bool)
    if code == "q":
        return (
            not isinstance(value, bool) and isinstance(value, (str, int, float)) and is_quantity(str(value))
        )
    if code == "i":
        return isinstance(value, int) and not isinstance(value, bool)
    return code == "n" and isinstance(value, (int, float)) and not isinstance(value, bool)
