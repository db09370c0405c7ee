"""The named selectors of compose files."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.kinds.compose.service import environment_entries, services
from lintkit.kinds.selected import Selected
from lintkit.model import Document


def each_service(document: Document) -> Iterator[Selected]:
    """Every service."""
    for service in services(document):
        yield Selected(service.route, service.data, {"name": service.name, "kind": "service"})


def each_env_var(document: Document) -> Iterator[Selected]:
    """Every variable of a service, as `{"name", "value"}`; the value is null where it is only named."""
    for service in services(document):
        for entry in environment_entries(document, service.route):
            value = {"name": entry.name, "value": entry.value}
            in_map = entry.form == "map"
            places = {"name": (entry.route, in_map), "value": (entry.route, False)}
            yield Selected(entry.route, value, {"service": service.name, "name": entry.name}, places)
