"""workflow/hardcoded-secret: a credential is written into a workflow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lintkit.api import Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.dotenv import is_public_setting
from lintkit.api.formats import list_at, mapping_at, scalar_span
from lintkit.api.secrets import (
    Reason,
    Verdict,
    classify,
    command_secrets,
    is_in_url,
    is_secret_name,
    is_signing,
    looks_random,
)
from lintkit.api.words import is_remote, url_parts

_TOKEN = ".".join(("eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJzaG9wIn0", "c2lnbmF0dXJlMTIzNDU2Nzg5"))
_ANONYMOUS = ".".join(
    ("eyJhbGciOiJIUzI1NiJ9", "eyJyb2xlIjoiYW5vbiIsImlzcyI6InNob3AifQ", "c2lnbmF0dXJlMTIzNDU2Nzg5")
)
"""A token that says `"role": "anon"`."""

RULE = define(
    summary="a credential is written into a workflow instead of coming from `secrets`",
    why="""
Everybody who can read the repository or a fork of it can use the credential, and GitHub masks only what comes from
`secrets` in the logs. Replacing it takes a commit on every branch.
""",
    remedy="Replace the credential, store the new one as a secret, and write `${{ secrets.NAME }}`.",
    severity="error",
    kinds=("workflow",),
    tags=("security", "secret", "ci", "CWE-798"),
    packs=("recommended", "security"),
    examples=(
        bad(
            """\
on: push
env:
  DEPLOY_TOKEN: 9f8Qz1Lm4Xv7Kp2Rt6Yw3  # <-- here
jobs:
  ship:
    runs-on: ubuntu-latest
    env:
      DATABASE_URL: postgresql://shop:k3Vw9notlive@db.example.net/shop  # <-- here
    steps:
      - uses: docker/login-action@v3
        with:
          username: shop
          password: 9f8Qz1Lm4Xv7Kp2Rt6Yw3  # <-- here
      - run: ./deploy
        env: {API_KEY: "9f8Qz1Lm4Xv7Kp2Rt6Yw3"}  # <-- here
"""
        ),
        bad(
            {
                ".github/workflows/ci.yml": """\
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    container:
      image: registry.example.net/shop:1
      credentials: {username: shop, password: 9f8Qz1Lm4Xv7Kp2Rt6Yw3}  # <-- here
    services:
      db:
        image: registry.example.net/db:1
        env: {DB_PASSWORD: 9f8Qz1Lm4Xv7Kp2Rt6Yw3}
        credentials:
          username: shop
          password: 9f8Qz1Lm4Xv7Kp2Rt6Yw3  # <-- here
    steps:
      - run: |
          # curl -H "Authorization: Bearer ghp_..."
          curl -H "Authorization: Bearer ghp_mF3kQ9xT2bW7rY5uV8nL1sD4gH6jK0pZcXaE" https://api.example.net  # <-- here
          git clone https://robot:k3Vw9notlive@git.example.net/shop  # <-- here
          psql postgresql://shop:k3Vw9notlive@localhost/shop -c 'select 1'
          curl -u "shop:${{ secrets.PASSWORD }}" https://api.example.net
          git clone https://x:${{ github.token }}@github.com/shop/shop
      - run: docker login -u shop -p 9f8Qz1Lm4Xv7Kp2Rt6Yw3 registry.example.net  # <-- here
""",
                ".github/actions/deploy/action.yml": """\
name: deploy
runs:
  using: composite
  steps:
    - run: ./deploy --token ghp_mF3kQ9xT2bW7rY5uV8nL1sD4gH6jK0pZcXaE  # <-- here
      shell: bash
      env: {API_KEY: 9f8Qz1Lm4Xv7Kp2Rt6Yw3}  # <-- here
""",
            },
            note="logins of registries, scripts, and actions of the repository",
        ),
        bad(
            """\
on:
  workflow_call:
    inputs:
      token: {type: string, default: ghp_mF3kQ9xT2bW7rY5uV8nL1sD4gH6jK0pZcXaE}  # <-- here
      key: {type: string, default: 9f8Qz1Lm4Xv7Kp2Rt6Yw3}
jobs:
  ship:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        include:
          - {target: a, auth: ghp_mF3kQ9xT2bW7rY5uV8nL1sD4gH6jK0pZcXaE}  # <-- here
    steps: [{run: ./ship}]
""",
            note="defaults of inputs and values of a matrix",
        ),
        good(
            """\
on: push
env:
  DEPLOY_TOKEN: ${{ secrets.DEPLOY_TOKEN }}
  SECRET_KEY: test-secret-key
  SHOP_E2E_TESTING_TOKEN: aLongWordToSe33dTheShelves
  TOKEN_FILE: /run/token
