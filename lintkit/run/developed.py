"""Findings that matter where something is deployed: which files only developers' stacks read decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from lintkit.facts import ComposeFile, ComposeService, ContainerDefined, Fact
from lintkit.model import Finding

_T = TypeVar("_T", bound=Fact)


def files_at_a_desk(findings: Sequence[Finding], facts: Iterable[Fact]) -> frozenset[str]:
    """The files of findings that only matter where something is deployed, and that developers' stacks alone read.

    facts  of all files, sorted by path and position

    Raises RuleLimitError where the services of a compose project are too many.
    """
    wanted = {finding.path for finding in findings if finding.deployed}
    if not wanted:
        return frozenset()
    from lintkit.kinds.compose.development import developers_environment_files
    from lintkit.kinds.compose.project import compose_projects

    known = list(facts)
    projects = compose_projects(_of(ComposeService, known), _of(ComposeFile, known))
    return developers_environment_files(projects, _of(ContainerDefined, known)) & wanted


def _of(kind: type[_T], facts: Iterable[Fact]) -> tuple[_T, ...]:
    return tuple(fact for fact in facts if isinstance(fact, kind))
