"""FHIR R4 in its own words: only the elements that are read. Everything else in a resource is ignored.

Names and meaning: HL7 FHIR R4 (4.0.1), profiles dk-core 3.7.0, KL Gateway, MedCom. Free text (``note``, ``text.div``,
``Communication.payload``, values of observations) has no field here and therefore cannot enter.
"""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from schemas.text import normalise_text


def _normalised(value: object) -> object:
    return normalise_text(value) if isinstance(value, str) else value


def _stripped(value: object) -> object:
    return normalise_text(value).strip() if isinstance(value, str) else value


def _number_as_text(value: object) -> object:
    """Ids and versions that a server writes as numbers are text all the same."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18 else value


Text = Annotated[str, BeforeValidator(_normalised)]
"""Text for people to read, normalised: half an emoji, which no store takes, is left out."""
Code = Annotated[str, BeforeValidator(_stripped)]
"""A code or the address of a code system, normalised, so that it is known however it is written."""
Id = Annotated[str, BeforeValidator(_number_as_text)]
"""An id or a version."""


class Fhir(BaseModel):
    """Base of all FHIR types: unknown elements ignored, values hidden in error texts."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, alias_generator=to_camel, populate_by_name=True
    )


class Coding(Fhir):
    """A code with its system."""

    system: Code | None = None
    code: Code | None = None
    display: Text | None = None


class CodeableConcept(Fhir):
    """A concept by one or more codings."""

    coding: tuple[Coding, ...] = ()
    text: Text | None = None


class LogicalId(Fhir):
    """Identifier: a business identifier."""

    use: Code | None = None
    system: Code | None = None
    value: Id | None = None


class Reference(Fhir):
    """Another resource: by address, by business identifier, or by name only."""

    reference: str | None = None
    identifier: LogicalId | None = None
    display: Text | None = None


class Span(Fhir):
    """Period. The end is included."""

    start: str | None = None
    end: str | None = None


class Extension(Fhir):
    """Extension: the value types that are read."""

    url: Code = ""
    value_string: Text | None = None
    value_date: str | None = None
    value_identifier: LogicalId | None = None
    value_reference: Reference | None = None
    value_period: Span | None = None
    extension: tuple["Extension", ...] = ()


class Meta(Fhir):
    """Version, time, profile and labels of a resource."""

    version_id: Id | None = None
    last_updated: str | None = None
    profile: tuple[Code, ...] = ()
    security: tuple[Coding, ...] = ()
    tag: tuple[Coding, ...] = ()


class HumanName(Fhir):
    """A name of a person."""

    use: Code | None = None
    family: Text | None = None
    given: tuple[Text | None, ...] = ()
    text: Text | None = None


class Telecom(Fhir):
    """ContactPoint."""

    system: Code | None = None
    value: Text | None = None


class PostalAddress(Fhir):
    """Address."""

    use: Code | None = None
    line: tuple[Text | None, ...] = ()
    postal_code: Text | None = None
    city: Text | None = None


class Resource(Fhir):
    """What every resource has."""

    resource_type: str
    id: Id
    meta: Meta = Meta()


class Link(Fhir):
    """Patient.link: the same person under another id, or as somebody's relative."""

    other: Reference
    type: Code


class Patient(Resource):
    """A citizen (dk-core, KLGatewayCareCitizen, MedComCorePatient)."""

    identifier: tuple[LogicalId, ...] = ()
    active: bool | None = None
    name: tuple[HumanName, ...] = ()
    birth_date: str | None = None
    deceased_boolean: bool | None = None
    deceased_date_time: str | None = None
    address: tuple[PostalAddress, ...] = ()
    link: tuple[Link, ...] = ()
    managing_organization: Reference | None = None


class RelatedPerson(Resource):
    """Somebody related to a citizen."""

    identifier: tuple[LogicalId, ...] = ()
    active: bool | None = None
    patient: Reference | None = None
    relationship: tuple[CodeableConcept, ...] = ()
    name: tuple[HumanName, ...] = ()
    period: Span = Span()


