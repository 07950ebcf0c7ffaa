"""The JSON twins of the pages of a citizen's rights and of what was deleted: the same functions, the same lines."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from hub.access.rights import RightsFault, RightsOverview, RightsResult, RightsView, WrittenHold, WrittenRestriction
from hub.rights.contest_repository import Contest, ContestOutcome
from hub.rights.stores import DeletionCount, Store
from hub.web.api import LOGGED_IN, PROBLEM
from hub.web.deletions.routes import DELETIONS, read_deletions
from hub.web.rights.contest_routes import contest_fact, decide_contest, read_contests
from hub.web.rights.present import fault_text
from hub.web.rights.routes import (
    RIGHTS,
    Before,
    Number,
    copy_of,
    forget_whole,
    lift_forgetting,
    lift_restriction,
    place_hold,
    read_all,
    read_rights,
    release_hold,
    restrict_citizen,
)
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.base import Schema
from schemas.facts import Fact
from schemas.period import Period
from schemas.source import Area
from schemas.subject_copy import SubjectCopy

router = APIRouter(prefix="/api/tilsyn/rettigheder", responses=LOGGED_IN)
deletions_router = APIRouter(prefix="/api/tilsyn/sletning", responses=LOGGED_IN)
UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such citizen.", **PROBLEM}}


class HoldAsk(Schema):
    """Why nothing may be deleted, and until when."""

    reason: str = Field(max_length=500)
    last_day: date | None = None
    """None: until it is released."""


class RestrictionAsk(Schema):
    """Why nobody else may be shown the citizen, and when the DPO looks at it again."""

    reason: str = Field(max_length=500)
    review_on: date | None = None
    """It does not end by itself."""


class ReasonAsk(Schema):
    """Why."""

    reason: str = Field(max_length=500)
    """National numbers, and names of the citizen and the relatives, are masked before it is stored."""


class ContestAsk(Schema):
    """What a citizen says is wrong."""

    fact: str = Field(max_length=400)
    """``id`` of the line."""
    words: str = Field(max_length=1000)
    """The citizen's; national numbers are masked."""


class SettleAsk(ReasonAsk):
    """Whether the citizen is right."""

    outcome: ContestOutcome
    """``upheld`` or ``rejected``; what is corrected the source says itself."""


class ContestableLine(Schema):
    """A line of the citizen's page."""

    id: str
    area: Area
    source: str
    fact: Fact
    valid: Period


class ContestsAnswer(Schema):
    """What the citizen contests or has contested, the newest first, and what can be contested."""

    contests: tuple[Contest, ...]
    facts: tuple[ContestableLine, ...]


class LiftAsk(ReasonAsk):
    """Why a restriction is lifted."""

    is_told: bool
    """The citizen was told before (GDPR article 18(3))."""


class ForgetAsk(ReasonAsk):
    """Why everything is to be deleted."""

    confirmed: bool
    """It cannot be undone."""


class RightsFaultLine(Schema):
    """Why nothing was done."""

    fault: RightsFault
    text: str
    """As the page says it."""


class CopyAsk(Schema):
    """Whether employees who looked are named."""

    name_reason: str | None = Field(default=None, max_length=500)
    """Why; None: they are not named."""


class CopyAnswer(Schema):
    """The copy, made when there are no faults."""

    subject_copy: SubjectCopy | None
    faults: tuple[RightsFaultLine, ...]


class RightsAnswer(Schema):
    """What came of it: done when there are no faults."""

    faults: tuple[RightsFaultLine, ...]
    deleted: dict[Store, int] = Field(default_factory=dict)


@deletions_router.get("", summary="What was deleted, by day and store")
def deletions(request: Request) -> tuple[DeletionCount, ...]:
    """The last thirty days."""
    with open_request(request, DELETIONS) as context:
        return read_deletions(context)


@router.get("", summary="Legal holds that stand, and citizens who were forgotten")
def rights(request: Request, before: Before = None) -> RightsOverview:
    """By our keys alone."""
    with open_request(request, RIGHTS) as context:
        return read_all(context, before)


@router.get("/{citizen_id}", summary="What was decided about a citizen's rights", responses=UNKNOWN)
def citizen_rights(request: Request, citizen_id: UUID) -> RightsView:
    """Holds of the citizen."""
    with open_request(request, RIGHTS) as context:
        return read_rights(context, citizen_id)


@router.post(
    "/{citizen_id}/kopi",
    summary="The citizen's copy of what is stored, and of who looked",
    responses=UNKNOWN,
    dependencies=[Depends(require_header_token)],
)
def copy(request: Request, citizen_id: UUID, ask: CopyAsk) -> CopyAnswer:
    """Nothing of anybody else is in it; what is withheld is counted by rule."""
    with open_request(request, RIGHTS) as context:
        result = copy_of(context, citizen_id, ask.name_reason)
        faults = tuple(RightsFaultLine(fault=fault, text=fault_text(fault)) for fault in result.faults)
        return CopyAnswer(subject_copy=result.copy_made, faults=faults)


