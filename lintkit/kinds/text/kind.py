"""Documents, scripts and files that keys are kept in: text in which only secrets are looked for."""

from __future__ import annotations

import re

from lintkit.formats.sniff import has_control_lines
from lintkit.kinds.kind import FileKind

_SHELL_SCRIPT = re.compile(rb"#![^\n]*?[/ \t](?:ba|da|k|z|fi)?sh(?=\s|$)")
_KEY_FILE = re.compile(rb"(?:[^-\n]{0,200}\n){0,8}-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|PuTTY-User-Key-File-")


def _is_script_or_key(data: bytes) -> bool:
    head = data[:2000].removeprefix(b"\xef\xbb\xbf")
    return _SHELL_SCRIPT.match(head, 0, 256) is not None or _KEY_FILE.match(head) is not None


TEXT = FileKind(
    name="text",
    noun="a text",
    usual_name="README.md",
    suffixes=frozenset(
        (
            *("md", "markdown", "mdx", "rst", "adoc", "txt"),
            *("sh", "bash", "zsh", "fish", "ps1", "bat", "cmd"),
            *("pem", "key", "crt", "cer", "cert", "p8", "pk8", "p12", "pfx", "jks", "keystore", "ppk"),
        )
    ),
    named=lambda path, name: not name.startswith(".") or name.count(".") > 1,
    # Of a template whose lines come and go no line can be judged, but secrets are found.
    refines=frozenset(("dotenv",)),
    holds=lambda path, text: has_control_lines(text),
    nameless=_is_script_or_key,
    parse="lintkit.kinds.text.document:parse",
    facts="lintkit.kinds.text.facts:extract",
    comments="none",
)
