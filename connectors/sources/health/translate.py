"""One FHIR resource to records; pure. The door to ``people``, ``efforts`` and ``contacts``.

Every resource has one of three fates: it becomes records, it is left out by a rule declared here, or it is
rejected with field and rule.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError

from connectors.errors import RecordRejected
from connectors.kit import InvalidValue, raw_payload, validation_fault
from connectors.payload_tap import show_payload
from connectors.renamed import renamed_field
from connectors.sources.health import contacts, efforts, people
from connectors.sources.health.context import ResourceContext
from connectors.sources.health.elements import ELEMENTS
from connectors.sources.health.record_builder import Excluded
from connectors.sources.health.resources import Json, id_of
from schemas.record import RejectionRule, SourceRecord

RESOURCE_TYPE = re.compile(r"[A-Z][A-Za-z]{1,59}")
CONTENT_NEVER_ENTERS = "content_never_enters"
NOT_ABOUT_A_CITIZEN = "not_about_a_citizen"
NAMES_ONLY = "names_only"
ORDER_ONLY = "order_only"
KEPT_ELSEWHERE = "kept_elsewhere"
"""Consent to share is asked for and kept in the hub; another system's consent says nothing about it."""
LEFT_OUT = {
    **dict.fromkeys(
        (
            "Condition", "Observation", "QuestionnaireResponse", "DiagnosticReport", "DocumentReference", "Media",
            "ClinicalImpression", "AllergyIntolerance", "Medication", "MedicationStatement", "MedicationRequest",
            "MedicationAdministration", "Immunization", "FamilyMemberHistory", "RiskAssessment", "Composition",
            "Specimen", "ImagingStudy", "NutritionOrder", "Flag", "DetectedIssue", "Binary",
        ),
        CONTENT_NEVER_ENTERS,
    ),
    **dict.fromkeys(
        (
            "MessageHeader", "OperationOutcome", "Questionnaire", "NamingSystem", "Device", "DeviceMetric", "Group",
            "CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition", "ImplementationGuide", "SearchParameter",
            "CapabilityStatement", "OperationDefinition", "MessageDefinition", "Endpoint", "Subscription", "Parameters",
            "PlanDefinition", "ActivityDefinition", "HealthcareService", "Schedule", "Slot", "List", "Basic", "Library",
            "StructureMap", "GraphDefinition", "ExampleScenario", "TestScript",
            "Account", "Requirements", "ActorDefinition",
        ),
        NOT_ABOUT_A_CITIZEN,
    ),
    **dict.fromkeys(("Organization", "Practitioner", "PractitionerRole", "Location"), NAMES_ONLY),
    "Provenance": ORDER_ONLY,
    "Consent": KEPT_ELSEWHERE,
}  # fmt: skip
"""Types that are read for names and order, or not at all, and why."""
TRANSLATIONS: dict[str, Callable[[Json, ResourceContext], SourceRecord]] = {
    "Patient": people.patient,
    "RelatedPerson": people.related_person,
    "CareTeam": people.care_team,
    "CarePlan": efforts.care_plan,
    "ServiceRequest": efforts.service_request,
    "Procedure": efforts.procedure,
    "Goal": efforts.goal,
    "Encounter": contacts.encounter,
    "Communication": contacts.communication,
}


@dataclass(frozen=True)
class Outcome:
    """What became of one resource: a record, or the rule that left it out."""

    resource_type: str
    record: SourceRecord | None = None
    rule: str | None = None


def translate(resource: Json, context: ResourceContext) -> Outcome:
    """The fate of one resource.

    Raises:
        RecordRejected: it should have become a record and could not.
    """
    resource_type = resource.get("resourceType")
    if not isinstance(resource_type, str):
        raise _rejected(resource, "unknown", InvalidValue("resourceType", RejectionRule.MISSING_FIELD))
    if resource_type in LEFT_OUT:
        return Outcome(resource_type, rule=LEFT_OUT[resource_type])
    translation = TRANSLATIONS.get(resource_type)
    if translation is None:
        name = resource_type if RESOURCE_TYPE.fullmatch(resource_type) else "unknown"
        raise _rejected(resource, name, InvalidValue("resourceType", RejectionRule.UNKNOWN_TYPE, resource_type))
    element = renamed_field(resource, ELEMENTS[resource_type])
    if element is not None:
        raise _rejected(resource, resource_type, InvalidValue(element, RejectionRule.MISSING_FIELD))
    try:
        record = translation(resource, context.inside(resource))
    except Excluded as exclusion:
        return Outcome(resource_type, rule=exclusion.rule)
    except ValidationError as error:
        raise _rejected(resource, resource_type, validation_fault(error)) from None
    except InvalidValue as fault:
        raise _rejected(resource, resource_type, fault) from None
    except Exception:  # noqa: BLE001  whatever an item holds, it is at most this item that is parked
        raise _rejected(resource, resource_type, InvalidValue("(payload)", RejectionRule.UNREADABLE)) from None
    show_payload(record.record_type, record.source_id, resource)
    return Outcome(resource_type, record)


def _rejected(resource: Json, resource_type: str, fault: InvalidValue) -> RecordRejected:
    return fault.rejected(resource_type, id_of(resource), raw_payload(resource))
