"""Whatever one row, pupil or contact person of a school holds, it is at most that one's line in quarantine.

What is said of a whole set (its marker, its encoding, its school year) takes or refuses that set alone.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from connectors.sources.school.reading import SET
from hub.db import Database
from schemas.record import Rejection, SourceRecord
from schemas.source import Area
from tests.connectors.school_files import (
    BO,
    CONTACT,
    JULIANE,
    LARS,
    Looks,
    absences,
    export_xml,
    pupil_line,
    put_absence,
    put_four,
    put_marker,
    row,
    student,
)
from tests.connectors.sftp_server import Drop, serving
from tests.fuzz.mutations import CELLS, XML_TEXTS, mutated_xml
from tests.fuzz.processing import list_not_processed

AREAS = {"school": Area.SCHOOL}
PUPIL = ["501001", "461999", "Testskolen", "Bo", "Vestergaard", BO, "Æblevænget 3", "Dalum", "5250", "Odense SV", "4",
         "A", "2021", "4A"]  # fmt: skip
OTHERS = {
    "Personale.txt": ["P100", "461999", "Testskolen", "Mette", "Lærer", "", "ML"],
    "Personale-hold.txt": ["P100", "461999", "8B", "Klasselærer"],
    "Elev-valgfag.txt": ["501003", "461999", "8B", "Valg8-Håndværk"],
}


@pytest.fixture
def drop(tmp_path: Path) -> Iterator[Drop]:
    """A school's drop folder on an SFTP server, empty."""
    with serving(tmp_path / "drop") as served:
        yield served


@pytest.fixture
def looks(drop: Drop) -> Looks:
    """Looks into it, with pupils and classes to be read."""
    put_four(drop.waiting)
    return Looks(drop)


def test_no_row_of_an_absence_file_hides_another(drop: Drop, looks: Looks, database: Database) -> None:
    whole = row("r", BO, "04-03-2026", lesson="2", note="Ferie", changed="05-03-2026 09:00").split(";")
    changed = _spoiled(whole, ";", "r")
    witnesses = [
        row(f"w{number}", JULIANE, f"{8 + number % 20:02}-02-2026", extent="0.05") for number in range(len(changed))
    ]
    put_marker(put_absence(drop.waiting, _alternating(changed, witnesses)), rows=None)
    records = looks.look()
    assert not _refused_sets(looks)
    assert absences(records)["501003:2026-1:UNLAWFUL"] == pytest.approx(len(changed) / 20)
    assert len(looks.rejected) <= _lines(changed)
    assert not (refused := list(list_not_processed(database, looks.clock, records, AREAS))), "\n".join(refused)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_no_line_of_the_four_files_hides_another(drop: Drop, database: Database, encoding: str) -> None:
    looks = Looks(drop)
    changed = _spoiled(PUPIL, "¤", "m", encoding)
    witnesses = [pupil_line(f"w{number}", "Lars", "Berggren", LARS, "4", "A", "4A") for number in range(len(changed))]
    put_four(drop.waiting, lines=_alternating(changed, witnesses), encoding=encoding)
    for name, fields in OTHERS.items():
        lines = _alternating(_spoiled(fields, "¤", "P", encoding), ["¤".join([*fields, ""])] * 10_000)
        text = "\r\n".join(["01-08-2025¤31-07-2026", *lines, ""])
        (drop.waiting / name).write_bytes(text.encode(encoding))
    records = looks.look()
    assert not _refused_sets(looks)
    assert {f"461999:w{number}" for number in range(len(changed))} <= _ids(records, "Elev")
    assert len(looks.rejected) <= _lines(changed)
    if encoding == "utf-8":
        read = [record for record in records if ":w" not in record.source_id]
        assert not (refused := list(list_not_processed(database, looks.clock, read, AREAS))), "\n".join(refused)


def test_no_pupil_or_contact_of_an_export_hides_another(drop: Drop, database: Database) -> None:
    looks = Looks(drop)
    whole = student("m", "Bo", "Vestergaard", BO, contacts=CONTACT)
    changed = [
        text.replace("<LocalPersonId>m<", f"<LocalPersonId>m{number}<")
        for number, text in enumerate(mutated_xml(whole, 12, 5))
    ]
    witnesses = [student(f"w{number}", "Lars", "Berggren", LARS) for number in range(len(changed))]
    (drop.waiting / "export.xml").write_text(export_xml(_alternating(changed, witnesses)), "utf-8")
    records = looks.look()
    assert not _refused_sets(looks)
    assert {f"461999:w{number}" for number in range(len(changed))} <= _ids(records, "InstitutionPerson")
    assert len(looks.rejected) <= len(changed)
    read = [record for record in records if ":w" not in record.source_id]
    assert not (refused := list(list_not_processed(database, looks.clock, read, AREAS))), "\n".join(refused)


