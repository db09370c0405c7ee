"""dockerfile/secret-copied: a file with credentials is copied into an image."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Finding, Location, Project, RuleContext, Span, bad, define, good
from lintkit.api.docker import BuildContext, Paths, build_contexts, normal, secret_files
from lintkit.api.dotenv import is_example
from lintkit.api.facts import CopyInstruction
from lintkit.api.words import environment_of_path

_VALUES = "DB_PASSWORD=k3Vw9-not-a-live-one\n"

RULE = define(
    summary="a file with credentials is copied into an image",
    why="""
Everybody who can pull the image can read the file, also in an earlier layer when a later one deletes it. The
credentials cannot be changed without building a new image, and registries keep the old ones.
""",
    remedy="""
Give the container its credentials when it starts (environment, mounted secrets), and a build with
`RUN --mount=type=secret`. Add the file to `.dockerignore`.
""",
    severity="error",
    scope="project",
    kinds=("dockerfile",),
    tags=("docker", "security", "secrets", "CWE-538", "CWE-522"),
    packs=("recommended", "security", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            {"Dockerfile": "FROM python:3.12\nCOPY .env.production .env  # <-- here\n", "app.py": ""},
            note="a file that git does not show, because it is ignored",
        ),
        bad(
            {
                "Dockerfile": "FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt ./\nCOPY . .  # <-- here\n",
                ".dockerignore": ".git\nconfig/*.env\n",
                "backend/.env": _VALUES,
                "requirements.txt": "",
            },
            note="a whole context, whose ignore file forgets it",
        ),
        bad(
            {
                "api/Dockerfile": "FROM node:22 AS build\nCOPY api /app  # <-- here\n"
                "FROM node:22\nCOPY --from=build /app /app\n",
                "api/.env": _VALUES,
                "compose.yaml": "services: {api: {build: {context: ., dockerfile: api/Dockerfile}}}\n",
            },
            note="a folder, by way of another stage",
        ),
        bad(
            {"Dockerfile": "FROM debian:12\nADD id_rsa /root/.ssh/id_rsa  # <-- here\n", "run.py": ""},
            note="a key",
        ),
        good(
            {"Dockerfile": "FROM debian:12\nCOPY . /srv\n", ".env": "DB_PASSWORD=postgres\n", "run.py": ""},
            note="what everybody tries first, and the image tells nobody",
        ),
        good(
            {
                "Dockerfile": "FROM python:3.13\nCOPY . /srv\n",
                "lib/tls/tests/cert.pem": "-----BEGIN RSA PRIVATE "
                + "KEY-----\nMIIEowIBAAKCAQEAq7Zk3LxW9bTq\n-----END RSA PRIVATE KEY-----\n",
            },
            note="the key of a test",
        ),
        good(
            {
                "proxy/Dockerfile": "FROM nginx:1.27\nCOPY shop.key /etc/ssl/\n",
                "proxy/shop.key": "-----BEGIN RSA PRIVATE "
                + "KEY-----\nMIIEowIBAAKCAQEAq7Zk3LxW9bTq\n-----END RSA PRIVATE KEY-----\n",
            },
            note="a key that git tracks: repo/private-key-committed says so of the key itself",
        ),
        good(
            {
                "Dockerfile": "FROM python:3.12\nCOPY . .\n",
                ".dockerignore": "**/.env*\n",
                "backend/.env": _VALUES,
            },
            note="the ignore file keeps it out",
        ),
        good(
            {
                "Dockerfile": "FROM node:22 AS build\nCOPY . /web\nRUN npm run build\n"
                "FROM nginx:1.27\nCOPY --from=build /web/dist /usr/share/nginx/html\n",
                ".env": _VALUES,
            },
            note="only what is built from it goes into the image",
        ),
        good(
            {
                "Dockerfile": "FROM node:22\nCOPY .env.production .env.example /web/\n",
                ".env.production": "VITE_API_URL=https://api.example.com\n",
                ".env.example": "SECRET_KEY=\n",
            },
            note="settings of a front end without a secret, and an example",
        ),
        good(
            {"Dockerfile.dev": "FROM python:3.12\nCOPY .env .\n", "app.py": "", ".env": _VALUES},
            note="an image that stays on a developer's machine",
        ),
        good(
            {
                "Dockerfile": "FROM nginx:1.27\nCOPY web/.env.sh web/nginx.conf /srv/\n",
                "web/nginx.conf": "",
            },
            note="a script that writes settings",
        ),
        good(
            {"Dockerfile": "FROM nginx:1.27\nCOPY certs/ca.pem /etc/ssl/\nCOPY keys/public.key /keys/\n"},
            note="what may be public",
        ),
    ),
)

_ENV = re.compile(
    r"(?:^|/)(?:\.env(?:[._-](?![\w.-]*\.(?:sh|[cm]?js|ts|py|rb|php|ya?ml|json|md)$)(?!(?:sh|[cm]?js|ts|py|rb|php)$)[\w.-]+)?"
    r"|[\w-]+\.env)$"
)
_KEY = re.compile(
    r"(?:^|/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|[\w.-]+\.(?:p12|pfx|jks|key)|\.npmrc|\.pypirc|\.netrc)$"
)
_PUBLIC = re.compile(r"(?i)pub(?:lic)?(?![a-z])|\.gpg|trust|example|sample|keyring")
_ASKED = frozenset({".npmrc", ".pypirc"})
"""Hold a token only sometimes: reported where it is not known what they hold, but with less certainty."""


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each instruction once for each file with credentials that it brings into an image."""
    paths = Paths(project.paths)
    secrets = secret_files(project.facts, project.tracked)
    reported: set[tuple[Span, str]] = set()
    for context in build_contexts(project.facts, paths):
        if environment_of_path(context.image.dockerfile) == "development":
            continue
        wanted = {path: place for path, place in secrets.items() if context.sends(path)}
        for copy in context.dockerfile.copies:
            if copy.from_stage or not context.reaches_image(copy):
                continue
            named = [*_named(context, copy, project.paths)]
            found = (
                {path: wanted[path] for path in context.taken_by(copy, paths) & wanted.keys()}
                if wanted
                else {}
            )
            for path in (*sorted(found), *named):
                if (copy.span, path) not in reported:
                    reported.add((copy.span, path))
                    yield _finding(rule, context, copy, path, found.get(path))


def _named(context: BuildContext, copy: CopyInstruction, paths: frozenset[str]) -> Iterator[str]:
    """The sources that name a file with credentials which git does not show."""
    for source in copy.sources:
        inner = posixpath.normpath("/" + source).lstrip("/")
        path = normal(context.folder, inner)
        if "$" in source or "*" in source or path in paths or not context.sends(path):
            continue
        env = _ENV.search(inner) and not is_example(inner) and environment_of_path(inner) != "development"
        if env or (_KEY.search(inner) and not _PUBLIC.search(inner)):
            yield path


def _finding(
    rule: RuleContext, context: BuildContext, copy: CopyInstruction, path: str, place: Location | None
) -> Finding:
    inner = context.inner(path)
    certain = place is not None or _ENV.search(inner) is not None
    holds = place.label if place is not None and place.label.startswith("holds") else "holds credentials"
    what = f"which {holds}," if place is not None else "which is made to hold credentials,"
    return rule.finding(
        copy.span,
        f"`{inner}`, {what} is copied into the image",
        subject=f"{context.image.dockerfile} {inner}",
        related=() if place is None else (place,),
        confidence="high" if certain and posixpath.basename(path) not in _ASKED else "medium",
    )
