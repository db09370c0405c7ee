"""Checking the rules that a configuration names, once the rules are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lintkit.config.errors import ConfigError, nearest, quoted
from lintkit.config.model import Config, Source
from lintkit.config.selectors import any_selects, unknown, unused
from lintkit.model import SEVERITIES, Route, RuleMeta

Problem = tuple[Route, str]


def check_rules(
    config: Config,
    rules: Sequence[RuleMeta],
    *,
    select: Sequence[str] = (),
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> None:
    """Refuse selectors that cover no rule, settings of unknown rules, options that no rule declares, and
    attempts to weaken a required rule that is named in full.

    config  the configuration of the root, with those below it, *before* `with_flags`, so that each mistake is
            named where it was made
    rules   all rules that exist, lintkit's own included
    select, extend_select, ignore  what the command line gave
    Raises ConfigError.
    """
    for option, selectors in (("--select", select), ("--extend-select", extend_select), ("--ignore", ignore)):
        for selector in selectors:
            problem = unknown(selector, rules, config.packs)
            if problem:
                raise ConfigError(f"{option}: {problem}")
    checked: set[tuple[str, frozenset[str]]] = set()
    for one in config.all():
        known = [rule for rule in rules if rule.id not in one.absent]
        for source in one.sources:
            if (source.path, one.absent) not in checked:
                _refuse(source, _problems(source, known, one))
            checked.add((source.path, one.absent))
            if one.parents:
                _refuse(source, _weakened(source, known, one))
            _refuse(source, _contradictions(source, known))
        if one.folder:
            for source in one.sources:
                if source not in config.sources:
                    _refuse(source, _out_of_place(source, known))


def _refuse(source: Source, problems: Iterator[Problem]) -> None:
    from lintkit.config.validate import line_of

    found = sorted((line_of(source.lines, route), message) for route, message in problems)
    if found:
        line, message = found[0]
        raise ConfigError(message, source.path, line)


def _selectors(table: Mapping[str, Any]) -> Iterator[tuple[Route, str]]:
    """Every selector that a file writes, and where."""
    for key in ("select", "extend-select", "ignore", "required"):
        for index, selector in enumerate(table.get(key, ())):
            yield (key, index), selector
    for selector in table.get("severity", {}):
        yield ("severity", selector), selector
    for name, selectors in table.get("packs", {}).items():
        for index, selector in enumerate(selectors):
            yield ("packs", name, index), selector
    for key in ("per-path-ignores", "waivers"):
        for index, entry in enumerate(table.get(key, ())):
            for place, selector in enumerate(entry["rules"]):
                yield (key, index, "rules", place), selector


def _problems(source: Source, rules: Sequence[RuleMeta], config: Config) -> Iterator[Problem]:
    written = list(_selectors(source.table))
    for position in unused([selector for _, selector in written], rules):
        route, selector = written[position]
        problem = unknown(selector, rules, config.packs)
        if problem:
            yield route, problem
    known = {rule.id: rule for rule in rules}
    for name, table in source.table.get("rule", {}).items():
        if name not in known:
            hint = nearest(name, known) or "; `lintkit rules` lists them"
            yield ("rule", name), f"{quoted(name)} is not a rule{hint}"
        elif table.get("options"):
            from lintkit.config.validate import option_problems

            for route, message in option_problems(table["options"], known[name].options):
                yield ("rule", name, "options", *route), f"{message} (an option of `{name}`)"


def _weakened(source: Source, rules: Sequence[RuleMeta], config: Config) -> Iterator[Problem]:
    """What a file says in full of a rule that another one requires; wider selectors just pass it over."""
    known = {rule.id: rule for rule in rules}
    for route, name in _weakening(source.table):
        rule = known.get(name)
        floor = config.floor(rule) if rule is not None else None
        if rule is None or floor is None or source in floor.sources:
            continue
        if route[0] == "severity" or route[-1] == "severity":
            wanted = _value(source.table, route)
            if wanted != "off" and SEVERITIES.index(wanted) <= SEVERITIES.index(floor.severity(rule)):
                continue
        what = "cannot be ignored, waived, lowered or set otherwise here"
        yield route, f"{quoted(name)} is required by {_requirer(floor, rule)}: it {what}"


def _weakening(table: Mapping[str, Any]) -> Iterator[tuple[Route, str]]:
    for route, selector in _selectors(table):
        if route[0] in ("ignore", "severity", "per-path-ignores", "waivers"):
            yield route, selector
    for name, settings in table.get("rule", {}).items():
        for key in settings:
            yield ("rule", name, key), name


def _contradictions(source: Source, rules: Sequence[RuleMeta]) -> Iterator[Problem]:
    """A file that requires a rule and switches it off by its name."""
    table = source.table
    required = table.get("required", ())
    if not required:
        return
    known = {rule.id: rule for rule in rules}
    off: list[Problem] = [(("ignore", index), name) for index, name in enumerate(table.get("ignore", ()))]
    off += [(("severity", name), name) for name, level in table.get("severity", {}).items() if level == "off"]
    off += [
        (("rule", name, "severity"), name)
        for name, settings in table.get("rule", {}).items()
        if settings.get("severity") == "off"
    ]
    for route, name in off:
        if name in known and any_selects(required, known[name]):
            yield route, f"{quoted(name)} is `required` in the same file; drop one of the two"


def _out_of_place(source: Source, rules: Sequence[RuleMeta]) -> Iterator[Problem]:
    """Options of a rule that looks at the whole repository, which can only have one value in a run."""
    scopes = {rule.id: rule.scope for rule in rules}
    for name, settings in source.table.get("rule", {}).items():
        if "options" in settings and scopes.get(name) == "project":
            yield (
                ("rule", name, "options"),
                f"{quoted(name)} looks at the whole repository; set its options in the configuration of the root",
            )


def _requirer(floor: Config, rule: RuleMeta) -> str:
    for source in reversed(floor.sources):
        for index, selector in enumerate(source.table.get("required", ())):
            if any_selects(floor.expand((selector,)), rule):
                line = source.lines.get(("required", index), 0)
                return f"{source.path}:{line}" if line else source.path
    return floor.path


def _value(table: Mapping[str, Any], route: Route) -> Any:
    value: Any = table
    for part in route:
        value = value[part]
    return value
