"""Which findings are about one secret: it is replaced once, wherever it is written."""

from __future__ import annotations

import re
from collections.abc import Hashable

from lintkit.facts import Reason
from lintkit.model import Finding
from lintkit.secrets.patterns import pattern
from lintkit.secrets.values import classify, known_format, url_credentials

_LITERAL = pattern(r"""[rRbBuUfF]{0,2}(?P<quote>\"{3}|'{3}|["'])(?P<text>.*)(?P=quote)""", re.DOTALL)
_DEFAULT = pattern(r"\$\{\w+:?[-=](?P<text>.*)\}", re.DOTALL)


def same_secret(finding: Finding, source: str) -> Hashable:
    """What findings of the same secret agree in; None for a finding that is about none.

    source  what is written at the primary location

    Findings of one rule and one severity belong together where the values are equal. Of a value that others choose as
    well (`postgres`, `changeme`) it does not follow that one login is meant, so that there the name and the file have
    to be equal, too. The answer holds the secret: it is not to be kept or shown.
    """
    if not finding.secret or not source or len(source) > _LONGEST:
        return None
    value = written_value(source)
    verdict = classify("password", value, credential=True)
    if verdict is None:
        return None
    if verdict.kind in ("format", "real") and verdict.reason is not Reason.GUESSABLE:
        return finding.rule, finding.severity, value
    return finding.rule, finding.severity, value, finding.path, finding.subject.rpartition(" ")[2]


_LONGEST = 20_000


def written_value(source: str) -> str:
    """The secret in a piece of source: without quotes, the password of a URL, the default of `${NAME:-default}`."""
    text = source.strip()
    for form in (_LITERAL, _DEFAULT):
        match = form.fullmatch(text)
        if match is not None:
            text = match["text"]
    found = known_format(text)
    if found is not None and "PRIVATE KEY" not in text:
        return text[found.start : found.end]
    for start, end in url_credentials(text) if "://" in text else ():
        return text[start:end]
    return text
