"""kubernetes/hardcoded-secret: a secret that is written into a manifest's containers."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import lru_cache

from lintkit.api import NOT_A_SERVICE, Document, Finding, Route, RuleContext, Severity, bad, define, good
from lintkit.api.formats import scalar_span
from lintkit.api.kubernetes import (
    Container,
    KubeconfigUser,
    containers,
    embedded_env,
    env_entries,
    kubeconfig_users,
)
from lintkit.api.secrets import Reason, Verdict, classify, command_secrets, is_left_open, said_of, severity_of
from lintkit.api.words import is_for_developers

_KEY = base64.b64encode(
    b"-----BEGIN EC "
    + b"PRIVATE KEY-----\nMHcCAQEEINotAKeyAtAllButLongEnough01\n-----END EC PRIVATE KEY-----\n"
).decode()

_SECRET_NAME = re.compile(r"""\b(?:secretName|secret)["']?[ \t]*:[ \t]*["']?([a-z0-9][a-z0-9.\-]{0,250})""")
"""Where an object names a Secret by what RFC 1123 lets it be called."""
_PRIVATE_KEY = re.compile(r"PRIVATE KEY-----\s+[A-Za-z0-9+/=]{16}")

RULE = define(
    summary="a secret is written into a manifest",
    why="""
Everybody who can read the repository or the object (`kubectl get deployment -o yaml` needs no right to read Secrets)
has the credential, and it stays in the history after it is removed.
""",
    remedy="""
Keep it in a Secret that is not in the repository (External Secrets, Sealed Secrets, SOPS) and refer to it with
`valueFrom.secretKeyRef`. Replace a real one: it is no secret any more.
""",
    severity="error",
    kinds=("kubernetes",),
    tags=("security", "secrets", "CWE-798", "CWE-259"),
    equivalents=(
        "kube-linter:env-var-secret",
        "polaris:sensitiveContainerEnvVar",
        "sonar-iac:k8s/HardcodedCredentialsCheck",
        "sonar-iac:k8s/HardcodedSecretsCheck",
    ),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, "**/.ci/**", "**/.github/**"),
    examples=(
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      initContainers:
        - name: migrate
          image: shop:1
          env:
            - {name: DB_PASSWORD, value: blue-whale}  # <-- here
      containers:
        - name: api
          image: shop:1
          args: ["serve", "--password=blue-whale", "--port=80"]  # <-- here
          env:
            - name: JWT_SECRET
              value: "change-me"  # <-- here
            - name: DATABASE_URL
              value: postgresql://shop:blue-whale@db/shop  # <-- here
"""
        ),
        bad(
            """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: backup}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: backup
              image: postgres:17
              command: ["sh", "-c", "PGPASSWORD=blue-whale pg_dump -h db shop"]  # <-- here
""",
            note="in a command",
        ),
        bad(
            """\
apiVersion: example.com/v1
kind: Shop
metadata: {name: shop}
spec:
  api:
    env:
      - name: DB_PASSWORD
        value: blue-whale-41  # <-- here
      - {name: REGION, value: eu}
""",
            note="variables of a custom resource",
        ),
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  containers:
    - name: api
      env:
        - name: DB_PASSWORD
          value: blue-whale-41  # <-- here
  template:
    spec:
      containers: [{name: api, image: "shop:1"}]
""",
            note="containers in the wrong place, where the secret is in the repository all the same",
        ),
        bad(
            {
                "deploy/kubeconfig": f"""\
apiVersion: v1
kind: Config
clusters: [{{name: shop, cluster: {{server: "https://cluster.example.net"}}}}]
users:
  - name: plugin
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1
        command: login
        args: [get-token, --client-secret=blue-whale-41]  # <-- here
        env:
          - {{name: LOGIN_PASSWORD, value: blue-whale-41}}  # <-- here
          - {{name: REGION, value: eu}}
  - name: file
    user: {{tokenFile: /var/run/secrets/token, client-certificate: shop.crt, client-key: shop.key}}
  - name: robot
    user:
      token: 9f8Qz1Lm4Xv7Kp2Rt6Yw3  # <-- here
  - name: key
    user:
      client-certificate-data: LS0tLS1CRUdJTi
      client-key-data: {_KEY}  # <-- here
  - name: old
    user:
      username: shop
      password: blue-whale-41  # <-- here
      auth-provider: {{name: oidc, config: {{client-id: shop, client-secret: blue-whale-41}}}}  # <-- here
"""
            },
            note="a kubeconfig; a plugin, a file or a certificate alone gives nothing away",
        ),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
        - name: api
          image: shop:1
          args: ["--password=$(DB_PASSWORD)", "--token-file=/var/run/token"]
          env:
            - name: DB_PASSWORD
              valueFrom:
                secretKeyRef: {name: db, key: password}
            - name: DATABASE_URL
              value: postgresql://shop:$(DB_PASSWORD)@db/shop
            - name: EMPTY_PASSWORD
              value: ""
            - name: PASSWORD_FILE
              value: /run/secrets/db
            - name: SECRET_NAME
              value: db-credentials
            - name: KEYSTORE_SECRET
              value: shop-keystore
            - name: TOKEN_EXPIRE_MINUTES
              value: "30"
      volumes:
        - name: keystore
          secret: {secretName: shop-keystore}
