"""Large files are read in parts that fit into memory."""

import tracemalloc
from datetime import date, timedelta

import pytest

from connectors.sources.school import partitions
from tests.connectors.school_files import Looks, absences, put_absence, put_four, row
from tests.connectors.sftp_server import Drop

PUPILS = [(f"5{n:05}", "A", "B", f"61{n % 12 + 1:02}10{5000 + n}", "4", "A", "4A") for n in range(60)]


def rows() -> list[str]:
    days = [date(2025, 8, 11) + timedelta(days=offset) for offset in range(210)]
    return [
        row(f"{pupil[0]}-{day}", pupil[3], f"{day:%d-%m-%Y}", "SUL"[at % 3])
        for at, day in enumerate(days)
        for pupil in PUPILS
    ]


def test_a_file_in_many_parts_gives_the_sums_of_one_in_memory(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    put_four(drop.waiting / "20260308", PUPILS)
    put_absence(drop.waiting / "20260308", rows(), window=(date(2025, 8, 1), date(2026, 3, 9)))
    whole = absences(Looks(drop).look())
    monkeypatch.setattr(partitions, "BYTES_EACH", 50_000)
    looks = Looks(drop)
    tracemalloc.start()
    assert absences(looks.look()) == whole
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(whole) == 60 * 3 * 3
    assert peak < 12_000_000
