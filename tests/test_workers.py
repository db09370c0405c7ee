"""Several processes give what one gives, lose one file with each of them that dies, and never outlive their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lintkit.run.workers import map_in_order

pytestmark = pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="no safe fork")

CHECKOUT = Path(__file__).parent.parent


def lost(item: int, how: str) -> str:
    return f"{item} {how}"


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 3, 500])
def test_results_come_in_order(jobs: int, count: int) -> None:
    assert list(map_in_order(str, range(count), jobs, lost)) == list(map(str, range(count)))


@pytest.mark.parametrize("deaths", [{0}, {499}, {7, 8, 9}, set(range(0, 500, 50)), set(range(500))])
def test_a_worker_that_is_killed_loses_the_item_it_was_at(deaths: set[int]) -> None:
    def work(item: int) -> str:
        if item in deaths:
            os.kill(os.getpid(), signal.SIGKILL)
        return str(item)

    found = list(map_in_order(work, range(500), 3, lost))
    assert found == [
        f"{n} was killed by SIGKILL, as happens where memory runs out" if n in deaths else str(n)
        for n in range(500)
    ]


def test_a_worker_that_exits_loses_the_item_it_was_at() -> None:
    def work(item: int) -> str:
        if item == 3:
            os._exit(4)
        return str(item)

    assert list(map_in_order(work, range(5), 2, lost))[3] == "3 ended by itself, with exit code 4"


def test_what_is_raised_is_raised() -> None:
    def work(item: int) -> int:
        return 1 // (item - 3)

    with pytest.raises(ZeroDivisionError):
        list(map_in_order(work, range(50), 2, lost))


def test_a_result_that_cannot_be_handed_on_is_an_error() -> None:
    with pytest.raises(TypeError, match="cannot be handed on"):
        list(map_in_order(lambda item: lambda: item, range(50), 2, lambda item, how: lambda: item))


def test_without_a_second_process_one_does_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_fork() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", no_fork)
    assert list(map_in_order(str, range(50), 4, lost)) == list(map(str, range(50)))


PARENT = """
import os, signal, sys, time
from lintkit.run.workers import map_in_order

# Whoever started the tests in the background has SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

def work(item):
    os.write(1, b"%d\\n" % os.getpid())  # in one piece, whoever else writes
    time.sleep(600)

list(map_in_order(work, range(100), 3, lambda item, how: None))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGHUP])
def test_workers_end_with_their_parent_whatever_they_are_at(number: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        text=True,
    )
    assert parent.stdout is not None
    workers = [int(parent.stdout.readline()) for _ in range(3)]
    parent.send_signal(number)
    parent.wait(60)
    # The pipe ends when the last process that writes into it has ended.
    assert parent.stdout.read() == ""
    parent.stdout.close()
    assert len(set(workers)) == 3
