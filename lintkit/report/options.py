"""What the command line decides about how a report looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from lintkit.model import Kind, Report

Languages = Callable[[str, Kind | None], str]
"""What Markdown calls the language of a file: (path, kind of a file without one) -> language, empty for none."""


def no_language(path: str, kind: Kind | None) -> str:
    """No highlighting."""
    return ""


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How to render.

    color            colour and bold in text; decided by the command line (terminal, NO_COLOR, FORCE_COLOR)
    width            columns of the terminal, for text
    verbose          every finding with its excerpt, and every notification
    show_suppressed  include suppressed findings (marked as such; code scanning would open them as alerts)
    show_known       include in SARIF what the base has as well, as `unchanged` (code scanning takes what is left
                     out for repaired)
    statistics       a table of findings (and seconds, where known) for each rule after the text report
    language         how the examples of rules are highlighted
    category         what a SARIF log calls its run, so that code scanning keeps several of one commit apart
    """

    color: bool = False
    width: int = 100
    verbose: bool = False
    show_suppressed: bool = False
    show_known: bool = False
    statistics: bool = False
    language: Languages = no_language
    category: str = "lintkit"


Renderer = Callable[[Report, TextIO, RenderOptions], None]
"""Writes a report to a stream, ending in a newline; never raises for what the report holds."""
