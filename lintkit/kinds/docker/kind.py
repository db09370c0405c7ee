"""Dockerfiles."""

from __future__ import annotations

import re

from lintkit.kinds.kind import SCALAR_EDITS, FileKind
from lintkit.kinds.names import OTHER_SUFFIXES

# Source code if the name is in lower case (`dockerfile.go`), else a variant for a language (`Dockerfile.go`).
_SOURCE_SUFFIXES = frozenset(
    ("go", "rs", "php", "c", "h", "cc", "cpp", "hpp", "swift", "scala", "dart", "ex", "exs", "clj", "hs")
)
_DOCKERFILE_TEMPLATES = frozenset(("tmpl", "tpl", "template", "in"))
_DOCKERFILE = re.compile(r"(dockerfile|containerfile)(?:[._-](.+))?", re.IGNORECASE)
_DOCKERFILE_SUFFIX = re.compile(r".+\.(?:dockerfile|containerfile)", re.IGNORECASE)


def _is_dockerfile(path: str, name: str) -> bool:
    if name.endswith("~"):
        return False
    if "file" not in name.lower():
        return False
    match = _DOCKERFILE.fullmatch(name)
    if match is None:
        return _DOCKERFILE_SUFFIX.fullmatch(name) is not None
    if match[2] is None:
        return True
    suffix = match[2].rpartition(".")[2].lower()
    if suffix in _SOURCE_SUFFIXES:
        return not name[0].islower()
    return suffix not in OTHER_SUFFIXES and suffix not in _DOCKERFILE_TEMPLATES


DOCKERFILE = FileKind(
    name="dockerfile",
    noun="a Dockerfile",
    usual_name="Dockerfile",
    language="dockerfile",
    named=_is_dockerfile,
    parse="lintkit.formats.dockerfile:parse",
    facts="lintkit.kinds.docker.facts:extract",
    templated=True,
    comments="own line",
    edits=SCALAR_EDITS,
    raw=False,
    resolved="lintkit.kinds.docker.selectors:resolved",
    selectors={
        "command": "lintkit.kinds.docker.selectors:each_command",
        "env-var": "lintkit.kinds.docker.selectors:each_env_var",
        "image": "lintkit.kinds.docker.selectors:each_image",
        "stage": "lintkit.kinds.docker.selectors:each_stage",
    },
    sample="lintkit.kinds.docker.sample:SAMPLE",
)
