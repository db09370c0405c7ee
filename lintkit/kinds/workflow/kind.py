"""GitHub workflows and actions."""

from __future__ import annotations

import re

from lintkit.formats.sniff import after_key
from lintkit.kinds.kind import EVERY_EDIT, FileKind

_WORKFLOW = re.compile(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$")
_ACTION = re.compile(r"(?:^|/)action\.ya?ml$")
"""What GitHub runs as an action, in whatever folder; other programs have files of this name too."""


def _is_action(path: str, text: bytes) -> bool:
    return _ACTION.search(path) is not None and after_key(text, b"runs") >= 0


WORKFLOW = FileKind(
    name="workflow",
    noun="a workflow",
    usual_name=".github/workflows/ci.yml",
    language="yaml",
    suffixes=frozenset(("yaml", "yml")),
    named=lambda path, name: _WORKFLOW.search(path) is not None,
    certain=True,
    refines=frozenset(("yaml", "compose", "kubernetes")),
    holds=_is_action,
    parse="lintkit.kinds.workflow.document:parse",
    facts="lintkit.kinds.workflow.facts:extract",
    scalars="workflow",
    templated=True,
    edits=EVERY_EDIT,
    selectors={
        "container": "lintkit.kinds.workflow.selectors:each_container",
        "service": "lintkit.kinds.workflow.selectors:each_service",
        "env-var": "lintkit.kinds.workflow.selectors:each_env_var",
    },
    sample="lintkit.kinds.workflow.sample:SAMPLE",
)
