"""The simulated fagsystemer for tests of whole processes: how these reach them, and what there is to find."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from connectors.kit import read_all
from deploy.demo import connectors_to
from deploy.sandbox.fagsystemer.process import SECRET, SFTP_KEY, Running
from deploy.sandbox.fagsystemer.sftp import ARCHIVE
from hub.clock import SystemClock
from hub.db import Database
from schemas.record import SourceRecord

KEY = "only-for-tests-only-for-tests-only"


def environment(
    folder: Path, sources: Running, database: Database, every: str = "15m", repair_every: str = "7d"
) -> dict[str, str]:
    """Variables of a process that reads these sources into that database."""
    file = folder / "sources.toml"
    file.write_text(sources.sources_file(every, repair_every), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HELHED_")}
    return kept | {
        "HELHED_DEMO": "true",  # one role owns the tables of the embedded server; others refuse to start as owner
        "HELHED_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "HELHED_SOURCES_FILE": str(file),
        "HELHED_DIGEST_KEY": KEY,
        "HELHED_SESSION_KEY": KEY,
        SECRET: sources.client_secret,
        SFTP_KEY: sources.sftp_private_key,
    }


def truth(sources: Running) -> set[str]:
    """Every entity the sources speak of, read without the hub."""
    return {record.entity for record in read_records(sources)}


def read_records(sources: Running) -> Iterator[SourceRecord]:
    """Everything the sources say, read without the hub and without moving the school's files away from it."""
    for connector in connectors_to(sources, SystemClock(), school_folder=ARCHIVE).values():
        with closing(connector):  # a connector lives as long as its process; this one does not
            for batch in read_all(connector):
                yield from batch.records
