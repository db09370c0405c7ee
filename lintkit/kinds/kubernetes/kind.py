"""Kubernetes objects in YAML and JSON, kustomizations, and kubeconfigs."""

from __future__ import annotations

import re

from lintkit.formats.sniff import is_binary, is_template, sniffable, stand_together
from lintkit.kinds.kind import EVERY_EDIT, FileKind

KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""The names that kustomize looks for (kustomize, api/konfig/general.go, RecognizedKustomizationFileNames)."""

_KUBECONFIG = re.compile(
    r"(?:.+[._-])?kubeconfig(?:[._-](?:dev|test|stag(?:e|ing)|prod(?:uction)?|local|admin))?"
)
_KIND_OF_PATCH = re.compile(rb"^kind[ \t]*:[ \t]+[\"']?[A-Z][A-Za-z0-9]+[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)
_FIRST_LINE_OF_YAML = re.compile(
    rb"(?:[ \t]*(?:#[^\n]*)?\n)*(?:---|%YAML|[\"']?[A-Za-z]+[\"']?[ \t]*:(?:\s|$))"
)
_JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
_TEXT_FOLLOWS = re.compile(rb'[ \t\n]*:[ \t\n]*"')
_MOST_TOKENS = 200_000
_LARGEST_UNNAMED = 1_000_000


def is_kubernetes(text: bytes) -> bool:
    """Whether a document of this YAML has both `apiVersion` and `kind` as keys at column 0.

    A patch needs no version: there, `kind` with a name as Kubernetes writes it stands beside `metadata`.
    """
    if stand_together(text, b"apiVersion", b"kind"):
        return True
    return _KIND_OF_PATCH.search(text) is not None and stand_together(text, b"metadata", b"kind")


def is_kubernetes_json(text: bytes) -> bool:
    """Whether the first value of this JSON is an object with texts as `apiVersion` and as `kind`."""
    if b'"apiVersion"' not in text or b'"kind"' not in text or not text.lstrip(b" \t\n").startswith(b"{"):
        return False
    depth, found = 0, set()
    for count, token in enumerate(_JSON_TOKEN.finditer(text)):
        mark = token[0][:1]
        if mark in b"{[":
            depth += 1
        elif mark in b"}]":
            depth -= 1
            if depth == 0:
                break
        elif (
            depth == 1 and token[0] in (b'"apiVersion"', b'"kind"') and _TEXT_FOLLOWS.match(text, token.end())
        ):
            found.add(token[0])
            if len(found) == 2:
                return True
        if count > _MOST_TOKENS:
            break
    return False


def _is_unnamed_manifest(data: bytes) -> bool:
    """Whether a file without a suffix holds manifests: kubeconfigs, and files that a script applies."""
    if len(data) > _LARGEST_UNNAMED or data.startswith(b"#!") or is_binary(data):
        return False
    text = sniffable(data)
    return _FIRST_LINE_OF_YAML.match(text) is not None and is_kubernetes(text) and not is_template(text)


def _is_named(path: str, name: str) -> bool:
    return name in KUSTOMIZATION_FILES or _KUBECONFIG.fullmatch(name.lower()) is not None


def _holds(path: str, text: bytes) -> bool:
    return is_kubernetes_json(text) if path.lower().endswith(".json") else is_kubernetes(text)


KUBERNETES = FileKind(
    name="kubernetes",
    noun="a manifest",
    usual_name="deployment.yaml",
    language="yaml",
    named=_is_named,
    refines=frozenset(("yaml", "compose", "json")),
    holds=_holds,
    nameless=_is_unnamed_manifest,
    parse="lintkit.kinds.kubernetes.objects:parse",
    facts="lintkit.kinds.kubernetes.facts:extract",
    taken_over="lintkit.kinds.kubernetes.provenance:taken_over",
    scalars="kubernetes",
    edits=EVERY_EDIT,
    selectors={
        "container": "lintkit.kinds.kubernetes.selectors:each_container",
        "deployed-container": "lintkit.kinds.kubernetes.selectors:each_deployed_container",
        "linux-container": "lintkit.kinds.kubernetes.selectors:each_linux_container",
        "serving-container": "lintkit.kinds.kubernetes.selectors:each_serving_container",
        "pod": "lintkit.kinds.kubernetes.selectors:each_pod",
        "workload": "lintkit.kinds.kubernetes.selectors:each_workload",
        "service": "lintkit.kinds.kubernetes.selectors:each_service",
        "env-var": "lintkit.kinds.kubernetes.selectors:each_env_var",
        "probe": "lintkit.kinds.kubernetes.selectors:each_probe",
        "rbac-rule": "lintkit.kinds.kubernetes.rbac:each_rule",
    },
    across={
        "deployed-pods": "lintkit.kinds.kubernetes.across:each_deployed_pods",
        "namespace": "lintkit.kinds.kubernetes.across:each_namespace",
        "pod-selector": "lintkit.kinds.kubernetes.across:each_pod_selector",
        "reference": "lintkit.kinds.kubernetes.across:each_reference",
    },
    sample="lintkit.kinds.kubernetes.sample:SAMPLE",
)
