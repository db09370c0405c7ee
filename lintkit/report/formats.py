"""The output formats by name; a format's module is imported when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from lintkit.report.options import Renderer

FORMATS: Mapping[str, str] = {
    "text": "lintkit.report.text",
    "json": "lintkit.report.json",
    "sarif": "lintkit.report.sarif",
}
"""Format name -> the module whose `render` writes it."""


def renderer(name: str) -> Renderer:
    """The function that renders `name`. Raises KeyError for a format that does not exist."""
    render: Renderer = import_module(FORMATS[name]).render
    return render
