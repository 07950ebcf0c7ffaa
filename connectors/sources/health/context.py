"""What a resource may lean on: its bundle's time and the resources beside it, and the run it is read in."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from itertools import product

from pydantic import ValidationError

from connectors.kit import InvalidValue
from connectors.sources.health.identifiers import national_identifiers, unique
from connectors.sources.health.payloads import Patient, Reference
from connectors.sources.health.references import Target, TargetKind, base_of, parse_reference
from connectors.sources.health.resources import Json
from connectors.sources.health.units import named_by
from schemas.identifiers import Identifier
from schemas.people import Responsible, Unit, Worker
from schemas.record import Party, PartyRole, RejectionRule

UNREADABLE_ACTIVITY = "unreadable"
"""Activity of a message whose Provenance cannot be read: nobody knows what it says of a stay."""
LONGEST_VALUE = 120
"""Of an identifier; a longer one is known by its digest."""


def _finds_nothing(resource_type: str, resource_id: str) -> Json | None:  # noqa: ARG001  the shape of a look-up
    return None


@dataclass(frozen=True)
class Run:
    """What all records of one reading have in common."""

    source: str
    observed_at: datetime
    authority: str | None = None
    link_template: str | None = None
    """Deep link with ``{type}`` and ``{id}``."""
    bases: frozenset[str] = frozenset()
    """Addresses of the source itself, as ``base_of`` writes them."""
    look_up: Callable[[str, str], Json | None] = field(default=_finds_nothing, repr=False)
    """Reads one resource by type and id that did not come with the one that refers to it."""

    def local(self, resource_type: str, resource_id: str) -> Identifier:
        """The health system's own id of a person."""
        return Identifier.local(f"{self.source}:{resource_type}", resource_id)

    def elsewhere(self, text: str) -> Identifier:
        """A person that another system knows: stays unmatched, and is never one of the health system's own."""
        value = text if len(text) <= LONGEST_VALUE else hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        return Identifier.local(f"{self.source}:elsewhere", value)


@dataclass(frozen=True)
class ResourceContext:
    """Where a resource was found: time and activity of the bundle, and the resources beside it.

    Those stand by ``Type/id``, by ``#id`` when contained, and by the ``fullUrl`` of their entry; those with business
    identifiers by these too, in a mapping that is only made where a reference asks for it.
    """

    run: Run
    stated_at: datetime | None = None
    """When the bundle was made or its message sent."""
    activity: str | None = None
    """Provenance.activity of a MedCom message."""
    beside: Mapping[str, Json] = field(default_factory=dict, repr=False)
    by_identifier: Callable[[], Mapping[str, Json]] = field(default=dict, repr=False)
    linked_patients: tuple[Json, ...] = field(default=(), repr=False)
    """Those of ``beside`` that are Patients and link to others: few, so that no resource looks through all."""
    base: str | None = None
    """The server in the ``fullUrl`` of the resource's own entry."""

    @property
    def source(self) -> str:
        """Name of the source."""
        return self.run.source

    @cached_property
    def _bases(self) -> frozenset[str]:
        return self.run.bases | {self.base} if self.base else self.run.bases

    def at_entry(self, full_url: str | None) -> "ResourceContext":
        """The same for one entry, whose relative references count from its own address."""
        base = base_of(full_url)
        return self if base == self.base else replace(self, base=base)

    def inside(self, resource: Json) -> "ResourceContext":
        """The same, with what the resource itself contains under ``#id``."""
        contained = resource.get("contained")
        if not isinstance(contained, list):
            return self
        inner = [item for item in contained if isinstance(item, dict) and isinstance(item.get("id"), str)]
        contained_by_key = {f"#{item['id'].removeprefix('#')}": item for item in inner}
        return replace(self, beside={**self.beside, **contained_by_key})

    def target(self, reference: Reference | None) -> Target:
        """Where a reference leads from here."""
        return parse_reference(reference.reference if reference else None, self._bases, self.base)

    def find(self, reference: Reference | None, *, look_up: bool = False) -> Json | None:
        """The resource a reference means, if it came along or, with *look_up*, if the source gives it by id."""
        if reference is None:
            return None
        target = self.target(reference)
        resource = self.beside.get(target.key) if target.key else None
        if resource is None and (identifier := target.identifier or reference.identifier) is not None:
            key = _identifier_key(target.resource_type, identifier.system, identifier.value)
            resource = self.by_identifier().get(key)
        if resource is None and look_up and target.kind is TargetKind.LOCAL:
            resource = self.run.look_up(target.resource_type, target.resource_id)
        return resource

    def identifiers_of(self, reference: Reference | None, *, look_up: bool = False) -> list[Identifier]:
        """Every identifier of the Patient at the other end, national numbers first; empty when there is none."""
        if reference is None:
            return []
        target = self.target(reference)
        resource = self.find(reference, look_up=look_up)
        identifiers = []
        if resource is not None and resource.get("resourceType") == "Patient":
            identifiers += _national_of_patient(resource)
        for logical_id in (reference.identifier, target.identifier):
            if logical_id is not None:
                identifiers += national_identifiers((logical_id,))[0]
        if target.is_patient:
            identifiers.append(self.run.local("Patient", target.resource_id))
        elif target.kind is TargetKind.BUNDLED and resource is not None and isinstance(resource.get("id"), str):
            identifiers.append(self.run.local("Patient", str(resource["id"])))
        return identifiers

    def patient(self, reference: Reference | None, field_name: str) -> Party:
        """The citizen a record is about: by national number where one is given, and by local id.

        A Patient of another server, known by no number, is an unmatched person.

        Raises:
            InvalidValue: there is no reference to a patient, or none that can be read.
        """
        identifiers = self.identifiers_of(reference)
        if not identifiers:
            identifiers = self._stranger(reference)
        if not identifiers:
            text = reference.reference if reference else None
            readable = not text or self.target(reference).kind is not TargetKind.UNREADABLE
            rule = RejectionRule.MISSING_FIELD if readable else RejectionRule.WRONG_SHAPE
            raise InvalidValue(field_name, rule, None if readable else text)
        return Party(role=PartyRole.PRIMARY, identifiers=unique(identifiers))

    def responsible(self, *references: Reference) -> Responsible | None:
        """Unit and worker that the references lead to, the first of each."""
        unit: Unit | None = None
        worker: Worker | None = None
        for reference in references:
            next_unit, next_worker = named_by(reference, self)
            unit, worker = unit or next_unit, worker or next_worker
        return Responsible(unit=unit, worker=worker) if unit or worker else None

    def _stranger(self, reference: Reference | None) -> list[Identifier]:
        if reference is None:
            return []
        target = self.target(reference)
        if target.kind is TargetKind.FOREIGN and target.resource_type == "Patient":
            return [self.run.elsewhere(target.key)]
        logical_id = target.identifier or reference.identifier
        is_patient = target.resource_type in {"", "Patient"} and target.kind is not TargetKind.LOCAL
        if logical_id is not None and logical_id.value and is_patient:
            return [self.run.elsewhere(f"{logical_id.system or ''}|{logical_id.value}")]
        return []


