"""What names of hosts, environments, datastores and state mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.words.datastores import Datastore as Datastore
    from lintkit.words.datastores import datastore_of as datastore_of
    from lintkit.words.environments import environment_of_path as environment_of_path
    from lintkit.words.environments import is_development_stage as is_development_stage
    from lintkit.words.environments import is_for_developers as is_for_developers
    from lintkit.words.hosts import is_remote as is_remote
    from lintkit.words.hosts import url_parts as url_parts
    from lintkit.words.loopback import loopback_host as loopback_host
    from lintkit.words.origins import has_open_end as has_open_end
    from lintkit.words.origins import lets_strangers_in as lets_strangers_in
    from lintkit.words.runtime_sockets import is_runtime_socket as is_runtime_socket
    from lintkit.words.served import is_served as is_served
    from lintkit.words.state import words_of as words_of

PLACES = {
    "lintkit.words.datastores": (
        "Datastore",
        "datastore_of",
    ),
    "lintkit.words.environments": (
        "environment_of_path",
        "is_development_stage",
        "is_for_developers",
    ),
    "lintkit.words.hosts": (
        "is_remote",
        "url_parts",
    ),
    "lintkit.words.loopback": ("loopback_host",),
    "lintkit.words.origins": (
        "has_open_end",
        "lets_strangers_in",
    ),
    "lintkit.words.runtime_sockets": ("is_runtime_socket",),
    "lintkit.words.served": ("is_served",),
    "lintkit.words.state": ("words_of",),
}
"""Module -> the names of this page that stand in it."""

__getattr__ = attributes(__name__, PLACES)
