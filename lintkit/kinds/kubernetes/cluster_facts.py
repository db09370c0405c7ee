"""What manifests say of the objects of a cluster that refer to each other: by label, by name, by namespace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lintkit.facts import Count, Fact
from lintkit.model import Span

Labels = tuple[tuple[str, str], ...]
Operator = Literal["In", "NotIn", "Exists", "DoesNotExist", "unknown"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One of `matchExpressions`; an operator that Kubernetes does not know is `unknown` and may match anything."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Whether something with `labels` satisfies it."""
        if self.operator == "In":
            return labels.get(self.key) in self.values
        if self.operator == "NotIn":
            return labels.get(self.key) not in self.values
        if self.operator == "Exists":
            return self.key in labels
        return self.operator == "unknown" or self.key not in labels


@dataclass(frozen=True, slots=True)
class Selector:
    """A label selector; without a requirement it selects everything."""

    labels: Labels = ()
    expressions: tuple[Requirement, ...] = ()

    @property
    def selects_all(self) -> bool:
        """Whether it asks for nothing."""
        return not self.labels and not self.expressions

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether it selects something with `labels`."""
        return all(labels.get(key) == value for key, value in self.labels) and all(
            each.holds(labels) for each in self.expressions
        )


@dataclass(frozen=True, slots=True)
class ObjectDefined(Fact):
    """An object of any kind; `span` is its name. `group` is that of its API (`apps`), empty for the core.

    automount       what a ServiceAccount says of its token
    namespace_span  where its namespace is written; None where none is
    made_labels     of a custom resource: labels that pods which its operator makes carry
    custom          it is a custom resource, whose operator may make pods that no manifest shows
    """

    kind: str
    name: str
    namespace: str = ""
    group: str = ""
    automount: bool | None = None
    namespace_span: Span | None = None
    made_labels: Labels = ()
    custom: bool = False


@dataclass(frozen=True, slots=True)
class PodsDefined(Fact):
    """An object that makes pods, or is one; `span` is its name.

    labels           of its pods; `selector` is the object's own
    ports            (name, number) of all containers
    service          `serviceName` of a StatefulSet
    service_account  as written; empty where none is
    patch            it changes another object of that kind and name
    images           of its containers
    reaches_out      where its variables speak of an API outside of the cluster
    containers       (name, ports) of those that run side by side
    injected         an admission webhook adds a container
    """

    kind: str
    name: str
    namespace: str
    labels: Labels
    selector: Selector | None
    spec_span: Span
    ports: tuple[tuple[str, int], ...] = ()
    replicas: Count | None = None
    service: str = ""
    service_span: Span | None = None
    service_account: str = ""
    account_span: Span | None = None
    automount: bool | None = None
    patch: bool = False
    images: tuple[str, ...] = ()
    reaches_out: Span | None = None
    host_network: bool = False
    namespace_span: Span | None = None
    containers: tuple[tuple[str, tuple[int, ...]], ...] = ()
    injected: bool = False


@dataclass(frozen=True, slots=True)
class KeyMounted(Fact):
    """A volume of a pod takes one key of a ConfigMap or Secret; `span` is the key.

    source  `configmap` or `secret`
    """

    owner: str
    namespace: str
    source: Literal["configmap", "secret"]
    ref: str
    key: str


@dataclass(frozen=True, slots=True)
class ServiceDefined(Fact):
    """A Service; `span` is its name. `selector` is None where its endpoints are made by hand or elsewhere.

    targets  the port of the pods for each of its ports, by name or number, and where it says so
    """

    name: str
    namespace: str
    selector: Selector | None
    selector_span: Span
    ports: tuple[tuple[str, int], ...] = ()
    headless: bool = False
    external: bool = False
    targets: tuple[tuple[str | int, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class BackendUsed(Fact):
    """An Ingress or a route sends requests to a Service; `span` is the Service's name there.

    port  the number or the name, as text; empty where none is given
    """

    owner: str
    service: str
    namespace: str
    port: str = ""
    port_span: Span | None = None


@dataclass(frozen=True, slots=True)
class EgressRule:
    """A rule of `egress`.

    everywhere  it names no peers, or an address range outside of the cluster
    ports       (protocol, first, last); empty for all ports
    """

    everywhere: bool
    ports: tuple[tuple[str, int, int], ...] = ()
    named_ports: bool = False

    def allows(self, protocol: str, port: int) -> bool:
        """Whether it lets packets to that port pass."""
        if not self.ports and not self.named_ports:
            return True
        return self.named_ports or any(
            each == protocol and first <= port <= last for each, first, last in self.ports
        )


@dataclass(frozen=True, slots=True)
class PolicyDefined(Fact):
    """A NetworkPolicy; `span` is its name.

    ingress, egress  it isolates the pods that it selects in this direction
    egress_span      where its egress rules are written
    peers            the pods that its rules name: (selector, where); namespaces are left out
    """

    name: str
    namespace: str
    selector: Selector
    selector_span: Span
    ingress: bool
    egress: bool
    egress_rules: tuple[EgressRule, ...] = ()
    egress_span: Span | None = None
    peers: tuple[tuple[Selector, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetDefined(Fact):
    """A PodDisruptionBudget; `span` is its name. The amounts are as written: `2`, `50%`; empty where none is."""

    name: str
    namespace: str
    selector: Selector
    selector_span: Span
    minimum: str = ""
    minimum_span: Span | None = None
    maximum: str = ""
    maximum_span: Span | None = None


@dataclass(frozen=True, slots=True)
class RoleDefined(Fact):
    """A Role or ClusterRole.

    everything  one of its rules allows every verb that changes every resource
    makes_pods  a program with it may start pods, which no manifest shows
    """

    kind: str
    name: str
    namespace: str
    everything: bool
    rules_span: Span
    makes_pods: bool = False


@dataclass(frozen=True, slots=True)
class BindingDefined(Fact):
    """A RoleBinding or ClusterRoleBinding; `span` is its name.

    role      (kind, name)
    subjects  (kind, namespace, name, where its name is written)
    """

    kind: str
    name: str
    namespace: str
    role: tuple[str, str]
    role_span: Span
    subjects: tuple[tuple[str, str, str, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class KustomizationDefined(Fact):
    """A kustomization; `span` is all of it.

    resources  files, folders and URLs, as written, components and bases included
    patches    files that hold patches
    namespace  the one that it puts everything into
    opaque     it makes objects that are not followed: Helm charts, generators, remote bases
    """

    resources: tuple[str, ...] = ()
    patches: tuple[str, ...] = ()
    namespace: str = ""
    opaque: bool = False
