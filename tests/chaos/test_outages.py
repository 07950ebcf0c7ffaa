"""One part at a time is gone: what still answers, what says so, and that nothing is lost when it is back."""

import httpx
import pytest
from sqlalchemy import text

from hub.indexing.comparison import compare
from tests.chaos.harness import is_at_rest, parts_of, wait_until
from tests.chaos.outage import read_anew, runs, shown, somebody
from tests.chaos.stage import LOOKER, Stage
from tests.forking import is_up
from tests.web.serving import browsing

pytestmark = pytest.mark.xdist_group("chaos")


def failed_readings(stage: Stage) -> dict[str, int]:
    """By stream, how many readings found no bus: of each source the first that has something to publish.

    The school has nothing once its files were read and moved away.
    """
    counted = """
        SELECT DISTINCT ON (source) source || '/' || stream AS stream,
               count(*) FILTER (WHERE outcome = 'unavailable') AS failed
        FROM source_runs WHERE source <> 'school' GROUP BY source, source_runs.stream HAVING sum(published) > 0
        ORDER BY source, source_runs.stream
    """
    with stage.database.transaction() as session:
        return {row.stream: row.failed for row in session.execute(text(counted))}


def is_ready(address: str) -> bool:
    status = httpx.get(f"{address}/health/ready").status_code
    assert status in {httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE}
    return status == httpx.codes.OK


def all_above(now: dict[str, int], before: dict[str, int]) -> bool:
    return all(count > before[source] for source, count in now.items())


def cursors_moved(stage: Stage) -> dict[str, bool]:
    """By stream, whether it has a cursor."""
    with stage.database.transaction() as session:
        rows = session.execute(
            text("SELECT source || '/' || stream AS stream, cursor <> '{}' AS moved FROM source_streams")
        )
        return {row.stream: row.moved for row in rows}


def test_without_the_index_everything_still_answers(stage: Stage) -> None:
    (node,) = stage.opensearch.nodes
    citizen_id = somebody(stage)
    assert "hentet direkte fra databasen" not in shown(stage.addresses[0], citizen_id).text
    node.kill()
    try:
        page = shown(stage.addresses[0], citizen_id)
        assert page.status_code == httpx.codes.OK
        assert "hentet direkte fra databasen" in page.text
        with browsing(stage.addresses[0], LOOKER) as browser:
            assert "Søgningen svarer ikke lige nu" in browser.post("/soeg", text="maja").text
        read_anew(stage)  # a change meanwhile: it is carried, and waits for the index
        before = runs(stage, "complete")
        wait_until(lambda: runs(stage, "complete") > before + 1)
    finally:
        node.start()
        stage.opensearch.wait()
    wait_until(lambda: "hentet direkte fra databasen" not in shown(stage.addresses[0], citizen_id).text)
    context = parts_of(stage)
    wait_until(lambda: not compare(context.database, context.index).differences)
    context.close()


def test_without_the_bus_cursors_stand_still_and_the_source_says_why(stage: Stage) -> None:
    (broker,) = stage.kafka.brokers
    broker.kill()
    try:
        before = failed_readings(stage)

        def each_was_read_in_vain() -> bool:
            read_anew(stage, before)  # each time: a reading under way may have published before, and keep its cursor
            return all_above(failed_readings(stage), before)

        wait_until(each_was_read_in_vain)
        between = failed_readings(stage)
        wait_until(lambda: all_above(failed_readings(stage), between))
        moved = cursors_moved(stage)
        assert {source.partition("/")[0] for source in between} == {"employment", "health", "social"}
        assert not any(moved[stream] for stream in between), "nothing was published, so nothing was passed"
        with stage.database.transaction() as session:
            advice = session.scalars(text("SELECT DISTINCT advice FROM source_runs WHERE outcome = 'unavailable'"))
            assert "bus_unavailable" in list(advice)
        assert shown(stage.addresses[0], somebody(stage)).status_code == httpx.codes.OK
    finally:
        broker.start()
        stage.kafka.wait()
    completed = runs(stage, "complete")
    wait_until(
        lambda: runs(stage, "complete") > completed + 1 and all(cursors_moved(stage)[stream] for stream in between)
    )


def test_without_the_store_nothing_is_shown_and_nobody_falls_over(stage: Stage) -> None:
    citizen_id = somebody(stage)
    stage.database.engine.dispose()
    processes = [one.process.pid for one in (*stage.workers, *stage.webs) if one.process]
    with browsing(stage.addresses[0], LOOKER) as browser:
        stage.postgres.stop()
        try:
            page = browser.get(f"/overblik/{citizen_id}")
            assert page.status_code == httpx.codes.SERVICE_UNAVAILABLE
            assert "Databasen svarer ikke" in page.text
            wait_until(lambda: not is_ready(stage.addresses[0]))  # an answer is given again for a second
            assert httpx.get(f"{stage.addresses[0]}/health/live").status_code == httpx.codes.OK
        finally:
            stage.postgres.start()
    wait_until(lambda: shown(stage.addresses[0], citizen_id).status_code == httpx.codes.OK)
    completed = runs(stage, "complete")
    wait_until(lambda: runs(stage, "complete") > completed)
    running = [one for one in (*stage.workers, *stage.webs) if one.is_running]
    assert [one.process.pid for one in running if one.process] == processes, "nobody ended and was started again"


def test_a_worker_that_is_lost_leaves_its_partitions_to_the_other(stage: Stage) -> None:
    collects, other = stage.workers
    other.kill()
    try:
        read_anew(stage)
        before = runs(stage, "complete")
        wait_until(lambda: runs(stage, "complete") > before + 1)
        context = parts_of(stage)
        wait_until(lambda: is_at_rest(context, 0))
        context.close()
        assert collects.is_running
    finally:
        other.start()
    wait_until(lambda: is_up(other.port))
