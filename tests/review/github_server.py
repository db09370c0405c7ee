"""A server on this machine that behaves as GitHub documents, as far as a review needs it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghs_0123456789abcdefghijABCDEFGHIJ012345"
LOGIN = "github-actions[bot]"
PAGE = 2
"""Items of a page, so that a few make several."""

Answer = tuple[int, Any, dict[str, str]]


@dataclass
class GitHub:
    """One repository with one pull request.

    files      what `GET …/files` lists, in GitHub's form
    read_only  changes are refused with 403, as for the token of a fork
    trouble    called with (method, path) before anything else; what it returns is the answer
    log        every request that changes something: (method, path, body)
    """

    head: str = "a" * 40
    files: list[dict[str, Any]] = field(default_factory=list)
    read_only: bool = False
    trouble: Callable[[str, str], Answer | None] = lambda method, path: None
    comments: list[dict[str, Any]] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)
    log: list[tuple[str, str, Any]] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    api: str = ""
    ids: int = 100

    def push(self, head: str, files: list[dict[str, Any]]) -> None:
        """New commits: comments whose line is no longer in the diff lose it, as GitHub does."""
        self.head, self.files = head, files
        for comment in self.comments:
            if not self.takes(comment["path"], comment["line"] or 0, "RIGHT"):
                comment["line"] = None

    def reply(self, comment: dict[str, Any], login: str, body: str) -> None:
        self.ids += 1
        self.comments.append(
            {"id": self.ids, "user": {"login": login}, "body": body, "in_reply_to_id": comment["id"],
             "path": comment["path"], "line": comment["line"]}
        )  # fmt: skip

    def takes(self, path: str, line: int, side: str) -> bool:
        """Whether a comment may stand on a line: it is added or beside what is added, in one of the file's hunks."""
        return self.hunk_of(path, line) is not None and side == "RIGHT"

    def hunk_of(self, path: str, line: int) -> int | None:
        for file in self.files:
            if file["filename"] == path and file["status"] != "removed":
                number = 0
                for index, text in enumerate(file.get("patch", "").split("\n")):
                    header = re.match(r"@@ -\d+(?:,\d+)? \+(\d+)", text)
                    if header:
                        number, hunk = int(header[1]), index
                    elif text[:1] in ("+", " "):
                        if number == line:
                            return hunk
                        number += 1
        return None

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        troubled = self.trouble(method, path)
        if troubled is not None:
            return troubled
        if method == "GET":
            self.reads.append(path)
            return self._read(path, query)
        if self.read_only:
            return 403, {"message": "Resource not accessible by integration"}, {}
        self.log.append((method, path, body))
        return self._write(method, path, body)

    def _read(self, path: str, query: dict[str, str]) -> Answer:
        pull = {"number": 7, "head": {"sha": self.head}, "state": "open"}
        if path == "/user":
            return 403, {"message": "Resource not accessible by integration"}, {}
        if path == "/repos/shop/orders/pulls":
            return 200, [pull] if query.get("head") == "fork:topic" else [], {}
        if path == "/repos/shop/orders/pulls/7":
            return 200, pull, {}
        lists = {"files": self.files, "comments": self.comments, "reviews": self.reviews}
        items = lists.get(path.removeprefix("/repos/shop/orders/pulls/7/"))
        if items is None:
            return 404, {"message": "Not Found"}, {}
        page = int(query.get("page", "1"))
        headers = {}
        if page * PAGE < len(items):
            headers["link"] = (
                f'<{self.api}{path}?page={page + 1}>; rel="next", <{self.api}{path}?page=9>; rel="last"'
            )
        return 200, items[(page - 1) * PAGE : page * PAGE], headers

    def _write(self, method: str, path: str, body: Any) -> Answer:
        if method == "POST" and path == "/repos/shop/orders/pulls/7/reviews":
            for comment in body["comments"]:
                first = comment.get("start_line", comment["line"])
                hunks = {self.hunk_of(comment["path"], line) for line in (first, comment["line"])}
                if None in hunks or len(hunks) > 1 or first > comment["line"]:
                    return (
                        422,
                        {"message": "Unprocessable Entity", "errors": ["Line could not be resolved"]},
                        {},
                    )
            self.ids += 1
            self.reviews.append({"id": self.ids, "user": {"login": LOGIN}, "body": body["body"]})
            for comment in body["comments"]:
                self.ids += 1
                self.comments.append({"id": self.ids, "user": {"login": LOGIN}, **comment})
            return 200, {"id": self.reviews[-1]["id"], "user": {"login": LOGIN}}, {}
        number = int(path.rpartition("/")[2])
        items = self.comments if "/comments/" in path else self.reviews
        found = next((item for item in items if item["id"] == number), None)
        if found is None:
            return 404, {"message": "Not Found"}, {}
        if method == "DELETE":
            items.remove(found)
            return 204, None, {}
        found["body"] = body["body"]
        return 200, found, {}


@contextmanager
def serving(github: GitHub) -> Iterator[str]:
    """Serve `github` on a port of this machine; gives the address of its API."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            data = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, answer, headers = github.answer(
                self.command, parts.path, query, json.loads(data) if data else None
            )
            if self.headers.get("authorization") not in (None, f"Bearer {TOKEN}"):
                status, answer, headers = 401, {"message": "Bad credentials"}, {}
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {"content-length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    github.api = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield github.api
    finally:
        server.shutdown()
        server.server_close()
