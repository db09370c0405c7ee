"""ignore/dockerignore-unread: a `.dockerignore` that no build reads."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Finding, Location, Project, RuleContext, Span, bad, define, good
from lintkit.api.docker import BuildContext, Paths, build_contexts
from lintkit.api.facts import IgnoreRules, ImageBuild, ImageStage

RULE = define(
    summary="no build reads this .dockerignore",
    why="""
Docker reads the `.dockerignore` at the root of the build context and no other. One that lies beside the Dockerfile of
an image that is built from a folder above keeps nothing out, while everybody believes that it does.
""",
    remedy="""
Move its patterns into the `.dockerignore` of the context, or name the file after its Dockerfile
(`Dockerfile.dockerignore`).
""",
    severity="warning",
    scope="project",
    kinds=("dockerignore",),
    tags=("docker",),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            {
                "compose.yaml": "services:\n  api:\n    build: {context: ., dockerfile: api/Dockerfile}\n",
                "api/Dockerfile": "FROM python:3.12\nCOPY api /app\n",
                "api/.dockerignore": ".env  # <-- here\n*.pem\n",
            },
            note="the context is the folder above",
        ),
        bad(
            {
                "Dockerfile": "FROM python:3.12\nCOPY app.py /app/\n",
                "app.py": "",
                "api.Dockerfile.dockerignore": ".env  # <-- here\n",
            },
            note="there is no `api.Dockerfile`",
        ),
        good(
            {
                "compose.yaml": "services:\n  api:\n    build: ./api\n",
                "api/Dockerfile": "FROM python:3.12\nCOPY . /app\n",
                "api/.dockerignore": ".env\n",
                "docker/x.Dockerfile": "FROM a\n",
                "docker/x.Dockerfile.dockerignore": ".env\n",
            },
            note="the root of a context, and one named after its Dockerfile",
        ),
        good(
            {
                "api/Dockerfile": "FROM python:3.12\nCOPY . /app\n",
                "api/app.py": "",
                "api/.dockerignore": ".env\n",
            },
            note="nobody says how it is built",
        ),
        good({".dockerignore": ".env\n"}, note="no Dockerfile: a platform may build it by itself"),
        good(
            {
                "compose.yaml": "services:\n  api:\n    build: {context: ., dockerfile: api/Dockerfile}\n",
                "api/Dockerfile": "FROM python:3.12\nCOPY api /app\n",
                "api/.dockerignore": ".env\n",
                "api/fly.toml": "app = 'shop'\n",
            },
            note="another tool builds that folder",
        ),
    ),
)

_OTHER_BUILDERS = re.compile(
    r"(?:^|/)(?:docker-bake[^/]*\.(?:hcl|json)|skaffold\.ya?ml|fly(?:\.[\w-]+)?\.toml|render\.ya?ml|railway\.(?:json|toml)"
    r"|cloudbuild\.ya?ml|app\.ya?ml|Tiltfile|\.gitlab-ci\.yml|Jenkinsfile|azure-pipelines\.ya?ml|heroku\.yml"
    r"|captain-definition|dokku[^/]*|copilot|buildspec\.ya?ml|devcontainer\.json)$"
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each ignore file that no known context can have in force, at its first pattern."""
    dockerfiles = {stage.path for stage in project.facts(ImageStage)}
    if not dockerfiles:
        return
    contexts = build_contexts(project.facts, Paths(project.paths))
    computed = any(not step.known for step in project.facts(ImageBuild))
    builders = {posixpath.dirname(path) for path in project.paths if _OTHER_BUILDERS.search(path)}
    for fact in project.facts(IgnoreRules):
        folder, name = posixpath.split(fact.path)
        if name in {".gitignore", ".containerignore"} or not fact.lines:
            continue
        span = fact.spans[0] if fact.spans else fact.span
        if name != ".dockerignore":
            built = fact.path.removesuffix(".dockerignore")
            if built not in project.paths:
                yield rule.finding(
                    span,
                    f"no build reads this: there is no `{posixpath.basename(built)}` beside it",
                    subject=fact.path,
                )
            continue
        user = _beside(fact, contexts, dockerfiles)
        if user is None or computed or any(not each or _within(folder, each) for each in builders):
            continue
        where = f"`{user.folder}/`" if user.folder else "the repository's root"
        yield rule.finding(
            span,
            f"no build reads this: `{user.image.dockerfile}` is built from {where}",
            subject=fact.path,
            related=(Location(Span(user.image.dockerfile, 0, 0), f"is built from {where}"),),
        )


def _beside(
    fact: IgnoreRules, contexts: tuple[BuildContext, ...], dockerfiles: set[str]
) -> BuildContext | None:
    """An image of the file's own folder, when all of those are known to be built from elsewhere; else None."""
    folder = posixpath.dirname(fact.path)
    inside = [path for path in dockerfiles if _within(posixpath.dirname(path), folder)]
    by_dockerfile: dict[str, list[BuildContext]] = {}
    for context in contexts:
        if context.folder == folder:
            return None
        by_dockerfile.setdefault(context.image.dockerfile, []).append(context)
    for path in inside:
        if not any(context.stated for context in by_dockerfile.get(path, ())):
            return None
    return by_dockerfile[min(inside, key=lambda path: (len(path), path))][0] if inside else None


def _within(folder: str, above: str) -> bool:
    return not above or folder == above or folder.startswith(above + "/")
