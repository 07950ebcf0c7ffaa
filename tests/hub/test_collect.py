"""Collect with a real bus and store, and a source that fails where the test wants it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from sqlalchemy import text

from connectors.base import Batch, CheckResult, ReadContext, Stream
from connectors.errors import SourceRefused, SourceUnavailable
from hub.bus.base import LARGEST, RECORDS, BusUnavailable, Message, TopicNotFound
from hub.bus.postgres import PostgresBus
from hub.clock import FixedClock
from hub.collect import repository
from hub.collect.service import collect, take_stream, topic_key
from hub.db import Database
from hub.sources import lease_repository, service
from hub.sources import repository as sources
from hub.sources.health import RunOutcome, RunSummary, SourceState, SourceStatus, data_status
from hub.sources.stream_repository import clear_cursor, runs
from schemas.record import Cursor, PartyRole, Rejection, RejectionRule, SourceRecord
from schemas.source import Area, Sensitivity, SourceSystem
from tests.contracts.bus import AT_ONCE
from tests.factories import IDA, MAJA, local, make_effort, make_party, make_record
from tests.sources import add_connector, leased, make_catalogue

DAY = timedelta(days=1)
SOURCE = SourceSystem(
    name="social",
    title="Social (DUBU)",
    area=Area.SOCIAL,
    authority="Socialforvaltningen",
    legal_basis="Barnets lov",
    sensitivity=Sensitivity.CONFIDENTIAL,
    expected_cadence=DAY,
    coverage="Sager og indsatser",
)
REJECTED = Rejection(
    record_type="Ydelse", source_id="7", field="start", rule=RejectionRule.BAD_DATE, masked_value="##", raw=b"{}"
)


class NumberedSource:
    """A source with *count* entities, two a page. Before giving a page it calls *before* with the page's number."""

    source = SOURCE

    def __init__(self, count: int, before: Callable[[int], None] = lambda _: None) -> None:
        self._count = count
        self._before = before

    @classmethod
    def spec(cls) -> dict[str, JsonValue]:
        return {}

    def check(self) -> CheckResult:
        return CheckResult(ok=True, message="")

    def discover(self) -> tuple[Stream, ...]:
        return (Stream(name="all", danish_title="Alt", record_types=()),)

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:  # noqa: ARG002
        start = int(str(cursor.state.get("next", 0)))
        for page, first in enumerate(range(start, self._count, 2)):
            self._before(page)
            ids = range(first, min(first + 2, self._count))
            records = tuple(make_record(source_id=str(number)) for number in ids)
            yield Batch(
                records=records,
                rejected=(REJECTED,),
                skipped={"Sag: closed": 1},
                cursor=Cursor(state={"next": ids.stop}),
                total=self._count,
            )


@pytest.fixture
def bus(database: Database) -> Iterator[PostgresBus]:
    made = PostgresBus(database.url)
    made.create({RECORDS: 2})
    yield made
    made.close()


@pytest.fixture
def run(bus: PostgresBus, database: Database, clock: FixedClock, digest_key: bytes) -> Callable[..., RunSummary]:
    catalogue = make_catalogue(database, clock)

    def collected(connector: NumberedSource, using: object = None) -> RunSummary:
        on = bus if using is None else using
        with database.transaction() as session:
            is_there = sources.get_source(session, "social") is not None
        if not is_there:
            add_connector(database, catalogue, connector)
        lease = leased(database, "social")
        return collect(lambda: connector, lease, bus=on, database=database, clock=clock, digest_key=digest_key)  # type: ignore[arg-type]  # a bus that fails

    return collected


def fail(page: int, error: Exception) -> Callable[[int], None]:
    def before(at: int) -> None:
        if at == page:
            raise error

    return before


def published(bus: PostgresBus) -> list[str]:
    with bus.consumer("readers", [RECORDS]) as consumer:
        got = consumer.poll(limit=1000, timeout=AT_ONCE)
    return sorted((SourceRecord.model_validate_json(one.message.value).source_id for one in got), key=int)


def saved(database: Database) -> int:
    with database.transaction() as session:
        cursor = session.scalar(text("SELECT cursor FROM source_streams WHERE source = 'social' AND stream = 'all'"))
    return int(cursor.get("next", 0))


def state(database: Database, now: datetime) -> SourceState:
    with database.transaction() as session:
        (one,) = repository.counted_states(session, [SOURCE], now)
    return one


Run = Callable[..., RunSummary]


