"""The health connector against a server that pages, forgets, lies, and differs from others."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Batch, ReadContext
from connectors.errors import SourceRefused, SourceUnavailable
from connectors.kit import read_all
from connectors.sources.health.connector import HealthConnector
from connectors.sources.health.settings import HealthSettings
from hub.clock import FixedClock
from tests.connectors.fhir_server import FhirServer, Item, care_plan, outcome, patient, serving
from tests.connectors.health_runs import alive, connector_to, cursor_of, records_of, run, since, skipped

MAJA = "7507864002"


@pytest.fixture
def fhir() -> Iterator[FhirServer]:
    plans = [care_plan(f"cp-{number}", "p-1", f"2023-01-02T00:0{number}:00.000Z") for number in range(5)]
    with serving(FhirServer([patient("p-1", MAJA), *plans])) as served:
        yield served


@pytest.fixture
def connector(fhir: FhirServer, clock: FixedClock) -> HealthConnector:
    return connector_to(fhir, clock)


def test_every_page_is_read_and_the_cursor_is_the_newest_time_of_the_server(connector: HealthConnector) -> None:
    batches = run(connector)
    assert [record.source_id for batch in batches for record in batch.records] == [
        "p-1", "cp-0", "cp-1", "cp-2", "cp-3", "cp-4",
    ]  # fmt: skip
    cursor = cursor_of(batches)
    assert since(cursor, "Patient") == datetime(2023, 1, 1, tzinfo=UTC)
    assert since(cursor, "CarePlan") == datetime(2023, 1, 2, 0, 4, tzinfo=UTC)


def test_the_cursor_comes_only_after_the_last_page_of_a_type(connector: HealthConnector) -> None:
    moved = [batch.cursor is not None for batch in run(connector)]
    # Patient: one page, its cursor, the comparison, its cursor; CarePlan: three pages, and the same.
    assert moved == [False, True, False, True, False, False, False, True, False, True]


def test_the_next_run_asks_once_from_ten_minutes_before(fhir: FhirServer, connector: HealthConnector) -> None:
    cursor = cursor_of(run(connector))
    fhir.requests.clear()
    run(connector, cursor)
    searches = [path for path in fhir.requests if path.startswith("/r4/CarePlan?")]
    assert searches
    assert all(path.count("_lastUpdated=") == 1 for path in searches)
    assert "2023-01-01T23%3A54%3A00.000Z" in searches[0]


def test_a_run_that_is_asked_to_stop_ends_without_a_cursor(fhir: FhirServer, connector: HealthConnector) -> None:
    batches = run(connector, should_stop=lambda: any("offset" in path for path in fhir.requests))
    assert alive(batches)
    assert "CarePlan" not in cursor_of(batches).state


def test_a_stream_that_does_not_exist_is_refused(connector: HealthConnector) -> None:
    with pytest.raises(KeyError):
        list(connector.read("Poem", cursor_of(run(connector)), ReadContext()))


def test_a_next_link_to_another_host_is_refused_with_what_to_do(fhir: FhirServer, connector: HealthConnector) -> None:
    fhir.next_link = lambda url: url.replace("127.0.0.1", "internal.example")
    with pytest.raises(SourceRefused, match=r"another host.*public address in links"):
        run(connector)


def test_next_links_that_change_their_form_are_followed_as_they_are(
    fhir: FhirServer, connector: HealthConnector
) -> None:
    def changed(url: str) -> str:
        path, query = url.split("?")
        return path + "?" + "&".join([*reversed(query.split("&")), f"_getpages={len(fhir.requests)}"])

    fhir.next_link = changed
    assert len(alive(run(connector))) == 5
    asked = [path for path in fhir.requests if "_getpages" in path]
    assert len(set(asked)) == len(asked) > 1


def test_paging_in_a_circle_ends(fhir: FhirServer, connector: HealthConnector) -> None:
    fhir.next_link = lambda _: f"{fhir.url}/r4/CarePlan?_count=200"
    with pytest.raises(SourceUnavailable, match=r"twice|circle"):
        run(connector)


def test_a_search_that_expires_starts_over_next_time(fhir: FhirServer, connector: HealthConnector) -> None:
    fhir.expired = True
    batches: list[Batch] = []
    with pytest.raises(SourceUnavailable, match="expired"):
        batches.extend(read_all(connector))
    fhir.expired = False
    assert "CarePlan" not in cursor_of(batches).state
    assert len(alive(run(connector))) == 5


def test_an_empty_page_with_a_next_link_is_followed(fhir: FhirServer, connector: HealthConnector) -> None:
    fhir.bend = emptied_until(5, fhir.url)
    assert alive(run(connector)) == ["cp-0", "cp-1", "cp-2", "cp-3", "cp-4"]


def test_empty_pages_without_end_are_no_answer(fhir: FhirServer, connector: HealthConnector) -> None:
    fhir.bend = emptied_until(10_000, fhir.url)
    with pytest.raises(SourceUnavailable, match="empty pages"):
        run(connector)


@pytest.mark.parametrize(
    ("severity", "code", "ends"),
    [
        ("error", "incomplete", True),
        ("warning", "incomplete", True),
        ("fatal", "exception", True),
        ("error", "not-found", True),
        ("warning", "timeout", True),
        ("warning", "too-costly", True),
        ("warning", "informational", False),
        ("information", "throttled", False),
        ("warning", "not-supported", False),
    ],
)
@pytest.mark.parametrize("has_mode", [True, False])
def test_an_answer_that_says_it_is_not_whole_leaves_the_cursor(
    severity: str, code: str, ends: bool, has_mode: bool, fhir: FhirServer, connector: HealthConnector
) -> None:
    def add_outcome(path: str, body: Item) -> tuple[int, Any]:
        if path.startswith("/r4/CarePlan?") and "offset=2" in path:
            entry: Item = {"resource": outcome(code, severity)} | ({"search": {"mode": "outcome"}} if has_mode else {})
            body = body | {"entry": [*body["entry"], entry]}
        return 200, body

    fhir.bend = add_outcome
    batches: list[Batch] = []
    if ends:
        with pytest.raises(SourceUnavailable, match="not whole"):
            batches.extend(read_all(connector))
        assert "CarePlan" not in cursor_of(batches).state
    else:
        batches.extend(read_all(connector))
        assert len(alive(batches)) == 5
        assert not any(batch.rejected for batch in batches)


def test_an_outcome_instead_of_a_bundle_is_no_answer(fhir: FhirServer, connector: HealthConnector) -> None:
    fhir.bend = lambda _, __: (200, outcome("timeout"))
    with pytest.raises(SourceUnavailable, match="not whole"):
        run(connector)


def test_an_answer_too_large_is_asked_for_in_smaller_pages(fhir: FhirServer, connector: HealthConnector) -> None:
    padding = "x" * (21 * 1024 * 1024)

    def pad(path: str, body: Item) -> tuple[int, Any]:
        if path.startswith("/r4/CarePlan?") and "_count=200" in path:
            return 200, body | {"padding": padding}
        return 200, body

    fhir.bend = pad
    assert set(alive(run(connector))) == {f"cp-{number}" for number in range(5)}
    assert any("_count=50" in path for path in fhir.requests)


def test_one_resource_too_large_is_parked_alone(fhir: FhirServer, connector: HealthConnector) -> None:
    plan = fhir.find("CarePlan", "cp-2")
    assert plan is not None
    padding = "x" * (21 * 1024 * 1024)

    def pad(path: str, body: Item) -> tuple[int, Any]:
        shows_it = any(entry["resource"]["id"] == "cp-2" for entry in body.get("entry", ())) and "_elements" not in path
        return 200, body | {"padding": padding} if shows_it or path == "/r4/CarePlan/cp-2" else body

    fhir.bend = pad
    batches = run(connector)
    assert set(alive(batches)) == {"cp-0", "cp-1", "cp-3", "cp-4"}
    assert [(one.source_id, one.rule) for batch in batches for one in batch.rejected] == [("cp-2", "too_large")]


def test_what_was_included_lends_names_only(fhir: FhirServer, connector: HealthConnector) -> None:
    unit = {"resourceType": "Organization", "id": "u-1", "name": "Hjemmeplejen"}

    def include(path: str, body: Item) -> tuple[int, Any]:
        if path.startswith("/r4/CarePlan?"):
            extra = [{"resource": unit, "search": {"mode": "include"}}]
            extra += [{"resource": care_plan("cp-99", "p-1"), "search": {"mode": "include"}}]
            body = body | {"entry": [*body["entry"], *extra]}
        return 200, body

    fhir.resources = [patient("p-1", MAJA), care_plan("cp-1", "p-1", author={"reference": "Organization/u-1"})]
    fhir.bend = include
    batches = run(connector)
    (plan,) = records_of(batches)
    assert plan.fact is not None
    assert "Hjemmeplejen" in plan.fact.model_dump_json()
    assert not any("Organization/u-1" in path for path in fhir.requests)


def test_units_and_workers_behind_references_are_looked_up_once(fhir: FhirServer, connector: HealthConnector) -> None:
    role = {
        "resourceType": "PractitionerRole", "id": "r-1", "practitioner": {"reference": "Practitioner/w-1"},
        "organization": {"reference": f"{fhir.url}/r4/Organization/u-1/_history/3"},
    }  # fmt: skip
    worker = {"resourceType": "Practitioner", "id": "w-1", "name": [{"family": "Bruun", "given": ["Ole"]}]}
    unit = {"resourceType": "Organization", "id": "u-1", "name": "Hjemmeplejen"}
    team = {"resourceType": "CareTeam", "id": "t-1", "name": "Team Nord"}
    plans = [
        care_plan(f"cp-{number}", "p-1", contributor=[{"reference": "PractitionerRole/r-1"}]) for number in range(3)
    ]
    missing = care_plan("cp-3", "p-1", contributor=[{"reference": "Organization/none", "display": "Ukendt enhed"}])
    by_team = care_plan("cp-4", "p-1", careTeam=[{"reference": "CareTeam/t-1"}])
    fhir.resources = [patient("p-1", MAJA), role, worker, unit, team, *plans, missing, by_team]
    told = {record.source_id: record.fact.model_dump_json() for record in records_of(run(connector)) if record.fact}
    assert all("Hjemmeplejen" in told[f"cp-{number}"] and "Ole Bruun" in told[f"cp-{number}"] for number in range(3))
    assert "Ukendt enhed" in told["cp-3"]
    assert "Team Nord" in told["cp-4"]
    assert [path for path in fhir.requests if path.startswith("/r4/Organization")] == [
        "/r4/Organization/u-1", "/r4/Organization/none",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "echo",
    [
        lambda told: told,
        lambda _: "ge2023-01-01T23%3A54%3A00%2B00%3A00",
        lambda _: "ge2023-01-02T00:54:00.0000000+01:00",
        lambda _: "ge2023-01-01T23:54:00Z&_count=200&_sort=_lastUpdated",
        lambda _: "ge2023-01-01",
        lambda _: "",
        lambda _: "soon",
    ],
)
def test_a_self_link_may_write_the_same_instant_in_its_own_way(echo: Any, fhir: FhirServer, clock: FixedClock) -> None:
    connector = connector_to(fhir, clock, resource_types=("CarePlan",))
    cursor = cursor_of(run(connector))
    fhir.echo = echo
    fhir.put(care_plan("new", "p-1", "2023-01-02T00:05:00.000Z"))
    assert alive(run(connector, cursor)) == ["new"]


@pytest.mark.parametrize("echo", ["ge2023-05-01T00:00:00Z", "ge1999-01-01", "le2023-01-01T23:54:00Z", "2023-01-01"])
def test_a_server_that_misreads_the_time_is_refused(echo: str, fhir: FhirServer, connector: HealthConnector) -> None:
    cursor = cursor_of(run(connector))
    fhir.echo = lambda _: echo
    with pytest.raises(SourceRefused, match="did not search"):
        run(connector, cursor)


def test_links_may_lack_an_address_and_write_their_relation_large(fhir: FhirServer, connector: HealthConnector) -> None:
    def bend(_: str, body: Item) -> tuple[int, Any]:
        links = [link | {"relation": link["relation"].upper()} for link in body.get("link", ())]
        links += [{"relation": "self"}, {"url": "nowhere"}, {"relation": None}, 7]
        links += (
            []
            if any(link.get("relation") == "NEXT" for link in links if isinstance(link, dict))
            else [{"relation": "next", "url": None}]
        )
        return 200, body | {"link": links} if body["resourceType"] == "Bundle" else body

    fhir.bend = bend
    assert len(alive(run(connector))) == 5


def test_a_next_link_without_an_address_is_no_end_when_more_was_promised(
    fhir: FhirServer, connector: HealthConnector
) -> None:
    fhir.bend = lambda _, body: (200, body | {"link": [{"relation": "next"}], "total": 5} if "entry" in body else body)
    with pytest.raises(SourceUnavailable, match="no address"):
        run(connector)


def test_ids_and_versions_may_be_numbers(fhir: FhirServer, connector: HealthConnector) -> None:
    numbered = care_plan("x", "17") | {"id": 17, "meta": {"versionId": 3, "lastUpdated": "2023-01-02T00:00:00Z"}}
    fhir.resources = [patient("p-1", MAJA), numbered]
    (record,) = records_of(run(connector))
    assert (record.source_id, record.source_version, record.version_order) == ("17", "3", 3)


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_a_server_without_history_is_told_each_time_and_asked_once(
    status: int, fhir: FhirServer, connector: HealthConnector, clock: FixedClock
) -> None:
    fhir.history_status = status
    cursor = cursor_of(run(connector))
    for _ in range(2):
        batches = run(connector, cursor)
        assert {"Patient: no_history_of_deletions", "CarePlan: no_history_of_deletions"} <= skipped(batches)
        cursor = cursor_of(batches)
        clock.move(timedelta(hours=1))
    assert sum("CarePlan/_history" in path for path in fhir.requests) == 1
    assert "no history of Patient, CarePlan" in connector.check().message


def test_a_capability_statement_without_history_spares_the_question(
    fhir: FhirServer, connector: HealthConnector
) -> None:
    offered = [{"type": "CarePlan", "interaction": [{"code": "read"}, {"code": "search-type"}]}]
    statement = {"resourceType": "CapabilityStatement", "rest": [{"mode": "server", "resource": offered}]}
    fhir.bend = lambda path, body: (200, statement if path == "/r4/metadata" else body)
    batches = run(connector, cursor_of(run(connector)))
    assert "CarePlan: no_history_of_deletions" in skipped(batches)
    assert "Patient: no_history_of_deletions" not in skipped(batches)
    assert not any("CarePlan/_history" in path for path in fhir.requests)


def test_a_check_asks_what_a_run_asks(fhir: FhirServer, connector: HealthConnector) -> None:
    assert connector.check().ok
    for resource_type in ("Patient", "CarePlan"):
        asked = [path for path in fhir.requests if path.startswith(f"/r4/{resource_type}")]
        assert any("_sort=_lastUpdated" in path and "_lastUpdated=ge" in path for path in asked)
        assert any("/_history?_since=" in path for path in asked)
        assert any("_elements=" in path for path in asked)


def test_a_check_says_which_type_is_missing(fhir: FhirServer, clock: FixedClock) -> None:
    connector = connector_to(fhir, clock, resource_types=("Patient", "Goal"))
    fhir.bend = lambda path, body: (404, outcome("not-found")) if path.startswith("/r4/Goal") else (200, body)
    result = connector.check()
    assert not result.ok
    assert "no Goal" in result.message


def test_settings_want_an_interface_or_a_folder(tmp_path: Path) -> None:
    for settings in ({}, {"base_url": "https://fhir.example"}, {"directory": tmp_path, "client_id": "helhed"}):
        with pytest.raises(ValueError, match="either directory"):
            HealthSettings.model_validate(settings)
    assert HealthSettings(directory=tmp_path).base_url is None


def test_a_folder_is_checked_and_read(tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "bad.json").write_text('{"resourceType": "Bun')
    (tmp_path / "good.json").write_text(json.dumps(patient("p-1", MAJA)))
    connector = HealthConnector("health", HealthSettings(directory=tmp_path), clock=clock.now)
    assert connector.check().ok
    batches = run(connector)
    assert [rejection.rule for batch in batches for rejection in batch.rejected] == ["truncated"]
    assert [record.source_id for batch in batches for record in batch.records] == ["p-1"]
    missing = HealthConnector("health", HealthSettings(directory=tmp_path / "none"), clock=clock.now)
    assert missing.check().advice == "source_refused"


def emptied_until(pages: int, url: str) -> Any:
    """So many empty pages before the first."""
    links = {"count": 0}

    def bend(path: str, body: Item) -> tuple[int, Any]:
        if not path.startswith("/r4/CarePlan?") or "offset" in path or links["count"] >= pages:
            return 200, body
        links["count"] += 1
        own = path.partition("&empty=")[0]
        following = {"relation": "next", "url": f"{url}{own}&empty={links['count']}"}
        return 200, body | {"entry": [], "link": [following]}

    return bend
