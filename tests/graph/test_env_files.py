"""What a `.env` file is for, by its name, by what it says, and by the configuration."""

from __future__ import annotations

import pytest

from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import RuleSet, builtin_folder, load_rule
from lintkit.config.model import Config
from lintkit.formats.dotenv import parse
from lintkit.kinds.dotenv.purpose import production, used_path
from lintkit.model import SourceFile
from lintkit.run.engine import Request, run


def found(path: str, text: str = "A=1\n", configured: str | None = None) -> str:
    (document,) = parse(SourceFile(path, "dotenv", text.encode()))
    said = production(document, configured)
    return "" if said is None else said.confidence


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (".env.production", "A=1\n", "high"),
        (".env.prod", "A=1\n", "high"),
        ("prod.env", "A=1\n", "high"),
        ("env/live/.env", "A=1\n", "high"),
        ("production/web/.env", "A=1\n", ""),
        (".env", "ENVIRONMENT=production\n", "medium"),
        (".env", "ENVIRONMENT=production\nENVIRONMENT=dev\n", ""),
        (".env", "NODE_ENV=production\n", ""),
        (".env.example", "ENVIRONMENT=production\n", ""),
        ("env.production.dist", "A=1\n", ""),
        (".env.staging", "ENVIRONMENT=production\n", ""),
        (".env", "A=1\n", ""),
    ],
)
def test_production(path: str, text: str, expected: str) -> None:
    assert found(path, text) == expected


def test_the_configuration_wins() -> None:
    assert found("settings/.env", configured="production") == "high"
    assert found(".env.production", configured="staging") == ""


def test_rules_see_the_environment_that_is_configured() -> None:
    folder = builtin_folder()
    rule = load_rule(folder / "env" / "debug_in_production.py", folder, allow_code=True)
    tree = MemoryTree({"blue/.env": b"DEBUG=true\n", "prod.env": b"DEBUG=true\n"})
    config = Config(environments=(("production", ("blue/**",)), ("staging", ("prod.env",))))
    report = run(Request(tree, config, RuleSet((rule,)), jobs=1))
    assert [finding.path for finding in report.findings] == ["blue/.env"]


@pytest.mark.parametrize(
    ("example", "used"),
    [
        ("api/.env.example", "api/.env"),
        (".env.production.sample", ".env.production"),
        ("env.prod.template", ".env.prod"),
        ("env.dist", ".env"),
        ("example.env", ".env"),
        ("prod.env.sample", "prod.env"),
        (".env-example", ".env"),
        ("environment.example", "environment"),
    ],
)
def test_what_an_example_is_copied_to(example: str, used: str) -> None:
    assert used_path(example) == used
