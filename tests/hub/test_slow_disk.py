"""A disk on which every write takes a fifth of a second: nothing is lost, nobody meets an error."""

import shutil
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import pytest
from sqlalchemy import text

from hub.clock import FixedClock
from hub.db import Database
from hub.digest import all_digests
from hub.matching.repository import citizen_of
from hub.overview.service import read
from tests.factories import IDA, MAJA, make_person
from tests.processing import process_records

DELAY = 0.2
WRITES = "pwrite64,pwritev,pwritev2,fsync,fdatasync"


@contextmanager
def slow_disk(process_id: int) -> Iterator[None]:
    """Each write of that process waits, by strace; where that is not allowed the test says that it was not played."""
    strace = shutil.which("strace")
    if strace is None:
        warnings.warn("NOT PLAYED: a slow disk needs strace", stacklevel=1)
        pytest.skip("STRACE IS MISSING: apt-get install strace")
    inject = f"inject={WRITES}:delay_enter={int(DELAY * 1e6)}"
    tracer = subprocess.Popen(
        [strace, "-e", f"trace={WRITES}", "-e", inject, "-p", str(process_id)], stderr=subprocess.PIPE, text=True
    )
    assert tracer.stderr is not None
    first = tracer.stderr.readline()
    if "attached" not in first:
        tracer.wait()
        warnings.warn(f"NOT PLAYED: strace may not attach here: {first.strip()}", stacklevel=1)
        pytest.skip("STRACE MAY NOT ATTACH: the kernel or the container forbids ptrace")
    try:
        yield
    finally:
        tracer.terminate()
        tracer.communicate()


def test_a_slow_disk_makes_slow_and_loses_nothing(database: Database, clock: FixedClock, digest_key: bytes) -> None:
    one = Database(database.url, pool_size=1)
    with one.transaction() as session:
        process_id = session.scalar(text("SELECT pg_backend_pid()"))
    assert process_id is not None
    with slow_disk(process_id):
        began = monotonic()
        people = [make_person(MAJA, source_id="1"), make_person(IDA, source_id="2")]
        process_records(one, people, digest_key=digest_key, now=clock.now())
        assert monotonic() - began >= DELAY, "no write was slow"
        with database.transaction() as session:  # who reads beside it does not wait for that disk
            citizen_id = citizen_of(session, *all_digests(MAJA, digest_key))
            assert citizen_id is not None
            overview = read(session, citizen_id)
    one.close()
    assert overview is not None
    assert overview.header.display_name
