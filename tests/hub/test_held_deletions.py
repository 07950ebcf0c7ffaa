"""Held deletions: shown with counts, released as a ceiling, refused, and over when a reading settles them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Batch, HeldDeletions, ReadContext
from connectors.sources.social.streams import STREAM
from hub.bus.base import RECORDS
from hub.bus.postgres import PostgresBus
from hub.clock import FixedClock
from hub.collect.service import RunServices, collect
from hub.db import Database
from hub.errors import HeldDeletionNotFound
from hub.quarantine.rules import RejectLimits
from hub.secrets import PayloadCipher
from hub.sources import service
from hub.sources.definitions import HeldDeletion, HeldState, StreamLease
from hub.sources.health import RunOutcome, RunSummary, SourceState, SourceStatus
from hub.sources.held_deletions import Step, next_step, with_parts
from hub.sources.held_repository import list_decisions, list_held
from hub.sources.stream_repository import list_streams, source_states
from schemas.record import Cursor
from tests.factories import make_record
from tests.hub.test_source_leases import PagedSource
from tests.sources import add_connector, leased, make_catalogue
from tests.web import maja

WHY = "Systemejeren siger, at de er slettet"


class ShrinkingSource(PagedSource):
    """Misses so many, and holds them unless a release covers them."""

    def __init__(self) -> None:
        super().__init__(self._give)
        self.missing = 0
        self.error: Exception | None = None
        self.more: tuple[HeldDeletions, ...] = ()
        self.released: list[dict[str, int]] = []
        self.refused: list[dict[str, int]] = []

    def _give(self, context: ReadContext) -> Iterator[Batch]:
        self.released.append(dict(context.releases))
        self.refused.append(dict(context.refusals))
        yield Batch(records=(make_record(),), cursor=Cursor(state={"at": 1}))
        if self.error:
            raise self.error
        if self.missing > context.releases.get("Sag", 0):
            yield Batch(held=(HeldDeletions(record_type="Sag", missing=self.missing, known=100, sample=("1•",)),))
        if self.more:
            yield Batch(held=self.more)


@pytest.fixture
def source() -> ShrinkingSource:
    return ShrinkingSource()


@pytest.fixture
def read(
    database: Database,
    clock: FixedClock,
    digest_key: bytes,
    cipher: PayloadCipher,
    limits: RejectLimits,
    source: ShrinkingSource,
) -> Iterator[Callable[[], RunSummary]]:
    bus = PostgresBus(database.url)
    bus.create({RECORDS: 1})
    services = RunServices(bus=bus, database=database, clock=clock, digest_key=digest_key, cipher=cipher, limits=limits)
    add_connector(database, make_catalogue(database, clock), source)

    def run(lease: StreamLease | None = None) -> RunSummary:
        clock.move(timedelta(minutes=1))
        taken = lease or leased(database, "social")
        return collect(lambda: source, taken, services)

    yield run
    bus.close()


def held(database: Database) -> list[HeldDeletion]:
    with database.transaction() as session:
        return list(list_held(session))


def release(database: Database, clock: FixedClock, at_most: int | None = None) -> HeldDeletion:
    with database.transaction() as session:
        (entry,) = service.release_deletions(
            session, "social", ["Sag"], at_most=at_most, by="tine.skov", reason=WHY, now=clock.now()
        )
        return entry


def refuse(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        service.refuse_deletions(session, "social", ["Sag"], by="tine.skov", reason=WHY, now=clock.now())


def state_of(database: Database, clock: FixedClock) -> SourceState:
    with database.transaction() as session:
        (state,) = source_states(session, [maja.SOCIAL], clock.now())
    return state


Read = Callable[..., RunSummary]


def test_a_held_run_brings_its_additions_but_no_last_data_and_is_not_complete(
    database: Database, read: Read, source: ShrinkingSource, clock: FixedClock
) -> None:
    assert read().outcome is RunOutcome.COMPLETE
    before = clock.now()
    source.missing = 40
    summary = read()
    assert (summary.outcome, summary.published) == (RunOutcome.HELD, 1)
    state = state_of(database, clock)
    assert (state.state, state.last_data_at, state.last_success_at) == (SourceStatus.HELD, before, before)
    (entry,) = held(database)
    assert (entry.record_type, entry.missing, entry.known, entry.sample) == ("Sag", 40, 100, ("1•",))
    source.missing = 41
    read()
    assert [(one.missing, one.since) for one in held(database)] == [(41, entry.since)], "the same, with newer numbers"


def test_a_release_is_given_to_the_next_run_at_once_and_used_up(
    database: Database, read: Read, source: ShrinkingSource, clock: FixedClock
) -> None:
    source.missing = 40
    read()
    assert release(database, clock).ceiling == 40
    with database.transaction() as session:
        assert [stream.due_at for stream in list_streams(session, "social")] == [clock.now()]
    assert read().outcome is RunOutcome.COMPLETE
    assert held(database) == []
    source.missing = 0
    read()
    assert source.released == [{}, {"Sag": 40}, {}]


def test_a_release_is_a_ceiling_and_more_is_held_anew(
    database: Database, read: Read, source: ShrinkingSource, clock: FixedClock
) -> None:
    source.missing = 40
    read()
    release(database, clock)
    source.missing = 50
    assert read().outcome is RunOutcome.HELD
    (entry,) = held(database)
    assert (entry.state, entry.missing, entry.ceiling, entry.since) == (HeldState.HELD, 50, None, clock.now())


def test_no_more_is_released_than_was_seen(
    database: Database, read: Read, source: ShrinkingSource, clock: FixedClock
) -> None:
    source.missing = 40
    read()
    source.missing = 45
    read()
    assert release(database, clock, at_most=40).ceiling == 40
    assert read().outcome is RunOutcome.HELD


def test_a_release_outlives_a_run_that_failed(
    database: Database, read: Read, source: ShrinkingSource, clock: FixedClock
) -> None:
    source.missing = 40
    read()
    release(database, clock)
    source.error = RuntimeError()
    assert read().outcome is RunOutcome.FAILED
    source.error = None
    assert read().outcome is RunOutcome.COMPLETE
    assert source.released == [{}, {"Sag": 40}, {"Sag": 40}]


def test_a_release_during_a_run_is_for_the_next_one(
    database: Database, read: Read, source: ShrinkingSource, clock: FixedClock
) -> None:
    source.missing = 40
    read()
    lease = leased(database, "social")
    release(database, clock)
    assert read(lease).outcome is RunOutcome.HELD
    assert [entry.state for entry in held(database)] == [HeldState.RELEASED]
    assert read().outcome is RunOutcome.COMPLETE
    assert held(database) == []


def test_a_run_whose_held_deletions_were_all_refused_is_complete_and_brings_data(
    database: Database, read: Read, source: ShrinkingSource, clock: FixedClock
) -> None:
    source.missing = 40
    assert read().outcome is RunOutcome.HELD
    refuse(database, clock)
    with database.transaction() as session:
        assert [stream.due_at for stream in list_streams(session, "social")] == [clock.now()]
    for source.missing in (40, 39, 40):
        summary = read()
        assert (summary.outcome, summary.advice) == (RunOutcome.COMPLETE, None)
        state = state_of(database, clock)
        assert (state.state, state.last_data_at) == (SourceStatus.FRESH, clock.now())
        assert state.last_success_at == clock.now()
        (entry,) = held(database)
        assert (entry.state, entry.missing, entry.decided_by) == (HeldState.REFUSED, 40, "tine.skov")
    assert source.refused == [{}, {"Sag": 40}, {"Sag": 40}, {"Sag": 40}]


def test_what_was_refused_is_asked_again_when_more_is_missing(
    database: Database, read: Read, source: ShrinkingSource, clock: FixedClock
) -> None:
    source.missing = 40
    read()
    refuse(database, clock)
    source.missing = 41
    assert read().outcome is RunOutcome.HELD
    (entry,) = held(database)
    assert (entry.state, entry.missing, entry.since) == (HeldState.HELD, 41, clock.now())


def test_one_type_that_waits_holds_the_run_though_another_was_refused(
    database: Database, read: Read, source: ShrinkingSource, clock: FixedClock
) -> None:
    source.missing = 40
    read()
    refuse(database, clock)
    source.more = (HeldDeletions(record_type="Aktivitet", missing=3, known=9),)
    assert read().outcome is RunOutcome.HELD
    assert {entry.record_type: entry.state for entry in held(database)} == {
        "Sag": HeldState.REFUSED,
        "Aktivitet": HeldState.HELD,
    }


def test_a_refusal_during_a_run_counts_for_that_run(
    database: Database, read: Read, source: ShrinkingSource, clock: FixedClock
) -> None:
    source.missing = 40
    read()
    lease = leased(database, "social")
    refuse(database, clock)
    assert read(lease).outcome is RunOutcome.COMPLETE
    assert [entry.state for entry in held(database)] == [HeldState.REFUSED]


def test_a_release_is_followed_by_the_parts_of_what_is_released(
    database: Database, read: Read, source: ShrinkingSource, clock: FixedClock
) -> None:
    source.missing = 40
    source.more = (
        HeldDeletions(record_type="Aktivitet", missing=90, known=300),
        HeldDeletions(record_type="Ydelse", missing=7, known=9),
    )
    read()
    types = with_parts((STREAM,), "Sag")
    assert types == ("Sag", "Sag.person", "Sag.part", "Aktivitet")
    decide: dict[str, Any] = {"by": "tine.skov", "reason": WHY, "now": clock.now()}
    with database.transaction() as session:
        below = service.release_deletions(session, "social", types, at_most=39, **decide)
        assert [(entry.record_type, entry.ceiling) for entry in below] == [("Sag", 39)], "parts of 40 do not follow 39"
        released = service.release_deletions(session, "social", types, **decide)
        assert [(entry.record_type, entry.ceiling) for entry in released] == [("Sag", 40), ("Aktivitet", 90)]
        rest = service.refuse_deletions(session, "social", None, **decide)
        assert [entry.record_type for entry in rest] == ["Ydelse"], "only what waits"
        with pytest.raises(HeldDeletionNotFound):
            service.refuse_deletions(session, "social", None, **decide)
    read()
    assert source.released[-1] == {"Sag": 40, "Aktivitet": 90}


def test_parts_that_were_refused_with_what_they_belong_to_follow_its_release(
    database: Database, read: Read, source: ShrinkingSource, clock: FixedClock
) -> None:
    source.missing = 40
    source.more = (
        HeldDeletions(record_type="Aktivitet", missing=90, known=300),
        HeldDeletions(record_type="Sag.part", missing=7, known=9),
    )
    read()
    types = with_parts((STREAM,), "Sag")
    decide: dict[str, Any] = {"by": "tine.skov", "reason": WHY}
    with database.transaction() as session:
        service.refuse_deletions(session, "social", ["Sag.part"], now=clock.now(), **decide)
        clock.move(timedelta(minutes=1))
        refused = service.refuse_deletions(session, "social", types, now=clock.now(), **decide)
        assert [entry.record_type for entry in refused] == ["Sag", "Aktivitet"]
        clock.move(timedelta(minutes=1))
        released = service.release_deletions(session, "social", types, now=clock.now(), **decide)
    assert [entry.record_type for entry in released] == ["Sag", "Aktivitet"], "what was refused by itself stays refused"


@pytest.mark.parametrize("decided", [HeldState.REFUSED, HeldState.RELEASED])
def test_parts_follow_a_full_release_after_one_below_the_count_whatever_was_decided_before(
    database: Database, read: Read, source: ShrinkingSource, clock: FixedClock, decided: HeldState
) -> None:
    source.missing = 40
    source.more = (HeldDeletions(record_type="Aktivitet", missing=90, known=300),)
    read()
    types = with_parts((STREAM,), "Sag")
    decide: dict[str, Any] = {"by": "tine.skov", "reason": WHY}
    act = service.refuse_deletions if decided is HeldState.REFUSED else service.release_deletions
    with database.transaction() as session:
        act(session, "social", types, now=clock.now(), **decide)
        clock.move(timedelta(minutes=1))
        below = service.release_deletions(session, "social", types, at_most=39, now=clock.now(), **decide)
        assert [(entry.record_type, entry.ceiling) for entry in below] == [("Sag", 39)]
        states = {entry.record_type: entry.state for entry in list_held(session)}
        assert states == {"Sag": HeldState.RELEASED, "Aktivitet": HeldState.HELD}
        clock.move(timedelta(minutes=1))
        released = service.release_deletions(session, "social", types, now=clock.now(), **decide)
        assert [(entry.record_type, entry.ceiling) for entry in released] == [("Sag", 40), ("Aktivitet", 90)]
        history = [(entry.record_type, entry.ceiling) for entry in list_decisions(session, "social")]
    first = {("Sag", None), ("Aktivitet", None)} if decided is HeldState.REFUSED else {("Sag", 40), ("Aktivitet", 90)}
    assert (set(history[:2]), history[2], set(history[3:])) == ({("Sag", 40), ("Aktivitet", 90)}, ("Sag", 39), first)


def test_a_complete_reading_without_it_ends_it(database: Database, read: Read, source: ShrinkingSource) -> None:
    source.missing = 40
    read()
    source.missing = 0
    assert read().outcome is RunOutcome.COMPLETE
    assert held(database) == []


def test_there_is_nothing_to_decide_where_nothing_is_held(database: Database, read: Read, clock: FixedClock) -> None:
    read()
    with pytest.raises(HeldDeletionNotFound):
        release(database, clock)


entries = st.builds(
    HeldDeletion,
    id=st.just(1),
    source=st.just("social"),
    stream=st.just("all"),
    record_type=st.just("Sag"),
    missing=st.integers(1, 50),
    known=st.just(100),
    sample=st.just(()),
    state=st.sampled_from([HeldState.HELD, HeldState.RELEASED, HeldState.REFUSED]),
    since=st.just(maja.NOW),
    seen_at=st.just(maja.NOW),
    ceiling=st.integers(1, 50),
)


@given(entries, st.integers(1, 50), st.booleans())
def test_nothing_is_decided_for_more_than_a_person_saw(entry: HeldDeletion, missing: int, was_used: bool) -> None:
    step = next_step(entry, missing, was_used=was_used)
    if entry.state is HeldState.REFUSED and missing > entry.missing:
        assert step is Step.ASK_ANEW
    if entry.state is HeldState.RELEASED and was_used:
        assert step is Step.ASK_ANEW
    if step is Step.KEEP:
        assert entry.state is not HeldState.HELD
