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
from functools import partial
from typing import Any

from lintkit.budget import LeftOutError
from lintkit.facts import Fact
from lintkit.kinds.extract import extract_document
from lintkit.kinds.kubernetes.cluster import build_cluster
from lintkit.kinds.kubernetes.cluster_facts import KustomizationDefined
from lintkit.kinds.kubernetes.kustomize import BuiltObject, Kustomizations
from lintkit.kinds.kubernetes.kustomize_places import says
from lintkit.kinds.kubernetes.objects import at
from lintkit.model import Document, Finding, Location
from lintkit.rule.definition import Project, Rule, RuleContext
from lintkit.run.guard import Guard
from lintkit.views.rendered import KUSTOMIZE, Tree, rendered_files, sharing_of, tree_of, without_definitions
from lintkit.views.settle import Said, Told, at_change, end_of, judged

_MOST_FACTS = 2_000_000
"""How many facts are looked at for all kustomizations together; the ones beyond that are not asked."""

_LEFT_OUT = LeftOutError(
    "what objects say of each other was not asked again of what this kustomization deploys: "
    "the repository has too many kustomizations and objects for that"
)


@dataclass(frozen=True, slots=True)
class Relations:
    """The rules about relations, the project that they saw, and the kustomizations of its repository."""

    kustomizations: Kustomizations
    project: Project
    rules: Sequence[tuple[Rule, RuleContext]]
    guard: Guard

    def settle(self, findings: Sequence[Finding]) -> list[Finding]:
        """`findings` without those that no kustomization that deploys their file shows."""
        asked = [(rule, context) for rule, context in self.rules if rule.meta.kinds == ("kubernetes",)]
        ids = {rule.id for rule, _ in asked}
        paths = {finding.path for finding in findings if finding.rule in ids}
        if not paths:
            return list(findings)
        roots = self.kustomizations.roots()
        trees = {root: tree_of(self.kustomizations, root) for root in roots}
        sharing = sharing_of(trees)
        size = sum(map(len, self.project.by_type.values()))
        by_path: defaultdict[str, set[str]] = defaultdict(set)
        for finding in findings:
            by_path[finding.path].add(finding.rule)
        said: dict[str, Said | None] = {}
        left = _MOST_FACTS
        for root, tree in trees.items():
            here = paths & tree.files
            left -= size if here else 0
            if here and left <= 0:
                said[root] = None
                self.guard.left_out(self.kustomizations.files[root], _LEFT_OUT)
            elif here:
                rules = {rule for path in here for rule in by_path[path]}
                instead = [trees[name] for name in sharing(root)]
                again = [each for each in asked if each[0].id in rules]
                ask = partial(self._ask, root, tree, instead, again)
                said[root] = self.guard.run(KUSTOMIZE, self.kustomizations.files[root], ask, None)
        told = {
            path: {root: found for root, found in said.items() if path in trees[root].files} for path in paths
        }
        files = self.kustomizations.files
        settled = (
            judged(finding, told[finding.path], files, "deploys it like this")
            if finding.rule in ids
            else finding
            for finding in findings
        )
        return [finding for finding in settled if finding is not None]

    def defects(self, findings: Sequence[Finding]) -> list[Finding]:
        """What the patches and replicas of kustomizations make wrong, besides `findings`, each once at the change."""
        asked = [(rule, context) for rule, context in self.rules if rule.meta.kinds == ("kubernetes",)]
        roots = self.kustomizations.roots() if asked else []
        trees = {root: tree_of(self.kustomizations, root) for root in roots}
        sharing = sharing_of(trees)
        size = sum(map(len, self.project.by_type.values()))
        left = _MOST_FACTS
        found: list[Finding] = []
        told = Told(findings)
        for root, tree in trees.items():
            if not self.kustomizations.changes(root):
                continue
            left -= size
            if left <= 0:
                self.guard.left_out(self.kustomizations.files[root], _LEFT_OUT)
                continue
            instead = [trees[name] for name in sharing(root)]
            ask = partial(self._new_defects, root, tree, instead, asked, findings)
            again = self.guard.gather(KUSTOMIZE, self.kustomizations.files[root], ask)
            found.extend(finding for finding in again if told.add(finding))
        return found

    def _new_defects(
        self,
        root: str,
        tree: Tree,
        instead: Sequence[Tree],
        asked: Sequence[tuple[Rule, RuleContext]],
        findings: Sequence[Finding],
    ) -> list[Finding]:
        """What the rules say of the objects and neither of the repository nor of the objects without the changes."""
        objects = without_definitions(self.kustomizations.build(root, "steps"))
        if not any(each.steps for each in objects):
            return []
        known = {(finding.rule, finding.subject) for finding in findings}
        after = rendered_files(objects)
        said = self._say(root, tree, instead, after, asked)
        fresh = [each for each in said if (each.rule, each.subject) not in known]
        if not fresh:
            return []
        rules = {each.rule for each in fresh}
        before = without_definitions(self.kustomizations.build(root, "unchanged"))
        again = [each for each in asked if each[0].id in rules]
        without = self._say(root, tree, instead, rendered_files(before), again)
        unchanged = {(each.rule, each.subject) for each in without}
        placed = (
            self._placed(finding, objects)
            for finding in fresh
            if (finding.rule, finding.subject) not in unchanged
        )
        return [each for each in placed if each is not None]

    def _say(
        self,
        root: str,
        tree: Tree,
        instead: Sequence[Tree],
        files: Mapping[str, tuple[Document, ...]],
        asked: Sequence[tuple[Rule, RuleContext]],
    ) -> list[Finding]:
        project = self._deployment(tree, instead, [each for found in files.values() for each in found])
        return [each for rule, context in asked for each in self._check(root, rule, context, project) or ()]

    def _placed(self, finding: Finding, objects: Sequence[BuiltObject]) -> Finding | None:
        """The finding at the change that says most of one of its ends; None where none is changed."""
        ends = [end_of(finding, location, objects) for location in finding.locations]
        choices = [
            ((says(step, route), step.change.route[0] != "images"), step, route, built)
            for built, route in (end for end in ends if end is not None)
            for step in built.steps
        ]
        if not choices:
            return None
        _, step, route, built = max(choices, key=lambda each: each[0])
        told = at_change(self.kustomizations, finding, step, route, built)
        others: list[Location] = []
        for location, end in zip(finding.locations, ends, strict=True):
            if end is None:
                others.append(location)
            elif end[0] is not built:
                base = self.kustomizations.read(end[0].path)[end[0].index]
                name = f"{at(end[0].data, 'kind')} {at(end[0].data, 'metadata', 'name')}"
                others.append(Location(base.span(end[1]), location.label or name))
        return replace(told, locations=(*told.locations, *others))

    def _ask(
        self, root: str, tree: Tree, instead: Sequence[Tree], asked: Sequence[tuple[Rule, RuleContext]]
    ) -> Said | None:
        deployed = self.kustomizations.build(root)
        if not deployed:
            return None
        files = rendered_files(without_definitions(deployed))
        documents = [each for found in files.values() for each in found]
        project = self._deployment(tree, instead, documents)
        said: set[tuple[str, str]] = set()
        for rule, context in asked:
            found = self._check(root, rule, context, project)
            said.update({(rule.id, "")} if found is None else {(each.rule, each.subject) for each in found})
        return frozenset(said)

    def _check(self, root: str, rule: Rule, context: RuleContext, project: Project) -> list[Finding] | None:
        """What a rule says of one deployment; None where it fails."""
        file = self.kustomizations.files[root]
        return self.guard.run(rule.id, file, lambda: list(rule.check(project, context)), None)

    def _deployment(self, tree: Tree, instead: Sequence[Tree], documents: Sequence[Document]) -> Project:
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


def _unpatched(fact: Fact, tree: Tree) -> Fact:
    """A kustomization of the tree without its patches, which its objects show already."""
    if isinstance(fact, KustomizationDefined) and posixpath.dirname(fact.path) in tree.folders:
        return replace(fact, patches=())
    return fact
