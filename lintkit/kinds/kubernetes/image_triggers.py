"""Containers whose image OpenShift fills in: what stands in the manifest is replaced before the first pod starts.

A trigger writes the digest that an image stream's tag points at into the pod template, whatever was there: by the
annotation `image.openshift.io/triggers` of any workload, by `spec.triggers` of a DeploymentConfig
(https://docs.openshift.com/container-platform/latest/openshift_images/triggering-updates-on-imagestream-changes.html).
"""

from __future__ import annotations

import json
import re
from typing import Any

from lintkit.formats.plain import at, list_at, mappings_at, text_at
from lintkit.kinds.kubernetes.objects import containers_of
from lintkit.model import Route

_ANNOTATION = "image.openshift.io/triggers"
_FIELD = re.compile(
    r"spec\.(?:jobTemplate\.spec\.)?template\.spec\.(?P<list>initContainers|containers)"
    r"""\[(?:(?P<index>\d{1,4})|\?\(@\.name==["'](?P<name>[^"']{1,253})["']\))\]\.image"""
)


def triggered_images(data: Any) -> frozenset[Route]:
    """The routes of the containers of an object whose image a trigger sets; those that are paused do not count."""
    by_index, by_name = set(), set()
    for trigger in _annotated(data):
        field = _FIELD.fullmatch(str(trigger.get("fieldPath")))
        if field is None or trigger.get("paused") in (True, "true"):
            continue
        if field["index"]:
            by_index.add((field["list"], int(field["index"])))
        else:
            by_name.add((field["list"], field["name"]))
    if at(data, "kind") == "DeploymentConfig":
        for trigger in mappings_at(data, "spec", "triggers"):
            names = list_at(trigger, "imageChangeParams", "containerNames")
            if trigger.get("type") == "ImageChange":
                by_name.update((field, name) for name in names for field in ("initContainers", "containers"))
    if not by_index and not by_name:
        return frozenset()
    return frozenset(
        each.route
        for each in containers_of(data)
        if each.route[-2:] in by_index or (each.route[-2], each.name) in by_name
    )


def _annotated(data: Any) -> list[dict[str, Any]]:
    text = text_at(data, "metadata", "annotations", _ANNOTATION)
    if len(text) > 100_000:
        return []
    try:
        return mappings_at(json.loads(text))
    except (ValueError, RecursionError):
        return []
