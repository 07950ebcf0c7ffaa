"""What was pushed is resolved by runs: in any order, once, later where it must be, and nothing holds up another."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from connectors.base import Batch, PushedEvent, ReadContext
from connectors.sources.employment.connector import EmploymentConnector
from hub.bus.base import RECORDS
from hub.clock import FixedClock, ShiftedClock
from hub.collect.service import take_stream
from hub.db import Database
from hub.inbox import reading
from hub.inbox.reading import next_attempt_at
from hub.inbox.repository import delete_resolved
from hub.inbox.service import Accepted
from hub.pipeline import PIPELINE_GROUP
from hub.sources import repository
from hub.sources.health import RunOutcome
from tests.connectors.star_server import ABSENCE, KIRSTEN, RECEIVED_AT, Star, absence, activity, event, pushed, serving
from tests.contracts.connector import Fault
from tests.hub.employment_hub import EmploymentHub, advice_of, employment_hub
from tests.hub.test_worker import until, working


@pytest.fixture
def hub(database: Database, clock: FixedClock) -> Iterator[EmploymentHub]:
    star = Star(
        entities={
            "fravaer": {ABSENCE: (KIRSTEN, absence("2"))},
            "activity": {f"a-{index}": (KIRSTEN, activity(f"a-{index}")) for index in range(5)},
        }
    )
    with serving(star), employment_hub(database, star, clock) as made:
        yield made


def activity_event(index: int, version: str | None = "4") -> PushedEvent:
    return event(2, version, EntitetNavn="Activity", EntitetId=f"a-{index}", path="activity")


def test_an_event_becomes_an_entry_and_its_body_goes(hub: EmploymentHub) -> None:
    assert hub.push(event(), event()) == [Accepted.STORED, Accepted.REPEATED]
    summary = hub.run()
    assert (summary.outcome, summary.published, hub.waiting()) == (RunOutcome.COMPLETE, 1, 0)
    assert [entry.fact.kind for entry in hub.entries()] == ["job_absence"]
    assert hub.push(event()) == [Accepted.REPEATED]
    assert (hub.waiting(), hub.run().published) == (0, 0)


def test_an_event_without_a_version_is_resolved_again_each_time_it_comes(hub: EmploymentHub) -> None:
    hub.push(event(2, None))
    hub.run()
    hub.star.entities["fravaer"][ABSENCE] = (KIRSTEN, absence("3", slutDato="2023-09-01"))
    hub.push(event(2, None))
    assert hub.waiting() == 1
    hub.run()
    assert [entry.provenance.source_version for entry in hub.entries()] == ["3"]


def test_one_event_that_cannot_be_resolved_waits_longer_each_time_and_holds_up_no_other(hub: EmploymentHub) -> None:
    hub.star.raw = lambda path: (500, b"{}", "application/json") if "Fravaer" in path else None
    hub.push(event(), activity_event(0), activity_event(1))
    summary = hub.run()
    assert (summary.outcome, summary.published, hub.waiting()) == (RunOutcome.UNAVAILABLE, 2, 1)
    assert advice_of(summary) == "Kilden svarer ikke lige nu. Der prøves igen af sig selv; intet er gået tabt."
    assert hub.run().outcome is RunOutcome.COMPLETE  # nothing is due
    hub.clock.move(timedelta(seconds=2))
    assert hub.run().outcome is RunOutcome.UNAVAILABLE
    hub.star.raw = lambda _: None
    hub.clock.move(timedelta(seconds=4))
    assert (hub.run().outcome, hub.waiting()) == (RunOutcome.COMPLETE, 0)


def test_a_source_that_does_not_answer_is_not_asked_for_every_event(hub: EmploymentHub) -> None:
    hub.star.fault = Fault.SERVER_ERROR
    hub.push(*[activity_event(index) for index in range(5)])
    assert hub.run().outcome is RunOutcome.UNAVAILABLE
    assert len(hub.star.asked) == reading.GIVE_UP_RUN_AFTER
    assert hub.waiting() == 5


def test_what_is_announced_and_not_there_yet_is_no_fault_of_the_source(hub: EmploymentHub) -> None:
    hub.push(event(1, "1", EntitetId="f-new"))
    assert (hub.run().outcome, hub.waiting()) == (RunOutcome.COMPLETE, 1)
    hub.star.entities["fravaer"]["f-new"] = (KIRSTEN, absence("1", fravaerIdentifier="f-new"))
    hub.clock.move(timedelta(seconds=2))
    assert (hub.run().published, hub.waiting()) == (1, 0)


def test_a_fault_of_ours_in_one_event_is_told_by_its_place_and_the_others_go_on(
    hub: EmploymentHub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with hub.context.catalogue.lend_connector("employment") as connector:
        assert isinstance(connector, EmploymentConnector)
    resolve = connector.resolve

    def fails(told: PushedEvent, context: ReadContext) -> Batch:
        if b"Fravaer" in told.body:
            raise KeyError(KIRSTEN)
        return resolve(told, context)

    monkeypatch.setattr(connector, "resolve", fails)
    hub.push(event(), activity_event(0))
    summary = hub.run()
    assert (summary.outcome, summary.published, hub.waiting()) == (RunOutcome.FAILED, 1, 1)
    assert "inbox.resolve_failed" in caplog.messages
    assert KIRSTEN not in caplog.text
    assert KIRSTEN not in str(summary.message)


def test_a_run_that_lost_its_lease_leaves_what_it_had_taken_for_the_next(
    hub: EmploymentHub, database: Database
) -> None:
    hub.push(event())
    with database.transaction() as session:
        session.execute(text("UPDATE source_streams SET fence = nextval('source_fence') WHERE stream = 'events'"))
    lease = take_stream(database, "employment", owner="gone", stream="events")
    assert lease is not None
    hub.clock.move(timedelta(minutes=1))
    with database.transaction() as session:
        session.execute(text("UPDATE source_streams SET lease_until = now() - interval '1 s'"))
    assert hub.run().published == 1
    assert hub.waiting() == 0


def test_events_of_a_paused_source_are_taken_and_wait(hub: EmploymentHub, database: Database) -> None:
    with database.transaction() as session:
        repository.pause(session, "employment", paused_by="tine", reason="Opdateres", now=hub.clock.now())
    assert hub.push(event()) == [Accepted.STORED]
    assert take_stream(database, "employment", owner="test", stream="events") is None
    assert hub.waiting() == 1


def test_events_that_were_resolved_are_forgotten_after_a_while(hub: EmploymentHub, database: Database) -> None:
    hub.push(event(), activity_event(0))
    hub.run()
    hub.push(activity_event(1))
    with database.transaction() as session:
        assert delete_resolved(session, hub.clock.now() + timedelta(days=1)) == 2
    assert hub.waiting() == 1


@given(st.integers(1, 10_000))
def test_the_wait_grows_and_never_exceeds_an_hour(attempts: int) -> None:
    now = RECEIVED_AT
    first, second = next_attempt_at(now, attempts) - now, next_attempt_at(now, attempts + 1) - now
    assert timedelta(seconds=1) <= first <= second <= timedelta(hours=1)


def test_a_worker_resolves_what_is_pushed_within_moments(database: Database, clock: FixedClock) -> None:
    star = Star(entities={"fravaer": {ABSENCE: (KIRSTEN, absence("2"))}})
    moving = ShiftedClock(clock.now())
    with serving(star), employment_hub(database, star, moving) as hub:
        with working(hub.context):
            until(lambda: hub.context.bus.lag(PIPELINE_GROUP, RECORDS) == 0)
            hub.push(event(), pushed(b"no JSON"))
            until(lambda: [entry.fact.kind for entry in hub.entries()] == ["job_absence"])
            until(lambda: hub.waiting() == 0)
        assert [field for field, _, _ in hub.quarantined()] == ["(body)"]
