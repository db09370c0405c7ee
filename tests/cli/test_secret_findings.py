"""What a person reads of a secret: how severe it is, what is said of it, and how much of its line is shown."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.cli.conftest import Shell

PASSWORD = "zq8Xw2LmN4tY7pR"


def findings(shell: Shell, rule: str) -> list[dict[str, Any]]:
    out = shell("check", "--select", rule, "--output-format", "json", "--exit-zero").out
    found: list[dict[str, Any]] = json.loads(out)["findings"]
    return found


@pytest.mark.parametrize(
    ("path", "text", "severity"),
    [
        ("app/config.py", f'DB_PASSWORD = "{PASSWORD}"\n', "error"),
        ("settings/local.py", f'DB_PASSWORD = "{PASSWORD}"\n', "warning"),
        ("settings/local.py", f'MAPS_API_KEY = "{PASSWORD}k2"\n', "error"),
        ("app/config.py", 'import os\n\nKEY = os.getenv("SECRET_KEY", "!secret")\n', "error"),
        ("app/config.py", 'import os\n\nKEY = os.getenv("MAPS_API_KEY", "change-me")\n', "warning"),
    ],
)
def test_python(shell: Shell, path: str, text: str, severity: str) -> None:
    shell.write(path, text)
    (found,) = findings(shell, "python/hardcoded-password")
    assert found["severity"] == severity


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        ("python/credentials-in-url", "app/config.py", 'DATABASE_URL = "{}"\n'),
        ("env/credentials-in-url", ".env.production", "DATABASE_URL={}\n"),
        (
            "compose/hardcoded-secret",
            "compose.yaml",
            "services:\n  api:\n    image: shop:1\n    environment:\n      DATABASE_URL: {}\n",
        ),
        (
            "kubernetes/secret-in-configmap",
            "shop.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: shop}}\ndata:\n  DATABASE_URL: {}\n",
        ),
    ],
)
def test_urls_of_every_file(shell: Shell, rule: str, path: str, text: str) -> None:
    subprocess.run(["git", "init", "-q"], cwd=shell.root, check=True)
    for host, severity, said in (
        ("db.example.net", "error", "looks like a real secret"),
        ("localhost", "warning", "is for `localhost`"),
    ):
        shell.write(path, text.format(f"postgresql://shop:{PASSWORD}@{host}:5432/shop"))
        subprocess.run(["git", "add", "-A", "-f"], cwd=shell.root, check=True)
        (found,) = findings(shell, rule)
        assert (found["severity"], said in found["message"]) == (severity, True)
        out = shell("check", "--select", rule, "--exit-zero").out
        assert f"postgresql://shop:{'*' * len(PASSWORD)}@{host}:5432/shop" in out
        assert PASSWORD not in out


def test_a_well_known_password_is_not_called_real(shell: Shell) -> None:
    shell.write("app/config.py", 'DATABASE_URL = "postgresql://postgres:postgres@db/shop"\n')
    (found,) = findings(shell, "python/credentials-in-url")
    assert found["severity"] == "warning"
    assert "real" not in found["message"]
    assert "is a well-known default" in found["message"]
