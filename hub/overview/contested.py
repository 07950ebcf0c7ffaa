"""Marks what a citizen contests on every page that shows it, and says what has been corrected since. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from hub.matching.linked_record import LinkedRecord
from hub.rights.contest_repository import Contest, ContestOutcome
from schemas.overview import ContestMark, Overview


def statements_of(linked: Iterable[LinkedRecord]) -> dict[str, str]:
    """Digest of what each entity says now, by ``source/type/id``."""
    return {record.record.entity: record.record.digest for record in linked if record.registered_to is None}


def mark_contested(
    overview: Overview, contests: Mapping[UUID, Sequence[Contest]], linked: Iterable[LinkedRecord]
) -> tuple[Overview, tuple[int, ...]]:
    """The page with its marks, and which of the citizen's own contests are over: the source says something else now.

    *contests* are those of everybody whom the page speaks of. A mark of the citizen's own stands before another's,
    and another's is without words. What no record says any more, because it was deleted or may not be shown, is
    neither marked nor over.
    """
    own = contests.get(overview.citizen_id, ())
    others = [each for person in sorted(overview.people - {overview.citizen_id}) for each in contests.get(person, ())]
    if not own and not others:
        return overview, ()
    statements = statements_of(linked)
    corrected = tuple(each.id for each in own if statements.get(each.entity, each.digest) != each.digest)
    marks = {
        each.entity: ContestMark(since=each.contested_at, words=words, is_upheld=each.outcome is ContestOutcome.UPHELD)
        for each, words in (*((each, None) for each in others), *((each, each.words) for each in own))
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
