"""The schools' administration: files that a drop folder gets each night, as it writes them on that day.

One ¤-separated set and one XML export for all schools, and an absence file with its marker for each school. The first
night tells the whole history, every other one the last thirty days.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from connectors.sources.school.calendar import SchoolYear
from deploy.sandbox.fagsystemer.faults import LOGIN_PAGE, Fault
from deploy.sandbox.municipality.catalogue import UNIT_BY_ID
from deploy.sandbox.municipality.names import worker_number
from deploy.sandbox.municipality.schooling import FIRST_YEAR
from deploy.sandbox.municipality.truth import Enrolment, Municipality, Person, Relation
from hub.clock import DANISH_TIME

CODES = {"school:500": "281500", "school:520": "281520", "school:530": "281530"}
"""Numbers of the schools by unit."""
WINDOW = timedelta(days=30)
EXPORT_TIME = time(3, 11, tzinfo=DANISH_TIME)
HEADER = "RaekkeId;CPR;Skolekode;Klasse;Dato;Fravaerstype;Fravaerskode;Omfang;Lektion;Bemaerkning;Registreret;Rettet"
_KINDS = {
    "SICK": ("Sygefravær", "S"), "PERMITTED": ("Fravær med tilladelse", "L"), "UNLAWFUL": ("Ulovligt fravær", "U"),
}  # fmt: skip
_RELATIONS = {"mother": "Mor", "father": "Far"}
_NOTE = "FORTROLIG BEMÆRKNING: må ikke forlade fagsystemet"


def write_night(truth: Municipality, waiting: Path, *, first: bool, fault: Fault | None = None) -> None:
    """Put the files of the night before *truth*'s day into a folder of their own; the absence spoilt as told."""
    folder = waiting / f"{truth.today:%Y%m%d}"
    folder.mkdir(parents=True)
    people = {person.id: person for person in truth.people}
    year = SchoolYear.of(truth.today)
    enrolled = [
        (enrolment, people[enrolment.person])
        for enrolment in truth.enrolments
        if enrolment.start_year == year.start_year and not _is_away(people[enrolment.person])
    ]
    _write_four(folder, enrolled, year)
    _write_export(folder, enrolled, truth, year)
    last = truth.today - timedelta(days=1)
    start = date(FIRST_YEAR, 1, 1) if first else last - WINDOW
    for unit, code in CODES.items():
        _write_absence(folder, _rows(truth, enrolled, unit, code, (start, last)), code, (start, last), fault)


def pupil_id(person: Person) -> str:
    """The number that the schools' administration gives a pupil."""
    return str(500_000 + person.id)


def _is_away(person: Person) -> bool:
    return person.died_on is not None or person.moved_out_on is not None


def _write_four(folder: Path, enrolled: list[tuple[Enrolment, Person]], year: SchoolYear) -> None:
    pupils, staff, classes = [], {}, {}
    for enrolment, person in enrolled:
        code, name = CODES[enrolment.school], UNIT_BY_ID[enrolment.school].name
        first, last = enrolment.teacher.split(" ", 1)
        own = f"P{worker_number(enrolment.teacher)}"
        fields = (
            pupil_id(person), code, name, person.given, person.family, person.cpr, person.street, "",
            person.postal_code, person.town, str(enrolment.grade), enrolment.group[-1],
            str(enrolment.start_year - enrolment.grade), enrolment.group,
        )  # fmt: skip
        pupils.append(fields)
        staff[code, own] = (own, code, name, first, last, "", first[0] + last[0])
        classes[code, enrolment.group] = (own, code, enrolment.group, "Klasselærer")
    for name, rows in (
        ("Elev.txt", pupils),
        ("Elev-valgfag.txt", []),
        ("Personale.txt", staff.values()),
        ("Personale-hold.txt", classes.values()),
    ):
        lines = [f"01-08-{year.start_year}¤31-07-{year.start_year + 1}", *("¤".join(row) + "¤" for row in rows)]
        (folder / name).write_bytes(_encoded("\r\n".join(lines) + "\r\n"))


def _encoded(text: str) -> bytes:
    """In Windows-1252, as the system writes; in UTF-8 when a name has a letter that is not in it."""
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError:
        return text.encode("utf-8")


