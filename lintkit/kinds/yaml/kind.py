"""YAML of no kind that lintkit knows."""

from __future__ import annotations

from lintkit.kinds.kind import EVERY_EDIT, FileKind
from lintkit.kinds.names import is_lock_file

YAML = FileKind(
    name="yaml",
    noun="a YAML file",
    usual_name="config.yaml",
    language="yaml",
    suffixes=frozenset(("yaml", "yml")),
    named=lambda path, name: not is_lock_file(name),
    parse="lintkit.formats.yaml:parse",
    scalars="generic",
    templated=True,
    edits=EVERY_EDIT,
    sample="lintkit.kinds.yaml.sample:SAMPLE",
)
