"""A citizen opened with the family: one act, in which each is decided, logged and shown as if opened alone."""

from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from hub.access import service
from hub.audit import repository as audit
from hub.course import repository
from hub.course import service as course
from hub.course.views import Membership
from hub.db import Database
from hub.matching.tables import CitizenRow
from hub.overview.columns import UnitRelation
from hub.overview.tables import OverviewRow
from schemas.access import AccessFacts, AccessRequest, AuditEntry, AuditOutcome, Basis
from schemas.overview import Overview, Relative
from schemas.people import RelationKind
from schemas.source import Area
from tests.access_town import (
    COURSE_FROM,
    NOW,
    TODAY,
    WHY,
    a_provenance,
    an_actor,
    an_overview,
    because,
    help_by,
    name_worker,
    settle,
)
from tests.consents import consent_to_areas, open_course
from tests.factories import MAJA

ANNA = an_actor(own=MAJA, worker_ids=["social:845"])
Family = Mapping[UUID, Overview]


def _related(overview: Overview, other: UUID) -> Overview:
    relative = Relative(
        citizen_id=other, relation=RelationKind.PARENT, shares_household=True, provenance=a_provenance(Area.SOCIAL)
    )
    header = overview.header.model_copy(update={"relatives": (*overview.header.relatives, relative)})
    return overview.model_copy(update={"header": header})


def _settle_family(session: Session, *, on_team: bool = True) -> tuple[UUID, Family]:
    """A citizen on a course with a protected one, one who lives with them, the actor, a merged one, and one unknown."""
    protected = an_overview(protected=True)
    child = _related(an_overview(), protected.citizen_id)
    plain, myself, merged, gone = (an_overview() for _ in range(4))
    family = {overview.citizen_id: overview for overview in (plain, protected, child, myself, merged, gone)}
    for overview in family.values():
        settle(session, overview=overview, number=MAJA if overview is myself else None)
    earlier = uuid4()
    session.add(CitizenRow(id=earlier, created_at=NOW))
    session.flush()
    session.execute(update(CitizenRow).where(CitizenRow.id == earlier).values(merged_into=merged.citizen_id))
    session.execute(delete(OverviewRow).where(OverviewRow.citizen_id == gone.citizen_id))
    members = [earlier if overview is merged else overview.citizen_id for overview in family.values()]
    course_id = open_course(session, "Familien", members, COURSE_FROM)
    if on_team:
        course.join(session, course_id, Membership(actor_id=ANNA.id, reason="Tovholder"), COURSE_FROM)
    for member, area in zip(members, [*Area, *Area], strict=False):
        consent_to_areas(session, course_id, member, [area], COURSE_FROM)
    name_worker(session, child.citizen_id, "social:845")
    help_by(session, merged.citizen_id, "social:100", relation=UnitRelation.CASE)
    return plain.citizen_id, family


def _request(citizen_id: UUID) -> AccessRequest:
    return WHY.model_copy(update={"shown_on": citizen_id})


def _lines(session: Session) -> list[AuditEntry]:
    return [logged.entry for logged in reversed(audit.list_entries(session))]


def test_each_of_a_family_is_decided_logged_and_shown_as_if_opened_alone(database: Database) -> None:
    with database.transaction() as session:
        citizen_id, family = _settle_family(session)

        def read(facts: AccessFacts) -> Overview:
            return family[facts.citizen_id]

        together = service.open_overview(session, ANNA, citizen_id, WHY, now=NOW, read=read, others=_request)
        written = _lines(session)
        others = sorted(family.keys() - {citizen_id})
        alone = [
            service.open_overview(
                session,
                ANNA,
                member,
                WHY if member == citizen_id else _request(member),
                now=NOW,
                read=read,
            )
            for member in (citizen_id, *others)
        ]
        assert _lines(session)[len(written) :] == written
    assert [together.model_copy(update={"family": ()}), *together.family] == alone
    assert {line.outcome for line in written} == {AuditOutcome.SHOWN, AuditOutcome.REFUSED, AuditOutcome.NOT_FOUND}
    protected = [opened for opened in together.family if opened.facts and opened.facts.name_address_protected]
    assert len(protected) == 2
    assert not [opened for opened in protected if opened.overview and "Egevej" in opened.overview.model_dump_json()]


def test_every_line_is_written_before_the_first_overview_is_read(database: Database) -> None:
    with database.transaction() as session:
        citizen_id, family = _settle_family(session)

        def read(facts: AccessFacts) -> Overview:
            assert {line.citizen_id for line in _lines(session)} == set(family)
            return family[facts.citizen_id]

        opened = service.open_overview(session, ANNA, citizen_id, WHY, now=NOW, read=read, others=_request)
    assert opened.overview is not None


@pytest.mark.parametrize("request_", [WHY, because()])
def test_without_the_teams_right_nobody_else_is_asked_for(database: Database, request_: AccessRequest) -> None:
    with database.transaction() as session:
        citizen_id, family = _settle_family(session, on_team=False)

        def read(facts: AccessFacts) -> Overview:
            assert facts.citizen_id == citizen_id
            return family[facts.citizen_id]

        opened = service.open_overview(
            session,
            ANNA,
            citizen_id,
            request_,
            now=NOW,
            read=read,
            others=lambda _: pytest.fail("nobody else may be opened"),
        )
        assert [line.citizen_id for line in _lines(session)] == [citizen_id]
    assert opened.decision.basis in {Basis.NONE, Basis.OVERRIDE}
    assert not opened.family


def test_the_facts_on_a_course_are_those_of_each_citizen(database: Database) -> None:
    with database.transaction() as session:
        citizen_id, family = _settle_family(session)
        together = repository.access_facts_on_course(session, ANNA, citizen_id, TODAY)
        assert together == {
            member: repository.access_facts(session, ANNA, member, TODAY)
            for member in repository.on_course(session, citizen_id, TODAY)
        }
        assert together.keys() == family.keys()
        stranger = uuid4()
        assert repository.access_facts_on_course(session, ANNA, stranger, TODAY) == {stranger: None}
