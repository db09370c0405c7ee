"""Findings of kustomize bases, asked again of what the overlays make of them.

A base is not deployed by itself: what every overlay sets right is no defect, and what one of them leaves as it is
remains one. So each rule that reported something in a base runs once more on what each overlay deploys. The same holds
for a patch, whose objects are the ones that it changes.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial

from lintkit.budget import LeftOutError
from lintkit.kinds.kubernetes.kind import KUSTOMIZATION_FILES
from lintkit.kinds.kubernetes.kustomize import BuiltObject, Kustomizations, Read
from lintkit.kinds.kubernetes.objects import at
from lintkit.model import Document, Finding
from lintkit.run.file import Task
from lintkit.run.guard import Guard
from lintkit.views.defects import Defects
from lintkit.views.rendered import KUSTOMIZE, rendered
from lintkit.views.settle import Said, judged

_MOST_OBJECTS = 5_000
"""How many objects rules are asked about again, for all kustomizations together."""


@dataclass(slots=True)
class _Left:
    """How many objects may still be asked about."""

    objects: int

    def take(self, objects: int) -> None:
        """Count some. Raises LeftOutError when there are too many."""
        self.objects -= objects
        if self.objects < 0:
            raise LeftOutError(
                "what is said of the bases of this kustomization was not asked again of what it deploys: "
                f"the kustomizations of the repository deploy more than {_MOST_OBJECTS:,} objects together"
            )


@dataclass(frozen=True)
class Overlays:
    """The kustomizations of a repository, and how to run its rules again.

    read   the documents of a file; none for one that cannot be read
    tasks  the rules that run on a path
    guard  takes what a kustomization, or a rule on what it deploys, raises
    """

    paths: Iterable[str]
    read: Read
    tasks: Callable[[str], Sequence[Task]]
    guard: Guard

    @cached_property
    def kustomizations(self) -> Kustomizations:
        """All of them; their files are read when something is asked."""
        files = {
            posixpath.dirname(path): path
            for path in sorted(self.paths)
            if posixpath.basename(path) in KUSTOMIZATION_FILES
        }
        return Kustomizations(files, self.read)

    def settle(self, findings: Sequence[Finding]) -> list[Finding]:
        """`findings` without those of bases that every overlay sets right."""
        kustomizations = self.kustomizations
        if not kustomizations.files or not findings:
            return list(findings)
        wanted: defaultdict[str, list[Finding]] = defaultdict(list)
        for finding in findings:
            wanted[finding.path].append(finding)
        told: defaultdict[str, dict[str, Said | None]] = defaultdict(dict)
        left = _Left(_MOST_OBJECTS)
        for root in kustomizations.roots():
            objects = kustomizations.reached(root) & wanted.keys()
            patches = (kustomizations.patch_files(root) & wanted.keys()) - objects
            if objects or patches:
                ask = partial(self._ask, kustomizations, root, objects, patches, wanted, left)
                said = self.guard.run(
                    KUSTOMIZE, kustomizations.files[root], ask, dict.fromkeys(objects | patches)
                )
                for path, found in said.items():
                    told[path][root] = found
        alone = kustomizations.patches_alone()
        for path in sorted(alone.keys() & wanted.keys() - told.keys()):
            asked = partial(self._told_of_patch, path, wanted[path])
            told[path][alone[path]] = self.guard.run(KUSTOMIZE, path, asked, None)
        ran = {path: frozenset(task.rule.id for task in self.tasks(path)) for path in told}
        replaced = self._replaced_images(findings) if told else {}
        settled = (
            judged(finding, told[finding.path], kustomizations.files, "deploys it as it is")
            if finding.rule in ran.get(finding.path, ())
            else finding
            for finding in findings
            if not self._is_replaced(finding, told.get(finding.path, {}), replaced)
        )
        return [finding for finding in settled if finding is not None]

    def _told_of_patch(self, path: str, findings: Sequence[Finding]) -> Said | None:
        """What rules say of a patch whose objects are elsewhere, once they are told that it is one."""
        documents = tuple(
            replace(each, data={**each.data, "$patch": "merge"}, derived=True)
            if isinstance(each.data, dict)
            else each
            for each in self.kustomizations.read(path)
        )
        rules = {finding.rule for finding in findings}
        tasks = [task for task in self.tasks(path) if task.rule.id in rules]
        return {each for task in tasks for each in self._said(task, documents)}

    def defects(self, findings: Sequence[Finding]) -> list[Finding]:
        """What kustomizations make wrong, besides `findings`, which are those of all files."""
        return list(Defects(self.kustomizations, self.tasks, findings, self.guard).find())

    def _ask(
        self,
        kustomizations: Kustomizations,
        root: str,
        objects: Set[str],
        patches: Set[str],
        wanted: dict[str, list[Finding]],
        left: _Left,
    ) -> dict[str, Said | None]:
        """What the rules say of the files as one kustomization deploys them; None where that is not known."""
        told: dict[str, Said | None] = {}
        patched = {
            path: {_name(each.data) for each in kustomizations.read(path)} - {None} for path in patches
        }
        by_path: defaultdict[str, list[BuiltObject]] = defaultdict(list)
        left.take(1)
        for built in kustomizations.build(root):
            by_path[built.path].append(built)
            for path, names in patched.items():
                if _name(built.data) in names:
                    by_path[path].append(built)
        for path in sorted(objects | patches):
            if not by_path[path]:
                continue
            left.take(len(by_path[path]))
            documents = rendered(path, by_path[path])
            rules = {finding.rule for finding in wanted[path]}
            tasks = [task for task in self.tasks(path) if task.rule.id in rules]
            told[path] = {each for task in tasks for each in self._said(task, documents)}
        return told

    def _said(self, task: Task, documents: tuple[Document, ...]) -> Said:
        """What one rule says of the documents of a file; ("rule", "") where it fails."""
        context = replace(task.context, documents=documents)
        try:
            found = [each for document in documents for each in task.rule.check(document, context)]
            return {(each.rule, each.subject) for each in found}
        except Exception as error:
            self.guard.tell(task.rule.id, documents[0].path, error)
            return {(task.rule.id, "")}

    def _replaced_images(self, findings: Sequence[Finding]) -> dict[str, dict[str, set[str]]]:
        """Rule -> folder of a kustomization -> the images of which a rule that supersedes it reported something there.

        The subject of such a finding begins with the name of the image in the manifests.
        """
        replaced: dict[str, dict[str, set[str]]] = {}
        supersedes = cache(
            lambda path: {task.rule.id: task.rule.meta.supersedes for task in self.tasks(path)}
        )
        for finding in findings:
            folder, _, name = finding.path.rpartition("/")
            if name not in KUSTOMIZATION_FILES:
                continue
            for weaker in supersedes(finding.path).get(finding.rule, ()):
                images = replaced.setdefault(weaker, {}).setdefault(folder, set())
                images.add(finding.subject.partition(" ")[0])
        return replaced

    def _is_replaced(
        self,
        finding: Finding,
        told: Mapping[str, Said | None],
        replaced: Mapping[str, Mapping[str, Set[str]]],
    ) -> bool:
        """Whether every kustomization names the image of this place anew, and that was reported there."""
        images = replaced.get(finding.rule)
        if not told or images is None:
            return False
        span = finding.primary.span
        image = "".join(
            each.text[span.start : span.end] for each in self.kustomizations.read(finding.path)[:1]
        )
        image = image.strip("\"'")
        return all(
            root in self.kustomizations.files  # no kustomization stands in for the one that applies a patch
            and any(
                image == name or image.startswith(f"{name}:")
                for folder in self.kustomizations.tree(root)
                for name in images.get(folder, ())
            )
            for root in told
        )


def _name(data: object) -> tuple[str, str] | None:
    """The kind and the name of an object, by which a patch finds it."""
    kind, name = at(data, "kind"), at(data, "metadata", "name")
    return (kind, name) if isinstance(kind, str) and isinstance(name, str) else None
