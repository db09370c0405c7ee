"""`lintkit schema`."""

from __future__ import annotations

import json

import click

from lintkit.data import schema as load_schema


@click.command()
@click.argument("name", type=click.Choice(["config", "rule"]), default="config", metavar="[config|rule]")
def schema(name: str) -> None:
    """Print a JSON Schema, for editors and validators.

    config is that of lintkit.toml and [tool.lintkit]; rule is that of a rule file in YAML.
    """
    click.echo(json.dumps(load_schema(name), indent=2))
