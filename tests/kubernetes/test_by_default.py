"""What rules keep for those who ask for it: true, and seldom worth a change."""

from __future__ import annotations

import pytest

from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import RuleSet, builtin_folder, load_rule
from lintkit.config.model import Config
from lintkit.run.engine import Request, run


def found(rule: str, files: dict[str, str], *, strict: bool) -> list[str]:
    folder = builtin_folder()
    (file,) = folder.glob(f"kubernetes/{rule}.*")
    rules = RuleSet((load_rule(file, folder),))
    select = ("*",) if strict else ("pack:recommended",)
    config = Config().with_flags(select=select, extend_select=(), ignore=(), fail_on=None)
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    return [each.message for each in run(Request(tree, config, rules, rules.ids(), jobs=1)).findings]


def binding(subject: str) -> str:
    return (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: shop}\n"
        "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\n"
        f"subjects: [{subject}]\n"
    )


def privileged(container: str) -> str:
    return (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {template: {spec: {containers: "
        f"[{{name: builder, {container}, securityContext: {{privileged: true}}}}]}}}}}}\n"
    )


def api_service(name: str) -> str:
    return (
        "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\n"
        f"metadata: {{name: {name}}}\nspec: {{insecureSkipTLSVerify: true}}\n"
    )


def secret(value: str) -> str:
    return f"apiVersion: v1\nkind: Secret\nmetadata: {{name: shop}}\nstringData: {{password: {value}}}\n"


def setting(name: str, value: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: shop}}\ndata: {{{name}: {value}}}\n"


def pod(container: str, kind: str = "Deployment") -> str:
    spec = f"{{containers: [{{name: api, {container}}}]}}"
    if kind == "Pod":
        return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: shop}}\nspec: {spec}\n"
    return (
        f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: shop}}\nspec: {{template: {{spec: {spec}}}}}\n"
    )


KEPT = [
    ("cluster_admin_binding", "k8s/a.yaml", binding("{kind: Group, name: 'oidc:sre'}")),
    (
        "cluster_admin_binding",
        "k8s/a.yaml",
        binding("{kind: ServiceAccount, name: kustomize-controller, namespace: flux-system}"),
    ),
    (
        "cluster_admin_binding",
        "k8s/a.yaml",
        binding("{kind: ServiceAccount, name: argocd-application-controller, namespace: argocd}"),
    ),
    ("cluster_admin_binding", "hack/a.yaml", binding("{kind: ServiceAccount, name: shop, namespace: a}")),
    ("privileged_container", "k8s/a.yaml", privileged("image: 'docker:27-dind'")),
    ("privileged_container", "k8s/a.yaml", privileged("image: 'shop/runner:1', command: [dockerd]")),
    ("privileged_container", "k8s/a.yaml", privileged("image: 'moby/buildkit:v0.17'")),
    ("tls-verify-disabled", "k8s/a.yaml", api_service("v1beta1.metrics.k8s.io")),
    ("tls-verify-disabled", "k8s/a.yaml", api_service("v1beta2.custom.metrics.k8s.io")),
    ("secret_manifest_committed", "devenv/a.yaml", secret("shop")),
    ("secret_in_configmap", "k8s/a.yaml", setting("SMTP_PASSWORD", "change-me")),
    ("secret_in_configmap", "k8s/a.yaml", setting("STRIPE_API_KEY", "your-api-key")),
    ("hardcoded_secret", "k8s/a.yaml", pod("env: [{name: STRIPE_API_KEY, value: your-api-key}]")),
    ("secret_in_configmap", "k8s/a.yaml", setting("trustStorePassword", "changeit")),
    ("image_tag_mutable", "k8s/a.yaml", pod("image: 'shop:latest'")),
    ("image_tag_mutable", "shop-demo/a.yaml", pod("image: 'acme/shop:latest'")),
    ("kustomize_image_tag_mutable", "k8s/kustomization.yaml", "images: [{name: shop, newTag: latest}]\n"),
    ("helm_image_tag_mutable", "chart/values.yaml", "image: {repository: shop, tag: latest}\n"),
    ("helm_image_tag_mutable", "chart/values.yaml", "image: {repository: acme/shop, tag: main}\n"),
    ("hardcoded_secret", "k8s/a.yaml", pod("env: [{name: SHOP_PASSWORD, value: xxxxxxxx}]")),
    ("duplicate_env", "k8s/a.yaml", pod("env: [{name: A, value: b}, {name: A, value: b}]")),
    ("image_tag_mutable", "k8s/a.yaml", pod("image: 'acme/shop:main'")),
    ("image_tag_mutable", "k8s/a.yaml", pod("image: 'acme/shop-operator:latest'")),
    ("image_tag_mutable", "k8s/a.yaml", pod("image: 'acme/shop:latest'", "Pod")),
    ("image_tag_mutable", "k8s/a.yaml", pod("image: '${REGISTRY}/shop:latest'")),
    (
        "cluster_admin_binding",
        "k8s/a.yaml",
        binding("{kind: ServiceAccount, name: shop-runner, namespace: a}"),
    ),
    ("kustomize_image_tag_mutable", "k8s/kustomization.yaml", "images: [{name: acme/shop, newTag: main}]\n"),
    (
        "deprecated_api",
        "pkg/shop/a.yaml",
        "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\n",
    ),
]

