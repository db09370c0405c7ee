"""Pods whose work is on their node itself: agents of storage, networks and devices, and jobs that prepare a node.

Such a pod has to be privileged, or nearly so, and its manifest shows why: it mounts the folders through which the
kubelet and the kernel are reached, shares mounts with the node, or runs a program that changes the node.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lintkit.formats.plain import at, each_mapping, list_at, mappings_at
from lintkit.kinds.kubernetes.objects import pod_spec_routes
from lintkit.model import Route

_LISTS = ("initContainers", "containers", "ephemeralContainers")
_TIED_TO_NODES = frozenset(("DaemonSet", "Job", "CronJob"))
_SYSTEM_PRIORITIES = ("system-node-critical", "system-cluster-critical")
_PLACES = re.compile(
    r"/(?:(?:boot|dev|etc|lib/modules|proc|root|run|sys|usr|var|var/lib|var/run)?$"
    r"|(?:dev|proc|sys)/|(?:etc|opt)/cni(?:/|$)|lib/modules/|(?:var/)?run/(?:udev|xtables\.lock|netns|lvm|cilium|systemd|dbus)"
    r"|var/lib/(?:kubelet|containerd|docker|cni|rancher|k0s|iscsi)(?:/|$))"
)
"""Folders of a node that belong to its kernel, devices, kubelet, network and runtime."""
_PROGRAMS = re.compile(
    r"(?:^|[\s;&|/(\"'])(?:nsenter|modprobe|insmod|sysctl|hwclock|losetup|mkfs(?:\.\w+)?|wipefs|sgdisk|blkdiscard"
    r"|iptables|ip6tables|nft|ethtool|swapoff|mdadm|lvm|cryptsetup|fstrim)(?=$|[\s;&|)\"'])"
)
"""Programs that change the kernel, the disks or the network of the machine that they run on (man7.org, section 8)."""
_MOST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class PodContainer:
    """A container of any pod of an object, custom resources included.

    route  the container; `pod` is the spec of its pod, and `object` all around it
    """

    route: Route
    data: Mapping[str, Any]
    pod: Mapping[str, Any]
    object: Mapping[str, Any]

    @property
    def called(self) -> str:
        """The object and the container in words that survive edits: `Deployment/shop api`."""
        name = at(self.object, "metadata", "name")
        return f"{self.object.get('kind')}/{name} {self.data.get('name')}"


def pod_containers(data: Any) -> Iterator[PodContainer]:
    """Every container of every pod that an object describes, in order."""
    for route in pod_spec_routes(data):
        for field in _LISTS:
            for place, item in each_mapping(data, *route, field):
                yield PodContainer(place, item, at(data, *route), data)


def works_on_its_node(container: PodContainer) -> bool:
    """Whether a manifest shows by more than its rights that a container works on the node itself.

    - It shares its mounts with the node, which the API server lets privileged containers alone do
      (validateMountPropagation in pkg/apis/core/validation).
    - It runs a program that changes the node.
    - It mounts a folder of the kernel, the kubelet or the runtime, in a pod that is tied to nodes: of a DaemonSet or a
      job, in the process or network namespace of the node, on a named node, or with a priority of the system.
    """
    mounts = mappings_at(container.data, "volumeMounts")
    if any(mount.get("mountPropagation") == "Bidirectional" for mount in mounts):
        return True
    if _PROGRAMS.search(_command(container.data)):
        return True
    return _is_tied(container) and bool(_host_folders(container.pod, mounts))


def _command(container: Mapping[str, Any]) -> str:
    words = (*list_at(container, "command"), *list_at(container, "args"))
    return "\n".join(word for word in words if isinstance(word, str))[:_MOST_TEXT]


def _is_tied(container: PodContainer) -> bool:
    pod = container.pod
    return (
        container.object.get("kind") in _TIED_TO_NODES
        or pod.get("hostPID") is True
        or pod.get("hostNetwork") is True
        or bool(pod.get("nodeName"))
        or at(pod, "nodeSelector", "kubernetes.io/hostname") is not None
        or pod.get("priorityClassName") in _SYSTEM_PRIORITIES
    )


def _host_folders(pod: Mapping[str, Any], mounts: list[dict[str, Any]]) -> set[str]:
    """The folders of the node that matter, among those that some mounts show."""
    mounted = {name for mount in mounts if isinstance(name := mount.get("name"), str)}
    paths = {
        path
        for volume in mappings_at(pod, "volumes")
        if volume.get("name") in mounted
        if isinstance(path := at(volume, "hostPath", "path"), str)
    }
    return {path for path in paths if _PLACES.match(posixpath.normpath(path or "."))}
