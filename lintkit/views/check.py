"""The rules, asked once of what each kustomization of a repository deploys, and what becomes of all findings.

A base is not deployed by itself: what every view of it sets right is no defect, and what one of them leaves as it is
remains one. The same holds for a patch, whose objects are the ones that it changes. And what a change makes wrong,
though the base is right, shows in a view alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Protocol

from lintkit.budget import LeftOutError
from lintkit.kinds.kubernetes.kind import KUSTOMIZATION_FILES
from lintkit.kinds.kubernetes.kustomize import MOST_STEPS, Kustomizations
from lintkit.model import Finding
from lintkit.rule.definition import Project, Rule, RuleContext
from lintkit.run.file import Task
from lintkit.run.guard import Guard
from lintkit.views.file_rules import FileRules
from lintkit.views.project_rules import ProjectRules
from lintkit.views.settle import Answer, Key, Said, Told, judged
from lintkit.views.view import View, tree_of, view_of

KUSTOMIZE = "lintkit/kustomize"
"""What fails where a kustomization cannot be followed."""


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
    of_files = [finding for finding in findings if finding.rule not in relations]
    tasks = cache(checks.tasks)
    files = FileRules(kustomizations, _by_path(of_files), tasks, guard)
    asked = [_Asked(files)]
    if checks.project is not None and relations:
        known = _by_path(finding for finding in findings if finding.rule in relations)
        asked.append(_Asked(ProjectRules(kustomizations, trees, checks.project, known, relations, guard)))
    told = Told(findings)
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
            made.extend(finding for finding in answer.made if told.add(finding))
            for path, said in answer.said.items():
                each.told[path][root] = said
    alone = kustomizations.patches_alone()
    for path in sorted(alone.keys() & files.known.keys() - asked[0].told.keys()):
        said = guard.run(KUSTOMIZE, path, partial(files.of_patch, path, alone[path]), None)
        asked[0].told[path][alone[path]] = said
    replaced = _Replaced(kustomizations, tasks, of_files)

    def left(finding: Finding) -> Finding | None:
        for each in asked:
            if each.rules.gives(finding):
                said = each.told.get(finding.path, {})
                return (
                    None
                    if replaced.everywhere(finding, said)
                    else judged(finding, said, kustomizations.files)
                )
        return finding

    kept = (left(finding) for finding in findings)
    return [*(finding for finding in kept if finding is not None), *made]


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
        found[finding.path].add((finding.rule, finding.subject))
    return dict(found)


class _Replaced:
    """The images that kustomizations name anew, of which a rule that supersedes another one said something there.

    The subject of such a finding begins with the name of the image in the manifests.
    """

    def __init__(
        self,
        kustomizations: Kustomizations,
        tasks: Callable[[str], Sequence[Task]],
        findings: Sequence[Finding],
    ) -> None:
        self._kustomizations = kustomizations
        self._images: dict[str, dict[str, set[str]]] = {}  # weaker rule -> folder -> images
        supersedes = cache(lambda path: {task.rule.id: task.rule.meta.supersedes for task in tasks(path)})
        for finding in findings:
            folder, _, name = finding.path.rpartition("/")
            if name not in KUSTOMIZATION_FILES:
                continue
            for weaker in supersedes(finding.path).get(finding.rule, ()):
                images = self._images.setdefault(weaker, {}).setdefault(folder, set())
                images.add(finding.subject.partition(" ")[0])

    def everywhere(self, finding: Finding, told: Mapping[str, Said | None]) -> bool:
        """Whether every kustomization names the image of this place anew, and that was reported there."""
        images = self._images.get(finding.rule)
        if not told or images is None:
            return False
        span = finding.primary.span
        image = "".join(
            each.text[span.start : span.end] for each in self._kustomizations.read(finding.path)[:1]
        )
        image = image.strip("\"'")
        return all(
            root in self._kustomizations.files  # no kustomization stands in for the one that applies a patch
            and any(
                image == name or image.startswith(f"{name}:")
                for folder in self._kustomizations.tree(root)
                for name in images.get(folder, ())
            )
            for root in told
        )