TOLD = [
    ("cluster_admin_binding", "k8s/a.yaml", binding("{kind: ServiceAccount, name: shop, namespace: a}")),
    ("cluster_admin_binding", "k8s/a.yaml", binding("{kind: Group, name: 'system:masters'}")),
    (
        "cluster_admin_binding",
        "k8s/a.yaml",
        binding("{kind: Group, name: 'oidc:sre'}, {kind: ServiceAccount, name: shop, namespace: a}"),
    ),
    ("privileged_container", "k8s/a.yaml", privileged("image: 'shop/runner:1'")),
    ("tls-verify-disabled", "k8s/a.yaml", api_service("v1.shop.example.com")),
    ("secret_manifest_committed", "devenv/a.yaml", secret("q7Zr2Lw9XtB4mK8vN3cY")),
    ("secret_manifest_committed", "k8s/a.yaml", secret("shop")),
    ("secret_in_configmap", "k8s/a.yaml", setting("DB_PASSWORD", "change-me")),
    ("image_tag_mutable", "k8s/a.yaml", pod("image: 'acme/shop:latest'")),
    ("image_tag_mutable", "k8s/a.yaml", pod("image: 'nginx:latest'")),
    (
        "kustomize_image_tag_mutable",
        "k8s/kustomization.yaml",
        "images: [{name: acme/shop, newTag: latest}]\n",
    ),
    ("helm_image_tag_mutable", "chart/values.yaml", "image: {repository: redis, tag: latest}\n"),
    ("helm_image_tag_mutable", "chart/values-prod.yaml", "image: {repository: acme/shop, tag: main}\n"),
    ("hardcoded_secret", "k8s/a.yaml", pod("env: [{name: SHOP_PASSWORD, value: change-me}]")),
    ("duplicate_env", "k8s/a.yaml", pod("env: [{name: A, value: b}, {name: A, value: c}]")),
    ("hardcoded_secret", "k8s/a.yaml", pod("env: [{name: SHOP_PASSWORD, value: change-me}]", "Pod")),
    ("hardcoded_secret", "pkg/shop/a.yaml", pod("env: [{name: SHOP_PASSWORD, value: change-me}]")),
]


@pytest.mark.parametrize(("rule", "path", "text"), KEPT)
def test_what_few_would_change_is_told_where_it_is_asked_for(rule: str, path: str, text: str) -> None:
    assert found(rule, {path: text}, strict=False) == []
    assert found(rule, {path: text}, strict=True) != []


def test_of_pods_in_a_template_beside_it_a_service_may_be_the_front() -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {selector: {app: shop-api}}\n"
    pods = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: shop, labels: {app: shop}}\n"
        "spec: {containers: [{name: api, image: 'shop:1'}]}\n"
    )
    files = {"shop/service.yaml": service, "shop/pod.yaml": pods}
    assert found("dangling-service", files, strict=True) != []
    template = {"shop/api-deployment.yaml": "{{ if .api }}\nkind: Deployment\n{{ end }}\n"}
    assert found("dangling-service", files | template, strict=True) == []


def test_an_image_of_several_containers_of_a_pod_is_told_once() -> None:
    image = "image: 'acme/shop:latest'"
    text = pod(image).replace(f"{image}}}", f"{image}}}, {{name: worker, {image}}}")
    assert len(found("image_tag_mutable", {"k8s/a.yaml": text}, strict=False)) == 1
    assert len(found("image_tag_mutable", {"k8s/a.yaml": text}, strict=True)) == 2


def test_of_objects_of_one_file_the_first_speaks_for_all() -> None:
    text = "---\n".join(
        f"apiVersion: extensions/v1beta1\nkind: {kind}\nmetadata: {{name: shop{number}}}\n"
        for number, kind in enumerate(("Ingress", "Deployment", "Ingress", "Ingress"))
    )
    assert len(found("deprecated_api", {"k8s/a.yaml": text}, strict=False)) == 2
    assert len(found("deprecated_api", {"k8s/a.yaml": text}, strict=True)) == 4


@pytest.mark.parametrize(("rule", "path", "text"), TOLD)
def test_the_rest_is_told_to_everybody(rule: str, path: str, text: str) -> None:
    assert found(rule, {path: text}, strict=False) != []
