"""What else the school's files can do to us: unknown codes, times that do not exist, other days, stray quotes."""

from datetime import date

import pytest

from connectors.sources.school.calendar import Quarter, school_dates, school_days
from hub.web.shell.rejection_texts import REJECTION
from tests.connectors.school_files import (
    BO,
    HEADER,
    JULIANE,
    LARS,
    Looks,
    absences,
    export_xml,
    put_absence,
    put_four,
    put_marker,
    row,
    student,
)
from tests.connectors.sftp_server import Drop


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        (row("1", BO, "05-03-2026", "X"), "Fravaerstype", "unknown_code"),
        (row("1", BO, "05-03-2026", "U", type="Sygefravær"), "Fravaerskode", "unknown_code"),
        (row("1", BO, "05-03-2026", changed="29-03-2026 02:30"), "Rettet", "bad_date"),
        (row("1", BO, "31-02-2026"), "Dato", "bad_date"),
        (row("1", BO, "05-03-2026", extent="-1"), "Omfang", "wrong_shape"),
        (row("1", BO, "05-03-2026", extent="nan"), "Omfang", "wrong_shape"),
        (row("1", BO, "05-03-2026", extent=""), "Omfang", "missing_field"),
        (row("1", "", "05-03-2026"), "CPR", "missing_field"),
        (row("1", "021215", "05-03-2026"), "CPR", "bad_identifier"),
        (row("1", BO, "05-03-2026") + ";mere;og mere", "(row)", "wrong_shape"),
        ("1;kort", "(row)", "wrong_shape"),
    ],
)
def test_one_row_that_cannot_be_read_is_told_alone(
    drop: Drop, looks: Looks, changed: str, field: str, rule: str
) -> None:
    put_absence(drop.waiting, [changed, row("2", LARS, "06-03-2026")])
    assert absences(looks.look()) == {"501002:2026-1:UNLAWFUL": 1}
    (rejection,) = looks.rejected
    assert (rejection.record_type, rejection.source_id) == ("Fravaer", "1")
    assert (rejection.field, str(rejection.rule)) == (field, rule)
    assert all(REJECTION[rejection.rule])
    assert BO not in repr(rejection) + str(rejection.masked_value)


@pytest.mark.parametrize(
    "note",
    [
        '"Ikke mødt; kontakt til hjem forsøgt"',
        '"sagde ""nej"""',
        '"sagde \\"nej\\" til os"',
        '"to\r\nlinjer; her"',
        "slutter med \\",
        'en enlig " midt i',
        "NULL",
    ],
)
def test_quotes_and_line_breaks_in_a_remark_cost_no_row(drop: Drop, looks: Looks, note: str) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026", note=note), row("2", LARS, "06-03-2026")])
    assert absences(looks.look()) == {"501001:2026-1:UNLAWFUL": 1, "501002:2026-1:UNLAWFUL": 1}
    assert looks.rejected == []


def test_a_quote_that_nothing_closes_costs_its_own_row_at_most(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026", note='"uden ende'), row("2", LARS, "06-03-2026")])
    assert absences(looks.look())["501002:2026-1:UNLAWFUL"] == 1


def test_a_header_in_apostrophes_and_other_spelling_is_read(drop: Drop, looks: Looks) -> None:
    file = drop.waiting / "fravaer_461999_20260309.csv"
    header = ";".join(
        f"'{name}'" for name in HEADER.replace("Raekke", "Række-").replace("Fravaer", "Fravær").split(";")
    )
    file.write_text("\n".join([header, row("1", BO, "05-03-2026")]) + "\n", "utf-8")
    put_marker(file, rows=1)
    assert absences(looks.look()) == {"501001:2026-1:UNLAWFUL": 1}


def test_the_day_of_a_pupils_leaving_is_the_danish_one(drop: Drop) -> None:
    looks, both = Looks(drop), [student("501002", "Lars", "B", LARS), student("501003", "Juliane", "J", JULIANE)]
    for day, people in (("2026-03-06", both), ("2026-03-07", both[1:]), ("2026-03-08", both[1:])):
        (drop.waiting / "export.xml").write_text(export_xml(people, exported=f"{day}T23:30:00Z"), "utf-8")
        records = looks.look()
    (left,) = records
    assert left.valid.end == date(2026, 3, 8), "half past eleven in UTC is the next day in Denmark"


def test_text_in_utf8_and_windows_1252_in_one_file_is_refused(drop: Drop, looks: Looks) -> None:
    file = put_absence(drop.waiting, [row("1", BO, "05-03-2026", note="læge")])
    file.write_bytes(file.read_bytes().replace(b"\xef\xbb\xbf", b"") + "å".encode("cp1252"))
    put_marker(file, rows=1)
    assert absences(looks.look()) == {}
    assert [str(rejection.rule) for rejection in looks.rejected] == ["wrong_encoding"]


def test_integer_numbers_of_an_absence_file_are_repaired_and_flagged(drop: Drop, looks: Looks) -> None:
    pupil = ("501009", "A", "B", "0101109997", "4", "A", "4A")
    put_four(drop.waiting, [pupil])
    put_absence(drop.waiting, [row("1", "101109997", "05-03-2026")])
    (record,) = [each for each in looks.look() if each.record_type == "Fravaer"]
    assert "leading_zero_restored" in [flag.rule for flag in record.quality]


def test_a_file_of_which_most_rows_cannot_be_read_is_refused_as_a_whole(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [row(str(n), "ukendt", "05-03-2026") for n in range(2_100)])
    assert absences(looks.look()) == {}
    assert [(each.record_type, each.field) for each in looks.rejected] == [("Saet", "(rows)")]


def test_summer_vacation_belongs_to_no_school_day() -> None:
    days = school_dates(Quarter(2025, 3), ("2025-09-01/2025-09-05",))
    assert min(days) > date(2025, 8, 9)
    assert school_days(Quarter(2025, 3)) - len(days) == 5
