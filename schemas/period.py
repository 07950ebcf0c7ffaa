"""Intervals: when a fact holds (virkning) and when a source said so (registrering).

Names follow the Danish Grunddatamodel (virkningFra/virkningTil, registreringFra/registreringTil).
Both intervals are half-open, ``[start, end)``; ``None`` means open.
"""

from datetime import date, timedelta
from typing import Self

from pydantic import model_validator

from schemas.base import Instant, Schema


class Period(Schema):
    """Valid time (virkning) in Danish calendar days, half-open."""

    start: date | None = None
    """virkningFra: first day on which the fact holds. None: since before anyone recorded."""
    end: date | None = None
    """virkningTil: first day on which it no longer holds. None: no end is known."""

    @model_validator(mode="after")
    def _start_before_end(self) -> Self:
        if self.start is not None and self.end is not None and self.end < self.start:
            msg = "a period must not end before it starts"
            raise ValueError(msg)
        return self

    def contains(self, day: date) -> bool:
        """Whether the fact holds on *day*."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def overlaps(self, other: Self) -> bool:
        """Whether there is a day that lies in both periods."""
        starts = [start for start in (self.start, other.start) if start is not None]
        ends = [end for end in (self.end, other.end) if end is not None]
        if self.is_empty or other.is_empty:
            return False
        return not starts or not ends or max(starts) < min(ends)

    @property
    def last_day(self) -> date | None:
        """The last day on which the fact holds, as people say it; None: no end is known.

        Of a period without a day it is the day on which it began: the source ended it before it held.
        """
        if self.end is None or self.is_empty:
            return self.end
        return self.end - timedelta(days=1)

    @property
    def is_empty(self) -> bool:
        """Whether no day lies in the period (start equals end)."""
        return self.start is not None and self.start == self.end


class Registration(Schema):
    """Registered time (registrering): from when until when a source said this, half-open."""

    registered_from: Instant
    """registreringFra: when the source registered this statement."""
    registered_to: Instant | None = None
    """registreringTil: when a newer statement replaced it. None: it still stands."""
