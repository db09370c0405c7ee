"""The texts of the files that findings point into, and what of them and of the findings may be shown."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from lintkit.files.files import Discovery, load
from lintkit.files.tree import Tree, TreeError
from lintkit.model import Finding, Fix, Kind, Location, SourceFile, Span, SuppressedFinding
from lintkit.rule.own import RULE_FAILED
from lintkit.run.guard import Guard
from lintkit.source import Lines

if TYPE_CHECKING:
    from lintkit.run.redact import Secrets

SECRETS = "lintkit/secrets"
"""What fails where it is not known what of a file is a secret."""

_ALL = "*****"
_QUOTED = re.compile(r"`[^`]+`")


class Texts:
    """The decoded texts of the files that findings point into, read once, and what of them may be shown."""

    def __init__(
        self,
        tree: Tree,
        discovery: Discovery,
        other: Texts | None = None,
        same: frozenset[str] = frozenset(),
    ) -> None:
        """Take over from `other` what is known of the files that are the `same` there."""
        self._tree = tree
        self._other = other
        self._same = same if other is not None else frozenset()
        self._entries = {entry.path: entry for entry in discovery.files}
        self._texts: dict[str, str] = {}
        self._lines: dict[str, Lines] = {}
        self._secrets: dict[str, Secrets] = {}
        self._unknown: set[str] = set()
        self._shown: dict[str, str] = {}
        self._hidden: dict[tuple[str, ...], frozenset[str]] = {}
        self.boms: set[str] = set()
        self.guard = Guard()

    def text(self, path: str) -> str:
        """The text of a file, without its BOM; empty for a path that cannot be read."""
        if path not in self._texts:
            if self._other is not None and path in self._same:
                self._texts[path] = self._other.text(path)
                self.boms |= self._other.boms & {path}
            else:
                self._texts[path] = self._decode(path)
        return self._texts[path]

    def _decode(self, path: str) -> str:
        entry = self._entries.get(path)
        if entry is None:
            return ""
        try:
            source = load(self._tree, entry)
        except TreeError:
            return ""
        if source.data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
            self.boms.add(path)
        return decode_leniently(source)

    def lines(self, path: str) -> Lines:
        """Line starts of a file."""
        if path not in self._lines:
            self._lines[path] = Lines(self.text(path))
        return self._lines[path]

    def line_span(self, path: str, line: int) -> Span | None:
        """The content of a line (from 1) of a file; None if the file is not one that is checked."""
        if path not in self._entries:
            return None
        lines = self.lines(path)
        line = min(max(line, 1), lines.position(len(lines.text)).line)
        text = lines.line(line)
        start = lines.start(line) + len(text) - len(text.lstrip())
        return Span(path, start, max(start, lines.start(line) + len(text.rstrip())))

    def line_hashes(self, path: str, lines: Collection[int]) -> Mapping[int, str]:
        """GitHub's `primaryLocationLineHash` of some lines."""
        from lintkit.run.fingerprint import line_hashes_at

        text = self.text(path)
        return line_hashes_at(text, path in self.boms, lines)

    def _kind(self, path: str) -> Kind:
        entry = self._entries.get(path)
        return entry.kind if entry is not None else "text"

    def masked(self, paths: Iterable[str], findings: Iterable[Finding]) -> dict[str, str]:
        """The texts of `paths` with every detected secret masked by as many characters."""
        from lintkit.run.redact import redact

        extra: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for finding in findings:
            if finding.secret:
                span = finding.primary.span
                extra[span.path].append((span.start, span.end))
        return {
            path: redact(self.text(path), self._kind(path), extra[path], self._found(path))
            if path in extra
            else self._shown_text(path)
            for path in sorted(paths)
        }

    def same_secret(self, finding: Finding) -> Hashable:
        """What the findings of one secret agree in; it holds the secret, and stays here."""
        if not finding.secret:
            return None
        from lintkit.secrets.same import same_secret

        span = finding.primary.span
        return same_secret(finding, self.text(span.path)[span.start : span.end])

    def scrubbed(self, finding: Finding) -> Finding:
        """The finding with any secret of its files masked in its words: a second line of defence behind the rules."""
        if finding.rule == RULE_FAILED.id:  # which quotes nothing
            return finding
        paths = sorted({location.span.path for location in finding.locations})
        scrub = partial(self._scrubbed, paths=paths, strict=self._is_about_a_secret(finding))
        return replace(
            finding,
            message=scrub(finding.message),
            subject=scrub(finding.subject, quoted=True),
            locations=tuple(Location(at.span, scrub(at.label)) for at in finding.locations),
            fix=finding.fix and self._scrubbed_fix(finding.fix, paths),
        )

    def _is_about_a_secret(self, finding: Finding) -> bool:
        """Whether a secret stands on the lines of the finding, so that a bare word of its message may be the secret."""
        span = finding.primary.span
        lines = self.lines(span.path)
        first = lines.start(lines.position(span.start).line)
        last = lines.end(lines.position(span.end).line)
        spans = self._found(span.path).spans
        index = bisect_right(spans, (first,)) - 1
        return finding.secret or any(
            start <= last and first <= end for start, end in spans[max(index, 0) : index + 2]
        )

    def _scrubbed_fix(self, fix: Fix, paths: Sequence[str]) -> Fix:
        """The fix with a clean title, and marked where an edit quotes a secret: masked, it would destroy the file."""
        everywhere = sorted({*paths, *(edit.span.path for edit in fix.edits)})
        secret = any(
            self._scrubbed(edit.text, everywhere, quoted=True, strict=True) != edit.text for edit in fix.edits
        )
        return replace(fix, title=self._scrubbed(fix.title, everywhere), secret=fix.secret or secret)

    def scrubbed_entry(self, entry: SuppressedFinding, finding: Finding) -> SuppressedFinding:
        """A suppressed finding as it may be shown; the reason comes from a comment, and may say anything."""
        from lintkit.run.redact import redact_prose

        masked = self.guard.run(SECRETS, finding.path, lambda: redact_prose(entry.reason), "")
        reason = self._scrubbed(masked, [finding.path], quoted=True, strict=True)
        return replace(entry, finding=self.scrubbed(finding), reason=reason)

    def _scrubbed(
        self, words: str, paths: Sequence[str], *, quoted: bool = False, strict: bool = False
    ) -> str:
        from lintkit.run.redact import scrub

        values = self._values(tuple(paths))
        if not self._unknown.isdisjoint(paths):
            return _ALL if quoted else _QUOTED.sub(f"`{_ALL}`", words)
        masked = scrub(words, values, quoted=quoted)
        if masked == words or strict:
            return masked
        return scrub(words, values, tuple(map(self._shown_text, paths)), quoted=quoted)

    def _values(self, paths: tuple[str, ...]) -> frozenset[str]:
        """The secrets of some files, made once: there may be thousands of them, and of findings."""
        if paths not in self._hidden:
            found = [self._found(path).values for path in paths]
            self._hidden[paths] = found[0] if len(found) == 1 else frozenset[str]().union(*found)
        return self._hidden[paths]

    def _shown_text(self, path: str) -> str:
        """The masked text of a file, without what only rules know to be secrets."""
        if path not in self._shown:
            from lintkit.run.redact import redact

            self._shown[path] = redact(self.text(path), self._kind(path), (), self._found(path))
        return self._shown[path]

    def find_secrets(self, paths: Iterable[str]) -> None:
        """Find the secrets of files. Where that fails, all of the text is masked, and all that messages quote of it."""
        for path in sorted(set(paths)):
            self._found(path)

    def _found(self, path: str) -> Secrets:
        if path not in self._secrets:
            if self._other is not None and path in self._same:
                self._secrets[path] = self._other._found(path)
                self._unknown |= self._other._unknown & {path}
            else:
                self._secrets[path] = self._sought(path)
        return self._secrets[path]

    def _sought(self, path: str) -> Secrets:
        from lintkit.run.redact import Secrets, find_secrets

        text = self.text(path)
        try:
            return find_secrets(text, self._kind(path))
        except Exception as error:
            self.guard.tell(SECRETS, path, error)
            self._unknown.add(path)
            return Secrets(((0, len(text)),), frozenset())


def decode_leniently(source: SourceFile) -> str:
    """The text of a file for display: as its parser decodes it, or with replacement characters."""
    from lintkit.formats.errors import ParseError
    from lintkit.source import decode

    try:
        if source.kind == "python":
            from lintkit.python.source import decode_python

            return decode_python(source.data, source.path)
        return decode(source.data)[0]
    except (ParseError, UnicodeDecodeError):
        return source.data.decode("utf-8", "replace").removeprefix("\ufeff")
