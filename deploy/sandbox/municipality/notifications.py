"""Concern notifications about children: how many, by whom, and what followed.

Calibration (Statistics Denmark 2022, KL): 7.3 % of children notified a year, 1.75 notifications each (one to
six and more: 56/25/11/5/2/1 %), school 21 %, health care 19.6 %, police and courts 12.5 %.
"""

from datetime import UTC, date, datetime, timedelta
from random import Random

from deploy.sandbox.municipality.households import HISTORY_START, HORIZON
from deploy.sandbox.municipality.people import age
from deploy.sandbox.municipality.truth import Effort, Notification, Person

NOTIFIED_SHARE = 0.073
EXPOSED_SHARE = 0.35
"""Share of families in which children are notified at all; within them the yearly share is accordingly higher."""
COUNTS = (56, 25, 11, 5, 2, 1)
_NOTIFIERS = (
    ("2", "Skolen", 21.0), ("4", "Sygehuset", 8.6), ("4", "Egen læge", 6.0), ("5", "Sundhedsplejen", 5.0),
    ("6", "Politiet", 12.5), ("1", "Anden forvaltning", 17.0), ("3", "Daginstitution", 8.0), ("7", "Familie", 12.0),
    ("8", "Anonym", 4.9), ("9", "Anbringelsessted", 2.0), ("11", "Andre", 3.0),
)  # fmt: skip
PROFESSIONALS = frozenset({"1", "2", "3", "4", "5", "6", "9"})
"""Notifiers with a heightened duty, who are told what followed."""
_REASONS = {"3": 17, "14": 16, "13": 12, "9": 9, "4": 10, "6": 8, "17": 8, "11": 7, "8": 6, "16": 7}
_OUTCOMES = {
    "no_action": 44,
    "to_running_case": 22,
    "clarification_19": 14,
    "assessment_20": 12,
    "effort": 5,
    "acute": 3,
}
_CHILD_OR_FAMILY_FROM = date(2024, 1, 1)
"""From this day category 7 is two: 12 the child, 13 family and acquaintances."""
_LATE_SHARE, _ADULT_AGE, _IDS_PER_PERSON = 0.04, 18, 1000


def exposed(rng: Random) -> bool:
    """Whether children of this household are notified about at all."""
    return rng.random() < EXPOSED_SHARE


def notifications_of(rng: Random, child: Person, efforts: tuple[Effort, ...]) -> tuple[Notification, ...]:
    """All notifications about one child of an exposed household until it is 18."""
    notifications: list[Notification] = []
    for year in range(HISTORY_START.year, HORIZON.year):
        if rng.random() >= NOTIFIED_SHARE / EXPOSED_SHARE:
            continue
        for _ in range(rng.choices(range(1, 1 + len(COUNTS)), COUNTS)[0]):
            day = date(year, 1, 1) + timedelta(days=rng.randint(0, 364))
            if day < HISTORY_START or day < child.born or age(child.born, day) >= _ADULT_AGE:
                continue
            notifications.append(_notification(rng, child, day, len(notifications), efforts))
    return tuple(notifications)


def _notification(rng: Random, child: Person, day: date, index: int, efforts: tuple[Effort, ...]) -> Notification:
    code, title, _ = rng.choices(_NOTIFIERS, [weight for _, _, weight in _NOTIFIERS])[0]
    if code == "7" and day >= _CHILD_OR_FAMILY_FROM:
        code = "13"
    day -= timedelta(days=max(0, day.weekday() - 4)) if rng.random() < 1 / 2 else timedelta(0)
    received = datetime(day.year, day.month, day.day, rng.randint(7, 15), rng.randint(0, 59), tzinfo=UTC)
    late = rng.random() < _LATE_SHARE
    outcome = rng.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0]
    decided = day + timedelta(days=rng.randint(1, 25))
    # Of every fourth the office wrote down nothing. Not drawn, so that everything else stays as it was.
    is_told = code in PROFESSIONALS and (child.id + index) % 4 != 0
    followed = tuple(effort.id for effort in efforts if effort.area == "social" and day <= effort.start <= decided)
    return Notification(
        id=child.id * _IDS_PER_PERSON + index,
        person=child.id,
        received=received,
        notifier=code,
        notifier_title=title,
        reasons=tuple(sorted(set(rng.choices(list(_REASONS), list(_REASONS.values()), k=rng.choice((1, 1, 2)))))),
        assessed=received + timedelta(hours=rng.randint(1, 23) + (24 if late else 0)),
        receipt_on=day + timedelta(days=rng.randint(1, 6)),
        informed_on=decided + timedelta(days=1 + index % 5) if is_told else None,
        outcome=outcome,
        outcome_on=decided,
        efforts=followed if outcome == "effort" else (),
    )
