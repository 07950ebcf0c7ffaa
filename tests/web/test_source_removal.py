"""What a removed source has said is forgotten: by page and by API, with counts on the page and in the log."""

from threading import Event

import pytest
from sqlalchemy import text

from hub.audit.repository import Selection, list_entries
from hub.forgetting.service import count_data
from hub.indexing.comparison import compare, repair
from hub.sources import repository
from hub.sources.definitions import SourceLifecycle
from hub.sources.forgetting_repository import is_being_forgotten
from hub.worker.jobs import do_next_job
from schemas.access import AuditAction
from tests.web import maja
from tests.web.conftest import Town

WHO = "tine.skov"


def work(town: Town) -> None:
    while do_next_job(town.context, "worker", Event()):
        pass
    context = town.context
    differences = compare(context.database, context.index).differences
    repair(context.database, context.index, differences, digest_key=context.digest_key, clock=context.clock)
    context.index.refresh()


def lines(town: Town) -> list[tuple[AuditAction, dict[str, object]]]:
    with town.context.database.transaction() as session:
        entries = [line.entry for line in list_entries(session, Selection())]
    return [(entry.action, dict(entry.details)) for entry in entries if entry.action is AuditAction.FORGET_SOURCE]


@pytest.fixture
def removed(town: Town) -> Town:
    """The source social is read no more."""
    with town.context.database.transaction() as session:
        source = repository.existing_source(session, "social")
        definition = source.definition.model_copy(update={"lifecycle": SourceLifecycle.REMOVED})
        repository.save_source(
            session,
            definition,
            system=source.system,
            expected_version=source.version,
            changed_by=WHO,
            now=town.clock.now(),
        )
    town.context.catalogue.expire()
    return town


def test_what_a_removed_source_has_said_is_forgotten_with_counts_on_page_and_in_the_log(removed: Town) -> None:
    town, browser = removed, removed.client(WHO)
    with town.context.database.transaction() as session:
        before = count_data(session, "social")
    assert before.records
    page = browser.get("/kilder/social/fjernet").text
    assert f"Her er endnu {before.records} oplysninger om {before.citizens} borgere." in page
    assert "Glem det, kilden har sagt" in page
    browser.post("/kilder/social/glem", confirmed="noget andet")
    assert lines(town) == []
    browser.post("/kilder/social/glem", confirmed="social")
    page = browser.post("/kilder/social/glem", confirmed="social").text
    assert "Venter på en arbejder" in page
    assert "Glem det, kilden har sagt" not in page, "it is under way"
    work(town)
    page = browser.get("/kilder/social/fjernet").text
    assert f"{before.records} oplysninger er glemt" in page
    assert f"{before.citizens} borgeres overblik er bygget igen uden dem" in page
    assert "Intet af det, den har sagt, er her mere." in page
    told = [details for _, details in lines(town)]
    assert {"records": before.records, "citizens": before.citizens}.items() <= told[0].items()
    assert town.context.index.tally().keys() <= {"", "health"}
    assert maja.SOCIAL.title in town.client("jens.dam").get("/tilsyn").text, "the log still calls it by its name"
    with town.context.database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM record_entities WHERE source = 'social'")) == 0
        assert session.scalar(text("SELECT count(*) FROM overviews WHERE 'social' = ANY(sources)")) == 0


def test_the_api_forgets_as_the_page_does_and_only_administrators(town: Town) -> None:
    browser = town.client(WHO)
    token = {"x-csrf-token": browser.http.get("/api/mig").json()["csrf"]}
    assert browser.http.post("/api/kilder/social/glem", headers=token).status_code == 409, "it is read"
    assert browser.http.post("/api/kilder/social/glem").status_code == 403, "without the token"
    other = town.client("anna.holm")
    theirs = {"x-csrf-token": other.http.get("/api/mig").json()["csrf"]}
    for path, body in (("fjern", {"version": 1, "forget": True}), ("glem", {})):
        assert other.http.post(f"/api/kilder/social/{path}", json=body, headers=theirs).status_code == 403
    version = {"version": 99, "forget": True}
    assert browser.http.post("/api/kilder/social/fjern", json=version, headers=token).status_code == 409
    with town.context.database.transaction() as session:
        ask = {"version": repository.existing_source(session, "social").version, "forget": True}
    answer = browser.http.post("/api/kilder/social/fjern", json=ask, headers=token).json()
    assert answer["job"]["kind"] == "forget_source"
    assert browser.http.post("/api/kilder/social/glem", headers=token).json()["id"] == answer["job"]["id"]
    work(town)
    job = browser.http.get(f"/api/opgaver/{answer['job']['id']}").json()
    assert job["state"] == "done"
    assert job["result"]["records"] == job["done"] > 0
    left = browser.http.get("/api/kilder/social/data").json()
    assert left == {"records": 0, "citizens": 0, "quarantined": 0, "events": 0}
    assert [source["source"]["name"] for source in browser.http.get("/api/kilder").json()] == ["health"]


def test_a_worker_that_dies_half_way_is_followed_by_another(removed: Town) -> None:
    removed.client(WHO).post("/kilder/social/glem", confirmed="social")
    stopped = Event()
    stopped.set()
    do_next_job(removed.context, "first", stopped)
    with removed.context.database.transaction() as session:
        assert count_data(session, "social").records
        assert is_being_forgotten(session, "social")
    work(removed)
    with removed.context.database.transaction() as session:
        assert not count_data(session, "social").records
        assert not is_being_forgotten(session, "social")
