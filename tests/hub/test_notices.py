"""Notices: told once as something begins and once as it is over, not at night, and nothing lost when a worker dies."""

import base64
import hmac
import json
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hub.clock import DANISH_TIME, FixedClock
from hub.db import Database, Session
from hub.inbox.certificates import earliest_end
from hub.notices import repository, service
from hub.notices.conditions import (
    Condition,
    Key,
    Limits,
    NoticeKind,
    SourceLook,
    consecutive_failures,
    present_conditions,
)
from hub.notices.messages import began_text, email_text, ended_text, webhook_body
from hub.notices.repository import Notice, NoticeEvent
from hub.notices.rules import OpenNotice, QuietHours, matures_after, next_steps, quiet_hours, retry_at
from hub.notices.senders import MailServer, SendFailed, Webhook, post_webhook, send_email
from hub.notices.service import NoticePlan
from hub.sources.catalogue import SourceCatalogue
from hub.sources.health import RunOutcome, RunSummary, SourceState, SourceStatus
from hub.sources.stream_repository import save_run
from tests.receivers import Mailbox, receiving
from tests.sources import SilentSource, add_connector, make_catalogue
from tests.web import maja

NOW = maja.NOW
LIMITS = Limits(failures=3, expiry=timedelta(days=30))
NEVER_QUIET = QuietHours(time(), time())
KEYS: list[Key] = [(kind, source) for kind in NoticeKind for source in ("social", "health")]


@given(
    looks=st.lists(
        st.tuples(st.sets(st.sampled_from(KEYS)), st.sets(st.sampled_from(["social", "health"])), st.integers(1, 30)),
        max_size=30,
    )
)
def test_each_matter_is_told_once_as_it_begins_and_once_as_it_is_over(
    looks: list[tuple[set[Key], set[str], int]],
) -> None:
    open_notices: dict[Key, OpenNotice] = {}
    told: dict[Key, list[str]] = {}
    now, number = NOW, 0
    for keys, unjudged, minutes in looks:
        now += timedelta(minutes=minutes)
        present = {key: Condition(kind=key[0], source=key[1]) for key in keys}
        steps = next_steps(open_notices, present, unjudged=unjudged, known={"social", "health", ""}, now=now)
        for condition in steps.begin:
            number += 1
            is_told = not matures_after(condition)
            open_notices[condition.key] = OpenNotice(id=number, condition=condition, began_at=now, is_told=is_told)
            if is_told:
                told.setdefault(condition.key, []).append("began")
        for notice in steps.tell:
            assert now - notice.began_at >= matures_after(notice.condition)
            open_notices[notice.condition.key] = notice.model_copy(update={"is_told": True})
            told.setdefault(notice.condition.key, []).append("began")
        for notice in steps.end:
            assert notice.condition.source not in unjudged
            told[notice.condition.key].append("ended")
        for notice in (*steps.end, *steps.drop):
            del open_notices[notice.condition.key]
        for notice in steps.drop:
            if notice.is_told:  # it grew into another: that its first form is over is nobody's news
                assert notice.condition.kind is NoticeKind.LATE
                told[notice.condition.key].append("grew")
        left = {key for key in open_notices if key[1] not in unjudged}
        assert left == {key for key in keys if key[1] not in unjudged}
    for events in told.values():
        assert all(event == "began" for event in events[::2])
        assert all(event in {"ended", "grew"} for event in events[1::2])


@given(
    now=st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    hours=st.tuples(st.times(), st.times()),
)
def test_nothing_is_sent_in_quiet_hours_nor_more_than_a_day_late(now: datetime, hours: tuple[time, time]) -> None:
    quiet = QuietHours(*hours)
    send_at = quiet.send_at(now)
    assert now <= send_at <= now + timedelta(hours=25)  # the night in which summer time ends is longer
    if send_at != now:
        assert send_at.astimezone(DANISH_TIME).time().replace(tzinfo=None) >= quiet.end or quiet.end <= quiet.begin
    assert quiet.begin != quiet.end or send_at == now


@pytest.mark.parametrize(
    ("local", "send_at"),
    [("21:59", "21:59"), ("22:00", "07:00"), ("03:12", "07:00"), ("06:59", "07:00"), ("07:00", "07:00")],
)
def test_the_night_ends_at_seven_in_denmark(local: str, send_at: str) -> None:
    moment = datetime.combine(NOW.date(), time.fromisoformat(local), tzinfo=DANISH_TIME)
    assert f"{quiet_hours('22:00-07:00').send_at(moment).astimezone(DANISH_TIME):%H:%M}" == send_at
    assert quiet_hours("").send_at(moment) == moment


