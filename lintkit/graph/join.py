"""Join the facts of all files into one graph: units, what they run, what they are given, and what reads it."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from lintkit.budget import Budget
from lintkit.facts import (
    Autoscaler,
    ComposeFile,
    ConfigObject,
    ContainerDefined,
    CopyInstruction,
    Count,
    DotenvLoaded,
    EnvFrom,
    Fact,
    FunctionCall,
    IgnoreRules,
    ImageBuild,
    ImageCommand,
    ImageStage,
    ModuleImport,
    ModuleState,
    OpaquePatch,
    ReplicasOverride,
    RouteHandler,
    ServerSetting,
    SettingsClass,
    StateAccess,
    Value,
    VariableProvided,
    VariableRead,
)
from lintkit.formats.numbers import whole_number
from lintkit.globs.docker import DockerMatcher
from lintkit.globs.index import MATCH_STEPS
from lintkit.graph.calls import CallGraph
from lintkit.graph.modules import ImportGraph
from lintkit.graph.settings import settings_reads
from lintkit.graph.units import Assembled, Sources, assemble
from lintkit.kinds.compose.folders import compose_folders
from lintkit.kinds.docker.commands import ProgramKind, Started, started, worker_count
from lintkit.kinds.docker.image_names import is_public, repository
from lintkit.kinds.docker.images import (
    BuiltImage,
    Dockerfile,
    LooseFiles,
    Paths,
    contents,
    ignore_lines,
    loose_files,
    normal,
)
from lintkit.model import Span
from lintkit.words.environments import (
    MARKERS,
    Environment,
    EnvironmentRules,
    environment_of_path,
    environment_of_value,
    is_served,
    no_rules,
)

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

_MOST_MOUNTS = 50
_DYNAMIC = Value("dynamic")
_FASTAPI_DEFAULTS = ("main.py", "app.py", "api.py", "app/main.py", "app/app.py", "app/api.py")
_FLASK_DEFAULTS = ("wsgi.py", "app.py")


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that is deployed: a compose service, a container of a workload, or an image nothing else deploys.

    id           unique and stable
    name, kind   `api`, and `service`, `Deployment`, …, or `image`
    span         where it is declared
    environment  production, development, or empty where nothing says so
    image        as written; `built` is how the repository builds it
    command_span where what it starts is written
    serves       what it is as a whole: `web` when any of its programs answers requests
    entries      the Python files that it starts; empty when they could not be found
    replicas, workers  how often it runs and with how many processes, where that is written down
    unknown      why it may be given variables that the graph does not know; empty when all are known
    """

    id: str
    name: str
    kind: str
    span: Span
    environment: Environment
    image: str = ""
    built: BuiltImage | None = None
    command_span: Span | None = None
    serves: ProgramKind = "unknown"
    entries: tuple[str, ...] = ()
    replicas: Count | None = None
    workers: Count | None = None
    shares_network: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """How a message names it: its kind, and its name in backticks, as all that stands in a file."""
        return f"{self.kind} `{self.name}`"


