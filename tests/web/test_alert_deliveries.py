"""What of alerts leaves the house: a mail of a morning and signed posts, with nothing about anybody, and each once."""

import base64
import hmac
import json
import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from threading import Event
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from hub.access.webhook_acts import WebhookDesk
from hub.alerts import delivery_repository as repository
from hub.alerts.messages import is_address_allowed, signing_key
from hub.app import create_app
from hub.context import AppContext
from hub.errors import MissingRole
from hub.notices.conditions import Limits, NoticeKind, present_conditions
from hub.secrets import secret_keys
from hub.settings import Settings
from hub.worker.alert_deliveries import make_and_send
from schemas.access import AccessRequest, AuditAction, Purpose, Role
from schemas.alert import AlertKind
from tests.receivers import mail_server, receiving
from tests.web import maja
from tests.web.conftest import Town
from tests.web.serving import browsing, serving
from tests.web.test_alerts_pages import NOTIFICATION, YESTERDAY, happen, lines
from tests.web.test_meeting_pages import plan_fields, plan_meeting, send_form

REQUEST = AccessRequest(purpose=Purpose.OPERATIONS, request_id="r")
ADMINISTRATOR = maja.ANNA.model_copy(update={"id": "tine.skov", "roles": frozenset({Role.ADMINISTRATOR})})
PERSONAL = ("Ida", "Testborger", "Underretning", "anna", "630309")


def with_settings(town: Town, **settings: object) -> AppContext:
    values = {"demo": True, "secure_cookies": False, "public_url": "https://helhed.example", **settings}
    return replace(town.context, settings=Settings.model_validate(values))


def test_a_mail_is_sent_on_mornings_with_something_new_and_says_nothing_of_anybody(town: Town, tmp_path: Path) -> None:
    context, database = with_settings(town), town.context.database
    happen(town, NOTIFICATION)
    with database.transaction() as session:
        repository.save_address(session, "anna.holm", "anna@egelund.example")
        repository.save_address(session, "ole.bruun", "ole@egelund.example")
    with mail_server(tmp_path) as (mailbox, server):
        for _ in range(2):
            make_and_send(context, server, Event())
        (envelope,) = mailbox.messages
        content = envelope.content.decode()
        assert envelope.rcpt_tos == ["anna@egelund.example"], "Ole sees nothing of Ida"
        assert "https://helhed.example/adviser" in content
        assert not [words for words in PERSONAL if words in content.partition("Subject")[2]]
        town.clock.move(timedelta(days=1))
        make_and_send(context, server, Event())
        assert len(mailbox.messages) == 1, "nothing new since"
        happen(town, maja.notification("92", YESTERDAY, [maja.EMIL], ("school", "Skolen"), [], None))
        town.clock.move(timedelta(hours=21))
        make_and_send(context, server, Event())
        assert len(mailbox.messages) == 1, "it is not seven yet"
        town.clock.move(timedelta(hours=4))
        make_and_send(context, server, Event())
        assert len(mailbox.messages) == 2


