"""From the table of one file to a configuration: laid over what the file extends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from lintkit.config.errors import ConfigError, nearest, quoted
from lintkit.config.model import Config, PathIgnore, RuleConfig, Source, Waiver
from lintkit.config.packs import MOST_SELECTORS, PackError, expanded, resolved
from lintkit.config.selectors import KNOWN_PACKS
from lintkit.globs.home import Home
from lintkit.globs.paths import too_many_alike

_PACK = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one file stands.

    folder   the folder of the file, resolved: `rules` and `extend` are relative to it
    inside   the folder that rule folders must not leave; None if the user named the file
    home     what its globs are relative to
    """

    folder: Path
    inside: Path | None
    home: Home


def over(base: Config, source: Source, place: Place) -> Config:
    """`base` with what `source` (checked against the schema) says over it.

    Lists are added to, `select`, `fail-on` and single globs of a rule or an environment are replaced, tables are
    merged by key. `base` becomes a parent if it requires rules. Raises ConfigError.
    """
    table = source.table
    packs = _packs(base, source)
    home = place.home
    rules = dict(base.rules)
    for name, settings in table.get("rule", {}).items():
        rules[name] = _rule_config(settings, home).over(rules.get(name, RuleConfig()))
    folders = tuple(
        _rule_folder(place, name, source, index) for index, name in enumerate(table.get("rules", ()))
    )
    environments = dict(base.environments)
    for name in ("production", "staging", "development"):
        if name in table.get("environments", {}):
            environments[cast("Any", name)] = home.globs(table["environments"][name])
    merged = replace(
        base,
        path=source.path,
        sources=(*base.sources, source),
        parents=base.as_parents(),
        inherited=(*base.inherited, base.choice) if base.sources else base.inherited,
        select=expanded(table["select"], packs) if "select" in table else None,
        extend_select=expanded(table.get("extend-select", ()), packs),
        ignore=expanded(table.get("ignore", ()), packs),
        packs=packs,
        required=(*base.required, *expanded(table.get("required", ()), packs)),
        required_suppressible=table.get("required-suppressible", base.required_suppressible),
        exclude=(*base.exclude, *home.globs(table.get("exclude", ()))),
        rule_folders=tuple(dict.fromkeys((*base.rule_folders, *folders))),
        fail_on=table.get("fail-on", base.fail_on),
        severities=(
            *base.severities,
            *(
                (part, severity)
                for selector, severity in table.get("severity", {}).items()
                for part in expanded((selector,), packs)
            ),
        ),
        per_path_ignores=(
            *base.per_path_ignores,
            *(
                PathIgnore(home.globs(entry["paths"]), expanded(entry["rules"], packs), entry["reason"])
                for entry in table.get("per-path-ignores", ())
            ),
        ),
        waivers=(
            *base.waivers,
            *(
                Waiver(
                    home.globs(entry["paths"]),
                    expanded(entry["rules"], packs),
                    entry["reason"],
                    date.fromisoformat(str(entry["expires"])),
                    source.path,
                    source.file,
                    source.lines.get(("waivers", index, "expires"), source.lines.get(("waivers", index), 0)),
                )
                for index, entry in enumerate(table.get("waivers", ()))
            ),
        ),
        rules=rules,
        environments=tuple(environments.items()),
    )
    _refuse_excess(merged)
    return merged


def _refuse_excess(config: Config) -> None:
    """Packs and files that extend each other multiply; what is matched with every finding stays within bounds."""
    entries = (*config.per_path_ignores, *config.waivers)
    selectors = sum(len(entry.rules) for entry in entries) + len(config.severities)
    selectors += sum(map(len, (config.select or (), config.extend_select, config.ignore, config.required)))
    selectors += sum(
        len(choice.select or ()) + len(choice.extend_select) + len(choice.ignore)
        for choice in config.inherited
    )
    globs = sum(len(entry.paths) for entry in entries) + len(config.exclude)
    globs += sum(len(table.paths or ()) + len(table.paths_ignore or ()) for table in config.rules.values())
    for named, patterns in (
        ("`exclude`", config.exclude),
        ("`per-path-ignores` and `waivers`", [path for entry in entries for path in entry.paths]),
    ):
        excess = too_many_alike(patterns)
        if excess is not None:
            raise ConfigError(
                f"{named} of this file and of what it extends: the glob {quoted(patterns[excess[0]])} {excess[1]}",
                config.path,
            )
    for what, count in (("selectors", selectors), ("globs", globs)):
        if count > MOST_SELECTORS:
            raise ConfigError(
                f"this file, with its packs and what it extends, comes to more than {MOST_SELECTORS} {what}; "
                "use wildcards and tags",
                config.path,
            )


def _packs(base: Config, source: Source) -> Mapping[str, tuple[str, ...]]:
    written = source.table.get("packs", {})
    for name in written:
        line = source.lines.get(("packs", name), 0)
        if name in KNOWN_PACKS:
            raise ConfigError(
                f"the pack {quoted(name)} is lintkit's own; choose another name", source.path, line
            )
        if not _PACK.fullmatch(name):
            raise ConfigError(
                f"{quoted(name)} cannot be the name of a pack: use small letters, digits and `-`",
                source.path,
                line,
            )
    try:
        return resolved(written, base.packs)
    except PackError as error:
        raise ConfigError(error.message, source.path, source.lines.get(("packs", error.pack), 0)) from None


def _rule_config(settings: Mapping[str, Any], home: Home) -> RuleConfig:
    return RuleConfig(
        severity=settings.get("severity"),
        paths=home.globs(settings["paths"]) if "paths" in settings else None,
        paths_ignore=home.globs(settings["paths-ignore"]) if "paths-ignore" in settings else None,
        options=cast("dict[str, Any]", settings.get("options", {})),
    )


def _rule_folder(place: Place, name: str, source: Source, index: int) -> Path:
    line = source.lines.get(("rules", index), source.lines.get(("rules",), 0))
    try:
        found = (place.folder / name).resolve()
        is_folder = found.is_dir()
    except (OSError, RuntimeError, ValueError):
        raise ConfigError(f"the rule folder {quoted(name)} cannot be opened", source.path, line) from None
    if place.inside is not None and not found.is_relative_to(place.inside):
        raise ConfigError(
            f"the rule folder {quoted(name)} is outside the repository; "
            "keep it below the root, or name the configuration with `--config`",
            source.path,
            line,
        )
    if not is_folder:
        try:
            beside = [path.name for path in place.folder.iterdir() if path.is_dir()]
        except OSError:
            beside = []
        raise ConfigError(
            f"there is no rule folder {quoted(name)} in {quoted(place.folder.name)}{nearest(name, beside)}",
            source.path,
            line,
        )
    return found
