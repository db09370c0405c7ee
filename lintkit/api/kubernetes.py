"""Kubernetes objects, kustomizations and clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.kinds.kubernetes.apis import deprecated as deprecated
    from lintkit.kinds.kubernetes.apis import misfits as misfits
    from lintkit.kinds.kubernetes.apis import removed as removed
    from lintkit.kinds.kubernetes.cluster import Cluster as Cluster
    from lintkit.kinds.kubernetes.cluster_facts import BackendUsed as BackendUsed
    from lintkit.kinds.kubernetes.cluster_facts import BindingDefined as BindingDefined
    from lintkit.kinds.kubernetes.cluster_facts import BudgetDefined as BudgetDefined
    from lintkit.kinds.kubernetes.cluster_facts import EgressRule as EgressRule
    from lintkit.kinds.kubernetes.cluster_facts import KeyMounted as KeyMounted
    from lintkit.kinds.kubernetes.cluster_facts import ObjectDefined as ObjectDefined
    from lintkit.kinds.kubernetes.cluster_facts import PodsDefined as PodsDefined
    from lintkit.kinds.kubernetes.cluster_facts import PolicyDefined as PolicyDefined
    from lintkit.kinds.kubernetes.cluster_facts import RoleDefined as RoleDefined
    from lintkit.kinds.kubernetes.cluster_facts import ServiceDefined as ServiceDefined
    from lintkit.kinds.kubernetes.external_calls import is_external_endpoint as is_external_endpoint
    from lintkit.kinds.kubernetes.generators import Literal as Literal
    from lintkit.kinds.kubernetes.generators import generator_literals as generator_literals
    from lintkit.kinds.kubernetes.image_triggers import triggered_images as triggered_images
    from lintkit.kinds.kubernetes.kubeconfig import KubeconfigUser as KubeconfigUser
    from lintkit.kinds.kubernetes.kubeconfig import kubeconfig_users as kubeconfig_users
    from lintkit.kinds.kubernetes.labels import read_labels as read_labels
    from lintkit.kinds.kubernetes.labels import read_selector as read_selector
    from lintkit.kinds.kubernetes.namespaces import without as without
    from lintkit.kinds.kubernetes.node_agents import PodContainer as PodContainer
    from lintkit.kinds.kubernetes.node_agents import pod_containers as pod_containers
    from lintkit.kinds.kubernetes.node_agents import works_on_its_node as works_on_its_node
    from lintkit.kinds.kubernetes.objects import Container as Container
    from lintkit.kinds.kubernetes.objects import at as at
    from lintkit.kinds.kubernetes.objects import containers as containers
    from lintkit.kinds.kubernetes.objects import embedded_env as embedded_env
    from lintkit.kinds.kubernetes.objects import env_entries as env_entries
    from lintkit.kinds.kubernetes.objects import is_partial as is_partial
    from lintkit.kinds.kubernetes.objects import is_patch as is_patch
    from lintkit.kinds.kubernetes.objects import is_windows as is_windows
    from lintkit.kinds.kubernetes.objects import pod_spec_route as pod_spec_route
    from lintkit.kinds.kubernetes.objects import pod_spec_routes as pod_spec_routes
    from lintkit.kinds.kubernetes.rbac import all_grants as all_grants
    from lintkit.kinds.kubernetes.security_contexts import security_contexts as security_contexts
    from lintkit.kinds.kubernetes.validation import refusals as refusals

PLACES = {
    "lintkit.kinds.kubernetes.apis": (
        "deprecated",
        "misfits",
        "removed",
    ),
    "lintkit.kinds.kubernetes.cluster": ("Cluster",),
    "lintkit.kinds.kubernetes.cluster_facts": (
        "BackendUsed",
        "BindingDefined",
        "BudgetDefined",
        "EgressRule",
        "KeyMounted",
        "ObjectDefined",
        "PodsDefined",
        "PolicyDefined",
        "RoleDefined",
        "ServiceDefined",
    ),
    "lintkit.kinds.kubernetes.external_calls": ("is_external_endpoint",),
    "lintkit.kinds.kubernetes.generators": (
        "Literal",
        "generator_literals",
    ),
    "lintkit.kinds.kubernetes.image_triggers": ("triggered_images",),
    "lintkit.kinds.kubernetes.kubeconfig": (
        "KubeconfigUser",
        "kubeconfig_users",
    ),
    "lintkit.kinds.kubernetes.labels": (
        "read_labels",
        "read_selector",
    ),
    "lintkit.kinds.kubernetes.namespaces": ("without",),
    "lintkit.kinds.kubernetes.node_agents": (
        "PodContainer",
        "pod_containers",
        "works_on_its_node",
    ),
    "lintkit.kinds.kubernetes.objects": (
        "Container",
        "at",
        "containers",
        "embedded_env",
        "env_entries",
        "is_partial",
        "is_patch",
        "is_windows",
        "pod_spec_route",
        "pod_spec_routes",
    ),
    "lintkit.kinds.kubernetes.rbac": ("all_grants",),
    "lintkit.kinds.kubernetes.security_contexts": ("security_contexts",),
    "lintkit.kinds.kubernetes.validation": ("refusals",),
}
"""Module -> the names of this page that stand in it."""

__getattr__ = attributes(__name__, PLACES)
