"""Consents are read, recorded and withdrawn by the team, each act decided and logged; older ones are taken over."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from hub.access.consents import ConsentDesk, GivenConsent, list_consents
from hub.access.explanation import explain
from hub.access.policy import decide
from hub.audit.repository import list_entries
from hub.course import service as course
from hub.course.consent_rules import ConsentFault, year_after
from hub.course.repository import access_facts, on_course
from hub.course.service import team_of
from hub.course.views import Membership
from hub.db import Database
from hub.migrations import config
from schemas.access import Actor, AuditAction, AuditEntry, AuditOutcome, Basis, Decision, Role
from schemas.consent import ConsentCell, ConsentForm, ConsentKind
from schemas.course import TeamFunction
from schemas.data_category import DataCategory
from schemas.disclosure import DisclosureBasis
from schemas.source import Area
from tests.access_town import COURSE_FROM, NOW, TODAY, WHY, an_actor, because, employ, settle
from tests.consents import consent_to_areas, consent_to_cells, make_terms
from tests.factories import MAJA

ANNA = an_actor()
SARA = an_actor("sara.winther", area=Area.HEALTH, unit_id=None)
PETER = an_actor("peter.lund", area=Area.EMPLOYMENT, unit_id=None)
EFFORTS = ConsentCell(area=Area.SCHOOL, source="school_system", category=DataCategory.EFFORTS)
HEALTH = ConsentCell(area=Area.HEALTH, source="health_system", category=DataCategory.EFFORTS)


def _course(session: Session) -> tuple[UUID, UUID]:
    """A citizen on a course that Anna leads and Sara is on; nothing is consented to."""
    citizen_id = settle(session, number=MAJA)
    course_id = course.open_course(session, "Familien", [citizen_id], COURSE_FROM)
    lead = Membership(actor_id=ANNA.id, function=TeamFunction.LEAD_COORDINATOR, reason="Tovholder")
    course.join(session, course_id, lead, COURSE_FROM)
    course.join(session, course_id, Membership(actor_id=SARA.id, reason="Sundhedsplejerske"), COURSE_FROM)
    return citizen_id, course_id


def _desk(session: Session, actor: Actor, citizen_id: UUID) -> ConsentDesk:
    return ConsentDesk(session, actor, citizen_id, WHY, now=NOW)


def _lines(session: Session) -> list[AuditEntry]:
    return [logged.entry for logged in reversed(list_entries(session))]


def _decide(session: Session, actor: Actor, citizen_id: UUID, reason: str | None = None) -> Decision:
    facts = access_facts(session, actor, citizen_id, TODAY)
    assert facts
    return decide(actor, facts, because(reason))


def test_a_course_opens_nothing_before_the_citizen_consents_to_it(database: Database) -> None:
    with database.transaction() as session:
        citizen_id, course_id = _course(session)
        consent_to_areas(session, course_id, citizen_id, [Area.SCHOOL], COURSE_FROM)
        assert not _decide(session, PETER, citizen_id).allowed
        assert _decide(session, SARA, citizen_id).basis is Basis.NONE
        assert team_of(session, citizen_id, TODAY) is None
        assert on_course(session, citizen_id, TODAY) == ()
        assert _desk(session, ANNA, citizen_id).give(GivenConsent(to_course=True, terms=make_terms(TODAY))) == ()
        decision = _decide(session, SARA, citizen_id)
        assert (decision.basis, decision.shown) == (Basis.TEAM, frozenset({Area.HEALTH, Area.SCHOOL}))
        assert [(each.area, each.basis) for each in decision.disclosures] == [(Area.SCHOOL, DisclosureBasis.CONSENT)]


def test_the_lead_coordinator_records_cell_by_cell_and_every_act_is_a_line(database: Database) -> None:
    terms = make_terms(TODAY, year_after(TODAY)).model_copy(update={"evidence": "Blanket 4, cpr 150786-4002"})
    with database.transaction() as session:
        employ(session, ANNA)
        citizen_id, _ = _course(session)
        desk = _desk(session, ANNA, citizen_id)
        assert desk.give(GivenConsent(to_course=True, cells=(EFFORTS, HEALTH), terms=terms)) == ()
        view = desk.read()
        assert view
        assert (view.may_give, view.may_withdraw) == (True, True)
        by_kind = {consent.kind: consent for consent in view.consents.consents}
        assert set(by_kind) == set(ConsentKind)
        assert by_kind[ConsentKind.SHARE].cell == EFFORTS
        assert {consent.recorded_by for consent in by_kind.values()} == {ANNA.name}
        assert all(consent.recorded_at == NOW for consent in by_kind.values())
        assert "4002" not in by_kind[ConsentKind.HEALTH].terms.evidence
        given_line, read_line = _lines(session)
        assert given_line.action is AuditAction.GIVE_CONSENT
        assert read_line.action is AuditAction.READ_CONSENTS
        assert given_line.details["consent"] == {
            "cells": ["school/school_system/efforts", "health/health_system/efforts", "course"],
            "form": "written",
            "given_by": "citizen",
            "given_on": "2023-09-12",
            "expires_on": "2024-09-12",
        }
        assert (given_line.citizen_id, given_line.basis) == (citizen_id, Basis.TEAM)


def test_what_is_not_as_the_law_asks_is_not_recorded(database: Database) -> None:
    oral = make_terms(TODAY, form=ConsentForm.ORAL)
    with database.transaction() as session:
        citizen_id, _ = _course(session)
        desk = _desk(session, ANNA, citizen_id)
        assert desk.give(GivenConsent(cells=(HEALTH,), terms=oral)) == (
            ConsentFault.NO_COURSE_CONSENT,
            ConsentFault.HEALTH_NOT_WRITTEN,
            ConsentFault.HEALTH_TOO_LONG,
        )
        view = desk.read()
        assert view
        assert view.consents.consents == ()


def test_a_withdrawal_closes_at_once_and_one_of_the_course_takes_all_with_it(database: Database) -> None:
    with database.transaction() as session:
        citizen_id, course_id = _course(session)
        desk = _desk(session, ANNA, citizen_id)
        desk.give(GivenConsent(to_course=True, terms=make_terms(COURSE_FROM)))
        consent_to_areas(session, course_id, citizen_id, [Area.SCHOOL, Area.EMPLOYMENT], COURSE_FROM)
        view = desk.read()
        assert view
        school = [each.id for each in view.consents.consents if each.cell and each.cell.area is Area.SCHOOL]
        withdrawn = _desk(session, SARA, citizen_id).withdraw(school)
        assert withdrawn
        assert len(withdrawn) == len(school)
        assert _decide(session, SARA, citizen_id).shown == {Area.HEALTH, Area.EMPLOYMENT}
        to_course = [each.id for each in view.consents.consents if each.kind is ConsentKind.COURSE]
        _desk(session, SARA, citizen_id).withdraw(to_course)
        assert not _decide(session, SARA, citizen_id).allowed
        view = desk.read()
        assert view
        assert view.consents.standing(TODAY) == ()
        assert {each.withdrawn_on for each in view.consents.consents} == {TODAY}
        assert all(each.withdrawn_by == SARA.id for each in view.consents.consents)


def test_a_consent_of_somebody_else_is_not_withdrawn(database: Database) -> None:
    with database.transaction() as session:
        citizen_id, _ = _course(session)
        other = settle(session)
        other_course = course.open_course(session, "Andre", [other], COURSE_FROM)
        consent_to_areas(session, other_course, other, [Area.SCHOOL], COURSE_FROM)
        assert _desk(session, ANNA, citizen_id).withdraw(range(1, 100)) == ()


@pytest.mark.parametrize(
    ("actor", "outcomes"),
    [
        (SARA, [AuditOutcome.SHOWN, AuditOutcome.REFUSED, AuditOutcome.SHOWN]),
        (PETER, [AuditOutcome.REFUSED] * 3),
        (an_actor(own=MAJA), [AuditOutcome.REFUSED] * 3),
        (an_actor(roles=[Role.TEAM_MEMBER, Role.ADMINISTRATOR]), [AuditOutcome.REFUSED] * 3),
        (an_actor(roles=[Role.DPO]), [AuditOutcome.REFUSED] * 3),
    ],
    ids=["member", "not on team", "the citizen", "administrator", "dpo"],
)
def test_who_may_read_record_and_withdraw(database: Database, actor: Actor, outcomes: list[AuditOutcome]) -> None:
    with database.transaction() as session:
        citizen_id, _ = _course(session)
        desk = _desk(session, actor, citizen_id)
        answers = (
            desk.read(),
            desk.give(GivenConsent(to_course=True, terms=make_terms(TODAY))),
            desk.withdraw([]),
        )
        assert [line.outcome for line in _lines(session)] == outcomes
        assert [answer is None for answer in answers] == [each is AuditOutcome.REFUSED for each in outcomes]


def test_nobody_reads_consents_of_a_citizen_on_no_course(database: Database) -> None:
    with database.transaction() as session:
        assert _desk(session, ANNA, uuid4()).read() is None
        assert [line.outcome for line in _lines(session)] == [AuditOutcome.NOT_FOUND]


def test_my_list_has_every_citizen_of_my_courses_once_and_nobody_elses(database: Database) -> None:
    with database.transaction() as session:
        citizen_id, _ = _course(session)
        again = course.open_course(session, "Et nyt forløb", [citizen_id], COURSE_FROM + timedelta(days=1))
        course.join(session, again, Membership(actor_id=ANNA.id, reason="Ny"), COURSE_FROM + timedelta(days=1))
        consent_to_areas(session, again, citizen_id, [Area.SOCIAL], TODAY)
        course.open_course(session, "Andre", [settle(session)], COURSE_FROM)
        (listed,) = list_consents(session, ANNA, WHY, now=NOW)
        assert listed.citizen_id == citizen_id
        assert {each.cell.area for each in listed.consents if each.cell} == {Area.SOCIAL}
        assert list_consents(session, PETER, WHY, now=NOW) == ()
        assert [(line.citizen_id, line.result_count) for line in _lines(session)] == [
            (None, 1),
            (citizen_id, None),
            (None, 0),
        ]


def test_a_reason_that_shows_more_of_an_area_than_was_consented_to_is_an_override(database: Database) -> None:
    with database.transaction() as session:
        citizen_id, course_id = _course(session)
        _desk(session, ANNA, citizen_id).give(GivenConsent(to_course=True, terms=make_terms(COURSE_FROM)))
        consent_to_cells(session, course_id, citizen_id, [(Area.SOCIAL, DataCategory.PLANS)], COURSE_FROM)
        (in_part,) = _decide(session, SARA, citizen_id).disclosures
        facts = access_facts(session, SARA, citizen_id, TODAY)
        assert facts
        assert "Borgeren har samtykket til, at teamet ser: noget af social." in explain(SARA, facts, WHY)
        assert (in_part.basis, in_part.cells) == (DisclosureBasis.CONSENT, frozenset({"social_system/plans"}))
        decision = _decide(session, SARA, citizen_id, "Akut bekymring fra naboen")
        (whole,) = decision.disclosures
        assert (decision.basis, whole.basis, whole.cells) == (Basis.OVERRIDE, DisclosureBasis.OVERRIDE, None)


@pytest.fixture
def url(postgres: URL) -> Iterator[URL]:
    name = f"migrated_{uuid4().hex}"
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgres.set(database=name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


BEFORE = """
    INSERT INTO courses (id, title, started_on) VALUES (:course_id, 'Familien', '2023-03-12');
    INSERT INTO course_citizens (course_id, citizen_id, valid_from) VALUES (:course_id, :citizen_id, '2023-03-12');
    INSERT INTO consents (course_id, citizen_id, area, given_on, expires_on, withdrawn_on, scope) VALUES
        (:course_id, :citizen_id, 'social', '2023-03-12', NULL, '2023-08-01', 'Indsatser'),
        (:course_id, :citizen_id, 'health', '2023-03-12', '2024-03-11', NULL, 'Indsatser')
