"""The address of a repository as it may be published."""

from __future__ import annotations

_SCHEMES = ("http", "https", "ssh", "git")


def public_uri(uri: str) -> str:
    """A remote's URI without user and password; empty for what is no such URI, for example a local path."""
    scheme, separator, rest = uri.partition("://")
    if not separator or scheme.lower() not in _SCHEMES:
        return ""
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
