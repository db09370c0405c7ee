"""How severe a written secret is, and what is said of it."""

from __future__ import annotations

import pytest

from lintkit.model import Severity
from lintkit.secrets import classify, is_outgoing, is_signing, said_of, severity_of

URLS: tuple[tuple[str, Severity, str], ...] = (
    ("postgresql://shop:zq8Xw2LmN4tY7pR@db.example.net/shop", "error", "looks like a real secret"),
    ("postgresql://shop:blue-whale@db/shop", "error", "is no placeholder"),
    ("mongodb://shop:blue-whale@a:27017,b:27017/shop", "error", "is no placeholder"),
    ("mongodb://shop:blue-whale@localhost:27017,b:27017/shop", "error", "is no placeholder"),
    ("mongodb://shop:blue-whale@localhost:27017,127.0.0.1:27018/shop", "warning", "is for `localhost`"),
    ("postgresql://shop:zq8Xw2LmN4tY7pR@127.0.0.1:5432/shop", "warning", "is for `127.0.0.1`"),
    (
        "postgresql://postgres:postgres@localhost/shop",
        "warning",
        "is a well-known default, for `localhost`",
    ),
    ("postgresql://shop:dev_password@localhost/shop", "warning", "is easily guessed, for `localhost`"),
    ("postgresql://shop:dev_password@db.example.net/shop", "warning", "is easily guessed"),
    ("postgresql://postgres:postgres@db.example.net/shop", "warning", "is a well-known default"),
    ("postgresql://shop:changeme@db.example.net/shop", "warning", "is a placeholder"),
)


@pytest.mark.parametrize(("url", "severity", "said"), URLS)
def test_urls(url: str, severity: Severity, said: str) -> None:
    verdict = classify("DATABASE_URL", url)
    assert verdict is not None
    assert (severity_of("DATABASE_URL", url, verdict), said_of(url, verdict)) == (severity, said)


@pytest.mark.parametrize(
    ("name", "value", "severity"),
    [
        ("OPENAI_API_KEY", "your-api-key", "warning"),
        ("OPENAI_API_KEY", "zq8Xw2LmN4tY7pRk9", "error"),
        ("OPENAI_API_KEY", "sk-a1B2c3D4e5F6g7H8i9J0k1", "error"),
        ("SECRET_KEY", "change-me", "error"),
        ("SECRET_KEY", "!secret", "error"),
        ("JWT_SIGNING_KEY", "your-key-here", "error"),
        ("ADMIN_API_KEY", "your-key-here", "error"),
        ("DB_PASSWORD", "change-me", "error"),
        ("EMAIL_HOST_PASSWORD", "password", "warning"),
        ("AWS_SECRET_ACCESS_KEY", "secret-key", "error"),
        ("trustStorePassword", "changeit", "warning"),
        ("keyStorePassword", "changeit", "error"),
    ],
)
def test_names(name: str, value: str, severity: Severity) -> None:
    verdict = classify(name, value, credential=True)
    assert verdict is not None
    assert severity_of(name, value, verdict) == severity


@pytest.mark.parametrize(
    "name",
    [
        "LLM_API_KEY",
        "apiKey",
        "GITHUB_TOKEN",
        "bot_token",
        "AWS_SECRET_ACCESS_KEY",
        "STORAGE_ACCESS_KEY",
        "OAUTH_CLIENT_SECRET",
    ],
)
def test_issued_by_others(name: str) -> None:
    assert is_outgoing(name)


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY",
        "JWT_SECRET",
        "SESSION_SECRET",
        "WEBHOOK_SECRET",
        "INTERNAL_API_KEY",
        "ADMIN_TOKEN",
        "MASTER_KEY",
        "DB_PASSWORD",
        "FERNET_KEY",
        "PRIVATE_KEY",
        "REGION",
    ],
)
def test_of_its_own(name: str) -> None:
    assert not is_outgoing(name)


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("SECRET_X", "secretword", True),
        ("SECRET_PEPPER", "zq8Xw2LmN4tY7pRk9", True),
        ("SECRET_SANTA", "enabled", False),
        ("SECRET_MANAGER", "vault", False),
        ("SECRET_NAME", "shop-secret", False),
        ("SECRETS_FOLDER", "secret", False),
        ("MESH_KUBE_SECRET", "tailnet", False),
        ("IMAGE_PULL_SECRETS", "registry-login", False),
    ],
)
def test_what_a_container_is_given(name: str, value: str, found: bool) -> None:
    assert (classify(name, value, credential=True) is not None) is found


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        ("SECRET_KEY", True),
        ("DD_SECRET_KEY", True),
        ("JWT_SECRET", True),
        ("SESSION_SECRET", True),
        ("FERNET_KEY", True),
        ("AWS_SECRET_ACCESS_KEY", False),
        ("OPENAI_API_KEY", False),
        ("DB_PASSWORD", False),
        ("SIGNING_REGION", False),
    ],
)
def test_what_signs(name: str, signs: bool) -> None:
    assert is_signing(name) is signs


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("token", "$slack-token", None),
        ("clientSecret", "$idp:oidc.clientSecret", None),
        ("clientSecret", "$dex.shop.clientSecret", None),
        ("CLIENT_SECRET", "SECRET", "placeholder"),
        ("DEFAULT_PASSWORD", "MyPassword", "well-known"),
        ("DEFAULT_PASSWORD", "your-password", "placeholder"),
        ("SMTP_PASSWORD", "$tr0ng-Pass", "real"),
        ("TOKEN", "Y2hhbmdlbWU=", "placeholder"),
        ("TOKEN", "Ymx1ZS13aGFsZS00MQ==", "real"),
    ],
)
def test_kinds(name: str, value: str, kind: str | None) -> None:
    verdict = classify(name, value, credential=True)
    assert (verdict.kind if verdict is not None else None) == kind
