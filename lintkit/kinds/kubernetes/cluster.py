"""How the objects of manifests refer to each other across files: who selects whom, and what is deployed together.

What a repository does not show may exist all the same, so an answer is "not there" only where the place is known to be
complete: nothing anywhere in the repository matches, and the files beside it hold objects of the kind that is missed.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from lintkit.budget import Budget
from lintkit.facts import ConfigObject, Fact, VariableProvided
from lintkit.kinds.kubernetes.cluster_facts import (
    BudgetDefined,
    KustomizationDefined,
    ObjectDefined,
    PodsDefined,
    PolicyDefined,
    Selector,
    ServiceDefined,
)
from lintkit.kinds.kubernetes.kind import KUSTOMIZATION_FILES
from lintkit.kinds.kubernetes.objects import PATCH_NAME

F = TypeVar("F", bound=Fact)

_MOST_COMPARISONS = 2_000_000
"""How often selectors may be compared with pods, and names with one another, in one repository."""

_COMPARING = "comparing the objects of so many manifests"
_MOST_NEAREST = 200

_ELECTED = frozenset({"active", "leader", "master", "primary", "replica", "secondary", "standby"})
"""What a program writes on the pods that were elected, under a label that no manifest has."""
_ADDED_BY_CONTROLLERS = frozenset(
    {
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "job-name",
        "batch.kubernetes.io/job-name",
        "batch.kubernetes.io/job-completion-index",
        "controller-uid",
        "batch.kubernetes.io/controller-uid",
        "pod-template-hash",
        "rollouts-pod-template-hash",
        "controller-revision-hash",
    }
)
_DEPLOYERS = frozenset({"helm.toolkit.fluxcd.io", "helm.cattle.io", "kustomize.toolkit.fluxcd.io"})
"""API groups whose objects deploy charts and folders of elsewhere; so do the applications of Argo CD."""

_ABOUT_OTHERS = frozenset(
    (
        *(
            "app",
            "application",
            "backup",
            "certificate",
            "class",
            "cluster",
            "config",
            "database",
            "deployment",
        ),
        *("issuer", "manager", "monitor", "monitoring", "object", "operator", "policy", "probe", "resource"),
        *("role", "rule", "rules", "secret", "server", "service", "store", "user"),
    )
)
"""Words in the kinds and groups of custom resources that say nothing of what their operator runs."""
_CAMEL = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_TEMPLATE = re.compile(
    r"(?i)template|\.(?:j2|tmpl|tpl|gotmpl|jsonnet|libsonnet|erb|cue|ytt\.ya?ml|ya?ml\.in)$"
)
_EVERYBODYS = ("kubernetes.io", "k8s.io")
_WORKLOAD_FILE = re.compile(
    r"(?i)(?:daemon-?set|deploy|\bpods?\b|rollout|stateful-?set|workload)[^/]*\.ya?ml$"
)
"""What files are called that hold pods; one of which nothing is known is a template that is no YAML."""


@dataclass(frozen=True, slots=True)
class Group:
    """Files that are deployed together: what a kustomization reaches, or else a folder.

    name    the kustomization's folder, or the folder
    opaque  it also holds what is not followed: a Helm chart, a remote base, a generator
    """

    name: str
    files: frozenset[str]
    opaque: bool


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What stands beside a file.

    deploys  an object deploys what other places hold
    words    what the custom resources are called
    pods     the first of the pods
    """

    deploys: bool
    words: frozenset[str]
    pods: tuple[PodsDefined, ...]


