"""Every statement that ``match`` makes, a batch at a time. What others may ask stands in ``repository``."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.digest import keyed_digest
from hub.matching.rules import Claim, ConflictKind, Key, PartyState
from schemas.identifiers import Identifier, IdentifierKind

_ROOM = 4_711_001
"""Number of the advisory lock on all claims."""


@dataclass(frozen=True, slots=True)
class PartyLink:
    """A party of a stored record, how it is named and who it was found to be."""

    record_id: UUID
    party_index: int
    role: str
    keys: frozenset[Key]
    state: PartyState = PartyState.UNMATCHED
    citizen_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Citizen:
    """The citizen an identifier was given, and who that turned out to be."""

    id: UUID
    merged_into: UUID | None


_KEYS = "unnest(cast(:namespaces AS text[]), cast(:values AS text[]))"
_ADD_CLAIMS = text("""
    INSERT INTO identity_claims (record_id, namespace, value, replaced, national, birth_date, name)
    SELECT * FROM unnest(cast(:record_ids AS uuid[]), cast(:namespaces AS text[]), cast(:values AS text[]),
                         cast(:replaced AS boolean[]), cast(:national AS boolean[]), cast(:births AS date[]),
                         cast(:names AS text[]))
    ON CONFLICT DO NOTHING
""")
_CLAIMED_KEYS = text("""
    SELECT DISTINCT c.namespace, c.value, c.national
    FROM identity_claims c JOIN stored_records r ON r.id = c.record_id
    WHERE r.entity_id IN (SELECT entity_id FROM stored_records WHERE id = ANY(:ids))
""")
_CLAIMS_ON = text(f"""
    SELECT DISTINCT c.* FROM {_KEYS} AS asked (namespace, value)
    JOIN identity_claims m ON m.namespace = asked.namespace AND m.value = asked.value
    JOIN stored_records r ON r.id = m.record_id AND r.is_current AND NOT r.deleted
    JOIN identity_claims c ON c.record_id = m.record_id
    WHERE :whole OR m.replaced OR NOT m.national
""")  # noqa: S608 - the piece put in is the constant above
_PARTIES_ON = text(f"""
    SELECT p.record_id, p.party_index, p.role, p.state, p.citizen_id, i.namespace, i.value, i.national
    FROM record_parties p JOIN party_identifiers i USING (record_id, party_index)
    WHERE (p.record_id, p.party_index) IN
          (SELECT m.record_id, m.party_index FROM {_KEYS} AS asked (namespace, value)
           JOIN party_identifiers m ON m.namespace = asked.namespace AND m.value = asked.value)
""")  # noqa: S608 - as above
_CITIZENS_OF = text(f"""
    SELECT i.namespace, i.value, i.national, c.id, c.merged_into
    FROM {_KEYS} AS asked (namespace, value)
    JOIN citizen_identifiers i ON i.namespace = asked.namespace AND i.value = asked.value
    JOIN citizens c ON c.id = i.citizen_id
""")  # noqa: S608 - as above
_ADD_IDENTIFIERS = text("""
    INSERT INTO citizen_identifiers (namespace, value, national, digest, citizen_id)
    SELECT * FROM unnest(cast(:namespaces AS text[]), cast(:values AS text[]), cast(:national AS boolean[]),
                         cast(:digests AS text[]), cast(:citizen_ids AS uuid[]))
    ON CONFLICT DO NOTHING
    RETURNING citizen_id
""")
_ADD_CITIZENS = text("INSERT INTO citizens (id, created_at) SELECT unnest(cast(:ids AS uuid[])), :now")
_MERGE = text("""
    UPDATE citizens SET merged_into = new.merged_into
    FROM unnest(cast(:ids AS uuid[]), cast(:targets AS uuid[])) AS new (id, merged_into)
    WHERE citizens.id = new.id
""")
_PUT_PARTIES = text("""
    INSERT INTO record_parties (record_id, party_index, role, citizen_id, state)
    SELECT * FROM unnest(cast(:record_ids AS uuid[]), cast(:indexes AS integer[]), cast(:roles AS text[]),
                         cast(:citizen_ids AS uuid[]), cast(:states AS text[]))
    ON CONFLICT (record_id, party_index) DO UPDATE SET citizen_id = excluded.citizen_id, state = excluded.state
