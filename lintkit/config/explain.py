"""Saying where a configuration comes from: line by line, and rule by rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lintkit.config.model import DEFAULT_SELECT, Config, Source
from lintkit.config.ruling import Rulings
from lintkit.config.selectors import any_selects, selects
from lintkit.model import Kind, Route, RuleMeta, Severity

_KEYS = (
    "extend",
    "required",
    "required-suppressible",
    "select",
    "extend-select",
    "ignore",
    "exclude",
    "rules",
    "packs",
    "fail-on",
    "severity",
    "per-path-ignores",
    "waivers",
    "rule",
    "environments",
)
_CHOOSING = ("select", "extend-select", "ignore")
_MASK = "********"


@dataclass(frozen=True, slots=True)
class Line:
    """One value of a configuration.

    key   as in the file, with dots between tables: `severity."python/*"`
    path  the file it comes from, as the user would write it; empty for a default
    line  from 1; 0 for a default
    note  why it counts although it stands elsewhere, or why it does not count; empty for the usual case
    """

    key: str
    value: Any
    path: str
    line: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a rule runs at a path, and the line of a file that decided it.

    accepted  the reason why its findings there do not count; None if they do
    """

    rule: str
    runs: bool
    severity: Severity
    reason: str
    path: str = ""
    line: int = 0
    accepted: str | None = None


def explain_lines(config: Config, whole: Config, today: date) -> tuple[Line, ...]:
    """Every value of `config`, which `whole` (the root's) has for some path, in the order of the documentation.

    What a nearer file replaces is there as well, with a note. Values of options that look like secrets are masked.
    """
    found: list[Line] = []
    for key in _KEYS:
        for above in whole.around(config.folder):
            if key == "exclude" or (key.startswith("required") and above.required):
                for source in above.sources:
                    if source not in config.sources:
                        note = "holds in every folder below"
                        found.extend(Line(*said, note) for said in _said(source, key))
        for index, source in enumerate(config.sources):
            nearer = config.sources[index + 1 :]
            for route, said in _routes(source, key):
                found.append(Line(*said, _note(config, route, nearer, source, today)))
        if key in ("select", "fail-on") and not any(key in source.table for source in config.sources):
            found.extend(
                Line(key, value, "", 0, "default")
                for value in (DEFAULT_SELECT if key == "select" else [config.fail_on])
            )
    # Two configurations above may extend the same file.
    return tuple({(line.key, repr(line.value), line.path, line.line): line for line in found}.values())


def _said(source: Source, key: str) -> Iterator[tuple[str, Any, str, int]]:
    return (said for _, said in _routes(source, key))


def _routes(source: Source, key: str) -> Iterator[tuple[Route, tuple[str, Any, str, int]]]:
    """(route, (key, value, file, line)) of every value that `source` has under `key`."""
    if key not in source.table:
        return
    for route, value in _leaves((key,), source.table[key]):
        yield route, (_dotted(route), _masked(route, value), source.path, _line(source, route))


def _leaves(route: Route, value: Any) -> Iterator[tuple[Route, Any]]:
    if isinstance(value, Mapping) and len(route) < 4 and route[0] not in ("per-path-ignores", "waivers"):
        for name, inner in value.items():
            yield from _leaves((*route, name), inner)
    elif isinstance(value, list) and (len(route) == 1 or route[0] in ("packs", "environments")):
        for index, inner in enumerate(value):
            yield (*route, index), inner
    else:
        yield route, value


def _dotted(route: Route) -> str:
    parts = [part for part in route if isinstance(part, str)]
    return ".".join(part if part.replace("-", "").isalnum() else f'"{part}"' for part in parts)