def test_a_mail_that_was_handed_in_before_the_worker_died_keeps_its_id(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = with_settings(town)
    happen(town, NOTIFICATION)
    with town.context.database.transaction() as session:
        repository.save_address(session, "anna.holm", "anna@egelund.example")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with mail_server(tmp_path) as (mailbox, server):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(repository, "mark_sent", die)
            make_and_send(context, server, Event())
        for _ in range(2):
            make_and_send(context, server, Event())
        ids = [content.partition("Message-ID: ")[2].partition("\r\n")[0] for content in _contents(mailbox.messages)]
    assert len(ids) == 2, "SMTP cannot tell whether it was taken"
    assert len(set(ids)) == 1


def _announcements(town: Town, folder: Path, *, also: bool = False) -> list[str]:
    """What a round of the worker mails of meetings; *also*: Lene wants mails, too. Who it is sent to, and the body."""
    with town.context.database.transaction() as session:
        for actor_id in ("anna.holm", "lene.friis") if also else ("anna.holm",):
            if repository.get_address(session, actor_id) is None:
                repository.save_address(session, actor_id, f"{actor_id}@egelund.example")
    with mail_server(folder) as (mailbox, server):
        for _ in range(2):
            make_and_send(with_settings(town), server, Event())
        mails = [message_from_bytes(envelope.content, policy=SMTP) for envelope in mailbox.messages]
    bodies = [f"{mail['To']} {mail['Subject']} {mail.get_content()}" for mail in mails]
    return sorted(body for body in bodies if "/moeder/" in body)


def test_who_is_invited_gets_a_mail_before_the_meeting_once_for_each_time_at_which_it_stands(
    town: Town, tmp_path: Path
) -> None:
    anna = town.client("anna.holm")
    key = plan_meeting(town, anna, on_day="2023-09-14")
    cancelled = plan_meeting(town, anna, on_day="2023-09-13")
    later = plan_meeting(town, anna, on_day="2023-09-20")
    send_form(anna, f"/moeder/{cancelled}/aflys", {"version": "1", "reason": "Ida er syg"})
    assert _announcements(town, tmp_path) == [], "neither the day after tomorrow nor what is cancelled"
    town.clock.move(timedelta(days=1))
    for_anna, for_lene = _announcements(town, tmp_path, also=True)
    assert for_anna.startswith("anna.holm@egelund.example")
    assert for_lene.startswith("lene.friis@egelund.example")
    for mail in (for_anna, for_lene):
        assert f"https://helhed.example/moeder/{key}" in mail
        assert "i morgen" in mail
        assert not [words for words in (*PERSONAL[:3], "630309", "Familiehuset", "moster") if words in mail]
    town.clock.move(timedelta(days=1))
    assert _announcements(town, tmp_path) == [], "it was told of already"
    fields = {**plan_fields(town, on_day="2023-09-15"), "version": "1", "reason": "Ida er til prøve"}
    send_form(anna, f"/moeder/{key}/flyt", fields)
    town.clock.move(timedelta(days=1))
    moved = _announcements(town, tmp_path)
    page = anna.get("/adviser").text
    assert f'href="/moeder/{key}"' in page
    assert "I dag kl. 10.00-11.00" in page
    assert f'href="/moeder/{later}"' not in page
    assert "Dine møder" not in anna.get("/adviser?vis=ulaeste").text
    assert len(moved) == 2, "Anna's and Lene's"
    assert all(key in mail and "i dag" in mail and later not in mail for mail in moved)


def test_a_mail_before_a_meeting_that_was_cancelled_meanwhile_is_not_sent(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = town.client("anna.holm")
    key = plan_meeting(town, anna, on_day="2023-09-13")
    with monkeypatch.context() as patch:
        patch.setattr(repository, "take_delivery", lambda *_: None)  # the worker dies before it sends
        assert _announcements(town, tmp_path) == []
    send_form(anna, f"/moeder/{key}/aflys", {"version": "1", "reason": "Ida er syg"})
    assert _announcements(town, tmp_path) == []


def _contents(messages: list[object]) -> list[str]:
    return [getattr(envelope, "content").decode() for envelope in messages]  # noqa: B009  as aiosmtpd gives it


def test_an_address_is_of_the_house_or_refused(town: Town) -> None:
    assert "Her sendes ingen mail" in town.client("anna.holm").get("/adviser/valg").text
    context = with_settings(town, smtp_host="mail.example", notice_sender="helhed@egelund.example")
    with serving(create_app(context)) as address, browsing(address, "anna.holm") as anna:
        for wrong in ("anna@gmail.example", "anna", "a@b@egelund.example", ""):
            page = anna.post("/adviser/mail", mail=wrong).text
            assert "navn@egelund.example. Intet er gemt" in page
        assert "Du får en mail" in anna.post("/adviser/mail", mail="Anna@Egelund.example ").text
        assert 'value="anna@egelund.example"' in anna.get("/adviser/valg").text
        assert "Du får ingen mail" in anna.post("/adviser/mail", off="true").text
    assert len(lines(town, AuditAction.CHANGE_SUBSCRIPTIONS)) == 2


def _add_webhook(town: Town, context: AppContext, url: str, *kinds: AlertKind) -> str:
    with town.context.database.transaction() as session:
        desk = WebhookDesk(session, ADMINISTRATOR, REQUEST, now=town.clock.now())
        added = desk.add(url, frozenset(kinds), context.settings.listed_webhook_hosts, secret_keys(context.settings))
        assert added is not None
        _, secret = added
    return secret


def test_a_post_is_signed_once_for_each_alert_and_says_the_kind_alone(town: Town) -> None:
    with receiving() as (url, received):
        context = with_settings(town, alert_webhook_hosts=url.split("/")[2])
        secret = _add_webhook(town, context, url, AlertKind.NOTIFICATION)
        _add_webhook(town, context, url, AlertKind.ADMISSION)
        happen(town, NOTIFICATION)
        for _ in range(2):
            make_and_send(context, None, Event())
        with town.context.database.transaction() as session:
            ids = set(session.scalars(text("SELECT id::text FROM alerts WHERE kind = 'notification'")))
    posted = {json.loads(body)["data"]["id"]: (headers, body) for headers, body in received}
    assert len(received) == len(posted) == 2, "of Emil before, and of Ida"
    assert set(posted) >= ids
    headers, body = posted[ids.pop()]
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    expected = base64.b64encode(hmac.new(signing_key(secret), signed, sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    document = json.loads(body)
    assert document["type"] == "dk.helhed.alert.notification"
    assert set(document["data"]) == {"id", "kind", "link"}
    assert not [words for words in PERSONAL if words in body.decode()]
    with town.context.database.transaction() as session:
        stored = session.scalar(text("SELECT secret FROM alert_webhooks LIMIT 1"))
    assert secret.encode() not in stored
    assert {line.object_kind for line in lines(town, AuditAction.CHANGE_WEBHOOK)} == {"webhook"}


def test_a_webhook_that_fails_too_often_is_disabled_and_a_notice_says_so(town: Town) -> None:
    with receiving(HTTPStatus.INTERNAL_SERVER_ERROR) as (url, received):
        context = with_settings(town, alert_webhook_hosts=url.split("/")[2])
        _add_webhook(town, context, url)
        happen(town, NOTIFICATION)
        for _ in range(repository.FAILURES_ALLOWED + 3):
            make_and_send(context, None, Event())
            town.clock.move(timedelta(hours=2))
    assert len(received) == repository.FAILURES_ALLOWED
    with town.context.database.transaction() as session:
        (webhook,) = repository.list_webhooks(session, start=0, size=9)
        disabled = repository.count_disabled_webhooks(session)
        limits = Limits(failures=3, expiry=timedelta(days=30))
        counts = {NoticeKind.WEBHOOK_DISABLED: disabled, NoticeKind.WITNESS_BEHIND: 0}
        conditions = present_conditions([], limits=limits, now=town.clock.now(), counts=counts)
        assert {condition.kind for condition in conditions.values()} == {NoticeKind.WEBHOOK_DISABLED}
        desk = WebhookDesk(session, ADMINISTRATOR, REQUEST, now=town.clock.now())
        assert desk.enable(webhook.id)
        assert repository.count_disabled_webhooks(session) == 0
        assert desk.remove(webhook.id)
        assert not desk.remove(webhook.id)


def test_an_address_that_is_listed_no_more_counts_as_failed(town: Town) -> None:
    with receiving() as (url, received):
        _add_webhook(town, with_settings(town, alert_webhook_hosts=url.split("/")[2]), url)
        happen(town, NOTIFICATION)
        make_and_send(with_settings(town), None, Event())
    assert not received
    with town.context.database.transaction() as session:
        (webhook,) = repository.list_webhooks(session, start=0, size=9)
    assert webhook.failures, "else it is tried for ever"


def test_nobody_but_an_administrator_registers_a_webhook(town: Town) -> None:
    context = with_settings(town)
    with town.context.database.transaction() as session:
        desk = WebhookDesk(session, maja.ANNA, REQUEST, now=town.clock.now())
        with pytest.raises(MissingRole):
            desk.add("https://a.example", frozenset(), ["a.example"], secret_keys(context.settings))
        with pytest.raises(MissingRole):
            desk.list_webhooks(start=0, size=1)


def test_an_administrator_handles_webhooks_by_the_api_and_reads_the_secret_once(town: Town) -> None:
    api = "/api/beskeder/webhooks"
    with receiving() as (url, received):
        context = with_settings(town, alert_webhook_hosts=url.split("/")[2])
        with serving(create_app(context)) as address, browsing(address, "tine.skov") as tine:
            header = {"x-csrf-token": tine.token()}

            def send(path: str, **ask: object) -> httpx.Response:
                return tine.http.post(f"{api}{path}", json=ask, headers=header)

            assert tine.http.post(api, json={"url": url}).status_code == HTTPStatus.FORBIDDEN, "without the token"
            assert send("", url="https://evil.example/").json()["faults"] == ["address_not_listed"]
            added = send("", url=url, kinds=["notification"]).json()
            key, secret = added["id"], added["secret"]
            assert signing_key(secret)
            happen(town, NOTIFICATION)
            make_and_send(context, None, Event())
            assert len(received) == 2
            (listed,) = tine.get(api).json()["webhooks"]
            assert (listed["url"], listed["kinds"], listed["failures"]) == (url, ["notification"], 0)
            assert listed["last_sent_at"] is not None
            assert secret not in tine.get(api).text
            for _ in range(2):
                assert send(f"/{key}", act="disable").status_code == HTTPStatus.OK
            assert tine.get(api).json()["webhooks"][0]["disabled_at"] is not None
            with town.context.database.transaction() as session:
                assert repository.count_disabled_webhooks(session) == 0, "no notice: somebody did it"
            happen(town, maja.notification("92", YESTERDAY, [maja.EMIL], ("school", "Skolen"), [], None))
            make_and_send(context, None, Event())
            assert send(f"/{key}", act="enable").status_code == HTTPStatus.OK
            make_and_send(context, None, Event())
            assert len(received) == 2, "what happened meanwhile is not posted afterwards"
            assert send(f"/{key}", act="remove").status_code == HTTPStatus.OK
            assert send(f"/{key}", act="enable").status_code == HTTPStatus.NOT_FOUND
            assert tine.get(api).json() == {"webhooks": [], "next_start": None}
    assert town.client("anna.holm").get(api).status_code == HTTPStatus.FORBIDDEN
    changes = [line.details["change"] for line in lines(town, AuditAction.CHANGE_WEBHOOK)]
    assert {"listed", "address_refused", "added", "disabled", "enabled", "removed"} == set(changes)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://esdh.example/x", True),
        ("https://esdh.example:8443/x", False),
        ("https://other.example:9443/x", True),
        ("http://esdh.example/x", False),
        ("https://user:pw@esdh.example/x", False),
        ("https://esdh.example.evil.example/x", False),
        ("https://evil.example/esdh.example", False),
        ("https://esdh.example@evil.example/", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("https://[::1]/", False),
        ("https://10.0.0.1/", False),
        ("http://127.0.0.1:9000/", True),
        ("http://127.0.0.1:9001/", False),
        ("file:///etc/passwd", False),
        ("https://esdh.example:x/", False),
        ("", False),
    ],
)
def test_nothing_is_posted_to_but_what_the_operator_listed(url: str, *, allowed: bool) -> None:
    hosts = frozenset({"esdh.example", "other.example:9443", "127.0.0.1:9000", "169.254.169.254"})
    assert is_address_allowed(url, hosts) is allowed


def test_an_administrator_handles_webhooks_on_a_page_and_reads_the_secret_once(town: Town) -> None:
    page_of = "/beskeder/webhooks"
    with receiving() as (url, received):
        host = url.split("/")[2]
        context = with_settings(town, alert_webhook_hosts=host)
        with serving(create_app(context)) as address, browsing(address, "tine.skov") as tine:
            assert f'href="{page_of}"' in tine.get("/beskeder").text
            assert "Intet system får besked" in tine.get(page_of).text
            refused = tine.post(f"{page_of}/ny", url="https://evil.example/", kinds="admission").text
            assert f"driften har tilladt: {host}" in refused
            assert 'value="https://evil.example/"' in refused, "nothing typed is lost"
            assert 'value="admission" checked' in refused
            added = tine.post(f"{page_of}/ny", url=url)
            (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", added.text)
            assert signing_key(secret)
            assert added.headers["cache-control"] == "no-store"
            listed = tine.get(page_of).text
            assert "whsec_" not in listed
            assert "Alle slags adviser" in listed
            (key,) = set(re.findall(rf"{page_of}/([0-9a-f-]{{36}})/", listed))
            assert "Prøven sendes" in tine.post(f"{page_of}/{key}/proev").text
            make_and_send(context, None, Event())
            assert [json.loads(body)["type"] for _, body in received] == ["dk.helhed.alert.test"]
            assert "Tog senest imod" in tine.get(page_of).text
            paused = tine.post(f"{page_of}/{key}/pause").text
            assert "på pause" in paused
            assert "/proev" not in paused
            assert "i drift" in tine.post(f"{page_of}/{key}/fortsaet").text
            with town.context.database.transaction() as session:
                repository.count_attempt(session, UUID(key), failed=True, now=town.clock.now())
            assert "1 forsøg i træk er mislykkedes" in tine.get(page_of).text
            assert "er fjernet" in tine.post(f"{page_of}/{key}/fjern").text
            assert tine.post(f"{page_of}/{key}/pause").status_code == HTTPStatus.NOT_FOUND
    for stranger in ("anna.holm", "jens.dam"):
        browser = town.client(stranger)
        assert browser.get(page_of).status_code == HTTPStatus.FORBIDDEN
        assert browser.post(f"{page_of}/ny", url=url).status_code == HTTPStatus.FORBIDDEN
    changes = {line.details["change"] for line in lines(town, AuditAction.CHANGE_WEBHOOK)}
    assert {"listed", "address_refused", "added", "tested", "disabled", "enabled", "removed"} == changes
