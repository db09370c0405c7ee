"""`lintkit schema`."""

from __future__ import annotations

import json

import click

from lintkit.data import schema as load_schema

NAMES = ("config", "rule", "report")


@click.command()
@click.argument(
    "name", type=click.Choice(["config", "rule", "report"]), default="config", metavar="[config|rule|report]"
)
def schema(name: str) -> None:
    """Print a JSON Schema, for editors and validators.

    config is that of lintkit.toml and [tool.lintkit]; rule is that of a rule file in YAML; report is that of
    what `lintkit check --output-format json` writes.
    """
    click.echo(json.dumps(load_schema(name), indent=2))
