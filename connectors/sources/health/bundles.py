"""What is in a bundle, each resource with its context. Nested deliveries are opened; messages go by their sending."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pydantic import ValidationError

from connectors.errors import RecordRejected
from connectors.kit import InvalidValue, first_date, raw_payload, read_instant, validation_fault
from connectors.sources.health import codes
from connectors.sources.health.bundle_payloads import Bundle, Entry, EntryFault, read_entries
from connectors.sources.health.context import (
    UNREADABLE_ACTIVITY,
    ResourceContext,
    Run,
    patients_with_links,
    resources_by_identifier,
    resources_by_key,
)
from connectors.sources.health.payloads import Provenance
from connectors.sources.health.references import id_of_full_url
from connectors.sources.health.resources import Json, id_of
from connectors.sources.health.translate import TRANSLATIONS
from schemas.record import Rejection

EARLIEST = datetime.min.replace(tzinfo=UTC)
MAX_DEPTH = 5
ResourceInContext = tuple[Json, ResourceContext]


def unpack(content: Json, run: Run) -> list[ResourceInContext | Rejection]:
    """Every resource in *content*, a bundle or a single resource, with what it may lean on; and what cannot be read."""
    return list(_unpack(content, ResourceContext(run), 0))


def in_order(resources: list[ResourceInContext]) -> list[ResourceInContext]:
    """Oldest first: by the time the sender gave, never by arrival. Without a time: last."""
    return sorted(resources, key=_stated_at)


def with_id(entry: Entry) -> Json:
    """The resource of an entry; where it has no id of its own, with the one that ``fullUrl`` gives."""
    resource = entry.resource or {}
    if resource.get("id") is not None:
        return resource
    resource_id = id_of_full_url(entry.full_url, str(resource.get("resourceType")))
    return resource if resource_id is None else {**resource, "id": resource_id}


def _stated_at(item: ResourceInContext) -> tuple[bool, datetime]:
    stated_at = item[1].stated_at
    return stated_at is None, stated_at or EARLIEST


def _unpack(content: Json, context: ResourceContext, depth: int) -> Iterator[ResourceInContext | Rejection]:
    if content.get("resourceType") != "Bundle" or depth > MAX_DEPTH:
        yield content, context
        return
    try:
        bundle = Bundle.model_validate(content)
        entries = list(read_entries(bundle))
        readable = [entry for entry in entries if isinstance(entry, Entry) and entry.resource is not None]
        inner = [(entry, with_id(entry)) for entry in readable]
        around, unreadable = _context(bundle, inner, context)
    except ValidationError as error:
        yield _rejection(validation_fault(error), content)
        return
    except InvalidValue as fault:
        yield _rejection(fault, content)
        return
    for entry in entries:
        if isinstance(entry, EntryFault):
            yield entry_rejection(entry, "Bundle")
    yield from unreadable
    for entry, resource in inner:
        yield from _unpack(resource, around.at_entry(entry.full_url), depth + 1)


def entry_rejection(error: EntryFault, resource_type: str) -> Rejection:
    """An entry that cannot be read, for quarantine."""
    resource = error.raw.get("resource") if isinstance(error.raw, dict) else None
    source_id = id_of(resource) if isinstance(resource, dict) else None
    named = resource.get("resourceType") if isinstance(resource, dict) else None
    if isinstance(named, str) and named in TRANSLATIONS:
        resource_type = named
    return error.fault.rejected(resource_type, source_id, raw_payload(error.raw)).rejection


def _rejection(fault: InvalidValue, content: Json) -> Rejection:
    rejected: RecordRejected = fault.rejected("Bundle", id_of(content), raw_payload(content))
    return rejected.rejection


def _context(
    bundle: Bundle, inner: Sequence[tuple[Entry, Json]], outer: ResourceContext
) -> tuple[ResourceContext, list[Rejection]]:
    stated_at = read_instant("timestamp", bundle.timestamp or None) or outer.stated_at
    activity = None
    unreadable: list[Rejection] = []
    if bundle.type == "message":
        provenances = []
        for _, resource in inner:
            if resource.get("resourceType") != "Provenance":
                continue
            try:
                provenances.append(_provenance(resource, stated_at))
            except (ValidationError, InvalidValue) as error:
                fault = error if isinstance(error, InvalidValue) else validation_fault(error)
                unreadable.append(fault.rejected("Provenance", id_of(resource), raw_payload(resource)).rejection)
        if provenances:
            stated_at, activity = max(provenances, key=lambda stated: (stated[0] or EARLIEST, stated[1] or ""))
        if unreadable:
            activity = UNREADABLE_ACTIVITY
    beside = resources_by_key((entry.full_url, resource) for entry, resource in inner)
    patients = (*outer.linked_patients, *patients_with_links(resource for _, resource in inner))
    identified = resources_by_identifier([resource for _, resource in inner])
    context = ResourceContext(
        outer.run,
        stated_at,
        activity,
        {**outer.beside, **beside},
        lambda: {**outer.by_identifier(), **identified()},
        patients,
    )
    return context, unreadable


def _provenance(resource: Json, otherwise: datetime | None) -> tuple[datetime | None, str | None]:
    """When a message was sent, and what it is about."""
    provenance = Provenance.model_validate({**resource, "id": resource.get("id", "-")})
    when = first_date(provenance.occurred_date_time, provenance.recorded)
    activity = codes.hospital_activity(next((coding.code for coding in provenance.activity.coding), None))
    return read_instant("Provenance.occurredDateTime", when) or otherwise, activity
