"""Build contexts: from which folder each image is built, which ignore file is in force, and what is sent along."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from lintkit.budget import Budget
from lintkit.facts import (
    ComposeFile,
    ContainerDefined,
    CopyInstruction,
    Fact,
    IgnoreRules,
    ImageBuild,
    ImageStage,
)
from lintkit.formats.numbers import whole_number
from lintkit.globs.docker import DockerMatcher
from lintkit.globs.index import MATCH_STEPS
from lintkit.kinds.compose.folders import compose_folders
from lintkit.kinds.docker.images import BuiltImage, Dockerfile, Paths, copied, normal

T = TypeVar("T")
F = TypeVar("F", bound=Fact)

_NOT_SOURCE = frozenset(
    {"docker", "dockerfiles", ".docker", "build", "deploy", "deployment", "ci", ".devcontainer", "images"}
)
"""Folders that hold Dockerfiles of something else: without further signs they are no build context."""

_MANY = 200
"""More stages or copies than anybody writes: how they depend on each other is then not followed."""

_HIDDEN = re.compile(r"(?:^|/)(?:\.env[^/]*|[^/]+\.(?:env|key|pem|p12|pfx|jks)|id_[a-z0-9]+|\.npmrc)$")
"""Files that git is usually told to ignore, so that they may be copied and are not seen."""


class Facts(Protocol):
    """`Project.facts`: all facts of one type."""

    def __call__(self, kind: type[T], /) -> tuple[T, ...]:
        """The facts of the type `kind`, sorted by path and position."""


@dataclass(frozen=True, slots=True)
class BuildContext:
    """How one image is built.

    image      its Dockerfile, the folder that is its context, and the stage that is wanted
    ignore     the ignore file in force; None where there is none
    stated     a compose file or a workflow says so; otherwise the folder is the one in which all that is copied lies
    dockerfile the facts of its Dockerfile
    matcher    what the ignore file leaves out
    always     what it would leave out without its lines with `!`
    """

    image: BuiltImage
    ignore: IgnoreRules | None
    stated: bool
    dockerfile: Dockerfile
    matcher: DockerMatcher
    always: DockerMatcher

    @property
    def lines(self) -> tuple[str, ...]:
        """The patterns in force."""
        return () if self.ignore is None else self.ignore.lines

    @property
    def folder(self) -> str:
        """The context relative to the root; empty for the root itself."""
        return self.image.context

    @property
    def name(self) -> str:
        """How a message names the context."""
        return f"`{self.image.context}/`" if self.image.context else "the repository's root"

    def inner(self, path: str) -> str:
        """A path of the repository as the context's patterns see it."""
        return path[len(self.folder) + 1 :] if self.folder else path

    def holds(self, path: str) -> bool:
        """Whether a path of the repository lies in the context."""
        return not self.folder or path.startswith(self.folder + "/")

    def sends(self, path: str) -> bool:
        """Whether a path of the repository, there or not, would be part of what is sent to the build."""
        return self.holds(path) and not self.matcher.ignores(self.inner(path))

    def takes_back(self, path: str) -> bool:
        """Whether a path is part of it only because a line with `!` says so."""
        return self.sends(path) and self.always.ignores(self.inner(path))

    def copies_of_everything(self) -> tuple[CopyInstruction, ...]:
        """The instructions that copy the whole context."""
        return tuple(
            copy
            for copy in self.dockerfile.copies
            if not copy.from_stage
            and any(source == "*" or posixpath.normpath("/" + source) == "/" for source in copy.sources)
        )

    def reaches_image(self, copy: CopyInstruction) -> bool:
        """Whether what an instruction copies whole is in the image in the end, and not only in a stage before it."""
        dockerfile = self.dockerfile
        if len(dockerfile.stages) > _MANY or len(dockerfile.copies) > _MANY:
            return True
        named = {stage.name.lower(): stage.index for stage in dockerfile.stages if stage.name}
        places = {copy.stage: copy.destination.rstrip("/") or "/"}
        for stage in dockerfile.stages:
            for later in dockerfile.copies:
                if later.stage != stage.index or not later.from_stage:
                    continue
                name = later.from_stage.lower()
                source = named.get(name, whole_number(name))
                for older in dockerfile.lineage(source) if source is not None else ():
                    place = places.get(older, "")
                    if place and any(_covers(each, place) for each in later.sources):
                        places.setdefault(stage.index, later.destination.rstrip("/") or "/")
        wanted = dockerfile.lineage(dockerfile.stage(self.image.target))
        return any(index in places for index in wanted)

    def taken_by(self, copy: CopyInstruction, paths: Paths) -> frozenset[str]:
        """The repository's files that one instruction takes along."""
        return copied(self.folder, copy, paths, self.matcher)


