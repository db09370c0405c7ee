"""The build arguments that a script hands to whatever builds images.

`--build-arg` means the same to docker, compose, podman, buildah, nerdctl, kaniko, img, depot and flyctl; bake sets
arguments by `--set TARGET.args.NAME=VALUE` (https://docs.docker.com/reference/cli/docker/buildx/bake/#set), and
buildctl by `--opt build-arg:NAME=VALUE` (https://github.com/moby/buildkit, docs of the Dockerfile frontend).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lintkit.formats.shell import shell_commands

_ARGUMENT = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:=(?P<value>.*))?", re.DOTALL)
_BAKED = re.compile(r"[\w*.\-]{1,200}\.args\.(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)
_OPTION = re.compile(r"build-arg:(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)
_GRAMMARS = {"--build-arg": _ARGUMENT, "--set": _BAKED, "--opt": _OPTION}


@dataclass(frozen=True, slots=True)
class BuildArgument:
    """One build argument of a command.

    value       as written without quotes; None where the environment has it (`--build-arg TOKEN`)
    start, end  the word that holds it, in code points of the script
    """

    name: str
    value: str | None
    start: int
    end: int


def build_arguments(script: str) -> Iterator[BuildArgument]:
    """The build arguments of all commands of a shell script, in order."""
    if "build-arg" not in script and ".args." not in script:
        return
    seen: set[int] = set()  # the words of `sudo docker build` are those of two commands
    for command in shell_commands(script):
        grammar: re.Pattern[str] | None = None
        for word in command.words[1:]:
            option, equals, rest = word.text.partition("=")
            if option in _GRAMMARS and equals:
                match = _GRAMMARS[option].fullmatch(rest)
            else:
                match = grammar.fullmatch(word.text) if grammar is not None else None
            grammar = _GRAMMARS.get(word.text)
            if match is not None and word.start not in seen:
                seen.add(word.start)
                yield BuildArgument(match["name"], match["value"], word.start, word.end)


def baked_argument(line: str) -> tuple[str, str] | None:
    """(name, value) of a line of bake's `set`; None for what sets something else."""
    match = _BAKED.fullmatch(line.strip())
    return (match["name"], match["value"]) if match is not None else None
