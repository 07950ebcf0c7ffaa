"""The job centre's rows, in STAR's and the case system's words."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from deploy.sandbox.municipality.catalogue import UNIT_BY_ID
from deploy.sandbox.municipality.employment import AGREED_BEFORE, INTERVIEW_FROM, INTERVIEW_TO, Client, clients_of
from deploy.sandbox.municipality.truth import Effort, Municipality

Row = dict[str, Any]
_ROLES = {
    "employment_caseworker": ("BESKAFTIGELSESSAGSBEHANDLER", "Beskæftigelsessagsbehandler"),
    "coordinating_caseworker": ("KOORDINERENDE_SAGSBEHANDLER", "Koordinerende sagsbehandler"),
}
_TYPES = {"Kontanthjælp": 1, "Ressourceforløb": 31, "Virksomhedspraktik": 17, "Mentorstøtte": 42}
AUTHORITY = {"organisationTypeIdentifier": 1, "organisationCode": "999"}


@dataclass
class Rows:
    """Everything by service and id; each entity with its citizen's number."""

    citizens: list[Row] = field(default_factory=list)
    caseworkers: dict[str, list[Row]] = field(default_factory=dict)
    entities: dict[str, dict[str, Row]] = field(default_factory=dict)
    owners: dict[tuple[str, str], str] = field(default_factory=dict)
    by_owner: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Ids by service and number."""
    histories: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, service: str, key: str, number: str, row: Row) -> None:
        """An entity of a citizen."""
        self.entities.setdefault(service, {})[key] = row
        self.owners[service, key] = number
        self.by_owner.setdefault((service, number), []).append(key)


def rows(truth: Municipality) -> Rows:
    """The rows of a municipality."""
    held = Rows()
    for client in clients_of(truth):
        _add(held, client, truth.today)
    return held


def lies_ahead(row: Row, today: date) -> bool:
    """Whether an interview or a deadline is still to come. When it no longer holds it was called off."""
    day: str = max(row.get("startTime", "")[:10], row.get("fristDato", ""))
    return day >= today.isoformat()


def _add(held: Rows, client: Client, today: date) -> None:
    person = client.person
    own = f"00000000-0000-4000-8000-{person.id:012}"
    street, _, suite = person.street.partition(", ")
    name, _, number = street.rpartition(" ")
    held.citizens.append(
        {
            "id": own,
            "citizenId": own,
            "cpr": person.cpr,
            "firstName": person.given,
            "lastName": person.family,
            "displayName": f"{person.given} {person.family}",
            "targetGroupCode": client.group[0] if client.group else None,
            "targetGroupName": client.group[1] if client.group else None,
            "isActive": client.is_active,
            "nameAndAddressProtected": "employment" in person.protected_in,
            "address": {
                "street": name, "number": number, "suite": suite or None, "postalCode": person.postal_code,
                "city": person.town, "countryCode": "DK",
            },
            "syntetisk": True,
        }
    )  # fmt: skip
    held.caseworkers[own] = [_caseworker(role, worker, client, today) for role, worker in client.workers]
    for effort in client.efforts:
        held.add("activity", f"akt-{effort.id}", person.cpr, _activity(effort))
    for plan in client.plans:
        row = _frame("planIdentifier", f"plan-{plan.id}", plan.end or plan.start)
        is_over = plan.end is not None
        held.add(
            "minplan", f"plan-{plan.id}", person.cpr,
            row | {"title": plan.title, "status": "Afsluttet" if is_over else "Aktiv",
                   "startDate": plan.start.isoformat(), "endDate": _last(plan.end)},
        )  # fmt: skip
    for meeting in client.interviews:
        key, is_held = f"samtale-{meeting.id}", meeting.day < today
        registered_on = meeting.day if is_held else meeting.day - AGREED_BEFORE
        held.add(
            "interview", key, person.cpr,
            _frame("interviewIdentifier", key, registered_on)
            | {"interviewTypeIdentifier": meeting.kind,
               "startTime": f"{meeting.day}T{INTERVIEW_FROM}", "endTime": f"{meeting.day}T{INTERVIEW_TO}",
               "interviewTypeText": "Jobsamtale" if meeting.kind == 7 else "Opfølgningssamtale",  # noqa: PLR2004  STAR's
               "status": "Afholdt" if is_held else "Planlagt", "unit": _unit("employment:400")},
        )  # fmt: skip
    if client.deadline is not None:
        key = f"frist-{person.id}-{client.deadline:%Y%m%d}"
        held.add(
            "frist", key, person.cpr,
            _frame("fristIdentifier", key, client.deadline - AGREED_BEFORE)
            | {"fristDato": client.deadline.isoformat(),
               "fristType": {"kode": "1", "tekst": "Næste samtale skal være holdt"}},
        )  # fmt: skip
    for leave in client.leaves:
        held.add(
            "fravaer", f"fra-{leave.id}", person.cpr,
            _frame("fravaerIdentifier", f"fra-{leave.id}", leave.end or leave.start)
            | {"fravaerType": {"kode": leave.kind, "tekst": leave.text}, "startDato": leave.start.isoformat(),
               "slutDato": leave.end.isoformat() if leave.end else None, "anmeldelsesDato": leave.start.isoformat(),
               "fravaersKommentar": "Meldt pr. telefon", "fravaersAfslutningsAarsag": None},
        )  # fmt: skip


def _activity(effort: Effort) -> Row:
    unit = UNIT_BY_ID[effort.unit]
    return _frame("activityIdentifier", f"akt-{effort.id}", effort.end or effort.start) | {
        "activationTypeIdentifier": _TYPES.get(effort.title, 99),
        "activationTypeText": effort.title,
        "startDate": effort.start.isoformat(),
        "endDate": _last(effort.end),
        "omfang": effort.extent,
        "purpose": effort.purpose,
        "nextFollowUp": effort.next_follow_up.isoformat() if effort.next_follow_up else None,
        "expectedEndDate": effort.expected_end.isoformat() if effort.expected_end else None,
        "kle": effort.kle,
        "caseworker": {"displayName": effort.worker} if effort.worker else None,
        "unit": _unit(effort.authority),
        "provider": {"organisationName": unit.name, "organisationCode": unit.id.partition(":")[2]},
    }


def _caseworker(role: str, worker: str, client: Client, today: date) -> Row:
    code, words = _ROLES[role]
    start = min((effort.start for effort in client.efforts if not effort.end or effort.end > today), default=today)
    before = datetime.combine(start - timedelta(days=1), datetime.min.time())
    is_summer = 4 <= start.month <= 9  # noqa: PLR2004  near enough: Danish midnight as UTC
    return {
        "caseworkerId": worker.lower().replace(" ", "."),
        "displayName": worker,
        "responsibilityName": words,
        "responsibilityTypeCode": code,
        "role": 1 if role == "employment_caseworker" else 0,
        "start": f"{before.date().isoformat()}T{22 if is_summer else 23}:00:00Z",
        "endDate": None,
        "caseworkerIsActive": True,
        "unit": _unit("employment:400"),
        "syntetisk": True,
    }


def _frame(id_field: str, key: str, registered_on: date) -> Row:
    return {
        id_field: key,
        "versionIdentifier": "1",
        "registreretTidspunkt": f"{registered_on.isoformat()}T07:30:00",
        "responsibleAuthority": AUTHORITY,
        "syntetisk": True,
    }


def _unit(unit_id: str) -> Row:
    unit = UNIT_BY_ID[unit_id]
    return {"organisationName": unit.name, "organisationCode": unit.id.partition(":")[2], "phone": unit.phone}


def _last(end: date | None) -> str | None:
    return (end - timedelta(days=1)).isoformat() if end else None
