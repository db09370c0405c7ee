"""Namespaces that manifests put pods and volumes into, and what they lack."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.kinds.kubernetes.cluster import Cluster
from lintkit.kinds.kubernetes.cluster_facts import ObjectDefined, PodsDefined
from lintkit.model import Span


def without(cluster: Cluster, kind: str) -> Iterator[tuple[str, Span]]:
    """The namespaces in which the repository has pods or volume claims but no object of `kind`.

    Each once, with the place of the first of those: its namespace, or its name where a kustomization says that.
    """
    have = {cluster.namespace(each) for each in cluster.facts(ObjectDefined) if each.kind == kind}
    if "" in have:  # it may be meant for any of them
        return
    placed: list[PodsDefined | ObjectDefined] = [each for each in cluster.pods if each.images]
    placed += [each for each in cluster.facts(ObjectDefined) if each.kind == "PersistentVolumeClaim"]
    for each in placed:
        namespace = cluster.namespace(each)
        if namespace and namespace not in have and not cluster.is_open(each.path):
            have.add(namespace)
            yield namespace, each.namespace_span or each.span
