"""Manifests in which nobody makes choices: a program wrote them, somebody else released them, or they are for a moment.

What such a manifest allows and which images it names is the choice of those who made it. To change it, one changes the
values of the chart or patches the object, and that stands in another file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lintkit.formats.plain import at, mapping_at
from lintkit.model import Document, Span

_GENERATED = re.compile(
    r"(?i)\bdo(?: not|n't) (?:edit|modify|change)\b"
    r"|\b(?:code|file|manifests?|yaml|resources?) (?:(?:is|was|are|were|has been|have been) )?"
    r"(?:auto(?:matically)?[- ]?)?generated\b"
    r"|\bauto(?:matically)?[- ]?generated\b"
    r"|^\W*generated (?:by|from|with|using|via)\b"
)
"""What generators write above what they make; `DO NOT EDIT` is Go's convention (`go help generate`)."""
_RENDERED = re.compile(r"^#\s*Source:\s*[\w.-]+/(?:\S+/)?templates/\S+\s*$")
"""What `helm template` writes above each object (helm, pkg/action/action.go)."""
_TAKEN = re.compile(
    r"(?i)^\W*(?:source|origin|upstream|(?:copied|downloaded|fetched|taken|vendored|imported|curl)\b[^:\n]{0,40})\W{1,4}[^\n]{0,60}?https?://"
    r"|^\W*https?://(?:raw\.githubusercontent\.com/|github\.com/[^/\s]+/[^/\s]+/(?:releases|raw|blob|tree)/)\S+\s*$"
)
"""Where somebody says that a file was taken over as it is."""
_KEPT_APART = re.compile(r"(?:^|/)(?:bundles?/(?:[^/]+/){0,3}manifests|_?upstream)/")
"""Folders of copies, and where the Operator Lifecycle Manager looks for an operator (its documentation, "bundles")."""
_ROLES = frozenset(("ClusterRole", "Role"))
_WORKLOADS = frozenset(("DaemonSet", "Deployment", "StatefulSet"))
_HEAD = 40


def taken_over(documents: Sequence[Document]) -> Iterator[Span]:
    """The stretches of one file in which nobody changes what is a matter of choice: the whole file or objects of it.

    These are Pods that somebody starts by hand, and what was written by a program or by other people.

    The latter say so: by a comment, by a label or annotation of their generator, by the folder that they are kept in,
    or by being all that an operator consists of, its resource definitions included, in one file.
    """
    if not documents:
        return
    first = documents[0]
    if _KEPT_APART.search(first.path) or _is_release(documents) or any(map(_is_rendered, documents)):
        yield Span(first.path, 0, len(first.text))
        return
    comments = [(span, first.text[span.start : span.end]) for span in first.comments]
    taken = 0
    for number, document in enumerate(documents):
        root = document.nodes.get(())
        if root is None:
            continue
        above = []
        while taken < len(comments) and comments[taken][0].start < root.value.start:
            above.append(comments[taken][1])
            taken += 1
        while taken < len(comments) and comments[taken][0].start < root.value.end:
            taken += 1
        above = above[:_HEAD] if number == 0 else above[-_HEAD:]
        if any(_RENDERED.search(line) for line in above):
            yield Span(first.path, 0, len(first.text))
            return
        if any(_GENERATED.search(line) or _TAKEN.search(line) for line in above):
            if number == 0:
                yield Span(first.path, 0, len(first.text))
                return
            yield root.value
        elif _is_generated(document.data) or _is_started_by_hand(document.data):
            yield root.value


def _is_release(documents: Sequence[Document]) -> bool:
    """Whether a file is a whole operator: with its resource definitions, its roles and its pods."""
    kinds = {kind for document in documents if isinstance(kind := at(document.data, "kind"), str)}
    return (
        "CustomResourceDefinition" in kinds
        and not kinds.isdisjoint(_ROLES)
        and not kinds.isdisjoint(_WORKLOADS)
    )


def _is_rendered(document: Document) -> bool:
    """Whether Helm made an object: by the labels that the good practices of charts ask for, or the older ones."""
    labels = mapping_at(document.data, "metadata", "labels")
    annotations = mapping_at(document.data, "metadata", "annotations")
    return (
        "helm.sh/chart" in labels
        or ("chart" in labels and "heritage" in labels)
        or "meta.helm.sh/release-name" in annotations
    )


def _is_generated(data: Any) -> bool:
    """Whether controller-gen or the Operator SDK made an object."""
    annotations = mapping_at(data, "metadata", "annotations")
    return (
        "controller-gen.kubebuilder.io/version" in annotations or at(data, "kind") == "ClusterServiceVersion"
    )


def _is_started_by_hand(data: Any) -> bool:
    """Whether an object is a Pod alone: nothing starts it again, so somebody looks into the cluster with it."""
    return at(data, "kind") == "Pod" and at(data, "apiVersion") == "v1" and at(data, "spec") is not None
