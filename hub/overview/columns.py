"""What the store keeps beside an overview's document, derived from it: its sources, and the units with an effort."""

from schemas.facts import EffortFact, EffortStatus
from schemas.overview import Overview
from schemas.period import Period
from schemas.source import Area

UnitInArea = tuple[str, Area, Period]


def sources_of(overview: Overview) -> tuple[str, ...]:
    """Names of the sources that have a line in the overview, in order."""
    return tuple(sorted({entry.provenance.source for entry in overview.entries()}))


def units_of(overview: Overview) -> tuple[UnitInArea, ...]:
    """Units that have an effort for the citizen, with area and period; those of cancelled efforts left out."""
    units: list[UnitInArea] = []
    for entry in overview.entries():
        fact = entry.fact
        if not isinstance(fact, EffortFact) or fact.status is EffortStatus.CANCELLED:
            continue
        responsible = fact.responsible.unit if fact.responsible else None
        units += [(unit.id, entry.area, entry.valid) for unit in (responsible, fact.performer) if unit is not None]
    return tuple(sorted(dict.fromkeys(units), key=lambda unit: (unit[0], unit[1], unit[2].model_dump_json())))