"""


def test_older_consents_are_taken_over_as_what_they_were(url: URL) -> None:
    before = ScriptDirectory.from_config(config(url)).get_revision("0039_four_gates").down_revision
    assert isinstance(before, str)
    keys = {"course_id": uuid4(), "citizen_id": uuid4()}
    command.upgrade(config(url), before)
    engine = create_engine(url)
    columns = "area, given_on, expires_on, withdrawn_on, scope"
    with engine.begin() as connection:
        for statement in BEFORE.split(";"):
            connection.execute(text(statement), keys)
        rows_before = connection.execute(text(f"SELECT {columns} FROM consents ORDER BY area")).all()  # noqa: S608
    command.upgrade(config(url), "0039_four_gates")
    with engine.connect() as connection:
        statement = "SELECT kind, area, source, category, form, given_by, given_on FROM consents ORDER BY kind"
        given_on = date(2023, 3, 12)
        assert connection.execute(text(statement)).all() == [
            ("course", None, None, None, "converted", "unknown", given_on),
            ("health", "health", "*", "*", "converted", "unknown", given_on),
            ("share", "social", "*", "*", "converted", "unknown", given_on),
        ]
    command.downgrade(config(url), before)
    with engine.connect() as connection:
        assert connection.execute(text(f"SELECT {columns} FROM consents ORDER BY area")).all() == rows_before  # noqa: S608
    engine.dispose()