@dataclass(frozen=True, slots=True)
class ConfigGraph:
    """Who provides a variable, who reads it, and in what unit; answers are sorted and computed once."""

    imports: ImportGraph
    calls: CallGraph
    _units: tuple[Unit, ...]
    _provided: Mapping[str, Mapping[str, tuple[VariableProvided, ...]]]
    _defined: Mapping[str, tuple[VariableProvided, ...]]
    _reads: Mapping[str, tuple[VariableRead, ...]]
    _reads_by_path: Mapping[str, tuple[VariableRead, ...]]
    _systems: Mapping[str, Mapping[str, str]]
    _loads: Mapping[str, tuple[DotenvLoaded, ...]]
    _loose: Mapping[str, LooseFiles]
    _reached: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict, compare=False, repr=False)
    _held: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    def units(self) -> tuple[Unit, ...]:
        """Every unit, sorted by id."""
        return self._units

    def providers(
        self, unit: Unit, name: str, *, case_sensitive: bool = True
    ) -> tuple[VariableProvided, ...]:
        """What gives `unit` the variable `name`, the strongest first; an empty string is given too."""
        given = self._provided.get(unit.id, {})
        if case_sensitive:
            return given.get(name, ())
        return tuple(each for key, found in given.items() if key.upper() == name.upper() for each in found)

    def gives(self, unit: Unit, read: VariableRead) -> bool:
        """Whether `unit` is given a variable that `read` takes in place of its default."""
        for name in read.names:
            given = self.providers(unit, name, case_sensitive=read.case_sensitive)
            if name in read.empty_is_unset:
                asked = given[:1] if read.case_sensitive else given  # the strongest is what the process sees
                given = tuple(each for each in asked if not each.value.is_empty)
            if given:
                return True
        return False

    def definitions(self, name: str) -> tuple[VariableProvided, ...]:
        """Every place that gives any unit, file or stage the variable `name`, injected or not."""
        return self._defined.get(name, ())

    def readers(self, name: str) -> tuple[VariableRead, ...]:
        """Code that reads the variable `name` (in any case, where the reader folds case)."""
        found = [*self._reads.get(name, ())]
        found += [
            each
            for each in self._reads.get(name.upper(), ())
            if not each.case_sensitive and each not in found
        ]
        return tuple(found)

    def names(self) -> tuple[str, ...]:
        """Every variable that is read or provided anywhere."""
        return tuple(sorted({*self._reads, *self._defined}))

    def files(self, unit: Unit) -> Mapping[str, str]:
        """What of the repository `unit` holds: absolute path in the container -> path relative to the root."""
        return self._systems.get(unit.id, {})

    def modules(self, unit: Unit) -> frozenset[str]:
        """The Python files that `unit` runs: those its entries import, or all it holds where no entry is known."""
        if unit.entries:
            if unit.entries not in self._reached:
                self._reached[unit.entries] = self.imports.reachable(unit.entries)
            reached = self._reached[unit.entries]
            if not any(self._is_django(entry) for entry in unit.entries):
                return reached
        key = (
            ("", unit.built.dockerfile, unit.built.context, unit.built.target)
            if unit.built
            else ("", unit.id)
        )
        if key not in self._reached:
            self._reached[key] = frozenset(
                path for path in self.files(unit).values() if path.endswith(".py") and is_served(path)
            )
        return self._reached[key]

    def _is_django(self, path: str) -> bool:
        return any(read.name == "DJANGO_SETTINGS_MODULE" for read in self._reads_by_path.get(path, ()))

    def all_reads(self) -> Iterator[VariableRead]:
        """The reads of the environment in all code, by file and place."""
        for reads in self._reads_by_path.values():
            yield from reads

    def reads(self, unit: Unit) -> Iterator[VariableRead]:
        """The reads of the environment in the code that `unit` runs."""
        modules = self.modules(unit)
        for path, reads in self._reads_by_path.items():
            if path in modules:
                yield from reads

    def loads_unknown_file(self, unit: Unit, read: VariableRead) -> bool:
        """Whether the code may load a `.env` file in `unit` that the repository does not show.

        True where the image would take such a file along if it lay beside the code, or where one is mounted.
        """
        loose = self._loose[unit.id]
        if any(self._may_be_loaded(file, read, unit) for file in read.loads):
            return True
        loaded = {
            each.file for path in self.modules(unit) if path in self._loads for each in self._loads[path]
        }
        return any(loose.may_hold(file) for file in loaded)

    def _may_be_loaded(self, file: str, read: VariableRead, unit: Unit) -> bool:
        """Whether a file that a reader loads is in `unit`, or may be."""
        name = file.removeprefix("**/")
        if name != file:  # looked for in the folder of the code, and in all above it
            if unit.id not in self._held:
                self._held[unit.id] = frozenset(self.files(unit).values())
            held = self._held[unit.id]
            folder = posixpath.dirname(read.path)
            while True:
                if posixpath.join(folder, name) in held:
                    return True
                if not folder:
                    break
                folder = posixpath.dirname(folder)
        return self._loose[unit.id].may_hold(name)


def join(
    facts: Iterable[Fact], paths: frozenset[str], environments: EnvironmentRules = no_rules
) -> ConfigGraph:
    """The graph of all facts of a repository.

    paths         every file of the tree
    environments  what the configuration says of the environment a file is for; None where it says nothing
    """
    return _Join(facts, paths, environments).graph()


def _grouped(facts: Iterable[T], key: Any) -> dict[Any, tuple[T, ...]]:
    groups: defaultdict[Any, list[T]] = defaultdict(list)
    for fact in facts:
        groups[key(fact)].append(fact)
    return {name: tuple(found) for name, found in groups.items()}


