"""What is a secret whatever stands around it: tokens, private keys, credentials before the host of an address."""

from __future__ import annotations

import re

from lintkit.secrets.formats import FORMATS, find_formats
from lintkit.secrets.patterns import pattern
from lintkit.secrets.values import is_reference, url_passwords

Ranges = list[tuple[int, int]]

_PEM_END = "-----END"
_PEM_SIZE = 20_000
_PEM_BODY = pattern(r"[A-Za-z0-9+/=\s\\\"',#:|.-]*")

_URL_USER = pattern(r"""(?i)\bhttps?://([^\s/?#"'`<>:@\\]{1,300})(?::(?:x-oauth-basic|x)?)?@""")
_BEFORE_HOST = pattern(
    r"""(?<![^\s"'`=<>(\[{,])
    (?!(?i:mailto|acct|xmpp|sips?|npm|jsr|workspace|patch|file|link|portal|git|ssh|github|gitlab|pkg
      |e-?mail|contact|from|to|cc|bcc|author|maintainer|by|url):)
    [\w.+$%\-]{1,64}(?:@[\w.\-]{1,64})?[:](?!//)([^\s"'`<>@/]{4,200})
    @(?:(?!v?\d|sha\d|latest\b|next\b|beta\b|main\b|master\b)[A-Za-z][\w\-]*(?:\.[\w\-]+)*\.?(?=[\s`)\]},;<>|]|\Z)
      |\d{1,3}(?:\.\d{1,3}){3}(?![\w\-])|[A-Za-z0-9][\w.\-]*(?::\d{1,5})?/|[A-Za-z0-9][\w.\-]*:\d{2,5}(?![\w.])|[A-Za-z0-9][\w.\-]*["']|(?:tcp|udp|unix)\(|/\w)""",
    re.VERBOSE,
)
"""`user:password@registry/image`, `user:password@proxy:3128`, `user:password@tcp(db:3306)/name`: no scheme before.

In a sentence `user:password@host`, whose host is no version of a package and no digest of an image."""
_QUERY = pattern(r"""[?&](?i:sig|signature|key|auth|code|hash|hmac|x-amz-signature)=([^\s&"'`#<>]{8,400})""")
"""What signs a request, or opens it, in the query of a URL."""
_LONGEST_NAME = 16
_SHORTEST_TOKEN = 8


def mask_tokens(text: str) -> str:
    """`text` with each token in it masked by as many characters: of a path, or a sentence of lintkit."""
    if not any(literal in text for form in FORMATS for literal in form.literals):
        return text
    for _, start, end in find_formats(text):
        text = f"{text[:start]}{'*' * (end - start)}{text[end:]}"
    return text


def spans_by_form(text: str) -> Ranges:
    """What is a secret whatever stands around it: tokens, private keys, credentials before the host of an address."""
    found: Ranges = [
        (start, end) for form, start, end in find_formats(text) if "PRIVATE KEY" not in form.literals
    ]
    found += _pem_blocks(text)
    if "@" in text:
        found += [(s, e) for s, e in url_passwords(text) if not _harmless_password(text[s:e])]
        found += [match.span(1) for match in _URL_USER.finditer(text) if _is_token(match[1])]
        found += [match.span(1) for match in _BEFORE_HOST.finditer(text) if not _harmless_password(match[1])]
    if "?" in text or "&" in text:
        found += [match.span(1) for match in _QUERY.finditer(text) if not is_reference(match[1])]
    return found


def _is_token(user: str) -> bool:
    """Whether the user in a URL is no name of one: `https://ghx81kd0q2@host`."""
    if _harmless_password(user) or is_reference(user):
        return False
    return len(user) > _LONGEST_NAME or (len(user) >= _SHORTEST_TOKEN and any(map(str.isdigit, user)))


def _harmless_password(value: str) -> bool:
    # `${X:-default}` holds a default; `${X}` and `{x}` hold nothing.
    return (
        is_reference(value)
        and not re.search(r":?[-=+?]", value)
        and value[:1] in "{$<%"
        and value[-1:] in "})>%"
    )


def _pem_blocks(text: str) -> Ranges:
    """Private keys from their first dash to the last; one without an end up to where it looks like one."""
    found: Ranges = []
    position = 0
    begin = "-----BEGIN "
    while (start := text.find(begin, position)) != -1:
        label_end = text.find("-----", start + len(begin), start + 80)
        position = start + len(begin)
        if label_end == -1 or "PRIVATE KEY" not in text[position:label_end]:
            continue
        body = label_end + 5
        end = text.find(_PEM_END, body, body + _PEM_SIZE)
        if end != -1:
            close = text.find("-----", end + len(_PEM_END), end + 80)
            position = close + 5 if close != -1 else end + len(_PEM_END)
        else:
            match = _PEM_BODY.match(text, body, body + _PEM_SIZE)
            position = match.end() if match else body
        found.append((start, position))
    return found
