"""The kinds of change between two versions of an overview, and the event that carries them."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.db import Database
from hub.indexing.outbox import OverviewChanged
from hub.indexing.repository import pending_outbox
from hub.overview import notable_changes as module
from hub.overview.notable_changes import ABSENCE_LINES, NEWS_WITHIN, notable_changes, passed_days
from hub.rules import overlaps
from hub.rules.register import law_limit
from schemas.alert import AlertKind, NotableChange, record_key
from schemas.codes import Coded
from schemas.facts import (
    AbsenceFact,
    AbsenceKind,
    AuthorityFact,
    ContactFact,
    ContactState,
    EffortStatus,
    Fact,
    Outcome,
    PlanFact,
)
from schemas.overview import CitizenHeader, Entry, Overview, Section, SectionState
from schemas.people import LifeStatus, PersonFact
from schemas.period import Period
from schemas.source import Area
from tests.factories import make_effort, make_person, make_record
from tests.processing import process_records
from tests.web import maja

TODAY = date(2023, 9, 12)
LONG_AGO = Period(start=date(2019, 9, 14))
NEW = Period(start=date(2023, 9, 1))


def overview(*entries: Entry, version: int = 2, life_status: LifeStatus | None = None) -> Overview:
    """Maja's, with these entries."""
    by_area = {area: tuple(entry for entry in entries if entry.area is area) for area in Area}
    person = PersonFact(given_name="Maja", life_status=life_status)
    return Overview(
        citizen_id=maja.MAJA,
        version=version,
        header=CitizenHeader(person=person),
        sections=tuple(
            Section(area=area, state=SectionState.ENTRIES if found else SectionState.NONE_FOUND, entries=found)
            for area, found in by_area.items()
        ),
    )


def entry(number: str, fact: Fact, valid: Period = NEW, area: Area = Area.SOCIAL) -> Entry:
    return maja.entry(number, area, fact, valid, [maja.MAJA])


def absence(days: float, number: str = "1") -> Entry:
    fact = AbsenceFact(year=2023, quarter=3, absence=AbsenceKind.UNLAWFUL, days=days, school_days=40)
    return entry(number, fact, Period(start=date(2023, 7, 1), end=date(2023, 10, 1)), Area.SCHOOL)


EFFORT = entry("1", make_effort())
ENDED = entry("1", make_effort(status=EffortStatus.ENDED), Period(start=LONG_AGO.start, end=date(2023, 9, 10)))
RUNNING = entry("1", make_effort(), LONG_AGO)
NEXT = entry("2", make_effort("Kontaktperson"))
NOTIFICATION = maja.notification("9", date(2023, 9, 11), [maja.MAJA], ("school", "Skolen"), [], None)
STAY = entry("5", ContactFact(title="Indlagt", is_stay=True, state=ContactState.ONGOING), NEW, Area.HEALTH)
PLAN = PlanFact(title="Barnets plan", status=Coded(code_list="plan_status", code="active"))
LEFT = AuthorityFact()


def kinds(before: Overview | None, now: Overview) -> list[AlertKind]:
    return [change.kind for change in notable_changes(before, now, TODAY)]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([], [EFFORT], [AlertKind.EFFORT_BEGAN]),
        ([], [RUNNING], []),
        ([], [ENDED], []),
        ([RUNNING], [ENDED], [AlertKind.EFFORT_ENDED]),
        ([RUNNING], [ENDED, NEXT], [AlertKind.EFFORT_BEGAN, AlertKind.EFFORT_ENDED]),
        ([], [NOTIFICATION], [AlertKind.NOTIFICATION]),
        ([], [maja.notification("8", date(2021, 3, 1), [maja.MAJA], ("school", "Skolen"), [], Outcome.EFFORT)], []),
        ([absence(3)], [absence(4)], [AlertKind.ABSENCE_LINE]),
        ([absence(4)], [absence(5)], []),
        ([absence(4)], [absence(6)], [AlertKind.ABSENCE_LINE]),
        ([], [STAY], [AlertKind.ADMISSION]),
        ([], [entry("5", ContactFact(title="Indlagt", is_stay=True, state=ContactState.ENDED))], []),
        ([], [entry("7", LEFT, NEW, Area.EMPLOYMENT)], [AlertKind.MOVED_AWAY]),
        (
            [entry("6", PLAN, LONG_AGO)],
            [entry("6", PLAN.model_copy(update={"title": "Plan"}), LONG_AGO)],
            [AlertKind.PLAN_CHANGED],
        ),
        ([], [entry("6", PLAN, LONG_AGO)], []),
    ],
)
def test_each_kind_of_change(before: list[Entry], now: list[Entry], expected: list[AlertKind]) -> None:
    assert kinds(overview(*before, version=1), overview(*now)) == expected


def test_the_golden_event_names_the_kind_and_the_entry_and_nothing_else() -> None:
    (change,) = notable_changes(overview(RUNNING, version=1), overview(ENDED), TODAY)
    assert json.loads(change.model_dump_json()) == {
        "kind": "effort_ended",
        "area": "social",
        "subject": record_key("social/effort/1"),
        "occasion": "2023-09-10",
        "has_successor": False,
    }
    (_, ended) = notable_changes(overview(RUNNING, version=1), overview(ENDED, NEXT), TODAY)
    assert ended.has_successor
    crossed = notable_changes(overview(absence(1), version=1), overview(absence(8)), TODAY)
    assert [change.occasion for change in crossed] == ["2023-3/15"], "the higher line says the lower one, too"


