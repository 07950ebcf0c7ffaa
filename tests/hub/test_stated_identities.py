"""Whom a number names where sources disagree, what a later silence takes back, and what a role reads of both."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.access.cutting import cut
from hub.matching.linked_record import LinkedRecord
from hub.overview.builder import build
from hub.overview.changes import ChangeKind, changes, wiped_of_person
from hub.overview.stated_identities import is_same_person
from schemas.access import Basis, Decision
from schemas.facts import EffortFact, GoalFact, GoalKind, Progress
from schemas.identifiers import Identifier
from schemas.overview import Overview
from schemas.people import Address, LifeStatus, PersonFact, Responsible, Unit
from schemas.record import PartyRole
from schemas.source import Area
from tests.factories import make_effort, make_party, make_record

CITIZEN = UUID(int=1)
NUMBER = Identifier.national("841279-4002")  # day + 60: born 24 December 1979
BORN = date(1979, 12, 24)
START = datetime(2020, 1, 1, 8, 0, tzinfo=UTC)
AREAS = {"social": Area.SOCIAL, "health": Area.HEALTH, "school": Area.SCHOOL}
TOVE = PersonFact(given_name="Tove", family_name="Iversen", birth_date=BORN, address=Address(town="Egelund"))
MILAN = PersonFact(given_name="Milan", family_name="Petrović", birth_date=date(1951, 2, 3), address=Address(town="Ry"))


def says(fact: PersonFact | EffortFact | GoalFact, source: str, *, day: int = 0, **more: Any) -> LinkedRecord:
    until = more.pop("until", None)
    record = make_record(
        fact=fact,
        source=source,
        parties=(make_party(more.pop("number", NUMBER)),),
        registered_at=START + timedelta(days=day),
        **{"source_id": source, "record_type": fact.kind, **more},
    )
    return LinkedRecord(
        record=record,
        received_at=record.registered_at,
        registered_to=START + timedelta(days=until) if until is not None else None,
        role=PartyRole.PRIMARY,
        party_citizens=(CITIZEN,),
    )


def page(*linked: LinkedRecord, as_known: datetime | None = None) -> Overview:
    return build(CITIZEN, linked, areas=AREAS, version=1, as_known=as_known)


def seen_by(*areas: Area) -> Decision:
    shown = frozenset(areas)
    return Decision(
        allowed=True, basis=Basis.TEAM, shown=shown, withheld=frozenset(Area) - shown, policies=(), policy_version="x"
    )


@pytest.mark.parametrize("newest", ["social", "health"])
def test_the_page_is_about_the_person_whose_birth_date_the_number_tells(newest: str) -> None:
    header = page(says(TOVE, "social", day=newest == "social"), says(MILAN, "health", day=newest == "health")).header
    assert (header.display_name, header.person.birth_date) == ("Tove Iversen", BORN)
    assert header.person.address == TOVE.address
    assert [(each.name, each.sources, each.is_headline) for each in header.stated_identities] == [
        ("Tove Iversen", ("social",), True),
        ("Milan Petrović", ("health",), False),
    ]


def test_without_a_date_that_agrees_there_is_no_headline() -> None:
    other = TOVE.model_copy(update={"birth_date": date(1979, 12, 25)})
    header = page(says(other, "social"), says(MILAN, "health")).header
    assert (header.display_name, header.person.birth_date, header.person.address) == (None, None, None)
    assert [each.is_headline for each in header.stated_identities] == [False, False]
    letters = Identifier.national("8412791VJ4")
    assert page(says(TOVE, "social", number=letters), says(MILAN, "health", number=letters)).header.display_name is None


def test_twins_under_one_number_have_no_headline_but_a_new_family_name_has() -> None:
    twin = TOVE.model_copy(update={"given_name": "Karen"})
    assert page(says(TOVE, "social"), says(twin, "health", day=1)).header.display_name is None
    married = TOVE.model_copy(update={"family_name": "Holm"})
    header = page(says(TOVE, "social"), says(married, "health", day=1)).header
    assert header.display_name == "Tove Holm"
    assert len(header.stated_identities) == 2


@pytest.mark.parametrize(
    "other",
    [
        PersonFact(given_name="TOVE ", family_name="Iversen"),
        PersonFact(given_name="Tove Marie", family_name="Iversen", birth_date=BORN),
        PersonFact(birth_date=BORN),
        PersonFact(life_status=LifeStatus.DEAD),
    ],
)
def test_what_is_left_out_or_written_in_another_way_is_no_disagreement(other: PersonFact) -> None:
    assert page(says(TOVE, "social"), says(other, "health", day=1)).header.stated_identities == ()


def test_the_death_of_the_other_person_is_not_the_citizens() -> None:
    dead = MILAN.model_copy(update={"life_status": LifeStatus.DEAD, "died_on": date(2020, 1, 1)})
    assert page(says(TOVE, "social"), says(dead, "health", day=1)).header.person.life_status is None


def test_protection_from_either_side_protects() -> None:
    protected = MILAN.model_copy(update={"name_address_protected": True})
    assert page(says(TOVE, "social"), says(protected, "health")).header.person.name_address_protected


def test_every_role_reads_that_sources_disagree_and_none_what_a_withheld_source_says() -> None:
    whole = page(says(TOVE, "social"), says(MILAN, "health"), says(MILAN, "school"))
    for area in Area:
        shown = cut(whole, seen_by(area), AREAS)
        assert len(shown.header.stated_identities) > 1, area
        assert shown.header.display_name == "Tove Iversen"
        told = shown.model_dump_json()
        assert ("Milan" in told) == (area in {Area.HEALTH, Area.SCHOOL})
        assert ("1951-02-03" in told) == (area in {Area.HEALTH, Area.SCHOOL})
        assert not {name for each in shown.header.stated_identities for name in each.sources} - {area.value}


_names = st.sampled_from([None, "Tove", "tove marie", "Milan"])
_families = st.sampled_from([None, "Iversen", "Petrović", "Iversen Holm"])
_births = st.sampled_from([None, BORN, date(1951, 2, 3)])
_statements = st.lists(
    st.tuples(
        st.builds(PersonFact, given_name=_names, family_name=_families, birth_date=_births),
        st.sampled_from(sorted(AREAS)),
        st.integers(0, 9),
    ),
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(_statements, st.sets(st.sampled_from(list(Area))))
def test_a_headline_never_contradicts_the_number_and_a_cut_never_tells_more(
    statements: list[tuple[PersonFact, str, int]], areas: set[Area]
) -> None:
    linked = [says(fact, source, day=day, source_id=str(at)) for at, (fact, source, day) in enumerate(statements)]
    header = page(*linked).header
    identities = header.stated_identities
    assert len(identities) != 1
    assert sum(each.is_headline for each in identities) <= 1
    contradicting = any(not is_same_person(one, other) for one, *_ in statements for other, *_ in statements)
    assert bool(identities) == contradicting
    if identities and header.display_name:
        assert header.person.birth_date == BORN
        assert identities[0].is_headline
    shown = cut(page(*linked), seen_by(*areas), AREAS).header.stated_identities
    assert bool(shown) == bool(identities)
    visible = {source for source, area in AREAS.items() if area in areas}
    for each in shown:
        assert set(each.sources) <= visible
        assert each.sources or each.is_headline or (each.name, each.birth_date) == (None, None)


DEAD = TOVE.model_copy(update={"life_status": LifeStatus.DEAD, "died_on": date(2020, 1, 1)})
ALIVE = TOVE.model_copy(update={"life_status": LifeStatus.ALIVE})


def test_a_later_message_that_is_silent_does_not_revive_the_dead() -> None:
    earlier, silent = says(DEAD, "health", until=5), says(TOVE, "health", day=5)
    person = page(earlier, silent).header.person
    assert (person.life_status, person.died_on) == (LifeStatus.DEAD, date(2020, 1, 1))
    person = page(earlier, says(ALIVE, "health", day=5)).header.person
    assert (person.life_status, person.died_on) == (LifeStatus.ALIVE, None)


@pytest.mark.parametrize(("day", "status"), [(3, LifeStatus.ALIVE), (-3, LifeStatus.DEAD)])
def test_another_source_revives_only_by_a_statement_that_is_later_than_the_death(day: int, status: LifeStatus) -> None:
    linked = [says(DEAD, "health", until=5), says(TOVE, "health", day=5), says(ALIVE, "social", day=day)]
    assert page(*linked).header.person.life_status is status


def test_before_the_death_was_told_nobody_was_dead_and_nobody_said_alive() -> None:
    linked = [says(TOVE, "health", until=5), says(DEAD, "health", day=5)]
    assert page(*linked, as_known=START + timedelta(days=2)).header.person.life_status is None


def test_a_wiped_field_is_told_as_wiped() -> None:
    unit = Responsible(unit=Unit(id="social:1", name="Familiehuset"))
    effort = make_effort().model_copy(update={"responsible": unit, "purpose": "ro"})
    before = page(says(effort, "social"))
    (change,) = changes(before, page(says(make_effort(), "social", day=1)), date(2020, 2, 1))
    assert (change.kind, change.fields) == (ChangeKind.CHANGED, ("purpose", "responsible"))
    assert change.wiped == change.fields
    renamed = effort.model_copy(update={"title": "Andet", "purpose": None})
    (change,) = changes(before, page(says(renamed, "social", day=1)), date(2020, 2, 1))
    assert (change.fields, change.wiped) == (("purpose", "title"), ("purpose",))


def test_a_goal_that_is_no_longer_assessed_is_not_a_new_goal_text() -> None:
    goal = GoalFact(goal=GoalKind.CITIZEN_WISH, text="Et job", progress=Progress.BETTER, stated_by="Tove")
    wiped = GoalFact(goal=GoalKind.CITIZEN_WISH, text="Et job")
    (change,) = changes(page(says(goal, "social")), page(says(wiped, "social", day=1)), date(2020, 2, 1))
    assert change.wiped == ("progress", "stated_by")


def test_a_wiped_address_is_told_and_one_that_is_disputed_is_not() -> None:
    before = page(says(TOVE, "social"))
    assert wiped_of_person(before, page(says(TOVE.model_copy(update={"address": None}), "social"))) == ("address",)
    moved = TOVE.model_copy(update={"address": Address(town="Ry")})
    assert wiped_of_person(before, page(says(moved, "social"))) == ()
    twin = TOVE.model_copy(update={"given_name": "Karen"})
    assert wiped_of_person(before, page(says(TOVE, "social"), says(twin, "health"))) == ()
