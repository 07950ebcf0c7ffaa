"""Pupils, classes, contact persons and sums of absence to records; pure.

Registered time: what a set says first was registered when the school wrote it, as far as the set tells; a later change
was registered when it was seen, because a set does not tell when its content changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pydantic import ValidationError

from connectors.errors import RecordRejected
from connectors.kit import DANISH_TIME, NAME_LENGTH, InvalidValue, clean_line, validation_fault
from connectors.payload_tap import show_payload
from connectors.sources.school.calendar import Quarter, SchoolYear, count_school_days, school_days
from connectors.sources.school.state import GONE, KnownPupil, School, State, Total
from connectors.sources.school.tabulex import Pupil
from connectors.sources.school.values import LEADING_ZERO
from connectors.sources.school.wsieksport import ContactPerson
from schemas.codes import Coded
from schemas.facts import AbsenceFact, AbsenceKind, EnrolmentFact, Fact
from schemas.identifiers import Identifier
from schemas.people import CONTACT_PERSON, Address, PersonFact, RelationFact, RelationKind, Responsible, Unit, Worker
from schemas.period import Period
from schemas.record import Party, PartyRole, QualityFlag, SourceRecord

HASH_LENGTH = 16
ABSENCE, ENROLMENT, RELATION, CONTACT = "Fravaer", "Indskrivning", "ContactPerson", "ContactPerson.Person"
_RELATIONS = {
    "mor": (RelationKind.PARENT, "MTH"),
    "far": (RelationKind.PARENT, "FTH"),
    "medmor": (RelationKind.PARENT, "PRN"),
    "forælder": (RelationKind.PARENT, "PRN"),
    "adoptivmor": (RelationKind.PARENT, "ADOPTM"),
    "adoptivfar": (RelationKind.PARENT, "ADOPTF"),
    "værge": (RelationKind.GUARDIAN, "GUARD"),
    "plejemor": (RelationKind.OTHER, "MTHFOST"),
    "plejefar": (RelationKind.OTHER, "FTHFOST"),
    "stedmor": (RelationKind.OTHER, "STPMTH"),
    "stedfar": (RelationKind.OTHER, "STPFTH"),
    "papmor": (RelationKind.OTHER, "STPMTH"),
    "papfar": (RelationKind.OTHER, "STPFTH"),
    "søskende": (RelationKind.SIBLING, "SIB"),
    "bror": (RelationKind.SIBLING, "BRO"),
    "søster": (RelationKind.SIBLING, "SIS"),
    "bedstemor": (RelationKind.OTHER, "GRMTH"),
    "bedstefar": (RelationKind.OTHER, "GRFTH"),
    "andet": (RelationKind.OTHER, CONTACT_PERSON),
    "anden": (RelationKind.OTHER, CONTACT_PERSON),
    "anden kontaktperson": (RelationKind.OTHER, CONTACT_PERSON),
}
"""What a contact person is to the pupil, by the school's word: kind and code of ``relationship_codes``.

Whom the school calls without being told more is a contact person, and no relative.
"""


@dataclass(frozen=True)
class Scope:
    """What every record of one look has in common."""

    source: str
    authority: str | None
    observed_at: datetime
    synthetic: bool
    closed: tuple[str, ...]

    @property
    def today(self) -> date:
        """The day of the look, in Denmark."""
        return self.observed_at.astimezone(DANISH_TIME).date()

    def pupil_party(self, school: str, pupil_id: str, numbers: Iterable[Identifier], name: str | None) -> Party:
        """A pupil by national number and by the school's own number."""
        own = Identifier.local(f"{self.source}:Elev", f"{school}:{pupil_id}")
        return Party(role=PartyRole.PRIMARY, identifiers=(*numbers, own), name=name)

    def unit(self, school: str, name: str | None) -> Unit:
        """A school."""
        return Unit(id=f"{self.source}:{school}", name=name or f"Skole {school}")


