"""Findings that a release of a library ends: what a project pins decides whether they are true of it."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from lintkit.model import Finding, Release
from lintkit.python.dependencies import (
    Dependencies,
    Mention,
    is_manifest,
    manifest_folder,
    read_dependencies,
    script_dependencies,
    versions_of,
)

_MOST_INCLUDES = 50


def settle(
    findings: Sequence[Finding], paths: Iterable[str], read: Callable[[str], bytes | None]
) -> list[Finding]:
    """`findings` without those that are not true of the versions that the project has.

    What a script says of itself decides, else the manifests nearest above a file, and where they leave it open, the
    lock files above those (a workspace has one lock for all its members). What nobody says is taken as before the
    release, or as behind it where the release is `presumed`.

    paths  the files of the tree
    read   the bytes of one; None for what cannot be read
    """
    if not any(finding.fixed_in is not None for finding in findings):
        return list(findings)
    project = _Manifests(paths, read)
    return [
        finding
        for finding in findings
        if finding.fixed_in is None or not project.has(finding.fixed_in, finding.path)
    ]


class _Manifests:
    """The manifests of a tree by the folder that they speak for; each is read when it is asked for."""

    def __init__(self, paths: Iterable[str], read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._by_folder: defaultdict[str, list[str]] = defaultdict(list)
        for path in sorted(paths):
            if is_manifest(path):
                self._by_folder[manifest_folder(path)].append(path)
        self._mentions = cache(self._of_folder)
        self._mentions_of_script = cache(self._of_script)
        self._has = cache(self._has_in)

    def has(self, release: Release, path: str) -> bool:
        """Whether the code at `path` runs with a release, as far as it is known."""
        own = versions_of(release.project, self._mentions_of_script(path))
        if own is not None and own.is_from(release.version):
            return True
        return self._has(release, posixpath.dirname(path))

    def _of_script(self, path: str) -> tuple[Mention, ...]:
        data = self._read(path) if path.endswith(".py") else None
        return () if data is None else script_dependencies(data)

    def _has_in(self, release: Release, folder: str) -> bool:
        named = False
        for place in _upwards(folder):
            mentions = self._mentions(place).get(release.project, ())
            if named:  # Only a lock file speaks for the folders below that have manifests of their own.
                mentions = [each for each in mentions if each.locked]
            versions = versions_of(release.project, mentions)
            if versions is None:
                continue
            if versions.is_from(release.version):
                return True
            if versions.is_below(release.version):
                return False
            named = True
        return release.presumed

    def _of_folder(self, folder: str) -> Mapping[str, Sequence[Mention]]:
        """What the manifests of a folder say of each dependency."""
        found: defaultdict[str, list[Mention]] = defaultdict(list)
        waiting = [(path, False) for path in reversed(self._by_folder.get(folder, ()))]
        seen: set[tuple[str, bool]] = set()
        while waiting and len(seen) < _MOST_INCLUDES:
            path, constraints = waiting.pop()
            if (path, constraints) in seen:
                continue
            seen.add((path, constraints))
            data = self._read(path)
            said = Dependencies() if data is None else read_dependencies(path, data, constraints=constraints)
            for mention in said.mentions:
                found[mention.project].append(mention)
            waiting.extend(said.includes)
        return found


def _upwards(folder: str) -> Iterable[str]:
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""
