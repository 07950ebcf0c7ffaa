"""Pure: which alerts somebody may see, by what they see of the citizen now, and what they may do about one."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hub.access.acts import ALERT_ACTS
from hub.access.course_policy import may_handle_plan
from hub.access.policy import ask_policies
from schemas.access import AccessFacts, Actor, AuditAction, Decision
from schemas.alert import Alert, AlertAct, record_key
from schemas.overview import Entry, Overview
from schemas.people import LifeStatus

ACTIONS: Mapping[AlertAct, AuditAction] = {
    AlertAct.TAKE: AuditAction.TAKE_ALERT,
    AlertAct.HAND_OVER: AuditAction.HAND_OVER_ALERT,
    AlertAct.CLOSE: AuditAction.CLOSE_ALERT,
}
_OF_TEAM = ("plan/", "trial/", "writer/", "member/")
"""Subjects that no source tells: the plan and the team."""


class CitizenView(NamedTuple):
    """What the reader sees of a citizen now."""

    actor: Actor
    facts: AccessFacts
    decision: Decision
    overview: Overview
    """Cut to the decision, protected fields masked."""


class ShownAlert(NamedTuple):
    """An alert that its reader may see."""

    alert: Alert
    view: CitizenView
    entry: Entry | None
    """What it is about, as the reader sees it. None: the team or the person, or the source has taken it back."""


def show_alert(alert: Alert, view: CitizenView) -> ShownAlert | None:
    """The alert as its reader may see it now; None: it is not for them to see."""
    if not view.decision.allowed:
        return None
    if alert.subject.startswith(_OF_TEAM):
        is_open = may_handle_plan(view.actor, AuditAction.READ_PLAN, view.facts)
        return ShownAlert(alert, view, None) if is_open else None
    if not alert.subject:
        has_left = view.overview.header.person.life_status is LifeStatus.MOVED_OUT
        return ShownAlert(alert, view, None) if has_left else None
    entries = (entry for entry in view.overview.entries() if record_key(entry.id) == alert.subject)
    entry = next(entries, None)
    if entry is None and not _sees_whole_area(alert, view):
        return None
    return ShownAlert(alert, view, entry)


def is_told(alert: Alert, actor: Actor, facts: AccessFacts, decision: Decision) -> bool | None:
    """Whether ``show_alert`` shows it, as far as the decision alone says; None: the citizen's page must be read."""
    if not decision.allowed:
        return False
    if alert.subject.startswith(_OF_TEAM):
        return may_handle_plan(actor, AuditAction.READ_PLAN, facts)
    limited = {each.area for each in decision.disclosures if each.cells is not None}
    if decision.kle_limit is not None:
        limited.add(decision.kle_limit.area)
    # Of an area that the reader sees whole, an alert is shown also when the source has taken the line back.
    return True if alert.subject and alert.area in decision.shown - limited else None


def show_alerts(alerts: Sequence[Alert], views: Mapping[object, CitizenView]) -> tuple[ShownAlert, ...]:
    """Those of them that the reader may see, in their order."""
    shown = (show_alert(alert, views[alert.citizen_id]) for alert in alerts if alert.citizen_id in views)
    return tuple(alert for alert in shown if alert is not None)


def may_handle_alert(actor: Actor, act: AlertAct, facts: AccessFacts, *, is_shown_to_receiver: bool) -> bool:
    """Whether the actor may do that about an alert of the citizen that they see.

    *is_shown_to_receiver*: whether who is to see to it may see it, too; of handing over alone it is asked.
    """
    context: dict[str, object] = {
        "on_team": facts.on_team,
        "is_named_worker": facts.is_named_worker,
        "is_self": facts.is_self,
        "is_shown_to_receiver": is_shown_to_receiver,
    }
    return (
        ACTIONS[act] in ALERT_ACTS
        and ask_policies(actor, [(ACTIONS[act].value, "Alert", tuple(context.items()))])[0].allowed
    )


def _sees_whole_area(alert: Alert, view: CitizenView) -> bool:
    return any(
        section.area is alert.area and section.area in view.decision.shown and not section.is_in_part
        for section in view.overview.sections
    )
