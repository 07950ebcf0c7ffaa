"""Who turns 18 within a year and is told to whom a source names as responsible, also without a team."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry, entry_about
from hub.access.policy import decide, may
from hub.audit.service import write_all
from hub.clock import danish_day
from hub.course import repository as course
from hub.course.views import MinorOfMine
from hub.overview import repository as overviews
from hub.sources.repository import source_areas
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome
from schemas.people import LifeStatus

MOST_TURNING_18 = 50


def list_turning_18(
    session: Session, actor: Actor, request: AccessRequest, *, now: datetime
) -> tuple[MinorOfMine, ...]:
    """Who turns 18 within a year, of those for whom a source names the actor, and on whose team the actor is not.

    The soonest first, at most ``MOST_TURNING_18``. Each is decided, and has a line in the log; the dead are left out.
    """
    if not may(actor, AuditAction.LIST_CITIZENS):
        return ()
    today = danish_day(now)
    request = request.model_copy(update={"override_reason": None})
    minors = course.turning_18(session, actor, today, MOST_TURNING_18)
    keys = [minor.citizen_id for minor in minors]
    headers = overviews.headers(session, keys)
    facts = course.access_facts_of(session, actor, keys, today)
    decisions = {citizen_id: decide(actor, fact, request) for citizen_id, fact in facts.items()}
    listed = tuple(
        minor
        for minor in minors
        if minor.citizen_id in decisions
        and decisions[minor.citizen_id].allowed
        and headers[minor.citizen_id].person.life_status is not LifeStatus.DEAD
    )
    line = audit_entry(actor, AuditAction.LIST_CITIZENS, AuditOutcome.SHOWN, request, now)
    areas = source_areas(session)
    about = (entry_about(facts[minor.citizen_id], decisions[minor.citizen_id], line, areas) for minor in listed)
    # Name and birthday alone are shown.
    write_all(session, [entry.model_copy(update={"sections_shown": frozenset()}) for entry in about])
    return listed
