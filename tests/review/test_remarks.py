"""Reading SARIF logs, also ones that were made to do harm."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.review.changes import changed_file
from lintkit.review.placing import place
from lintkit.review.remarks import SarifError, remarks_of
from tests.review.sarif_log import log, result


@pytest.mark.parametrize(
    "value", [None, [], {}, {"version": "1"}, {"version": "2.1.0"}, {"version": "2.1.0", "runs": 1}]
)
def test_what_is_no_sarif_is_refused(value: Any) -> None:
    with pytest.raises(SarifError, match=r"SARIF 2\.1\.0"):
        remarks_of(value)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../x",
        "a/../b",
        "./a",
        "a//b",
        "",
        "https://x/y",
        "file:///x",
        "C:/x",
        "a\nb",
        "a\\b",
        "a/",
    ],
)
def test_a_path_outside_of_the_repository_is_no_place(path: str) -> None:
    assert remarks_of(log(result(path, 1))) == ()


def test_what_is_suppressed_or_was_there_before_is_left_out() -> None:
    found = remarks_of(
        log(
            result("a.py", 1, suppressions=[{"kind": "inSource"}]),
            result("a.py", 2, baselineState="unchanged"),
            result("a.py", 3, baselineState="new"),
            result("a.py", 4, baselineState={"is": "new"}),
            result("a.py", 5),
        )
    )
    assert [(one.place.line, one.is_new) for one in found] == [(3, True), (4, False), (5, False)]


def test_keys_tell_equal_findings_apart_and_survive_other_lines() -> None:
    first = remarks_of(log(result("a.py", 1), result("a.py", 5)))
    second = remarks_of(log(result("a.py", 11), result("a.py", 15)))
    assert first[0].key != first[1].key
    assert [one.key for one in first] == [one.key for one in second]


KEYS = (
    *(
        "ruleId",
        "level",
        "message",
        "text",
        "locations",
        "physicalLocation",
        "artifactLocation",
        "uri",
        "region",
    ),
    *(
        "startLine",
        "endLine",
        "relatedLocations",
        "fixes",
        "artifactChanges",
        "replacements",
        "deletedRegion",
    ),
    *("contextRegion", "snippet", "startColumn", "endColumn"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, JSON)
def test_any_shape_is_read_without_a_crash(one: Any, other: Any) -> None:
    whole = {**result("a.py", 1), **(one if isinstance(one, dict) else {})}
    found = remarks_of({"version": "2.1.0", "runs": [{"results": [one, other, whole]}, one]})
    place(found, {"a.py": changed_file("a.py", "@@ -1,1 +1,2 @@\n a\n+b")})


@given(st.text("@-+ 1,2\n\\ab", max_size=60))
def test_any_patch_is_read_without_a_crash(patch: str) -> None:
    changed_file("a.py", patch)
