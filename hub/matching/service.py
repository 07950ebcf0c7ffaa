"""``match``: link the parties of stored records to citizens, and update all links that their claims change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from hub.intake.repository import StoredRecord
from hub.matching import conflict_repository, decision_repository, forgetting_repository, statements
from hub.matching.claims import Claim
from hub.matching.decisions import Decisions
from hub.matching.graphs import Key
from hub.matching.rules import ConflictKind, Identities, PartyState, Resolution
from hub.matching.statements import Citizen, PartyLink
from schemas.people import PersonFact
from schemas.record import PartyRole, SourceRecord


class ForgottenCitizen(NamedTuple):
    """What a citizen was known by, and what is still to be deleted."""

    citizen_ids: frozenset[UUID]
    """The citizen, and whoever was merged into them."""
    digests: frozenset[str]
    """Keyed digests of all their identifiers, also those local to a source."""
    values: frozenset[str]
    """The identifiers themselves, to look for in what is encrypted. Never to be kept."""
    entities: frozenset[UUID]
    record_ids: frozenset[UUID]
    mentions: Mapping[UUID, tuple[int, ...]]
    """By record of somebody else, the places in it where the citizen was named."""
    concerned: frozenset[UUID]
    """Whose overview may have changed."""
    identities: int
    """How many identifiers were deleted."""


def match(
    session: Session, stored: Sequence[StoredRecord], *, digest_key: bytes, now: datetime | None = None
) -> frozenset[UUID]:
    """Resolve every party of *stored*, and again every party that their claims concern.

    Call it in the transaction that stored them. Returns the citizens whose overview may have changed, those
    that lost something and those merged away included. They stay locked until the transaction ends, so
    that of two workers the second sees all that the first has linked.

    Args:
        session: the caller's transaction.
        stored: what intake stored for the first time, history included.
        digest_key: keys the digests of identifiers.
        now: when new citizens and conflicts count as first seen; the machine's time by default.
    """
    if not stored:
        return frozenset()
    record_ids = [record.id for record in stored]
    statements.add_claims(session, [claim for record in stored if (claim := claim_of(record))])
    changed = statements.claimed_keys(session, record_ids)
    return _resolve(session, stored, changed, digest_key=digest_key, now=now or datetime.now(UTC))


def match_again(session: Session, keys: frozenset[Key], *, digest_key: bytes, now: datetime) -> frozenset[UUID]:
    """Resolve again whom these identifiers concern, after a person decided something about them.

    Nobody else changes claims meanwhile. Returns the citizens whose overview may have changed; they stay locked.
    """
    return _resolve(session, (), keys, digest_key=digest_key, now=now)


def forget_records(
    session: Session, record_ids: Collection[UUID], *, digest_key: bytes, now: datetime
) -> frozenset[UUID]:
    """Take these records out of matching, all versions of their entities, before they are deleted.

    Whom their identifiers concern is resolved again, as if the records had never come.

    Returns:
        The citizens whose overview may have changed; they stay locked until the transaction ends.
    """
    statements.hold_claims(session, changing=True)
    citizens = statements.citizens_behind(session, record_ids)
    keys = forgetting_repository.keys_of(session, record_ids)
    forgetting_repository.delete_records(session, record_ids)
    keys |= forgetting_repository.delete_decisions(session, keys)
    citizens |= match_again(session, keys, digest_key=digest_key, now=now)
    forgetting_repository.delete_unused(session, keys)
    statements.lock_citizens(session, citizens)
    return citizens


def forget_citizen(session: Session, citizen_id: UUID, *, digest_key: bytes, now: datetime) -> ForgottenCitizen:
    """Take a citizen out of matching: records about them, their name in records of others, numbers and decisions.

    The records themselves are still to be deleted, and the places named in ``mentions`` to be emptied.
    """
    statements.hold_claims(session, changing=True)
    citizen_ids = forgetting_repository.merged_into(session, citizen_id)
    keys = forgetting_repository.keys_of_citizens(session, citizen_ids)
    about = forgetting_repository.records_about(session, citizen_ids, keys)
    mentions = forgetting_repository.mentions_of(session, citizen_ids, keys, about.record_ids)
    forgetting_repository.empty_places(session, mentions)
    concerned = forget_records(session, about.record_ids, digest_key=digest_key, now=now)
    concerned |= statements.citizens_behind(session, list(mentions))
    identities = forgetting_repository.delete_citizens(session, citizen_ids, keys)
    return ForgottenCitizen(
        citizen_ids=citizen_ids,
        digests=frozenset(statements.digest_of(key, digest_key) for key in keys),
        values=frozenset(key.value for key in keys),
        entities=about.entity_ids,
        record_ids=about.record_ids,
        mentions=mentions,
        concerned=(concerned | citizen_ids),
        identities=identities,
    )


def _resolve(
    session: Session, stored: Sequence[StoredRecord], changed: frozenset[Key], *, digest_key: bytes, now: datetime
) -> frozenset[UUID]:
    """Resolve the parties of *stored*, and those whom the identifiers of which something *changed* concern."""
    record_ids = [record.id for record in stored]
    statements.hold_claims(session, changing=bool(changed))

    disturbed = statements.claims_on(session, changed, whole=True)
    concerned = changed.union(*(claim.keys | claim.replaces for claim in disturbed.claims))
    concerned |= decision_repository.keys_of(decision_repository.decisions_on(session, concerned))
    concerned -= disturbed.parked
    new = [link for record in stored for link in _parties(record)]
    stored_parties = statements.parties_on(session, concerned)
    all_keys = frozenset[Key]().union(*(party.keys for party in (*new, *stored_parties)))
    undisturbed = statements.claims_on(session, all_keys - concerned - disturbed.parked, whole=False)
    parked = disturbed.parked | undisturbed.parked
    claims = {claim.record_id: claim for claim in (*disturbed.claims, *undisturbed.claims)}
    claimed = all_keys.union(concerned, *(claim.keys | claim.replaces for claim in undisturbed.claims))
    decisions = Decisions(decision_repository.decisions_on(session, claimed))
    identities = Identities(claims.values(), decisions)

    needed = (all_keys | concerned) - parked
    citizens, merged = _assign_citizens(session, identities, needed, digest_key=digest_key, now=now)
    linked = [_link(party, identities, citizens, parked) for party in new]
    moved = [
        (was, linked_now)
        for was in stored_parties
        if not was.keys & parked and (linked_now := _link(was, identities, citizens, parked)) != was
    ]
    parties = {(party.record_id, party.party_index): party for party in (*linked, *(party for _, party in moved))}
    statements.put_parties(session, list(parties.values()))
    statements.add_party_identifiers(session, new)
    if judged := concerned | disturbed.conflicts:
        open_conflicts = {conflict for conflict in identities.conflicts() if conflict[1] in concerned}
        open_conflicts |= {(ConflictKind.TOO_MANY_IDENTIFIERS, key) for key in disturbed.conflicts}
        open_conflicts |= {
            (ConflictKind.NUMBER_CHANGED, key) for key in _changed_numbers(session, concerned, decisions)
        }
        statements.settle_conflicts(session, judged, open_conflicts, digest_key=digest_key, now=now)

    affected = statements.citizens_behind(session, [*record_ids, *(party.record_id for _, party in moved)])
    affected |= merged | {was.citizen_id for was, _ in moved if was.citizen_id}
    statements.lock_citizens(session, affected)
    return affected


def claim_of(stored: StoredRecord) -> Claim | None:
    """What a person record claims about its primary party; None for every other record."""
    record = stored.record
    if not isinstance(record.fact, PersonFact) or record.deleted:
        return None
    primary = next((party for party in record.parties if party.role is PartyRole.PRIMARY), None)
    if primary is None:
        return None
    own = frozenset(map(Key.of, primary.identifiers))
    replaced = frozenset(map(Key.of, record.fact.replaces))
    if record.fact.replaced_by:
        survivor = frozenset(map(Key.of, record.fact.replaced_by))
        return Claim(record_id=stored.id, keys=survivor, replaces=(own | replaced) - survivor)
    return Claim(
        record_id=stored.id,
        keys=own,
        replaces=replaced,
        birth_date=record.fact.birth_date,
        name=_name(record.fact),
    )


def _name(fact: PersonFact) -> str | None:
    return " ".join(part for part in (fact.given_name, fact.family_name) if part) or None


def _parties(stored: StoredRecord) -> Iterable[PartyLink]:
    record: SourceRecord = stored.record
    for index, party in enumerate(record.parties):
        keys = frozenset[Key]() if party.is_forgotten else frozenset(map(Key.of, party.identifiers))
        yield PartyLink(stored.id, index, party.role.value, keys)


def _changed_numbers(session: Session, judged: frozenset[Key], decisions: Decisions) -> frozenset[Key]:
    """Numbers that a record has left for another, where nothing says that both are one person, or are not."""
    changed = conflict_repository.changed_numbers(session, judged)
    citizens = statements.citizens_of(session, {key for pair in changed for key in pair})
    stands_for = {key: citizen.merged_into or citizen.id for key, citizen in citizens.items()}
    return frozenset(
        old for old, new in changed if stands_for.get(old) != stands_for.get(new) and not decisions.are_apart(old, new)
    )


def _link(
    party: PartyLink, identities: Identities, citizens: Mapping[Key, Citizen], parked: frozenset[Key]
) -> PartyLink:
    if not party.keys:
        return PartyLink(party.record_id, party.party_index, party.role, party.keys, state=PartyState.FORGOTTEN)
    resolution = Resolution(PartyState.UNMATCHED) if party.keys & parked else identities.resolve(party.keys)
    # One of the party's identifiers stands for the same person by itself, so the citizen is among those assigned.
    citizen_id = citizens[resolution.root].id if resolution.root else None
    return PartyLink(party.record_id, party.party_index, party.role, party.keys, resolution.state, citizen_id)


def _assign_citizens(
    session: Session, identities: Identities, keys: frozenset[Key], *, digest_key: bytes, now: datetime
) -> tuple[Mapping[Key, Citizen], frozenset[UUID]]:
    """Assign a citizen to each national number and each person, and merge citizens that are one person.

    Every number has a citizen of its own, so that a withdrawn claim can be undone; while one number
    stands for another, its citizen is merged into the other's. Returns the citizens of these identifiers and of
    those that stand for them, and the citizens on both sides of each change.
    """
    resolved = {key: identities.resolve([key]) for key in keys}
    roots = {resolution.root for resolution in resolved.values() if resolution.root}
    keys_in_need = roots | {key for key in keys if key.national}
    citizens = statements.citizens_of(session, keys | roots)
    if missing := keys_in_need - citizens.keys():
        statements.add_citizens(session, missing, digest_key=digest_key, now=now)
        citizens |= statements.citizens_of(session, missing)

    targets: dict[UUID, UUID | None] = {}
    touched: set[UUID] = set()
    for key, resolution in resolved.items():
        own = citizens.get(key)
        if own is None:
            continue
        root = resolution.root  # only who is linked has one
        target = citizens[root].id if root is not None and root != key else None
        if target != own.merged_into:
            targets[own.id] = target
            touched |= {own.id, target or own.id, own.merged_into or own.id}
    statements.merge(session, targets)
    return citizens, frozenset(touched)
