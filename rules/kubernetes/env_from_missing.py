"""kubernetes/env-from-missing: a variable from a key that its ConfigMap or Secret does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import DOCS, TESTS, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.api.facts import ConfigObject, EnvFrom
from lintkit.api.kubernetes import Cluster, KeyMounted, PodsDefined

_CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata: {region: eu}\n"
_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      env:
        - name: REGION
          valueFrom:
            configMapKeyRef:
              name: shop
              key: regoin  # <-- here
"""

_WORDS = {"configmap": "ConfigMap", "secret": "Secret"}

RULE = define(
    summary="a variable or a volume takes a key that does not exist",
    why="""
The kubelet does not start the container (`CreateContainerConfigError`), so the rollout hangs until it times out.
The old pods go on, and the mistake shows when they are gone.
""",
    remedy="Correct the key, add it to the ConfigMap, or mark the reference `optional`.",
    severity="error",
    confidence="high",
    scope="project",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=("kube-linter:env-value-from",),
    packs=("recommended", "production"),
    paths_ignore=(*TESTS, *DOCS),
    examples=(
        bad(
            {
                "k8s/kustomization.yaml": (
                    "resources: [pod.yaml]\nconfigMapGenerator: [{name: shop, literals: [region=eu]}]\n"
                ),
                "k8s/pod.yaml": _POD,
            },
            note="a ConfigMap that a kustomization generates",
        ),
        bad({"pod.yaml": _POD, "config/shop.yaml": _CONFIG}, note="of another file"),
        bad(
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data: {shop.toml: "region = 1"}
---
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers: [{name: api, image: "shop:1"}]
  volumes:
    - name: settings
      configMap:
        name: shop
        items:
          - key: settings.toml  # <-- here
            path: settings.toml
    - name: more
      projected:
        sources:
          - configMap:
              name: shop
              items: [{key: shop.toml, path: a}]
          - configMap: {name: shop, optional: true, items: [{key: gone, path: b}]}
""",
            note="the file of a volume",
        ),
        good({"pod.yaml": _POD.replace("regoin  # <-- here", "region"), "config/shop.yaml": _CONFIG}),
        good(
            {
                "k8s/kustomization.yaml": (
                    "resources: [pod.yaml]\nconfigMapGenerator: [{name: shop, envs: [shop.env]}]\n"
                ),
                "k8s/pod.yaml": _POD.replace("  # <-- here", ""),
            },
            note="made from a file that is not in the repository",
        ),
        bad(
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data: {region: eu}
---
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      env:
        - name: REGION
          valueFrom:
            configMapKeyRef:
              name: shop
              key: regoin  # <-- here
""",
        ),
        good(
            {
                "pod.yaml": _POD.replace("  # <-- here", ""),
                "config.yaml": _CONFIG.replace("data: {region: eu}\n", ""),
            },
            note="an empty ConfigMap, which an operator fills",
        ),
        good(
            {"shop/k8s/pod.yaml": _POD.replace("  # <-- here", ""), "blog/config/shop.yaml": _CONFIG},
            note="a ConfigMap of the same name that is deployed elsewhere",
        ),
        good(
            {
                "k8s/small.yaml": _POD.replace("  # <-- here", "").replace(
                    "{name: shop}", "{name: shop, namespace: a}"
                )
                + "---\n"
                + _CONFIG.replace("region:", "regoin:"),
                "k8s/large.yaml": _CONFIG.replace("{name: shop}", "{name: shop, namespace: a}"),
            },
            note="each variant brings its own",
        ),
        good(
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data: {region: eu}
---
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      env:
        - name: REGION
          valueFrom: {configMapKeyRef: {name: shop, key: region}}
        - name: ZONE
          valueFrom: {configMapKeyRef: {name: shop, key: zone, optional: true}}
        - name: TOKEN
          valueFrom: {secretKeyRef: {name: made-elsewhere, key: token}}
""",
            note="also an optional one, and an object that is not in the file",
        ),
    ),
)

_FILLED_IN = frozenset((("configmap", "coredns", "NodeHosts"),))
"""What a controller of the cluster writes: k3s keeps the names of its nodes there."""


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report keys that none of the objects of that name has, where all of them are known in full."""
    cluster = project.cluster
    pods = {(each.path, f"{each.kind}/{each.name}"): each for each in cluster.facts(PodsDefined)}
    for reference in cluster.facts(EnvFrom):
        owner = pods.get((reference.path, reference.unit.rpartition("/")[0]))
        if not reference.key or reference.optional or reference.key_span is None or owner is None:
            continue
        config = _without_key(cluster, reference.source, reference.ref, reference.key, owner)
        if config is not None:
            yield rule.finding(
                reference.key_span,
                f"{_WORDS[config.source]} `{config.name}` has no key `{reference.key}`, so the container never starts",
                subject=f"{reference.unit} {reference.variable}",
                related=(Location(config.span, f"the {_WORDS[config.source]}"),),
            )
    for mounted in cluster.facts(KeyMounted):
        config = _without_key(cluster, mounted.source, mounted.ref, mounted.key, mounted)
        if config is not None:
            yield rule.finding(
                mounted.span,
                f"{_WORDS[config.source]} `{config.name}` has no key `{mounted.key}`, so the volume is never mounted",
                subject=f"{mounted.owner} {config.name} {mounted.key}",
                related=(Location(config.span, f"the {_WORDS[config.source]}"),),
            )


def _without_key(cluster: Cluster, source: str, name: str, key: str, owner: Any) -> ConfigObject | None:
    """The ConfigMap or Secret that `owner` means and that lacks the key; None where not all of it is known."""
    if (source, name, key) in _FILLED_IN:
        return None
    # The file of a variant brings its own, also where it forgets the namespace.
    own = [each for each in cluster.configs(source, name) if each.path == owner.path]
    if any(key in cluster.keys(each) for each in own):
        return None
    found = [each for each in cluster.configs(source, name) if cluster.same_namespace(each, owner)]
    if not found or cluster.is_open(owner.path) or any(not each.complete or each.files for each in found):
        return None
    # One of the same name far away belongs to another program.
    near = [each for each in found if cluster.near(each.path, owner.path)]
    known = frozenset().union(*(cluster.keys(each) for each in found))
    # An empty one is filled in the cluster, by somebody or by an operator.
    if not near or key in known or not known:
        return None
    return near[0]
