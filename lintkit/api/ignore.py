"""Ignore files: what they leave out, and what is tracked all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.kinds.ignore.gitignores import GitIgnores, appended, git_ignores, place_in
    from lintkit.kinds.ignore.untracked import NOT_OURS, Probe, unignored
else:
    __getattr__ = attributes(__name__)
