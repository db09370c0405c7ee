"""Graphs of small repositories that are written down as texts."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from lintkit.facts import Fact
from lintkit.graph.join import ConfigGraph, Unit, join
from lintkit.kinds.recognise import kind_of
from lintkit.model import SourceFile
from lintkit.run.file import check_file
from lintkit.words.environments import EnvironmentRules, no_rules


def facts_of(files: Mapping[str, str]) -> list[Fact]:
    """The facts of every file, in the order of the files."""
    found: list[Fact] = []
    for path, text in files.items():
        data = dedent(text).encode()
        kind = kind_of(path, data)
        if kind is not None:
            result = check_file(SourceFile(path, kind, data), (), facts=True)
            assert not result.findings, result.findings
            found.extend(result.facts)
    return found


def graph_of(files: Mapping[str, str], rules: EnvironmentRules = no_rules) -> ConfigGraph:
    """The graph of a repository with these files."""
    return join(facts_of(files), frozenset(files), rules)


def unit_of(graph: ConfigGraph, identifier: str) -> Unit:
    """The unit of that id."""
    return next(unit for unit in graph.units() if unit.id == identifier)
