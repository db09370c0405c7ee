"""What one kustomization deploys, as documents that rules are asked of like of any other.

A view is built once for each kustomization that no other one builds on. Its nodes stand where each part is said: in
the base, in a patch or in the kustomization (`lintkit.formats.origins`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from lintkit.formats.plain import at
from lintkit.kinds.kubernetes.kustomize import BuiltObject, Kustomizations
from lintkit.model import Document


@dataclass(frozen=True, slots=True)
class Tree:
    """What a kustomization is made of: its folders, the files of its objects, and those of patches alone."""

    folders: frozenset[str]
    objects: frozenset[str]
    patches: frozenset[str]

    @property
    def files(self) -> frozenset[str]:
        """The files of objects and of patches."""
        return self.objects | self.patches


def tree_of(kustomizations: Kustomizations, root: str) -> Tree:
    """What the kustomization in a folder is made of."""
    objects = kustomizations.reached(root)
    return Tree(kustomizations.tree(root), objects, kustomizations.patch_files(root) - objects)


def sharing_of(trees: Mapping[str, Tree]) -> Callable[[str], list[str]]:
    """Gives the kustomizations that share a file with one: they are deployed instead of it, all others beside it."""
    by_file: defaultdict[str, list[str]] = defaultdict(list)
    for root, tree in trees.items():
        for path in tree.objects:
            by_file[path].append(root)

    def sharing(root: str) -> list[str]:
        found = {other for path in trees[root].objects for other in by_file[path]} - {root}
        return [other for other in trees if other in found] if found else []

    return sharing


@dataclass(frozen=True)
class View:
    """What a kustomization deploys.

    root     its folder
    file     the kustomization
    tree     what it is made of
    objects  what it deploys or deletes, in its order, with what each change made of them
    changes  it has patches, images, replicas or replacements
    """

    root: str
    file: str
    tree: Tree
    objects: Sequence[BuiltObject]
    changes: bool

    @cached_property
    def by_path(self) -> Mapping[str, Sequence[BuiltObject]]:
        """Path -> the objects that come from it."""
        found: defaultdict[str, list[BuiltObject]] = defaultdict(list)
        for built in self.objects:
            found[built.path].append(built)
        return found

    @cached_property
    def documents(self) -> Mapping[str, tuple[Document, ...]]:
        """Path -> what becomes of the objects that come from it."""
        return {path: _of_file(path, objects) for path, objects in self.by_path.items()}

    @property
    def followed(self) -> bool:
        """Whether it is known of every change what it made of its objects."""
        return all(built.run.left > 0 for built in self.objects[:1])

    def named(self, path: str, names: Set[object]) -> tuple[Document, ...]:
        """What becomes of the objects of some kinds and names, as the documents of a file that patches them.

        Another patch may have changed the kind or the name since.
        """
        of_these = [
            built for built in self.objects if {name_of(built.data), name_of(built.base.data)} & names
        ]
        return _of_file(path, of_these)

    def referring(self) -> Iterator[Document]:
        """The documents that may refer to each other; definitions of resources are long, and refer to nothing."""
        for documents in self.documents.values():
            for each in documents:
                if isinstance(each.data, dict) and each.data.get("kind") != "CustomResourceDefinition":
                    yield each


def view_of(kustomizations: Kustomizations, root: str, tree: Tree, *, changes: bool = True) -> View:
    """What the kustomization in a folder deploys, or would without its changes.

    Raises LeftOutError where that is too much to follow.
    """
    objects = kustomizations.build(root, changes=changes)
    changed = changes and kustomizations.changes(root)
    return View(root, kustomizations.files[root], tree, objects, changed)


def name_of(data: object) -> tuple[str, str] | None:
    """The kind and the name of an object, by which a patch finds it."""
    kind, name = at(data, "kind"), at(data, "metadata", "name")
    return (kind, name) if isinstance(kind, str) and isinstance(name, str) else None


def with_state(
    documents: tuple[Document, ...], index: int, built: BuiltObject, data: Any
) -> tuple[Document, ...]:
    """The documents of a file with one of its objects as it was."""
    return (*documents[:index], replace(built.state(data), index=index), *documents[index + 1 :])


def _of_file(path: str, objects: Sequence[BuiltObject]) -> tuple[Document, ...]:
    return tuple(replace(built.document, path=path, index=index) for index, built in enumerate(objects))