@pytest.mark.parametrize("hours", ["22:00", "22-7", "25:00-07:00"])
def test_hours_that_are_none_are_refused(hours: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        quiet_hours(hours)


@given(attempts=st.integers(0, 1000))
def test_an_attempt_is_repeated_within_the_hour_however_many_there_were(attempts: int) -> None:
    assert NOW < retry_at(attempts, NOW) <= NOW + timedelta(hours=1)


def look(status: SourceStatus = SourceStatus.FRESH, **more: Any) -> SourceLook:
    silent = NOW - timedelta(days=9) if status is SourceStatus.SILENT else None
    return SourceLook(state=SourceState(source="social", state=status, silent_since=silent), **more)


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        (look(), set()),
        (look(SourceStatus.LATE), {NoticeKind.LATE}),
        (look(SourceStatus.SILENT), {NoticeKind.SILENT}),
        (look(failures_in_a_row=2), set()),
        (look(failures_in_a_row=3), {NoticeKind.FAILING}),
        (look(held=4), {NoticeKind.HELD_DELETIONS}),
        (look(is_rejecting=True), {NoticeKind.TOO_MANY_REJECTED}),
        (look(certificate_ends=NOW + timedelta(days=31)), set()),
        (look(certificate_ends=NOW + timedelta(days=29)), {NoticeKind.CERTIFICATE_EXPIRING}),
        (look(SourceStatus.PAUSED, failures_in_a_row=9, held=9), set()),
    ],
)
def test_what_is_worth_a_notice(source: SourceLook, kinds: set[NoticeKind]) -> None:
    found = present_conditions([source], limits=LIMITS, now=NOW, counts={})
    assert {kind for kind, _ in found} == kinds


def test_stopped_runs_neither_count_nor_break_a_row_of_failures() -> None:
    failed, stopped = RunOutcome.UNAVAILABLE, RunOutcome.STOPPED
    assert consecutive_failures([failed, stopped, failed, RunOutcome.COMPLETE, failed]) == 2


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("number", [None, 0, 1, 1204])
def test_every_notice_has_words(kind: NoticeKind, number: int | None) -> None:
    notice = Notice(id=1, condition=Condition(kind=kind, source="social", number=number), began_at=NOW, ended_at=NOW)
    for event in NoticeEvent:
        subject, body = email_text(notice, event, "DUBU")
        assert "{" not in subject + body
        assert "\n" not in subject
        assert json.loads(webhook_body(notice, event, "DUBU"))["type"] == f"dk.helhed.notice.{event}"
    assert began_text(notice, "DUBU") != ended_text(notice, "DUBU")


def test_the_first_end_of_all_certificates_counts() -> None:
    authority = trustme.CA()
    soon, late = (
        authority.issue_cert("helhed.example", not_after=NOW + timedelta(days=days)).cert_chain_pems[0].bytes().decode()
        for days in (9, 90)
    )
    assert earliest_end(["https://dubu.example", late, soon]) == NOW.replace(microsecond=0) + timedelta(days=9)
    assert earliest_end(["-----BEGIN CERTIFICATE-----\nnej"]) is None


def test_an_email_goes_over_tls_after_a_login(mail: tuple[Mailbox, MailServer]) -> None:
    mailbox, server = mail
    send_email(server, "tine@egelund.example", "DUBU er tavs", "Gør nu: ring.\n", message_id="notice-1", now=NOW)
    (envelope,) = mailbox.messages
    content = envelope.content.decode()
    assert envelope.rcpt_tos == ["tine@egelund.example"]
    assert "Message-ID: <notice-1@egelund.example>" in content
    assert "Auto-Submitted: auto-generated" in content


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"password": "forkert"}, "SMTPAuthenticationError 535"),
        ({"ca": None}, "SSLCertVerificationError"),
        ({"port": 1}, "ConnectionRefusedError"),
    ],
)
def test_a_server_that_is_not_the_right_one_gets_nothing(
    mail: tuple[Mailbox, MailServer], change: dict[str, Any], fault: str
) -> None:
    mailbox, server = mail
    changed = MailServer(**{**server.__dict__, **change})
    with pytest.raises(SendFailed, match=fault):
        send_email(changed, "tine@egelund.example", "x", "y", message_id="notice-1", now=NOW)
    assert mailbox.messages == []


def test_a_webhook_can_tell_that_a_message_is_ours_and_when_it_was_sent() -> None:
    key = b"only-for-tests-only-for-tests-only"
    with receiving() as (url, received):
        post_webhook(Webhook(url, key), b'{"kind": "late"}', message_id="notice-1-began", now=NOW)
    ((headers, body),) = received
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    expected = base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))


@pytest.mark.parametrize("status", [302, 401, 500])
def test_a_webhook_that_does_not_take_it_is_a_fault(status: int) -> None:
    with receiving(status) as (url, received), pytest.raises(SendFailed, match=str(status)):
        post_webhook(Webhook(url, b"k"), b"{}", message_id="1", now=NOW)
    assert len(received) == 1


@pytest.fixture
def catalogue(database: Database, clock: FixedClock) -> SourceCatalogue:
    catalogue = make_catalogue(database, clock)
    add_connector(database, catalogue, SilentSource(maja.SOCIAL))
    return catalogue


def judge(database: Database, catalogue: SourceCatalogue, plan: NoticePlan, now: datetime) -> None:
    with database.transaction() as session:
        service.judge(session, catalogue.current(), plan, now)


