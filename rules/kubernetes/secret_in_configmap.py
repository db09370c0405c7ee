"""kubernetes/secret-in-configmap: a credential in a ConfigMap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.parse.scalar_spans import scalar_span
from lintkit.secrets import Verdict, classify

RULE = define(
    summary="a credential is kept in a ConfigMap",
    why="""
ConfigMaps are readable for everybody who may look at the namespace, they are not encrypted at rest, and backups and
dashboards show them. What is written here is in the repository's history as well.
""",
    remedy="""
Move it to a Secret that is not in the repository (External Secrets, Sealed Secrets, SOPS), and replace a real one: it
is no secret any more.
""",
    severity="error",
    kinds=("kubernetes",),
    tags=("security", "secrets", "CWE-312", "CWE-798"),
    equivalents=(
        "semgrep:secrets-in-config-file",
        "polaris:sensitiveConfigmapContent",
    ),
    packs=("recommended", "security", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data:
  REGION: eu
  DB_PASSWORD: blue-whale  # <-- here
  DATABASE_URL: postgresql://shop:blue-whale@db/shop  # <-- here
"""
        ),
        bad(
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data:
  shop.ini: |
    [database]
    # url = postgresql://shop:secret@localhost/shop
    url = postgresql://shop:blue-whale-41@db/shop  # <-- here
    password_field = password
""",
            note="in a file",
        ),
        good(
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data:
  PASSWORD_FILE: /secrets/db
  DATABASE_URL: postgresql://db/shop
  TOKEN_EXPIRE_MINUTES: "30"
  EMPTY_PASSWORD: ""
  OTHER_PASSWORD: ${DB_PASSWORD}
""",
            note="files, references, and settings that only speak of a secret",
        ),
    ),
)


_LONGEST = 200_000
_COMMENTS = ("#", "//", ";", "--", "*")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report entries of a ConfigMap whose value is a credential."""
    data = document.data
    if (
        not isinstance(data, dict)
        or data.get("kind") != "ConfigMap"
        or not isinstance(data.get("data"), dict)
    ):
        return
    for name, value in data["data"].items():
        if not isinstance(value, str):
            continue
        several = "\n" in value.strip()
        found = _in_file(value) if several else [classify(str(name), value, credential=True)]
        for verdict in found:
            if verdict is None:
                continue
            what = "a line" if several else "a literal"
            yield rule.finding(
                scalar_span(document, ("data", name), verdict.start, verdict.end),
                f"`{name}` of a ConfigMap holds {what} that {verdict.description}",
                subject=str(name),
                secret=True,
            )


def _in_file(text: str) -> Iterator[Verdict]:
    """What is a credential by its own form in a file that a ConfigMap carries: a key, the password of a URL.

    What its settings mean is known to its program alone, so that names say nothing here.
    """
    start = 0
    for line in text[:_LONGEST].splitlines(keepends=True):
        if not line.lstrip().startswith(_COMMENTS):
            verdict = classify("", line)
            if verdict is not None and verdict.kind != "placeholder":
                yield replace(verdict, start=start + verdict.start, end=start + verdict.end)
        start += len(line)
