"""Which records are not let in, because a citizen was forgotten or a time limit has passed. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from hub.digest import all_keys, entity_digest, keyed_digest, statement_digest
from schemas.identifiers import Identifier
from schemas.people import PersonFact, RelationFact
from schemas.record import PartyRole, SourceRecord

Digest = Callable[[Identifier], str]


class KeptOut(NamedTuple):
    """What is left of a batch."""

    places: tuple[int, ...]
    """Which records of the batch are let in."""
    records: tuple[SourceRecord, ...]
    """These, without the forgotten whom they name."""
    times: Mapping[int, int]
    """how many records were kept out or cut, by forgetting."""


def digests_of(records: Iterable[SourceRecord], key: bytes) -> frozenset[str]:
    """Every digest by which one of the records could be kept out."""
    digests: set[str] = set()
    keys = all_keys(key)  # what was forgotten under a former key has no number left to make another digest of
    for record in records:
        for each in keys:
            digests.update((statement_digest(record.entity, record.digest, each), entity_digest(record.entity, each)))
            digests.update(keyed_digest(identifier, each) for identifier in _identifiers(record))
    return frozenset(digests)


def keep_out(records: Sequence[SourceRecord], forgotten: Mapping[str, int | None], key: bytes) -> KeptOut:
    """The records without those about forgotten citizens and those that lapsed.

    A record about somebody else that names a forgotten citizen is let in without that name.
    """
    places, records_let_in, times = [], [], Counter[int]()
    keys = all_keys(key)
    for place, record in enumerate(records):
        if any(statement_digest(record.entity, record.digest, each) in forgotten for each in keys):
            continue
        named = [_forgetting(party.identifiers, forgotten, keys) for party in record.parties]
        about = [
            forgetting
            for party, forgetting in zip(record.parties, named, strict=True)
            if party.role is PartyRole.PRIMARY or isinstance(record.fact, RelationFact)
        ]
        about.append(_forgetting(_replaced(record), forgotten, keys))
        if not any(party.role is PartyRole.PRIMARY for party in record.parties):
            # A tombstone names nobody.
            about.extend(forgotten.get(entity_digest(record.entity, each)) for each in keys)
        owner = next((forgetting for forgetting in about if forgetting is not None), None)
        if owner is not None:
            times[owner] += 1
            continue
        times.update({forgetting for forgetting in named if forgetting is not None})
        places.append(place)
        records_let_in.append(_without(record, named) if any(named) else record)
    return KeptOut(tuple(places), tuple(records_let_in), times)


def _without(record: SourceRecord, named: Sequence[int | None]) -> SourceRecord:
    # The digest stays that of what the source said: the same statement is known when it comes again.
    parties = tuple(
        party if forgetting is None else party.forgotten()
        for party, forgetting in zip(record.parties, named, strict=True)
    )
    return record.model_copy(update={"parties": parties})


def _forgetting(
    identifiers: Iterable[Identifier], forgotten: Mapping[str, int | None], keys: tuple[bytes, ...]
) -> int | None:
    digests = (keyed_digest(identifier, key) for identifier in identifiers for key in keys)
    return next((number for digest in digests if (number := forgotten.get(digest)) is not None), None)


def _identifiers(record: SourceRecord) -> Iterable[Identifier]:
    yield from (identifier for party in record.parties for identifier in party.identifiers)
    yield from _replaced(record)


def _replaced(record: SourceRecord) -> tuple[Identifier, ...]:
    """Other numbers of the person the record is about."""
    return (*record.fact.replaces, *record.fact.replaced_by) if isinstance(record.fact, PersonFact) else ()
