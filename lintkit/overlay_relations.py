"""Findings about how objects refer to each other, asked again of what each kustomize overlay deploys.

A base is not deployed by itself, and two overlays are not deployed into one place: a Service of a base finds the pods
as an overlay labels them, a budget holds for the replicas that an overlay sets. So each rule that said something of
files that kustomizations deploy runs once more on the objects of each of them; what none of them shows is no defect.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lintkit.graph.cluster import build_cluster
from lintkit.graph.cluster_facts import KustomizationDefined
from lintkit.graph.extract import extract_document
from lintkit.graph.facts import Fact
from lintkit.model import Document, Finding, Location, Span
from lintkit.overlays import rendered
from lintkit.parse.kustomize import Kustomizations
from lintkit.rule import Project, Rule, RuleContext

_MOST_BUILDS = 200
_MOST_FACTS = 2_000_000
"""How many facts are looked at for all kustomizations together; the ones beyond that are not asked."""

Said = frozenset[tuple[str, str]]
"""What rules say of one deployment: (rule, subject)."""


@dataclass(frozen=True, slots=True)
class _Tree:
    """What a kustomization is made of: its folders, the files of its objects, and these with those of patches."""

    folders: frozenset[str]
    objects: frozenset[str]
    files: frozenset[str]


@dataclass(frozen=True, slots=True)
class Relations:
    """The rules about relations, the project that they saw, and the kustomizations of its repository."""

    kustomizations: Kustomizations
    project: Project
    rules: Sequence[tuple[Rule, RuleContext]]

    def settle(self, findings: Sequence[Finding]) -> list[Finding]:
        """`findings` without those that no kustomization that deploys their file shows."""
        asked = [(rule, context) for rule, context in self.rules if rule.meta.kinds == ("kubernetes",)]
        ids = {rule.id for rule, _ in asked}
        paths = {finding.path for finding in findings if finding.rule in ids}
        if not paths:
            return list(findings)
        roots = self.kustomizations.roots()[:_MOST_BUILDS]
        trees = {root: self._tree(root) for root in roots}
        said: dict[str, Said] = {}
        left = _MOST_FACTS
        for root, tree in trees.items():
            here = paths & tree.files
            left -= sum(map(len, self.project.by_type.values())) if here else 0
            if here and left > 0:
                rules = {finding.rule for finding in findings if finding.path in here}
                # What shares a file with this one is deployed instead of it, and everything else beside it.
                instead = [
                    other for name, other in trees.items() if name != root and other.objects & tree.objects
                ]
                found = self._ask(root, tree, instead, [each for each in asked if each[0].id in rules])
                if found is not None:
                    said[root] = found
        deployed_by = {path: [root for root in said if path in trees[root].files] for path in paths}
        judged = (
            self._judged(finding, deployed_by[finding.path], said) if finding.rule in ids else finding
            for finding in findings
        )
        return [finding for finding in judged if finding is not None]

    def _tree(self, root: str) -> _Tree:
        kustomizations = self.kustomizations
        objects, patches = kustomizations.reached(root), kustomizations.patch_files(root)
        return _Tree(kustomizations.tree(root), objects, objects | patches)

    def _ask(
        self, root: str, tree: _Tree, instead: Sequence[_Tree], asked: Sequence[tuple[Rule, RuleContext]]
    ) -> Said | None:
        documents = self._documents(root)
        if documents is None:
            return None
        project = self._deployment(tree, instead, documents)
        try:
            return frozenset(
                (each.rule, each.subject) for rule, context in asked for each in rule.check(project, context)
            )
        # lintkit: ignore[python/swallowed-exception] -- the check of the repository reported a rule that fails
        except Exception:
            return None

    def _documents(self, root: str) -> list[Document] | None:
        by_path: defaultdict[str, list[object]] = defaultdict(list)
        deployed = self.kustomizations.build(root)
        if not deployed:
            return None
        for built in deployed:
            # Definitions of resources are long, and nothing refers to them.
            if isinstance(built.data, dict) and built.data.get("kind") != "CustomResourceDefinition":
                by_path[built.path].append(built.data)
        found: list[Document] = []
        for path, objects in by_path.items():
            documents = rendered(path, objects)
            if documents is None:
                return None
            found.extend(documents)
        return found

    def _deployment(self, tree: _Tree, instead: Sequence[_Tree], documents: Sequence[Document]) -> Project:
        """The project with the objects of one kustomization as it deploys them."""
        others = frozenset[str]().union(*(each.folders for each in instead)) - tree.folders
        replaced = tree.files.union(*(each.files for each in instead))
        replaced |= {self.kustomizations.files[folder] for folder in others}
        by_type: defaultdict[type[Any], list[Fact]] = defaultdict(list)
        for kind, facts in self.project.by_type.items():
            by_type[kind] = [_unpatched(fact, tree) for fact in facts if fact.path not in replaced]
        for document in documents:
            for fact in extract_document(document):
                by_type[type(fact)].append(fact)
        facts_by_type: Mapping[type[Any], tuple[Any, ...]] = {
            kind: tuple(sorted(facts, key=lambda each: (each.span.path, each.span.start)))
            for kind, facts in by_type.items()
        }
        cluster = build_cluster(facts_by_type, self.project.paths)
        return replace(self.project, by_type=facts_by_type, cluster=cluster)

    def _judged(self, finding: Finding, roots: Sequence[str], said: Mapping[str, Said]) -> Finding | None:
        if not roots:
            return finding
        left = [root for root in roots if (finding.rule, finding.subject) in said[root]]
        if not left:
            return None
        if len(left) == len(roots):
            return finding
        places = (Span(self.kustomizations.files[root], 0, 0) for root in left[:3])
        return replace(
            finding,
            locations=(*finding.locations, *(Location(span, "deploys it like this") for span in places)),
        )


def _unpatched(fact: Fact, tree: _Tree) -> Fact:
    """A kustomization of the tree without its patches, which its objects show already."""
    if isinstance(fact, KustomizationDefined) and posixpath.dirname(fact.path) in tree.folders:
        return replace(fact, patches=())
    return fact
