"""What a resource may lean on: its bundle's time and neighbours, and the run it is read in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from connectors.kit import InvalidValue, clean_line
from connectors.sources.health.codes import (
    CPR_SYSTEM,
    LOCAL_REPLACEMENT_SYSTEM,
    REPLACEMENT_SYSTEM,
)
from connectors.sources.health.payloads import HumanName, LogicalId, Named, Patient, Reference
from schemas.facts import Responsible, Unit, Worker
from schemas.identifiers import Identifier, IdentifierKind
from schemas.record import Party, PartyRole, RejectionRule

Json = Mapping[str, object]
ORGANISATION_SYSTEMS = ("urn:helhed:unit", "urn:oid:1.2.208.176.1.1")
"""Preferred ids of a unit: the municipality's own, then SOR."""
UNIT_TYPES = frozenset({"Organization", "CareTeam", "Location"})
MAX_HOPS = 4


@dataclass(frozen=True)
class Run:
    """What all records of one reading have in common."""

    source: str
    observed_at: datetime
    authority: str | None = None
    link_template: str | None = None
    """Deep link with ``{type}`` and ``{id}``."""

    def local(self, resource_type: str, resource_id: str) -> Identifier:
        """The health system's own id of a person."""
        return Identifier.local(f"{self.source}:{resource_type}", resource_id)


@dataclass(frozen=True)
class ResourceContext:
    """Where a resource was found: time and activity of the bundle, and the resources beside it by ``Type/id``."""

    run: Run
    stated_at: datetime | None = None
    """When the bundle was made or its message sent."""
    activity: str | None = None
    """Provenance.activity of a MedCom message."""
    beside: Mapping[str, Json] = field(default_factory=dict, repr=False)

    def inside(self, resource: Json) -> "ResourceContext":
        """The same, with what the resource itself contains under ``#id``."""
        contained = resource.get("contained")
        if not isinstance(contained, list):
            return self
        own = {f"#{one['id']}": one for one in contained if isinstance(one, dict) and isinstance(one.get("id"), str)}
        return ResourceContext(self.run, self.stated_at, self.activity, {**self.beside, **own})

    def found(self, reference: Reference | None) -> Json | None:
        """The resource a reference means, if it is here."""
        return self.beside.get(key_of(reference.reference) or "") if reference else None

    def patient(self, reference: Reference | None, field_name: str) -> Party:
        """The citizen a record is about: by national number where the bundle gives one, and by local id.

        Raises:
            InvalidValue: there is no reference to a patient.
        """
        identifiers = []
        found = self.found(reference)
        if found is not None and found.get("resourceType") == "Patient":
            try:
                patient = Patient.model_validate(found)
                identifiers += national_identifiers(patient.identifier)[0]
            except (ValidationError, InvalidValue):
                pass  # the Patient itself is rejected with the reason; the local id still holds
        if reference is not None and reference.identifier is not None:
            identifiers += national_identifiers((reference.identifier,))[0]
        key = key_of(reference.reference) if reference else None
        if key is not None and key.startswith("Patient/"):
            identifiers.append(self.run.local(*key.split("/", 1)))
        if not identifiers:
            raise InvalidValue(field_name, RejectionRule.MISSING_FIELD)
        return Party(role=PartyRole.PRIMARY, identifiers=unique(identifiers))

    def responsible(self, *references: Reference) -> Responsible | None:
        """Unit and worker that the references lead to, the first of each."""
        unit: Unit | None = None
        worker: Worker | None = None
        for reference in references:
            got_unit, got_worker = self._follow(reference, MAX_HOPS)
            unit, worker = unit or got_unit, worker or got_worker
        return Responsible(unit=unit, worker=worker) if unit or worker else None

    def _follow(self, reference: Reference, hops: int) -> tuple[Unit | None, Worker | None]:
        found = self.found(reference)
        key = key_of(reference.reference)
        if found is None or hops == 0:
            is_person = key is not None and key.startswith(("Practitioner", "Patient", "RelatedPerson"))
            return (None if is_person else self._unit_by_name(reference, key)), None
        try:
            named = Named.model_validate(found)
        except ValidationError:
            return None, None
        phone = next((one.value for one in named.telecom if one.system == "phone"), None)
        if named.resource_type in UNIT_TYPES:
            return self._unit(named, phone), None
        if named.resource_type == "Practitioner":
            return None, _worker(person_name(named.name) if isinstance(named.name, tuple) else None, phone)
        if named.resource_type == "PractitionerRole":
            worker = None
            if named.practitioner is not None:
                _, worker = self._follow(named.practitioner, hops - 1)
                worker = worker or _worker(named.practitioner.display, phone)
            unit = self._follow(named.organization, hops - 1)[0] if named.organization else None
            return unit, worker.model_copy(update={"phone": worker.phone or phone}) if worker else None
        return None, None

    def _unit(self, named: Named, phone: str | None) -> Unit | None:
        name = clean_line("name", named.name if isinstance(named.name, str) else None, longest=200)[0]
        if name is None:
            return None
        own = {one.system: one.value for one in named.identifier}
        unit_id = next((own[system] for system in ORGANISATION_SYSTEMS if own.get(system)), None) or named.id
        return Unit(id=f"{self.run.source}:{unit_id}", name=name, phone=phone)

    def _unit_by_name(self, reference: Reference, key: str | None) -> Unit | None:
        name = clean_line("display", reference.display, longest=200)[0]
        if name is None:
            return None
        value = reference.identifier.value if reference.identifier else None
        own_id = key.partition("/")[2] if key and "/" in key else None
        return Unit(id=f"{self.run.source}:{value or own_id or name}", name=name)


