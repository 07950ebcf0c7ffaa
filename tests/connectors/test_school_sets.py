"""Which sets are taken, which wait, which fail, and what the administrator reads of each."""

import hashlib
from datetime import date, timedelta

import pytest

from connectors.errors import SourceRefused, SourceUnavailable
from hub.web.shell.rejection_texts import REJECTION
from schemas.record import RejectionRule
from tests.connectors.school_files import (
    BO,
    JULIANE,
    LARS,
    WINDOW,
    Looks,
    absence_text,
    absences,
    export_xml,
    put_absence,
    put_four,
    put_marker,
    row,
    student,
)
from tests.connectors.sftp_server import CuttingProxy, Drop

ROWS = [row("1", BO, "05-03-2026"), row("2", JULIANE, "06-03-2026")]
BOTH = {"501001:2026-1:UNLAWFUL": 1, "501003:2026-1:UNLAWFUL": 1}
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'


def faults(looks: Looks) -> list[tuple[str | None, str, str]]:
    """Name, field and rule of what was rejected; each rule has a sentence with what to do."""
    assert all(all(REJECTION[rejection.rule]) for rejection in looks.rejected)
    return [(rejection.source_id, rejection.field, str(rejection.rule)) for rejection in looks.rejected]


@pytest.mark.parametrize(
    ("marker", "field", "rule"),
    [
        ({"sha256": "0" * 64}, "sha256", "marker_mismatch"),
        ({"rows": 3}, "rows", "marker_mismatch"),
        ({"mode": "delta"}, "mode", "wrong_shape"),
        ({"to": "2027-03-09"}, "to", "bad_date"),
        ({"start": "2026-03-20"}, "to", "end_before_start"),
        ({"start": None}, "from", "missing_field"),
        ({"sha256": "abc"}, "sha256", "wrong_shape"),
        ({"rows": "mange"}, "rows", "wrong_shape"),
        ({"file": "../secret"}, "file", "wrong_shape"),
    ],
)
def test_a_marker_that_lies_takes_nothing_and_says_where(
    drop: Drop, looks: Looks, marker: dict[str, object], field: str, rule: str
) -> None:
    file = put_absence(drop.waiting, ROWS)
    put_marker(file, **{"rows": 2, **marker})  # type: ignore[arg-type]
    assert absences(looks.look()) == {}
    assert [fault[1:] for fault in faults(looks)] == [(field, rule)]
    assert file.exists(), "its sender may still be writing"
    looks.look()
    looks.look()
    assert (drop.root / "failed" / file.name).exists()
    assert looks.rejected == []
    put_absence(drop.waiting, ROWS)
    assert absences(looks.look()) == BOTH


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_marker_is_read_however_it_is_written(drop: Drop, looks: Looks, encoding: str) -> None:
    file = put_absence(drop.waiting, ROWS)
    digest = hashlib.sha256(file.read_bytes()).hexdigest().upper()
    lines = [
        "TO = 09-03-2026",
        "From=08-02-2026",
        "Mode = FULL",
        f"sha256={digest}",
        "rows=2",
        "# Skrevet af Sørens job",
    ]
    text = "\r\n".join([*lines, f"File = {file.name}", ""])
    file.with_suffix(".ok").write_bytes(text.encode(encoding))
    assert absences(looks.look()) == BOTH
    assert looks.rejected == []


def test_a_half_written_file_is_waited_for(drop: Drop, looks: Looks) -> None:
    file = put_absence(drop.waiting, ROWS)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert absences(looks.look()) == {}
    assert faults(looks) == [(file.name, "sha256", "marker_mismatch")]
    file.write_bytes(whole)
    assert absences(looks.look()) == BOTH


def test_a_file_without_a_marker_is_waited_for_and_told_when_it_stays(drop: Drop, looks: Looks) -> None:
    file = put_absence(drop.waiting, ROWS)
    file.with_suffix(".ok").unlink()
    assert absences(looks.look()) == {}
    assert faults(looks) == []
    looks.look()
    assert faults(looks) == [(file.name, ".ok", "incomplete_set")]
    put_marker(file, rows=2)
    assert absences(looks.look()) == BOTH


def test_a_marker_without_its_file_is_waited_for(drop: Drop, looks: Looks) -> None:
    file = put_absence(drop.waiting, ROWS)
    content = file.read_bytes()
    file.unlink()
    looks.look()
    looks.look()
    assert faults(looks) == [("fravaer_461999_20260309.ok", "file", "incomplete_set")]
    file.write_bytes(content)
    assert absences(looks.look()) == BOTH


