"""Checking many files on several cores: the same results in the same order as on one.

Workers are forked, so they have the rules already: nothing but indexes goes to them, and only results come back. One
that is killed, as the kernel does where memory runs out, loses the file it was at and no other. None outlives the
process that started it, however that ends: each waits on a pipe that only the parent holds open.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

T = TypeVar("T")
R = TypeVar("R")

WORTH_IT = 400
"""Files below which starting processes costs more than it saves."""

_MOST = 8
_LARGEST_CHUNK = 32


def worker_count(asked: int, files: int) -> int:
    """How many processes to use: what was asked for, or (0) what the machine and the number of files make sensible."""
    if asked > 0:
        return min(asked, max(files, 1))
    if files < WORTH_IT:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST)


def map_in_order(
    function: Callable[[T], R], items: Sequence[T], jobs: int, lost: Callable[[T, str], R]
) -> Iterator[R]:
    """`map(function, items)`, on `jobs` processes where the system can fork; results come in the order of `items`.

    lost  the result of an item whose worker died at it, and how it died, such as `was killed by SIGSEGV`
    What `function` raises is raised here. Where there is no safe fork (macOS, Windows), one process does all the work.
    """
    if jobs <= 1 or sys.platform == "darwin" or not hasattr(os, "fork"):
        yield from map(function, items)
        return
    pool = _Pool(function, items, lost)
    try:
        yield from pool.results(jobs)
    finally:
        pool.stop()


@dataclass(slots=True)
class _Worker:
    """A process, the ends of its pipes that are the parent's, and the indexes that it has not answered yet."""

    process: BaseProcess
    connection: Connection
    pending: deque[int] = field(default_factory=deque)


class _Pool:
    """The workers of one map. `lifeline` is a pipe into which nothing is written: it ends when the parent does."""

    def __init__(
        self, function: Callable[[Any], Any], items: Sequence[Any], lost: Callable[[Any, str], Any]
    ) -> None:
        self.function = function
        self.items = items
        self.lost = lost
        self.workers: list[_Worker] = []
        self.todo = deque(range(len(items)))
        self.done: dict[int, Any] = {}
        self.lifeline = os.pipe()

    def results(self, jobs: int) -> Iterator[Any]:
        """The results in order, as soon as they are there."""
        from multiprocessing.connection import wait

        # Neighbouring files are alike in size; small chunks keep the processes equally busy.
        chunk = max(1, min(_LARGEST_CHUNK, len(self.items) // (jobs * 8)))
        for _ in range(jobs):
            self.start()
        for index in range(len(self.items)):
            while index not in self.done:
                self.hand_out(chunk)
                if not self.workers:  # not one process could be started
                    self.done[index] = self.function(self.items[index])
                    self.todo.remove(index)
                    break
                ready = wait([worker.connection for worker in self.workers])
                for worker in [one for one in self.workers if one.connection in ready]:
                    self.receive(worker)
            yield self.done.pop(index)

    def start(self) -> None:
        """Start one more worker; none if the system lets nobody start another process."""
        import multiprocessing

        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        process = context.Process(target=self.work, args=(theirs, ours), daemon=True)
        try:
            process.start()
        except OSError:
            ours.close()
        else:
            self.workers.append(_Worker(process, ours))
        theirs.close()

    def hand_out(self, chunk: int) -> None:
        """Give every idle worker something to do."""
        for worker in list(self.workers):
            if not worker.pending and self.todo:
                worker.pending.extend(self.todo.popleft() for _ in range(min(chunk, len(self.todo))))
                try:
                    worker.connection.send(list(worker.pending))
                except OSError:
                    self.bury(worker)

    def receive(self, worker: _Worker) -> None:
        """Take one answer of a worker, or its end."""
        try:
            result, error = worker.connection.recv()
        except (EOFError, OSError):
            self.bury(worker)
            return
        if error is not None:
            raise error
        self.done[worker.pending.popleft()] = result

    def bury(self, worker: _Worker) -> None:
        """Let another worker go on where one has died, one item later: that one would kill it as well."""
        self.workers.remove(worker)
        worker.connection.close()
        worker.process.join()
        if worker.pending:
            index = worker.pending.popleft()
            self.done[index] = self.lost(self.items[index], _end(worker.process.exitcode))
            self.todo.extendleft(reversed(worker.pending))
        if self.todo:
            self.start()

    def stop(self) -> None:
        """End all workers, whatever they are at."""
        for descriptor in self.lifeline:
            os.close(descriptor)
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.process.join()
            worker.connection.close()

    def work(self, connection: Connection, parents: Connection) -> None:
        """What a worker does until there is nobody left to do it for."""
        # Ctrl-C goes to all processes of a terminal, and the parent has the last word.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        parents.close()
        for other in self.workers:  # or the end of the parent would not be the end of their pipes
            other.connection.close()
        os.close(self.lifeline[1])
        threading.Thread(target=_end_with_parent, args=(self.lifeline[0],), daemon=True).start()
        try:
            while True:
                for index in connection.recv():
                    self.reply(connection, index)
        except (EOFError, OSError):
            return

    def reply(self, connection: Connection, index: int) -> None:
        """Send the result of an item, or what was raised instead."""
        try:
            answer = self.function(self.items[index]), None
        except Exception as error:
            connection.send((None, error))
            return
        try:
            connection.send(answer)
        except OSError:
            raise
        except Exception as error:  # a result that cannot be pickled
            connection.send((None, TypeError(f"a result cannot be handed on: {type(error).__name__}")))


def _end_with_parent(lifeline: int) -> None:
    """Wait until the parent is gone, and end at once: there may be a long file between here and the next answer."""
    os.read(lifeline, 1)
    os._exit(1)


def _end(code: int | None) -> str:
    """How a process ended, by its exit code: negative for a signal."""
    if code is None or code >= 0:
        return f"ended by itself, with exit code {code or 0}"
    if code == -signal.SIGKILL:
        return "was killed by SIGKILL, as happens where memory runs out"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
