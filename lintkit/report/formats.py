"""The output formats by name; a format's module is imported when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from lintkit.report.options import Renderer
from lintkit.report.same_secret import joined

FORMATS: Mapping[str, str] = {
    "text": "lintkit.report.text",
    "concise": "lintkit.report.concise",
    "json": "lintkit.report.json",
    "sarif": "lintkit.report.sarif",
    "github": "lintkit.report.github",
    "markdown": "lintkit.report.step_summary",
    "gitlab": "lintkit.report.gitlab",
    "junit": "lintkit.report.junit",
    "checkstyle": "lintkit.report.checkstyle",
    "rdjson": "lintkit.report.rdjson",
}
"""Format name -> the module whose `render` writes it."""


PLACE_BY_PLACE = frozenset({"json"})
"""Formats for programs, which look findings up by path and line; they say which findings belong together."""


def renderer(name: str) -> Renderer:
    """The function that renders `name`, with one result for each secret. Raises KeyError for an unknown format."""
    render: Renderer = import_module(FORMATS[name]).render
    if name in PLACE_BY_PLACE:
        return render
    return lambda report, stream, options: render(joined(report), stream, options)
