"""How a rule reads the scalars of a document: typed, as written, or with variables replaced.

value     as the consumer types them; the default
raw       every scalar as its text: `1e3`, `no`, `${TAG:-latest}`
resolved  variables replaced as far as the file itself says: compose's defaults (`${TAG:-latest}` is `latest`,
          `${TAG}` is empty), Dockerfiles by ARG and ENV, `.env` files by the entries above
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lintkit.model import Document, NodeSpans, Route

READINGS = ("value", "raw", "resolved")

_DOTENV_VARIABLE = re.compile(r"\$\{([^}:]{1,256})(?::-([^}]{0,2000}))?\}")
_LONGEST = 10_000


def read(document: Document, how: str) -> Any:
    """The data of a document as `how` reads it."""
    if how == "raw" and document.kind not in ("dockerfile", "dotenv"):
        return _raw(document.data, (), document.nodes)
    if how != "resolved":
        return document.data
    if document.kind == "compose":
        return _interpolated(document.data)
    if document.kind == "dockerfile":
        return _expanded(document.data)
    return _filled(document.data) if document.kind == "dotenv" else document.data


def _raw(data: Any, route: Route, nodes: Mapping[Route, NodeSpans]) -> Any:
    if isinstance(data, dict):
        return {key: _raw(value, (*route, key), nodes) for key, value in data.items()}
    if isinstance(data, list):
        return [_raw(item, (*route, index), nodes) for index, item in enumerate(data)]
    node = nodes.get(route)
    return data if node is None or node.raw is None else node.raw


def _interpolated(data: Any) -> Any:
    from lintkit.kinds.compose.interpolation import resolve

    if isinstance(data, dict):
        return {key: _interpolated(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_interpolated(item) for item in data]
    return resolve(data, {}) if isinstance(data, str) and "$" in data else data


def _expanded(data: dict[str, Any]) -> dict[str, Any]:
    instructions = []
    for item in data["instructions"]:
        copy = {**item, "value": item.get("resolved", item["value"])}
        if item.get("resolved_flags"):
            copy["flag_list"] = item["resolved_flags"]
            copy["flags"] = dict(item["resolved_flags"])
        if "resolved_pairs" in item:
            copy["pairs"] = item["resolved_pairs"]
        if copy["value"] != item["value"] and item.get("form") != "exec":
            copy["arguments"] = copy["value"].split()
        instructions.append(copy)
    stages = [{**stage, "base": stage["resolved_base"]} for stage in data["stages"]]
    return {**data, "instructions": instructions, "stages": stages}


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    known: dict[str, str] = {}
    entries = []
    for entry in data["entries"]:
        value = entry["value"]
        if value is not None and entry.get("interpolates"):
            value = _DOTENV_VARIABLE.sub(lambda m: known.get(m[1]) or m[2] or "", value)[:_LONGEST]
        known[entry["key"]] = value or ""
        entries.append({**entry, "value": value})
    return {**data, "entries": entries}
