"""Whom a page that asks for a reason is about, as far as the actor knows that citizen already."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access.policy import decide, findable
from hub.access.redaction import redact_names
from hub.access.showing import cut_and_mask_all
from hub.clock import danish_day
from hub.course import repository as course
from hub.matching.repository import citizen_of
from hub.overview import repository as overviews
from hub.overview.service import read_hidden
from hub.rights.restriction_repository import restricted_among
from schemas.access import AccessFacts, AccessRequest, Actor
from schemas.base import Schema
from schemas.overview import IdentityState


class KnownPerson(Schema):
    """What the actor knows of a citizen whose page is not open."""

    name: str | None
    birth_date: date | None = None
    identity: IdentityState = IdentityState.AGREED
    """Whether the sources disagree on who it is."""


def without_names(session: Session, citizen_id: UUID, request: AccessRequest) -> AccessRequest:
    """The request as the log keeps it: its reason without the names of the citizen and the relatives.

    The log knows citizens by key; a name beside the key would say whose it is.
    """
    if not request.override_reason:
        return request
    header = overviews.headers(session, [citizen_id]).get(citizen_id)
    if header is None and restricted_among(session, [citizen_id]):
        hidden = read_hidden(session, citizen_id)
        header = hidden.header if hidden else None
    if header is None:
        return request
    names = [
        header.display_name,
        *(identity.name for identity in header.stated_identities),
        *(relative.name for relative in header.relatives),
    ]
    reason = redact_names(request.override_reason, filter(None, names))
    return request.model_copy(update={"override_reason": reason})


def known_person(
    session: Session,
    actor: Actor,
    facts: AccessFacts,
    request: AccessRequest,
    *,
    searched_digests: Sequence[str],
    now: datetime,
) -> KnownPerson | None:
    """Who the citizen is, told only to those who know it from elsewhere; None: not theirs to know yet.

    They know it who searched for the whole national number, and who may open the page of a relative that names the
    citizen; these learn the name alone.

    Args:
        session: the caller's transaction.
        actor: who wants to open the page.
        facts: of the citizen.
        request: why.
        searched_digests: keyed digests of the national number that the actor searched for last.
        now: the instant; rights must hold on its Danish day.
    """
    citizen_id, today = facts.citizen_id, danish_day(now)
    header = overviews.headers(session, [citizen_id]).get(citizen_id)
    if header is None or facts.is_self:
        return None
    identity = header.identity
    if searched_digests and citizen_of(session, *searched_digests) == citizen_id:
        if findable(actor, [facts], known_identifier=True):
            person = header.person
            return KnownPerson(name=header.display_name, birth_date=person.birth_date, identity=identity)
        return None
    family = {relative.citizen_id for relative in header.relatives if relative.citizen_id is not None}
    family_facts = course.access_facts_of(session, actor, sorted(family), today)
    plain_request = request.model_copy(update={"override_reason": None})
    decisions = {key: decide(actor, fact, plain_request) for key, fact in family_facts.items()}
    opened = [key for key, decision in decisions.items() if decision.allowed]
    current = overviews.current(session, opened)
    pages = [overview for _, overview in current.values() if overview is not None]
    masked = cut_and_mask_all(session, pages, decisions, today, facts=family_facts)
    named = (relative for page in masked.values() for relative in page.header.relatives)
    # A page names those who are related on the day, and nobody who was.
    name = next(
        (each.name for each in named if each.citizen_id == citizen_id and each.name and each.valid.contains(today)),
        None,
    )
    return KnownPerson(name=name, identity=identity) if name else None
