"""Values as text: YAML in block and flow style, JSON, TOML, and the plain text of `.env` files and Dockerfiles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lintkit.formats.scalars import ScalarSchema, resolver
from lintkit.kinds.registry import FILE_KIND

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./:@%+=~^-]*(?: [A-Za-z0-9_./@%+=~^][A-Za-z0-9_./@%+=~^-]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_UNQUOTED = re.compile(r"[^\s'\"#\\`]+(?: [^\s'\"#\\`]+)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


def _schema(kind: str) -> ScalarSchema:
    found = FILE_KIND.get(kind)
    return "generic" if found is None or found.scalars is None else found.scalars


def _is_plain(text: str, kind: str) -> bool:
    """Whether `text` without quotes is this string to every reader of YAML."""
    if not _PLAIN.fullmatch(text) or ": " in text or text.endswith(":") or text in ("---", "...", "="):
        return False
    # A number or a date to any reader is quoted; so is what looks like one (sexagesimals of YAML 1.1).
    if re.fullmatch(r"[-+.0-9_:xobeEA-Fa-f]+", text) and text[0] in "-+.0123456789":
        return False
    schemas: set[ScalarSchema] = {"kubernetes", "compose", _schema(kind)}
    return all(resolver(schema)(text) == text for schema in schemas)


def _double_quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _CONTROL.sub(lambda m: f"\\u{ord(m[0]):04x}", quoted)


def quoted_like(value: Any, style: str, kind: str) -> str:
    """A value in YAML, on one line; a string in the quotes of `style` where it can have them."""
    if isinstance(value, str):
        if style == "single" and not _CONTROL.search(value):
            return "'" + value.replace("'", "''") + "'"
        return value if style != "double" and _is_plain(value, kind) else _double_quoted(value)
    return flow(value, kind)


def flow(value: Any, kind: str) -> str:
    """A value on one line: JSON for `json`, else YAML's flow style; `toml-key` gives a key of TOML."""
    if kind == "toml-key":
        return value if _BARE_KEY.fullmatch(value) else _double_quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key, kind)}: {flow(item, kind)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item, kind) for item in value) + "]"
    if isinstance(value, str):
        return value if kind != "json" and _is_plain(value, kind) else _double_quoted(value)
    if isinstance(value, float) and kind != "json" and (value != value or abs(value) == float("inf")):
        return ".nan" if value != value else ".inf" if value > 0 else "-.inf"
    return json.dumps(value)


def block_yaml(entries: Mapping[str, Any], kind: str) -> Iterator[str]:
    """The lines of a mapping in block style, without indentation of its own."""
    for key, value in entries.items():
        name = flow(key, kind)
        if isinstance(value, dict) and value:
            yield f"{name}:"
            yield from ("  " + line for line in block_yaml(value, kind))
        elif isinstance(value, list) and value:
            yield f"{name}:"
            yield from ("  - " + flow(item, kind) for item in value)
        else:
            yield f"{name}: {flow(value, kind)}"


def inline_toml(value: Any, style: str) -> str:
    """A value of TOML on one line; a string in single quotes if `style` says so and it can have them."""
    if isinstance(value, dict):
        inner = ", ".join(f"{flow(key, 'toml-key')} = {inline_toml(item, '')}" for key, item in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return "[" + ", ".join(inline_toml(item, "") for item in value) + "]"
    if isinstance(value, str):
        if style == "single" and "'" not in value and not _CONTROL.search(value):
            return f"'{value}'"
        return _double_quoted(value)
    return json.dumps(value)


def plain_text(value: str, style: str) -> str | None:
    """A value of a `.env` file or a Dockerfile; None where it cannot be written in one piece."""
    if _CONTROL.search(value):
        return None
    if style == "single":
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if style == "double" or (style == "plain" and not _UNQUOTED.fullmatch(value)):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return value if _UNQUOTED.fullmatch(value) else None