@dataclass(frozen=True, slots=True)
class _Stage:
    """What the stage of a Dockerfile that an image is made from says, with what it inherits."""

    entrypoint: ImageCommand | None = None
    command: ImageCommand | None = None
    working_dir: str = ""
    variables: tuple[VariableProvided, ...] = ()
    loose: LooseFiles | None = None


def _loose(own: ContainerDefined, stage: _Stage, workdir: str) -> LooseFiles:
    mounted = any(mount.source.startswith((".", "/", "~", "$")) for mount in own.mounts)
    if mounted or stage.loose is None:
        return LooseFiles(workdir, opaque=True)
    return replace(stage.loose, working_dir=workdir)


class _Join:
    """The state of one join; used once."""

    def __init__(self, facts: Iterable[Fact], paths: frozenset[str], environments: EnvironmentRules) -> None:
        self.environments = environments
        self.paths = Paths(paths)
        self.by_type: defaultdict[type[Any], list[Any]] = defaultdict(list)
        for fact in sorted(facts, key=lambda each: (each.span, type(each).__name__)):
            self.by_type[type(fact)].append(fact)
        self.imports = ImportGraph(paths, self.of(ModuleImport))
        self.dockerfiles = self._dockerfiles()
        self.ignored = {fact.path: fact.lines for fact in self.of(IgnoreRules)}
        self.comparisons = Budget(MATCH_STEPS)
        self.folders = compose_folders(self.of(ComposeFile))
        self.settings = _grouped(self.of(ServerSetting), lambda fact: fact.path)
        self.provided = _grouped(self.of(VariableProvided), lambda fact: (fact.path, fact.unit))
        self.systems: dict[BuiltImage, dict[str, str]] = {}
        self.stages: dict[BuiltImage, _Stage] = {}

    def of(self, kind: type[T]) -> list[T]:
        """The facts of one type, in order."""
        found: list[T] = self.by_type.get(kind, [])
        return found

    def _dockerfiles(self) -> dict[str, Dockerfile]:
        stages = _grouped(self.of(ImageStage), lambda fact: fact.path)
        copies = _grouped(self.of(CopyInstruction), lambda fact: fact.path)
        commands = _grouped(self.of(ImageCommand), lambda fact: fact.path)
        variables = _grouped(
            (fact for fact in self.of(VariableProvided) if fact.source == "dockerfile-env"),
            lambda fact: fact.path,
        )
        return {
            path: Dockerfile(
                path, found, copies.get(path, ()), commands.get(path, ()), variables.get(path, ())
            )
            for path, found in stages.items()
        }

    def graph(self) -> ConfigGraph:
        """Assemble, map and resolve everything."""
        dotenv_paths = frozenset(
            path
            for path in self.paths.all
            if posixpath.basename(path).startswith(".env") or path.endswith(".env")
        ) | {fact.path for fact in self.of(VariableProvided) if fact.source == "dotenv"}
        sources = Sources(
            tuple(self.of(ContainerDefined)),
            self.provided,
            _grouped(self.of(EnvFrom), lambda fact: (fact.path, fact.unit)),
            _grouped(self.of(ConfigObject), lambda fact: (fact.source, fact.name)),
            _grouped(self.of(Autoscaler), lambda fact: (fact.target_kind, fact.target)),
            _grouped(self.of(ReplicasOverride), lambda fact: fact.target),
            tuple(self.of(OpaquePatch)),
            _grouped(
                (fact for fact in self.of(VariableProvided) if fact.source == "dotenv"),
                lambda fact: fact.path,
            ),
            dotenv_paths,
            self.folders,
        )
        assembled = assemble(sources, self.environments)
        mapping = _ImageMap(self, assembled)
        units: list[Unit] = []
        systems: dict[str, Mapping[str, str]] = {}
        provided: dict[str, Mapping[str, tuple[VariableProvided, ...]]] = {}
        loose: dict[str, LooseFiles] = {}
        for each in assembled:
            unit, systems[each.id], provided[each.id], loose[each.id] = self._unit(each, mapping.built(each))
            units.append(unit)
        used = {unit.built.dockerfile for unit in units if unit.built}
        for path, dockerfile in sorted(self.dockerfiles.items()):
            if path not in used:
                alone = self._alone(dockerfile, mapping)
                name = alone.id
                unit, systems[name], provided[name], loose[name] = self._unit(alone, mapping.contexts[path])
                units.append(unit)
        reads = [
            *self.of(VariableRead),
            *settings_reads(self.of(SettingsClass), self.of(ModuleImport), self.imports),
        ]
        reads.sort(key=lambda read: read.span)
        by_name: defaultdict[str, list[VariableRead]] = defaultdict(list)
        for read in reads:
            for name in dict.fromkeys(
                (*read.names, *(n.upper() for n in read.names if not read.case_sensitive))
            ):
                by_name[name].append(read)
        return ConfigGraph(
            self.imports,
            CallGraph(
                self.imports,
                self.of(RouteHandler),
                self.of(FunctionCall),
                self.of(ModuleState),
                self.of(StateAccess),
            ),
            tuple(sorted(units, key=lambda unit: unit.id)),
            provided,
            _grouped(self.of(VariableProvided), lambda fact: fact.name),
            {name: tuple(found) for name, found in by_name.items()},
            _grouped(reads, lambda fact: fact.path),
            systems,
            _grouped(self.of(DotenvLoaded), lambda fact: fact.path),
            loose,
        )

    def _alone(self, dockerfile: Dockerfile, mapping: _ImageMap) -> Assembled:
        """A Dockerfile that no file of the repository deploys."""
        stage = dockerfile.stages[-1]
        name = posixpath.dirname(dockerfile.path).rpartition("/")[2] or posixpath.basename(dockerfile.path)
        definition = ContainerDefined(stage.span, name, "image")
        environment = environment_of_path(dockerfile.path, self.environments(dockerfile.path))
        return Assembled(
            dockerfile.path, definition, (), environment, (), None, ("nothing in the repository deploys it",)
        )

    def _unit(
        self, each: Assembled, built: BuiltImage | None
    ) -> tuple[Unit, Mapping[str, str], Mapping[str, tuple[VariableProvided, ...]], LooseFiles]:
        own = each.definition
        dockerfile = self.dockerfiles.get(built.dockerfile) if built else None
        stage = self._stage(built, dockerfile)
        given = [*each.provided, *stage.variables]
        programs, command_span, workdir = self._programs(own, stage)
        workdir = own.working_dir or workdir
        for program in programs:
            given.extend(
                VariableProvided(command_span or own.span, name, _DYNAMIC, "command", own.unit)
                for name in program.variables
            )
        by_name = _grouped(given, lambda fact: fact.name)
        system = self._system(built, dockerfile, own, each)
        entries = self._entries(programs, system, workdir, by_name)
        unknown = [*each.unknown, *(program.opaque for program in programs if program.opaque)]
        kinds = {program.kind for program in programs}
        serves: ProgramKind = next((k for k in ("web", "script", "unknown", "task") if k in kinds), "unknown")
        unit = Unit(
            each.id,
            own.name,
            own.kind,
            own.span,
            self._environment(each, by_name),
            own.image,
            built,
            command_span,
            serves,
            entries,
            each.replicas,
            self._workers(programs, command_span, system, entries, workdir, by_name),
            own.shares_network,
            tuple(dict.fromkeys(unknown)),
        )
        return unit, system, by_name, _loose(own, stage, workdir)

    def _stage(self, built: BuiltImage | None, dockerfile: Dockerfile | None) -> _Stage:
        if built is None or dockerfile is None:
            return _Stage()
        if built not in self.stages:
            index = dockerfile.stage(built.target)
            entrypoint, command = dockerfile.command(index)
            by_stage = _grouped(dockerfile.variables, lambda fact: fact.unit)
            variables = [
                fact
                for number in reversed(dockerfile.lineage(index))
                for fact in by_stage.get(str(number), ())
            ]
            workdir = next(
                (each.working_dir for each in (command, entrypoint) if each and each.working_dir), ""
            )
            lines = tuple(ignore_lines(built, self.ignored))
            loose = loose_files(built, dockerfile, lines, workdir, self.paths)
            self.stages[built] = _Stage(entrypoint, command, workdir, tuple(variables), loose)
        return self.stages[built]

    def _environment(self, each: Assembled, given: Mapping[str, tuple[VariableProvided, ...]]) -> Environment:
        for marker in sorted(MARKERS & set(given)):
            said = environment_of_value(given[marker][0].value.text or "")
            if said and (said == "development" or each.environment != "development"):
                return said
        return each.environment

    def _programs(self, own: ContainerDefined, stage: _Stage) -> tuple[tuple[Started, ...], Span | None, str]:
        entrypoint, command, workdir = stage.entrypoint, stage.command, stage.working_dir
        words: list[str] = []
        span: Span | None = None
        if own.entrypoint is not None:
            words, span = [*own.entrypoint, *(own.command or ())], own.command_span or own.span
        elif own.command is not None:
            prefix = entrypoint.arguments if entrypoint and not entrypoint.shell else ()
            words, span = [*prefix, *own.command], own.command_span or own.span
        elif entrypoint is not None and entrypoint.shell:
            return started(entrypoint.arguments, shell=True), entrypoint.span, workdir
        elif entrypoint is not None:
            words = [*entrypoint.arguments]
            if command is not None:
                words += ["sh", "-c", *command.arguments] if command.shell else command.arguments
            span = command.span if command else entrypoint.span
        elif command is not None:
            return started(command.arguments, shell=command.shell), command.span, workdir
        return started(words), span, workdir

    def _system(
        self, built: BuiltImage | None, dockerfile: Dockerfile | None, own: ContainerDefined, each: Assembled
    ) -> Mapping[str, str]:
        system: dict[str, str] = {}
        if built is not None and dockerfile is not None:
            if built not in self.systems:
                lines = ignore_lines(built, self.ignored)
                self.systems[built] = contents(
                    built, dockerfile, self.paths, DockerMatcher(lines, self.comparisons)
                )
            system = self.systems[built]
        mounted: dict[str, str] = {}
        for mount in own.mounts[:_MOST_MOUNTS]:
            if not mount.source.startswith("."):
                continue
            place = self.folders.place(own.path, mount.source)
            for path in self.paths.visit(place):
                mounted[posixpath.join(mount.target, path[len(place) :].lstrip("/"))] = path
        if not mounted:
            return system
        self.paths.visits -= len(system)
        return {**system, **mounted} if self.paths.visits > 0 else mounted

    def _entries(
        self,
        programs: Iterable[Started],
        system: Mapping[str, str],
        workdir: str,
        given: Mapping[str, tuple[VariableProvided, ...]],
    ) -> tuple[str, ...]:
        roots = [workdir or "/"]
        for provided in given.get("PYTHONPATH", ())[:1]:
            roots += [
                posixpath.join(workdir or "/", part)
                for part in (provided.value.text or "").split(":")
                if part.strip("$")
            ]
        found: list[str] = []
        for program in programs:
            if program.program == "sh" or program.kind == "unknown":
                return ()
            targets = program.targets or _default_targets(program, given)
            here = [posixpath.join(workdir or "/", program.directory), *roots] if program.directory else roots
            resolved = [
                entry
                for target in targets
                if (entry := _entry(target, here, system, runs=program.kind == "script"))
            ]
            if not resolved:
                return ()
            found += resolved if program.targets else resolved[:1]
        return tuple(dict.fromkeys(found))

    def _workers(
        self,
        programs: Iterable[Started],
        span: Span | None,
        system: Mapping[str, str],
        entries: tuple[str, ...],
        workdir: str,
        given: Mapping[str, tuple[VariableProvided, ...]],
    ) -> Count | None:
        for program in programs:
            if program.reload:
                continue
            if program.kind == "web":
                if program.workers is not None:
                    number, variable, default = worker_count(program.workers)
                    if number is None and variable in given:
                        return _count_of(given[variable][0])
                    if number is None:
                        number = whole_number(default, longest=5)
                    return Count(number, span, f"{number} workers") if number is not None and span else None
                if program.program == "gunicorn":
                    for name in dict.fromkeys((program.config.removeprefix("file:") or "gunicorn.conf.py",)):
                        path = system.get(posixpath.normpath(posixpath.join(workdir or "/", name)))
                        for setting in self.settings.get(path or "", ()):
                            if setting.workers is not None:
                                return setting.workers
                names = (
                    ("UVICORN_WORKERS", "WEB_CONCURRENCY")
                    if program.program == "uvicorn"
                    else ("WEB_CONCURRENCY",)
                )
                if program.program in {"uvicorn", "gunicorn", "fastapi"}:
                    for name in names:
                        if name in given:
                            return _count_of(given[name][0])
            elif program.kind == "script":
                for entry in entries:
                    for setting in self.settings.get(entry, ()):
                        if setting.workers is not None and setting.target:
                            return setting.workers
        return None