def test_a_whole_run(run: Run, bus: PostgresBus, database: Database) -> None:
    summary = run(NumberedSource(5))
    assert summary.outcome is RunOutcome.COMPLETE
    assert (summary.read, summary.published, summary.rejected, summary.skipped) == (11, 5, 3, {"Sag: closed": 3})
    assert published(bus) == list("01234")
    assert saved(database) == 5
    with database.transaction() as session:
        assert runs(session, "social") == (summary,)


@pytest.mark.parametrize(
    ("error", "outcome", "advice"),
    [
        (SourceUnavailable("down"), RunOutcome.UNAVAILABLE, "source_unavailable"),
        (SourceRefused("no", advice="token_expired"), RunOutcome.REFUSED, "token_expired"),
        (ValueError("150786-4001 is wrong"), RunOutcome.FAILED, "connector_error"),
    ],
)
def test_a_fault_ends_the_run_and_the_next_goes_on_from_the_saved_page(
    run: Run, bus: PostgresBus, database: Database, error: Exception, outcome: RunOutcome, advice: str
) -> None:
    summary = run(NumberedSource(6, fail(2, error)))
    assert (summary.outcome, summary.advice, summary.published) == (outcome, advice, 4)
    assert "150786" not in str(summary)
    assert saved(database) == 4
    assert run(NumberedSource(6)).published == 2
    assert published(bus) == list("012345")


def test_a_foreign_error_is_logged_without_its_text(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    run(NumberedSource(2, fail(0, ValueError("150786-4001"))))
    assert [record.message for record in caplog.records if record.name == "hub.collect"] == ["collect.failed"]
    assert "150786" not in caplog.text + str([vars(record) for record in caplog.records])


class _DeafBus:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def publish(self, *_: object) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "outcome", "advice"),
    [
        (BusUnavailable(), RunOutcome.UNAVAILABLE, "bus_unavailable"),
        (TopicNotFound("t"), RunOutcome.FAILED, "bus_refused"),
    ],
)
def test_a_bus_that_does_not_take_it_moves_nothing(
    run: Run, database: Database, error: Exception, outcome: RunOutcome, advice: str
) -> None:
    summary = run(NumberedSource(4), _DeafBus(error))
    assert (summary.outcome, summary.advice, summary.published) == (outcome, advice, 0)
    assert saved(database) == 0


class _LargeSource(NumberedSource):
    """The second entity is larger than any bus takes."""

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        for batch in super().read(stream, cursor, context):
            # No text of a record may be so long; only very many of them make it large.
            effort = make_effort().model_copy(update={"title": "x" * LARGEST})
            large = make_record(source_id="1").model_copy(update={"fact": effort})
            records = tuple(large if one.source_id == "1" else one for one in batch.records)
            yield batch.model_copy(update={"records": records})


def test_a_record_that_no_bus_takes_is_parked_and_holds_up_nobody(
    run: Run, bus: PostgresBus, database: Database
) -> None:
    summary = run(_LargeSource(4))
    assert (summary.outcome, summary.published, summary.rejected) == (RunOutcome.COMPLETE, 3, 3)
    assert published(bus) == list("023")
    assert saved(database) == 4
    with database.transaction() as session:
        groups = repository.quarantine_groups(session, "social")
    assert {(one.rule, one.payloads) for one in groups} >= {(RejectionRule.TOO_LARGE, 1)}


def test_a_crash_between_publishing_and_saving_brings_the_records_again(
    run: Run, bus: PostgresBus, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(lease_repository, "save_cursor", _killed)
        run(NumberedSource(4))
    assert saved(database) == 0
    with database.transaction() as session:
        session.execute(text("UPDATE source_streams SET lease_until = now() - interval '1 second'"))
    run(NumberedSource(4))
    assert published(bus) == list("001123")


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["source", "publish", "save"])), max_size=4))
def test_wherever_it_fails_all_is_published_and_the_cursor_is_never_ahead(
    run: Run, bus: PostgresBus, database: Database, monkeypatch: pytest.MonkeyPatch, faults: list[tuple[int, str]]
) -> None:
    with database.transaction() as session:
        clear_cursor(session, "social")
    sent: set[str] = set()
    for page, where in faults:
        seen = 0

        class Failing:
            def publish(self, topic: str, messages: list[Message]) -> None:
                nonlocal seen
                if where == "publish" and seen == page:  # noqa: B023  used within the turn
                    raise BusUnavailable
                seen += 1
                bus.publish(topic, messages)
                sent.update(SourceRecord.model_validate_json(one.value).source_id for one in messages)

        with monkeypatch.context() as broken:
            if where == "save":
                broken.setattr(repository, "quarantine", _fail_on_save)
            run(
                NumberedSource(7, fail(page, SourceUnavailable("down")) if where == "source" else lambda _: None),
                Failing(),
            )
        assert set(map(str, range(saved(database)))) <= sent
    run(NumberedSource(7))
    assert saved(database) == 7
    assert set(published(bus)) == set("0123456")


