"""The acts: decide, write the audit line, then answer, in the caller's one transaction.

A refusal is a returned decision and never an exception: an exception rolls back, and the line with it.
When reading fails after the line was written, everything rolls back and nothing was shown; the caller's
error path then writes ``record_failure`` in a transaction of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub import metrics, tracing
from hub.access.audit_entry import audit_entry, entry_about
from hub.access.cedar import POLICY_VERSION
from hub.access.masking import ProtectedField
from hub.access.naming import without_names
from hub.access.policy import decide, may, may_change_source, may_reveal
from hub.access.showing import cut_and_mask, cut_and_mask_all
from hub.audit import repository as audit
from hub.audit.service import write, write_all
from hub.clock import danish_day
from hub.course import repository as course
from hub.course.views import MyCitizen
from hub.errors import MissingRole
from hub.overview import repository as overviews
from hub.rights.restriction_repository import restricted_among
from hub.sources.repository import source_areas
from schemas.access import (
    AccessFacts,
    AccessRequest,
    Actor,
    AuditAction,
    AuditEntry,
    AuditObject,
    AuditOutcome,
    Basis,
    Decision,
    ObjectKind,
)
from schemas.base import Schema
from schemas.overview import IdentityState, Overview
from schemas.source import Area

Read = Callable[[AccessFacts], Overview | None]
"""Gives a citizen's whole overview of the version that the facts tell; called only after the lines are written."""


class Opened(Schema):
    """What came of opening a citizen."""

    decision: Decision
    overview: Overview | None = None
    """Cut to the decision, protected fields masked. None: refused, or no such citizen."""
    facts: AccessFacts | None = None
    """None: no such citizen."""
    family: tuple["Opened", ...] = ()
    """What came of opening the others on the citizen's course, each by a decision and with a line of its own."""
    is_anybody_protected: bool = False
    """Whether the citizen or anybody else on the course is, opened or not: one team helps all of them."""


class ListedCitizen(Schema):
    """A citizen on the actor's list."""

    citizen: MyCitizen
    facts: AccessFacts
    decision: Decision
    overview: Overview | None = None
    """Cut to the decision, protected fields masked. None: nothing known yet."""


class LogQuestion(Schema):
    """Which lines of the log: about one citizen, or by one employee."""

    citizen_id: UUID | None = None
    actor_id: str | None = None
    only: audit.Only = audit.Only.ALL
    after: int | None = None
    size: int = 50

    @property
    def selection(self) -> audit.Selection:
        """The question as the log's room takes it; a citizen comes before an employee."""
        actor_id = None if self.citizen_id is not None else self.actor_id
        return audit.Selection(citizen_id=self.citizen_id, actor_id=actor_id, only=self.only)


@metrics.lookup()
@tracing.spanned("open_overview")
def open_overview(  # noqa: PLR0913  keyword-only from the clock on
    session: Session,
    actor: Actor,
    citizen_id: UUID,
    request: AccessRequest,
    *,
    now: datetime,
    read: Read,
    others: Callable[[UUID], AccessRequest] | None = None,
    ahead: Callable[[Sequence[UUID]], None] = lambda _: None,
) -> Opened:
    """Open a citizen's overview, and with it those of the family where the team's right opens it.

    All are decided, then all lines are written, then the overviews are read.

    Args:
        session: the caller's transaction.
        actor: who opens.
        citizen_id: whom.
        request: why, and the reason of an override.
        now: the instant; team, consents and efforts must hold on its Danish day.
        read: fetches the whole overview.
        others: the request for each of the others on the course. None: the citizen alone is opened.
        ahead: sends for what else is shown of those who are opened; called when their lines are written.
    """
    today = danish_day(now)
    facts = course.access_facts_on_course(session, actor, citizen_id, today)
    decision = _decide(actor, citizen_id, facts.get(citizen_id), request)
    decisions = [decision._replace(request=without_names(session, citizen_id, request))]
    if others is not None and shows_family(decisions[0].decision):
        family = sorted(facts.keys() - {citizen_id})
        decisions += [_decide(actor, other, facts[other], others(other)) for other in family]
    areas = source_areas(session)
    write_all(session, [_line_of(session, actor, decided, now, areas) for decided in decisions])
    known = {other: fact for other, fact in facts.items() if fact is not None}
    readable = [known[each.citizen_id] for each in decisions if each.facts is not None and each.decision.allowed]
    ahead([fact.citizen_id for fact in readable])
    whole = [read(fact) for fact in readable]
    decided = {each.citizen_id: each.decision for each in decisions}
    masked = cut_and_mask_all(session, [*filter(None, whole)], decided, today, facts=known)
    is_anybody_protected = any(fact.name_address_protected for fact in known.values())
    opened = [
        Opened(
            decision=each.decision,
            facts=each.facts,
            overview=masked.get(each.citizen_id),
            is_anybody_protected=is_anybody_protected,
        )
        for each in decisions
    ]
    return opened[0].model_copy(update={"family": tuple(opened[1:])})


