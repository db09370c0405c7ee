"""Requests to GitHub's REST API: a token that is never shown, limits that are honoured, pages to their end.

Sources: GitHub's documentation of rate limits and of best practices for the REST API: wait for `retry-after`, else for
`x-ratelimit-reset` where nothing remains, and let a second pass between requests that change something.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from lintkit import __version__
from lintkit.formats.plain import list_at

VERSION = "2022-11-28"
"""The version of the REST API whose documentation this follows."""

LONGEST_WAIT = 120.0
"""Seconds that one request waits for a limit to end, in all."""

_ATTEMPTS = 4
_PAGES = 100
_TIMEOUT = 30.0
_PAUSE = 1.0


class GitHubError(Exception):
    """GitHub refuses, or does not answer; the message says what to do, and holds no token.

    status  the HTTP status; 0 where there was no answer
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class NotAllowedError(GitHubError):
    """The token may not do this: it is the read-only one of a fork, or lacks a permission."""


class RefusedError(GitHubError):
    """GitHub cannot use what was sent (422), and does not say which part."""


class UncertainError(GitHubError):
    """A request that changes something got no clear answer, so it may have been carried out or not."""


@dataclass
class Client:
    """A connection to one API.

    api      its address
    token    empty for none, with which public repositories can be read
    dry_run  is given what would be changed, instead of GitHub
    """

    api: str
    token: str = field(default="", repr=False)
    dry_run: Callable[[str, str, Any], None] | None = None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    _http: httpx.Client | None = field(default=None, init=False, repr=False)
    _changed: bool = field(default=False, init=False, repr=False)

    def __enter__(self) -> Client:
        headers = {
            "accept": "application/vnd.github+json",
            "user-agent": f"lintkit/{__version__}",
            "x-github-api-version": VERSION,
        }
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        # Redirects are not followed and the environment's proxies are: a token goes to the API, and nowhere else.
        self._http = httpx.Client(headers=headers, timeout=_TIMEOUT, follow_redirects=False)
        return self

    def __exit__(self, *error: object) -> None:
        if self._http is not None:
            self._http.close()

    def get(self, path: str, **parameters: str | int) -> Any:
        """The JSON at `path`. Raises GitHubError."""
        return self._send("GET", self.api + path, parameters=parameters).json()

    def pages(self, path: str, **parameters: str | int) -> Iterator[Any]:
        """The items of a list that comes in pages. Raises GitHubError."""
        address: str | None = self.api + path
        wanted: Mapping[str, str | int] = {"per_page": 100, **parameters}
        for _ in range(_PAGES):
            if address is None:
                return
            answer = self._send("GET", address, parameters=wanted)
            items = answer.json()
            yield from list_at(items)
            address, wanted = answer.links.get("next", {}).get("url"), {}
            if address is not None and not address.startswith(self.api + "/"):
                raise GitHubError("GitHub's next page is at another address, to which no token is sent")

    def change(self, method: str, path: str, body: Any = None) -> Any:
        """Send `body` as JSON; returns the answer's JSON, None without one. Raises GitHubError."""
        if self.dry_run is not None:
            self.dry_run(method, path, body)
            return None
        if self._changed:
            self.sleep(_PAUSE)
        self._changed = True
        answer = self._send(method, self.api + path, body=body)
        return answer.json() if answer.content else None

    def _send(
        self,
        method: str,
        address: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        body: Any = None,
    ) -> httpx.Response:
        if self._http is None:
            raise RuntimeError("the client is not open")
        waited = 0.0
        answer: httpx.Response | None = None
        for attempt in range(1, _ATTEMPTS + 1):
            answer = self._once(method, address, parameters, body)
            if answer is not None and answer.is_success:
                return answer
            pause = 2.0**attempt if answer is None else self._pause(answer, attempt)
            if pause is None and answer is not None:
                raise _refusal(method, answer)
            waited += pause or 0.0
            if attempt == _ATTEMPTS or waited > LONGEST_WAIT:
                break
            self.sleep(pause or 0.0)
        if answer is None:
            raise GitHubError(
                f"{httpx.URL(self.api).host} cannot be reached; check the address and the network"
            )
        raise GitHubError(
            f"GitHub's limit on requests is reached, and it asks to wait longer than {LONGEST_WAIT:.0f} s; try later"
            if answer.status_code in (403, 429)
            else f"GitHub answers with {answer.status_code} again and again; try later",
            answer.status_code,
        )

    def _once(
        self, method: str, address: str, parameters: Mapping[str, str | int] | None, body: Any
    ) -> httpx.Response | None:
        """One request; None where it certainly was not carried out. Raises UncertainError where it may have been."""
        assert self._http is not None
        try:
            answer = self._http.request(method, address, params=parameters or None, json=body)
        except httpx.ConnectError:
            return None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if method == "GET":
                return None
            raise UncertainError(f"GitHub did not answer ({type(error).__name__})") from None
        if answer.status_code >= 500 and method != "GET":
            raise UncertainError(f"GitHub answered with {answer.status_code}", answer.status_code)
        return answer

    def _pause(self, answer: httpx.Response, attempt: int) -> float | None:
        """How long to wait before asking again; None where asking again is of no use."""
        if answer.status_code >= 500:
            return 2.0**attempt
        if answer.status_code not in (403, 429):
            return None
        after = answer.headers.get("retry-after", "")
        if after.isdecimal():
            return float(after)
        reset = answer.headers.get("x-ratelimit-reset", "")
        if answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
            return max(1.0, float(reset) - self.clock())
        return 2.0**attempt if answer.status_code == 429 else None


def _refusal(method: str, answer: httpx.Response) -> GitHubError:
    status = answer.status_code
    if status == 401:
        return NotAllowedError("GitHub does not accept the token; it may have expired", status)
    if status == 403 or (status == 404 and method != "GET"):
        return NotAllowedError(
            "the token may not write to pull requests; give the job `permissions: {pull-requests: write}`",
            status,
        )
    if status == 404:
        return GitHubError(
            "GitHub knows no such repository or pull request, or the token may not see it", status
        )
    if status == 422:
        return RefusedError("GitHub cannot use what was sent", status)
    if 300 <= status < 400:
        return GitHubError("the repository has moved; use its new name", status)
    return GitHubError(f"GitHub answered with {status}", status)
