"""Dockerfiles that stand in a compose file (`build.dockerfile_inline`), as documents with the places of that file.

All text around one is blanked, so that every offset holds and the parser of Dockerfiles reads nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from lintkit.formats.dockerfile import parse
from lintkit.kinds.compose.service import services
from lintkit.model import Document, Route, SourceFile

SAID_BY_SERVICE = ("user", "healthcheck")
"""What a service says of its container in place of the image; nobody else runs what is built from these lines."""

_MOST = 50
_NOT_NEWLINE = re.compile(r"[^\n]")


def inline_dockerfiles(document: Document) -> Iterator[Document]:
    """The Dockerfiles of the services of a compose file that are written as a literal block.

    One with a heredoc is left out: its last line has to begin a line, which it does not before YAML is read.
    """
    left = _MOST
    for service in services(document):
        build = service.data.get("build")
        if not isinstance(build, dict) or not isinstance(build.get("dockerfile_inline"), str):
            continue
        route: Route = (*service.route, "build", "dockerfile_inline")
        node = document.nodes[route]
        begin = document.text.find("\n", node.value.start, node.value.end)
        if node.style != "literal" or node.alias is not None or begin < 0 or "<<" in (node.raw or ""):
            continue
        if left == 0:
            return
        left -= 1
        text = _NOT_NEWLINE.sub(" ", document.text[:begin]) + document.text[begin : node.value.end]
        said = {key: service.data[key] for key in SAID_BY_SERVICE if service.data.get(key) is not None}
        for inner in parse(SourceFile(document.path, "dockerfile", text.encode("utf-8", "replace"))):
            yield replace(inner, data={**inner.data, "service": said})
