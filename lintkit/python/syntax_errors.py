"""What Python says of source that it cannot read, as far as it can be repeated: never a word of the file."""

from __future__ import annotations

import keyword
import re

from lintkit.formats.numbers import is_digits

_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_NAMES = frozenset({*keyword.kwlist, *keyword.softkwlist, "except*", "print", "exec", "tuple", "list"})
_SIGNS = re.compile(r"[!-/:-@\[-`{-~]{1,3}")
_CODEC = re.compile(r"\(unicode error\) .* in position \d+(?:-\d+)?: (?P<why>[^:]*)")
_CHARACTER = re.compile(r"'.'(?= \(U\+[0-9A-F]{4,6}\))")
_WORD = re.compile(r"[A-Za-z][A-Za-z-]*|\d+|U\+[0-9A-F]{4,6}|\\?[uUxN]X+")

_WORDS = frozenset(
    """a after ahead all allowed already also an and annotated any appear are argument arguments as ascii assign
    assigned assignment at attribute augmented await b bare base be before binary block both bound brackets but by
    bytes c call can cannot character characters class clause closed closing code codec comma compare comparison
    comprehension conditional contain contains continuation conversion decimal decode dedent deeply default
    definition del delete deleted detected dict dictionary did digit display does doubled each element ellipsis else
    empty end eof eq error escape except exception exec expect expected expecting expression expressions f f-string
    false finally first float follow followed follows for forgot from function generator global have here
    hexadecimal identifier if illegal imaginary immediately import in inconsistent indent indentation indented
    infinite inner inside instead int integer integers invalid is it iterable key keyword keywords lambda leading
    level levels line list literal literals lone make malformed match matches matching maximum may maybe mean meant
    missing mix more multiple must name named names nested never newline no non-default non-printable nonbytes none
    nonlocal not number o octal of on once one only opening or outer outside parameter parameters parentheses
    parenthesis parenthesized parsing pattern patterns perhaps permitted place position positional possible prefix
    print raw required return same sequence set should single space spaces star starred statement string strings
    subject subscript surrounding syntax t t-string tab tabs target than that the there to too trailing
    triple-quoted true truncated try tuple type types u unescaped unexpected unicode unindent unknown unmatched
    unpacking unparenthesized unterminated use used using valid value values var-keyword var-positional variable was
    while with without wrong xxx yield you zeros
    """.split()  # noqa: SIM905
)
"""What the messages of CPython's tokenizer and parser are made of (Parser/, Grammar/python.gram, of 3.10 to 3.14)."""


def said(message: str | None) -> str:
    """What a SyntaxError says, for a sentence; the empty string for what may hold text of the file.

    message  `SyntaxError.msg`, of which the words depend on the version of the interpreter
    """
    text = (message or "").strip()
    codec = _CODEC.fullmatch(text)
    if codec is not None:
        text = f"an escape in a string names no character ({codec['why'].strip()})"
        return text if _is_known(codec["why"]) else "an escape in a string names no character"
    text = _CHARACTER.sub("", text).replace("  ", " ")
    return text if text and _is_known(text) else ""


def _is_known(text: str) -> bool:
    """Whether all of a message is words of the interpreter, keywords, and single signs."""
    for match in _QUOTED.finditer(text):
        quoted = match[1] or match[2] or ""
        if len(quoted) > 1 and quoted not in _NAMES and not _SIGNS.fullmatch(quoted):
            return False
    rest = _QUOTED.sub(" ", text)
    return all(
        is_digits(word)
        or word.startswith(("U+", "\\"))
        or word.lower() in _WORDS
        or word.rstrip("X") in "uUxN"
        for word in _WORD.findall(rest)
    ) and not re.search(r"[^\x20-\x7e]|_", rest)
