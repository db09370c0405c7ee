"""From the text of a pattern to Python that libcst reads: `$X`, `...` and `<... ...>` become identifiers.

Where Python's grammar wants more than an identifier, the placeholder has the shape of what belongs there: an entry
in a dict, `**name` behind a keyword argument, a parameter with a default behind another.
"""

from __future__ import annotations

import bisect
import keyword
import re
from dataclasses import dataclass, field

from lintkit.declared.pattern.errors import PatternError

DOTS = "_lintkit_dots"
DEEP = "_lintkit_deep"
ANONYMOUS = "_"
_VARIABLE = "_lintkit_variable_"
_MANY = "_lintkit_many_"

MAX_LENGTH = 4_000
MAX_BRACKETS = 40

_TOKEN = re.compile(
    r"""(?P<string>[rRbBuUfF]{0,2}(?P<quote>\"\"\"|\'\'\'|\"|\'))
    |(?P<comment>\#[^\n]*)
    |(?P<open_deep><\.\.\.)|(?P<close_deep>\.\.\.>)
    |(?P<many>\$\.\.\.(?P<many_name>[A-Z_][A-Z_0-9]*))
    |(?P<variable>\$(?P<name>[A-Z_][A-Z_0-9]*))
    |(?P<dots>\.\.\.)
    |(?P<word>\w+)
    |(?P<open>[(\[{])|(?P<close>[)\]}])
    |(?P<operator>\*\*|[=!<>:+\-*/%&|^@]=|=)
    |(?P<space>[ \t\f\n]+)
    |(?P<other>.)
    """,
    re.VERBOSE,
)
_FIELD_TOKEN = re.compile(
    r"\$\.\.\.(?P<many_name>[A-Z_][A-Z_0-9]*)|\$(?P<name>[A-Z_][A-Z_0-9]*)|(?P<dots>\.\.\.)"
)
_KEYWORDS = frozenset(keyword.kwlist)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(slots=True)
class _Bracket:
    kind: str
    offset: int
    role: str = ""
    """"call", "parameters", "dict" or nothing."""
    keyword: bool = False
    """A keyword argument, a default or `**` stands before."""


@dataclass(slots=True)
class Source:
    """Python with placeholders, and where each piece of it comes from in the pattern."""

    text: str = ""
    _generated: list[int] = field(default_factory=list)
    _original: list[int] = field(default_factory=list)

    def add(self, piece: str, original: int) -> None:
        """Append a piece that stands for what is at `original` in the pattern."""
        self._generated.append(len(self.text))
        self._original.append(original)
        self.text += piece

    def origin(self, offset: int) -> int:
        """The offset in the pattern of an offset in the generated text."""
        place = bisect.bisect_right(self._generated, offset) - 1
        if place < 0:
            return 0
        found = self._original[place] + offset - self._generated[place]
        if place + 1 < len(self._original):
            found = min(found, self._original[place + 1] - 1)
        return max(found, self._original[place])


def variable_of(name: str) -> str | None:
    """The metavariable that an identifier stands for, `_` for the anonymous one; None for any other."""
    return name[len(_VARIABLE) :] if name.startswith(_VARIABLE) else None


def many_of(name: str) -> str | None:
    """The name of `$...NAME` that an identifier stands for."""
    return name[len(_MANY) :] if name.startswith(_MANY) else None


