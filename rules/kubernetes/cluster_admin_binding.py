"""kubernetes/cluster-admin-binding: a binding that gives away the cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    DOCS,
    NOT_DEPLOYED,
    TESTS,
    Finding,
    Location,
    Project,
    RuleContext,
    Severity,
    bad,
    define,
    good,
)
from lintkit.api.kubernetes import BindingDefined, RoleDefined

_BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: shop}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin  # <-- here
subjects:
  - kind: ServiceAccount
    name: shop
    namespace: shop
"""
_ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: everything}
rules:
  - {apiGroups: ["*"], resources: ["*"], verbs: ["*"]}
"""

RULE = define(
    summary="a binding makes its subject an administrator of the cluster",
    why="""
`cluster-admin` may do everything in every namespace, also read all Secrets and change the policies that would stop it.
Whoever gets hold of one token of a service account with it, from a log or out of a container, owns the cluster; so
does whoever joins a group with it, or takes over the login of one of its people.
People, of whom some have to administer a cluster, and programs that deploy all of it (Argo CD, Flux, runners) are told
where `strict` is selected.
""",
    remedy="""
Write a Role with what the program needs and bind that, in its namespace. People work with less, and take on
`cluster-admin` for as long as they need it.
""",
    severity="error",
    scope="project",
    kinds=("kubernetes",),
    tags=("security", "CWE-250"),
    equivalents=(
        "kics:cluster_admin_role_binding_with_super_user_permissions",
        "kube-linter:cluster-admin-role-binding",
        "polaris:clusterrolebindingClusterAdmin",
        "polaris:rolebindingClusterAdminClusterRole",
        "polaris:rolebindingClusterAdminRole",
        "kyverno:restrict-binding-clusteradmin",
        "kyverno:restrict-binding-system-groups",
    ),
    packs=("recommended", "security", "production"),
    paths_ignore=(*TESTS, *DOCS, *NOT_DEPLOYED),
    examples=(
        bad(_BINDING),
        bad(
            {"binding.yaml": _BINDING.replace("cluster-admin", "everything"), "role.yaml": _ROLE},
            note="the role of another file allows everything",
        ),
        bad(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: open}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
  - kind: Group
    name: system:unauthenticated  # <-- here
""",
            note="whoever reaches the API server",
        ),
        bad(
            _BINDING.replace("ClusterRoleBinding", "RoleBinding"),
            note="a RoleBinding gives away its namespace",
        ),
        bad(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: operators}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}  # <-- here
subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "oidc:sre"}
""",
            note="people: a warning, because somebody has to administer the cluster",
        ),
        good(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: token-issuer}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:service-account-issuer-discovery}
subjects: [{kind: Group, name: "system:unauthenticated"}]
""",
            note="the public keys of the token issuer are meant for everybody",
        ),
        good(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: shop}
subjects: [{kind: ServiceAccount, name: shop, namespace: shop}]
"""
        ),
        good(
            _BINDING.replace("cluster-admin  # <-- here", "reader")
            + "---\n"
            + _ROLE.replace("everything", "reader").replace('verbs: ["*"]', "verbs: [get, list]")
        ),
    ),
)

_ANYBODY = {
    "system:anonymous": "everybody who reaches the API server",
    "system:unauthenticated": "everybody who reaches the API server",
    "system:masters": "a group that no policy can take rights from",
}

_FOR_ANYBODY = frozenset(
    {"system:public-info-viewer", "system:service-account-issuer-discovery", "system:discovery"}
)
"""Roles that show the version, the API groups or the keys of the token issuer, and nothing of what runs."""

_DEPLOYER = re.compile(
    r"(?:[a-z0-9]+-)*argocd-(?:application-controller|server)|(?:helm|kustomize)-controller|flux(?:cd)?(?:-[a-z]+)*"
    r"|(?:[a-z0-9]+-)*runners?(?:-\$\{\w+\})?|cattle(?:-[a-z]+)*|system-upgrade(?:-controller)?|tiller|velero(?:-server)?"
)
"""Service accounts of programs that install or restore whatever a repository or a backup holds."""
_ITS_OWN = ("system:", "gce:")
"""How the bindings are called that the cluster makes for its own parts."""


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report bindings to `cluster-admin`, to roles that allow as much, and to groups of everybody."""
    cluster = project.cluster
    roles: dict[tuple[str, str], list[RoleDefined]] = {}
    for role in cluster.facts(RoleDefined):
        roles.setdefault((role.kind, role.name), []).append(role)
    for binding in cluster.facts(BindingDefined):
        if binding.name.startswith(_ITS_OWN):
            continue
        subject = f"{binding.kind} {binding.name}"
        if not rule.strict and _is_meant_to(binding):
            continue
        whole = binding.kind == "ClusterRoleBinding"
        where = "the cluster" if whole else "the namespace"
        who, people = _who(binding)
        severity: Severity | None = None if whole and not people else "warning"
        if binding.role[1] == "cluster-admin":
            text = f"`cluster-admin` lets {who} do everything in {where}"
            yield rule.finding(binding.role_span, text, subject=subject, severity=severity)
        else:
            found = [
                each
                for each in roles.get(binding.role, ())
                if each.kind == "ClusterRole" or cluster.same_namespace(each, binding)
            ]
            wide = next((each for each in found if each.everything), None)
            if wide is not None:
                yield rule.finding(
                    binding.role_span,
                    f"{binding.role[0]} `{binding.role[1]}` allows everything and gives {who} all of {where}",
                    subject=subject,
                    related=(Location(wide.rules_span, "allows everything"),),
                    severity=severity,
                )
        for kind, _, name, where_named in binding.subjects:
            if name in _ANYBODY and kind in ("Group", "User") and binding.role[1] not in _FOR_ANYBODY:
                text = f"`{name}` is {_ANYBODY[name]}, and {binding.role[0]} `{binding.role[1]}` is theirs"
                yield rule.finding(where_named, text, subject=f"{subject} {name}")


def _is_meant_to(binding: BindingDefined) -> bool:
    """Whether all that is bound are people, since somebody administers a cluster, or programs that deploy all of it."""
    return bool(binding.subjects) and all(
        name not in _ANYBODY and (_DEPLOYER.fullmatch(name) is not None if _is_program(kind, name) else True)
        for kind, _, name, _ in binding.subjects
    )


def _who(binding: BindingDefined) -> tuple[str, bool]:
    """The subjects in words, programs first, and whether all of them are people."""
    programs = [each for each in binding.subjects if _is_program(each[0], each[2])]
    people = [each for each in binding.subjects if each not in programs]
    named = [*programs, *people]
    if not named:
        return "the subjects of this binding", False
    kind, _, name, _ = named[0]
    others = f" and {len(named) - 1} more" if len(named) > 1 else ""
    everybody = "everybody in " if kind == "Group" else ""
    return f"{everybody}{kind} `{name}`{others}", not programs


def _is_program(kind: str, name: str) -> bool:
    """Whether a subject is no group of people and none of them: the cluster's own groups hold its service accounts."""
    return kind not in ("Group", "User") or name.startswith("system:")