class _CitizenDecision(NamedTuple):
    """A citizen who is to be opened, and what was decided."""

    citizen_id: UUID
    facts: AccessFacts | None
    request: AccessRequest
    decision: Decision


def _decide(actor: Actor, citizen_id: UUID, facts: AccessFacts | None, request: AccessRequest) -> _CitizenDecision:
    if facts is None:
        return _CitizenDecision(citizen_id, None, request, _refusal())
    decision = decide(actor, facts, request)
    metrics.count_decision(decision.basis, allowed=decision.allowed)
    return _CitizenDecision(citizen_id, facts, request, decision)


def _line_of(
    session: Session, actor: Actor, decided: _CitizenDecision, now: datetime, areas: Mapping[str, Area]
) -> AuditEntry:
    if decided.facts is None:
        return _unknown(session, actor, AuditAction.OPEN_OVERVIEW, decided.citizen_id, decided.request, now)
    outcome = AuditOutcome.SHOWN if decided.decision.allowed else AuditOutcome.REFUSED
    entry = audit_entry(actor, AuditAction.OPEN_OVERVIEW, outcome, decided.request, now)
    return entry_about(decided.facts, decided.decision, entry, areas)


def shows_family(decision: Decision) -> bool:
    """Whether the others on the course are shown with the citizen.

    Only where the team's right opens the citizen, so that nobody is refused unasked.
    """
    return decision.basis is Basis.TEAM


def reveal(  # noqa: PLR0913  keyword-only from the fields on
    session: Session,
    actor: Actor,
    citizen_id: UUID,
    request: AccessRequest,
    *,
    fields: frozenset[ProtectedField],
    now: datetime,
    read: Read,
    areas_of: Callable[[Overview], frozenset[Area]],
) -> Opened:
    """Show hidden fields of a citizen: an act and a line of its own, which says what is shown and no more.

    Of a citizen who is not protected the last four of the number alone are hidden. ``Opened.overview`` is None when it
    is refused.

    Args:
        session: the caller's transaction.
        actor: who wants to see them.
        citizen_id: whose.
        request: why; the reason stands in ``override_reason`` and opens no further area.
        fields: what is to be shown of a protected citizen.
        now: the instant; rights must hold on its Danish day.
        read: fetches the whole overview.
        areas_of: the areas of which something stands among what is revealed of a protected citizen's overview.
    """
    facts = course.access_facts(session, actor, citizen_id, danish_day(now))
    if facts is None:
        write(session, _unknown(session, actor, AuditAction.REVEAL, citizen_id, request, now))
        return Opened(decision=_refusal())
    allowed = may_reveal(actor, facts, request.override_reason or "")
    page = decide(actor, facts, request.model_copy(update={"override_reason": None}))
    decision = page if allowed.allowed and page.allowed else allowed.model_copy(update={"allowed": False})
    metrics.count_decision(decision.basis, allowed=decision.allowed)
    request = without_names(session, citizen_id, request)
    if not decision.allowed:
        entry = audit_entry(actor, AuditAction.REVEAL, AuditOutcome.REFUSED, request, now)
        write(session, entry_about(facts, decision, entry, source_areas(session)))
        return Opened(decision=decision, facts=facts)
    fields = fields if facts.name_address_protected else fields & {ProtectedField.IDENTIFIER}
    masked = cut_and_mask(session, read(facts), decision, danish_day(now), facts=facts, revealed=fields)
    areas = areas_of(masked) if masked is not None and facts.name_address_protected else frozenset[Area]()
    entry = audit_entry(
        actor, AuditAction.REVEAL, AuditOutcome.SHOWN, request, now, fields_revealed=tuple(sorted(fields))
    )
    about = {"citizen_id": citizen_id, "basis": decision.basis, "sections_shown": areas}
    write(session, entry.model_copy(update=about))
    return Opened(decision=decision, facts=facts, overview=masked)


