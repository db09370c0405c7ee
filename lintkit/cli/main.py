"""The `lintkit` command: finds the module of a subcommand when it is called, and no sooner."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import click

from lintkit import __version__
from lintkit.cli.failure import COULD_NOT, STOPPED, explain_failure, say
from lintkit.cli.process import Stopped, discard_stdout, open_standard_streams, stop_in_order

COMMANDS: Mapping[str, str] = {
    "baseline": "Write down what is found today, so that only what comes is reported.",
    "check": "Check a repository and report what will break or leak in production.",
    "config": "Show the configuration in force for a path, and where each value comes from.",
    "explain": "Say what a rule finds, why it matters and what to do.",
    "files": "List the files that would be read, and as what.",
    "new": "Begin a rule of your own.",
    "review": "Post what is found as a review of a pull request on GitHub.",
    "rules": "List the rules.",
    "schema": "Print the JSON Schema of rule files, of the configuration or of reports.",
    "test": "Run the examples of rules as tests.",
}
"""Subcommand -> its line in `lintkit --help`; the module is `lintkit.cli.<name>`, the function `<name>`."""


class LazyGroup(click.Group):
    """Subcommands that are imported when they run, so that `--help` and `--version` stay fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all subcommands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the subcommand of that name; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"lintkit.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 nothing to report, 1 findings, 2 lintkit could not do what was asked.",
)
@click.version_option(__version__, "-V", "--version", prog_name="lintkit", message="%(prog)s %(version)s")
def command() -> None:
    """Read a repository the way production will, and report what will break or leak there."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line `arguments` (of the process, if None) and return the exit code; never raises."""
    try:
        result = command.main(
            args=None if arguments is None else list(arguments), prog_name="lintkit", standalone_mode=False
        )
        sys.stdout.flush()
    except click.ClickException as error:
        with contextlib.suppress(OSError):  # nobody reads stderr
            error.show()
        return COULD_NOT
    except (click.Abort, KeyboardInterrupt):
        say("stopped")
        return STOPPED
    except Stopped as stopped:
        say("stopped")
        return 128 + stopped.number
    except BrokenPipeError:
        # Only help, lists and the like come here: a check that loses its reader still has its own exit code.
        discard_stdout()
        return 0
    except Exception as error:
        if (
            isinstance(error, OSError) and error.filename is None
        ):  # not of a file, so of what the command prints
            discard_stdout()
        return explain_failure(error)
    return result if isinstance(result, int) else 0


def main() -> None:
    """The entry point of the installed command."""
    open_standard_streams()
    stop_in_order()
    sys.exit(run())


if __name__ == "__main__":
    main()
