"""The control of all simulated fagsystemer: another day, and each kind of misbehaviour as its reader meets it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import chain

import httpx
import pytest
from pydantic import JsonValue

from connectors.base import Batch, Connector
from connectors.errors import SourceRefused, SourceUnavailable
from connectors.kit import read_all
from connectors.registry import build
from deploy.demo import definitions, secrets_of
from deploy.sandbox.fagsystemer.nexus import INSTANCE, LIST, adult_grants
from deploy.sandbox.fagsystemer.process import Running, ask, control, start
from deploy.sandbox.fagsystemer.sftp import ARCHIVE
from deploy.sandbox.municipality.generate import generate
from hub.clock import SystemClock
from schemas.facts import EffortFact, NoAccessFact
from schemas.record import Cursor, SourceRecord
from tests.sandbox.conftest import TODAY

CITIZENS = 120
pytestmark = pytest.mark.xdist_group("sandbox_control")


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """A small municipality whose servers each test leaves in good order."""
    with start(citizens=CITIZENS, seed=7, today=TODAY) as started:
        yield started


@pytest.fixture(autouse=True)
def in_good_order(running: Running) -> Iterator[None]:
    """Whatever was ordered is ended."""
    yield
    for server in ("health", "social", "nexus", "school", "employment"):
        control(running, "DELETE", f"faults/{server}")


def connector_to(running: Running, name: str, folder: str = "") -> Connector:
    """A connector that does not try again."""
    if name == "nexus":
        settings: dict[str, JsonValue] = {
            "base_url": running.nexus_url, "token_url": running.nexus_token_url, "client_id": running.client_id,
            "client_secret": running.client_secret, "instance": INSTANCE, "list_name": LIST, "patience": "never",
        }  # fmt: skip
        return build("nexus", name, settings, SystemClock().now)
    definition = next(each for each in definitions(running, school_folder=folder) if each.name == name)
    settings = {**definition.settings, **secrets_of(definition, running), "patience": "never"}
    return build(definition.kind, name, settings, SystemClock().now)


def read(running: Running, name: str, cursor: Cursor | None = None, folder: str = "") -> list[Batch]:
    with closing(connector_to(running, name, folder)) as connector:
        return list(read_all(connector, cursor))


def is_read(running: Running, name: str) -> bool:
    """Whether it gives records; the first of them are enough to know."""
    with closing(connector_to(running, name)) as connector:
        return any(batch.records for batch in read_all(connector))


def records(batches: list[Batch]) -> list[SourceRecord]:
    return list(chain.from_iterable(batch.records for batch in batches))


def said(running: Running) -> dict[str, SourceRecord]:
    """What all sources say now, by entity."""
    last: dict[str, SourceRecord] = {}
    for name in ("health", "social", "school", "employment"):
        for record in records(read(running, name, folder=ARCHIVE if name == "school" else "")):
            last[record.entity] = record
    return last


def test_after_a_move_every_server_holds_what_one_started_on_that_day_holds() -> None:
    later = TODAY + timedelta(days=35)
    with start(citizens=CITIZENS, seed=7, today=TODAY) as moved, start(citizens=CITIZENS, seed=7, today=later) as fresh:
        for weeks in range(1, 6):
            control(moved, "POST", "clock", {"day": (TODAY + timedelta(days=7 * weeks)).isoformat()})
        assert control(moved, "GET", "clock")["day"] == later.isoformat()
        ours, theirs = said(moved), said(fresh)
    missing = [entity for entity in theirs if entity not in ours]
    assert not missing
    different = [
        entity
        for entity, record in theirs.items()
        if (ours[entity].fact, ours[entity].valid, ours[entity].parties) != (record.fact, record.valid, record.parties)
    ]
    assert not different
    # What is over stays with the job centre; nothing else is told of that a later start does not know.
    assert all(ours[entity].source == "employment" for entity in ours.keys() - theirs.keys())


def test_a_move_sends_the_events_of_the_job_centre_and_a_night_of_the_school() -> None:
    with start(citizens=CITIZENS, seed=7, today=TODAY) as moved:
        nights = len(records(read(moved, "school")))
        control(moved, "POST", "clock", {"day": (TODAY + timedelta(days=40)).isoformat()})
        waiting = ask(moved, "GET", "_webhook")["waiting"]
        brought = records(read(moved, "school"))
    assert waiting > 0
    assert nights > 0
    assert len(brought) > 0


@pytest.mark.parametrize("day", ["2023-09-11", "2123-01-01"])
def test_time_runs_forward_and_not_for_ever(running: Running, day: str) -> None:
    answer = httpx.post(f"{running.control_url}/clock", json={"day": day})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "time runs forward" in answer.json()["error"]


def test_a_server_refuses_what_it_cannot_do(running: Running) -> None:
    answer = httpx.post(f"{running.control_url}/faults/social", json={"kind": "wrong_host_key"})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert answer.json()["error"].startswith("social cannot do wrong_host_key; it can do ")


@pytest.mark.parametrize("name", ["health", "social", "nexus", "employment"])
@pytest.mark.parametrize("kind", ["error", "unavailable", "throttle", "cut", "truncate", "html"])
def test_a_server_that_answers_badly_is_read_later(running: Running, name: str, kind: str) -> None:
    control(running, "POST", f"faults/{name}", {"kind": kind, "seconds": 0, "times": 1000})
    with pytest.raises((SourceUnavailable, SourceRefused)):
        read(running, name)
    control(running, "DELETE", f"faults/{name}")
    assert is_read(running, name)


@pytest.mark.parametrize("name", ["health", "social", "nexus", "employment"])
def test_a_slow_server_is_read_all_the_same(running: Running, name: str) -> None:
    control(running, "POST", f"faults/{name}", {"kind": "slow", "seconds": 0.1, "times": 2})
    assert records(read(running, name))


@pytest.mark.parametrize("name", ["social", "nexus"])
def test_a_list_that_became_empty_deletes_nothing(running: Running, name: str) -> None:
    cursor = [batch.cursor for batch in read(running, name) if batch.cursor][-1]
    control(running, "POST", f"faults/{name}", {"kind": "empty", "times": 1000, "path": _lists(name)})
    batches = read(running, name, cursor)
    assert any(batch.held for batch in batches)
    assert not [record for record in records(batches) if record.deleted]


def _lists(name: str) -> str:
    return "/odata" if name == "social" else f"/api/core/mobile/{INSTANCE}/v2/lists/7/pages"


def test_an_expired_certificate_of_the_job_centre_is_refused_until_it_is_renewed(running: Running) -> None:
    control(running, "POST", "faults/employment", {"kind": "expired_certificate"})
    with pytest.raises((SourceRefused, SourceUnavailable), match="certificate"):
        read(running, "employment")
    control(running, "DELETE", "faults/employment")
    assert records(read(running, "employment"))


def test_another_host_key_of_the_school_is_refused_with_what_to_do(running: Running) -> None:
    control(running, "POST", "faults/school", {"kind": "wrong_host_key"})
    with pytest.raises(SourceRefused) as refused:
        read(running, "school")
    assert refused.value.advice == "sftp_host_key_changed"
    control(running, "DELETE", "faults/school")
    read(running, "school")


@pytest.mark.parametrize("kind", ["unavailable", "cut"])
def test_a_school_server_that_breaks_off_is_read_later(running: Running, kind: str) -> None:
    control(running, "POST", "faults/school", {"kind": kind, "times": 1000})
    with pytest.raises((SourceUnavailable, SourceRefused)):
        read(running, "school", folder=ARCHIVE)
    control(running, "DELETE", "faults/school")
    read(running, "school", folder=ARCHIVE)


@pytest.mark.parametrize(("kind", "rule"), [("lying_marker", "marker_mismatch"), ("html", "")])
def test_a_night_that_is_not_as_promised_is_one_line_a_school(kind: str, rule: str) -> None:
    with start(citizens=CITIZENS, seed=7, today=TODAY) as spoilt:
        cursor = [batch.cursor for batch in read(spoilt, "school") if batch.cursor][-1]
        control(spoilt, "POST", "faults/school", {"kind": kind})
        control(spoilt, "POST", "clock", {"day": (TODAY + timedelta(days=1)).isoformat()})
        batches = read(spoilt, "school", cursor)
        rejected = [each for batch in batches for each in batch.rejected]
        assert rejected
        assert all(rule in each.rule for each in rejected)
        assert not [record for record in records(batches) if record.deleted]


def test_nexus_tells_what_adults_were_granted_and_what_it_does_not_let_us_read(running: Running) -> None:
    read_now = records(read(running, "nexus"))
    efforts = {
        (record.source_id, record.fact.title, record.valid.start, record.valid.end)
        for record in read_now
        if isinstance(record.fact, EffortFact)
    }
    truth = generate(CITIZENS, 7, TODAY)
    closed = {person.id for person in truth.people if "social" in person.protected_in}
    assert efforts == {
        (f"{INSTANCE}:{each.id}", each.title, each.start, each.end)
        for each in adult_grants(truth)
        if each.person not in closed
    }
    refused = {record.source_id for record in read_now if isinstance(record.fact, NoAccessFact)}
    assert refused == {f"{INSTANCE}:{each.person}" for each in adult_grants(truth) if each.person in closed}
