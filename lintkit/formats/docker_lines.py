"""The outer grammar of a Dockerfile: parser directives, comments, and lines joined over continuations.

https://docs.docker.com/reference/dockerfile/#format, and BuildKit's parser where the text leaves a question
open.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field

from lintkit.model import Problem, Span

_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(\S(?:.*\S)?)\s*")
_DIRECTIVES = ("syntax", "escape", "check")


@dataclass(frozen=True, slots=True)
class JoinedLine:
    """An instruction's text with its continuations joined, and where each piece of it comes from.

    offsets  where each piece begins in `text`; `sources` where it begins in the file
    """

    path: str
    text: str
    offsets: tuple[int, ...]
    sources: tuple[int, ...]

    def source(self, offset: int) -> int:
        """The offset in the file of the character at `offset` of `text`."""
        piece = max(bisect.bisect_right(self.offsets, offset) - 1, 0)
        return self.sources[piece] + offset - self.offsets[piece]

    def span(self, start: int, end: int) -> Span:
        """The span in the file of `text[start:end]`, with the continuations between."""
        if start >= end:
            where = (
                self.source(start)
                if start < len(self.text)
                else self.source(max(start - 1, 0)) + min(start, 1)
            )
            return Span(self.path, where, where)
        return Span(self.path, self.source(start), self.source(end - 1) + 1)


@dataclass
class LineReader:
    """Reads a Dockerfile line by line; `escape` is the character that its directive chose."""

    text: str
    path: str
    position: int = 0
    escape: str = "\\"
    directives: dict[str, str] = field(default_factory=dict)
    comments: list[Span] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def physical(self) -> tuple[int, int] | None:
        """Start and end of the next line as it stands, without its newline; None at the end of the file."""
        start = self.position
        if start >= len(self.text):
            return None
        newline = self.text.find("\n", start)
        end = len(self.text) if newline < 0 else newline
        self.position = len(self.text) if newline < 0 else newline + 1
        while end > start and self.text[end - 1] == "\r":
            end -= 1
        return start, end

    def read_directives(self) -> None:
        """Read `# escape=…` and its like, which count only at the very top."""
        while True:
            before = self.position
            line = self.physical()
            if line is None:
                return
            found = _DIRECTIVE.fullmatch(self.text[line[0] : line[1]].lstrip())
            name = found[1].lower() if found else ""
            if found is None or name not in _DIRECTIVES:
                self.position = before
                return
            span = Span(self.path, *line)
            if name in self.directives:
                self.problems.append(
                    Problem("invalid-directive", f"The directive `{name}` may be given only once.", span)
                )
            elif name == "escape" and found[2] not in ("\\", "`"):
                message = "The directive `escape` takes a backslash or a backtick; builders refuse this file."
                self.problems.append(Problem("invalid-directive", message, span))
            else:
                self.directives[name] = found[2]
                if name == "escape":
                    self.escape = found[2]

    def joined(self) -> JoinedLine | None:
        """The next instruction, its continuations joined, comments and blank lines left out; None at the end."""
        text = self.text
        pieces: list[str] = []
        offsets: list[int] = []
        sources: list[int] = []
        length = 0
        blank: Span | None = None
        continued = False
        while (line := self.physical()) is not None:
            start, end = line
            content = text[start:end]
            stripped = content.lstrip()
            if stripped.startswith("#"):
                begin = end - len(stripped)
                self.comments.append(Span(self.path, begin, begin + len(stripped.rstrip())))
                continue
            if not stripped:
                if continued and blank is None:
                    blank = Span(self.path, start, end)
                continue
            if not continued:
                start, content = end - len(stripped), stripped
            kept = content.rstrip(" \t")
            continued = kept.endswith(self.escape) and kept[-2:-1] != self.escape
            if continued:
                content = kept[:-1]
            if blank is not None:
                message = "A blank line inside an instruction is deprecated; builders will refuse it."
                self.problems.append(Problem("empty-continuation", message, blank))
                blank = None
            pieces.append(content)
            offsets.append(length)
            sources.append(start)
            length += len(content)
            if not continued:
                break
        if not pieces:
            return None
        return JoinedLine(self.path, "".join(pieces), tuple(offsets), tuple(sources))

    def heredoc(self, name: str, chomp: bool) -> tuple[int, int, int, bool]:
        """Read the lines of a heredoc: start and end of its content, end of its last line, was it terminated."""
        begin = self.position
        while (line := self.physical()) is not None:
            content = self.text[line[0] : line[1]]
            if (content.lstrip("\t") if chomp else content) == name:
                return begin, line[0], line[1], True
        return begin, len(self.text), len(self.text), False
