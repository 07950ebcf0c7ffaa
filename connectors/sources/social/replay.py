"""One rejected case tried again, as it was stored. What hangs on a case is read with it, by a run."""

from collections.abc import Mapping

from connectors.base import Batch, RejectedPayload
from connectors.errors import RecordRejected
from connectors.kit import payload_json
from connectors.sources.social.payloads import Sag, Ydelse
from connectors.sources.social.scalars import read_id
from connectors.sources.social.translate import Scope, translate_sag, translate_ydelse
from connectors.sources.social.values import attempt
from schemas.record import SourceRecord


def replay_item(payload: RejectedPayload, scope: Scope) -> Batch | None:
    """A case with people and parties, or an effort that belongs to no case. None: it needs what stands around it."""
    item = payload_json(payload.raw)
    if not isinstance(item, dict) or any("nextLink" in name for name in item):
        return None
    if payload.record_type in {"Sag", "Sag.person", "Sag.part"}:
        return _batch(_case(scope, item))
    if payload.record_type == "Ydelse" and item.get("sagId") is None:
        return _batch([_effort(scope, item)])
    return None


def _case(scope: Scope, item: Mapping[str, object]) -> list[SourceRecord | RecordRejected]:
    sag = attempt("Sag", _source_id(scope, item), lambda: Sag.model_validate(item))
    return [sag] if isinstance(sag, RecordRejected) else list(translate_sag(scope, sag))


def _effort(scope: Scope, item: Mapping[str, object]) -> SourceRecord | RecordRejected:
    source_id = _source_id(scope, item)
    ydelse = attempt("Ydelse", source_id, lambda: Ydelse.model_validate(item))
    if isinstance(ydelse, RecordRejected):
        return ydelse
    return attempt("Ydelse", source_id, lambda: translate_ydelse(scope, ydelse, None))


def _source_id(scope: Scope, item: Mapping[str, object]) -> str | None:
    key = read_id(item.get("id"))
    return None if key is None else scope.id(key)


def _batch(results: list[SourceRecord | RecordRejected]) -> Batch:
    return Batch(
        records=tuple(result for result in results if isinstance(result, SourceRecord)),
        rejected=tuple(result.rejection for result in results if isinstance(result, RecordRejected)),
    )
