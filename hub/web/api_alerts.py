"""The JSON twins of the pages of alerts: the same functions, the same lines in the log."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from hub.access.alert_policy import ShownAlert
from hub.access.alerts import AlertFault, AlertList
from hub.access.unit_alerts import UnitAlertLine
from hub.alerts.clocks import NotificationClock
from hub.alerts.repository import AlertState
from hub.web.alerts import texts
from hub.web.alerts.present import alert_text, unit_row
from hub.web.alerts.routes import ALERTS, alert_desk, handle_alert, list_alerts, read_units
from hub.web.api import LOGGED_IN
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import RequestContext, open_request
from schemas.alert import AlertAct, AlertKind
from schemas.base import Instant, Schema
from schemas.source import Area

router = APIRouter(prefix="/api/adviser", responses=LOGGED_IN)
TOKEN = [Depends(require_header_token)]


class AlertTraceLine(Schema):
    """What somebody did about an alert."""

    act: AlertAct
    by: str | None
    """None: somebody of an area that the reader does not see."""
    receiver: str | None
    words: str
    at: Instant


class AlertLine(Schema):
    """Something that happened, as its reader may see it now."""

    id: UUID
    citizen_id: UUID
    kind: AlertKind
    area: Area | None
    text: str
    more: str
    happened_at: Instant
    is_read: bool
    is_closed: bool
    trace: tuple[AlertTraceLine, ...]
    """Newest first."""
    receivers: tuple[str, ...]
    """Ids of those to whom it can be handed over."""


class UnitAlertAnswer(Schema):
    """A clock that passed in a unit that the reader leads; of nobody."""

    id: UUID
    unit_id: str
    clock: NotificationClock
    text: str
    passed_on: date
    is_read: bool


class AlertsAnswer(Schema):
    """A page of alerts, newest first."""

    alerts: tuple[AlertLine, ...]
    units: tuple[UnitAlertAnswer, ...]
    """Of the units that the reader leads, with the first page of those that are open."""
    next_before: UUID | None
    """What to ask for next; None: there is no more."""


class HandleAsk(Schema):
    """What to do about an alert."""

    act: AlertAct
    words: str = Field(default="", max_length=600)
    receiver: str | None = Field(default=None, max_length=200)


class AlertFaultLine(Schema):
    """Why something was not done."""

    fault: AlertFault
    text: str
    """As the page says it."""


class AlertAnswer(Schema):
    """What came of it: done when there are no faults."""

    faults: tuple[AlertFaultLine, ...]


class ReadAsk(Schema):
    """Alerts to be marked as read."""

    ids: tuple[UUID, ...] = Field(max_length=100)


class ChoicesAsk(Schema):
    """Of which kinds to be told from now on."""

    kinds: frozenset[AlertKind] | None
    """None: of those that the own place on the team gives."""


@router.get("", summary="What happened to my citizens")
def alerts(request: Request, state: AlertState = AlertState.OPEN, before: UUID | None = None) -> AlertsAnswer:
    """Only what the actor may see now."""
    with open_request(request, ALERTS) as context:
        listed = list_alerts(context, state, before)
        place = listed.next_place
        lines = tuple(_line(context, shown, listed) for shown in listed.alerts)
        units = read_units(context) if state is AlertState.OPEN and before is None else ()
        return AlertsAnswer(alerts=lines, units=tuple(map(_unit_line, units)), next_before=place.id if place else None)


@router.get("/valg", summary="Of which kinds I am told")
def choices(request: Request) -> dict[AlertKind, bool]:
    """Chosen, or by the place on the team."""
    with open_request(request, ALERTS) as context:
        return alert_desk(context).read_choices()


@router.post("/valg", summary="Choose of what to be told", dependencies=TOKEN)
def choose(request: Request, ask: ChoicesAsk) -> dict[AlertKind, bool]:
    """The choice counts for every citizen."""
    with open_request(request, ALERTS) as context:
        alert_desk(context).save_choices(ask.kinds)
        return alert_desk(context).read_choices()


@router.post("/laest", summary="Mark alerts as read", dependencies=TOKEN)
def mark_read(request: Request, ask: ReadAsk) -> AlertAnswer:
    """For the actor alone."""
    with open_request(request, ALERTS) as context:
        alert_desk(context).mark_read(frozenset(ask.ids))
        return AlertAnswer(faults=())


@router.post("/{alert_id}", summary="Take, hand over or close an alert", dependencies=TOKEN)
def handle(request: Request, alert_id: UUID, ask: HandleAsk) -> AlertAnswer:
    """With a trace that the team reads."""
    with open_request(request, ALERTS) as context:
        faults = handle_alert(context, alert_id, ask.act, ask.words, ask.receiver)
        return AlertAnswer(faults=tuple(AlertFaultLine(fault=fault, text=texts.FAULT[fault]) for fault in faults))


def _unit_line(line: UnitAlertLine) -> UnitAlertAnswer:
    alert = line.alert
    return UnitAlertAnswer(
        id=alert.id,
        unit_id=alert.unit_id,
        clock=alert.clock,
        text=unit_row(line).text,
        passed_on=alert.passed_on,
        is_read=alert.is_read,
    )


def _line(context: RequestContext, shown: ShownAlert, listed: AlertList) -> AlertLine:
    alert = shown.alert
    text, more = alert_text(shown, listed.names, context.now)
    return AlertLine(
        id=alert.id,
        citizen_id=alert.citizen_id,
        kind=alert.kind,
        area=alert.area,
        text=text,
        more=more,
        happened_at=alert.happened_at,
        is_read=alert.is_read,
        is_closed=alert.is_closed,
        trace=tuple(
            AlertTraceLine(
                act=act.act,
                by=listed.names.get((alert.citizen_id, act.actor_id)),
                receiver=listed.names.get((alert.citizen_id, act.receiver or "")),
                words=act.words,
                at=act.acted_at,
            )
            for act in alert.acts
        ),
        receivers=listed.receivers.get(alert.citizen_id, ()),
    )
