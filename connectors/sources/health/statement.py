"""The frame of every record: key, version, times, link. The fact goes inside."""

import re
from datetime import date, timedelta

from connectors.kit import InvalidValue, clean_line, read_date, read_instant, version_order
from connectors.sources.health.context import ResourceContext
from connectors.sources.health.payloads import Resource, Span
from schemas.facts import Fact
from schemas.period import Period
from schemas.record import Party, QualityFlag, RejectionRule, SourceRecord

SYNTHETIC_TAG = ("urn:helhed:synthetic", "true")
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
"""FHIR R4 datatype ``id``."""


class Excluded(Exception):
    """A declared rule leaves this resource out; no loss.

    Attributes:
        rule: its key.
    """

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class RecordBuilder:
    """Builds the record of one resource and collects what had to be mended on the way."""

    def __init__(self, resource: Resource, setting: ResourceContext) -> None:
        if not _ID.fullmatch(resource.id):
            raise InvalidValue("id", RejectionRule.WRONG_SHAPE, resource.id)
        self._resource = resource
        self._setting = setting
        self._flags: list[QualityFlag] = []

    def line(self, field: str, text: str | None, *, longest: int = 500) -> str | None:
        """One line of text, mended and flagged where needed."""
        line, flags = clean_line(field, text, longest=longest)
        self._flags += flags
        return line

    def flag(self, field: str, rule: str) -> None:
        """Declare that a value was mended or left out."""
        self._flags.append(QualityFlag(field=field, rule=rule))

    def day(self, field: str, text: str | None, *, is_birth: bool = False) -> date | None:
        """A day; a partial date is flagged and becomes its first day."""
        found = read_date(field, text, is_birth=is_birth)
        if found is None:
            return None
        if found[1] != "day":
            self.flag(field, "partial_date")
        return found[0]

    def period(self, field: str, span: Span) -> Period:
        """Valid time from a FHIR period, whose end is included.

        Raises:
            InvalidValue: a bad date, or an end before the start.
        """
        start = self.day(f"{field}.start", span.start)
        last = self._last_day(f"{field}.end", span.end)
        if start is not None and last is not None and last < start:
            raise InvalidValue(f"{field}.end", RejectionRule.END_BEFORE_START, span.end)
        return Period(start=start, end=last + timedelta(days=1) if last else None)

    def record(self, parties: tuple[Party, ...], fact: Fact, valid: Period | None = None) -> SourceRecord:
        """The record that says *fact*."""
        return self._made(parties, fact, valid or Period(), None)

    def deleted(self, parties: tuple[Party, ...], reason: str) -> SourceRecord:
        """The record that says that this no longer stands."""
        return self._made(parties, None, Period(), reason)

    def _last_day(self, field: str, text: str | None) -> date | None:
        found = read_date(field, text)
        if found is None or text is None:
            return None
        day, precision = found
        if precision == "day":
            return day
        self.flag(field, "partial_date")
        following = date(day.year + 1, 1, 1) if precision == "year" else _next_month(day)
        return following - timedelta(days=1)

    def _made(self, parties: tuple[Party, ...], fact: Fact | None, valid: Period, reason: str | None) -> SourceRecord:
        meta, run = self._resource.meta, self._setting.run
        version = meta.version_id
        stated = read_instant("meta.lastUpdated", meta.last_updated or None) or self._setting.stated_at
        return SourceRecord(
            source=run.source,
            record_type=self._resource.resource_type,
            source_id=self._resource.id,
            source_version=version,
            version_order=version_order(version),
            registered_at=stated or run.observed_at,
            observed_at=run.observed_at,
            valid=valid,
            parties=parties,
            fact=fact,
            deleted=reason is not None,
            deleted_reason=reason,
            authority=run.authority,
            link=self._link(),
            quality=tuple(dict.fromkeys(self._flags)),
            synthetic=any((tag.system, tag.code) == SYNTHETIC_TAG for tag in meta.tag),
        )

    def _link(self) -> str | None:
        template = self._setting.run.link_template
        if template is None:
            return None
        return template.replace("{type}", self._resource.resource_type).replace("{id}", self._resource.id)


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
