"""What names of hosts, environments, datastores and state mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.words.datastores import Datastore, datastore_of
    from lintkit.words.environments import (
        PRODUCTION_NAMES,
        environment_of_path,
        is_development_stage,
        is_for_developers,
        is_served,
    )
    from lintkit.words.hosts import host_of, is_remote, url_parts
    from lintkit.words.loopback import loopback_host
    from lintkit.words.origins import has_open_end, lets_strangers_in
    from lintkit.words.runtime_sockets import is_runtime_socket
else:
    __getattr__ = attributes(__name__)
