"""The failure modes that every source must survive, as far as a school's files can bring them (docs/failure-modes.md).

Each test has a payload of its own and says what is stored, what is in quarantine and what the administrator reads.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from connectors.sources.school.connector import SchoolConnector, SchoolSettings
from hub.clock import FixedClock
from hub.db import Database
from hub.sources.health import RunOutcome, RunSummary
from tests.connectors.school_files import (
    BO,
    JULIANE,
    LARS,
    NOW,
    PUPILS,
    SCHOOL,
    export_xml,
    put_absence,
    put_four,
    put_marker,
    row,
    student,
)
from tests.connectors.sftp_server import Drop, asyncssh_server, public, serving
from tests.hub.source_hub import SourceHub, advice_of, source_hub

NIGHT = timedelta(hours=1)
WAITS = "Kilden svarer ikke lige nu. Der prøves igen af sig selv; intet er gået tabt."


@pytest.fixture
def drop(tmp_path: Path) -> Iterator[Drop]:
    with serving(tmp_path / "drop") as served:
        put_four(served.waiting)
        yield served


@pytest.fixture
def hub(database: Database, drop: Drop) -> Iterator[SourceHub]:
    clock = FixedClock(NOW)
    connector = SchoolConnector("school", SchoolSettings.model_validate(drop.settings()), clock=clock.now)
    with source_hub(database, connector, clock) as made:
        yield made


def look(hub: SourceHub) -> RunSummary:
    """One look into the drop, an hour after the one before."""
    hub.clock.move(NIGHT)
    return hub.run("filer")


def sums(hub: SourceHub) -> dict[str, float]:
    """Absent days by the source's id without its school, as the pages show them."""
    return {
        entry.provenance.source_id.removeprefix(f"{SCHOOL}:"): entry.fact.days
        for entry in hub.entries()
        if entry.fact.kind == "absence"
    }


BO_UNLAWFUL, LARS_UNLAWFUL = "501001:2026-1:UNLAWFUL", "501002:2026-1:UNLAWFUL"


def test_mode_1_an_older_set_after_a_newer_one_is_not_taken(hub: SourceHub, drop: Drop) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026"), row("2", BO, "06-03-2026")])
    look(hub)
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")], window=(date(2026, 2, 1), date(2026, 3, 6)))
    look(hub)
    assert sums(hub) == {BO_UNLAWFUL: 2}


def test_mode_2_the_same_night_again_publishes_nothing(hub: SourceHub, drop: Drop) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    look(hub)
    stored = hub.count_statements()
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    assert (look(hub).published, hub.count_statements()) == (0, stored)


def test_mode_3_absence_before_its_pupil_waits_for_the_pupil(hub: SourceHub, drop: Drop) -> None:
    put_four(drop.waiting, PUPILS[1:])
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    assert "Fravaer: waits_for_master_data" in look(hub).skipped
    assert sums(hub) == {}
    put_four(drop.waiting)
    look(hub)
    assert sums(hub) == {BO_UNLAWFUL: 1}


def test_mode_4_a_pupil_changes_number_and_letters_are_a_number(hub: SourceHub, drop: Drop) -> None:
    put_four(drop.waiting, [("501001", "Bo", "Vestergaard", "7103801VJ4", "4", "A", "4A")])
    look(hub)
    assert list(hub.by_number()) == ["7103801VJ4"]
    put_four(drop.waiting, [("501001", "Bo", "Vestergaard", BO, "4", "A", "4A")])
    look(hub)
    assert BO in hub.by_number()


def test_mode_5_a_marker_without_its_file_takes_nothing(hub: SourceHub, drop: Drop) -> None:
    file = put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    content = file.read_bytes()
    file.unlink()
    look(hub)
    assert sums(hub) == {}
    file.write_bytes(content)
    look(hub)
    assert sums(hub) == {BO_UNLAWFUL: 1}


def test_mode_6_rows_of_another_school_are_one_line_each_and_the_others_count(hub: SourceHub, drop: Drop) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026", school="461000"), row("2", LARS, "05-03-2026")])
    look(hub)
    assert sums(hub) == {LARS_UNLAWFUL: 1}
    assert [field for field, _, _ in hub.quarantined()] == ["Skolekode"]


def test_mode_7_a_page_for_people_in_place_of_a_file_is_one_line(hub: SourceHub, drop: Drop) -> None:
    file = put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    file.write_text("<html><body>Log ind</body></html>", "utf-8")
    put_marker(file, rows=1)
    look(hub)
    assert sums(hub) == {}
    assert len(hub.quarantined()) == 1


def test_mode_8_a_row_that_is_missing_from_the_complete_window_goes_and_a_double_counts_once(
    hub: SourceHub, drop: Drop
) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026"), row("2", BO, "06-03-2026")])
    look(hub)
    put_absence(drop.waiting, [row("1", BO, "05-03-2026"), row("1", BO, "05-03-2026")])
    look(hub)
    assert sums(hub) == {BO_UNLAWFUL: 1}


def test_mode_9_a_marker_that_lies_takes_nothing_and_says_where(hub: SourceHub, drop: Drop) -> None:
    file = put_absence(drop.waiting, [row("1", BO, "05-03-2026")], sha256="0" * 64)
    look(hub)
    assert sums(hub) == {}
    assert hub.quarantined() == [
        (
            "sha256",
            "filen er ikke, som mærkefilen siger",
            "Bed leverandøren lægge fil og mærkefil op igen, filen først. Intet er taget imens.",
        )
    ]
    put_marker(file, rows=1)
    look(hub)
    assert (sums(hub), hub.quarantined()) == ({BO_UNLAWFUL: 1}, [])


