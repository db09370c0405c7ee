"""kubernetes/added-capabilities: a part of root that a container is given."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.formats import list_at
from lintkit.api.kubernetes import security_contexts

RULE = define(
    summary="a container adds capabilities",
    why="""
Each capability is a part of root, and an intruder gets it as well. The baseline Pod Security Standard lets a container
add none beyond the default set, so such a pod does not start where that is enforced. One of the default set adds
nothing to a container that keeps them all: dropping `ALL` first was forgotten.
""",
    remedy="""
Drop `ALL` and add back the few that the program fails without. Give work that needs more to a pod of its own; listen on
a port above 1024 instead of adding a capability for it.
""",
    severity="note",
    kinds=("kubernetes",),
    tags=("security", "CWE-250"),
    equivalents=(
        "kics:containers_with_added_capabilities",
        "checkov:CKV_K8S_25",
        "polaris:dangerousCapabilities",
        "sonar-iac:k8s/CapabilitiesCheck",
        "kyverno:disallow-capabilities",
        "kyverno:disallow-capabilities-strict",
        "gatekeeper:capabilities",
    ),
    packs=("strict", "security"),
    examples=(
        bad(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      securityContext:
        capabilities:
          add: [NET_BIND_SERVICE]
    - name: vpn
      image: vpn:1
      securityContext:
        capabilities:
          drop: [ALL]
          add:
            - NET_ADMIN  # <-- here
"""
        ),
        bad(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      securityContext:
        capabilities:
          add: ["CHOWN"]  # <-- here
""",
            note="the container has it already, with all the others",
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      securityContext:
        capabilities: {drop: [ALL], add: [NET_BIND_SERVICE, chown, CAP_SETUID, SETGID]}
""",
            note="it adds back a few of those that it dropped",
        ),
    ),
)

_BASELINE = frozenset(
    (
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    )
)
"""What the baseline Pod Security Standard lets a container add: the runtime's default set without NET_RAW."""


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report what `add` lists, but for NET_BIND_SERVICE and what is added back after all were dropped."""
    for context in security_contexts(document.data):
        drops_all = any(str(name).upper() == "ALL" for name in list_at(context.data, "capabilities", "drop"))
        for index, name in enumerate(list_at(context.data, "capabilities", "add")):
            if not isinstance(name, str):
                continue
            plain = name.upper().removeprefix("CAP_")
            if plain == "NET_BIND_SERVICE" or (drops_all and plain in _BASELINE):
                continue
            message = (
                f"`{name}` is in the default set, which the container keeps because it does not drop `ALL`"
                if plain in _BASELINE
                else f"`{name}` is a part of root that even the baseline Pod Security Standard lets no container add"
            )
            span = document.span((*context.route, "capabilities", "add", index))
            yield rule.finding(span, message, subject=f"{context.container} {plain}")
