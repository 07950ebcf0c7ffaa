"""Which streams were chosen and when they are to be read, from what was posted. Pure."""

from collections.abc import Sequence

from pydantic import ValidationError

from connectors.base import Stream
from hub.sources.schedule import DEFAULT_SCHEDULE, Schedule
from hub.web.connect import texts
from hub.web.shell.settings_input import Posted


def read_plans(streams: Sequence[Stream], posted: Posted) -> tuple[dict[str, tuple[Schedule, bool]], str | None]:
    """The plan of each stream, and what is wrong in Danish; None: nothing.

    Controls are ``read.<stream>``, ``every.<stream>``, ``unit.<stream>`` and ``at.<stream>``.
    """
    plans: dict[str, tuple[Schedule, bool]] = {}
    for stream in streams:
        schedule = _schedule(stream, posted)
        if schedule is None:
            return {}, texts.SCHEDULE_WRONG.format(stream=stream.danish_title)
        plans[stream.name] = schedule, f"read.{stream.name}" in posted
    if not any(is_enabled for _, is_enabled in plans.values()):
        return {}, texts.NO_STREAM
    return plans, None


def _schedule(stream: Stream, posted: Posted) -> Schedule | None:
    every, unit, at = (_typed(posted, f"{control}.{stream.name}") for control in ("every", "unit", "at"))
    if not every and not at:
        return DEFAULT_SCHEDULE
    try:
        # A time of day is what was meant where both are given: the number stands there from the start.
        return Schedule.model_validate({"at": at} if at else {"every": f"{every}{unit or 'm'}"})
    except ValidationError:
        return None


def _typed(posted: Posted, control: str) -> str:
    return "".join(posted.get(control, ())[:1]).strip()
