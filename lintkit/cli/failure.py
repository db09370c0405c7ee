"""How lintkit says that it could not do what was asked: one sentence on stderr, and exit code 2."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback

import click

from lintkit import __version__
from lintkit.report.printable import printable

COULD_NOT = 2
"""The exit code for everything that is neither a clean check nor findings."""

STOPPED = 130
"""The exit code after Ctrl-C, as shells give it."""

_REPORT_TO = "https://github.com/lintkit-policy/lintkit/issues"


class CommandError(Exception):
    """Something that was asked and cannot be done; the message is one sentence for the user."""


def say(message: str) -> None:
    """Print one line to stderr, with nothing in it that a terminal obeys; nobody need read it."""
    from lintkit.secrets.by_form import mask_tokens

    with contextlib.suppress(OSError):
        click.echo(f"lintkit: {printable(mask_tokens(message))}", err=True)


def explain_failure(error: Exception) -> int:
    """Say on stderr what went wrong, and return the exit code.

    Errors that lintkit raises on purpose are shown as they are; of all others only the type and the place are
    shown, because their text may quote a checked file. LINTKIT_DEBUG=1 adds the traceback.
    """
    debug = os.environ.get("LINTKIT_DEBUG", "") not in ("", "0")
    message = str(error) if isinstance(error, CommandError) else _expected(error)
    if message is None:
        where = traceback.extract_tb(error.__traceback__)[-1:]
        place = f" at {os.path.basename(where[0].filename)}:{where[0].lineno}" if where else ""  # noqa: PTH119
        message = (
            f"internal error ({type(error).__name__}{place}, version {__version__}). This is a defect of lintkit; "
            f"please report it at {_REPORT_TO}"
        )
        if not debug:
            message += ". LINTKIT_DEBUG=1 shows where it comes from"
    say(f"error: {message}")
    if debug:
        lines = traceback.format_tb(error.__traceback__)
        with contextlib.suppress(OSError):
            sys.stderr.write("".join(lines) + f"{type(error).__name__}\n")
    return COULD_NOT


def _expected(error: Exception) -> str | None:
    """The words of an error that lintkit raises on purpose; None for any other."""
    from lintkit.config.errors import ConfigError
    from lintkit.files.tree import TreeError
    from lintkit.rule.definition import RuleError

    if isinstance(error, TreeError):
        return f"{error.path}: {error.message}" if error.path else error.message
    if isinstance(error, OSError) and error.filename is None:
        return f"what the command prints could not be written ({error.strerror})"
    return str(error) if isinstance(error, (ConfigError, RuleError)) else None
