"""The whole path with a real PostgreSQL: from records to overviews, outbox and search documents."""

import json
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from hub.db import Database
from hub.digest import keyed_digest
from hub.indexing.documents import to_document
from hub.matching.repository import citizen_of
from hub.overview.service import read, rebuild
from hub.pipeline import StoreResult
from schemas.people import RelationKind
from schemas.period import Period
from schemas.record import SourceRecord
from tests.emptying import empty
from tests.factories import EMIL, IDA, MAJA, make_effort, make_party, make_person, make_record, make_relation
from tests.processing import RECORD_TABLES, process_records

NOW = datetime(2023, 9, 12, 7, 0, tzinfo=UTC)


def family() -> list[SourceRecord]:
    first = make_record(source_id="10", version_order=1, source_version="1")
    second = make_record(
        fact=make_effort("Familiebehandling, forlænget"),
        source_id="10",
        version_order=2,
        source_version="2",
        registered_at=first.registered_at + timedelta(days=2),
    )
    return [
        first,
        second,
        make_person(MAJA, birth_date=date(1986, 7, 15)),
        make_person(IDA, given_name="Ida", source_id="2", name_address_protected=True),
        make_person(EMIL, given_name="Emil", source_id="3"),
        make_relation(MAJA, IDA, custody=True, source_id="4"),
        make_relation(EMIL, MAJA, RelationKind.PARENT, source="health", source_id="5"),
        make_record(source="health", source_id="6", valid=Period(start=date(2023, 5, 1))),
        make_record(source_id="7", parties=[make_party(IDA)]),
        make_record(source_id="8", deleted=True),
    ]


def processed(database: Database, digest_key: bytes, records: Sequence[SourceRecord]) -> StoreResult:
    return process_records(database, records, digest_key=digest_key, now=NOW)


def shown(database: Database, digest_key: bytes) -> dict[str, Any]:
    """Each person's overview without version, our own keys replaced by the person's name."""
    with database.transaction() as session:
        keys = {citizen_of(session, keyed_digest(one, digest_key)): str(one) for one in (MAJA, IDA, EMIL)}
        overviews = {name: read(session, key) for key, name in keys.items() if key}
    texts = {name: page.model_dump_json(exclude={"version"}) if page else None for name, page in overviews.items()}
    for key, person in keys.items():
        texts = {name: page.replace(str(key), person) if page else None for name, page in texts.items()}
    return {name: json.loads(page) if page else None for name, page in texts.items()}


def versions(database: Database) -> dict[UUID, int]:
    with database.transaction() as session:
        return {row.citizen_id: row.version for row in session.execute(text("SELECT * FROM overviews"))}


def test_a_record_reaches_overview_outbox_and_document(database: Database, digest_key: bytes) -> None:
    result = processed(database, digest_key, family())
    assert set(result.citizens) == set(versions(database))
    with database.transaction() as session:
        key = citizen_of(session, keyed_digest(MAJA, digest_key))
        assert key is not None
        overview = read(session, key)
        rows = session.scalars(text("SELECT citizen_id FROM overview_outbox")).all()
    assert overview is not None
    assert overview.header.display_name == "Maja Testborger"
    assert sorted(relative.name or "" for relative in overview.header.relatives) == ["", ""]
    assert sorted(rows) == sorted(result.citizens)
    document = to_document(
        overview,
        [keyed_digest(identifier, digest_key) for identifier in overview.header.identifiers],
        digest_key=digest_key,
        guarded=frozenset(),
        areas={},
    )
    assert document.name == "Maja Testborger"
    assert "Familiebehandling, forlænget" in [entry.text for entry in document.entries]
    assert MAJA.value not in document.model_dump_json()


def test_neither_order_nor_splits_nor_replays_matter(database: Database, digest_key: bytes) -> None:
    records = family()
    processed(database, digest_key, records)
    expected = shown(database, digest_key)
    assert all(expected.values())
    for seed in range(4):
        with database.transaction() as session:
            empty(session, *RECORD_TABLES, "citizens", "overviews", "overview_versions")
        chance = random.Random(seed)  # noqa: S311  a repeatable order, no secret
        mixed = records + chance.sample(records, 4)
        chance.shuffle(mixed)
        while mixed:
            size = chance.randint(1, 4)
            processed(database, digest_key, mixed[:size])
            mixed = mixed[size:]
        assert shown(database, digest_key) == expected


def test_rebuilding_twice_gives_no_new_version(database: Database, digest_key: bytes) -> None:
    result = processed(database, digest_key, family())
    before = versions(database)
    with database.transaction() as session:
        assert rebuild(session, result.citizens, now=NOW).versions == ()
    assert processed(database, digest_key, family()).known == len(family())
    assert versions(database) == before


def test_workers_side_by_side_lose_nothing(database: Database, digest_key: bytes) -> None:
    processed(database, digest_key, [make_person(MAJA)])
    records = [make_record(source_id=str(number)) for number in range(100, 116)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: processed(database, digest_key, [one]), records))
    ((key, version),) = versions(database).items()
    with database.transaction() as session:
        overview = read(session, key)
        rows = session.scalars(text("SELECT version FROM overview_outbox ORDER BY id")).all()
    assert overview is not None
    assert len(overview.entries()) == len(records)
    assert rows == list(range(1, version + 1))


def test_a_citizen_without_records_leaves_a_tombstone_and_comes_back_newer(
    database: Database, digest_key: bytes
) -> None:
    processed(database, digest_key, [make_record(source_version="1", version_order=1)])
    ((key, _),) = versions(database).items()
    processed(database, digest_key, [make_record(deleted=True, source_version="2", version_order=2)])
    assert versions(database) == {}
    with database.transaction() as session:
        assert read(session, key) is None
        assert session.scalars(text("SELECT removed FROM overview_outbox ORDER BY id")).all() == [False, True]
    processed(database, digest_key, [make_record(source_id="2")])
    assert versions(database) == {key: 3}


def test_an_earlier_moment_shows_what_was_said_then(database: Database, digest_key: bytes) -> None:
    records = family()
    processed(database, digest_key, records)
    with database.transaction() as session:
        key = citizen_of(session, keyed_digest(MAJA, digest_key))
        assert key is not None
        overview = read(session, key, records[0].registered_at + timedelta(days=1))
        never = read(session, key, records[0].registered_at - timedelta(days=1))
    assert overview is not None
    assert "Familiebehandling" in {getattr(entry.fact, "title", "") for entry in overview.entries()}
    assert "Familiebehandling, forlænget" not in {getattr(entry.fact, "title", "") for entry in overview.entries()}
    assert never is None
