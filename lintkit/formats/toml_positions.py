"""Where the keys of a TOML text stand, which the parsers of TOML do not say."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lintkit.model import Route
from lintkit.source import Lines

_DEEPEST = 100
"""Parts of a key that are followed; each costs as much as the whole, and no configuration has as many."""

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.S)
_ATOM = re.compile(r"[^,\]}#\n]*")


def key_lines(text: str) -> Mapping[Route, int]:
    """The line (from 1) of each key, table header and array item of `text`.

    `text` is TOML that a parser has accepted; routes are those of the parsed data. A table that is written in
    several places stands where it is named first.
    """
    return _Scan(text).run()


class _Scan:
    """One pass over the text; the parser has vouched for the syntax, so the first surprise ends the pass."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines = Lines(text)
        self.found: dict[Route, int] = {}
        self.counts: dict[Route, int] = {}

    def run(self) -> Mapping[Route, int]:
        table: Route = ()
        while True:
            self.skip(_SPACE)
            if self.at >= len(self.text):
                return self.found
            before = self.at
            if self.text.startswith("[", self.at):
                table = self.header()
            else:
                self.entry(table)
            if self.at == before:
                return self.found

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match.group()

    def note(self, route: Route, offset: int) -> None:
        for end in range(1, len(route) + 1):
            self.found.setdefault(route[:end], self.lines.position(offset).line)

    def header(self) -> Route:
        start = self.at
        array = self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        names = self.key()
        self.at += 2 if array else 1
        route: Route = ()
        for name in names[:-1]:
            route = (*route, name)
            if route in self.counts:  # a table below the latest item of an array of tables
                route = (*route, self.counts[route] - 1)
        route = (*route, *names[-1:])
        if array:
            index = self.counts.get(route, 0)
            self.counts[route] = index + 1
            route = (*route, index)
        self.note(route, start)
        return route

    def key(self) -> list[str]:
        names: list[str] = []
        while True:
            self.skip(_BLANK)
            head = self.text[self.at : self.at + 1]
            pattern = _BASIC if head == '"' else _LITERAL if head == "'" else _BARE
            part = self.skip(pattern)
            if len(names) < _DEEPEST:
                names.append(_unquoted(part))
            self.skip(_BLANK)
            if self.text[self.at : self.at + 1] != ".":
                return names
            self.at += 1

    def entry(self, table: Route) -> None:
        start = self.at
        route = (*table, *self.key())
        self.note(route, start)
        if self.text[self.at : self.at + 1] == "=":
            self.at += 1
            self.value(route)

    def value(self, route: Route) -> None:
        self.skip(_BLANK)
        head = self.text[self.at : self.at + 1]
        if head in "\"'":
            self.skip(_STRING)
        elif head == "[":
            self.items(route)
        elif head == "{":
            self.inline(route)
        else:
            self.skip(_ATOM)

    def items(self, route: Route) -> None:
        self.at += 1
        index = 0
        while self.at < len(self.text):
            self.skip(_SPACE)
            head = self.text[self.at : self.at + 1]
            if head == "]":
                self.at += 1
                return
            if head == ",":
                self.at += 1
                continue
            before = self.at
            self.note((*route, index), self.at)
            self.value((*route, index))
            index += 1
            if self.at == before:
                return

    def inline(self, route: Route) -> None:
        self.at += 1
        while self.at < len(self.text):
            self.skip(_SPACE)
            head = self.text[self.at : self.at + 1]
            if head == "}":
                self.at += 1
                return
            if head == ",":
                self.at += 1
                continue
            before = self.at
            self.entry(route)
            if self.at == before:
                return


def _unquoted(part: str) -> str:
    if part.startswith('"'):
        return part[1:-1] if "\\" not in part else _escapes(part[1:-1])
    return part[1:-1] if part.startswith("'") else part


def _escapes(text: str) -> str:
    short = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}

    def replace(match: re.Match[str]) -> str:
        code = match.group(1)
        return chr(int(code[1:], 16)) if code[0] in "uU" else short.get(code, code)

    return re.sub(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", replace, text)
