"""The configuration as a value: what runs, how severe it is, where it does not apply."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from lintkit.config.packs import Packs, expanded
from lintkit.config.selectors import any_selects, compiled
from lintkit.globs.paths import matches
from lintkit.model import SEVERITIES, Route, RuleMeta, Severity

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
class Waiver(PathIgnore):
    """One `[[waivers]]` entry: a PathIgnore that holds up to and with the day `expires` (UTC).

    shown  the file it stands in, as the user would write it
    file   the same relative to the root; empty for a file outside it
    line   of its `expires`
    """

    expires: date
    shown: str = ""
    file: str = ""
    line: int = 0

    def expired(self, today: date) -> bool:
        """Whether it no longer holds on the day `today`."""
        return today > self.expires


@dataclass(frozen=True, slots=True)
class RuleConfig:
    """One `[rule."family/name"]` table; None where the table says nothing."""

    severity: SeverityOrOff | None = None
    paths: tuple[str, ...] | None = None
    paths_ignore: tuple[str, ...] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def over(self, further: RuleConfig) -> RuleConfig:
        """This table where it says something, `further` where it does not; options by their name."""
        return RuleConfig(
            severity=self.severity or further.severity,
            paths=further.paths if self.paths is None else self.paths,
            paths_ignore=further.paths_ignore if self.paths_ignore is None else self.paths_ignore,
            options={**further.options, **self.options},
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """What one file, or the command line, says about which rules run; `select` is None where it says nothing."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def decide(self, rule: RuleMeta, before: bool | None) -> bool | None:
        """Whether `rule` is selected (True), ignored (False) or not spoken of (None), given what held `before`."""
        decided = before
        if self.select is not None:
            decided = True if any_selects(self.select, rule) else None
        if any_selects(self.extend_select, rule):
            decided = True
        return False if any_selects(self.ignore, rule) else decided


