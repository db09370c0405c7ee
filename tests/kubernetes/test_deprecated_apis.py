"""What the maintained facts say of API versions."""

from __future__ import annotations

import pytest

from lintkit.kinds.kubernetes.apis import deprecated, removed


@pytest.mark.parametrize(
    ("version", "kind", "release", "replacement"),
    [
        ("v1", "Endpoints", "1.33", "discovery.k8s.io/v1 EndpointSlice"),
        ("resource.k8s.io/v1beta1", "ResourceClaim", "1.34", "resource.k8s.io/v1"),
    ],
)
def test_a_deprecated_version_names_its_release_and_what_replaces_it(
    version: str, kind: str, release: str, replacement: str
) -> None:
    found = deprecated(version, kind)
    assert found is not None
    assert (found.release, found.replacement) == (release, replacement)
    assert removed(version, kind) is None


@pytest.mark.parametrize(
    ("version", "kind"),
    [("v1", "Pod"), ("policy/v1beta1", "PodDisruptionBudget"), ("v1", 3), (None, "Endpoints"), ({}, [])],
)
def test_what_is_current_or_gone_is_not_deprecated(version: object, kind: object) -> None:
    assert deprecated(version, kind) is None
