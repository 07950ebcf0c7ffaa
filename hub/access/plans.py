"""Borgerens plan: read, written and printed by the team. Decided and logged as every act."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry, entry_about
from hub.access.course_policy import may_handle_plan
from hub.access.plan_act import PlanAct
from hub.access.policy import decide
from hub.access.redaction import redact_identifiers
from hub.access.showing import cut_and_mask
from hub.audit.service import write, write_all
from hub.clock import danish_day
from hub.course import plan_repository as repository
from hub.course import repository as access
from hub.course import trial_repository as trials
from hub.course.plan_rules import (
    GOALS,
    PlanFault,
    entry_faults,
    progress_faults,
    text_faults,
)
from hub.overview import repository as overviews
from hub.sources.repository import source_areas
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, AuditOutcome, Basis
from schemas.facts import EffortFact
from schemas.overview import Entry, Overview
from schemas.plan import CitizenPlan, NewEntry, NewProgress, PlanEntry, PlanKind, PlanText
from schemas.trial_action import TrialAction

PlanFaults = tuple[PlanFault, ...]
"""What must be corrected first; empty: it is done."""


class PlanView(NamedTuple):
    """A plan as the reader may see it, and the efforts that could serve its goals."""

    plan: CitizenPlan
    overview: Overview | None
    """Cut and masked as on the citizen's page."""
    efforts: Mapping[str, Entry]
    """By ``Entry.id``: those of the overview."""
    trials: tuple[TrialAction, ...]


def list_other_plans(
    session: Session, actor: Actor, citizen_id: UUID, request: AccessRequest, *, now: datetime
) -> dict[UUID, str | None]:
    """The others on the citizen's course whose plan the actor may read, by name; a line of the log for each."""
    today = danish_day(now)
    others = [other for other in access.on_course(session, citizen_id, today) if other != citizen_id]
    facts = access.access_facts_of(session, actor, others, today)
    readable = [
        other for other in others if other in facts and may_handle_plan(actor, AuditAction.READ_PLAN, facts[other])
    ]
    request = request.model_copy(update={"override_reason": None, "override_id": None, "shown_on": citizen_id})
    action = AuditAction.LIST_CITIZENS
    line = audit_entry(actor, action, AuditOutcome.SHOWN, request, now, basis=Basis.TEAM)
    write_all(session, [line.model_copy(update={"citizen_id": other}) for other in readable])
    names = {other: header.display_name for other, header in overviews.headers(session, readable).items()}
    return dict(sorted(names.items(), key=lambda pair: str(pair[1])))


