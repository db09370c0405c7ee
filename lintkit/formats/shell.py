"""The commands of a shell script: what is started with which words, and where that stands.

The grammar of https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html as far as it decides where a
command begins and ends: quotes, substitutions, operators, redirections, reserved words. Nothing is expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lintkit.formats.numbers import is_digits

_PIECE = re.compile(
    r"""(?P<blank>(?:[ \t\r]|\\\r?\n)+)
    |(?P<newline>\n)
    |(?P<operator>&&|\|\||;;&?|;&|\|&?|;|&(?!>)|\)|\((?!\())
    |(?P<redirect>[0-9]*(?:<<<|<<-?|<>|<&|>>|>&|>\||[<>])|&>>?)
    |(?P<arithmetic>\$?\(\()
    |(?P<substitution>\$\(|`|[<>]\()
    |(?P<parameter>\$\{[^}\n]*\})
    |(?P<single>'[^']*')
    |(?P<double>")
    |(?P<escaped>\\.)
    |(?P<plain>[^\s'"\\$`;&|()<>]+|[$'\\])""",
    re.VERBOSE | re.DOTALL,
)
_QUOTED = re.compile(
    r'(?P<end>")|(?P<substitution>\$\((?!\()|`)|(?P<escaped>\\.)|(?P<plain>[^"\\$`]+|[$\\])', re.DOTALL
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_SHELL = re.compile(r"(?:ba|da|a|z|k)?sh")
_PYTHON = re.compile(r"python[\d.]*")
_SCRIPT_OPTION = re.compile(r"-[a-z]*c")

_BEFORE_COMMANDS = frozenset(("if", "then", "else", "elif", "do", "while", "until", "!", "{", "time"))
_NO_COMMANDS = frozenset(
    ("for", "select", "case", "esac", "fi", "done", "}", "in", "function", "[[", "[", "test")
)
_WITH_VALUE = {
    "sudo": frozenset(("-u", "-g", "-C", "-h", "-p", "-r", "-t", "-U", "--user", "--group")),
    "env": frozenset(("-u", "--unset", "-C", "--chdir")),
    "nice": frozenset(("-n",)),
    "exec": frozenset(("-a",)),
}
_WRAPPERS = frozenset((*_WITH_VALUE, "nohup", "command", "builtin", "eatmydata", "doas"))

MAX_LENGTH = 100_000
"""A longer script is not read: no step of a build is."""
_MOST_LEVELS = 20


@dataclass(frozen=True, slots=True)
class ShellWord:
    """A word: its text without quotes, and where it stands with them."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ShellCommand:
    """A command that a script starts.

    name       of the program, without its folder
    words      the program and its arguments, without assignments and redirections
    piped      another command reads what it writes
    """

    name: str
    words: tuple[ShellWord, ...]
    piped: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        """The texts of the words behind the program."""
        return tuple(word.text for word in self.words[1:])

    @property
    def start(self) -> int:
        """Where the program stands."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Where the last argument ends."""
        return self.words[-1].end


@dataclass(slots=True)
class _Frame:
    """A script, or one inside of a substitution, while it is read."""

    closer: str = ""
    words: list[ShellWord] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    start: int = -1
    skip: bool = False  # the next word is the target of a redirection
    in_quotes: bool = False
    open: int = 0  # groups in parentheses
    patterns: int = 0  # what was found since here is the patterns of a `case`, if a `)` follows


def shell_commands(text: str) -> tuple[ShellCommand, ...]:
    """Every command of a script in the order of their programs, those inside of substitutions too.

    A command behind `sudo`, `env` and the like is there twice, with and without it; so is a module behind `python -m`,
    and the script that `sh -c` is given. None for a text beyond MAX_LENGTH.
    """
    if len(text) > MAX_LENGTH:
        return ()
    found = [inner for command in _Reader(text).commands() for inner in _unwrapped(command, text, 0)]
    return tuple(sorted(found, key=lambda command: command.start))


def exec_command(words: Sequence[ShellWord], text: str = "") -> tuple[ShellCommand, ...]:
    """The commands of an exec form: the program, and what is behind wrappers and `sh -c`."""
    if not words or not words[0].text:
        return ()
    command = ShellCommand(_program(words[0].text), tuple(words))
    return tuple(_unwrapped(command, text, 0))


class _Reader:
    """Reads one script in one pass."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[ShellCommand] = []
        self.frames = [_Frame()]

    def commands(self) -> list[ShellCommand]:
        text, position = self.text, 0
        while position < len(text):
            frame = self.frames[-1]
            if frame.in_quotes:
                position = self._quoted(frame, position)
                continue
            if text[position] == "#" and frame.start < 0:
                end = text.find("\n", position)
                position = len(text) if end < 0 else end
                continue
            piece = _PIECE.match(text, position)
            if piece is None:  # `(` before `(`
                position += 1
                continue
            position = self._piece(frame, piece)
        while self.frames:
            self._end_command(self.frames.pop(), len(text))
        return self.found

    def _piece(self, frame: _Frame, piece: re.Match[str]) -> int:
        kind, text = piece.lastgroup, piece[0]
        if kind == "blank":
            self._end_word(frame, piece.start())
        elif kind in ("newline", "operator"):
            self._end_command(frame, piece.start(), piped=text in ("|", "|&"))
            if text == "(":
                frame.open += 1
            elif text == ")" and frame.open:
                frame.open -= 1
            elif text == ")" and frame.closer == ")":
                self.frames.pop()
            elif text == ")":
                del self.found[frame.patterns :]
            if text.startswith(";;") or text == ";&":
                frame.patterns = len(self.found)
        elif kind == "redirect":
            if frame.start >= 0 and not is_digits("".join(frame.parts)):
                self._end_word(frame, piece.start())
            frame.parts, frame.start = [], -1
            frame.skip = True
        elif kind == "arithmetic":
            end = self.text.find("))", piece.end())
            stop = len(self.text) if end < 0 else end + 2
            self._add(frame, piece.start(), self.text[piece.start() : stop])
            return stop
        elif kind == "substitution":
            if text == "`" and frame.closer == "`":
                self._end_command(frame, piece.start())
                self.frames.pop()
            else:
                self._open(frame, piece, text)
        elif kind == "double":
            self._add(frame, piece.start(), "")
            frame.in_quotes = True
        elif kind == "single":
            self._add(frame, piece.start(), text[1:-1])
        elif kind == "escaped":
            self._add(frame, piece.start(), text[1:])
        else:
            self._add(frame, piece.start(), text)
        return piece.end()

    def _quoted(self, frame: _Frame, position: int) -> int:
        piece = _QUOTED.match(self.text, position)
        if piece is None:
            return position + 1
        if piece.lastgroup == "end":
            frame.in_quotes = False
        elif piece.lastgroup == "substitution":
            if piece[0] == "`" and any(outer.closer == "`" for outer in self.frames):
                frame.in_quotes = False  # the quote was never closed
                return position
            self._open(frame, piece, piece[0])
        elif piece.lastgroup == "escaped":
            self._add(frame, position, piece[0][1:] if piece[0][1] in '"$`\\' else piece[0])
        else:
            self._add(frame, position, piece[0])
        return piece.end()

    def _open(self, frame: _Frame, piece: re.Match[str], opener: str) -> None:
        self._add(frame, piece.start(), "$()")
        if len(self.frames) < _MOST_LEVELS:
            self.frames.append(_Frame("`" if opener == "`" else ")"))

    def _add(self, frame: _Frame, start: int, text: str) -> None:
        if frame.start < 0:
            frame.start = start
        frame.parts.append(text)

    def _end_word(self, frame: _Frame, end: int) -> None:
        if frame.start < 0:
            return
        word = ShellWord("".join(frame.parts), frame.start, end)
        frame.start, frame.parts = -1, []
        if frame.skip:
            frame.skip = False
        else:
            frame.words.append(word)

    def _end_command(self, frame: _Frame, end: int, *, piped: bool = False) -> None:
        self._end_word(frame, end)
        words, frame.words, frame.skip = frame.words, [], False
        first = 0
        while first < len(words) and (
            words[first].text in _BEFORE_COMMANDS or _ASSIGNMENT.match(words[first].text)
        ):
            first += 1
        if first < len(words) and words[first].text and words[first].text not in _NO_COMMANDS:
            name = _program(words[first].text)
            self.found.append(ShellCommand(name, tuple(words[first:]), piped))
        elif first < len(words) and words[first].text == "case":
            frame.patterns = len(self.found)


def _program(word: str) -> str:
    return word.rstrip("/").rpartition("/")[2] or word


def _unwrapped(command: ShellCommand, text: str, level: int) -> Iterator[ShellCommand]:
    """The command, and the ones that it starts."""
    yield command
    if level >= 4 or len(command.words) < 2:
        return
    words = command.words
    if _PYTHON.fullmatch(command.name):
        for index in range(1, len(words) - 1):
            if words[index].text == "-m":
                inner = ShellCommand(words[index + 1].text, words[index + 1 :], command.piped)
                yield from _unwrapped(inner, text, level + 1)
            if not words[index].text.startswith("-") or words[index].text == "-m":
                return
    elif _SHELL.fullmatch(command.name):
        for index in range(1, len(words) - 1):
            if _SCRIPT_OPTION.fullmatch(words[index].text):
                yield from _script(words[index + 1], text, level)
                return
            if not words[index].text.startswith("-"):
                return
    elif command.name in _WRAPPERS:
        first = 1
        while first < len(words):
            word = words[first].text
            if word in _WITH_VALUE.get(command.name, ()):
                first += 2
            elif word.startswith("-") or _ASSIGNMENT.match(word):
                first += 1
            else:
                break
        if first < len(words):
            inner = ShellCommand(_program(words[first].text), words[first:], command.piped)
            yield from _unwrapped(inner, text, level + 1)


def _script(word: ShellWord, text: str, level: int) -> Iterator[ShellCommand]:
    """The commands of a script that is one word; at the place of the word where the script is not as it is written."""
    at = text.find(word.text, word.start, word.end) if word.text else -1
    for command in _Reader(word.text).commands():
        moved = tuple(
            ShellWord(each.text, at + each.start, at + each.end)
            if at >= 0
            else ShellWord(each.text, word.start, word.end)
            for each in command.words
        )
        yield from _unwrapped(replace(command, words=moved), text, level + 1)
