"""workflow/secret-in-build-arg: a secret is handed to a build as an argument, which the image keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, Route, RuleContext, bad, define, good
from lintkit.graph.build_commands import builds
from lintkit.parse.scalar_spans import scalar_span

RULE = define(
    summary="a secret is handed to an image build as a build argument",
    why="""
`docker history` shows build arguments to everybody who can pull the image, and provenance attestations record them.
The secret is published with the image, in every version that was ever pushed.
""",
    remedy="Use `secrets:` of the action (`--secret` of the command) and `RUN --mount=type=secret` in the Dockerfile.",
    severity="error",
    kinds=("workflow",),
    tags=("security", "secret", "docker", "ci", "CWE-522"),
    packs=("recommended", "security"),
    examples=(
        bad(
            """\
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: .
          build-args: |
            VERSION=${{ github.sha }}
            NPM_TOKEN=${{ secrets.NPM_TOKEN }}  # <-- here
            "PIP_URL=https://x:${{secrets.PIP_PASSWORD}}@pypi.example.com"  # <-- here
"""
        ),
        bad(
            """\
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - run: docker build --build-arg NPM_TOKEN=${{ secrets.NPM_TOKEN }} -t shop .  # <-- here
      - run: docker build --build-arg NPM_TOKEN="$TOKEN" -t shop .  # <-- here
        env:
          TOKEN: ${{ secrets.NPM_TOKEN }}
""",
            note="in a command, and by way of a variable",
        ),
        good(
            """\
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          build-args: |
            VERSION=${{ github.sha }}
            NEXT_PUBLIC_SENTRY_DSN=${{ secrets.SENTRY_DSN }}
            VITE_MAPS_KEY=${{ secrets.VITE_MAPS_KEY }}
          secrets: |
            npm=${{ secrets.NPM_TOKEN }}
      - run: docker build --secret id=npm,env=TOKEN -t shop .
        env:
          TOKEN: ${{ secrets.NPM_TOKEN }}
      - run: docker build --build-arg SHA=$GITHUB_SHA -t ${{ secrets.REGISTRY }}/shop .
""",
            note="secret mounts, what a front end shows to everybody, and the name of a registry",
        ),
    ),
)

_SECRET = re.compile(r"\$\{\{[^}]*\bsecrets\.(\w+)[^}]*\}\}")
_PUBLIC = re.compile(
    r"(?i)(?:^|_)(?:PUBLIC|PUBLISHABLE|VITE|REACT_APP|VUE_APP|GATSBY|EXPO|ANON)(?:_|$)"
    r"|(?:^|_)(?:URL|URI|HOST|DSN|REGISTRY|USERNAME|USER|ID|NAME|REGION|DOMAIN|VERSION|ORG|PROJECT|BUCKET|ENV)$"
)
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_ACTIONS = ("docker/build-push-action", "depot/build-push-action", "useblacksmith/build-push-action")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each build argument that takes its value from `secrets`, where it is written."""
    data = document.data if isinstance(document.data, dict) else {}
    jobs = data.get("jobs")
    for name, job in jobs.items() if isinstance(jobs, dict) else ():
        steps = job.get("steps") if isinstance(job, dict) else None
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            if isinstance(step, dict):
                environments = [each.get("env") for each in (data, job, step)]
                yield from _step(document, ("jobs", name, "steps", index), step, environments, rule)


def _step(
    document: Document, route: Route, step: dict[Any, Any], environments: list[Any], rule: RuleContext
) -> Iterator[Finding]:
    given, script = step.get("with"), step.get("run")
    job = str(route[1])
    if str(step.get("uses") or "").startswith(_ACTIONS) and isinstance(given, dict):
        text = given.get("build-args")
        if not isinstance(text, str):
            text = ""
        for line in text.splitlines():
            argument, _, value = line.strip().strip("\"'").partition("=")
            if _SECRET.search(value) and not _is_public(argument, value):
                start = text.index(line)
                span = scalar_span(document, (*route, "with", "build-args"), start, start + len(line))
                yield rule.finding(span, _message(argument), subject=f"{job} {argument}")
    if isinstance(script, str) and "build-arg" in script:
        given_by = {
            str(key): str(value)
            for environment in environments
            if isinstance(environment, dict)
            for key, value in environment.items()
        }
        for command in builds(_SECRET.sub(lambda match: f"__secret_{match[1]}__", script)):
            for each in command.arguments:
                argument, _, value = each.partition("=")
                source = value if "__secret_" in value else _through(value, given_by)
                if source and not _is_public(argument, source):
                    place = script.find(argument + "=")
                    span = scalar_span(
                        document, (*route, "run"), max(place, 0), max(place, 0) + len(argument)
                    )
                    yield rule.finding(span, _message(argument), subject=f"{job} {argument}")


def _through(value: str, environment: dict[str, str]) -> str:
    """The secret that a shell variable in `value` holds; empty when it holds none."""
    for match in _VARIABLE.finditer(value):
        if _SECRET.search(environment.get(match[1], "")):
            return environment[match[1]]
    return ""


def _is_public(argument: str, value: str) -> bool:
    """Whether the argument, or the secret itself, is called like something that everybody may know."""
    if _PUBLIC.search(argument) and not re.search(r"://[^@]*\$\{\{[^@]*@", value):
        return True
    names = [match[1] for match in _SECRET.finditer(value)] or re.findall(r"__secret_(\w+?)__", value)
    return bool(names) and all(_PUBLIC.search(name) for name in names)


def _message(argument: str) -> str:
    return f"the build argument `{argument}` is a secret, and stays in the image's history"
