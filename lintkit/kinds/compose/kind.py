"""Compose files."""

from __future__ import annotations

import re

from lintkit.formats.sniff import after_key
from lintkit.kinds.kind import EVERY_EDIT, FileKind

_COMPOSE = re.compile(r"(?!rancher-compose)(?:.+[._-])?(?:docker-)?compose(?:[._-].+)?\.ya?ml", re.IGNORECASE)
_MAPPING = re.compile(
    rb"[ \t]*(?:&\S+[ \t]*)?(?P<flow>\{[^\n]*)?(?:#[^\n]*)?(?=\n|$)(?P<block>(?:\n(?:[ \t#}\]][^\n]*)?)*)"
)
_SERVICE_KEY = re.compile(
    rb"(?:^[ \t]+|[{,][ \t]*)([\"']?)(?:image|build|extends|command|entrypoint|environment|env_file|ports"
    rb"|expose|volumes|depends_on|restart|networks|network_mode|deploy|container_name|healthcheck|profiles"
    rb"|secrets|configs|<<)\1[ \t]*:",
    re.MULTILINE,
)
_TOP_KEY = re.compile(rb"^[\"']?(?!x-)([A-Za-z][\w-]*)[\"']?[ \t]*:(?=\s|$)", re.MULTILINE)
_TOP_KEYS = frozenset(
    (b"version", b"name", b"include", b"services", b"models", b"networks", b"volumes", b"secrets", b"configs")
)
_PLATFORM = re.compile(rb"^# ?slogan:", re.MULTILINE)
_OF_OTHERS = re.compile(rb"^[ \t]+(?:route|port|traits|depends|default|checkout):(?=\s|$)", re.MULTILINE)
"""What a service has in KubeVela's Appfile (`vela.yaml`) or in Tugboat's `config.yml`, and in none of compose."""
_OF_COMPOSE = re.compile(
    rb"^[ \t]+(?:ports|volumes|environment|depends_on|networks|container_name):", re.MULTILINE
)
_LIST = re.compile(rb"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*-(?:\s|$)")


def _is_compose(path: str, text: bytes) -> bool:
    """Whether this YAML has a mapping `services` at column 0 that holds services as compose knows them.

    Other programs have lists of services, or mappings of classes (`.gitlab-ci.yml`, Symfony); no key of theirs is
    one that a compose service has. And a file with keys at the top that compose refuses is for a program that makes
    compose files of it, or for a pipeline; so is a template of Coolify, which has a slogan, and whose volumes nobody
    declares (coolify.io/docs, "Contribute services").
    """
    if any(key[1] not in _TOP_KEYS for key in _TOP_KEY.finditer(text)) or _PLATFORM.search(text):
        return False
    value = after_key(text, b"services")
    match = _MAPPING.match(text, value) if value >= 0 else None
    if match is None:
        return False
    block = match["flow"] or match["block"]
    if _LIST.match(block) is not None or _SERVICE_KEY.search(block) is None:
        return False
    return not (_OF_OTHERS.search(block) and not _OF_COMPOSE.search(block))


COMPOSE = FileKind(
    name="compose",
    noun="a compose file",
    usual_name="compose.yaml",
    language="yaml",
    suffixes=frozenset(("yaml", "yml")),
    named=lambda path, name: _COMPOSE.fullmatch(name) is not None,
    refines=frozenset(("yaml", "kubernetes")),
    holds=_is_compose,
    parse="lintkit.kinds.compose.service:parse",
    facts="lintkit.kinds.compose.facts:extract",
    inner="lintkit.kinds.docker.inline:inline_dockerfiles",
    inner_kinds=frozenset(("dockerfile",)),
    scalars="compose",
    templated=True,
    edits=EVERY_EDIT,
    resolved="lintkit.kinds.compose.interpolation:resolve_all",
    selectors={
        "container": "lintkit.kinds.compose.selectors:each_service",
        "service": "lintkit.kinds.compose.selectors:each_service",
        "env-var": "lintkit.kinds.compose.selectors:each_env_var",
    },
    sample="lintkit.kinds.compose.sample:SAMPLE",
)
