"""STIL's wsiEKSPORT (WS17): pupils, groups, contact persons and custody, read from XML as it comes.

Read with defusedxml: a document that declares a document type or an entity is refused before anything of it is read.
The names of elements count, not their namespaces: each version has others, and the answer may stand in an envelope.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any
from xml.etree.ElementTree import Element

from connectors.kit import InvalidValue, read_instant
from connectors.safe_xml import iterate_xml
from connectors.sources.school.calendar import SCHOOL_YEARS, SchoolYear
from connectors.sources.school.tabulex import Pupil, UnreadPupil
from connectors.sources.school.values import (
    given,
    read_day,
    read_number,
    read_own_id,
    read_postal_code,
    read_school_code,
)
from schemas.identifiers import Identifier
from schemas.record import RejectionRule

PERSON = "InstitutionPerson"
CONTACT = "ContactPerson"
_ROOTS = ("UNILoginExport", "UNILoginExportFullMyndighed", "UNILoginExportFuldMyndighed")
_TRUE, _FALSE = frozenset({"true", "1"}), frozenset({"false", "0"})


@dataclass(frozen=True, slots=True)
class ContactPerson:
    """Whom the school calls about a pupil."""

    pupil_id: str
    id: str
    """Within the pupil; made of relation and name, or the login's."""
    relation: str
    custody: bool | None
    given_name: str | None
    family_name: str | None
    number: Identifier | None
    repaired: bool
    protected: bool | None


@dataclass(slots=True)
class Export:
    """What a whole export holds, as far as it was read."""

    exported_at: datetime | None = None
    stated_at: datetime | None = None
    """sourceDateTime: as the school's own system had it then."""
    school_years: set[SchoolYear] = field(default_factory=set)
    schools: dict[str, str | None] = field(default_factory=dict)
    """Names by number."""
    unread_schools: list[InvalidValue] = field(default_factory=list)
    """Why schools could not be read; nothing is read of their pupils."""
    is_complete: bool = False
    """The root was closed."""


@dataclass(frozen=True, slots=True)
class PupilInExport:
    """A pupil with contact persons, and the contact persons that could not be read."""

    pupil: Pupil
    contacts: tuple[ContactPerson, ...]
    unread: tuple[InvalidValue, ...]
    year: SchoolYear | None = None
    """Of the pupil's group, where the group says when it begins."""


@dataclass(frozen=True, slots=True)
class _Group:
    name: str | None
    level: str | None
    start: date | None


@dataclass(slots=True)
class _Place:
    """The school that is being read."""

    school: str | None = None
    is_unread: bool = False
    groups: dict[str, _Group] = field(default_factory=dict)


def read_export(content: IO[bytes], export: Export) -> Iterator[PupilInExport | UnreadPupil]:
    """The pupils of an export; what is said of the whole is put into *export* on the way.

    Raises:
        InvalidValue: it is no such export, is cut off, or is not safe to read.
    """
    content.seek(0)
    try:
        yield from _read(content, export)
    except InvalidValue:
        raise
    except (ValueError, LookupError):
        raise InvalidValue("(xml)", RejectionRule.UNREADABLE) from None
    finally:
        content.seek(0)
    if not export.is_complete:
        raise InvalidValue("(xml)", RejectionRule.WRONG_SHAPE)
    if export.unread_schools and not export.schools:
        raise export.unread_schools[0]


def _read(content: IO[bytes], export: Export) -> Iterator[PupilInExport | UnreadPupil]:
    path: list[Element] = []
    place = _Place()
    for event, element in iterate_xml(content):
        name = _name(element)
        if event == "start":
            path.append(element)
            if name in _ROOTS:
                export.exported_at = _instant("exportDateTime", element.get("exportDateTime"))
            elif name == "Institution":
                place = _Place()
            continue
        path.pop()
        parent = path[-1] if path else None
        if name == PERSON and not place.is_unread:
            yield from _pupil(element, place.school, export, place.groups)
        elif name == "InstitutionNumber" and _name(parent) == "Institution":
            yield from _take_school(element, place, export)
        elif name != PERSON:
            _take_other(element, _name(parent), place, export)
        if parent is not None and name in {PERSON, "Group", "Institution"}:
            parent.remove(element)


def _take_other(element: Element, parent: str, place: "_Place", export: Export) -> None:
    """What is said of the whole export, of a school and of its groups."""
    name = _name(element)
    if name == "ImportSource":
        export.stated_at = _instant("sourceDateTime", element.get("sourceDateTime")) or export.stated_at
        export.school_years.update(_school_years(element.get("schoolYear")))
    elif name in _ROOTS:
        export.is_complete = True
    elif parent != "Institution":
        return
    elif name == "InstitutionName" and place.school is not None:
        export.schools[place.school] = given(element.text)
    elif name == "Group":
        _take_group(element, place.groups)


def _take_school(element: Element, place: "_Place", export: Export) -> Iterator[UnreadPupil]:
    """Which school the following pupils go to; of one that cannot be read, one line for all of them."""
    try:
        place.school = read_school_code("InstitutionNumber", element.text)
        export.schools.setdefault(place.school, None)
    except InvalidValue as fault:
        place.is_unread = True
        export.unread_schools.append(fault)
        yield UnreadPupil(fault.rejected("Institution", None).rejection, None, None)


