"""What of an overview may be shown: cut to the decision and masked. The one way from the store to a page."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access.cutting import cut
from hub.access.masking import ProtectedField, mask_protected
from hub.access.relatives import with_names
from hub.overview import repository as overviews
from hub.sources.repository import source_areas
from schemas.access import AccessFacts, Decision
from schemas.overview import Overview


def cut_and_mask(
    session: Session,
    overview: Overview | None,
    decision: Decision,
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
    facts_by_citizen = {citizen_id: facts} if facts else {}
    return cut_and_mask_all(session, [overview], {citizen_id: decision}, on, facts=facts_by_citizen, revealed=revealed)[
        citizen_id
    ]


def cut_and_mask_all(
    session: Session,
    whole: Collection[Overview],
    decisions: Mapping[UUID, Decision],
    on: date,
    *,
    facts: Mapping[UUID, AccessFacts],
    revealed: frozenset[ProtectedField] = frozenset(),
) -> dict[UUID, Overview]:
    """``cut_and_mask`` for several overviews; whom of all their people to protect is asked once."""
    areas = source_areas(session)
    pages = with_names(session, [cut(overview, decisions[overview.citizen_id], areas) for overview in whole])
    # Of today, also when the page shows an earlier day: who is protected now was perhaps not then.
    unknown = frozenset[UUID]().union(*(page.people for page in pages)) - facts.keys()
    guarded = overviews.guarded(session, unknown, on) | {
        citizen_id for citizen_id, fact in facts.items() if fact.name_address_protected
    }
    return {page.citizen_id: mask_protected(page, revealed, guarded) for page in pages}
