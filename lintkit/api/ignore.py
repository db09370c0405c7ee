"""Ignore files: what they leave out, and what is tracked all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.kinds.ignore.gitignores import GitIgnores as GitIgnores
    from lintkit.kinds.ignore.gitignores import appended as appended
    from lintkit.kinds.ignore.gitignores import git_ignores as git_ignores
    from lintkit.kinds.ignore.gitignores import place_in as place_in
    from lintkit.kinds.ignore.untracked import NOT_OURS as NOT_OURS
    from lintkit.kinds.ignore.untracked import Probe as Probe
    from lintkit.kinds.ignore.untracked import unignored as unignored

PLACES = {
    "lintkit.kinds.ignore.gitignores": (
        "GitIgnores",
        "appended",
        "git_ignores",
        "place_in",
    ),
    "lintkit.kinds.ignore.untracked": (
        "NOT_OURS",
        "Probe",
        "unignored",
    ),
}
"""Module -> the names of this page that stand in it."""

__getattr__ = attributes(__name__, PLACES)
