"""Tokens that have the form of a credential and open nothing that is not open anyway."""

from __future__ import annotations

import base64
import binascii
import json

from lintkit.formats.plain import mapping_at

_ANONYMOUS = frozenset({"anon", "anonymous", "public"})
_A_DAY = 86_400
_DEMONSTRATIONS = frozenset({"supabase-demo"})


def opens_nothing(token: str) -> bool:
    """Whether a JSON Web Token is that of the role everybody has, was made for a demonstration, or for a few hours.

    False for tokens of every other form.
    """
    if not token.startswith("eyJ"):
        return False
    claims = _claims(token)
    begin, end = claims.get("iat", claims.get("nbf")), claims.get("exp")
    if isinstance(begin, int) and isinstance(end, int) and 0 <= end - begin <= _A_DAY:
        return True  # no file is read that soon
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
    claims = mapping_at(found).items()
    return {key: value for key, value in claims if isinstance(value, (str, int))}
