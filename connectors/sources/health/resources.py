"""What can be said of a resource before it is validated: id, version, time. Pure."""

from collections.abc import Mapping
from datetime import datetime

from connectors.kit import InvalidValue, read_instant
from connectors.sources.health.references import ID

Json = Mapping[str, object]


def id_of(resource: Json) -> str | None:
    """The id, if it is one: what is no FHIR id may be anything, and is not repeated."""
    value = resource.get("id")
    text = str(value) if isinstance(value, str) or _is_small_number(value) else ""
    return text if ID.fullmatch(text) else None


def version_of(resource: Json) -> str | None:
    """The version, as text."""
    value = _meta(resource).get("versionId")
    return str(value) if isinstance(value, str) or _is_small_number(value) else None


def last_updated(resource: Json) -> datetime | None:
    """When the resource changed; None when it does not say or cannot be read."""
    text = _meta(resource).get("lastUpdated")
    try:
        return read_instant("meta.lastUpdated", text) if isinstance(text, str) else None
    except InvalidValue:
        return None


def _meta(resource: Json) -> Json:
    meta = resource.get("meta")
    return meta if isinstance(meta, dict) else {}


def _is_small_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18
