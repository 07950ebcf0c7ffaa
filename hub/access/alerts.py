"""Alerts as somebody sees and handles them: what is shown follows from what they may see now. Decided and logged."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access import identity
from hub.access.alert_policy import ACTIONS, CitizenView, ShownAlert, is_told, may_handle_alert, show_alert, show_alerts
from hub.access.audit_entry import audit_entry, entry_about
from hub.access.colleagues import cut_colleague
from hub.access.policy import decide, may
from hub.access.redaction import redact_identifiers
from hub.access.showing import cut_and_mask_all
from hub.access.unit_alerts import led_units, list_unit_alerts, mark_unit_alerts
from hub.alerts import delivery_repository, repository
from hub.alerts.repository import AlertState, Place
from hub.alerts.subscriptions import kinds_for
from hub.audit.service import write, write_all
from hub.clock import danish_day
from hub.course import repository as course
from hub.driver import Answer
from hub.errors import MissingRole, NotLoggedIn
from hub.overview import repository as overviews
from hub.sources.repository import source_areas
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, AuditOutcome, Decision, Purpose
from schemas.alert import Alert, AlertAct, AlertActLine, AlertKind, Relation

ON_PAGE = 20
_READ_FIRST = 60
_READ_NEXT = 2000
"""Where the first are not for the reader to see, so many are asked for at once: nobody's alerts take many rounds."""
MOST_COUNTED = 60


class AlertFault(StrEnum):
    """Why nothing was done about an alert."""

    WORDS_MISSING = "words_missing"
    """Whoever closes an alert says what was done."""
    CLOSED_ALREADY = "closed_already"
    RECEIVER_UNKNOWN = "receiver_unknown"
    """The receiver is not on the team, or may not see what it is about."""


class AlertList(NamedTuple):
    """A page of alerts, newest first."""

    alerts: tuple[ShownAlert, ...]
    next_place: Place | None
    """Where the next page begins; None: there is none."""
    names: Mapping[tuple[UUID, str], str]
    """By citizen and id: those who did something, as far as the reader may know that they work with the citizen."""
    receivers: Mapping[UUID, tuple[str, ...]]
    """By citizen: ids of those to whom an alert can be handed over."""


