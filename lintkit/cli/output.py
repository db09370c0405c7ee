"""Where reports go: which format to which file, and how they are written."""

from __future__ import annotations

import io
import os
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click

from lintkit.cli.failure import CommandError
from lintkit.cli.process import discard_stdout
from lintkit.config.errors import quoted
from lintkit.config.read import shown
from lintkit.files.links import follow, repository_around
from lintkit.model import Report
from lintkit.report.formats import renderer
from lintkit.report.options import RenderOptions

STDOUT = "-"

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Output:
    """One report: its format, and its file; None is stdout."""

    format: str
    file: Path | None


def pair_outputs(formats: Sequence[str], files: Sequence[str]) -> tuple[Output, ...]:
    """The n-th file belongs to the n-th format, what has no file goes to stdout, and `text` is the default.

    Raises click.UsageError if that does not come out even or two reports share a place, CommandError if a file's folder
    does not exist.
    """
    formats = tuple(formats) or ("text",)
    if len(files) > len(formats):
        raise click.UsageError("There are more --output than --output-format; give each file its format.")
    places = [*files, *[STDOUT] * (len(formats) - len(files))]
    for place in places:
        if places.count(place) > 1:
            where = "stdout" if place == STDOUT else place
            raise click.UsageError(
                f"Two reports would go to {where}; give each --output-format its own --output."
            )
    outputs = tuple(
        Output(name, None if place == STDOUT else Path(place))
        for name, place in zip(formats, places, strict=True)
    )
    for output in outputs:
        if output.file is not None and not output.file.parent.is_dir():
            raise CommandError(
                f"--output: the folder of {quoted(output.file)} does not exist; create it first, lintkit does not"
            )
        if output.file is not None and output.file.is_dir():
            raise CommandError(f"--output: {quoted(output.file)} is a folder; name a file")
    return outputs


def wants_color(choice: str) -> bool:
    """Whether stdout gets colour: `always`, `never`, or `auto` by terminal, NO_COLOR and FORCE_COLOR."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def terminal_width() -> int:
    """Columns of the terminal; a fixed number where there is none, so that files and pipes get the same text."""
    return shutil.get_terminal_size((_WIDTH, 24)).columns if sys.stdout.isatty() else _WIDTH


def write_report(report: Report, output: Output, options: RenderOptions, root: Path) -> None:
    """Render `report` and write it piece by piece. Raises CommandError if its file cannot be written.

    root  the checked repository, whose links lead nowhere
    """
    if output.file is not None:
        with _opened(output.file, root) as file:
            _render(report, output.format, file, options)
        return
    try:
        if output.format == "text":
            renderer("text")(report, sys.stdout, options)
            sys.stdout.flush()
        else:
            sys.stdout.flush()
            _render(report, output.format, sys.stdout.buffer, options)
    except BrokenPipeError:
        discard_stdout()
    except OSError as error:
        discard_stdout()
        raise CommandError(f"the report could not be written to stdout ({error.strerror})") from None


def _render(report: Report, format: str, file: BinaryIO, options: RenderOptions) -> None:
    """Write a report as UTF-8 with newlines as they are, whatever the system does with text."""
    stream = io.TextIOWrapper(file, "utf-8", "backslashreplace", newline="\n")
    try:
        renderer(format)(report, stream, options)
        stream.flush()
    finally:
        stream.detach()


def write_stdout(data: bytes) -> None:
    """Write bytes to stdout; a reader that has gone away is no error, since the work is done all the same."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        discard_stdout()
    except OSError as error:
        discard_stdout()
        raise CommandError(f"stdout could not be written ({error.strerror})") from None


def write_file(path: Path, data: bytes, root: Path) -> None:
    """Replace what is in a file that the user named. Raises CommandError if it cannot be written.

    root  the checked repository, whose links lead nowhere
    """
    with _opened(path, root) as file:
        file.write(data)


def output_place(path: Path, root: Path, option: str = "--output") -> Path:
    """Where a file that is to be written really is. Raises CommandError if the checked repository leads elsewhere.

    Whoever can put a link into a repository could otherwise have any file of the user overwritten. Links outside of
    it are followed: they are the user's, as `/dev/stdout` is the system's.
    """
    try:
        followed = follow(path, repository_around(root.resolve()))
    except OSError as error:
        raise CommandError(f"{option}: {quoted(path)} could not be written ({error.strerror})") from None
    if followed.link is not None:
        link = shown(followed.link)
        what = (
            "is a symbolic link"
            if link == shown(path.absolute())
            else f"lies below {quoted(link)}, a symbolic link"
        )
        raise CommandError(
            f"{option}: {quoted(path)} {what} of the checked repository, which lintkit does not write through; "
            "delete the link or name another file"
        )
    return followed.location


@contextmanager
def _opened(path: Path, root: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of what is at `path` when it is whole. Raises CommandError."""
    from lintkit.fix.write import replacing

    target = output_place(path, root)
    try:
        try:
            status = target.stat()
        except FileNotFoundError:
            mode = None
        else:
            if not stat.S_ISREG(status.st_mode) or target.is_relative_to("/proc"):
                if target.is_relative_to(repository_around(root.resolve())) and not target.is_relative_to(
                    "/dev"
                ):
                    raise CommandError(
                        f"--output: {quoted(path)} is no regular file, and lies in the checked repository; "
                        "delete it or name another file"
                    )
                # A terminal, a pipe, /dev/null: nothing to replace. What is already in it stays: it may be `>> log`.
                descriptor = os.open(target, os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOCTTY", 0))
                with os.fdopen(descriptor, "wb") as file:
                    yield file
                return
            mode = stat.S_IMODE(status.st_mode)
        with replacing(target, mode) as file:
            yield file
    except BrokenPipeError:  # whoever read it has read enough
        return
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise CommandError(f"--output: {quoted(path)} could not be written ({reason})") from None
