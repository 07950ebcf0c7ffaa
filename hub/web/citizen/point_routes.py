"""*Værd at tale om*: judge a point, record a professional indicator. Every POST leads back to the page."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse

from hub.access.policy import SHORTEST_REASON
from hub.access.rule_points import PointDesk, PointFault, PointResult
from hub.errors import CitizenNotFound, MissingRole
from hub.web.citizen import point_texts as texts
from hub.web.citizen.workspace import CITIZEN
from hub.web.shell.coverage import coverage
from hub.web.shell.form_result import FormResult, keep_result, redact_typed
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from schemas.access import AuditAction, AuditOutcome
from schemas.rule import Verdict

router = APIRouter(include_in_schema=False)
TOKEN = [Depends(require_form_token)]


@router.post("/punkter/{citizen_id}/vurder", dependencies=TOKEN)
def assess(
    request: Request,
    citizen_id: UUID,
    *,
    person: Annotated[UUID, Form()],
    key: Annotated[str, Form(max_length=64)],
    verdict: Annotated[str, Form(max_length=20)] = "",
    words: Annotated[str, Form(max_length=500)] = "",
) -> RedirectResponse:
    """Say what one makes of a point: relevant, not relevant, or the citizen is informed."""
    chosen = Verdict(verdict) if verdict in set(Verdict) else None
    with open_request(request, CITIZEN) as context:
        faults = assess_point(context, person, key, chosen, words)
        if faults:
            typed = redact_typed({"key": key, "verdict": verdict, "words": words}, "words")
            keep_result(request, FormResult(" ".join(map(fault_text, faults)), is_error=True, typed=typed))
        else:
            keep_result(request, FormResult(texts.STORED))
    return _back(citizen_id)


@router.post("/punkter/{citizen_id}/indikator", dependencies=TOKEN)
def record_indicator(
    request: Request,
    citizen_id: UUID,
    *,
    person: Annotated[UUID, Form()],
    indicator: Annotated[str, Form(max_length=40)] = "",
) -> RedirectResponse:
    """Record a professional indicator in one's own name."""
    with open_request(request, CITIZEN) as context:
        faults = done(point_desk(context, person, AuditAction.RECORD_INDICATOR).record_indicator(indicator))
        _keep(request, faults, texts.INDICATOR_STORED)
    return _back(citizen_id)


@router.post("/punkter/{citizen_id}/indikator/traek", dependencies=TOKEN)
def withdraw_indicator(
    request: Request,
    citizen_id: UUID,
    *,
    person: Annotated[UUID, Form()],
    number: Annotated[int, Form(ge=1, le=2**63 - 1)],
) -> RedirectResponse:
    """Take back an indicator of one's own area."""
    with open_request(request, CITIZEN) as context:
        faults = done(point_desk(context, person, AuditAction.RECORD_INDICATOR).withdraw_indicator(number))
        _keep(request, faults, texts.INDICATOR_WITHDRAWN)
    return _back(citizen_id)


def assess_point(
    context: RequestContext, citizen_id: UUID, key: str, verdict: Verdict | None, words: str
) -> tuple[PointFault, ...]:
    """Store a judgement, or what must be corrected first; for page and API.

    Raises:
        CitizenNotFound: there is no such citizen.
        MissingRole: the actor may not judge points of the citizen.
    """
    desk = point_desk(context, citizen_id, AuditAction.ASSESS_RULE)
    return done(desk.assess(key, verdict, words, coverage(context)))


def point_desk(context: RequestContext, citizen_id: UUID, action: AuditAction) -> PointDesk:
    """What the logged-in employee says about that citizen."""
    return PointDesk(context.session, context.actor, citizen_id, context.access(citizen_id), action, now=context.now)


def done(result: PointResult) -> tuple[PointFault, ...]:
    """What must be corrected; nothing where the act was done.

    Raises:
        CitizenNotFound: there is no such citizen.
        MissingRole: the act was refused.
    """
    if result.outcome is AuditOutcome.NOT_FOUND:
        raise CitizenNotFound
    if result.outcome is AuditOutcome.REFUSED:
        raise MissingRole
    return result.faults


def fault_text(fault: PointFault) -> str:
    """What must be corrected, in words."""
    return texts.FAULT[fault].format(length=SHORTEST_REASON)


def _keep(request: Request, faults: tuple[PointFault, ...], stored: str) -> None:
    text = " ".join(map(fault_text, faults)) or stored
    keep_result(request, FormResult(text, is_error=bool(faults)))


def _back(citizen_id: UUID) -> RedirectResponse:
    return RedirectResponse(f"/punkter/{citizen_id}", HTTPStatus.SEE_OTHER)
