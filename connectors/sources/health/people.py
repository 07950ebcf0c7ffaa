"""Patient, RelatedPerson and CareTeam to records; pure."""

from connectors.sources.health import codes
from connectors.sources.health.context import (
    Json,
    ResourceContext,
    key_of,
    name_parts,
    national_identifiers,
    person_name,
    unique,
)
from connectors.sources.health.payloads import CareTeam, Link, Patient, PostalAddress, RelatedPerson
from connectors.sources.health.statement import Excluded, RecordBuilder
from schemas.codes import Coded
from schemas.facts import Address, AssignmentFact, LifeStatus, PersonFact, RelationFact
from schemas.identifiers import Identifier
from schemas.record import Party, PartyRole, SourceRecord

RESTRICTED = frozenset({"R", "V"})
"""HL7 v3 Confidentiality: name and address protection in dk-core is ``R``."""


def patient(resource: Json, setting: ResourceContext) -> SourceRecord:
    """A person. An inactive Patient was reported in error (KL Gateway)."""
    payload = Patient.model_validate(resource)
    statement = RecordBuilder(payload, setting)
    current, old = national_identifiers(payload.identifier)
    newer = [one for link in payload.link if link.type == "replaced-by" for one in _linked(link, setting)]
    replaced = [one for link in payload.link if link.type == "replaces" for one in _linked(link, setting)]
    if newer:
        replaced, current = [*replaced, *current], newer
    local = setting.run.local("Patient", payload.id)
    party = Party(
        role=PartyRole.PRIMARY,
        identifiers=unique([*current, local]),
        name=statement.line("name", person_name(payload.name), longest=200),
    )
    if payload.active is False:
        return statement.deleted((party,), "inactive")
    given, family = name_parts(payload.name)
    died_on = statement.day("deceasedDateTime", payload.deceased_date_time)
    says_alive = payload.deceased_boolean is False and died_on is None
    is_dead = bool(payload.deceased_boolean) or died_on is not None
    fact = PersonFact(
        given_name=given,
        family_name=family,
        birth_date=statement.day("birthDate", payload.birth_date, is_birth=True),
        life_status=LifeStatus.DEAD if is_dead else LifeStatus.ALIVE if says_alive else None,
        died_on=died_on,
        name_address_protected=any(label.code in RESTRICTED for label in payload.meta.security),
        address=_address(payload.address, statement),
        replaces=tuple(one for one in unique([*replaced, *old]) if one not in current),
    )
    return statement.record((party,), fact)


def related_person(resource: Json, setting: ResourceContext) -> SourceRecord:
    """A relation. Nothing is said about custody or household: FHIR does not tell."""
    payload = RelatedPerson.model_validate(resource)
    statement = RecordBuilder(payload, setting)
    name = statement.line("name", person_name(payload.name), longest=200)
    identifiers = national_identifiers(payload.identifier)[0]
    primary = setting.patient(payload.patient, "patient.reference")
    local = setting.run.local("RelatedPerson", payload.id)
    other = Party(role=PartyRole.OTHER, identifiers=unique([*identifiers, local]), name=name)
    if payload.active is False:
        return statement.deleted((primary, other), "inactive")
    if not identifiers and name is None:
        raise Excluded("nobody_named")
    fact = RelationFact(relation=codes.relation(payload.relationship))
    return statement.record((primary, other), fact, statement.period("period", payload.period))


def care_team(resource: Json, setting: ResourceContext) -> SourceRecord:
    """A team that works with a citizen; a team without a subject only lends its name."""
    payload = CareTeam.model_validate(resource)
    statement = RecordBuilder(payload, setting)
    if payload.subject is None:
        raise Excluded("names_only")
    party = setting.patient(payload.subject, "subject.reference")
    if payload.status == "entered-in-error":
        return statement.deleted((party,), "entered_in_error")
    members = tuple(one.member for one in payload.participant if one.member is not None)
    responsible = setting.responsible(*payload.managing_organization, *members)
    if responsible is None:
        raise Excluded("nobody_named")
    role = Coded(code_list="assignment_roles", code="care_team", label=statement.line("name", payload.name))
    valid = statement.period("period", payload.period)
    return statement.record((party,), AssignmentFact(role=role, responsible=responsible), valid)


def _linked(link: Link, setting: ResourceContext) -> list[Identifier]:
    """Every identifier of the Patient at the other end of a link, the national ones first."""
    found: list[Identifier] = []
    if link.other.identifier is not None:
        found += national_identifiers((link.other.identifier,))[0]
    beside = setting.found(link.other)
    if beside is not None and beside.get("resourceType") == "Patient":
        found += national_identifiers(Patient.model_validate(beside).identifier)[0]
    key = key_of(link.other.reference)
    if key is not None and key.startswith("Patient/"):
        found.append(setting.run.local(*key.split("/", 1)))
    return found


def _address(given: tuple[PostalAddress, ...], statement: RecordBuilder) -> Address | None:
    for one in given:
        if one.use == "old":
            continue
        street = statement.line("address.line", ", ".join(line for line in one.line if line), longest=200)
        town = statement.line("address.city", one.city, longest=200)
        if street or town or one.postal_code:
            return Address(street=street, postal_code=one.postal_code, town=town)
    return None
