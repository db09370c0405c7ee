"""What names of files say that several kinds ask for."""

from __future__ import annotations

import re

OTHER_SUFFIXES = frozenset(
    (
        *("md", "markdown", "rst", "adoc", "txt", "html", "htm", "pdf", "png", "svg"),
        *("py", "pyi", "pyc", "ipynb", "sh", "bash", "zsh", "fish", "ps1", "bat", "cmd"),
        *("rb", "pl", "java", "kt", "cs", "lua", "vim", "ts", "tsx", "js", "jsx", "mjs", "cjs"),
        *("json", "jsonc", "yaml", "yml", "toml", "xml", "ini", "cfg", "lock", "log", "diff", "patch"),
        *("j2", "jinja", "jinja2", "erb", "ejs", "hbs", "mustache", "gotmpl", "m4"),
        *("orig", "rej", "bak", "swp", "swo", "gpg", "asc", "age", "pem", "zip", "gz", "tgz", "tar"),
    )
)
"""Suffixes that say: this is about a Dockerfile or a `.env`, and is none."""

_LOCK_FILE = re.compile(
    r"package-lock\.json|npm-shrinkwrap\.json|packages\.lock\.json|composer-lock\.json|"
    r"(?:pnpm-lock|conda-lock)\.ya?ml|pylock(?:\.[^.]+)?\.toml"
)


def is_lock_file(name: str) -> bool:
    """Whether a file is written by a package manager, which nobody reads or repairs."""
    return _LOCK_FILE.fullmatch(name) is not None
