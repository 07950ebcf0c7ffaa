"""Which records count: the current version of each entity (or the one current at an instant), without tombstones."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from hub.clock import danish_day
from hub.matching.linked_record import LinkedRecord
from hub.overview.point_in_time import case_as_held, fact_as_begun, fact_as_known, period_as_known
from schemas.facts import CaseFact
from schemas.overview import Entry, EntryParty, Provenance
from schemas.period import Registration
from schemas.record import Party, PartyRole
from schemas.source import Area


def current_records(linked: Iterable[LinkedRecord], as_known: datetime | None) -> tuple[LinkedRecord, ...]:
    """The versions current now, or at *as_known* with their facts cut to what was known then.

    For an entity that its source had registered by then, but of which we hold no version that old, the earliest version
    is used. Sorted by registered time, newest first, ties by content: neither order of arrival nor replays
    show.
    """
    versions: dict[tuple[str, str, str], list[LinkedRecord]] = {}
    for record in linked:
        versions.setdefault(record.record.key, []).append(record)
    chosen = ((_chosen(candidates, as_known), candidates) for candidates in versions.values())
    existing = (
        _cut(record, as_known, candidates)
        for record, candidates in chosen
        if record is not None and not record.record.deleted
    )
    return tuple(sorted(existing, key=_age, reverse=True))


def superseded_records(
    linked: Sequence[LinkedRecord], current: Sequence[LinkedRecord], as_known: datetime | None
) -> tuple[LinkedRecord, ...]:
    """Earlier statements about the citizen by the entities that speak in *current*, as known then; newest first."""
    if len(linked) == len(current):
        return ()
    since = {record.record.key: _age(record) for record in current}
    earlier = (
        record
        for record in linked
        if record.record.key in since
        and record.role is PartyRole.PRIMARY
        and not record.record.deleted
        and _age(record) < since[record.record.key]
        and (as_known is None or record.record.registered_at <= as_known)
    )
    return tuple(sorted((_cut(record, as_known, ()) for record in earlier), key=_age, reverse=True))


def provenance_of(linked: LinkedRecord) -> Provenance:
    """Where the record came from and how old it is."""
    record = linked.record
    return Provenance(
        source=record.source,
        record_type=record.record_type,
        source_id=record.source_id,
        source_version=record.source_version,
        registration=Registration(registered_from=record.registered_at, registered_to=linked.registered_to),
        observed_at=record.observed_at,
        authority=record.authority,
        link=record.link,
        synthetic=record.synthetic,
    )


def entry_of(linked: LinkedRecord, area: Area) -> Entry | None:
    """The record as a line of the page; None when it has no fact."""
    record = linked.record
    if record.fact is None:
        return None
    return Entry(
        id=record.entity,
        area=area,
        fact=record.fact,
        valid=record.valid,
        provenance=provenance_of(linked),
        parties=tuple(
            EntryParty(role=party.role, citizen_id=citizen, name=party.name)
            for party, citizen in parties_of(linked)
            if not party.is_forgotten
        ),
        quality=record.quality,
    )


def parties_of(linked: LinkedRecord) -> tuple[tuple[Party, UUID | None], ...]:
    """The record's parties, each with the citizen it was matched to."""
    return tuple(zip(linked.record.parties, linked.party_citizens, strict=True))


def _chosen(versions: Sequence[LinkedRecord], as_known: datetime | None) -> LinkedRecord | None:
    if as_known is None and len(versions) == 1:
        return versions[0] if versions[0].registered_to is None else None
    standing_then = [version for version in versions if _stands(version, as_known)]
    if standing_then:
        return max(standing_then, key=_age)
    earliest = min(versions, key=_age)
    created = earliest.record.first_registered_at
    is_known = as_known is not None and created is not None and created <= as_known < earliest.record.registered_at
    return earliest if is_known else None


def _stands(linked: LinkedRecord, as_known: datetime | None) -> bool:
    if as_known is None:
        return linked.registered_to is None
    since, until = linked.record.registered_at, linked.registered_to
    return since <= as_known and (until is None or as_known < until)


def _cut(linked: LinkedRecord, as_known: datetime | None, versions: Sequence[LinkedRecord]) -> LinkedRecord:
    if as_known is None or linked.record.fact is None:
        return linked
    fact = fact_as_known(linked.record.fact, as_known)
    end = linked.record.valid.end
    if isinstance(fact, CaseFact) and (end is None or danish_day(as_known) < end):
        held = [version for version in versions if version.received_at <= as_known]
        latest = max(held, key=lambda version: (version.received_at, _age(version)), default=None)
        fact = case_as_held(fact, latest.record.fact if latest else None)
    cut: dict[str, object] = {"fact": fact}
    if as_known < linked.record.registered_at:
        cut |= {"fact": fact_as_begun(fact), "valid": period_as_known(linked.record.valid, as_known)}
    record = linked.record.model_copy(update=cut)
    # That another statement would replace it was not known either.
    return replace(linked, record=record, registered_to=None)


def _age(linked: LinkedRecord) -> tuple[datetime, tuple[str, str, str], int, str, datetime]:
    record = linked.record
    return (record.registered_at, record.key, record.version_order or 0, record.digest, record.observed_at)