class Changes:
    """Gives out what differs from what was published before, and remembers it."""

    def __init__(self, scope: Scope, state: State, stated_at: datetime | None, version: str) -> None:
        self.scope = scope
        self._published = state.published
        self._stated_at = stated_at
        self._version = version
        self.rejected: list[RecordRejected] = []

    def publish(  # noqa: PLR0913  keyword-only from the period on
        self,
        record_type: str,
        source_id: str,
        fact: Fact,
        parties: tuple[Party, ...],
        *,
        valid: Period | None = None,
        flags: Iterable[QualityFlag] = (),
        registered_at: datetime | None = None,
    ) -> SourceRecord | None:
        """The record, if it is new or differs; what cannot be a record is added to ``rejected``."""
        scope = self.scope
        first = registered_at or self._stated_at
        try:
            record = SourceRecord(
                source=scope.source,
                record_type=record_type,
                source_id=source_id,
                registered_at=min(first, scope.observed_at) if first else scope.observed_at,
                observed_at=scope.observed_at,
                valid=valid or Period(),
                parties=parties,
                fact=fact,
                authority=scope.authority,
                quality=tuple(flags),
                synthetic=scope.synthetic,
            )
        except ValidationError as error:
            self.rejected.append(validation_fault(error).rejected(record_type, source_id))
            return None
        short = record.digest[:HASH_LENGTH]
        hashes = self._published.setdefault(record_type, {})
        before = hashes.get(source_id)
        if before == short:
            return None
        hashes[source_id] = short
        if before is None:
            return record
        # What changes back again has the digest that it had before, so a change has a version of its own.
        content = record.model_dump(exclude={"digest"})
        content |= {"source_version": f"{self._version}:{short}", "registered_at": scope.observed_at}
        return SourceRecord.model_validate(content)

    def delete(self, record_type: str, source_id: str, reason: str) -> SourceRecord | None:
        """A tombstone, for what was published and is not gone yet."""
        hashes = self._published.setdefault(record_type, {})
        if hashes.get(source_id, GONE) == GONE:
            return None
        hashes[source_id] = GONE
        return SourceRecord(
            source=self.scope.source,
            record_type=record_type,
            source_id=source_id,
            source_version=f"{self._version}:{GONE}",
            registered_at=self.scope.observed_at,
            observed_at=self.scope.observed_at,
            deleted=True,
            deleted_reason=reason,
            synthetic=self.scope.synthetic,
        )


def person_record(changes: Changes, record_type: str, pupil: Pupil) -> SourceRecord | None:
    """Who a pupil is."""
    names, flags = _names(pupil.given_name, pupil.family_name)
    street, more = clean_line("Adresse", pupil.street, longest=NAME_LENGTH)
    town, and_more = clean_line("By", pupil.town, longest=NAME_LENGTH)
    flags = [*flags, *more, *and_more]
    if pupil.repaired:
        flags.append(QualityFlag(field="CPR", rule=LEADING_ZERO))
    has_address = bool(street or town or pupil.postal_code)
    fact = PersonFact(
        given_name=names[0],
        family_name=names[1],
        name_address_protected=bool(pupil.protected),
        address=Address(street=street, postal_code=pupil.postal_code, town=town) if has_address else None,
    )
    party = changes.scope.pupil_party(pupil.school, pupil.id, (pupil.number,), full_name(pupil))
    show_payload(record_type, f"{pupil.school}:{pupil.id}", pupil)
    return changes.publish(record_type, f"{pupil.school}:{pupil.id}", fact, (party,), flags=flags)


def enrolment_record(  # noqa: PLR0913  keyword-only from the year on
    changes: Changes,
    school: School,
    code: str,
    pupil: KnownPupil,
    *,
    year: SchoolYear,
    is_first: bool = False,
    end: date | None = None,
) -> SourceRecord | None:
    """In which class of which school a pupil is, in one school year.

    Args:
        changes: gives it out.
        school: of the pupil, with its class teachers.
        code: the school's number.
        pupil: the pupil.
        year: the school year.
        is_first: it stands in the first set of the year: then the class has been known since the year began.
        end: the day on which the pupil was gone.
    """
    teacher = school.teachers.get(pupil.group or "")
    unit = changes.scope.unit(code, school.name)
    group, flags = clean_line("Stamklasse", pupil.group)
    fact = EnrolmentFact(
        school=unit,
        group=group,
        grade=pupil.grade,
        school_year=str(year),
        responsible=Responsible(unit=unit, worker=Worker(name=teacher[1], id=teacher[0]) if teacher else None),
    )
    valid = Period(start=year.start, end=max(year.start, min(end, year.end)) if end else year.end)
    party = changes.scope.pupil_party(code, pupil.id, (Identifier.national(pupil.number),), None)
    show_payload(ENROLMENT, enrolment_id(code, pupil.id, year), pupil)
    return changes.publish(
        ENROLMENT,
        enrolment_id(code, pupil.id, year),
        fact,
        (party,),
        valid=valid,
        flags=flags,
        registered_at=datetime.combine(year.start, time(), tzinfo=DANISH_TIME) if is_first else None,
    )


def enrolment_id(code: str, pupil_id: str, year: SchoolYear) -> str:
    """The school year is part of it: another year is another enrolment."""
    return f"{code}:{pupil_id}:{year.start_year}"


