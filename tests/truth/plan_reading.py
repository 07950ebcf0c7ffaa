"""What the timeline's lanes and table say of Borgerens plan and of what lies ahead."""

import re
from collections.abc import Callable

from tests.truth.facts import Fact
from tests.truth.transitions import read_transition

PLAN, TRIALS, MEETINGS, AHEAD = "Borgerens plan", "Prøvehandlinger", "Møder", "På vej"


def is_of_plan(lane: str) -> bool:
    """Whether the lane is of what no source tells."""
    return lane.endswith((PLAN, TRIALS)) or lane in {MEETINGS, AHEAD}


def read_bar(lane: str, title: str, day_of: Callable[[str], str]) -> Fact | None:
    """What the title of a bar says; None: no pattern reads it."""
    if lane == AHEAD:
        ahead = read_transition(title.rpartition(", ")[0], day_of)
        return ahead and Fact(f"lanes.{ahead.rule}", ahead.subject, ahead.value)
    span = re.fullmatch(r"(.+), fra (\d[^,]+), (?:(i gang|aftalt)|til (\d[^,]+))", title)
    if span:
        until = span.group(3) or day_of(span.group(4))
        return Fact("lanes.plan", f"{lane} · {span.group(1)} · {day_of(span.group(2))}", until)
    words, _, day = title.rpartition(", ")
    return Fact("lanes.plan", f"{lane} · {words} · {day_of(day)}", "on that day")


def read_row(lane: str, what: str, days: tuple[str, str], how: str, day_of: Callable[[str], str]) -> Fact | None:
    """What a line of the table says; *days*: the first, and the last or why there is none."""
    start, end = days
    if lane == AHEAD:
        ahead = read_transition(what, day_of)
        return ahead and Fact(f"rows.{ahead.rule}", ahead.subject, ahead.value)
    return Fact("rows.plan", f"{lane} · {what} · {start}", f"{how} · {end or 'on that day'}")
