"""kubernetes/egress-dns-only: pods that may resolve names and reach nothing outside of the cluster."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from lintkit.api import DOCS, TESTS, Finding, Location, Project, RuleContext, Span, bad, define, good
from lintkit.api.facts import EnvFrom
from lintkit.api.kubernetes import (
    Cluster,
    EgressRule,
    ObjectDefined,
    PodsDefined,
    PolicyDefined,
    is_external_endpoint,
)

_PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat, namespace: shop}
spec:
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec:
      containers:
        - name: api
          image: chat:1
          env:
            - name: OPENAI_API_KEY
              valueFrom: {secretKeyRef: {name: chat, key: openai}}
"""
_DNS = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  egress:  # <-- here
    - ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
"""
_HTTPS = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: https, namespace: shop}
spec:
  podSelector: {matchLabels: {app: chat}}
  policyTypes: [Egress]
  egress:
    - to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]
      ports: [{protocol: TCP, port: 443}]
"""
_DATABASE = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: database, namespace: shop}
spec:
  podSelector: {matchLabels: {app: chat}}
  policyTypes: [Egress]
  egress:
    - to: [{podSelector: {matchLabels: {app: db}}}]
      ports: [{protocol: TCP, port: 5432}]
"""

RULE = define(
    summary="pods may resolve names but not call anything outside",
    why="""
The pods are isolated for egress, and all that their policies allow is DNS and the cluster itself. Every call to an
external API resolves its name and then hangs until it times out, which looks like an outage on the other side.

It is a note where no variable of the pods speaks of an API outside: they may be meant to stay inside.
""",
    remedy="""
Add an egress rule for TCP 443 to `0.0.0.0/0` without the private ranges, for the pods that call external APIs.
""",
    severity="warning",
    confidence="medium",
    scope="project",
    kinds=("kubernetes",),
    tags=("network", "reliability", "correctness"),
    packs=("recommended", "production"),
    paths_ignore=(*TESTS, *DOCS),
    examples=(
        bad({"shop.yaml": _PODS, "network/default.yaml": _DNS}),
        bad(
            {"shop.yaml": _PODS, "default.yaml": _DNS, "db.yaml": _DATABASE},
            note="the database is in the cluster",
        ),
        bad(
            {
                "shop.yaml": _PODS.partition("          env:")[0]
                + "          envFrom: [{configMapRef: {name: chat}}]\n"
                + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: chat, namespace: shop}\n"
                + "data: {OIDC_ISSUER: 'https://login.example.com/'}\n",
                "default.yaml": _DNS,
                "db.yaml": _DATABASE,
            },
            note="who it signs in with stands in a ConfigMap",
        ),
        good(
            {"shop.yaml": _PODS, "default.yaml": _DNS.replace("  # <-- here", ""), "https.yaml": _HTTPS},
            note="another policy of the namespace allows TCP 443",
        ),
        good(
            {
                "shop.yaml": _PODS,
                "default.yaml": _DNS.replace("  # <-- here", "").replace("UDP, port: 53", "TCP, port: 443"),
            },
        ),
        good(
            {
                "shop/k8s/pods.yaml": _PODS.replace(", namespace: shop", ""),
                "blog/network/default.yaml": _DNS.replace("  # <-- here", "").replace(
                    ", namespace: shop", ""
                ),
            },
            note="the policy of another program",
        ),
        good(
            {
                "db.yaml": _PODS.replace("chat:1", "postgres:16").replace(
                    "OPENAI_API_KEY", "POSTGRES_PASSWORD"
                ),
                "default.yaml": _DNS.replace("  # <-- here", ""),
            },
            note="a datastore calls nobody",
        ),
        good(
            {
                "shop.yaml": _PODS,
                "default.yaml": _DNS.replace("  # <-- here", ""),
                "cilium.yaml": "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: a}\n",
            },
            note="policies of other engines are not followed",
        ),
    ),
)

_DATASTORE = re.compile(
    r"(?:^|/)(?:[\w.-]*(?:postgres|mysql|mariadb|redis|valkey|mongo|memcached|rabbitmq|kafka|zookeeper|etcd|neo4j"
    r"|elasticsearch|opensearch|cassandra|minio|nats|qdrant|weaviate|milvus)[\w.-]*)(?:[:@]|$)"
)
_OTHER_ENGINES = frozenset(
    (
        "CiliumNetworkPolicy",
        "CiliumClusterwideNetworkPolicy",
        "GlobalNetworkPolicy",
        "AdminNetworkPolicy",
        "EgressFirewall",
    )
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each policy that allows DNS once, with the pods that it and all others leave without a way out."""
    cluster = project.cluster
    if any(each.kind in _OTHER_ENGINES for each in cluster.facts(ObjectDefined)):
        return
    cut_off: dict[PolicyDefined, list[tuple[PodsDefined, Span | None]]] = {}
    signs = _Signs(cluster)
    for pods in cluster.pods:
        if pods.host_network or not pods.images or all(_DATASTORE.search(image) for image in pods.images):
            continue
        policies = [each for each in cluster.policies(pods) if each.egress]
        own = [each for each in policies if cluster.together(each, pods)]
        rules = [each for policy in policies for each in policy.egress_rules]
        dns = [policy for policy in own if any(_is_dns(each) for each in policy.egress_rules)]
        if not dns or any(each.everywhere and each.allows("TCP", 443) for each in rules):
            continue
        if any(cluster.is_open(policy.path) for policy in policies):
            continue
        cut_off.setdefault(dns[0], []).append((pods, signs.of(pods)))
    for policy, found in cut_off.items():
        # Pods may well be meant to stay inside, unless their variables say otherwise.
        calling = [each for each in found if each[1] is not None]
        left = [pods for pods, _ in calling or found]
        first = left[0]
        others = f" and {len(left) - 1} more" if len(left) > 1 else ""
        related = [Location(pods.span, f"{pods.kind} `{pods.name}` is selected") for pods in left[:5]]
        related += [Location(sign, "calls an external API") for _, sign in calling[:5] if sign is not None]
        yield rule.finding(
            policy.egress_span or policy.span,
            f"{first.kind} `{first.name}`{others} may ask DNS but not reach TCP 443 outside of the cluster",
            subject=f"NetworkPolicy {policy.name}",
            related=related,
            severity=None if calling else "note",
            confidence=None if calling else "low",
        )


class _Signs:
    """Where variables of pods speak of an API outside of the cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._taken: defaultdict[tuple[str, str], list[EnvFrom]] = defaultdict(list)
        for each in cluster.facts(EnvFrom):
            self._taken[each.path, each.unit.rpartition("/")[0]].append(each)

    def of(self, pods: PodsDefined) -> Span | None:
        """The first place that says so: in their own variables, or in a ConfigMap or Secret that they take."""
        if pods.reaches_out is not None:
            return pods.reaches_out
        for taken in self._taken.get((pods.path, f"{pods.kind}/{pods.name}"), ()):
            for config in self._cluster.configs(taken.source, taken.ref):
                if not self._cluster.same_namespace(config, pods):
                    continue
                for given in self._cluster.given(config):
                    name = given.name
                    if taken.key:
                        if name != taken.key:
                            continue
                        name = taken.variable
                    if is_external_endpoint(name, given.value.text or ""):
                        return given.key_span or given.span
        return None


def _is_dns(rule: EgressRule) -> bool:
    return bool(rule.ports) and all(first == last and first in (53, 5353) for _, first, last in rule.ports)