def test_the_line_of_a_refused_set_goes_when_a_later_set_of_the_school_is_taken(hub: SourceHub, drop: Drop) -> None:
    put_absence(
        drop.waiting, [row("1", BO, "05-03-2026")], window=(date(2026, 2, 8), date(2026, 3, 8)), sha256="0" * 64
    )
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")], school="461998", mode="delta")
    look(hub)
    assert sorted(field for field, _, _ in hub.quarantined()) == ["mode", "sha256"]
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    look(hub)
    assert [field for field, _, _ in hub.quarantined()] == ["mode"]


def test_mode_9_an_empty_file_that_says_it_is_whole_waits_for_a_person(hub: SourceHub, drop: Drop) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026"), row("2", LARS, "05-03-2026")])
    look(hub)
    put_absence(drop.waiting, [])
    summary = look(hub)
    assert (summary.outcome, sums(hub)) == (RunOutcome.HELD, {BO_UNLAWFUL: 1, LARS_UNLAWFUL: 1})
    assert advice_of(summary).startswith("Spørg systemejeren")


def test_mode_10_a_wrong_encoding_is_one_line_and_a_past_school_year_is_refused(hub: SourceHub, drop: Drop) -> None:
    look(hub)
    file = put_absence(drop.waiting, [row("1", BO, "05-03-2026", note="læge")])
    file.write_bytes(file.read_bytes().removeprefix(b"\xef\xbb\xbf") + "å".encode("cp1252"))
    put_marker(file, rows=1)
    put_four(drop.waiting, year="01-08-2024¤31-07-2025")
    look(hub)
    assert sums(hub) == {}
    assert {problem for _, problem, _ in hub.quarantined()} == {
        "filens tegn kan ikke læses sikkert",
        "sættet hører til et andet skoleår",
    }


def test_mode_11_a_number_without_its_zero_is_restored_and_one_that_is_none_is_one_line(
    hub: SourceHub, drop: Drop
) -> None:
    put_four(
        drop.waiting, [("501009", "A", "B", "101109997", "4", "A", "4A"), ("501010", "C", "D", "12", "4", "A", "4A")]
    )
    look(hub)
    assert list(hub.by_number()) == ["0101109997"]
    assert [problem for _, problem, _ in hub.quarantined()] == ["cpr-nummeret er ugyldigt"]


def test_mode_12_a_time_that_does_not_exist_and_an_unknown_code_are_one_line_each(hub: SourceHub, drop: Drop) -> None:
    put_absence(
        drop.waiting,
        [
            row("1", BO, "05-03-2026", changed="29-03-2026 02:30"),
            row("2", BO, "06-03-2026", "X"),
            row("3", LARS, "05-03-2026"),
        ],
    )
    look(hub)
    assert sums(hub) == {LARS_UNLAWFUL: 1}
    assert sorted(problem for _, problem, _ in hub.quarantined()) == ["datoen er ugyldig", "koden er ny for os"]


def test_mode_14_a_server_that_is_away_is_asked_again_and_nothing_is_lost(hub: SourceHub, drop: Drop) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    look(hub)
    drop.stack.close()
    summary = look(hub)
    assert (summary.outcome, advice_of(summary)) == (RunOutcome.UNAVAILABLE, WAITS)
    assert sums(hub) == {BO_UNLAWFUL: 1}


def test_mode_15_another_host_key_refuses_and_nothing_is_read(drop: Drop, database: Database) -> None:
    clock = FixedClock(NOW)
    with asyncssh_server(drop.root, drop.keys, drop.keys.other_host) as port:
        settings = SchoolSettings.model_validate(drop.settings(port=port))
        with source_hub(database, SchoolConnector("school", settings, clock=clock.now), clock) as hub:
            summary = look(hub)
            assert hub.entries() == []
    assert summary.outcome is RunOutcome.REFUSED
    assert public(drop.keys.other_host).split()[1] not in advice_of(summary)
    assert advice_of(summary).startswith("Filserveren viser en anden nøgle end den, vi kender.")


def test_mode_16_a_late_correction_changes_the_kind_and_the_sum(hub: SourceHub, drop: Drop) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    look(hub)
    put_absence(drop.waiting, [row("1", BO, "05-03-2026", "S", changed="09-03-2026 12:00")])
    look(hub)
    assert sums(hub) == {"501001:2026-1:SICK": 1}


def test_mode_17_a_protected_pupil_is_protected_and_one_without_a_number_is_one_line(
    hub: SourceHub, drop: Drop
) -> None:
    people = [student("501003", "Juliane", "J", JULIANE, protected="true"), student("501004", "Uden", "Nummer", "")]
    (drop.waiting / "export.xml").write_text(export_xml(people), "utf-8")
    look(hub)
    protected = [
        overview.header.person.name_address_protected
        for overview in hub.overviews()
        if JULIANE in [identifier.value for identifier in overview.header.identifiers]
    ]
    assert protected == [True]


def test_mode_18_files_that_we_may_not_move_are_read_once_and_told(hub: SourceHub, drop: Drop) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    (drop.root / "imported").write_text("no folder")
    look(hub)
    summary = look(hub)
    assert (summary.published, sums(hub)) == (0, {BO_UNLAWFUL: 1})
    assert advice_of(summary) == (
        "Filerne er læst, men vi må ikke flytte dem til imported. Bed om skriveadgang til mapperne."
    )
