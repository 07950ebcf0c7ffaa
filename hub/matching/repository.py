"""Queries on matching for the rooms above."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.intake.repository import read_document
from hub.matching.linked_record import LinkedRecord
from hub.matching.rules import PartyState
from schemas.base import Instant, Schema
from schemas.record import PartyRole, SourceRecord

_STRONGEST_FIRST = (PartyRole.PRIMARY, PartyRole.CONCERNED, PartyRole.OTHER)

_STOOD = """
    CASE WHEN cast(:as_known AS timestamptz) IS NULL THEN r.is_current
         WHEN r.registered_at <= :as_known THEN r.registered_to IS NULL OR :as_known < r.registered_to
         ELSE cast(r.document->>'first_registered_at' AS timestamptz) <= :as_known AND NOT EXISTS (
             SELECT 1 FROM stored_records earlier
             WHERE earlier.entity_id = r.entity_id AND earlier.registered_at < r.registered_at) END
"""
_TOLD_LIFE_STATUS = """
    (r.kind = 'person' AND NOT r.is_current AND r.document #>> '{fact,life_status}' IS NOT NULL
     AND (cast(:as_known AS timestamptz) IS NULL OR r.registered_at <= :as_known))
"""
"""An earlier statement that somebody died or moved out; a later one that is silent does not take it back."""
_LINKED = text(f"""
    SELECT mine.citizen_id, mine.role, r.id, cast(r.document AS text) AS document,
           r.registered_at, r.registered_to, r.observed_at, r.received_at, r.flag,
           ARRAY(SELECT p.citizen_id FROM record_parties p WHERE p.record_id = r.id ORDER BY p.party_index) AS parties
    FROM record_parties mine JOIN stored_records r ON r.id = mine.record_id
    WHERE mine.citizen_id = ANY(:citizen_ids) AND NOT r.deleted AND (mine.role <> 'other' OR r.kind = 'relation')
      AND ({_STOOD} OR {_TOLD_LIFE_STATUS})
""")  # noqa: S608 - the pieces put in are the constants above
_CITIZEN_OF = text("SELECT citizen_id FROM citizen_digests WHERE digest = :digest")
_CLAIM_CONFLICTS = text("""
    SELECT kind, masked AS subject, first_seen FROM identity_conflicts WHERE resolved_at IS NULL
    ORDER BY first_seen, kind, masked LIMIT :size
""")
_PARTY_CONFLICTS = text("""
    SELECT e.source, e.record_type, e.source_id, r.received_at
    FROM record_parties p JOIN stored_records r ON r.id = p.record_id AND r.is_current AND NOT r.deleted
    JOIN stored_entities e ON e.id = r.entity_id
    WHERE p.state = 'conflict' ORDER BY r.received_at, e.id LIMIT :size
""")
_WAITING = text("""
    SELECT e.source, count(*) AS parties
    FROM record_parties p JOIN stored_records r ON r.id = p.record_id AND r.is_current AND NOT r.deleted
    JOIN stored_entities e ON e.id = r.entity_id
    WHERE p.state = :state GROUP BY e.source
""")


class IdentityConflict(Schema):
    """A contradiction for a person to resolve, without the numbers it is about."""

    kind: str
    """``ConflictKind``, or ``several_people``: one party of a record is claimed to be several people."""
    subject: str
    """The masked identifier; for ``several_people`` the record as ``source/type/id``."""
    first_seen: Instant


def linked_records(
    session: Session, citizen_ids: Collection[UUID], as_known: datetime | None = None
) -> dict[UUID, tuple[LinkedRecord, ...]]:
    """The records that reach each citizen's overview, in an order of their own content.

    Those are the standing records with the citizen as primary or concerned party, and relations from either end;
    tombstones are left out. With *as_known*, those that stood then, or the earliest we hold of an entity that its
    source had registered by then. Replaced statements come along where they told a person's life status. Who is who is
    always today's knowledge. Every citizen asked for is in the answer, if with nothing.
    """
    rows = session.execute(_LINKED, {"citizen_ids": list(citizen_ids), "as_known": as_known}).all()
    records_by_citizen: dict[UUID, dict[UUID, LinkedRecord]] = {citizen_id: {} for citizen_id in citizen_ids}
    read: dict[UUID, SourceRecord] = {}
    for row in sorted(rows, key=lambda row: _STRONGEST_FIRST.index(PartyRole(row.role))):
        if row.id not in read:
            read[row.id] = read_document(row.document, row.registered_at, row.observed_at, row.flag)
        records_by_citizen[row.citizen_id].setdefault(row.id, _linked(row, read[row.id]))
    return {
        citizen_id: tuple(sorted(records.values(), key=_own_order))
        for citizen_id, records in records_by_citizen.items()
    }


def citizen_of(session: Session, digest: str) -> UUID | None:
    """The citizen an identifier names, from its keyed digest; an earlier number leads to today's citizen."""
    citizen_id: UUID | None = session.execute(_CITIZEN_OF, {"digest": digest}).scalar_one_or_none()
    return citizen_id


def conflicts(session: Session, size: int = 200) -> tuple[IdentityConflict, ...]:
    """Open contradictions, oldest first, at most *size* of either sort."""
    identity_conflicts = [
        IdentityConflict(kind=row.kind, subject=row.subject, first_seen=row.first_seen)
        for row in session.execute(_CLAIM_CONFLICTS, {"size": size})
    ]
    identity_conflicts += [
        IdentityConflict(
            kind="several_people",
            subject=f"{row.source}/{row.record_type}/{row.source_id}",
            first_seen=row.received_at,
        )
        for row in session.execute(_PARTY_CONFLICTS, {"size": size})
    ]
    return tuple(
        sorted(identity_conflicts, key=lambda conflict: (conflict.first_seen, conflict.kind, conflict.subject))
    )


def unmatched_counts(session: Session) -> dict[str, int]:
    """How many parties of standing records wait for a claim, by source."""
    rows = session.execute(_WAITING, {"state": PartyState.UNMATCHED.value})
    return {row.source: row.parties for row in rows}


def _linked(row: Any, record: SourceRecord) -> LinkedRecord:
    return LinkedRecord(
        record=record,
        received_at=row.received_at,
        registered_to=row.registered_to,
        role=PartyRole(row.role),
        party_citizens=tuple(row.parties),
    )


def _own_order(linked: LinkedRecord) -> tuple[str, str, str]:
    return (linked.record.entity, linked.record.registered_at.isoformat(), linked.record.digest)
