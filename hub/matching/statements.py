"""The SQL of ``match``, a batch at a time. Queries for other rooms stand in ``repository``."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import columns, fetch_rows, run_batch
from hub.digest import all_keys, value_digest
from hub.matching.claims import Claim
from hub.matching.digest_repository import renew_conflict_digests
from hub.matching.graphs import DisjointSets, Key
from hub.matching.rules import LARGEST_COMPONENT, ConflictKind, PartyState
from hub.matching.tables import IdentityClaimRow
from schemas.identifiers import NATIONAL_NAMESPACE, Identifier, IdentifierKind

_ROOM = 4_711_001
"""Number of the advisory lock on all claims."""
MOST_REACHED = 20 * LARGEST_COMPONENT
"""Most records and identifiers that one SQL statement reads, for all components of a batch together."""


class PartyLink(NamedTuple):
    """A party of a stored record, how it is named and who it was found to be."""

    record_id: UUID
    party_index: int
    role: str
    keys: frozenset[Key]
    state: PartyState = PartyState.UNMATCHED
    citizen_id: UUID | None = None


class Citizen(NamedTuple):
    """The citizen an identifier was given, and who that turned out to be."""

    id: UUID
    merged_into: UUID | None


@dataclass(frozen=True, slots=True)
class ReachedClaims:
    """Claims that decide who some identifiers are, as far as that may be decided."""

    claims: tuple[Claim, ...]
    parked: frozenset[Key]
    """Identifiers in components that are too large: whoever they were stays."""
    conflicts: frozenset[Key]
    """One identifier of each such component, to report it by."""


_HOLD_ALONE = text("SELECT pg_advisory_xact_lock(:room)")
_HOLD_SHARED = text("SELECT pg_advisory_xact_lock_shared(:room)")
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
_REACHED = text(f"""
    WITH RECURSIVE reached (record_id, namespace, value) AS (
        SELECT cast(NULL AS uuid), namespace, value FROM {_KEYS} AS asked (namespace, value)
        UNION
        SELECT step.record_id, step.namespace, step.value
        FROM reached CROSS JOIN LATERAL (
            SELECT m.record_id, cast(NULL AS text) AS namespace, cast(NULL AS text) AS value
            FROM identity_claims m JOIN stored_records r ON r.id = m.record_id AND r.is_current AND NOT r.deleted
            WHERE m.namespace = reached.namespace AND m.value = reached.value
              AND (:whole OR m.replaced OR NOT m.national)
            UNION ALL
            SELECT cast(NULL AS uuid), c.namespace, c.value FROM identity_claims c
            WHERE c.record_id = reached.record_id
            UNION ALL
            SELECT cast(NULL AS uuid), d.target_namespace, d.target_value FROM identity_decisions d
            WHERE d.state = 'standing'
              AND d.subject_namespace = reached.namespace AND d.subject_value = reached.value
            UNION ALL
            SELECT cast(NULL AS uuid), d.subject_namespace, d.subject_value FROM identity_decisions d
            WHERE d.state = 'standing'
              AND d.target_namespace = reached.namespace AND d.target_value = reached.value) AS step)
    SELECT record_id, namespace, value FROM reached LIMIT :most
""")  # noqa: S608 - the piece put in is the constant above
_CLAIMS = text(f"SELECT {columns(IdentityClaimRow)} FROM identity_claims WHERE record_id = ANY(:ids)")  # noqa: S608  names of our own

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
    INSERT INTO identity_conflicts (kind, digest, masked, namespace, value, national, first_seen)
    SELECT kind, digest, masked, namespace, value, national, :now
    FROM unnest(cast(:kinds AS text[]), cast(:digests AS text[]), cast(:masked AS text[]),
                cast(:namespaces AS text[]), cast(:values AS text[]), cast(:national AS boolean[]))
         AS new (kind, digest, masked, namespace, value, national)
    ON CONFLICT (kind, digest) DO UPDATE SET
        resolved_at = NULL, namespace = excluded.namespace, value = excluded.value, national = excluded.national
""")


