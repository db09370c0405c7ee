"""kubernetes/deprecated-api: an API version that clusters no longer serve, or soon will not."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import DOCS, NOT_DEPLOYED, TESTS, Document, Finding, Location, RuleContext, bad, define, good
from lintkit.api.kubernetes import at, deprecated, removed

RULE = define(
    summary="an object uses an API version that Kubernetes removed or will remove",
    why="""
`kubectl apply` fails with `no matches for kind` on every cluster of that version or a later one. It shows on the day
after the cluster was upgraded, with the first deployment, or when a disaster makes everything be applied again.
What is deprecated still works, and a beta version goes three releases later.
By default an object speaks for all of its kind in the file.
""",
    remedy="Change `apiVersion` to the replacement and compare the fields; `kubectl convert` does most of it.",
    severity="error",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=(
        "kics:object_is_using_a_deprecated_api_version",
        "kube-linter:no-extensions-v1beta",
        "kube-score:stable-version",
        "sonar-iac:k8s/DeprecatedCodeCheck",
        "kyverno:check-deprecated-apis",
        "gatekeeper:verifydeprecatedapi",
    ),
    packs=("recommended", "production"),
    paths_ignore=(*TESTS, *DOCS, *NOT_DEPLOYED, "**/*patch*.yaml", "**/*patch*.yml", "**/patches/**"),
    examples=(
        bad(
            """\
apiVersion: extensions/v1beta1  # <-- here
kind: Ingress
metadata: {name: shop}
"""
        ),
        bad("apiVersion: batch/v1beta1  # <-- here\nkind: CronJob\nmetadata: {name: backup}\n"),
        bad("apiVersion: policy/v1beta1  # <-- here\nkind: PodSecurityPolicy\nmetadata: {name: shop}\n"),
        bad(
            "apiVersion: autoscaling/v2beta2  # <-- here\nkind: HorizontalPodAutoscaler\nmetadata: {name: shop}\n"
        ),
        bad(
            "apiVersion: resource.k8s.io/v1beta1  # <-- here\nkind: ResourceClaim\nmetadata: {name: gpu}\n"
            "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: db}\n",
            note="deprecated, and still served",
        ),
        good(
            {
                "config/webhook_patch.yaml": (
                    "apiVersion: admissionregistration.k8s.io/v1beta1\nkind: ValidatingWebhookConfiguration\n"
                    "metadata: {name: shop}\n"
                )
            },
            note="a patch is not applied by itself; the object that it changes says the version",
        ),
        good("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\n"),
        good(
            {"archive/cron.yaml": "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: backup}\n"},
            note="nobody deploys it any more",
        ),
        good(
            "apiVersion: example.com/v1beta1\nkind: Shop\nmetadata: {name: shop}\n",
            note="a resource of your own",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report `apiVersion` where releases of Kubernetes no longer serve it for this kind, or soon will not."""
    data = document.data
    if not isinstance(data, dict):
        return
    version, kind = data.get("apiVersion"), data.get("kind")
    found = removed(version, kind)
    if found is None:
        yield from _deprecated(document, rule)
        return
    alike = [
        each
        for each in rule.documents
        if at(each.data, "apiVersion") == version and at(each.data, "kind") == kind
    ]
    if not rule.strict and alike and alike[0].index != document.index:
        return  # told of the first
    instead = (
        f"it is `{found.replacement}` now"
        if found.replacement
        else _INSTEAD.get(str(kind), "nothing replaces it")
    )
    more = [] if rule.strict else alike[1:]
    yield rule.finding(
        document.span(("apiVersion",)),
        f"`{version}` of {kind} is gone since Kubernetes {found.release}; {instead}",
        subject=f"{kind} {version}",
        related=[Location(each.span(("apiVersion",)), "so is this one") for each in more[:_MOST_ALIKE]],
    )


def _deprecated(document: Document, rule: RuleContext) -> Iterator[Finding]:
    version, kind = document.data.get("apiVersion"), document.data.get("kind")
    found = deprecated(version, kind)
    if found is None or not rule.strict or not ("alpha" in str(version) or "beta" in str(version)):
        return  # what is stable stays, and the rest goes with a release that says so
    instead = f"use `{found.replacement}`" if found.replacement else "nothing replaces it"
    yield rule.finding(
        document.span(("apiVersion",)),
        f"`{version}` of {kind} is deprecated since Kubernetes {found.release} and will be removed; {instead}",
        subject=f"{kind} {version}",
        severity="note",
    )


_MOST_ALIKE = 20
_INSTEAD = {"PodSecurityPolicy": "Pod Security Admission replaces it"}
