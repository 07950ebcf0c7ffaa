"""Durations and times of day as people write them in settings and on the command line."""

import re
from datetime import time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer
from pydantic_core import PydanticCustomError

SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=366)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,9})\s*([smhd])")
_ISO_8601 = re.compile(r"P[0-9DTHMS.]+")
_TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


def _read_duration(value: object) -> object:
    """``12s``, ``15m``, ``2h``, ``1d``. A number without a unit may mean anything; ISO 8601 is left to Pydantic."""
    if isinstance(value, timedelta) or (isinstance(value, str) and _ISO_8601.fullmatch(value)):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise _no_duration()
    try:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        raise _no_duration() from None


def _no_duration() -> PydanticCustomError:
    return PydanticCustomError("duration", "give a number with a unit, from 1s to 366d: 12s, 15m, 2h or 1d")


def _positive(duration: timedelta) -> timedelta:
    if not SHORTEST <= duration <= LONGEST:
        raise _no_duration()
    return duration


def _positive_or_zero(duration: timedelta) -> timedelta:
    return duration if not duration else _positive(duration)


def _read_time_of_day(value: object) -> object:
    if isinstance(value, time) and value.tzinfo is None:
        return value
    match = _TIME_OF_DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        rule = "give a time of day in Denmark, without a zone, from 00:00 to 23:59: 02:30"
        raise PydanticCustomError("time_of_day", rule)
    return time(int(match[1]), int(match[2]), int(match[3] or 0))


def duration_text(duration: timedelta) -> str:
    """The duration as people write it, in the largest unit that is whole."""
    seconds = int(duration.total_seconds())
    for letter, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


_as_text = PlainSerializer(duration_text, when_used="json")
Duration = Annotated[timedelta, BeforeValidator(_read_duration), AfterValidator(_positive), _as_text]
DurationOrZero = Annotated[timedelta, BeforeValidator(_read_duration), AfterValidator(_positive_or_zero), _as_text]
TimeOfDay = Annotated[time, BeforeValidator(_read_time_of_day)]
