"""Paths that git should leave out, asked of all ignore files: what most rules about a `.gitignore` have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lintkit.facts import IgnoreRules
from lintkit.kinds.ignore.gitignores import GitIgnores, appended, place_in
from lintkit.model import Fix, Span

NOT_OURS = re.compile(
    r"(?:^|/)(?:node_modules|site-packages|vendor|third_party|fixtures|testdata|tests?|examples?|docs?|samples?"
    r"|templates?|\.github)/"
)
"""Folders whose files say nothing of what is run in this repository."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A path that is likely to appear, and the line that would keep it out.

    evidence  the file that makes it likely; a finding stands there when there is no ignore file at all
    """

    path: str
    pattern: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Unignored:
    """What one ignore file (None: there is none) should have kept out."""

    owner: IgnoreRules | None
    probes: tuple[Probe, ...]
    span: Span
    fix: Fix | None

    @property
    def subject(self) -> str:
        """The path of the ignore file that is responsible."""
        return ".gitignore" if self.owner is None else self.owner.path

    def message(self) -> str:
        """`git would track …`, with the first three paths."""
        names = [f"`{probe.path}`" for probe in self.probes]
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        return f"git would track {shown}" + ("" if self.owner is not None else ": there is no .gitignore")


def unignored(ignores: GitIgnores, probes: Iterable[Probe], speaks: re.Pattern[str]) -> Iterator[Unignored]:
    """The probes that no ignore file in force keeps out, by the ignore file that should.

    speaks  finds the patterns that show that an ignore file is already about such files
    """
    found: dict[str, list[Probe]] = {}
    owners: dict[str, IgnoreRules | None] = {}
    asked: set[str] = set()
    for probe in probes:
        if probe.path in asked or ignores.ignores(probe.path):
            continue
        # git tracks files, so a folder all of whose files are left out (`node_modules/*`) is never seen.
        if (
            probe.path.endswith("/")
            and ignores.ignores(probe.path + "a")
            and ignores.ignores(probe.path + "a/")
        ):
            continue
        asked.add(probe.path)
        owner = ignores.responsible(probe.path.rpartition("/")[0], speaks)
        key = "" if owner is None else owner.path
        owners[key] = owner
        found.setdefault(key, []).append(probe)
    for key, several in found.items():
        owner = owners[key]
        if owner is None:
            yield Unignored(None, tuple(several), Span(several[0].evidence, 0, 0), None)
        else:
            patterns = (probe.pattern for probe in several)
            yield Unignored(
                owner, tuple(several), place_in(owner, speaks), appended(owner, patterns, safe=True)
            )
