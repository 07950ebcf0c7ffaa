"""A small town for tests of rights: citizens with overviews, employees, courses; written to a real store."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hub.access.tables import ActorRow
from hub.digest import keyed_digest
from hub.matching.tables import CitizenIdentifierRow, CitizenRow
from hub.overview.columns import UnitRelation, sources_of
from hub.overview.tables import OverviewRow, OverviewUnitRow, OverviewVersionRow, OverviewWorkerRow
from schemas.access import AccessFacts, AccessRequest, Actor, Purpose, Role
from schemas.identifiers import Identifier
from schemas.job_function import JobFunction
from schemas.overview import (
    CitizenHeader,
    DisagreeingValue,
    Disagreement,
    Entry,
    Overview,
    Provenance,
    Relative,
    Section,
    SectionState,
)
from schemas.people import Address, PersonFact, RelationKind, Responsible, Unit, Worker
from schemas.period import Period, Registration
from schemas.source import Area
from tests.conftest import DIGEST_KEY
from tests.factories import make_effort
from tests.processing import store_areas

TODAY = date(2023, 9, 12)
NOW = datetime(2023, 9, 12, 7, 0, tzinfo=UTC)
COURSE_FROM = date(2023, 3, 12)
SOURCES = {f"{area}_system": area for area in Area}
WHY = AccessRequest(purpose=Purpose.TEAM_MEETING, request_id="request-1")
REASON = "Akut bekymring fra naboen"


def because(reason: str | None = REASON) -> AccessRequest:
    """A request with a reason beyond team and unit."""
    return WHY.model_copy(update={"override_reason": reason})


def make_access_facts(citizen_id: UUID) -> AccessFacts:
    """Of an actor without any right to the citizen."""
    return AccessFacts(
        citizen_id=citizen_id,
        overview_version=1,
        on_team=False,
        is_lead_coordinator=False,
        is_named_worker=False,
        unit_has_active_effort=False,
        unit_holds_case=False,
        sources=frozenset(SOURCES),
        is_self=False,
        name_address_protected=False,
        consented_areas=frozenset(),
        not_updated_since=None,
    )


def an_actor(
    actor_id: str = "anna.holm",
    *,
    area: Area | None = Area.SOCIAL,
    unit_id: str | None = "social:100",
    roles: Iterable[Role] = (Role.TEAM_MEMBER,),
    own: Identifier | None = None,
    worker_ids: Iterable[str] = (),
) -> Actor:
    """An employee; a case worker of the family department unless told otherwise."""
    return Actor(
        id=actor_id,
        name=actor_id.replace(".", " ").title(),
        title="tovholder",
        roles=frozenset(roles),
        unit_id=unit_id,
        unit_name=unit_id,
        area=area,
        worker_ids=frozenset(worker_ids),
        own_identifier_digest=None if own is None else keyed_digest(own, DIGEST_KEY),
    )


def employ(session: Session, actor: Actor, *, active: bool = True) -> None:
    """Write the employee to the store."""
    function = JobFunction(name="sagsbehandler", role=Role.TEAM_MEMBER, kle=actor.kle)
    row = actor.model_dump(exclude={"machine", "kle"}) | {
        "functions": [] if actor.kle is None else [function.model_dump(mode="json")],
        "roles": sorted(actor.roles),
        "worker_ids": sorted(actor.worker_ids),
        "active": active,
    }
    session.execute(insert(ActorRow).values(**row))


def a_provenance(area: Area) -> Provenance:
    """Where something of that area came from."""
    return Provenance(
        source=f"{area}_system",
        record_type="Ydelse",
        source_id="1",
        registration=Registration(registered_from=NOW),
        observed_at=NOW,
        authority="0999",
        link="https://fagsystem.example/1",
    )


def an_overview(*, citizen_id: UUID | None = None, protected: bool = False, number: str = "750786-4002") -> Overview:
    """A citizen of whom every area knows an effort, a relative, an own id and another address."""
    unit = Unit(id="social:100", name="Familieafdelingen", phone="44 77 30 00")
    fact = make_effort().model_copy(
        update={"responsible": Responsible(unit=unit, worker=Worker(name="Lene Friis", phone="44 77 30 02"))}
    )
    return Overview(
        citizen_id=citizen_id or uuid4(),
        version=1,
        header=CitizenHeader(
            person=PersonFact(
                given_name="Maja",
                family_name="Testborger",
                birth_date=date(1986, 7, 15),
                name_address_protected=protected,
                address=Address(street="Egevej 7", postal_code="9999", town="Egelund"),
            ),
            identifiers=(
                Identifier.national(number),
                *(Identifier.local(f"{area}_system:person", "17") for area in Area),
            ),
            relatives=tuple(
                Relative(
                    name=f"Known to {area}",
                    relation=RelationKind.CHILD,
                    shares_household=True,
                    provenance=a_provenance(area),
                )
                for area in Area
            ),
            protection_sources=tuple(SOURCES) if protected else (),
        ),
        sections=tuple(
            Section(
                area=area,
                state=SectionState.ENTRIES,
                entries=(
                    Entry(
                        id=f"{area}_system/Ydelse/1",
                        area=area,
                        fact=fact,
                        valid=Period(start=date(2023, 1, 1)),
                        provenance=a_provenance(area),
                    ),
                ),
            )
            for area in Area
        ),
        disagreements=(
            Disagreement(
                field="address",
                values=tuple(DisagreeingValue(value=f"said by {area}", provenance=a_provenance(area)) for area in Area),
            ),
        ),
    )


def settle(session: Session, *, number: Identifier | None = None, overview: Overview | None = None) -> UUID:
    """Write a citizen with identifier and overview to the store, and the sources of ``SOURCES``."""
    store_areas(session, NOW, SOURCES)
    overview = overview or an_overview()
    session.execute(insert(CitizenRow).values(id=overview.citizen_id, created_at=NOW))
    if number is not None:
        session.execute(
            insert(CitizenIdentifierRow).values(
                namespace=number.namespace,
                value=number.value,
                national=number.is_national,
                digest=keyed_digest(number, DIGEST_KEY),
                citizen_id=overview.citizen_id,
            )
        )
    session.execute(
        insert(OverviewVersionRow).values(citizen_id=overview.citizen_id, version=overview.version, digest="")
    )
    session.execute(
        insert(OverviewRow).values(
            citizen_id=overview.citizen_id,
            version=overview.version,
            sources=list(sources_of(overview)),
            document=overview.model_dump(mode="json"),
            updated_at=NOW,
        )
    )
    return overview.citizen_id


def help_by(
    session: Session,
    citizen_id: UUID,
    unit_id: str,
    valid: Period | None = None,
    area: Area = Area.SOCIAL,
    relation: UnitRelation = UnitRelation.EFFORT,
) -> None:
    """Let a unit have an effort for the citizen, or hold a case."""
    during = valid or Period()
    session.execute(
        insert(OverviewUnitRow).values(
            citizen_id=citizen_id,
            unit_id=unit_id,
            area=area,
            relation=relation,
            valid_from=during.start,
            valid_to=during.end,
        )
    )


def name_worker(
    session: Session, citizen_id: UUID, worker_id: str, valid: Period | None = None, area: Area = Area.SOCIAL
) -> None:
    """Let a source name an employee as responsible for something of the citizen's."""
    during = valid or Period()
    session.execute(
        insert(OverviewWorkerRow).values(
            citizen_id=citizen_id, worker_id=worker_id, area=area, valid_from=during.start, valid_to=during.end
        )
    )
