"""The JSON twins of the pages of trial actions: the same functions, the same lines in the log."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request

from hub.access.trial_actions import TrialFaults
from hub.course.trial_rules import TrialFault
from hub.errors import PlanClosed
from hub.web.api import LOGGED_IN
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from hub.web.trial_actions import texts
from hub.web.trial_actions.routes import TRIAL_ACTIONS, read_trials, trial_desk
from schemas.access import AuditAction
from schemas.base import Schema
from schemas.trial_action import NewJudgement, TrialAction, TrialText, Version

router = APIRouter(prefix="/api/proevehandlinger", responses=LOGGED_IN)
TOKEN = [Depends(require_header_token)]


class AddTrialAsk(Schema):
    """A trial action to add."""

    key: UUID
    """Names it; sent twice under the same name it is added once."""
    text: TrialText


class ChangeTrialAsk(Schema):
    """What a trial action says from now on."""

    version: Version
    """The one that was read."""
    text: TrialText


class JudgeTrialAsk(Schema):
    """What somebody says of a trial action."""

    version: Version
    """The one that was read."""
    judgement: NewJudgement


class TrialList(Schema):
    """The trial actions of a citizen."""

    trial_actions: tuple[TrialAction, ...]
    """In the order in which they were written; the version that a change names is the number of a trial action's
    versions and judgements together."""


class TrialFaultLine(Schema):
    """Why something was not done."""

    fault: TrialFault
    text: str
    """As the page says it."""


class TrialAnswer(Schema):
    """What came of it: done when there are no faults."""

    faults: tuple[TrialFaultLine, ...]


@router.get("/{citizen_id}", summary="A citizen's trial actions")
def trials(request: Request, citizen_id: UUID) -> TrialList:
    """With every version and judgement of each, also those that were taken back."""
    with open_request(request, TRIAL_ACTIONS) as context:
        return TrialList(trial_actions=read_trials(context, citizen_id).trials)


@router.post("/{citizen_id}/ny", summary="Add a trial action", dependencies=TOKEN)
def add(request: Request, citizen_id: UUID, ask: AddTrialAsk) -> TrialAnswer:
    """For the team."""
    with open_request(request, TRIAL_ACTIONS) as context:
        return _answer(trial_desk(context, citizen_id, AuditAction.CHANGE_TRIAL_ACTION).add(ask.key, ask.text))


@router.post("/{citizen_id}/{trial_id}/ret", summary="Write a trial action anew, or take it back", dependencies=TOKEN)
def change(request: Request, citizen_id: UUID, trial_id: UUID, ask: ChangeTrialAsk) -> TrialAnswer:
    """Refused when somebody else wrote of it since it was read."""
    with open_request(request, TRIAL_ACTIONS) as context:
        desk = trial_desk(context, citizen_id, AuditAction.CHANGE_TRIAL_ACTION)
        return _answer(desk.change(trial_id, ask.text, ask.version))


@router.post("/{citizen_id}/{trial_id}/vurder", summary="Judge a trial action", dependencies=TOKEN)
def judge(request: Request, citizen_id: UUID, trial_id: UUID, ask: JudgeTrialAsk) -> TrialAnswer:
    """What was learned, and whether it goes on, stops or stays."""
    with open_request(request, TRIAL_ACTIONS) as context:
        desk = trial_desk(context, citizen_id, AuditAction.JUDGE_TRIAL_ACTION)
        return _answer(desk.judge(trial_id, ask.judgement, ask.version))


def _answer(faults: TrialFaults | None) -> TrialAnswer:
    if faults is None:
        raise PlanClosed
    return TrialAnswer(faults=tuple(TrialFaultLine(fault=fault, text=texts.FAULT[fault]) for fault in faults))
