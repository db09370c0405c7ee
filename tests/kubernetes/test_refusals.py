"""What the API server refuses is told of whole objects, and not of patches that lack it on purpose."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.catalog import RuleSet, builtin_folder, load_rule
from lintkit.config.model import Config
from lintkit.engine import Request, run
from lintkit.examples import MemoryTree
from lintkit.parse.cron import fault_in_schedule
from lintkit.parse.kubernetes_validation import refusals
from lintkit.parse.quantities import is_quantity, value_of_quantity

SIDECAR = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {template: {spec: {containers: [{name: proxy, image: "proxy:1", volumeMounts: [{name: data, mountPath: /d}]}]}}}
"""
BARE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {template: {spec: {containers: [{name: api, image: "shop:1"}]}}}
"""


def messages(files: dict[str, str]) -> list[str]:
    folder = builtin_folder()
    rules = RuleSet((load_rule(folder / "kubernetes" / "schema_validation.py", folder),))
    config = Config().with_flags(select=("*",), extend_select=(), ignore=(), fail_on=None)
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    report = run(Request(tree, config, rules, rules.ids(), jobs=1))
    return [f"{each.path}: {each.message}" for each in report.findings]


def test_an_object_that_no_kustomization_completes_is_told() -> None:
    assert messages({"a.yaml": BARE}) == ["a.yaml: `spec` of this Deployment has no `selector`"]


@pytest.mark.parametrize(
    "key", ["patches: [{path: proxy.yaml}]", "patches: [proxy.yaml]", "patchesStrategicMerge: [proxy.yaml]"]
)
@pytest.mark.parametrize("base", ["resources: [https://example.com/shop]", "kind: Component"])
def test_a_patch_of_an_object_elsewhere_lacks_nothing(key: str, base: str) -> None:
    assert messages({"k/kustomization.yaml": f"{base}\n{key}\n", "k/proxy.yaml": SIDECAR}) == []


def test_a_patch_may_stand_in_another_folder_than_its_kustomization() -> None:
    files = {
        "k/kustomization.yaml": "resources: [rendered.yaml]\npatches: [{path: own/proxy.yaml}]\n",
        "k/own/proxy.yaml": SIDECAR,
        "a.yaml": BARE,
    }
    assert messages(files) == ["a.yaml: `spec` of this Deployment has no `selector`"]


def test_a_patch_has_no_wrong_values_either() -> None:
    text = SIDECAR.replace("proxy, image", "proxy, imagePullPolicy: Sometimes, image")
    (message,) = messages(
        {"k/Kustomization": "kind: Component\npatches: [{path: proxy.yaml}]\n", "k/proxy.yaml": text}
    )
    assert "`Sometimes`" in message


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ("commonLabels: {app: shop}", 0),
        ("labels: [{pairs: {app: shop}, includeSelectors: true}]", 0),
        ("labels: [{pairs: {app: shop}, includeTemplates: true}]", 1),
    ],
)
def test_a_kustomization_writes_the_selector(labels: str, told: int) -> None:
    files = {"k/kustomization.yaml": f"resources: [shop.yaml]\n{labels}\n", "k/shop.yaml": BARE}
    assert len(messages(files)) == told


def test_webhooks_are_merged_by_name() -> None:
    base = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: shop}
webhooks:
  - name: shop.example.com
    admissionReviewVersions: [v1]
    sideEffects: None
    clientConfig: {url: "https://shop.example.com"}
"""
    patch = base.replace("    admissionReviewVersions: [v1]\n    sideEffects: None\n", "").replace(
        "shop.", "new."
    )
    patch = patch.replace("name: new.example.com", "name: shop.example.com")
    files = {
        "k/kustomization.yaml": "resources: [a.yaml]\npatches: [{path: b.yaml}]\n",
        "k/a.yaml": base,
        "k/b.yaml": patch,
    }
    assert messages(files) == []


@pytest.mark.parametrize(
    ("text", "good"),
    [
        *(
            (text, True)
            for text in ("0", "1.5", ".5", "5.", "-1", "+1", "100n", "1k", "1E", "1Ei", "1e3", "1E-3", "12e6")
        ),
        *(
            (text, False)
            for text in ("", "1K", "1g", "1gi", "1GB", "1GiB", "1 Gi", "1ms", "1.2.3", "1e", "1Kie", "²")
        ),
    ],
)
def test_quantities(text: str, good: bool) -> None:
    assert is_quantity(text) is good
    assert (value_of_quantity(text) is not None) is good


def test_an_absurd_quantity_is_not_worked_out() -> None:
    assert is_quantity("1e999999999")
    assert value_of_quantity("1e999999999") is None
    assert value_of_quantity("1" * 100) is None


@pytest.mark.parametrize(
    ("schedule", "good"),
    [
        *(
            (text, True)
            for text in ("@daily", "@every 1h30m", "0 0 1 1 0", "*/5 * ? * *", "5/15 1-3,7 * feb-NOV sun,MON")
        ),
        *(
            (text, False)
            for text in ("", "* * * *", "* * * * * *", "60 * * * *", "* * 0 * *", "* * * * 7", "*/0 * * * *")
        ),
        *(
            (text, False)
            for text in ("3-1 * * * *", "@reboot", "H * * * *", "TZ=UTC 0 0 * * *", "² * * * *", "1- * * * *")
        ),
    ],
)
def test_schedules(schedule: str, good: bool) -> None:
    assert (fault_in_schedule(schedule) == "") is good


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99_999) | st.sampled_from(["", "a", "A b", "$X", "1Gi"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "name",
                        "containers",
                        "initContainers",
                        "volumes",
                        "volumeMounts",
                        "mountPath",
                        "ports",
                        "port",
                    ),
                    *(
                        "env",
                        "value",
                        "valueFrom",
                        "resources",
                        "requests",
                        "limits",
                        "cpu",
                        "livenessProbe",
                        "httpGet",
                    ),
                    *(
                        "securityContext",
                        "rules",
                        "http",
                        "paths",
                        "backend",
                        "service",
                        "selector",
                        "strategy",
                        "type",
                    ),
                    *("accessModes", "hostNetwork", "capabilities", "add", "schedule"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(
    st.sampled_from(
        [
            *(("v1", kind) for kind in ("Pod", "Service", "Secret", "ConfigMap", "PersistentVolumeClaim")),
            *(("apps/v1", kind) for kind in ("Deployment", "StatefulSet", "DaemonSet")),
            *(
                ("batch/v1", "CronJob"),
                ("networking.k8s.io/v1", "Ingress"),
                ("policy/v1", "PodDisruptionBudget"),
            ),
            *(("autoscaling/v2", "HorizontalPodAutoscaler"), ("rbac.authorization.k8s.io/v1", "RoleBinding")),
        ]
    ),
    ANY,
    ANY,
)
def test_no_object_is_too_odd(kind: tuple[str, str], spec: Any, other: Any) -> None:
    template = {"metadata": other, "spec": spec}
    data = {
        "apiVersion": kind[0],
        "kind": kind[1],
        "metadata": other,
        "spec": {**spec, "template": template} if isinstance(spec, dict) else spec,
        "data": other,
        "roleRef": other,
    }
    assert all(each.message for each in refusals(data))
