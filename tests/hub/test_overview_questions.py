"""What a page asks of an overview: what runs, what followed, what changed, what is silent, what is findable."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, strategies

from hub.clock import danish_day
from hub.digest import unit_digest
from hub.indexing.documents import to_document
from hub.matching.linked_record import LinkedRecord
from hub.overview.builder import build
from hub.overview.changes import ChangeKind, changes
from hub.overview.columns import units_of
from hub.overview.follow_ups import FOLLOWS_WITHIN, Conclusion, Ground, conclusion, list_follow_ups
from hub.overview.freshness import with_coverage
from hub.overview.point_in_time import with_states
from schemas.codes import Coded
from schemas.facts import ConcernNotificationFact, EffortFact, EffortStatus, Fact, Outcome, TargetGroupFact
from schemas.overview import Entry, Overview, Section, SectionState, SourceTrouble, TroubleKind
from schemas.people import PersonFact, Responsible, Unit
from schemas.period import Period
from schemas.record import PartyRole
from schemas.source import Area
from tests.conftest import DIGEST_KEY
from tests.factories import OBSERVED_AT, make_effort, make_record

CITIZEN = UUID(int=1)
RECEIVED = datetime(2019, 1, 10, 9, 0, tzinfo=UTC)
ON = date(2023, 9, 12)
READ = {SectionState.ENTRIES, SectionState.NONE_FOUND}
UNIT = Unit(id="social:110", name="Familiehuset")


def line(fact: Fact, source_id: str, start: date | None = None, end: date | None = None, **more: Any) -> LinkedRecord:
    record = make_record(fact=fact, source_id=source_id, valid=Period(start=start, end=end), **more)
    return LinkedRecord(
        record=record, received_at=record.registered_at, role=PartyRole.PRIMARY, party_citizens=(CITIZEN,)
    )


def page(*linked: LinkedRecord) -> Overview:
    return build(CITIZEN, linked, areas={"social": Area.SOCIAL, "health": Area.HEALTH}, version=1)


def notified(code: str = "2", title: str | None = "Skolen", efforts: tuple[str, ...] = ()) -> ConcernNotificationFact:
    notifier = Coded(code_list="notifier_categories", code=code)
    return ConcernNotificationFact(
        received_at=RECEIVED, received_has_time=True, notifier=notifier, notifier_title=title, outcome_efforts=efforts
    )


def ids(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.provenance.source_id for entry in entries]


def test_what_the_source_names_followed_and_nothing_else() -> None:
    near = line(make_effort(), "1", date(2019, 2, 1))
    named = line(make_effort(), "2", date(2020, 2, 1))
    (one,) = list_follow_ups([page(line(notified(efforts=("2",)), "9"), near, named)], ON)
    assert [(each.effort.provenance.source_id, each.ground) for each in one.followed] == [("2", Ground.SOURCE)]


@pytest.mark.parametrize(("days", "followed"), [(-1, False), (0, True), (183, True), (184, False)])
def test_else_a_social_effort_within_half_a_year_followed(days: int, followed: bool) -> None:
    effort = line(make_effort(), "1", RECEIVED.date() + timedelta(days=days))
    (one,) = list_follow_ups([page(line(notified(), "9"), effort)], ON)
    assert bool(one.followed) is followed
    assert all(each.ground is Ground.TIME for each in one.followed)


def test_an_effort_that_another_notification_led_to_is_not_claimed_by_an_earlier_one() -> None:
    effort = line(make_effort(), "1", RECEIVED.date() + timedelta(days=100))
    police = line(notified(), "8")
    school = line(notified(efforts=("1",)), "9")
    results = {
        each.notification.provenance.source_id: each for each in list_follow_ups([page(police, school, effort)], ON)
    }
    assert results["8"].followed == ()
    assert results["8"].conclusion is Conclusion.NOT_LINKED, "nor is it said that none began"
    assert [effort.ground for effort in results["9"].followed] == [Ground.SOURCE]


@pytest.mark.parametrize("decided", [Outcome.NO_ACTION, Outcome.TO_RUNNING_CASE])
def test_where_the_source_decided_otherwise_nothing_is_read_from_the_calendar(decided: Outcome) -> None:
    effort = line(make_effort(), "1", RECEIVED.date() + timedelta(days=10))
    concern = notified().model_copy(update={"outcome": decided})
    (one,) = list_follow_ups([page(line(concern, "9"), effort)], ON)
    assert not one.followed


def test_a_family_counts_each_entry_once_and_shares_what_followed() -> None:
    mine = page(line(notified(), "9"))
    theirs = page(line(notified(), "9"), line(make_effort(), "1", date(2019, 2, 1)))
    (one,) = list_follow_ups([mine, theirs], ON)
    assert len(one.followed) == 1


def test_health_efforts_and_plans_that_never_began_did_not_follow() -> None:
    health = line(make_effort(), "1", date(2019, 2, 1), source="health")
    plan = line(make_effort(status=EffortStatus.PLANNED), "2", date(2019, 2, 1))
    (one,) = list_follow_ups([page(line(notified(), "9"), health, plan)], ON)
    assert not one.followed


def test_changes_are_new_changed_ended_or_gone() -> None:
    before = page(
        line(make_effort(), "1"), line(make_effort(), "2"), line(make_effort(), "3"), line(make_effort(), "4")
    )
    now = page(
        line(make_effort(), "1"),
        line(make_effort("Mentor"), "2"),
        line(make_effort(status=EffortStatus.ENDED), "3"),
        line(make_effort(), "5", registered_at=RECEIVED + timedelta(days=3000)),
    )
    result = changes(before, now, date(2023, 9, 12))
    assert result[0].kind is ChangeKind.NEW
    assert {(one.kind.value, one.entry.provenance.source_id) for one in result} == {
        ("new", "5"), ("changed", "2"), ("ended", "3"), ("gone", "4"),
    }  # fmt: skip


def test_what_was_over_when_it_came_to_be_known_is_no_news_that_something_begins() -> None:
    over = (date(2014, 3, 5), date(2015, 10, 17))
    after = page(line(make_effort(status=EffortStatus.ENDED), "1"), line(make_effort(), "2", *over))
    assert [change.kind for change in changes(page(), after, date(2023, 9, 12))] == [ChangeKind.ENDED] * 2


def test_what_is_read_for_the_first_time_and_says_no_time_is_no_news() -> None:
    group = TargetGroupFact(target_group=Coded(code_list="lab_target_groups", code="lab6.8", label="Ressourceforløb"))
    silent = line(group, "1", registered_at=OBSERVED_AT, observed_at=OBSERVED_AT)
    assert changes(page(), page(silent), date(2023, 9, 12)) == ()
    read_before = page(line(make_effort(), "2"))
    both = page(line(make_effort(), "2"), silent)
    assert [change.kind for change in changes(read_before, both, date(2023, 9, 12))] == [ChangeKind.NEW], "it is new"
    since = line(group, "1", registered_at=OBSERVED_AT, observed_at=OBSERVED_AT, start=date(2023, 9, 1))
    told = line(group, "1")
    for says_when in (since, told):
        assert [change.kind for change in changes(page(), page(says_when), date(2023, 9, 12))] == [ChangeKind.NEW]
    other = TargetGroupFact(target_group=Coded(code_list="lab_target_groups", code="lab6.2", label="Jobparate"))
    moved = line(other, "1", registered_at=OBSERVED_AT, observed_at=OBSERVED_AT)
    assert [change.kind for change in changes(page(silent), page(moved), date(2023, 9, 12))] == [ChangeKind.CHANGED]


@pytest.mark.parametrize(
    ("status", "day", "shown"),
    [
        (EffortStatus.ACTIVE, date(2015, 10, 16), EffortStatus.ACTIVE),
        (EffortStatus.ACTIVE, date(2015, 10, 17), EffortStatus.ENDED),
        (EffortStatus.PLANNED, date(2015, 10, 17), EffortStatus.ENDED),
        (EffortStatus.CANCELLED, date(2015, 10, 17), EffortStatus.CANCELLED),
    ],
)
def test_an_effort_whose_last_day_has_passed_has_ended(status: EffortStatus, day: date, shown: EffortStatus) -> None:
    effort = line(make_effort(status=status), "1", date(2014, 3, 5), date(2015, 10, 17))
    (entry,) = with_states(page(effort), day).entries()
    assert isinstance(entry.fact, EffortFact)
    assert entry.fact.status is shown


def test_what_a_snapshot_source_registered_long_ago_was_known_then_as_it_began() -> None:
    ended = make_effort(status=EffortStatus.ENDED)
    placed = line(
        ended,
        "1",
        date(2020, 3, 1),
        date(2020, 11, 1),
        registered_at=datetime(2020, 11, 1, tzinfo=UTC),
        first_registered_at=datetime(2020, 3, 1, tzinfo=UTC),
    )
    areas = {placed.record.source: Area.SOCIAL}

    def known(year: int, month: int) -> tuple[Entry, ...]:
        return build(CITIZEN, [placed], areas=areas, as_known=datetime(year, month, 1, 12, tzinfo=UTC)).entries()

    assert known(2020, 2) == ()
    (result,) = known(2020, 5)
    assert isinstance(result.fact, EffortFact)
    assert (result.fact.status, result.valid.end) == (EffortStatus.ACTIVE, None)
    (after,) = known(2021, 1)
    assert isinstance(after.fact, EffortFact)
    assert (after.fact.status, after.valid.end) == (EffortStatus.ENDED, date(2020, 11, 1))


def test_each_silence_has_its_own_word() -> None:
    overview = page(line(make_effort(), "1"))
    spoken = with_coverage(overview, {Area.SOCIAL, Area.HEALTH}, {Area.HEALTH: RECEIVED}, {Area.SOCIAL})
    sections = {section.area: section for section in spoken.sections}
    assert sections[Area.SOCIAL].state is SectionState.ENTRIES
    assert sections[Area.SCHOOL].state is SectionState.NOT_COVERED
    assert (sections[Area.HEALTH].state, sections[Area.HEALTH].silent_since) == (SectionState.NONE_FOUND, RECEIVED)
    assert [section.area for section in spoken.sections if section.is_unread] == [Area.SOCIAL]


def test_what_only_the_reading_moment_knows_is_not_stored() -> None:
    stored = page(line(make_effort(), "1")).model_dump_json(exclude_none=True)
    assert "is_unread" not in stored
    assert "silent_since" not in stored


def test_what_is_withheld_stays_withheld() -> None:
    overview = page()
    hidden = tuple(section.model_copy(update={"state": SectionState.WITHHELD}) for section in overview.sections)
    cut = overview.model_copy(update={"sections": hidden})
    troubles = {Area.SOCIAL: [SourceTrouble(source="social", kind=TroubleKind.PAUSED)]}
    read = with_coverage(cut, set(Area), {Area.SOCIAL: RECEIVED}, set(Area), unreadable=set(Area), troubles=troubles)
    assert read == cut


def test_an_area_without_a_source_is_not_covered_whoever_looks() -> None:
    overview = page()
    hidden = tuple(one.model_copy(update={"state": SectionState.WITHHELD}) for one in overview.sections)
    read = with_coverage(overview.model_copy(update={"sections": hidden}), {Area.SOCIAL}, {}, ())
    states = {section.area: section.state for section in read.sections}
    assert states.pop(Area.SOCIAL) is SectionState.WITHHELD
    assert set(states.values()) == {SectionState.NOT_COVERED}


SECTIONS = strategies.lists(
    strategies.builds(
        Section,
        area=strategies.sampled_from(Area),
        state=strategies.sampled_from(SectionState),
        is_unread=strategies.none() | strategies.booleans(),
        has_unreadable=strategies.none() | strategies.booleans(),
        silent_since=strategies.none() | strategies.just(RECEIVED) | strategies.just(RECEIVED + timedelta(days=400)),
    ),
    max_size=8,
)


@given(
    outcome=strategies.none() | strategies.sampled_from(Outcome),
    sections=SECTIONS,
    days=strategies.integers(0, 1000),
    has_followed=strategies.booleans(),
    has_begun=strategies.booleans(),
)
def test_that_none_followed_is_said_only_when_it_can_be_known(
    outcome: Outcome | None, sections: list[Section], days: int, *, has_followed: bool, has_begun: bool
) -> None:
    fact = notified().model_copy(update={"outcome": outcome})
    on = RECEIVED.date() + timedelta(days=days)
    said = conclusion(fact, sections, on, has_followed=has_followed, has_begun=has_begun)
    assert (said is Conclusion.FOLLOWED) == has_followed
    if has_followed:
        return
    assert (said is Conclusion.EFFORT_NOT_SHOWN) == (outcome is Outcome.EFFORT)
    if said is Conclusion.NONE:
        assert outcome is None
        assert not has_begun
        assert on > RECEIVED.date() + FOLLOWS_WITHIN
        read = [one for one in sections if one.area is Area.SOCIAL and one.state in READ]
        assert not any(one.is_unread or one.has_unreadable or one.silent_since == RECEIVED for one in read)
    if said is Conclusion.TOO_EARLY:
        assert on <= RECEIVED.date() + FOLLOWS_WITHIN
    hidden = [one for one in sections if one.state not in READ]
    again = conclusion(fact, [*sections, *hidden], on, has_followed=False, has_begun=has_begun)
    assert again is said, "what is withheld changes nothing"


@pytest.mark.parametrize(
    ("outcome", "days", "said"),
    [
        (None, 13, Conclusion.TOO_EARLY),
        (None, 183, Conclusion.TOO_EARLY),
        (None, 184, Conclusion.NONE),
        (Outcome.NO_ACTION, 400, Conclusion.OTHER_OUTCOME),
        (Outcome.EFFORT, 400, Conclusion.EFFORT_NOT_SHOWN),
    ],
)
def test_what_can_be_said_goes_by_the_day_and_by_what_was_decided(
    outcome: Outcome | None, days: int, said: Conclusion
) -> None:
    concern = notified().model_copy(update={"outcome": outcome})
    (one,) = list_follow_ups([page(line(concern, "9"))], RECEIVED.date() + timedelta(days=days))
    assert one.conclusion is said


@pytest.mark.parametrize("code", ["7", "8", "11", "12", "13", "99"])
def test_a_private_notifier_is_never_findable(code: str) -> None:
    document = to_document(
        page(line(notified(code, "Mormor Grethe"), "9")), [], digest_key=DIGEST_KEY, guarded=frozenset(), areas={}
    )
    searched = document.model_dump_json(exclude={"overview"})  # the page that is served by key is not searched
    assert "Grethe" not in searched
    assert "underretning" in document.entries[0].text


def test_a_name_is_found_by_those_to_whom_an_area_that_uses_it_is_open() -> None:
    def person(family_name: str, source: str, number: str) -> LinkedRecord:
        fact = PersonFact(given_name="Maja", family_name=family_name, birth_date=date(1986, 7, 15))
        return line(fact, number, record_type="person", source=source)

    overview = page(person("Nielsen", "social", "1"), person("Holm", "health", "2"))
    areas = {"social": Area.SOCIAL, "health": Area.HEALTH}
    document = to_document(overview, [], digest_key=DIGEST_KEY, guarded=frozenset(), areas=areas)
    names = {Area.SOCIAL: "Nielsen", Area.HEALTH: "Holm"}
    assert {each.name for each in document.area_names}, "one of the names is not the headline's"
    for each in document.area_names:
        assert each.name not in document.name
        assert names[each.area] in each.name
    unknown = to_document(overview, [], digest_key=DIGEST_KEY, guarded=frozenset(), areas={})
    assert unknown.area_names == (), "nobody can tell who may know what the source says"


def test_a_unit_finds_the_citizen_while_its_effort_stands() -> None:
    effort = EffortFact(
        title="Familiebehandling",
        status=EffortStatus.ACTIVE,
        responsible=Responsible(unit=Unit(id="social:100", name="Familieafdelingen")),
        performer=UNIT,
    )
    cancelled = effort.model_copy(
        update={"status": EffortStatus.CANCELLED, "performer": Unit(id="social:120", name="Modtagelsen")}
    )
    period = Period(start=date(2019, 2, 1))
    document = to_document(
        page(line(effort, "1", period.start), line(cancelled, "2", date(2021, 1, 1))),
        ["b", "a"],
        digest_key=DIGEST_KEY,
        guarded=frozenset(),
        areas={},
    )
    assert [(unit_grant.unit_id, unit_grant.valid) for unit_grant in document.unit_grants] == [
        (unit_digest("social:100", "effort", DIGEST_KEY), period),
        (unit_digest("social:110", "effort", DIGEST_KEY), period),
    ]
    ended = line(effort.model_copy(update={"status": EffortStatus.ENDED}), "1", period.start)
    assert [unit.valid.end for unit in units_of(page(ended))] == [danish_day(ended.record.registered_at)] * 2, (
        "an effort without an end that the source calls ended is over"
    )
    assert document.identifier_digests == ("a", "b")
    assert document.entries[0].unit == "Familiehuset"
