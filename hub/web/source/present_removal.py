"""What follows if a source is removed, and what is left of one that was. Pure."""

from datetime import datetime

from hub.forgetting.service import SourceData
from hub.sources.definitions import Source, SourceOrigin
from hub.web.shell import texts as shared
from hub.web.shell.dates import counted, listed, of_moment
from hub.web.shell.jobs import JobProgress
from hub.web.shell.view_models import Choice
from hub.web.source import texts
from hub.web.source.page import ForgottenPage, RemovePage, SourceHead


def remove_page(
    source: Source, data: SourceData, *, head: SourceHead, problem: str | None = None, chosen: str = ""
) -> RemovePage:
    """What follows. *chosen*: what was to become of the data, in a form that was not kept."""
    is_fixed = source.definition.origin is SourceOrigin.FILE
    return RemovePage(
        head=head,
        name=source.name,
        version=source.version,
        data_text=texts.TOLD.format(
            records=counted(data.records, "oplysning", "oplysninger"),
            citizens=counted(data.citizens, "borger", "borgere"),
        ),
        choices=tuple(
            Choice(value, text.format(what=data_text(data)), value == chosen) for value, text in texts.DATA.items()
        ),
        problem=texts.SETTINGS_IN_FILE if is_fixed else problem,
        is_fixed=is_fixed,
    )


def forgotten_page(source: Source, data: SourceData, progress: JobProgress | None, now: datetime) -> ForgottenPage:
    """What is left of a removed source. *progress*: of the latest forgetting."""
    is_under_way = progress is not None and not progress.is_over
    is_left = bool(data.records or data.quarantined or data.events)
    removed = texts.REMOVED.format(when=of_moment(source.changed_at, now).text)
    return ForgottenPage(
        name=source.name,
        title=source.system.title if source.system else source.definition.title or source.name,
        area=source.system.area if source.system else "",
        area_name=shared.AREA[source.system.area] if source.system else "",
        removed=removed,
        left=texts.LEFT.format(what=data_text(data)) if is_left else texts.NOTHING_LEFT,
        progress=progress,
        may_forget=is_left and not is_under_way,
    )


def data_text(data: SourceData) -> str:
    """How much it is, in words."""
    parts = [f"{counted(data.records, 'oplysning', 'oplysninger')} om {counted(data.citizens, 'borger', 'borgere')}"]
    parts += [counted(data.quarantined, "linje i karantænen", "linjer i karantænen")] if data.quarantined else []
    parts += [counted(data.events, "modtaget hændelse", "modtagne hændelser")] if data.events else []
    return listed(parts)
