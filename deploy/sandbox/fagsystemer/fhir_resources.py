"""The municipality as FHIR R4 resources: dk-core 3.7.0 patients, KL care and social profiles, plain dictionaries.

Own extensions, all ``urn:helhed:*``: ``recommendation``, ``extent``, ``legal-basis`` (valueString), ``next-follow-up``
and ``expected-end`` (valueDate). The responsible unit is a contained Organization with phone.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from deploy.sandbox.municipality import appointments
from deploy.sandbox.municipality.appointments import Appointment, appointments_of
from deploy.sandbox.municipality.catalogue import UNIT_BY_ID
from deploy.sandbox.municipality.employment import AGREED_BEFORE
from deploy.sandbox.municipality.truth import Contact, Effort, Goal, Municipality, Person, Relation, Stay

Resource = dict[str, Any]

CPR = "urn:oid:1.2.208.176.1.2"
REPLACEMENT = "urn:oid:1.2.208.176.1.6.1.3"
"""D-eCPR of dk-core: numbers with letters."""
FSIII = "urn:oid:1.2.208.176.2.21"
FBOE = "http://fhir.kl.dk/term/CodeSystem/FBOE"
SYNTHETIC = {"system": "urn:helhed:synthetic", "code": "true"}
CONFLICTING_PATIENT = "p-conflict"
"""A local patient who carries somebody else's number: to be parked as an identity conflict."""
INTRODUCED = date(2004, 1, 1)
"""When the health system was introduced: nothing was registered before."""
_ROLES = {"mother": "MTH", "father": "FTH", "child": "CHILD", "sibling": "SIB", "partner": "SPS"}
_ROLE_CODES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
_GOAL_CATEGORIES = {"goal": "FFB indsatsmål", "citizen_wish": "FFB borgers mål og ønsker"}
_NOTIFICATION = "http://medcomfhir.dk/ig/hospitalnotification/StructureDefinition/medcom-hospitalNotification-encounter"
_LEAVE = (
    "http://medcomfhir.dk/ig/hospitalnotification/StructureDefinition/medcom-hospitalnotifiation-leave-period-extension"
)
_PROGRESS = {"reached": "achieved", "better": "improving", "unchanged": "no-change", "worse": "worsening"}


def resources(truth: Municipality) -> Iterator[Resource]:
    """All resources of the health system, patients first and named people before others."""
    people = {person.id: person for person in truth.people}
    for person in truth.people:
        yield patient(person, truth.today)
    yield _conflicting(truth)
    for relation in truth.relations:
        yield _related(relation, people)
    for effort in truth.efforts:
        if effort.area == "health":
            yield care_plan(effort, truth.today)
    for goal in truth.goals:
        if goal.area == "health":
            yield _goal(goal)
    for contact in truth.contacts:
        if contact.unit.startswith("health:"):
            yield _encounter(contact)
    yield from (_appointment(each, truth.today) for each in appointments_of(truth))
    yield from (_stay(stay) for stay in truth.stays)


def moment(day: date, key: int) -> str:
    """When the system registered something of that day: before dawn, spread by the entity's number."""
    return stamp(datetime.combine(max(day, INTRODUCED), time(3, key % 60, key * 7 % 60), tzinfo=UTC))