@router.post(
    "/{citizen_id}/hold",
    summary="Let nothing about a citizen be deleted",
    responses=UNKNOWN,
    dependencies=[Depends(require_header_token)],
)
def place(request: Request, citizen_id: UUID, ask: HoldAsk) -> RightsAnswer:
    """Holds that stand already stay."""
    with open_request(request, RIGHTS) as context:
        written = WrittenHold(reason=ask.reason.strip(), last_day=ask.last_day)
        return _answer(place_hold(context, citizen_id, written))


@router.post(
    "/{citizen_id}/hold/{hold_id}/ophaev", summary="Release a hold", dependencies=[Depends(require_header_token)]
)
def release(request: Request, citizen_id: UUID, hold_id: Number, ask: ReasonAsk) -> RightsAnswer:
    """What is due can be deleted again."""
    with open_request(request, RIGHTS) as context:
        return _answer(release_hold(context, citizen_id, hold_id, ask.reason.strip()))


@router.post(
    "/{citizen_id}/begraensning",
    summary="Restrict the processing of a citizen's data",
    responses=UNKNOWN,
    dependencies=[Depends(require_header_token)],
)
def restrict(request: Request, citizen_id: UUID, ask: RestrictionAsk) -> RightsAnswer:
    """Nobody but the DPO is shown any of it; sources are read on."""
    with open_request(request, RIGHTS) as context:
        written = WrittenRestriction(reason=ask.reason.strip(), review_on=ask.review_on)
        return _answer(restrict_citizen(context, citizen_id, written))


@router.post(
    "/{citizen_id}/begraensning/{restriction_id}/ophaev",
    summary="Lift a restriction",
    dependencies=[Depends(require_header_token)],
)
def lift_restricted(request: Request, citizen_id: UUID, restriction_id: Number, ask: LiftAsk) -> RightsAnswer:
    """Those who may see the citizen again. The citizen was told before."""
    with open_request(request, RIGHTS) as context:
        return _answer(lift_restriction(context, citizen_id, restriction_id, ask.reason.strip(), is_told=ask.is_told))


@router.get("/{citizen_id}/bestridt", summary="What a citizen contests, and what can be contested", responses=UNKNOWN)
def contested(request: Request, citizen_id: UUID) -> ContestsAnswer:
    """Marks that stand and how others ended; the lines of the citizen's page."""
    with open_request(request, RIGHTS) as context:
        view = read_contests(context, citizen_id)
        facts = tuple(ContestableLine(**fact._asdict()) for fact in view.facts)
        return ContestsAnswer(contests=view.contests, facts=facts)


@router.post(
    "/{citizen_id}/bestridt",
    summary="Mark a line as contested",
    responses=UNKNOWN,
    dependencies=[Depends(require_header_token)],
)
def mark(request: Request, citizen_id: UUID, ask: ContestAsk) -> RightsAnswer:
    """In the citizen's words, until the source corrects it or it is decided."""
    with open_request(request, RIGHTS) as context:
        return _answer(contest_fact(context, citizen_id, ask.fact, ask.words.strip()))


@router.post(
    "/{citizen_id}/bestridt/{contest_id}/afgoer",
    summary="Decide whether the citizen is right",
    dependencies=[Depends(require_header_token)],
)
def settle(request: Request, citizen_id: UUID, contest_id: Number, ask: SettleAsk) -> RightsAnswer:
    """Upheld: the mark stays until the source has corrected it; rejected: it goes."""
    with open_request(request, RIGHTS) as context:
        return _answer(decide_contest(context, citizen_id, contest_id, ask.outcome, ask.reason.strip()))


@router.post(
    "/{citizen_id}/slet", summary="Delete everything about a citizen", dependencies=[Depends(require_header_token)]
)
def forget(request: Request, citizen_id: UUID, ask: ForgetAsk) -> RightsAnswer:
    """All but the log. Nothing about the citizen is let in again until that is lifted."""
    with open_request(request, RIGHTS) as context:
        return _answer(forget_whole(context, citizen_id, ask.reason.strip(), is_confirmed=ask.confirmed))


@router.post(
    "/glemt/{forgetting_id}/ophaev",
    summary="Let sources tell of a forgotten citizen again",
    dependencies=[Depends(require_header_token)],
)
def lift(request: Request, forgetting_id: Number, ask: ReasonAsk) -> RightsAnswer:
    """What was deleted comes as the sources are read."""
    with open_request(request, RIGHTS) as context:
        return _answer(lift_forgetting(context, forgetting_id, ask.reason.strip()))


def _answer(result: RightsResult) -> RightsAnswer:
    faults = tuple(RightsFaultLine(fault=fault, text=fault_text(fault)) for fault in result.faults)
    return RightsAnswer(faults=faults, deleted=dict(result.counts))
