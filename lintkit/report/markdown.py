"""Small pieces of Markdown."""

from __future__ import annotations

import re

from lintkit.report.printable import printable

_TICKS = re.compile("`+")
_MARKUP = re.compile(r"[\\`*_\[\]<>&|~@#!]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;", "#": "&#35;"}


def fenced(text: str, language: str = "") -> str:
    """A code block whose fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def code(text: str) -> str:
    """Inline code on one line, whatever backticks it holds."""
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if longest else ""
    return f"{fence}{padding}{' '.join(text.split())}{padding}{fence}"


def cell(text: str) -> str:
    """`text` as it can stand in a cell of a table: on one line, and without a bar that ends it."""
    return " ".join(text.split()).replace("|", "\\|")


def sentence(text: str) -> str:
    """`text` with a capital at its beginning and a full stop at its end, as descriptions want it."""
    text = " ".join(text.split())
    if text[:1].islower() and text[1:2] != "`":
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def prose(text: str) -> str:
    """Words from a checked repository on one line: code between backticks stays code, nothing else is markup."""
    parts = re.split(r"(`[^`]+`)", " ".join(printable(text).split()))
    return "".join(part if index % 2 else _MARKUP.sub(_escaped, part) for index, part in enumerate(parts))


def _escaped(match: re.Match[str]) -> str:
    return _ENTITIES.get(match.group(), f"\\{match.group()}")
