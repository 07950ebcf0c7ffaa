"""One item of the sample to a record; pure."""

from datetime import datetime, timedelta

from pydantic import ValidationError

from connectors.kit import InvalidValue, clean_line, read_date, validation_fault, version_order
from connectors.payload_tap import show_payload
from connectors.sources.sample.payloads import Payload
from schemas.facts import EffortFact, EffortStatus
from schemas.identifiers import Identifier
from schemas.period import Period
from schemas.record import Party, PartyRole, RejectionRule, SourceRecord

RECORD_TYPE = "SampleEffort"
UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError)
"""What code raises over content that it does not expect."""


def translate(source: str, stream: str, item: object, observed_at: datetime) -> SourceRecord:
    """The item as a record; whatever it holds, the worst is its own rejection.

    Raises:
        RecordRejected: it cannot become a record; names field and rule.
    """
    item_id = item.get("id") if isinstance(item, dict) else None
    source_id = f"{stream}:{item_id}" if isinstance(item_id, str) and item_id.isprintable() else None
    try:
        return _record(source, stream, Payload.model_validate(item), observed_at)
    except InvalidValue as fault:
        raise fault.rejected(RECORD_TYPE, source_id) from None
    except ValidationError as error:
        raise validation_fault(error).rejected(RECORD_TYPE, source_id) from None
    except UNREADABLE:
        raise InvalidValue("(payload)", RejectionRule.UNREADABLE).rejected(RECORD_TYPE, source_id) from None


def _record(source: str, stream: str, payload: Payload, observed_at: datetime) -> SourceRecord:
    title, flags = clean_line("title", payload.title)
    if title is None:
        raise InvalidValue("title", RejectionRule.MISSING_FIELD)
    name, _ = clean_line("name", payload.name, longest=200)
    start, end = read_date("start", payload.start), read_date("end", payload.end)
    if start and end and end[0] < start[0]:
        raise InvalidValue("end", RejectionRule.END_BEFORE_START, payload.end)
    today = observed_at.date()
    is_over = end is not None and end[0] < today
    show_payload(RECORD_TYPE, f"{stream}:{payload.id}", payload)
    return SourceRecord(
        source=source,
        record_type=RECORD_TYPE,
        source_id=f"{stream}:{payload.id}",
        source_version=payload.version,
        version_order=version_order(payload.version),
        registered_at=observed_at,
        observed_at=observed_at,
        valid=Period(start=start[0] if start else None, end=end[0] + timedelta(days=1) if end else None),
        parties=_parties(source, payload, name),
        fact=EffortFact(title=title, status=EffortStatus.ENDED if is_over else EffortStatus.ACTIVE),
        quality=flags,
        synthetic=True,
    )


def _parties(source: str, payload: Payload, name: str | None) -> tuple[Party, ...]:
    local = Identifier.local(f"{source}:person", payload.id)
    if payload.cpr is None:
        return (Party(role=PartyRole.PRIMARY, identifiers=(local,), name=name),)
    try:
        number = Identifier.national(payload.cpr)
    except ValueError:
        raise InvalidValue("cpr", RejectionRule.BAD_IDENTIFIER, payload.cpr) from None
    return (Party(role=PartyRole.PRIMARY, identifiers=(number, local), name=name),)