jobs:
  test:
    runs-on: ubuntu-latest
    services:
      db:
        image: postgres:17
        env:
          POSTGRES_PASSWORD: postgres
    env:
      POSTGRES_PASSWORD: postgres
      DATABASE_URL: postgresql://postgres:k3Vw9notlive@localhost/shop
    steps:
      - uses: actions/cache@v4
        with:
          key: linux-9f8Qz1Lm4Xv7Kp2Rt6Yw3
      - run: pytest
        env: {API_KEY: dummy, ADMIN_PASSWORD: blue-whale, JWT_SECRET_KEY: 9f8Qz1Lm4Xv7Kp2Rt6Yw3}
      - run: docker run -d -e JWT_SECRET_KEY=9f8Qz1Lm4Xv7Kp2Rt6Yw3 -p 8000:80 shop:test
""",
            note="a secret of GitHub's; the throw-away passwords and keys of a test run",
        ),
        bad(
            """\
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    env: {JWT_SECRET_KEY: 9f8Qz1Lm4Xv7Kp2Rt6Yw3}  # <-- here
    steps: [{run: ./ship}]
  deliver:
    runs-on: ubuntu-latest
    steps:
      - run: docker run -d -e JWT_SECRET_KEY=9f8Qz1Lm4Xv7Kp2Rt6Yw3 shop  # <-- here
""",
            note="a key that goes to a server",
        ),
    ),
)


_LONGEST = 100_000
_EXPRESSION = re.compile(r"\$\{\{[^}\n]{0,500}\}\}")
_HOST = re.compile(r"@([^/:?#\s\"'`<>]{1,253})")
_SHIPS = re.compile(r"(?i)deploy|deliver|release|publish|prod|ship|staging|\bcd\b")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each literal that looks live, at the credential: by its name, or in a script by its form."""
    data = mapping_at(document.data)
    for route, mapping in _mappings(data):
        for key, value in mapping.items():
            place = (*route, key)
            node = document.nodes.get(place)
            if node is None or not isinstance(value, str):
                continue
            named = (
                "services" not in route or "credentials" in route
            )  # a service of a test run has made-up passwords
            found = _live(str(key) if named else "", value) if "${{" not in value else None
            if found is not None and not (
                is_signing(str(key)) and _is_made_up(found[1], document, data, route)
            ):
                said, verdict = found
                yield _finding(
                    document, place, verdict, f"`{key}` {said}, and stands in the {_file(data)}", rule
                )
    for place in _plain_values(data):
        node = document.nodes.get(place)
        token = classify("", node.raw) if node is not None and node.raw and "${{" not in node.raw else None
        if token is not None and token.kind == "format" and token.reason.is_issued:
            message = f"`{place[-1]}` {token.description}, and stands in the {_file(data)}"
            yield _finding(document, place, token, message, rule)
    for place in _scripts(data):
        node = document.nodes.get(place)
        if node is not None and node.raw:
            for said, name, verdict in _in_script(node.raw):
                if is_signing(name) and _is_made_up(verdict, document, data, place):
                    continue
                yield _finding(
                    document, place, verdict, f"{said}, and stands in a script of the {_file(data)}", rule
                )


def _is_made_up(verdict: Verdict, document: Document, data: dict[Any, Any], route: Route) -> bool:
    """Whether a signing key is only what a run of tests signs with: nothing there says that anything is shipped.

    Nobody issues such a key, and what it signs ends with the run.
    """
    if verdict.reason.is_issued or verdict.reason is Reason.JSON_WEB_TOKEN:
        return False
    jobs = (str(part) for part in route if not isinstance(part, int))
    return not _SHIPS.search(" ".join((document.path, str(data.get("name", "")), *jobs)))


def _file(data: dict[Any, Any]) -> str:
    return "action" if "runs" in data else "workflow"


def _finding(document: Document, place: Route, verdict: Verdict, message: str, rule: RuleContext) -> Finding:
    return rule.finding(
        scalar_span(document, place, verdict.start, verdict.end),
        message,
        subject=" ".join(str(part) for part in place if not isinstance(part, int)),
        secret=True,
    )


def _owners(data: dict[Any, Any]) -> Iterator[tuple[Route, dict[Any, Any]]]:
    """The whole workflow or action, its jobs, their containers, and all steps."""
    yield (), data
    jobs, runs = data.get("jobs"), data.get("runs")
    holders: list[tuple[Route, Any]] = [(("runs",), runs)]
    holders += [(("jobs", name), job) for name, job in jobs.items()] if isinstance(jobs, dict) else []
    for route, holder in holders:
        if not isinstance(holder, dict):
            continue
        yield route, holder
        if isinstance(holder.get("container"), dict):
            yield (*route, "container"), holder["container"]
        services = holder.get("services")
        for name, service in mapping_at(services).items():
            if isinstance(service, dict):
                yield (*route, "services", name), service
        steps = holder.get("steps")
        for index, step in enumerate(list_at(steps)):
            if isinstance(step, dict):
                yield (*route, "steps", index), step