@pytest.mark.parametrize("name", ["Elev.txt", "Elev-valgfag.txt", "Personale.txt", "Personale-hold.txt"])
def test_the_four_files_are_taken_together_or_not_at_all(drop: Drop, name: str) -> None:
    looks = Looks(drop)
    put_four(drop.waiting, leave_out=name)
    assert looks.look() == []
    looks.look()
    assert [(field, rule) for _, field, rule in faults(looks)] == [(name, "incomplete_set")]
    put_four(drop.waiting)
    assert {record.record_type for record in looks.look()} == {"Elev", "Indskrivning"}


def test_a_cut_file_of_the_four_takes_nothing(drop: Drop) -> None:
    looks = Looks(drop)
    put_four(drop.waiting)
    (drop.waiting / "Elev.txt").write_bytes((drop.waiting / "Elev.txt").read_bytes()[:-30])
    assert looks.look() == []
    assert faults(looks) == [("Elev.txt", "Elev.txt", "truncated")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_gives_the_same_names_and_days(drop: Drop, encoding: str) -> None:
    looks = Looks(drop)
    put_four(drop.waiting, encoding=encoding)
    put_absence(drop.waiting, ROWS, encoding=encoding)
    records = looks.look()
    names = {getattr(record.fact, "family_name", None) for record in records if record.record_type == "Elev"}
    assert names == {"Vestergaard", "Berggren", "Jørgensen"}
    assert absences(records) == BOTH


@pytest.mark.parametrize("encoding", ["utf-32", "cp865", "mac_roman", "twice"])
def test_an_encoding_that_cannot_be_told_is_refused(drop: Drop, looks: Looks, encoding: str) -> None:
    folder = drop.waiting / "20260310"
    folder.mkdir()
    file = folder / "fravaer_461999_20260309.csv"
    text = absence_text([row("1", BO, "05-03-2026", note="Højby skole, på ferie, læge")])
    raw = text.encode("utf-8").decode("cp1252", "replace").encode() if encoding == "twice" else text.encode(encoding)
    file.write_bytes(raw)
    put_marker(file, rows=1)
    assert absences(looks.look()) == {}
    assert faults(looks) == [("20260310/fravaer_461999_20260309.csv", "(encoding)", "wrong_encoding")]


def test_a_set_of_a_past_school_year_fails(drop: Drop, looks: Looks) -> None:
    looks.look()
    put_four(drop.waiting, year="01-08-2024¤31-07-2025")
    assert looks.look() == []
    assert faults(looks) == [("Elev.txt", "skoleår", "other_school_year")]
    looks.look()
    looks.look()
    assert (drop.root / "failed" / "Elev.txt").exists()


def test_a_set_of_the_coming_school_year_waits_until_it_begins(drop: Drop, looks: Looks) -> None:
    looks.look()
    put_four(drop.waiting, [("501001", "Bo", "Vestergaard", BO, "5", "A", "5A")], year="01-08-2026¤31-07-2027")
    for _ in range(3):
        assert looks.look() == []
        assert faults(looks) == [("Elev.txt", "skoleår", "other_school_year")]
    looks.clock.move(timedelta(days=150))
    (record,) = [record for record in looks.look() if record.record_type == "Indskrivning"]
    assert record.source_id == "461999:501001:2026"
    assert (record.valid.start, record.valid.end) == (date(2026, 8, 1), date(2027, 8, 1))


def test_a_change_of_school_year_leaves_the_old_classes_as_they_were(drop: Drop, looks: Looks) -> None:
    looks.look()
    looks.clock.move(timedelta(days=150))
    put_four(drop.waiting, [("501003", "Juliane", "Jørgensen", JULIANE, "9", "B", "9B")], year="01-08-2026¤31-07-2027")
    records = looks.look()
    assert [(record.record_type, record.source_id) for record in records] == [("Indskrivning", "461999:501003:2026")]
    assert looks.held == []


def test_files_of_two_school_years_are_no_set(drop: Drop) -> None:
    looks = Looks(drop)
    put_four(drop.waiting)
    text = (drop.waiting / "Personale.txt").read_bytes()
    (drop.waiting / "Personale.txt").write_bytes(text.replace(b"2025", b"2024").replace(b"2026", b"2025"))
    assert looks.look() == []
    assert [(field, rule) for _, field, rule in faults(looks)] == [("Personale.txt: skoleår", "other_school_year")]


def test_an_xml_bomb_is_refused_and_the_others_go_on(drop: Drop, looks: Looks) -> None:
    (drop.waiting / "export.xml").write_text(export_xml([], before=BOMB), "utf-8")
    put_absence(drop.waiting, ROWS)
    assert absences(looks.look()) == BOTH
    assert faults(looks) == [("export.xml", "(xml)", "unsafe_xml")]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("<a>" * 100_000, "unsafe_xml"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "unsafe_xml"),
        (export_xml([student("1", "Bo", "V", BO)])[:-40], "truncated"),
        ("<html><body>Log ind</body></html>", "wrong_shape"),
        ("Log ind", "unreadable"),
        ("", "truncated"),
    ],
)
def test_xml_that_is_no_export_is_refused(drop: Drop, looks: Looks, text: str, rule: str) -> None:
    looks.look()
    (drop.waiting / "export.xml").write_text(text, "utf-8")
    assert looks.look() == []
    assert [fault[2] for fault in faults(looks)] == [rule]


