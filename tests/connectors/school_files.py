"""Files as a school's systems write them, with made-up pupils."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from connectors.base import Batch, ReadContext
from connectors.sources.school.connector import SchoolConnector, SchoolSettings
from hub.clock import FixedClock
from schemas.record import Cursor, Rejection, SourceRecord
from tests.connectors.sftp_server import Drop

BO, LARS, JULIANE, KIRSTEN = "6212159995", "6505159994", "7110109997", "8911829996"
SCHOOL = "461999"
NOW = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
HEADER = "RaekkeId;CPR;Skolekode;Klasse;Dato;Fravaerstype;Fravaerskode;Omfang;Lektion;Bemaerkning;Registreret;Rettet"
KINDS = {"S": "Sygefravær", "U": "Ulovligt fravær", "L": "Fravær med tilladelse", "F": "For sent fremmøde"}
WINDOW = (date(2026, 2, 8), date(2026, 3, 9))


def row(key: str, cpr: str, day: str, code: str = "U", **fields: str) -> str:
    """One row; *day* is ``09-03-2026``."""
    values = {"extent": "1", "lesson": "", "note": "", "registered": f"{day} 08:12", "changed": "", "school": SCHOOL}
    values |= {"type": KINDS.get(code, code), **fields}
    return (
        f"{key};{cpr};{values['school']};8B;{day};{values['type']};{code};{values['extent']};{values['lesson']};"
        f"{values['note']};{values['registered']};{values['changed']}"
    )


def absence_text(rows: Iterable[str], header: str = HEADER) -> str:
    return "\r\n".join([header, *rows]) + "\r\n"


def put_absence(
    folder: Path,
    rows: Sequence[str],
    *,
    window: tuple[date, date] = WINDOW,
    encoding: str = "utf-8-sig",
    school: str = SCHOOL,
    name: str | None = None,
    **marker: Any,
) -> Path:
    """An absence file and its marker; *marker* changes what the marker says, None leaves a line out."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / (name or f"fravaer_{school}_{window[1]:%Y%m%d}.csv")
    raw = absence_text(rows).encode(encoding)
    file.write_bytes(raw)
    put_marker(file, rows=len(rows), window=window, **marker)
    return file


def put_marker(file: Path, /, *, rows: int | str | None, window: tuple[date, date] = WINDOW, **other: Any) -> Path:
    lines = {
        "file": file.name,
        "rows": rows,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "mode": "full",
        "from": window[0],
        "to": window[1],
        **{("from" if name == "start" else name): value for name, value in other.items()},
    }
    path = file.with_suffix(".ok")
    path.write_text("".join(f"{name}={value}\n" for name, value in lines.items() if value is not None), "utf-8")
    return path


PUPILS = (
    ("501001", "Bo", "Vestergaard", BO, "4", "A", "4A"),
    ("501002", "Lars", "Berggren", LARS, "4", "A", "4A"),
    ("501003", "Juliane", "Jørgensen", JULIANE, "8", "B", "8B"),
)


def pupil_line(own: str, given: str, family: str, cpr: str, grade: str, line: str, group: str) -> str:
    place = "Æblevænget 3¤Dalum¤5250¤Odense SV"
    return f"{own}¤{SCHOOL}¤Testskolen¤{given}¤{family}¤{cpr}¤{place}¤{grade}¤{line}¤2021¤{group}¤"


