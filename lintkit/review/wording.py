"""The words of a review, in Markdown that nothing of a checked repository can break out of."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lintkit.model import SEVERITIES
from lintkit.report.markdown import code, fenced
from lintkit.report.printable import shortened
from lintkit.report.uri import path_uri
from lintkit.review.placing import Anchored, Placing
from lintkit.review.remarks import Place, Remark, by_rule

BODY_LIMIT = 60_000
"""Code points of a body; GitHub takes 65,536."""

_MESSAGE_LIMIT = 1_000
_LABEL_LIMIT = 200
_MARK = re.compile(
    r"<!-- lintkit (?P<kind>remark|review) (?:(?P<key>[0-9a-f]{24}) )?(?P<digest>[0-9a-f]{16}) -->"
)
_CODE = re.compile(r"(`+)(?!`)(.*?[^`])\1(?!`)", re.DOTALL)
_SPECIAL = re.compile(r"([\\`*_\[\]!|~])")
_MENTION = re.compile(r"([@#])(?=\\?\w)")
_ADDRESS = re.compile(r"(?i)\b(https?|www)(:|\.)")


@dataclass(frozen=True, slots=True)
class Mark:
    """The hidden mark of something that lintkit has posted.

    key     of the remark; empty for the body of a review
    digest  of the words, to see whether they have changed
    """

    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Repository:
    """Where links lead: the address of a server, `owner/name`, and the commit that was checked."""

    server: str
    name: str
    commit: str

    def link(self, place: Place) -> str:
        """A place as a link to its lines at the commit."""
        lines = f"#L{place.line}" + (f"-L{place.end_line}" if place.end_line > place.line else "")
        shown = _shown_path(place)
        return f"[{code(shown)}]({self.server}/{self.name}/blob/{self.commit}/{path_uri(place.path)}{lines})"


def mark_of(body: str) -> Mark | None:
    """The mark at the beginning of a body; None where lintkit did not write it."""
    found = _MARK.match(body)
    return None if found is None else Mark(found["key"] or "", found["digest"])


def comment_body(anchored: Anchored, repository: Repository) -> str:
    """What stands beside a line."""
    remark = anchored.remark
    parts = [f"**{remark.severity}**: {escaped(remark.message, _MESSAGE_LIMIT)}"]
    if anchored.at is not remark.place:
        label = _label(anchored.at)
        here = f"This line is one end of it: {label}." if label else "This line is one end of it."
        parts.append(f"{here} The other is {repository.link(remark.place)}.")
    others = [place for place in remark.related if place is not anchored.at]
    if others:
        parts.append("\n".join(f"- {repository.link(place)} {_label(place)}".rstrip() for place in others))
    if anchored.suggestion is not None:
        title = remark.fix[0] if remark.fix else ""
        if title:
            parts.append(f"{escaped(title, _LABEL_LIMIT)}:")
        parts.append(_suggested(anchored.suggestion.lines))
    if remark.why:
        parts.append(
            f"<details><summary>Why it matters</summary>\n\n{escaped(remark.why, _MESSAGE_LIMIT)}\n\n</details>"
        )
    parts.append(_rule(remark))
    return _marked("remark", "\n\n".join(parts), repository.commit, remark.key)


def review_body(placing: Placing, repository: Repository) -> str:
    """What stands above the comments: how much was found, and what has no line to stand at, by rule."""
    brought = [*(anchored.remark for anchored in placing.inline), *placing.listed]
    parts = [_headline(brought, len(placing.inline))]
    room = BODY_LIMIT - 1_000
    for text in _listing(placing.listed, repository):
        if len(text) > room:
            parts.append("More is in the report of the check; there is no room for it here.")
            room = 0
            break
        parts.append(text)
        room -= len(text) + 2
    if placing.elsewhere:
        text = "\n\n".join(_listing(placing.elsewhere, repository))
        number = _count(len(placing.elsewhere), "finding")
        summary = f"{number} on lines that this pull request does not change"
        if len(text) < room:
            parts.append(_folded(summary, text))
        else:
            parts.append(f"{summary}: see the report of the check.")
    if placing.untouched:
        parts.append(
            f"{_count(placing.untouched, 'finding')} in files that this pull request does not touch "
            f"{'is' if placing.untouched == 1 else 'are'} left out here."
        )
    return _marked("review", "\n\n".join(parts), repository.commit)


def replaced_body() -> str:
    """What is left of an earlier review's body once a later review says it all."""
    return _marked("review", "A later review has taken the place of this one.")


def escaped(text: str, limit: int) -> str:
    """One line of text as Markdown shows it: code spans stay, everything else means only itself.

    Mentions and numbers of issues get an empty comment in their middle, so that nobody is called and nothing linked.
    """
    text = " ".join(shortened(" ".join(text.split()), limit).split())
    parts, at = [], 0
    for span in _CODE.finditer(text):
        words = span[2].strip()
        parts += [_plain(text[at : span.start()]), code(words) if words else _plain(span[0])]
        at = span.end()
    return "".join([*parts, _plain(text[at:])])


def _plain(text: str) -> str:
    text = _SPECIAL.sub(r"\\\1", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MENTION.sub(r"\1<!-- -->", text)
    return _ADDRESS.sub(r"\1<!-- -->\2", text)


def _headline(brought: Sequence[Remark], beside: int) -> str:
    if not brought:
        return "**lintkit** has nothing to say about these changes any more."
    counts = Counter(remark.severity for remark in brought)
    found = _joined(_count(counts[severity], severity) for severity in SEVERITIES if counts[severity])
    text = f"**lintkit** found {found} in these changes"
    if not beside:
        return text + "."
    if beside == len(brought):
        return text + (
            ", beside the line it is about." if beside == 1 else ", each beside the line it is about."
        )
    return text + f"; {beside} {'stands' if beside == 1 else 'stand'} beside the lines, the others are here."


def _listing(remarks: Iterable[Remark], repository: Repository) -> Iterator[str]:
    for group in by_rule(remarks).values():
        first = group[0]
        lines = [f"#### {_rule(first)} {escaped(first.summary, _LABEL_LIMIT)}".rstrip(), ""]
        for remark in group:
            lines.append(
                f"- **{remark.severity}** {repository.link(remark.place)} {escaped(remark.message, _MESSAGE_LIMIT)}"
            )
            lines += [f"  - {repository.link(place)} {_label(place)}".rstrip() for place in remark.related]
        yield "\n".join(lines)


def _rule(remark: Remark) -> str:
    name = code(shortened(remark.rule, _LABEL_LIMIT))
    return f"[{name}]({remark.help_uri})" if remark.help_uri and ")" not in remark.help_uri else name


def _label(place: Place) -> str:
    return escaped(place.label, _LABEL_LIMIT)


def _shown_path(place: Place) -> str:
    return f"{shortened(place.path, _LABEL_LIMIT)}:{place.line}"


def _suggested(lines: Sequence[str]) -> str:
    # `fenced` drops blank lines at the end, which a suggestion has to keep.
    fence = fenced("\n".join([*lines, "."]), "suggestion")
    head, _, tail = fence.rpartition("\n.\n")
    return f"{head}\n{tail}" if lines else fence.replace("\n.\n", "\n")


def _marked(kind: str, text: str, commit: str = "", key: str = "") -> str:
    """`text` with its mark, whose digest leaves the commit out: links that lead to a newer one are no new words."""
    same = text.replace(commit, "") if commit else text
    digest = hashlib.sha256(same.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"<!-- lintkit {kind} {key + ' ' if key else ''}{digest} -->\n{text}"


def _folded(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _joined(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
