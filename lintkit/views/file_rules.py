"""Rules for one file, asked of what a kustomization deploys.

One answer says both what is left of the findings of files and what changes make wrong. Of an object into which nothing
but a namespace or labels is put, only those rules are asked that said something of its file; of one that is changed,
all are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from lintkit.budget import LeftOutError
from lintkit.formats.plain import at
from lintkit.kinds.kubernetes.inline_patches import INLINE
from lintkit.kinds.kubernetes.kustomize import BuiltObject, Kustomizations, Step
from lintkit.kinds.kubernetes.kustomize_places import route_of
from lintkit.model import Document, Finding
from lintkit.run.file import Task
from lintkit.run.guard import Guard
from lintkit.views.changes import at_change
from lintkit.views.defaults import Defaults, defaults_of, place_of
from lintkit.views.settle import Answer, Key, Said, key
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
        defaults = self._defaults(view)
        said: dict[str, Said] = {}
        made: list[Finding] = []
        for path in sorted(view.tree.patches & self.known.keys()):
            names = {name_of(each.data) for each in self.kustomizations.read(path)} - {None}
            documents = view.named(path, names)
            if documents:
                self._take(len(documents))
                answers = _Answers(documents, self._tasks(view, path), self.guard, defaults, view.root)
                said[path] = answers.said(self._rules(path), partial(self._is_of_patch, path))
        for path, objects in view.by_path.items():
            changed = [index for index, built in enumerate(objects) if built.steps]
            if not changed and path not in self.known:
                continue
            self._take(len(objects) if path in self.known else len(changed))
            answers = _Answers(
                view.documents[path], self._tasks(view, path), self.guard, defaults, view.root, objects
            )
            if path in self.known:
                said[path] = answers.said(self._rules(path), answers.is_of_file)
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
        return _Answers(documents, tasks, self.guard).said(self._rules(path), lambda *_: True)

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

    def _defaults(self, view: View) -> Defaults:
        """What the objects of a view give to others that are deployed into the same namespace."""
        excuses = (task.rule.meta.excused_by for task in self.tasks(view.file))
        return defaults_of(view.referring(), {each for each in excuses if each is not None}, view.root)

    def _rules(self, path: str) -> set[str]:
        return {rule for rule, _ in self.known[path]}

    def _is_of_patch(self, path: str, _: int, finding: Finding) -> bool:
        """Whether what is said of an object is said of its patch: what stands elsewhere may be what the patch lacks."""
        return finding.path == path or key(finding) not in self.known.get(finding.path, ())

    def _made(self, view: View, built: BuiltObject, index: int, answers: _Answers) -> Iterator[Finding]:
        """What the changes of one object make wrong: what is said neither of files nor of the object as it was."""
        if not isinstance(built.data, dict):
            return
        patches = set[Key]().union(*(self.known.get(path, ()) for path in _patch_paths(built.steps)))
        for task in self.tasks(view.file):
            for finding in answers.of(task.rule.id, index) or ():
                if key(finding) in patches or key(finding) in self.known.get(finding.path, ()):
                    continue
                step = answers.step(finding, index)
                if step is None:
                    continue
                route = route_of(answers.documents[index], finding.primary.span)
                told = at_change(self.kustomizations, finding, step, route, built)
                if self.gives(told):
                    yield told


@dataclass(slots=True)
class _Answers:
    """What rules say of the documents of one file of a view; each of them is asked once about each document.

    defaults  what an object gets from others in its namespace, of which no rule is asked
    folder    that of the view
    objects   what the documents were built as; none of those of a patch
    """

    documents: tuple[Document, ...]
    tasks: Mapping[str, Task]
    guard: Guard
    defaults: Defaults = field(default_factory=Defaults)
    folder: str = ""
    objects: Sequence[BuiltObject] = ()
    _found: dict[tuple[str, int, int], Sequence[Finding] | None] = field(default_factory=dict)

    def of(self, rule: str, index: int) -> Sequence[Finding] | None:
        """What a rule says of one of the documents; None where it fails, which is told."""
        return self._asked(rule, index, -1, self.documents)

    def said(self, rules: Iterable[str], counts: Callable[[int, Finding], bool]) -> Said:
        """What some of the rules say of all documents, as far as it counts; ("rule", "") where one fails."""
        found: set[Key] = set()
        for rule in rules:
            for index in range(len(self.documents)) if rule in self.tasks else ():
                made = self.of(rule, index)
                found.update(
                    {(rule, "")} if made is None else (key(each) for each in made if counts(index, each))
                )
        return found

    def is_of_file(self, index: int, finding: Finding) -> bool:
        """Whether what is said of an object is said of its own file: of what a change put there it is not.

        A secret that a change replaces by another one is in the file all the same.
        """
        if finding.secret or finding.path == self.objects[index].path:
            return True
        return self.step(finding, index) is None

    def step(self, finding: Finding, index: int) -> Step | None:
        """The first change after which a finding is true at its place; None where none of them makes it so."""
        built = self.objects[index]

        def holds(state: int, data: object) -> bool:
            documents = with_state(self.documents, index, built, data)
            found = self._asked(finding.rule, index, state, documents) or ()
            return any((each.subject, each.path) == (finding.subject, finding.path) for each in found)

        if not built.steps or holds(0, built.steps[0].before):
            return None
        states = enumerate(built.steps, 1)
        return next((step for number, step in states if holds(number, step.after)), None)

    def _asked(
        self, rule: str, index: int, state: int, documents: tuple[Document, ...]
    ) -> Sequence[Finding] | None:
        asked = (rule, index, state)
        if asked not in self._found:
            document, task = documents[index], self.tasks[rule]
            if self.defaults.reach(place_of(document, self.folder), task.rule.meta.excused_by):
                return ()
            found = self.guard.run(
                rule, document.path, lambda: tuple(task.findings(document, documents)), None
            )
            self._found[asked] = found and tuple(self._as_named(index, document, each) for each in found)
        return self._found[asked]

    def _as_named(self, index: int, document: Document, finding: Finding) -> Finding:
        """A finding that calls an object as its file does: that a patch names it anew makes nothing wrong."""
        before = self.objects[index].former_name if self.objects else None
        now = at(document.data, "metadata", "name")
        if not isinstance(before, str) or not isinstance(now, str) or not now or now == before:
            return finding
        return replace(finding, subject=finding.subject.replace(now, before))


def _patch_paths(steps: Sequence[Step]) -> set[str]:
    patches = (step.change.patch for step in steps)
    return {patch.path for patch in patches if patch is not None and patch.path != INLINE}
