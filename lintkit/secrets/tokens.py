"""Tokens that have the form of a credential and open nothing that is not open anyway."""

from __future__ import annotations

import base64
import binascii
import json

_ANONYMOUS = frozenset({"anon", "anonymous", "public"})
_DEMONSTRATIONS = frozenset({"supabase-demo"})


def opens_nothing(token: str, at_a_desk: bool) -> bool:
    """Whether a JSON Web Token is that of the role everybody has, or was made for a demonstration.

    at_a_desk  the token stands in a file for a developer's machine, whose server signs what it likes

    False for tokens of every other form.
    """
    if not token.startswith("eyJ"):
        return token.startswith("django-insecure-") and at_a_desk
    if at_a_desk:
        return True
    claims = _claims(token)
    return claims.get("role") in _ANONYMOUS or claims.get("iss") in _DEMONSTRATIONS


def _claims(token: str) -> dict[str, object]:
    """The payload of a JSON Web Token; empty where it is none that can be read."""
    parts = token.split(".")
    if len(parts) < 2 or len(parts[1]) > 8000:
        return {}
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return (
        {key: value for key, value in found.items() if isinstance(value, str)}
        if isinstance(found, dict)
        else {}
    )