def test_html_in_place_of_a_file_is_refused(drop: Drop, looks: Looks) -> None:
    file = drop.waiting / "fravaer_461999_20260309.csv"
    file.write_text("<!doctype html><title>Log ind</title>\n", "utf-8")
    put_marker(file, rows=0)
    assert absences(looks.look()) == {}
    assert faults(looks) == [(file.name, "CPR", "missing_field")]


def test_a_file_that_no_reader_knows_is_told(drop: Drop, looks: Looks) -> None:
    (drop.waiting / "elever.xlsx").write_bytes(b"PK")
    looks.look()
    assert faults(looks) == [("elever.xlsx", "(file)", "unknown_type")]


def test_a_name_with_a_national_number_is_masked(drop: Drop, looks: Looks) -> None:
    (drop.waiting / f"{BO}.xlsx").write_bytes(b"PK")
    looks.look()
    assert BO not in "".join(rejection.model_dump_json() for rejection in looks.rejected)
    assert looks.rejected[0].source_id == "9999999999.xxxx"


def test_a_file_larger_than_allowed_is_not_fetched(drop: Drop) -> None:
    looks = Looks(drop, max_file_bytes=1024)
    file = drop.waiting / "fravaer_461999_20260309.csv"
    file.write_bytes(b"x" * 2000)
    put_marker(file, rows=0)
    looks.look()
    assert faults(looks) == [(file.name, "(file)", "too_large")]


def test_a_line_that_breaks_mid_file_takes_nothing_and_loses_nothing(drop: Drop) -> None:
    put_four(drop.waiting)
    rows = [row(str(n), (BO, LARS, JULIANE)[n % 3], "05-03-2026", note="x" * 300) for n in range(2000)]
    put_absence(drop.waiting, rows)
    proxy = CuttingProxy(drop.port)
    looks = Looks(drop, port=proxy.port)
    proxy.cut_after = 300_000
    with pytest.raises(SourceUnavailable):
        looks.look()
    assert looks.batches == []
    proxy.cut_after = None
    assert set(absences(looks.look())) == {f"50100{n}:2026-1:UNLAWFUL" for n in (1, 2, 3)}
    proxy.close()


def test_files_that_may_not_be_moved_are_read_once_and_told(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, ROWS)
    (drop.root / "imported").write_text("a file where a folder should be", "utf-8")
    assert absences(looks.look()) == BOTH
    with pytest.raises(SourceRefused) as refused:
        looks.look()
    assert refused.value.advice == "sftp_cannot_move"
    assert [record for batch in looks.batches for record in batch.records] == []


def test_a_window_of_two_schools_is_compared_school_by_school(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, ROWS)
    looks.look()
    put_absence(drop.waiting, [row("9", LARS, "06-03-2026", school="461998")], school="461998")
    assert looks.look() == []
    assert looks.skipped["Fravaer: waits_for_master_data"] == 1
    assert looks.held == []


def test_rows_of_another_school_are_rejected_alone(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [*ROWS, row("3", LARS, "06-03-2026", school="461000")])
    assert absences(looks.look()) == BOTH
    assert faults(looks) == [("3", "Skolekode", "wrong_shape")]


def test_a_row_outside_the_window_is_rejected_alone(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [*ROWS, row("3", LARS, "06-01-2026")], window=WINDOW)
    assert absences(looks.look()) == BOTH
    assert faults(looks) == [("3", "Dato", "bad_date")]


def test_every_rule_of_the_school_has_a_sentence() -> None:
    assert set(RejectionRule) == set(REJECTION)


def test_a_file_of_the_same_name_is_read_before_it_is_moved(drop: Drop, looks: Looks) -> None:
    file = put_absence(drop.waiting, ROWS)
    looks.look()
    put_absence(drop.waiting, [*ROWS, row("3", BO, "09-03-2026")])
    assert absences(looks.look()) == {"501001:2026-1:UNLAWFUL": 2}
    looks.look()
    assert [path.name for path in sorted((drop.root / "imported").glob("*.csv"))] == [file.name]
