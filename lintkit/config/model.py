"""The configuration as a value: what runs, how severe it is, where it does not apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from lintkit.config.globs import matches
from lintkit.config.selectors import any_selects, selects
from lintkit.model import Route, RuleMeta, Severity

SeverityOrOff = Literal["error", "warning", "note", "off"]
Environment = Literal["production", "staging", "development"]

DEFAULT_SELECT = ("pack:recommended",)


@dataclass(frozen=True, slots=True)
class PathIgnore:
    """One `[[per-path-ignores]]` entry: findings of `rules` below `paths` are accepted, for `reason`."""

    paths: tuple[str, ...]
    rules: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class RuleConfig:
    """One `[rule."family/name"]` table; None where the table says nothing."""

    severity: SeverityOrOff | None = None
    paths: tuple[str, ...] | None = None
    paths_ignore: tuple[str, ...] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """What the configuration says of one rule at one path.

    applies   the rule looks at this path
    severity  the severity of its findings
    options   the rule's defaults with the configured values over them
    accepted  the reason of the per-path ignore that accepts its findings here; None when none does
    """

    applies: bool
    severity: Severity
    options: Mapping[str, Any]
    accepted: str | None


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration that has been read and checked; the default one is what applies without a file.

    All globs are relative to the root, wherever the file stands.

    path          the file it comes from, as the user would write it; empty without one
    named         ids that the command line names in full; they run whatever `ignore` says
    rule_folders  folders with rules of the user's own
    severities    (selector, severity) in the order of the file
    environments  (environment, globs)
    lines         where keys stand in the file, for messages
    """

    path: str = ""
    select: tuple[str, ...] = DEFAULT_SELECT
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rule_folders: tuple[Path, ...] = ()
    fail_on: Severity = "warning"
    severities: tuple[tuple[str, SeverityOrOff], ...] = ()
    per_path_ignores: tuple[PathIgnore, ...] = ()
    rules: Mapping[str, RuleConfig] = field(default_factory=dict)
    environments: tuple[tuple[Environment, tuple[str, ...]], ...] = ()
    lines: Mapping[Route, int] = field(default_factory=dict, compare=False, repr=False)

    def with_flags(
        self,
        *,
        select: Sequence[str] = (),
        extend_select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        fail_on: Severity | None = None,
    ) -> Config:
        """This configuration with the command line over it.

        `select` replaces `select` and `extend-select` of the file; the others add to the file's. A rule that
        `select` or `extend_select` names in full runs even if the *file* ignores it or switches it off.
        """
        named = tuple(name for name in (*select, *extend_select) if name not in ignore)
        return replace(
            self,
            select=tuple(select) or self.select,
            extend_select=(*(() if select else self.extend_select), *extend_select),
            ignore=(*self.ignore, *ignore),
            named=named,
            fail_on=fail_on or self.fail_on,
        )

    def selected(self, rules: Iterable[RuleMeta]) -> tuple[RuleMeta, ...]:
        """The rules of `rules` that run, in their order."""
        return tuple(rule for rule in rules if self.runs(rule))

    def runs(self, rule: RuleMeta) -> bool:
        """Whether `rule` is selected and neither ignored nor switched off."""
        if rule.id in self.named:
            return True
        return (
            any_selects((*self.select, *self.extend_select), rule)
            and not any_selects(self.ignore, rule)
            and self._configured_severity(rule) != "off"
        )

    def keeps(self, rule: RuleMeta) -> bool:
        """Whether findings of lintkit's own `rule` are reported; they need no `select`."""
        return rule.id in self.named or (
            not any_selects(self.ignore, rule) and self._configured_severity(rule) != "off"
        )

    def severity(self, rule: RuleMeta, default: Severity | None = None) -> Severity:
        """The severity of `rule`'s findings; `default` is what the finding asks for, else the rule's own."""
        configured = self._configured_severity(rule)
        return default or rule.severity if configured is None or configured == "off" else configured

    def options(self, rule: RuleMeta) -> dict[str, Any]:
        """The options of `rule`: its declared defaults with the configured values over them."""
        defaults = {name: schema["default"] for name, schema in rule.options.items() if "default" in schema}
        table = self.rules.get(rule.id)
        return {**defaults, **table.options} if table else defaults

    def applies(self, rule: RuleMeta, path: str) -> bool:
        """Whether `rule` looks at `path` (relative to the root), by the configuration and by its own list."""
        table = self.rules.get(rule.id)
        if table is None:
            return not matches(rule.paths_ignore, path)
        if table.paths is not None and not matches(table.paths, path):
            return False
        if table.paths_ignore is not None:
            return not matches(table.paths_ignore, path)
        return not matches(rule.paths_ignore, path)

    def accepted(self, rule: RuleMeta, path: str) -> str | None:
        """The reason of the first per-path ignore that covers `rule` at `path`, or None."""
        for entry in self.per_path_ignores:
            if any_selects(entry.rules, rule) and matches(entry.paths, path):
                return entry.reason
        return None

    def excluded(self, path: str) -> bool:
        """Whether `exclude` leaves `path` (relative to the root) out."""
        return matches(self.exclude, path)

    def environment(self, path: str) -> Environment | None:
        """The environment that the configuration gives to `path`, or None where it says nothing."""
        for name, patterns in self.environments:
            if matches(patterns, path):
                return name
        return None

    def settings_for(self, rule: RuleMeta, path: str) -> RuleSettings:
        """All that the configuration says of `rule` at `path`."""
        return RuleSettings(
            applies=self.applies(rule, path),
            severity=self.severity(rule),
            options=self.options(rule),
            accepted=self.accepted(rule, path),
        )

    def _configured_severity(self, rule: RuleMeta) -> SeverityOrOff | None:
        table = self.rules.get(rule.id)
        if table is not None and table.severity is not None:
            return table.severity
        found: SeverityOrOff | None = None
        for selector, severity in self.severities:
            if selects(selector, rule):
                found = severity
        return found