class PlanDesk:
    """Does one act with the plan of one citizen for one actor, in the caller's transaction.

    It decides on the *action*, writes the line, then acts. ``None`` is the answer to whoever may not; the line is kept.
    """

    def __init__(
        self,
        session: Session,
        actor: Actor,
        citizen_id: UUID,
        request: AccessRequest,
        action: AuditAction,
        *,
        now: datetime,
    ) -> None:
        self._act = PlanAct(session, actor, citizen_id, request, action, now=now)
        self._session, self._actor, self._now = session, actor, now

    def read(self) -> PlanView | None:
        """The plan, and of its efforts those that the reader may see, to read or to print."""
        facts = self._act.allowed()
        if facts is None:
            return None
        decision = decide(self._actor, facts, self._act.request)
        outcome = AuditOutcome.SHOWN
        act = self._act
        entry = audit_entry(self._actor, act.action, outcome, act.request, self._now, basis=decision.basis)
        write(self._session, entry_about(facts, decision, entry, source_areas(self._session)))
        return self._view(facts)

    def _view(self, facts: AccessFacts) -> PlanView:
        decision = decide(self._actor, facts, self._act.request)
        _, whole = overviews.current(self._session, [self._act.citizen_id]).get(self._act.citizen_id, (0, None))
        overview = cut_and_mask(self._session, whole, decision, self._act.today, facts=facts)
        efforts = {
            entry.id: entry
            for section in (overview.sections if overview else ())
            for entry in section.entries
            if isinstance(entry.fact, EffortFact)
        }
        plan = self._plan()
        entries = tuple(
            entry.model_copy(update={"effort_ids": tuple(key for key in entry.effort_ids if key in efforts)})
            for entry in plan.entries
        )
        tried = trials.list_trials(self._session, plan.course_id, plan.citizen_id)
        return PlanView(plan.model_copy(update={"entries": entries}), overview, efforts, tried)

    def add(self, entry_id: UUID, entry: NewEntry) -> PlanFaults | None:
        """Add an entry. *entry_id* names it beforehand, so that a form sent twice adds it once."""
        if self._act.allowed() is None or self._act.place is None:
            return None
        goals = {each.id for each in self._entries().values() if each.kind is PlanKind.GOAL}
        faults = entry_faults(entry, goals)
        if faults:
            return faults
        redacted = entry.model_copy(update={"text": _redacted(entry.text)})
        if repository.add_entry(
            self._session,
            self._act.place.course_id,
            self._act.place.member_key,
            entry_id,
            redacted,
            by=self._actor.id,
            now=self._now,
        ):
            self._act.write({"entry": str(entry_id), "kind": entry.kind.value})
            return ()
        return () if entry_id in self._entries() else (PlanFault.ENTRY_UNKNOWN,)

    def change(self, entry_id: UUID, said: PlanText, version: int) -> PlanFaults | None:
        """Write the entry anew; *version* is the one that was read. What others wrote stays a version."""
        if self._act.allowed() is None:
            return None
        entry = self._entries().get(entry_id)
        if entry is None:
            return (PlanFault.ENTRY_UNKNOWN,)
        faults = text_faults(entry.kind, said)
        if faults:
            return faults
        redacted = _redacted(said)
        if entry.text == redacted:
            return ()
        is_newest = entry.versions[0].version == version
        if not is_newest or not repository.add_version(
            self._session, entry_id, version + 1, redacted, by=self._actor.id, now=self._now
        ):
            return (PlanFault.CHANGED_MEANWHILE,)
        written: dict[str, JsonValue] = {"entry": str(entry_id), "kind": entry.kind.value, "state": said.state.value}
        self._act.write(written)
        return ()

    def enter_progress(self, entry_id: UUID, progress: NewProgress) -> PlanFaults | None:
        """Enter what the actor says of a goal on a day, in words."""
        if self._act.allowed() is None:
            return None
        entry = self._entries().get(entry_id)
        if entry is None:
            return (PlanFault.ENTRY_UNKNOWN,)
        faults = progress_faults(entry.kind, progress, self._act.today)
        if faults:
            return faults
        redacted = progress.model_copy(update={"words": redact_identifiers(progress.words)})
        repository.add_progress(self._session, entry_id, redacted, by=self._actor.id, now=self._now)
        self._act.write({"entry": str(entry_id), "progress": progress.progress.value})
        return ()

    def attach(self, entry_id: UUID, effort_id: str, *, serves: bool) -> PlanFaults | None:
        """Say that an effort which the actor may see serves a goal, or serves it no longer."""
        facts = self._act.allowed()
        if facts is None:
            return None
        entry, view = self._entries().get(entry_id), self._view(facts)
        if entry is None or effort_id not in view.efforts:
            return (PlanFault.ENTRY_UNKNOWN,)
        if entry.kind not in GOALS:
            return (PlanFault.NOT_A_GOAL,)
        if serves:
            source = view.efforts[effort_id].provenance.source
            repository.add_effort(self._session, entry_id, effort_id, source, by=self._actor.id, now=self._now)
        else:
            repository.remove_effort(self._session, entry_id, effort_id)
        written: dict[str, JsonValue] = {"entry": str(entry_id), "effort": effort_id, "serves": serves}
        self._act.write(written)
        return ()

    def _plan(self) -> CitizenPlan:
        course_id = self._act.place.course_id if self._act.place else UUID(int=0)
        return repository.read_plan(self._session, course_id, self._act.citizen_id)

    def _entries(self) -> dict[UUID, PlanEntry]:
        return {entry.id: entry for entry in self._plan().entries}


def _redacted(said: PlanText) -> PlanText:
    return said.model_copy(update={"words": redact_identifiers(said.words), "who": redact_identifiers(said.who)})
