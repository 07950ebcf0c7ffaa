"""Søgningen: what differs, repair and reindex by a worker, without a gap in service; everything in the log."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from hub.audit.repository import Selection, list_entries
from hub.indexing.comparison import compare, repair
from hub.indexing.repository import save_comparison
from hub.jobs import repository as jobs
from hub.jobs.job import JobKind
from hub.web.index import texts
from hub.worker.jobs import do_next_job
from schemas.access import AuditAction, AuditOutcome
from search.base import SearchUnavailable
from search.opensearch import OpenSearchIndex
from tests.web import maja
from tests.web.chromium import MARKS, WIDTHS, enter
from tests.web.conftest import Town
from tests.web.page_checks import check_page


def compare_now(town: Town) -> None:
    context = town.context
    with context.database.transaction() as session:
        save_comparison(session, compare(context.database, context.index).sources, 0, town.clock.now())


def lose_all(town: Town) -> int:
    """The search forgets everybody; how many that were."""
    citizens = len(town.context.index.versions())
    town.context.index.create_shadow_index().promote()
    compare_now(town)
    return citizens


def work(town: Town) -> None:
    while do_next_job(town.context, "worker", Event()):
        pass


def lines(town: Town, action: AuditAction) -> list[tuple[AuditOutcome, str | None]]:
    with town.context.database.transaction() as session:
        entries = [line.entry for line in list_entries(session, Selection())]
    return [(entry.outcome, entry.object_id) for entry in entries if entry.action is action]


def test_before_any_comparison_the_page_says_so(town: Town) -> None:
    assert texts.NOT_COMPARED in town.client("tine.skov").get("/indeks").text


def test_equal_and_different_and_old_are_told_apart(town: Town) -> None:
    compare_now(town)
    client = town.client("tine.skov")
    assert texts.EQUAL in client.get("/indeks").text
    citizens = lose_all(town)
    page = client.get("/indeks").text
    assert texts.DRIFT in page
    assert f"{citizens} mangler i søgningen" in page
    assert "Social (DUBU)" in page


@pytest.mark.parametrize("way", ["ret-op", "byg"])
def test_a_worker_repairs_or_builds_anew_and_the_result_is_kept(town: Town, way: str) -> None:
    citizens = lose_all(town)
    client = town.client("tine.skov")
    started = client.post(f"/indeks/{way}")
    assert "Venter på en arbejder" in started.text
    client.post(f"/indeks/{way}")
    work(town)
    assert town.ids[maja.MAJA] in town.context.index.versions()
    assert compare(town.context.database, town.context.index).differences == {}
    done = client.get("/indeks").text
    assert f"{citizens} borgere er skrevet til {'søgningen igen' if way == 'ret-op' else 'den nye søgning'}" in done
    action = AuditAction.REPAIR_INDEX if way == "ret-op" else AuditAction.REBUILD_INDEX
    assert lines(town, action) == [(AuditOutcome.SHOWN, "search")] * 2


def test_opensearch_is_built_anew_without_a_gap_in_service(town: Town, opensearch_index: OpenSearchIndex) -> None:
    context = replace(town.context, index=opensearch_index)
    opensearch_index.create()
    differences = compare(context.database, opensearch_index).differences
    repair(context.database, opensearch_index, differences, digest_key=context.digest_key, clock=context.clock)
    opensearch_index.refresh()
    before, is_over = opensearch_index.versions(), Event()
    assert before
    client = town.client("tine.skov")
    client.post("/indeks/byg")

    def look() -> list[frozenset[UUID]]:
        """Whom the search knows, asked again and again until the work is over."""
        answers = [frozenset(opensearch_index.versions())]
        while not is_over.is_set():
            answers.append(frozenset(opensearch_index.versions()))
        return [*answers, frozenset(opensearch_index.versions())]

    with ThreadPoolExecutor(1) as pool:
        answers = pool.submit(look)
        try:
            assert do_next_job(context, "worker", Event())
        finally:
            is_over.set()
    assert set(answers.result()) == {frozenset(before)}
    opensearch_index.refresh()
    assert compare(context.database, opensearch_index).differences == {}
    assert f"{len(before)} borgere er skrevet til den nye søgning" in client.get("/indeks").text


def test_a_search_that_is_down_lets_the_work_wait(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    compare_now(town)
    client = town.client("tine.skov")
    client.post("/indeks/byg")

    def is_down() -> None:
        raise SearchUnavailable

    monkeypatch.setattr(town.context.index, "create", is_down)
    do_next_job(town.context, "worker", Event())
    assert "Søgningen svarede ikke. Der prøves igen af sig selv." in client.get("/indeks").text


def test_only_administrators_and_only_with_a_token(town: Town) -> None:
    for actor in ("anna.holm", "jens.dam"):
        client = town.client(actor)
        assert client.get("/indeks").status_code == 403
        assert client.post("/indeks/byg").status_code == 403
    assert town.client("tine.skov").http.post("/indeks/byg").status_code == 403
    with town.context.database.transaction() as session:
        assert jobs.latest_job(session, JobKind.REINDEX, "search") is None


def test_the_api_does_the_same(town: Town) -> None:
    citizens = lose_all(town)
    client = town.client("tine.skov")
    whole = next(each for each in client.get("/api/indeks").json() if each["source"] == "")
    assert whole["in_store"] - whole["in_index"] == citizens
    headers = {"X-CSRF-Token": client.token()}
    job = client.http.post("/api/indeks/ret-op", headers=headers).json()
    again = client.http.post("/api/indeks/byg", headers=headers).json()
    work(town)
    assert client.get(f"/api/opgaver/{job['id']}").json()["result"] == {"repaired": citizens}
    assert client.get(f"/api/opgaver/{again['id']}").json()["state"] == "done"
    assert client.get(f"/indeks/opgave/{job['id']}").status_code == 200
    assert client.get("/indeks/opgave/999").status_code == 404


class TestInABrowser:
    pytestmark = MARKS

    @pytest.mark.parametrize("width", WIDTHS)
    def test_the_search_is_built_anew_by_keyboard(self, chromium: Browser, town: Town, width: str) -> None:
        lose_all(town)
        page = enter(chromium, town, "tine.skov", WIDTHS[width])
        page.goto("/indeks")
        check_page(page, f"index-{WIDTHS[width]}")
        page.get_by_role("button", name="Byg søgningen på ny").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Venter på en arbejder").wait_for()
        work(town)
        page.get_by_text("skrevet til den nye søgning").wait_for()
        check_page(page, f"index-done-{WIDTHS[width]}")
        page.context.close()
