"""Pupils, classes, contact persons and custody: from the ¤-separated files and from WS17 XML."""

from datetime import date, timedelta

import pytest

from schemas.facts import EnrolmentFact
from schemas.people import CONTACT_PERSON, PersonFact, RelationFact, RelationKind
from schemas.record import SourceRecord
from tests.connectors.school_files import (
    BO,
    CONTACT,
    JULIANE,
    KIRSTEN,
    LARS,
    PUPILS,
    SCHOOL,
    Looks,
    absences,
    export_xml,
    pupil_line,
    put_absence,
    put_four,
    row,
    student,
)
from tests.connectors.sftp_server import Drop

SHORT = "101109997"
"""``0101109997`` as an integer type has it."""


@pytest.fixture
def looks(drop: Drop) -> Looks:
    return Looks(drop)


def put_export(drop: Drop, text: str, name: str = "export.xml") -> None:
    (drop.waiting / name).write_text(text, "utf-8")


def of_type(records: list[SourceRecord], record_type: str) -> list[SourceRecord]:
    return [record for record in records if record.record_type == record_type]


def test_a_pupil_has_school_class_and_class_teacher(drop: Drop, looks: Looks) -> None:
    put_four(drop.waiting)
    records = looks.look()
    (record,) = [each for each in of_type(records, "Indskrivning") if "501003" in each.source_id]
    assert isinstance(record.fact, EnrolmentFact)
    assert record.fact.school.name == "Testskolen"
    assert (record.fact.group, record.fact.grade, record.fact.school_year) == ("8B", "8", "2025/26")
    assert record.fact.responsible is not None
    assert record.fact.responsible.worker is not None
    assert record.fact.responsible.worker.name == "Mette Lærer"
    assert (record.valid.start, record.valid.end) == (date(2025, 8, 1), date(2026, 8, 1))
    (person,) = [each for each in of_type(records, "Elev") if "501003" in each.source_id]
    assert isinstance(person.fact, PersonFact)
    assert person.fact.address is not None
    assert person.fact.address.street == "Æblevænget 3, Dalum"


def test_an_export_gives_contact_persons_with_custody(drop: Drop, looks: Looks) -> None:
    put_export(drop, export_xml([student("501002", "Lars", "Berggren", LARS, contacts=CONTACT)]))
    records = looks.look()
    (relation,) = of_type(records, "ContactPerson")
    assert isinstance(relation.fact, RelationFact)
    assert (relation.fact.relation, relation.fact.custody) == (RelationKind.PARENT, True)
    assert relation.fact.role is not None
    assert relation.fact.role.code == "MTH"
    assert [party.identifiers[0].value for party in relation.parties] == [LARS, KIRSTEN]
    (enrolment,) = of_type(records, "Indskrivning")
    assert isinstance(enrolment.fact, EnrolmentFact)
    assert enrolment.fact.group == "8B"
    assert len(of_type(records, "InstitutionPerson")) == len(of_type(records, "ContactPerson.Person")) == 1


def test_an_export_within_a_soap_envelope_and_other_namespaces_is_read(drop: Drop, looks: Looks) -> None:
    text = export_xml([student("501002", "Lars", "Berggren", LARS, contacts=CONTACT)]).split("?>", 1)[1]
    text = text.replace("UNILoginExport", "UNILoginExportFullMyndighed").replace("eksport/fuldmyndighed", "x")
    envelope = f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><r><xml>{text}</xml></r></s:Body></s:Envelope>'
    put_export(drop, envelope)
    assert len(of_type(looks.look(), "ContactPerson")) == 1


