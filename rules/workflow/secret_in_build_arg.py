"""workflow/secret-in-build-arg: a secret is handed to a build as an argument, which the image keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.docker import baked_argument, build_arguments
from lintkit.api.formats import list_at, mapping_at, scalar_span

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
        bad(
            """\
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - run: docker build --build-arg GITHUB_TOKEN=${{ secrets.GITHUB_TOKEN }} -t shop .  # <-- here
""",
            note="GitHub's own token ends with the job: told where `strict` is asked for",
        ),
        bad(
            """\
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    env: {NPM_TOKEN: "${{ secrets.NPM_TOKEN }}"}
    steps:
      - run: |
          docker build --build-arg NPM_TOKEN -t shop .  # <-- here
          docker compose build \\
            --build-arg SHA=$GITHUB_SHA \\
            --build-arg NPM_TOKEN=$NPM_TOKEN  # <-- here
          docker buildx bake --set "*.args.NPM_TOKEN=$NPM_TOKEN"  # <-- here
          /kaniko/executor --build-arg=NPM_TOKEN=$NPM_TOKEN --context .  # <-- here
          cd web && podman build --build-arg NPM_TOKEN=${{ secrets.NPM_TOKEN || 'x' }} .  # <-- here
          buildctl build --opt build-arg:NPM_TOKEN=$NPM_TOKEN  # <-- here
          flyctl deploy --build-arg NPM_TOKEN=$NPM_TOKEN  # <-- here
      - uses: docker/bake-action@v6
        with:
          set: |
            *.platform=linux/amd64
            web.args.NPM_TOKEN=${{ secrets.NPM_TOKEN }}  # <-- here
      - uses: redhat-actions/buildah-build@v2
        with:
          build-args: NPM_TOKEN=${{ secrets.NPM_TOKEN }}  # <-- here
          extra-args: --build-arg OTHER_TOKEN=${{ secrets.OTHER_TOKEN }}  # <-- here
""",
            note="by other builders, which keep arguments as well",
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
            SEGMENT_WRITE_KEY=${{ secrets.SEGMENT_WRITE_KEY }}
          secrets: |
            npm=${{ secrets.NPM_TOKEN }}
      - run: docker build --secret id=npm,env=TOKEN -t shop .
        env:
          TOKEN: ${{ secrets.NPM_TOKEN }}
      - run: docker build --build-arg SHA=$GITHUB_SHA -t ${{ secrets.REGISTRY }}/shop .
""",
            note="secret mounts, what a front end shows to everybody, and the name of a registry",
        ),
        good(
            """\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: false
          load: true
          build-args: NPM_TOKEN=${{ secrets.NPM_TOKEN }}
      - run: docker run shop pytest
""",
            note="an image that is gone with the machine that tests it",
        ),
        bad(
            """\
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: false
          load: true
          tags: registry.example.com/shop
          build-args: NPM_TOKEN=${{ secrets.NPM_TOKEN }}  # <-- here
      - run: docker push registry.example.com/shop
""",
            note="one that a later step pushes",
        ),
    ),
)

