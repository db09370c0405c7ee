"""Expected and found lines of an example, side by side with its source."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from lintkit.report.printable import printable
from lintkit.source import Lines

Place = tuple[str, int]
"""A path and a line, from 1."""

_CONTEXT = 2
_TAB = 4


def line_diff(
    files: Mapping[str, str], expected: Sequence[Place], found: Sequence[tuple[str, int, str]]
) -> str:
    """The source of the files around each place that was expected or found, with a gutter.

    `-` is a line on which a finding was expected and none came, `+` one that was reported and is not marked,
    `=` one where both agree. Under each stands what was found there.

        compose.yaml
            2 |   web:
          - 3 |     image: app
              |     expected a finding here
    """
    blocks = []
    for path in dict.fromkeys((*files, *(place[0] for place in expected), *(place[0] for place in found))):
        wanted = [line for where, line in expected if where == path]
        reported = [(line, message) for where, line, message in found if where == path]
        if wanted or reported:
            blocks.append("\n".join([printable(path), *_rows(files.get(path, ""), wanted, reported)]))
    return "\n".join(blocks)


def text_diff(expected: Mapping[str, str], actual: Mapping[str, str]) -> str:
    """A unified diff from what `fixed` says (`-`) to what the fix made (`+`); empty where they are equal."""
    parts = []
    for path in dict.fromkeys((*expected, *actual)):
        before, after = (_shown_lines(texts.get(path, "")) for texts in (expected, actual))
        name = printable(path)
        parts += list(
            difflib.unified_diff(
                before, after, f"{name} (expected)", f"{name} (what the fix made)", lineterm=""
            )
        )
    return "\n".join(parts)


def _rows(text: str, wanted: Sequence[int], reported: Sequence[tuple[int, str]]) -> Iterator[str]:
    lines = Lines(text)
    places = {*wanted, *(line for line, _ in reported)}
    # The empty line after the last newline is shown only if something is said about it.
    last = len(lines) - 1 if text.endswith(("\n", "\r")) and len(lines) not in places else len(lines)
    shown = sorted(
        {near for line in places for near in range(line - _CONTEXT, line + _CONTEXT + 1) if 1 <= near <= last}
        | places
    )
    width = len(str(shown[-1]))
    before = 0
    for number in shown:
        if before and number > before + 1:
            yield f"  {'':{width + 2}} ..."
        before = number
        messages = [message for line, message in reported if line == number]
        missing = wanted.count(number) - len(messages)
        sign = " " if number not in places else "=" if missing == 0 else "-" if missing > 0 else "+"
        source = printable(lines.line(number).expandtabs(_TAB))
        yield f"  {sign} {number:>{width}} | {source}".rstrip()
        indent = " " * (len(source) - len(source.lstrip()))
        for remark in _remarks(wanted.count(number), messages):
            yield f"    {'':{width}} | {indent}{printable(remark)}"


def _remarks(wanted: int, messages: Sequence[str]) -> Iterator[str]:
    if wanted == len(messages):
        return
    for message in messages:
        yield f"found: {message}"
    if not messages:
        yield "expected a finding here"
    elif wanted:
        # More than one finding on a line is rare enough to say how it is marked.
        mark = "# <-- here" if len(messages) == 1 else f"# <-- here x{len(messages)}"
        yield f"expected {wanted} and found {len(messages)} here; a line with this many ends in `{mark}`"


def _shown_lines(text: str) -> list[str]:
    """The lines of a text, with whatever cannot be seen spelled out, the lack of a last newline included."""
    lines = text.split("\n")
    ends_well = lines[-1] == ""
    shown = [printable(line) for line in (lines[:-1] if ends_well else lines)]
    return shown if ends_well or not text else [*shown, "\\ No newline at end of file"]
