"""Every request of a review is one that GitHub describes, with a body that it describes."""

from __future__ import annotations

import os
from typing import Any

import jsonschema
import pytest

from lintkit.review.client import Client
from lintkit.review.publish import publish
from lintkit.review.pull_request import Target
from lintkit.review.remarks import remarks_of
from tests.review.github_openapi import UnavailableError, description, request_schema
from tests.review.github_server import TOKEN, GitHub, serving
from tests.review.sarif_log import log, result

PATCH = "@@ -1,1 +1,3 @@\n one\n+two\n+three"


@pytest.fixture(scope="module")
def requests() -> list[tuple[str, str, Any]]:
    """The requests of three runs: they post, update, delete, and replace the body of a review."""
    github = GitHub(files=[{"filename": "app.py", "status": "modified", "patch": PATCH}])
    fix = {
        "artifactChanges": [
            {
                "artifactLocation": {"uri": "app.py"},
                "replacements": [
                    {"deletedRegion": {"startLine": 2, "startColumn": 1, "endLine": 3, "endColumn": 1}}
                ],
            }
        ]
    }
    prints: dict[str, Any] = {"partialFingerprints": {"lintkit/v1": "1"}}
    with serving(github), Client(github.api, TOKEN, sleep=lambda seconds: None) as client:
        for results in (
            [
                result("app.py", 2, "old", context={1: "one", 2: "two", 3: "three"}, fixes=[fix], **prints),
                result("app.py", 3),
            ],
            [result("app.py", 2, "new", **prints), result("app.py", 3, "other")],
            [result("app.py", 2, "new", **prints)],
        ):
            publish(client, Target("shop/orders", 7, api=github.api), remarks_of(log(*results)))
    return github.log


def test_the_runs_make_every_kind_of_request(requests: list[tuple[str, str, Any]]) -> None:
    assert {method for method, _, _ in requests} == {"POST", "PATCH", "DELETE", "PUT"}
    assert any(
        "start_line" in comment for _, _, body in requests for comment in (body or {}).get("comments", ())
    )


def test_github_describes_every_request(requests: list[tuple[str, str, Any]]) -> None:
    try:
        description()
    except UnavailableError as reason:
        if os.environ.get("LINTKIT_REQUIRE_ALL"):
            pytest.fail(f"{reason}, and LINTKIT_REQUIRE_ALL is set")
        pytest.skip(str(reason))
    for method, path, body in requests:
        schema = request_schema(method, path)
        assert (schema is None) == (body is None), (method, path)
        if schema is not None:
            jsonschema.validate(body, schema)
            assert set(body) <= set(schema["properties"])
            comments = schema["properties"].get("comments", {}).get("items", {}).get("properties", {})
            assert all(set(comment) <= set(comments) for comment in body.get("comments", ()))
