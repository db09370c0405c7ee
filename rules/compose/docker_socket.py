"""compose/docker-socket: a service that is given the socket of the container runtime."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.compose import mount_parts, resolve, services, variables
from lintkit.api.formats import list_at, mapping_at, text_at
from lintkit.api.words import is_runtime_socket

RULE = define(
    summary="a service is given the socket of the container runtime",
    why="""
Who can write to the Docker socket can start a container with the host's root directory mounted, so the socket is
root on the machine. `:ro` does not help: it makes the file read-only and not the API behind it.
""",
    remedy="""
Give the service what it needs through a socket proxy that allows single API calls, or run a rootless engine.
""",
    severity="warning",
    kinds=("compose",),
    tags=("security", "CWE-250"),
    equivalents=("kics:docker_socket_mounted_in_container", "semgrep:exposing-docker-socket-volume"),
    packs=("strict", "security"),
    examples=(
        bad(
            """\
services:
  proxy:
    image: traefik:3.1
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro  # <-- here
      - type: bind
        source: /run/containerd/containerd.sock  # <-- here
        target: /run/containerd/containerd.sock
"""
        ),
        bad(
            """\
services:
  agent:
    image: agent:1
    volumes:
      - //var/run/docker.sock:/var/run/docker.sock  # <-- here
      - /var/run/../run/docker.sock:/a.sock  # <-- here
      - ${SOCKET:-/var/run/docker.sock}:/b.sock  # <-- here
      - ${SOCKET}:/var/run/docker.sock  # <-- here
      - $XDG_RUNTIME_DIR/podman/podman.sock:/c.sock  # <-- here
      - ~/.docker/run/docker.sock:/d.sock  # <-- here
      - '\\\\.\\pipe\\docker_engine:\\\\.\\pipe\\docker_engine'  # <-- here
      - {type: npipe, source: //./pipe/docker_engine, target: //./pipe/docker_engine}  # <-- here
volumes:
  engine:
    driver_opts: {type: none, o: bind, device: /run/podman/podman.sock}  # <-- here
""",
            note="the same in other spellings, and for other engines",
        ),
        good(
            """\
services:
  proxy:
    image: traefik:3.1
    volumes:
      - certificates:/certificates
      - /var/run/postgresql:/var/run/postgresql
      - ${DATA}:/data
      - /docker.sock.d:/x
  api:
    image: ghcr.io/tecnativa/docker-socket-proxy:0.3
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
""",
            note="other sockets, and the proxy that lets single calls through",
        ),
    ),
)

_PROXY = re.compile(r"socket-?proxy", re.IGNORECASE)
_MESSAGE = "the socket of the container runtime is mounted, which makes the service root on the host"


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each mount of a socket, at its source, and each named volume that is one."""
    for service in services(document):
        if _PROXY.search(str(service.data.get("image", ""))):
            continue
        for index, item in enumerate(list_at(service.data, "volumes")):
            route: Route = (*service.route, "volumes", index)
            if isinstance(item, dict):
                source, target = item.get("source"), item.get("target")
                route = (*route, "source")
            else:
                source, target = [*(mount_parts(item) if isinstance(item, str) else ()), None, None][:2]
            if isinstance(source, str) and isinstance(target, str) and _is_socket(source, target):
                yield rule.finding(document.span(route), _MESSAGE, subject=service.name)
    for name, volume in mapping_at(document.data, "volumes").items():
        if _is_socket(text_at(volume, "driver_opts", "device"), ""):
            message = (
                "the volume is the socket of the container runtime, which makes its services root on the host"
            )
            yield rule.finding(
                document.span(("volumes", name, "driver_opts", "device")), message, subject=name
            )


def _is_socket(source: str, target: str) -> bool:
    """Whether the source is a socket; where only a variable says what it is, whether it is put where one belongs."""
    if not variables(source):
        return is_runtime_socket(source)
    path = resolve(source, {})
    return is_runtime_socket(path if path.startswith(("/", "~", "\\")) or not path else f"/{path}") or (
        not path and is_runtime_socket(target)
    )
