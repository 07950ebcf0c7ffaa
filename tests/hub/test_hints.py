"""A message of Beskedfordeler makes a citizen's cases be read next: soon, alone, and with nothing concluded from it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors.base import PushedEvent
from connectors.sources.social.connector import SocialConnector
from hub.bus.base import RECORDS
from hub.clock import Clock, FixedClock, ShiftedClock
from hub.db import Database
from hub.inbox.service import Accepted
from hub.pipeline import PIPELINE_GROUP
from hub.sources import stream_repository
from hub.sources.definitions import StreamDetails
from hub.sources.health import RunOutcome, RunSummary
from tests.beskedfordeler import IDA, message
from tests.connectors.social_reading import connect
from tests.connectors.social_server import Dubu, person, sag, serving, underretning, ydelse
from tests.connectors.star_server import RECEIVED_AT
from tests.contracts.connector import Fault
from tests.hub.source_hub import SENDER, SourceHub, source_hub
from tests.hub.test_worker import until, working

EMIL, NOAH = "8205124001", "7001124002"


def make_dubu() -> Dubu:
    closed = {"brugervendtNoegle": "SagStatus2", "titel": "Lukket"}
    ida, emil = person(1, IDA, "Ida"), person(2, EMIL, "Emil")
    return Dubu(
        sager=[sag(10, ida), sag(11, emil), sag(12, ida, status=closed)],
        aktiviteter={10: [underretning(500, 10)], 12: [underretning(502, 12)]},
        ydelser=[ydelse(900, 10, IDA), ydelse(901, 10, IDA), ydelse(902, 11, EMIL)],
    )


@pytest.fixture
def dubu() -> Iterator[Dubu]:
    with serving(make_dubu()) as served:
        yield served


def make_connector(dubu: Dubu, clock: Clock) -> SocialConnector:
    return connect(dubu, clock, push_fingerprints=[SENDER.fingerprint])


@pytest.fixture
def hub(database: Database, dubu: Dubu, clock: FixedClock) -> Iterator[SourceHub]:
    """Everything was read whole once."""
    with source_hub(database, make_connector(dubu, clock), clock) as made:
        assert made.run("sager").outcome is RunOutcome.COMPLETE
        dubu.asked.clear()
        clock.move(timedelta(minutes=1))
        yield made


def told_of(number: str | None, message_id: str = "1") -> PushedEvent:
    body = message(number, message_id=message_id)
    return PushedEvent(path="beskeder", body=body, received_at=RECEIVED_AT)


def hinted(hub: SourceHub, number: str, message_id: str = "1") -> RunSummary | None:
    """The source tells of a citizen; what follows at once."""
    hub.push(told_of(number, message_id))
    hub.run("events")
    return hub.run_if_due("sager")


def extents(hub: SourceHub) -> dict[str, str | None]:
    return {entry.provenance.source_id: entry.fact.extent for entry in hub.entries() if entry.fact.kind == "effort"}


def stream(hub: SourceHub) -> StreamDetails:
    with hub.context.database.transaction() as session:
        return stream_repository.list_streams(session, "social")[0]


def test_a_changed_case_is_read_at_once_and_no_other(hub: SourceHub, dubu: Dubu) -> None:
    before = stream(hub)
    dubu.ydelser[0]["omfang"] = "4 timer om ugen"
    dubu.ydelser[2]["omfang"] = "Emils er ikke nævnt"
    assert hub.run_if_due("sager") is None
    summary = hinted(hub, IDA)
    assert summary is not None
    assert (summary.outcome, summary.hints, summary.published) == (RunOutcome.COMPLETE, 1, 1)
    assert extents(hub)["test:900"] == "4 timer om ugen"
    assert extents(hub)["test:902"] != "Emils er ikke nævnt"
    assert not [address for address in dubu.asked if "id eq 11" in address or "Id=11" in address]
    assert not [address for address in dubu.asked if IDA in address]
    assert (hub.hints(), hub.run_if_due("sager")) == (0, None)
    after = stream(hub)
    assert (after.due_at, after.last_success_at) == (before.due_at, before.last_success_at)


def test_activities_of_a_closed_case_are_read_too(hub: SourceHub, dubu: Dubu) -> None:
    dubu.aktiviteter[12].append(underretning(503, 12))
    hinted(hub, IDA)
    assert "test:503" in {entry.provenance.source_id for entry in hub.entries("concern_notification")}


def test_a_new_case_of_somebody_unknown_is_found(hub: SourceHub, dubu: Dubu) -> None:
    dubu.sager.append(sag(13, person(3, NOAH, "Noah")))
    dubu.ydelser.append(ydelse(903, 13, NOAH))
    summary = hinted(hub, NOAH)
    assert summary is not None
    assert dict(summary.skipped) == {}
    assert "test:903" in extents(hub)


def test_a_citizen_without_a_case_is_counted_and_done(hub: SourceHub) -> None:
    summary = hinted(hub, NOAH)
    assert summary is not None
    assert (summary.outcome, summary.skipped) == (RunOutcome.COMPLETE, {"Sag: citizen_has_no_case": 1})
    assert hub.hints() == 0


def test_nothing_is_concluded_from_what_a_narrow_reading_misses(hub: SourceHub, dubu: Dubu, clock: FixedClock) -> None:
    del dubu.ydelser[1], dubu.aktiviteter[10]
    dubu.sager.pop(2)
    shown = len(hub.entries())
    for attempt in range(3):
        clock.move(timedelta(seconds=1))
        summary = hinted(hub, IDA, f"message-{attempt}")
        assert summary is not None
        assert (summary.outcome, summary.skipped) == (RunOutcome.COMPLETE, {"Sag: not_shown": 1})
    assert len(hub.entries()) == shown
    assert hub.held() == []


def test_what_was_seen_by_a_hint_is_not_missing_and_does_not_change_again(
    hub: SourceHub, dubu: Dubu, clock: FixedClock
) -> None:
    effort = dubu.ydelser.pop(0)
    hub.run("sager")  # missing once
    dubu.ydelser.insert(0, effort | {"omfang": "igen"})
    clock.move(timedelta(minutes=1))
    hinted(hub, IDA)
    assert extents(hub)["test:900"] == "igen"
    assert hub.run("sager").published == 0
    dubu.ydelser.pop(0)
    hub.run("sager")
    assert "test:900" in extents(hub)  # missing once again, and not twice
    hub.run("sager")
    assert "test:900" not in extents(hub)


def test_a_lost_message_costs_time_and_nothing_else(hub: SourceHub, dubu: Dubu, clock: FixedClock) -> None:
    dubu.ydelser[0]["omfang"] = "ændret uden besked"
    assert hub.run_if_due("sager") is None
    clock.move(timedelta(minutes=15))
    summary = hub.run_if_due("sager")
    assert summary is not None
    assert (summary.hints, summary.published) == (0, 1)
    assert extents(hub)["test:900"] == "ændret uden besked"


def test_late_doubled_and_out_of_order_messages_read_what_is_there_now(hub: SourceHub, dubu: Dubu) -> None:
    dubu.ydelser[0]["omfang"] = "nu"
    assert hub.push(told_of(IDA, "2"), told_of(IDA, "1"), told_of(IDA, "2")) == [
        Accepted.STORED,
        Accepted.STORED,
        Accepted.REPEATED,
    ]
    hub.run("events")
    summary = hub.run_if_due("sager")
    assert summary is not None
    assert (summary.hints, summary.published, hub.run_if_due("sager")) == (1, 1, None)
    assert extents(hub)["test:900"] == "nu"


def test_a_whole_reading_covers_what_was_hinted_before_it(hub: SourceHub, clock: FixedClock) -> None:
    hub.push(told_of(IDA))
    hub.run("events")
    clock.move(timedelta(minutes=15))
    summary = hub.run_if_due("sager")
    assert summary is not None
    assert (summary.hints, hub.hints()) == (0, 0)


def test_a_source_that_is_down_keeps_the_hint_and_its_own_health(hub: SourceHub, dubu: Dubu, clock: FixedClock) -> None:
    dubu.fault = Fault.SERVER_ERROR
    summary = hinted(hub, IDA)
    assert summary is not None
    assert (summary.outcome, hub.hints(), hub.run_if_due("sager")) == (RunOutcome.UNAVAILABLE, 1, None)
    with hub.context.database.transaction() as session:
        (state,) = stream_repository.source_states(session, hub.context.catalogue.systems(), clock.now())
    assert state.state.value == "fresh"
    dubu.fault = None
    dubu.ydelser[0]["omfang"] = "siden"
    clock.move(timedelta(seconds=2))
    assert hub.run_if_due("sager") is not None
    assert (hub.hints(), extents(hub)["test:900"]) == (0, "siden")


@pytest.mark.parametrize("fault", ["ignores", "refuses"])
def test_a_server_that_cannot_be_asked_for_single_cases_is_read_whole_at_once(
    hub: SourceHub, dubu: Dubu, fault: str
) -> None:
    dubu.ignores_filter = fault == "ignores"
    dubu.refused = frozenset({"$filter"}) if fault == "refuses" else frozenset()
    dubu.ydelser[0]["omfang"] = "læst med det hele"
    summary = hinted(hub, IDA)
    assert summary is not None
    assert (summary.outcome, hub.hints()) == (RunOutcome.STOPPED, 1)
    dubu.ignores_filter = False
    whole = hub.run_if_due("sager")
    assert whole is not None
    assert (whole.outcome, whole.hints, hub.hints()) == (RunOutcome.COMPLETE, 0, 0)
    assert extents(hub)["test:900"] == "læst med det hele"


def test_deletions_that_wait_go_on_waiting_beside_a_hint(hub: SourceHub, dubu: Dubu) -> None:
    efforts, dubu.ydelser = dubu.ydelser, []
    assert hub.run("sager").outcome is RunOutcome.HELD
    assert hub.held() == [("Ydelse", 3)]
    assert hinted(hub, IDA) is not None
    assert hub.held() == [("Ydelse", 3)]
    dubu.ydelser = efforts
    hub.run("sager")
    assert hub.held() == []


def test_a_message_that_cannot_be_read_is_one_line_and_the_next_counts(hub: SourceHub, dubu: Dubu) -> None:
    dubu.ydelser[0]["omfang"] = "trods alt"
    hub.push(PushedEvent(path="beskeder", body=b"no XML", received_at=hub.clock.now()), told_of(IDA))
    hub.run("events")
    hub.run_if_due("sager")
    assert [(field, problem) for field, problem, _ in hub.quarantined()] == [("(body)", "linjen kunne ikke læses")]
    assert extents(hub)["test:900"] == "trods alt"


def test_a_worker_shows_a_changed_case_soon_after_the_message_although_it_is_due_tomorrow(
    database: Database, clock: FixedClock
) -> None:
    moving = ShiftedClock(clock.now())
    with serving(make_dubu()) as dubu, source_hub(database, make_connector(dubu, moving), moving) as hub:
        with working(hub.context):
            until(lambda: len(extents(hub)) == 3)
            until(lambda: hub.context.bus.lag(PIPELINE_GROUP, RECORDS) == 0)
            dubu.ydelser[0]["omfang"] = "straks"
            hub.push(told_of(IDA))
            until(lambda: extents(hub)["test:900"] == "straks")
            until(lambda: (hub.waiting(), hub.hints()) == (0, 0))
        assert stream(hub).due_at > moving.now() + timedelta(minutes=10)
