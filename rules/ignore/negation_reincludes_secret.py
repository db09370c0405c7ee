"""ignore/negation-reincludes-secret: a `!` line takes a file with credentials back."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from lintkit.api import NOT_A_SERVICE, Budget, Finding, Project, RuleContext, bad, define, good
from lintkit.api.dotenv import is_example
from lintkit.api.facts import IgnoreRules, KeyFile, VariableProvided
from lintkit.api.formats import docker_ignored, git_ignored
from lintkit.api.words import environment_of_path

RULE = define(
    summary="a line with `!` takes a file with credentials back",
    why="""
A later line wins over an earlier one. So a `!` that was meant for an example, or for one build long ago, sends the
file with the credentials to git or into the image, although a line above plainly ignores it.
""",
    remedy="Take back the example alone (`!.env.example`).",
    severity="warning",
    scope="project",
    kinds=("gitignore", "dockerignore"),
    tags=("git", "docker", "secret", "security", "CWE-538"),
    packs=("recommended", "security", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad({".gitignore": ".env*\n!.env.*  # <-- here\n"}, note="meant for `.env.example`"),
        bad({".dockerignore": "**/.env*\n!.env.production  # <-- here\n*.log\n"}),
        bad({".gitignore": "*.key\n!/certs/*.key  # <-- here\n"}, note="keys"),
        good(
            {".gitignore": ".env*\n!.env.example\n!.env.test\n*.pem\n!ca.pem\n"},
            note="examples, and what may be public",
        ),
        good(
            {
                ".gitignore": ".env*\n!.env.production\n",
                ".env.production": "VITE_API=https://api.example.com\n",
            },
            note="the file is there, and holds nothing secret",
        ),
        good({".gitignore": "!.env\n"}, note="nothing ignored it before"),
        good(
            {".gitignore": "*.env*\n!docker/environments/*.env\n"},
            note="a folder that is kept for such files",
        ),
        good(
            {".gitignore": ".env*\n!.env.production\n.env.production\n"}, note="a later line ignores it again"
        ),
    ),
)

_MOST = 500
"""A longer file is generated, and asking it line by line would take too long."""

_PROBES = (
    ".env",
    ".env.production",
    ".env.prod",
    ".env.local",
    "prod.env",
    "id_rsa",
    "id_ed25519",
    "server.key",
    "a.p12",
)
_PUBLIC = re.compile(r"(?i)pub(?:lic)?(?![a-z])|trust|cert|ca\.")


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each line that begins with `!` and decides about a file with credentials."""
    harmless = {fact.path for fact in project.facts(VariableProvided) if fact.source == "dotenv"}
    harmless -= {fact.path for fact in project.facts(VariableProvided) if fact.value.is_secret}
    keys = {key.path for key in project.facts(KeyFile)}
    budget = Budget()
    for fact in project.facts(IgnoreRules):
        if len(fact.lines) > _MOST:
            continue
        for index, line in enumerate(fact.lines):
            if not line.lstrip().startswith("!") or index >= len(fact.spans):
                continue
            pattern = line.strip()[1:].strip()
            for inner in _candidates(pattern):
                path = posixpath.join(posixpath.dirname(fact.path), inner)
                if path in harmless or (path in project.paths - keys and not _is_env(inner)):
                    continue
                if _decides(fact, index, inner, budget):
                    yield rule.finding(
                        fact.spans[index],
                        f"this line takes `{inner}` back, which the lines above ignore",
                        subject=pattern,
                    )
                    break


def _candidates(pattern: str) -> Iterator[str]:
    """Files with credentials that a pattern may speak of: itself, or what its wildcards match."""
    folder, _, name = pattern.strip("/").rpartition("/")
    if not name or is_example(name) or environment_of_path(name) == "development" or _PUBLIC.search(name):
        return
    inside = "" if any(char in folder for char in "*?[") else folder
    for probe in _PROBES:
        # `!*` and `!**/*` take everything back, and say nothing of secrets.
        wild = any(char in name for char in "*?[") and name.strip("*") not in ("", ".")
        # Whoever names a folder means the environment files that are kept there.
        if probe == name or (wild and not (inside and _is_env(probe))):
            yield posixpath.join(inside, probe)


def _is_env(inner: str) -> bool:
    return "env" in posixpath.basename(inner)


def _decides(fact: IgnoreRules, index: int, inner: str, budget: Budget) -> bool:
    """Whether the path is ignored without this line, and not with it. Raises RuleLimitError."""
    lines = fact.lines
    ignores = _git if posixpath.basename(fact.path) == ".gitignore" else docker_ignored
    alone = lines[index].strip().removeprefix("!").strip()
    if not ignores(inner, (alone,)) or ignores(inner, lines):
        return False
    budget.spend(len(lines), "asking long ignore files without each of their lines that begin with `!`")
    return ignores(inner, (*lines[:index], *lines[index + 1 :]))


def _git(path: str, lines: Sequence[str]) -> bool:
    match = git_ignored(path, {"": lines})
    return match is not None and match.ignored