def stamp(when: datetime) -> str:
    """A FHIR instant in UTC with milliseconds."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def identifier(number: str) -> Resource:
    """A national number under its system: letters are replacement numbers."""
    return {"use": "official", "system": CPR if number.isdigit() else REPLACEMENT, "value": number}


def patient(person: Person, today: date) -> Resource:
    """A dk-core patient."""
    changes = [day for day in (person.number_from, person.died_on, person.moved_out_on) if day]
    meta = _meta(max([person.known_from or person.born, *changes]), person.id, 1 + len(changes))
    meta["profile"] = ["http://hl7.dk/fhir/core/StructureDefinition/dk-core-patient"]
    if "health" in person.protected_in:
        meta["security"] = [
            {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R", "display": "restricted"}
        ]
    resource: Resource = {
        "resourceType": "Patient",
        "id": f"p-{person.id}",
        "meta": meta,
        "identifier": [identifier(person.cpr)],
        "active": True,
        "name": [{"use": "official", "family": person.family, "given": person.given.split()}],
        "gender": "female" if person.female else "male",
        "birthDate": person.born.isoformat(),
        "address": [
            {"use": "home", "line": [person.street], "postalCode": person.postal_code, "city": person.town}
            if not person.moved_out_on
            else {"use": "old", "line": [person.street], "period": {"end": person.moved_out_on.isoformat()}}
        ],
    }
    if person.died_on and person.died_on <= today:
        resource["deceasedDateTime"] = person.died_on.isoformat()
    if person.earlier_number:
        other = {"type": "Patient", "identifier": identifier(person.earlier_number)}
        resource["link"] = [{"other": other, "type": "replaces"}]
    return resource


def care_plan(effort: Effort, today: date) -> Resource:
    """KLCommonCareSocialPlannedIntervention: one effort of the health area."""
    unit = UNIT_BY_ID[effort.unit]
    ended = effort.end is not None and effort.end <= today
    contained: list[Resource] = [
        {
            "resourceType": "Organization",
            "id": "unit",
            "identifier": [{"system": "urn:helhed:unit", "value": unit.id.partition(":")[2]}],
            "name": unit.name,
            "telecom": [{"system": "phone", "value": unit.phone}],
        }
    ]
    contributor: Resource = {"reference": "#unit", "display": unit.name}
    if effort.worker:
        contained.append(
            {
                "resourceType": "PractitionerRole",
                "id": "worker",
                "practitioner": {"display": effort.worker},
                "organization": {"reference": "#unit"},
                "telecom": [{"system": "phone", "value": unit.phone}],
            }
        )
        contributor = {"reference": "#worker", "display": effort.worker}
    code = {"system": _system(effort), "code": effort.code, "display": effort.title}
    period = {"start": effort.start.isoformat()}
    if effort.end:
        period["end"] = (effort.end - timedelta(days=1)).isoformat()
    resource: Resource = {
        "resourceType": "CarePlan",
        "id": f"cp-{effort.id}",
        "meta": _meta(effort.end or effort.start, effort.id, 2 if effort.end else 1),
        "contained": contained,
        "extension": list(_extensions(effort)),
        "status": "completed" if ended else "active",
        "intent": "order",
        "title": effort.title,
        "subject": {"reference": f"Patient/p-{effort.person}"},
        "period": period,
        "created": effort.start.isoformat(),
        "author": {"reference": "#unit", "display": unit.name},
        "contributor": [contributor],
        "activity": [
            {"detail": {"code": {"coding": [code]}, "status": "completed" if ended else "in-progress"}},
        ],
    }
    if effort.purpose:
        resource["goal"] = [{"display": effort.purpose}]
    return resource


def _system(effort: Effort) -> str:
    return FBOE if effort.unit == "health:300" else FSIII


def _extensions(effort: Effort) -> Iterator[Resource]:
    words = {"recommendation": effort.recommendation, "extent": effort.extent, "legal-basis": effort.paragraph}
    days = {"next-follow-up": effort.next_follow_up, "expected-end": effort.expected_end}
    yield from ({"url": f"urn:helhed:{name}", "valueString": text} for name, text in words.items() if text)
    yield from ({"url": f"urn:helhed:{name}", "valueDate": day.isoformat()} for name, day in days.items() if day)


def _related(relation: Relation, people: dict[int, Person]) -> Resource:
    """A relation: what the related person is to the patient."""
    other = people[relation.other]
    changed = relation.end or relation.start
    period = {"start": relation.start.isoformat()}
    if relation.end:
        period["end"] = (relation.end - timedelta(days=1)).isoformat()
    return {
        "resourceType": "RelatedPerson",
        "id": f"rp-{relation.id}",
        "meta": _meta(changed, relation.id, 2 if relation.end else 1),
        "active": True,
        "identifier": [identifier(other.cpr)],
        "patient": {"reference": f"Patient/p-{relation.person}"},
        "relationship": [{"coding": [{"system": _ROLE_CODES, "code": _ROLES[relation.kind]}]}],
        "name": [{"use": "official", "family": other.family, "given": other.given.split()}],
        "birthDate": other.born.isoformat(),
        "period": period,
    }


def _conflicting(truth: Municipality) -> Resource:
    """Another name, another birth date, yet the number of the first person with a replacement-free record."""
    victim = next(person for person in truth.people if person.given == "Tove" and person.family == "Iversen")
    stolen = patient(victim, truth.today)
    return stolen | {
        "id": CONFLICTING_PATIENT,
        "name": [{"use": "official", "family": "Petrović", "given": ["Milan"]}],
        "gender": "male",
        "birthDate": "1951-02-03",
    }


def _goal(goal: Goal) -> Resource:
    last = goal.assessments[-1] if goal.assessments else None
    resource: Resource = {
        "resourceType": "Goal",
        "id": f"g-{goal.id}",
        "meta": _meta(last[0] if last else goal.stated_on, goal.id, 1 + len(goal.assessments)),
        "lifecycleStatus": "completed" if last and last[1] == "reached" else "active",
        "category": [{"text": _GOAL_CATEGORIES[goal.kind]}],
        "description": {"text": goal.text},
        "subject": {"reference": f"Patient/p-{goal.person}"},
        "startDate": goal.stated_on.isoformat(),
        "expressedBy": {"display": goal.stated_by},
    }
    if last:
        resource["achievementStatus"] = {"coding": [{"code": _PROGRESS[last[1]]}]}
        resource["statusDate"] = last[0].isoformat()
    return resource


def _encounter(contact: Contact) -> Resource:
    return {
        "resourceType": "Encounter",
        "id": f"e-{contact.id}",
        "meta": _meta(contact.day, contact.id, 1),
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HH"},
        "type": [{"text": contact.title}],
        "subject": {"reference": f"Patient/p-{contact.person}"},
        "period": {"start": contact.day.isoformat(), "end": contact.day.isoformat()},
        "serviceProvider": {"display": UNIT_BY_ID[contact.unit].name},
    }


def _appointment(appointment: Appointment, today: date) -> Resource:
    """An Encounter with its hours: planned, and finished from the day after."""
    is_held = appointment.day < today
    changed = appointment.day if is_held else appointment.day - AGREED_BEFORE
    return {
        "resourceType": "Encounter",
        "id": f"e-agreed-{appointment.id}",
        "meta": _meta(changed, appointment.person, 2 if is_held else 1),
        "status": "finished" if is_held else "planned",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "type": [{"text": appointments.TITLE}],
        "subject": {"reference": f"Patient/p-{appointment.person}"},
        "period": {"start": appointment.starts_at.isoformat(), "end": appointment.ends_at.isoformat()},
        "serviceProvider": {"display": UNIT_BY_ID[appointments.UNIT].name},
    }


def _stay(stay: Stay) -> Resource:
    """A stay as hospital notifications tell it: its id is the latest notification's, its episode holds it together."""
    changes = [day for day in (stay.admitted_on, stay.leave_since, stay.discharged_on) if day]
    period = {"start": stay.admitted_on.isoformat()}
    if stay.discharged_on:
        period["end"] = stay.discharged_on.isoformat()
    status = "finished" if stay.discharged_on else "onleave" if stay.leave_since else "in-progress"
    leave = {"url": _LEAVE, "valuePeriod": {"start": stay.leave_since.isoformat()}} if stay.leave_since else None
    return {
        "resourceType": "Encounter",
        "id": f"e-stay-{stay.id}",
        "meta": _meta(max(changes), stay.id, len(changes)) | {"profile": [_NOTIFICATION]},
        "extension": [leave] if leave else [],
        "status": status,
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "subject": {"reference": f"Patient/p-{stay.person}"},
        "episodeOfCare": [{"identifier": {"value": f"egelund-episode-{stay.id}"}}],
        "period": period,
        "serviceProvider": {"display": stay.ward},
    }


def _meta(changed: date, key: int, version: int) -> Resource:
    return {"versionId": str(version), "lastUpdated": moment(changed, key), "tag": [dict(SYNTHETIC)]}
