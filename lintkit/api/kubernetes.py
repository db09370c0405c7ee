"""Kubernetes objects, kustomizations and clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.formats.plain import at
    from lintkit.kinds.kubernetes.apis import deprecated, misfits, removed
    from lintkit.kinds.kubernetes.cluster import Cluster
    from lintkit.kinds.kubernetes.cluster_facts import (
        BindingDefined,
        BudgetDefined,
        EgressRule,
        KeyMounted,
        ObjectDefined,
        PodsDefined,
        PolicyDefined,
        RoleDefined,
        ServiceDefined,
    )
    from lintkit.kinds.kubernetes.external_calls import is_external_endpoint
    from lintkit.kinds.kubernetes.generators import Literal, generator_literals
    from lintkit.kinds.kubernetes.image_triggers import triggered_images
    from lintkit.kinds.kubernetes.kubeconfig import KubeconfigUser, kubeconfig_users
    from lintkit.kinds.kubernetes.labels import read_labels, read_selector
    from lintkit.kinds.kubernetes.node_agents import PodContainer, pod_containers, works_on_its_node
    from lintkit.kinds.kubernetes.objects import (
        Container,
        containers,
        embedded_env,
        env_entries,
        is_partial,
        is_patch,
        is_windows,
        pod_spec_route,
        pod_spec_routes,
    )
    from lintkit.kinds.kubernetes.rbac import all_grants
    from lintkit.kinds.kubernetes.security_contexts import security_contexts
    from lintkit.kinds.kubernetes.validation import refusals
else:
    __getattr__ = attributes(__name__)
