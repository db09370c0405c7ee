"""kubernetes/env-from-missing: a variable from a key that its ConfigMap or Secret does not have."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import DOCS, TESTS, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.graph.cluster_facts import PodsDefined
from lintkit.graph.facts import EnvFrom

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

RULE = define(
    summary="a variable is taken from a key that does not exist",
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
            {"shop/k8s/pod.yaml": _POD.replace("  # <-- here", ""), "blog/config/shop.yaml": _CONFIG},
            note="a ConfigMap of the same name that is deployed elsewhere",
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


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report keys that none of the objects of that name has, where all of them are known in full."""
    cluster = project.cluster
    pods = {(each.path, f"{each.kind}/{each.name}"): each for each in cluster.facts(PodsDefined)}
    for reference in cluster.facts(EnvFrom):
        owner = pods.get((reference.path, reference.unit.rpartition("/")[0]))
        if not reference.key or reference.optional or reference.key_span is None or owner is None:
            continue
        found = [
            each
            for each in cluster.configs(reference.source, reference.ref)
            if cluster.same_namespace(each, owner)
        ]
        if (
            not found
            or cluster.is_open(reference.path)
            or any(not each.complete or each.files for each in found)
        ):
            continue
        # One of the same name far away belongs to another program.
        if not any(cluster.near(each.path, reference.path) for each in found):
            continue
        known = frozenset().union(*(cluster.keys(each) for each in found))
        if reference.key in known:
            continue
        word = "ConfigMap" if reference.source == "configmap" else "Secret"
        # An empty Secret is one that somebody fills in the cluster.
        if word == "Secret" and not known:
            continue
        yield rule.finding(
            reference.key_span,
            f"{word} `{reference.ref}` has no key `{reference.key}`, so the container does not start",
            subject=f"{reference.unit} {reference.variable}",
            related=(Location(found[0].span, f"the {word}"),),
        )
