"""The JSON twins of the pages of the plan: the same functions, the same lines in the log."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from hub.access.plans import PlanFaults
from hub.course.plan_rules import PlanFault
from hub.errors import PlanClosed
from hub.web.api import LOGGED_IN
from hub.web.plan import texts
from hub.web.plan.routes import PLAN, plan_desk, read_plan
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.access import AuditAction
from schemas.base import Schema
from schemas.plan import CitizenPlan, NewEntry, NewProgress, PlanText

router = APIRouter(prefix="/api/plan", responses=LOGGED_IN)
TOKEN = [Depends(require_header_token)]


class AddAsk(Schema):
    """An entry to add."""

    key: UUID
    """Names it; sent twice under the same name it is added once."""
    entry: NewEntry


class ChangeAsk(Schema):
    """What an entry says from now on."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    """The one that was read."""
    text: PlanText


class AttachAsk(Schema):
    """Whether an effort serves a goal."""

    effort_id: str = Field(max_length=500)
    serves: bool


class PlanFaultLine(Schema):
    """Why something was not done."""

    fault: PlanFault
    text: str
    """As the page says it."""


class PlanAnswer(Schema):
    """What came of it: done when there are no faults."""

    faults: tuple[PlanFaultLine, ...]


@router.get("/{citizen_id}", summary="A citizen's plan")
def plan(request: Request, citizen_id: UUID) -> CitizenPlan:
    """With every version of every entry; of the efforts those that the actor may see."""
    with open_request(request, PLAN) as context:
        return read_plan(context, citizen_id).plan


@router.post("/{citizen_id}/ny", summary="Add an entry to the plan", dependencies=TOKEN)
def add(request: Request, citizen_id: UUID, ask: AddAsk) -> PlanAnswer:
    """For the team."""
    with open_request(request, PLAN) as context:
        return _answer(plan_desk(context, citizen_id, AuditAction.CHANGE_PLAN).add(ask.key, ask.entry))


@router.post("/{citizen_id}/post/{entry_id}/ret", summary="Write an entry anew", dependencies=TOKEN)
def change(request: Request, citizen_id: UUID, entry_id: UUID, ask: ChangeAsk) -> PlanAnswer:
    """Refused when somebody else did since it was read."""
    with open_request(request, PLAN) as context:
        return _answer(plan_desk(context, citizen_id, AuditAction.CHANGE_PLAN).change(entry_id, ask.text, ask.version))


@router.post("/{citizen_id}/post/{entry_id}/fremgang", summary="Enter progress", dependencies=TOKEN)
def enter_progress(request: Request, citizen_id: UUID, entry_id: UUID, ask: NewProgress) -> PlanAnswer:
    """What a person says of a goal; never computed."""
    with open_request(request, PLAN) as context:
        return _answer(plan_desk(context, citizen_id, AuditAction.ENTER_PROGRESS).enter_progress(entry_id, ask))


@router.post("/{citizen_id}/post/{entry_id}/indsats", summary="Attach an effort to a goal", dependencies=TOKEN)
def attach_effort(request: Request, citizen_id: UUID, entry_id: UUID, ask: AttachAsk) -> PlanAnswer:
    """Or take it from the goal again."""
    with open_request(request, PLAN) as context:
        return _answer(
            plan_desk(context, citizen_id, AuditAction.CHANGE_PLAN).attach(entry_id, ask.effort_id, serves=ask.serves)
        )


def _answer(faults: PlanFaults | None) -> PlanAnswer:
    if faults is None:
        raise PlanClosed
    return PlanAnswer(faults=tuple(PlanFaultLine(fault=fault, text=texts.FAULT[fault]) for fault in faults))