def error_at(message: str, text: str, offset: int) -> PatternError:
    """A PatternError at a code point of the pattern."""
    offset = min(max(offset, 0), len(text))
    line = text.count("\n", 0, offset) + 1
    return PatternError(message, text, line, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def to_python(text: str) -> Source:
    """Replace what is not Python in a pattern. Raises PatternError with the place."""
    if len(text) > MAX_LENGTH:
        raise PatternError(f"the pattern has more than {MAX_LENGTH} characters; split it")
    source = Source()
    brackets: list[_Bracket] = []
    before: list[str] = ["", "", ""]
    """The last three tokens that are not space."""
    offset = 0
    while offset < len(text):
        found = _TOKEN.match(text, offset)
        if found is None:  # pragma: no cover - the last alternative takes anything but a newline
            raise error_at("this character cannot stand in a pattern", text, offset)
        kind = found.lastgroup or ""
        if kind == "quote":
            kind = "string"
        token = found[0]
        if found.group("many"):
            kind = "many"
        elif found.group("variable"):
            kind = "variable"
        end = found.end()
        if kind == "string":
            end = _string_end(text, found)
            token = text[offset:end]
            source.add(_in_string(token) if "f" in token[:2].lower() else token, offset)
        elif kind == "many":
            source.add(_placeholder(_MANY + found["many_name"], brackets, before), offset)
        elif kind == "variable":
            source.add(_VARIABLE + found["name"], offset)
        elif kind == "dots":
            source.add("..." if before[-1] == "from" else _placeholder(DOTS, brackets, before), offset)
        elif kind == "open_deep":
            brackets.append(_Bracket("<", offset, "deep"))
            source.add(DEEP + "(", offset)
            token = "("
        elif kind == "close_deep":
            if not brackets or brackets.pop().kind != "<":
                raise error_at("`...>` closes no `<...`", text, offset)
            source.add(")", offset)
            token = ")"
        else:
            _track(kind, token, offset, brackets, before, text)
            source.add(token, offset)
        if kind == "comment":
            token = ""
        if kind != "space" and token:
            before[:] = [*before[1:], token if kind not in ("many", "variable", "string") else "name"]
        offset = end
    if brackets:
        opened = {"<": "<..."}.get(brackets[-1].kind, brackets[-1].kind)
        raise error_at(f"`{opened}` is not closed", text, brackets[-1].offset)
    return source


def _string_end(text: str, found: re.Match[str]) -> int:
    quote = found["quote"]
    offset = found.end()
    while offset < len(text):
        if text[offset] == "\\":
            offset += 2
        elif text.startswith(quote, offset):
            return offset + len(quote)
        elif text[offset] == "\n" and len(quote) == 1:
            break
        else:
            offset += 1
    raise error_at("the string is not closed", text, found.start())


def _in_string(token: str) -> str:
    """An f-string with the placeholders in its replacement fields; its text stays as it is."""
    pieces: list[str] = []
    depth = 0
    offset = 0
    while offset < len(token):
        two = token[offset : offset + 2]
        if depth == 0 and two in ("{{", "}}"):
            pieces.append(two)
            offset += 2
            continue
        found = _FIELD_TOKEN.match(token, offset) if depth else None
        if found is not None:
            pieces.append(
                DOTS
                if found["dots"]
                else _MANY + found["many_name"]
                if found["many_name"]
                else _VARIABLE + found["name"]
            )
            offset = found.end()
            continue
        character = token[offset]
        depth += {"{": 1, "}": -1}.get(character, 0)
        pieces.append(character)
        offset += 1
    return "".join(pieces)


def _track(
    kind: str, token: str, offset: int, brackets: list[_Bracket], before: list[str], text: str
) -> None:
    if kind == "open":
        if len(brackets) >= MAX_BRACKETS:
            raise error_at(f"brackets are nested more than {MAX_BRACKETS} deep", text, offset)
        brackets.append(_Bracket(token, offset, _role(token, offset, before, text)))
    elif kind == "close":
        if not brackets or _CLOSING.get(brackets[-1].kind) != token:
            raise error_at(f"`{token}` closes no bracket", text, offset)
        brackets.pop()
    elif kind == "operator" and token in ("=", "**") and brackets:
        brackets[-1].keyword = True


def _role(token: str, offset: int, before: list[str], text: str) -> str:
    if token == "{":
        return "dict" if _has_colon(text, offset) else ""
    if token != "(":
        return ""
    if before[-2] == "def":
        return "parameters"
    last = before[-1]
    is_callee = last in ("name", ")", "]") or (last.replace("_", "a").isalnum() and last not in _KEYWORDS)
    return "call" if is_callee else ""


def _has_colon(text: str, offset: int) -> bool:
    depth = 0
    while offset < len(text):
        found = _TOKEN.match(text, offset)
        if found is None:
            return False
        offset = found.end()
        if found["quote"]:
            try:
                offset = _string_end(text, found)
            except PatternError:
                return False
        elif found["open"]:
            depth += 1
        elif found["close"]:
            depth -= 1
            if depth == 0:
                return False
        elif depth == 1 and found[0] in (":", "**"):
            return True
    return False


def _placeholder(name: str, brackets: list[_Bracket], before: list[str]) -> str:
    bracket = brackets[-1] if brackets else None
    if bracket is None or before[-1] not in (bracket.kind, ","):
        return name
    if bracket.role == "dict":
        return f"**{name}"
    if bracket.keyword and bracket.role == "call":
        return f"**{name}"
    if bracket.keyword and bracket.role == "parameters":
        return f"{name}={name}"
    return name
