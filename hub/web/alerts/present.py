"""Alerts in words, by what their reader sees of the citizen now. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from hub.access.alert_policy import ShownAlert
from hub.access.alerts import AlertList
from hub.access.unit_alerts import UnitAlertLine
from hub.alerts.clocks import NotificationClock, clock_of
from hub.alerts.meeting_mails import DAYS, is_announced
from hub.clock import danish_day
from hub.overview.notable_changes import is_succeeded
from hub.rules.deadlines import ClockState
from hub.web.alerts import texts
from hub.web.alerts.page import (
    AlertChoicesPage,
    AlertMeeting,
    AlertRow,
    AlertsPage,
    AlertTrace,
    KindChoice,
    UnitAlertRow,
)
from hub.web.shell.dates import as_sentence, capital, clock_text, day_text, of_moment, within
from hub.web.shell.form_result import FormResult
from hub.web.shell.people import headline_name, sender
from hub.web.shell.texts import AREA
from hub.web.shell.view_models import Choice, Link
from schemas.alert import AlertActLine, AlertKind
from schemas.facts import ConcernNotificationFact, EffortFact, PlanFact
from schemas.meeting import Meeting
from schemas.overview import Entry

_DONE = frozenset({ClockState.MET, ClockState.LATE})
ADDRESS = "/adviser"


def alerts_page(  # noqa: PLR0913  keyword-only from the meetings on
    listed: AlertList,
    chosen: str,
    actor_id: str,
    now: datetime,
    result: FormResult | None,
    *,
    meetings: Sequence[Meeting] = (),
    units: Sequence[UnitAlertLine] = (),
) -> AlertsPage:
    """The list, newest first; before it *meetings* of today and tomorrow, and what passed in the reader's *units*."""
    rows = tuple(_row(shown, listed, actor_id, now, result) for shown in listed.alerts)
    place = listed.next_place
    return AlertsPage(
        meetings=tuple(_meeting(meeting, now) for meeting in meetings if is_announced(meeting, now)),
        units=tuple(unit_row(line) for line in units),
        filters=tuple(
            Link(text, ADDRESS if value == "aabne" else f"{ADDRESS}?vis={value}", current=value == chosen)
            for value, text in texts.FILTERS.items()
        ),
        rows=rows,
        none=texts.NONE[chosen],
        older=f"{ADDRESS}?vis={chosen}&foer={place.id}" if place else "",
        unread=(
            *(row.id for row in rows if not row.is_read),
            *(str(line.alert.id) for line in units if not line.alert.is_read),
        ),
        chosen=chosen,
        result=result.outcome if result and result.text else None,
    )


def unit_row(line: UnitAlertLine) -> UnitAlertRow:
    """Which clock passed in which unit, and on which day."""
    text = texts.UNIT_CLOCK[line.alert.clock].format(unit=line.unit_name)
    return UnitAlertRow(str(line.alert.id), text, day_text(line.alert.passed_on), line.alert.is_read)


def choices_page(
    choices: Mapping[AlertKind, bool], address: str | None, domain: str | None, result: FormResult | None
) -> AlertChoicesPage:
    """Every kind, with whether the actor is told of it; *domain*: of addresses that may be given, None: no mails."""
    typed = result.typed.get("address") if result and result.is_error else None
    return AlertChoicesPage(
        can_mail=domain is not None,
        domain=domain or "",
        address=typed or address or "",
        wants_mail=address is not None,
        kinds=tuple(
            KindChoice(kind.value, texts.KIND[kind], texts.EXPLAINED[kind], is_on) for kind, is_on in choices.items()
        ),
        result=result.outcome if result and result.text else None,
    )


def alert_text(  # noqa: PLR0911  a case a kind
    shown: ShownAlert, names: Mapping[tuple[UUID, str], str], now: datetime
) -> tuple[str, str]:
    """What happened, and what is said beside it; without the citizen's name."""
    alert, entry = shown.alert, shown.entry
    if entry is not None:
        return _entry_text(shown, entry, now)
    match alert.kind:
        case AlertKind.MEMBER_JOINED:
            return texts.JOINED, ""
        case AlertKind.PLAN_CHANGED if alert.subject.startswith("writer/"):
            name = names.get((alert.citizen_id, alert.caused_by or ""))
            return texts.PLAN_WRITTEN.format(name=name) if name else texts.PLAN_WRITTEN_BY_SOMEBODY, ""
        case AlertKind.REVIEW_PASSED if alert.subject.startswith("plan/"):
            return texts.REVIEW_OF_PLAN.format(day=_day(alert.occasion)), ""
        case AlertKind.REVIEW_PASSED if alert.subject.startswith("trial/"):
            return texts.REVIEW_OF_TRIAL.format(day=_day(alert.occasion)), ""
        case AlertKind.MOVED_AWAY if not alert.subject:
            return texts.LEFT_COUNTRY, ""
    return texts.TAKEN_BACK, texts.KIND[alert.kind]


