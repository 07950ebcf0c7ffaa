"""The pages of Borgerens plan: the plan, one entry of it, and the paper for the meeting."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.access.plans import PlanDesk, PlanView, list_other_plans
from hub.clock import danish_day
from hub.errors import PlanClosed
from hub.web.plan import forms, texts
from hub.web.plan.page import EntryPage, PaperPage, PlanPage
from hub.web.plan.pdf import plan_pdf
from hub.web.plan.present import entry_page, plan_page
from hub.web.plan.present_paper import paper_page
from hub.web.shell.coverage import coverage
from hub.web.shell.form_result import fault_of, finish_form, redact_typed, sentence_of, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.people import FirstNames, first_word
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.transitions import TransitionLine, transition_lines
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction

PLAN = Workspace(
    name="plan",
    path="/plan/{citizen_id}",
    title="Borgerens plan",
    action=AuditAction.READ_PLAN,
    in_menu=False,
    decided_per_citizen=True,
    pages=(PlanPage, EntryPage, PaperPage),
)
router = PLAN.router
TOKEN = [Depends(require_form_token)]
Word = Annotated[str, Form(max_length=200)]
Text = Annotated[str, Form(max_length=1000)]
T = TypeVar("T")


@router.get(PLAN.path)
def plan(request: Request, citizen_id: UUID) -> HTMLResponse:
    """What do we want, who does what by when, and how is it going?

    Raises:
        PlanClosed: the actor is not on the citizen's team.
    """
    with open_request(request, PLAN) as context:
        view = read_plan(context, citizen_id)
        others, ahead = _others(context, citizen_id), _ahead(context, view)
        page = plan_page(view, others, ahead, danish_day(context.now), take_result(request))
        return context.page(page, f"Borgerens plan: {page.name}")


@router.get("/plan/{citizen_id}/papir")
def paper(request: Request, citizen_id: UUID) -> HTMLResponse:
    """The plan on one page, to print; a line of the log says that it was.

    Raises:
        PlanClosed: the actor is not on the citizen's team.
    """
    with open_request(request, PLAN) as context:
        page = _paper(context, citizen_id)
        return context.page(page, f"Borgerens plan: {page.name}")


@router.get("/plan/{citizen_id}/plan.pdf")
def pdf(request: Request, citizen_id: UUID) -> Response:
    """The same as a PDF; its name says of nobody.

    Raises:
        PlanClosed: the actor is not on the citizen's team.
    """
    with open_request(request, PLAN) as context:
        page = _paper(context, citizen_id)
    headers_of_file = {"content-disposition": 'attachment; filename="borgerens-plan.pdf"', "cache-control": "no-store"}
    return Response(plan_pdf(page), media_type="application/pdf", headers=headers_of_file)


@router.get("/plan/{citizen_id}/post/{entry_id}")
def entry(request: Request, citizen_id: UUID, entry_id: UUID) -> HTMLResponse:
    """One entry: its form, its history, and of a goal its progress and efforts.

    Raises:
        PlanClosed: the actor is not on the citizen's team, or the plan has no such entry.
    """
    with open_request(request, PLAN) as context:
        view = read_plan(context, citizen_id)
        plan_entry = next((each for each in view.plan.entries if each.id == entry_id), None)
        page = entry_page(view, _allowed(plan_entry), danish_day(context.now), take_result(request))
        return context.page(page, f"{page.kind}: {page.name}")


@router.post("/plan/{citizen_id}/ny", dependencies=TOKEN)
def add(  # noqa: PLR0913  the fields of the form
    request: Request,
    citizen_id: UUID,
    *,
    key: Annotated[UUID, Form()],
    kind: Word = "",
    words: Text = "",
    who: Word = "",
    due_on: Word = "",
    goal: Word = "",
    goal_type: Word = "",
) -> RedirectResponse:
    """Add an entry to the plan.

    Raises:
        PlanClosed: the actor is not on the citizen's team.
    """
    fields = {"kind": kind, "words": words, "who": who, "due_on": due_on, "goal": goal, "goal_type": goal_type}
    with open_request(request, PLAN) as context:
        desk = plan_desk(context, citizen_id, AuditAction.CHANGE_PLAN)
        fault = fault_of(forms.read_entry(fields), lambda each: _allowed(desk.add(key, each)), texts.FAULT)
        typed = {**redact_typed(fields, "words", "who"), "key": str(key)}
        return finish_form(request, fault, texts.ADDED, f"/plan/{citizen_id}", form=f"add:{kind}", typed=typed)


@router.post("/plan/{citizen_id}/post/{entry_id}/ret", dependencies=TOKEN)
def change(  # noqa: PLR0913  the fields of the form
    request: Request,
    citizen_id: UUID,
    entry_id: UUID,
    *,
    version: Annotated[int, Form(ge=0, le=2**31 - 1)] = 0,
    words: Text = "",
    who: Word = "",
    due_on: Word = "",
    goal_type: Word = "",
    state: Word = "open",
) -> RedirectResponse:
    """Write an entry anew. If somebody else did meanwhile, the page that follows shows both texts.

    Raises:
        PlanClosed: the actor is not on the citizen's team.
    """
    fields = {"words": words, "who": who, "due_on": due_on, "goal_type": goal_type, "state": state}
    with open_request(request, PLAN) as context:
        desk = plan_desk(context, citizen_id, AuditAction.CHANGE_PLAN)
        fault = fault_of(
            forms.read_text(fields), lambda each: _allowed(desk.change(entry_id, each, version)), texts.FAULT
        )
        typed = {**redact_typed(fields, "words", "who"), "version": str(version)}
        return finish_form(
            request, fault, texts.CHANGED, f"/plan/{citizen_id}/post/{entry_id}", form="change", typed=typed
        )


@router.post("/plan/{citizen_id}/post/{entry_id}/fremgang", dependencies=TOKEN)
def enter_progress(
    request: Request,
    citizen_id: UUID,
    entry_id: UUID,
    *,
    progress: Word = "",
    on_day: Word = "",
    words: Text = "",
) -> RedirectResponse:
    """Enter how it is going with a goal, in words and with one's name.

    Raises:
        PlanClosed: the actor is not on the citizen's team.
    """
    fields = {"progress": progress, "on_day": on_day, "words": words}
    with open_request(request, PLAN) as context:
        desk = plan_desk(context, citizen_id, AuditAction.ENTER_PROGRESS)
        fault = fault_of(
            forms.read_progress(fields), lambda each: _allowed(desk.enter_progress(entry_id, each)), texts.FAULT
        )
        typed = redact_typed(fields, "words")
        return finish_form(
            request, fault, texts.ENTERED, f"/plan/{citizen_id}", form=f"progress:{entry_id}", typed=typed
        )


@router.post("/plan/{citizen_id}/post/{entry_id}/indsats", dependencies=TOKEN)
def attach_effort(
    request: Request,
    citizen_id: UUID,
    entry_id: UUID,
    effort: Annotated[str, Form(max_length=500)] = "",
    serves: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Say that an effort serves the goal, or serves it no longer.

    Raises:
        PlanClosed: the actor is not on the citizen's team.
    """
    with open_request(request, PLAN) as context:
        desk = plan_desk(context, citizen_id, AuditAction.CHANGE_PLAN)
        fault = sentence_of(_allowed(desk.attach(entry_id, effort, serves=serves)), texts.FAULT)
        return finish_form(
            request, fault, texts.ATTACHED if serves else texts.DETACHED, f"/plan/{citizen_id}/post/{entry_id}"
        )


