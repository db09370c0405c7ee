"""Labels and label selectors as objects of Kubernetes write them."""

from __future__ import annotations

from typing import Any

from lintkit.kinds.kubernetes.cluster_facts import Labels, Requirement, Selector

_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


def read_labels(data: Any) -> Labels:
    """The labels of a mapping, their values as text; none for what is no mapping."""
    return tuple(
        (key, _label(value))
        for key, value in _mapping(data).items()
        if isinstance(key, str) and not isinstance(value, (dict, list))
    )


def read_selector(data: Any) -> Selector:
    """What `matchLabels` and `matchExpressions` ask for."""
    expressions = []
    for each in _items(_mapping(data).get("matchExpressions")):
        operator = _mapping(each).get("operator")
        known: Any = operator if operator in _OPERATORS else "unknown"
        values = tuple(_label(value) for value in _items(_mapping(each).get("values")))
        key = _mapping(each).get("key")
        expressions.append(Requirement(key if isinstance(key, str) else "", known, values))
    return Selector(read_labels(_mapping(data).get("matchLabels")), tuple(expressions))


def _label(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _mapping(data: Any) -> dict[Any, Any]:
    return data if isinstance(data, dict) else {}


def _items(data: Any) -> list[Any]:
    return data if isinstance(data, list) else []
