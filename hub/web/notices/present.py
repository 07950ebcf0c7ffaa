"""Beskeder: what needs a person now, and what did. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.notices import texts as notice_texts
from hub.notices.conditions import NoticeKind
from hub.notices.messages import began_text, ended_text
from hub.notices.repository import Notice
from hub.web.notices import texts
from hub.web.notices.page import NoticeLine, NoticesPage
from hub.web.shell.dates import counted, listed, of_moment
from hub.web.shell.view_models import Link


def notices_page(  # noqa: PLR0913  keyword-only from the titles on
    notices: Sequence[Notice],
    *,
    titles: Mapping[str, str],
    recipients: int,
    has_webhook: bool,
    mails_alerts: bool,
    quiet: str,
    older: str | None,
    now: datetime,
) -> NoticesPage:
    """The page. *titles*: of the sources by name; *quiet*: the quiet hours as they are set."""
    open_notices = [notice for notice in notices if notice.ended_at is None]
    return NoticesPage(
        summary=(f"{counted(len(open_notices), 'ting kræver', 'ting kræver')} dig." if open_notices else texts.NOTHING),
        delivery=_delivery(recipients, quiet, has_webhook=has_webhook),
        alert_mails=texts.ALERT_MAILS if mails_alerts else texts.NO_ALERT_MAILS,
        open=tuple(_line(notice, titles, now) for notice in open_notices),
        over=tuple(_line(notice, titles, now) for notice in notices if notice.ended_at is not None),
        older=older,
    )


def _delivery(recipients: int, quiet: str, *, has_webhook: bool) -> str:
    ways = [f"e-mail til {counted(recipients, 'modtager', 'modtagere')}"] if recipients else []
    ways += ["webhook"] if has_webhook else []
    if not ways:
        return texts.NOBODY
    begin, _, end = quiet.replace(":", ".").partition("-")
    return texts.TOLD.format(how=listed(ways)) + (texts.QUIET.format(begin=begin, end=end) if quiet else "")


def _line(notice: Notice, titles: Mapping[str, str], now: datetime) -> NoticeLine:
    source = notice.condition.source
    title = titles.get(source, source) if source else notice_texts.SEARCH_INDEX
    is_open = notice.ended_at is None
    sent = [f"sendt til {notice.sent}"] if notice.sent else []
    sent += [f"{notice.waiting} venter på at blive sendt"] if notice.waiting else []
    return NoticeLine(
        text=began_text(notice, title) if is_open else ended_text(notice, title),
        advice=notice_texts.ADVICE[notice.condition.kind] if is_open else None,
        link=_link(notice, title) if is_open and source in titles else None,
        began=of_moment(notice.began_at, now),
        ended=of_moment(notice.ended_at, now) if notice.ended_at else None,
        sent=", ".join(sent) or texts.NOT_SENT,
        fault=texts.FAULT.format(fault=notice.fault) if notice.fault and notice.waiting else None,
    )


def _link(notice: Notice, title: str) -> Link:
    address = f"/kilder/{notice.condition.source}"
    if notice.condition.kind is NoticeKind.HELD_DELETIONS:
        return Link("Tag stilling til sletningerne", f"{address}/tilbageholdt", f" fra {title}")
    return Link(f"Gå til {title}", address)
