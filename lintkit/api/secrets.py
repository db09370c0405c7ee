"""What a secret is, what it opens, and how a value is masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.facts import Reason
    from lintkit.secrets import (
        Verdict,
        classify,
        command_secrets,
        is_for_mail,
        is_outgoing,
        is_secret_name,
        is_signing,
        is_well_known,
        known_format,
        said_of,
        severity_of,
        url_credentials,
    )
    from lintkit.secrets.chart_values import chart_secrets, chart_secrets_of_text, value_secret
    from lintkit.secrets.config_files import file_secrets
    from lintkit.secrets.formats import DOCUMENTED, find_formats
    from lintkit.secrets.outcome import calls_nobody, is_in_url, is_left_open, local_host
    from lintkit.secrets.private_keys import key_of_file, private_keys
    from lintkit.secrets.values import asks_to_be_changed, looks_random, url_passwords
    from lintkit.words.names import split_words
else:
    __getattr__ = attributes(__name__)
