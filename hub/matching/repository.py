"""Queries on matching for the rooms above."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from pydantic import Field
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from hub.db import ask_rows, fetch_rows, run_batch
from hub.driver import Answer
from hub.intake.repository import read_document
from hub.matching.conflict_repository import IS_OPEN
from hub.matching.linked_record import LinkedRecord
from hub.matching.rules import PartyState
from hub.rights.restriction_repository import restricted_among
from schemas.base import Instant, Schema
from schemas.identifiers import NATIONAL_NAMESPACE, Identifier, IdentifierKind
from schemas.people import RelationFact
from schemas.record import PartyRole, SourceRecord

_ROLES = {role.value: role for role in PartyRole}
_STRENGTH = {role.value: place for place, role in enumerate((PartyRole.PRIMARY, PartyRole.CONCERNED, PartyRole.OTHER))}

_STOOD = """
    CASE WHEN cast(:as_known AS timestamptz) IS NULL THEN r.is_current
         WHEN r.registered_at <= :as_known THEN r.registered_to IS NULL OR :as_known < r.registered_to
         ELSE cast(r.document->>'first_registered_at' AS timestamptz) <= :as_known AND NOT EXISTS (
             SELECT 1 FROM stored_records earlier
             WHERE earlier.entity_id = r.entity_id AND earlier.registered_at < r.registered_at) END
"""
_TOLD_LIFE_STATUS = "r.kind = 'person' AND NOT r.is_current AND r.document #>> '{fact,life_status}' IS NOT NULL"
"""An earlier statement that somebody died or moved out; a later one that is silent does not take it back."""
_HELD_CASE = "r.kind = 'case' AND r.received_at <= cast(:as_known AS timestamptz)"
"""What the hub held of a case by then; sources do not say when its status changed."""
_STOOD_OR_LIFE_STATUS = f"""
    (({_STOOD}) OR {_TOLD_LIFE_STATUS} AND (cast(:as_known AS timestamptz) IS NULL OR r.registered_at <= :as_known)
     OR {_HELD_CASE})
"""
_STOOD_HERE_OR_LIFE_STATUS = f"""
    r.received_at <= :held_at AND ({_TOLD_LIFE_STATUS} OR r.is_current OR NOT EXISTS (
        SELECT 1 FROM stored_records other
        WHERE other.entity_id = r.entity_id AND other.received_at <= :held_at
          AND (other.is_current OR (other.registered_at, other.id) > (r.registered_at, r.id))))
"""  # noqa: S608  the piece put in is the constant above
_LINKED = """
    SELECT mine.citizen_id, mine.role, r.id, cast(r.document AS text) AS document,
           r.registered_at, r.registered_to, r.observed_at, r.received_at, r.flag,
           ARRAY(SELECT p.citizen_id FROM record_parties p WHERE p.record_id = r.id ORDER BY p.party_index) AS parties
    FROM record_parties mine JOIN stored_records r ON r.id = mine.record_id
    WHERE mine.citizen_id = ANY(:citizen_ids) AND NOT r.deleted AND (mine.role <> 'other' OR r.kind = 'relation')
      AND
