"""The JSON twins of the pages: the same service calls, the same decisions, the same lines in the log."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from hub.access import service
from hub.access.coming_of_age import list_turning_18
from hub.access.masking import mask_numbers
from hub.audit.repository import LoggedEntry, Only
from hub.clock import danish_day
from hub.course.views import MinorOfMine, MyCitizen
from hub.errors import AccessRefused
from hub.overview.changes import Change
from hub.overview.follow_ups import FollowUps, list_follow_ups
from hub.web.citizen.loading import NotOpened, earliest_not_updated, open_citizen
from hub.web.citizen.present_coverage import with_notifications
from hub.web.citizen.routes import PAGE_KINDS, earlier_day, recording_failure
from hub.web.citizen.workspace import CITIZEN
from hub.web.my_citizens.families import load_families
from hub.web.my_citizens.present_deadlines import DeadlineKind, Reader, running_deadlines
from hub.web.my_citizens.present_sources import source_lines
from hub.web.my_citizens.routes import MY_CITIZENS
from hub.web.oversight.routes import OVERSIGHT, read_log
from hub.web.search.present import SearchForm
from hub.web.search.routes import SEARCH, find_citizens, incomplete_sources
from hub.web.search.stored_search import PageTurn
from hub.web.shell.errors import error_page
from hub.web.shell.form_token import form_token, require_header_token
from hub.web.shell.people import FirstNames, first_word
from hub.web.shell.request_context import open_request
from hub.web.shell.transitions import transition_lines
from schemas.access import Actor, AuditAction, Basis, Decision, Purpose
from schemas.base import Schema
from schemas.overview import Overview
from schemas.search import SearchPage
from schemas.source import Area

router = APIRouter(prefix="/api")
_NO_VERSION = '"version":0'
"""Stands in the JSON of an overview first behind the citizen's key, so before all that a source says."""
PROBLEM = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
LOGGED_IN: dict[int | str, dict[str, Any]] = {
    401: {"description": "Nobody is logged in, or a machine's token is not valid.", **PROBLEM},
    403: {"description": "Role, scope, form token or policy says no; the line is in the log.", **PROBLEM},
    429: {"description": "Too many in a short time; see Retry-After.", **PROBLEM},
    503: {"description": "PostgreSQL or the index does not answer.", **PROBLEM},
}
ABOUT_ONE: dict[int | str, dict[str, Any]] = {**LOGGED_IN, 404: {"description": "No such citizen.", **PROBLEM}}


class Problem(Schema):
    """A problem document (RFC 9457); title and detail are Danish, as on the page."""

    type: str
    """``urn:helhed:`` and the key of the error."""
    title: str
    detail: str
    status: int
    instance: str
    """``urn:uuid:`` and the reference number that also stands in the log."""
    decision: Decision | None = None
    """What the policy said, when it refused a citizen."""


class Me(Schema):
    """Who asks."""

    actor: Actor
    purpose: Purpose
    csrf: str
    """Send it as ``X-CSRF-Token`` with every POST; empty for a machine, which needs none."""


class TransitionAnswer(Schema):
    """A transition that lies ahead, as the page says it."""

    text: str
    plan: tuple[str, ...]
    """What must be planned."""
    by: str
    """By whom."""
    source: str
    """Law or principle."""


class OverviewAnswer(Schema):
    """A citizen as the decision shows them."""

    decision: Decision
    overview: Overview
    """National numbers are masked, as on the page."""
    family: tuple[Overview, ...]
    """The others on the course, each cut to a decision of its own."""
    follow_ups: tuple[FollowUps, ...]
    """Each notification about the family with what followed."""
    notifications_about: tuple[UUID, ...]
    """Those whose notifications are shown. Of others in the family the answer says nothing."""
    not_updated_since: datetime | None
    """Since when one of these overviews could not be built from what the sources say; the newest may be missing."""
    transitions: tuple[TransitionAnswer, ...]
    """What lies ahead within a year, the nearest first; nothing of an earlier day."""
    override_until: datetime | None
    """Until when the reason opens the citizen that was given; None: none was."""


class ListedCitizenAnswer(Schema):
    """One of my citizens."""

    citizen: MyCitizen
    overview: Overview | None
    """Cut to the actor's right; national numbers are masked. None: nothing is known yet."""
    transitions: tuple[TransitionAnswer, ...]
    """What lies ahead for the citizen within a year, the nearest first."""
    seen_until: datetime | None
    """Until when the actor has seen what is known of the citizen; None: the family was never looked at."""
    changes: tuple[Change, ...]
    """Since then, newest first."""


class DeadlineAnswer(Schema):
    """A deadline of one notification, or of the same one on several of a family."""

    kind: DeadlineKind
    due_at: datetime
    is_overdue: bool
    is_own: bool
    """Whether it is the actor's to keep."""
    text: str
    """Which notification, as the page says it."""