@pytest.mark.parametrize(
    ("relation", "custody", "kind", "expected"),
    [
        ("Far", "false", RelationKind.PARENT, False),
        ("Værge", "1", RelationKind.GUARDIAN, True),
        ("Plejemor", "true", RelationKind.OTHER, None),
        ("Nabo", "true", RelationKind.OTHER, None),
        ("Mor", "", RelationKind.PARENT, None),
    ],
)
def test_custody_is_as_recorded_and_never_guessed(
    drop: Drop, looks: Looks, relation: str, custody: str, kind: RelationKind, *, expected: bool | None
) -> None:
    contact = CONTACT.replace('relation="Mor"', f'relation="{relation}"').replace(
        'Custody="true"', f'Custody="{custody}"'
    )
    put_export(drop, export_xml([student("501002", "Lars", "Berggren", LARS, contacts=contact)]))
    (record,) = of_type(looks.look(), "ContactPerson")
    assert isinstance(record.fact, RelationFact)
    assert (record.fact.relation, record.fact.custody) == (kind, expected)
    assert bool(record.quality) is (relation == "Nabo")
    assert (record.fact.role is not None and record.fact.role.code == CONTACT_PERSON) is (relation == "Nabo")


def test_a_lost_leading_zero_is_restored_and_flagged(drop: Drop, looks: Looks) -> None:
    put_export(drop, export_xml([student("501002", "Lars", "Berggren", SHORT)], school="61999"))
    (person,) = of_type(looks.look(), "InstitutionPerson")
    assert person.parties[0].identifiers[0].value == f"0{SHORT}"
    assert ("CPR", "leading_zero_restored") in [(flag.field, flag.rule) for flag in person.quality]
    assert person.source_id == "061999:501002"


@pytest.mark.parametrize("number", ["", "101109", "10110999", "999999999", "6.505E+09", "ukendt"])
def test_what_is_no_number_rejects_the_pupil_alone(drop: Drop, looks: Looks, number: str) -> None:
    put_export(drop, export_xml([student("501002", "Lars", "B", number), student("501003", "Juliane", "J", JULIANE)]))
    assert [record.source_id for record in of_type(looks.look(), "InstitutionPerson")] == [f"{SCHOOL}:501003"]
    (rejection,) = looks.rejected
    assert rejection.field == "CivilRegistrationNumber"
    assert rejection.rule in {"bad_identifier", "missing_field"}
    assert rejection.source_id == f"{SCHOOL}:501002"


def test_a_hyphen_and_letters_are_a_number(drop: Drop, looks: Looks) -> None:
    put_export(drop, export_xml([student("1", "A", "B", "650515-9994"), student("2", "C", "D", "650515TAB4")]))
    numbers = [record.parties[0].identifiers[0].value for record in of_type(looks.look(), "InstitutionPerson")]
    assert numbers == ["6505159994", "650515TAB4"]


def test_protection_is_taken_over_and_an_unreadable_one_rejects(drop: Drop, looks: Looks) -> None:
    people = [
        student("1", "A", "B", LARS, protected="true"),
        student("2", "C", "D", BO, protected="false"),
        student("3", "E", "F", JULIANE, protected="måske"),
    ]
    put_export(drop, export_xml(people))
    records = of_type(looks.look(), "InstitutionPerson")
    assert [getattr(record.fact, "name_address_protected", None) for record in records] == [True, False]
    assert [(rejection.field, rejection.masked_value) for rejection in looks.rejected] == [("protected", "xxxxx")]


def test_a_pupil_who_is_missing_twice_has_left_on_the_first_day(drop: Drop, looks: Looks) -> None:
    for name, pupils in (("20260308", PUPILS), ("20260309", PUPILS[1:]), ("20260310", PUPILS[1:])):
        put_four(drop.waiting / name, pupils)
        records = looks.look()
    (left,) = records
    assert left.source_id == f"{SCHOOL}:501001:2025"
    assert (left.valid.end, left.deleted) == (date(2026, 3, 9), False)
    put_four(drop.waiting / "20260311", PUPILS)
    (back,) = looks.look()
    assert back.valid.end == date(2026, 8, 1)


def test_half_a_school_missing_is_held(drop: Drop, looks: Looks) -> None:
    many = [(f"50{n:04}", "A", "B", f"61{n % 12 + 1:02}10{5000 + n}", "4", "A", "4A") for n in range(40)]
    put_four(drop.waiting, many)
    looks.look()
    put_four(drop.waiting, many[:20])
    assert looks.look() == []
    assert looks.held == [("Indskrivning", 20, 40)]
    looks.look(releases={"Indskrivning": 20})
    assert looks.held == []
    looks.look()
    assert not list(drop.waiting.iterdir())


