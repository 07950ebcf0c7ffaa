"""What the sample source says, healthy and hostile; the same for the same seed."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

Item = dict[str, Any]
TITLES = ("Lektiecafé", "Mentor", "Fritidspas", "Rådgivning")
GIVEN_NAMES = ("Asta", "Birk", "Carla", "Ditte", "Elias", "Freja")
FIRST_DAY = date(2020, 1, 1)


class Payload(BaseModel):
    """One effort in the sample's own words. Fields that are not named here never enter."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id: str
    version: str | None = None
    cpr: str | None = None
    name: str | None = None
    title: str
    start: str | None = None
    end: str | None = None


def items(count: int, seed: int) -> Iterator[Item]:
    """*count* efforts of as many made-up people, whose numbers have the day raised by 60."""
    for key in range(1, count + 1):
        chance = random.Random(f"{seed}:{key}")  # noqa: S311  made-up people, not secrets
        born = date(1950, 1, 1) + timedelta(days=chance.randrange(25_000))
        start = FIRST_DAY + timedelta(days=chance.randrange(1_500))
        yield {
            "id": f"sample-{key}",
            "version": "1",
            "cpr": f"{born.day + 60:02}{born.month:02}{born.year % 100:02}{4000 + key % 1000:04}",
            "name": f"{chance.choice(GIVEN_NAMES)} Prøve",
            "title": chance.choice(TITLES),
            "start": start.isoformat(),
            "end": None if chance.random() < 0.5 else (start + timedelta(days=chance.randrange(400))).isoformat(),  # noqa: PLR2004  a half
        }


def hostile(item: Item, place: int) -> object:
    """The item, spoilt in one of the ways in which sources spoil them."""
    return SPOILERS[place % len(SPOILERS)](item)


def _nested(item: Item) -> object:
    deep: object = "bottom"
    for _ in range(5_000):
        deep = [deep]
    return item | {"title": deep}


SPOILERS: tuple[Callable[[Item], object], ...] = (
    lambda item: item | {"id": None},
    lambda item: item | {"id": f"{item['id']}\0"},
    lambda item: item | {"title": None},
    lambda item: item | {"title": "half a pair \ud83d"},
    lambda item: item | {"title": "x" * 200_000},
    lambda item: item | {"start": "2023-02-30"},
    lambda item: item | {"start": "0001-01-01"},
    lambda item: item | {"end": "1999-01-01"},
    lambda item: item | {"version": "9" * 5_000},
    lambda item: item | {"cpr": "12345"},
    lambda item: item | {"cpr": int(item["cpr"])},
    lambda item: item | {"name": ["a", "list"]},
    lambda _: None,
    lambda _: [],
    lambda _: "text",
    dict.fromkeys,
    _nested,
)
"""Each makes of a good item one that a source has sent somewhere; some can be read after all."""
