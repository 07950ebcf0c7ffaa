"""The acts: decide, write the audit line, then answer, in the caller's one transaction.

A refusal is a returned decision and never an exception: an exception rolls back, and the line with it.
When reading fails after the line was written, everything rolls back and nothing was shown; the caller's
error path then writes ``record_failure`` in a transaction of its own.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub import metrics, tracing
from hub.access.lines import line
from hub.access.masking import ProtectedField, mask_protected, people_of
from hub.access.policy import NO_AREAS, POLICY_VERSION, cut, decide, may, may_change_source, may_reveal
from hub.audit import repository as audit
from hub.audit.service import write, write_all
from hub.clock import danish_day
from hub.course import repository as course
from hub.course.views import MyCitizen
from hub.overview import repository as overviews
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
from schemas.overview import Overview
from schemas.source import Area

Read = Callable[[int], Overview | None]
"""Gives the whole overview of the version that the facts were read with; called only after the line is written."""


class Opened(Schema):
    """What came of opening a citizen."""

    decision: Decision
    overview: Overview | None = None
    """Cut to the decision, protected fields masked. None: refused, or no such citizen."""
    facts: AccessFacts | None = None
    """None: no such citizen."""


class ListedCitizen(Schema):
    """A citizen on the actor's list."""

    citizen: MyCitizen
    decision: Decision
    overview: Overview | None = None
    """Cut to the decision, protected fields masked. None: not asked for, or nothing known yet."""


class LogQuestion(Schema):
    """Which lines of the log: about one citizen, or by one employee."""

    citizen_id: UUID | None = None
    actor_id: str | None = None
    only: audit.Only = audit.Only.ALL
    after: int | None = None
    size: int = 50


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
    areas: Mapping[str, Area] = NO_AREAS,
) -> Opened:
    """Open a citizen's overview.

    Args:
        session: the caller's transaction.
        actor: who opens.
        citizen_id: whom.
        request: why, and the reason of an override.
        now: the instant; team, consents and efforts must hold on its Danish day.
        read: fetches the whole overview.
        areas: area of each source by name; what sources of unknown area say is cut from the header.
    """
    facts = course.access_facts(session, actor, citizen_id, danish_day(now))
    if facts is None:
        write(session, _unknown(actor, AuditAction.OPEN_OVERVIEW, citizen_id, request, now))
        return Opened(decision=_refusal())
    decision = decide(actor, facts, request)
    metrics.decided(decision.basis, allowed=decision.allowed)
    outcome = AuditOutcome.SHOWN if decision.allowed else AuditOutcome.REFUSED
    write(session, _about(citizen_id, decision, line(actor, AuditAction.OPEN_OVERVIEW, outcome, request, now)))
    if not decision.allowed:
        return Opened(decision=decision, facts=facts)
    return Opened(
        decision=decision,
        facts=facts,
        overview=limited(session, read(facts.overview_version), decision, areas, danish_day(now), facts=facts),
    )


def reveal(  # noqa: PLR0913  keyword-only from the fields on
    session: Session,
    actor: Actor,
    citizen_id: UUID,
    request: AccessRequest,
    *,
    fields: frozenset[ProtectedField],
    now: datetime,
    read: Read,
    areas: Mapping[str, Area] = NO_AREAS,
) -> Opened:
    """Show a protected citizen's overview with some protected fields revealed: an act and a line of its own.

    The reason stands in ``request.override_reason``; it opens no further area. ``Opened.overview`` is
    None when it is refused.
    """
    facts = course.access_facts(session, actor, citizen_id, danish_day(now))
    if facts is None:
        write(session, _unknown(actor, AuditAction.REVEAL, citizen_id, request, now))
        return Opened(decision=_refusal())
    allowed = may_reveal(actor, facts, request.override_reason or "")
    page = decide(actor, facts, request.model_copy(update={"override_reason": None}))
    decision = page if allowed.allowed and page.allowed else allowed.model_copy(update={"allowed": False})
    metrics.decided(decision.basis, allowed=decision.allowed)
    entry = line(
        actor,
        AuditAction.REVEAL,
        AuditOutcome.SHOWN if decision.allowed else AuditOutcome.REFUSED,
        request,
        now,
        fields_revealed=tuple(sorted(fields)),
    )
    write(session, _about(citizen_id, decision, entry))
    if not decision.allowed:
        return Opened(decision=decision, facts=facts)
    shown = limited(
        session, read(facts.overview_version), decision, areas, danish_day(now), facts=facts, revealed=fields
    )
    return Opened(decision=decision, facts=facts, overview=shown)


