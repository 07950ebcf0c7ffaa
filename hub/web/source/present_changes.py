"""The history of changes of a source. Pure."""

from collections.abc import Sequence

from hub.sources.change_repository import ChangeEntry, ChangeKind
from hub.web.shell.dates import of_moment
from hub.web.source import texts
from hub.web.source.page import ChangeRow, ChangesPage, SourceHead
from hub.web.source.present import SourceFacts


def changes_page(
    facts: SourceFacts, changes: Sequence[ChangeEntry], *, head: SourceHead, has_more: bool
) -> ChangesPage:
    """A page of the history, newest first."""
    return ChangesPage(
        head=head,
        rows=tuple(_row(change, facts) for change in changes),
        older=f"/kilder/{facts.source.name}/aendringer?foer={changes[-1].id}" if has_more else None,
    )


def _row(change: ChangeEntry, facts: SourceFacts) -> ChangeRow:
    words = facts.stream_titles if change.kind is ChangeKind.SCHEDULED else texts.CHANGED_FIELD
    return ChangeRow(
        what=texts.CHANGE[change.kind],
        fields=tuple(words.get(field, field) for field in change.fields),
        by=facts.name_of(change.changed_by),
        at=of_moment(change.changed_at, facts.now),
    )