def _entry_text(shown: ShownAlert, entry: Entry, now: datetime) -> tuple[str, str]:  # noqa: PLR0911  a case a kind
    alert = shown.alert
    match alert.kind, entry.fact:
        case AlertKind.EFFORT_BEGAN, EffortFact(title=title):
            begins = entry.valid.start
            return f"Ny indsats: {within(title)}", f"Fra {day_text(begins)}" if begins else ""
        case AlertKind.EFFORT_ENDED, EffortFact(title=title):
            last = entry.valid.last_day
            until = f" {day_text(last)}" if last else ""
            return f"Indsatsen {within(title)} er slut{until}", _successor(shown, entry, danish_day(now))
        case AlertKind.NOTIFICATION, ConcernNotificationFact() as fact:
            return f"Underretning fra {within(sender(fact))}", f"Modtaget {day_text(danish_day(fact.received_at))}"
        case AlertKind.CLOCK_PASSED, ConcernNotificationFact() as fact:
            clock = NotificationClock(alert.occasion)
            return texts.CLOCK[clock], _clock_text(fact, clock, now)
        case AlertKind.REVIEW_PASSED, EffortFact(title=title) | PlanFact(title=title):
            return texts.REVIEW.format(title=within(title), day=_day(alert.occasion)), ""
        case AlertKind.PLAN_CHANGED, PlanFact(title=title):
            return f"Planen {within(title)} er ny eller ændret", ""
        case AlertKind.ABSENCE_LINE, _:
            quarter, _, line = alert.occasion.partition("/")
            year, _, number = quarter.partition("-")
            return texts.ABSENCE.format(line=line, quarter=number, year=year), ""
        case AlertKind.ADMISSION, _:
            begins = entry.valid.start
            return texts.ADMITTED, f"Fra {day_text(begins)}" if begins else ""
        case AlertKind.MOVED_AWAY, _:
            return texts.NEW_AUTHORITY, ""
    return texts.KIND[alert.kind], ""


def _clock_text(fact: ConcernNotificationFact, clock: NotificationClock, now: datetime) -> str:
    """From whom and when, and what the source has told of the clock since."""
    state = clock_of(fact, clock, now).state
    parts = [f"Underretning fra {within(sender(fact))}, modtaget {day_text(danish_day(fact.received_at))}"]
    if state is not ClockState.OVERDUE:
        parts.append(texts.CLOCK_SINCE[clock] if state in _DONE else texts.CLOCK_UNKNOWN[clock])
    return ". ".join(parts)


def _successor(shown: ShownAlert, entry: Entry, today: date) -> str:
    """Whether another effort takes over, as far as the reader sees; nothing where not all of the area is shown."""
    overview = shown.view.overview
    if is_succeeded(entry, overview.entries(), today):
        return texts.SUCCEEDED
    is_whole = any(section.area is entry.area and not section.is_in_part for section in overview.sections)
    return texts.ALONE if is_whole else ""


def _row(shown: ShownAlert, listed: AlertList, actor_id: str, now: datetime, result: FormResult | None) -> AlertRow:
    alert, header = shown.alert, shown.view.overview.header
    text, more = alert_text(shown, listed.names, now)
    is_open = result is not None and result.is_error and result.form == str(alert.id)
    return AlertRow(
        id=str(alert.id),
        name=headline_name(header),
        href=f"/overblik/{alert.citizen_id}",
        is_protected=shown.view.facts.name_address_protected,
        area=alert.area.value if alert.area else "",
        area_name=AREA[alert.area] if alert.area else "",
        text=text,
        more=as_sentence(more) if more else "",
        link=_link(shown),
        when=of_moment(alert.happened_at, now),
        is_read=alert.is_read,
        is_closed=alert.is_closed,
        keeper=_keeper(shown, listed, actor_id),
        trace=tuple(
            AlertTrace(_act_text(act, alert.citizen_id, listed, actor_id), of_moment(act.acted_at, now), act.words)
            for act in alert.acts
        ),
        receivers=tuple(
            Choice(by, listed.names[alert.citizen_id, by]) for by in listed.receivers.get(alert.citizen_id, ())
        ),
        may_take=alert.keeper != actor_id,
        words=result.typed.get("words", "") if result and is_open else "",
        is_open=is_open,
    )


def _link(shown: ShownAlert) -> Link | None:
    citizen_id, (about, _, key) = shown.alert.citizen_id, shown.alert.subject.partition("/")
    links = {
        "plan": Link("Se punktet i planen", f"/plan/{citizen_id}/post/{key}"),
        "trial": Link("Se prøvehandlingen", f"/proevehandlinger/{citizen_id}/{key}"),
        "writer": Link("Se planen", f"/plan/{citizen_id}"),
    }
    return None if shown.entry else links.get(about)


def _meeting(meeting: Meeting, now: datetime) -> AlertMeeting:
    starts_at = meeting.text.starts_at
    day = DAYS[(danish_day(starts_at) - danish_day(now)).days]
    when = f"{capital(day)} kl. {clock_text(starts_at)}-{clock_text(meeting.text.ends_at)}"
    return AlertMeeting(when, f"/moeder/{meeting.id}", f"/forloeb/{meeting.course_id}")


def _keeper(shown: ShownAlert, listed: AlertList, actor_id: str) -> str:
    alert = shown.alert
    if alert.is_closed:
        return _act_text(alert.acts[0], alert.citizen_id, listed, actor_id)
    if alert.keeper is None:
        return texts.NOBODY
    return f"{capital(_name(alert.keeper, alert.citizen_id, listed, actor_id, you='du'))} tager sig af det"


def _act_text(act: AlertActLine, citizen_id: UUID, listed: AlertList, actor_id: str) -> str:
    receiver = _name(act.receiver, citizen_id, listed, actor_id) if act.receiver else ""
    return texts.ACT[act.act].format(name=_name(act.actor_id, citizen_id, listed, actor_id), receiver=receiver)


def _name(by: str, citizen_id: UUID, listed: AlertList, actor_id: str, you: str = texts.YOU) -> str:
    return you if by == actor_id else listed.names.get((citizen_id, by), texts.SOMEBODY)


def _day(occasion: str) -> str:
    return day_text(date.fromisoformat(occasion))
