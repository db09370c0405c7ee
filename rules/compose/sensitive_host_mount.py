"""compose/sensitive-host-mount: a directory of the host's system is mounted into a service."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.compose import resolve, services
from lintkit.api.formats import list_at, mapping_at, text_at

RULE = define(
    summary="a system directory of the host is mounted into a service",
    why="""
A service that can write to `/etc`, `/root` or `/` of its host can add users, keys and cron jobs, and one that can read
them has the host's secrets. Such a container is no boundary.
""",
    remedy="Use a named volume, or mount the one file that is needed, read-only.",
    severity="warning",
    kinds=("compose",),
    tags=("security", "CWE-668"),
    equivalents=("kics:volume_has_sensitive_host_directory",),
    packs=("strict", "security"),
    examples=(
        bad(
            """\
services:
  agent:
    image: agent:1
    volumes:
      - /:/host:ro  # <-- here
      - ${ETC:-/etc}/:/host/etc  # <-- here
      - /etc/ssh/ssh_host_rsa_key:/key  # <-- here
      - /etc/nginx:/etc/nginx  # <-- here
      - type: bind
        source: /var/lib/docker  # <-- here
        target: /docker
"""
        ),
        bad(
            """\
services: {agent: {image: 'agent:1', volumes: ['system:/host']}}
volumes:
  system:
    driver_opts: {type: none, o: bind, device: /etc}  # <-- here
""",
            note="through a named volume",
        ),
        good(
            """\
services:
  agent:
    image: agent:1
    volumes:
      - /etc/localtime:/etc/localtime:ro
      - /etc/localtime:/etc/localtime
      - /etc/pihole:/etc/pihole:ro
      - /etc/hosts:/etc/hosts:ro
      - /srv/data:/data
      - /var/lib/shop:/data
      - /home
      - data:/etc
volumes: {data: {driver_opts: {type: tmpfs, device: tmpfs}}}
""",
            note="harmless files, a program's own folder to read, and volumes without a path of the host",
        ),
    ),
)

_SYSTEM = frozenset(
    """/ /bin /boot /dev /etc /home /lib /lib64 /proc /root /run /sbin /sys /usr /var /var/lib /var/log /var/run
    /var/spool/cron /var/lib/docker /var/lib/kubelet /var/lib/containerd""".split()  # noqa: SIM905
)
_BELOW = re.compile(
    r"/etc/(?:passwd|group|g?shadow|sudoers|sudoers\.d|ssh|cron[\w.]*|pam\.d|security|ssl/private|systemd|init\.d|docker"
    r"|kubernetes|rancher|ld\.so\.[\w.]+|hosts|resolv\.conf|profile[\w.]*)(?:/.*)?"
    r"|/(?:root|home/[^/]+)/\.(?:ssh|aws|docker|kube|gnupg)(?:/.*)?"
)
_HARMLESS_TO_READ = frozenset(("/etc/hosts", "/etc/resolv.conf", "/etc/passwd", "/etc/group", "/run", "/dev"))
"""`/etc/passwd` has held no passwords for decades; services read it to show names."""

_HARMLESS = re.compile(
    r"/etc/(?:localtime|timezone|machine-id|os-release|hostname|pki|letsencrypt|ssl/certs|ca-certificates)(?:/.*)?"
)
_PATH_OPTIONS = ("device", "mountpoint")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each mount of a system directory: of the services, and through the options of a named volume."""
    for service in services(document):
        for index, item in enumerate(list_at(service.data, "volumes")):
            route: Route = (*service.route, "volumes", index)
            if isinstance(item, str):
                source, *rest = resolve(item, {}).split(":")
                read_only = any("ro" in part.split(",") for part in rest[1:])
                yield from _judged(document, rule, route, source if rest else "", read_only)
            elif isinstance(item, dict) and item.get("type") == "bind":
                source = resolve(text_at(item, "source"), {})
                yield from _judged(document, rule, (*route, "source"), source, item.get("read_only") is True)
    for name, volume in mapping_at(document.data, "volumes").items():
        for key in _PATH_OPTIONS:
            source = resolve(text_at(volume, "driver_opts", key), {})
            yield from _judged(document, rule, ("volumes", name, "driver_opts", key), source, False)


def _judged(
    document: Document, rule: RuleContext, route: Route, source: str, read_only: bool
) -> Iterator[Finding]:
    if not source.startswith("/") or len(source) > 500:
        return
    path = posixpath.normpath("/" + source.lstrip("/"))
    if read_only and path in _HARMLESS_TO_READ:
        return
    changes_system = not read_only and path.startswith("/etc/") and not _HARMLESS.fullmatch(path)
    if path not in _SYSTEM and not _BELOW.fullmatch(path) and not changes_system:
        return
    may = "may read" if read_only else "may change"
    yield rule.finding(
        document.span(route),
        f"the service {may} `{path}` of the host, so it is no boundary any more",
        subject=path,
    )
