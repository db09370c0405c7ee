"""Rules for one file, asked of what a kustomization deploys.

One answer says both what is left of the findings of files and what changes make wrong. Of an object into which nothing
but a namespace or labels is put, only those rules are asked that said something of its file; of one that is changed,
all are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from lintkit.budget import LeftOutError
from lintkit.kinds.kubernetes.inline_patches import INLINE
from lintkit.kinds.kubernetes.kustomize import BuiltObject, Kustomizations, Step
from lintkit.kinds.kubernetes.kustomize_places import route_of
from lintkit.kinds.kubernetes.objects import at
from lintkit.model import Document, Finding
from lintkit.run.file import Task
from lintkit.run.guard import Guard
from lintkit.views.changes import at_change
from lintkit.views.settle import Answer, Key, Said, keys
from lintkit.views.view import View, name_of, with_state

_MOST_OBJECTS = 5_000
"""How many objects rules are asked about, for all views together."""


@dataclass(slots=True)
class FileRules:
    """Rules for one file as they run on views.

    known  path -> what they say of the file by itself
    tasks  the rules that run on a path
    guard  takes what a rule raises
    """

    kustomizations: Kustomizations
    known: Mapping[str, Set[Key]]
    tasks: Callable[[str], Sequence[Task]]
    guard: Guard
    _left: int = _MOST_OBJECTS

    def gives(self, finding: Finding) -> bool:
        """Whether a finding is one of theirs."""
        return any(task.rule.id == finding.rule for task in self.tasks(finding.path))

    def ask(self, view: View) -> Answer:
        """What they say of a view.

        Raises LeftOutError where the views of the repository have too many objects.
        """
        said: dict[str, Said] = {}
        made: list[Finding] = []
        for path in sorted(view.tree.patches & self.known.keys()):
            names = {name_of(each.data) for each in self.kustomizations.read(path)} - {None}
            documents = view.named(path, names)
            if documents:
                self._take(len(documents))
                said[path] = self._said(path, _Answers(documents, self._tasks(view, path), self.guard))
        for path, objects in view.by_path.items():
            changed = [index for index, built in enumerate(objects) if built.steps]
            if not changed and path not in self.known:
                continue
            self._take(len(objects) if path in self.known else len(changed))
            answers = _Answers(view.documents[path], self._tasks(view, path), self.guard, _renamed(objects))
            if path in self.known:
                said[path] = self._said(path, answers)
            for index in changed:
                made.extend(self._made(view, objects[index], index, answers))
        return Answer(said, made)

    def of_patch(self, path: str, folder: str) -> Said:
        """What they say of a patch whose objects are elsewhere, once they are told that it is one.

        folder  that of the kustomization that applies it; what it misses may be of the images that it names anew
        """
        missing = self.kustomizations.misses_some(folder)  # else it patches nothing at all

        def with_images(data: dict[Any, Any]) -> dict[Any, Any]:
            return self.kustomizations.with_images(folder, data) if missing else data

        documents = tuple(
            replace(each, data={**with_images(each.data), "$patch": "merge"}, derived=True)
            if isinstance(each.data, dict)
            else each
            for each in self.kustomizations.read(path)
        )
        tasks = {task.rule.id: task for task in self.tasks(path)}
        return self._said(path, _Answers(documents, tasks, self.guard))

    def _take(self, objects: int) -> None:
        self._left -= objects
        if self._left < 0:
            self._left = 0  # a smaller one may still be asked about
            raise LeftOutError(
                "what this kustomization deploys was not checked: "
                f"the kustomizations of the repository deploy more than {_MOST_OBJECTS:,} objects together"
            )

    def _tasks(self, view: View, path: str) -> dict[str, Task]:
        """The rules that run on what a kustomization deploys of a file, as they run on the kustomization."""
        return {task.rule.id: task for each in (path, view.file) for task in self.tasks(each)}

    def _said(self, path: str, answers: _Answers) -> Said:
        return answers.said({rule for rule, _ in self.known[path]})

    def _made(self, view: View, built: BuiltObject, index: int, answers: _Answers) -> Iterator[Finding]:
        """What the changes of one object make wrong: what is said neither of files nor of the object as it was."""
        if not isinstance(built.data, dict):
            return
        known = set().union(*(self.known.get(path, ()) for path in (built.path, *_patch_paths(built.steps))))
        for task in self.tasks(view.file):
            for finding in answers.of(task.rule.id, index) or ():
                if (finding.rule, finding.subject) in known:
                    continue
                step = answers.step(finding, built, index)
                if step is None:
                    continue
                route = route_of(answers.documents[index], finding.primary.span)
                told = at_change(self.kustomizations, finding, step, route, built)
                if self.gives(told):
                    yield told


@dataclass(slots=True)
class _Answers:
    """What rules say of the documents of one file of a view; each of them is asked once about each document.

    renamed  document -> what the object is called, and was before: a new name makes nothing wrong, so subjects keep
             the old one
    """

    documents: tuple[Document, ...]
    tasks: Mapping[str, Task]
    guard: Guard
    renamed: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    _found: dict[tuple[str, int, int], Sequence[Finding] | None] = field(default_factory=dict)

    def of(self, rule: str, index: int) -> Sequence[Finding] | None:
        """What a rule says of one of the documents; None where it fails, which is told."""
        return self._asked(rule, index, -1, self.documents)

    def said(self, rules: Iterable[str]) -> Said:
        """What some of the rules say of all documents; ("rule", "") where one fails."""
        found: set[Key] = set()
        for rule in rules:
            for index in range(len(self.documents)) if rule in self.tasks else ():
                made = self.of(rule, index)
                found.update({(rule, "")} if made is None else keys(made))
        return found

    def step(self, finding: Finding, built: BuiltObject, index: int) -> Step | None:
        """The first change after which a finding is true; None where it was true before all of them."""

        def holds(state: int, data: object) -> bool:
            documents = with_state(self.documents, index, built, data)
            found = self._asked(finding.rule, index, state, documents)
            return any(each.subject == finding.subject for each in found or ())

        if holds(0, built.steps[0].before):
            return None
        states = enumerate(built.steps, 1)
        return next((step for number, step in states if holds(number, step.after)), None)

    def _asked(
        self, rule: str, index: int, state: int, documents: tuple[Document, ...]
    ) -> Sequence[Finding] | None:
        key = (rule, index, state)
        if key not in self._found:
            document, task = documents[index], self.tasks[rule]
            found = self.guard.run(
                rule, document.path, lambda: tuple(task.findings(document, documents)), None
            )
            if found and index in self.renamed:
                now, before = self.renamed[index]
                found = tuple(replace(each, subject=each.subject.replace(now, before)) for each in found)
            self._found[key] = found
        return self._found[key]


def _renamed(objects: Sequence[BuiltObject]) -> dict[int, tuple[str, str]]:
    """Index -> the name that a patch gave to an object, and the one that it had."""
    names = (
        (index, at(built.data, "metadata", "name"), built.former_name) for index, built in enumerate(objects)
    )
    return {
        index: (now, before)
        for index, now, before in names
        if isinstance(now, str) and isinstance(before, str) and now and now != before
    }


def _patch_paths(steps: Sequence[Step]) -> set[str]:
    patches = (step.change.patch for step in steps)
    return {patch.path for patch in patches if patch is not None and patch.path != INLINE}
