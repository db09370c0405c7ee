"""What has to change on GitHub so that a pull request shows the review it should: nothing is ever posted twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lintkit.review.placing import Anchored, Placing
from lintkit.review.wording import Mark, Repository, comment_body, mark_of, replaced_body, review_body


@dataclass(frozen=True, slots=True)
class Posted:
    """A comment or a review that lintkit has posted.

    shown     it stands at a line of the newest diff
    answered  somebody has replied to it
    """

    id: int
    mark: Mark
    shown: bool = True
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A request that changes something: a method, a path below the API's address, and the JSON to send."""

    method: str
    path: str
    body: Any = None


@dataclass(frozen=True, slots=True)
class State:
    """What lintkit has posted on a pull request, in GitHub's order."""

    comments: tuple[Posted, ...] = ()
    reviews: tuple[Posted, ...] = ()


def posted_state(
    comments: Sequence[Mapping[str, Any]], reviews: Sequence[Mapping[str, Any]], login: str
) -> State:
    """What `login` has posted with lintkit's mark, told from GitHub's lists; a mark in another's words is no mark."""
    answered = {
        comment.get("in_reply_to_id")
        for comment in comments
        if comment.get("in_reply_to_id") and _login(comment) != login
    }
    return State(
        tuple(
            Posted(comment["id"], mark, comment.get("line") is not None, comment["id"] in answered)
            for comment in comments
            if _login(comment) == login and (mark := mark_of(str(comment.get("body") or ""))) and mark.key
        ),
        tuple(
            Posted(review["id"], mark)
            for review in reviews
            if _login(review) == login and (mark := mark_of(str(review.get("body") or ""))) and not mark.key
        ),
    )


def plan(state: State, placing: Placing, repository: Repository, number: int) -> list[Request]:
    """The requests that lead from `state` to what `placing` says, in the order in which nothing can get lost.

    - A comment that is there stays, and gets new words where they have changed.
    - One whose remark is gone, or whose line is no longer in the diff, is deleted, unless somebody answered it.
    - What is new comes as one review, whose body takes the place of earlier ones.
    - Nothing found and nothing posted is no request at all.
    """
    pulls = f"/repos/{repository.name}/pulls"
    updates: list[Request] = []
    deletions: list[Request] = []
    wanted = {one.remark.key: one for one in placing.inline}
    kept: set[str] = set()
    for comment in state.comments:
        key = comment.mark.key
        one = wanted.get(key)
        if one is not None and key not in kept and (comment.shown or comment.answered):
            kept.add(key)
            words = comment_body(one, repository)
            if mark_of(words) != comment.mark:
                updates.append(Request("PATCH", f"{pulls}/comments/{comment.id}", {"body": words}))
        elif not comment.answered:
            deletions.append(Request("DELETE", f"{pulls}/comments/{comment.id}"))
    fresh = [one for one in placing.inline if one.remark.key not in kept]
    body = review_body(placing, repository)
    bodies: list[tuple[Posted, str]] = [(one, replaced_body()) for one in state.reviews]
    if fresh or (placing.listed and not state.reviews):
        updates.append(Request("POST", f"{pulls}/{number}/reviews", review(fresh, body, repository)))
    elif bodies:
        bodies[-1] = (bodies[-1][0], body)
    for posted, words in bodies:
        if mark_of(words) != posted.mark:
            deletions.append(Request("PUT", f"{pulls}/{number}/reviews/{posted.id}", {"body": words}))
    return [*updates, *deletions]


def review(anchored: Sequence[Anchored], body: str, repository: Repository) -> dict[str, Any]:
    """The body of the request that posts one review."""
    return {
        "commit_id": repository.commit,
        "event": "COMMENT",
        "body": body,
        "comments": [_comment(one, repository) for one in anchored],
    }


def _comment(one: Anchored, repository: Repository) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "path": one.at.path,
        "body": comment_body(one, repository),
        "line": one.end_line,
        "side": "RIGHT",
    }
    if one.line < one.end_line:
        entry |= {"start_line": one.line, "start_side": "RIGHT"}
    return entry


def _login(item: Mapping[str, Any]) -> str:
    user = item.get("user")
    return str(user.get("login") or "") if isinstance(user, dict) else ""
