"""Collect with a real bus and store, and a source that fails where the test wants it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from connectors.base import Batch, ReadContext
from connectors.errors import SourceRefused, SourceUnavailable
from hub import metrics
from hub.bus.base import LARGEST, RECORDS, BusUnavailable, Message, TopicNotFound
from hub.bus.postgres import PostgresBus
from hub.bus.sealing import open_message
from hub.clock import FixedClock
from hub.collect.service import RunServices, collect, take_stream
from hub.db import Database
from hub.quarantine import service as quarantine
from hub.quarantine.repository import list_groups
from hub.quarantine.rules import RejectLimits
from hub.secrets import PayloadCipher
from hub.sources import lease_repository, service
from hub.sources import repository as sources
from hub.sources.health import RunOutcome, RunSummary, SourceState, SourceStatus, data_status
from hub.sources.stream_repository import clear_cursor, count_published, runs, source_states
from schemas.record import Cursor, Rejection, RejectionRule, SourceRecord
from schemas.source import Area, Sensitivity, SourceSystem
from tests.conftest import DIGEST_KEY
from tests.contracts.bus import AT_ONCE
from tests.factories import make_effort, make_record
from tests.sources import SilentSource, add_connector, leased, make_catalogue

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


class NumberedSource(SilentSource):
    """A source with *count* entities, two a page. Before giving a page it calls *before* with the page's number."""

    def __init__(self, count: int, before: Callable[[int], None] = lambda _: None) -> None:
        super().__init__(SOURCE)
        self._count = count
        self._before = before

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
    postgres_bus = PostgresBus(database.url)
    postgres_bus.create({RECORDS: 2})
    yield postgres_bus
    postgres_bus.close()


@pytest.fixture
def run(
    bus: PostgresBus,
    database: Database,
    clock: FixedClock,
    digest_key: bytes,
    cipher: PayloadCipher,
    limits: RejectLimits,
) -> Callable[..., RunSummary]:
    catalogue = make_catalogue(database, clock)

    def collected(connector: NumberedSource, using: object = None) -> RunSummary:
        with database.transaction() as session:
            is_there = sources.get_source(session, "social") is not None
        if not is_there:
            add_connector(database, catalogue, connector)
        services = RunServices(
            bus=bus if using is None else using,  # type: ignore[arg-type]  # a bus that fails
            database=database,
            clock=clock,
            digest_key=digest_key,
            cipher=cipher,
            limits=limits,
        )
        return collect(lambda: connector, leased(database, "social"), services)

    return collected


def fail(page: int, error: Exception) -> Callable[[int], None]:
    def before(at: int) -> None:
        if at == page:
            raise error

    return before


def record_of(message: Message) -> SourceRecord:
    opened = open_message(message, DIGEST_KEY)
    assert opened is not None
    return SourceRecord.model_validate_json(opened.value)


def published(bus: PostgresBus) -> list[str]:
    with bus.consumer("readers", [RECORDS]) as consumer:
        messages = consumer.poll(limit=1000, timeout=AT_ONCE)
    return sorted((record_of(message.message).source_id for message in messages), key=int)


def saved(database: Database) -> int:
    with database.transaction() as session:
        cursor = session.scalar(text("SELECT cursor FROM source_streams WHERE source = 'social' AND stream = 'all'"))
    return int(cursor.get("next", 0))


def state(database: Database, now: datetime) -> SourceState:
    with database.transaction() as session:
        (one,) = source_states(session, [SOURCE], now)
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
            records = tuple(large if record.source_id == "1" else record for record in batch.records)
            yield batch.model_copy(update={"records": records})


def test_a_record_that_no_bus_takes_is_parked_and_holds_up_nobody(
    run: Run, bus: PostgresBus, database: Database
) -> None:
    summary = run(_LargeSource(4))
    assert (summary.outcome, summary.published, summary.rejected) == (RunOutcome.COMPLETE, 3, 3)
    assert published(bus) == list("023")
    assert saved(database) == 4
    with database.transaction() as session:
        groups = list_groups(session, "social")
    assert {(group.rule, group.payloads) for group in groups} >= {(RejectionRule.TOO_LARGE, 1)}


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
    result: set[str] = set()
    for page, where in faults:
        seen = 0

        class Failing:
            def publish(self, topic: str, messages: list[Message]) -> None:
                nonlocal seen
                if where == "publish" and seen == page:  # noqa: B023  used within the turn
                    raise BusUnavailable
                seen += 1
                bus.publish(topic, messages)
                result.update(record_of(message).source_id for message in messages)

        with monkeypatch.context() as broken:
            if where == "save":
                broken.setattr(quarantine, "add", _fail_on_save)
            run(
                NumberedSource(7, fail(page, SourceUnavailable("down")) if where == "source" else lambda _: None),
                Failing(),
            )
        assert set(map(str, range(saved(database)))) <= result
    run(NumberedSource(7))
    assert saved(database) == 7
    assert set(published(bus)) == set("0123456")