def test_who_left_the_country_has_moved_away() -> None:
    here, away = overview(version=1), overview(life_status=LifeStatus.MOVED_OUT)
    assert kinds(here, away) == [AlertKind.MOVED_AWAY]
    assert kinds(away, away) == kinds(None, away) == []


def test_an_effort_whose_last_day_passes_has_ended_though_nobody_says_so() -> None:
    ends = entry("1", make_effort(), Period(start=LONG_AGO.start, end=date(2023, 9, 12)))
    yesterday = TODAY - timedelta(days=1)
    (change,) = passed_days(overview(ends), yesterday, TODAY)
    assert (change.kind, change.occasion) == (AlertKind.EFFORT_ENDED, "2023-09-12")
    assert passed_days(overview(ends), TODAY, TODAY + timedelta(days=1)) == ()
    said = overview(entry("1", make_effort(status=EffortStatus.ENDED), ends.valid))
    assert passed_days(said, yesterday, TODAY) == (change,)
    assert notable_changes(overview(RUNNING, version=1), said, TODAY) == (change,), "told twice it is one"


FACTS: list[Entry] = [EFFORT, RUNNING, ENDED, NEXT, NOTIFICATION, STAY, absence(3), absence(9, "3"), entry("6", PLAN)]
versions = st.lists(st.sampled_from(FACTS), unique_by=lambda each: each.id)


@given(entries=versions, on=st.dates(date(2015, 1, 1), date(2030, 1, 1)))
def test_the_same_version_has_no_change(entries: list[Entry], on: date) -> None:
    page = overview(*entries)
    assert notable_changes(page, page, on) == ()


@given(before=versions, now=versions, seed=st.integers(0, 99))
def test_the_order_of_the_facts_does_not_matter(before: list[Entry], now: list[Entry], seed: int) -> None:
    shuffled = random.Random(seed).sample(now, len(now))  # noqa: S311  an order, not a secret
    told = notable_changes(overview(*before, version=1), overview(*now), TODAY)
    assert told == notable_changes(overview(*reversed(before), version=1), overview(*shuffled), TODAY)
    assert len({(change.kind, change.subject, change.occasion) for change in told}) == len(told)


@given(before=versions, now=versions, days=st.integers(int(NEWS_WITHIN.days) + 30, 3000))
def test_history_that_a_source_tells_for_the_first_time_is_no_news(
    before: list[Entry], now: list[Entry], days: int
) -> None:
    later = TODAY + timedelta(days=days)
    changes = notable_changes(overview(*before, version=1), overview(*now), later)
    assert {change.kind for change in changes} <= {AlertKind.PLAN_CHANGED, AlertKind.ABSENCE_LINE}


def test_the_lines_are_those_of_the_rules() -> None:
    assert [law_limit("absence_unlawful_10"), law_limit("absence_unlawful_15")] == list(ABSENCE_LINES)
    assert module.SUCCEEDS_WITHIN == overlaps.SUCCEEDS_WITHIN


def test_an_event_of_the_release_before_and_of_the_one_after_are_read() -> None:
    old = {"citizen_id": str(UUID(int=1)), "version": 3, "removed": False, "reindex": False}
    assert OverviewChanged.model_validate(old).changes == ()
    change = NotableChange(kind=AlertKind.ADMISSION, area=Area.HEALTH, subject="health/1")
    event = OverviewChanged(citizen_id=UUID(int=1), version=3, removed=False, previous_version=2, changes=(change,))
    later = {**json.loads(event.model_dump_json()), "of_a_later_release": 1}
    assert OverviewChanged.model_validate_json(json.dumps(later)) == event


def test_the_outbox_carries_what_changed_since_which_version(database: Database, digest_key: bytes) -> None:
    number = "630309-4002"
    now = datetime(2023, 9, 12, 7, 0, tzinfo=UTC)
    process_records(database, [make_person()], digest_key=digest_key, now=now)
    secret = make_record(source_id=number, fact=make_effort("Familiebehandling"), valid=NEW)
    process_records(database, [secret], digest_key=digest_key, now=now)
    with database.transaction() as session:
        first, second = pending_outbox(session, 10)
    assert (first.previous_version, first.changes) == (None, ())
    assert second.previous_version == first.version
    assert [change.kind for change in second.changes] == [AlertKind.EFFORT_BEGAN]
    event = second.model_dump_json()
    assert number not in event
    assert "Familiebehandling" not in event


@pytest.mark.parametrize(
    ("year", "quarter", "expected"), [(2023, 3, True), (2023, 2, False), (2022, 4, False), (2023, 4, True)]
)
def test_absence_of_a_quarter_long_over_is_history_that_the_school_tells_for_the_first_time(
    year: int, quarter: int, expected: bool
) -> None:
    fact = absence(8).fact.model_copy(update={"year": year, "quarter": quarter})
    is_news = kinds(None, overview(entry("9", fact, area=Area.SCHOOL))) == [AlertKind.ABSENCE_LINE]
    assert is_news == expected


def test_what_the_school_tells_of_a_quarter_shortly_after_its_end_is_news() -> None:
    late = overview(entry("9", absence(8).fact, area=Area.SCHOOL))
    assert notable_changes(None, late, date(2023, 10, 31))
    assert not notable_changes(None, late, date(2023, 11, 1))