def put_four(
    folder: Path,
    pupils: Iterable[tuple[str, str, str, str, str, str, str]] = PUPILS,
    *,
    year: str = "01-08-2025¤31-07-2026",
    encoding: str = "cp1252",
    leave_out: str = "",
    lines: Sequence[str] | None = None,
) -> None:
    """The ¤-separated set."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "Elev.txt": lines if lines is not None else [pupil_line(*pupil) for pupil in pupils],
        "Elev-valgfag.txt": [f"501003¤{SCHOOL}¤8B¤Valg8-Håndværk¤"],
        "Personale.txt": [f"P100¤{SCHOOL}¤Testskolen¤Mette¤Lærer¤¤ML¤"],
        "Personale-hold.txt": [f"P100¤{SCHOOL}¤8B¤Klasselærer¤", f"P100¤{SCHOOL}¤4A¤Matematik¤"],
    }
    for name, own in content.items():
        if name != leave_out:
            (folder / name).write_bytes(("\r\n".join([year, *own]) + "\r\n").encode(encoding))


CONTACT = (
    '<ContactPerson relation="Mor" childCustody="true" accessLevel="1"><Person protected="false">'
    f"<FirstName>Kirsten</FirstName><FamilyName>Berggren</FamilyName>"
    f"<CivilRegistrationNumber>{KIRSTEN}</CivilRegistrationNumber></Person></ContactPerson>"
)


def student(
    own: str, given: str, family: str, cpr: str, *, contacts: str = "", protected: str = "false", group: str = "8B-2025"
) -> str:
    return (
        f"<InstitutionPerson><LocalPersonId>{own}</LocalPersonId>"
        f"<UNILogin><UserId>u{own}</UserId><CivilRegistrationNumber>{cpr}</CivilRegistrationNumber></UNILogin>"
        f'<Person protected="{protected}" verificationLevel="2"><FirstName>{given}</FirstName>'
        f"<FamilyName>{family}</FamilyName><CivilRegistrationNumber>{cpr}</CivilRegistrationNumber></Person>"
        f"<Student><Role>Barn</Role><Level>8</Level><MainGroupId>{group}</MainGroupId>{contacts}</Student>"
        "</InstitutionPerson>"
    )


def export_xml(
    people: Iterable[str], *, school: str = SCHOOL, exported: str = "2026-03-09T03:11:02.417+01:00",
    year: str = "2025/2026", before: str = "",
) -> str:  # fmt: skip
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        '<UNILoginExport xmlns="https://wsieksport.unilogin.dk/eksport/fuldmyndighed" '
        f'exportDateTime="{exported}" accessLevel="fuldmyndighed">'
        f'<ImportSource sourceDateTime="2026-03-08T22:40:00.000+01:00" source="Skoleadm" schoolYear="{year}"/>'
        f"<Institution><InstitutionNumber>{school}</InstitutionNumber><InstitutionName>Testskolen</InstitutionName>"
        "<Group><GroupId>8B-2025</GroupId><GroupName>8B</GroupName><GroupType>Hovedgruppe</GroupType>"
        "<GroupLevel>8</GroupLevel><Line>B</Line><FromDate>2025-08-01</FromDate><ToDate>2026-07-31</ToDate></Group>"
        f"{''.join(people)}</Institution></UNILoginExport>"
    )


class Looks:
    """Looks into a drop, one after the other, each with the cursor of the one before."""

    def __init__(self, drop: Drop, **settings: Any) -> None:
        self.clock = FixedClock(NOW)
        self.connector = SchoolConnector(
            "school", SchoolSettings.model_validate(drop.settings(**settings)), clock=self.clock.now
        )
        self.cursor = Cursor()
        self.batches: list[Batch] = []

    def look(self, **context: Any) -> list[SourceRecord]:
        """One look; gives its records."""
        self.batches = []
        for batch in self.connector.read("filer", self.cursor, ReadContext(**context)):
            self.batches.append(batch)
            if batch.cursor is not None:
                self.cursor = Cursor.model_validate_json(batch.cursor.model_dump_json())
        return [record for batch in self.batches for record in batch.records]

    @property
    def rejected(self) -> list[Rejection]:
        return [rejection for batch in self.batches for rejection in batch.rejected]

    @property
    def skipped(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for batch in self.batches:
            for name, count in batch.skipped.items():
                counts[name] = counts.get(name, 0) + count
        return counts

    @property
    def held(self) -> list[tuple[str, int, int]]:
        return [(held.record_type, held.missing, held.known) for batch in self.batches for held in batch.held]


def absences(records: Iterable[SourceRecord]) -> dict[str, float | None]:
    """Days by the id's end (pupil:quarter:kind); None for a tombstone."""
    return {
        record.source_id.partition(":")[2]: getattr(record.fact, "days", None)
        for record in records
        if record.record_type == "Fravaer"
    }
