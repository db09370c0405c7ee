"""What the process of a command needs around it: descriptors that are open, and an orderly end."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

STOPPING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Stopped(BaseException):
    """The process was told to end; temporary files are removed on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def stop_in_order() -> None:
    """Let SIGTERM and SIGHUP end the process as an error does, unless whoever started it has them ignored."""
    for number in STOPPING:
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    for other in STOPPING:  # the second one ends it at once
        signal.signal(other, signal.SIG_DFL)
    raise Stopped(number)


def open_standard_streams() -> None:
    """Let no file that is opened later take the number of a closed stdin, stdout or stderr.

    What is written to a closed stdout still fails, with an OSError.
    """
    for number, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        if not _is_open(number):
            # The lowest free number is taken, which is this one; for stdout it cannot be written to.
            os.open(os.devnull, mode)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def discard_stdout() -> None:
    """Point stdout to nowhere, so that the interpreter does not complain when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
