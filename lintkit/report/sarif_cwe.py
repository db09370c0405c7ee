"""The weaknesses that rules name (`CWE-798`), as a SARIF taxonomy that the rules point into."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lintkit.model import RuleMeta

_TAG = re.compile(r"cwe-(\d+)", re.IGNORECASE)
_URI = "https://cwe.mitre.org/data/definitions/"


def weakness(tag: str) -> int | None:
    """The number in a tag such as `CWE-798`; None for any other tag."""
    match = _TAG.fullmatch(tag)
    return int(match[1]) if match else None


class Weaknesses:
    """All weaknesses that a number of rules name."""

    def __init__(self, rules: Iterable[RuleMeta]) -> None:
        named = {number for rule in rules for number in _named(rule)}
        self._indexes = {number: index for index, number in enumerate(sorted(named))}

    def supported(self) -> dict[str, Any]:
        """`supportedTaxonomies` of the tool; nothing where no rule names a weakness."""
        return {"supportedTaxonomies": [{"name": "CWE", "index": 0}]} if self._indexes else {}

    def relationships(self, rule: RuleMeta) -> dict[str, Any]:
        """`relationships` of a rule: what it finds is a case of each weakness it names."""
        found = [
            {
                "target": {
                    "id": str(number),
                    "index": self._indexes[number],
                    "toolComponent": {"name": "CWE", "index": 0},
                },
                "kinds": ["superset"],
            }
            for number in _named(rule)
        ]
        return {"relationships": found} if found else {}

    def taxonomies(self) -> Iterator[list[dict[str, Any]]]:
        """`taxonomies` of the run, of which there is one or none."""
        if self._indexes:
            text = {
                "text": "The weaknesses of software and hardware that MITRE and the community have listed."
            }
            yield [
                {
                    "name": "CWE",
                    "organization": "MITRE",
                    "informationUri": "https://cwe.mitre.org/",
                    "shortDescription": text,
                    "fullDescription": text,
                    "isComprehensive": False,
                    "taxa": [_taxon(number) for number in self._indexes],
                }
            ]


def _named(rule: RuleMeta) -> list[int]:
    return sorted({number for number in map(weakness, rule.tags) if number is not None})


def _taxon(number: int) -> dict[str, Any]:
    return {"id": str(number), "helpUri": f"{_URI}{number}.html"}
