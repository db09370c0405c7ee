"""kubernetes/deprecated-api: an API version that clusters no longer serve, or soon will not."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good

RULE = define(
    summary="an object uses an API version that was removed from Kubernetes",
    why="""
`kubectl apply` fails with `no matches for kind` on every cluster of that version or a later one. It shows on the day
after the cluster was upgraded, with the first deployment, or when a disaster makes everything be applied again.
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
    examples=(
        bad(
            """\
apiVersion: extensions/v1beta1  # <-- here
kind: Ingress
metadata: {name: shop}
"""
        ),
        bad("apiVersion: batch/v1beta1  # <-- here\nkind: CronJob\nmetadata: {name: backup}\n"),
        good("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\n"),
        good(
            "apiVersion: example.com/v1beta1\nkind: Shop\nmetadata: {name: shop}\n",
            note="a resource of your own",
        ),
    ),
)

# (apiVersion, kinds or "" for all of that version, removed in, replacement), from the Deprecated API Migration Guide of
# Kubernetes, https://kubernetes.io/docs/reference/using-api/deprecation-guide/
_WORKLOADS = "Deployment DaemonSet StatefulSet ReplicaSet"
_REMOVED = (
    ("extensions/v1beta1", _WORKLOADS, "1.16", "apps/v1"),
    ("apps/v1beta1", "", "1.16", "apps/v1"),
    ("apps/v1beta2", "", "1.16", "apps/v1"),
    ("extensions/v1beta1", "NetworkPolicy", "1.16", "networking.k8s.io/v1"),
    ("extensions/v1beta1", "PodSecurityPolicy", "1.16", "Pod Security Admission"),
    ("policy/v1beta1", "PodSecurityPolicy", "1.25", "Pod Security Admission"),
    ("extensions/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", "Ingress IngressClass", "1.22", "networking.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1alpha1", "", "1.22", "rbac.authorization.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1beta1", "", "1.22", "rbac.authorization.k8s.io/v1"),
    ("apiextensions.k8s.io/v1beta1", "", "1.22", "apiextensions.k8s.io/v1"),
    (
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
        "1.22",
        "admissionregistration.k8s.io/v1",
    ),
    ("apiregistration.k8s.io/v1beta1", "", "1.22", "apiregistration.k8s.io/v1"),
    ("authentication.k8s.io/v1beta1", "TokenReview", "1.22", "authentication.k8s.io/v1"),
    ("authorization.k8s.io/v1beta1", "", "1.22", "authorization.k8s.io/v1"),
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequest", "1.22", "certificates.k8s.io/v1"),
    ("coordination.k8s.io/v1beta1", "Lease", "1.22", "coordination.k8s.io/v1"),
    ("scheduling.k8s.io/v1beta1", "", "1.22", "scheduling.k8s.io/v1"),
    ("scheduling.k8s.io/v1alpha1", "", "1.22", "scheduling.k8s.io/v1"),
    (
        "storage.k8s.io/v1beta1",
        "CSIDriver CSINode StorageClass VolumeAttachment",
        "1.22",
        "storage.k8s.io/v1",
    ),
    ("batch/v1beta1", "CronJob", "1.25", "batch/v1"),
    ("batch/v2alpha1", "CronJob", "1.21", "batch/v1"),
    ("discovery.k8s.io/v1beta1", "EndpointSlice", "1.25", "discovery.k8s.io/v1"),
    ("events.k8s.io/v1beta1", "Event", "1.25", "events.k8s.io/v1"),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler", "1.25", "autoscaling/v2"),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.26", "autoscaling/v2"),
    ("policy/v1beta1", "PodDisruptionBudget", "1.25", "policy/v1"),
    ("node.k8s.io/v1beta1", "RuntimeClass", "1.25", "node.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "", "1.26", "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "", "1.29", "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "", "1.32", "flowcontrol.apiserver.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity", "1.27", "storage.k8s.io/v1"),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report `apiVersion` when the guide names it for this kind."""
    data = document.data
    if not isinstance(data, dict):
        return
    version, kind = data.get("apiVersion"), data.get("kind")
    for removed, kinds, release, replacement in _REMOVED:
        if version == removed and isinstance(kind, str) and (not kinds or kind in kinds.split()):
            yield rule.finding(
                document.span(("apiVersion",)),
                f"`{version}` of {kind} is gone since Kubernetes {release}; it is `{replacement}` now",
                subject=f"{kind} {version}",
            )
            return