def _fail_on_save(*_: object, **__: object) -> None:
    raise RuntimeError


def test_a_paused_source_is_not_read(run: Run, database: Database, clock: FixedClock) -> None:
    run(NumberedSource(4))
    with database.transaction() as session:
        sources.pause(session, "social", paused_by="tine.skov", reason="Opdateres", now=clock.now())
    assert take_stream(database, "social", owner="me") is None
    assert (state(database, clock.now()).state, state(database, clock.now()).reason) == ("paused", "Opdateres")
    with database.transaction() as session:
        service.resume_source(session, "social", clock.now(), by="test")
    assert run(NumberedSource(4)).outcome is RunOutcome.COMPLETE


def test_the_state_follows_the_data_not_the_runs(run: Run, database: Database, clock: FixedClock) -> None:
    assert state(database, clock.now()).state is SourceStatus.NEVER
    run(NumberedSource(4))
    came = clock.now()
    clock.move(2 * DAY + timedelta(seconds=1))
    run(NumberedSource(4))
    result = state(database, clock.now())
    assert (result.state, result.last_data_at, result.last_success_at) == (SourceStatus.SILENT, came, clock.now())
    with database.transaction() as session:
        assert count_published(session) == {"social": 4}
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


class SpoiltSource(NumberedSource):
    """Each page has two good records, and of the pages in *spoilt* all items but one cannot be read."""

    def __init__(self, count: int, spoilt: range) -> None:
        super().__init__(count)
        self._spoilt = spoilt

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        for page, batch in enumerate(super().read(stream, cursor, context)):
            good, *rest = batch.records
            bad = tuple(REJECTED.model_copy(update={"source_id": record.source_id}) for record in rest)
            spoilt = {"records": (good,), "rejected": bad}
            yield batch.model_copy(update=spoilt if page in self._spoilt else {"rejected": ()})


@pytest.fixture
def limits() -> RejectLimits:
    return RejectLimits(share=0.4, at_least=8)


def test_a_run_that_rejects_too_much_stops_and_the_cursor_is_where_it_was_before_it(
    run: Run, bus: PostgresBus, database: Database, clock: FixedClock
) -> None:
    run(SpoiltSource(2, range(0)))
    before = metric_of("social")
    clock.move(DAY)
    summary = run(SpoiltSource(20, range(9)))
    assert (summary.outcome, summary.advice) == (RunOutcome.TOO_MANY_REJECTED, "too_many_rejected")
    assert summary.message == "4 of 8 items could not be read; the cursor is where it was before the run"
    assert (summary.published, summary.rejected, saved(database)) == (3, 4, 2)
    assert metric_of("social") == before + 4
    assert state(database, clock.now()).state is SourceStatus.FAILING
    assert quarantined(database) == ["3", "5", "7", "9"]
    run(SpoiltSource(20, range(9)))
    assert quarantined(database) == ["3", "5", "7", "9"], "the same items again are the same entries"
    assert saved(database) == 2
    assert run(SpoiltSource(20, range(0))).outcome is RunOutcome.COMPLETE
    assert set(published(bus)) == {str(number) for number in range(20)}, "nothing of any page is lost"
    assert quarantined(database) == [], "they could be read this time"
    assert saved(database) == 20


def test_few_items_or_a_small_share_stop_no_run(run: Run, database: Database) -> None:
    assert run(SpoiltSource(6, range(3))).outcome is RunOutcome.COMPLETE
    assert run(SpoiltSource(60, range(5, 13))).outcome is RunOutcome.COMPLETE
    assert saved(database) == 60


def test_a_batch_that_has_a_record_and_rejects_it_too_leaves_it_open(run: Run, database: Database) -> None:
    class BothWays(NumberedSource):
        def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
            for batch in super().read(stream, cursor, context):
                yield batch.model_copy(update={"rejected": (REJECTED.model_copy(update={"source_id": "1"}),)})

    run(BothWays(2))
    assert quarantined(database) == ["1"]


def quarantined(database: Database) -> list[str | None]:
    with database.transaction() as session:
        return [entry.source_id for entry in quarantine.list_entries(session, "social")]


def metric_of(source: str) -> float:
    return float(metrics.RECORDS.labels(source, "rejected")._value.get())
