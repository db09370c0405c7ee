"""How deeply Python source is nested, so that no parser is given what would crash or stall it.

libcst's native parser overflows its stack at about 2,000 nested brackets, and needs time that grows with the
depth of every token. CPython refuses 200 brackets itself. The limits leave ten times what people write.
"""

from __future__ import annotations

import ast
import re

from lintkit.budget import LeftOutError
from lintkit.formats.errors import ParseError
from lintkit.formats.python_lex import literals

MAX_DEPTH = 1000
"""Levels of nesting of one expression or block."""

MAX_BRACKETS = 100
"""Brackets inside one another, where only the text is known."""

MAX_EXCESS = 2_000_000
"""What one statement may add up to when every node counts the levels it lies deeper than `FREE_DEPTH`."""

FREE_DEPTH = 100

MAX_CHUNK = 1_000_000
"""Code points that libcst is given at once; it reads about a megabyte in 20 seconds."""

MAX_NODES = 250_000
"""Nodes of one statement, or tokens of a text that CPython has not read; libcst takes ten seconds for them."""

MAX_PATTERNS = 2**19
"""What the patterns of a text may cost: libcst doubles its work with every bracket inside another in `case …`, and
takes eight times as long for a brace. This much is two seconds; five nested brackets count 32."""

MAX_TOKENS = 500_000
"""Tokens of one file; CPython's tree takes about 600 bytes for each while it is made."""

_TOKEN = re.compile(r"\w+|[^\w\s]")
_FORMATTED = re.compile(r"[rR]?[fFtT]")

_CASE = re.compile(r"(?:^|[\r\n])[ \t\f\\\r\n]*case\b")

_MESSAGE = "The code is nested too deeply to be read; the file was not checked. Split the expression."
_LARGE = (
    "A statement is too large to be read; the file was not checked. Exclude it, or move its data out of code."
)

_DOTS = re.compile(r"(?:\.[\s\\]*\w+[\s\\]*)+")
_MAX_DOTS = 2000

_CODE = re.compile(
    r"""(?P<comment>\#[^\r\n]*)
    |(?P<string>(?P<prefix>\b[A-Za-z]{1,3})?(?P<quote>\"\"\"|\'\'\'|\"|\'))
    |(?P<open>[(\[{])|(?P<close>[)\]}])
    |(?P<comma>[,;])|(?P<joined>\\(?:\r\n|\r|\n))|(?P<newline>\r\n|\r|\n)
    |(?P<word>\b(?:not|and|or|if|else|elif|lambda|await|in|is|for)\b)
    |(?P<operator>\*\*|//|<<|>>|:=|[!=]=|[-+*/%@&|^~.<>])
    """,
    re.VERBOSE,
)
_OPENING = {")": "(", "]": "[", "}": "{"}
_ENDS = {
    quote: re.compile(rf"\\(?:\r\n|.)|{quote}" + ("" if len(quote) == 3 else r"|[\r\n]"), re.DOTALL)
    for quote in ('"""', "'''", '"', "'")
}
_FORMATTED_ENDS = {
    quote: re.compile(
        rf"\\(?:\r\n|[^{{}}])|\{{\{{|\}}\}}|\{{|{quote}" + ("" if len(quote) == 3 else r"|[\r\n]"), re.DOTALL
    )
    for quote in _ENDS
}


def too_deep(path: str, line: int) -> ParseError:
    """The error for code that is nested too deeply."""
    return ParseError(_MESSAGE, path, line)


def check_size(text: str, path: str, line: int) -> None:
    """Raise ParseError for a statement that would keep libcst busy for too long."""
    if len(text) > MAX_CHUNK:
        raise ParseError(_LARGE, path, line)


def check_before_parse(text: str, path: str) -> None:
    """Look for what is too much even for CPython's parser.

    Raises ParseError for a dotted name of thousands of parts, which keeps it busy, and LeftOutError for more code than
    fits into memory.
    """
    if len(text) > MAX_TOKENS and _code_tokens(text) > MAX_TOKENS:
        raise LeftOutError(
            f"its code has more than {MAX_TOKENS:,} words and signs, which take too much memory"
        )
    if len(text) > 20_000:
        for found in _DOTS.finditer(text):
            if found.end() - found.start() > 2 * _MAX_DOTS and found[0].count(".") > _MAX_DOTS:
                raise too_deep(path, text.count("\n", 0, found.start()) + 1)


def _code_tokens(text: str) -> int:
    """About how many tokens a text has: strings and comments count as one, fields of f-strings as what is in them."""
    count = place = 0
    for token in literals(text):
        if token.kind == "comment" or not _FORMATTED.match(text, token.start):
            count += 1 + sum(1 for _ in _TOKEN.finditer(text, place, token.start))
            place = token.end
    return count + sum(1 for _ in _TOKEN.finditer(text, place))


def check_patterns(text: str, path: str, line: int) -> None:
    """Raise ParseError for `case` patterns that libcst would not finish; `text` begins at line `line`."""
    if "case" not in text:
        return
    total = 0
    for found in _CASE.finditer(text):
        total += _pattern_cost(text, found.end())
        if total > MAX_PATTERNS:
            raise too_deep(path, line + text.count("\n", 0, found.end()))


