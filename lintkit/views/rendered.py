"""What each kustomization deploys, as documents that rules are asked of like of any other.

Their nodes stand where each part is said: in the base, in a patch or in the kustomization (`lintkit.formats.origins`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lintkit.kinds.kubernetes.kustomize import BuiltObject, Kustomizations
from lintkit.model import Document

KUSTOMIZE = "lintkit/kustomize"
"""What fails where a kustomization cannot be followed."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What a kustomization is made of: its folders, the files of its objects, and these with those of patches."""

    folders: frozenset[str]
    objects: frozenset[str]
    files: frozenset[str]


def tree_of(kustomizations: Kustomizations, root: str) -> Tree:
    """What the kustomization in a folder is made of."""
    objects, patches = kustomizations.reached(root), kustomizations.patch_files(root)
    return Tree(kustomizations.tree(root), objects, objects | patches)


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


def rendered(path: str, objects: Sequence[BuiltObject]) -> tuple[Document, ...]:
    """What a kustomization makes of objects, as the documents of a file."""
    return tuple(replace(built.document, path=path, index=index) for index, built in enumerate(objects))


def rendered_files(objects: Sequence[BuiltObject]) -> dict[str, tuple[Document, ...]]:
    """Path -> the documents of the objects that come from it."""
    by_path: defaultdict[str, list[BuiltObject]] = defaultdict(list)
    for built in objects:
        by_path[built.path].append(built)
    return {path: rendered(path, found) for path, found in by_path.items()}


def without_definitions(objects: Sequence[BuiltObject]) -> list[BuiltObject]:
    """Without definitions of resources, which are long, and to which nothing refers."""
    return [
        each
        for each in objects
        if isinstance(each.data, dict) and each.data.get("kind") != "CustomResourceDefinition"
    ]


def with_state(documents: tuple[Document, ...], built: BuiltObject, data: Any) -> tuple[Document, ...]:
    """The documents of a file with one of its objects as it was."""
    return (*documents[: built.index], built.state(data), *documents[built.index + 1 :])
