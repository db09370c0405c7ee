"""Who gets the cluster is named, and people are told from programs."""

from __future__ import annotations

import pytest

from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import RuleSet, builtin_folder, load_rule
from lintkit.config.model import Config
from lintkit.run.engine import Request, run

BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: admins}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [%s]
"""
ANNE, TEAM = "{kind: User, name: anne}", "{kind: Group, name: 'oidc:sre'}"
SHOP = "{kind: ServiceAccount, name: shop, namespace: shop}"


@pytest.mark.parametrize(
    ("subjects", "severity", "who"),
    [
        (SHOP, "error", "ServiceAccount `shop`"),
        (f"{ANNE}, {SHOP}", "error", "ServiceAccount `shop` and 1 more"),
        (
            "{kind: Group, name: 'system:serviceaccounts'}",
            "error",
            "everybody in Group `system:serviceaccounts`",
        ),
        (TEAM, "warning", "everybody in Group `oidc:sre`"),
        (f"{ANNE}, {TEAM}", "warning", "User `anne` and 1 more"),
    ],
)
def test_programs_are_an_error_and_people_a_warning(subjects: str, severity: str, who: str) -> None:
    folder = builtin_folder()
    loaded = RuleSet((load_rule(folder / "kubernetes" / "cluster_admin_binding.py", folder),))
    config = Config().with_flags(select=("*",), extend_select=(), ignore=(), fail_on=None)
    tree = MemoryTree({"binding.yaml": (BINDING % subjects).encode()})
    (finding,) = run(Request(tree, config, loaded, loaded.ids(), jobs=1)).findings
    assert finding.severity == severity
    assert finding.message == f"`cluster-admin` lets {who} do everything in the cluster"
