"""Values behind secret names in Python source: string literals of the expression that a name begins.

An unquoted word of code is never a value. Inside strings and comments the rules for any text apply as well.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from lintkit.formats.python_lex import Token
from lintkit.secrets.named import QUOTE, NamedValues
from lintkit.secrets.names import mention
from lintkit.secrets.patterns import pattern

_AFTER_NAME = pattern(r"[\w.]{0,200}[ \t]*(?:[=!:+\[(|\\]|\)[ \t]*(?:=|!=|or\b)|or\b|in\b|if\b|is\b|not\b)")
_KEY = pattern(r"""[rRbBuUfF]{0,2}(["']{1,3})[\w.\-\[\]]{1,120}\1""")
_COMMA = pattern(r"[ \t]*,")
_COMPARED = pattern(r"""(["'])[ \t]*\)?[ \t]*(?:==|!=|in|not[ \t]+in)[ \t]*[\w.]{0,60}$""")
_DIGEST_OF = pattern(r"""\bcompare_digest\(\s*[rRbB]{0,2}(["'])[^"'\r\n]{0,80}\1\s*,\s*[\w.]*$""")
_TARGETS_BEFORE = pattern(r"(?m)^[ \t]*[\[(]?[ \t]*(?P<names>(?:[\w.]{1,60}[ \t]*,[ \t]*){1,8})$")
_TARGETS_AFTER = pattern(
    r"(?P<names>(?:[ \t]*,[ \t]*[\w.]{1,60}){0,8})[ \t]*,?[ \t]*[\])]?[ \t]*=(?!=)[ \t]*[\[(]?"
)
_ARGUMENT_BEFORE = pattern(r"(?:[\w\])][ \t]*\(|,)\s{0,200}$")
_BLOCK = pattern(
    r"(?:\)|->[^\r\n]{0,60})[ \t]*:$"
    r"|^[ \t]*(?:async[ \t]+)?(?:def|class|if|elif|else|for|while|with|try|except)\b[^\r\n]{0,60}:$"
)
"""The end of a line behind which a block begins: a docstring is a statement of its own."""
_DIGESTS = pattern(r"\bcompare_digest\(\s*[\w.]*$")
_EVENT = pattern(r"[()\[\]{},;\r\n]")
_AFTER_CLOSE = pattern(r"\s{0,200}(?:\]|\)|or\b|==|!=|=(?!=)|else\b|\|)")
_LINE_GOES_ON = pattern(r"""\s{0,200}(?:[rRbBuUfF]{0,2}["']|or\b|\+|\||else\b|if\b)""")
_PROSE_ARGUMENT = pattern(
    r"\b(?:description|help|title|help_text|verbose_name|label|env|alias|validation_alias)\s{0,9}=\s{0,9}$"
)
_LOOK_UP = pattern(r"(?:getenv|environ|environ\.\w{1,20}|\benv|\bconfig)\s{0,9}[(\[]\s{0,9}$")
_VARIABLE = pattern(r"[A-Z][A-Z0-9_]*")
_DICTIONARY_COLON = pattern(r"\s{0,9}:")
_OPTION = pattern(r"[a-z]{2,20}(?:_[a-z]{2,20}){1,4}")
"""How keyword options are called, as those of a decoder: `{"verify_signature": False}`."""
_FIELDS = frozenset(
    (
        "user",
        "username",
        "name",
        "email",
        "host",
        "port",
        "database",
        "password",
        "token",
        "secret",
        "api_key",
        "url",
        "type",
    )
)
_GIVES = pattern(r"\blambda\b[^:\n]{0,200}:|\b(?:return_value|side_effect)[ \t]*=(?!=)")
_FUNCTION = pattern(r"(?m)^(?P<indent>[ \t]*)(?:async[ \t]+)?def[ \t]+(?P<name>\w{1,80})[ \t]*\(")
_BODY_LINE = pattern(r"(?P<indent>[ \t]*)(?P<rest>[^\r\n]*)(?:\r\n|\r|\n|\Z)")
_RETURNS = pattern(r"\b(?:return|yield)\b(?:[ \t]+from\b)?")
_NAME = pattern(r"\w{3,80}")
_ASKS = pattern(r"(?i)(?:get|ask|read|prompt)_?(?:pass|pw|pwd|passwd)$")
_BEFORE = 200
_BODY = 4_000
_REACH = 20_000
_BROKEN = 400


def _is_asking(name: str) -> bool:
    return mention(name) == "secret" or _ASKS.search(name) is not None


class PythonNamedValues(NamedValues):
    """The pass over the names of Python source."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        """Read `text`, whose strings and comments are `tokens`, in their order."""
        super().__init__(text, "python")
        self._literals = tokens
        self._starts = [token.start for token in self._literals]
        self._expression_end = 0

    def read(self) -> list[tuple[int, int]]:
        """Where the values are, those included that a function gives which is called like a secret."""
        super().read()
        self._expression_end = 0
        for gives in _GIVES.finditer(self.text):
            if self._literal_at(gives.start()) is None and self._is_asked_for(gives.start()):
                self._expression(gives.end(), "secret", commas=0)
        self._expression_end = 0
        for function in _FUNCTION.finditer(self.text):
            if _is_asking(function["name"]) and self._literal_at(function.start("name")) is None:
                self._given(function.end(), len(function["indent"].expandtabs()))
        return self.found

    def _is_asked_for(self, position: int) -> bool:
        """Whether a name before `position`, in its line or the one above if that goes on, is that of a secret."""
        text = self.text
        start = text.rfind("\n", max(0, position - _BEFORE), position) + 1
        above = text.rfind("\n", max(0, start - _BEFORE), max(0, start - 1)) + 1
        if text[above:start].rstrip().endswith(("(", ",", "=", "[", "{")):
            start = above
        return any(_is_asking(name) for name in _NAME.findall(text, max(start, position - _BEFORE), position))

    def _given(self, position: int, indent: int) -> None:
        """Mask the strings that the body of a function returns or yields."""
        limit = min(len(self.text), position + _BODY)
        for line in _BODY_LINE.finditer(self.text, position, limit):
            outside = line["rest"] and line.start() > position and len(line["indent"].expandtabs()) <= indent
            if outside and self._literal_at(line.start("rest")) is None and line["rest"][0] not in ")#":
                return
            for returned in _RETURNS.finditer(self.text, line.start(), line.end()):
                if self._literal_at(returned.start()) is None:
                    self._expression(returned.end(), "secret", commas=0)

    def look_at(self, start: int, end: int, nature: str) -> None:
        """Find the value of the name that stands from `start` to `end`, in code, a string or a comment."""
        literal = self._literal_at(start)
        if literal is None:
            self._in_code(start, end, nature)
            return
        if literal.kind == "string" and _KEY.fullmatch(self.text[literal.start : literal.end]):
            self._expression(literal.end, nature, commas=1 if _COMMA.match(self.text, literal.end) else 0)
        self.look_at_text(start, end, nature, literal.end)

    def _literal_at(self, position: int) -> Token | None:
        """The innermost string or comment that holds `position`."""
        index = bisect_right(self._starts, position) - 1
        for back in range(index, max(-1, index - 4), -1):
            if position < self._literals[back].end:
                return self._literals[back]
        return None

    def _in_code(self, start: int, end: int, nature: str) -> None:
        low = max(0, start - 90)
        compared = _COMPARED.search(self.text[low:start])
        if compared:
            index = bisect_right(self._starts, low + compared.start(1)) - 1
            if index >= 0:
                self._mask(self._literals[index], nature)
        of = _DIGEST_OF.search(self.text[low:start])
        if of:
            index = bisect_right(self._starts, low + of.start(1)) - 1
            if index >= 0:
                self._mask(self._literals[index], nature)
        before = _TARGETS_BEFORE.search(self.text[low:start])
        after = _TARGETS_AFTER.match(self.text, end)
        if after and (before or (after["names"] and not _ARGUMENT_BEFORE.search(self.text[low:start]))):
            self._one_of_several(after.end(), before["names"].count(",") if before else 0, nature)
        if _DIGESTS.search(self.text[low:start]):
            self._expression(end, nature, commas=1)
        elif _AFTER_NAME.match(self.text, end):
            self._expression(end, nature, commas=0)

    def _one_of_several(self, position: int, place: int, nature: str) -> None:
        """Mask the strings of one value of `user, password = "web", "x"`, by its place from 0."""
        index = bisect_right(self._starts, position - 1)
        depth = commas = 0
        while index < len(self._starts) and self._starts[index] < position + _BROKEN:
            literal = self._literals[index]
            for event in _EVENT.finditer(self.text, position, max(position, literal.start)):
                char = event.group()
                if char in "([{":
                    depth += 1
                elif char in ")]}":
                    depth -= 1
                elif not depth and char == ",":
                    commas += 1
                elif not depth and char in ";\r\n" and not self._goes_on(event.start(), event.end()):
                    return
            if commas > place:
                return
            if commas == place and literal.kind == "string":
                self._mask(literal, nature)
            position = max(position, literal.end)
            index += 1

    def _expression(self, position: int, nature: str, commas: int) -> None:
        """Mask the strings from `position` to the end of the expression: a comma, a bracket, or the statement's end.

        commas  how many commas belong to it: one where the name is an argument before its value
        """
        if position < self._expression_end and not commas:
            return  # inside of an expression that was masked
        limit = min(len(self.text), position + _REACH)
        index = bisect_right(self._starts, position - 1)
        depth = 0
        while position < limit and index < len(self._starts) and self._starts[index] < limit:
            literal = self._literals[index]
            for event in _EVENT.finditer(self.text, position, max(position, literal.start)):
                char = event.group()
                if char in "([{":
                    depth += 1
                elif char in ")]}":
                    depth -= 1
                    if depth < 0 and not _AFTER_CLOSE.match(self.text, event.end()):
                        return
                    depth = max(depth, 0)
                elif depth:
                    continue
                elif char == ",":
                    if not commas:
                        return
                    commas -= 1
                elif char == ";" or not self._goes_on(event.start(), event.end()):
                    return
            if literal.kind == "string":
                self._mask(literal, nature)
            position = max(position, literal.end)
            if not commas:
                self._expression_end = max(self._expression_end, position)
            index += 1

    def _goes_on(self, line_end: int, next_line: int) -> bool:
        """Whether an expression goes on after a line's end, though brackets that enclose it were not seen."""
        before = self.text[max(0, line_end - 60) : line_end].rstrip()
        if (
            not before
            or before[-1] in "=+\\(,[{|"
            or before.endswith((" or", " in", " else", " if", '":', "':"))
        ):
            return True
        if _BLOCK.search(before.rpartition("\n")[2]):
            return False
        return bool(_LINE_GOES_ON.match(self.text, next_line, next_line + 300))

    def _mask(self, literal: Token, nature: str) -> None:
        text = self.text
        opening = QUOTE.match(text, literal.start, literal.end)
        if opening is None:
            return
        mark = opening["quote"]
        start, end = opening.end(), literal.end
        if end - len(mark) >= start and text[end - len(mark) : end] == mark:
            end -= len(mark)
        elif len(mark) == 1:  # it ends with its line, which is no Python, and shows what was meant to go on
            close = text.find(mark, end, end + _BROKEN)
            end = close if close != -1 else end
        value = text[start:end]
        if self.visible(value, nature):
            return
        before = text[max(0, literal.start - 40) : literal.start]
        if _DICTIONARY_COLON.match(text, literal.end) and (value in _FIELDS or _OPTION.fullmatch(value)):
            return
        if _PROSE_ARGUMENT.search(before) or (_LOOK_UP.search(before) and _VARIABLE.fullmatch(value)):
            return
        self.found.append((start, end))