def contact_records(changes: Changes, pupil: Pupil, contact: ContactPerson) -> list[SourceRecord]:
    """A contact person: who they are, and what they are to the pupil."""
    own = f"{pupil.school}:{pupil.id}:{contact.id}"
    local = Identifier.local(f"{changes.scope.source}:ContactPerson", own)
    identifiers = (contact.number, local) if contact.number else (local,)
    names, flags = _names(contact.given_name, contact.family_name)
    if contact.repaired:
        flags.append(QualityFlag(field="ContactPerson.CivilRegistrationNumber", rule=LEADING_ZERO))
    name = " ".join(part for part in names if part) or None
    person = PersonFact(given_name=names[0], family_name=names[1], name_address_protected=bool(contact.protected))
    kind, role = _RELATIONS.get(contact.relation.casefold(), (RelationKind.OTHER, CONTACT_PERSON))
    relation_flags = [*flags]
    if contact.relation.casefold() not in _RELATIONS:
        relation_flags.append(QualityFlag(field="ContactPerson.relation", rule="unknown_code"))
    relation = RelationFact(
        relation=kind,
        role=Coded(code_list="relationship_codes", code=role),
        custody=contact.custody,
    )
    # Custody is a parent's or a guardian's; what a file says of others is not taken over.
    if kind not in {RelationKind.PARENT, RelationKind.GUARDIAN}:
        relation = relation.model_copy(update={"custody": None})
    primary = changes.scope.pupil_party(pupil.school, pupil.id, (pupil.number,), full_name(pupil))
    other = Party(role=PartyRole.OTHER, identifiers=identifiers, name=name[:NAME_LENGTH] if name else None)
    for shown in (RELATION, CONTACT):
        show_payload(shown, own, contact)
    records = [changes.publish(RELATION, own, relation, (primary, other), flags=relation_flags)]
    if contact.number is not None:
        own_party = Party(role=PartyRole.PRIMARY, identifiers=identifiers, name=other.name)
        records.insert(0, changes.publish(CONTACT, own, person, (own_party,), flags=flags))
    return [record for record in records if record is not None]


def absence_record(  # noqa: PLR0913  keyword-only from the total on
    changes: Changes, school: School, code: str, pupil: KnownPupil, *, total: Total, quarter: Quarter, kind: str
) -> SourceRecord | None:
    """Absence of one pupil in one quarter, of one kind."""
    closed = changes.scope.closed
    fact = AbsenceFact(
        year=quarter.year,
        quarter=quarter.number,
        absence=AbsenceKind(kind),
        days=round(total.days, 2),
        school_days=school_days(quarter, closed),
        school=changes.scope.unit(code, school.name),
        grade=_grade_in(quarter, pupil.grade, school.year),
    )
    flags = []
    if total.repaired:
        flags.append(QualityFlag(field="CPR", rule=LEADING_ZERO))
    covered = school.covered_from
    if covered and quarter.start < covered and count_school_days(quarter.start, min(covered, quarter.end), closed):
        flags.append(QualityFlag(field="from", rule="quarter_incomplete"))
    registered = datetime.fromisoformat(total.changed) if total.changed else None
    show_payload(ABSENCE, absence_id(code, pupil.id, quarter, kind), total)
    return changes.publish(
        ABSENCE,
        absence_id(code, pupil.id, quarter, kind),
        fact,
        (changes.scope.pupil_party(code, pupil.id, (Identifier.national(pupil.number),), None),),
        valid=Period(start=quarter.start, end=quarter.end),
        flags=flags,
        registered_at=registered.astimezone(UTC) if registered else None,
    )


def _grade_in(quarter: Quarter, grade: str | None, year: SchoolYear | None) -> str | None:
    """The grade in that quarter: of an earlier school year it was so much lower."""
    earlier = year.start_year - SchoolYear.of(quarter.end - timedelta(days=1)).start_year if year else 0
    if grade is None or not earlier:
        return grade
    number = int(grade) - earlier if grade.isascii() and grade.isdecimal() else -1
    return str(number) if number >= 0 else None


def absence_id(code: str, pupil_id: str, quarter: Quarter, kind: str) -> str:
    """Without a national number: the pupil is known by the school's own."""
    return f"{code}:{pupil_id}:{quarter}:{kind}"


def full_name(pupil: Pupil) -> str | None:
    """The whole name, as far as it is given."""
    name = " ".join(part for part in (pupil.given_name, pupil.family_name) if part)
    return name[:NAME_LENGTH] or None


def _names(given_name: str | None, family_name: str | None) -> tuple[tuple[str | None, str | None], list[QualityFlag]]:
    first, flags = clean_line("Fornavn", given_name, longest=NAME_LENGTH)
    last, more = clean_line("Efternavn", family_name, longest=NAME_LENGTH)
    return (first, last), [*flags, *more]


def rejected_contact(fault: InvalidValue, pupil: Pupil) -> RecordRejected:
    """The rejection of a contact person that cannot be read."""
    return fault.rejected(RELATION, f"{pupil.school}:{pupil.id}")