def _fail_on_save(*_: object) -> None:
    raise RuntimeError


def test_the_same_payload_again_is_counted_not_doubled(run: Run, database: Database, clock: FixedClock) -> None:
    run(NumberedSource(4))
    first = clock.now()
    clock.move(DAY)
    run(NumberedSource(6))
    with database.transaction() as session:
        (group,) = repository.quarantine_groups(session, "social")
        (one,) = repository.quarantined(session, "social")
        assert (group.payloads, group.seen) == (1, 3)
        assert (one.seen, one.raw, one.first_seen_at, one.last_seen_at) == (3, b"{}", first, clock.now())
        assert repository.quarantined(session, "social", after=one.id) == ()
        repository.resolve(session, one.id, clock.now())
    with database.transaction() as session:
        assert repository.quarantine_groups(session, "social") == ()
    run(NumberedSource(8))
    with database.transaction() as session:
        assert len(repository.quarantine_groups(session, "social")) == 1, "it came again"


def test_a_payload_too_large_is_parked_without_itself(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        large = REJECTED.model_copy(update={"raw": b"x" * (repository.MOST_RAW_BYTES + 1)})
        repository.quarantine(session, "social", [large], clock.now())
        (one,) = repository.quarantined(session, "social")
    assert one.raw is None


def test_a_paused_source_is_not_read(run: Run, database: Database, clock: FixedClock) -> None:
    run(NumberedSource(4))
    with database.transaction() as session:
        sources.pause(session, "social", paused_by="tine.skov", reason="Opdateres", now=clock.now())
    assert take_stream(database, "social", owner="me") is None
    assert (state(database, clock.now()).state, state(database, clock.now()).reason) == ("paused", "Opdateres")
    with database.transaction() as session:
        service.resume_source(session, "social", clock.now())
    assert run(NumberedSource(4)).outcome is RunOutcome.COMPLETE


def test_the_state_follows_the_data_not_the_runs(run: Run, database: Database, clock: FixedClock) -> None:
    assert state(database, clock.now()).state is SourceStatus.NEVER
    run(NumberedSource(4))
    came = clock.now()
    clock.move(2 * DAY + timedelta(seconds=1))
    run(NumberedSource(4))
    shown = state(database, clock.now())
    assert (shown.state, shown.last_data_at, shown.last_success_at) == (SourceStatus.SILENT, came, clock.now())
    assert (shown.records, shown.quarantined) == (4, 1)
    run(NumberedSource(6, fail(0, SourceUnavailable("down"))))
    assert state(database, clock.now()).state is SourceStatus.FAILING


def test_since_when_a_source_is_silent_is_told_also_while_it_fails_or_is_paused(
    run: Run, database: Database, clock: FixedClock
) -> None:
    assert state(database, clock.now()).silent_since is None, "nothing ever came"
    run(NumberedSource(4))
    came = clock.now()
    clock.move(2 * DAY)
    run(NumberedSource(6, fail(0, SourceUnavailable("down"))))
    assert state(database, clock.now()).silent_since is None, "it may fail and not be silent yet"
    clock.move(timedelta(seconds=1))
    assert (state(database, clock.now()).state, state(database, clock.now()).silent_since) == ("failing", came)
    with database.transaction() as session:
        sources.pause(session, "social", paused_by="tine.skov", reason="Opdateres", now=clock.now())
    assert (state(database, clock.now()).state, state(database, clock.now()).silent_since) == ("paused", came)


@pytest.mark.parametrize(
    ("age", "expected"),
    [(0 * DAY, "fresh"), (DAY, "fresh"), (1.5 * DAY, "late"), (2 * DAY, "late"), (2.01 * DAY, "silent")],
)
def test_fresh_late_silent(age: timedelta, expected: str, clock: FixedClock) -> None:
    now = clock.now()
    assert data_status(now - age, cadence=DAY, now=now) == expected


def test_the_topic_key_is_the_persons_not_the_number(digest_key: bytes) -> None:
    own = make_record(parties=[make_party(local(4), MAJA), make_party(IDA, role=PartyRole.CONCERNED)])
    again = make_record(source_id="2", parties=[make_party(MAJA)])
    nobody = make_record(parties=[])
    assert topic_key(own, digest_key) == topic_key(again, digest_key)
    assert topic_key(nobody, digest_key) != topic_key(own, digest_key)
    assert MAJA.value not in topic_key(own, digest_key)
