"""One rejected resource tried again: as it was stored, and where that is not enough as the interface shows it now."""

from connectors.base import Batch, RejectedPayload
from connectors.errors import RecordRejected
from connectors.kit import payload_json
from connectors.sources.health.context import ResourceContext, Run
from connectors.sources.health.lookup import read_by_id
from connectors.sources.health.resources import Json
from connectors.sources.health.translate import TRANSLATIONS, translate
from connectors.transports.http import HttpTransport


def replay_resource(payload: RejectedPayload, run: Run, transport: HttpTransport) -> Batch | None:
    """What becomes of it today. None: nothing of it is stored, and the interface does not show it.

    Raises:
        SourceUnavailable: the interface does not answer.
    """
    stored = _resource(payload_json(payload.raw))
    batch = _batch(stored, run) if stored is not None else None
    if batch is not None and not batch.rejected:
        return batch
    if payload.source_id is None or payload.record_type not in TRANSLATIONS:
        return batch
    resource = read_by_id(transport, payload.record_type, payload.source_id).resource
    return batch if resource is None else _batch(resource, run)


def _resource(stored: object) -> Json | None:
    """The resource in a stored payload, which may be the entry of a bundle; a whole bundle is no single resource."""
    if not isinstance(stored, dict):
        return None
    resource = stored.get("resource", stored)
    if not isinstance(resource, dict) or resource.get("resourceType") == "Bundle":
        return None
    return resource


def _batch(resource: Json, run: Run) -> Batch:
    try:
        outcome = translate(resource, ResourceContext(run))
    except RecordRejected as rejected:
        return Batch(rejected=(rejected.rejection,))
    if outcome.record is None:
        return Batch(skipped={f"{outcome.resource_type}: {outcome.rule}": 1})
    return Batch(records=(outcome.record,))