def _pupil(
    element: Element, school: str | None, export: Export, groups: Mapping[str, _Group]
) -> Iterator[PupilInExport | UnreadPupil]:
    student = _child(element, "Student")
    if student is None:
        return  # an employee: nothing is read of them
    own = None
    try:
        if school is None:
            raise InvalidValue("InstitutionNumber", RejectionRule.MISSING_FIELD)  # noqa: TRY301  one fault, one place
        own = read_own_id("LocalPersonId", _text(element, "LocalPersonId"))
        person = _child(element, "Person")
        number = _number(person, _child(element, "UNILogin"))
        if number is None:
            raise InvalidValue("CivilRegistrationNumber", RejectionRule.MISSING_FIELD)  # noqa: TRY301
        group = _main_group(student, groups)
        address = _child(person, "Address")
        pupil = Pupil(
            school=school,
            school_name=export.schools.get(school),
            id=own,
            number=number[0],
            repaired=number[1],
            given_name=_text(person, "FirstName"),
            family_name=_text(person, "FamilyName"),
            street=_text(address, "StreetAddress"),
            postal_code=read_postal_code(_text(address, "PostalCode")),
            town=_text(address, "PostalDistrict"),
            grade=_text(student, "Level") or (group.level if group else None),
            group=group.name if group else None,
            protected=_flag("protected", person),
        )
    except InvalidValue as fault:
        yield UnreadPupil(fault.rejected(PERSON, f"{school or '?'}:{own or '?'}").rejection, school, own)
        return
    contacts: dict[str, ContactPerson] = {}
    unread = []
    for contact in (child for child in student if _name(child) == CONTACT):
        try:
            read = _contact(contact, pupil.id)
        except InvalidValue as fault:
            unread.append(fault)
            continue
        key, number_of_key = read.id, 2
        while key in contacts and contacts[key] != read:
            key, number_of_key = f"{read.id}-{number_of_key}", number_of_key + 1
        contacts[key] = ContactPerson(**{**{name: getattr(read, name) for name in read.__slots__}, "id": key})
    year = SchoolYear.of(group.start) if group and group.start else None
    yield PupilInExport(pupil, tuple(contacts.values()), tuple(unread), year)


def _contact(element: Element, pupil_id: str) -> ContactPerson:
    person = _child(element, "Person")
    login = _child(element, "UNILogin")
    number = _number(person, login)
    relation = given(element.get("relation"))
    given_name, family_name = _text(person, "FirstName"), _text(person, "FamilyName")
    name = " ".join(part for part in (given_name, family_name) if part)
    if number is None and not name:
        raise InvalidValue("ContactPerson.Person", RejectionRule.MISSING_FIELD)
    user = _text(login, "UserId")
    return ContactPerson(
        pupil_id=pupil_id,
        id=user if user and len(user) <= 40 else _digest(f"{relation}/{name}".casefold()),  # noqa: PLR2004  the ids seen have up to 36
        relation=relation or "",
        custody=_flag("childCustody", element),
        given_name=given_name,
        family_name=family_name,
        number=number[0] if number else None,
        repaired=number[1] if number else False,
        protected=_flag("protected", person),
    )


def _take_group(element: Element, groups: dict[str, _Group]) -> None:
    key = _text(element, "GroupId")
    if key is None:
        return
    start = _text(element, "FromDate")
    try:
        first = read_day("FromDate", start)
    except InvalidValue:
        first = None
    groups[key] = _Group(
        name=_text(element, "GroupName"),
        level=_text(element, "GroupLevel"),
        start=first,
    )


def _main_group(student: Element, groups: Mapping[str, _Group]) -> _Group | None:
    key = _text(student, "MainGroupId")
    return groups.get(key) if key else None


def _number(person: Element | None, login: Element | None) -> tuple[Identifier, bool] | None:
    own = _text(person, "CivilRegistrationNumber")
    return read_number("CivilRegistrationNumber", own or _text(login, "CivilRegistrationNumber"))


def _school_years(text: str | None) -> Iterator[SchoolYear]:
    """``2025/2026``, ``2025/26``, ``2025-2026``; several are separated by commas or blanks."""
    for part in (text or "").replace(",", " ").replace(";", " ").split():
        first = part[:4]
        if first.isascii() and first.isdecimal() and int(first) in SCHOOL_YEARS:
            yield SchoolYear(int(first))


def _instant(name: str, text: str | None) -> datetime | None:
    value = given(text)
    return read_instant(name, value) if value else None


def _flag(name: str, element: Element | None) -> bool | None:
    value = (given(element.get(name)) or "").lower() if element is not None else ""
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    if value:
        raise InvalidValue(name, RejectionRule.WRONG_SHAPE, value)
    return None


def _child(element: Element | None, name: str) -> Element | None:
    return next((child for child in element if _name(child) == name), None) if element is not None else None


def _text(element: Element | None, name: str) -> str | None:
    child = _child(element, name)
    return given(child.text) if child is not None else None


def _name(element: Any) -> str:
    tag = element.tag if element is not None else ""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
