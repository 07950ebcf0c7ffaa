"""Park a message of ``helhed.records`` that could not be carried, so that it shows on the source's page and is kept."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.bus.base import Delivered
from hub.collect import repository
from hub.log import redact_cpr
from schemas.record import Rejection, RejectionRule, SourceRecord

WHOLE = "(record)"
"""Stands for the field where the fault lies in no single one."""
_SOURCE = "urn:helhed:source:"
_UNKNOWN = "(unknown)"
_LONGEST = 200


def park(
    session: Session, delivered: Delivered, *, now: datetime, record: SourceRecord | None = None, field: str = WHOLE
) -> None:
    """Put the message into quarantine as ``not_carried``; its ``raw`` is the message's value, for publishing again.

    Args:
        session: the caller's transaction; commit the offset after it.
        delivered: the message.
        now: when.
        record: what could be read from it; None where nothing could, and its headers must tell the source.
        field: path of the fault.
    """
    source, record_type = (record.source, record.record_type) if record else _told(delivered)
    rejection = Rejection(
        record_type=_safe(record_type),
        source_id=_safe(record.source_id) if record else None,
        field=_safe(field),
        rule=RejectionRule.NOT_CARRIED,
        raw=delivered.message.value,
    )
    repository.quarantine(session, _safe(source), [rejection], now)


def _told(delivered: Delivered) -> tuple[str, str]:
    """Source and type as the CloudEvents headers give them (``hub.collect.service.to_message``)."""
    headers = delivered.message.headers
    source = headers.get("ce_source", "")
    record_type = headers.get("ce_id", "").split("/")[0]
    return source.removeprefix(_SOURCE) if source.startswith(_SOURCE) else _UNKNOWN, record_type or _UNKNOWN


def _safe(text: str) -> str:
    """As the store and a page can hold it: what poisoned the record must not poison its row here."""
    return redact_cpr(text.replace("\x00", "")[:_LONGEST]) or _UNKNOWN
