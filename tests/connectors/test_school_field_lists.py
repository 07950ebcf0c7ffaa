"""The school's field lists are what is read of each of its files: a field changes what is read, or it is not listed.

Each field of a file is taken away in turn. What the reader then gives differs if, and only if, the field is on the list
that a person approves.
"""

from collections.abc import Iterator
from copy import deepcopy
from io import BytesIO
from xml.etree.ElementTree import Element, tostring

from defusedxml.ElementTree import fromstring

from connectors.sources.school.streams import RECORD_TYPES
from connectors.sources.school.tabulex import SEPARATOR, read_pupils, read_school_year, read_teachers
from connectors.sources.school.translate import ABSENCE
from connectors.sources.school.wsieksport import Export, read_export

LISTED = {field for info in RECORD_TYPES if info.name != ABSENCE for field in info.fields_read}
YEAR = "01-08-2025 -> 31-07-2026"
PUPIL_COLUMNS = (
    "ElevID", "Skolekode", "Skolenavn", "Fornavn", "Efternavn", "CPR", "Adresse", "Lokalitet", "Postnummer", "By",
    "Klassetrin", "Klassespor", "Startår", "Stamklasse",
)  # fmt: skip
PUPIL = "501001¤280202¤Søndervangskolen¤Maja¤Testesen¤6101155123¤Skovvej 1¤Lund¤8700¤Horsens¤9¤Y¤2011¤9Y¤"
STAFF_COLUMNS = ("PersonaleID", "Skolekode", "Skolenavn", "Fornavn", "Efternavn", "Initialer", "E-mail")
STAFF = "P1¤280202¤Søndervangskolen¤Inge¤Lind¤IL¤il@skole.example¤"
CLASS_COLUMNS = ("PersonaleID", "Skolekode", "Klasse", "Rolle", "Fag")
CLASS = "P1¤280202¤9Y¤Klasselærer¤Dansk¤"
WS17 = """
<UNILoginExport exportDateTime="2025-10-01T04:00:00" accessLevel="FULD">
  <ImportSource sourceDateTime="2025-09-30T23:00:00" source="Tabulex" schoolYear="2025/2026"/>
  <Institution accessLevel="FULD"><InstitutionNumber>280202</InstitutionNumber>
    <InstitutionName>Søndervangskolen</InstitutionName>
    <Group><FromDate>2025-08-01</FromDate><ToDate>2026-07-31</ToDate><GroupId>g9</GroupId><GroupName>9.Y</GroupName>
      <GroupType>Hovedgruppe</GroupType><GroupLevel>09</GroupLevel><Line>Y</Line></Group>
    <InstitutionPerson source="Tabulex"><LocalPersonId>501001</LocalPersonId>
      <UNILogin><UserId>maja1234</UserId><InitialPassword>hest42</InitialPassword>
        <CivilRegistrationNumber>6101155124</CivilRegistrationNumber></UNILogin>
      <Person protected="false"><FirstName>Maja</FirstName><FamilyName>Testesen</FamilyName>
        <CivilRegistrationNumber>6101155123</CivilRegistrationNumber><EmailAddress>maja@skole.example</EmailAddress>
        <BirthDate>2015-01-01</BirthDate><Gender>K</Gender><PhotoId>7</PhotoId><HomePhoneNumber>12345678</HomePhoneNumber>
        <Address><StreetAddress>Skovvej 1</StreetAddress><PostalCode>8700</PostalCode>
          <PostalDistrict>Horsens</PostalDistrict><CountryCode>DK</CountryCode></Address></Person>
      <Student><Role>Elev</Role><StudentNumber>12</StudentNumber><Level>9</Level><MainGroupId>g9</MainGroupId>
        <GroupId>g9</GroupId>
        <ContactPerson relation="Mor" childCustody="true" accessLevel="1"><UNILogin><UserId>signe123</UserId>
            <CivilRegistrationNumber>6101855125</CivilRegistrationNumber></UNILogin>
          <Person protected="true"><FirstName>Signe</FirstName><FamilyName>Testesen</FamilyName>
            <CivilRegistrationNumber>6101855124</CivilRegistrationNumber><WorkPhoneNumber>87654321</WorkPhoneNumber>
            <Address><StreetAddress>Skovvej 1</StreetAddress></Address></Person></ContactPerson></Student>
    </InstitutionPerson>
  </Institution>
</UNILoginExport>
"""
ONLY_OF_LOGIN = ("Person.CivilRegistrationNumber", "Student.Level")
"""Where these are given, others are not looked at: without them, those are."""


