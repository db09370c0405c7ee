"""The compiled rules: what start-up asks of the built-in rules, in one file that is quick to read.

Loading every rule takes longer than checking a few files, and most checks need few of them. What a run asks of all
rules, their metadata and the strings that a file must hold for them, is kept from one run to the next; a rule is loaded
when its check is called, or when its triggers may match. The file is data: nothing in it is ever executed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lintkit
from lintkit.model import RuleMeta
from lintkit.python.triggers import DeferredTrigger, Literals, Trigger, resolved
from lintkit.rule.definition import Rule

if TYPE_CHECKING:
    from lintkit.model import Finding

FORMAT = 1
_STORED = tuple(each.name for each in fields(RuleMeta) if each.name != "examples")
_PACKAGE = Path(lintkit.__file__).resolve().parent


def compiled_rules(
    folder: Path, files: Sequence[Path], storage: Path, load: Callable[[Path], Rule]
) -> tuple[Rule, ...]:
    """The rules in `files` of the rule folder `folder`, which say all but their examples before they are loaded.

    storage  where the compiled rules are kept; what cannot be written there is compiled again the next time
    load     loads the rule in a file, whole
    """
    key = _key(folder, files)
    name = hashlib.blake2b(f"{_PACKAGE} {sys.version}".encode(), digest_size=8).hexdigest()
    place = storage / f"rules-{name}.json"
    entries = _read(place, key)
    if entries is None or len(entries) != len(files):
        rules = tuple(map(load, files))
        _write(place, {"key": key, "rules": list(map(_entry, rules))})
        return rules
    # An entry without content is a rule that JSON cannot hold.
    return tuple(
        load(file) if entry is None else _deferred(entry, str(file), partial(load, file))
        for file, entry in zip(files, entries, strict=True)
    )


def _key(folder: Path, files: Sequence[Path]) -> str:
    """What changes with every file that a compiled rule is made of: rules use constants of the package."""
    digest = hashlib.blake2b(
        repr((FORMAT, lintkit.__version__, sys.version, str(folder))).encode(), digest_size=16
    )
    for path in (*files, *map(Path, _sources(_PACKAGE))):
        state = path.stat()
        digest.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _sources(folder: Path) -> Iterator[str]:
    pending = [str(folder)]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.is_dir(follow_symlinks=False) and entry.name != "__pycache__":
                    pending.append(entry.path)
                elif entry.name.endswith(".py"):
                    yield entry.path


def _read(place: Path, key: str) -> list[dict[str, Any] | None] | None:
    """The entries that were written under `key`; None where there are none of this form."""
    try:
        if not _is_ours(place):
            return None
        stored = json.loads(place.read_bytes())
        if stored["key"] != key:
            return None
        return [entry and _checked(entry) for entry in stored["rules"]]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _is_ours(place: Path) -> bool:
    """Whether nobody but this user can have written a file. Raises OSError if it does not exist."""
    state = place.stat()
    return not hasattr(os, "getuid") or (state.st_uid == os.getuid() and not state.st_mode & 0o022)


def _checked(entry: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in zip(_STORED, entry["meta"], strict=True)
    }
    gates = [
        (tuple(tuple(map(str, words)) for words in literals), tuple(map(str, spelled)))
        for literals, spelled in entry["gates"]
    ]
    return {"meta": RuleMeta(**meta), "gates": gates, "notes": tuple(map(str, entry["notes"]))}


def _write(place: Path, content: Mapping[str, Any]) -> None:
    with contextlib.suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as folder:
            written = Path(folder, place.name)
            written.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")
            written.chmod(0o600)
            written.replace(place)  # another run sees the old file or the new one


def _entry(rule: Rule) -> dict[str, Any] | None:
    """What is kept of a rule; None where JSON would give back something else."""
    entry = {
        "meta": [getattr(rule.meta, name) for name in _STORED],
        "gates": [(trigger.literals(), _spelled(trigger)) for trigger in rule.looks_at],
        "notes": rule.notes,
    }
    try:
        again = _checked(json.loads(json.dumps(entry)))
    except (TypeError, ValueError):
        return None
    same = all(getattr(again["meta"], name) == getattr(rule.meta, name) for name in _STORED)
    return entry if same else None


def _spelled(trigger: Trigger | DeferredTrigger) -> tuple[str, ...]:
    return getattr(trigger, "spelled", ())


def _deferred(entry: Mapping[str, Any], origin: str, load: Callable[[], Rule]) -> Rule:
    whole = cache(load)

    def check(*arguments: Any) -> Iterator[Finding]:
        yield from whole().check(*arguments)

    gates: list[tuple[Literals, tuple[str, ...]]] = entry["gates"]
    looks_at = tuple(
        DeferredTrigger(literals, spelled, partial(_trigger, whole, number))
        for number, (literals, spelled) in enumerate(gates)
    )
    return Rule(entry["meta"], check, looks_at, origin, entry["notes"], whole)


def _trigger(whole: Callable[[], Rule], number: int) -> Trigger:
    return resolved(whole().looks_at[number])
