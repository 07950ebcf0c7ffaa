"""The health connector against a server that pages, deletes, forgets and lies."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.base import Batch
from connectors.errors import SourceRefused, SourceUnavailable
from connectors.kit import read_all
from connectors.sources.health.connector import HealthConnector, HealthSettings
from hub.clock import FixedClock
from tests.connectors.fhir_server import SECRET, FhirServer, care_plan, patient, serving
from tests.contracts.connector import last_cursor, read, records

MAJA = "7507864002"


@pytest.fixture
def fhir() -> Iterator[FhirServer]:
    plans = [care_plan(f"cp-{number}", "p-1", f"2023-01-02T00:0{number}:00.000Z") for number in range(5)]
    with serving(FhirServer([patient("p-1", MAJA), *plans])) as served:
        yield served


@pytest.fixture
def connector(fhir: FhirServer, clock: FixedClock) -> HealthConnector:
    return made(fhir, clock)


def made(fhir: FhirServer, clock: FixedClock, **more: object) -> HealthConnector:
    settings = {"base_url": f"{fhir.url}/r4", "token_url": f"{fhir.url}/token", "client_id": "helhed"}
    given = {
        **settings,
        "client_secret": SECRET,
        "patience": "never",
        "resource_types": ("Patient", "CarePlan"),
        **more,
    }
    return HealthConnector("health", HealthSettings.model_validate(given), clock=clock.now)


def test_every_page_is_read_and_the_cursor_is_the_newest_time_of_the_server(connector: HealthConnector) -> None:
    batches = read(connector)
    assert [one.source_id for one in records(batches)] == ["p-1", "cp-0", "cp-1", "cp-2", "cp-3", "cp-4"]
    since = last_cursor(batches).state["since"]
    assert since == {
        "Patient": "2023-01-01T00:00:00.000000+00:00",
        "CarePlan": "2023-01-02T00:04:00.000000+00:00",
    }


def test_the_cursor_comes_only_after_the_last_page_of_a_type(connector: HealthConnector) -> None:
    moved = [batch.cursor is not None for batch in read(connector)]
    # Patient: one page, then its cursor; CarePlan: three pages, then its cursor; two id lists, then theirs.
    assert moved == [False, True, False, False, False, True, False, False, True]


def test_the_next_run_asks_once_from_ten_minutes_before(fhir: FhirServer, connector: HealthConnector) -> None:
    cursor = last_cursor(read(connector))
    fhir.asked.clear()
    read(connector, cursor)
    searches = [path for path in fhir.asked if path.startswith("/r4/CarePlan?")]
    assert searches
    assert all(path.count("_lastUpdated=") == 1 for path in searches)
    assert "2023-01-01T23%3A54%3A00.000Z" in searches[0]


def test_a_deletion_in_the_history_becomes_a_tombstone(fhir: FhirServer, connector: HealthConnector) -> None:
    cursor = last_cursor(read(connector))
    fhir.deleted.append(("CarePlan/cp-4", "7", "2023-01-03T00:00:00.000Z"))
    gone = [one for one in records(read(connector, cursor)) if one.deleted]
    assert [(one.key, one.version_order, one.deleted_reason) for one in gone] == [
        (("health", "CarePlan", "cp-4"), 7, "history_delete")
    ]


def test_what_vanishes_without_a_word_is_found_by_the_weekly_comparison(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = last_cursor(read(connector))
    fhir.resources = [one for one in fhir.resources if one["id"] != "cp-0"]
    assert not any(one.deleted for one in records(read(connector, cursor)))
    clock.move(timedelta(days=7))
    gone = [one for one in records(read(connector, cursor)) if one.deleted]
    assert [(one.source_id, one.deleted_reason) for one in gone] == [("cp-0", "missing_in_id_list")]


def test_an_id_list_that_lost_too_much_is_not_believed(fhir: FhirServer, clock: FixedClock) -> None:
    fhir.resources += [care_plan(f"more-{number}", "p-1") for number in range(30)]
    connector = made(fhir, clock)
    cursor = last_cursor(read(connector))
    fhir.empty_ids = True
    clock.move(timedelta(days=8))
    batches = read(connector, cursor)
    assert not any(one.deleted and one.record_type == "CarePlan" for one in records(batches))
    assert any("CarePlan: id_list_not_believed" in batch.skipped for batch in batches)


def test_a_next_link_to_another_host_is_refused(fhir: FhirServer, connector: HealthConnector) -> None:
    fhir.next_link = lambda url: url.replace("127.0.0.1", "internal.example")
    with pytest.raises(SourceRefused, match="another host"):
        read(connector)


def test_paging_in_a_circle_ends(fhir: FhirServer, connector: HealthConnector) -> None:
    fhir.next_link = lambda _: f"{fhir.url}/r4/CarePlan?_count=200"
    with pytest.raises(SourceUnavailable, match=r"twice|circle"):
        read(connector)


def test_a_search_that_expires_starts_over_next_time(fhir: FhirServer, connector: HealthConnector) -> None:
    fhir.expired = True
    given: list[Batch] = []
    with pytest.raises(SourceUnavailable, match="expired"):
        given.extend(read_all(connector))
    fhir.expired = False
    assert given[-1].cursor is None
    assert len(records(read(connector))) == 6


def test_a_server_that_misreads_the_time_is_refused(fhir: FhirServer, connector: HealthConnector) -> None:
    cursor = last_cursor(read(connector))
    fhir.echo = False
    with pytest.raises(SourceRefused, match="did not search"):
        read(connector, cursor)


def test_settings_want_an_interface_or_a_folder(tmp_path: Path) -> None:
    for given in ({}, {"base_url": "https://fhir.example"}, {"directory": tmp_path, "client_id": "helhed"}):
        with pytest.raises(ValueError, match="either directory"):
            HealthSettings.model_validate(given)
    assert HealthSettings(directory=tmp_path).base_url is None


def test_a_folder_is_checked_and_read(tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "bad.json").write_text('{"resourceType": "Bun')
    connector = HealthConnector("health", HealthSettings(directory=tmp_path), clock=clock.now)
    assert connector.check().ok
    batches = read(connector)
    assert [one.rule for batch in batches for one in batch.rejected] == ["truncated"]
    missing = HealthConnector("health", HealthSettings(directory=tmp_path / "none"), clock=clock.now)
    assert missing.check().advice == "source_refused"