class MyCitizensAnswer(Schema):
    """My citizens, what is new, and what must be done in time."""

    citizens: tuple[ListedCitizenAnswer, ...]
    """Family by family, the oldest first."""
    deadlines: tuple[DeadlineAnswer, ...]
    turning_18: tuple[MinorOfMine, ...]
    """Who turns 18 within a year, of those for whom a source names the actor, and on whose team the actor is not."""
    incomplete: tuple[str, ...]
    """Of which sources something may be missing, and why, as the page says it."""


class SearchAsk(Schema):
    """What to look for; a number in the body never lands in an address."""

    text: str = Field(min_length=1, max_length=200)
    areas: frozenset[Area] = frozenset()
    units: frozenset[str] = frozenset()
    kle_topics: frozenset[str] = frozenset()
    paragraphs: frozenset[str] = frozenset()
    ongoing_only: bool = False
    own_unit: bool = False
    """Only citizens for whom the own unit has an effort."""
    after: str | None = None
    before: str | None = None
    """To page back; then ``after`` is ignored."""
    size: int = Field(default=20, ge=1, le=100)


class SearchAnswer(Schema):
    """Whom the search found."""

    page: SearchPage
    needs_reason: frozenset[UUID]
    rights: dict[UUID, Basis]
    """With which right each hit could be opened; ``none``: only for a stated reason."""
    incomplete_sources: tuple[str, ...]
    """Names of sources of which not all was read, so that citizens may be missing."""


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request) -> JSONResponse:
    """What the API offers, for those who are logged in."""
    with open_request(request) as context:
        if context.actor.machine is not None:
            context.record(AuditAction.USE_OWN_LOGIN)
        openapi = request.app.openapi()
    return JSONResponse(with_problems(openapi))


