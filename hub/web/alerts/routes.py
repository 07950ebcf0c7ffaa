"""The pages of Adviser: what happened to my citizens, who sees to it, and of what I am told."""

import re
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.alerts import AlertDesk, AlertFault, AlertList
from hub.access.meeting_agenda import list_my_meetings
from hub.access.unit_alerts import UnitAlertLine, read_unit_alerts
from hub.alerts.meeting_mails import announced_until
from hub.alerts.repository import AlertState, get_place
from hub.errors import AlertClosed
from hub.web.alerts import texts
from hub.web.alerts.page import AlertChoicesPage, AlertsPage
from hub.web.alerts.present import ADDRESS, alerts_page, choices_page
from hub.web.shell.form_result import FormResult, keep_result, redact_typed, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction
from schemas.alert import AlertAct, AlertKind
from schemas.meeting import Meeting

ALERTS = Workspace(
    name="alerts",
    path=ADDRESS,
    title="Adviser",
    action=AuditAction.READ_ALERTS,
    pages=(AlertsPage, AlertChoicesPage),
)
router = ALERTS.router
TOKEN = [Depends(require_form_token)]
Shown = Literal["aabne", "ulaeste", "mine", "lukkede"]
STATES: dict[Shown, AlertState] = {
    "aabne": AlertState.OPEN,
    "ulaeste": AlertState.UNREAD,
    "mine": AlertState.MINE,
    "lukkede": AlertState.CLOSED,
}
MAIL_ADDRESS = re.compile(r"[a-z0-9._+-]{1,64}@[a-z0-9.-]{1,120}")
MEETINGS_SHOWN = 20
"""Of two days; the rest stands under Møder."""
Words = Annotated[str, Form(max_length=600)]


@router.get(ALERTS.path)
def alerts(request: Request, vis: Shown = "aabne", foer: UUID | None = None) -> HTMLResponse:
    """What happened, and who sees to it?"""
    with open_request(request, ALERTS) as context:
        listed = list_alerts(context, STATES[vis], foer)
        is_first = vis == "aabne" and foer is None
        meetings = _meetings_ahead(context) if is_first else ()
        units = read_units(context) if is_first else ()
        result = take_result(request)
        page = alerts_page(listed, vis, context.actor.id, context.now, result, meetings=meetings, units=units)
        return context.page(page)


@router.get("/adviser/valg")
def choices(request: Request) -> HTMLResponse:
    """Of what am I told?"""
    with open_request(request, ALERTS) as context:
        desk = alert_desk(context)
        page = choices_page(desk.read_choices(), desk.read_address(), mail_domain(context), take_result(request))
        return context.page(page, "Vælg dine adviser")


