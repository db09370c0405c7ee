"""Does this rule count here? The one decision, of which every step of a run, and `lintkit config`, asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from lintkit.config.model import Config, PathIgnore, Waiver
from lintkit.config.selectors import Selectors
from lintkit.globs.paths import PathGlobs, PathIndex, path_globs
from lintkit.kinds.registry import FILE_KIND
from lintkit.model import Finding, Kind, RuleMeta, Severity

Against = Literal["", "exclude", "selection", "kind", "paths"]
"""Why a rule does not count: its folder excludes the path for all but what is required of it; nothing selects it, or
something switches it off; it is for files of other kinds; its own list of paths, or the configuration's."""


class Rulings:
    """What a configuration, with those of the folders below, makes of rules at paths. Answers are kept.

    config    the one of the root
    today     the day (UTC) by which waivers are judged; without it all of them hold
    selected  the rules that are asked about are known to be selected somewhere: without folders that have a
              configuration of their own, they are so everywhere
    """

    def __init__(self, config: Config, today: date | None = None, *, selected: bool = False) -> None:
        self.config = config
        self._today = today
        self._selected = selected and not config.nested
        self._by_folder: dict[str, _Folder] = {}

    def against(self, rule: RuleMeta, path: str, kind: Kind | None = None) -> Against:
        """Why `rule` does not count at `path`, relative to the root; empty where it does.

        kind  what the file is; without it kinds are not asked, as for a finding that is there already
        """
        here = self._at(path)
        outside = self.config.left_out(path)
        if outside is not None and outside.floor(rule) is None:
            return "exclude"
        if not self._runs(here, rule):
            return "selection"
        if kind is not None and rule.kinds and rule.scope == "file" and not looks_at(rule, kind):
            return "kind"
        return "" if here.applies(rule, path) else "paths"

    def counts(self, rule: RuleMeta, path: str, kind: Kind | None = None) -> bool:
        """Whether `rule` counts at `path`."""
        return not self.against(rule, path, kind)

    def selected(self, rules: Sequence[RuleMeta], path: str) -> frozenset[str]:
        """The ids of those of `rules` that are selected for the folder of `path`, whatever paths they look at."""
        here, outside = self._at(path), self.config.left_out(path)
        key = "" if outside is None else outside.folder or "/"
        if key not in here.selected:
            here.selected[key] = frozenset(
                rule.id
                for rule in rules
                if self._runs(here, rule) and (outside is None or outside.floor(rule) is not None)
            )
        return here.selected[key]

    def severity(self, rule: RuleMeta, finding: Finding) -> Severity:
        """How severe a finding of `rule` is at its path."""
        here = self._at(finding.path)
        key = (rule.id, finding.severity)
        if key not in here.severities:
            here.severities[key] = here.config.severity(rule, finding.severity)
        return here.severities[key]

    def strict(self, rule: RuleMeta, path: str) -> bool:
        """Whether what is true and seldom worth a change is wanted of `rule` at `path`."""
        here = self._at(path)
        if rule.id not in here.strict:
            here.strict[rule.id] = here.config.is_strict(rule)
        return here.strict[rule.id]

    def accepted(self, rule: RuleMeta, path: str) -> str | None:
        """The reason of the first per-path ignore, or waiver, that covers `rule` at `path`; None without one."""
        for entry in self._at(path).accepting(rule, path):
            if not (isinstance(entry, Waiver) and self._today is not None and entry.expired(self._today)):
                return entry.reason
        return None

    def waived(self, rule: RuleMeta, path: str) -> tuple[Waiver, ...]:
        """The waivers that cover `rule` at `path`, expired or not."""
        return tuple(entry for entry in self._at(path).accepting(rule, path) if isinstance(entry, Waiver))

    def _at(self, path: str) -> _Folder:
        config = self.config.for_path(path)
        if config.folder not in self._by_folder:
            self._by_folder[config.folder] = _Folder(config)
        return self._by_folder[config.folder]

    def _runs(self, here: _Folder, rule: RuleMeta) -> bool:
        own = rule.id.startswith("lintkit/")
        if self._selected and not own:
            return True
        if rule.id not in here.runs:
            here.runs[rule.id] = here.config.keeps(rule) if own else here.config.runs(rule)
        return here.runs[rule.id]


def looks_at(rule: RuleMeta, kind: Kind) -> bool:
    """Whether a rule is for files of a kind, or for what stands inside of them."""
    return not (FILE_KIND[kind].inner_kinds | {kind}).isdisjoint(rule.kinds)


class _Folder:
    """What is known of the rules under one configuration."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.runs: dict[str, bool] = {}
        self.strict: dict[str, bool] = {}
        self.selected: dict[str, frozenset[str]] = {}
        self.severities: dict[tuple[str, Severity], Severity] = {}
        self._globs: dict[str, tuple[PathGlobs | None, PathGlobs]] = {}
        self._accepting: dict[int, _Entries] = {}
        self._deciders: dict[str, Config] = {}

    def applies(self, rule: RuleMeta, path: str) -> bool:
        """Whether `rule` looks at `path`, by the configuration and by its own list."""
        if rule.id not in self._globs:
            table = self._decider(rule).rules.get(rule.id)
            only = table.paths if table is not None and table.paths is not None else rule.paths or None
            without = table.paths_ignore if table is not None else None
            self._globs[rule.id] = (
                None if only is None else path_globs(tuple(only)),
                path_globs(tuple(rule.paths_ignore if without is None else without)),
            )
        only_globs, without_globs = self._globs[rule.id]
        return (only_globs is None or only_globs.matches(path)) and not without_globs.matches(path)

    def accepting(self, rule: RuleMeta, path: str) -> Iterator[PathIgnore]:
        """The per-path ignores, then the waivers, that cover `rule` at `path`."""
        decider = self._decider(rule)
        if id(decider) not in self._accepting:
            self._accepting[id(decider)] = _Entries((*decider.per_path_ignores, *decider.waivers))
        return self._accepting[id(decider)].covering(rule, path)

    def _decider(self, rule: RuleMeta) -> Config:
        if rule.id not in self._deciders:
            self._deciders[rule.id] = self.config.decider(rule)
        return self._deciders[rule.id]


class _Entries:
    """Per-path ignores and waivers, found by rule and by path."""

    def __init__(self, entries: Sequence[PathIgnore]) -> None:
        self._entries = entries
        selectors = [(position, each) for position, entry in enumerate(entries) for each in entry.rules]
        globs = [(position, each) for position, entry in enumerate(entries) for each in entry.paths]
        self._of_selector = [position for position, _ in selectors]
        self._of_glob = [position for position, _ in globs]
        self._selectors = Selectors(each for _, each in selectors)
        self._paths = PathIndex(tuple(each for _, each in globs))
        self._by_rule: dict[str, frozenset[int]] = {}
        self._by_path: tuple[str, frozenset[int]] = ("", frozenset())

    def covering(self, rule: RuleMeta, path: str) -> Iterator[PathIgnore]:
        """Those that cover `rule` at `path`, in their order."""
        if rule.id not in self._by_rule:
            found = self._selectors.positions(rule)
            self._by_rule[rule.id] = frozenset(self._of_selector[position] for position in found)
        if not self._by_rule[rule.id]:
            return
        if self._by_path[0] != path:  # findings come path by path
            named = frozenset(self._of_glob[position] for position in self._paths.naming(path))
            self._by_path = (path, named)
        for position in sorted(self._by_rule[rule.id] & self._by_path[1]):
            if path_globs(self._entries[position].paths).matches(path):
                yield self._entries[position]