def list_citizens(
    session: Session,
    actor: Actor,
    request: AccessRequest,
    *,
    now: datetime,
    areas: Mapping[str, Area] | None = None,
) -> tuple[ListedCitizen, ...]:
    """The citizens on whose team the actor is, each cut and masked as on a page; a line for the list and one for each.

    Args:
        session: the caller's transaction.
        actor: whose list it is; empty when the role does not reach it.
        request: why. A reason in it opens nothing: it is given for one citizen.
        now: the instant; rights must hold on its Danish day.
        areas: area of each source by name. None: the list shows names and no overviews.
    """
    if not may(actor, AuditAction.LIST_CITIZENS):
        write(session, line(actor, AuditAction.LIST_CITIZENS, AuditOutcome.REFUSED, request, now, result_count=0))
        return ()
    today = danish_day(now)
    request = request.model_copy(update={"override_reason": None})
    citizens = course.my_citizens(session, actor, today)
    facts = course.access_facts_of(session, actor, [citizen.citizen_id for citizen in citizens], today)
    decisions = {citizen_id: decide(actor, fact, request) for citizen_id, fact in facts.items()}
    allowed = [citizen for citizen in citizens if decisions[citizen.citizen_id].allowed]
    disputed = overviews.disputed(session, [citizen.citizen_id for citizen in allowed])
    listed = [citizen.model_copy(update={"disputed": citizen.citizen_id in disputed}) for citizen in allowed]
    write_all(session, _list_lines(actor, request, now, listed, decisions, with_sections=areas is not None))
    shown: dict[UUID, Overview] = {}
    if areas is not None:
        current = overviews.current(session, [citizen.citizen_id for citizen in listed])
        known = [overview for _, overview in current.values() if overview is not None]
        shown = limit_all(session, known, decisions, areas, today, facts=facts)
    return tuple(
        ListedCitizen(citizen=citizen, decision=decisions[citizen.citizen_id], overview=shown.get(citizen.citizen_id))
        for citizen in listed
    )


def read_log(
    session: Session, actor: Actor, request: AccessRequest, question: LogQuestion, *, now: datetime
) -> tuple[audit.LoggedEntry, ...] | None:
    """Lines of the log, newest first; reading is itself a line. None: refused.

    Without citizen and employee in the question: the newest lines of all.
    """
    allowed = may(actor, AuditAction.READ_LOG)
    entry = line(
        actor,
        AuditAction.READ_LOG,
        AuditOutcome.SHOWN if allowed else AuditOutcome.REFUSED,
        request,
        now,
        citizen_id=question.citizen_id,
        about=None if question.actor_id is None else AuditObject(kind=ObjectKind.ACTOR, id=question.actor_id),
    )
    write(session, entry)
    if not allowed:
        return None
    if question.citizen_id is not None:
        return audit.by_citizen(session, question.citizen_id, question.after, question.size, question.only)
    if question.actor_id is not None:
        return audit.by_actor(session, question.actor_id, question.after, question.size, question.only)
    return audit.newest(session, question.after, question.size, question.only)


