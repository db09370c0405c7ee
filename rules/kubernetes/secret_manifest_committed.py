"""kubernetes/secret-manifest-committed: a Secret whose values are in the repository."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from lintkit.api import NOT_A_SERVICE, Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.formats import mapping_at, scalar_span
from lintkit.api.kubernetes import generator_literals
from lintkit.api.secrets import Reason, Verdict, classify, looks_random, said_of, severity_of, split_words
from lintkit.api.words import is_for_developers

RULE = define(
    summary="a Secret with its values is in the repository",
    why="""
Base64 is no encryption: everybody who can read the repository, its forks and its backups has the credential, and it
stays in the history after the file is removed.
""",
    remedy="""
Encrypt it (Sealed Secrets, SOPS) or keep it outside (External Secrets), and replace what was committed: it is no secret
any more.
""",
    severity="error",
    kinds=("kubernetes",),
    tags=("security", "secrets", "CWE-312", "CWE-798"),
    equivalents=("semgrep:secrets-in-config-file",),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, "**/.ci/**", "**/.github/**"),
    examples=(
        bad(
            """\
apiVersion: v1
kind: Secret
metadata: {name: shop}
type: Opaque
data:
  username: c2hvcA==
  password: Ymx1ZS13aGFsZS00MQ==  # <-- here
stringData:
  client_id: 7d1f9c2e-4b8a-4f6e-9a3d-2c5b8e1f0a77
  cookie: q7Zr2Lw9XtB4mK8vN3cY  # <-- here
  DATABASE_URL: postgresql://shop:blue-whale-41@db/shop  # <-- here
"""
        ),
        bad(
            """\
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Secret
    metadata: {name: registry}
    type: kubernetes.io/dockerconfigjson
    stringData:
      .dockerconfigjson: '{"auths": {"registry.example.com": {"auth": "c2hvcDpibHVlLXdoYWxlLTQx"}}}'  # <-- here
""",
            note="in a List, and a login of a registry",
        ),
        bad(
            {
                "kustomization.yaml": """\
resources: [shop.yaml]
secretGenerator:
  - name: shop
    literals:
      - username=shop
      - password=blue-whale-41  # <-- here
      - 'cookie="q7Zr2Lw9XtB4mK8vN3cY"'  # <-- here
      - token=$(TOKEN)
      - api-key=<your key>
    envs: [shop.env]
    files: [tls.crt=certs/tls.crt]
"""
            },
            note="that a kustomization generates",
        ),
        good(
            """\
apiVersion: v1
kind: Secret
metadata: {name: shop}
stringData:
  password: ENC[AES256_GCM,data:c2hvcA==,iv:eA==,tag:eQ==,type:str]
sops:
  mac: ENC[AES256_GCM,data:eA==]
""",
            note="SOPS encrypts the values",
        ),
        good(
            """\
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: shop}
spec: {encryptedData: {password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq}}
""",
            note="a Sealed Secret can only be opened in the cluster",
        ),
        good(
            """\
apiVersion: v1
kind: Secret
metadata: {name: shop}
data:
  password: not base64 at all!
  .htpasswd: c2hvcDokMnkkMDUkNXpKV1Z3c01LN3BldG5TNlJvSnBGT3A5bzYyejF5YUpQeHBmcVJneEFSUkFNUDcwSlhJUTI=
  empty: ""
stringData:
  api-key: ${API_KEY}
  token: <your token>
""",
            note="values that are filled in later, and one that the API server refuses",
        ),
    ),
)

_LONGEST = 20_000
_NO_SECRETS = frozenset(
    (
        "id",
        "uuid",
        "user",
        "username",
        "host",
        "url",
        "uri",
        "name",
        "email",
        "public",
        "crt",
        "ca",
        "cert",
        "bundle",
    )
)
"""Words of a key that say that the value is no secret by itself, whatever it looks like."""


_HASHED = re.compile(r"[\w.@-]{1,64}:\$(?:2[abxy]|5|6|apr1|y)\$")
"""A line of a file for basic authentication, from which nobody reads the password back (`htpasswd`)."""


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each value that is a credential, decoded where it stands under `data`, or a generator makes one of it."""
    data = document.data
    if not isinstance(data, dict) or "sops" in data:
        return
    if data.get("kind") != "Secret":
        yield from _generated(document, rule)
        return
    metadata = data.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    for field in ("data", "stringData"):
        entries = data.get(field)
        for key, value in mapping_at(entries).items():
            text = _plain(value, encoded=field == "data")
            if not text or not isinstance(key, str):
                continue
            verdict = _judged(key, text, data.get("type"))
            if (
                verdict is None
                or verdict.kind == "placeholder"
                or _is_for_developers(document, verdict, rule)
            ):
                continue
            route: Route = (field, key)
            yield rule.finding(
                document.span(route),
                f"`{key}` of Secret `{name}` is in the repository, and its value {said_of(text, verdict)}",
                subject=f"Secret/{name} {key}",
                severity=severity_of(key, text, verdict),
                secret=True,
            )


def _generated(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """The literals of a `secretGenerator`, at the value."""
    for literal in generator_literals(document, "secretGenerator"):
        verdict = _judged(literal.name, literal.value, None)
        if verdict is None or verdict.kind == "placeholder" or _is_for_developers(document, verdict, rule):
            continue
        start = literal.offset + verdict.start
        yield rule.finding(
            scalar_span(document, literal.route, start, literal.offset + verdict.end),
            f"`{literal.name}` of the generated Secret `{literal.owner}` is in the repository, "
            f"and its value {said_of(literal.value, verdict)}",
            subject=f"Secret/{literal.owner} {literal.name}",
            severity=severity_of(literal.name, literal.value, verdict),
            secret=True,
        )


def _is_for_developers(document: Document, verdict: Verdict, rule: RuleContext) -> bool:
    """Whether a value is a password that somebody made up for a cluster of his own."""
    return not rule.strict and verdict.reason.is_made_up and is_for_developers(document.path)


def _plain(value: Any, *, encoded: bool) -> str:
    """The text of a value; empty where it is none, or cannot be decoded."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return ""
    if not encoded:
        return value
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _judged(key: str, text: str, kind: Any) -> Verdict | None:
    found = classify(key, text, credential=True)
    if found is not None:
        return found
    if key in (".dockerconfigjson", ".dockercfg") and '"auth"' in text:
        return Verdict("real", Reason.ISSUED, "is a login of a registry", 0, len(text))
    if _HASHED.match(text):
        return None
    if looks_random(text) and not _NO_SECRETS & set(split_words(key)):
        return Verdict("real", Reason.STRONG, "looks like a real secret", 0, len(text))
    if kind == "kubernetes.io/basic-auth" and key == "password":
        return classify("password", text, credential=True)
    return None
