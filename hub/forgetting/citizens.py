"""Forgets a citizen in every store, in the order of a record's path, and forgets again whoever was forgotten before."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from hub.clock import Clock, danish_day
from hub.db import Database
from hub.digest import entity_digest
from hub.errors import CitizenNotFound
from hub.indexing.repository import add_to_outbox
from hub.intake.repository import delete_entities, empty_places, entity_keys
from hub.matching.digest_repository import stored_digests
from hub.matching.repository import citizen_of
from hub.matching.service import ForgottenCitizen
from hub.matching.service import forget_citizen as forget_in_matching
from hub.overview import repository as overviews
from hub.overview.service import read_hidden, rebuild
from hub.quarantine.service import forget_people
from hub.rights import repository
from hub.rights.contest_repository import delete_contests
from hub.rights.errors import CitizenHeld
from hub.rights.repository import ForgottenDigest
from hub.rights.stores import DeletionRule, Store
from hub.secrets import PayloadCipher
from hub.sources.hint_repository import forget_people as forget_hints

SHORTEST_LOCAL_ID = 6
"""Shorter ids are not looked for in payloads: they would be found in those of others."""


class Keys(NamedTuple):
    """What opens and digests identifiers."""

    digest_key: bytes
    cipher: PayloadCipher


def forget_citizen(
    session: Session, citizen_id: UUID, *, reason: str, by: str, keys: Keys, now: datetime
) -> dict[Store, int]:
    """Delete everything about a citizen, and remember by keyed digests alone that nothing about them is let in again.

    In the caller's transaction. The log stays until its own time limit; messages on the bus and backups go with
    theirs. Index and others' pages follow through the outbox.

    Raises:
        CitizenHeld: a legal hold stands.
        CitizenNotFound: there is no such citizen.

    Returns:
        How much was deleted, by store.
    """
    if repository.held_among(session, [citizen_id], danish_day(now)):
        raise CitizenHeld
    names = _given_names(session, citizen_id)
    forgotten = forget_in_matching(session, citizen_id, digest_key=keys.digest_key, now=now)
    if not forgotten.citizen_ids:
        raise CitizenNotFound
    if repository.held_among(session, forgotten.citizen_ids, danish_day(now)):
        raise CitizenHeld
    forgetting = repository.begin_forgetting(
        session, citizen_id, digests=forgotten.digests, reason=reason, by=by, now=now
    )
    entities = entity_keys(session, forgotten.entities)
    own = (entity_digest("/".join(entity), keys.digest_key) for entity in entities)
    repository.add_digests(session, own, forgetting_id=forgetting, now=now)
    counts = _delete(session, forgotten, names, entities, keys.cipher, now)
    repository.end_forgetting(session, forgetting, {store.value: deleted for store, deleted in counts.items()})
    repository.count_deleted(session, counts, DeletionRule.ERASURE, now)
    return counts


def forget_again(
    database: Database, *, keys: Keys, clock: Clock, known: Iterable[ForgottenDigest] = ()
) -> tuple[UUID, ...]:
    """Forget everybody who was forgotten before and is there again, as after a restored backup; their keys.

    A backup is as old as its list of who was forgotten: *known* is what ``repository.export_digests`` gave before it
    was restored. It may have been written under another of our digest keys than the database: both are looked for. A
    citizen on hold is left, and forgotten by the next call.
    """
    with database.transaction() as session:
        repository.import_digests(session, known)
        forgotten = repository.forgotten_identifiers(session)
        stored = stored_digests(session, forgotten, digest_key=keys.digest_key)
    done: list[UUID] = []
    for digest in forgotten:
        with database.transaction() as session:
            citizen_id = citizen_of(session, stored.get(digest, digest))
            if citizen_id is None or repository.held_among(session, [citizen_id], danish_day(clock.now())):
                continue
            forget_citizen(session, citizen_id, reason=AGAIN, by=BY_HELHED, keys=keys, now=clock.now())
            done.append(citizen_id)
    return tuple(done)


AGAIN = "Glemt igen efter gendannelse"
BY_HELHED = "Helhed"


def _delete(
    session: Session,
    forgotten: ForgottenCitizen,
    names: Iterable[str],
    entities: Sequence[tuple[str, str, str]],
    cipher: PayloadCipher,
    now: datetime,
) -> dict[Store, int]:
    empty_places(session, forgotten.mentions)
    delete_entities(session, forgotten.entities)
    delete_contests(session, citizen_ids=forgotten.citizen_ids)
    rebuilt = rebuild(session, forgotten.concerned, now=now)
    add_to_outbox(session, rebuilt.versions, now=now)
    add_to_outbox(session, rebuilt.concerned, now=now, reindex=True)
    gone = sum(version.removed and version.citizen_id in forgotten.citizen_ids for version in rebuilt.versions)
    work = repository.erase_work(session, forgotten.citizen_ids, sorted(names))
    return {
        Store.RECORDS: len(forgotten.record_ids),
        Store.PARTIES: sum(map(len, forgotten.mentions.values())),
        Store.IDENTITY: forgotten.identities,
        Store.OVERVIEW: gone,
        Store.INDEX: gone,
        Store.QUARANTINE: forget_people(session, _searched(forgotten.values), entities, cipher=cipher),
        Store.EVENTS: forget_hints(session, sorted(forgotten.values)),
        **work,
    }


def _given_names(session: Session, citizen_id: UUID) -> frozenset[str]:
    """By which names others may have called the citizen in what they wrote: the first names."""
    header = overviews.headers(session, [citizen_id]).get(citizen_id)
    if header is None and (hidden := read_hidden(session, citizen_id)) is not None:
        header = hidden.header
    if header is None:
        return frozenset()
    names = [header.person.given_name, header.display_name, *(each.name for each in header.stated_identities)]
    return frozenset(name.split()[0] for name in names if name and name.strip())


def _searched(values: Iterable[str]) -> tuple[bytes, ...]:
    """Identifiers as they may stand in what a source sent."""
    long = [value for value in values if len(value) >= SHORTEST_LOCAL_ID]
    hyphened = [f"{value[:6]}-{value[6:]}" for value in long if len(value) == len("DDMMYYXXXX")]
    return tuple(value.encode() for value in (*long, *hyphened))