def without(row: str, at: int) -> str:
    fields = row.split(SEPARATOR)
    return SEPARATOR.join([*fields[:at], "", *fields[at + 1 :]])


def file_of(row: str) -> BytesIO:
    return BytesIO(f"{YEAR}\r\n{row}\r\n".encode())


def test_of_the_four_files_what_is_listed_is_read_and_nothing_else() -> None:
    whole = list(read_pupils(file_of(PUPIL), "utf-8"))
    read = {
        f"Elev.{name}"
        for at, name in enumerate(PUPIL_COLUMNS)
        if list(read_pupils(file_of(without(PUPIL, at)), "utf-8")) != whole
    }

    def teachers(staff: str = STAFF, classes: str = CLASS) -> object:
        return read_teachers((file_of(staff), "utf-8"), (file_of(classes), "utf-8"))

    assert len(list(whole)) == 1
    assert teachers(), "there is a class teacher to compare with"
    read |= {
        f"Personale.{name}" for at, name in enumerate(STAFF_COLUMNS) if teachers(staff=without(STAFF, at)) != teachers()
    }
    read |= {
        f"Personale-hold.{name}"
        for at, name in enumerate(CLASS_COLUMNS)
        if teachers(classes=without(CLASS, at)) != teachers()
    }
    assert read == {field for field in LISTED if field.startswith(("Elev.", "Personale"))}
    assert read_school_year(file_of(PUPIL), "utf-8").start.year == 2025


def test_of_the_export_what_is_listed_is_read_and_nothing_else() -> None:
    whole = fromstring(WS17)
    bare = deepcopy(whole)
    for path, parent, child in list(leaves(bare)):
        if path in {*ONLY_OF_LOGIN, f"Student.ContactPerson.{ONLY_OF_LOGIN[0]}"}:
            parent.remove(child)
    read = {listed_name(path) for document in (whole, bare) for path in read_fields(document)}
    assert read == {field for field in LISTED if not field.startswith(("Elev.", "Personale"))}


def read_fields(document: Element) -> Iterator[str]:
    """Paths of the fields without which something else is read."""
    complete = what_is_read(document)
    for path, parent, child in list(leaves(document)):
        place = list(parent).index(child)
        parent.remove(child)
        if what_is_read(document) != complete:
            yield path
        parent.insert(place, child)
    for path, element in elements(document):
        for name, value in list(element.attrib.items()):
            del element.attrib[name]
            if what_is_read(document) != complete:
                yield f"{path}.{name}".lstrip(".")
            element.set(name, value)


def what_is_read(document: Element) -> tuple[object, ...]:
    export = Export()
    try:
        return (*read_export(BytesIO(tostring(document)), export), export)
    except ValueError as fault:
        return (str(fault),)


def elements(element: Element, path: str = "") -> Iterator[tuple[str, Element]]:
    """Every element with its path below the school and the person."""
    yield path, element
    for child in element:
        is_frame = child.tag in {"ImportSource", "Institution", "InstitutionPerson"}
        yield from elements(child, path if is_frame else f"{path}.{child.tag}".lstrip("."))


def leaves(document: Element) -> Iterator[tuple[str, Element, Element]]:
    """Path, parent and element of every field that is an element."""
    for path, parent in elements(document):
        for child in parent:
            if not len(child) and not child.attrib:
                yield f"{path}.{child.tag}".lstrip("."), parent, child


def listed_name(path: str) -> str:
    """As the list writes it: from the person on, and from the contact person on."""
    _, _, contact = path.partition("ContactPerson.")
    return f"ContactPerson.{contact}" if contact else path.removeprefix("Person.")
