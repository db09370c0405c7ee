"""What a secret is: by its name, by its value, and by where it stands in a text."""

from lintkit.secrets.names import is_secret_name, split_words
from lintkit.secrets.spans import secret_spans
from lintkit.secrets.values import Verdict, classify, known_format, url_credentials

__all__ = [
    "Verdict",
    "classify",
    "is_secret_name",
    "known_format",
    "secret_spans",
    "split_words",
    "url_credentials",
]
