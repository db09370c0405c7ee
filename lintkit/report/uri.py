"""A path as it stands in an address."""

from __future__ import annotations

from urllib.parse import quote


def path_uri(path: str) -> str:
    """A path relative to the root, percent-encoded; bytes of a name that are not UTF-8 are kept."""
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = path.encode("utf-8", "surrogatepass")
    return quote(data, safe="/")
