"""What names of hosts, environments, datastores and state mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.words.datastores import Datastore, datastore_of
    from lintkit.words.environments import environment_of_path, is_development_stage, is_for_developers
    from lintkit.words.hosts import is_remote, url_parts
    from lintkit.words.loopback import loopback_host
    from lintkit.words.origins import has_open_end, lets_strangers_in
    from lintkit.words.runtime_sockets import is_runtime_socket
    from lintkit.words.served import is_served
    from lintkit.words.state import words_of
else:
    __getattr__ = attributes(__name__)
