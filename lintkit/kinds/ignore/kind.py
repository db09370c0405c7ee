"""Ignore files: of git, and of builders of images."""

from __future__ import annotations

from lintkit.kinds.kind import FileKind


def _is_dockerignore(path: str, name: str) -> bool:
    lower = name.lower()
    return name in (".dockerignore", ".containerignore") or (
        lower.endswith(".dockerignore") and lower != ".dockerignore"
    )


GITIGNORE = FileKind(
    name="gitignore",
    noun="a .gitignore",
    usual_name=".gitignore",
    language="gitignore",
    named=lambda path, name: name == ".gitignore",
    parse="lintkit.formats.ignore:parse",
    facts="lintkit.kinds.ignore.facts:extract",
    absent=True,
    comments="own line",
    sample="lintkit.kinds.ignore.sample:GITIGNORE",
)

DOCKERIGNORE = FileKind(
    name="dockerignore",
    noun="a .dockerignore",
    usual_name=".dockerignore",
    language="gitignore",
    named=_is_dockerignore,
    parse="lintkit.formats.ignore:parse",
    facts="lintkit.kinds.ignore.facts:extract",
    absent=True,
    comments="own line",
    sample="lintkit.kinds.ignore.sample:DOCKERIGNORE",
)
