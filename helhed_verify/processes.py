"""Shares the reading of an export between processes: what is verified of a piece needs nothing of the other pieces."""

import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from threading import active_count

from helhed_verify.note import LogKey
from helhed_verify.runs import Part, read_parts

AHEAD = 2
"""So many pieces a process has, so that it need not wait for the next."""


def usable_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_pieces(
    pieces: Iterable[bytes], keys: Sequence[LogKey], processes: int
) -> Iterator[tuple[bytes, Sequence[Part]]]:
    """Each piece with what it has, in the order of the pieces.

    So many pieces as the processes need are in memory at a time. Where no processes can be had, or one is ended from
    outside, this one reads.
    """
    if processes > 1 and (started := _pool(processes)) is not None:
        with started as pool:
            waiting: deque[tuple[bytes, Future[Sequence[Part]] | None]] = deque()
            for piece in pieces:
                waiting.append((piece, _handed_out(pool, piece, keys)))
                if len(waiting) > processes * AHEAD:
                    yield _taken(*waiting.popleft(), keys)
            while waiting:
                yield _taken(*waiting.popleft(), keys)
    else:
        for piece in pieces:
            yield piece, read_parts(piece, keys)


def _pool(processes: int) -> ProcessPoolExecutor | None:
    # A spawned process first imports the caller's whole program, which takes as long as half a million lines; one that
    # is forked beside a thread may wait for a lock that nobody lets go.
    way = "fork" if sys.platform == "linux" and active_count() == 1 else "spawn"
    try:
        return ProcessPoolExecutor(processes, mp_context=get_context(way))
    except (ImportError, NotImplementedError, OSError):  # a system without what processes share
        return None


def _handed_out(pool: ProcessPoolExecutor, piece: bytes, keys: Sequence[LogKey]) -> Future[Sequence[Part]] | None:
    try:
        return pool.submit(read_parts, piece, keys)
    except BrokenProcessPool:
        return None


def _taken(
    piece: bytes, reading: Future[Sequence[Part]] | None, keys: Sequence[LogKey]
) -> tuple[bytes, Sequence[Part]]:
    if reading is not None:
        try:
            return piece, reading.result()
        except BrokenProcessPool:
            pass
    return piece, read_parts(piece, keys)
