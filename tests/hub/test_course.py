"""The course: who is on the team when, and what that says to the policy."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.course import repository, service
from hub.course.tables import ConsentRow
from hub.course.views import Membership
from hub.db import Database
from hub.matching.tables import CitizenRow
from hub.overview.columns import UnitRelation
from hub.overview.tables import OverviewRow
from schemas.access import AccessFacts, Actor
from schemas.course import TeamFunction
from schemas.period import Period
from schemas.search import AccessScope
from schemas.source import Area
from tests.access_town import (
    COURSE_FROM,
    TODAY,
    an_actor,
    an_overview,
    employ,
    help_by,
    make_access_facts,
    name_worker,
    settle,
)
from tests.consents import consent_to_areas, open_course, withdraw_areas
from tests.factories import MAJA

ANNA = an_actor()
SARA = an_actor("sara.winther", area=Area.HEALTH, unit_id="health:300")
DAY = timedelta(days=1)
YEAR_AFTER = COURSE_FROM.replace(year=COURSE_FROM.year + 1)


def _course(session: Session, citizen_id: UUID, *areas: Area) -> UUID:
    course_id = open_course(session, "Familien Testborger", [citizen_id], COURSE_FROM)
    lead = Membership(actor_id=ANNA.id, function=TeamFunction.LEAD_COORDINATOR, reason="Tættest på familien")
    service.join(session, course_id, lead, COURSE_FROM)
    consent_to_areas(session, course_id, citizen_id, areas, COURSE_FROM)
    return course_id


def _facts(session: Session, actor: Actor, citizen_id: UUID, on: date = TODAY) -> AccessFacts:
    facts = repository.access_facts(session, actor, citizen_id, on)
    assert facts is not None
    return facts


def test_a_stranger_has_no_right(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session)
        facts = _facts(session, ANNA, citizen_id)
        assert facts == make_access_facts(citizen_id).model_copy(update={"numbers": facts.numbers})


def test_nobody_knows_a_citizen_without_records(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session)
        session.execute(delete(OverviewRow))
        assert repository.access_facts(session, ANNA, citizen_id, TODAY) is None
        assert repository.access_facts(session, ANNA, uuid4(), TODAY) is None


def test_the_facts_of_one_citizen_are_not_looked_for_among_all_of_an_employees(database: Database) -> None:
    """Whatever the statistics say: a new store has none, and those of a plan kept by a connection grow old."""
    with database.transaction() as session:
        citizens = [settle(session) for _ in range(30)]
        for citizen_id in citizens:
            _course(session, citizen_id, Area.SCHOOL)
    read = text("""
        SELECT relname, coalesce(idx_tup_fetch, 0), coalesce(seq_scan, 0) + coalesce(idx_scan, 0)
        FROM pg_stat_xact_user_tables WHERE relname IN ('consents', 'course_citizens')
    """)
    with database.transaction() as session:
        session.execute(text("SET LOCAL join_collapse_limit = 8"))  # as everywhere but in the tests
        assert _facts(session, ANNA, citizens[0]).on_team
        rows_and_scans = {table: (rows, scans) for table, rows, scans in session.execute(read)}
        consents = session.scalar(text("SELECT count(*) FROM consents"))
    assert consents is not None
    assert 0 < rows_and_scans["consents"][0] <= 3 * consents / len(citizens)
    assert rows_and_scans["course_citizens"][1] <= 5


def test_the_team_has_what_was_consented_to(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session)
        _course(session, citizen_id, Area.SCHOOL, Area.SOCIAL)
        facts = _facts(session, ANNA, citizen_id)
        assert facts.on_team
        assert facts.is_lead_coordinator
        assert facts.consented_areas == {Area.SCHOOL, Area.SOCIAL}
        assert not _facts(session, ANNA, citizen_id, COURSE_FROM - DAY).on_team


def test_consent_is_to_one_team_only(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session)
        _course(session, citizen_id, Area.SCHOOL)
        other = open_course(session, "Et andet forløb", [citizen_id], COURSE_FROM)
        service.join(session, other, Membership(actor_id=SARA.id, reason="Behandler"), COURSE_FROM)
        facts = _facts(session, SARA, citizen_id)
        assert facts.on_team
        assert not facts.consented_areas


def test_leaving_closes_access_the_same_day(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session)
        course_id = _course(session, citizen_id, Area.SCHOOL)
        service.leave(session, course_id, ANNA.id, TODAY)
        assert _facts(session, ANNA, citizen_id, TODAY - DAY).on_team
        facts = _facts(session, ANNA, citizen_id)
        assert not facts.on_team
        assert not facts.consented_areas
        assert not repository.my_citizens(session, ANNA, TODAY)
        assert not repository.functions_of(session, ANNA, TODAY)


def test_the_end_of_the_course_closes_access_for_all(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session)
        service.end_course(session, _course(session, citizen_id), TODAY)
        assert not _facts(session, ANNA, citizen_id).on_team
        assert service.team_of(session, citizen_id, TODAY) is None


def test_withdrawn_consent_closes_the_area_the_same_day(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session)
        course_id = _course(session, citizen_id, Area.SCHOOL, Area.SOCIAL)
        withdraw_areas(session, course_id, citizen_id, [Area.SCHOOL], TODAY)
        assert _facts(session, ANNA, citizen_id, TODAY - DAY).consented_areas == {Area.SCHOOL, Area.SOCIAL}
        assert _facts(session, ANNA, citizen_id).consented_areas == {Area.SOCIAL}


def test_consent_to_health_lapses_within_a_year(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session)
        _course(session, citizen_id, Area.HEALTH, Area.SOCIAL)
        assert Area.HEALTH in _facts(session, ANNA, citizen_id, YEAR_AFTER - DAY).consented_areas
        assert _facts(session, ANNA, citizen_id, YEAR_AFTER).consented_areas == {Area.SOCIAL}


@pytest.mark.parametrize("expires_on", [None, COURSE_FROM + 367 * DAY])
def test_the_store_refuses_a_longer_consent_to_health(database: Database, expires_on: date | None) -> None:
    with database.transaction() as session:
        citizen_id = settle(session)
        course_id = _course(session, citizen_id)
        row = {
            "course_id": course_id,
            "citizen_id": citizen_id,
            "kind": "health",
            "area": "health",
            "source": "health_system",
            "category": "efforts",
            "form": "written",
            "given_by": "citizen",
            "evidence": "Blanket",
        }
        with pytest.raises(IntegrityError, match="ck_consents_health_year"), session.begin_nested():
            session.execute(insert(ConsentRow).values(**row, given_on=COURSE_FROM, expires_on=expires_on))


def test_the_own_unit_counts_while_it_has_an_effort(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session)
        help_by(session, citizen_id, "social:100", Period(start=COURSE_FROM, end=TODAY))
        help_by(session, citizen_id, "health:300", area=Area.HEALTH)
        assert _facts(session, ANNA, citizen_id, TODAY - DAY).unit_has_active_effort
        assert not _facts(session, ANNA, citizen_id).unit_has_active_effort
        assert _facts(session, SARA, citizen_id).unit_has_active_effort
        assert not _facts(session, an_actor(unit_id=None), citizen_id).unit_has_active_effort
        assert _facts(session, ANNA, citizen_id).unit_effort_ended_for == 0


def test_an_effort_that_is_planned_or_over_is_told_in_days(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session)
        for start, end in ((-90, -40), (-60, -29), (15, 40), (60, None)):
            valid = Period(start=TODAY + start * DAY, end=None if end is None else TODAY + end * DAY)
            help_by(session, citizen_id, "social:100", valid)
        facts = _facts(session, ANNA, citizen_id)
        assert (facts.unit_has_active_effort, facts.unit_effort_begins_in, facts.unit_effort_ended_for) == (
            False,
            15,
            29,
        )
        assert _facts(session, SARA, citizen_id).unit_effort_ended_for is None


def test_a_unit_counts_while_it_holds_a_case(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session)
        help_by(session, citizen_id, "social:100", Period(start=COURSE_FROM, end=TODAY), relation=UnitRelation.CASE)
        before, today = (_facts(session, ANNA, citizen_id, day) for day in (TODAY - DAY, TODAY))
        assert (before.unit_holds_case, before.unit_has_active_effort) == (True, False)
        assert today == make_access_facts(citizen_id).model_copy(update={"numbers": today.numbers})


def test_a_named_worker_counts_by_a_declared_id_in_the_own_area_while_it_lasts(database: Database) -> None:
    named = an_actor(worker_ids=["social:845"])
    with database.transaction() as session:
        citizen_id, elsewhere = settle(session), settle(session)
        name_worker(session, citizen_id, "social:845", Period(start=COURSE_FROM, end=TODAY))
        name_worker(session, elsewhere, "social:845", area=Area.SCHOOL)
        assert _facts(session, named, citizen_id, TODAY - DAY).is_named_worker
        assert not _facts(session, named, citizen_id).is_named_worker
        assert not _facts(session, named, elsewhere).is_named_worker
        assert not _facts(session, ANNA, citizen_id, TODAY - DAY).is_named_worker
        scope = AccessScope(citizens=frozenset({citizen_id}), areas=frozenset({Area.SOCIAL}))
        assert scope in repository.access_scopes(session, named, TODAY - DAY)
        assert scope not in repository.access_scopes(session, named, TODAY)


def test_an_employee_who_is_named_on_the_own_page_does_not_find_it(database: Database) -> None:
    myself = an_actor(own=MAJA, worker_ids=["social:845"])
    with database.transaction() as session:
        name_worker(session, settle(session, number=MAJA), "social:845")
        assert not any(scope.citizens for scope in repository.access_scopes(session, myself, TODAY))


def test_an_employee_is_recognised_as_a_citizen_also_after_a_merge(database: Database) -> None:
    myself = an_actor(own=MAJA)
    with database.transaction() as session:
        earlier, now = settle(session, number=MAJA), settle(session)
        _course(session, earlier)
        assert _facts(session, myself, earlier).is_self
        session.execute(update(CitizenRow).where(CitizenRow.id == earlier).values(merged_into=now))
        facts = _facts(session, myself, now)
        assert facts.is_self
        assert facts.on_team
        assert not _facts(session, myself, earlier).is_self
        assert not repository.my_citizens(session, myself, TODAY)
        assert not repository.functions_of(session, myself, TODAY)
        assert repository.access_scopes(session, myself, TODAY) == ()
        assert service.team_of(session, now, TODAY) is not None
        assert repository.on_course(session, now, TODAY) == (now,)


def test_scopes_group_citizens_by_what_is_opened(database: Database) -> None:
    with database.transaction() as session:
        shared, closed = settle(session), settle(session)
        _course(session, shared, Area.SCHOOL)
        _course(session, closed)
        assert set(repository.access_scopes(session, ANNA, TODAY)) == {
            AccessScope(citizens=frozenset({shared}), areas=frozenset({Area.SOCIAL, Area.SCHOOL})),
            AccessScope(citizens=frozenset({closed}), areas=frozenset({Area.SOCIAL})),
        }


def test_the_team_is_told_with_function_contact_and_reason(database: Database) -> None:
    with database.transaction() as session:
        employ(session, ANNA)
        maja, ida = settle(session), settle(session)
        course_id = open_course(session, "Familien", [maja, ida], COURSE_FROM)
        service.join(session, course_id, Membership(actor_id="aa.unknown", reason="Vikar"), TODAY)
        lead = Membership(actor_id=ANNA.id, function=TeamFunction.LEAD_COORDINATOR, reason="Tættest på")
        service.join(session, course_id, lead, COURSE_FROM)
        course = service.team_of(session, ida, TODAY)
        assert course is not None
        assert set(repository.on_course(session, ida, TODAY)) == {maja, ida}
        assert [(member.name, member.reason) for member in course.team] == [
            ("Anna Holm", "Tættest på"),
            ("aa.unknown", "Vikar"),
        ]
        assert service.family_of(session, ida, TODAY) == (maja,)
        assert service.family_of(session, uuid4(), TODAY) == ()


def test_the_function_of_the_facts_is_part_of_the_plan_of_whoever_asks(database: Database) -> None:
    with database.transaction() as session:
        rows = session.execute(
            text("EXPLAIN SELECT version FROM overview_facts(current_date) WHERE citizen_id = :id"), {"id": uuid4()}
        )
        plan = "\n".join(rows.scalars())
    assert "pk_overviews" in plan or "Scan on overviews" in plan
    assert "Function Scan" not in plan


def test_my_citizens_come_once_each_with_name_and_protection(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = settle(session, overview=an_overview(protected=True))
        course_id = _course(session, citizen_id)
        service.join(session, course_id, Membership(actor_id=ANNA.id, reason="Også menig"), TODAY)
        (mine,) = service.my_citizens(session, ANNA, TODAY)
        assert repository.functions_of(session, ANNA, TODAY) == {mine.citizen_id: mine.function}
        assert (mine.name, mine.protected, mine.birth_date) == ("Maja Testborger", True, date(1986, 7, 15))
        assert mine.function is TeamFunction.LEAD_COORDINATOR