def test_no_school_or_group_of_an_export_hides_another(drop: Drop) -> None:
    looks = Looks(drop)
    begin, end = "<Institution>", "</Institution>"
    document = export_xml([])
    before, after = document.index(begin), document.index(end) + len(end)
    school, pupil = document[before:after], student("w", "Bo", "Vestergaard", BO)
    changed = list(mutated_xml(school, 25, 6))
    witnesses = [school.replace("461999", f"4{number:05}") for number in range(len(changed))]
    parts = [text.replace(end, pupil + end) for text in _alternating(changed, witnesses)]
    (drop.waiting / "export.xml").write_text(document[:before] + "".join(parts) + document[after:], "utf-8")
    records = looks.look()
    assert not _refused_sets(looks)
    assert {f"4{number:05}:w" for number in range(len(changed))} <= _ids(records, "InstitutionPerson")
    assert len(looks.rejected) <= len(changed)


@pytest.mark.parametrize("name", ["exportDateTime", "accessLevel", "sourceDateTime", "source", "schoolYear"])
def test_what_is_wrong_with_a_whole_export_is_one_line_and_the_others_go_on(drop: Drop, name: str) -> None:
    tree = ET.fromstring(export_xml([student("501001", "Bo", "Vestergaard", BO)]))  # noqa: S314  our own
    element = next(element for element in tree.iter() if name in element.attrib)
    texts = [*XML_TEXTS.values(), "9999/0000", "0000/0001", "0001/0002", "9998/9999"]
    put_four(drop.waiting)
    for number, text in enumerate(texts):
        element.set(name, text)
        (drop.waiting / f"export{number}.xml").write_bytes(ET.tostring(tree))
    looks = Looks(drop)
    assert "461999:501003" in _ids(looks.look(), "Elev")
    assert len(looks.rejected) <= len(texts)


def test_what_is_wrong_with_a_marker_or_a_name_is_one_line_and_the_others_go_on(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [row("1", JULIANE, "05-03-2026")])
    texts = [text for name, text in CELLS.items() if name != "carriage return"]
    keys = ("rows", "sha256", "mode", "start", "to", "file")
    for number, (key, text) in enumerate((key, text) for key in keys for text in texts):
        folder = drop.waiting / f"{number % 10:03}"
        file = put_absence(folder, [row("1", BO, "05-03-2026")], name=f"fravaer_{400_000 + number}.csv")
        promises: dict[str, Any] = {"rows": 1, key: text}
        put_marker(file, **promises)
    for number, text in enumerate(text for text in texts if "/" not in text and "\x00" not in text):
        (drop.waiting / "names").mkdir(exist_ok=True)
        name = text.encode()[:200] + b"%d.csv" % number
        (drop.waiting / "names" / os.fsdecode(name)).write_bytes(b"x")
    records = looks.look()
    assert absences(records)["501003:2026-1:UNLAWFUL"] == 1
    assert len(looks.rejected) <= len(keys) * len(texts) + len(texts)


def test_bytes_of_no_encoding_cost_their_own_file_only(drop: Drop, looks: Looks) -> None:
    chance = Random(13)  # noqa: S311  a seed, no secret
    rows = [row(str(number), BO, "05-03-2026", note="Æblegrød på Østerbro") for number in range(5)]
    put_absence(drop.waiting, [row("1", JULIANE, "05-03-2026")])
    for number, encoding in enumerate(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"] * 12):
        school = f"{400_000 + number}"
        file = put_absence(drop.waiting, [text.replace("461999", school) for text in rows], encoding=encoding,
                           school=school, sha256=None)  # fmt: skip
        raw = bytearray(file.read_bytes())
        for _ in range(chance.randint(1, 4)):
            raw[chance.randrange(len(raw))] = chance.choice([0, 0x1A, 0x81, 0x9D, 0xC3, 0xD8, 0xDC, 0xED, 0xFE, 0xFF])
        file.write_bytes(raw)
    records = looks.look()
    assert absences(records)["501003:2026-1:UNLAWFUL"] == 1
    assert len(looks.rejected) <= 60 * len(rows)


def _spoiled(fields: Sequence[str], separator: str, own: str, encoding: str = "utf-8") -> list[str]:
    """The row with each field replaced by each text that the encoding has; each row under an id of its own."""
    pairs = [(at, text) for at in range(len(fields)) for text in CELLS.values() if _is_clear(text, encoding)]
    results = []
    for number, (at, text) in enumerate(pairs):
        cells = [f"{own}{number}", *fields[1:]]
        cells[at] = text
        results.append(separator.join([*cells, ""] if separator == "¤" else cells))
    return results


def _is_clear(text: str, encoding: str) -> bool:
    """Whether the encoding has the text, and can still be told: with control characters it is not Windows-1252."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return encoding != "cp1252" or all(sign.isprintable() for sign in text)


def _alternating(first: Sequence[str], second: Sequence[str]) -> list[str]:
    return [text for both in zip(first, second, strict=False) for text in both]


def _lines(changed: Sequence[str]) -> int:
    return len(changed) + sum("\r" in text or "\n" in text for text in changed)


def _refused_sets(looks: Looks) -> list[Rejection]:
    return [rejection for rejection in looks.rejected if rejection.record_type == SET]


def _ids(records: Sequence[SourceRecord], record_type: str) -> set[str]:
    return {record.source_id for record in records if record.record_type == record_type}
