"""kubernetes/apparmor-profile: a container whose AppArmor profile is off, or is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.kubernetes import at, pod_spec_route, security_contexts

RULE = define(
    summary="a container runs without AppArmor",
    why="""
`Unconfined` switches off what the node would otherwise enforce on files, mounts and capabilities of the container. A
way out of the container that the profile stops is open again. A pod whose annotation names no profile does not start.
""",
    remedy="Remove the profile, or set `appArmorProfile.type` to `RuntimeDefault`.",
    severity="warning",
    kinds=("kubernetes",),
    tags=("security", "CWE-250"),
    equivalents=(
        "kics:missing_app_armor_config",
        "kyverno:restrict-apparmor-profiles",
        "gatekeeper:apparmor",
    ),
    packs=("strict", "security"),
    examples=(
        bad(
            """\
apiVersion: v1
kind: Pod
metadata:
  name: shop
  annotations:
    container.apparmor.security.beta.kubernetes.io/api: unconfined  # <-- here
    container.apparmor.security.beta.kubernetes.io/worker: shop-worker  # <-- here
spec:
  securityContext:
    appArmorProfile: {type: Unconfined}  # <-- here
  containers:
    - name: api
      image: shop:1
    - name: worker
      image: shop:1
      securityContext:
        appArmorProfile:
          type: Unconfined  # <-- here
""",
            note="a profile of the node is `localhost/shop-worker`",
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata:
  name: shop
  annotations:
    container.apparmor.security.beta.kubernetes.io/api: runtime/default
    container.apparmor.security.beta.kubernetes.io/worker: localhost/shop-worker
spec:
  securityContext: {appArmorProfile: {type: RuntimeDefault}}
  containers: [{name: api, image: "shop:1"}, {name: worker, image: "shop:1"}]
"""
        ),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  annotations: {container.apparmor.security.beta.kubernetes.io/api: unconfined}
spec: {template: {spec: {containers: [{name: api, image: "shop:1"}]}}}
""",
            note="the Deployment's annotation is none of its pods; without a profile the runtime's own applies",
        ),
    ),
)

_PREFIX = "container.apparmor.security.beta.kubernetes.io/"
_PROFILE = re.compile(r"runtime/default$|localhost/.|[^$]*[${]")  # or one that is filled in later


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the places where a profile is switched off, in the fields and in the annotations of older clusters."""
    for context in security_contexts(document.data):
        if at(context.data, "appArmorProfile", "type") == "Unconfined":
            whom = f"container `{context.container}`" if context.container else "the pod"
            span = document.span((*context.route, "appArmorProfile", "type"))
            yield rule.finding(span, f"`Unconfined` switches AppArmor off for {whom}", subject=whom)
    pod = pod_spec_route(document.data)
    annotations = at(document.data, *pod[:-1], "metadata", "annotations") if pod is not None else None
    if pod is None or not isinstance(annotations, dict):
        return
    for name, value in annotations.items():
        if not str(name).startswith(_PREFIX) or not isinstance(value, str) or _PROFILE.match(value):
            continue
        container = str(name).removeprefix(_PREFIX)
        message = (
            f"`unconfined` switches AppArmor off for container `{container}`"
            if value == "unconfined"
            else f"`{value}` is no AppArmor profile, so that the pod of container `{container}` is refused"
        )
        where = document.span((*pod[:-1], "metadata", "annotations", name))
        yield rule.finding(where, message, subject=f"annotation {container}")
