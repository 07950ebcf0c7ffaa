"""The newest minutes are read again in each run: what says nothing new is not given out, and nothing is lost by it."""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sources.health import recent_records
from connectors.sources.health.connector import HealthConnector
from hub.clock import FixedClock
from hub.intake.rules import Statement, merge_repeats, settle
from hub.intake.service import statement_of
from schemas.record import Cursor, SourceRecord
from tests.connectors.fhir_server import FhirServer, Item, care_plan, meta, patient, serving
from tests.connectors.health_runs import alive, connector_to, cursor_of, records_of, run, skipped, tombstones

MAJA = "7507864002"
START = datetime(2023, 9, 1, 6, tzinfo=UTC)
"""When the newest plans changed; all of them within the overlap."""
WEEK = timedelta(days=7)


@pytest.fixture
def fhir() -> Iterator[FhirServer]:
    plans = [plan(f"cp-{number}", START + timedelta(minutes=number)) for number in range(6)]
    with serving(FhirServer([patient("p-1", MAJA), *plans])) as served:
        yield served


@pytest.fixture
def connector(fhir: FhirServer, clock: FixedClock) -> HealthConnector:
    return connector_to(fhir, clock, resource_types=("CarePlan",))


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def plan(key: str, moment: datetime, version: int = 1, status: str = "active") -> Item:
    return care_plan(key, "p-1", status=status, meta=meta(stamp(moment), version))


def standing(records: Iterable[SourceRecord]) -> dict[str, str | None]:
    """What intake makes of these records: version of each plan that is not deleted."""
    by_id: dict[str, list[tuple[Statement, SourceRecord]]] = {}
    for record in records:
        by_id.setdefault(record.source_id, []).append((statement_of(record), record))
    current: dict[str, str | None] = {}
    for key, pairs in by_id.items():
        placements = settle(merge_repeats([statement for statement, _ in pairs]))
        (record,) = [
            record for statement, record in pairs if statement.id in placements and placements[statement.id].is_current
        ]
        if not record.deleted:
            current[key] = record.source_version
    return current


