"""Deployment units: compose services with their overrides, and containers of workloads with their patches."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from lintkit.facts import (
    Autoscaler,
    ConfigObject,
    ContainerDefined,
    Count,
    EnvFrom,
    OpaquePatch,
    ReplicasOverride,
    VariableProvided,
)
from lintkit.kinds.compose.folders import ComposeFolders
from lintkit.kinds.docker.images import normal
from lintkit.words.environments import Environment, EnvironmentRules, environment_of_path

_BASE_COMPOSE = re.compile(r"^(?:docker-)?compose\.ya?ml$")
_MOST_EXTENDS = 16

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Assembled:
    """A container with all that its files say of it together.

    id           stable and unique: `path:service`, or `path:kind/name/container`
    definition   the fact it begins with; its fields are the merged ones
    origins      every definition that went into it, the strongest first
    provided     what is set for it, the strongest first
    unknown      why variables may be set that are not in `provided`
    """

    id: str
    definition: ContainerDefined
    origins: tuple[ContainerDefined, ...]
    environment: Environment
    provided: tuple[VariableProvided, ...]
    replicas: Count | None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """The facts that units are made of, by what they are looked up by."""

    containers: tuple[ContainerDefined, ...]
    provided: Mapping[tuple[str, str], tuple[VariableProvided, ...]]  # (path, unit)
    env_from: Mapping[tuple[str, str], tuple[EnvFrom, ...]]  # (path, unit)
    configs: Mapping[tuple[str, str], tuple[ConfigObject, ...]]  # (source, name)
    autoscalers: Mapping[tuple[str, str], tuple[Autoscaler, ...]]  # (kind, name)
    replicas: Mapping[str, tuple[ReplicasOverride, ...]]
    patches: tuple[OpaquePatch, ...]
    dotenv: Mapping[str, tuple[VariableProvided, ...]]  # path
    dotenv_paths: frozenset[str]
    folders: ComposeFolders


def assemble(sources: Sources, environments: EnvironmentRules) -> tuple[Assembled, ...]:
    """All units of the repository, in the order of their files."""
    services = [each for each in sources.containers if each.stands_alone]
    workloads = [each for each in sources.containers if not each.stands_alone]
    return (*_services(services, sources, environments), *_workloads(workloads, sources, environments))


# --- compose --------------------------------------------------------------------------------------------------------


def _services(
    services: list[ContainerDefined], sources: Sources, environments: EnvironmentRules
) -> Iterable[Assembled]:
    by_place = {(each.path, each.name): each for each in services}
    bases = {
        (posixpath.dirname(each.path), each.name): each
        for each in services
        if _BASE_COMPOSE.match(posixpath.basename(each.path))
    }
    for each in services:
        environment = environment_of_path(each.path, environments(each.path))
        layers = _with_extends(each, by_place)
        base = bases.get((posixpath.dirname(each.path), each.name))
        if base is not None and base is not each:
            layers.extend(layer for layer in _with_extends(base, by_place) if layer not in layers)
        yield _service(each, layers, environment, sources)


def _with_extends(
    service: ContainerDefined, by_place: Mapping[tuple[str, str], ContainerDefined]
) -> list[ContainerDefined]:
    layers = [service]
    while service.extends and len(layers) < _MOST_EXTENDS:
        file, name = service.extends
        path = normal(posixpath.dirname(service.path), file) if file else service.path
        parent = by_place.get((path, name))
        if parent is None:
            layers.append(
                replace(service, extends=None, opaque="the service it extends is not in the repository")
            )
            break
        if parent in layers:
            break
        layers.append(parent)
        service = parent
    return layers


def _service(
    own: ContainerDefined, layers: list[ContainerDefined], environment: Environment, sources: Sources
) -> Assembled:
    provided: list[VariableProvided] = []
    unknown = [layer.opaque for layer in layers if layer.opaque]
    for layer in layers:
        provided.extend(sources.provided.get((layer.path, layer.unit), ()))
    for layer in layers:
        for env_file in layer.env_files:
            path = sources.folders.place(layer.path, env_file.path)
            if "$" in env_file.path or path not in sources.dotenv_paths:
                unknown.append(f"its env_file `{env_file.path}` is not in the repository")
            else:
                provided.extend(
                    replace(entry, source="compose-env-file") for entry in sources.dotenv.get(path, ())
                )
    merged = replace(
        own,
        image=_first(layer.image for layer in layers) or "",
        build=_first(layer.build for layer in layers),
        entrypoint=_first_given(layer.entrypoint for layer in layers),
        command=_first_given(layer.command for layer in layers),
        working_dir=_first(layer.working_dir for layer in layers) or "",
        command_span=_first_given(layer.command_span for layer in layers),
        mounts=tuple(mount for layer in layers for mount in layer.mounts),
        shares_network=any(layer.shares_network for layer in layers),
    )
    return Assembled(
        f"{own.path}:{own.name}",
        merged,
        tuple(layers),
        environment,
        tuple(provided),
        _first(layer.replicas for layer in layers),
        tuple(dict.fromkeys(unknown)),
    )


def _first(values: Iterable[F | None]) -> F | None:
    return next((value for value in values if value), None)


def _first_given(values: Iterable[F | None]) -> F | None:
    return next((value for value in values if value is not None), None)


# --- Kubernetes -----------------------------------------------------------------------------------------------------


def _workloads(
    containers: list[ContainerDefined], sources: Sources, environments: EnvironmentRules
) -> Iterable[Assembled]:
    groups: defaultdict[tuple[str, str], list[ContainerDefined]] = defaultdict(list)
    for each in containers:
        groups[each.kind, each.name].append(each)
    patched = {patch.target for patch in sources.patches}
    for (kind, name), group in sorted(groups.items()):
        environment = {
            each.path: environment_of_path(each.path, environments(each.path)) or "production"
            for each in group
        }
        patches = [each for each in group if not each.image and environment[each.path] == "production"]
        scaled = _scaled(kind, name, sources, environments)
        for own in group:
            if not own.image:
                continue
            where: Environment = environment[own.path]
            layers = [own]
            if where == "production":
                layers += [each for each in patches if each.container == own.container][:_MOST_EXTENDS]
            unknown = [layer.opaque for layer in layers if layer.opaque]
            if name in patched or "" in patched:
                unknown.append("a kustomization patches it")
            if len(patches) > _MOST_EXTENDS:
                unknown.append("more files patch it than are followed")
            provided: list[VariableProvided] = []
            for layer in layers:
                provided.extend(sources.provided.get((layer.path, layer.unit), ()))
                for reference in sources.env_from.get((layer.path, layer.unit), ()):
                    _from_config(reference, layer, sources, provided, unknown)
            counts = [
                each
                for each in [*scaled, *(layer.replicas for layer in reversed(layers))]
                if each is not None
            ]
            yield Assembled(
                f"{own.path}:{own.unit}",
                replace(own, mounts=()),
                tuple(layers),
                where,
                tuple(provided),
                max(counts, key=lambda count: count.value, default=None),
                tuple(dict.fromkeys(unknown)),
            )


def _scaled(kind: str, name: str, sources: Sources, environments: EnvironmentRules) -> list[Count]:
    facts: list[tuple[str, Count | None]] = [
        (each.path, each.maximum or each.minimum) for each in sources.autoscalers.get((kind, name), ())
    ]
    facts += [(each.path, each.replicas) for each in sources.replicas.get(name, ())]
    return [
        count
        for path, count in facts
        if count is not None and environment_of_path(path, environments(path)) != "development"
    ]


def _from_config(
    reference: EnvFrom,
    layer: ContainerDefined,
    sources: Sources,
    provided: list[VariableProvided],
    unknown: list[str],
) -> None:
    found = sources.configs.get((reference.source, reference.ref), ())
    word = "ConfigMap" if reference.source == "configmap" else "Secret"
    if not reference.variable and (not found or not all(each.complete for each in found)):
        unknown.append(
            f"it takes all variables of the {word} `{reference.ref}`, which is not in the repository"
        )
    keys: list[VariableProvided] = []
    for config in found:
        keys.extend(sources.provided.get((config.path, f"{config.source}/{config.name}"), ()))
        for file in config.files:
            path = normal(posixpath.dirname(config.path), file)
            if path not in sources.dotenv_paths:
                unknown.append(
                    f"the {word} `{reference.ref}` is made from `{file}`, which is not in the repository"
                )
            keys.extend(sources.dotenv.get(path, ()))
    if not reference.variable:
        provided.extend(
            replace(key, name=reference.prefix + key.name, source=reference.source) for key in keys
        )