def change_source(
    session: Session, actor: Actor, action: AuditAction, source: str, request: AccessRequest, *, now: datetime
) -> bool:
    """Decide what is to be done to a source and write the line. True: the caller does it, in the same transaction.

    The reason, where the policy asks for one, stands in ``request.override_reason``.
    """
    allowed = may_change_source(actor, action, request.override_reason)
    outcome = AuditOutcome.SHOWN if allowed else AuditOutcome.REFUSED
    about = AuditObject(kind=ObjectKind.SOURCE, id=source)
    write(session, line(actor, action, outcome, request, now, about=about))
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
) -> None:
    """Write the line of an act that shows no citizen: log in and out, and pages that do not show one."""
    write(session, line(actor, action, outcome, request, now, about=about))


def record_failure(session: Session, actor: Actor, citizen_id: UUID, request: AccessRequest, *, now: datetime) -> None:
    """Write that opening a citizen failed, in a fresh transaction: the one that failed took its line with it."""
    write(
        session,
        line(actor, AuditAction.OPEN_OVERVIEW, AuditOutcome.FAILED, request, now, citizen_id=citizen_id),
    )


def limited(  # noqa: PLR0913  keyword-only from the facts on
    session: Session,
    overview: Overview | None,
    decision: Decision,
    areas: Mapping[str, Area],
    on: date,
    *,
    facts: AccessFacts | None = None,
    revealed: frozenset[ProtectedField] = frozenset(),
) -> Overview | None:
    """What of the overview may be shown: cut to the decision and masked. The one way from the store to a page.

    *facts* of the same day and citizen say already whether the citizen is protected.
    """
    if overview is None:
        return None
    citizen_id = overview.citizen_id
    known = {citizen_id: facts} if facts else {}
    return limit_all(session, [overview], {citizen_id: decision}, areas, on, facts=known, revealed=revealed)[citizen_id]


def limit_all(  # noqa: PLR0913  keyword-only from the facts on
    session: Session,
    whole: Collection[Overview],
    decisions: Mapping[UUID, Decision],
    areas: Mapping[str, Area],
    on: date,
    *,
    facts: Mapping[UUID, AccessFacts],
    revealed: frozenset[ProtectedField] = frozenset(),
) -> dict[UUID, Overview]:
    """``limited`` for several overviews; whom of all their people to protect is asked once."""
    pages = [cut(overview, decisions[overview.citizen_id], areas) for overview in whole]
    # Of today, also when the page shows an earlier day: who is protected now was perhaps not then.
    unknown = frozenset[UUID]().union(*(people_of(page) for page in pages)) - facts.keys()
    guarded = overviews.guarded(session, unknown, on) | {
        citizen_id for citizen_id, fact in facts.items() if fact.name_address_protected
    }
    return {page.citizen_id: mask_protected(page, revealed, guarded) for page in pages}


def _list_lines(
    actor: Actor,
    request: AccessRequest,
    now: datetime,
    listed: Collection[MyCitizen],
    decisions: Mapping[UUID, Decision],
    *,
    with_sections: bool,
) -> list[AuditEntry]:
    entry = line(actor, AuditAction.LIST_CITIZENS, AuditOutcome.SHOWN, request, now)
    lines = [entry.model_copy(update={"result_count": len(listed)})]
    for citizen in listed:
        decision = decisions[citizen.citizen_id]
        if with_sections:
            lines.append(_about(citizen.citizen_id, decision, entry))
        else:
            lines.append(entry.model_copy(update={"citizen_id": citizen.citizen_id, "basis": decision.basis}))
    return lines


def _about(citizen_id: UUID, decision: Decision, entry: AuditEntry) -> AuditEntry:
    update: dict[str, Any] = {
        "citizen_id": citizen_id,
        "basis": decision.basis,
        "sections_shown": decision.shown,
        "sections_withheld": decision.withheld,
    }
    return entry.model_copy(update=update)


def _unknown(actor: Actor, action: AuditAction, citizen_id: UUID, request: AccessRequest, now: datetime) -> AuditEntry:
    return line(actor, action, AuditOutcome.NOT_FOUND, request, now, citizen_id=citizen_id)


def _refusal() -> Decision:
    return Decision(allowed=False, basis=Basis.NONE, withheld=frozenset(Area), policy_version=POLICY_VERSION)
