"""Facts of scripts, and of files that keys are kept in."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.facts import Fact, KeyFile
from lintkit.kinds.docker.python_output import extract_script
from lintkit.model import Document, Span


def extract(document: Document) -> Iterator[Fact]:
    """That the file holds a private key (how many is of no interest), and what a shell script starts."""
    from lintkit.secrets.private_keys import key_of_file

    key = key_of_file(document)
    if key is not None:
        yield KeyFile(Span(document.path, key.start, key.end), key.description, key.encrypted)
    yield from extract_script(document)
