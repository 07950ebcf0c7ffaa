"""Completes an overview when it is read: areas without a source, silent sources, sources not read to their end."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from schemas.overview import Overview, Section, SectionState, SourceTrouble
from schemas.source import Area

_NO_TROUBLES: Mapping[Area, Sequence[SourceTrouble]] = MappingProxyType({})


def with_coverage(  # noqa: PLR0913  each is by name from the fifth on
    overview: Overview,
    covered: Collection[Area],
    silent_since: Mapping[Area, datetime],
    unread: Collection[Area],
    *,
    once_covered: Collection[Area] = (),
    loading: Collection[Area] = (),
    unreadable: Collection[Area] = (),
    troubles: Mapping[Area, Sequence[SourceTrouble]] = _NO_TROUBLES,
) -> Overview:
    """The overview with the state of each area and its sources.

    Args:
        overview: as built or already cut. Of what is withheld nothing is said, except that an area that never had a
            source is not covered: everybody knows that, and nothing is kept from the reader there.
        covered: areas with a source.
        silent_since: for areas whose source should have answered, when it last did.
        unread: areas with a source that has never been read to its end.
        once_covered: areas that had a source, whose entries may still be held.
        loading: areas with a source that has been read, while not all of it is on the pages yet.
        unreadable: areas with a source of which some rows could not be read.
        troubles: for areas whose sources are not read as they should be, which and since when.
    """

    def with_state(section: Section) -> Section:
        is_withheld = section.state is SectionState.WITHHELD
        if section.area not in covered and not section.entries and not (is_withheld and section.area in once_covered):
            return Section(area=section.area, state=SectionState.NOT_COVERED)
        if is_withheld:
            return section
        return section.model_copy(
            update={
                "silent_since": silent_since.get(section.area),
                "is_unread": section.area in unread,
                "is_loading": section.area in loading,
                "has_unreadable": section.area in unreadable,
                "troubles": tuple(troubles.get(section.area, ())),
            }
        )

    return overview.model_copy(update={"sections": tuple(with_state(section) for section in overview.sections)})
