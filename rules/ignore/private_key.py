"""ignore/private-key: git would track a private key."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lintkit.api import Finding, Project, RuleContext, bad, define, good
from lintkit.api.compose import compose_folders
from lintkit.api.facts import ComposeFile, ContainerDefined, IgnoreRules, KeyFile
from lintkit.api.ignore import NOT_OURS, Probe, git_ignores, unignored

RULE = define(
    summary="git would track a private key",
    why="""
The key lies in the work tree, or is expected there, and nothing keeps `git add .` from committing it. Who has it can
log in, sign or decrypt until it is replaced wherever it is trusted.
""",
    remedy="Add `*.key`, or the name of the file, to `.gitignore`.",
    severity="warning",
    scope="project",
    kinds=("gitignore",),
    tags=("git", "secret", "security", "CWE-538"),
    packs=("recommended", "security", "production"),
    fixable=True,
    examples=(
        bad(
            {
                ".gitignore": "dist/  # <-- here\n",
                "compose.yaml": "services: {web: {image: nginx, volumes: ['./certs/shop.key:/shop.key']}}\n",
            },
            fixed={
                ".gitignore": "dist/\n*.key\n",
                "compose.yaml": "services: {web: {image: nginx, volumes: ['./certs/shop.key:/shop.key']}}\n",
            },
            note="a key that a container is given, and that git does not track",
        ),
        good(
            {
                ".gitignore": "/certs/\n",
                "compose.yaml": "include: [{path: deploy/web.yaml, project_directory: .}]\n",
                "deploy/web.yaml": "services: {web: {image: 'nginx:1.27', volumes: ['./certs/shop.key:/shop.key']}}\n",
            },
            note="where it is included, paths count from another folder",
        ),
        good(
            {
                ".gitignore": "/certs/\n",
                "compose.yaml": "services: {web: {image: 'nginx:1.27', volumes: ['./certs/shop.key:/shop.key']}}\n",
            },
            note="its folder is ignored",
        ),
        good(
            {
                ".gitignore": "dist/\n",
                "compose.yaml": "services: {web: {image: 'nginx:1.27', volumes: ['./certs/shop.crt:/etc/shop.crt']}}\n",
            },
            note="a certificate",
        ),
        good(
            {
                ".gitignore": "dist/\n",
                "compose.yaml": "services: {web: {image: 'nginx:1.27', volumes: ['/etc/ssl/shop.key:/shop.key']}}\n",
            },
            note="outside of the repository",
        ),
    ),
)

_SPEAKS = re.compile(r"\.key|\.pem|\.p12|\.env|secret|id_rsa")
_KEY = re.compile(
    r"(?:^|/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|[\w.-]*(?:key|priv)[\w.-]*\.pem|[\w.-]+\.(?:key|p12|pfx|jks))$"
)
_PUBLIC = re.compile(r"(?i)pub(?:lic)?(?![a-z])|trust")


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Ask all ignore files about each key that is there untracked, or that a container is given from there."""
    ignores = git_ignores(project.facts(IgnoreRules))
    for each in unignored(ignores, _probes(project), _SPEAKS):
        yield rule.finding(each.span, each.message(), subject=each.subject, fix=each.fix)


def _probes(project: Project) -> Iterator[Probe]:
    if project.tracked:
        for key in project.facts(KeyFile):
            if key.path not in project.tracked and not NOT_OURS.search(key.path):
                yield _probe(key.path, key.path)
    folders = compose_folders(project.facts(ComposeFile))
    for container in project.facts(ContainerDefined):
        for mount in container.mounts:
            if not mount.source.startswith("./") or "$" in mount.source or not _KEY.search(mount.source):
                continue
            path = folders.place(container.path, mount.source)
            hidden = path not in project.paths and not path.startswith("../") and not _PUBLIC.search(path)
            if hidden and not NOT_OURS.search(path):
                yield _probe(path, container.path)


def _probe(path: str, evidence: str) -> Probe:
    suffix = posixpath.splitext(path)[1]
    return Probe(path, f"*{suffix}" if suffix in {".key", ".p12", ".pfx", ".jks"} else f"/{path}", evidence)