def hold_claims(session: Session, *, changing: bool) -> None:
    """Wait until nobody changes claims; when *changing*, also until nobody reads them.

    It lasts until the transaction ends. Batches that claim nothing do not wait for each other.
    """
    run_batch(session, _HOLD_ALONE if changing else _HOLD_SHARED, {"room": _ROOM})


def add_claims(session: Session, claims: Sequence[Claim]) -> None:
    """Store what new person records claim."""
    rows = [(claim, key, replaced) for claim in claims for key, replaced in _claimed(claim)]
    if not rows:
        return
    run_batch(
        session,
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
    return frozenset(map(Key._make, run_batch(session, _CLAIMED_KEYS, {"ids": list(record_ids)})))


def claims_on(session: Session, keys: Collection[Key], *, whole: bool) -> ReachedClaims:
    """Current claims that decide who *keys* are; with *whole*, also those that others depend on through them.

    One statement for all keys. Where that is cut short, because too much hangs together, one for each of them, so that
    only the component that is too large is left out.
    """
    record_ids, reached, is_complete = _reached(session, keys, whole=whole, most=MOST_REACHED)
    if is_complete:
        return _within_limit(_claims(session, record_ids))
    record_ids, seen = set(), set[Key]()
    too_large: list[frozenset[Key]] = []
    for key in sorted(keys):
        if key in seen:
            continue
        reached_ids, reached, is_complete = _reached(session, [key], whole=whole, most=3 * LARGEST_COMPONENT)
        seen |= reached
        if is_complete:
            record_ids |= reached_ids
        else:
            too_large.append(frozenset(reached))
    return _within_limit(_claims(session, record_ids), too_large)


def _reached(session: Session, keys: Collection[Key], *, whole: bool, most: int) -> tuple[set[UUID], set[Key], bool]:
    """Records and identifiers that claims lead to, and whether there are no more."""
    if not keys:
        return set(), set(), True
    keys_by_name = {(key.namespace, key.value): key for key in keys}
    rows = run_batch(session, _REACHED, {**_columns(keys_by_name.values()), "whole": whole, "most": most})
    record_ids = {record_id for record_id, _, _ in rows if record_id is not None}
    names = {(namespace, value) for record_id, namespace, value in rows if record_id is None}
    reached = {keys_by_name.get(name) or Key(*name, national=_is_national(name[0])) for name in names}
    return record_ids, reached, len(rows) < most


def _claims(session: Session, record_ids: Collection[UUID]) -> list[Claim]:
    rows: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in fetch_rows(session, _CLAIMS, {"ids": list(record_ids)}) if record_ids else ():
        rows[row["record_id"]].append(row)
    return [_claim(several) for several in rows.values()]


def _within_limit(claims: Sequence[Claim], too_large: Sequence[frozenset[Key]] = ()) -> ReachedClaims:
    components = DisjointSets()
    for claim in claims:
        components.join(claim.keys | claim.replaces)
    over: dict[Key, set[Key]] = defaultdict(set)
    for key in components.members():
        if components.size(root := components.find(key)) > LARGEST_COMPONENT:
            over[root].add(key)
    parked = frozenset[Key]().union(*too_large, *over.values())
    decided = [claim for claim in claims if not (claim.keys | claim.replaces) & parked] if parked else claims
    return ReachedClaims(
        claims=tuple(decided),
        parked=parked,
        conflicts=frozenset(min(keys) for keys in (*too_large, *over.values())),
    )


def parties_on(session: Session, keys: Collection[Key]) -> tuple[PartyLink, ...]:
    """Parties, of any version of any record, that are named by one of *keys*."""
    named: dict[tuple[Any, ...], list[Key]] = defaultdict(list)
    for *party, namespace, value, national in run_batch(session, _PARTIES_ON, _columns(keys)) if keys else ():
        named[tuple(party)].append(Key(namespace, value, national))
    return tuple(
        PartyLink(record_id, index, role, frozenset(own), PartyState(state), citizen_id)
        for (record_id, index, role, state, citizen_id), own in named.items()
    )


def citizens_of(session: Session, keys: Collection[Key]) -> dict[Key, Citizen]:
    """The citizens these identifiers were given, as far as they were."""
    rows = run_batch(session, _CITIZENS_OF, _columns(keys)) if keys else ()
    return {
        Key(namespace, value, national): Citizen(citizen_id, merged_into)
        for namespace, value, national, citizen_id, merged_into in rows
    }


def add_citizens(session: Session, keys: Iterable[Key], *, digest_key: bytes, now: datetime) -> None:
    """Give each of these identifiers a citizen, unless another transaction has just done so."""
    ordered = sorted(keys)
    if not ordered:
        return
    new_ids = run_batch(
        session,
        _ADD_IDENTIFIERS,
        {
            **_columns(ordered),
            "national": [key.national for key in ordered],
            "digests": [digest_of(key, digest_key) for key in ordered],
            "citizen_ids": [uuid4() for _ in ordered],
        },
    )
    run_batch(session, _ADD_CITIZENS, {"ids": [new_id for (new_id,) in new_ids], "now": now})


def merge(session: Session, targets: Mapping[UUID, UUID | None]) -> None:
    """Record who citizens turned out to be; None: themselves again."""
    if targets:
        run_batch(session, _MERGE, {"ids": list(targets), "targets": list(targets.values())})


def put_parties(session: Session, parties: Sequence[PartyLink]) -> None:
    """Store parties with who they are, or who they are now."""
    if not parties:
        return
    run_batch(
        session,
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
    run_batch(
        session,
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
    rows = run_batch(session, _CITIZENS_BEHIND, {"ids": list(record_ids)})
    return frozenset(citizen_id for (citizen_id,) in rows)


def lock_citizens(session: Session, citizen_ids: Iterable[UUID]) -> None:
    """Hold these citizens until the transaction ends, always in the order of their ids."""
    run_batch(session, _LOCK_CITIZENS, {"ids": sorted(citizen_ids)})


def settle_conflicts(
    session: Session,
    judged: Iterable[Key],
    open_conflicts: Collection[tuple[ConflictKind, Key]],
    *,
    digest_key: bytes,
    now: datetime,
) -> None:
    """Among the identifiers that were judged, open the conflicts that stand and close those that do not."""
    rows = sorted(
        (kind.value, digest_of(key, digest_key), _identifier(key).masked, key.namespace, key.value, key.national)
        for kind, key in open_conflicts
    )
    writing, *others = all_keys(digest_key)
    judged_keys = list(judged)
    renew_conflict_digests(
        session, {digest_of(key, other): digest_of(key, writing) for other in others for key in judged_keys}
    )
    digests = [digest_of(key, digest_key) for key in judged_keys]
    still_open = [f"{kind}/{digest}" for kind, digest, *_ in rows]
    run_batch(session, _SETTLE_CONFLICTS, {"digests": digests, "standing": still_open, "now": now})
    if rows:
        names = ("kinds", "digests", "masked", "namespaces", "values", "national")
        columns = {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
        run_batch(session, _ADD_CONFLICTS, {**columns, "now": now})


def digest_of(key: Key, digest_key: bytes) -> str:
    """The keyed digest that stands for an identifier."""
    return value_digest(key.namespace, key.value, digest_key)


def _identifier(key: Key) -> Identifier:
    kind = IdentifierKind.CPR if key.national else IdentifierKind.LOCAL
    return Identifier(kind=kind, namespace=key.namespace, value=key.value)


def _columns(keys: Iterable[Key]) -> dict[str, list[str]]:
    listed = list(keys)
    return {"namespaces": [key.namespace for key in listed], "values": [key.value for key in listed]}


def _is_national(namespace: str) -> bool:
    return namespace == NATIONAL_NAMESPACE


def _claimed(claim: Claim) -> list[tuple[Key, bool]]:
    return [*((key, False) for key in claim.keys), *((key, True) for key in claim.replaces)]


def _claim(rows: Sequence[Mapping[str, Any]]) -> Claim:
    return Claim(
        record_id=rows[0]["record_id"],
        keys=frozenset(_key(row) for row in rows if not row["replaced"]),
        replaces=frozenset(_key(row) for row in rows if row["replaced"]),
        birth_date=rows[0]["birth_date"],
        name=rows[0]["name"],
    )


def _key(row: Mapping[str, Any]) -> Key:
    return Key(row["namespace"], row["value"], row["national"])
