"""An event as a FHIR R4 AuditEvent (https://hl7.org/fhir/R4/auditevent.html). Pure.

It follows the minimal pattern of IHE BALP (Basic Audit Log Patterns, PatientRead, PatientQuery and the others):
identifiers alone, and one event for each citizen. The log has no network addresses and keeps what was searched for out,
so no profile of BALP is claimed.
"""

from collections.abc import Mapping
from typing import Any

from hub.audit.forms.event import Deed, Event
from schemas.access import AuditOutcome

_INTERACTIONS = "http://hl7.org/fhir/restful-interaction"
_EVENT_TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_ENTITY_TYPES = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_OBJECT_ROLES = "http://terminology.hl7.org/CodeSystem/object-role"
_BALP_TYPES = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
_OURS = "urn:helhed:audit"
_ACTION: Mapping[Deed, tuple[str, str]] = {
    Deed.READ: ("R", "read"),
    Deed.QUERY: ("E", "search"),
    Deed.CREATE: ("C", "create"),
    Deed.UPDATE: ("U", "update"),
    Deed.DELETE: ("D", "delete"),
}
"""Code of the action, and of the RESTful interaction."""
_LOGIN: Mapping[Deed, str] = {Deed.LOG_IN: "110122", Deed.LOG_OUT: "110123"}
"""DICOM: Login and Logout, which are kinds of User Authentication."""
_OUTCOME: Mapping[AuditOutcome, str] = {
    AuditOutcome.SHOWN: "0",
    AuditOutcome.REFUSED: "4",
    AuditOutcome.NOT_FOUND: "4",
    AuditOutcome.FAILED: "8",
}


def fhir_event(event: Event) -> dict[str, Any]:
    """The event; what FHIR has no element for stands as detail of the entity that is the line itself."""
    if event.deed in _LOGIN:
        code, kind = "E", _coding(_DICOM, "110114")
        subtypes = [_coding(_DICOM, _LOGIN[event.deed])]
    else:
        code, interaction = _ACTION[event.deed]
        kind, subtypes = _coding(_EVENT_TYPES, "rest"), [_coding(_INTERACTIONS, interaction)]
    return {
        "resourceType": "AuditEvent",
        "id": str(event.leaf),
        "type": kind,
        "subtype": [*subtypes, _coding(f"{_OURS}:action", event.action.value)],
        "action": code,
        "recorded": event.at.isoformat(),
        "outcome": _OUTCOME[event.outcome],
        **({"purposeOfEvent": [_concept(f"{_OURS}:purpose", event.purpose)]} if event.purpose is not None else {}),
        "agent": _agents(event),
        "source": {"observer": {"identifier": {"system": f"{_OURS}:log", "value": event.log}}},
        "entity": _entities(event),
    }


def _agents(event: Event) -> list[dict[str, Any]]:
    agent: dict[str, Any] = {"who": _who("actor", event.actor), "requestor": True}
    if event.actor_name is not None:
        agent["name"] = event.actor_name
    if event.role is not None:
        agent["role"] = [_concept(f"{_OURS}:role", event.role)]
    if event.unit is not None:
        agent["location"] = {"identifier": {"system": f"{_OURS}:unit", "value": event.unit}}
    if event.on_behalf_of is None:
        return [agent]
    return [agent, {"who": _who("actor", event.on_behalf_of), "requestor": False}]


def _entities(event: Event) -> list[dict[str, Any]]:
    details = [
        {"type": name, "valueString": ",".join(value) if isinstance(value, list) else str(value)}
        for name, value in event.extras.items()
    ]
    entities: list[dict[str, Any]] = [
        {"what": _who("line", event.id), "type": _coding(_ENTITY_TYPES, "4"), "detail": details},
        {"what": _who("request", event.request), "type": _coding(_BALP_TYPES, "XrequestId")},
    ]
    if event.citizen is not None:
        patient = {
            "what": _who("citizen", event.citizen),
            "type": _coding(_ENTITY_TYPES, "1"),
            "role": _coding(_OBJECT_ROLES, "1"),
        }
        return [patient, *entities]
    return entities


def _who(what: str, value: str) -> dict[str, Any]:
    return {"identifier": {"system": f"{_OURS}:{what}", "value": value}}


def _coding(system: str, code: str) -> dict[str, str]:
    return {"system": system, "code": code}


def _concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [_coding(system, code)]}