def _mappings(data: dict[Any, Any]) -> Iterator[tuple[Route, dict[Any, Any]]]:
    """Every `env`, the `with` of steps and called workflows, and logins of registries."""
    for route, owner in _owners(data):
        for part in ("env", "with", "secrets", "credentials"):
            if isinstance(owner.get(part), dict):
                yield (*route, part), owner[part]


def _plain_values(data: dict[Any, Any]) -> Iterator[Route]:
    """Defaults of inputs, values of a matrix and outputs: whatever they are called, a token in them is one."""
    on, jobs = data.get("on", data.get(True)), data.get("jobs")  # YAML 1.1 reads `on` as true
    key = "on" if "on" in data else True
    inputs: list[tuple[Route, Any]] = [(("inputs",), data.get("inputs"))]
    for event, settings in mapping_at(on).items():
        if isinstance(settings, dict):
            inputs.append(((key, event, "inputs"), settings.get("inputs")))
    for route, entries in inputs:
        for name, entry in mapping_at(entries).items():
            if isinstance(entry, dict) and isinstance(entry.get("default"), str):
                yield (*route, name, "default")
    for name, job in mapping_at(jobs).items():
        strategy = job.get("strategy") if isinstance(job, dict) else None
        matrix = strategy.get("matrix") if isinstance(strategy, dict) else None
        for axis, values in mapping_at(matrix).items():
            for index, value in enumerate(list_at(values)):
                where: Route = ("jobs", name, "strategy", "matrix", axis, index)
                if isinstance(value, str):
                    yield where
                elif isinstance(value, dict):
                    yield from ((*where, inner) for inner, text in value.items() if isinstance(text, str))


def _scripts(data: dict[Any, Any]) -> Iterator[Route]:
    for route, owner in _owners(data):
        if isinstance(owner.get("run"), str):
            yield (*route, "run")


def _in_script(text: str) -> Iterator[tuple[str, str, Verdict]]:
    """What a script gives away: (what it is, what it is called, where in the text).

    A password that is told by its name may be made up.
    """
    start = 0
    for line in text[:_LONGEST].splitlines(keepends=True):
        plain = _EXPRESSION.sub(lambda match: "$" + "x" * (len(match[0]) - 1), line)
        for secret in command_secrets([plain]) if not line.lstrip().startswith("#") else ():
            found = secret.verdict
            value = plain[found.start : found.end]
            in_url = is_in_url(plain, found)
            if found.kind == "real" and in_url:
                host = _HOST.match(plain, found.end)
                if host is None or not is_remote(host[1]):
                    continue
            elif found.kind != "format" and not (found.kind == "real" and looks_random(value)):
                continue
            what = (
                "the password of a URL"
                if in_url
                else f"what follows `{secret.name}`"
                if secret.name
                else "a word"
            )
            verdict = replace(found, start=start + found.start, end=start + found.end)
            yield f"{what} {found.description}", secret.name, verdict
        start += len(line)


def _live(name: str, value: str) -> tuple[str, Verdict] | None:
    """What a value is that somebody could use elsewhere, in words, and where; None for what a test run makes up."""
    verdict = classify(name, value)
    if verdict is None or verdict.kind not in ("format", "real"):
        return None
    text = value[verdict.start : verdict.end]
    if verdict.kind == "format":
        for_browsers = is_public_setting(name) and verdict.reason.is_for_browsers
        return None if for_browsers else (verdict.description, verdict)
    if is_in_url(value, verdict):
        parts = url_parts(value)
        if parts is None or not is_remote(parts[2]):
            return None
        return f"holds a password that {verdict.description}", verdict
    made_up = _FOR_TESTS.search(name) or _SAYS_SO.search(text)
    return (
        (verdict.description, verdict)
        if is_secret_name(name) and looks_random(text) and not made_up
        else None
    )


_FOR_TESTS = re.compile(r"(?i)(?:^|_)(?:E2E|TESTS?|TESTING|MOCK|FAKE|DUMMY|FIXTURES?)(?:TOKEN)?(?:_|$)")
_SAYS_SO = re.compile(r"(?i)secret|password|(?<![a-z])(?:dummy|fake|test)|(?:dummy|fake|test)(?![a-z])")
"""What somebody wrote who needed any value at all."""
