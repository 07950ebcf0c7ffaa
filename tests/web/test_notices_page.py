"""Beskeder: what needs a person now and what did, by page, without anything personal."""

from datetime import timedelta

from hub.notices import repository
from hub.notices.conditions import Condition, NoticeKind
from hub.notices.repository import Channel, NoticeEvent, Receiver
from tests.web import maja
from tests.web.conftest import Town


def begun(town: Town, kind: NoticeKind, number: int | None = None, source: str = "social") -> int:
    with town.context.database.transaction() as session:
        condition = Condition(kind=kind, source=source, number=number)
        notice_id = repository.begin_notice(session, condition, maja.NOW - timedelta(hours=2))
        assert notice_id is not None
        repository.mark_told(session, notice_id, maja.NOW)
        receivers = [Receiver(channel=Channel.EMAIL, address="tine@egelund.example")]
        repository.add_deliveries(session, notice_id, NoticeEvent.BEGAN, receivers, maja.NOW)
        return notice_id


def test_nothing_needs_anybody(town: Town) -> None:
    page = town.client("tine.skov").get("/beskeder").text
    assert "Intet kræver dig lige nu" in page
    assert "Beskederne sendes ikke til nogen" in page
    assert town.client("anna.holm").get("/beskeder").status_code == 403


def test_what_is_wrong_says_since_when_and_what_to_do_and_what_is_over_is_kept(town: Town) -> None:
    begun(town, NoticeKind.HELD_DELETIONS, 1204)
    begun(town, NoticeKind.INDEX_DRIFT, source="")
    over = begun(town, NoticeKind.FAILING, 3)
    with town.context.database.transaction() as session:
        assert repository.end_notice(session, over, maja.NOW)
    page = town.client("tine.skov").get("/beskeder").text
    for words in (
        "2 ting kræver dig",
        "1.204 sletninger er tilbageholdt",
        "for 2 timer siden",
        "1 venter på at blive sendt",
        'href="/kilder/social/tilbageholdt"',
        "fejler ikke længere",
        "ikke sendt til nogen",
    ):
        assert words in page, words
    assert "tine@egelund.example" not in page


def test_notices_come_by_page(town: Town) -> None:
    for number in range(60):
        notice_id = begun(town, NoticeKind.FAILING, number + 3)
        with town.context.database.transaction() as session:
            repository.end_notice(session, notice_id, maja.NOW)
    browser = town.client("tine.skov")
    assert 'href="/beskeder?fra=50"' in browser.get("/beskeder").text
    assert "Vis ældre" not in browser.get("/beskeder?fra=50").text