"""
_LINKED_NOW = text(_LINKED + _STOOD_OR_LIFE_STATUS)
_PROTECTED = text("""
    SELECT DISTINCT mine.citizen_id
    FROM record_parties mine
    JOIN stored_records r
      ON r.id = mine.record_id AND r.is_current AND NOT r.deleted AND r.kind IN ('person', 'relation')
    JOIN record_parties near ON near.record_id = r.id
    JOIN record_parties told ON told.citizen_id = near.citizen_id AND told.role = 'primary'
    JOIN stored_records p ON p.id = told.record_id AND p.is_current AND NOT p.deleted AND p.kind = 'person'
    WHERE mine.citizen_id = ANY(:ids) AND (p.document #>> '{fact,name_address_protected}')::boolean
""")
"""Those whom a source calls protected, or who stand in a relation to somebody whom one does: all who may be guarded."""
_NAMED_WITH = text("""
    SELECT DISTINCT other.citizen_id
    FROM record_parties mine JOIN record_parties other ON other.record_id = mine.record_id
    WHERE mine.citizen_id = :citizen_id AND other.citizen_id IS NOT NULL
""")
_OF_LOOKED = """
    FROM unnest(cast(:citizen_ids AS uuid[]), cast(:moments AS timestamptz[])) AS looked (citizen_id, moment)
    CROSS JOIN LATERAL (SELECT * FROM record_parties WHERE citizen_id = looked.citizen_id OFFSET 0) mine
    CROSS JOIN LATERAL (SELECT * FROM stored_records WHERE id = mine.record_id OFFSET 0) r
"""
"""The records of each of several citizens, with a moment of its own.

By ``OFFSET 0`` the way begins at those citizens. PostgreSQL takes any list for ten, and would read all records of a
small municipality.
"""
_LINKED_THEN = _LINKED.replace("FROM record_parties mine JOIN stored_records r ON r.id = mine.record_id", _OF_LOOKED)
_LINKED_THEN = _LINKED_THEN.replace("mine.citizen_id = ANY(:citizen_ids) AND ", "")
"""The same of several citizens: in the conditions the moment of each stands for the one moment."""
_REGISTERED_THEN, _HELD_THEN = (
    text(_LINKED_THEN + re.sub(r"cast\(:as_known AS timestamptz\)|:as_known|:held_at", "looked.moment", condition))
    for condition in (_STOOD_OR_LIFE_STATUS, _STOOD_HERE_OR_LIFE_STATUS)
)
_WITH_NEWS = text(f"""
    SELECT looked.citizen_id, bool_or(r.received_at <= looked.moment) AS had_something
    {_OF_LOOKED}
    GROUP BY looked.citizen_id HAVING bool_or(r.received_at > looked.moment)
""")
_CITIZEN_OF = text("SELECT citizen_id FROM citizen_digests WHERE digest = ANY(:digests)")
_DIGEST_HELD = text("SELECT digest FROM citizen_identifiers WHERE namespace = :namespace AND value = :value")
_NUMBERS_OF = text("""
    SELECT c.id AS citizen_id, i.namespace, i.value, false AS is_former
    FROM citizens c JOIN citizen_identifiers i ON i.citizen_id = c.id
    WHERE c.id = ANY(:ids) AND c.merged_into IS NULL AND i.national
    UNION ALL
    SELECT c.merged_into, i.namespace, i.value, true
    FROM citizens c JOIN citizen_identifiers i ON i.citizen_id = c.id
    WHERE c.merged_into = ANY(:ids) AND i.national
    ORDER BY citizen_id, namespace, value
""")
_STANDS_FOR = text("SELECT merged_into FROM citizens WHERE id = :id")
_CLAIM_CONFLICTS = text(f"""
    SELECT kind, masked AS subject, first_seen FROM identity_conflicts WHERE {IS_OPEN}
    ORDER BY first_seen, kind, masked LIMIT :size
""")  # noqa: S608  the piece put in is a constant
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


class CitizenNumber(Schema):
    """A national number that names a citizen, whoever says so."""

    namespace: str
    value: str = Field(repr=False)
    is_former: bool
    """Another number of the citizen stands for it by now."""

    @property
    def identifier(self) -> Identifier:
        """The number as an identifier."""
        if self.namespace == NATIONAL_NAMESPACE:
            return Identifier.national(self.value)
        return Identifier(kind=IdentifierKind.ADMIN_ECPR, namespace=self.namespace, value=self.value)


def numbers_of(session: Session, citizen_ids: Collection[UUID]) -> dict[UUID, tuple[CitizenNumber, ...]]:
    """The national numbers of each citizen as it stands: declared by sources, or decided by people."""
    numbers: dict[UUID, list[CitizenNumber]] = {citizen_id: [] for citizen_id in citizen_ids}
    for row in fetch_rows(session, _NUMBERS_OF, {"ids": list(citizen_ids)}):
        numbers[row.pop("citizen_id")].append(CitizenNumber(**row))
    return {citizen_id: tuple(own) for citizen_id, own in numbers.items()}


def linked_records(
    session: Session, citizen_ids: Collection[UUID], as_known: datetime | None = None, *, with_restricted: bool = False
) -> dict[UUID, tuple[LinkedRecord, ...]]:
    """The records that reach each citizen's overview, in an order of their own content.

    Those are the standing records with the citizen as primary or concerned party, and relations from either end;
    tombstones are left out. With *as_known*, those that stood then, or the earliest we hold of an entity that its
    source had registered by then. Replaced statements come along where they told a person's life status, and where the
    hub held them of a case by then. Who is who is always today's knowledge. Every citizen asked for is in the
    answer, if with nothing.

    This and the two below are the only way by which what sources say reaches anybody. Of a citizen whose processing is
    restricted they give nothing, and in records about others the citizen's place is empty; *with_restricted*: all of
    it, for the DPO.
    """
    parameters = {"citizen_ids": list(citizen_ids), "as_known": as_known}
    rows = _read_linked(session, _LINKED_NOW, parameters)
    return _linked_by_citizen(rows, citizen_ids, _Restricted.read(session, rows, with_restricted=with_restricted))


class _LinkedRow(NamedTuple):
    """What ``_LINKED`` gives, in its order."""

    citizen_id: UUID
    role: str
    id: UUID
    document: str
    registered_at: datetime
    registered_to: datetime | None
    observed_at: datetime
    received_at: datetime
    flag: str | None
    parties: list[UUID | None]


def _read_linked(session: Session, statement: TextClause, parameters: Mapping[str, object]) -> list[_LinkedRow]:
    return list(map(_LinkedRow._make, run_batch(session, statement, parameters)))


class _Restricted(NamedTuple):
    """Citizens among the parties of some records whose processing is restricted."""

    citizens: frozenset[UUID] = frozenset()
    protected: frozenset[UUID] = frozenset()
    """Those of them who are protected, or stand in a relation to somebody who is."""

    @classmethod
    def read(cls, session: Session, rows: Sequence[_LinkedRow], *, with_restricted: bool = False) -> Self:
        named = {citizen_id for row in rows for citizen_id in row.parties if citizen_id is not None}
        citizens = frozenset() if with_restricted or not named else restricted_among(session, named)
        parameters = {"ids": list(citizens)}
        return cls(citizens, frozenset(session.scalars(_PROTECTED, parameters)) if citizens else frozenset())

    def hide(self, linked: LinkedRecord) -> LinkedRecord | None:
        """The record with the places of these citizens empty; None: it is about one of them."""
        named = self.citizens.intersection(filter(None, linked.party_citizens))
        if not named:
            return linked
        places = tuple(zip(linked.record.parties, linked.party_citizens, strict=True))
        if (
            linked.role is not PartyRole.PRIMARY
            and any(citizen_id in named and party.role is PartyRole.PRIMARY for party, citizen_id in places)
            and not isinstance(linked.record.fact, RelationFact)
        ):
            return None
        parties = tuple(party.forgotten() if citizen_id in named else party for party, citizen_id in places)
        return replace(
            linked,
            record=linked.record.model_copy(update={"parties": parties}),
            party_citizens=tuple(None if each in named else each for each in linked.party_citizens),
            names_hidden_protected=bool(named & self.protected),
        )


def _linked_by_citizen(
    rows: Sequence[_LinkedRow], citizen_ids: Collection[UUID], restricted: _Restricted
) -> dict[UUID, tuple[LinkedRecord, ...]]:
    records_by_citizen: dict[UUID, dict[UUID, LinkedRecord]] = {citizen_id: {} for citizen_id in citizen_ids}
    read: dict[UUID, SourceRecord] = {}
    for row in sorted(rows, key=lambda row: _STRENGTH[row.role]):
        if row.id not in read:
            read[row.id] = read_document(row.document, row.registered_at, row.observed_at, row.flag)
        linked = None if row.citizen_id in restricted.citizens else restricted.hide(_linked(row, read[row.id]))
        if linked is not None:
            records_by_citizen[row.citizen_id].setdefault(row.id, linked)
    return {
        citizen_id: tuple(sorted(records.values(), key=_own_order))
        for citizen_id, records in records_by_citizen.items()
    }


def linked_records_then(session: Session, moments: Mapping[UUID, datetime]) -> dict[UUID, tuple[LinkedRecord, ...]]:
    """``linked_records`` of each citizen as known at the moment given for it, in one statement."""
    rows = _read_linked(session, _REGISTERED_THEN, _looked(moments))
    return _linked_by_citizen(rows, moments, _Restricted.read(session, rows))


def linked_records_held(session: Session, moments: Mapping[UUID, datetime]) -> dict[UUID, tuple[LinkedRecord, ...]]:
    """The records that stood for the hub at each citizen's moment: of those it had received by then, in one statement.

    Whenever they were registered, and each as if nothing had replaced it.
    """
    rows = _read_linked(session, _HELD_THEN, _looked(moments))
    linked = _linked_by_citizen(rows, moments, _Restricted.read(session, rows))
    return {key: tuple(replace(record, registered_to=None) for record in records) for key, records in linked.items()}


def _looked(moments: Mapping[UUID, datetime]) -> dict[str, object]:
    return {"citizen_ids": list(moments), "moments": list(moments.values())}


def ask_citizens_with_news(session: Session, moments: Mapping[UUID, datetime]) -> Answer[dict[UUID, bool]]:
    """The citizens about whom the hub has received anything since the moment given for each.

    Of each whether it had received anything by then.
    """
    rows = ask_rows(session, _WITH_NEWS, _looked(moments))
    return lambda: {row["citizen_id"]: row["had_something"] for row in rows()}


def named_with(session: Session, citizen_id: UUID) -> frozenset[UUID]:
    """The citizen, and everybody whom a record names together with the citizen."""
    return frozenset(session.scalars(_NAMED_WITH, {"citizen_id": citizen_id})) | {citizen_id}


def citizen_of(session: Session, *digests: str) -> UUID | None:
    """The citizen an identifier names, from its keyed digest; an earlier number leads to today's citizen.

    Of several digests it is the same identifier under several keys (``hub.digest.all_digests``).
    """
    citizen_id: UUID | None = session.execute(_CITIZEN_OF, {"digests": list(digests)}).scalar_one_or_none()
    return citizen_id


def digest_held(session: Session, identifier: Identifier) -> str | None:
    """The digest under which the identifier is stored, which may be that of a former key; None: nobody told of it."""
    parameters = {"namespace": identifier.namespace, "value": identifier.value}
    digest: str | None = session.execute(_DIGEST_HELD, parameters).scalar_one_or_none()
    return digest


def stands_for(session: Session, citizen_id: UUID) -> UUID | None:
    """Who a citizen turned out to be; None: nobody else, or there is no such citizen."""
    merged_into: UUID | None = session.execute(_STANDS_FOR, {"id": citizen_id}).scalar_one_or_none()
    return merged_into


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


def _linked(row: _LinkedRow, record: SourceRecord) -> LinkedRecord:
    return LinkedRecord(
        record=record,
        received_at=row.received_at,
        registered_to=row.registered_to,
        role=_ROLES[row.role],
        party_citizens=tuple(row.parties),
    )


def _own_order(linked: LinkedRecord) -> tuple[str, datetime, str]:
    return (linked.record.entity, linked.record.registered_at, linked.record.digest)