def _pattern_cost(text: str, start: int) -> int:
    """Two to the power of the depth of brackets, braces counted three times, up to the end of the logical line."""
    opened: list[str] = []
    weight = heaviest = 0
    place = start
    while True:
        found = _CODE.search(text, place)
        if found is None or (found.lastgroup == "newline" and not opened):
            return int(2 ** min(heaviest, 64))
        place = found.end()
        if found.lastgroup == "string":
            place = _string_end(text, place, found["quote"])
        elif found.lastgroup == "open":
            opened.append(found[0])
            weight += 3 if found[0] == "{" else 1
            heaviest = max(heaviest, weight)
        elif found.lastgroup == "close" and opened:
            weight -= 3 if opened.pop() == "{" else 1


def check_tree(statement: ast.AST, path: str) -> int:
    """How many nodes the tree of a statement has; it is about as many in libcst's tree.

    Raises ParseError for a tree that is too deep for libcst. Iterative: never recurses itself.
    """
    excess = 0
    count = 0
    stack: list[tuple[ast.AST, int]] = [(statement, 1)]
    while stack:
        node, depth = stack.pop()
        count += 1
        if count > MAX_NODES:
            raise ParseError(_LARGE, path, getattr(statement, "lineno", 1))
        if depth > FREE_DEPTH:
            excess += depth - FREE_DEPTH
            if depth > MAX_DEPTH or excess > MAX_EXCESS:
                raise too_deep(path, getattr(statement, "lineno", 1))
        below = depth + 1
        if isinstance(node, ast.BoolOp):
            # One node here, a chain of as many nodes in libcst.
            stack.extend((value, below + place) for place, value in enumerate(node.values))
            continue
        for name, value in node.__dict__.items():
            if isinstance(value, ast.AST):
                stack.append((value, below))
            elif name == "generators":
                # As above: libcst holds each `for` clause in the one before.
                stack.extend([(clause, below + place) for place, clause in enumerate(value)])
            elif value.__class__ is list:
                stack.extend([(item, below) for item in value if isinstance(item, ast.AST)])
    return count


def check_text(text: str, path: str) -> int:
    """How many tokens that nest or part code a text has, where CPython has not read it.

    Raises ParseError for one that is too deep for libcst.

    One pass over the tokens that nest: brackets, also in the fields of f-strings, with other strings and
    comments left out, and operators since the last comma or end of line of the same bracket.
    """
    check_patterns(text, path, 1)
    # Open brackets, and the quotes of f-strings that a field is open in; for each how many operators it has seen.
    opened: list[str] = [""]
    operators: list[int] = [0]
    elifs = 0
    count = 0
    place = 0
    while True:
        if opened[-1] in _FORMATTED_ENDS:
            place = _formatted(text, place, opened, operators)
        found = _CODE.search(text, place)
        if found is None:
            return count
        place = found.end()
        kind = found.lastgroup
        count += 1
        if count > MAX_NODES:
            raise ParseError(_LARGE, path, text.count("\n", 0, place) + 1)
        if kind == "string":
            operators[-1] += 1
            prefix = (found["prefix"] or "").lower()
            if "f" in prefix or "t" in prefix:
                opened.append(found["quote"])
                operators.append(0)
            else:
                place = _string_end(text, place, found["quote"])
        elif kind == "open":
            opened.append(found[0])
            operators.append(0)
        elif kind == "close":
            _close(found[0], opened, operators)
            operators[-1] += 1
        elif kind == "comma" or (kind == "newline" and len(opened) == 1):
            operators[-1] = 0
        elif kind in ("word", "operator"):
            operators[-1] += 1
            elifs += found[0] == "elif"
        if len(opened) > MAX_BRACKETS or operators[-1] > MAX_DEPTH or elifs > MAX_DEPTH:
            raise too_deep(path, text.count("\n", 0, place) + 1)


def _string_end(text: str, start: int, quote: str) -> int:
    for found in _ENDS[quote].finditer(text, start):
        if found[0][0] != "\\":
            return found.end()
    return len(text)


def _formatted(text: str, start: int, opened: list[str], operators: list[int]) -> int:
    """Go on in the text of an f-string: to its end, or behind the brace that opens a field."""
    quote = opened[-1]
    for found in _FORMATTED_ENDS[quote].finditer(text, start):
        token = found[0]
        if token == "{":
            opened.append(token)
            operators.append(0)
            return found.end()
        if token == quote or token in "\r\n":
            opened.pop()
            operators.pop()
            return found.end()
    opened.pop()
    operators.pop()
    return len(text)


def _close(bracket: str, opened: list[str], operators: list[int]) -> None:
    """Close the innermost bracket of that kind, and what was left open in it; a field's brace ends at its
    f-string.
    """
    wanted = _OPENING[bracket]
    for place in range(len(opened) - 1, 0, -1):
        if opened[place] == wanted:
            del opened[place:], operators[place:]
            return
        if opened[place] in _ENDS:
            return
