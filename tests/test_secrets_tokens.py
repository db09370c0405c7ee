"""Tokens whose form is that of a credential, and which open nothing."""

from __future__ import annotations

import base64
import json

import pytest

from lintkit.secrets import classify
from lintkit.secrets.tokens import opens_nothing


def token(payload: object) -> str:
    parts = ({"alg": "HS256"}, payload, "signature")
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"role": "anon", "iss": "shop"}, True),
        ({"iss": "supabase-demo", "role": "service_role"}, True),
        ({"role": "service_role"}, False),
        ({"sub": "1", "iat": 1_700_000_000, "exp": 1_700_003_600}, True),
        ({"sub": "1", "iat": 1_700_000_000, "exp": 1_800_000_000}, False),
        ({"sub": "1", "exp": "soon"}, False),
        (["a"], False),
    ],
)
def test_a_token_that_anybody_has_or_that_is_long_over_opens_nothing(payload: object, expected: bool) -> None:
    assert opens_nothing(token(payload)) is expected


def test_other_forms_are_left_alone() -> None:
    assert not opens_nothing("gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0")


def test_what_opens_nothing_is_no_secret_under_any_name() -> None:
    assert classify("SERVICE_TOKEN", token({"role": "anon", "iss": "shop"})) is None


@pytest.mark.parametrize(
    "text", ["eyJ", "eyJ.eyJ!!.x", "eyJhbGciOiJub25lIn0." + "e30" * 4000 + ".x", "eyJ.W1td."]
)
def test_what_cannot_be_read_is_taken_for_a_credential(text: str) -> None:
    assert not opens_nothing(text)
