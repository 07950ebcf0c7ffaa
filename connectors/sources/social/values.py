"""Single values of one payload: collects the flags of cleaned values; an unreadable value rejects the payload."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from pydantic import ValidationError

from connectors.errors import RecordRejected
from connectors.kit import (
    DANISH_TIME,
    LINE_LENGTH,
    NAME_LENGTH,
    InvalidValue,
    clean_line,
    read_date,
    read_instant,
    validation_fault,
)
from connectors.sources.social.scalars import TOO_LONG
from schemas.identifiers import Identifier
from schemas.record import QualityFlag, RejectionRule

BAD_CONTENT = (ValueError, ArithmeticError, LookupError, TypeError, RecursionError)
"""What code raises over content that it does not expect."""
T = TypeVar("T")


def attempt(record_type: str, source_id: str | None, make: Callable[[], T]) -> T | RecordRejected:
    """What *make* gives, or why this one item cannot become it; an item's content never ends a run."""
    try:
        return make()
    except RecordRejected as rejected:
        return rejected
    except ValidationError as error:
        fault = validation_fault(error)
        if error.errors(include_url=False, include_context=False)[0]["type"] == TOO_LONG:
            fault.rule = RejectionRule.TOO_LONG
        return fault.rejected(record_type, source_id)
    except BAD_CONTENT:
        return InvalidValue("(payload)", RejectionRule.UNREADABLE).rejected(record_type, source_id)


@dataclass
class Values:
    """Reads the values of one payload."""

    record_type: str
    source_id: str
    link: str | None = None
    synthetic: bool = False
    flags: list[QualityFlag] = field(default_factory=list)

    def rejected(self, path: str, rule: RejectionRule, value: object) -> RecordRejected:
        """The rejection of the whole payload because of one value, which is masked."""
        return InvalidValue(path, rule, value).rejected(self.record_type, self.source_id)

    def moment(self, path: str, text: str | None, *, is_birth: bool = False) -> tuple[datetime, bool] | None:
        """An instant and whether the source gave a time of day; a bare date is midnight in Denmark.

        A date that stands for "no date" is not given.

        Raises:
            RecordRejected: ``bad_date``.
        """
        if not text or not text.strip():
            return None
        try:
            if not is_birth and len(text.strip()) > len("2024-01-01"):
                moment = read_instant(path, text)
                return None if moment is None else (moment, True)
            parsed = read_date(path, text, is_birth=is_birth)
        except InvalidValue as fault:
            raise fault.rejected(self.record_type, self.source_id) from None
        if parsed is None:
            return None
        if parsed[1] != "day":
            raise self.rejected(path, RejectionRule.BAD_DATE, text)
        day = parsed[0]
        return datetime(day.year, day.month, day.day, tzinfo=DANISH_TIME), False

    def instant(self, path: str, text: str | None) -> datetime | None:
        """As ``moment``, the instant alone."""
        parsed = self.moment(path, text)
        return parsed[0] if parsed else None

    def day(self, path: str, text: str | None, *, is_birth: bool = False) -> date | None:
        """A calendar day in Denmark, also when the source wrote an instant."""
        parsed = self.moment(path, text, is_birth=is_birth)
        return danish_day(parsed[0]) if parsed else None

    def line(self, path: str, text: str | None, *, longest: int = LINE_LENGTH) -> str | None:
        """One line of text for people."""
        line, flags = clean_line(path, text, longest=longest)
        self.flags.extend(flags)
        return line

    def name(self, path: str, text: str | None) -> str | None:
        """A name of a person, place or unit."""
        return self.line(path, text, longest=NAME_LENGTH)

    def required_line(self, path: str, text: str | None) -> str:
        """A line that must be there.

        Raises:
            RecordRejected: ``missing_field``.
        """
        line = self.line(path, text)
        if line is None:
            raise self.rejected(path, RejectionRule.MISSING_FIELD, None)
        return line

    def identifier(self, path: str, text: str | None) -> Identifier | None:
        """A national number; None where there is none.

        Raises:
            RecordRejected: ``bad_identifier``.
        """
        if not text or not text.strip():
            return None
        try:
            return Identifier.national(text)
        except ValueError:
            raise self.rejected(path, RejectionRule.BAD_IDENTIFIER, text) from None


def danish_day(moment: datetime) -> date:
    """The calendar day in Denmark at that instant."""
    return moment.astimezone(DANISH_TIME).date()
