"""The rules, asked once of what each kustomization of a repository deploys, and what becomes of all findings.

A base is not deployed by itself: what every view of it sets right is no defect, and what one of them leaves as it is
remains one. The same holds for a patch, whose objects are the ones that it changes. And what a change makes wrong,
though the base is right, shows in a view alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Protocol

from lintkit.budget import LeftOutError
from lintkit.kinds.kubernetes.kustomize import MOST_STEPS, Kustomizations
from lintkit.model import Finding
from lintkit.rule.definition import Project, Rule, RuleContext
from lintkit.run.file import Task
from lintkit.run.guard import Guard
from lintkit.views.file_rules import FileRules
from lintkit.views.project_rules import ProjectRules
from lintkit.views.settle import Answer, Key, Said, Told, judged, key
from lintkit.views.view import View, tree_of, view_of

KUSTOMIZE = "lintkit/kustomize"
"""What fails where a kustomization cannot be followed."""


_MOST_PATHS = 100
"""Of how many paths it is kept which rules run on them: findings come file by file."""

_NOT_FOLLOWED = LeftOutError(
    f"what this kustomization changes was not checked as a whole: it has {MOST_STEPS:,} changes or more"
)


@dataclass(frozen=True, slots=True)
class Checks:
    """The rules that are asked of views.

    tasks      the rules for one file that run on a path
    project    what rules for projects see; None where none runs
    relations  the ones of these that are about Kubernetes objects, by their ids
    """

    tasks: Callable[[str], Sequence[Task]]
    project: Project | None = None
    relations: Mapping[str, tuple[Rule, RuleContext]] = field(default_factory=dict)


def settled(
    kustomizations: Kustomizations, checks: Checks, findings: Sequence[Finding], guard: Guard
) -> list[Finding]:
    """`findings`, which are those of files and of the project, as the views of a repository show them.

    guard  takes what a kustomization, or a rule on what it deploys, raises
    """
    if not kustomizations.files:
        return list(findings)
    trees = {root: tree_of(kustomizations, root) for root in kustomizations.roots()}
    relations = checks.relations if checks.project is not None else {}
    of_files = _by_path(finding for finding in findings if finding.rule not in relations)
    files = FileRules(kustomizations, of_files, lru_cache(_MOST_PATHS)(checks.tasks), guard)
    asked = [_Asked(files)]
    if checks.project is not None and relations:
        known = _by_path(finding for finding in findings if finding.rule in relations)
        asked.append(_Asked(ProjectRules(kustomizations, trees, checks.project, known, relations, guard)))
    made: list[Finding] = []
    for root, tree in trees.items():
        wanted = [tree.files & each.rules.known.keys() for each in asked]
        if not any(wanted) and not kustomizations.changes(root):
            continue
        file = kustomizations.files[root]
        view = guard.run(KUSTOMIZE, file, partial(view_of, kustomizations, root, tree), None)
        if view is not None and not view.followed:
            guard.left_out(file, _NOT_FOLLOWED)
        for each, paths in zip(asked, wanted, strict=True):
            answer = Answer(dict.fromkeys(paths))
            if view is not None:
                answer = guard.run(KUSTOMIZE, file, partial(each.rules.ask, view), answer)
            made.extend(answer.made)
            for path, said in answer.said.items():
                each.told[path][root] = said
    alone = kustomizations.patches_alone()
    for path in sorted(alone.keys() & files.known.keys() - asked[0].told.keys()):
        said = guard.run(KUSTOMIZE, path, partial(files.of_patch, path, alone[path]), None)
        asked[0].told[path][alone[path]] = said

    def left(finding: Finding) -> Finding | None:
        for each in asked:
            if each.rules.gives(finding):
                return judged(finding, each.told.get(finding.path, {}), kustomizations.files)
        return finding

    kept = [one for finding in findings if (one := left(finding)) is not None]
    told = Told(kept)
    return [*kept, *(finding for finding in made if told.add(finding))]


class _Rules(Protocol):
    """Rules that views are asked of; `known` is what they say of files."""

    @property
    def known(self) -> Mapping[str, Set[Key]]: ...

    def gives(self, finding: Finding) -> bool: ...

    def ask(self, view: View) -> Answer: ...


@dataclass(frozen=True, slots=True)
class _Asked:
    """Rules, and what they say: path -> the kustomizations that deploy the file -> what they say of it there."""

    rules: _Rules
    told: defaultdict[str, dict[str, Said | None]] = field(default_factory=lambda: defaultdict(dict))


def _by_path(findings: Iterable[Finding]) -> Mapping[str, Set[Key]]:
    found: defaultdict[str, set[Key]] = defaultdict(set)
    for finding in findings:
        found[finding.path].add(key(finding))
    return dict(found)