def _count_of(provided: VariableProvided) -> Count | None:
    text = (provided.value.text or "").strip()
    number = whole_number(text, longest=5)
    return None if number is None else Count(number, provided.span, f"{provided.name}={text}")


def _default_targets(program: Started, given: Mapping[str, tuple[VariableProvided, ...]]) -> tuple[str, ...]:
    if program.program == "fastapi":
        return _FASTAPI_DEFAULTS
    if program.program == "flask":
        named = given.get("FLASK_APP", ())
        if named and named[0].value.text:
            return (named[0].value.text.partition(":")[0],)
        return _FLASK_DEFAULTS
    return ()


def _entry(target: str, roots: Iterable[str], system: Mapping[str, str], *, runs: bool) -> str | None:
    """The repository's file of a module or script, as a program that runs in the first of `roots` finds it."""
    if target.endswith(".py"):
        names = [target]
    else:
        stem = target.replace(".", "/")
        # `python -m package` runs its `__main__`; a server imports the package.
        names = [stem + ".py", stem + "/__main__.py", stem + "/__init__.py"]
        if not runs:
            names = [stem + ".py", stem + "/__init__.py"]
    roots = [*roots]
    for root in [*roots, *(posixpath.join(root, "src") for root in roots)]:
        for name in names:
            found = system.get(posixpath.normpath(posixpath.join(root, name)))
            if found is not None:
                return found
    ends = [
        path for inner, path in system.items() for name in names if inner.endswith("/" + name.lstrip("/."))
    ]
    return ends[0] if len(set(ends)) == 1 else None


