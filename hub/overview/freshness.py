"""Completes an overview when it is read: areas without a source, silent sources, sources not read to their end."""

from collections.abc import Collection, Mapping
from datetime import datetime

from schemas.overview import Overview, Section, SectionState
from schemas.source import Area


def with_coverage(
    overview: Overview,
    covered: Collection[Area],
    silent_since: Mapping[Area, datetime],
    unread: Collection[Area],
) -> Overview:
    """The overview with the state of each area and its sources.

    Args:
        overview: as built or already cut; what is withheld stays exactly so.
        covered: areas with a source.
        silent_since: for areas whose source should have answered, when it last did.
        unread: areas with a source that has never been read to its end.
    """
    return overview.model_copy(
        update={"sections": tuple(_with_state(section, covered, silent_since, unread) for section in overview.sections)}
    )


def _with_state(
    section: Section, covered: Collection[Area], silent_since: Mapping[Area, datetime], unread: Collection[Area]
) -> Section:
    if section.state is SectionState.WITHHELD:
        return section
    if section.area not in covered and not section.entries:
        return section.model_copy(update={"state": SectionState.NOT_COVERED})
    return section.model_copy(
        update={"silent_since": silent_since.get(section.area), "is_unread": section.area in unread}
    )
