"""What a secret is, what it opens, and how a value is masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.facts import Reason as Reason
    from lintkit.secrets import Verdict as Verdict
    from lintkit.secrets import classify as classify
    from lintkit.secrets import command_secrets as command_secrets
    from lintkit.secrets import is_for_mail as is_for_mail
    from lintkit.secrets import is_outgoing as is_outgoing
    from lintkit.secrets import is_secret_name as is_secret_name
    from lintkit.secrets import is_signing as is_signing
    from lintkit.secrets import is_well_known as is_well_known
    from lintkit.secrets import known_format as known_format
    from lintkit.secrets import said_of as said_of
    from lintkit.secrets import severity_of as severity_of
    from lintkit.secrets import split_words as split_words
    from lintkit.secrets import url_credentials as url_credentials
    from lintkit.secrets.chart_values import chart_secrets as chart_secrets
    from lintkit.secrets.chart_values import chart_secrets_of_text as chart_secrets_of_text
    from lintkit.secrets.chart_values import value_secret as value_secret
    from lintkit.secrets.config_files import file_secrets as file_secrets
    from lintkit.secrets.formats import DOCUMENTED as DOCUMENTED
    from lintkit.secrets.formats import find_formats as find_formats
    from lintkit.secrets.outcome import calls_nobody as calls_nobody
    from lintkit.secrets.outcome import is_in_url as is_in_url
    from lintkit.secrets.outcome import is_left_open as is_left_open
    from lintkit.secrets.outcome import local_host as local_host
    from lintkit.secrets.private_keys import key_of_file as key_of_file
    from lintkit.secrets.private_keys import private_keys as private_keys
    from lintkit.secrets.values import asks_to_be_changed as asks_to_be_changed
    from lintkit.secrets.values import looks_random as looks_random
    from lintkit.secrets.values import url_passwords as url_passwords

PLACES = {
    "lintkit.facts": ("Reason",),
    "lintkit.secrets": (
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
        "severity_of",
        "split_words",
        "url_credentials",
    ),
    "lintkit.secrets.chart_values": (
        "chart_secrets",
        "chart_secrets_of_text",
        "value_secret",
    ),
    "lintkit.secrets.config_files": ("file_secrets",),
    "lintkit.secrets.formats": (
        "DOCUMENTED",
        "find_formats",
    ),
    "lintkit.secrets.outcome": (
        "calls_nobody",
        "is_in_url",
        "is_left_open",
        "local_host",
    ),
    "lintkit.secrets.private_keys": (
        "key_of_file",
        "private_keys",
    ),
    "lintkit.secrets.values": (
        "asks_to_be_changed",
        "looks_random",
        "url_passwords",
    ),
}
"""Module -> the names of this page that stand in it."""

__getattr__ = attributes(__name__, PLACES)
