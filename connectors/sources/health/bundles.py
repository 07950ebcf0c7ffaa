"""What is in a bundle, each resource with its setting. Nested deliveries are opened; messages go by their sending."""

from collections.abc import Iterator
from datetime import UTC, datetime

from pydantic import ValidationError

from connectors.kit import InvalidValue, read_instant, validation_fault
from connectors.sources.health.context import Json, ResourceContext, Run
from connectors.sources.health.payloads import Bundle, Provenance

EARLIEST = datetime.min.replace(tzinfo=UTC)
MAX_DEPTH = 5
Found = tuple[Json, ResourceContext]


def unpack(content: Json, run: Run) -> list[Found]:
    """Every resource in *content*, a bundle or a single resource, with what it may lean on.

    Raises:
        RecordRejected: it is a bundle that cannot be read.
    """
    return list(_unpack(content, ResourceContext(run), 0))


def in_order(found: list[Found]) -> list[Found]:
    """Oldest statement first: by the time the sender gave it, never by arrival. Without a time: last."""
    return sorted(found, key=_stated)


def _stated(found: Found) -> tuple[bool, datetime]:
    stated = found[1].stated_at
    return stated is None, stated or EARLIEST


def _unpack(content: Json, setting: ResourceContext, depth: int) -> Iterator[Found]:
    if content.get("resourceType") != "Bundle" or depth > MAX_DEPTH:
        yield content, setting
        return
    try:
        bundle = Bundle.model_validate(content)
        inner = [entry.resource for entry in bundle.entry if entry.resource is not None]
        around = _setting(bundle, inner, setting)
    except ValidationError as error:
        raise validation_fault(error).rejected("Bundle", _id(content)) from None
    except InvalidValue as fault:
        raise fault.rejected("Bundle", _id(content)) from None
    for resource in inner:
        yield from _unpack(resource, around, depth + 1)


def _setting(bundle: Bundle, inner: list[dict[str, object]], outer: ResourceContext) -> ResourceContext:
    stated = read_instant("timestamp", bundle.timestamp or None) or outer.stated_at
    activity = None
    if bundle.type == "message":
        told = [_provenance(one, stated) for one in inner if one.get("resourceType") == "Provenance"]
        if told:
            stated, activity = max(told, key=lambda one: (one[0] or EARLIEST, one[1] or ""))
    beside = {f"{one.get('resourceType')}/{one.get('id')}": one for one in inner}
    return ResourceContext(outer.run, stated, activity, {**outer.beside, **beside})


def _provenance(resource: Json, otherwise: datetime | None) -> tuple[datetime | None, str | None]:
    told = Provenance.model_validate(resource)
    when = told.occurred_date_time or told.recorded
    activity = next((coding.code for coding in told.activity.coding), None)
    return read_instant("Provenance.occurredDateTime", when or None) or otherwise, activity


def _id(content: Json) -> str | None:
    found = content.get("id")
    return found if isinstance(found, str) and found else None
