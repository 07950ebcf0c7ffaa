"""What a citizen has consented to share, as the policy is asked about it. Pure."""

from functools import lru_cache
from typing import NamedTuple

from schemas.consent import whole_areas
from schemas.data_category import DataCategory
from schemas.source import Area


class Consented(NamedTuple):
    """What a citizen has consented to share with a team."""

    areas: frozenset[Area]
    """Of which more is shared than whether there is anything."""
    whole: frozenset[Area]
    """Of which all that their sources tell is shared."""
    cells: frozenset[str]
    """What of the others, as ``area/source/category``."""


@lru_cache(maxsize=1000)
def read_consents(consents: tuple[str, ...], areas: tuple[tuple[str, Area], ...]) -> Consented:
    """What consents open.

    Kept, as many have consented to the same.

    Args:
        consents: each as ``area/source/category``.
        areas: name and area of each source.
    """
    cells: dict[Area, set[str]] = {}
    for consent in consents:
        area, _, cell = consent.partition("/")
        cells.setdefault(Area(area), set()).add(cell)
    existence = f"/{DataCategory.EXISTENCE}"
    whole = whole_areas(cells, dict(areas))
    return Consented(
        areas=frozenset(
            area for area, of_area in cells.items() if not all(cell.endswith(existence) for cell in of_area)
        ),
        whole=whole,
        cells=frozenset(f"{area}/{cell}" for area, of_area in cells.items() if area not in whole for cell in of_area),
    )
