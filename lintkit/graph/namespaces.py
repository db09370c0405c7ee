"""Namespaces that manifests put pods into, and what they lack."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.graph.cluster import Cluster
from lintkit.graph.cluster_facts import ObjectDefined, PodsDefined


def without(cluster: Cluster, kind: str) -> Iterator[tuple[str, PodsDefined]]:
    """The namespaces by name in which the repository has pods but no object of `kind`, with the first of those pods."""
    have = {cluster.namespace(each) for each in cluster.facts(ObjectDefined) if each.kind == kind}
    if "" in have:  # it may be meant for any of them
        return
    seen: set[str] = set()
    for pods in cluster.pods:
        namespace = cluster.namespace(pods)
        if namespace and namespace not in have | seen and pods.images and not cluster.is_open(pods.path):
            seen.add(namespace)
            yield namespace, pods
