"""Which objects belong together, which are patterns or templates, and which embed a pod."""

from __future__ import annotations

import pytest

from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import RuleSet, builtin_folder, load_rule
from lintkit.config.model import Config
from lintkit.kinds.kubernetes.objects import is_policy, pod_spec_route
from lintkit.run.engine import Request, run

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: shop, key: token}}}]
"""


def findings(rule: str, files: dict[str, str]) -> list[str]:
    folder = builtin_folder()
    (path,) = (each for each in (folder / f"{rule}.py", folder / f"{rule}.yaml") if each.exists())
    rules = RuleSet((load_rule(path, folder),))
    config = Config().with_flags(select=("*",), extend_select=(), ignore=(), fail_on=None)
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    return [each.message for each in run(Request(tree, config, rules, rules.ids(), jobs=1)).findings]


def secret(key: str) -> str:
    return f"apiVersion: v1\nkind: Secret\nmetadata: {{name: shop}}\nstringData: {{{key}: a}}\n"


def test_a_secret_beside_a_pod_is_its_own() -> None:
    files = {"a/pod.yaml": POD, "a/secret.yaml": secret("tokem"), "b/secret.yaml": secret("other")}
    assert len(findings("kubernetes/env_from_missing", files)) == 1


def test_of_variants_in_sibling_folders_nobody_knows_which_is_meant() -> None:
    variants = {"small/secret.yaml": secret("tokem"), "large/secret.yaml": secret("token")}
    assert findings("kubernetes/env_from_missing", {"base/pod.yaml": POD, **variants}) == []


@pytest.mark.parametrize(
    ("provider", "complete"),
    [
        (
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: shop}\n"
            "spec: {encryptedData: {KEY: a}, template: {data: {OTHER: a}}}\n",
            True,
        ),
        (
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: shop}\n"
            "spec: {data: [{secretKey: KEY, remoteRef: {key: a}}]}\n",
            True,
        ),
        (
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: shop}\n"
            "spec: {target: {template: {data: {KEY: a}}}, data: [{secretKey: OTHER, remoteRef: {key: a}}]}\n",
            False,
        ),
    ],
)
@pytest.mark.parametrize(("key", "told"), [("KEY", 0), ("none", 1)])
def test_objects_that_make_a_secret_give_its_keys(provider: str, complete: bool, key: str, told: int) -> None:
    files = {"pod.yaml": POD.replace("key: token", f"key: {key}"), "secret.yaml": provider}
    assert len(findings("kubernetes/env_from_missing", files)) == (told if complete else 0)


@pytest.mark.parametrize("key", ["OTHER", "anything"])
def test_keys_that_are_fetched_as_they_are_may_be_any(key: str) -> None:
    text = (
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: shop}\n"
        "spec: {dataFrom: [{extract: {key: shop}}], data: [{secretKey: OTHER, remoteRef: {key: a}}]}\n"
    )
    files = {"pod.yaml": POD.replace("key: token", f"key: {key}"), "secret.yaml": text}
    assert findings("kubernetes/env_from_missing", files) == []


def test_a_template_of_a_sealed_secret_gives_keys() -> None:
    text = (
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: shop}\n"
        "spec: {encryptedData: {KEY: a}, template: {data: {token: '{{ .KEY }}'}}}\n"
    )
    assert findings("kubernetes/env_from_missing", {"pod.yaml": POD, "secret.yaml": text}) == []


@pytest.mark.parametrize(
    "version",
    [
        "kyverno.io/v1",
        "policies.kyverno.io/v1alpha1",
        "constraints.gatekeeper.sh/v1beta1",
        "templates.gatekeeper.sh/v1",
        "policies.kubewarden.io/v1",
        "policy.jspolicy.com/v1beta1",
    ],
)
def test_what_a_policy_compares_with_is_no_pod(version: str) -> None:
    spec = {"template": {"spec": {"containers": [{"name": "*", "image": "*:latest"}]}}}
    data = {"apiVersion": version, "kind": "Policy", "metadata": {"name": "a"}, "spec": spec}
    assert is_policy(data)
    assert pod_spec_route(data) is None
    assert pod_spec_route({**data, "apiVersion": "example.com/v1"}) == ("spec", "template", "spec")


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("argoproj.io/v1alpha1", "Rollout"),
        ("apps.openshift.io/v1", "DeploymentConfig"),
        ("apps.kruise.io/v1alpha1", "CloneSet"),
    ],
)
def test_kinds_that_embed_a_pod_are_workloads(version: str, kind: str) -> None:
    text = f"""\
apiVersion: {version}
kind: {kind}
metadata: {{name: shop}}
spec:
  template:
    metadata: {{labels: {{app: shop}}}}
    spec: {{containers: [{{name: api, image: "shop:1", securityContext: {{privileged: true}}}}]}}
"""
    assert len(findings("kubernetes/privileged_container", {"a.yaml": text})) == 1


@pytest.mark.parametrize(
    ("resources", "told"), [("{limits: {memory: 1Gi}}", 0), ("{requests: {memory: 1Gi}}", 1), ("{}", 1)]
)
def test_limits_of_the_pod_count_for_its_containers(resources: str, told: int) -> None:
    text = f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: shop}}
spec:
  selector: {{matchLabels: {{app: shop}}}}
  template:
    metadata: {{labels: {{app: shop}}}}
    spec:
      resources: {resources}
      containers: [{{name: api, image: "shop:1"}}]
"""
    assert len(findings("kubernetes/memory-limits", {"a.yaml": text})) == told


@pytest.mark.parametrize(("number", "told"), [("0", 1), ("1", 1), ("2", 0)])
def test_the_minimum_of_an_autoscaler(number: str, told: int) -> None:
    text = (
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: shop}\n"
        "spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}, "
        f"minReplicas: {number}, maxReplicas: 9}}\n"
    )
    found = findings("kubernetes/hpa-replicas-minimum", {"a.yaml": text})
    assert len(found) == told
    assert all("fewer than two" in message for message in found)


def test_a_patch_may_have_any_name_since_its_target_says_what_it_changes() -> None:
    patch = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: '*'}\n"
        "spec: {template: {metadata: {labels: {a: b}}}}\n"
    )
    files = {
        "kustomization.yaml": "resources: [shop.yaml]\n"
        "patches: [{path: inject.yaml, target: {kind: Deployment}}]\n",
        "inject.yaml": patch,
    }
    assert findings("kubernetes/schema_validation", files) == []