def patients_with_links(resources: Iterable[Json]) -> tuple[Json, ...]:
    """The Patients among them that link to other people."""
    return tuple(
        resource for resource in resources if resource.get("resourceType") == "Patient" and resource.get("link")
    )


def resources_by_key(resources: Iterable[tuple[str | None, Json]]) -> dict[str, Json]:
    """Resources with the ``fullUrl`` of their entries, by every address that a reference may use."""
    by_key: dict[str, Json] = {}
    for full_url, resource in resources:
        by_key[f"{resource.get('resourceType')}/{resource.get('id')}"] = resource
        if full_url:
            by_key[full_url.lower() if full_url.lower().startswith("urn:") else full_url.rstrip("/")] = resource
    return by_key


def resources_by_identifier(resources: Iterable[Json]) -> Callable[[], Mapping[str, Json]]:
    """Resources by every key that a reference to a business identifier may use; the first of several.

    They are gathered when they are asked for.
    """

    @cache
    def by_identifier() -> Mapping[str, Json]:
        by_key: dict[str, Json] = {}
        for resource in resources:
            for key in _identifier_keys(resource):
                by_key.setdefault(key, resource)
        return by_key

    return by_identifier


def _identifier_keys(resource: Json) -> Iterator[str]:
    """By which identifiers, with or without type and system, a resource can be meant."""
    business_ids = resource.get("identifier")
    for business_id in business_ids if isinstance(business_ids, list) else ():
        value = business_id.get("value") if isinstance(business_id, dict) else None
        if isinstance(value, str) and value:
            system = business_id.get("system")
            for resource_type, of_system in product(("", str(resource.get("resourceType"))), (None, system)):
                yield _identifier_key(resource_type, of_system if isinstance(of_system, str) else None, value)


def _identifier_key(resource_type: str, system: str | None, value: str | None) -> str:
    return f"{resource_type}?identifier={system or ''}|{value}"


def _national_of_patient(resource: Json) -> list[Identifier]:
    try:
        return national_identifiers(Patient.model_validate({**resource, "id": resource.get("id", "-")}).identifier)[0]
    except (ValidationError, InvalidValue):
        return []  # the Patient itself is rejected with the reason; the local id still holds