""",
            note="references, files, and settings that only speak of a secret",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report literal secrets in the variables, commands and arguments of all containers."""
    entries = env_entries(document)
    mounted = _mounted(document.text) if entries else frozenset()
    for entry in entries:
        if not entry.value:
            continue
        verdict = classify(entry.name, entry.value, credential=True)
        if (
            verdict is not None
            and entry.value not in mounted
            and _counts(entry.name, entry.value, verdict, rule)
        ):
            said = said_of(entry.value, verdict)
            message = f"`{entry.name}` of {entry.container.called} is written in the file and {said}"
            subject = f"{_object(document)} {entry.container.name} {entry.name}"
            severity = severity_of(entry.name, entry.value, verdict)
            yield from _finding(document, (*entry.route, "value"), verdict, message, subject, severity, rule)
    yield from _elsewhere(document, rule)
    for user in kubeconfig_users(document):
        yield from _user(document, user, rule)
    for container in containers(document):
        yield from _command(document, container, rule)


def _counts(name: str, value: str, verdict: Verdict, rule: RuleContext) -> bool:
    """Whether a secret is told: a blank for a key of another service is where everything is."""
    return rule.strict or not is_left_open(name, value, verdict)


@lru_cache(maxsize=1)
def _mounted(text: str) -> frozenset[str]:
    """The names of the Secrets that a file mounts: `ENCRYPT_SECRET: shop-secret` holds one of them."""
    return frozenset(_SECRET_NAME.findall(text))


def _elsewhere(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Variables outside of the pod's containers: those of a custom resource, or some that stand in the wrong place."""
    seen = tuple((*container.route, "env") for container in containers(document))
    for route, name, value in embedded_env(document):
        if route[:-2] in seen:
            continue
        verdict = classify(name, value, credential=True)
        if verdict is not None and _counts(name, value, verdict, rule):
            message = (
                f"`{name}` of `{_object(document)}` is written in the file and {said_of(value, verdict)}"
            )
            severity = severity_of(name, value, verdict)
            subject = f"{_object(document)} {name}"
            yield from _finding(document, route, verdict, message, subject, severity, rule)


def _user(document: Document, user: KubeconfigUser, rule: RuleContext) -> Iterator[Finding]:
    """What a kubeconfig lets its owner log in with; a plugin, a file or a certificate alone is none."""
    for route, name, value in user.values:
        verdict = classify(name, value, credential=True)
        if name == "client-key-data":
            if not _PRIVATE_KEY.search(_decoded(value)):
                continue
            verdict = Verdict("format", Reason.PRIVATE_KEY, "is a private key", 0, len(value))
        if verdict is None or verdict.kind == "placeholder":
            continue
        message = f"`{name}` of the user `{user.name}` of a kubeconfig {said_of(value, verdict)}"
        severity = severity_of(name, value, verdict)
        subject = f"kubeconfig {user.name} {name}"
        yield from _finding(document, route, verdict, message, subject, severity, rule)
    items = [document.nodes[route].raw or "" for route in user.arguments if route in document.nodes]
    for secret in command_secrets(items):
        item, verdict = items[secret.item], secret.verdict
        message = (
            f"an argument of the plugin of the user `{user.name}` of a kubeconfig {said_of(item, verdict)}"
        )
        subject = f"kubeconfig {user.name} args {secret.name}".rstrip()
        severity = severity_of(secret.name, item, verdict)
        yield from _finding(document, user.arguments[secret.item], verdict, message, subject, severity, rule)


def _decoded(value: str) -> str:
    """The text behind base64; empty where it is none."""
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _command(document: Document, container: Container, rule: RuleContext) -> Iterator[Finding]:
    routes: list[Route] = []
    for field in ("command", "args"):
        count = 0
        while (route := (*container.route, field, count)) in document.nodes:
            routes.append(route)
            count += 1
    items = [document.nodes[route].raw or "" for route in routes]
    for secret in command_secrets(items):
        item = items[secret.item]
        field = str(routes[secret.item][-2])
        what = f"after `{secret.name}`" if secret.name else "in a URL or word"
        message = (
            f"`{field}` of {container.called} holds a literal {what} that {said_of(item, secret.verdict)}"
        )
        subject = f"{_object(document)} {container.name} {field} {secret.name}".rstrip()
        severity = severity_of(secret.name, item, secret.verdict)
        yield from _finding(document, routes[secret.item], secret.verdict, message, subject, severity, rule)


def _object(document: Document) -> str:
    """The object's kind and name."""
    metadata = document.data.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return f"{document.data.get('kind')}/{name}" if isinstance(name, str) else str(document.data.get("kind"))


def _finding(
    document: Document,
    route: Route,
    verdict: Verdict,
    message: str,
    subject: str,
    severity: Severity,
    rule: RuleContext,
) -> Iterator[Finding]:
    if not rule.strict and verdict.reason.is_made_up and is_for_developers(document.path):
        return
    span = scalar_span(document, route, verdict.start, verdict.end)
    yield rule.finding(span, message, subject=subject, severity=severity, secret=True)
