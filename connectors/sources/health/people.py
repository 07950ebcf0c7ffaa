"""Patient, RelatedPerson and CareTeam to records; pure."""

from collections.abc import Iterator

from pydantic import ValidationError

from connectors.kit import InvalidValue
from connectors.sources.health import codes
from connectors.sources.health.care_teams import team_responsible
from connectors.sources.health.context import ResourceContext
from connectors.sources.health.identifiers import name_parts, national_identifiers, person_name, unique
from connectors.sources.health.payloads import CareTeam, Patient, PostalAddress, Reference, RelatedPerson
from connectors.sources.health.record_builder import Excluded, RecordBuilder
from connectors.sources.health.references import TargetKind
from connectors.sources.health.resources import Json
from schemas.codes import Coded
from schemas.facts import AssignmentFact
from schemas.identifiers import Identifier
from schemas.people import Address, LifeStatus, PersonFact, RelationFact
from schemas.record import Party, PartyRole, RejectionRule, SourceRecord

GATEWAY = "klgateway"
"""In the profiles of KL Gateway, ``Patient.active = false`` withdraws what was reported in error."""
RESTRICTED = frozenset({"R", "V"})
"""HL7 v3 Confidentiality: name and address protection in dk-core is ``R``."""


def patient(resource: Json, context: ResourceContext) -> SourceRecord:
    """A person.

    One that was replaced by another is still a statement: that both are the same. It says nothing else, because what it
    says of the person is no longer kept up to date. An inactive one is still a person, unless KL Gateway's profile says
    that it was reported in error.
    """
    payload = Patient.model_validate(resource)
    builder = RecordBuilder(payload, context)
    current, old = national_identifiers(payload.identifier)
    survivors = _linked(payload, "replaced-by", context)
    replaced = _linked(payload, "replaces", context)
    local = context.run.local("Patient", payload.id)
    party = Party(
        role=PartyRole.PRIMARY,
        identifiers=unique([*current, local, *_as_relative(payload, context)]),
        name=builder.line("name", person_name(payload.name), longest=200),
    )
    own = {local, *current}
    replaces = tuple(identifier for identifier in unique([*replaced, *old]) if identifier not in own)
    is_protected = any(label.code in RESTRICTED for label in payload.meta.security)
    if survivors:
        fact = PersonFact(
            replaced_by=tuple(identifier for identifier in unique(survivors) if identifier != local),
            replaces=replaces,
            name_address_protected=is_protected,
        )
        return builder.record((party.model_copy(update={"name": None}),), fact)
    if payload.active is False:
        if any(GATEWAY in profile.lower() for profile in payload.meta.profile):
            return builder.deleted((party,), "reported_in_error")
        builder.flag("active", "inactive")
    given, family = name_parts(payload.name)
    died_on = builder.day("deceasedDateTime", payload.deceased_date_time)
    says_alive = payload.deceased_boolean is False and died_on is None
    is_dead = bool(payload.deceased_boolean) or died_on is not None
    fact = PersonFact(
        given_name=given,
        family_name=family,
        birth_date=builder.day("birthDate", payload.birth_date, is_birth=True),
        life_status=LifeStatus.DEAD if is_dead else LifeStatus.ALIVE if says_alive else None,
        died_on=died_on,
        name_address_protected=is_protected,
        address=next(_addresses(payload.address, builder, is_old=False), None),
        left_addresses=tuple(_addresses(payload.address, builder, is_old=True)) or None,
        replaces=replaces,
    )
    return builder.record((party,), fact)


def related_person(resource: Json, context: ResourceContext) -> SourceRecord:
    """A relation. Nothing is said about custody or household: FHIR does not tell."""
    payload = RelatedPerson.model_validate(resource)
    builder = RecordBuilder(payload, context)
    name = builder.line("name", person_name(payload.name), longest=200)
    identifiers = national_identifiers(payload.identifier)[0]
    primary = context.patient(payload.patient, "patient.reference")
    local = context.run.local("RelatedPerson", payload.id)
    identifiers += [identifier for identifier in _same_person(payload, context) if identifier not in identifiers]
    other = Party(role=PartyRole.OTHER, identifiers=unique([*identifiers, local]), name=name)
    if payload.active is False:
        return builder.deleted((primary, other), "inactive")
    relation, role = codes.relation(payload.relationship)
    fact = RelationFact(relation=relation, role=role)
    return builder.record((primary, other), fact, builder.period("period", payload.period))


def care_team(resource: Json, context: ResourceContext) -> SourceRecord:
    """A team that works with a citizen; a team without a subject only lends its name."""
    payload = CareTeam.model_validate(resource)
    builder = RecordBuilder(payload, context)
    if payload.subject is None:
        raise Excluded("names_only")
    party = context.patient(payload.subject, "subject.reference")
    if payload.status == "entered-in-error":
        return builder.deleted((party,), "entered_in_error")
    responsible = team_responsible(payload, context)
    if responsible is None:
        raise Excluded("nobody_named")
    role = Coded(code_list="assignment_roles", code="care_team", label=builder.line("name", payload.name))
    valid = builder.period("period", payload.period)
    return builder.record((party,), AssignmentFact(role=role, responsible=responsible), valid)


def _linked(payload: Patient, link_type: str, context: ResourceContext) -> list[Identifier]:
    """Every identifier of the Patients at the other ends of such links; ``refer`` and ``seealso`` join nobody.

    Raises:
        InvalidValue: it is said to be replaced by people with different national numbers.
    """
    others = [link.other for link in payload.link if link.type == link_type]
    ends = [context.identifiers_of(other, look_up=True) for other in others]
    numbers = {frozenset(national) for end in ends if (national := [each for each in end if each.is_national])}
    if link_type == "replaced-by" and len(numbers) > 1:
        # Nobody was merged into two people. Believed, it would make those two one person, or nobody.
        raise InvalidValue("link.other", RejectionRule.WRONG_SHAPE)
    return [identifier for end in ends for identifier in end]


def _as_relative(payload: Patient, context: ResourceContext) -> list[Identifier]:
    """The RelatedPersons that this Patient says it is too: what joins a relative with a citizen of their own."""
    targets = [context.target(link.other) for link in payload.link if link.type not in {"replaced-by", "replaces"}]
    return [
        context.run.local("RelatedPerson", target.resource_id)
        for target in targets
        if target.kind is TargetKind.LOCAL and target.resource_type == "RelatedPerson"
    ]


def _same_person(payload: RelatedPerson, context: ResourceContext) -> list[Identifier]:
    """Identifiers of the Patient beside it that says that it is this RelatedPerson."""
    own = f"RelatedPerson/{payload.id}"
    for resource in context.linked_patients:
        try:
            patient = Patient.model_validate({**resource, "id": resource.get("id", "-")})
        except ValidationError:
            continue
        if any(context.target(link.other).key == own for link in patient.link):
            return context.identifiers_of(Reference(reference=f"Patient/{patient.id}"))
    return []


def _addresses(addresses: tuple[PostalAddress, ...], builder: RecordBuilder, *, is_old: bool) -> Iterator[Address]:
    """Those that hold, or those from which the person has moved away."""
    for address in addresses:
        if (address.use == "old") is not is_old:
            continue
        street = builder.line("address.line", ", ".join(line for line in address.line if line), longest=200)
        town = builder.line("address.city", address.city, longest=200)
        postal_code = builder.line("address.postalCode", address.postal_code, longest=20)
        if street or town or postal_code:
            yield Address(street=street, postal_code=postal_code, town=town)
