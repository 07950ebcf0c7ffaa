"""The history of changes of a source. Pure."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from hub.sources.change_repository import ChangeEntry, ChangeKind
from hub.web.shell.dates import of_moment
from hub.web.shell.settings_form import setting_label
from hub.web.source import texts
from hub.web.source.page import ChangeRow, ChangesPage, SourceHead
from hub.web.source.present import SourceFacts


def changes_page(
    facts: SourceFacts,
    changes: Sequence[ChangeEntry],
    schema: Mapping[str, JsonValue],
    *,
    head: SourceHead,
    has_more: bool,
) -> ChangesPage:
    """A page of the history, newest first; *schema*: of the settings, whose labels are shown."""
    return ChangesPage(
        head=head,
        rows=tuple(_row(change, facts, schema) for change in changes),
        older=f"/kilder/{facts.source.name}/aendringer?foer={changes[-1].id}" if has_more else None,
    )


def _row(change: ChangeEntry, facts: SourceFacts, schema: Mapping[str, JsonValue]) -> ChangeRow:
    if change.kind is ChangeKind.SCHEDULED:
        fields = tuple(facts.stream_titles.get(stream, stream) for stream in change.fields)
    else:
        fields = tuple(texts.CHANGED_FIELD.get(path) or setting_label(schema, path) for path in change.fields)
    return ChangeRow(
        what=texts.CHANGE[change.kind],
        fields=fields,
        by=facts.name_of(change.changed_by),
        at=of_moment(change.changed_at, facts.now),
    )