def key_of(reference: str | None) -> str | None:
    """``Type/id`` of a reference, whatever server and version stand around it; ``#id`` for something contained."""
    if not reference:
        return None
    if reference.startswith("#"):
        return reference
    parts = reference.partition("/_history/")[0].rstrip("/").rsplit("/", 2)
    return "/".join(parts[-2:]) if len(parts) > 1 else None


def national_identifiers(given: tuple[LogicalId, ...]) -> tuple[list[Identifier], list[Identifier]]:
    """National numbers among business identifiers: those that hold, and those marked as old.

    Raises:
        InvalidValue: a number under the system of national numbers is not shaped like one.
    """
    current: list[Identifier] = []
    old: list[Identifier] = []
    for one in given:
        identifier = _national(one)
        if identifier is not None:
            (old if one.use == "old" else current).append(identifier)
    return current, old


def _national(one: LogicalId) -> Identifier | None:
    system = one.system or ""
    if not one.value or not (system == CPR_SYSTEM or system.startswith(REPLACEMENT_SYSTEM)):
        return None
    try:
        identifier = Identifier.national(one.value)
    except ValueError:
        raise InvalidValue("identifier.value", RejectionRule.BAD_IDENTIFIER, one.value) from None
    if system.startswith(LOCAL_REPLACEMENT_SYSTEM):
        return Identifier(kind=IdentifierKind.ADMIN_ECPR, namespace=system, value=identifier.value)
    return identifier


def person_name(names: tuple[HumanName, ...]) -> str | None:
    """A name in one line."""
    given, family = name_parts(names)
    return " ".join(part for part in (given, family) if part) or None


def name_parts(names: tuple[HumanName, ...]) -> tuple[str | None, str | None]:
    """Given and family name of the official name, else of the first that is not a nickname or an old one."""
    ranked = sorted(names, key=lambda name: {"official": 0, "nickname": 2, "old": 3}.get(name.use or "", 1))
    for name in ranked:
        given = clean_line("name.given", " ".join(part for part in name.given if part), longest=200)[0]
        family = clean_line("name.family", name.family, longest=200)[0]
        if given or family:
            return given, family
        if name.text:
            return clean_line("name.text", name.text, longest=200)[0], None
    return None, None


def unique(identifiers: list[Identifier]) -> tuple[Identifier, ...]:
    """The same without repetition, order kept."""
    return tuple({(one.namespace, one.value): one for one in identifiers}.values())


def _worker(name: str | None, phone: str | None) -> Worker | None:
    line = clean_line("name", name, longest=200)[0]
    return Worker(name=line, phone=phone) if line else None
