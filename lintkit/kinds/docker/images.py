"""What an image holds: which files of the repository its Dockerfile copies, and to where."""

from __future__ import annotations

import bisect
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lintkit.facts import CopyInstruction, ImageCommand, ImageStage, VariableProvided
from lintkit.formats.numbers import whole_number
from lintkit.globs.docker import DockerMatcher, copied_by, docker_ignored


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """The facts of one Dockerfile, in order."""

    path: str
    stages: tuple[ImageStage, ...] = ()
    copies: tuple[CopyInstruction, ...] = ()
    commands: tuple[ImageCommand, ...] = ()
    variables: tuple[VariableProvided, ...] = ()

    def stage(self, target: str) -> int:
        """The index of the stage that `target` names (the last one when empty or unknown); -1 without stages."""
        for stage in self.stages:
            if target and (stage.name.lower() == target.lower() or str(stage.index) == target):
                return stage.index
        return self.stages[-1].index if self.stages else -1

    def lineage(self, index: int) -> tuple[int, ...]:
        """The stage and the stages it is based on, the oldest first."""
        named = {stage.name.lower(): stage.index for stage in self.stages if stage.name}
        by_index = {stage.index: stage for stage in self.stages}
        chain: list[int] = []
        while index in by_index and index not in chain:
            chain.append(index)
            index = named.get(by_index[index].base.lower(), -1)
        return tuple(reversed(chain))

    def command(self, index: int) -> tuple[ImageCommand | None, ImageCommand | None]:
        """(ENTRYPOINT, CMD) in force in a stage."""
        entrypoint = command = None
        for number in self.lineage(index):
            own = None
            for each in self.commands:
                if each.stage != number:
                    continue
                if each.keyword == "ENTRYPOINT":
                    entrypoint, command = each, own  # An ENTRYPOINT resets the CMD that it inherits.
                else:
                    command = own = each
        return entrypoint, command


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """A Dockerfile as it is built: `context` is a folder relative to the root, empty for the root itself."""

    dockerfile: str
    context: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class LooseFiles:
    """Where a container may hold files that the repository does not show: what lies beside its code at build or start.

    places  (folder in the container, folder in the build context that is copied there)
    lines   of the `.dockerignore` in force
    opaque  it is not known what the container holds
    """

    working_dir: str
    places: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    opaque: bool = False

    def may_hold(self, file: str) -> bool:
        """Whether `file` (absolute, or relative to the working directory; empty for any `.env`) may be there."""
        if self.opaque:
            return True
        place = posixpath.normpath(posixpath.join(self.working_dir or "/", file))
        for folder, source in self.places:
            if not file:
                inner = ".env"
            elif place == folder or place.startswith(folder.rstrip("/") + "/"):
                inner = place[len(folder) :].strip("/")
            else:
                continue
            if not docker_ignored(posixpath.join(source, inner), self.lines):
                return True
        return False


def loose_files(
    image: BuiltImage, dockerfile: Dockerfile, lines: tuple[str, ...], working_dir: str, paths: Paths
) -> LooseFiles:
    """What `COPY` of whole folders may take along, in any stage that the image may be made from."""
    places: list[tuple[str, str]] = []
    for copy in dockerfile.copies:
        destination, folder = _destination(copy, len(copy.sources) > 1)
        for source in () if copy.from_stage else copy.sources:
            inner = posixpath.normpath("/" + source).lstrip("/")
            if paths.holds_folder(normal(image.context, inner)):
                places.append((destination, inner))
            elif posixpath.basename(inner).startswith(".env"):
                name = posixpath.join(destination, posixpath.basename(inner)) if folder else destination
                places.append((name, inner))
    return LooseFiles(working_dir, tuple(dict.fromkeys(places)), lines)


class Paths:
    """The tree's paths, so that a folder's files are found without looking at all the others.

    visits  how many files all images together may look at: a limit against repositories that are made to be slow
    """

    __slots__ = ("all", "ordered", "visits")

    def __init__(self, paths: frozenset[str], visits: int = 2_000_000) -> None:
        self.all = paths
        self.ordered = sorted(paths)
        self.visits = visits

    def under(self, folder: str) -> Sequence[str]:
        """Every file below `folder`; all files for the empty one."""
        if not folder:
            return self.ordered
        first = bisect.bisect_left(self.ordered, folder + "/")
        last = bisect.bisect_left(self.ordered, folder + "0")  # "0" follows "/"
        return self.ordered[first:last]

    def visit(self, folder: str) -> Sequence[str]:
        """As `under`, as long as the visits last; then nothing more is seen."""
        found = self.under(folder)
        self.visits -= len(found)
        return found if self.visits >= 0 else ()

    def holds_folder(self, folder: str) -> bool:
        """Whether any file is below `folder`."""
        if not folder:
            return bool(self.ordered)
        first = bisect.bisect_left(self.ordered, folder + "/")
        return first < len(self.ordered) and self.ordered[first].startswith(folder + "/")


