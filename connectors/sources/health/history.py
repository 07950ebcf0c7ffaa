"""Deletions that a FHIR server tells of in the history of a type. Pure."""

from dataclasses import dataclass
from datetime import datetime

from connectors.kit import InvalidValue, raw_payload, read_instant, version_order
from connectors.sources.health.bundle_payloads import Entry
from connectors.sources.health.bundles import entry_rejection
from connectors.sources.health.context import Run
from connectors.sources.health.record_builder import read_version
from connectors.sources.health.references import id_of_full_url
from connectors.sources.health.resources import id_of, last_updated
from connectors.sources.health.search import Page
from schemas.record import HISTORY_DELETE, Rejection, RejectionRule, SourceRecord

GONE_STATUS = "410"
"""Some servers show a deletion as a read that would fail."""


@dataclass(frozen=True)
class HistoryPage:
    """One page of a type's history."""

    tombstones: tuple[SourceRecord, ...]
    rejected: tuple[Rejection, ...]
    alive: dict[str, datetime | None]
    """Ids of resources that it shows, and when they changed."""


def read_history_page(page: Page, resource_type: str, run: Run) -> HistoryPage:
    """The deletions on one page, and what it shows to be alive."""
    tombstones: list[SourceRecord] = []
    rejected = [entry_rejection(fault, resource_type) for fault in page.faults]
    alive: dict[str, datetime | None] = {}
    for entry in page.entries:
        if _is_deletion(entry):
            try:
                tombstones.append(_tombstone(entry, resource_type, run))
            except InvalidValue as fault:
                rejected.append(fault.rejected(resource_type, None, raw_payload(entry.model_dump())).rejection)
        elif entry.resource is not None and entry.resource.get("resourceType") == resource_type:
            resource_id = id_of(entry.resource)
            if resource_id is not None:
                alive[resource_id] = last_updated(entry.resource)
    return HistoryPage(tuple(tombstones), tuple(rejected), alive)


def tombstone(resource_type: str, resource_id: str, run: Run, reason: str) -> SourceRecord:
    """A deletion that nobody told of: it was concluded now."""
    return SourceRecord(
        source=run.source,
        record_type=resource_type,
        source_id=resource_id,
        registered_at=run.observed_at,
        observed_at=run.observed_at,
        deleted=True,
        deleted_reason=reason,
        authority=run.authority,
    )


def _is_deletion(entry: Entry) -> bool:
    method = (entry.request.method or "").upper() if entry.request else ""
    status = entry.response.status or "" if entry.response else ""
    return method == "DELETE" or (entry.resource is None and status.startswith(GONE_STATUS))


def _tombstone(entry: Entry, resource_type: str, run: Run) -> SourceRecord:
    """Raises InvalidValue: the entry does not say which resource was deleted."""
    addresses = (entry.request.url if entry.request else None, entry.full_url)
    resource_id = next(filter(None, (_id_in(address, resource_type) for address in addresses)), None)
    if resource_id is None:
        rule = RejectionRule.WRONG_SHAPE if any(addresses) else RejectionRule.MISSING_FIELD
        raise InvalidValue("entry.request.url", rule, next(filter(None, addresses), None))
    etag = (entry.response.etag or "").strip().removeprefix("W/").strip('"') if entry.response else ""
    version = read_version(etag)
    registered_at = _moment(entry.response.last_modified if entry.response else None) or run.observed_at
    concluded = tombstone(resource_type, resource_id, run, HISTORY_DELETE)
    update = {"source_version": version, "version_order": version_order(version), "registered_at": registered_at}
    return SourceRecord.model_validate({**concluded.model_dump(exclude={"digest"}), **update})


def _id_in(address: str | None, resource_type: str) -> str | None:
    """The id in ``Type/id``, ``Type/id/_history/n``, or a whole address that ends so."""
    return id_of_full_url(address, resource_type)


def _moment(text: object) -> datetime | None:
    try:
        return read_instant("response.lastModified", text) if isinstance(text, str) else None
    except InvalidValue:
        return None
