"""The local catalogue of professional indicators (``indicators.toml``), and the fact that one is recorded. Pure."""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from hub.rules.facts import IndicatorRecorded
from schemas.rule import ProfessionalIndicator

DAYS_A_MONTH = 30.5


@cache
def indicator_titles() -> Mapping[str, str]:
    """The Danish words of each indicator by its key, in the order of the catalogue."""
    return {each["key"]: each["title"] for each in _catalogue()["indicator"]}


def valid_until(recorded_on: date) -> date:
    """The first day on which an indicator recorded then counts no more."""
    return recorded_on + timedelta(days=int(_catalogue()["months_valid"] * DAYS_A_MONTH))


def indicator_id(indicator: ProfessionalIndicator) -> str:
    """How a hit names the indicator."""
    return f"indicator/{indicator.id}"


def indicator_fact(indicator: ProfessionalIndicator) -> IndicatorRecorded:
    """The indicator as a rule may read it."""
    return IndicatorRecorded(
        id=indicator_id(indicator),
        area=indicator.area,
        indicator=indicator.indicator,
        recorded_on=indicator.recorded_on,
        valid_until=indicator.valid_until,
    )


@cache
def _catalogue() -> dict[str, Any]:
    content: dict[str, Any] = tomllib.loads((files("hub.rules") / "indicators.toml").read_text(encoding="utf-8"))
    return content