class Cluster:
    """The objects of all manifests of a repository, by what is asked of them.

    What compares selectors or names raises RuleLimitError where a repository holds too many that are alike.
    """

    def __init__(self, facts: Mapping[type[Any], tuple[Any, ...]], paths: frozenset[str]) -> None:
        self._facts = facts
        self._charts = tuple(
            sorted(path[: -len("Chart.yaml")] for path in paths if posixpath.basename(path) == "Chart.yaml")
        )
        self._kustomizations: dict[str, KustomizationDefined] = {
            posixpath.dirname(each.path): each
            for each in self.facts(KustomizationDefined)
            if posixpath.basename(each.path) in KUSTOMIZATION_FILES
        }
        self._paths = paths
        self._groups_of: dict[str, list[Group]] = defaultdict(list)
        self._placed: dict[str, str] = {}
        self._find_groups()
        self._patches = {
            posixpath.normpath(posixpath.join(folder, entry))
            for folder, each in self._kustomizations.items()
            for entry in each.patches
        }
        self.pods = tuple(each for each in self.facts(PodsDefined) if not self._is_patch(each))
        self._added_labels: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for each in self.facts(PodsDefined):
            if self._is_patch(each):
                self._added_labels[each.kind, each.name].update(each.labels)
        self._by_label: dict[tuple[str, str], list[PodsDefined]] = defaultdict(list)
        for pods in self.pods:
            for label in self.labels(pods).items():
                self._by_label[label].append(pods)
        self._label_keys = {key for key, _ in self._by_label}
        self._scaled = _grouped(self.facts(PodsDefined), lambda each: (each.kind, each.name))
        self._by_place: dict[type[Any], dict[str, list[Any]]] = {}
        self._surroundings: dict[tuple[str, ...], _Surroundings] = {}
        self._comparisons = Budget(_MOST_COMPARISONS)
        self._objects = _grouped(self.facts(ObjectDefined), lambda each: (each.kind, each.name))
        self._templated = {
            posixpath.dirname(path) for path in paths if _TEMPLATE.search(posixpath.basename(path))
        }
        read = {each.path for each in self.facts(ObjectDefined)} | {
            each.path for each in self.facts(PodsDefined)
        }
        self._templated |= {
            posixpath.dirname(path)
            for path in paths
            if path not in read and _WORKLOAD_FILE.search(posixpath.basename(path))
        }
        self._makers: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
        for maker in self.facts(ObjectDefined):
            for label in maker.made_labels:
                self._makers[label].append(dict(maker.made_labels))
        self._services = _grouped(self.facts(ServiceDefined), lambda each: each.name)
        self._selecting_services = _grouped(
            (each for each in self.facts(ServiceDefined) if each.selector is not None),
            lambda each: next(iter(each.selector.labels if each.selector else ()), None),
        )
        self._configs = _grouped(self.facts(ConfigObject), lambda each: (each.source, each.name))
        self._config_keys = _grouped(self.facts(VariableProvided), lambda each: (each.path, each.unit))
        self._policies = _grouped(
            self.facts(PolicyDefined), lambda each: next(iter(each.selector.labels), None)
        )
        self._budgets = _grouped(
            self.facts(BudgetDefined), lambda each: next(iter(each.selector.labels), None)
        )

    def _is_patch(self, pods: PodsDefined) -> bool:
        """Whether it changes other pods: by what it lacks, or as a kustomization or its name calls the file."""
        return pods.patch or pods.path in self._patches or PATCH_NAME.search(pods.path) is not None

    def facts(self, kind: type[F]) -> tuple[F, ...]:
        """All facts of one type, wherever they stand."""
        return self._facts.get(kind, ())

    # --- where things stand -----------------------------------------------------------------------------------------

    def _find_groups(self) -> None:
        used: set[str] = set()
        reached: dict[str, tuple[set[str], bool]] = {}
        for folder in sorted(self._kustomizations):
            files: set[str] = set()
            opaque = self._reach(folder, files, used, {folder})
            reached[folder] = files, opaque
        for folder, (files, opaque) in reached.items():
            if folder in used:
                continue
            group = Group(folder, frozenset(files), opaque)
            namespace = self._kustomizations[folder].namespace
            for file in files:
                self._groups_of[file].append(group)
                if namespace or file in self._placed:
                    # Two overlays with namespaces of their own: the object is in both, so in none that is known.
                    self._placed[file] = namespace if self._placed.get(file, namespace) == namespace else ""

    def _reach(self, folder: str, files: set[str], used: set[str], seen: set[str]) -> bool:
        kustomization = self._kustomizations[folder]
        files.add(kustomization.path)
        opaque = kustomization.opaque
        for entry in (*kustomization.resources, *kustomization.patches):
            path = posixpath.normpath(posixpath.join(folder, entry))
            if path in self._kustomizations:
                used.add(path)
                if path not in seen and len(seen) < 1_000:
                    seen.add(path)
                    opaque = self._reach(path, files, used, seen) or opaque
            elif path in self._paths:
                files.add(path)
            elif entry in kustomization.resources:
                opaque = True
        return opaque

    def groups(self, path: str) -> list[Group]:
        """The kustomizations that deploy a file; empty for a file that none names."""
        return self._groups_of.get(path, [])

    def in_chart(self, path: str) -> bool:
        """Whether a file belongs to a Helm chart, most of whose objects are templates that are not read."""
        return any(path.startswith(chart) for chart in self._charts)

    def is_open(self, path: str) -> bool:
        """Whether what is deployed with a file cannot all be known."""
        return self.in_chart(path) or any(group.opaque for group in self.groups(path))

    def namespace(self, fact: Any) -> str:
        """The namespace of an object, also where a kustomization says it; empty where nothing does."""
        placed = self._placed.get(fact.path)
        return str(fact.namespace) if placed is None else placed

    def same_namespace(self, one: Any, other: Any) -> bool:
        """Whether two objects may be in one namespace; one that names none is applied into any."""
        first, second = self.namespace(one), self.namespace(other)
        if one.path == other.path and one.path not in self._placed:
            return (first or "default") == (second or "default")
        return not first or not second or first == second

    def beside(self, path: str, kind: type[F]) -> Iterator[F]:
        """The facts of one type that are deployed with a file: its kustomizations', else its folder's."""
        if kind not in self._by_place:
            by_place: dict[str, list[Any]] = defaultdict(list)
            for fact in self.facts(kind):
                by_place[fact.path].append(fact)
                by_place[posixpath.dirname(fact.path) + "/"].append(fact)
            self._by_place[kind] = by_place
        found = self._by_place[kind]
        files = {file for group in self.groups(path) for file in group.files}
        for place in sorted(files) or [posixpath.dirname(path) + "/"]:
            yield from found.get(place, ())

    def near(self, one: str, other: str) -> bool:
        """Whether two files are deployed together as far as one can see: also from two folders side by side."""
        if self.groups(one) or self.groups(other):
            return self.deployed_together(one, other)
        above = posixpath.dirname(posixpath.dirname(one))
        return self.deployed_together(one, other) or above == posixpath.dirname(posixpath.dirname(other))

    def together(self, one: Any, other: Any) -> bool:
        """Whether two objects are of one deployment: in one namespace by name, else near each other."""
        first, second = self.namespace(one), self.namespace(other)
        return first == second if first and second else self.near(one.path, other.path)

    def deployed_together(self, one: str, other: str) -> bool:
        """Whether two files are deployed together: by one kustomization, or from one folder or one below it."""
        first, second = self.groups(one), self.groups(other)
        if not first and not second:
            here, there = posixpath.dirname(one) + "/", posixpath.dirname(other) + "/"
            return here.startswith(there) or there.startswith(here)
        return any(group in second for group in first)

    # --- pods and their labels --------------------------------------------------------------------------------------

    def labels(self, pods: PodsDefined) -> dict[str, str]:
        """The labels of the pods, those that patches add included."""
        return {**self._added_labels.get((pods.kind, pods.name), {}), **dict(pods.labels)}

    def selected(self, selector: Selector, owner: Any) -> Iterator[PodsDefined]:
        """The pods that a selector of `owner` finds in its namespace, anywhere in the repository."""
        asked = Selector(
            tuple(
                (key, value)
                for key, value in selector.labels
                if key not in _ADDED_BY_CONTROLLERS and (value not in _ELECTED or key in self._label_keys)
            ),
            tuple(each for each in selector.expressions if each.key not in _ADDED_BY_CONTROLLERS),
        )
        candidates: Sequence[PodsDefined] = self.pods
        if asked.labels:
            candidates = min((self._by_label.get(label, []) for label in asked.labels), key=len)
        for pods in candidates:
            self._comparisons.spend(1, _COMPARING)
            if asked.matches(self.labels(pods)) and self.same_namespace(owner, pods):
                yield pods

    def made_elsewhere(self, selector: Selector) -> bool:
        """Whether a selector asks for pods of an operator, which no manifest shows: by its label, or a resource's."""
        makers = min((self._makers.get(label, []) for label in selector.labels), key=len, default=[])
        for labels in makers:
            self._comparisons.spend(1, _COMPARING)
            if selector.matches(labels):
                return True
        for key in (*(key for key, _ in selector.labels), *(each.key for each in selector.expressions)):
            domain, slash, _ = key.partition("/")
            if slash and key not in self._label_keys and not domain.endswith(_EVERYBODYS):
                return True
        return False

    def knows_labels(self, selector: Selector) -> bool:
        """Whether every label that a selector asks for is one that pods of the repository have, with some value."""
        asked = (*(key for key, _ in selector.labels), *(each.key for each in selector.expressions))
        return all(key in self._label_keys for key in asked)

    def finds_nothing(self, selector: Selector, owner: Any) -> bool:
        """Whether a selector of `owner` finds no pods, and the pods that it should find would be known."""
        if selector.selects_all or self.is_open(owner.path) or self.made_elsewhere(selector):
            return False
        if self._deploys_more(owner.path) or self._is_operated(selector, owner.path):
            return False
        if next(self.selected(selector, owner), None) is not None:
            return False
        return bool(self._beside(owner.path).pods) and not self._is_labelled_later(selector, owner)

    def _is_labelled_later(self, selector: Selector, owner: Any) -> bool:
        """Whether pods have all labels that manifests write, and the rest says how they are: `vault-active: "true"`."""
        left = {key: value for key, value in selector.labels if key not in self._label_keys}
        if not left or not all(value in ("true", "false") for value in left.values()):
            return False
        written = tuple(each for each in selector.labels if each[0] not in left)
        return bool(written) and any(self.selected(Selector(written, selector.expressions), owner))

    def _deploys_more(self, path: str) -> bool:
        """Whether a file stands beside templates, or beside objects that deploy what other places hold."""
        if posixpath.dirname(path) in self._templated:
            return True
        return self._beside(path).deploys

    def _beside(self, path: str) -> _Surroundings:
        """What stands beside a file, worked out once for all objects of one place."""
        place = tuple(group.name for group in self.groups(path)) or (posixpath.dirname(path) + "/",)
        if place not in self._surroundings:
            objects = list(self.beside(path, ObjectDefined))
            pods = (each for each in self.beside(path, PodsDefined) if not self._is_patch(each))
            self._surroundings[place] = _Surroundings(
                any(
                    each.group in _DEPLOYERS
                    or (each.group == "argoproj.io" and each.kind.startswith("Application"))
                    for each in objects
                ),
                frozenset[str]().union(*map(_words_of, objects)),
                tuple(islice(pods, _MOST_NEAREST)),
            )
        return self._surroundings[place]

    def _is_operated(self, selector: Selector, path: str) -> bool:
        """Whether a selector speaks of what a custom resource beside a file is: `app: ceph-mgr` of a CephCluster."""
        asked = {
            word
            for label in selector.labels
            for part in label
            for word in re.split(r"[^a-z0-9]+", part.lower())
        }
        return not asked.isdisjoint(self._beside(path).words)

    def nearest(self, selector: Selector, owner: Any) -> PodsDefined | None:
        """The pods beside `owner` that a selector with a slip of the pen may have meant."""
        wanted = dict(selector.labels)

        def common(pods: PodsDefined) -> int:
            labels = self.labels(pods)
            return sum(2 if labels[key] == value else 1 for key, value in wanted.items() if key in labels)

        beside = self._beside(owner.path).pods
        best = max(beside, key=common, default=None)
        return best if best is not None and (common(best) or len(beside) == 1) else None

    def scaled(self, kind: str, name: str) -> Sequence[PodsDefined]:
        """Everything of that kind and name, patches included."""
        return self._scaled.get((kind, name), ())

    # --- what selects pods ------------------------------------------------------------------------------------------

    def policies(self, pods: PodsDefined) -> list[PolicyDefined]:
        """The NetworkPolicies that select these pods."""
        return self._selecting(self._policies, pods)

    def budgets(self, pods: PodsDefined) -> list[BudgetDefined]:
        """The PodDisruptionBudgets that select these pods."""
        return self._selecting(self._budgets, pods)

    def selecting(self, pods: Sequence[PodsDefined]) -> list[ServiceDefined]:
        """The Services that select some of these pods."""
        self._comparisons.spend(len(pods), _COMPARING)
        found = (self._selecting(self._selecting_services, each) for each in pods)
        return list({id(each): each for services in found for each in services}.values())

    def _selecting(self, by_label: Mapping[Any, list[Any]], pods: PodsDefined) -> list[Any]:
        labels = self.labels(pods)
        candidates = [each for label in (None, *labels.items()) for each in by_label.get(label, ())]
        self._comparisons.spend(len(candidates), _COMPARING)
        return [
            each for each in candidates if each.selector.matches(labels) and self.same_namespace(each, pods)
        ]

    # --- what is named ----------------------------------------------------------------------------------------------

    def named(self, kind: str, name: str, owner: Any) -> ObjectDefined | None:
        """The object of that kind and name in the namespace of `owner`."""
        for each in self._objects.get((kind, name), ()):
            self._comparisons.spend(1, _COMPARING)
            if self.same_namespace(each, owner):
                return each
        return None

    def service(self, name: str, owner: Any) -> ServiceDefined | None:
        """The Service of that name in the namespace of `owner`, the one beside it if there are several."""
        called = self._services.get(name, ())
        self._comparisons.spend(len(called), _COMPARING)
        found = [each for each in called if self.same_namespace(each, owner)]
        return next((each for each in found if self.near(each.path, owner.path)), next(iter(found), None))

    def configs(self, source: str, name: str) -> Sequence[ConfigObject]:
        """The ConfigMaps (`configmap`) or Secrets (`secret`) of that name."""
        return self._configs.get((source, name), ())

    def is_config_of(self, config: ConfigObject, owner: Any) -> bool:
        """Whether `owner` takes this ConfigMap or Secret, and not one of the same name that stands nearer to it.

        Of several far away, which are variants of one deployment, nobody knows which one it is.
        """
        called = self.configs(config.source, config.name)
        self._comparisons.spend(len(called), _COMPARING)
        found = [each for each in called if self.same_namespace(each, owner)]
        beside = [each for each in found if self.deployed_together(each.path, owner.path)]
        return config in beside if beside else found == [config] and self.near(config.path, owner.path)

    def keys(self, config: ConfigObject) -> frozenset[str]:
        """The keys of a ConfigMap or Secret, as its file defines it."""
        return frozenset(each.name for each in self.given(config))

    def given(self, config: ConfigObject) -> Sequence[VariableProvided]:
        """What a ConfigMap or Secret holds, as its file defines it."""
        return self._config_keys.get((config.path, f"{config.source}/{config.name}"), ())


def _words_of(resource: ObjectDefined) -> frozenset[str]:
    """What a custom resource is, in the words of its kind and its group; empty for kinds of Kubernetes itself."""
    if not resource.custom:
        return frozenset()
    domain = resource.group.split(".")[:-1]
    words = {*(word.lower() for word in _CAMEL.findall(resource.kind)), resource.kind.lower(), *domain}
    return frozenset(word for word in words if len(word) >= 4) - _ABOUT_OTHERS


def _grouped(facts: Iterable[F], key: Callable[[F], Any]) -> dict[Any, list[F]]:
    found: dict[Any, list[F]] = defaultdict(list)
    for fact in facts:
        found[key(fact)].append(fact)
    return dict(found)


def build_cluster(facts: Mapping[type[Any], tuple[Any, ...]], paths: frozenset[str]) -> Cluster:
    """The cluster that the facts of a repository describe."""
    return Cluster(facts, paths)