def read_plan(context: RequestContext, citizen_id: UUID) -> PlanView:
    """The citizen's plan; for page and API.

    Raises:
        PlanClosed: the actor is not on the citizen's team.
    """
    return _allowed(plan_desk(context, citizen_id, AuditAction.READ_PLAN).read())


def plan_desk(context: RequestContext, citizen_id: UUID, action: AuditAction) -> PlanDesk:
    """For that act of the actor with the plan."""
    return PlanDesk(context.session, context.actor, citizen_id, context.access(), action, now=context.now)


def _paper(context: RequestContext, citizen_id: UUID) -> PaperPage:
    view = _allowed(plan_desk(context, citizen_id, AuditAction.PRINT_PLAN).read())
    return paper_page(view, _ahead(context, view), context.actor.name, context.now, danish_day(context.now))


def _ahead(context: RequestContext, view: PlanView) -> tuple[TransitionLine, ...]:
    """What lies ahead for the citizen, as far as the actor may see it."""
    if view.overview is None:
        return ()
    citizen_id, name = view.plan.citizen_id, view.overview.header.display_name
    names = FirstNames({citizen_id: first_word(name) or texts.NO_NAME}, own=citizen_id)
    return transition_lines([coverage(context)(view.overview)], names, context.now)


def _others(context: RequestContext, citizen_id: UUID) -> dict[UUID, str]:
    """First names of the others on the course whose plan the actor may read, too."""
    names = list_other_plans(context.session, context.actor, citizen_id, context.access(), now=context.now)
    return {other: (name or texts.NO_NAME).partition(" ")[0] for other, name in names.items()}


def _allowed(answer: T | None) -> T:
    if answer is None:
        raise PlanClosed
    return answer
