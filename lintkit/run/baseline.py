"""A baseline: the findings that were there when lintkit came, so that only new ones are reported.

An entry is a rule, a path, a subject and how often the three were found together. It holds no line, no message and no
time, so that the file changes only when findings come or go, and one entry takes one line, so that two branches that
change it merge.
"""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lintkit.model import Finding
from lintkit.rule.own import RULE_FAILED
from lintkit.secrets.by_form import mask_tokens

FILE = "lintkit-baseline.json"
"""The usual name, in the root."""

VERSION = 1

LARGEST = 50_000_000
"""Bytes of a baseline that is read: more than half a million findings."""

Key = tuple[str, str, str]
"""Path, rule and subject, in the order of the file."""


class BaselineError(Exception):
    """A baseline that cannot be used; the message is a sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """How often each path, rule and subject was found together."""

    counts: Mapping[Key, int]

    @property
    def size(self) -> int:
        """How many findings it knows."""
        return sum(self.counts.values())


def baseline_of(findings: Iterable[Finding]) -> Baseline:
    """The baseline that knows all of `findings`; that a rule failed is nothing to get used to."""
    return Baseline(Counter(key_of(finding) for finding in findings if finding.rule != RULE_FAILED.id))


def key_of(finding: Finding) -> Key:
    """What an entry is found by."""
    return mask_tokens(finding.path), finding.rule, " ".join(finding.subject.split())


def unknown(findings: Iterable[Finding], baseline: Baseline) -> set[Key]:
    """The keys that were found more often than the baseline knows.

    Nothing says which of three is the new one when two are known, so a key is known as a whole or not at all.
    """
    found = Counter(map(key_of, findings))
    return {key for key, count in found.items() if count > baseline.counts.get(key, 0)}


def pruned(findings: Iterable[Finding], baseline: Baseline, judged: Callable[[Key], bool]) -> Baseline:
    """`baseline` without what is found no more; nothing is added.

    judged  whether the run would have found what an entry speaks of: its rule ran, its file was looked at
    """
    found = Counter(map(key_of, findings))
    left = {key: min(count, found[key]) if judged(key) else count for key, count in baseline.counts.items()}
    return Baseline({key: count for key, count in left.items() if count})


def written(baseline: Baseline) -> str:
    """The text of a baseline: equal for equal findings, one line an entry."""
    lines = [
        json.dumps({"path": path, "rule": rule, "subject": subject, "count": count})
        for (path, rule, subject), count in sorted(baseline.counts.items())
    ]
    entries = ",\n".join(f"    {line}" for line in lines)
    body = f"[\n{entries}\n  ]" if entries else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {body}\n}}\n'


def read(path: Path) -> Baseline:
    """Read a baseline. Raises BaselineError."""
    try:
        # A pipe in its place, in a repository that one does not trust, must not block.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BaselineError("it is no regular file; `lintkit baseline` writes one")
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise BaselineError(f"it cannot be read ({reason}); `lintkit baseline` writes one") from None
    if len(data) > LARGEST:
        raise BaselineError(f"it is larger than {LARGEST // 1_000_000} MB, which no baseline is")
    try:
        return _parsed(json.loads(data.decode("utf-8")))
    except (ValueError, RecursionError):
        raise BaselineError(
            "it is no baseline of lintkit; after a merge with conflicts, write it anew with `lintkit baseline`"
        ) from None


def _parsed(value: Any) -> Baseline:
    """Raises ValueError for anything but a baseline, BaselineError for one of a later lintkit."""
    if not isinstance(value, dict) or not isinstance(value.get("findings"), list):
        raise ValueError
    if value.get("version") != VERSION:
        raise BaselineError(f"it is of another version than {VERSION}, the one that this lintkit reads")
    counts: Counter[Key] = Counter()
    for entry in value["findings"]:
        if not isinstance(entry, dict):
            raise ValueError
        key = entry.get("path"), entry.get("rule"), entry.get("subject")
        count = entry.get("count", 1)
        if not all(isinstance(part, str) for part in key) or not _is_count(count):
            raise ValueError
        counts[key] += count  # type: ignore[index]
    return Baseline(counts)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