class _ImageMap:
    """Which Dockerfile builds the image of a unit."""

    def __init__(self, joined: _Join, assembled: Iterable[Assembled]) -> None:
        self.dockerfiles = joined.dockerfiles
        self.folders = joined.folders
        self.paths = joined.paths.all
        self.contexts: dict[str, BuiltImage] = {}
        self.by_image: dict[str, BuiltImage] = {}
        self.by_folder: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self.dockerfiles):
            folder, _, name = path.rpartition("/")
            self.contexts[path] = BuiltImage(path, folder)
            self.by_folder[folder.rpartition("/")[2].lower()].append(path)
            stem = name.lower().removesuffix(".dockerfile").removeprefix("dockerfile").lstrip(".-_")
            if stem and stem not in {"dockerfile", "containerfile"}:
                self.by_folder[stem].append(path)
        units = [*assembled]
        for each in units:
            built = self._from_build(each)
            if built is not None:
                self.contexts[built.dockerfile] = BuiltImage(built.dockerfile, built.context)
                if each.definition.image:
                    # Who else runs the image runs what a release builds, not a stage for developers.
                    released = built.target if environment_of_path(built.target) != "development" else ""
                    name = repository(each.definition.image)
                    self.by_image.setdefault(name, BuiltImage(built.dockerfile, built.context, released))
        for build in joined.of(ImageBuild):
            context = normal(build.context)
            path = normal(build.dockerfile) if build.dockerfile else normal(context, "Dockerfile")
            if path not in self.dockerfiles or context.startswith(".."):
                continue
            built = BuiltImage(path, context, build.target)
            if self.contexts[path].context == posixpath.dirname(path):
                self.contexts[path] = BuiltImage(path, context)
            for tag in build.tags:
                self.by_image.setdefault(repository(tag), built)
        private = {
            repository(each.definition.image)
            for each in units
            if each.definition.kind != "service"
            and each.definition.image
            and not is_public(each.definition.image)
        }
        self.only: tuple[str, str] | None = None
        if len(private) == 1 and len(self.dockerfiles) == 1:
            self.only = (next(iter(private)), next(iter(self.dockerfiles)))

    def _from_build(self, each: Assembled) -> BuiltImage | None:
        for origin in each.origins:
            build = origin.build
            if build is None:
                continue
            if build.inline or "$" in build.context or "://" in build.context or "$" in build.dockerfile:
                return None
            context = self.folders.place(origin.path, build.context)
            path = normal(context, build.dockerfile or "Dockerfile")
            target = "" if "$" in build.target else build.target
            return BuiltImage(path, context, target) if path in self.dockerfiles else None
        return None

    def built(self, each: Assembled) -> BuiltImage | None:
        """How the image of a unit is built from this repository; None when that cannot be told."""
        own = each.definition
        if own.build is not None:
            return self._from_build(each)
        if not own.image:
            return None
        name = repository(own.image)
        if name in self.by_image:
            return self.by_image[name]
        if self.only is not None and self.only[0] == name:
            return self.contexts[self.only[1]]
        if is_public(own.image):
            return None
        found = self.by_folder.get(name.rpartition("/")[2].lower(), [])
        return self.contexts[found[0]] if len(found) == 1 else None