""")
_ADD_PARTY_IDENTIFIERS = text("""
    INSERT INTO party_identifiers (record_id, party_index, namespace, value, national)
    SELECT * FROM unnest(cast(:record_ids AS uuid[]), cast(:indexes AS integer[]), cast(:namespaces AS text[]),
                         cast(:values AS text[]), cast(:national AS boolean[]))
    ON CONFLICT DO NOTHING
""")
_CITIZENS_BEHIND = text("""
    SELECT DISTINCT p.citizen_id FROM stored_records r JOIN record_parties p ON p.record_id = r.id
    WHERE r.entity_id IN (SELECT entity_id FROM stored_records WHERE id = ANY(:ids))
      AND p.citizen_id IS NOT NULL AND (p.role <> 'other' OR r.kind = 'relation')
""")
_LOCK_CITIZENS = text("SELECT id FROM citizens WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")
_SETTLE_CONFLICTS = text("""
    UPDATE identity_conflicts SET resolved_at = :now
    WHERE resolved_at IS NULL AND digest = ANY(:digests) AND NOT (kind || '/' || digest = ANY(:standing))
""")
_ADD_CONFLICTS = text("""
    INSERT INTO identity_conflicts (kind, digest, masked, first_seen)
    SELECT kind, digest, masked, :now
    FROM unnest(cast(:kinds AS text[]), cast(:digests AS text[]), cast(:masked AS text[])) AS new (kind, digest, masked)
    ON CONFLICT (kind, digest) DO UPDATE SET resolved_at = NULL
""")


def hold_claims(session: Session, *, changing: bool) -> None:
    """Wait until nobody changes claims; when *changing*, also until nobody reads them.

    It lasts until the transaction ends. Batches that claim nothing do not wait for each other.
    """
    verb = "pg_advisory_xact_lock" if changing else "pg_advisory_xact_lock_shared"
    session.execute(text(f"SELECT {verb}(:room)"), {"room": _ROOM})


def add_claims(session: Session, claims: Sequence[Claim]) -> None:
    """Store what new person records claim."""
    rows = [(claim, key, replaced) for claim in claims for key, replaced in _claimed(claim)]
    if not rows:
        return
    session.execute(
        _ADD_CLAIMS,
        {
            "record_ids": [claim.record_id for claim, _, _ in rows],
            **_columns([key for _, key, _ in rows]),
            "replaced": [replaced for _, _, replaced in rows],
            "national": [key.national for _, key, _ in rows],
            "births": [claim.birth_date for claim, _, _ in rows],
            "names": [claim.name for claim, _, _ in rows],
        },
    )


def claimed_keys(session: Session, record_ids: Collection[UUID]) -> frozenset[Key]:
    """Identifiers that any version of these records' entities ever claimed."""
    return frozenset(map(_key, session.execute(_CLAIMED_KEYS, {"ids": list(record_ids)}).all()))


def claims_on(session: Session, keys: Iterable[Key], *, whole: bool) -> tuple[Claim, ...]:
    """Current claims that decide who *keys* are; with *whole*, also those that others depend on through them."""
    asked: set[Key] = set()
    ahead = set(keys)
    found: dict[UUID, Claim] = {}
    while ahead:
        asked |= ahead
        rows: dict[UUID, list[Any]] = defaultdict(list)
        for row in session.execute(_CLAIMS_ON, {**_columns(ahead), "whole": whole}).all():
            rows[row.record_id].append(row)
        found |= {record_id: _claim(several) for record_id, several in rows.items()}
        ahead = {_key(row) for several in rows.values() for row in several} - asked
    return tuple(found.values())


def parties_on(session: Session, keys: Collection[Key]) -> tuple[PartyLink, ...]:
    """Parties, of any version of any record, that are named by one of *keys*."""
    rows: dict[tuple[UUID, int], list[Any]] = defaultdict(list)
    for row in session.execute(_PARTIES_ON, _columns(keys)).all() if keys else ():
        rows[row.record_id, row.party_index].append(row)
    return tuple(
        PartyLink(
            record_id=record_id,
            party_index=index,
            role=several[0].role,
            keys=frozenset(map(_key, several)),
            state=PartyState(several[0].state),
            citizen_id=several[0].citizen_id,
        )
        for (record_id, index), several in rows.items()
    )


def citizens_of(session: Session, keys: Collection[Key]) -> dict[Key, Citizen]:
    """The citizens these identifiers were given, as far as they were."""
    rows = session.execute(_CITIZENS_OF, _columns(keys)).all() if keys else ()
    return {_key(row): Citizen(row.id, row.merged_into) for row in rows}


