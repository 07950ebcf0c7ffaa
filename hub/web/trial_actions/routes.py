"""The pages of trial actions (prøvehandlinger): all of a citizen, and each with what was learned."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.plans import PlanDesk, PlanView
from hub.access.trial_actions import TrialDesk
from hub.clock import danish_day
from hub.errors import PlanClosed
from hub.web.shell.form_result import fault_of, finish_form, redact_typed, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from hub.web.trial_actions import forms, texts
from hub.web.trial_actions.page import TrialPage, TrialsPage
from hub.web.trial_actions.present import trial_page, trials_page
from schemas.access import AuditAction

TRIAL_ACTIONS = Workspace(
    name="trial_actions",
    path="/proevehandlinger/{citizen_id}",
    title="Prøvehandlinger",
    action=AuditAction.READ_PLAN,
    in_menu=False,
    decided_per_citizen=True,
    pages=(TrialsPage, TrialPage),
)
router = TRIAL_ACTIONS.router
TOKEN = [Depends(require_form_token)]
Word = Annotated[str, Form(max_length=200)]
Title = Annotated[str, Form(max_length=300)]
Text = Annotated[str, Form(max_length=1000)]
Version = Annotated[int, Form(ge=0, le=2**31 - 1)]
_FREE_TEXT = ("what", "why", "decided_by", "withdrawn_because", "cost_before", "cost_after")
T = TypeVar("T")


@router.get(TRIAL_ACTIONS.path)
def trials(request: Request, citizen_id: UUID) -> HTMLResponse:
    """What do we try, and what have we learned?

    Raises:
        PlanClosed: the actor is not on the citizen's team.
    """
    with open_request(request, TRIAL_ACTIONS) as context:
        page = trials_page(read_trials(context, citizen_id), danish_day(context.now), take_result(request))
        return context.page(page, f"Prøvehandlinger: {page.name}")


@router.get("/proevehandlinger/{citizen_id}/{trial_id}")
def trial(request: Request, citizen_id: UUID, trial_id: UUID) -> HTMLResponse:
    """One trial action: what it costs, what was learned, and whether it goes on.

    Raises:
        PlanClosed: the actor is not on the citizen's team, or the plan has no such trial action.
    """
    with open_request(request, TRIAL_ACTIONS) as context:
        view = read_trials(context, citizen_id)
        trial_action = _allowed(next((each for each in view.trials if each.id == trial_id), None))
        page = trial_page(view, trial_action, danish_day(context.now), take_result(request))
        return context.page(page, f"Prøvehandling: {page.name}")


def posted_trial(  # noqa: PLR0913  the fields of the form
    *,
    what: Title = "",
    why: Text = "",
    decided_by: Word = "",
    first_day: Word = "",
    last_day: Word = "",
    judge_on: Word = "",
    cost_before: Word = "",
    cost_after: Word = "",
    withdrawn_because: Text = "",
) -> dict[str, str]:
    """A trial action as it is agreed on, and as it is written anew."""
    return {
        "what": what,
        "why": why,
        "decided_by": decided_by,
        "first_day": first_day,
        "last_day": last_day,
        "judge_on": judge_on,
        "cost_before": cost_before,
        "cost_after": cost_after,
        "withdrawn_because": withdrawn_because,
    }


TrialFields = Annotated[dict[str, str], Depends(posted_trial)]


@router.post("/proevehandlinger/{citizen_id}/ny", dependencies=TOKEN)
def add(request: Request, citizen_id: UUID, fields: TrialFields, *, key: Annotated[UUID, Form()]) -> RedirectResponse:
    """Agree on a trial action.

    Raises:
        PlanClosed: the actor is not on the citizen's team.
    """
    fields = {**fields, "withdrawn_because": ""}
    with open_request(request, TRIAL_ACTIONS) as context:
        desk = trial_desk(context, citizen_id, AuditAction.CHANGE_TRIAL_ACTION)
        fault = fault_of(forms.read_trial(fields), lambda each: _allowed(desk.add(key, each)), texts.FAULT)
        typed = {**redact_typed(fields, *_FREE_TEXT), "key": str(key)}
        return finish_form(request, fault, texts.ADDED, f"/proevehandlinger/{citizen_id}", form="add", typed=typed)


@router.post("/proevehandlinger/{citizen_id}/{trial_id}/ret", dependencies=TOKEN)
def change(
    request: Request, citizen_id: UUID, trial_id: UUID, fields: TrialFields, *, version: Version = 0
) -> RedirectResponse:
    """Write it anew, or take it back. If somebody else wrote meanwhile, the page that follows shows both.

    Raises:
        PlanClosed: the actor is not on the citizen's team.
    """
    with open_request(request, TRIAL_ACTIONS) as context:
        desk = trial_desk(context, citizen_id, AuditAction.CHANGE_TRIAL_ACTION)
        fault = fault_of(
            forms.read_trial(fields), lambda each: _allowed(desk.change(trial_id, each, version)), texts.FAULT
        )
        typed = {**redact_typed(fields, *_FREE_TEXT), "version": str(version)}
        return finish_form(
            request, fault, texts.CHANGED, f"/proevehandlinger/{citizen_id}/{trial_id}", form="change", typed=typed
        )


@router.post("/proevehandlinger/{citizen_id}/{trial_id}/vurder", dependencies=TOKEN)
def judge(  # noqa: PLR0913  the fields of the form
    request: Request,
    citizen_id: UUID,
    trial_id: UUID,
    *,
    version: Version = 0,
    outcome: Word = "",
    learned: Text = "",
    works: Word = "",
    on_day: Word = "",
    judge_next_on: Word = "",
) -> RedirectResponse:
    """Say what was learned, and whether it goes on, stops or stays.

    Raises:
        PlanClosed: the actor is not on the citizen's team.
    """
    fields = {"outcome": outcome, "learned": learned, "works": works, "on_day": on_day, "judge_next_on": judge_next_on}
    with open_request(request, TRIAL_ACTIONS) as context:
        desk = trial_desk(context, citizen_id, AuditAction.JUDGE_TRIAL_ACTION)
        fault = fault_of(
            forms.read_judgement(fields), lambda each: _allowed(desk.judge(trial_id, each, version)), texts.FAULT
        )
        typed = {**redact_typed(fields, "learned"), "version": str(version)}
        return finish_form(
            request, fault, texts.JUDGED, f"/proevehandlinger/{citizen_id}/{trial_id}", form="judge", typed=typed
        )


def read_trials(context: RequestContext, citizen_id: UUID) -> PlanView:
    """The citizen's plan with its trial actions; for page and API.

    Raises:
        PlanClosed: the actor is not on the citizen's team.
    """
    access, action = context.access(), AuditAction.READ_PLAN
    return _allowed(PlanDesk(context.session, context.actor, citizen_id, access, action, now=context.now).read())


def trial_desk(context: RequestContext, citizen_id: UUID, action: AuditAction) -> TrialDesk:
    """For that act of the actor with the trial actions of the citizen."""
    return TrialDesk(context.session, context.actor, citizen_id, context.access(), action, now=context.now)


def _allowed(answer: T | None) -> T:
    if answer is None:
        raise PlanClosed
    return answer
