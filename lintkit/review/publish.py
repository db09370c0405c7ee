"""Post a review, or bring the one that is there up to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lintkit.review.changes import Changes, changed_file
from lintkit.review.client import (
    Client,
    GitHubError,
    NotAllowedError,
    RefusedError,
    UncertainError,
)
from lintkit.review.placing import MOST_COMMENTS, Placing, place
from lintkit.review.plan import Request, State, plan, posted_state
from lintkit.review.pull_request import Target
from lintkit.review.remarks import Remark
from lintkit.review.wording import Repository

ACTIONS_LOGIN = "github-actions[bot]"
"""Who posts with the token of a workflow."""

_ATTEMPTS = 3
_RETRY_SECONDS = 5.0


class MovedOnError(GitHubError):
    """The pull request has other commits than the one that was checked: its own run will review those."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done.

    address   of the pull request, for people
    posted    comments that are new; `updated` and `deleted` are those that were there before
    unplaced  GitHub did not take the comments beside lines, so that everything stands in the body
    """

    placing: Placing
    address: str
    posted: int = 0
    updated: int = 0
    deleted: int = 0
    unplaced: bool = False


def publish(
    client: Client, target: Target, remarks: Sequence[Remark], *, login: str = "", most: int = MOST_COMMENTS
) -> Outcome:
    """Make the pull request show `remarks`.

    login  who the token belongs to; asked of GitHub if empty
    Raises NotAllowedError where the token may only read, MovedOnError where the newest commit is another than the one
    that was checked, GitHubError for everything else that GitHub does not do.
    """
    pull = _pull(client, target)
    number, head = pull["number"], str(pull["head"]["sha"])
    if target.commit and target.commit != head:
        raise MovedOnError(
            f"the pull request has moved on to {head[:12]}, but {target.commit[:12]} was checked; nothing is posted"
        )
    repository = Repository(target.server, target.repository, head)
    pulls = f"/repos/{target.repository}/pulls/{number}"
    placing = place(remarks, _changes(client, pulls), most)
    login = login or _login(client)
    unplaced = False
    for attempt in range(1, _ATTEMPTS + 1):
        requests = plan(_state(client, pulls, login), placing, repository, number)
        try:
            _send(client, requests)
        except RefusedError:
            if unplaced or not placing.inline:
                raise
            unplaced, placing = True, _all_in_the_body(placing)
        except UncertainError:
            # What is there now says whether it was carried out; asking blindly again could post it twice.
            if attempt == _ATTEMPTS:
                raise
            client.sleep(_RETRY_SECONDS)
        else:
            return Outcome(
                placing,
                f"{target.server}/{target.repository}/pull/{number}",
                posted=sum(len(one.body["comments"]) for one in requests if one.method == "POST"),
                updated=sum(one.method == "PATCH" for one in requests),
                deleted=sum(one.method == "DELETE" for one in requests),
                unplaced=unplaced,
            )
    raise GitHubError("GitHub did not take the review")


def _send(client: Client, requests: Sequence[Request]) -> None:
    for request in requests:
        _change(client, request)


def _change(client: Client, request: Request) -> None:
    try:
        client.change(request.method, request.path, request.body)
    except NotAllowedError as error:
        # Somebody deleted a comment in the meantime: it is as gone as it was to be.
        if error.status != 404 or request.method == "POST":
            raise


def _pull(client: Client, target: Target) -> Any:
    if target.number:
        return client.get(f"/repos/{target.repository}/pulls/{target.number}")
    for pull in client.pages(f"/repos/{target.repository}/pulls", head=target.branch, state="open"):
        if not target.commit or pull["head"]["sha"] == target.commit:
            return pull
    raise MovedOnError("no open pull request has the commit that was checked; nothing is posted")


def _changes(client: Client, pulls: str) -> Changes:
    return {
        str(file["filename"]): changed_file(str(file["filename"]), file.get("patch"))
        for file in client.pages(f"{pulls}/files")
        if file.get("status") != "removed"
    }


def _state(client: Client, pulls: str, login: str) -> State:
    return posted_state(
        list(client.pages(f"{pulls}/comments")), list(client.pages(f"{pulls}/reviews")), login
    )


def _login(client: Client) -> str:
    """Who the token belongs to. The token of a workflow may not ask, and is known by that."""
    try:
        return str(client.get("/user").get("login") or ACTIONS_LOGIN)
    except GitHubError as error:
        if error.status in (401, 403, 404):
            return ACTIONS_LOGIN
        raise


def _all_in_the_body(placing: Placing) -> Placing:
    remarks = tuple(one.remark for one in placing.inline)
    return replace(placing, inline=(), listed=(*remarks, *placing.listed))
