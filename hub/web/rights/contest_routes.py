"""The page on which the DPO marks what a citizen contests, and decides it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.contests import ContestDesk, ContestView
from hub.access.rights import RightsDesk, RightsResult
from hub.errors import CitizenNotFound, MissingRole
from hub.forgetting.restricting import rebuild_named_with
from hub.rights.contest_repository import ContestOutcome
from hub.web.oversight.subjects import name_of
from hub.web.rights import texts
from hub.web.rights.present import PATH
from hub.web.rights.present_contests import contests_page
from hub.web.rights.results import allowed, keep
from hub.web.rights.workspace import RIGHTS
from hub.web.shell.form_result import take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Form(max_length=1000)]
Number = Annotated[int, Path(ge=0, le=2**63 - 1)]
Decided = Literal["upheld", "rejected"]


@router.get(f"{RIGHTS.path}/{{citizen_id}}/bestridt")
def contested(request: Request, citizen_id: UUID) -> HTMLResponse:
    """What does the citizen say is wrong, and what came of it?"""
    with open_request(request, RIGHTS) as context:
        view = read_contests(context, citizen_id)
        titles = {name: source.title for name, source in context.known_sources.items()}
        page = contests_page(view, citizen_id, name_of(context, citizen_id), titles, take_result(request))
        return context.page(page)


@router.post(f"{RIGHTS.path}/{{citizen_id}}/bestridt", dependencies=[Depends(require_form_token)])
def mark(
    request: Request, citizen_id: UUID, *, fact: Annotated[str, Form(max_length=400)] = "", words: Words = ""
) -> RedirectResponse:
    """Mark a line as contested, in the citizen's words."""
    with open_request(request, RIGHTS) as context:
        result = contest_fact(context, citizen_id, fact, words.strip())
        keep(context, result, texts.CONTESTED, "mark", {"words": words, "fact": fact}, words="words")
    return RedirectResponse(f"{PATH}/{citizen_id}/bestridt", 303)


@router.post(f"{RIGHTS.path}/{{citizen_id}}/bestridt/{{contest_id}}/afgoer", dependencies=[Depends(require_form_token)])
def settle(
    request: Request,
    citizen_id: UUID,
    contest_id: Number,
    *,
    outcome: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> RedirectResponse:
    """Say whether the citizen is right, and why."""
    with open_request(request, RIGHTS) as context:
        chosen = ContestOutcome(outcome) if outcome in {"upheld", "rejected"} else None
        result = decide_contest(context, citizen_id, contest_id, chosen, reason.strip())
        keep(context, result, texts.DECIDED, f"decide-{contest_id}", {"words": reason}, words="words")
    return RedirectResponse(f"{PATH}/{citizen_id}/bestridt", 303)


def read_contests(context: RequestContext, citizen_id: UUID) -> ContestView:
    """What is contested, and what can be; for page and API.

    Raises:
        MissingRole: the role decides about no rights.
        CitizenNotFound: nothing is stored, and nothing was contested.
    """
    view = _desk(context, citizen_id).read()
    if view is None:
        raise MissingRole
    if not view.facts and not view.contests:
        raise CitizenNotFound
    return view


def contest_fact(context: RequestContext, citizen_id: UUID, fact: str, words: str) -> RightsResult:
    """Mark a line as contested; likewise."""
    return allowed(_desk(context, citizen_id).contest(fact, words, lambda: _rebuild(context, citizen_id)))


def decide_contest(
    context: RequestContext, citizen_id: UUID, contest_id: int, outcome: ContestOutcome | None, reason: str
) -> RightsResult:
    """Say whether the citizen is right; likewise."""
    desk = _desk(context, citizen_id)
    return allowed(desk.decide(contest_id, outcome, reason, lambda: _rebuild(context, citizen_id)))


def _rebuild(context: RequestContext, citizen_id: UUID) -> int:
    return rebuild_named_with(context.session, citizen_id, now=context.now)


def _desk(context: RequestContext, citizen_id: UUID) -> ContestDesk:
    desk = RightsDesk(context.session, context.actor, context.access(), now=context.now)
    return ContestDesk(context.session, desk, citizen_id, context.actor.caller_name, now=context.now)
