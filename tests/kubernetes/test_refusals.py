"""What the API server refuses is told of whole objects, and not of patches that lack it on purpose."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import RuleSet, builtin_folder, load_rule
from lintkit.config.model import Config
from lintkit.kinds.kubernetes.cron import fault_in_schedule
from lintkit.kinds.kubernetes.quantities import is_quantity, value_of_quantity
from lintkit.kinds.kubernetes.validation import refusals
from lintkit.run.engine import Request, run

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


def test_a_kustomization_writes_the_namespace_of_a_webhook_and_of_subjects() -> None:
    text = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: shop}
webhooks:
  - name: shop.example.com
    admissionReviewVersions: [v1]
    sideEffects: None
    clientConfig: {service: {name: shop}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: shop}
roleRef: {kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: shop}]
"""
    assert len(messages({"k/a.yaml": text})) == 2
    kustomization = "resources: [a.yaml]\nnamespace: shop\n"
    assert messages({"k/kustomization.yaml": kustomization, "k/a.yaml": text}) == []


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
        *((text, True) for text in ("@every 0", "@every -.5h", "1,,2 * * * *", "05 * * * *", "0\t3 *  * *")),
        *(
            (text, False)
            for text in ("", "* * * *", "* * * * * *", "60 * * * *", "* * 0 * *", "* * * * 7", "*/0 * * * *")
        ),
        *(
            (text, False)
            for text in (
                "3-1 * * * *",
                "@reboot",
                "@every 5",
                "@every",
                "*/5/2 * * * *",
                "1-2-3 * * * *",
                "H * * * *",
                "TZ=UTC 0 0 * * *",
                "² * * * *",
                "1- * * * *",
            )
        ),
    ],
)
def test_schedules(schedule: str, good: bool) -> None:
    assert (fault_in_schedule(schedule) == "") is good


