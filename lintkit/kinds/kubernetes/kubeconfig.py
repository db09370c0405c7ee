"""What the users of a kubeconfig log in with.

The fields are those of `AuthInfo`, `AuthProviderConfig` and `ExecConfig` in the reference of kubeconfig (v1):
https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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
    users = data.get("users")
    for index, entry in enumerate(users if isinstance(users, list) else ()):
        user = entry.get("user") if isinstance(entry, dict) else None
        if not isinstance(user, dict):
            continue
        place: Route = ("users", index, "user")
        values = [((*place, field), field, user[field]) for field in _FIELDS if field in user]
        provider = _mapping(_mapping(user, "auth-provider"), "config")
        values += [((*place, "auth-provider", "config", key), str(key), provider[key]) for key in provider]
        arguments = _mapping(user, "exec").get("args")
        count = len(arguments) if isinstance(arguments, list) else 0
        yield KubeconfigUser(
            str(entry.get("name")),
            tuple((route, name, value) for route, name, value in values if isinstance(value, str)),
            tuple((*place, "exec", "args", number) for number in range(count)),
        )


def _mapping(data: dict[Any, Any], key: str) -> dict[Any, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}