def _masked(route: Route, value: Any) -> Any:
    if route[0] != "rule" or "options" not in route:
        return value
    from lintkit.secrets import classify

    if isinstance(value, Mapping):
        return {name: _masked((*route, name), inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_masked(route, inner) for inner in value]
    return _MASK if isinstance(value, str) and classify(str(route[-1]), value) is not None else value


def _line(source: Source, route: Route) -> int:
    while route:
        if route in source.lines:
            return source.lines[route]
        route = route[:-1]
    return 0


def _note(config: Config, route: Route, nearer: tuple[Source, ...], source: Source, today: date) -> str:
    """Why a value does not count, if it does not."""
    key = route[0]
    for other in reversed(nearer):
        if key in _CHOOSING and "select" in other.table:
            return f"no effect: `select` starts anew in {other.path}:{_line(other, ('select',))}"
        place = (
            route
            if key in ("severity", "rule")
            else route[:2]
            if key in ("packs", "environments")
            else route[:1]
        )
        if key in ("fail-on", "required-suppressible", "severity", "rule", "packs", "environments") and _has(
            other.table, place
        ):
            return f"replaced by {other.path}:{_line(other, place)}"
    if key == "waivers":
        index = route[1]
        day = date.fromisoformat(str(source.table["waivers"][index]["expires"]))
        return "expired" if today > day else ""
    if key == "required" and source.path != config.path:
        return "cannot be weakened here"
    return ""


def _has(table: Mapping[str, Any], route: Route) -> bool:
    value: Any = table
    for part in route:
        if not isinstance(value, Mapping) or part not in value:
            return False
        value = value[part]
    return True


def explain_rule(rulings: Rulings, rule: RuleMeta, path: str, kind: Kind | None) -> Decision:
    """Whether `rule` runs at `path`, and why.

    path  relative to the root; a folder ends with `/`, and then neither kinds nor path globs are asked
    kind  what the file is; None for a folder or a file that lintkit does not read
    """
    config = rulings.config.for_path(path)
    against = rulings.against(rule, path, kind)
    is_file = path != "" and not path.endswith("/")
    if is_file and kind is None and rule.kinds and rule.scope == "file" and against in ("", "paths"):
        against = "kind"
    if not is_file and against in ("kind", "paths"):
        against = ""
    reason, at = _why(config, rule, rule.id.startswith("lintkit/"))
    if against == "exclude":
        outside = rulings.config.left_out(path)
        reason, at = "`exclude` leaves this path out for all but required rules", ("", 0)
        if outside is not None and outside.sources:
            at = next(
                (s.path, _line(s, ("exclude",))) for s in reversed(outside.sources) if "exclude" in s.table
            )
    elif against == "kind":
        reason, at = f"looks at files of other kinds ({', '.join(rule.kinds)})", ("", 0)
    elif against == "paths":
        reason, at = "does not look at this path", _paths_line(config.decider(rule), rule)
    accepted = rulings.accepted(rule, path) if is_file and not against else None
    return Decision(rule.id, not against, config.severity(rule), reason, *at, accepted)


def _why(config: Config, rule: RuleMeta, own: bool) -> tuple[str, tuple[str, int]]:
    nowhere = ("", 0)
    if rule.id in config.absent:
        return "belongs to the rule folder of another folder's configuration", nowhere
    for one in (*config.parents, config):
        for source in reversed(one.sources):
            for index, selector in enumerate(source.table.get("required", ())):
                if any_selects(one.expand((selector,)), rule):
                    return f'required by "{selector}"', (source.path, _line(source, ("required", index)))
    selector, key, at = _chosen(config, rule)
    if key == "ignore":
        return f'ignored by "{selector}"', at
    off = _off(config, rule)
    if off is not None:
        return f'switched off by "{off[0]}"', off[1]
    if own:
        return "lintkit's own, which needs no `select`", nowhere
    if key:
        return f'selected by "{selector}"{"" if at[0] else ", the default"}', at
    packs = " or ".join(f"pack:{pack}" for pack in rule.packs)
    return f"nothing selects it{f'; it is in {packs}' if packs else ''}", nowhere


def _chosen(config: Config, rule: RuleMeta) -> tuple[str, str, tuple[str, int]]:
    """The selector that has the last word on `rule`, its key and its place; three empty ones without any."""
    nothing = ("", "", ("", 0))
    found = ("pack:recommended", "select", ("", 0)) if any_selects(DEFAULT_SELECT, rule) else nothing
    for source in config.sources:
        if "select" in source.table:
            found = nothing
        for key in _CHOOSING:
            for index, selector in enumerate(source.table.get(key, ())):
                if any_selects(config.expand((selector,)), rule):
                    found = (selector, key, (source.path, _line(source, (key, index))))
                    break
    return found


def _off(config: Config, rule: RuleMeta) -> tuple[str, tuple[str, int]] | None:
    if config.configured_severity(rule) != "off":
        return None
    for source in reversed(config.sources):
        if source.table.get("rule", {}).get(rule.id, {}).get("severity") == "off":
            return rule.id, (source.path, _line(source, ("rule", rule.id, "severity")))
    for source in reversed(config.sources):
        for selector in reversed(source.table.get("severity", {})):
            if any(selects(part, rule) for part in config.expand((selector,))):
                return selector, (source.path, _line(source, ("severity", selector)))
    return None


def _paths_line(config: Config, rule: RuleMeta) -> tuple[str, int]:
    for source in reversed(config.sources):
        table = source.table.get("rule", {}).get(rule.id, {})
        for key in ("paths", "paths-ignore"):
            if key in table:
                return source.path, _line(source, ("rule", rule.id, key))
    return "", 0
