"""Addresses from another system to a citizen: asked for by a machine with a national number, opened once by a person.

Neither the address nor the answer tells of whom it is, or whether anybody is known under the number. What the person
sees of the citizen is decided when the citizen's page is opened, as always.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access import citizen_link_repository as repository
from hub.access.audit_entry import audit_entry
from hub.access.policy import may
from hub.audit.service import write
from hub.digest import all_digests
from hub.errors import MissingRole
from hub.matching.repository import citizen_of
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome
from schemas.base import Schema
from schemas.identifiers import Identifier

LINK_LASTS = timedelta(minutes=5)
"""So long an address can be opened: the time to log in, not the time to be passed on."""
TOKEN_BYTES = 32


class CitizenLink(Schema):
    """What the other system is given."""

    token: str
    """Opaque; stored as its hash alone."""
    expires_at: datetime


def make_link(
    session: Session, actor: Actor, number: Identifier, request: AccessRequest, *, digest_key: bytes, now: datetime
) -> CitizenLink:
    """Make an address that leads to the citizen of that number; the answer is the same if there is none. Logged.

    Raises:
        MissingRole: it is no machine that may; the caller's transaction keeps the line.
    """
    if not may(actor, AuditAction.MAKE_LINK):
        write(session, audit_entry(actor, AuditAction.MAKE_LINK, AuditOutcome.REFUSED, request, now))
        raise MissingRole
    citizen_id = citizen_of(session, *all_digests(number, digest_key))
    link = CitizenLink(token=secrets.token_urlsafe(TOKEN_BYTES), expires_at=now + LINK_LASTS)
    repository.add_link(session, _hash(link.token), citizen_id, link.expires_at)
    outcome = AuditOutcome.NOT_FOUND if citizen_id is None else AuditOutcome.SHOWN
    write(session, audit_entry(actor, AuditAction.MAKE_LINK, outcome, request, now, citizen_id=citizen_id))
    return link


def open_link(session: Session, actor: Actor, token: str, request: AccessRequest, *, now: datetime) -> UUID | None:
    """The citizen to whom the address leads, once; None: it is used, too old, wrong, or of nobody. Logged.

    Raises:
        MissingRole: the actor's role opens no citizens; the address stays unused.
    """
    if not may(actor, AuditAction.OPEN_LINK):
        write(session, audit_entry(actor, AuditAction.OPEN_LINK, AuditOutcome.REFUSED, request, now))
        raise MissingRole
    citizen_id = repository.use_link(session, _hash(token), now)
    outcome = AuditOutcome.NOT_FOUND if citizen_id is None else AuditOutcome.SHOWN
    write(session, audit_entry(actor, AuditAction.OPEN_LINK, outcome, request, now, citizen_id=citizen_id))
    return citizen_id


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