def normal(*parts: str) -> str:
    """Join and normalise a path relative to the root; the root is empty, and what leads outside stays `../…`."""
    path = posixpath.normpath(posixpath.join(*parts)) if any(parts) else ""
    return "" if path == "." else path


def ignore_lines(image: BuiltImage, rules: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The `.dockerignore` in force: `NAME.dockerignore` beside the Dockerfile beats the context's own."""
    own = rules.get(image.dockerfile + ".dockerignore")
    if own is not None:
        return own
    return rules.get(normal(image.context, ".dockerignore"), ())


def contents(
    image: BuiltImage, dockerfile: Dockerfile, paths: Paths, ignored: DockerMatcher
) -> dict[str, str]:
    """Where the repository's files are in an image: absolute path in it -> path relative to the root."""
    named = {stage.name.lower(): stage.index for stage in dockerfile.stages if stage.name}
    wanted = dockerfile.stage(image.target)
    systems: dict[int, dict[str, str]] = {}
    copies: dict[int, list[CopyInstruction]] = {}
    for copy in dockerfile.copies:
        copies.setdefault(copy.stage, []).append(copy)
    for stage in dockerfile.stages:
        base = named.get(stage.base.lower(), -1)
        system = dict(systems.get(base, {})) if base < stage.index and paths.visits > 0 else {}
        paths.visits -= len(system)
        for copy in copies.get(stage.index, ()):
            if copy.from_stage:
                source = named.get(copy.from_stage.lower(), whole_number(copy.from_stage))
                if source in systems:
                    paths.visits -= len(systems[source]) * len(copy.sources)
                    if paths.visits < 0:
                        continue
                    _copy_between(systems[source], system, copy)
            else:
                _copy_in(image.context, copy, paths, ignored, system)
        systems[stage.index] = system
        if stage.index == wanted:
            return system
    return {}


def _destination(copy: CopyInstruction, several: bool) -> tuple[str, bool]:
    """(absolute destination without a slash at its end, whether it is a folder)."""
    folder = several or copy.destination.endswith(("/", "/.")) or copy.destination in {".", ""}
    return "/" + posixpath.normpath("/" + copy.destination).lstrip("/"), folder


def _copy_in(
    context: str, copy: CopyInstruction, paths: Paths, ignored: DockerMatcher, system: dict[str, str]
) -> None:
    destination, folder = _destination(copy, len(copy.sources) > 1)
    for source in copy.sources:
        if "://" in source or "$" in source:
            continue
        place = normal(context, posixpath.normpath("/" + source).lstrip("/"))
        if any(character in source for character in "*?["):
            _copy_glob(context, place, paths, ignored, destination, system)
        elif place in paths.all:
            if not _is_ignored(place, context, ignored):
                name = posixpath.basename(place)
                # `COPY a.py /app` into a folder that exists: a name with no dot of its own is taken for a folder
                inside = folder or ("." not in posixpath.basename(destination) and "." in name)
                system[posixpath.join(destination, name) if inside else destination] = place
        else:
            for path in paths.visit(place):
                if not _is_ignored(path, context, ignored):
                    system[posixpath.join(destination, path[len(place) :].lstrip("/"))] = path


def copied(context: str, copy: CopyInstruction, paths: Paths, ignored: DockerMatcher) -> frozenset[str]:
    """The repository's files that one instruction takes out of the build context."""
    taken: dict[str, str] = {}
    if not copy.from_stage:
        _copy_in(context, copy, paths, ignored, taken)
    return frozenset(taken.values())


def _copy_glob(
    context: str, pattern: str, paths: Paths, ignored: DockerMatcher, destination: str, system: dict[str, str]
) -> None:
    steps = pattern.split("/")
    fixed = 0
    while fixed < len(steps) and not any(character in steps[fixed] for character in "*?["):
        fixed += 1
    expression = copied_by("/".join(steps))
    for path in paths.visit("/".join(steps[:fixed])):
        parts = path.split("/")
        head = "/".join(parts[: len(steps)])
        if len(parts) < len(steps) or not expression.matches(head) or _is_ignored(path, context, ignored):
            continue
        rest = parts[len(steps) :] or parts[-1:]
        system[posixpath.join(destination, *rest)] = path


def _copy_between(source: Mapping[str, str], system: dict[str, str], copy: CopyInstruction) -> None:
    destination, folder = _destination(copy, len(copy.sources) > 1)
    for name in copy.sources:
        place = posixpath.normpath("/" + name.lstrip("/"))
        if place in source:
            name = posixpath.basename(place)
            system[posixpath.join(destination, name) if folder else destination] = source[place]
            continue
        prefix = "/" if place == "/" else place + "/"
        for inner, path in source.items():
            if inner.startswith(prefix):
                system[posixpath.join(destination, inner[len(prefix) :])] = path


def _is_ignored(path: str, context: str, ignored: DockerMatcher) -> bool:
    return ignored.ignores(path[len(context) + 1 :] if context else path)