def _covers(source: str, place: str) -> bool:
    folder = posixpath.normpath("/" + source).rstrip("/").replace("//", "/")
    return place == folder or place.startswith(folder + "/") or not folder


def build_contexts(facts: Facts, paths: Paths) -> tuple[BuildContext, ...]:
    """Every image that is built from this repository and whose context can be told, sorted."""
    copies = _by_path(facts(CopyInstruction))
    dockerfiles = {
        path: Dockerfile(path, stages, copies.get(path, ()))
        for path, stages in _by_path(facts(ImageStage)).items()
    }
    ignores = {fact.path: fact for fact in facts(IgnoreRules)}
    matchers = _Matchers()
    stated = dict.fromkeys(_stated(facts, dockerfiles))
    known = {image.dockerfile for image in stated}
    assumed = [
        BuiltImage(path, folder)
        for path, dockerfile in dockerfiles.items()
        if path not in known and (folder := _assumed(dockerfile, paths)) is not None
    ]
    return tuple(
        _context(image, image in stated, dockerfiles[image.dockerfile], _in_force(image, ignores), matchers)
        for image in sorted(
            {*stated, *assumed}, key=lambda each: (each.dockerfile, each.context, each.target)
        )
    )


class _Matchers:
    """What the ignore files leave out, for all contexts together within one number of steps."""

    def __init__(self) -> None:
        self._budget = Budget(MATCH_STEPS)
        self._made: dict[tuple[str, ...], DockerMatcher] = {}

    def of(self, lines: tuple[str, ...]) -> DockerMatcher:
        if lines not in self._made:
            self._made[lines] = DockerMatcher(lines, self._budget)
        return self._made[lines]


def _context(
    image: BuiltImage, stated: bool, dockerfile: Dockerfile, ignore: IgnoreRules | None, matchers: _Matchers
) -> BuildContext:
    lines = () if ignore is None else ignore.lines
    kept = tuple(line for line in lines if not line.lstrip().startswith("!"))
    return BuildContext(image, ignore, stated, dockerfile, matchers.of(lines), matchers.of(kept))


def _stated(facts: Facts, dockerfiles: Mapping[str, Dockerfile]) -> Iterator[BuiltImage]:
    folders = compose_folders(facts(ComposeFile))
    for container in facts(ContainerDefined):
        build = container.build
        if build is None or build.inline or "$" in build.context + build.dockerfile or "://" in build.context:
            continue
        context = folders.place(container.path, build.context)
        path = normal(context, build.dockerfile or "Dockerfile")
        if path in dockerfiles:
            yield BuiltImage(path, context, "" if "$" in build.target else build.target)
    for step in facts(ImageBuild):
        context = normal(step.context) if step.context else ""
        path = normal(step.dockerfile) if step.dockerfile else normal(context, "Dockerfile")
        if step.known and path in dockerfiles and not context.startswith(".."):
            yield BuiltImage(path, context, "" if "$" in step.target else step.target)


def _assumed(dockerfile: Dockerfile, paths: Paths) -> str | None:
    """The nearest folder in which all lies that a Dockerfile copies; None where it copies nothing that tells."""
    sources = [
        posixpath.normpath("/" + source).lstrip("/")
        for copy in dockerfile.copies
        for source in (() if copy.from_stage else copy.sources)
        if "://" not in source
        and not any(char in source for char in "$*?[<")
        and not source.startswith("git@")
    ]
    own = posixpath.dirname(dockerfile.path)
    named = [source for source in sources if source and not _HIDDEN.search(source)]
    if not named:
        alone = posixpath.basename(own).lower() in _NOT_SOURCE or not _holds_source(own, paths)
        return None if not sources or alone else own
    folder = own
    while True:
        places = [normal(folder, source) for source in named]
        if all(place in paths.all or paths.holds_folder(place) for place in places):
            return folder
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _holds_source(folder: str, paths: Paths) -> bool:
    """Whether a folder holds more than Dockerfiles and what belongs to them."""
    prefix = len(folder) + 1 if folder else 0
    return any(
        "dockerfile" not in path[prefix:].lower() and not path.endswith((".dockerignore", ".sh", ".md"))
        for path in paths.under(folder)
    )


def _in_force(image: BuiltImage, ignores: Mapping[str, IgnoreRules]) -> IgnoreRules | None:
    """`NAME.dockerignore` beside the Dockerfile beats the context's own."""
    for path in (
        image.dockerfile + ".dockerignore",
        normal(image.context, ".dockerignore"),
        normal(image.context, ".containerignore"),
    ):
        if path in ignores:
            return ignores[path]
    return None


def _by_path(facts: Iterable[F]) -> dict[str, tuple[F, ...]]:
    groups: defaultdict[str, list[F]] = defaultdict(list)
    for fact in facts:
        groups[fact.path].append(fact)
    return {path: tuple(found) for path, found in groups.items()}