@dataclass(frozen=True, slots=True)
class Source:
    """One file that a configuration was read from.

    path   as the user would write it
    table  what it says, as it is written
    lines  where its keys and items stand, from 1
    file   relative to the root; empty for a file outside it
    """

    path: str
    table: Mapping[str, Any]
    lines: Mapping[Route, int]
    file: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration that has been read and checked; the default one is what applies without a file.

    All globs are relative to the root, wherever the file stands; packs of one's own are resolved in selectors.

    path          the nearest file it comes from, as the user would write it; empty without one
    folder        the folder below the root that it applies to; empty for the root
    sources       the files it comes from, furthest first
    inherited     what the files that it extends choose, furthest first
    command_line  what the command line chooses
    named         ids that the command line names in full; they run whatever a file says
    absent        ids of rules that belong to other folders
    rule_folders  folders with rules of the user's own
    severities    (selector, severity); the last one decides
    environments  (environment, globs)
    required      rules that nothing below or extending this configuration can weaken
    parents       configurations whose `required` hold here, outermost first; they have none of their own
    nested        folder below the root -> the configuration that applies there, instead of this one
    """

    path: str = ""
    folder: str = ""
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    inherited: tuple[Choice, ...] = ()
    command_line: Choice = Choice()
    named: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    exclude: tuple[str, ...] = ()
    rule_folders: tuple[Path, ...] = ()
    fail_on: Severity = "warning"
    severities: tuple[tuple[str, SeverityOrOff], ...] = ()
    per_path_ignores: tuple[PathIgnore, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    rules: Mapping[str, RuleConfig] = field(default_factory=dict)
    environments: tuple[tuple[Environment, tuple[str, ...]], ...] = ()
    packs: Packs = field(default_factory=dict)
    required: tuple[str, ...] = ()
    required_suppressible: bool = True
    sources: tuple[Source, ...] = field(default=(), compare=False, repr=False)
    parents: tuple[Config, ...] = ()
    nested: Mapping[str, Config] = field(default_factory=dict)

    def for_path(self, path: str) -> Config:
        """The configuration that applies to `path` (relative to the root): that of the nearest folder."""
        return next(self._around(path), self)

    def all(self) -> tuple[Config, ...]:
        """This configuration and those of the folders below, sorted by folder."""
        return (self, *(self.nested[folder] for folder in sorted(self.nested)))

    def around(self, folder: str) -> tuple[Config, ...]:
        """The configurations of the folders above `folder`, outermost (this one) first, without its own."""
        found = [config for config in self._around(folder) if config.folder != folder]
        return (self, *reversed(found)) if folder != self.folder else ()

    def _around(self, path: str) -> Iterator[Config]:
        if not self.nested:
            return
        end = len(path)
        while end > 0:
            config = self.nested.get(path[:end])
            if config is not None:
                yield config
            end = path.rfind("/", 0, end)

    def with_flags(
        self,
        *,
        select: Sequence[str] = (),
        extend_select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        fail_on: Severity | None = None,
    ) -> Config:
        """This configuration, and those below it, with the command line over them.

        `select` replaces what files select and require; `extend_select` and `ignore` add to them. A rule that
        `select` or `extend_select` names in full runs even if a *file* ignores it or switches it off.
        Packs are those of this configuration.
        """
        choice = Choice(
            expanded(select, self.packs) or None,
            expanded(extend_select, self.packs),
            expanded(ignore, self.packs),
        )
        named = frozenset((*select, *extend_select)) - frozenset(ignore)
        return self._commanded(choice, named, fail_on)

    def _commanded(self, choice: Choice, named: frozenset[str], fail_on: Severity | None) -> Config:
        return replace(
            self,
            command_line=choice,
            named=named,
            fail_on=fail_on or self.fail_on,
            parents=tuple(parent._commanded(choice, named, fail_on) for parent in self.parents),
            nested={
                folder: config._commanded(choice, named, fail_on) for folder, config in self.nested.items()
            },
        )

    def selected(self, rules: Iterable[RuleMeta]) -> tuple[RuleMeta, ...]:
        """The rules of `rules` that run, in their order."""
        return tuple(rule for rule in rules if self.runs(rule))

    def is_strict(self, rule: RuleMeta) -> bool:
        """Whether `rule` would be selected if it were in the pack `strict` alone."""
        return self.runs(replace(rule, packs=("strict",)))

    def runs(self, rule: RuleMeta) -> bool:
        """Whether `rule` is selected or required, and neither ignored nor switched off."""
        if rule.id in self.absent:
            return False
        if rule.id in self.named:
            return True
        if any_selects(self.command_line.ignore, rule):
            return False
        required = self.requires(rule)
        chosen = self.chosen(rule)
        if not required and (chosen is False or self.configured_severity(rule) == "off"):
            return False
        added = any_selects(self.command_line.extend_select, rule)
        if self.command_line.select is not None:
            return added or any_selects(self.command_line.select, rule)
        return required or added or chosen is True

    def keeps(self, rule: RuleMeta) -> bool:
        """Whether findings of lintkit's own `rule` are reported; they need no `select`."""
        if rule.id in self.named:
            return True
        if any_selects(self.command_line.ignore, rule):
            return False
        return self.requires(rule) or (
            self.chosen(rule) is not False and self.configured_severity(rule) != "off"
        )

    def chosen(self, rule: RuleMeta) -> bool | None:
        """Whether the files select (True) or ignore (False) `rule`; None where they do not speak of it."""
        decided: bool | None = None
        for choice in (Choice(DEFAULT_SELECT), *self.inherited, self.choice):
            decided = choice.decide(rule, decided)
        return decided

    @property
    def choice(self) -> Choice:
        """What the nearest file chooses."""
        return Choice(self.select, self.extend_select, self.ignore)

    def requires(self, rule: RuleMeta) -> bool:
        """Whether this configuration, or one above it, requires `rule`."""
        return any_selects(self.required, rule) or self.floor(rule) is not None

    def floor(self, rule: RuleMeta) -> Config | None:
        """The outermost configuration above this one that requires `rule`: its settings hold here."""
        return next((parent for parent in self.parents if any_selects(parent.required, rule)), None)

    def decider(self, rule: RuleMeta) -> Config:
        """The configuration whose settings of `rule` hold here: one that requires it, else this one."""
        floor = self.floor(rule)
        return self if floor is None else floor

    def as_parents(self) -> tuple[Config, ...]:
        """The `parents` of a configuration that is bound by what this one, and whatever binds it, require."""
        return (*self.parents, replace(self, parents=(), nested={})) if self.required else self.parents

    def refuses_comments(self, rule: RuleMeta) -> str:
        """The file that requires `rule` and accepts no comment that suppresses it; empty if there is none."""
        for config in (*self.parents, self):
            if not config.required_suppressible and any_selects(config.required, rule):
                return config.path
        return ""

    def severity(self, rule: RuleMeta, default: Severity | None = None) -> Severity:
        """The severity of `rule`'s findings; `default` is what the finding asks for, else the rule's own.

        Of a rule that is required from above it is at least what it is there.
        """
        configured = self.configured_severity(rule)
        own = None if configured == "off" else configured
        floor = self.floor(rule)
        if floor is None:
            return own or default or rule.severity
        above = floor.severity(rule, default)
        return own if own is not None and SEVERITIES.index(own) < SEVERITIES.index(above) else above

    def options(self, rule: RuleMeta) -> dict[str, Any]:
        """The options of `rule`: its declared defaults with the configured values over them."""
        table = self.decider(rule).rules.get(rule.id)
        defaults = {name: schema["default"] for name, schema in rule.options.items() if "default" in schema}
        return {**defaults, **table.options} if table else defaults

    def fails_at(self, rule: RuleMeta) -> Severity:
        """The least severity at which a finding of `rule` makes the check fail."""
        return self.decider(rule).fail_on

    def excluded(self, path: str) -> bool:
        """Whether `exclude` of this configuration, or of a folder's above `path`, leaves `path` out altogether.

        What a folder excludes is still read for the rules that are required of it (`left_out`).
        """
        return matches(self.exclude, path) or any(
            not config.parents and matches(config.exclude, path) for config in self._around(path)
        )

    def left_out(self, path: str) -> Config | None:
        """The outermost folder's configuration that excludes `path` for all but the rules required of that folder."""
        found = None
        for config in self._around(path):
            if config.parents and matches(config.exclude, path):
                found = config
        return found

    def environment(self, path: str) -> Environment | None:
        """The environment of `path`, by the configurations that require rules of it and by its own.

        None where none of them says anything.
        """
        here = self.for_path(path)
        for config in (*here.parents, here):
            for name, patterns in config.environments:
                if matches(patterns, path):
                    return name
        return None

    def configured_severity(self, rule: RuleMeta) -> SeverityOrOff | None:
        """What the files say of the severity of `rule`; None where they say nothing."""
        table = self.rules.get(rule.id)
        if table is not None and table.severity is not None:
            return table.severity
        together = compiled(tuple(selector for selector, _ in self.severities))
        last = max(together.positions(rule), default=None)
        return None if last is None else self.severities[last][1]

    def expand(self, selectors: Collection[str]) -> tuple[str, ...]:
        """`selectors` with packs of one's own replaced by what is in them."""
        return expanded(selectors, self.packs)
