"""Where a FHIR reference leads: to our source, into the same bundle, to another server, or nowhere. Pure.

An id means something on its own server only: ``https://other.example/r4/Patient/17`` is not our Patient/17.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from connectors.sources.health.payloads import LogicalId

ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
"""FHIR R4 datatype ``id``."""
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,60}")
_VERSION = "/_history/"
_DEFAULT_PORTS = {"https": 443, "http": 80}


class TargetKind(StrEnum):
    """What sort of place a reference leads to."""

    LOCAL = "local"
    """A resource of the source itself."""
    CONTAINED = "contained"
    """A resource inside the one that refers to it."""
    BUNDLED = "bundled"
    """A resource that only the bundle can show (``urn:uuid:…``)."""
    FOREIGN = "foreign"
    """A resource of another server."""
    CONDITIONAL = "conditional"
    """Whoever carries an identifier (``Patient?identifier=…``)."""
    UNREADABLE = "unreadable"
    """No reference that can be followed."""


@dataclass(frozen=True)
class Target:
    """Where a reference leads. ``key`` finds the resource among those that came with it."""

    kind: TargetKind
    key: str = ""
    resource_type: str = ""
    resource_id: str = ""
    identifier: LogicalId | None = None

    @property
    def is_patient(self) -> bool:
        """Whether it is a Patient of the source itself."""
        return self.kind is TargetKind.LOCAL and self.resource_type == "Patient"


UNREADABLE = Target(TargetKind.UNREADABLE)
_USUAL_LENGTH = 200
"""Longer references are not remembered, so that what is kept stays small."""


def parse_reference(text: str | None, bases: frozenset[str]) -> Target:
    """Where *text* leads, when addresses under *bases* (see ``base_of``) are the source's own."""
    text = (text or "").strip()
    return _parsed(text, bases) if len(text) <= _USUAL_LENGTH else _parse(text, bases)


def _parse(text: str, bases: frozenset[str]) -> Target:
    if text.startswith("#"):
        return Target(TargetKind.CONTAINED, text)
    if text.lower().startswith("urn:"):
        return Target(TargetKind.BUNDLED, text.lower())
    return _conditional(text, bases) if "?" in text else _literal(text, bases)


_parsed = lru_cache(4096)(_parse)
"""The same, remembered: many resources of a page refer to the same unit, worker or citizen."""


def _literal(text: str, bases: frozenset[str]) -> Target:
    address = text.partition(_VERSION)[0].rstrip("/")
    before, _, resource_id = address.rpartition("/")
    base, _, resource_type = before.rpartition("/")
    is_resource = ID.fullmatch(resource_id) is not None and _TYPE.fullmatch(resource_type) is not None
    if "://" in address:
        if is_resource and normalise_base(base) in bases:
            return _local(resource_type, resource_id)
        return Target(TargetKind.FOREIGN, address, resource_type)
    return _local(resource_type, resource_id) if is_resource and not base else UNREADABLE


def base_of(full_url: str | None) -> str | None:
    """The server of an entry's ``fullUrl``; None when it is no address of a resource on a server."""
    if not full_url or "://" not in full_url:
        return None
    before, _, resource_id = full_url.partition(_VERSION)[0].rstrip("/").rpartition("/")
    base, _, resource_type = before.rpartition("/")
    return normalise_base(base) if ID.fullmatch(resource_id) and _TYPE.fullmatch(resource_type) else None


def normalise_base(url: str) -> str | None:
    """An address as it is compared: host, port and path. Whether TLS ends before the server makes no other server."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    shown = "" if port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f":{port}"
    return f"{parts.hostname.lower()}{shown}{parts.path.rstrip('/')}"


def id_of_full_url(full_url: str | None, resource_type: str) -> str | None:
    """The id that an entry's ``fullUrl`` gives a resource that has none itself."""
    if not full_url:
        return None
    if full_url.lower().startswith("urn:uuid:"):
        resource_id = full_url[len("urn:uuid:") :].lower()
        return resource_id if ID.fullmatch(resource_id) else None
    address = full_url.partition(_VERSION)[0].rstrip("/")
    before, _, resource_id = address.rpartition("/")
    is_of_type = before.rpartition("/")[2] == resource_type
    return resource_id if is_of_type and ID.fullmatch(resource_id) else None


def _local(resource_type: str, resource_id: str) -> Target:
    return Target(TargetKind.LOCAL, f"{resource_type}/{resource_id}", resource_type, resource_id)


def _conditional(text: str, bases: frozenset[str]) -> Target:
    address, _, query = text.partition("?")
    base, _, resource_type = address.rstrip("/").rpartition("/")
    if _TYPE.fullmatch(resource_type) is None:
        return UNREADABLE
    if base and normalise_base(base) not in bases:
        return Target(TargetKind.FOREIGN, text, resource_type)
    values = parse_qs(query, max_num_fields=20).get("identifier", []) if query.count("&") < 20 else []  # noqa: PLR2004
    if len(values) != 1:
        return UNREADABLE
    system, bar, value = values[0].rpartition("|")
    identifier = LogicalId(system=system if bar else None, value=value)
    return Target(TargetKind.CONDITIONAL, "", resource_type, "", identifier)
