"""The disk of one engine is full: what still answers, what says so, and nothing is lost when there is room again."""

import httpx
import pytest
from sqlalchemy import text

from hub.indexing.comparison import compare
from tests.chaos.conftest import Disk
from tests.chaos.harness import is_at_rest, parts_of, wait_until
from tests.chaos.outage import REASON, read_anew, runs, shown, somebody
from tests.chaos.stage import LOOKER, Stage
from tests.web.serving import browsing

pytestmark = pytest.mark.xdist_group("chaos")
BLOCK = "read_only_allow_delete"


def _is_whole_again(stage: Stage) -> None:
    """Everything is read once more, nothing is on its way, and the index is the store."""
    read_anew(stage)
    completed = runs(stage, "complete")
    wait_until(lambda: runs(stage, "complete") > completed + 1)
    context = parts_of(stage)
    wait_until(lambda: is_at_rest(context, 0) and not compare(context.database, context.index).differences)
    context.close()


def _lines(stage: Stage) -> int:
    with stage.database.transaction() as session:
        counted = text("SELECT count(*) FROM audit_log WHERE action = 'open_overview' AND outcome = 'shown'")
        return session.scalar(counted) or 0


def test_on_a_full_disk_of_the_store_nothing_is_shown_without_its_line(stage: Stage, disks: dict[str, Disk]) -> None:
    citizen_id = somebody(stage)
    before, answers = _lines(stage), 0
    with browsing(stage.addresses[0], LOOKER) as browser:
        browser.post(f"/overblik/{citizen_id}/grund", **REASON)
        read_anew(stage)
        disks["postgres"].fill()
        for _ in range(40):
            page = browser.get(f"/overblik/{citizen_id}")
            answers += page.status_code == httpx.codes.OK
            told = page.status_code == httpx.codes.OK or "Databasen svarer ikke" in page.text
            assert told, (page.status_code, page.text[:400])
    assert httpx.get(f"{stage.addresses[0]}/health/live").status_code == httpx.codes.OK
    disks["postgres"].clear()
    stage.database.engine.dispose()
    stage.postgres.start()
    wait_until(lambda: shown(stage.addresses[0], citizen_id).status_code == httpx.codes.OK)
    assert _lines(stage) >= before + answers, "each that was shown has its line"
    _is_whole_again(stage)
    assert all(one.is_running for one in (*stage.workers, *stage.webs))


def test_on_a_full_disk_of_the_index_pages_come_from_the_store_and_changes_wait(
    stage: Stage, disks: dict[str, Disk]
) -> None:
    (node,) = stage.opensearch.urls
    watch = {"cluster.routing.allocation.disk.threshold_enabled": True, "cluster.info.update.interval": "10s"}
    httpx.put(f"{node}/_cluster/settings", json={"transient": watch}).raise_for_status()
    try:
        disks["opensearch"].fill(leave=1 << 20)
        wait_until(lambda: BLOCK in httpx.get(f"{node}/_all/_settings").text)
        read_anew(stage)
        completed = runs(stage, "complete")
        wait_until(lambda: runs(stage, "complete") > completed + 1)
        page = shown(stage.addresses[0], somebody(stage))
        assert page.status_code == httpx.codes.OK
        disks["opensearch"].clear()
        wait_until(lambda: BLOCK not in httpx.get(f"{node}/_all/_settings").text)
    finally:
        disks["opensearch"].clear()
        httpx.put(f"{node}/_cluster/settings", json={"transient": dict.fromkeys(watch)}).raise_for_status()
    _is_whole_again(stage)


def test_on_a_full_disk_of_the_bus_cursors_stand_still_until_there_is_room(
    stage: Stage, disks: dict[str, Disk]
) -> None:
    (broker,) = stage.kafka.brokers
    disks["kafka"].fill()

    def is_over() -> bool:
        read_anew(stage)
        return not broker.is_running

    wait_until(is_over)
    assert shown(stage.addresses[0], somebody(stage)).status_code == httpx.codes.OK
    disks["kafka"].clear()
    broker.start()
    stage.kafka.wait()
    _is_whole_again(stage)
