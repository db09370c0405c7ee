"""Every kind of file says all that is asked of it, and its parts exist."""

from __future__ import annotations

import pytest

from lintkit.kinds.kind import FileKind, named
from lintkit.kinds.recognise import kind_by_name
from lintkit.kinds.registry import FILE_KIND, FILE_KINDS


@pytest.mark.parametrize("kind", FILE_KINDS, ids=lambda kind: kind.name)
def test_what_a_kind_names_exists(kind: FileKind) -> None:
    named_parts = (kind.parse, kind.facts, kind.inner, kind.resolved, kind.sample, *kind.selectors.values())
    for part in filter(None, named_parts):
        assert named(part) is not None
    assert kind.refines | kind.inner_kinds <= set(FILE_KIND)
    assert (kind.holds is None) == (not kind.refines)


@pytest.mark.parametrize("kind", FILE_KINDS, ids=lambda kind: kind.name)
def test_the_usual_name_is_known(kind: FileKind) -> None:
    # A manifest has no name of its own: it is YAML until its bytes are seen.
    assert kind_by_name(kind.usual_name) == ("yaml" if kind.name == "kubernetes" else kind.name)
