"""Names of the citizens of a meeting, the oldest first."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from hub.db import Session
from hub.overview.repository import headers


def names_of(session: Session, citizen_ids: Collection[UUID]) -> dict[UUID, str | None]:
    """Whole names; None: no source gives one."""
    by_citizen = headers(session, sorted(set(citizen_ids)))
    ordered = sorted(by_citizen, key=lambda key: (by_citizen[key].person.birth_date or date.max, str(key)))
    names = {key: by_citizen[key].display_name for key in ordered}
    return names | {key: None for key in citizen_ids if key not in names}
