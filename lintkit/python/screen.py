"""From the bytes of a Python file to the matches of triggers."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lintkit.formats.errors import ParseError
from lintkit.python.gate import gate_for
from lintkit.python.source import decode_python
from lintkit.python.statements import NOT_PYTHON, Rejected, TopLevel, parse
from lintkit.python.triggers import DeferredTrigger, Trigger, resolved

if TYPE_CHECKING:
    from lintkit.python.match import Match
    from lintkit.python.module import PythonFile


@dataclass(frozen=True, slots=True, eq=False)
class PythonMatches:
    """What `find_matches` found: the file (None when nothing in it had to be parsed by libcst) and the
    matches.

    matches  (index of the trigger, match), by position in the file, then by index
    text     the decoded text
    top      its top-level statements, as the running interpreter reads them; None where its syntax is newer
    """

    text: str
    top: TopLevel | None
    file: PythonFile | None
    matches: list[tuple[int, Match]]


def find_matches(
    data: bytes, path: str, triggers: Sequence[Trigger | DeferredTrigger], *, screen: bool = True
) -> PythonMatches:
    """All matches of `triggers` in a Python file.

    Args:
        data: the bytes of the file.
        path: its path, relative to the root; for spans and errors.
        triggers: what to look for; matches say which by index.
        screen: parse with libcst only the statements that may hold a match. The matches are the same without.

    Raises ParseError for a file that is no Python, or is nested too deeply to be read, and LeftOutError for one that
    takes too much memory; neither quotes the file.
    """
    collecting = gc.isenabled()
    # Trees hold no cycles: collecting while they grow finds nothing and costs a fifth of the time.
    gc.disable()
    try:
        return _find(data, path, triggers, screen)
    finally:
        if collecting:
            gc.enable()


def _find(
    data: bytes, path: str, triggers: Sequence[Trigger | DeferredTrigger], screen: bool
) -> PythonMatches:
    text = decode_python(data, path)
    gate = gate_for(triggers)
    live = [(index, resolved(gate.triggers[index])) for index in gate.live(text)]
    try:
        top = TopLevel(text, path, parse(text, path))
    except Rejected as rejected:
        # Newer syntax than the running interpreter's, or no Python: libcst tells which.
        try:
            return _whole(text, path, None, live)
        except ParseError as error:
            if error.message != NOT_PYTHON:
                raise
            # The interpreter points at the mistake, and says what it is; libcst often at the statement after it.
            raise ParseError(rejected.message, path, rejected.line, rejected.column) from None
    if not screen:
        return _whole(text, path, top, list(enumerate(map(resolved, gate.triggers))))
    if not live:
        return PythonMatches(text, top, None, [])
    from lintkit.python.candidates import Screen

    screened = Screen(top, [trigger for _, trigger in live])
    candidates = screened.candidates()
    if not candidates:
        return PythonMatches(text, top, None, [])
    from lintkit.python.chunks import LazyChunks, Refused
    from lintkit.python.matching import dispatch
    from lintkit.python.module import PythonFile

    chunks = LazyChunks(top)
    try:
        for number in candidates:
            chunks.parse(number)
    except Refused:
        return _whole(text, path, top, live)
    file = PythonFile(path, text, chunks)
    return PythonMatches(text, top, file, dispatch(file, live, candidates, screened.spelled))


def _whole(
    text: str,
    path: str,
    top: TopLevel | None,
    triggers: Sequence[tuple[int, Trigger]],
) -> PythonMatches:
    from lintkit.python.chunks import WholeFile
    from lintkit.python.matching import dispatch
    from lintkit.python.module import PythonFile

    file = PythonFile(path, text, WholeFile(text, path, top))
    return PythonMatches(text, top, file, dispatch(file, triggers, (0,)))
