"""A notice as a line, an e-mail and a JSON document: numbers and names of sources, nothing personal. Pure."""

import json
from datetime import datetime

from hub.clock import DANISH_TIME
from hub.notices import texts
from hub.notices.conditions import NoticeKind
from hub.notices.repository import Notice, NoticeEvent


def began_text(notice: Notice, title: str) -> str:
    """What is wrong, in a sentence; *title*: of the source."""
    kind, number = notice.condition.kind, notice.condition.number
    if kind is NoticeKind.CERTIFICATE_EXPIRING and number == 0:
        return texts.EXPIRED.format(source=title)
    if kind is NoticeKind.SECRET_EXPIRING and number is not None and number <= 0:
        return (texts.SECRET_ENDS_TODAY if number == 0 else texts.SECRET_ENDED).format(source=title)
    sentence = texts.ONE.get(kind, texts.BEGAN[kind]) if number == 1 else texts.BEGAN[kind]
    return sentence.format(source=title, number=f"{number or 0:,}".replace(",", "."))


def ended_text(notice: Notice, title: str) -> str:
    """That it is over."""
    return texts.ENDED[notice.condition.kind].format(source=title)


def email_text(notice: Notice, event: NoticeEvent, title: str) -> tuple[str, str]:
    """Subject and body."""
    if event is NoticeEvent.BEGAN:
        subject = began_text(notice, title)
        lines = [subject, "", f"Gør nu: {texts.ADVICE[notice.condition.kind]}", f"Siden {_moment(notice.began_at)}."]
    else:
        subject = ended_text(notice, title)
        until = _moment(notice.ended_at) if notice.ended_at else "nu"
        lines = [subject, "", f"Det stod på fra {_moment(notice.began_at)} til {until}."]
    lines += ["", "Se siden Kilder i Helhed. Du får besked én gang, når noget begynder, og én gang, når det er ovre."]
    return subject, "\n".join(lines) + "\n"


def webhook_body(notice: Notice, event: NoticeEvent, title: str) -> bytes:
    """The JSON document."""
    document = {
        "type": f"dk.helhed.notice.{event}",
        "kind": notice.condition.kind,
        "source": notice.condition.source or None,
        "number": notice.condition.number,
        "began_at": notice.began_at.isoformat(),
        "ended_at": notice.ended_at.isoformat() if notice.ended_at else None,
        "text": began_text(notice, title) if event is NoticeEvent.BEGAN else ended_text(notice, title),
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(DANISH_TIME):%d.%m.%Y kl. %H.%M}"
