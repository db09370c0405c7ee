"""Services as `docker compose` runs them: `extends` followed, override files and included files merged.

In one folder, the first of `compose.yaml`, `compose.yml`, `docker-compose.yml` and `docker-compose.yaml` is the one
that is started; `….override.yml` is merged into it without a word, and other compose files beside it
(`compose.prod.yaml`) are given with `-f`, alone or on top of it. Which, nobody says. So a service has several forms,
and a rule that misses something reports it only where every form lacks it. What one entry of `include` names belongs
together always: its later files override the first one, and paths in them count from one folder.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lintkit.budget import Budget, RuleLimitError
from lintkit.facts import ComposeFile, ComposeService
from lintkit.formats.node import Node
from lintkit.kinds.compose.folders import MAIN_FILES, ComposeFolders, compose_folders, included_groups
from lintkit.kinds.compose.merge import dependencies, merged
from lintkit.kinds.docker.images import normal
from lintkit.model import Span
from lintkit.words.environments import environment_of_path

_OVERRIDE = re.compile(r"(?:docker-)?compose\.override\.ya?ml", re.IGNORECASE)
_MOST_LEVELS = 20
_MOST_FORMS = 20
_MOST_STEPS = 2_000_000
_WHAT = "joining the compose files of the repository"


@dataclass(frozen=True, slots=True)
class RunService:
    """A service where a reader looks for it.

    path, name  the file that declares it, and its name there
    span        its name in that file
    forms       what may be run: the first one is what `docker compose up` makes of it
    alone       which of the forms is the file by itself, where compose merges another one into it unasked; else None
    partial     it changes a service of another file, and is nothing by itself
    project     every file of the project it belongs to
    """

    path: str
    name: str
    span: Span
    forms: tuple[Node, ...]
    partial: bool
    project: tuple[str, ...]
    alone: int | None = None

    @property
    def node(self) -> Node:
        """What `docker compose up` makes of it."""
        return self.forms[0]


@dataclass(frozen=True, slots=True)
class ComposeProjects:
    """Every service of a repository, and what belongs together.

    services  in the order of their places; `by_file` the same by their file
    names     project file -> the names of all services that it may be run with
    defined   project file -> `volumes`, `networks`, … -> the names that its project defines
    opaque    files whose project takes in files that are not known
    folders   from which folder the paths in each file count
    unknown   services that extend something that is not known: what they say themselves
    """

    services: tuple[RunService, ...]
    by_file: Mapping[str, tuple[RunService, ...]]
    names: Mapping[str, frozenset[str]]
    defined: Mapping[str, Mapping[str, frozenset[str]]]
    opaque: frozenset[str]
    folders: ComposeFolders
    unknown: tuple[RunService, ...] = ()
    budget: Budget = field(default_factory=lambda: Budget(_MOST_STEPS))
    _others: dict[str, dict[str, RunService]] = field(default_factory=dict)

    def others(self, service: RunService) -> Mapping[str, RunService]:
        """The services that a service may be run with, by name; those of its own file count most.

        Raises RuleLimitError where that takes too many steps for all files together.
        """
        if service.path not in self._others:
            found: dict[str, RunService] = {}
            for path in service.project:
                here = self.by_file.get(path, ())
                self.budget.spend(1 + len(here), _WHAT)
                for each in here:
                    found.setdefault(each.name, each)
            self._others[service.path] = found
        return self._others[service.path]


def fragments(projects: ComposeProjects) -> frozenset[str]:
    """Files that are started only together with others, which nobody names: `-f main.yml -f plugins/scan/compose.yml`.

    Several of them lean on the same service, none has it, and a file of another folder does; or one leans on a
    service of a file beside it whose name is that of no environment. Paths in them count from the folder of the first
    `-f`, and what else they miss may be in that file as well.
    """
    missing: dict[str, set[str]] = defaultdict(set)
    for service in projects.services:
        names = projects.names.get(service.path, frozenset())
        for each in dependencies(service.node):
            if each.required and each.name not in names and "$" not in each.name:
                missing[each.name].add(service.path)
    if not missing:
        return frozenset()
    defined: dict[str, set[str | None]] = defaultdict(set)
    for service in projects.services:
        folder, name = posixpath.split(service.path)
        defined[service.name].add(None if environment_of_path(name) else folder)
    return frozenset(
        path
        for name, paths in missing.items()
        for path in paths
        if (len(paths) > 1 and name in defined) or posixpath.dirname(path) in defined.get(name, ())
    )


_last: tuple[Sequence[ComposeService], Sequence[ComposeFile], ComposeProjects | RuleLimitError] | None = None


def compose_projects(services: Sequence[ComposeService], files: Sequence[ComposeFile]) -> ComposeProjects:
    """What `docker compose` makes of the compose files of a repository; the last answer is kept for the next rule.

    Raises RuleLimitError where the files are joined in more ways than can be followed.
    """
    global _last
    if _last is None or _last[0] is not services or _last[1] is not files:
        try:
            _last = (services, files, _Joining(services, files).projects())
        except RuleLimitError as error:
            _last = (services, files, error)
    if isinstance(_last[2], RuleLimitError):
        raise RuleLimitError(_last[2].message)
    return _last[2]


@dataclass(frozen=True, slots=True)
class _Whole:
    """Of files that are run together: the names of services, what they define, and whether more may belong to them."""

    names: frozenset[str]
    defined: Mapping[str, frozenset[str]]
    opaque: bool


class _Joining:
    def __init__(self, services: Sequence[ComposeService], files: Sequence[ComposeFile]) -> None:
        self.by_file: defaultdict[str, dict[str, ComposeService]] = defaultdict(dict)
        for service in services:
            self.by_file[service.path][service.name] = service
        self.files = {file.path: file for file in files}
        self.by_folder: defaultdict[str, list[str]] = defaultdict(list)
        for path in sorted(self.files):
            self.by_folder[posixpath.dirname(path)].append(path)
        self.templates: set[tuple[str, str]] = set()
        self.resolved: dict[tuple[str, str], Node | None] = {}
        self.budget = Budget(_MOST_STEPS)
        self.groups: list[tuple[str, ...]] = []
        self.folders = compose_folders(files)
        self.mains = {folder: self._main(paths) for folder, paths in self.by_folder.items()}
        self.included: defaultdict[str, list[str]] = defaultdict(list)
        self.including: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for path in sorted(self.files):
            for _, group in included_groups(self.files[path]):
                self.groups.append(group)
                self.included[path].extend(group)
                for each in group:
                    self.including[each][posixpath.dirname(path)] = None
        self.whole = {path: self._stands_alone(path) for path in self.files}

    def join_groups(self, nodes: dict[tuple[str, str], Node | None]) -> set[tuple[str, str]]:
        """Merge the files of each group into its first one; returns the services that only change another one."""
        parts = set()
        for group in self.groups:
            holders: dict[str, str] = {}
            for path in dict.fromkeys(group):
                for name in self.by_file.get(path, ()):
                    holder = holders.setdefault(name, path)
                    base, over = nodes.get((holder, name)), nodes.get((path, name))
                    if holder != path and base is not None and over is not None:
                        self.budget.spend(_size(base) + _size(over), _WHAT)
                        nodes[holder, name] = merged(base, over)
                        parts.add((path, name))
        return parts

    def override_included(self, nodes: dict[tuple[str, str], Node | None]) -> None:
        """Merge what a file says of a service onto what the files that it includes say of it.

        Source: `importResource` in compose-go's `loader/include.go`.
        """
        done: set[str] = set()
        for path in sorted(self.included):
            self._override_included(path, nodes, done, 0)

    def _override_included(
        self, path: str, nodes: dict[tuple[str, str], Node | None], done: set[str], level: int
    ) -> None:
        if path in done or level > _MOST_LEVELS:
            return
        done.add(path)
        for included in self.included.get(path, ()):
            self._override_included(included, nodes, done, level + 1)
            for name in self.by_file.get(path, ()):
                base, own = nodes.get((included, name)), nodes.get((path, name))
                if base is not None and own is not None and included != path:
                    self.budget.spend(_size(base) + _size(own), _WHAT)
                    nodes[path, name] = merged(base, own)

    def projects(self) -> ComposeProjects:
        nodes = {(f.path, f.name): self.extended(f.path, f.name) for f in self.facts()}
        parts = self.join_groups(nodes)
        self.override_included(nodes)
        projects = {path: self.project(path) for path in self.files}
        found: list[RunService] = []
        unknown: list[RunService] = []
        for fact in self.facts():
            node = nodes[fact.path, fact.name]
            if node is None:
                own = (fact.node,)
                unknown.append(RunService(fact.path, fact.name, fact.span, own, True, projects[fact.path]))
            if node is None or (fact.path, fact.name) in self.templates:
                continue
            main = self.main(fact.path)
            base = nodes.get((main, fact.name)) if main is not None and main != fact.path else None
            overrides = self.overrides(fact, nodes) if main == fact.path else []
            self.budget.spend(sum(_size(node) + _size(over) for _, over in overrides), _WHAT)
            forms, alone = [merged(base, node), node] if base is not None else [node], None
            if overrides:
                automatic = [over for path, over in overrides if _is_override(path)]
                forms = [*(merged(node, over) for over in automatic), node]
                alone = len(automatic) or None
                forms += [merged(node, over) for path, over in overrides if not _is_override(path)]
            beside = main is not None and main != fact.path
            partial = beside and (_is_override(fact.path) or not self.stands_alone(fact.path))
            partial = partial or (fact.path, fact.name) in parts
            project = projects[fact.path]
            found.append(
                RunService(
                    fact.path, fact.name, fact.span, tuple(forms[:_MOST_FORMS]), partial, project, alone
                )
            )
        names, defined, opaque = {}, {}, set()
        wholes: dict[frozenset[str], _Whole] = {}
        for path, project in projects.items():
            together = set(project)
            if not self.stands_alone(path):  # one layer of several; which, only the command line says
                together.update(self.by_folder[posixpath.dirname(path)])
            key = frozenset(together)
            self.budget.spend(len(key), _WHAT)
            if key not in wholes:  # most files of a project have the same one
                wholes[key] = self.together(key)
            names[path], defined[path] = wholes[key].names, wholes[key].defined
            if wholes[key].opaque:
                opaque.add(path)
        grouped: defaultdict[str, list[RunService]] = defaultdict(list)
        for each in found:
            grouped[each.path].append(each)
        by_file = {path: tuple(group) for path, group in grouped.items()}
        return ComposeProjects(
            tuple(found), by_file, names, defined, frozenset(opaque), self.folders, tuple(unknown)
        )

    def facts(self) -> list[ComposeService]:
        return [fact for path in sorted(self.by_file) for fact in self.by_file[path].values()]

    def main(self, path: str) -> str | None:
        """The file that is started in the folder of `path`."""
        return self.mains.get(posixpath.dirname(path))

    @staticmethod
    def _main(paths: Sequence[str]) -> str | None:
        here = {posixpath.basename(each): each for each in paths}
        return next((here[name] for name in MAIN_FILES if name in here), None)

    def stands_alone(self, path: str) -> bool:
        """Whether every service of a file could run by itself."""
        return self.whole.get(path, True)

    def _stands_alone(self, path: str) -> bool:
        elsewhere = {name for each in self.included.get(path, ()) for name in self.by_file.get(each, ())}
        return all(
            any(fact.node.child(key) is not None for key in ("image", "build", "extends"))
            or fact.name in elsewhere
            for fact in self.by_file[path].values()
        )

    def overrides(
        self, fact: ComposeService, nodes: Mapping[tuple[str, str], Node | None]
    ) -> list[tuple[str, Node]]:
        """What the other files of the folder make of a service of the main one."""
        found = []
        beside = self.by_folder[posixpath.dirname(fact.path)]
        self.budget.spend(len(beside), _WHAT)
        for path in beside:
            node = nodes.get((path, fact.name)) if path != fact.path else None
            if node is not None:
                found.append((path, node))
        return found

    def project(self, path: str) -> tuple[str, ...]:
        """The files that `path` may be run with: those of its folder, what they include, who includes them."""
        main = self.main(path)
        queue = deque([path])
        if main is not None:
            queue += [main] if main != path else self.by_folder[posixpath.dirname(path)]
        seen: dict[str, None] = {}
        folders: set[str] = set()
        while queue:
            each = queue.popleft()
            self.budget.spend(1, _WHAT)
            if each in seen:
                continue
            seen[each] = None
            queue += self.included.get(each, ())
            for folder in self.including.get(each, ()):
                if folder not in folders:
                    folders.add(folder)
                    queue += self.by_folder[folder]
        return tuple(seen)

    def together(self, project: frozenset[str]) -> _Whole:
        """What files that are run together have."""
        known = [self.files[path] for path in sorted(project) if path in self.files]
        defined: defaultdict[str, set[str]] = defaultdict(set)
        for file in known:
            for key, names in file.defined:
                defined[key].update(names)
        return _Whole(
            frozenset(name for file in known for name in self.by_file.get(file.path, ())),
            {key: frozenset(names) for key, names in defined.items()},
            len(known) < len(project) or any(file.opaque for file in known),
        )

    def extended(self, path: str, name: str, level: int = 0) -> Node | None:
        """A service with what it extends; None where that is not known from here."""
        if (path, name) in self.resolved:
            return self.resolved[path, name]
        fact = self.by_file.get(path, {}).get(name)
        if fact is None or level > _MOST_LEVELS:
            return None
        node = fact.node
        extends = node.child("extends")
        if extends is not None:
            file, service = extends.child("file"), extends.child("service")
            if isinstance(extends.scalar, str):
                target = (path, extends.scalar)
            elif service is not None and isinstance(service.scalar, str):
                written = file.scalar if file is not None else ""
                other = (
                    normal(posixpath.dirname(path), written) if isinstance(written, str) and written else path
                )
                target = (other, service.scalar)
            else:
                return None
            if target[0] != path:
                self.templates.add(target)
            base = self.extended(*target, level + 1) if target != (path, name) else None
            self.budget.spend(_size(node) + (_size(base) if base is not None else 0), _WHAT)
            if base is None:
                self.resolved[path, name] = None
                return None
            own = tuple(entry for entry in node.mapping or () if entry[0] != "extends")
            node = merged(base, replace(node, mapping=own))
            node = replace(node, span=fact.node.span, key=fact.node.key)
        self.resolved[path, name] = node
        return node


def _is_override(path: str) -> bool:
    return _OVERRIDE.fullmatch(posixpath.basename(path)) is not None


def _size(node: Node) -> int:
    """About how many steps it takes to merge something into a service."""
    return 1 + sum(
        1 + len(inner.mapping or ()) + len(inner.sequence or ()) for _, inner in node.mapping or ()
    )
