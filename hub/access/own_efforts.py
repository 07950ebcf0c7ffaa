"""Pure: which efforts of an overview *Min side* shows to a citizen, and what of each."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from hub.access.own_page_policy import OwnFacts, OwnPart, may_see_part
from hub.overview.efforts import EffortState, effort_state, efforts_of
from schemas.base import Instant, Schema
from schemas.facts import EffortFact
from schemas.overview import Entry, Overview
from schemas.people import Unit, Worker
from schemas.period import Period
from schemas.record import PartyRole
from schemas.source import Area


class OwnEffort(Schema):
    """An effort as *Min side* tells it: nothing of anybody else, no key and no link of a source."""

    area: Area
    source: str
    title: str | None
    """None: withheld, because a title could tell where a protected person is."""
    state: EffortState
    valid: Period
    unit: Unit | None = None
    worker: Worker | None = None
    is_place_withheld: bool = False
    """Whom to call is not shown, because somebody else in it is protected."""
    contested: str | None = None
    """The citizen's words against it, while it is not settled. None: nobody contests it, or it is withheld."""
    told_at: Instant
    """As of when the source tells it."""


def own_efforts(overview: Overview, facts: OwnFacts, guarded: Collection[UUID], on: date) -> tuple[OwnEffort, ...]:
    """The efforts that are about the citizen first, the newest first; nothing is told of those that are not.

    Args:
        overview: the whole page.
        facts: who asks.
        guarded: citizens who are protected or live with somebody who is, as far as the page speaks of them.
        on: the day.
    """
    if not may_see_part(OwnPart.EFFORTS, facts):
        return ()
    shown = [
        _effort(entry, fact, overview.citizen_id, facts, guarded, on)
        for entry, fact in efforts_of(overview.entries())
        if _is_own(entry, overview.citizen_id)
    ]
    shown.sort(key=lambda effort: effort.valid.start or date.min, reverse=True)
    return tuple(shown)


def _is_own(entry: Entry, citizen_id: UUID) -> bool:
    """Whether it is about the citizen first. Where a source names nobody, the page it stands on tells whose it is."""
    primary = [party.citizen_id for party in entry.parties if party.role is PartyRole.PRIMARY]
    return primary == [citizen_id] if entry.parties else True


def _effort(
    entry: Entry, fact: EffortFact, citizen_id: UUID, facts: OwnFacts, guarded: Collection[UUID], on: date
) -> OwnEffort:
    others = {party.citizen_id for party in entry.parties} - {citizen_id, None}
    shows_places = may_see_part(OwnPart.PLACES, facts) and not others & set(guarded)
    responsible = fact.responsible if shows_places else None
    return OwnEffort(
        area=entry.area,
        source=entry.provenance.source,
        title=fact.title if may_see_part(OwnPart.FREE_TEXT, facts) else None,
        state=effort_state(entry, fact, on),
        valid=entry.valid,
        unit=responsible.unit if responsible else None,
        worker=responsible.worker if responsible else None,
        is_place_withheld=not shows_places,
        contested=entry.contested.words if entry.contested and may_see_part(OwnPart.FREE_TEXT, facts) else None,
        told_at=entry.provenance.registration.registered_from,
    )
