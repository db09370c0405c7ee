"""From the bytes of a Python file to the matches of triggers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lintkit.python.source import decode_python
from lintkit.python.triggers import Trigger

if TYPE_CHECKING:
    from lintkit.python.file import Match, PythonFile


@dataclass(frozen=True, slots=True, eq=False)
class PythonMatches:
    """What `find_matches` found: the file (None when nothing in it had to be parsed by libcst) and the
    matches.

    matches  (index of the trigger, match), by position in the file, then by index
    text     the decoded text
    """

    text: str
    file: PythonFile | None
    matches: list[tuple[int, Match]]


def parse_python(data: bytes, path: str) -> str:
    """The decoded text of a Python file, without a byte order mark. Raises ParseError as `find_matches`
    does.
    """
    return decode_python(data, path)


def find_matches(
    data: bytes, path: str, triggers: Sequence[Trigger], *, screen: bool = True
) -> PythonMatches:
    """All matches of `triggers` in a Python file.

    Args:
        data: the bytes of the file.
        path: its path, relative to the root; for spans and errors.
        triggers: what to look for; matches say which by index.
        screen: parse with libcst only the statements that may hold a match. The matches are the same without.

    Raises ParseError for a file that is no Python, or is nested too deeply to be read; it never quotes the
    file.
    """
    text = decode_python(data, path)
    from lintkit.python.chunks import WholeFile
    from lintkit.python.file import PythonFile
    from lintkit.python.matching import dispatch

    file = PythonFile(path, text, WholeFile(text, path))
    return PythonMatches(text, file, dispatch(file, list(enumerate(triggers)), range(1)))