def list_citizens(
    session: Session,
    actor: Actor,
    request: AccessRequest,
    *,
    now: datetime,
) -> tuple[ListedCitizen, ...]:
    """The citizens on whose team the actor is, each cut and masked as on a page; a line for the list and one for each.

    Args:
        session: the caller's transaction.
        actor: whose list it is; empty when the role does not reach it.
        request: why. A reason in it opens nothing: it is given for one citizen.
        now: the instant; rights must hold on its Danish day.
    """
    if not may(actor, AuditAction.LIST_CITIZENS):
        refused = AuditOutcome.REFUSED
        write(session, audit_entry(actor, AuditAction.LIST_CITIZENS, refused, request, now, result_count=0))
        return ()
    today = danish_day(now)
    request = request.model_copy(update={"override_reason": None})
    citizens = course.my_citizens(session, actor, today)
    facts = course.access_facts_of(session, actor, [citizen.citizen_id for citizen in citizens], today)
    decisions = {citizen_id: decide(actor, fact, request) for citizen_id, fact in facts.items()}
    allowed = {citizen.citizen_id: citizen for citizen in citizens if decisions[citizen.citizen_id].allowed}
    identities = overviews.identities(session, list(allowed))
    line = audit_entry(actor, AuditAction.LIST_CITIZENS, AuditOutcome.SHOWN, request, now)
    areas = source_areas(session)
    about = [entry_about(facts[key], decisions[key], line, areas) for key in allowed]
    write_all(session, [line.model_copy(update={"result_count": len(allowed)}), *about])
    current = overviews.current(session, list(allowed))
    whole = [overview for _, overview in current.values() if overview is not None]
    masked = cut_and_mask_all(session, whole, decisions, today, facts=facts)
    return tuple(
        ListedCitizen(
            citizen=citizen.model_copy(update={"identity": identities.get(key, IdentityState.AGREED)}),
            facts=facts[key],
            decision=decisions[key],
            overview=masked.get(key),
        )
        for key, citizen in allowed.items()
    )


def read_log(
    session: Session, actor: Actor, request: AccessRequest, question: LogQuestion, *, now: datetime
) -> tuple[audit.LoggedEntry, ...] | None:
    """Lines of the log, newest first; reading is itself a line. None: refused.

    Without citizen and employee in the question: the newest lines of all.
    """
    allowed = _record_reading(session, actor, request, question, now)
    return audit.list_entries(session, question.selection, question.after, question.size) if allowed else None


def read_acts(
    session: Session, actor: Actor, request: AccessRequest, question: LogQuestion, *, now: datetime
) -> tuple[audit.LoggedAct, ...] | None:
    """The same, the lines of one act together."""
    allowed = _record_reading(session, actor, request, question, now)
    return audit.list_acts(session, question.selection, question.after, question.size) if allowed else None


def _record_reading(
    session: Session, actor: Actor, request: AccessRequest, question: LogQuestion, now: datetime
) -> bool:
    allowed = may(actor, AuditAction.READ_LOG)
    entry = audit_entry(
        actor,
        AuditAction.READ_LOG,
        AuditOutcome.SHOWN if allowed else AuditOutcome.REFUSED,
        request,
        now,
        citizen_id=question.citizen_id,
        about=None if question.actor_id is None else AuditObject(kind=ObjectKind.ACTOR, id=question.actor_id),
    )
    write(session, entry)
    return allowed


