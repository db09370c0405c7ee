"""Labels and label selectors as objects of Kubernetes write them."""

from __future__ import annotations

from typing import Any

from lintkit.formats.plain import at, list_at, mapping_at, text_at
from lintkit.kinds.kubernetes.cluster_facts import Labels, Requirement, Selector

_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


def read_labels(data: Any) -> Labels:
    """The labels of a mapping, their values as text; none for what is no mapping."""
    return tuple(
        (key, _label(value))
        for key, value in mapping_at(data).items()
        if isinstance(key, str) and not isinstance(value, (dict, list))
    )


def read_selector(data: Any) -> Selector:
    """What `matchLabels` and `matchExpressions` ask for."""
    expressions = []
    for each in list_at(data, "matchExpressions"):
        operator = at(each, "operator")
        known: Any = operator if operator in _OPERATORS else "unknown"
        values = tuple(_label(value) for value in list_at(each, "values"))
        expressions.append(Requirement(text_at(each, "key"), known, values))
    return Selector(read_labels(at(data, "matchLabels")), tuple(expressions))


def _label(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
