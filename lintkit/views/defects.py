"""What the patches, images and replicas of a kustomization make wrong, though its base is right.

The objects of a base are checked where they are written, and a patch in a file of its own is checked like an object.
What a kustomization says inside of itself, and what a patch says only together with its base, shows in what is
deployed alone: so the rules run on that too, and what they say of it and not of the base is told at the patch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from lintkit.budget import LeftOutError
from lintkit.kinds.kubernetes.inline_patches import INLINE
from lintkit.kinds.kubernetes.kustomize import BuiltObject, Kustomizations, Step
from lintkit.kinds.kubernetes.kustomize_places import route_of
from lintkit.model import Document, Finding, Route
from lintkit.run.file import Task
from lintkit.run.guard import Guard
from lintkit.views.rendered import with_state
from lintkit.views.settle import Told, at_change

_MOST_OBJECTS = 2_000
"""How many changed objects are checked for all kustomizations together."""

Key = tuple[str, str]
"""(rule, subject)"""


@dataclass(slots=True)
class Defects:
    """The kustomizations, the rules that run on a path, and what was said of their files already."""

    kustomizations: Kustomizations
    tasks: Callable[[str], Sequence[Task]]
    known: Sequence[Finding]
    guard: Guard
    _left: int = _MOST_OBJECTS
    _told: Told = field(init=False)

    def __post_init__(self) -> None:
        self._told = Told(self.known)

    def find(self) -> Iterator[Finding]:
        """Each defect once, at the change that makes it."""
        said: defaultdict[str, set[Key]] = defaultdict(set)
        for finding in self.known:
            said[finding.path].add((finding.rule, finding.subject))
        for root in self.kustomizations.roots():
            made = partial(self._of_root, root, said)
            yield from self.guard.gather("lintkit/kustomize", self.kustomizations.files[root], made)

    def _of_root(self, root: str, said: Mapping[str, set[Key]]) -> list[Finding]:
        if not self.kustomizations.changes(root):
            return []
        if self._left < 0:
            self._left = 0  # so that this one says so as well
        by_path: defaultdict[str, list[BuiltObject]] = defaultdict(list)
        for built in self.kustomizations.build(root, "steps"):
            by_path[built.path].append(built)
        tasks = self.tasks(self.kustomizations.files[root])
        found: list[Finding] = []
        for path, objects in by_path.items():
            if any(each.steps for each in objects):
                found.extend(self._of_file(path, objects, tasks, said))
        return found

    def _of_file(
        self, path: str, objects: Sequence[BuiltObject], tasks: Sequence[Task], said: Mapping[str, set[Key]]
    ) -> Iterator[Finding]:
        written = self.kustomizations.read(path)
        for built in objects:
            index = built.index
            if not built.steps or not isinstance(built.data, dict):
                continue
            documents = with_state(written, built, built.data)
            self._left -= 1
            if self._left < 0:
                raise LeftOutError(
                    "what this kustomization changes was not checked: the kustomizations of the repository "
                    f"change more than {_MOST_OBJECTS:,} objects together"
                )
            found = [(task, each) for task in tasks for each in self._run(task, documents[index], documents)]
            known = said.get(path, set()).union(*(said.get(p, ()) for p in _patch_paths(built.steps)))
            fresh = [(task, each) for task, each in found if (each.rule, each.subject) not in known]
            if not fresh:
                continue
            before = with_state(documents, built, built.steps[0].before)
            for task, finding in fresh:
                if finding.subject not in self._said(task, before, index):
                    placed = self._placed(task, finding, documents, index, built)
                    if placed is not None:
                        yield placed

    def _said(self, task: Task, documents: tuple[Document, ...], index: int) -> set[str]:
        return {each.subject for each in self._run(task, documents[index], documents)}

    def _run(self, task: Task, document: Document, documents: tuple[Document, ...]) -> list[Finding]:
        context = replace(task.context, documents=documents)
        check = task.rule.check
        return self.guard.gather(task.rule.id, document.path, lambda: check(document, context))

    def _placed(
        self, task: Task, finding: Finding, documents: tuple[Document, ...], index: int, built: BuiltObject
    ) -> Finding | None:
        """The finding at the change without which nothing is wrong; None where it is none of the changes."""
        route = route_of(documents[index], finding.primary.span)
        step = None
        for each in built.steps:
            state = with_state(documents, built, each.after)
            if finding.subject in self._said(task, state, index):
                step = each
                break
        if step is None:
            return None
        return self._relocated(finding, step, route, built)

    def _relocated(self, finding: Finding, step: Step, route: Route, built: BuiltObject) -> Finding | None:
        """The finding where `step` says what stands at `route`; None where that was told already."""
        told = at_change(self.kustomizations, finding, step, route, built)
        runs = any(task.rule.id == finding.rule for task in self.tasks(told.path))
        return told if runs and self._told.add(told) else None


def _patch_paths(steps: Sequence[Step]) -> set[str]:
    return {
        step.change.patch.path
        for step in steps
        if step.change.patch is not None and step.change.patch.path != INLINE
    }
