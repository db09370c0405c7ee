"""The documents of a run: each file is read once, parsed once, and kept only where another step asks for it again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from lintkit.files.files import SourceEntry, load
from lintkit.files.tree import Tree, TreeError
from lintkit.formats.errors import ParseError
from lintkit.kinds.kind import named
from lintkit.kinds.registry import FILE_KIND
from lintkit.model import Document, SourceFile

Parse = Callable[[SourceFile], tuple[Document, ...]]

_LARGEST = 500_000
"""How many bytes a file may have of which what others make of it is worked out."""


def parse_documents(source: SourceFile) -> tuple[Document, ...]:
    """Parse a file of any kind but Python. Raises ParseError; kinds without a parser give no documents."""
    parse = FILE_KIND[source.kind].parse
    if not parse:
        return ()
    documents: tuple[Document, ...] = named(parse)(source)
    return documents


class Documents:
    """The manifests of a tree as documents.

    kept  the files whose documents are kept once they are parsed, until the run ends
    """

    def __init__(self, tree: Tree, entries: Collection[SourceEntry]) -> None:
        self._tree = tree
        self._entries = {entry.path: entry for entry in entries}
        self._parsed: dict[tuple[str, str], tuple[Document, ...] | ParseError] = {}
        self.kept: frozenset[str] = frozenset()

    def parse(self, source: SourceFile) -> tuple[Document, ...]:
        """The documents of a file that is being checked. Raises ParseError."""
        key = (source.path, source.kind)
        if source.path not in self.kept and key not in self._parsed:
            return parse_documents(source)
        return self._parse(source)

    def manifests(self, path: str) -> tuple[Document, ...]:
        """A file as manifests, whatever else it may be; none where it cannot be read or is too large to follow."""
        entry = self._entries.get(path)
        if entry is None:
            return ()
        known = self._parsed.get((path, "kubernetes"))
        try:
            if known is None:
                source = load(self._tree, entry)
                return () if len(source.data) > _LARGEST else self._parse(replace(source, kind="kubernetes"))
        except (ParseError, TreeError):
            return ()
        return () if isinstance(known, ParseError) else known

    def _parse(self, source: SourceFile) -> tuple[Document, ...]:
        key = (source.path, source.kind)
        known = self._parsed.get(key)
        if known is None:
            try:
                known = parse_documents(source)
            except ParseError as error:
                known = error
            if len(source.data) <= _LARGEST:
                self._parsed[key] = known
        if isinstance(known, ParseError):
            raise known.with_traceback(None)
        return known