@router.post("/adviser/valg", dependencies=TOKEN)
def choose(
    request: Request,
    kinds: Annotated[list[AlertKind] | None, Form()] = None,
    *,
    default: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Be told of these kinds, or as everybody is."""
    with open_request(request, ALERTS) as context:
        alert_desk(context).save_choices(None if default else frozenset(kinds or ()))
        keep_result(request, FormResult(texts.AS_EVERYBODY if default else texts.CHOSEN))
    return RedirectResponse("/adviser/valg", HTTPStatus.SEE_OTHER)


@router.post("/adviser/mail", dependencies=TOKEN)
def choose_mail(
    request: Request, mail: Annotated[str, Form(max_length=200)] = "", *, off: Annotated[bool, Form()] = False
) -> RedirectResponse:
    """Want a mail on mornings with something new, or none."""
    with open_request(request, ALERTS) as context:
        domain, typed = mail_domain(context), mail.strip().lower()
        is_ours = domain is not None and MAIL_ADDRESS.fullmatch(typed) and typed.endswith(f"@{domain}")
        if off or is_ours:
            alert_desk(context).save_address(None if off else typed)
            keep_result(request, FormResult(texts.MAIL_OFF if off else texts.MAIL_ON))
        else:
            fault = texts.MAIL_FAULT.format(domain=domain) if domain else texts.NO_MAIL
            typed_again = redact_typed({"address": typed}, "address")
            keep_result(request, FormResult(fault, is_error=True, form="mail", typed=typed_again))
    return RedirectResponse("/adviser/valg", HTTPStatus.SEE_OTHER)


@router.post("/adviser/laest", dependencies=TOKEN)
def mark_read(request: Request, ids: Annotated[list[UUID] | None, Form(max_length=100)] = None) -> RedirectResponse:
    """Mark these as read."""
    with open_request(request, ALERTS) as context:
        alert_desk(context).mark_read(frozenset(ids or ()))
        keep_result(request, FormResult(texts.MARKED))
    return RedirectResponse(ADDRESS, HTTPStatus.SEE_OTHER)


@router.post("/adviser/{alert_id}/tag", dependencies=TOKEN)
def take(request: Request, alert_id: UUID, vis: Annotated[Shown, Query()] = "aabne") -> RedirectResponse:
    """See to it from now on.

    Raises:
        AlertClosed: the actor does not see the alert.
    """
    with open_request(request, ALERTS) as context:
        _handle(context, alert_id, AlertAct.TAKE)
    return _back(vis)


@router.post("/adviser/{alert_id}/overdrag", dependencies=TOKEN)
def hand_over(
    request: Request,
    alert_id: UUID,
    vis: Annotated[Shown, Query()] = "aabne",
    receiver: Annotated[str, Form(max_length=200)] = "",
    words: Words = "",
) -> RedirectResponse:
    """Let somebody else of the team see to it.

    Raises:
        AlertClosed: the actor does not see the alert.
    """
    with open_request(request, ALERTS) as context:
        _handle(context, alert_id, AlertAct.HAND_OVER, words, receiver)
    return _back(vis)


@router.post("/adviser/{alert_id}/luk", dependencies=TOKEN)
def close(
    request: Request, alert_id: UUID, vis: Annotated[Shown, Query()] = "aabne", words: Words = ""
) -> RedirectResponse:
    """Close it, with what was done.

    Raises:
        AlertClosed: the actor does not see the alert.
    """
    with open_request(request, ALERTS) as context:
        _handle(context, alert_id, AlertAct.CLOSE, words)
    return _back(vis)


def list_alerts(context: RequestContext, state: AlertState, before: UUID | None) -> AlertList:
    """The alerts that the actor may see; for page and API. *before*: the last that was shown."""
    place = get_place(context.session, before) if before else None
    return alert_desk(context).list_alerts(state, before=place)


def read_units(context: RequestContext) -> tuple[UnitAlertLine, ...]:
    """Which clocks passed in the units that the actor leads; for page and API."""
    return read_unit_alerts(context.session, context.actor, context.access(), now=context.now)


def handle_alert(
    context: RequestContext, alert_id: UUID, act: AlertAct, words: str, receiver: str | None
) -> tuple[AlertFault, ...]:
    """Do that about an alert, or what must be corrected first; for page and API.

    Raises:
        AlertClosed: the actor does not see the alert, or may not.
    """
    faults = alert_desk(context).handle(alert_id, act, words=words, receiver=receiver)
    if faults is None:
        raise AlertClosed
    return faults


def mail_domain(context: RequestContext) -> str | None:
    """The domain of addresses that may be given: the sender's, so that mails stay in the house. None: none is sent."""
    settings = context.app.settings
    return settings.notice_sender.rpartition("@")[2].lower() if settings.mails_alerts else None


def alert_desk(context: RequestContext) -> AlertDesk:
    """For the actor of the request."""
    return AlertDesk(context.session, context.actor, context.access(), now=context.now)


def _meetings_ahead(context: RequestContext) -> tuple[Meeting, ...]:
    """The actor's own of today and tomorrow, the next first."""
    return list_my_meetings(
        context.session,
        context.actor,
        context.access(),
        first=context.now,
        until=announced_until(context.now),
        size=MEETINGS_SHOWN,
        now=context.now,
    ).meetings


def _handle(
    context: RequestContext, alert_id: UUID, act: AlertAct, words: str = "", receiver: str | None = None
) -> None:
    faults = handle_alert(context, alert_id, act, words, receiver)
    if faults:
        sentence = " ".join(texts.FAULT[fault] for fault in faults)
        typed = redact_typed({"words": words}, "words")
        keep_result(context.request, FormResult(sentence, is_error=True, form=str(alert_id), typed=typed))
    else:
        keep_result(context.request, FormResult(texts.DONE[act]))


def _back(chosen: Shown) -> RedirectResponse:
    return RedirectResponse(ADDRESS if chosen == "aabne" else f"{ADDRESS}?vis={chosen}", HTTPStatus.SEE_OTHER)