class AlertDesk:
    """Reads and handles alerts for one actor, in the caller's transaction."""

    def __init__(self, session: Session, actor: Actor, request: AccessRequest, *, now: datetime) -> None:
        # A stated reason (værdispring) opens one citizen, and tells nothing of what happens to anybody.
        plain = request.model_copy(update={"override_reason": None, "override_id": None, "disclosure_id": None})
        self._session, self._actor, self._request = session, actor, plain
        self._now, self._today = now, danish_day(now)
        self._with_unread: Answer[frozenset[UUID]] | None = None

    def list_alerts(
        self, state: AlertState, *, before: Place | None = None, citizen_id: UUID | None = None, size: int = ON_PAGE
    ) -> AlertList:
        """The alerts that the actor may see now; a line for the list and one for each citizen.

        Raises:
            MissingRole: the role is told of no citizens.
        """
        if not may(self._actor, AuditAction.READ_ALERTS):
            self._write(AuditAction.READ_ALERTS, AuditOutcome.REFUSED)
            raise MissingRole
        shown, next_place = self._read(state, before, citizen_id, size)
        self._log(shown)
        views = {each.alert.citizen_id: each.view for each in shown}
        teams = self._teams(views)
        names = self._names(shown, views, {by for team in teams.values() for by in team})
        receivers = {
            key: tuple(by for by in team if by != self._actor.id and (key, by) in names) for key, team in teams.items()
        }
        return AlertList(shown, next_place, names, receivers)

    def ask_unread(self) -> None:
        """Send for what ``count_unread`` reads first, without waiting for it."""
        if may(self._actor, AuditAction.READ_ALERTS):
            self._with_unread = repository.ask_with_unread(self._session, self._actor, self._today)

    def count_unread(self) -> int:
        """How many open alerts the actor may see and has not read, at most ``MOST_COUNTED``; shows no citizen."""
        if not may(self._actor, AuditAction.READ_ALERTS):
            return 0
        of_units = sum(not alert.is_read for alert in list_unit_alerts(self._session, self._actor))
        return min(sum(1 for _ in islice(self._unread(), MOST_COUNTED)) + of_units, MOST_COUNTED)

    def mark_read(self, alert_ids: Collection[UUID]) -> None:
        """Remember that the actor has read these, as far as they are shown."""
        stored = repository.get_alerts(self._session, self._actor.id, alert_ids)
        relations = self._relations({alert.citizen_id for alert in stored})
        alerts = [alert for alert in stored if alert.citizen_id in relations]
        shown = show_alerts(alerts, self._views(alert.citizen_id for alert in alerts))
        repository.mark_read(self._session, self._actor.id, [each.alert.id for each in shown], self._now)
        mark_unit_alerts(self._session, self._actor, alert_ids, now=self._now)
        self._write(AuditAction.READ_ALERTS, AuditOutcome.SHOWN, marked=len(shown))

    def handle(
        self, alert_id: UUID, act: AlertAct, *, words: str = "", receiver: str | None = None
    ) -> tuple[AlertFault, ...] | None:
        """Take an alert, hand it over or close it. None: the actor may not; the line is kept."""
        shown = self._shown(alert_id)
        if shown is None or not self._may(act, shown, is_shown_to_receiver=True):
            outcome = AuditOutcome.REFUSED if shown else AuditOutcome.NOT_FOUND
            self._write_act(act, shown.alert if shown else None, outcome)
            return None
        alert, said = shown.alert, redact_identifiers(words.strip())
        if act is not AlertAct.HAND_OVER:
            receiver = None
        if self._is_repeated(alert, act, receiver):
            return ()
        if alert.is_closed:
            return (AlertFault.CLOSED_ALREADY,)
        if act is AlertAct.CLOSE and not said:
            return (AlertFault.WORDS_MISSING,)
        if act is AlertAct.HAND_OVER and not self._may(
            act, shown, is_shown_to_receiver=receiver is not None and self._is_shown_to(alert, receiver)
        ):
            return (AlertFault.RECEIVER_UNKNOWN,)
        line = AlertActLine(act=act, actor_id=self._actor.id, receiver=receiver, words=said, acted_at=self._now)
        repository.add_act(self._session, alert.id, line)
        repository.mark_read(self._session, self._actor.id, [alert.id], self._now)
        self._write_act(act, alert, AuditOutcome.SHOWN, receiver)
        return ()

    def read_choices(self) -> dict[AlertKind, bool]:
        """Of which kinds the actor is told: chosen, or by the defaults of what they are to their citizens."""
        choices = repository.list_choices(self._session, self._actor.id)
        relations = set(self._relations().values())
        relations |= {Relation.UNIT_LEADER} if led_units(self._session, self._actor) else set()
        relations = relations or {Relation.MEMBER}
        return {kind: any(kind in kinds_for(relation, choices) for relation in relations) for kind in AlertKind}

    def save_choices(self, kinds: Collection[AlertKind] | None) -> None:
        """Be told of these kinds and no other; None: as everybody is told.

        Raises:
            MissingRole: the role is told of no citizens.
        """
        if not may(self._actor, AuditAction.CHANGE_SUBSCRIPTIONS):
            self._write(AuditAction.CHANGE_SUBSCRIPTIONS, AuditOutcome.REFUSED)
            raise MissingRole
        choices = {} if kinds is None else {kind: kind in kinds for kind in AlertKind}
        repository.save_choices(self._session, self._actor.id, choices)
        self._write(AuditAction.CHANGE_SUBSCRIPTIONS, AuditOutcome.SHOWN)

    def read_address(self) -> str | None:
        """Where the actor wants mails; None: nowhere."""
        return delivery_repository.get_address(self._session, self._actor.id)

    def save_address(self, address: str | None) -> None:
        """Want mails there on mornings with something new; None: want none.

        Raises:
            MissingRole: the role is told of no citizens.
        """
        if not may(self._actor, AuditAction.CHANGE_SUBSCRIPTIONS):
            self._write(AuditAction.CHANGE_SUBSCRIPTIONS, AuditOutcome.REFUSED)
            raise MissingRole
        delivery_repository.save_address(self._session, self._actor.id, address)
        self._write(AuditAction.CHANGE_SUBSCRIPTIONS, AuditOutcome.SHOWN)

    def has_unread_since(self, moment: datetime | None) -> bool:
        """Whether something that the actor may see now and has not read happened since; None: at any time."""
        moments = [alert.happened_at for alert in islice(self._unread(), MOST_COUNTED)]
        moments += [each.passed_at for each in list_unit_alerts(self._session, self._actor) if not each.is_read]
        return any(moment is None or happened_at > moment for happened_at in moments)

    def _read(
        self, state: AlertState, before: Place | None, citizen_id: UUID | None, size: int
    ) -> tuple[tuple[ShownAlert, ...], Place | None]:
        """So many alerts that are shown, and where the list goes on."""
        shown: list[ShownAlert] = []
        views: dict[object, CitizenView] = {}
        known: set[UUID] = set()
        for alerts in self._batches(state, before, citizen_id):
            about = {alert.citizen_id for alert in alerts}
            views |= self._views(about - known)
            known |= about
            shown += show_alerts(alerts, views)
            if len(shown) > size:
                last = shown[size - 1].alert
                return tuple(shown[:size]), Place(happened_at=last.happened_at, id=last.id)
        return tuple(shown), None

    def _unread(self) -> Iterator[Alert]:
        """The open alerts that the actor may see and has not read, newest first.

        Every page counts them, so a citizen's page is read only where the decision does not say whether one is seen.
        """
        for alerts in self._batches(AlertState.UNREAD, None, None):
            decided = self._decided({alert.citizen_id for alert in alerts}, self._actor)
            answers = {
                alert.id: is_told(alert, self._actor, *decided[alert.citizen_id])
                for alert in alerts
                if alert.citizen_id in decided
            }
            unclear = {alert.citizen_id for alert in alerts if answers.get(alert.id, False) is None}
            views = self._views(unclear) if unclear else {}
            for alert in alerts:
                is_seen = answers.get(alert.id, False)
                if is_seen or (is_seen is None and show_alerts([alert], views)):
                    yield alert

    def _batches(self, state: AlertState, before: Place | None, citizen_id: UUID | None) -> Iterator[tuple[Alert, ...]]:
        """All alerts of that state that the actor is told of, newest first, whether or not they are shown now."""
        among = frozenset({citizen_id}) if citizen_id else None
        if state is AlertState.UNREAD:
            answer = self._with_unread or repository.ask_with_unread(self._session, self._actor, self._today)
            with_unread = answer()
            among = with_unread if among is None else with_unread & among
            if not among:
                return
        relations = self._relations(among)
        choices = repository.list_choices(self._session, self._actor.id)
        of_relation = {relation: kinds_for(relation, choices) for relation in Relation}
        kinds = {key: of_relation[relation] for key, relation in relations.items()}
        at_once = _READ_FIRST
        while kinds:
            alerts = repository.list_alerts(
                self._session, self._actor.id, kinds, state=state, before=before, size=at_once
            )
            if alerts:
                yield alerts
            if len(alerts) < at_once:
                return
            before = Place(happened_at=alerts[-1].happened_at, id=alerts[-1].id)
            at_once = _READ_NEXT

    def _relations(self, among: Collection[UUID] | None = None) -> dict[UUID, Relation]:
        """What the actor is to each citizen with whom they work (of *among*, if given); the team comes first."""
        named = course.named_citizens(self._session, self._actor, self._today)
        relations = {key: Relation.NAMED_WORKER for key in named if among is None or key in among}
        functions = course.functions_of(self._session, self._actor, self._today, among)
        return relations | {key: Relation(function) for key, function in functions.items()}

    def _views(self, citizen_ids: Iterable[UUID], actor: Actor | None = None) -> dict[object, CitizenView]:
        """What the actor sees of these citizens now; those of whom they see nothing are left out."""
        reader = actor or self._actor
        decided = self._decided(citizen_ids, reader)
        facts = {key: fact for key, (fact, _) in decided.items()}
        decisions = {key: decision for key, (_, decision) in decided.items()}
        allowed = [key for key, decision in decisions.items() if decision.allowed]
        current = overviews.current(self._session, allowed)
        whole = [overview for _, overview in current.values() if overview is not None]
        cut = cut_and_mask_all(self._session, whole, decisions, self._today, facts=facts)
        return {key: CitizenView(reader, facts[key], decisions[key], overview) for key, overview in cut.items()}

    def _decided(self, citizen_ids: Iterable[UUID], reader: Actor) -> dict[UUID, tuple[AccessFacts, Decision]]:
        facts = course.access_facts_of(self._session, reader, set(citizen_ids), self._today)
        return {key: (fact, decide(reader, fact, self._request)) for key, fact in facts.items()}

    def _shown(self, alert_id: UUID) -> ShownAlert | None:
        """The alert, if the actor works with the citizen and sees what it is about."""
        alert = repository.get_alert(self._session, self._actor.id, alert_id)
        if alert is None or alert.citizen_id not in self._relations([alert.citizen_id]):
            return None
        view = self._views([alert.citizen_id]).get(alert.citizen_id)
        return show_alert(alert, view) if view else None

    def _may(self, act: AlertAct, shown: ShownAlert, *, is_shown_to_receiver: bool) -> bool:
        return may_handle_alert(self._actor, act, shown.view.facts, is_shown_to_receiver=is_shown_to_receiver)

    def _is_shown_to(self, alert: Alert, receiver: str) -> bool:
        """Whether somebody of the team may see it, and so may see to it."""
        if receiver == self._actor.id or receiver not in self._teams([alert.citizen_id])[alert.citizen_id]:
            return False
        try:
            employee = identity.actor(self._session, receiver)
        except NotLoggedIn:
            return False
        view = self._views([alert.citizen_id], employee).get(alert.citizen_id)
        return view is not None and show_alert(alert, view) is not None

    def _teams(self, citizen_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
        """Ids of everybody on the team of each of these citizens."""
        courses = course.courses_of(self._session, citizen_ids, self._today)
        return {
            key: tuple(dict.fromkeys(member.actor_id for member in courses[key].team)) if key in courses else ()
            for key in citizen_ids
        }

    def _names(
        self, shown: Collection[ShownAlert], views: Mapping[UUID, CitizenView], team: Collection[str]
    ) -> dict[tuple[UUID, str], str]:
        """By citizen and id: those whom the reader may know to work with the citizen.

        Who wrote in the plan is named to the whole team, as in the plan itself.
        """
        acted = {by for each in shown for act in each.alert.acts for by in (act.actor_id, act.receiver) if by}
        writers = {
            (each.alert.citizen_id, each.alert.caused_by) for each in shown if each.alert.kind is AlertKind.PLAN_CHANGED
        }
        everybody = identity.colleagues(self._session, {*team, *acted, *(by for _, by in writers if by)})
        names: dict[tuple[UUID, str], str] = {}
        for key, view in views.items():
            for by, colleague in everybody.items():
                is_known = by == self._actor.id or (key, by) in writers
                cut = cut_colleague(colleague, view.decision, is_reader=is_known, is_protected=False)
                if cut.name is not None:
                    names[key, by] = cut.name
        return names

    def _is_repeated(self, alert: Alert, act: AlertAct, receiver: str | None) -> bool:
        """Whether the actor did the same just before: a form was sent twice."""
        last = alert.acts[0] if alert.acts else None
        return last is not None and (last.act, last.actor_id, last.receiver) == (act, self._actor.id, receiver)

    def _log(self, shown: Collection[ShownAlert]) -> None:
        line = audit_entry(self._actor, AuditAction.READ_ALERTS, AuditOutcome.SHOWN, self._request, self._now)
        areas = source_areas(self._session)
        views = {each.alert.citizen_id: each.view for each in shown}
        about = [entry_about(view.facts, view.decision, line, areas) for view in views.values()]
        areas_told = {key: {each.alert.area for each in shown if each.alert.citizen_id == key} for key in views}
        # Of the areas only those of which something is told are shown.
        cut = [
            entry.model_copy(update={"sections_shown": entry.sections_shown & areas_told[entry.citizen_id]})
            for entry in about
            if entry.citizen_id is not None
        ]
        write_all(self._session, [line.model_copy(update={"result_count": len(shown)}), *cut])

    def _write(self, action: AuditAction, outcome: AuditOutcome, *, marked: int | None = None) -> None:
        write(
            self._session,
            audit_entry(self._actor, action, outcome, self._request, self._now, result_count=marked),
        )

    def _write_act(
        self, act: AlertAct, alert: Alert | None, outcome: AuditOutcome, receiver: str | None = None
    ) -> None:
        details: dict[str, JsonValue] = {}
        if alert is not None:
            details["alert"] = {"id": str(alert.id), "kind": alert.kind.value, "receiver": receiver}
        entry = audit_entry(
            self._actor,
            ACTIONS[act],
            outcome,
            self._request,
            self._now,
            citizen_id=alert.citizen_id if alert else None,
            details=details,
        )
        write(self._session, entry)


def has_news(session: Session, actor: Actor, since: datetime | None, *, now: datetime) -> bool:
    """Whether somebody who is not logged in has something to read that happened since; it is said of nobody."""
    request = AccessRequest(purpose=Purpose.FOLLOW_UP, request_id="alerts.mail")
    return AlertDesk(session, actor, request, now=now).has_unread_since(since)