def with_problems(openapi: dict[str, Any]) -> dict[str, Any]:
    """The description with the errors as they are answered: each a problem document, and not the framework's own."""
    schemas = openapi["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    problem.pop("$defs", None)  # stand among the components already
    schemas["Problem"] = problem
    for operations in openapi["paths"].values():
        for method, operation in operations.items():
            responses = operation["responses"]
            responses["400"] = {"description": "Something in it is no text (NUL, not UTF-8), or is cut off.", **PROBLEM}
            if "requestBody" in operation:
                responses["413"] = {"description": "The body is longer than any that is taken.", **PROBLEM}
            if "422" not in responses:
                continue
            if "application/json" in responses["422"]["content"]:  # the framework's own, not one that a route tells
                del responses["422"]
            if method == "get":
                responses.setdefault("404", {"description": "Something in the address cannot be read.", **PROBLEM})
            else:
                responses["404"] = {"description": "There is no such thing.", **PROBLEM}
                responses.setdefault("422", {"description": "A field is missing or cannot be.", **PROBLEM})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return openapi


@router.get("/mig", summary="Who am I?", responses=LOGGED_IN)
def me(request: Request) -> Me:
    """Who is logged in, or which machine asks, and the token for posts."""
    with open_request(request) as context:
        actor = context.actor
        if actor.machine is not None:
            context.record(AuditAction.USE_OWN_LOGIN)
            # Of the employee on whose behalf it asks it has no scope to read.
            actor = Actor(
                id=actor.caller_id, name=actor.caller_name, title="", roles=frozenset(), machine=actor.machine
            )
        actor = actor.model_copy(update={"own_identifier_digest": None})
        return Me(actor=actor, purpose=context.access().purpose, csrf=form_token(request))


@router.get("/mine-borgere", summary="My citizens", responses=LOGGED_IN)
def my_citizens(request: Request) -> MyCitizensAnswer:
    """The citizens on whose team the actor is, what is new about each, and the deadlines that run."""
    with open_request(request, MY_CITIZENS) as context:
        families, sources = load_families(context), {source.name: source for source in context.sources}
        authorities = {name: source.authority for name, source in sources.items()}
        reader = Reader(context.actor.area, context.actor.unit_id)
        return MyCitizensAnswer(
            citizens=tuple(
                ListedCitizenAnswer(
                    citizen=member.citizen,
                    overview=with_own_version(mask_numbers(member.overview)) if member.overview else None,
                    transitions=transitions_of([member.overview], context.now) if member.overview else (),
                    seen_until=member.seen_until,
                    changes=member.changes,
                )
                for family in families
                for member in family.members
            ),
            deadlines=tuple(
                DeadlineAnswer(
                    kind=deadline.kind,
                    due_at=deadline.due_at,
                    is_overdue=deadline.is_overdue,
                    is_own=deadline.is_own,
                    text=deadline.row.text,
                )
                for deadline in running_deadlines(families, reader, authorities, context.now)
            ),
            turning_18=list_turning_18(context.session, context.actor, context.access(), now=context.now),
            incomplete=source_lines(families, sources, context.now),
        )


@router.post(
    "/soeg",
    summary="Find citizens",
    responses=LOGGED_IN,
    dependencies=[Depends(require_header_token)],
)
def search(request: Request, ask: SearchAsk) -> SearchAnswer:
    """Find citizens within what the actor may find."""
    with open_request(request, SEARCH) as context:
        form = SearchForm(**ask.model_dump(exclude={"after", "before", "size"}))
        result = find_citizens(context, form, PageTurn(ask.after, ask.before), ask.size)
        return SearchAnswer(
            page=result.page,
            needs_reason=result.needs_reason,
            rights=result.rights,
            incomplete_sources=tuple(source.name for source in incomplete_sources(context)),
        )


@router.get(
    "/overblik/{citizen_id}", summary="One citizen and the family", responses=ABOUT_ONE, response_model=OverviewAnswer
)
@router.get(
    "/tidslinje/{citizen_id}", summary="The same, for the timeline", responses=ABOUT_ONE, response_model=OverviewAnswer
)
@router.get(
    "/familien/{citizen_id}",
    summary="The same, for the family page",
    responses=ABOUT_ONE,
    response_model=OverviewAnswer,
)
def overview(request: Request, citizen_id: UUID, kendt: Annotated[date | None, Query()] = None) -> Response:
    """The citizen and the family, now or as known at the end of a day.

    Refused: 403 and a problem document with the decision.
    """
    with recording_failure(request, citizen_id), open_request(request, CITIZEN) as context:
        as_known = earlier_day(context, kendt)
        page = PAGE_KINDS[request.url.path.split("/")[-2]]
        citizen = open_citizen(context, citizen_id, page, as_known)
        if not isinstance(citizen, NotOpened):
            people = citizen.people
            overviews = tuple(person.overview for person in people)
            answer = OverviewAnswer(
                decision=citizen.decision,
                overview=overviews[0],
                family=overviews[1:],
                follow_ups=list_follow_ups(overviews, as_known or danish_day(context.now)),
                notifications_about=tuple(person.citizen_id for person in with_notifications(overviews)),
                not_updated_since=earliest_not_updated(people),
                transitions=() if as_known else transitions_of(overviews, context.now),
                override_until=override.until if (override := context.override(citizen_id)) else None,
            )
            # Written here and not by the framework, which would make plain objects of all of it first; each overview
            # once, as the digest of its version needs its text.
            first, *family = map(_own_text, overviews)
            rest = answer.model_dump_json(exclude={"overview", "family"})
            text = f'{{"overview":{first},"family":[{",".join(family)}],{rest[1:]}'
            return Response(text, media_type="application/json")
        if citizen.facts is not None:
            decision = citizen.decision.model_dump(mode="json")
            return error_page(request, AccessRefused(), more={"decision": decision})
        unknown = context.unknown_citizen(citizen_id)
    raise unknown


@router.get("/tilsyn", summary="Lines of the log", responses=LOGGED_IN)
def oversight(
    request: Request,
    *,
    citizen_id: UUID | None = None,
    actor_id: Annotated[str | None, Query(max_length=100)] = None,
    only: Only = Only.ALL,
    after: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
) -> tuple[LoggedEntry, ...]:
    """Lines of the log, newest first."""
    with open_request(request, OVERSIGHT) as context:
        question = service.LogQuestion(citizen_id=citizen_id, actor_id=actor_id, only=only, after=after)
        return read_log(context, question)


def transitions_of(people: Sequence[Overview], now: datetime) -> tuple[TransitionAnswer, ...]:
    """What lies ahead for these people, in words."""
    names = FirstNames({person.citizen_id: first_word(person.header.person.given_name) for person in people})
    return tuple(
        TransitionAnswer(text=line.text, plan=line.plan, by=line.by, source=line.source)
        for line in transition_lines(people, names, now)
    )


def with_own_version(overview: Overview) -> Overview:
    """With the version of what is shown: the stored one also counts changes that the reader is not shown."""
    _, version = _versioned(overview)
    return overview.model_copy(update={"version": version})


def _own_text(overview: Overview) -> str:
    """``with_own_version`` as JSON."""
    content, version = _versioned(overview)
    return content.replace(_NO_VERSION, f'"version":{version}', 1)


def _versioned(overview: Overview) -> tuple[str, int]:
    """The overview as JSON with the version 0, and the version that follows from it."""
    content = overview.model_copy(update={"version": 0}).model_dump_json()
    return content, int.from_bytes(hashlib.sha256(content.encode()).digest()[:6])