def change_source(  # noqa: PLR0913  keyword-only from the clock on
    session: Session,
    actor: Actor,
    action: AuditAction,
    source: str,
    request: AccessRequest,
    *,
    now: datetime,
    details: dict[str, JsonValue] | None = None,
) -> bool:
    """Decide what is to be done to a source and write the line. True: the caller does it, in the same transaction.

    The reason, where the policy asks for one, stands in ``request.override_reason``; *details* say more about the act.
    """
    allowed = may_change_source(actor, action, request.override_reason)
    outcome = AuditOutcome.SHOWN if allowed else AuditOutcome.REFUSED
    kind = ObjectKind.INDEX if action in {AuditAction.REPAIR_INDEX, AuditAction.REBUILD_INDEX} else ObjectKind.SOURCE
    about = AuditObject(kind=kind, id=source)
    write(session, audit_entry(actor, action, outcome, request, now, about=about, details=details))
    return allowed


def record(  # noqa: PLR0913  keyword-only from the clock on
    session: Session,
    actor: Actor,
    action: AuditAction,
    outcome: AuditOutcome,
    request: AccessRequest,
    *,
    now: datetime,
    about: AuditObject | None = None,
    details: dict[str, JsonValue] | None = None,
) -> None:
    """Write the line of an act that shows no citizen: log in and out, and pages that do not show one."""
    write(session, audit_entry(actor, action, outcome, request, now, about=about, details=details))


def record_print(
    session: Session, actor: Actor, citizen_id: UUID, request: AccessRequest, *, now: datetime
) -> Decision:
    """Write that the page about the citizen was printed, with the right it could be opened with."""
    facts = course.access_facts(session, actor, citizen_id, danish_day(now))
    if facts is None:
        write(session, _unknown(session, actor, AuditAction.PRINT, citizen_id, request, now))
        return _refusal()
    decision = decide(actor, facts, request)
    outcome = AuditOutcome.SHOWN if decision.allowed else AuditOutcome.REFUSED
    request = without_names(session, citizen_id, request)
    entry = audit_entry(actor, AuditAction.PRINT, outcome, request, now)
    write(session, entry_about(facts, decision, entry, source_areas(session)))
    return decision


def end_override(session: Session, actor: Actor, citizen_id: UUID, request: AccessRequest, *, now: datetime) -> None:
    """Write that the reason in the request opens the citizen no longer.

    Raises:
        MissingRole: the role gives no reasons.
    """
    if not may(actor, AuditAction.END_OVERRIDE):
        raise MissingRole
    request = without_names(session, citizen_id, request)
    entry = audit_entry(actor, AuditAction.END_OVERRIDE, AuditOutcome.SHOWN, request, now, citizen_id=citizen_id)
    write(session, entry)


def record_failure(
    session: Session,
    actor: Actor,
    citizen_id: UUID,
    request: AccessRequest,
    *,
    now: datetime,
    action: AuditAction = AuditAction.OPEN_OVERVIEW,
) -> None:
    """Write that an act on a citizen failed, in a fresh transaction: the one that failed took its line with it."""
    write(session, audit_entry(actor, action, AuditOutcome.FAILED, request, now, citizen_id=citizen_id))


def _unknown(
    session: Session, actor: Actor, action: AuditAction, citizen_id: UUID, request: AccessRequest, now: datetime
) -> AuditEntry:
    """Nobody has that key, or the citizen's processing is restricted: then the line says that it was refused."""
    outcome = AuditOutcome.REFUSED if restricted_among(session, [citizen_id]) else AuditOutcome.NOT_FOUND
    return audit_entry(actor, action, outcome, request, now, citizen_id=citizen_id)


def _refusal() -> Decision:
    return Decision(allowed=False, basis=Basis.NONE, withheld=frozenset(Area), policy_version=POLICY_VERSION)
