"""GitHub's published description of its REST API, from npm, for requests to be held against."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

PACKAGE = "@octokit/openapi"
VERSION = "23.0.2"
DESCRIPTION = "api.github.com.json"


class UnavailableError(Exception):
    """The description cannot be had here; the message says why."""


@lru_cache(maxsize=1)
def description() -> Any:
    """The OpenAPI document, installed into the user's cache folder when it is not there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lintkit"
    file = cache / f"octokit-openapi-{VERSION}.json"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _install(file)
    return json.loads(file.read_bytes())


def _install(file: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise UnavailableError("npm is not installed")
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        done = subprocess.run(
            [npm, "pack", "--silent", "--pack-destination", folder, f"{PACKAGE}@{VERSION}"],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
        )
        packed = next(Path(folder).glob("*.tgz"), None)
        if done.returncode or packed is None:
            raise UnavailableError(f"npm could not fetch {PACKAGE}")
        with tarfile.open(packed) as archive:
            member = archive.extractfile(f"package/generated/{DESCRIPTION}")
            assert member is not None
            # Beside the final file first, so that half of it is never taken for all of it.
            fresh = Path(folder) / DESCRIPTION
            fresh.write_bytes(member.read())
            fresh.replace(file)


def request_schema(method: str, path: str) -> Any:
    """The JSON Schema of a request's body, with the components its references lead to; None where it has no body.

    Raises LookupError where GitHub has no such request.
    """
    document = description()
    for template, operations in document["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in operations:
            body = operations[method.lower()].get("requestBody")
            if body is None:
                return None
            return {**body["content"]["application/json"]["schema"], "components": document["components"]}
    raise LookupError(f"{method} {path}")
