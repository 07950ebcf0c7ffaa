"""Marks what a citizen contests on the citizen's page, and says what has been corrected since. Pure."""

from collections.abc import Iterable, Sequence

from hub.matching.linked_record import LinkedRecord
from hub.rights.contest_repository import Contest
from schemas.overview import ContestMark, Overview


def statements_of(linked: Iterable[LinkedRecord]) -> dict[str, str]:
    """Digest of what each entity says now, by ``source/type/id``."""
    return {record.record.entity: record.record.digest for record in linked if record.registered_to is None}


def mark_contested(
    overview: Overview, contests: Sequence[Contest], linked: Iterable[LinkedRecord]
) -> tuple[Overview, tuple[int, ...]]:
    """The page with its marks, and which contests are over: the source says something else now.

    What no record says any more, because it was deleted or may not be shown, is neither marked nor over.
    """
    if not contests:
        return overview, ()
    statements = statements_of(linked)
    corrected = tuple(each.id for each in contests if statements.get(each.entity, each.digest) != each.digest)
    marks = {
        each.entity: ContestMark(since=each.contested_at, words=each.words, is_upheld=not each.stands)
        for each in contests
        if statements.get(each.entity) == each.digest
    }
    sections = tuple(
        section.model_copy(
            update={
                "entries": tuple(
                    entry.model_copy(update={"contested": marks[entry.id]}) if entry.id in marks else entry
                    for entry in section.entries
                )
            }
        )
        for section in overview.sections
    )
    return overview.model_copy(update={"sections": sections}), corrected