def _write_export(
    folder: Path, enrolled: list[tuple[Enrolment, Person]], truth: Municipality, year: SchoolYear
) -> None:
    people = {person.id: person for person in truth.people}
    parents: dict[int, list[Relation]] = defaultdict(list)
    for relation in truth.relations:
        if relation.kind in _RELATIONS and relation.end is None and (relation.custody or relation.shares_household):
            parents[relation.person].append(relation)
    moment = datetime.combine(truth.today, EXPORT_TIME)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        (
            '<UNILoginExport xmlns="https://wsieksport.unilogin.dk/eksport/fuldmyndighed" '
            f'exportDateTime="{moment.isoformat()}" accessLevel="fuldmyndighed">'
        ),
        (
            f'<ImportSource sourceDateTime="{(moment - timedelta(hours=5)).isoformat()}" source="Skoleadm" '
            f'schoolYear="{year.start_year}/{year.start_year + 1}"/>'
        ),
    ]
    for unit, code in CODES.items():
        own = [(enrolment, person) for enrolment, person in enrolled if enrolment.school == unit]
        groups = sorted({(enrolment.group, enrolment.grade) for enrolment, _ in own})
        parts.append(f"<Institution><InstitutionNumber>{code}</InstitutionNumber>")
        parts.append(f"<InstitutionName>{escape(UNIT_BY_ID[unit].name)}</InstitutionName>")
        parts += [
            f"<Group><GroupId>{group}-{year.start_year}</GroupId><GroupName>{group}</GroupName>"
            f"<GroupType>Hovedgruppe</GroupType><GroupLevel>{grade}</GroupLevel>"
            f"<FromDate>{year.start}</FromDate><ToDate>{year.end - timedelta(days=1)}</ToDate></Group>"
            for group, grade in groups
        ]
        for enrolment, person in own:
            contacts = "".join(_contact(relation, people[relation.other]) for relation in parents[person.id])
            parts.append(
                f"<InstitutionPerson><LocalPersonId>{pupil_id(person)}</LocalPersonId>{_person(person, address=True)}"
                f"<Student><Role>Barn</Role><Level>{enrolment.grade}</Level>"
                f"<MainGroupId>{enrolment.group}-{year.start_year}</MainGroupId>{contacts}</Student></InstitutionPerson>"
            )
        parts.append("</Institution>")
    parts.append("</UNILoginExport>")
    (folder / "export.full.xml").write_text("".join(parts), encoding="utf-8")


def _person(person: Person, *, address: bool = False) -> str:
    where = (
        f"<Address><StreetAddress>{escape(person.street)}</StreetAddress><PostalCode>{person.postal_code}</PostalCode>"
        f"<PostalDistrict>{escape(person.town)}</PostalDistrict></Address>"
        if address
        else ""
    )
    return (
        f'<Person protected="{str(len(person.protected_in) > 1).lower()}" verificationLevel="2">'
        f"<FirstName>{escape(person.given)}</FirstName><FamilyName>{escape(person.family)}</FamilyName>"
        f"<CivilRegistrationNumber>{person.cpr}</CivilRegistrationNumber>{where}</Person>"
    )


def _contact(relation: Relation, other: Person) -> str:
    custody = "" if relation.custody is None else f" childCustody={quoteattr(str(relation.custody).lower())}"
    relative = f'relation="{_RELATIONS[relation.kind]}"{custody} accessLevel="1"'
    return f"<ContactPerson {relative}>{_person(other)}</ContactPerson>"


def _rows(
    truth: Municipality, enrolled: list[tuple[Enrolment, Person]], unit: str, code: str, window: tuple[date, date]
) -> Iterable[str]:
    pupils = {person.id: (enrolment, person) for enrolment, person in enrolled if enrolment.school == unit}
    for absence in truth.absences:
        if absence.person not in pupils:
            continue
        enrolment, person = pupils[absence.person]
        words, letter = _KINDS[absence.kind]
        for day in absence.dates():
            if window[0] <= day <= window[1]:
                yield (
                    f"{code}-{day:%Y%m%d}-{pupil_id(person)}-{letter};{person.cpr};{code};{enrolment.group};{day:%d-%m-%Y};"
                    f'{words};{letter};1;;"{_NOTE}; ring";{day:%d-%m-%Y} 08:20;'
                )


def _write_absence(
    folder: Path, rows: Iterable[str], code: str, window: tuple[date, date], fault: Fault | None
) -> None:
    lines = [] if fault is Fault.EMPTY else list(rows)
    raw = ("\r\n".join([HEADER, *lines]) + "\r\n").encode("utf-8-sig")
    if fault is Fault.HTML:
        raw = LOGIN_PAGE.encode()
    promised = len(lines) + (fault is Fault.LYING_MARKER)
    name = f"fravaer_{code}_{window[1]:%Y%m%d}"
    (folder / f"{name}.csv").write_bytes(raw)
    (folder / f"{name}.ok").write_text(
        f"file={name}.csv\nrows={promised}\nsha256={hashlib.sha256(raw).hexdigest()}\nmode=full\n"
        f"from={window[0]}\nto={window[1]}\n",
        encoding="utf-8",
    )
