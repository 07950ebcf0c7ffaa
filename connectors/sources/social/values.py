"""Single values of a payload: dates, instants, lines of text, national numbers; read or rejected by name."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from connectors.errors import RecordRejected
from schemas.identifiers import Identifier
from schemas.record import QualityFlag, Rejection, RejectionRule

DANISH_TIME = ZoneInfo("Europe/Copenhagen")
LINE_LENGTH = 500
NAME_LENGTH = 200
_EARLIEST, _LATEST = 1850, 2200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LETTER, _DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"\d")
_MASK_LENGTH = 40


@dataclass
class Reading:
    """Reads the values of one payload; gathers what was mended, rejects what cannot be read."""

    record_type: str
    source_id: str
    link: str | None = None
    synthetic: bool = False
    flags: list[QualityFlag] = field(default_factory=list)

    def rejected(self, path: str, rule: RejectionRule, value: object) -> RecordRejected:
        """The rejection of the whole payload because of one value, which is masked."""
        masked = None if value is None else masked_value(str(value))
        return RecordRejected(
            Rejection(
                record_type=self.record_type, source_id=self.source_id, field=path, rule=rule, masked_value=masked
            )
        )

    def moment(self, path: str, text: str | None) -> tuple[datetime, bool] | None:
        """An instant and whether the source gave a time of day; a bare date is midnight in Denmark.

        An instant without an offset is Danish time.

        Raises:
            RecordRejected: ``bad_date``.
        """
        if not text or not text.strip():
            return None
        try:
            read = datetime.fromisoformat(text.strip())
        except ValueError:
            raise self.rejected(path, RejectionRule.BAD_DATE, text) from None
        if not _EARLIEST <= read.year <= _LATEST:
            raise self.rejected(path, RejectionRule.BAD_DATE, text)
        has_time = len(text.strip()) > len("2024-01-01")
        return (read if read.tzinfo else read.replace(tzinfo=DANISH_TIME)), has_time

    def instant(self, path: str, text: str | None) -> datetime | None:
        """As ``moment``, the instant alone."""
        found = self.moment(path, text)
        return found[0] if found else None

    def day(self, path: str, text: str | None) -> date | None:
        """A calendar day in Denmark, also when the source wrote an instant."""
        found = self.moment(path, text)
        return danish_day(found[0]) if found else None

    def line(self, path: str, text: str | None, *, longest: int = LINE_LENGTH) -> str | None:
        """One line of text: control characters become blanks, what is too long is cut; both are flagged."""
        if text is None:
            return None
        clean = _CONTROL.sub(" ", text).strip()
        if clean != text.strip():
            self.flags.append(QualityFlag(field=path, rule=RejectionRule.CONTROL_CHARACTERS))
        if len(clean) > longest:
            self.flags.append(QualityFlag(field=path, rule=RejectionRule.TOO_LONG))
            clean = f"{clean[: longest - 1]}…"
        return clean or None

    def name(self, path: str, text: str | None) -> str | None:
        """A name of a person, place or unit."""
        return self.line(path, text, longest=NAME_LENGTH)

    def required_line(self, path: str, text: str | None) -> str:
        """A line that must be there.

        Raises:
            RecordRejected: ``missing_field``.
        """
        found = self.line(path, text)
        if found is None:
            raise self.rejected(path, RejectionRule.MISSING_FIELD, None)
        return found

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


def masked_value(text: str) -> str:
    """The shape of a value: every letter ``x``, every digit ``9``, cut after 40 characters."""
    return _DIGIT.sub("9", _LETTER.sub("x", text))[:_MASK_LENGTH]
