"""`lintkit schema`."""

from __future__ import annotations

import json

import click

from lintkit.data import schema as load_schema


@click.command()
def schema() -> None:
    """Print the JSON Schema of lintkit.toml and [tool.lintkit], for editors and validators."""
    click.echo(json.dumps(load_schema("config"), indent=2))
