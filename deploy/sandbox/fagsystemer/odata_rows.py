"""The municipality as rows in DUBU's shape: cases, activities, granted efforts.

First and last days are inclusive here, as in DUBU. ``notat`` and ``beskrivelse`` hold words that must never
reach anybody's overview.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from deploy.sandbox.municipality import catalogue
from deploy.sandbox.municipality.names import worker_number
from deploy.sandbox.municipality.people import age
from deploy.sandbox.municipality.truth import Effort, Goal, Municipality, Notification, Person, Plan, Relation
from hub.clock import DANISH_TIME

Row = dict[str, Any]

CASE_OFFSET = 10_000
"""Case number of a person: their number plus this."""
CONFIDENTIAL_NOTE = "FORTROLIGT NOTAT: må ikke forlade fagsystemet"
PROGRESS = {"reached": "Opnået", "better": "Fremgang", "unchanged": "Uændret", "worse": "Tilbagegang"}
_ROLES = {"mother": "Mor", "father": "Far", "child": "Barn", "sibling": "Søskende", "partner": "Partner"}
_GOALS = {"goal": "Mål", "citizen_wish": "Borgerens ord", "strength": "Ressource"}
_ABOUT_CHILD = frozenset({"1", "2", "3", "4", "5", "6", "7"})
_ABOUT_OTHER = frozenset({"15", "16", "999"})
_REASONS = {
    "3": "Skoleproblemer, fx fravær", "4": "Anden bekymrende adfærd hos barnet", "6": "Sundhedsforhold hos barnet",
    "8": "Anden form for omsorgssvigt", "9": "Misbrug hos forældre", "11": "Bekymrende adfærd hos forældre",
    "13": "Højt konfliktniveau i hjemmet", "14": "Utilstrækkelig omsorg", "16": "Andet", "17": "Forældres helbred",
}  # fmt: skip
_OUTCOMES = {
    "no_action": "Ingen yderligere handling", "to_running_case": "Indgår i igangværende sag",
    "clarification_19": "Afdækning", "assessment_20": "Børnefaglig undersøgelse", "acute": "Akut handling",
    "effort": "Indsats iværksat",
}  # fmt: skip
_ACTIVITY_KINDS = {"notification": 0, "plan": 1, "goal": 2}
_ADULT_AGE = 18


@dataclass(slots=True)
class Rows:
    """All rows by id, and the activities by case."""

    cases: dict[int, Row]
    efforts: dict[int, Row]
    activities: dict[int, list[Row]]

    def show(self, truth: Municipality) -> None:
        """Hold what is true on another day."""
        other = rows(truth)
        self.cases, self.efforts, self.activities = other.cases, other.efforts, other.activities


def rows(truth: Municipality) -> Rows:
    """Everything the social system has; a person has a case when the social area has something on them.

    It is active while an effort runs, and while a notification waits for its outcome: somebody must decide what follows
    (barnets lov § 136).
    """
    people = {person.id: person for person in truth.people}
    efforts = [effort for effort in truth.efforts if effort.area == "social" and effort.person in people]
    first: dict[int, date] = {}
    relations: dict[int, list[Relation]] = defaultdict(list)
    activities: dict[int, list[Row]] = defaultdict(list)

    def seen(person: int, day: date) -> None:
        first[person] = min(first.get(person, day), day)

    for effort in efforts:
        seen(effort.person, effort.start)
    for notification in truth.notifications:
        seen(notification.person, _danish(notification.received).date())
        activities[CASE_OFFSET + notification.person].append(_notification(notification, people))
    for plan in truth.plans:
        if plan.area == "social":
            seen(plan.person, plan.start)
            activities[CASE_OFFSET + plan.person].append(_plan(plan))
    for goal in truth.goals:
        if goal.area == "social":
            seen(goal.person, goal.stated_on)
            activities[CASE_OFFSET + goal.person].append(_goal(goal))
    for relation in truth.relations:
        relations[relation.person].append(relation)
    active = {effort.person for effort in efforts if effort.end is None}
    active |= {notification.person for notification in truth.notifications if notification.outcome is None}
    cases = {
        CASE_OFFSET + person: _case(people[person], opened_on, relations[person], people, is_open=person in active)
        for person, opened_on in sorted(first.items())
    }
    for case in cases.values():
        case["primaerPerson"]["alder"] = age(date.fromisoformat(case["primaerPerson"]["foedselsdato"]), truth.today)
    return Rows(cases, {effort.id: _effort(effort, people[effort.person]) for effort in efforts}, activities)


def unit(unit_id: str) -> Row:
    """An organisational unit."""
    entry = catalogue.UNIT_BY_ID[unit_id]
    return {"orgEnhedId": entry.id.partition(":")[2], "titel": entry.name, "telefon": entry.phone}


def _worker(name: str | None, unit_id: str) -> Row:
    of = unit(unit_id)
    key = worker_number(name or of["titel"])
    return {"id": key, "navn": name or of["titel"], "telefon": of["telefon"], "enhed": of}


def _key(key: str, title: str | None = None) -> Row:
    return {"brugervendtNoegle": key, "titel": title or key}


def _case(
    person: Person, opened_on: date, relations: list[Relation], people: dict[int, Person], *, is_open: bool
) -> Row:
    child = age(person.born, opened_on) < _ADULT_AGE
    status = ("SagStatus1", "Aktiv") if is_open else ("SagStatus3", "Hvilende")
    return {
        "id": CASE_OFFSET + person.id,
        "sagsnummer": f"{opened_on.year}-{CASE_OFFSET + person.id}",
        "titel": "Børnesag" if child else "Voksensag",
        "tvang": False,
        "isSensitive": False,
        "sagstype": _key("SagType1", "Børnesag") if child else _key("SagType2", "Voksensag"),
        "status": _key(*status),
        "kleNummer": "27.24.00" if child else "27.36.00",
        "oprettetDato": _instant(opened_on),
        "lukketDato": None,
        "primaerPerson": _primary(person),
        "primaerBehandler": _worker("Anna Holm" if child else "Birgit Dahl", "social:100" if child else "social:200"),
        "foerstkommendeFrist": None,
        "sekundaerBehandlerNavne": "",
        "sagsparter": [_party(relation, people[relation.other]) for relation in relations],
        "syntetisk": True,
    }


def _primary(person: Person) -> Row:
    first, _, middle = person.given.partition(" ")
    family = person.social_family or person.family
    return {
        "id": person.id,
        "cprnr": person.cpr,
        "fornavn": first,
        "mellemnavn": middle,
        "efternavn": family,
        "fuldeNavn": f"{person.given} {family}",
        "foedselsdato": (person.social_born or person.born).isoformat(),
        "adressebeskyttelse": "social" in person.protected_in,
        "doedsdato": person.died_on.isoformat() if person.died_on else None,
        "adresse": {
            "vejnavn": person.street,
            "postnummer": person.postal_code,
            "by": person.town,
            "kommunekode": "0999",
        },
        "tidligereCprnr": [person.earlier_number] if person.earlier_number else [],
    }


def _party(relation: Relation, other: Person) -> Row:
    return {
        "id": other.id,
        "cprnr": other.cpr,
        "fuldeNavn": f"{other.given} {other.family}",
        "foedselsdato": other.born.isoformat(),
        "rolle": _ROLES[relation.kind],
        "foraeldremyndighed": relation.custody,
        "sammeHusstand": relation.shares_household,
        "fraDato": relation.start.isoformat(),
        "tilDato": _last_day(relation.end),
    }


def _activity(kind: str, key: int, person: int, happened: datetime, titles: tuple[str, str]) -> Row:
    return {
        "id": 10 * key + _ACTIVITY_KINDS[kind],
        "sagReference": {"sagId": CASE_OFFSET + person},
        "type": _key(f"AktType{_ACTIVITY_KINDS[kind] + 1}", titles[0]),
        "undertype": _key(f"AktUnder{_ACTIVITY_KINDS[kind] + 1}", titles[1]),
        "haendelsesDato": happened.isoformat(),
        "oprettetDato": happened.isoformat(),
        "notat": CONFIDENTIAL_NOTE,
        "beskrivelse": CONFIDENTIAL_NOTE,
        "syntetisk": True,
    }


def _notification(notification: Notification, people: dict[int, Person]) -> Row:
    received = _danish(notification.received)
    law = "Barnets lov" if received.date() >= catalogue.BARNETS_LOV_FROM else "Serviceloven"
    section = {"Barnets lov": ("§ 133", "§ 135"), "Serviceloven": ("§ 153", "§ 154")}[law]
    reasons = [(code, _key(code, _REASONS.get(code))) for code in notification.reasons]
    row = _activity("notification", notification.id, notification.person, received, ("Henvendelse", "Underretning"))
    return row | {
        "modtagetDato": received.isoformat(),
        "vurderetDato": _danish(notification.assessed).isoformat() if notification.assessed else None,
        "kvitteringDato": notification.receipt_on.isoformat() if notification.receipt_on else None,
        "underretterOrienteretDato": notification.informed_on.isoformat() if notification.informed_on else None,
        "underretter": _key(notification.notifier, notification.notifier_title),
        "baggrundeForUnderretningBarnet": [row for code, row in reasons if code in _ABOUT_CHILD],
        "baggrundeForUnderretningHjemmet": [row for code, row in reasons if code not in _ABOUT_CHILD | _ABOUT_OTHER],
        "baggrundeForUnderretningAndet": [row for code, row in reasons if code in _ABOUT_OTHER],
        "lovgrundlag": {"titel": f"{law} {section[notification.notifier in {'7', '8', '12', '13'}]}"},
        "status": {"titel": "Afsluttet" if notification.outcome else "Aktiv"},
        "udfald": _key(notification.outcome, _OUTCOMES[notification.outcome]) if notification.outcome else None,
        "udfaldDato": notification.outcome_on.isoformat() if notification.outcome_on else None,
        "medfoerteYdelser": list(notification.efforts),
        "vedroerer": [
            {
                "relation": "Barn",
                "personId": person.id,
                "cprnr": person.cpr,
                "fuldeNavn": f"{person.given} {person.family}",
            }
            for person in (
                people[key]
                for key in (() if notification.unborn else (notification.person, *notification.also))
                if key in people
            )
        ],
        "ufoedt": notification.unborn,
        "primaerBehandlerNavn": "Modtagelsen",
        "primaerBehandlerId": 120,
    }


def _plan(plan: Plan) -> Row:
    opened_at = _morning(plan.start)
    status = "Afsluttet" if plan.end else "Aktiv"
    row = _activity("plan", plan.id, plan.person, opened_at, ("Faglig", plan.title))
    return row | {
        "fristDato": plan.due.isoformat() if plan.due else None,
        "slutDato": _last_day(plan.end),
        "status": {"titel": status},
    }


def _goal(goal: Goal) -> Row:
    last = goal.assessments[-1] if goal.assessments else None
    row = _activity("goal", goal.id, goal.person, _morning(goal.stated_on), (_GOALS[goal.kind], _GOALS[goal.kind]))
    return row | {
        "maalType": {"titel": _GOALS[goal.kind]},
        "slutDato": None,
        "tekst": goal.text,
        "status": {"titel": PROGRESS[last[1]] if last else "Ikke vurderet"},
        "vurderetDato": last[0].isoformat() if last else None,
        "angivetAf": goal.stated_by,
    }


def _effort(effort: Effort, person: Person) -> Row:
    kind = effort.title.casefold().replace(" ", "_")
    return {
        "id": effort.id,
        "sagId": CASE_OFFSET + person.id,
        "cprnr": person.cpr,
        "borgerNavn": f"{person.given} {person.social_family or person.family}",
        "ydelsestype": _key(kind, effort.title),
        "foranstaltningsparagraf": effort.paragraph,
        "kleNummer": effort.kle,
        "startdato": effort.start.isoformat(),
        "slutdato": _last_day(effort.end),
        "forventetSlutdato": effort.expected_end.isoformat() if effort.expected_end else None,
        "status": _key("Afsluttet" if effort.end else "Igang"),
        "leverandoer": unit(effort.unit),
        "ansvarlig": _worker(effort.worker, effort.unit if effort.unit == "social:110" else effort.authority),
        "formaal": effort.purpose,
        "omfang": effort.extent,
        "naesteOpfoelgning": effort.next_follow_up.isoformat() if effort.next_follow_up else None,
        "anbefaling": effort.recommendation,
        "oprettetDato": _instant(effort.start),
        "syntetisk": True,
    }


def _last_day(end: date | None) -> str | None:
    return (end - timedelta(days=1)).isoformat() if end else None


def _danish(when: datetime) -> datetime:
    return when.astimezone(DANISH_TIME)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), tzinfo=DANISH_TIME)


def _instant(day: date) -> str:
    return _morning(day).isoformat()
