"""The sockets of container runtimes: who may write to one is root on the host.

Their usual places are those of Docker (dockerd(8), rootless mode, Docker Desktop), Podman (podman-system-service(1)),
containerd and CRI-O; each keeps its name wherever it is put.
"""

from __future__ import annotations

import posixpath
import re

_NAMES = frozenset(
    ("docker.sock", "podman.sock", "containerd.sock", "crio.sock", "cri-dockerd.sock", "dockershim.sock")
)
_PIPE = re.compile(
    r"(?:npipe:)?[\\/]+\.[\\/]+pipe[\\/]+(?:docker_engine\w*|podman-\S+|containerd-containerd)"
)


def is_runtime_socket(path: str) -> bool:
    """Whether a path of the host, or a named pipe of Windows, is where a container runtime takes commands.

    >>> is_runtime_socket("//var/run/../run/docker.sock"), is_runtime_socket(r"\\\\.\\pipe\\docker_engine")
    (True, True)
    >>> is_runtime_socket("/var/run/postgresql"), is_runtime_socket("docker.sock")
    (False, False)
    """
    folder, name = posixpath.split(posixpath.normpath(path)) if path else ("", "")
    return (bool(folder) and name in _NAMES) or _PIPE.fullmatch(path) is not None
