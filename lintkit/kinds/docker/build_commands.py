"""`docker build` among the commands of a script: what is built, and from which folder."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

_BUILD = re.compile(
    r"(?:^|[;&|(]|\bsudo\s)[ \t]*"
    r"(?:docker[ \t]+(?:image[ \t]+|buildx[ \t]+)?|(?:podman|buildah|nerdctl)[ \t]+)build[ \t]",
    re.MULTILINE,
)
_MOVES = re.compile(r"(?:^|[;&|(])[ \t]*(?:cd|pushd)[ \t]", re.MULTILINE)
_CONTINUED = re.compile(r"\\[ \t]*\r?\n[ \t]*")
_WITHOUT_VALUE = frozenset(
    """--no-cache --pull --push --load -q --quiet --rm --force-rm --squash --compress -D --debug
    --disable-content-trust --check --no-rm""".split()  # noqa: SIM905
)
_MOST = 4000


@dataclass(frozen=True, slots=True)
class BuildCommand:
    """One `docker build`, as written: paths are relative to where it runs; no path holds a variable."""

    context: str
    dockerfile: str = ""
    tags: tuple[str, ...] = ()
    target: str = ""


def builds(script: str) -> Iterator[BuildCommand]:
    """The builds in a shell script whose context is written down.

    Nothing once the script has changed its folder: where `.` is then cannot be told.
    """
    text = _CONTINUED.sub(" ", script[:100_000])
    moved = _MOVES.search(text)
    for match in _BUILD.finditer(text):
        if moved is not None and moved.start() < match.start():
            return
        line = text[match.end() : match.end() + _MOST].partition("\n")[0]
        command = _read(line)
        if command is not None:
            yield command


def _read(line: str) -> BuildCommand | None:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    try:
        for word in lexer:
            if word and set(word) <= set("();<>|&"):
                break
            words.append(word)
    except ValueError:  # a quote that is not closed on this line
        return None
    options: dict[str, list[str]] = {"file": [], "tag": [], "target": []}
    contexts: list[str] = []
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if not word.startswith("-") or word == "-":
            contexts.append(word)
            continue
        if word in _WITHOUT_VALUE:
            continue
        name, equals, value = word.partition("=")
        if not equals:
            value = words[position] if position < len(words) else ""
            position += 1
        name = {"-f": "file", "-t": "tag"}.get(name, name.lstrip("-"))
        options.setdefault(name, []).append(value)
    if len(contexts) != 1 or contexts[0] == "-" or "://" in contexts[0]:
        return None
    dockerfile = (options["file"] or [""])[-1]
    if "$" in contexts[0] or "`" in contexts[0] or "$" in dockerfile or dockerfile == "-":
        return None
    return BuildCommand(
        contexts[0],
        dockerfile,
        tuple(options["tag"]),
        (options["target"] or [""])[-1],
    )
