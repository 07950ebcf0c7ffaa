"""What a missing FHIR resource means: unproven, gone, held, or back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from pydantic import JsonValue

from connectors.sources.health import id_comparison
from connectors.sources.health.connector import HealthConnector
from hub.clock import FixedClock
from schemas.record import Cursor
from tests.connectors.fhir_server import FhirServer, Item, care_plan, meta, outcome, patient, serving
from tests.connectors.health_runs import alive, connector_to, cursor_of, records_of, run, skipped, tombstones

MAJA = "7507864002"
WEEK = timedelta(days=7)


@pytest.fixture
def fhir() -> Iterator[FhirServer]:
    plans = [care_plan(f"cp-{number:03}", "p-1", f"2023-01-02T00:{number:02}:00.000Z") for number in range(20)]
    with serving(FhirServer([patient("p-1", MAJA), *plans], page_size=5)) as served:
        yield served


@pytest.fixture
def connector(fhir: FhirServer, clock: FixedClock) -> HealthConnector:
    return connector_to(fhir, clock)


def lose(fhir: FhirServer, *ids: str) -> None:
    """Resources vanish without a word."""
    fhir.resources = [item for item in fhir.resources if item["id"] not in ids]


def test_a_deletion_in_the_history_becomes_a_tombstone(fhir: FhirServer, connector: HealthConnector) -> None:
    cursor = cursor_of(run(connector))
    fhir.deleted.append(("CarePlan/cp-004", "7", "2023-01-03T00:00:00.000Z"))
    gone = [record for record in records_of(run(connector, cursor)) if record.deleted]
    assert [(record.source_id, record.version_order, record.deleted_reason) for record in gone] == [
        ("cp-004", 7, "history_delete")
    ]


def test_what_vanished_without_a_word_is_gone_when_a_read_says_so(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    lose(fhir, "cp-003")
    assert tombstones(run(connector, cursor)) == []
    clock.move(WEEK)
    batches = run(connector, cursor)
    assert tombstones(batches) == [("cp-003", "missing_on_read")]
    assert tombstones(run(connector, cursor_of(batches))) == []


def test_a_server_that_reads_no_ids_must_lack_a_resource_twice(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    fhir.reads = False
    lose(fhir, "cp-003")
    clock.move(WEEK)
    batches = run(connector, cursor)
    assert tombstones(batches) == []
    clock.move(timedelta(days=1))
    assert tombstones(run(connector, cursor_of(batches))) == [("cp-003", "missing_in_id_list")]


@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_a_read_that_is_refused_says_nothing(
    status: int, fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    fhir.lost_from_lists = frozenset({"cp-003"})
    fhir.bend = lambda path, body: (status, body) if path == "/r4/CarePlan/cp-003" else (200, body)
    clock.move(WEEK)
    assert tombstones(run(connector, cursor)) == []


def test_a_404_says_nothing_where_the_server_says_it_of_every_id(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    fhir.lost_from_lists = frozenset({"cp-003"})
    fhir.bend = lambda path, body: (404, outcome("not-found")) if path.startswith("/r4/CarePlan/cp") else (200, body)
    clock.move(WEEK)
    assert tombstones(run(connector, cursor)) == []


@pytest.mark.parametrize("answer", [outcome("not-found", "information"), care_plan("other", "p-1"), [], None])
def test_a_read_that_shows_something_else_says_nothing(
    answer: Any, fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    fhir.lost_from_lists = frozenset({"cp-003"})
    fhir.bend = lambda path, body: (200, answer if path == "/r4/CarePlan/cp-003" else body)
    clock.move(WEEK)
    batches = run(connector, cursor)
    assert tombstones(batches) == []
    assert "cp-003" not in alive(batches)


def test_a_row_lost_while_the_list_was_paged_is_read_and_lives(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    fhir.lost_from_lists = frozenset({"cp-007"})
    clock.move(WEEK)
    batches = run(connector, cursor)
    assert tombstones(batches) == []
    assert "cp-007" in alive(batches)


def test_a_row_that_the_search_never_showed_is_found_by_the_comparison(fhir: FhirServer, clock: FixedClock) -> None:
    connector = connector_to(fhir, clock, resource_types=("CarePlan",))
    pages = iter(range(100))

    def remove_a_row_already_listed() -> None:
        if next(pages) == 1:
            lose(fhir, "cp-000")

    fhir.before_page = remove_a_row_already_listed
    fhir.total = False
    batches = run(connector)
    assert set(alive(batches)) == {f"cp-{number:03}" for number in range(20)}
    assert tombstones(batches) == [("cp-000", "missing_on_read")]


def test_an_update_that_the_search_never_showed_is_found_by_the_comparison(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    fhir.put(care_plan("cp-002", "p-1", status="completed", meta=meta("2023-01-01T23:00:00.000Z", 2)))
    assert "cp-002" not in alive(run(connector, cursor))
    clock.move(WEEK)
    assert "cp-002" in alive(run(connector, cursor))


def test_many_missing_at_once_are_held_and_the_rest_goes_on(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    lost = [f"cp-{number:03}" for number in range(6)]
    lose(fhir, *lost)
    fhir.put(care_plan("new", "p-1", "2023-01-03T00:00:00.000Z"))
    assert "new" in alive(run(connector, cursor))
    for _ in range(3):
        clock.move(WEEK)
        batches = run(connector, cursor)
        assert tombstones(batches) == []
        (held,) = [held for batch in batches for held in batch.held]
        assert (held.record_type, held.missing, held.known) == ("CarePlan", 6, 21)
        assert not any("cp-0" in masked for masked in held.sample)
        cursor = cursor_of(batches)


def test_a_list_that_became_empty_is_held(fhir: FhirServer, connector: HealthConnector, clock: FixedClock) -> None:
    cursor = cursor_of(run(connector))
    lose(fhir, *(item["id"] for item in fhir.resources))
    clock.move(WEEK)
    batches = run(connector, cursor)
    assert {held.record_type: held.missing for batch in batches for held in batch.held} == {
        "Patient": 1,
        "CarePlan": 20,
    }
    assert not any(record.deleted for batch in batches for record in batch.records)


def test_what_vanished_is_missed_though_everything_is_read_once_more(
    fhir: FhirServer, connector: HealthConnector
) -> None:
    cursor = cursor_of(run(connector))
    lose(fhir, *(item["id"] for item in fhir.resources[5:]))
    marked = {
        stream: {**cast("dict[str, JsonValue]", state), "from_start": True} for stream, state in cursor.state.items()
    }
    batches = run(connector, Cursor(state=marked))
    assert {record.source_id for record in records_of(batches, "Patient")} == {"p-1"}, "though it has not changed"
    assert {held.record_type for batch in batches for held in batch.held} == {"CarePlan"}
    assert not any(Cursor.model_validate({"state": state}).from_start for state in cursor_of(batches).state.values())


def test_a_held_list_is_asked_for_again_in_the_next_run(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    fhir.lost_from_lists = frozenset(f"cp-{number:03}" for number in range(6))
    clock.move(WEEK)
    cursor = cursor_of(run(connector, cursor))
    fhir.lost_from_lists = frozenset()
    clock.move(timedelta(hours=1))
    fhir.requests.clear()
    assert not any(batch.held for batch in run(connector, cursor))
    assert any("_elements" in path for path in fhir.requests)


def test_a_release_compares_at_once_and_deletes_what_was_held(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    lost = [f"cp-{number:03}" for number in range(6)]
    lose(fhir, *lost)
    clock.move(WEEK)
    cursor = cursor_of(run(connector, cursor))
    assert tombstones(run(connector, cursor, releases={"CarePlan": 5})) == []
    released = run(connector, cursor, releases={"CarePlan": 6})
    assert tombstones(released) == [(lost_id, "missing_in_id_list") for lost_id in lost]
    assert not any(batch.held for batch in released)


def test_a_release_does_not_delete_what_the_search_still_shows(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    lost = [f"cp-{number:03}" for number in range(6)]
    fhir.lost_from_lists = frozenset(lost)
    clock.move(WEEK)
    cursor = cursor_of(run(connector, cursor))
    for item in fhir.resources:
        if item["id"] in lost:
            item["meta"] = {"versionId": "2", "lastUpdated": clock.now().isoformat()}
    clock.move(timedelta(hours=1))
    released = run(connector, cursor, releases={"CarePlan": 6})
    assert set(lost) <= set(alive(released))
    assert tombstones(released) == []


def test_the_limits_are_settings(fhir: FhirServer, clock: FixedClock) -> None:
    connector = connector_to(fhir, clock, absence_max_share=0.5)
    cursor = cursor_of(run(connector))
    lose(fhir, *(f"cp-{number:03}" for number in range(6)))
    clock.move(WEEK)
    assert len(tombstones(run(connector, cursor))) == 6
    properties = connector.spec()["properties"]
    assert isinstance(properties, dict)
    assert {"absence_max_share", "absence_max_count", "absence_always_allowed"} <= set(properties)


def test_what_was_read_between_two_comparisons_is_missed_too(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    fhir.put(care_plan("short", "p-1", "2023-01-03T00:00:00.000Z"))
    cursor = cursor_of(run(connector, cursor))
    lose(fhir, "short")
    clock.move(WEEK)
    assert tombstones(run(connector, cursor)) == [("short", "missing_on_read")]


def test_an_id_that_is_seen_again_is_given_out_again(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    plan = fhir.find("CarePlan", "cp-003")
    assert plan is not None
    lose(fhir, "cp-003")
    clock.move(WEEK)
    batches = run(connector, cursor)
    (tombstone,) = [record for record in records_of(batches) if record.deleted]
    assert tombstone.is_concluded
    fhir.put(plan)
    clock.move(WEEK)
    again = run(connector, cursor_of(batches))
    assert "cp-003" in alive(again)
    revived = next(record for record in records_of(again) if record.source_id == "cp-003")
    assert revived.observed_at > tombstone.observed_at
    clock.move(WEEK)
    assert "cp-003" not in alive(run(connector, cursor_of(again)))


def test_a_list_shorter_than_its_own_total_is_not_judged(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    fhir.reads = False

    def shorten(path: str, body: Item) -> tuple[int, Any]:
        is_list = path.startswith("/r4/CarePlan?_elements")
        return 200, body | {"entry": body["entry"][:-1]} if is_list else body

    fhir.bend = shorten
    for _ in range(3):
        clock.move(WEEK)
        batches = run(connector, cursor)
        assert tombstones(batches) == []
        assert "CarePlan: id_list_not_whole" in skipped(batches)
        cursor = cursor_of(batches)


def test_a_server_that_knows_no_elements_is_asked_without(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    fhir.bend = lambda path, body: (400, outcome("invalid")) if "_elements" in path else (200, body)
    cursor = cursor_of(run(connector))
    lose(fhir, "cp-003")
    clock.move(WEEK)
    assert tombstones(run(connector, cursor)) == [("cp-003", "missing_on_read")]
    assert sum("CarePlan?_elements" in path for path in fhir.requests) == 1


def test_more_than_can_be_read_one_by_one_is_left_to_the_second_comparison(
    fhir: FhirServer, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(id_comparison, "MAX_READS", 2)
    connector = connector_to(fhir, clock)
    cursor = cursor_of(run(connector))
    lose(fhir, *(f"cp-{number:03}" for number in range(4)))
    clock.move(WEEK)
    batches = run(connector, cursor)
    assert len(tombstones(batches)) == 2
    clock.move(WEEK)
    assert len(tombstones(run(connector, cursor_of(batches)))) == 2


def test_comparing_can_be_turned_off(fhir: FhirServer, clock: FixedClock) -> None:
    connector = connector_to(fhir, clock, compare_every="PT0S")
    cursor = cursor_of(run(connector))
    assert not any("_elements" in path for path in fhir.requests)
    assert len(cursor.model_dump_json()) < 1000


def test_a_cursor_that_cannot_be_read_begins_anew(connector: HealthConnector) -> None:
    broken: dict[str, JsonValue] = {
        "since": 7,
        "known": "no base64!",
        "compared_at": "soon",
        "unsupported": [],
        "statement_read_at": {},
    }
    batches = run(connector, Cursor(state={"Patient": {"since": {}}, "CarePlan": broken}))
    assert len(alive(batches)) == 20


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"request": {"method": "DELETE", "url": "CarePlan/x"}, "response": {"etag": 'W/"²"'}}, ["x"]),
        ({"request": {"method": "DELETE", "url": "CarePlan/x"}, "response": {"etag": "9" * 5000}}, ["x"]),
        ({"request": {"method": "DELETE", "url": "CarePlan/x"}, "response": {"lastModified": "never"}}, ["x"]),
        ({"request": {"method": "delete", "url": "CarePlan/x/_history/4"}}, ["x"]),
        ({"request": {"method": "DELETE"}, "fullUrl": "https://elsewhere.example/r4/CarePlan/x"}, ["x"]),
        ({"request": {"method": "GET", "url": "CarePlan/x"}, "response": {"status": "410 Gone"}}, ["x"]),
        ({"request": {"method": "DELETE", "url": "CarePlan"}}, None),
        ({"request": {"method": "DELETE", "url": "Patient/x"}}, None),
        ({"request": {"method": "DELETE", "url": "CarePlan/x\0"}}, None),
        ({"request": {"method": "DELETE", "url": "CarePlan?identifier=x"}}, None),
        ({"request": {"method": "DELETE"}}, None),
        ({"request": 7}, None),
        (None, None),
        ("gone", None),
        ({"request": {"method": "PUT", "url": "CarePlan/x"}}, []),
        ({}, []),
    ],
)
def test_a_strange_entry_of_a_history_is_at_most_that_entry(
    entry: Any, expected: list[str] | None, fhir: FhirServer, connector: HealthConnector
) -> None:
    cursor = cursor_of(run(connector))
    good = {"request": {"method": "DELETE", "url": "CarePlan/cp-001"}, "response": {"etag": 'W/"2"'}}

    def bend(path: str, body: Item) -> tuple[int, Any]:
        return 200, body | {"entry": [entry, good]} if "CarePlan/_history" in path else body

    fhir.bend = bend
    batches = run(connector, cursor)
    assert [key for key, _ in tombstones(batches)] == [*(expected or ()), "cp-001"]
    assert sum(len(batch.rejected) for batch in batches) == (1 if expected is None else 0)


def test_what_was_deleted_and_made_again_lives(fhir: FhirServer, connector: HealthConnector, clock: FixedClock) -> None:
    cursor = cursor_of(run(connector))
    fhir.deleted.append(("CarePlan/cp-001", "2", "2023-01-03T00:00:00.000Z"))
    fhir.put(care_plan("cp-001", "p-1", meta=meta("2023-01-04T00:00:00.000Z", 3)))
    batches = run(connector, cursor)
    versions = {record.deleted: record.version_order for record in records_of(batches) if record.source_id == "cp-001"}
    assert versions == {True: 2, False: 3}
    lose(fhir, "cp-001")
    clock.move(WEEK)
    assert ("cp-001", "missing_on_read") in tombstones(run(connector, cursor_of(batches)))


def test_a_version_that_restarts_is_the_newer_and_declared(fhir: FhirServer, connector: HealthConnector) -> None:
    fhir.put(care_plan("cp-001", "p-1", meta=meta("2023-01-03T00:00:00.000Z", 7)))
    cursor = cursor_of(run(connector))
    fhir.put(care_plan("cp-001", "p-1", meta=meta("2023-01-04T00:00:00.000Z", 1)))
    batches = run(connector, cursor)
    (restarted,) = [record for record in records_of(batches) if record.source_id == "cp-001"]
    assert restarted.version_order is None
    assert [flag.rule for flag in restarted.quality] == ["version_restarted"]
    # What is read again by the overlap says the same.
    assert "cp-001" not in alive(run(connector, cursor_of(batches)))
