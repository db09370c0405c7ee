"""Fixing in memory, round by round, until nothing is left to fix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lintkit.files.tree import TreeError
from lintkit.fix.edits import Choice, apply_edits, choose
from lintkit.fix.encoding import Encoding, decode_file
from lintkit.model import Finding, Notification, Report

ROUNDS = 10

_UNPARSEABLE = "lintkit/unparseable-file"

Check = Callable[[Mapping[str, bytes]], Report]
"""Check the tree with the bytes of these paths in place of its own."""

Read = Callable[[str], "bytes | None"]
"""The bytes of a path now, None if there is no such file; raises TreeError if it cannot be read."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file before (None: it does not exist yet) and after its fixes."""

    path: str
    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class Repair:
    """What fixing comes to.

    changes        files that differ, sorted by path
    before, after  the report of what is there now, and that of the changed tree
    notifications  what was left alone, and why
    """

    changes: tuple[Change, ...]
    before: Report
    after: Report
    notifications: tuple[Notification, ...]


def repair(
    check: Check,
    read: Read,
    is_python: Callable[[str, bytes], bool],
    report: Report,
    *,
    unsafe: bool = False,
    rounds: int = ROUNDS,
) -> Repair:
    """Apply the fixes of `report` to bytes in memory, check again, and go on until nothing changes.

    check      the check that gave `report`, for other bytes
    read       reads a file that a fix wants to change; what it gives is checked once more, so that the spans
               of a fix always belong to the very bytes they are applied to
    is_python  whether a path with these bytes is Python source, which may declare an encoding
    unsafe     apply fixes that are not marked safe as well
    A fix that leaves a file unparseable, or that cannot be encoded, is dropped with a notification.
    """
    return _Rounds(check, read, is_python, unsafe).run(report, rounds)


class _Rounds:
    """The state between rounds."""

    def __init__(
        self, check: Check, read: Read, is_python: Callable[[str, bytes], bool], unsafe: bool
    ) -> None:
        self.check = check
        self.read = read
        self.is_python = is_python
        self.unsafe = unsafe
        self.originals: dict[str, bytes | None] = {}
        self.files: dict[str, bytes] = {}
        self.refused: set[tuple[str, str, str]] = set()
        self.notes: dict[tuple[str, str], Notification] = {}
        self.fixed = 0

    def run(self, report: Report, rounds: int) -> Repair:
        before = report
        done = 0
        while True:
            choice = choose(
                report.findings, unsafe=self.unsafe, allowed=lambda f: _key(f) not in self.refused
            )
            if not choice.edits:
                break
            if done == rounds:
                self.note("", f"fixes did not settle after {rounds} rounds; the rest is left for another run")
                break
            if self.pin(choice):
                report = self.check(self.files)
                if done == 0:
                    before = report
                continue
            changed = self.changed(choice)
            if changed is None:
                continue
            after = self.check({**self.files, **changed})
            broken = _unparseable(after) & set(changed) - _unparseable(report)
            if broken:
                self.refuse(choice, broken, "would leave the file unreadable; it is left as it is")
                continue
            self.files.update(changed)
            self.fixed += len(choice.findings)
            report = after
            done += 1
        return Repair(self.changes(), before, replace(report, fixed=self.fixed), tuple(self.notes.values()))

    def pin(self, choice: Choice) -> bool:
        """Read the files of `choice` that were not read yet; whether there were any to read or to refuse."""
        new = [path for path in choice.edits if path not in self.originals]
        for path in new:
            try:
                data = self.read(path)
            except TreeError:
                self.refuse(choice, {path}, "cannot be applied, because the file cannot be read")
                continue
            self.originals[path] = data
            if data is not None:
                self.files[path] = data
        return bool(new)

    def changed(self, choice: Choice) -> dict[str, bytes] | None:
        """The bytes of the files of `choice` after its edits; None if a fix had to be refused."""
        changed: dict[str, bytes] = {}
        for path, edits in choice.edits.items():
            data = self.files.get(path)
            try:
                text, encoding = (
                    ("", Encoding()) if data is None else decode_file(data, python=self.is_python(path, data))
                )
                after = encoding.encode(apply_edits(text, edits))
            except (ValueError, LookupError):
                self.refuse(choice, {path}, "cannot be written in the encoding of the file")
                return None
            if after != data:
                changed[path] = after
        if not changed:
            self.refuse(choice, set(choice.edits), "changes nothing")
            return None
        return changed

    def changes(self) -> tuple[Change, ...]:
        return tuple(
            Change(path, self.originals.get(path), after)
            for path, after in sorted(self.files.items())
            if self.originals.get(path) != after
        )

    def refuse(self, choice: Choice, paths: set[str], why: str) -> None:
        for finding in choice.findings:
            touched = {edit.span.path for edit in finding.fix.edits} if finding.fix else set()
            if touched & paths:
                self.refused.add(_key(finding))
                self.note(min(touched & paths), f"the fix of {finding.rule} {why}", finding.rule)

    def note(self, path: str, message: str, rule: str = "") -> None:
        self.notes.setdefault((path, message), Notification("warning", message, rule, path))


def _key(finding: Finding) -> tuple[str, str, str]:
    """What identifies a finding between rounds, whose offsets move."""
    return finding.rule, finding.path, finding.subject


def _unparseable(report: Report) -> set[str]:
    return {f.path for f in (*report.findings, *report.known) if f.rule == _UNPARSEABLE}
