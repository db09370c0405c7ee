"""A cheap look at bytes, before anything is parsed: keys of YAML, templates, pointers, and what is no text."""

from __future__ import annotations

import re

_AFTER_KEY = re.compile(rb"[\"']?[ \t]*:(?=\s|$)")
_TEMPLATE_LINE = re.compile(
    rb"[ \t]*(?:\{#|<%)"
    rb"|[ \t]*(?:- +)*(?:(?:\"[^\"]*\"|'[^']*'|[^\s\"'#:{\[|>][^\"'#:]*): +)?\{[{%]"
)
_CONTROL_LINE = re.compile(
    rb"^[ \t]*(?:\{%-?[ \t]|<%-?[ \t]|\{\{-?[ \t]*(?:if|else|end|range|with)\b)", re.MULTILINE
)
_BLOCK_SCALAR = re.compile(rb"(?P<lead> *(?:- +)*)(?P<rest>|.*?[ ])[|>][-+0-9]*[ \t\r]*(?: #.*)?")


def sniffable(data: bytes) -> bytes:
    """The bytes as UTF-8 with LF line ends and no BOM before a document, so that patterns need one form only."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    data = data.removeprefix(b"\xef\xbb\xbf")
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
    return data.replace(b"\n\xef\xbb\xbf", b"\n")


def after_key(text: bytes, key: bytes, start: int = 0, end: int | None = None) -> int:
    """Where the value begins of the first `key:` at column 0, quoted or not; -1 if there is none."""
    position = text.find(key, start, end)
    while position >= 0:
        begin = position - (text[position - 1 : position] in (b'"', b"'"))
        if text[begin - 1 : begin] in (b"", b"\n"):
            colon = _AFTER_KEY.match(text, position + len(key))
            if colon is not None:
                return colon.end()
        position = text.find(key, position + 1, end)
    return -1


def stand_together(text: bytes, key: bytes, other: bytes) -> bool:
    """Whether a document of this YAML has both keys at column 0."""
    start = 0
    while (value := after_key(text, key, start)) >= 0:
        start = max(start, text.rfind(b"\n---", start, value))
        end = text.find(b"\n---", value)
        if after_key(text, other, start, end if end >= 0 else None) >= 0:
            return True
        if end < 0:
            break
        start = end
    return False


def is_template(text: bytes) -> bool:
    """Whether this YAML is the source of a template (Helm, Jinja, ERB) and no YAML yet.

    True if `{{`, `{%` or `<%` begins a line or a value outside of block scalars. In quotes, in comments, in a
    block scalar or inside a plain value (`up to {{ $value }}`, `${{ github.sha }}`) they are text, and the
    file is YAML.
    """
    if text.count(b"{{") == text.count(b"${{") and not any(mark in text for mark in (b"{%", b"{#", b"<%")):
        return False
    # The column to the right of which lines belong to a block scalar; -1 for a scalar that is a whole document.
    block: int | None = None
    for line in text.split(b"\n"):
        content = line.lstrip(b" ")
        if content and (block is None or len(line) - len(content) <= block):
            if (b"{" in line or b"<%" in line) and _TEMPLATE_LINE.match(line):
                return True
            block = _opened_block(line)
    return False


def has_control_lines(text: bytes) -> bool:
    """Whether a line of this text is a condition or a loop of a template language (Jinja, ERB, Go)."""
    return _CONTROL_LINE.search(text) is not None


def _opened_block(line: bytes) -> int | None:
    """The column that a block scalar opened at the end of `line` is to the right of; None if it opens none."""
    if b"|" not in line and b">" not in line:
        return None
    opened = _BLOCK_SCALAR.fullmatch(line)
    if opened is None:
        return None
    if opened["rest"].strip(b" "):
        return -1 if opened["rest"].startswith(b"---") else len(opened["lead"])
    return opened["lead"].rfind(b"-")


def is_pointer(data: bytes) -> bool:
    """Whether a file is only what Git LFS checked out in the place of its content."""
    return data.startswith(b"version https://git-lfs.github.com/spec/") and len(data) < 1024


def is_binary(data: bytes) -> bool:
    """Whether bytes are no text: NUL bytes in their beginning, more than a slip of the pen explains.

    UTF-16 with a byte order mark is text. A few NULs in UTF-8 are left to the parser, whose finding names the
    line.
    """
    head = data[:8000]
    nuls = head.count(0)
    if not nuls or (head.startswith((b"\xff\xfe", b"\xfe\xff")) and not head.startswith(b"\xff\xfe\0\0")):
        return False
    if nuls > 3 and nuls * 20 > len(head):
        return True
    try:
        # The end of the beginning may cut a character in two.
        head[: len(head) - 3 if len(data) > 8000 else None].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.end < len(head) - 8 or len(data) <= 8000
    return False
