"""A review on a server that behaves as GitHub documents: posted once, updated, and never a flood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lintkit.review.client import Client, GitHubError, NotAllowedError
from lintkit.review.publish import MovedOnError, Outcome, publish
from lintkit.review.pull_request import Target
from lintkit.review.remarks import remarks_of
from tests.review.github_server import LOGIN, TOKEN, Answer, GitHub, serving
from tests.review.sarif_log import log, place, result

PATCH = "@@ -1,3 +1,5 @@\n one\n+two\n+three\n four\n five\n@@ -20,2 +22,3 @@\n a\n+b\n c"
SECOND = "b" * 40
POST = "POST", "/repos/shop/orders/pulls/7/reviews"


@pytest.fixture
def github() -> Iterator[GitHub]:
    server = GitHub(files=[changed("app.py", PATCH)])
    with serving(server):
        yield server


def changed(path: str, patch: str, status: str = "modified", **more: Any) -> dict[str, Any]:
    return {"filename": path, "status": status, "patch": patch, **more}


def review(github: GitHub, *results: dict[str, Any], commit: str = "", **more: Any) -> Outcome:
    slept: list[float] = more.pop("slept", [])
    clock = more.pop("clock", lambda: 1000.0)
    with Client(github.api, TOKEN, sleep=slept.append, clock=clock) as client:
        target = Target("shop/orders", 7, commit, api=github.api)
        return publish(client, target, remarks_of(log(*results)), **more)


def said(github: GitHub) -> list[tuple[str, str]]:
    return [(method, path) for method, path, _ in github.log]


def test_a_changed_line_gets_a_comment_and_the_rest_stands_in_the_body(github: GitHub) -> None:
    github.files.append(changed("big.bin", ""))
    outcome = review(
        github,
        result("app.py", 2, "two is wrong"),
        result("app.py", 4, "four stands beside a change"),
        result("app.py", 90, "ninety was there before"),
        result("big.bin", 1, "GitHub shows no diff of it"),
        result("other.py", 1, "nobody touched it"),
    )
    (method, path, body), *rest = github.log
    assert ((method, path), rest) == (POST, [])
    assert outcome.posted == 1
    assert (body["commit_id"], body["event"]) == (github.head, "COMMENT")
    assert [(c["path"], c["line"], c["side"]) for c in body["comments"]] == [("app.py", 2, "RIGHT")]
    assert "two is wrong" in body["comments"][0]["body"]
    shown, _, folded = body["body"].partition("<details>")
    assert "four stands beside a change" in shown
    assert "ninety was there before" in folded
    assert "GitHub shows no diff" in folded
    assert "nobody touched it" not in body["body"]
    assert "1 finding in files that this pull request does not touch is left out" in body["body"]


def test_a_second_run_posts_nothing(github: GitHub) -> None:
    for _ in range(3):
        review(github, result("app.py", 2), result("app.py", 4))
    assert said(github) == [POST]


def test_nothing_found_is_no_request(github: GitHub) -> None:
    review(github)
    review(github, result("other.py", 1))
    review(github, result("app.py", 90))
    assert github.log == []


def test_changed_words_update_a_comment(github: GitHub) -> None:
    prints: dict[str, Any] = {"partialFingerprints": {"lintkit/v1": "ab"}}
    review(github, result("app.py", 2, "old words", **prints))
    outcome = review(github, result("app.py", 2, "new words", **prints))
    assert (outcome.posted, outcome.updated, outcome.deleted) == (0, 1, 0)
    assert "new words" in github.comments[0]["body"]
    assert len(github.comments) == 1


def test_what_is_gone_is_deleted_and_the_body_says_so(github: GitHub) -> None:
    review(github, result("app.py", 2), result("app.py", 3, "other"))
    outcome = review(github, result("app.py", 3, "other"))
    assert outcome.deleted == 1
    assert [comment["line"] for comment in github.comments] == [3]
    review(github)
    assert github.comments == []
    assert "nothing to say" in github.reviews[0]["body"]
    before = len(github.log)
    review(github)
    assert len(github.log) == before


def test_an_answered_comment_stays(github: GitHub) -> None:
    review(github, result("app.py", 2))
    comment = github.comments[0]
    github.reply(comment, "somebody", "we know")
    review(github)
    assert comment in github.comments
    assert not any(method == "DELETE" for method, _ in said(github))


def test_a_reply_of_lintkit_itself_is_no_answer(github: GitHub) -> None:
    review(github, result("app.py", 2))
    github.reply(github.comments[0], LOGIN, "from another workflow")
    assert review(github).deleted == 1


def test_new_commits_bring_one_more_review_and_nothing_twice(github: GitHub) -> None:
    review(github, result("app.py", 2, "first", partialFingerprints={"lintkit/v1": "1"}))
    github.push(SECOND, [changed("app.py", PATCH), changed("b.py", "@@ -0,0 +1,1 @@\n+x", "added")])
    review(
        github,
        result("app.py", 2, "first", partialFingerprints={"lintkit/v1": "1"}),
        result("b.py", 1, "second", partialFingerprints={"lintkit/v1": "2"}),
    )
    assert [(c["path"], c["line"]) for c in github.comments] == [("app.py", 2), ("b.py", 1)]
    assert len(github.reviews) == 2
    assert "taken the place" in github.reviews[0]["body"]
    assert "2 warnings" in github.reviews[1]["body"]
    assert said(github)[-1][0] == "PUT"


def test_a_comment_whose_line_left_the_diff_moves_to_the_new_line(github: GitHub) -> None:
    review(github, result("app.py", 2, partialFingerprints={"lintkit/v1": "1"}))
    github.push(SECOND, [changed("app.py", "@@ -50,1 +50,2 @@\n x\n+two")])
    review(github, result("app.py", 51, partialFingerprints={"lintkit/v1": "1"}))
    assert [comment["line"] for comment in github.comments] == [51]


def test_the_marks_of_others_are_not_touched(github: GitHub) -> None:
    review(github, result("app.py", 2))
    forged = {**github.comments[0], "id": 1, "user": {"login": "mallory"}}
    github.comments.insert(0, forged)
    github.reviews.insert(0, {**github.reviews[0], "id": 2, "user": {"login": "mallory"}})
    review(github)
    assert forged in github.comments
    assert said(github)[1:] == [
        ("DELETE", f"/repos/shop/orders/pulls/comments/{101 + 1}"),
        ("PUT", "/repos/shop/orders/pulls/7/reviews/101"),
    ]


def test_no_more_than_thirty_comments_the_most_severe_first(github: GitHub) -> None:
    lines = "\n".join(f"+line {number}" for number in range(1, 61))
    github.files = [changed("app.py", f"@@ -0,0 +1,60 @@\n{lines}", "added")]
    results = [
        result("app.py", n, f"number {n}", level="error" if n % 2 else "note", rule=f"r/{n % 2}")
        for n in range(1, 61)
    ]
    review(github, *results)
    body = github.log[0][2]
    assert [comment["line"] for comment in body["comments"]] == list(range(1, 61, 2))
    assert body["body"].count("**note**") == 30


def test_a_body_never_grows_beyond_what_github_takes(github: GitHub) -> None:
    github.files = [changed(f"f{n}.py", "@@ -1,1 +1,2 @@\n a\n+b") for n in range(40)]
    results = [
        result(f"f{n % 40}.py", 1, "x" * 900, rule=f"r/{n % 300}", baselineState="new") for n in range(3000)
    ]
    review(github, *results)
    body = github.log[0][2]["body"]
    assert 10_000 < len(body) <= 60_000
    assert "no room" in body


def test_both_ends_of_a_finding_are_linked_and_the_changed_end_gets_the_comment(github: GitHub) -> None:
    related = {"id": 1, "message": {"text": "Service api sets it"}, "physicalLocation": place("app.py", 3)}
    review(
        github,
        result("config/settings.py", 40, "is read ([Service api sets it](1))", relatedLocations=[related]),
    )
    (comment,) = github.log[0][2]["comments"]
    assert (comment["path"], comment["line"]) == ("app.py", 3)
    assert "This line is one end of it: Service api sets it." in comment["body"]
    assert f"https://github.com/shop/orders/blob/{github.head}/config/settings.py#L40" in comment["body"]
    assert "](1)" not in comment["body"]


def test_a_fix_becomes_a_suggestion_for_exactly_its_lines(github: GitHub) -> None:
    fix = {
        "description": {"text": "Set it"},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": "app.py"},
                "replacements": [
                    {
                        "deletedRegion": {"startLine": 2, "startColumn": 1, "endLine": 3, "endColumn": 3},
                        "insertedContent": {"text": "2\n```\nTH"},
                    }
                ],
            }
        ],
    }
    context = {1: "one", 2: "two", 3: "three"}
    review(github, result("app.py", 2, context=context, fixes=[fix]))
    (comment,) = github.log[0][2]["comments"]
    assert (comment["start_line"], comment["line"], comment["start_side"]) == (2, 3, "RIGHT")
    assert "````suggestion\n2\n```\nTHree\n````" in comment["body"]


@pytest.mark.parametrize("context", [{}, {2: "***", 3: "three"}, {2: "two", 3: "other"}])
def test_no_suggestion_where_a_line_is_masked_or_unknown(github: GitHub, context: dict[int, str]) -> None:
    replacement = {
        "deletedRegion": {"startLine": 2, "startColumn": 1, "endLine": 3, "endColumn": 1},
        "insertedContent": {"text": "x"},
    }
    fix = {"artifactChanges": [{"artifactLocation": {"uri": "app.py"}, "replacements": [replacement]}]}
    review(github, result("app.py", 2, context=context, fixes=[fix]))
    assert "suggestion" not in github.log[0][2]["comments"][0]["body"]


def test_a_line_that_reads_differently_on_github_gets_no_comment(github: GitHub) -> None:
    review(github, result("app.py", 2, "of the merge", context={2: "not two"}))
    body = github.log[0][2]
    assert body["comments"] == []
    assert "of the merge" in body["body"]


def test_lines_with_carriage_returns_are_the_same_lines(github: GitHub) -> None:
    github.files = [changed("app.py", "@@ -1,1 +1,2 @@\n one\r\n+two\r")]
    review(github, result("app.py", 2, context={1: "one\r", 2: "two\r"}))
    assert [c["line"] for c in github.log[0][2]["comments"]] == [2]


@pytest.mark.parametrize("path", ['q"uo\\te.py', "änderung/ü.py", "with space.py", "a'b#c?.py"])
def test_unusual_paths(github: GitHub, path: str) -> None:
    github.files = [changed(path, "@@ -0,0 +1,1 @@\n+x", "added")]
    outcome = review(github, result(path, 1))
    expected = 0 if "\\" in path else 1  # a backslash may be a separator, so such a path is not taken
    assert outcome.posted == expected


def test_renamed_and_removed_files(github: GitHub) -> None:
    github.files = [
        changed("new.py", "@@ -1,1 +1,2 @@\n a\n+b", "renamed", previous_filename="old.py"),
        changed("gone.py", "@@ -1,1 +0,0 @@\n-a", "removed"),
    ]
    review(github, result("new.py", 2, "in the new name"), result("gone.py", 1), result("old.py", 2))
    body = github.log[0][2]
    assert [(c["path"], c["line"]) for c in body["comments"]] == [("new.py", 2)]


def test_every_page_is_read(github: GitHub) -> None:
    github.files = [changed(f"f{n}.py", "@@ -0,0 +1,1 @@\n+x", "added") for n in range(7)]
    results = [result(f"f{n}.py", 1) for n in range(7)]
    assert review(github, *results).posted == 7
    assert len(github.comments) == 7
    review(github, *results)
    assert said(github) == [POST]


def test_a_refused_review_is_posted_with_everything_in_its_body(github: GitHub) -> None:
    github.takes = lambda path, line, side: True  # type: ignore[method-assign]
    refused: Iterator[Answer] = iter([(422, {"message": "Line could not be resolved"}, {})])
    github.trouble = lambda method, path: next(refused, None) if method == "POST" else None
    outcome = review(github, result("app.py", 2, "two is wrong"))
    assert outcome.unplaced
    assert github.log[0][2]["comments"] == []
    assert "two is wrong" in github.log[0][2]["body"]


def test_a_token_that_may_only_read(github: GitHub) -> None:
    github.read_only = True
    with pytest.raises(NotAllowedError, match="pull-requests: write"):
        review(github, result("app.py", 2))


def test_another_commit_than_the_checked_one(github: GitHub) -> None:
    with pytest.raises(MovedOnError, match="moved on"):
        review(github, result("app.py", 2), commit=SECOND)
    assert github.log == []


def test_a_run_for_a_fork_finds_its_pull_request_by_the_branch(github: GitHub) -> None:
    with Client(github.api, TOKEN) as client:
        target = Target("shop/orders", 0, github.head, "fork:topic", api=github.api)
        publish(client, target, remarks_of(log(result("app.py", 2))))
        assert said(github) == [POST]
        stale = Target("shop/orders", 0, SECOND, "fork:topic", api=github.api)
        with pytest.raises(MovedOnError):
            publish(client, stale, remarks_of(log(result("app.py", 2))))


def troubles(*answers: Answer | None) -> Any:
    waiting = list(answers)
    return lambda method, path: waiting.pop(0) if waiting else None


def test_a_secondary_limit_is_waited_for(github: GitHub) -> None:
    slept: list[float] = []
    github.trouble = troubles((429, {}, {"retry-after": "7"}), (403, {}, {"retry-after": "11"}))
    assert review(github, result("app.py", 2), slept=slept).posted == 1
    assert slept == [7.0, 11.0]


def test_the_hourly_limit_is_waited_for_when_it_ends_soon(github: GitHub) -> None:
    slept: list[float] = []
    limit = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1030"}
    github.trouble = troubles((403, {}, limit))
    review(github, result("app.py", 2), slept=slept)
    assert slept == [30.0]


def test_nobody_waits_an_hour(github: GitHub) -> None:
    slept: list[float] = []
    github.trouble = troubles((429, {}, {"retry-after": "3600"}))
    with pytest.raises(GitHubError, match="longer than 120 s"):
        review(github, result("app.py", 2), slept=slept)
    assert slept == []


def test_an_answer_that_got_lost_does_not_post_twice(github: GitHub) -> None:
    def lose_the_answer(method: str, path: str) -> Answer | None:
        if method == "POST" and not github.log:
            github.trouble = lambda method, path: None
            posted = {"user": {"login": LOGIN}}
            github.log.append((method, path, "done"))
            github.reviews.append({"id": 1, "body": pending["body"], **posted})
            github.comments += [
                {"id": 2 + n, **comment, **posted} for n, comment in enumerate(pending["comments"])
            ]
            return 502, {}, {}
        return None

    with Client(github.api, TOKEN) as client:
        requests: list[Any] = []
        client.dry_run = lambda method, path, body: requests.append(body)
        publish(client, Target("shop/orders", 7, api=github.api), remarks_of(log(result("app.py", 2))))
    (pending,) = requests
    github.trouble = lose_the_answer
    review(github, result("app.py", 2))
    assert said(github) == [POST]
    assert len(github.comments) == 1


def test_servers_that_fail_for_a_moment_are_asked_again(github: GitHub) -> None:
    github.trouble = troubles((500, {}, {}), (503, {}, {}))
    assert review(github, result("app.py", 2)).posted == 1


def test_a_dry_run_changes_nothing(github: GitHub) -> None:
    requests: list[tuple[str, str, Any]] = []
    with Client(github.api, TOKEN, dry_run=lambda *request: requests.append(request)) as client:
        target = Target("shop/orders", 7, api=github.api)
        publish(client, target, remarks_of(log(result("app.py", 2))))
    assert github.log == []
    assert [(method, path) for method, path, _ in requests] == [POST]


def test_the_token_goes_to_no_other_address(github: GitHub) -> None:
    elsewhere = {"link": '<http://127.0.0.1:9/files?page=2>; rel="next"'}
    github.trouble = lambda method, path: (200, [], elsewhere) if path.endswith("/files") else None
    with pytest.raises(GitHubError, match="another address"):
        review(github, result("app.py", 2))


def test_errors_never_show_the_token(github: GitHub) -> None:
    for status in (301, 400, 401, 403, 404, 422, 500):
        github.trouble = lambda method, path, status=status: (status, {"message": TOKEN}, {})  # type: ignore[misc]
        with pytest.raises(GitHubError) as raised:
            review(github, result("app.py", 2))
        assert TOKEN not in str(raised.value) + repr(raised.value)
    with Client(github.api, TOKEN) as client:
        assert TOKEN not in repr(client)