def test_a_run_in_which_nothing_changed_brings_nothing(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    cursor = cursor_of(run(connector))
    fhir.delete("CarePlan", "cp-1", stamp(START + timedelta(minutes=7)))
    batches = run(connector, cursor)
    assert (tombstones(batches), alive(batches)) == ([("cp-1", "history_delete")], [])
    for _ in range(3):
        clock.move(timedelta(hours=1))
        batches = run(connector, cursor_of(batches))
        assert [batch.records for batch in batches if batch.records] == []
        assert "CarePlan: given_out_before" in skipped(batches)


def test_the_same_version_with_other_content_is_given_out_whenever_it_changes(
    fhir: FhirServer, connector: HealthConnector
) -> None:
    cursor = cursor_of(run(connector))
    for status in ("completed", "active", "completed"):
        fhir.put(plan("cp-3", START + timedelta(minutes=3), 1, status))
        batches = run(connector, cursor)
        assert alive(batches) == ["cp-3"]
        cursor = cursor_of(batches)
    assert alive(run(connector, cursor)) == []


def test_a_version_that_comes_again_after_an_expunge_is_given_out(fhir: FhirServer, connector: HealthConnector) -> None:
    cursor = cursor_of(run(connector))
    fhir.put(plan("cp-3", START + timedelta(minutes=8)))
    assert alive(run(connector, cursor)) == ["cp-3"]


def test_a_run_without_a_cursor_is_repeated_whole(fhir: FhirServer, connector: HealthConnector) -> None:
    cursor = cursor_of(run(connector))
    fhir.put(plan("cp-3", START + timedelta(minutes=8), 2))
    assert alive(run(connector, cursor)) == ["cp-3"]
    assert alive(run(connector, cursor)) == ["cp-3"]


def test_more_than_is_remembered_is_given_out_again(
    connector: HealthConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent_records, "MOST", 2)
    cursor = cursor_of(run(connector))
    assert alive(run(connector, cursor)) == ["cp-0", "cp-1", "cp-2", "cp-3"]


def test_a_memory_that_cannot_be_read_is_as_good_as_none(connector: HealthConnector) -> None:
    state = cursor_of(run(connector)).state["CarePlan"]
    assert isinstance(state, dict)
    for text in ("no base64!", "aGVq", 7):
        assert len(alive(run(connector, Cursor(state={"CarePlan": {**state, "recent": text}})))) == 6


@pytest.mark.parametrize("is_recent", [True, False])
def test_a_plan_that_was_deleted_and_restored_from_a_backup_lives_again(
    is_recent: bool, fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    batches = run(connector)
    seen = records_of(batches)
    before = fhir.find("CarePlan", "cp-3")
    assert before is not None
    fhir.delete("CarePlan", "cp-3", stamp(START + timedelta(minutes=7)))
    clock.move(timedelta(minutes=5))
    batches = run(connector, cursor_of(batches))
    seen += records_of(batches)
    assert "cp-3" not in standing(seen)
    if not is_recent:
        fhir.put(plan("cp-5", START + timedelta(hours=2), 2))
        clock.move(timedelta(minutes=5))
        batches = run(connector, cursor_of(batches))
        seen += records_of(batches)
    fhir.deleted.clear()
    fhir.put(before)
    clock.move(WEEK)
    batches = run(connector, cursor_of(batches))
    assert alive(batches) == ["cp-3"], "the same version of the same plan"
    assert standing(seen + records_of(batches))["cp-3"] == "1"
    clock.move(timedelta(minutes=5))
    following = run(connector, cursor_of(batches))
    assert records_of(following) == []
    fhir.put(plan("cp-3", START + timedelta(hours=9), 2, "completed"))
    changed = run(connector, cursor_of(following))
    assert standing(seen + records_of(batches) + records_of(changed))["cp-3"] == "2", "the number that the deletion had"


def test_a_search_that_lags_behind_the_history_revives_nothing(
    fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    batches = run(connector)
    seen = records_of(batches)
    stale = fhir.find("CarePlan", "cp-3")
    assert stale is not None
    fhir.delete("CarePlan", "cp-3", stamp(START + timedelta(minutes=7)))
    for _ in range(3):
        clock.move(timedelta(minutes=5))
        batches = run(connector, cursor_of(batches))
        seen += records_of(batches)
        assert "cp-3" not in standing(seen)
        fhir.put(stale)
    assert "CarePlan: deleted_in_history" in skipped(batches)


@pytest.mark.parametrize("seed", range(25))
def test_whatever_is_deleted_restored_and_shown_late_the_hub_holds_what_the_server_has(  # noqa: PLR0915  one simulation
    seed: int, fhir: FhirServer, clock: FixedClock
) -> None:
    """Changes, deletions, restored backups and searches that lag, between runs that overlap; some runs are lost."""
    rng = random.Random(seed)  # noqa: S311  a test
    connector = connector_to(fhir, clock, resource_types=("CarePlan",), page_size=3)
    removed: dict[str, Item] = {}
    lagging: list[Item] = []
    seen: list[SourceRecord] = []
    cursor: Cursor | None = None
    fhir.now = clock.now()
    fhir.resources = [item for item in fhir.resources if item["resourceType"] != "CarePlan"]
    for number in range(5):
        fhir.put(plan(f"cp-{number}", clock.now() - timedelta(minutes=number)))

    def change_something() -> None:
        ids = [item["id"] for item in fhir.resources if item["resourceType"] == "CarePlan"]
        at, what = clock.now() - timedelta(seconds=1), rng.random()
        if what < 0.3 and len(ids) > 2:
            key = rng.choice(ids)
            removed[key] = fhir.find("CarePlan", key) or {}
            fhir.delete("CarePlan", key, stamp(at))
            if rng.random() < 0.3:
                lagging.append(removed[key])
        elif what < 0.5 and removed:
            key = rng.choice(sorted(removed))
            item = removed.pop(key)
            if rng.random() < 0.5:  # made again
                fhir.put(plan(key, at, int(item["meta"]["versionId"]) + 2))
            else:  # restored with its old version and time, and its history with it
                fhir.deleted = [entry for entry in fhir.deleted if entry[0] != f"CarePlan/{key}"]
                fhir.put(item)
        else:
            key = rng.choice(ids)
            before = fhir.find("CarePlan", key) or {}
            version = int(before["meta"]["versionId"])
            fhir.put(plan(key, at, version + rng.choice((0, 1)), rng.choice(("active", "completed"))))

    for step in range(14):
        clock.move(timedelta(minutes=rng.choice((1, 4, 15, 60 * 24 * 8))))
        fhir.now = clock.now()
        if step < 10:
            change_something()
        shown_late = [item for item in lagging if fhir.find("CarePlan", item["id"]) is None]
        fhir.resources += shown_late
        is_lost = step < 10 and rng.random() < 0.2
        batches = run(connector, cursor)
        seen += records_of(batches)
        if not is_lost:
            cursor = cursor_of(batches)
        fhir.resources = [item for item in fhir.resources if item not in shown_late]
        lagging.clear()
    clock.move(timedelta(days=8))
    batches = run(connector, cursor)
    seen += records_of(batches)
    there = {item["id"]: item["meta"]["versionId"] for item in fhir.resources if item["resourceType"] == "CarePlan"}
    assert standing(seen) == there
    quiet = run(connector, cursor_of(batches))
    assert records_of(quiet) == []
