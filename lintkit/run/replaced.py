"""Findings about defaults that the repository itself replaces where it is deployed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lintkit.facts import ModuleImport, ProviderKind, VariableProvided, VariableRead
from lintkit.model import Finding
from lintkit.words.environments import EnvironmentRules, environment_of_path

if TYPE_CHECKING:
    from lintkit.graph.join import Unit
    from lintkit.rule.definition import Project

_DEPLOYED: frozenset[ProviderKind] = frozenset(
    {
        "compose-environment",
        "compose-env-file",
        "configmap",
        "secret",
        "kubernetes-env",
        "dockerfile-env",
        "command",
    }
)


def settle(findings: Sequence[Finding], project: Project, environments: EnvironmentRules) -> list[Finding]:
    """`findings` without those whose value is a default that nothing of the repository's deployments runs with.

    The variable of a read is given another value by what is deployed, or nothing that is known to be deployed runs the
    file without it (of production `project/default-reaches-production` says so); or a settings module takes all of
    another one in (`from .base import *`) and reads the setting from the environment. What is for development replaces
    nothing, and where nothing is deployed all are left.

    environments  what the configuration says of paths
    """
    given = {
        each.name.upper()
        for each in project.facts(VariableProvided)
        if each.source in _DEPLOYED
        and not (each.value.is_loopback or each.value.is_empty)
        and environment_of_path(each.path, environments(each.path)) != "development"
    }
    reads: defaultdict[str, list[VariableRead]] = defaultdict(list)
    for read in project.graph.all_reads():
        reads[read.path].append(read)
    graph = project.graph
    units = [unit for unit in graph.units() if unit.environment != "development"]
    above = _layers(project, environments)

    def runs_with(unit: Unit, read: VariableRead) -> bool:
        return (
            unit.environment != "production"
            and not unit.unknown
            and read.path in graph.modules(unit)
            and not graph.gives(unit, read)
        )

    def is_replaced(finding: Finding) -> bool:
        span = finding.primary.span
        found = [
            read
            for read in reads.get(span.path, ())
            if read.default_span.start < span.end and span.start < read.default_span.end
        ]
        if found:
            return all(
                any(name.upper() in given for name in read.names)
                or (bool(units) and not any(runs_with(unit, read) for unit in units))
                for read in found
            )
        return any(
            read.name.upper().endswith(finding.subject.upper())
            for path in above.get(span.path, ())
            for read in reads.get(path, ())
        )

    return [finding for finding in findings if not (finding.replaceable and is_replaced(finding))]


def _layers(project: Project, environments: EnvironmentRules) -> dict[str, list[str]]:
    """Settings modules by the file of the one that each takes in whole, without those for development."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for each in project.facts(ModuleImport):
        if "*" in each.names and environment_of_path(each.path, environments(each.path)) != "development":
            base = project.graph.imports.module_file(each)
            if base is not None:
                found[base].append(each.path)
    return found