_SECRET = re.compile(r"\$\{\{[^}]*\bsecrets\.(\w+)[^}]*\}\}")
_PUBLIC = re.compile(
    r"(?i)(?:^|_)(?:PUBLIC|PUBLISHABLE|VITE|REACT_APP|VUE_APP|GATSBY|EXPO|ANON|SEGMENT|POSTHOG|AMPLITUDE|MIXPANEL)(?:_|$)"
    r"|(?:^|_)(?:WRITE|SITE|MAPS?(?:_API)?)_KEY$"
    r"|(?:^|_)(?:URL|URI|HOST|DSN|REGISTRY|USERNAME|USER|ID|NAME|REGION|DOMAIN|VERSION|ORG|PROJECT|BUCKET|ENV)$"
)
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_EXPRESSION = re.compile(r"\$\{\{[^}\n]{0,500}\}\}")
_STANDS_FOR = re.compile(r"__secret_(\w+?)__")
_PUSHES = re.compile(r"(?<![\w-])(?:push|save|export|copy)(?![\w-])")
_LISTS = frozenset({"build-args", "build_args", "buildargs", "buildArgs"})
"""Inputs of actions that build images: a `NAME=value` on each line, or between commas."""
_OPTIONS = frozenset({"extra-args", "extra_args", "build_extra_args", "build-extra-args", "build_params"})
"""Inputs that hold options of the builder's command."""


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each build argument that takes its value from `secrets`, where it is written."""
    data = mapping_at(document.data)
    jobs, runs = data.get("jobs"), data.get("runs")
    holders: list[tuple[Route, Any]] = [(("runs",), runs)]
    holders += [(("jobs", name), job) for name, job in jobs.items()] if isinstance(jobs, dict) else []
    for route, holder in holders:
        steps = holder.get("steps") if isinstance(holder, dict) else None
        steps = list_at(steps)
        for index, step in enumerate(steps):
            if isinstance(step, dict):
                given_by = {
                    str(key): str(value)
                    for environment in (data.get("env"), holder.get("env"), step.get("env"))
                    if isinstance(environment, dict)
                    for key, value in environment.items()
                }
                pushed = _leaves(step, [each for each in steps if isinstance(each, dict)])
                yield from _step(document, (*route, "steps", index), step, given_by, rule, pushed=pushed)


def _step(
    document: Document,
    route: Route,
    step: dict[Any, Any],
    given_by: dict[str, str],
    rule: RuleContext,
    *,
    pushed: bool,
) -> Iterator[Finding]:
    """The arguments that one step hands on: in its script, in a list of its action, or to bake."""
    given = step.get("with") if isinstance(step.get("with"), dict) and step.get("uses") else {}
    for key, value in mapping_at(given).items():
        place = (*route, "with", key)
        if not pushed:
            continue
        if key in _LISTS or (key == "set" and "bake" in str(step["uses"])):
            yield from _lines(document, place, baked=key == "set", rule=rule)
        elif key in _OPTIONS and isinstance(value, str):
            yield from _script(document, place, f"build {value}", 6, given_by, rule)
    if isinstance(step.get("run"), str):
        yield from _script(document, (*route, "run"), step["run"], 0, given_by, rule)


def _leaves(step: dict[Any, Any], steps: list[dict[Any, Any]]) -> bool:
    """Whether the image that a step builds may leave the runner: it says so itself unless it says `push: false`."""
    given = step.get("with")
    if not isinstance(given, dict) or str(given.get("push", "")).lower() != "false" or "outputs" in given:
        return True
    return any(
        _PUSHES.search(str(each.get("run", ""))) or "upload-artifact" in str(each.get("uses", ""))
        for each in steps
    )


def _lines(document: Document, place: Route, *, baked: bool, rule: RuleContext) -> Iterator[Finding]:
    node = document.nodes.get(place)
    text = (node.raw or "") if node is not None else ""
    for match in re.finditer(r"[^\r\n,]+", text):
        line = match[0].strip().strip("\"'")
        found = baked_argument(line) if baked else tuple(line.partition("=")[::2])
        if found is None:
            continue
        argument, value = found
        if _SECRET.search(value) and not _is_public(argument, value) and (rule.strict or not _ends(value)):
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            span = scalar_span(document, place, start, start + len(match[0].strip()))
            yield rule.finding(span, _message(argument), subject=f"{place[1]} {argument}")


def _script(
    document: Document, place: Route, script: str, ahead: int, given_by: dict[str, str], rule: RuleContext
) -> Iterator[Finding]:
    """The arguments of the commands of a script, of whose text `ahead` code points are not the document's."""
    for each in build_arguments(_EXPRESSION.sub(_word, script)):
        value = f"${each.name}" if each.value is None else each.value
        source = value if _STANDS_FOR.search(value) else _through(value, given_by)
        if source and not _is_public(each.name, source) and (rule.strict or not _ends(source)):
            span = scalar_span(document, place, each.start - ahead, each.end - ahead)
            yield rule.finding(span, _message(each.name), subject=f"{place[1]} {each.name}")


def _word(expression: re.Match[str]) -> str:
    """A word as long as an expression of GitHub's, which may hold spaces; of a secret it keeps the name."""
    secret = _SECRET.fullmatch(expression[0])
    return (f"__secret_{secret[1]}__" if secret is not None else "_").ljust(len(expression[0]), "_")


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
    names = [match[1] for match in _SECRET.finditer(value)] or _STANDS_FOR.findall(value)
    return bool(names) and all(_PUBLIC.search(name) for name in names)


def _ends(value: str) -> bool:
    """Whether all secrets in `value` are the token that GitHub takes back when the job ends."""
    names = [match[1] for match in _SECRET.finditer(value)] or _STANDS_FOR.findall(value)
    return bool(names) and set(names) == {"GITHUB_TOKEN"}


def _message(argument: str) -> str:
    return f"the build argument `{argument}` is a secret, and stays in the image's history"