def send_all(database: Database, plan: NoticePlan, now: datetime) -> int:
    count = 0
    while True:
        with database.transaction() as session:
            if not service.send_next(session, plan, {"social": "DUBU"}, now):
                return count
        count += 1


def fail(session: Session, outcome: RunOutcome, minute: int) -> None:
    at = NOW + timedelta(minutes=minute)
    save_run(session, RunSummary(source="social", stream="all", started_at=at, ended_at=at, outcome=outcome), at)


def test_from_the_third_failure_to_the_end_two_messages_are_sent(
    database: Database, catalogue: SourceCatalogue
) -> None:
    with receiving() as (url, received):
        plan = NoticePlan(LIMITS, NEVER_QUIET, None, (), Webhook(url, b"k"))
        for minute in range(5):
            with database.transaction() as session:
                fail(session, RunOutcome.UNAVAILABLE, minute)
            judge(database, catalogue, plan, NOW + timedelta(minutes=minute))
            send_all(database, plan, NOW + timedelta(minutes=minute))
        with database.transaction() as session:
            fail(session, RunOutcome.COMPLETE, 6)
        judge(database, catalogue, plan, NOW + timedelta(minutes=7))
        send_all(database, plan, NOW + timedelta(minutes=7))
        judge(database, catalogue, plan, NOW + timedelta(minutes=8))
        assert send_all(database, plan, NOW + timedelta(minutes=8)) == 0
    documents = [json.loads(body) for _, body in received]
    assert [document["type"] for document in documents] == ["dk.helhed.notice.began", "dk.helhed.notice.ended"]
    assert documents[0]["text"] == "DUBU fejler: 3 kørsler i træk gik galt."
    with database.transaction() as session:
        (notice,) = repository.list_notices(session, offset=0, size=9)
    assert (notice.sent, notice.waiting, notice.condition.number) == (2, 0, 5)


def test_what_was_over_before_the_night_ended_is_told_once(database: Database, catalogue: SourceCatalogue) -> None:
    night = datetime(2023, 9, 12, 0, 30, tzinfo=UTC)
    with receiving() as (url, received):
        plan = NoticePlan(LIMITS, quiet_hours("22:00-07:00"), None, (), Webhook(url, b"k"))
        with database.transaction() as session:
            for minute in range(3):
                fail(session, RunOutcome.REFUSED, minute)
        judge(database, catalogue, plan, night)
        assert send_all(database, plan, night) == 0
        with database.transaction() as session:
            fail(session, RunOutcome.COMPLETE, 4)
        judge(database, catalogue, plan, night + timedelta(minutes=30))
        assert send_all(database, plan, night + timedelta(hours=1)) == 0
        assert send_all(database, plan, datetime(2023, 9, 12, 5, 0, tzinfo=UTC)) == 1
    assert json.loads(received[0][1])["type"] == "dk.helhed.notice.ended"


def test_a_worker_that_dies_between_sending_and_the_line_about_it_loses_nothing(
    database: Database, catalogue: SourceCatalogue
) -> None:
    with receiving() as (url, received):
        plan = NoticePlan(LIMITS, NEVER_QUIET, None, (), Webhook(url, b"k"))
        with database.transaction() as session:
            for minute in range(3):
                fail(session, RunOutcome.FAILED, minute)
        judge(database, catalogue, plan, NOW)
        judge(database, catalogue, plan, NOW)
        with pytest.raises(RuntimeError), database.transaction() as session:
            service.send_next(session, plan, {}, NOW)
            raise RuntimeError
        assert send_all(database, plan, NOW) == 1
        assert send_all(database, plan, NOW) == 0
    assert len({headers["webhook-id"] for headers, _ in received}) == 1, "the receiver can see that it is the same"
    with database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM notice_deliveries")) == 1


def test_a_receiver_that_does_not_answer_is_tried_again_and_the_page_says_so(
    database: Database, catalogue: SourceCatalogue, mail: tuple[Mailbox, MailServer]
) -> None:
    mailbox, server = mail
    wrong = MailServer(**{**server.__dict__, "password": "forkert"})
    plan = NoticePlan(LIMITS, NEVER_QUIET, wrong, ("tine@egelund.example",), None)
    with database.transaction() as session:
        for minute in range(3):
            fail(session, RunOutcome.FAILED, minute)
    judge(database, catalogue, plan, NOW)
    assert send_all(database, plan, NOW) == 1
    assert send_all(database, plan, NOW) == 0, "not again at once"
    with database.transaction() as session:
        (notice,) = repository.list_notices(session, offset=0, size=9)
    assert (notice.sent, notice.waiting, notice.fault) == (0, 1, "SMTPAuthenticationError 535")
    right = NoticePlan(LIMITS, NEVER_QUIET, server, ("tine@egelund.example",), None)
    assert send_all(database, right, NOW + timedelta(hours=1)) == 1
    assert len(mailbox.messages) == 1