class ActivityDetail(Fhir):
    """CarePlan.activity.detail."""

    code: CodeableConcept = CodeableConcept()
    status: Code | None = None
    performer: tuple[Reference, ...] = ()


class Activity(Fhir):
    """CarePlan.activity."""

    detail: ActivityDetail | None = None
    reference: Reference | None = None


class CarePlan(Resource):
    """A planned intervention (KLCommonCareSocialPlannedIntervention)."""

    extension: tuple[Extension, ...] = ()
    based_on: tuple[Reference, ...] = ()
    status: Code | None = None
    intent: Code | None = None
    created: str | None = None
    title: Text | None = None
    category: tuple[CodeableConcept, ...] = ()
    subject: Reference | None = None
    period: Span = Span()
    author: Reference | None = None
    contributor: tuple[Reference, ...] = ()
    care_team: tuple[Reference, ...] = ()
    goal: tuple[Reference, ...] = ()
    activity: tuple[Activity, ...] = ()


class ServiceRequest(Resource):
    """A referral, e.g. to rehabilitation after hospital (§ 140)."""

    extension: tuple[Extension, ...] = ()
    status: Code | None = None
    intent: Code | None = None
    code: CodeableConcept = CodeableConcept()
    subject: Reference | None = None
    occurrence_period: Span = Span()
    authored_on: str | None = None
    performer: tuple[Reference, ...] = ()


class Procedure(Resource):
    """A completed intervention (KLGatewayCareCompletedIntervention)."""

    status: Code | None = None
    code: CodeableConcept = CodeableConcept()
    subject: Reference | None = None
    performed_date_time: str | None = None
    performed_period: Span = Span()
    recorder: Reference | None = None


class Goal(Resource):
    """A goal. Its ``description.text`` is read: a goal is stated to be shared."""

    lifecycle_status: Code | None = None
    achievement_status: CodeableConcept = CodeableConcept()
    category: tuple[CodeableConcept, ...] = ()
    description: CodeableConcept = CodeableConcept()
    subject: Reference | None = None
    start_date: str | None = None
    status_date: str | None = None
    expressed_by: Reference | None = None


class EpisodeLink(Fhir):
    """Encounter.episodeOfCare. In MedCom only its identifier is given."""

    reference: str | None = None
    identifier: LogicalId | None = None


class Encounter(Resource):
    """A contact or stay."""

    extension: tuple[Extension, ...] = ()
    episode_of_care: tuple[EpisodeLink, ...] = ()
    status: Code | None = None
    class_: Coding = Field(default=Coding(), alias="class")
    type: tuple[CodeableConcept, ...] = ()
    subject: Reference | None = None
    period: Span = Span()
    service_provider: Reference | None = None


class Communication(Resource):
    """That a MedCom care communication took place. Topic and payload are not read."""

    status: Code | None = None
    subject: Reference | None = None
    sent: str | None = None


class Member(Fhir):
    """CareTeam.participant."""

    role: tuple[CodeableConcept, ...] = ()
    member: Reference | None = None


class CareTeam(Resource):
    """A team; about a citizen only when it has a subject."""

    status: Code | None = None
    category: tuple[CodeableConcept, ...] = ()
    name: Text | None = None
    subject: Reference | None = None
    period: Span = Span()
    participant: tuple[Member, ...] = ()
    managing_organization: tuple[Reference, ...] = ()


class ContactPerson(Fhir):
    """Organization.contact: whom to call there."""

    name: HumanName | None = None
    telecom: tuple[Telecom, ...] = ()


class Named(Resource):
    """Organization, PractitionerRole, Practitioner, Location: read for the names of units and workers only."""

    identifier: tuple[LogicalId, ...] = ()
    name: Text | tuple[HumanName, ...] | None = None
    telecom: tuple[Telecom, ...] = ()
    contact: tuple[ContactPerson, ...] = ()
    practitioner: Reference | None = None
    organization: Reference | None = None
    managing_organization: Reference | tuple[Reference, ...] | None = None


class Provenance(Resource):
    """When and why a message was sent: orders messages, and says what an encounter came to."""

    occurred_date_time: str | None = None
    recorded: str | None = None
    activity: CodeableConcept = CodeableConcept()
