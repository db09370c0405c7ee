"""Facts of ignore files."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.facts import Fact, IgnoreRules
from lintkit.model import Document


def extract(document: Document) -> Iterator[Fact]:
    """The lines of a `.gitignore` or `.dockerignore` that hold a pattern."""
    patterns = document.data["patterns"]
    yield IgnoreRules(
        document.span(()),
        tuple(each["text"] for each in patterns),
        tuple(document.span(("patterns", index)) for index in range(len(patterns))),
        "\r\n" if "\r\n" in document.text else "\n",
        document.text.endswith("\n") or not document.text,
    )
