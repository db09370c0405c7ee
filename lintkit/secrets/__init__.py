"""What a secret is: by its name, by its value, and by where it stands in a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.secrets.commands import CommandSecret, command_secrets
from lintkit.secrets.names import is_for_mail, is_outgoing, is_secret_name, is_signing
from lintkit.secrets.outcome import said_of, severity_of
from lintkit.secrets.values import Verdict, classify, is_well_known, known_format, url_credentials

if TYPE_CHECKING:
    from lintkit.model import Kind

__all__ = [
    "CommandSecret",
    "Verdict",
    "classify",
    "command_secrets",
    "is_for_mail",
    "is_outgoing",
    "is_secret_name",
    "is_signing",
    "is_well_known",
    "known_format",
    "said_of",
    "secret_spans",
    "severity_of",
    "url_credentials",
]


def secret_spans(text: str, kind: Kind) -> list[tuple[int, int]]:
    """Where secrets may stand in `text`; see `lintkit.secrets.spans`, which is loaded when it is first needed."""
    from lintkit.secrets import spans

    return spans.secret_spans(text, kind)
