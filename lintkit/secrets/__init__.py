"""What a secret is: by its name, by its value, and by where it stands in a text."""

from lintkit.secrets.commands import CommandSecret, command_secrets
from lintkit.secrets.names import is_secret_name, split_words
from lintkit.secrets.spans import secret_spans
from lintkit.secrets.values import Verdict, classify, is_well_known, known_format, url_credentials

__all__ = [
    "CommandSecret",
    "Verdict",
    "classify",
    "command_secrets",
    "is_secret_name",
    "is_well_known",
    "known_format",
    "secret_spans",
    "split_words",
    "url_credentials",
]
