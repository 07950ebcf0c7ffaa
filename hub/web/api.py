"""The JSON twins of the pages: the same service calls, the same decisions, the same lines in the log."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from hub.access import service
from hub.access.masking import MASK
from hub.audit.repository import LoggedEntry
from hub.clock import danish_day
from hub.collect.repository import quarantine_groups
from hub.collect.runs import QuarantineGroup, SourceState
from hub.course.views import MyCitizen
from hub.errors import CitizenUnknown
from hub.overview.aftermath import Aftermath, aftermath
from hub.web.admin import lines_of
from hub.web.citizen import noting_failure
from hub.web.citizens import find
from hub.web.gather import material, opened, states_of
from hub.web.present_search import Asked
from hub.web.security import checked_header, token
from hub.web.visit import visiting
from schemas.access import Actor, AuditAction, AuditOutcome, Decision, Purpose
from schemas.base import Schema
from schemas.overview import Overview
from schemas.search import SearchPage
from schemas.source import Area, SourceSystem

router = APIRouter(prefix="/api")
NATIONAL_DATE = 6


class Me(Schema):
    """Who is logged in."""

    actor: Actor
    purpose: Purpose
    csrf: str
    """Send it as ``X-CSRF-Token`` with every POST."""


class OverviewAnswer(Schema):
    """A citizen as the decision shows them. Refused: no overview, and the decision says why."""

    decision: Decision
    overview: Overview | None = None
    """National numbers are masked, as on the page."""
    family: tuple[Overview, ...] = ()
    """The others on the course, each cut to a decision of its own."""
    aftermath: tuple[Aftermath, ...] = ()
    """Each notification about the family with what followed."""


class SearchAsk(Schema):
    """What to look for; a number in the body never lands in an address."""

    text: str = Field(min_length=1, max_length=200)
    areas: frozenset[Area] = frozenset()
    units: frozenset[str] = frozenset()
    kle_topics: frozenset[str] = frozenset()
    paragraphs: frozenset[str] = frozenset()
    ongoing_only: bool = False
    after: str | None = None
    size: int = Field(default=20, ge=1, le=100)


class SearchAnswer(Schema):
    """Whom the search found."""

    page: SearchPage
    needs_reason: frozenset[UUID]


class SourceAnswer(Schema):
    """A source and how it is doing."""

    source: SourceSystem
    state: SourceState
    quarantine: tuple[QuarantineGroup, ...]


@router.get("/mig")
def me(request: Request) -> Me:
    """Who is logged in, and the token for posts."""
    with visiting(request) as visit:
        actor = visit.actor.model_copy(update={"own_identifier_digest": None})
        return Me(actor=actor, purpose=visit.access().purpose, csrf=token(request))


@router.get("/mine-borgere")
def my_citizens(request: Request) -> tuple[MyCitizen, ...]:
    """The citizens on whose team the actor is."""
    with visiting(request) as visit:
        visit.need(AuditAction.LIST_CITIZENS)
        return service.list_citizens(visit.session, visit.actor, visit.access(), now=visit.now)


@router.post("/soeg", dependencies=[Depends(checked_header)])
def search(request: Request, ask: SearchAsk) -> SearchAnswer:
    """Find citizens within what the actor may find."""
    with visiting(request) as visit:
        visit.need(AuditAction.SEARCH)
        asked = Asked(**ask.model_dump(exclude={"after", "size"}))
        found = find(visit, asked, ask.after, ask.size)
        return SearchAnswer(page=found.page, needs_reason=found.needs_reason)


@router.get("/overblik/{citizen_id}")
@router.get("/tidslinje/{citizen_id}")
@router.get("/familien/{citizen_id}")
def overview(request: Request, citizen_id: UUID, kendt: Annotated[date | None, Query()] = None) -> OverviewAnswer:
    """The citizen and the family, now or as known at the end of a day."""
    with noting_failure(request, citizen_id), visiting(request) as visit:
        known = kendt if kendt and kendt < danish_day(visit.now) else None
        found = opened(visit, citizen_id, known)
        if found.facts is not None and found.overview is not None:
            made = material(visit, found, found.overview, known)
            people = tuple(without_numbers(one) for one in made.people)
            return OverviewAnswer(
                decision=found.decision, overview=people[0], family=people[1:], aftermath=aftermath(made.people)
            )
        if found.facts is not None:
            return OverviewAnswer(decision=found.decision)
    raise CitizenUnknown


@router.get("/kilder")
def sources(request: Request) -> tuple[SourceAnswer, ...]:
    """How each source is doing."""
    with visiting(request) as visit:
        visit.need(AuditAction.READ_SOURCES)
        why = visit.access(action=AuditAction.READ_SOURCES)
        service.record(visit.session, visit.actor, AuditAction.READ_SOURCES, AuditOutcome.SHOWN, why, now=visit.now)
        return tuple(
            SourceAnswer(source=source, state=state, quarantine=quarantine_groups(visit.session, source.name))
            for source, state in zip(visit.parts.sources, states_of(visit), strict=True)
        )


@router.get("/tilsyn")
def oversight(
    request: Request,
    citizen_id: UUID | None = None,
    actor_id: Annotated[str | None, Query(max_length=100)] = None,
    after: int | None = None,
) -> tuple[LoggedEntry, ...]:
    """Lines of the log, newest first."""
    with visiting(request) as visit:
        visit.need(AuditAction.READ_LOG)
        return lines_of(visit, citizen_id, actor_id, after)


def without_numbers(overview: Overview) -> Overview:
    """The overview with national numbers cut to the birth date, as the page shows them."""
    masked = tuple(
        one.model_copy(update={"value": one.value[:NATIONAL_DATE] + MASK}) if one.is_national else one
        for one in overview.header.identifiers
    )
    person = overview.header.person.model_copy(update={"replaces": ()})
    header = overview.header.model_copy(update={"identifiers": masked, "person": person})
    return overview.model_copy(update={"header": header})
