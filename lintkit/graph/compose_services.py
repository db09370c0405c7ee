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
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lintkit.graph.compose_folders import ComposeFolders, compose_folders, included_groups
from lintkit.graph.compose_tree import Node, merged
from lintkit.graph.facts import ComposeFile, ComposeService
from lintkit.graph.images import normal
from lintkit.model import Span

MAIN_FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""What is started in a folder, the first of them that is there."""

_OVERRIDE = re.compile(r"(?:docker-)?compose\.override\.ya?ml", re.IGNORECASE)
_SHORT = frozenset(("profiles",))
_MOST_LEVELS = 20
_MOST_FORMS = 20


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

    def others(self, service: RunService) -> dict[str, RunService]:
        """The services that a service may be run with, by name; those of its own file count most."""
        found: dict[str, RunService] = {}
        for path in service.project:
            for each in self.by_file.get(path, ()):
                found.setdefault(each.name, each)
        return found


_last: tuple[Sequence[ComposeService], Sequence[ComposeFile], ComposeProjects] | None = None


def compose_projects(services: Sequence[ComposeService], files: Sequence[ComposeFile]) -> ComposeProjects:
    """What `docker compose` makes of the compose files of a repository; the last answer is kept for the next rule."""
    global _last
    if _last is None or _last[0] is not services or _last[1] is not files:
        _last = (services, files, _Joining(services, files).projects())
    return _last[2]


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
        self.groups: list[tuple[str, ...]] = []
        self.folders = compose_folders(files)
        self.includers: defaultdict[str, list[str]] = defaultdict(list)
        for path in sorted(self.files):
            for _, group in included_groups(self.files[path]):
                self.groups.append(group)
                for each in group:
                    self.includers[each].append(path)

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
                        nodes[holder, name] = merged(base, over)
                        parts.add((path, name))
        return parts

    def projects(self) -> ComposeProjects:
        nodes = {(f.path, f.name): self.extended(f.path, f.name) for f in self.facts()}
        parts = self.join_groups(nodes)
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
        for path, project in projects.items():
            if not self.stands_alone(path):  # one layer of several; which, only the command line says
                project = tuple(dict.fromkeys((*project, *self.by_folder[posixpath.dirname(path)])))
            names[path] = frozenset(name for each in project for name in self.by_file.get(each, ()))
            defined[path] = self.defined(project)
            if any(self.files[each].opaque for each in project if each in self.files):
                opaque.add(path)
            if any(each not in self.files for each in project):
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
        folder = posixpath.dirname(path)
        here = {posixpath.basename(each): each for each in self.by_folder[folder]}
        return next((here[name] for name in MAIN_FILES if name in here), None)

    def stands_alone(self, path: str) -> bool:
        """Whether every service of a file could run by itself."""
        return all(
            any(fact.node.child(key) is not None for key in ("image", "build", "extends"))
            for fact in self.by_file[path].values()
        )

    def overrides(
        self, fact: ComposeService, nodes: Mapping[tuple[str, str], Node | None]
    ) -> list[tuple[str, Node]]:
        """What the other files of the folder make of a service of the main one."""
        found = []
        for path in self.by_folder[posixpath.dirname(fact.path)]:
            node = nodes.get((path, fact.name)) if path != fact.path else None
            if node is not None:
                found.append((path, node))
        return found

    def project(self, path: str) -> tuple[str, ...]:
        """The files that `path` may be run with: those of its folder, what they include, who includes them."""
        main = self.main(path)
        queue = [path]
        if main is not None:
            queue += [main] if main != path else self.by_folder[posixpath.dirname(path)]
        seen: list[str] = []
        while queue and len(seen) < 1_000:
            each = queue.pop(0)
            if each in seen:
                continue
            seen.append(each)
            file = self.files.get(each)
            for include in file.includes if file is not None else ():
                queue += [normal(posixpath.dirname(each), name) for name in include.paths if "$" not in name]
            for includer in self.includers.get(each, ()):
                queue += self.by_folder[posixpath.dirname(includer)]
        return tuple(seen)

    def defined(self, project: Sequence[str]) -> dict[str, frozenset[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for path in project:
            for key, names in self.files[path].defined if path in self.files else ():
                found[key].update(names)
        return {key: frozenset(names) for key, names in found.items()}

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
            if base is None:
                self.resolved[path, name] = None
                return None
            own = tuple(entry for entry in node.mapping or () if entry[0] != "extends")
            inherited = tuple(entry for entry in base.mapping or () if entry[0] not in _SHORT)
            node = merged(replace(base, mapping=inherited), replace(node, mapping=own))
            node = replace(node, span=fact.node.span, key=fact.node.key)
        self.resolved[path, name] = node
        return node


def _is_override(path: str) -> bool:
    return _OVERRIDE.fullmatch(posixpath.basename(path)) is not None
