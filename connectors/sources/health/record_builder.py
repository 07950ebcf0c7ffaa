"""The frame of every record: key, version, times, link. The fact goes inside."""

import re
from datetime import date, datetime, time, timedelta

from connectors.dates import DANISH_TIME
from connectors.kit import InvalidValue, clean_line, read_date, read_instant, version_order
from connectors.sources.health.context import ResourceContext
from connectors.sources.health.payloads import Resource, Span
from connectors.sources.health.references import ID
from schemas.facts import Fact
from schemas.period import Period
from schemas.record import Party, QualityFlag, RejectionRule, SourceRecord

SYNTHETIC_TAG = ("urn:helhed:synthetic", "true")
_VERSION = re.compile(r"[!-~]{1,64}")
"""FHIR R4 says ``id``; some servers write other printable characters."""


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

    def __init__(self, resource: Resource, context: ResourceContext) -> None:
        if not ID.fullmatch(resource.id):
            raise InvalidValue("id", RejectionRule.WRONG_SHAPE, resource.id)
        if resource.meta.version_id is not None and read_version(resource.meta.version_id) is None:
            raise InvalidValue("meta.versionId", RejectionRule.WRONG_SHAPE, resource.meta.version_id)
        self._resource = resource
        self._context = context
        self._flags: list[QualityFlag] = []
        self._entity: str | None = None
        self._stated_at: datetime | None = None
        self._created_on: date | None = None

    def identify(self, entity: str, *, stated_at: datetime | None) -> None:
        """Make the record a version of *entity*, which several resources tell of; by *stated_at* they are ordered.

        The version of one such resource says nothing of the others' order, and is left out.
        """
        self._entity, self._stated_at = entity, stated_at

    def created(self, field: str, text: str | None) -> None:
        """Note when the source first registered it, which a page as known on an earlier day goes by."""
        self._created_on = self.day(field, text)

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
        day_and_precision = read_date(field, text, is_birth=is_birth)
        if day_and_precision is None:
            return None
        day, precision = day_and_precision
        if precision != "day":
            self.flag(field, "partial_date")
        return day

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
        return self._build(parties, fact, valid or Period(), None)

    def deleted(self, parties: tuple[Party, ...], reason: str) -> SourceRecord:
        """The record that says that this no longer stands."""
        return self._build(parties, None, Period(), reason)

    def _last_day(self, field: str, text: str | None) -> date | None:
        day_and_precision = read_date(field, text)
        if day_and_precision is None:
            return None
        day, precision = day_and_precision
        if precision == "day":
            return day
        self.flag(field, "partial_date")
        following = date(day.year + 1, 1, 1) if precision == "year" else _next_month(day)
        return following - timedelta(days=1)

    def _build(self, parties: tuple[Party, ...], fact: Fact | None, valid: Period, reason: str | None) -> SourceRecord:
        meta, run = self._resource.meta, self._context.run
        registered_at = self._registered_at()
        created_at = datetime.combine(self._created_on, time(), tzinfo=DANISH_TIME) if self._created_on else None
        return SourceRecord(
            source=run.source,
            record_type=self._resource.resource_type,
            source_id=self._entity or self._resource.id,
            source_version=None if self._entity else meta.version_id,
            version_order=None if self._entity else version_order(meta.version_id),
            registered_at=registered_at,
            first_registered_at=created_at if created_at and created_at < registered_at else None,
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

    def _registered_at(self) -> datetime:
        """When the source registered this version; the record itself declares a time in the future."""
        if self._stated_at is not None:
            return self._stated_at
        text = self._resource.meta.last_updated
        stated_at = read_instant("meta.lastUpdated", text or None) or self._context.stated_at
        return stated_at or self._context.run.observed_at

    def _link(self) -> str | None:
        template = self._context.run.link_template
        if template is None:
            return None
        return template.replace("{type}", self._resource.resource_type).replace("{id}", self._resource.id)


def read_version(text: str) -> str | None:
    """A version as the source writes it; None when nobody can have meant it as one."""
    return text if _VERSION.fullmatch(text) else None


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
