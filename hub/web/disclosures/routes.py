"""The pages of disclosures: what others let me see, what I let others see, a new one."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.disclosure_rules import StatedDisclosure
from hub.access.disclosures import DisclosureDesk, DisclosureForm, DisclosureResult, ListedDisclosures
from hub.clock import danish_day
from hub.errors import DisclosureNotFound, MissingRole, NothingToDisclose
from hub.web.disclosures import texts
from hub.web.disclosures.page import DisclosureFormPage, DisclosuresPage
from hub.web.disclosures.present import disclosures_page, fault_text, form_page
from hub.web.shell.form_result import FormResult, finish_form, keep_result, redact_typed, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import MEETING, RequestContext, open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, AuditOutcome
from schemas.data_category import DataCategory
from schemas.disclosure import STATED_BASES, Disclosure, DisclosureBasis

DISCLOSURES = Workspace(
    name="disclosures",
    path="/videregivelser",
    title="Videregivelser",
    action=AuditAction.READ_DISCLOSURES,
    pages=(DisclosuresPage, DisclosureFormPage),
)
router = DISCLOSURES.router
TOKEN = [Depends(require_form_token)]
PageNumber = Annotated[int, Query(ge=1, le=10_000)]
DisclosureId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get(DISCLOSURES.path)
def disclosures(request: Request, side: PageNumber = 1) -> HTMLResponse:
    """What was disclosed to me, and what have I disclosed?"""
    with open_request(request, DISCLOSURES) as context:
        listed = list_disclosures(context, side)
        page = disclosures_page(listed, danish_day(context.now), take_result(request), page=side)
        return context.page(page)


@router.get(f"{DISCLOSURES.path}/ny/{{citizen_id}}")
def new_disclosure(request: Request, citizen_id: UUID) -> HTMLResponse:
    """What do I let others see, why, who and until when?"""
    with open_request(request, DISCLOSURES) as context:
        page = form_page(read_form(context, citizen_id), danish_day(context.now), take_result(request))
        return context.page(page, "Videregiv oplysninger")


@router.post(f"{DISCLOSURES.path}/ny/{{citizen_id}}", dependencies=TOKEN)
def state_disclosure(  # noqa: PLR0913  the fields of the form
    request: Request,
    citizen_id: UUID,
    *,
    basis: Annotated[str, Form(max_length=40)] = "",
    category: Annotated[list[str] | None, Form()] = None,
    team: Annotated[bool, Form()] = False,
    receivers: Annotated[str, Form(max_length=500)] = "",
    legal_basis: Annotated[str, Form(max_length=200)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
    meeting: Annotated[str, Form(max_length=100)] = "",
    meeting_on: Annotated[str, Form(max_length=20)] = "",
    last_day: Annotated[str, Form(max_length=20)] = "",
) -> RedirectResponse:
    """Let others see it."""
    stated = StatedDisclosure(
        basis=DisclosureBasis(basis) if basis in set(STATED_BASES) else None,
        categories=tuple(DataCategory(each) for each in category or () if each in set(DataCategory)),
        reason=reason.strip(),
        legal_basis=legal_basis.strip(),
        to_team=team,
        receivers=tuple(word.strip() for word in receivers.split(",") if word.strip()),
        meeting=meeting.strip(),
        meeting_on=_day(meeting_on),
        last_day=_day(last_day),
    )
    with open_request(request, DISCLOSURES) as context:
        faults = disclose(context, citizen_id, stated).faults
        fields = {
            "basis": basis,
            "category": ",".join(category or ()),
            "receivers": receivers,
            "legal_basis": legal_basis,
            "reason": reason,
            "meeting": meeting,
            "meeting_on": meeting_on,
            "last_day": last_day,
            **({"team": "on"} if team else {}),
        }
        typed = redact_typed(fields, "receivers", "legal_basis", "reason", "meeting")
        return finish_form(
            request,
            " ".join(map(fault_text, faults)),
            done=texts.STORED,
            back=f"{DISCLOSURES.path}/ny/{citizen_id}",
            onward=DISCLOSURES.path,
            typed=typed,
        )


@router.post(f"{DISCLOSURES.path}/{{disclosure_id}}/luk", dependencies=TOKEN)
def close_disclosure(request: Request, disclosure_id: DisclosureId) -> RedirectResponse:
    """It holds no longer, at once."""
    with open_request(request, DISCLOSURES) as context:
        is_done = end_disclosure(context, disclosure_id)
        fault = "" if is_done else texts.CLOSED_ALREADY
        return finish_form(request, fault, done=texts.CLOSED, back=DISCLOSURES.path)


@router.post(f"{DISCLOSURES.path}/{{disclosure_id}}/aabn", dependencies=TOKEN)
def open_for_meeting(request: Request, disclosure_id: DisclosureId) -> RedirectResponse:
    """Open what was disclosed for the meeting; it is used up by that."""
    with open_request(request, DISCLOSURES) as context:
        disclosure = use_disclosure(context, disclosure_id)
        if disclosure is None:
            keep_result(request, FormResult(texts.NOT_NOW, is_error=True))
            return RedirectResponse(DISCLOSURES.path, 303)
    return RedirectResponse(f"/overblik/{disclosure.citizen_id}", 303)


@router.post(f"{DISCLOSURES.path}/moede/afslut", dependencies=TOKEN)
def end_meeting(request: Request) -> RedirectResponse:
    """Close what was opened for a meeting before its time; it is used up."""
    with open_request(request, DISCLOSURES):
        request.session.pop(MEETING, None)
    return RedirectResponse(DISCLOSURES.path, 303)


def list_disclosures(context: RequestContext, page: int) -> ListedDisclosures:
    """A page of those to the actor and by the actor; for page and API.

    Raises:
        MissingRole: the role works with no citizens.
    """
    listed = _desk(context).list_disclosures(page)
    if listed is None:
        raise MissingRole
    return listed


def read_form(context: RequestContext, citizen_id: UUID) -> DisclosureForm:
    """What the actor may disclose about the citizen; for page and API.

    Raises:
        NothingToDisclose: the actor may disclose nothing, or there is no such citizen.
    """
    form = _desk(context).form(citizen_id)
    if form is None:
        raise NothingToDisclose
    return form


def disclose(context: RequestContext, citizen_id: UUID, stated: StatedDisclosure) -> DisclosureResult:
    """Store a disclosure, or what must be corrected first; for page and API.

    Raises:
        NothingToDisclose: the actor may not, or there is no such citizen.
    """
    result = _desk(context).disclose(citizen_id, stated)
    match result.outcome:
        case AuditOutcome.NOT_FOUND | AuditOutcome.REFUSED:
            raise NothingToDisclose
        case _:
            return result


def end_disclosure(context: RequestContext, disclosure_id: int) -> bool:
    """End a disclosure at once; False: it had ended already. For page and API.

    Raises:
        DisclosureNotFound: there is none, or the actor may not.
    """
    result = _desk(context).end(disclosure_id)
    if result.outcome is AuditOutcome.NOT_FOUND:
        raise DisclosureNotFound
    return result.outcome is AuditOutcome.SHOWN


def use_disclosure(context: RequestContext, disclosure_id: int) -> Disclosure | None:
    """Open what was disclosed for a meeting for as long as that lasts; None: not today, or it is used up. For both.

    Raises:
        DisclosureNotFound: there is none, or it is not for the actor.
    """
    result = _desk(context).use(disclosure_id)
    if result.outcome is AuditOutcome.NOT_FOUND:
        raise DisclosureNotFound
    if result.outcome is not AuditOutcome.SHOWN or result.disclosure is None:
        return None
    context.request.session[MEETING] = {
        "id": str(disclosure_id),
        "citizen": str(result.disclosure.citizen_id),
        "opened_at": context.now.isoformat(),
    }
    return result.disclosure


def _desk(context: RequestContext) -> DisclosureDesk:
    return DisclosureDesk(context.session, context.actor, context.access(), now=context.now)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
