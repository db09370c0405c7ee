"""ignore/env-file: git would track an environment file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lintkit.api import Finding, Project, RuleContext, bad, define, good
from lintkit.api.compose import compose_folders, compose_projects, fragments
from lintkit.api.dotenv import is_example, used_path
from lintkit.api.facts import (
    ComposeFile,
    ComposeService,
    ContainerDefined,
    DotenvLoaded,
    IgnoreRules,
    VariableProvided,
)
from lintkit.api.ignore import NOT_OURS, Probe, git_ignores, unignored
from lintkit.api.words import environment_of_path

RULE = define(
    summary="git would track an environment file with credentials",
    why="""
The file that everybody is told to fill in with credentials is one `git add .` away from the repository, its forks and
its CI logs, and taking it out later does not take it out of the history.
""",
    remedy="Add `.env` and `.env.*` to `.gitignore`, and `!.env.example` after them.",
    severity="warning",
    scope="project",
    kinds=("gitignore",),
    tags=("git", "secret", "security", "CWE-538"),
    packs=("recommended", "security", "production"),
    fixable=True,
    examples=(
        bad(
            {".gitignore": "node_modules/  # <-- here\n", ".env.example": "API_KEY=\n"},
            fixed={".gitignore": "node_modules/\n.env\n", ".env.example": "API_KEY=\n"},
            note="the file that an example is copied to",
        ),
        bad(
            {
                ".gitignore": "/.env  # <-- here\n",
                "api/.env.production.example": "API_KEY=\n",
                "compose.yaml": "services: {api: {image: shop, env_file: [deploy/shop.env]}}\n",
            },
            fixed={
                ".gitignore": "/.env\n.env.production\n/deploy/shop.env\n",
                "api/.env.production.example": "API_KEY=\n",
                "compose.yaml": "services: {api: {image: shop, env_file: [deploy/shop.env]}}\n",
            },
            note="in another folder, and under another name",
        ),
        bad(
            {"app.py": "from dotenv import load_dotenv  # <-- here\n\nload_dotenv()\n"},
            note="no ignore file at all",
        ),
        good({".gitignore": ".env*\n!.env.example\n", ".env.example": "API_KEY=\n"}),
        good({".gitignore": "dist/\n", "app.py": ""}, note="nothing speaks of such a file"),
        good(
            {
                ".gitignore": "dist/\n",
                "docker/default.yml": "services:\n  web: {image: 'shop:1'}\n",
                "plugins/scan/compose.yml": (
                    "services:\n  scan: {image: 'scan:1', depends_on: [web], env_file: [plugins.env]}\n"
                ),
                "plugins/mail/compose.yml": "services:\n  mail: {image: 'mail:1', depends_on: [web]}\n",
            },
            note="a piece that is started after a file of another folder, from which its paths count",
        ),
        good(
            {".gitignore": "dist/\n", "web/.env.example": "VITE_TITLE=\n", "web/.env": "VITE_TITLE=Shop\n"},
            note="it is tracked, and other rules look at what it holds",
        ),
        good({".gitignore": "dist/\n", ".env.test.example": "DB_HOST=\n"}, note="a file for tests"),
    ),
)

_SPEAKS = re.compile(r"env|\.pem|\.key|secret")


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Ask all ignore files about each file that an example, a compose file or code speaks of."""
    ignores = git_ignores(project.facts(IgnoreRules))
    for each in unignored(ignores, _probes(project), _SPEAKS):
        yield rule.finding(each.span, each.message(), subject=each.subject, fix=each.fix)


def _probes(project: Project) -> Iterator[Probe]:
    evidence: dict[str, str] = {}
    for provided in project.facts(VariableProvided):
        if provided.source == "dotenv" and is_example(provided.path):
            evidence.setdefault(used_path(provided.path), provided.path)
    folders = compose_folders(project.facts(ComposeFile))
    together = fragments(compose_projects(project.facts(ComposeService), project.facts(ComposeFile)))
    for container in project.facts(ContainerDefined):
        for file in container.env_files:
            if container.path in together:
                continue  # nobody says from which folder its paths count
            if "$" not in file.path and not file.path.startswith("/"):
                place = folders.place(container.path, file.path)
                evidence.setdefault(place, container.path)
    for loaded in project.facts(DotenvLoaded):
        if not loaded.file and not evidence:
            evidence.setdefault(".env", loaded.path)
    for path, source in evidence.items():
        name = posixpath.basename(path)
        if (
            path in project.tracked
            or path.startswith("../")
            or NOT_OURS.search(path)
            or NOT_OURS.search(source)
        ):
            continue
        if name == "stack.env":
            continue  # Portainer's, which writes it where it runs the stack
        if is_example(path) or environment_of_path(path) == "development" or "env" not in name.lower():
            continue
        yield Probe(path, name if name.startswith(".env") else f"/{path}", source)
