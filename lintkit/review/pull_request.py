"""Which pull request a review is for: told by flags, or by the event that started a workflow."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lintkit.formats.plain import at

API = "https://api.github.com"
SERVER = "https://github.com"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LARGEST = 50_000_000


class PullRequestError(Exception):
    """It cannot be told which pull request is meant; the message says what to give."""


@dataclass(frozen=True, slots=True)
class Target:
    """A pull request as far as it is known before GitHub is asked.

    number  0 where only the branch is known
    commit  the one that was checked; empty for the newest
    branch  `owner:branch` that the pull request comes from; empty where the number is known
    api     the address of the REST API; `server` is where people read
    """

    repository: str
    number: int
    commit: str = ""
    branch: str = ""
    api: str = API
    server: str = SERVER


def find_target(
    environment: Mapping[str, str],
    *,
    repository: str = "",
    number: int = 0,
    commit: str = "",
    api: str = "",
    event: Path | None = None,
) -> Target:
    """What the flags say, and where they say nothing, what GitHub Actions says.

    environment  `GITHUB_REPOSITORY`, `GITHUB_EVENT_PATH`, `GITHUB_API_URL` and `GITHUB_SERVER_URL` count
    Raises PullRequestError where that names no pull request, or something that is none.
    """
    path = event or (Path(environment["GITHUB_EVENT_PATH"]) if environment.get("GITHUB_EVENT_PATH") else None)
    payload = {} if number or path is None else _payload(path)
    repository = repository or environment.get("GITHUB_REPOSITORY", "")
    if not _NAME.fullmatch(repository):
        raise PullRequestError("the repository is not known; give --repository OWNER/NAME")
    branch = ""
    if not number:
        number, told, branch = _of_event(payload)
        commit = commit or told
    if commit and not _COMMIT.fullmatch(commit):
        raise PullRequestError("--commit takes the whole hash of a commit, 40 hexadecimal digits")
    if not number and not branch:
        raise PullRequestError("there is no pull request in the event; give --pull-request NUMBER")
    api = (api or environment.get("GITHUB_API_URL") or API).rstrip("/")
    server = environment.get("GITHUB_SERVER_URL") or _server(api)
    return Target(repository, number, commit, branch, api, server.rstrip("/"))


def _server(api: str) -> str:
    """The address that belongs to an API: on GitHub Enterprise it is the host itself, with `/api/v3` behind it."""
    return SERVER if api == API else api.removesuffix("/api/v3")


def _payload(path: Path) -> Any:
    try:
        if path.stat().st_size > _LARGEST:
            raise PullRequestError("the event file is too large to be one")
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise PullRequestError(
            "the event file cannot be read as JSON; give --repository and --pull-request instead"
        ) from None


def _of_event(payload: Any) -> tuple[int, str, str]:
    """(number, commit, branch) of a `pull_request`, `pull_request_target` or `workflow_run` event.

    The pull requests that a `workflow_run` lists are empty for a fork, and its artifacts are not to be believed, so
    the pull request is looked up by the branch the run was made for.
    """
    pull = at(payload, "pull_request")
    if isinstance(at(pull, "number"), int):
        return pull["number"], str(at(pull, "head", "sha") or ""), ""
    run = at(payload, "workflow_run")
    owner, branch = at(run, "head_repository", "owner", "login"), at(run, "head_branch")
    if isinstance(owner, str) and isinstance(branch, str):
        return 0, str(at(run, "head_sha") or ""), f"{owner}:{branch}"
    return 0, "", ""
