"""Whom the DPO asks about. A number that was typed goes no further than its digest."""

from uuid import UUID

from hub.access import identity
from hub.access.redaction import national_in, plain
from hub.access.service_account_repository import list_machines
from hub.clock import danish_day
from hub.digest import all_digests, keyed_digest, text_digest
from hub.matching.repository import citizen_of
from hub.overview import service as overviews
from hub.overview.repository import guarded
from hub.rate_limits.limits import Limited
from hub.web.shell.rate_limits import limit_actor
from hub.web.shell.request_context import RequestContext
from schemas.access import Actor, AuditAction, AuditObject, AuditOutcome, ObjectKind

NAMED = "named"
"""In the session: the citizen whose number the DPO gave last, so that the name stays while paging."""


def list_callers(context: RequestContext) -> tuple[Actor, ...]:
    """Whose lines can be chosen: employees, then machines."""
    return (*identity.actors(context.session), *list_machines(context.session))


def find_citizen_id(context: RequestContext, text: str) -> UUID | None:
    """The citizen with that key or number. What was typed instead of a key is a line, as a digest."""
    key = read_key(text)
    if key is not None:
        return key
    number = national_in(text)
    if number is not None:
        limit_actor(context, Limited.NUMBER)
    digest = keyed_digest(number, context.app.digest_key) if number else None
    citizen_id = citizen_of(context.session, *all_digests(number, context.app.digest_key)) if number else None
    outcome = AuditOutcome.SHOWN if citizen_id else AuditOutcome.NOT_FOUND
    typed = AuditObject(kind=ObjectKind.IDENTIFIER, id=digest or text_digest(plain(text), context.app.digest_key))
    context.record(AuditAction.READ_LOG, outcome, typed)
    context.request.session[NAMED] = str(citizen_id) if citizen_id else None
    return citizen_id


def read_key(text: str) -> UUID | None:
    """The key that was typed; None: it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def name_of(context: RequestContext, citizen_id: UUID) -> str | None:
    """The citizen's name where the DPO gave the number; never of somebody protected or who lives with such a person."""
    if context.request.session.get(NAMED) != str(citizen_id):
        return None
    overview = overviews.read(context.session, citizen_id)
    if overview is None:
        return None
    if guarded(context.session, [citizen_id], danish_day(context.now)):
        return "en borger med navne- og adressebeskyttelse"
    return overview.header.display_name
