"""workflow/hardcoded-secret: a credential is written into a workflow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, Route, RuleContext, bad, define, good
from lintkit.graph.env_files import is_public_setting
from lintkit.graph.hosts import is_remote, url_parts
from lintkit.secrets import classify, is_secret_name
from lintkit.secrets.values import looks_random

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
        good(
            """\
on: push
env:
  DEPLOY_TOKEN: ${{ secrets.DEPLOY_TOKEN }}
  SECRET_KEY: test-secret-key
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
        env: {API_KEY: dummy, ADMIN_PASSWORD: blue-whale}
""",
            note="a secret of GitHub's; the throw-away passwords of a test run",
        ),
    ),
)


_GIVEN_TO_BROWSERS = frozenset({"looks like a Google API key", "looks like a JSON Web Token"})


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each literal under a secret's name that looks live, at its value."""
    data = document.data if isinstance(document.data, dict) else {}
    for route, mapping in _mappings(data):
        for key in mapping:
            place = (*route, key)
            node = document.nodes.get(place)
            value = mapping[key]
            if node is None or node.alias is not None or not isinstance(value, str) or "${{" in value:
                continue
            said = _live(str(key), value)
            if said:
                yield rule.finding(
                    document.span(place),
                    f"`{key}` {said}, and stands in the workflow",
                    subject=" ".join(str(part) for part in place if not isinstance(part, int)),
                    secret=True,
                )


def _mappings(data: dict[Any, Any]) -> Iterator[tuple[Route, dict[Any, Any]]]:
    """Every `env`, and the `with` of every step and called workflow."""
    jobs = data.get("jobs")
    owners: list[tuple[Route, Any]] = [((), data)]
    for name, job in jobs.items() if isinstance(jobs, dict) else ():
        owners.append((("jobs", name), job))
        steps = job.get("steps") if isinstance(job, dict) else None
        owners += (
            [(("jobs", name, "steps", index), step) for index, step in enumerate(steps or ())]
            if isinstance(steps, list)
            else []
        )
    for route, owner in owners:
        for part in ("env", "with", "secrets") if isinstance(owner, dict) else ():
            if isinstance(owner.get(part), dict):
                yield (*route, part), owner[part]


def _live(name: str, value: str) -> str:
    """What a value is that somebody could use elsewhere; empty for what a test run makes up."""
    verdict = classify(name, value)
    if verdict is None or verdict.kind not in ("format", "real"):
        return ""
    text = value[verdict.start : verdict.end]
    if verdict.kind == "format":
        for_browsers = is_public_setting(name) and verdict.description in _GIVEN_TO_BROWSERS
        return "" if for_browsers else verdict.description
    parts = url_parts(value)
    if parts is not None:
        return f"holds a password that {verdict.description}" if is_remote(parts[2]) else ""
    return verdict.description if is_secret_name(name) and looks_random(text) else ""