def add_citizens(session: Session, keys: Iterable[Key], *, digest_key: bytes, now: datetime) -> None:
    """Give each of these identifiers a citizen, unless another transaction has just done so."""
    ordered = sorted(keys)
    if not ordered:
        return
    made = session.execute(
        _ADD_IDENTIFIERS,
        {
            **_columns(ordered),
            "national": [key.national for key in ordered],
            "digests": [digest_of(key, digest_key) for key in ordered],
            "citizen_ids": [uuid4() for _ in ordered],
        },
    )
    session.execute(_ADD_CITIZENS, {"ids": list(made.scalars()), "now": now})


def merge(session: Session, targets: Mapping[UUID, UUID | None]) -> None:
    """Record who citizens turned out to be; None: themselves again."""
    if targets:
        session.execute(_MERGE, {"ids": list(targets), "targets": list(targets.values())})


def put_parties(session: Session, parties: Sequence[PartyLink]) -> None:
    """Store parties with who they are, or who they are now."""
    if not parties:
        return
    session.execute(
        _PUT_PARTIES,
        {
            "record_ids": [party.record_id for party in parties],
            "indexes": [party.party_index for party in parties],
            "roles": [party.role for party in parties],
            "citizen_ids": [party.citizen_id for party in parties],
            "states": [party.state.value for party in parties],
        },
    )


def add_party_identifiers(session: Session, parties: Sequence[PartyLink]) -> None:
    """Store by which identifiers new parties are named."""
    rows = [(party, key) for party in parties for key in party.keys]
    if not rows:
        return
    session.execute(
        _ADD_PARTY_IDENTIFIERS,
        {
            "record_ids": [party.record_id for party, _ in rows],
            "indexes": [party.party_index for party, _ in rows],
            **_columns([key for _, key in rows]),
            "national": [key.national for _, key in rows],
        },
    )


def citizens_behind(session: Session, record_ids: Collection[UUID]) -> frozenset[UUID]:
    """Citizens whose overview any version of these records' entities reaches."""
    return frozenset(session.execute(_CITIZENS_BEHIND, {"ids": list(record_ids)}).scalars())


def lock_citizens(session: Session, citizen_ids: Iterable[UUID]) -> None:
    """Hold these citizens until the transaction ends, always in the order of their ids."""
    session.execute(_LOCK_CITIZENS, {"ids": sorted(citizen_ids)})


def settle_conflicts(
    session: Session,
    judged: Iterable[Key],
    standing: Collection[tuple[ConflictKind, Key]],
    *,
    digest_key: bytes,
    now: datetime,
) -> None:
    """Among the identifiers that were judged, open the conflicts that stand and close those that do not."""
    found = sorted((kind.value, digest_of(key, digest_key), _identifier(key).masked) for kind, key in standing)
    digests = [digest_of(key, digest_key) for key in judged]
    still = [f"{kind}/{digest}" for kind, digest, _ in found]
    session.execute(_SETTLE_CONFLICTS, {"digests": digests, "standing": still, "now": now})
    if found:
        kinds, about, masked = (list(column) for column in zip(*found, strict=True))
        session.execute(_ADD_CONFLICTS, {"kinds": kinds, "digests": about, "masked": masked, "now": now})


def digest_of(key: Key, digest_key: bytes) -> str:
    """The keyed digest that stands for an identifier."""
    return keyed_digest(_identifier(key), digest_key)


def _identifier(key: Key) -> Identifier:
    kind = IdentifierKind.CPR if key.national else IdentifierKind.LOCAL
    return Identifier(kind=kind, namespace=key.namespace, value=key.value)


def _columns(keys: Iterable[Key]) -> dict[str, list[str]]:
    listed = list(keys)
    return {"namespaces": [key.namespace for key in listed], "values": [key.value for key in listed]}


def _claimed(claim: Claim) -> list[tuple[Key, bool]]:
    return [*((key, False) for key in claim.keys), *((key, True) for key in claim.replaces)]


def _claim(rows: Sequence[Any]) -> Claim:
    return Claim(
        record_id=rows[0].record_id,
        keys=frozenset(_key(row) for row in rows if not row.replaced),
        replaces=frozenset(_key(row) for row in rows if row.replaced),
        birth_date=rows[0].birth_date,
        name=rows[0].name,
    )


def _key(row: Any) -> Key:
    return Key(row.namespace, row.value, row.national)
