"""The output formats by name; a format's module is imported when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from lintkit.report.options import Renderer

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


def renderer(name: str) -> Renderer:
    """The function that renders `name`. Raises KeyError for a format that does not exist."""
    render: Renderer = import_module(FORMATS[name]).render
    return render
