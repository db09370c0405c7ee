"""Which pull request a review is for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lintkit.review.pull_request import PullRequestError, find_target

HEAD = "c" * 40


def event(folder: Path, payload: Any) -> dict[str, str]:
    file = folder / "event.json"
    file.write_text(payload if isinstance(payload, str) else json.dumps(payload))
    return {"GITHUB_EVENT_PATH": str(file), "GITHUB_REPOSITORY": "shop/orders"}


def test_flags_say_it_all() -> None:
    target = find_target({}, repository="shop/orders", number=7, commit=HEAD)
    assert (target.repository, target.number, target.commit) == ("shop/orders", 7, HEAD)
    assert (target.api, target.server) == ("https://api.github.com", "https://github.com")


def test_the_event_of_a_pull_request(tmp_path: Path) -> None:
    told = event(tmp_path, {"pull_request": {"number": 12, "head": {"sha": HEAD}}})
    target = find_target(told)
    assert (target.number, target.commit, target.branch) == (12, HEAD, "")


def test_the_event_of_a_workflow_run_for_a_fork_names_the_branch(tmp_path: Path) -> None:
    run = {
        "head_sha": HEAD,
        "head_branch": "topic",
        "head_repository": {"owner": {"login": "fork"}},
        "pull_requests": [],
    }
    target = find_target(event(tmp_path, {"workflow_run": run}))
    assert (target.number, target.commit, target.branch) == (0, HEAD, "fork:topic")


def test_flags_win_over_the_event(tmp_path: Path) -> None:
    told = event(tmp_path, {"pull_request": {"number": 12, "head": {"sha": HEAD}}})
    target = find_target(told, number=3, repository="other/one")
    assert (target.repository, target.number, target.commit) == ("other/one", 3, "")


def test_github_enterprise(tmp_path: Path) -> None:
    told = {"GITHUB_API_URL": "https://git.corp.example/api/v3", "GITHUB_REPOSITORY": "a/b"}
    target = find_target(told, number=1)
    assert (target.api, target.server) == ("https://git.corp.example/api/v3", "https://git.corp.example")
    given = find_target({}, repository="a/b", number=1, api="https://git.corp.example/api/v3/")
    assert (given.api, given.server) == (target.api, target.server)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({"push": {}}, "no pull request in the event"),
        ("{not json", "cannot be read as JSON"),
        ([], "no pull request in the event"),
        ({"pull_request": {"number": 1, "head": {"sha": "main; rm -rf /"}}}, "whole hash"),
    ],
)
def test_an_event_without_a_pull_request(tmp_path: Path, payload: Any, message: str) -> None:
    with pytest.raises(PullRequestError, match=message):
        find_target(event(tmp_path, payload))


@pytest.mark.parametrize("repository", ["", "orders", "a/b/c", "../x", "a b/c", "https://x/y"])
def test_a_repository_that_is_none(repository: str) -> None:
    with pytest.raises(PullRequestError, match="OWNER/NAME"):
        find_target({}, repository=repository, number=1)
