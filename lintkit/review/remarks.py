"""What a review says: findings read back from a SARIF log, which may come from somebody who is not trusted.

Any producer's SARIF 2.1.0 will do. The pull request of a fork brings a log of its own making, so nothing of it is
believed: paths stay in the repository, texts are escaped where they are shown, and everything is bounded.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from lintkit.formats.plain import at, mapping_at, mappings_at, text_at
from lintkit.model import SEVERITIES, Severity

_LEVELS: Mapping[str, Severity] = {"error": "error", "warning": "warning", "note": "note", "none": "note"}
_FINGERPRINTS = ("lintkit/v1", "primaryLocationLineHash")
_LINK = re.compile(r"\[((?:\\.|[^\[\]\\])*)\]\((\d{1,4})\)")
_LINKS_AT_END = re.compile(rf" \((?:{_LINK.pattern}(?:, )?){{1,10}}(?:\d+ more)?\)$")
_MOST_RELATED = 10
_LONGEST_MESSAGE = 4_000
_LAST_LINE = 10_000_000
_URL = re.compile(r"https://[!-~]{1,500}")


class SarifError(Exception):
    """The log cannot be read as SARIF 2.1.0; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """Lines (from `line` to `end_line`, from 1) in which columns (from 1, exclusive end) become `text`."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a file, from 1.

    shown  number of a line -> its text as the log shows it, in which each secret is masked by `*`
    """

    path: str
    line: int
    end_line: int
    label: str = ""
    shown: Mapping[int, str] = field(default_factory=dict, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding, as a review speaks of it.

    key      stays the same as long as the finding does; hexadecimal digits
    summary  the defect in a few words, from the rule; `why` is what it leads to
    fix      (title, replacements in the file of `place`); None without a fix that stays in that file
    is_new   the log was compared with the base, which does not have it
    """

    rule: str
    severity: Severity
    message: str
    place: Place
    key: str
    summary: str = ""
    why: str = ""
    help_uri: str = ""
    related: tuple[Place, ...] = ()
    fix: tuple[str, tuple[Replacement, ...]] | None = None
    is_new: bool = False

    @property
    def places(self) -> tuple[Place, ...]:
        """Every place it speaks of, the primary one first."""
        return (self.place, *self.related)


def remarks_of(log: object) -> tuple[Remark, ...]:
    """The findings of a SARIF log in its order, without those that are suppressed or that the base has as well.

    Raises SarifError if the log is no SARIF 2.1.0. A result without a place in the repository is left out.
    """
    if not isinstance(log, dict) or log.get("version") != "2.1.0" or not isinstance(log.get("runs"), list):
        raise SarifError("it is not a SARIF 2.1.0 log")
    seen: Counter[str] = Counter()
    found = []
    for run in mappings_at(log, "runs"):
        rules = {str(rule.get("id")): rule for rule in mappings_at(run, "tool", "driver", "rules")}
        for result in mappings_at(run, "results"):
            if mappings_at(result, "suppressions") or result.get("baselineState") in ("unchanged", "absent"):
                continue
            remark = _remark(result, rules, seen)
            if remark is not None:
                found.append(remark)
    return tuple(found)


def _remark(
    result: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]], seen: Counter[str]
) -> Remark | None:
    rule_id = text_at(result, "ruleId") or "unknown"
    locations = mappings_at(result, "locations")
    place = _place(locations[0]) if locations else None
    if place is None:
        return None
    rule = rules.get(rule_id, {})
    level = result.get("level") or text_at(rule, "defaultConfiguration", "level")
    related = tuple(filter(None, map(_place, mappings_at(result, "relatedLocations")[:_MOST_RELATED])))
    help_uri = text_at(rule, "helpUri")
    return Remark(
        rule=rule_id,
        severity=_LEVELS.get(text_at(level), "warning"),
        message=_message(text_at(result, "message", "text") or rule_id),
        place=place,
        key=_key(rule_id, place.path, result, seen),
        summary=text_at(rule, "shortDescription", "text"),
        why=text_at(rule, "fullDescription", "text"),
        help_uri=help_uri if _URL.fullmatch(help_uri) else "",
        related=related,
        fix=_fix(result, place),
        is_new=result.get("baselineState") in ("new", "updated"),
    )


def _message(text: str) -> str:
    """A message without its links to related locations, which stand below it with addresses that lead somewhere."""
    text = text[:_LONGEST_MESSAGE]
    return _LINK.sub(_link_text, _LINKS_AT_END.sub("", text)) or text


def _link_text(link: re.Match[str]) -> str:
    return re.sub(r"\\(.)", r"\1", link[1])


def _key(rule: str, path: str, result: Mapping[str, Any], seen: Counter[str]) -> str:
    prints = mapping_at(result, "partialFingerprints")
    known = next((prints[name] for name in _FINGERPRINTS if name in prints), at(result, "message", "text"))
    base = "\0".join((rule, path, str(known)))
    seen[base] += 1
    return hashlib.sha256(f"{base}\0{seen[base]}".encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _place(location: Mapping[str, Any]) -> Place | None:
    physical = location.get("physicalLocation")
    if not isinstance(physical, dict):
        return None
    path = _path(text_at(physical, "artifactLocation", "uri"))
    if path is None:
        return None
    first, last = _lines(mapping_at(physical, "region"))
    label = text_at(location, "message", "text")
    return Place(path, first, last, label, dict(_shown(physical)))


def _path(uri: str) -> str | None:
    """A path below the root; None for anything else, such as an address of a machine."""
    path = unquote(uri, errors="surrogateescape")
    parts = path.split("/")
    if not path or "\\" in path or ":" in parts[0] or {"", ".", ".."} & set(parts) or not path.isprintable():
        return None
    return path


def _lines(region: Mapping[str, Any]) -> tuple[int, int]:
    first = _number(region.get("startLine"), 1)
    last = max(first, _number(region.get("endLine"), first))
    if last > first and region.get("endColumn") == 1:
        last -= 1
    return first, last


def _shown(physical: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """The whole lines that the context of a region shows."""
    context = physical.get("contextRegion")
    if not isinstance(context, dict) or "startColumn" in context or "endColumn" in context:
        return
    text = at(context, "snippet", "text")
    if isinstance(text, str):
        yield from enumerate(
            (line.rstrip("\r") for line in text.split("\n")), _number(context.get("startLine"), 1)
        )


def _fix(result: Mapping[str, Any], place: Place) -> tuple[str, tuple[Replacement, ...]] | None:
    fixes = mappings_at(result, "fixes")
    if not fixes:
        return None
    changes = mappings_at(fixes[0], "artifactChanges")
    if len(changes) != 1 or _path(text_at(changes[0], "artifactLocation", "uri")) != place.path:
        return None
    replacements = []
    for entry in mappings_at(changes[0], "replacements"):
        region = entry.get("deletedRegion")
        if not isinstance(region, dict) or "startColumn" not in region or "endColumn" not in region:
            return None
        line = _number(region.get("startLine"), 1)
        replacements.append(
            Replacement(
                line,
                _number(region["startColumn"], 1),
                _number(region.get("endLine"), line),
                _number(region["endColumn"], 1),
                text_at(entry, "insertedContent", "text"),
            )
        )
    return (text_at(fixes[0], "description", "text"), tuple(replacements)) if replacements else None


def _number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and 1 <= value <= _LAST_LINE else otherwise


def by_rule(remarks: Iterable[Remark]) -> dict[str, list[Remark]]:
    """Remarks grouped by rule, the most severe rules first, in the order of the log within each."""
    groups: dict[str, list[Remark]] = {}
    for remark in remarks:
        groups.setdefault(remark.rule, []).append(remark)
    worst = {rule: min(SEVERITIES.index(one.severity) for one in group) for rule, group in groups.items()}
    return {rule: groups[rule] for rule in sorted(groups, key=lambda rule: (worst[rule], rule))}
