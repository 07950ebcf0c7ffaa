"""One resource by its id: the names behind references, and whether what a list lacks is really gone."""

from dataclasses import dataclass
from enum import StrEnum

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.sources.health.resources import Json, id_of
from connectors.sources.health.units import UNIT_TYPES, WORKER_TYPES
from connectors.transports.http import HttpTransport

LOOKED_UP = UNIT_TYPES | WORKER_TYPES | {"Patient", "CarePlan", "Encounter"}
MAX_LOOKUPS = 2_000
"""Resources that one run looks up for names; what is beyond that is shown by the words of the reference."""
GONE = frozenset({404, 410})


class Presence(StrEnum):
    """What a read of an id says."""

    ALIVE = "alive"
    GONE = "gone"
    UNKNOWN = "unknown"
    """No right, no answer, or another answer than was asked for: no statement."""


@dataclass(frozen=True)
class ReadResult:
    """One read of an id; with the resource when it is alive."""

    presence: Presence
    resource: Json | None = None


def read_by_id(transport: HttpTransport, resource_type: str, resource_id: str) -> ReadResult:
    """What the source says of one id.

    Raises:
        SourceUnavailable: it does not answer now.
    """
    try:
        answer = transport.get_json(f"{resource_type}/{resource_id}")
    except SourceRefused:
        return ReadResult(Presence.UNKNOWN)
    if answer.status in GONE:
        return ReadResult(Presence.GONE)
    resource = answer.body
    is_resource = isinstance(resource, dict) and resource.get("resourceType") == resource_type
    if is_resource and id_of(resource) == resource_id:
        return ReadResult(Presence.ALIVE, resource)
    return ReadResult(Presence.UNKNOWN)


class NameLookup:
    """Reads what references of one run lead to, each once, up to a limit."""

    def __init__(self, transport: HttpTransport) -> None:
        self._transport = transport
        self._resources: dict[tuple[str, str], Json | None] = {}
        self._failed_types: set[str] = set()

    def __call__(self, resource_type: str, resource_id: str) -> Json | None:
        """The resource, or None where the source does not give it."""
        key = (resource_type, resource_id)
        if key in self._resources:
            return self._resources[key]
        if resource_type not in LOOKED_UP or resource_type in self._failed_types or self._is_full:
            return None
        try:
            resource = read_by_id(self._transport, resource_type, resource_id).resource
        except SourceUnavailable:
            self._failed_types.add(resource_type)
            return None
        self._resources[key] = resource
        return resource

    @property
    def _is_full(self) -> bool:
        return len(self._resources) >= MAX_LOOKUPS
