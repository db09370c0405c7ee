"""What the users of a kubeconfig log in with.

The fields are those of `AuthInfo`, `AuthProviderConfig` and `ExecConfig` in the reference of kubeconfig (v1):
https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lintkit.formats.plain import each_mapping, list_at, mapping_at
from lintkit.model import Document, Route

_FIELDS = ("token", "password", "client-key-data")


@dataclass(frozen=True, slots=True)
class KubeconfigUser:
    """A user by name, and (route, name, value) of each text that may be a credential.

    arguments  the routes of the arguments of the plugin that logs in
    """

    name: str
    values: tuple[tuple[Route, str, str], ...]
    arguments: tuple[Route, ...] = ()


def kubeconfig_users(document: Document) -> Iterator[KubeconfigUser]:
    """The users of a kubeconfig; nothing for every other document.

    The variables of a plugin (`exec.env`) are found where variables of all objects are (`embedded_env`).
    """
    data = document.data
    if not isinstance(data, dict) or data.get("kind") != "Config" or str(data.get("apiVersion")) != "v1":
        return
    for route, entry in each_mapping(data, "users"):
        user = entry.get("user")
        if not isinstance(user, dict):
            continue
        place: Route = (*route, "user")
        values = [((*place, field), field, user[field]) for field in _FIELDS if field in user]
        provider = mapping_at(user, "auth-provider", "config")
        values += [((*place, "auth-provider", "config", key), str(key), provider[key]) for key in provider]
        count = len(list_at(user, "exec", "args"))
        yield KubeconfigUser(
            str(entry.get("name")),
            tuple((route, name, value) for route, name, value in values if isinstance(value, str)),
            tuple((*place, "exec", "args", number) for number in range(count)),
        )
