"""Where a FHIR reference leads: to our source, into the same bundle, to another server, or nowhere. Pure.

An id means something on its own server only: ``https://other.example/r4/Patient/17`` is not our Patient/17.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

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


def parse_reference(text: str | None, bases: frozenset[str], relative_to: str | None = None) -> Target:
    """Where *text* leads.

    Args:
        text: the reference.
        bases: addresses (see ``normalise_base``) under which the source's own resources lie.
        relative_to: the one of the bases that a relative reference begins at; None: any of them.
    """
    text = (text or "").strip()
    parse = _parsed if len(text) <= _USUAL_LENGTH else _parse
    return parse(text, bases, relative_to)


def _parse(text: str, bases: frozenset[str], relative_to: str | None) -> Target:
    if text.startswith("#"):
        return Target(TargetKind.CONTAINED, text)
    if text.lower().startswith("urn:"):
        return Target(TargetKind.BUNDLED, text.lower())
    text = text.partition("#")[0]
    if "?" in text:
        return _conditional(text, bases)
    if "://" in text or text.startswith("//"):
        return _absolute(text, bases)
    return _relative(text, bases if relative_to is None else {relative_to})


_parsed = lru_cache(4096)(_parse)
"""The same, remembered: many resources of a page refer to the same unit, worker or citizen."""


def _absolute(text: str, bases: AbstractSet[str]) -> Target:
    located = _locate(text)
    if located is not None and located.base in bases:
        return _local(located.resource_type, located.resource_id)
    address = text.partition(_VERSION)[0].rstrip("/")
    return Target(TargetKind.FOREIGN, address, address.rpartition("/")[0].rpartition("/")[2])


def _relative(text: str, bases: AbstractSet[str]) -> Target:
    """``Patient/17``; and ``./Patient/17``, ``../r4/Patient/17``, ``/r4/Patient/17`` as a web client follows them."""
    path = text.partition(_VERSION)[0]
    is_plain = not path.startswith(("/", ".", "%"))
    if is_plain or not bases:
        segments = _segments(path.removeprefix("./"))
        named = None if segments is None or path.startswith("/") else _resource(segments)
        return UNREADABLE if named is None or named[0] else _local(*named[1:])
    foreign = UNREADABLE
    for base in bases:
        host, _, base_path = base.partition("/")
        located = _locate(f"https://{host}{path}" if path.startswith("/") else f"https://{host}/{base_path}/{path}")
        if located is not None and located.base == base:
            return _local(located.resource_type, located.resource_id)
        if located is not None:
            foreign = Target(TargetKind.FOREIGN, path, located.resource_type)
    return foreign


@dataclass(frozen=True)
class _Location:
    """A resource on a server."""

    base: str
    resource_type: str
    resource_id: str


def _locate(address: str) -> _Location | None:
    """The resource that an absolute address names, with or without a version; None when it names none."""
    address = address.partition("#")[0].partition(_VERSION)[0]
    parts = _split(address)
    named = None if parts is None else _resource(parts[1])
    return None if parts is None or named is None else _Location("/".join((parts[0], *named[0])), *named[1:])


def _resource(segments: Sequence[str]) -> tuple[tuple[str, ...], str, str] | None:
    """What comes before, type and id."""
    *before, resource_type, resource_id = ("", "", *segments)
    if ID.fullmatch(resource_id) is None or _TYPE.fullmatch(resource_type) is None:
        return None
    return tuple(before[2:]), resource_type, resource_id


def _split(url: str) -> tuple[str, tuple[str, ...]] | None:
    """Host with port, and the segments of the path; None when it is no address of a web server."""
    try:
        parts = urlsplit(url, scheme="https")
        port = parts.port
    except ValueError:
        return None
    segments = _segments(parts.path)
    if not parts.hostname or parts.scheme not in _DEFAULT_PORTS or segments is None:
        return None
    port_text = "" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}"
    return f"{parts.hostname.lower().rstrip('.')}{port_text}", segments


def _segments(path: str) -> tuple[str, ...] | None:
    """The path as it is compared: percent signs read once, dots followed, empty segments left out.

    None when a segment holds what would be a path of its own, or the dots lead above the root. The last segment is
    taken as it stands: an id may consist of dots.
    """
    segments: list[str] = []
    *written, last = map(unquote, path.rstrip("/").split("/"))
    for segment in written:
        if "/" in segment or "\\" in segment:
            return None
        if segment == "..":
            if not segments:
                return None
            segments.pop()
        elif segment not in {"", "."}:
            segments.append(segment)
    if "/" in last or "\\" in last:
        return None
    return (*segments, last) if last else tuple(segments)


def base_of(full_url: str | None) -> str | None:
    """The server of an entry's ``fullUrl``; None when it is no address of a resource on a server."""
    located = _locate(full_url) if full_url and "://" in full_url else None
    return None if located is None else located.base


def normalise_base(url: str) -> str | None:
    """An address as it is compared: host, port and path. Whether TLS ends before the server makes no other server."""
    parts = _split(url)
    return None if parts is None else "/".join((parts[0], *parts[1]))


def id_of_full_url(full_url: str | None, resource_type: str) -> str | None:
    """The id that an entry's ``fullUrl`` gives a resource that has none itself."""
    if not full_url:
        return None
    if full_url.lower().startswith("urn:uuid:"):
        resource_id = full_url[len("urn:uuid:") :].lower()
        return resource_id if ID.fullmatch(resource_id) else None
    segments = _segments(full_url.partition("#")[0].partition(_VERSION)[0])
    named = None if segments is None else _resource(segments)
    return named[2] if named is not None and named[1] == resource_type else None


def _local(resource_type: str, resource_id: str) -> Target:
    return Target(TargetKind.LOCAL, f"{resource_type}/{resource_id}", resource_type, resource_id)


def _conditional(text: str, bases: AbstractSet[str]) -> Target:
    address, _, query = text.partition("?")
    base, _, resource_type = address.rstrip("/").rpartition("/")
    if _TYPE.fullmatch(resource_type) is None:
        return UNREADABLE
    if base and normalise_base(base) not in bases:
        return Target(TargetKind.FOREIGN, text, resource_type)
    values = parse_qs(query, max_num_fields=20).get("identifier", []) if query.count("&") < 20 else []  # noqa: PLR2004  as above
    if len(values) != 1:
        return UNREADABLE
    system, bar, value = values[0].rpartition("|")
    identifier = LogicalId(system=system if bar else None, value=value)
    return Target(TargetKind.CONDITIONAL, "", resource_type, "", identifier)
