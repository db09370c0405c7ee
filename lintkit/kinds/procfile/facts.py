"""Facts of a Procfile: each process is a unit that runs in the folder of the file, and takes what the platform sets."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.facts import ContainerDefined, Fact, Mount
from lintkit.model import Document

_HOME = "/app"
"""Where the slug of an app is on Heroku ("Dyno filesystem"); elsewhere only that it is one folder counts."""


def extract(document: Document) -> Iterator[Fact]:
    """The processes, in order."""
    for name, command in document.data["processes"].items():
        route = ("processes", name)
        place, written = document.key_span(route), document.span(route)
        yield ContainerDefined(
            place,
            name,
            "process",
            command=("sh", "-c", command),
            mounts=(Mount("./", _HOME),),
            working_dir=_HOME,
            command_span=written,
            opaque="the platform that reads the Procfile sets variables of its own",
        )
