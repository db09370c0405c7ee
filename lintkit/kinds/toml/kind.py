"""TOML."""

from __future__ import annotations

from lintkit.kinds.kind import EVERY_EDIT, FileKind
from lintkit.kinds.names import is_lock_file

TOML = FileKind(
    name="toml",
    noun="a TOML file",
    usual_name="pyproject.toml",
    language="toml",
    named=lambda path, name: name == "Pipfile" or (name.lower().endswith(".toml") and not is_lock_file(name)),
    parse="lintkit.formats.toml:parse",
    edits=EVERY_EDIT,
    sample="lintkit.kinds.toml.sample:SAMPLE",
)
