"""How far a stream counts as read: never further than what the server can have shown."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sources.health.connector import HealthConnector
from hub.clock import FixedClock
from schemas.record import Cursor, SourceRecord
from tests.connectors.fhir_server import FhirServer, Item, care_plan, meta, patient, serving
from tests.connectors.health_runs import alive, connector_to, cursor_of, records_of, run, since, tombstones

MAJA = "7507864002"
START = datetime(2023, 9, 1, 6, tzinfo=UTC)


@pytest.fixture
def fhir() -> Iterator[FhirServer]:
    plans = [care_plan(f"cp-{number}", "p-1", stamp(START + timedelta(minutes=number))) for number in range(6)]
    with serving(FhirServer([patient("p-1", MAJA), *plans])) as served:
        yield served


@pytest.fixture
def connector(fhir: FhirServer, clock: FixedClock) -> HealthConnector:
    return connector_to(fhir, clock, resource_types=("CarePlan",))


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def plan(key: str, moment: datetime, version: int = 1, status: str = "active") -> Item:
    return care_plan(key, "p-1", status=status, meta=meta(stamp(moment), version))


def test_a_record_from_the_future_is_kept_and_flagged_and_moves_nothing(
    fhir: FhirServer, connector: HealthConnector
) -> None:
    fhir.put(plan("late", datetime(2032, 9, 12, 6, tzinfo=UTC)))
    batches = run(connector)
    (late,) = [record for record in records_of(batches) if record.source_id == "late"]
    assert [flag.rule for flag in late.quality] == ["future_time"]
    assert since(cursor_of(batches)) <= late.observed_at  # type: ignore[operator]
    fhir.put(plan("next", late.observed_at - timedelta(minutes=1)))
    assert "next" in alive(run(connector, cursor_of(batches)))


@pytest.mark.parametrize("ahead", [timedelta(hours=-3), timedelta(0), timedelta(hours=3)])
def test_the_cursor_follows_the_servers_clock_and_never_passes_ours(
    ahead: timedelta, fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    fhir.now = clock.now() + ahead
    fhir.put(plan("now", fhir.now))
    batches = run(connector)
    reached = since(cursor_of(batches))
    assert reached is not None
    assert reached <= clock.now()
    assert reached <= fhir.now
    fhir.put(plan("after", fhir.now + timedelta(minutes=1)))
    fhir.now += timedelta(minutes=2)
    clock.move(timedelta(minutes=2))
    assert "after" in alive(run(connector, cursor_of(batches)))


def test_the_time_at_which_the_server_made_the_first_page_counts(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    made_at = clock.now() - timedelta(hours=2)
    fhir.bend = lambda path, body: (200, body | {"meta": {"lastUpdated": stamp(made_at)}} if "?" in path else body)
    fhir.put(plan("now", clock.now()))
    reached = since(cursor_of(run(connector)))
    assert reached is not None
    assert reached <= made_at


@pytest.mark.parametrize("text", ["soon", 7, None, {}])
def test_a_bad_time_of_the_answer_is_no_fault(text: object, fhir: FhirServer, connector: HealthConnector) -> None:
    fhir.bend = lambda path, body: (200, body | {"meta": {"lastUpdated": text}} if "?" in path else body)
    assert len(alive(run(connector))) == 6


def test_a_late_change_shown_on_a_late_page_does_not_carry_the_cursor_past_others(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    began = clock.now()
    fhir.snapshot, fhir.now = True, began
    pages = iter(range(100))

    def while_paging() -> None:
        number = next(pages)
        fhir.now = began + timedelta(minutes=30 * number)
        if number == 1:  # already shown: this change is missed in this run
            fhir.put(plan("cp-0", began + timedelta(minutes=20), 2, "completed"))
        if number == 2:  # still to be shown: this one is seen, and is later
            fhir.put(plan("cp-5", began + timedelta(minutes=50), 2, "completed"))
            fhir.delete("CarePlan", "cp-1", stamp(began + timedelta(minutes=25)))

    fhir.before_page = while_paging
    clock.move(timedelta(hours=2))
    connector = connector_to(fhir, clock, resource_types=("CarePlan",), compare_every="PT0S")
    batches = run(connector)
    reached = since(cursor_of(batches))
    assert reached is not None
    assert reached <= began
    following = run(connector, cursor_of(batches))
    assert "cp-0" in alive(following)
    assert ("cp-1", "history_delete") in tombstones(following)


def test_rows_that_moved_between_pages_are_read_again(fhir: FhirServer, clock: FixedClock) -> None:
    connector = connector_to(fhir, clock, resource_types=("CarePlan",), compare_every="PT0S")
    pages = iter(range(100))
    fhir.total = False

    def change_what_was_shown() -> None:
        if next(pages) == 1:
            fhir.put(plan("cp-0", clock.now() - timedelta(hours=1), 2))

    fhir.before_page = change_what_was_shown
    batches = run(connector)
    assert "cp-2" not in alive(batches)
    assert "cp-2" in alive(run(connector, cursor_of(batches)))


@pytest.mark.parametrize("snapshot", [True, False])
@pytest.mark.parametrize("seed", range(12))
def test_a_server_that_changes_while_it_is_paged_loses_no_update_and_no_deletion(
    seed: int, snapshot: bool, fhir: FhirServer, clock: FixedClock
) -> None:
    """Creates, updates and deletions between any two pages, with clocks that differ, histories or none, totals or none.

    Two quiet runs and a comparison later, what was given out is what the server holds.
    """
    rng = random.Random(seed)  # noqa: S311  a test
    connector = connector_to(fhir, clock, resource_types=("CarePlan",), page_size=2)
    skew = timedelta(minutes=rng.choice((-90, -1, 0, 1, 90)))
    fhir.snapshot, fhir.total = snapshot, rng.random() < 0.5
    fhir.history_status = rng.choice((200, 200, 501))
    fhir.page_size = rng.randint(1, 4)
    numbers = iter(range(1000))
    is_busy = True

    def server_time() -> datetime:
        return clock.now() + skew

    def change_something() -> None:
        clock.move(timedelta(minutes=rng.choice((0, 1, 7, 30))))
        fhir.now = server_time()
        if not is_busy or rng.random() < 0.4:
            return
        ids = [item["id"] for item in fhir.resources if item["resourceType"] == "CarePlan"]
        what = rng.random()
        if what < 0.4 or not ids:
            fhir.put(plan(f"new-{next(numbers)}", server_time()))
        elif what < 0.75:
            key = rng.choice(ids)
            before = fhir.find("CarePlan", key)
            assert before is not None
            fhir.put(
                plan(key, server_time(), int(before["meta"]["versionId"]) + 1, rng.choice(("active", "completed")))
            )
        elif rng.random() < 0.7:
            fhir.delete("CarePlan", rng.choice(ids), stamp(server_time()))
        else:  # without a word
            gone = rng.choice(ids)
            fhir.resources = [item for item in fhir.resources if item["id"] != gone]

    fhir.before_page = change_something
    held: dict[str, SourceRecord] = {}
    cursor: Cursor | None = None
    for _ in range(6):
        batches = run(connector, cursor)
        cursor = cursor_of(batches)
        remember(held, records_of(batches))
        clock.move(timedelta(minutes=rng.choice((5, 60, 60 * 24))))
        change_something()
    is_busy = False
    for _ in range(4):
        clock.move(timedelta(days=8))
        batches = run(connector, cursor, releases={"CarePlan": 1000})
        cursor = cursor_of(batches)
        remember(held, records_of(batches))
    shown = {key: record.source_version for key, record in held.items() if not record.deleted}
    there = {item["id"]: item["meta"]["versionId"] for item in fhir.resources if item["resourceType"] == "CarePlan"}
    assert shown == there


def remember(held: dict[str, SourceRecord], records: list[SourceRecord]) -> None:
    """What a reader would hold: the higher version wins; a concluded deletion stands until the id is seen again."""
    for record in records:
        before = held.get(record.source_id)
        is_newer = before is None or (record.version_order or 0) >= (before.version_order or 0)
        if is_newer or record.is_concluded or (before is not None and before.is_concluded):
            held[record.source_id] = record
