"""Units and workers behind references: by name, by SOR number, by whom to call there. Pure but for look-ups."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Protocol

from pydantic import ValidationError

from connectors.kit import clean_line
from connectors.sources.health.identifiers import person_name
from connectors.sources.health.payloads import LogicalId, Named, Reference, Telecom
from connectors.sources.health.references import Target
from connectors.sources.health.resources import Json
from schemas.codes import lookup
from schemas.people import Unit, Worker

UNIT_TYPES = frozenset({"Organization", "CareTeam", "Location"})
WORKER_TYPES = frozenset({"Practitioner", "PractitionerRole"})
SOR_SYSTEMS = frozenset({"urn:oid:1.2.208.176.1.1", "urn:oid:1.2.208.176.1"})
"""The register of health organisations; the shorter one is its root, which some senders write."""
OWN_SYSTEM = "urn:helhed:unit"
"""The municipality's own id of a unit, as an integration partner may send it; preferred."""
MAX_HOPS = 4
NAMELESS = "Enhed uden navn"
MUNICIPALITY = "Kommunen"
"""What a unit is called that no source names; its number stands behind."""
_SOR = re.compile(r"\d{11,18}")
Names = tuple[Unit | None, Worker | None]


class Surroundings(Protocol):
    """What a reference is followed in (``ResourceContext``)."""

    @property
    def beside(self) -> Mapping[str, Json]:
        """Resources that came with this one."""

    @property
    def source(self) -> str:
        """Name of the source."""

    def target(self, reference: Reference | None) -> Target:
        """Where a reference leads."""

    def find(self, reference: Reference | None, *, look_up: bool = False) -> Json | None:
        """The resource that a reference means."""


def named_by(reference: Reference, context: Surroundings, hops: int = MAX_HOPS) -> Names:
    """Unit and worker that the reference leads to."""
    target = context.target(reference)
    can_have_a_name = target.resource_type in UNIT_TYPES | WORKER_TYPES
    resource = context.find(reference, look_up=can_have_a_name) if hops else None
    named = _named(resource)
    if named is None:
        return _by_display(reference, target, context)
    phone = _phone(named.telecom)
    if named.resource_type == "Organization":
        unit, worker = _organisation(named, phone, context)
        return unit or _by_display(reference, target, context)[0], worker
    if named.resource_type in UNIT_TYPES:
        return _group(named, phone, context, hops, reference, target)
    if named.resource_type == "Practitioner":
        worker = _worker(person_name(named.name) if isinstance(named.name, tuple) else None, phone)
        return None, worker or _worker(reference.display, phone)
    return _role(named, phone, context, hops) if named.resource_type == "PractitionerRole" else (None, None)


def managing_unit(reference: Reference | None, context: Surroundings) -> Unit | None:
    """The municipality that manages a citizen: named as any unit, else called what it is."""
    if reference is None:
        return None
    unit = named_by(reference, context)[0]
    if unit is not None and not unit.name.startswith(NAMELESS):
        return unit
    if unit is None and (reference.identifier is None or not reference.identifier.value):
        return None
    number = unit.id.rpartition(":")[2] if unit else None
    name = f"{MUNICIPALITY} (SOR {number})" if number else MUNICIPALITY
    value = number or (reference.identifier.value if reference.identifier else None) or "-"
    return Unit(id=unit_id(context.source, value), name=name)


def unit_id(source: str, text: str) -> str:
    """Stable id of a unit, scoped by source."""
    return f"{source}:{clean_line('id', text, longest=200)[0] or '-'}"


def _named(resource: Json | None) -> Named | None:
    if resource is None:
        return None
    try:
        return Named.model_validate(resource)
    except ValidationError:
        return None


def _organisation(named: Named, phone: str | None, context: Surroundings) -> Names:
    person = next((contact for contact in named.contact if contact.name is not None), None)
    worker = None
    if person is not None and person.name is not None:
        worker = _worker(person_name((person.name,)), _phone(person.telecom))
    name = clean_line("name", named.name if isinstance(named.name, str) else None, longest=200)[0]
    if name is None:
        return _by_number(named.identifier, phone, context), worker
    return Unit(id=unit_id(context.source, _preferred_id(named)), name=name, phone=phone), worker


def _group(
    named: Named, phone: str | None, context: Surroundings, hops: int, reference: Reference, target: Target
) -> Names:
    """A team or a place: by its own name, else by the organisation it belongs to."""
    name = clean_line("name", named.name if isinstance(named.name, str) else None, longest=200)[0]
    if name is not None:
        return Unit(id=unit_id(context.source, _preferred_id(named)), name=name, phone=phone), None
    managing = named.managing_organization
    owners = managing if isinstance(managing, tuple) else (managing,) if managing else ()
    unit = next((unit for owner in owners if (unit := named_by(owner, context, hops - 1)[0])), None)
    return unit or _by_display(reference, target, context)[0], None


def _role(named: Named, phone: str | None, context: Surroundings, hops: int) -> Names:
    worker: Worker | None = None
    if named.practitioner is not None:
        _, worker = named_by(named.practitioner, context, hops - 1)
        worker = worker or _worker(named.practitioner.display, phone)
    unit = named_by(named.organization, context, hops - 1)[0] if named.organization else None
    return unit, worker.model_copy(update={"phone": worker.phone or phone}) if worker else None


def _preferred_id(named: Named) -> str:
    values = {identifier.system: identifier.value for identifier in named.identifier}
    return values.get(OWN_SYSTEM) or next(_sor_numbers(named.identifier), None) or named.id


def _by_display(reference: Reference, target: Target, context: Surroundings) -> Names:
    if target.resource_type in WORKER_TYPES:
        return None, _worker(reference.display, None)
    if target.resource_type in {"Patient", "RelatedPerson"}:
        return None, None
    business_id = target.identifier or reference.identifier
    name = clean_line("display", reference.display, longest=200)[0]
    if name is None:
        return _by_number([business_id] if business_id else [], None, context), None
    value = business_id.value if business_id else None
    return Unit(id=unit_id(context.source, value or target.resource_id or name), name=name), None


def _by_number(business_ids: Iterable[LogicalId], phone: str | None, context: Surroundings) -> Unit | None:
    """A unit without a name, by its SOR number: as another resource names it, else our list, else the number itself."""
    number = next(_sor_numbers(business_ids), None)
    if number is None:
        return None
    row = lookup("sor_units", number, date.max)
    name = _named_beside(number, context) or (row.danish if row else f"{NAMELESS} (SOR {number})")
    return Unit(id=unit_id(context.source, number), name=name, phone=phone)


def _named_beside(number: str, context: Surroundings) -> str | None:
    for resource in context.beside.values():
        if resource.get("resourceType") != "Organization" or not isinstance(resource.get("name"), str):
            continue
        named = _named(resource)
        if named is not None and isinstance(named.name, str) and number in _sor_numbers(named.identifier):
            return clean_line("name", named.name, longest=200)[0]
    return None


def _sor_numbers(business_ids: Iterable[LogicalId]) -> Iterator[str]:
    for business_id in business_ids:
        if business_id.system in SOR_SYSTEMS and business_id.value and _SOR.fullmatch(business_id.value):
            yield business_id.value


def _phone(telecoms: Iterable[Telecom]) -> str | None:
    return clean_line("telecom", next((each.value for each in telecoms if each.system == "phone"), None), longest=60)[0]


def _worker(name: str | None, phone: str | None) -> Worker | None:
    line = clean_line("name", name, longest=200)[0]
    return Worker(name=line, phone=phone) if line else None
