"""Checking many files on several cores: the same results in the same order as on one."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

WORTH_IT = 400
"""Files below which starting processes costs more than it saves."""

_MOST = 8
_state: tuple[Callable[[object], object], Sequence[object]] | None = None


def worker_count(asked: int, files: int) -> int:
    """How many processes to use: what was asked for, or (0) what the machine and the number of files make sensible."""
    if asked > 0:
        return min(asked, max(files, 1))
    if files < WORTH_IT:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST)


def map_in_order(function: Callable[[T], R], items: Sequence[T], jobs: int) -> Iterator[R]:
    """`map(function, items)`, on `jobs` processes where the system can fork; results come in the order of `items`.

    A forked worker has the rules already: nothing but indexes goes to it, and only results come back. Where there is
    no safe fork (macOS, Windows), one process does all the work.
    """
    if jobs <= 1 or sys.platform == "darwin" or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(function, items)
        return
    global _state
    _state = (function, items)  # type: ignore[assignment]
    try:
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            # Neighbouring files are alike in size; small chunks keep the processes equally busy.
            chunk = max(1, min(32, len(items) // (jobs * 8)))
            yield from pool.map(_run, range(len(items)), chunksize=chunk)  # type: ignore[misc]
    finally:
        _state = None


def _run(index: int) -> object:
    assert _state is not None
    function, items = _state
    return function(items[index])
