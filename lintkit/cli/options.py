"""Options that several subcommands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--config",
        "config_file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Use this configuration instead of the nearest lintkit.toml or pyproject.toml.",
    ),
    click.option(
        "--root",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="The repository to look at; by default the one around PATHS or the current folder.",
    ),
    click.option(
        "--allow-code",
        is_flag=True,
        help="Also load Python-coded rules from the folders that the configuration names. They run as your own code.",
    ),
)


def git_option(function: F) -> F:
    """`--no-git`."""
    return click.option(
        "--no-git",
        is_flag=True,
        help="Do not ask git what is in the folder, but look; rules about tracked files then find nothing.",
    )(function)


def repository_options(function: F) -> F:
    """`--config`, `--root` and `--allow-code`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def selection_options(function: F) -> F:
    """`--select`, `--extend-select` and `--ignore`; several selectors may be separated by commas."""
    for name, text in (
        ("--ignore", "Rules that do not run, although they are selected."),
        ("--extend-select", "Rules that run in addition."),
        ("--select", "Rules that run: globs over ids, tag:NAME, pack:NAME; '*' is every rule."),
    ):
        function = click.option(
            name,
            metavar="SELECTOR",
            multiple=True,
            callback=_separated,
            help=f"{text} Repeatable, or with commas.",
        )(function)
    return function


def _separated(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())
