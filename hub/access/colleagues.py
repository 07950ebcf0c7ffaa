"""Pure: what a page about a citizen says of colleagues.

Whoever comes from an area that the reader does not see is not named: name, job and unit would tell that the area knows
the citizen.
"""

from schemas.access import Decision
from schemas.base import Schema
from schemas.source import Area


class Colleague(Schema):
    """An employee beside the citizen: on the team, or who has looked."""

    name: str | None
    """None: of an area that the reader does not see."""
    title: str = ""
    unit: str | None = None
    phone: str | None = None
    area: Area | None = None


def cut_colleague(colleague: Colleague, decision: Decision, *, is_reader: bool, is_protected: bool) -> Colleague:
    """What the reader may know of a colleague.

    Args:
        colleague: everything that is known.
        decision: what the reader sees of the citizen.
        is_reader: the colleague is the reader.
        is_protected: the citizen, or somebody on the course, is; then units and numbers tell where they are helped.
    """
    if is_protected:
        colleague = colleague.model_copy(update={"unit": None, "phone": None})
    if is_reader or not decision.withheld or colleague.area in decision.shown:
        return colleague
    # Of somebody without an area nobody knows what job and unit tell.
    return Colleague(name=colleague.name if colleague.area is None else None)
