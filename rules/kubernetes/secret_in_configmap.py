"""kubernetes/secret-in-configmap: a credential in a ConfigMap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lintkit.api import NOT_A_SERVICE, Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.formats import scalar_span
from lintkit.api.kubernetes import Literal, generator_literals
from lintkit.api.secrets import (
    Verdict,
    classify,
    file_secrets,
    is_left_open,
    is_secret_name,
    said_of,
    severity_of,
)
from lintkit.api.words import is_for_developers

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
        bad(
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data:
  shop.properties: |
    # spring.datasource.password=blue-whale-40
    spring.datasource.username=shop
    spring.datasource.password=blue-whale-41  # <-- here
    spring.mail.password=${MAIL_PASSWORD}
  worker.env: |
    export QUEUE_PASSWORD='blue-whale-42'  # <-- here
  shop.cfg: |
    [mail]
    password = blue-whale-43 ; of the relay  # <-- here
    password_file = /run/secrets/mail
  settings.yaml: |
    database:
      password: blue-whale-44  # <-- here
      passwordFile: /run/secrets/db
    api_token: "<your token>"
  settings.json: |
    {"smtp": {"host": "mail", "password": "blue-whale-45"}}  # <-- here
  one-line.json: '{"smtp": {"password": "blue-whale-46"}}'  # <-- here
  settings.toml: |
    [cache]
    password = "blue-whale-47"  # <-- here
  hive-site.xml: |
    <configuration>
      <!-- <password>blue-whale-40</password> -->
      <property><name>db.password</name><value>blue-whale-48</value></property>  # <-- here
      <user name="shop" password="blue-whale-49"/>  # <-- here
    </configuration>
  start.sh: |
    PASSWORD=$(cat /run/secrets/db)
"""
        ),
        bad(
            {
                "kustomization.yaml": """\
resources: [shop.yaml]
configMapGenerator:
  - name: shop
    literals:
      - REGION=eu
      - DATABASE_URL=postgresql://shop:blue-whale-41@db/shop  # <-- here
      - DB_PASSWORD=blue-whale-41  # <-- here
"""
            },
            note="that a kustomization generates",
        ),
        good(
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data:
  PASSWORD_FILE: /secrets/db
  settings.yaml: |
    secrets:
      - cacerts
      - shop-ca-secret
  DATABASE_URL: postgresql://db/shop
  TOKEN_EXPIRE_MINUTES: "30"
  EMPTY_PASSWORD: ""
  OTHER_PASSWORD: ${DB_PASSWORD}
""",
            note="files, references, and settings that only speak of a secret",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report entries of a ConfigMap, and of one that a kustomization generates, whose value is a credential."""
    data = document.data
    if not isinstance(data, dict):
        return
    if data.get("kind") == "ConfigMap" and isinstance(data.get("data"), dict):
        for name, value in data["data"].items():
            if isinstance(value, str):
                yield from _entry(document, ("data", name), str(name), value, rule)
    for literal in generator_literals(document, "configMapGenerator"):
        yield from _literal(document, literal, rule)


def _entry(document: Document, route: Route, name: str, value: str, rule: RuleContext) -> Iterator[Finding]:
    found: Iterable[tuple[str, Verdict | None]]
    several = "\n" in value.strip()
    one_line = not several and not is_secret_name(name) and ("." in name or value.endswith("\n"))
    is_file = several or one_line
    found = file_secrets(name, value) if is_file else [(name, classify(name, value, credential=True))]
    for inner, verdict in found:
        if verdict is None or not _counts(document, inner, value, verdict, rule):
            continue
        what = f"`{inner}` in `{name}`" if is_file and inner else f"`{name}`"
        holds = "a line" if several and not inner else "a literal"
        yield rule.finding(
            scalar_span(document, route, verdict.start, verdict.end),
            f"{what} of a ConfigMap holds {holds} that {said_of(value, verdict)}",
            subject=f"{name} {inner}" if is_file and inner else name,
            severity=severity_of(inner, value, verdict),
            secret=True,
        )


def _counts(document: Document, name: str, value: str, verdict: Verdict, rule: RuleContext) -> bool:
    """Whether a credential is told: no blank for a key of another service, and no password made up for developers."""
    return rule.strict or not (
        is_left_open(name, value, verdict) or (verdict.reason.is_made_up and is_for_developers(document.path))
    )


def _literal(document: Document, literal: Literal, rule: RuleContext) -> Iterator[Finding]:
    verdict = classify(literal.name, literal.value, credential=True)
    if verdict is not None and _counts(document, literal.name, literal.value, verdict, rule):
        yield rule.finding(
            scalar_span(
                document, literal.route, literal.offset + verdict.start, literal.offset + verdict.end
            ),
            f"`{literal.name}` of a generated ConfigMap is written in the file and {said_of(literal.value, verdict)}",
            subject=f"{literal.owner} {literal.name}",
            severity=severity_of(literal.name, literal.value, verdict),
            secret=True,
        )
