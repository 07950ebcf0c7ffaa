"""Forgetting what a source has said leaves everything as if it had never come: the property, in a real database."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hub.clock import FixedClock
from hub.db import Base, Database
from hub.errors import InvalidSetting, RemovalFirst, SourceNotFound
from hub.forgetting.service import AT_ONCE, SourceData, count_data, forget_source, request_forget
from hub.inbox.repository import save_event
from hub.jobs.job import JobKind
from hub.pipeline import rebuild_due, store_batch
from hub.quarantine.service import add
from hub.secrets import PayloadCipher, derived_keys
from hub.sources import forgetting_repository, repository, service
from hub.sources.definitions import SourceDefinition, SourceLifecycle
from schemas.record import Rejection, RejectionRule, SourceRecord
from tests.emptying import empty
from tests.factories import EMIL, IDA, MAJA, local, make_party, make_person, make_record
from tests.hub.test_identity_unmerge import KEY, WIPED, conflicts, pages, process, worlds
from tests.processing import process_records
from tests.sources import make_catalogue

GONE, STAYS = "social", "health"
TELLS_OF_SOURCES = {
    "sources",  # its name, so that the log can be read
    "source_forgettings",
    "source_runs",
    "source_changes",
    "jobs",
    "audit_entries",
    "bus_messages",  # until their time limit
    "field_approvals",
}
"""Tables that name a source and hold nothing of what it said."""


def of(source: str, records: Iterable[SourceRecord]) -> list[SourceRecord]:
    return [
        SourceRecord.model_validate(record.model_dump(mode="json") | {"source": source, "digest": ""})
        for record in records
    ]


def forget(database: Database, clock: FixedClock, source: str = GONE) -> dict[str, int]:
    def report(done: int, total: int | None, _: Mapping[str, int]) -> None:
        assert done <= (total or 0)

    counts = forget_source(database, source, digest_key=KEY, clock=clock, report=report, counts={})
    rebuild_due(database, digest_key=KEY, until=clock.now(), now=clock.now(), limit=1000)
    return counts


def remove(database: Database, now: datetime, source: str = GONE) -> None:
    with database.transaction() as session:
        before = repository.existing_source(session, source)
        definition = before.definition.model_copy(update={"lifecycle": SourceLifecycle.REMOVED})
        repository.save_source(
            session, definition, system=before.system, expected_version=before.version, changed_by="a", now=now
        )


def tables_that_name(database: Database, words: Iterable[str]) -> set[str]:
    with database.transaction() as session:
        return {
            table
            for table in Base.metadata.tables
            for word in words
            if session.scalar(
                text(f"SELECT count(*) FROM {table} t WHERE t::text LIKE :word"),  # noqa: S608  tables of ours
                {"word": f"%{word}%"},
            )
        }


@given(stays=worlds, gone=worlds, first=st.booleans())
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_after_forgetting_everything_is_as_if_the_source_had_never_come(
    database: Database, clock: FixedClock, stays: list[SourceRecord], gone: list[SourceRecord], *, first: bool
) -> None:
    with database.transaction() as session:
        empty(session, *WIPED)
    process(database, clock, of(STAYS, stays))
    expected = (pages(database), conflicts(database))
    with database.transaction() as session:
        empty(session, *WIPED)
    batches = [of(GONE, gone), of(STAYS, stays)]
    for batch in batches if first else reversed(batches):
        process(database, clock, batch)
    forget(database, clock)
    assert (pages(database), conflicts(database)) == expected
    with database.transaction() as session:
        assert count_data(session, GONE) == SourceData(records=0, citizens=0, quarantined=0, events=0)


@pytest.fixture
def full(database: Database, clock: FixedClock) -> Database:
    """Two sources about the same people; of one of them also lines in quarantine and events."""
    own = [
        make_person(MAJA, local("4711"), source_id="p1", given_name="Navnløs"),
        make_person(IDA, local("4712"), source_id="p2"),
        *(make_record(source_id=f"y{n}", parties=[make_party(local("4711"))]) for n in range(AT_ONCE + 5)),
        make_record(source_id="y1", deleted=True, source_version="2"),
    ]
    other = [make_person(MAJA, source=STAYS, source_id="h1"), make_person(EMIL, source=STAYS, source_id="h2")]
    process_records(database, [*own, *other], digest_key=KEY, now=clock.now())
    rejected = Rejection(
        record_type="Ydelse", source_id="y9", field="dato", rule=RejectionRule.BAD_DATE, raw=b'{"id": "y9"}'
    )
    with database.transaction() as session:
        add(session, GONE, [rejected], cipher=PayloadCipher(derived_keys(KEY)), now=clock.now())
        event = {"source": GONE, "digest": "d", "path": "p", "body": b"b", "is_cut": False}
        save_event(session, event, again=False, now=clock.now())
    return database


def test_nothing_in_the_store_names_what_was_forgotten(full: Database, clock: FixedClock) -> None:
    with full.transaction() as session:
        counted = count_data(session, GONE)
    assert counted == SourceData(records=AT_ONCE + 7, citizens=2, quarantined=1, events=1)
    assert tables_that_name(full, ["4711"]) >= {"records", "overviews", "party_identifiers"}
    counts = forget(full, clock)
    assert counts == {"records": AT_ONCE + 7, "quarantined": 1, "events": 1}
    assert tables_that_name(full, [f"{GONE}:person", "4711", "4712", "Navnløs"]) == set()
    assert tables_that_name(full, [GONE]) - {"overviews"} <= TELLS_OF_SOURCES  # an overview names the area of it
    assert tables_that_name(full, [f'"source": "{GONE}"', f"{{{GONE}"]) == set()
    assert len(pages(full)) == 2, "Maja and Emil are still known by the other source"


def test_a_record_does_not_go_while_matching_knows_its_parties(full: Database) -> None:
    hanging = ("record_parties", "party_identifiers", "identity_claims")
    with full.transaction() as session:
        for table in hanging:
            astray = f"SELECT count(*) FROM {table} t WHERE NOT EXISTS (SELECT FROM records WHERE id = t.record_id)"  # noqa: S608  ours
            assert session.scalar(text(astray)) == 0
    for left in hanging:
        with pytest.raises(IntegrityError), full.transaction() as session:
            for table in hanging:
                if table != left:
                    session.execute(text(f"DELETE FROM {table}"))  # noqa: S608  ours
            session.execute(text("DELETE FROM records"))


def test_what_was_on_its_way_is_let_in_no_more_and_what_comes_after_is(full: Database, clock: FixedClock) -> None:
    late, now = [make_record(source_id="late")], clock.now()
    with full.transaction() as session:
        with pytest.raises(RemovalFirst):
            request_forget(session, GONE, by="tine", now=now)
        with pytest.raises(SourceNotFound):
            request_forget(session, "findes-ikke", by="tine", now=now)
    remove(full, now)
    with full.transaction() as session:
        session.execute(text("SELECT nextval('source_fence')"))  # a run that is over
        job = request_forget(session, GONE, by="tine", now=now)
        assert request_forget(session, GONE, by="bo", now=now).id == job.id, "asked twice it is one job"
        assert (job.kind, job.subject) == (JobKind.FORGET_SOURCE, GONE)
        before_run = forgetting_repository.forgettings(session, [GONE])[GONE].before_run
    forget(full, clock)

    def stored(*runs: int) -> int:
        with full.transaction() as session:
            store_batch(session, late * len(runs), digest_key=KEY, now=now, runs=runs)
            return count_data(session, GONE).records

    builder = make_catalogue(full, clock).builder
    with full.transaction() as session, pytest.raises(InvalidSetting, match="is being forgotten"):
        service.add_source(session, builder, SourceDefinition(name=GONE, kind="odata"), secrets={}, by="bo")
    assert stored(0, before_run - 1) == 0
    with full.transaction() as session:
        forgetting_repository.end_forgetting(session, GONE, now)
    assert stored(before_run - 1) == 0
    assert stored(before_run + 1) == 1


def test_what_is_stopped_half_way_goes_on(full: Database, clock: FixedClock) -> None:
    class Stopped(Exception):
        pass

    kept: dict[str, int] = {}

    def stop_at_the_second(done: int, _: int | None, result: Mapping[str, int]) -> None:
        kept.update(result)
        if done:
            raise Stopped

    with pytest.raises(Stopped):
        forget_source(full, GONE, digest_key=KEY, clock=clock, report=stop_at_the_second, counts={})
    assert kept == {"records": AT_ONCE}
    totals = []
    counts = forget_source(
        full, GONE, digest_key=KEY, clock=clock, report=lambda _, total, __: totals.append(total), counts=kept
    )
    assert counts["records"] == AT_ONCE + 7
    assert set(totals) == {AT_ONCE + 7}