VERSIONS = {
    "Service": "v1",
    "PodDisruptionBudget": "policy/v1",
    "SubjectAccessReview": "authorization.k8s.io/v1",
    "ConfigMap": "v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "PersistentVolume": "v1",
    "PersistentVolumeClaim": "v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
    "ClusterRoleBinding": "rbac.authorization.k8s.io/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "Deployment": "apps/v1",
    "Ingress": "networking.k8s.io/v1",
    "Namespace": "v1",
}


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("Service", "spec: {ports: [{port: 80, targetPort: 0, nodePort: 0}]}", ()),
        ("Service", "spec: {type: NodePort, ports: [{port: 80, nodePort: 80800}]}", ("`nodePort` is 80800",)),
        ("Service", "spec: {clusterIPs: [None], selector: {app: shop}}", ()),
        ("Service", "spec: {type: ClusterIP, ports: [{port: 80, nodePort: 30080}]}", ("`nodePort`",)),
        ("Service", "spec: {type: ExternalName}", ("needs `externalName`",)),
        ("PodDisruptionBudget", "metadata: {name: Shop_API}\nspec: {minAvailable: 1}", ()),
        ("SubjectAccessReview", "spec: {user: a}", ()),
        ("ConfigMap", "metadata: {name: shop, labels: {team/a/b: x}}", ("`team/a/b` is no key for labels",)),
        ("ConfigMap", "metadata: {annotations: {a b: x, Example.com/A: x, -: x}}", ("`a b`", "`-`")),
        ("Job", "spec: {backoffLimit: -1, ttlSecondsAfterFinished: 0}", ("`backoffLimit` is -1",)),
        ("Job", "spec: {selector: {matchLabels: {app: shop}}}", ("needs `manualSelector: true`",)),
        ("Job", "spec: {manualSelector: true, selector: {matchLabels: {app: shop}}}", ()),
        ("Job", "spec: {selector: {matchLabels: {batch.kubernetes.io/job-name: a}}}", ()),
        (
            "CronJob",
            "spec: {jobTemplate: {spec: {parallelism: -2, selector: {}}}}",
            ("`parallelism` is -2", "may have no other"),
        ),
        (
            "PersistentVolume",
            "spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce]}",
            ("does not say where",),
        ),
        (
            "PersistentVolume",
            "spec: {capacity: {size: 1Gi}, nfs: {server: a, path: /}}",
            ("has no `storage`",),
        ),
        (
            "PersistentVolume",
            "spec: {hostPath: {path: /a}, local: {path: /a}}",
            ("has both `hostPath` and `local`",),
        ),
        ("PersistentVolume", "spec: {csi: {driver: a}, persistentVolumeReclaimPolicy: Keep}", ("`Keep`",)),
        (
            "PersistentVolumeClaim",
            "spec: {accessModes: [ReadWriteOncePod, ReadWriteOnce]}",
            ("no other access mode",),
        ),
        ("RoleBinding", "subjects: [{kind: Team, name: a}]", ("`kind` is `Team`",)),
        ("RoleBinding", "roleRef: {kind: ClusterRole, name: a}", ()),
        ("ClusterRoleBinding", "roleRef: {kind: Role, name: a}", ("refers to a ClusterRole",)),
        ("HorizontalPodAutoscaler", "spec: {minReplicas: 0, maxReplicas: 3}", ()),
        (
            "HorizontalPodAutoscaler",
            "spec: {minReplicas: 0, maxReplicas: 0}",
            ("`maxReplicas` is 0, and at least one",),
        ),
        ("Deployment", "spec: {strategy: {type: Recreate, rollingUpdate: {}}}", ("cannot stand beside",)),
        ("Deployment", "spec: {strategy: {type: Recreate, rollingUpdate: null}}", ()),
        (
            "Ingress",
            "spec: {rules: [{http: {paths: [{pathType: ImplementationSpecific, path: a}]}}]}",
            ("begins with `/`",),
        ),
        ("Ingress", "spec: {rules: [{http: {paths: [{pathType: ImplementationSpecific}]}}]}", ()),
        ("Ingress", "spec: {rules: [{http: {paths: [{pathType: Prefix}]}}]}", ("`Prefix` needs `path`",)),
        ("Ingress", "spec: {rules: [{host: 10.0.0.1}]}", ("not an address",)),
        ("Ingress", "spec: {defaultBackend: {service: {name: a}}}", ("names no port",)),
        ("Ingress", "spec: {defaultBackend: {service: {name: a, port: {name: a, number: 80}}}}", ("both",)),
        ("Ingress", "spec: {defaultBackend: {resource: {kind: Bucket, name: a}}}", ()),
        ("Job", "spec: {maxFailedIndexes: 2}", ("needs `backoffLimitPerIndex`",)),
        ("Job", "spec: {maxFailedIndexes: 2, backoffLimitPerIndex: 1, completionMode: Indexed}", ()),
        ("CronJob", "metadata: {name: %s}" % ("a" * 53), ("at most 52 characters",)),
        ("CronJob", "metadata: {name: %s}" % ("a" * 52), ()),
        ("Namespace", "metadata: {name: _}", ()),
        ("Namespace", "metadata: {name: a_b}", ("is no name for a Namespace",)),
    ],
)
def test_objects(kind: str, text: str, expected: tuple[str, ...]) -> None:
    data = {"apiVersion": VERSIONS[kind], "kind": kind, **yaml.safe_load(text)}
    if kind != "SubjectAccessReview":
        data["metadata"] = {"name": "shop", **data.get("metadata", {})}
    found = [refusal.message for refusal in refusals(data)]
    assert len(found) == len(expected)
    assert all(part in message for part, message in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ("ports: [{containerPort: 80, hostPort: 0}]", ()),
        ("ports: [{containerPort: 0}]", ("`containerPort` is 0",)),
        ("livenessProbe: {periodSeconds: 5}", ("says nothing to ask",)),
        ("readinessProbe: {exec: {command: [a]}, successThreshold: 2}", ()),
        ("livenessProbe: {tcpSocket: {port: 80}, successThreshold: 0}", ()),
        ("livenessProbe: {tcpSocket: {port: 80}, httpGet: {port: 80}}", ("has both `httpGet` and `tcpSocket`",)),
        ("volumeMounts: [{name: a, mountPath: /a, subPath: b/../../c}]", ("lead up with `..`",)),
        ("volumeMounts: [{name: a, mountPath: /a, subPath: ..data}]", ()),
        ("env: [{name: a b, value: x}, {name: A, value: '', valueFrom: {fieldRef: {fieldPath: metadata.name}}}]", ()),
        ("env: [{name: é, value: x}]", ("is no name for a variable",)),
        ("resources: {requests: {memory: 1Gi, example.com/gpu: 2}, limits: {memory: 1024Mi, example.com/gpu: 1}}", ()),
        ("resources: {requests: {cpu: 1.5}, limits: {cpu: 1499m}}", ("requests `1.5`",)),
    ],
)  # fmt: skip
def test_containers(container: str, expected: tuple[str, ...]) -> None:
    text = f"{{name: api, image: a, {container}}}"
    data = yaml.safe_load(
        "{apiVersion: v1, kind: Pod, metadata: {name: shop}, "
        f"spec: {{volumes: [{{name: a, emptyDir: {{}}, $retainKeys: [name]}}], containers: [{text}]}}}}"
    )
    found = [refusal.message for refusal in refusals(data)]
    assert len(found) == len(expected), found
    assert all(part in message for part, message in zip(expected, found, strict=True))


def test_init_containers_and_sidecars() -> None:
    data = yaml.safe_load("""apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  hostNetwork: true
  resources: {requests: {cpu: 2}, limits: {cpu: 1}}
  initContainers:
    - {name: a, image: a, ports: [{containerPort: 1, hostPort: 2}]}
    - {name: b, image: a, restartPolicy: Always, lifecycle: {}, startupProbe: {tcpSocket: {port: 1}}}
    - {name: c, image: a, lifecycle: {}}
  containers: [{name: b, image: a, ports: [{containerPort: 1, hostPort: 2}]}]
""")
    found = [(refusal.route, refusal.message) for refusal in refusals(data)]
    assert [route for route, _ in found] == [
        ("spec", "containers", 0, "name"),
        ("spec", "initContainers", 2, "lifecycle"),
        ("spec", "containers", 0, "ports", 0, "hostPort"),
        ("spec", "resources", "requests", "cpu"),
    ]


def test_a_pod_without_a_name_is_a_template() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {labels: {app: jobs}}\nspec: {containers: [{name: jobs}]}\n"
    assert messages({"a.yaml": pod}) == []
    named = pod.replace("{labels", "{name: jobs, labels")
    assert messages({"a.yaml": named}) == ["a.yaml: entry 1 of `containers` of this Pod has no `image`"]


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


@pytest.mark.parametrize(
    ("name", "told"), [("wipe-HOSTNAME", 0), ("NODE.wipe", 0), ("Wipe", 1), ("wipe-Node", 1)]
)
def test_a_name_that_a_script_fills_in_is_none_yet(name: str, told: int) -> None:
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: [{{name: a, image: 'a:1'}}]}}\n"
    assert len(messages({"pod.yaml": text})) == told


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
