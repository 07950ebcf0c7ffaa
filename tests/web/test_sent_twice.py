"""A form that is sent twice, in a row or at once, has one effect, and both answers are the page that says so."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic

import httpx
import pytest
from sqlalchemy import func, select

from hub.audit.tables import AuditRow
from hub.bus.base import RECORDS
from hub.db import Database
from hub.jobs.tables import JobRow
from hub.sources import approval_repository, change_repository, repository
from hub.sources.change_repository import ChangeKind
from hub.sources.tables import FieldApprovalRow, SourceRow
from hub.sources.trials import TrialKind
from hub.web.connect import texts as connect_texts
from hub.web.quarantine import texts
from tests.sources import leased
from tests.web.conftest import Town
from tests.web.serving import Browser
from tests.web.test_quarantine_desk import Desk, refused

SETUP = "/kilder/sample/opsaetning"


def send_twice(browsers: Sequence[Browser], address: str, *, at_once: bool, **fields: str) -> list[httpx.Response]:
    if not at_once:
        return [browsers[0].post(address, **fields) for _ in range(2)]
    with ThreadPoolExecutor(len(browsers)) as pool:
        return list(pool.map(lambda browser: browser.post(address, **fields), browsers))


def wait_for_trial(database: Database, kind: TrialKind) -> None:
    end = monotonic() + 60
    while True:
        with database.transaction() as session:
            trial = approval_repository.get_trial(session, "sample", kind)
        if trial is not None and trial.ended_at is not None:
            return
        assert monotonic() < end
        Event().wait(0.05)


@pytest.mark.parametrize("at_once", [False, True])
def test_a_source_is_set_up_and_started_once(town: Town, at_once: bool) -> None:
    database = town.context.database
    browsers = [town.client("tine.skov"), town.client("tine.skov")]
    for answer in send_twice(browsers, "/kilder/ny", at_once=at_once, kind="sample"):
        assert (answer.status_code, answer.url.path) == (200, SETUP)
    with database.transaction() as session:
        kinds = select(func.count()).where(SourceRow.kind == "sample")
        assert session.scalar(kinds) == 1

    form = {"version": "1", "field.count": "5", "videre": "1"}
    for answer in send_twice(browsers, SETUP, at_once=at_once, **form):
        assert (answer.status_code, answer.url.path) == (200, f"{SETUP}/tjek")
    wait_for_trial(database, TrialKind.CHECK)

    streams = re.findall(r'name="read\.([^"]+)"', browsers[0].get(f"{SETUP}/felter").text)
    form = {"approver": "Karen Krogh", "approved": "1"} | {f"read.{stream}": "1" for stream in streams}
    for answer in send_twice(browsers, f"{SETUP}/felter", at_once=at_once, **form):
        assert (answer.status_code, answer.url.path) == (200, f"{SETUP}/proeve")
    wait_for_trial(database, TrialKind.PREVIEW)

    for answer in send_twice(browsers, f"{SETUP}/start", at_once=at_once):
        assert (answer.status_code, answer.url.path) == (200, "/kilder")
        assert "er startet" in answer.text
    with database.transaction() as session:
        by_type = select(func.count()).where(FieldApprovalRow.source == "sample").group_by(FieldApprovalRow.record_type)
        assert set(session.scalars(by_type)) == {1}
        source = repository.existing_source(session, "sample")
        assert (source.is_active, source.version) == (True, 3), "added, its settings saved, started"
        lines = session.scalars(select(AuditRow).where(AuditRow.object_id == "sample")).all()
    acts = [line.details["act"] for line in lines if line.details and "act" in line.details]
    for act in ("draft_added", "settings_saved", "fields_approved", "started"):
        assert acts.count(act) == 1, act


def test_a_draft_is_thrown_away_once(town: Town) -> None:
    browsers = [town.client("tine.skov"), town.client("tine.skov")]
    browsers[0].post("/kilder/ny", kind="sample")
    for answer in send_twice(browsers, f"{SETUP}/kasser", at_once=False):
        assert (answer.status_code, answer.url.path) == (200, "/kilder")
        assert connect_texts.DISCARDED in answer.text
    with town.context.database.transaction() as session:
        discarded = [change.kind for change in change_repository.list_changes(session, "sample", size=5)]
    assert discarded.count(ChangeKind.REMOVED) == 1
    assert browsers[0].post("/kilder/social/opsaetning/kasser").status_code == 404, "it is read, and no draft"


def test_to_run_now_at_once_is_one_run(town: Town) -> None:
    browsers = [town.client("tine.skov"), town.client("tine.skov")]
    for answer in send_twice(browsers, "/kilder/social/koer", at_once=True):
        assert answer.status_code == 200
        assert "så snart en arbejder er ledig" in answer.text
    leased(town.context.database, "social")
    for answer in send_twice(browsers, "/kilder/social/koer", at_once=True):
        assert "læses allerede" in answer.text


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("whole_group", [False, True])
def test_what_is_in_quarantine_is_tried_again_once(town: Town, at_once: bool, whole_group: bool) -> None:
    desk = Desk(town)
    desk.park(refused(2))
    page = f"/karantaene/fejl/{desk.key()}" if whole_group else f"/karantaene/{desk.entry()}"
    browsers = [town.client("tine.skov"), town.client("tine.skov")]
    for answer in send_twice(browsers, f"{page}/proev", at_once=at_once):
        assert (answer.status_code, answer.url.path) == (200, page)
        assert texts.STARTED in answer.text
    with town.context.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(JobRow)) == 1
    desk.work()
    assert town.context.bus.lag("pipeline", RECORDS) == 1
    for answer in send_twice(browsers, f"{page}/proev", at_once=at_once):
        assert (answer.status_code, answer.url.path) == (200, "/karantaene")
        assert texts.GONE in answer.text
