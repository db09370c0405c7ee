"""Rules about how objects refer to each other, asked of what a kustomization deploys.

A base is not deployed by itself, and two kustomizations are not deployed into one place: a Service of a base finds the
pods as an overlay labels them, a budget holds for the replicas that an overlay sets. So these rules see the project
with the objects of one view in place of the files that it is made of.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from lintkit.budget import LeftOutError
from lintkit.facts import Fact
from lintkit.formats.plain import at
from lintkit.kinds.extract import extract_document
from lintkit.kinds.kubernetes.cluster import build_cluster
from lintkit.kinds.kubernetes.cluster_facts import KustomizationDefined
from lintkit.kinds.kubernetes.kustomize import Kustomizations
from lintkit.kinds.kubernetes.kustomize_places import says
from lintkit.model import Finding, Location
from lintkit.rule.definition import Project, Rule, RuleContext
from lintkit.run.guard import Guard
from lintkit.views.changes import at_change, end_of
from lintkit.views.settle import Answer, Key, key
from lintkit.views.view import Tree, View, sharing_of, view_of

_MOST_FACTS = 2_000_000
"""How many facts are looked at for all views together; the ones beyond that are not asked."""


@dataclass(slots=True)
class ProjectRules:
    """Rules about Kubernetes objects as they run on views.

    trees    folder of a kustomization -> what it is made of
    project  what they saw of the whole repository
    known    path -> what they said of it
    rules    they themselves, by their ids
    guard    takes what one of them raises
    """

    kustomizations: Kustomizations
    trees: Mapping[str, Tree]
    project: Project
    known: Mapping[str, Set[Key]]
    rules: Mapping[str, tuple[Rule, RuleContext]]
    guard: Guard
    _left: int = _MOST_FACTS
    _sharing: Callable[[str], list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._sharing = sharing_of(self.trees)

    def gives(self, finding: Finding) -> bool:
        """Whether a finding is one of theirs."""
        return finding.rule in self.rules

    def ask(self, view: View) -> Answer:
        """What they say of a view: all of them where it changes something, else those that said something of its files.

        Raises LeftOutError where the views and facts of the repository are too many.
        """
        paths = view.tree.files & self.known.keys()
        rules = (
            self.rules.keys() if view.changes else {rule for path in paths for rule, _ in self.known[path]}
        )
        if not view.objects or not rules:
            return Answer(dict.fromkeys(paths))
        self._left -= sum(map(len, self.project.by_type.values()))
        if self._left <= 0:
            raise LeftOutError(
                "what objects say of each other was not asked of what this kustomization deploys: "
                "the repository has too many kustomizations and objects for that"
            )
        found = self._findings(view, rules)
        said: set[Key] = set()
        for rule, each in found.items():
            said.update({(rule, "")} if each is None else map(key, each))
        return Answer(dict.fromkeys(paths, said), tuple(self._made(view, found)))

    def _findings(self, view: View, rules: Set[str]) -> dict[str, Sequence[Finding] | None]:
        """What rules say of a view, by their ids; None where one fails, which is told."""
        project = self._deployed(view)

        def found(rule: Rule, context: RuleContext) -> Sequence[Finding] | None:
            return self.guard.run(rule.id, view.file, lambda: tuple(rule.check(project, context)), None)

        return {name: found(*rule) for name, rule in self.rules.items() if name in rules}

    def _made(self, view: View, found: Mapping[str, Sequence[Finding] | None]) -> Iterator[Finding]:
        """What changes make wrong: what is said neither of the repository nor of the view without its changes."""
        if not any(built.steps for built in view.objects):
            return
        known = set[Key]().union(*self.known.values())
        fresh = [finding for said in found.values() for finding in said or () if key(finding) not in known]
        if not fresh:
            return
        before = view_of(self.kustomizations, view.root, view.tree, changes=False)
        unchanged = self._findings(before, {finding.rule for finding in fresh})
        for finding in fresh:
            if key(finding) not in map(key, unchanged[finding.rule] or ()):
                placed = self._placed(finding, view)
                if placed is not None:
                    yield placed

    def _placed(self, finding: Finding, view: View) -> Finding | None:
        """The finding at the change that says most of one of its ends; None where none is changed."""
        ends = [end_of(finding, location, view.objects) for location in finding.locations]
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

    def _deployed(self, view: View) -> Project:
        """The project with the objects of one view as it deploys them."""
        tree, instead = view.tree, [self.trees[root] for root in self._sharing(view.root)]
        others = frozenset[str]().union(*(each.folders for each in instead)) - tree.folders
        replaced = tree.files.union(*(each.files for each in instead))
        replaced |= {self.kustomizations.files[folder] for folder in others}
        by_type: defaultdict[type[Any], list[Fact]] = defaultdict(list)
        for kind, facts in self.project.by_type.items():
            by_type[kind] = [_unpatched(fact, tree) for fact in facts if fact.path not in replaced]
        for document in view.referring():
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