def test_a_pupil_who_cannot_be_read_has_not_left(drop: Drop, looks: Looks) -> None:
    put_four(drop.waiting)
    looks.look()
    broken = [
        pupil_line("501001", "Bo", "Vestergaard", "ukendt", "4", "A", "4A"),
        *(pupil_line(*pupil) for pupil in PUPILS[1:]),
    ]
    for day in ("20260310", "20260311", "20260312"):
        put_four(drop.waiting / day, lines=broken)
        assert looks.look() == []
        assert [rejection.field for rejection in looks.rejected] == ["CPR"]


def test_a_contact_person_who_is_missing_twice_is_deleted(drop: Drop, looks: Looks) -> None:
    for day, contacts in ((8, CONTACT), (9, ""), (10, "")):
        pupil = student("501002", "Lars", "Berggren", LARS, contacts=contacts)
        other = student("501003", "Juliane", "J", JULIANE, contacts=CONTACT.replace("Mor", "Moster"))
        put_export(drop, export_xml([pupil, other], exported=f"2026-03-{day:02}T03:00:00+01:00"))
        records = looks.look()
    (gone,) = records
    assert (gone.record_type, gone.deleted_reason) == ("ContactPerson", "missing_in_two_sets")


def test_another_number_of_the_same_pupil_keeps_the_absence(drop: Drop, looks: Looks) -> None:
    put_four(drop.waiting)
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    looks.look()
    changed = [("501001", "Bo", "Vestergaard", "021215TBA5", "4", "A", "4A"), *PUPILS[1:]]
    put_four(drop.waiting, changed)
    put_absence(drop.waiting, [row("1", "021215TBA5", "05-03-2026")], window=(date(2026, 2, 9), date(2026, 3, 10)))
    records = looks.look()
    assert {record.parties[0].identifiers[0].value for record in records} == {"021215TBA5"}
    assert absences(records) == {"501001:2026-1:UNLAWFUL": 1}


def test_an_older_export_after_a_newer_one_is_not_taken(drop: Drop, looks: Looks) -> None:
    put_export(drop, export_xml([student("501002", "Lars", "Berggren", LARS)], exported="2026-03-09T03:00:00+01:00"))
    looks.look()
    put_export(drop, export_xml([student("501002", "Lars", "Gammelnavn", LARS)], exported="2026-03-01T03:00:00+01:00"))
    assert looks.look() == []
    assert looks.skipped == {"Saet: older_than_what_is_taken": 1}


def test_the_same_export_again_brings_nothing(drop: Drop, looks: Looks) -> None:
    text = export_xml([student("501002", "Lars", "Berggren", LARS, contacts=CONTACT)])
    put_export(drop, text)
    looks.look()
    put_export(drop, text)
    assert looks.look() == []


def test_a_pupil_of_another_years_group_gets_no_class_of_this_year(drop: Drop, looks: Looks) -> None:
    text = export_xml([student("501002", "Lars", "Berggren", LARS, group="old")])
    group = "<Group><GroupId>old</GroupId><GroupName>7B</GroupName><FromDate>2024-08-01</FromDate></Group>"
    put_export(drop, text.replace("<Group>", f"{group}<Group>", 1).replace("2025/2026", "2024/2025, 2025/2026"))
    assert of_type(looks.look(), "Indskrivning") == []
    assert looks.skipped == {"Indskrivning: other_school_year": 1}


def test_a_new_name_is_a_new_version_and_the_old_one_back_is_one_too(drop: Drop, looks: Looks) -> None:
    versions = []
    for day, name in ((7, "Berggren"), (8, "Holm"), (9, "Berggren")):
        put_export(
            drop, export_xml([student("501002", "Lars", name, LARS)], exported=f"2026-03-{day:02}T03:00:00+01:00")
        )
        versions += [record.version_or_digest for record in looks.look() if record.record_type == "InstitutionPerson"]
        looks.clock.move(timedelta(days=1))
    assert len(set(versions)) == 3
