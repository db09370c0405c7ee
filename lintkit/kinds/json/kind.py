"""JSON that is no manifest, without comments, which are the business of editors."""

from __future__ import annotations

import re

from lintkit.kinds.kind import EVERY_EDIT, FileKind
from lintkit.kinds.names import is_lock_file

_JSON_WITH_COMMENTS = re.compile(
    r"(?:tsconfig|jsconfig)(?:\..+)?\.json|\.?devcontainer\.json|\.eslintrc\.json|api-extractor\.json"
)


def _is_json(path: str, name: str) -> bool:
    """Whether it is JSON that people write: no generated file, and no settings of an editor."""
    if is_lock_file(name) or _JSON_WITH_COMMENTS.fullmatch(name) or name.endswith(".min.json"):
        return False
    return not f"/{path}".endswith(f"/.vscode/{name}")


JSON = FileKind(
    name="json",
    noun="a JSON file",
    usual_name="config.json",
    language="json",
    suffixes=frozenset(("json",)),
    named=_is_json,
    parse="lintkit.formats.json:parse",
    comments="none",
    edits=EVERY_EDIT,
    sample="lintkit.kinds.json.sample:SAMPLE",
)
