"""Hvad er slettet in words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from hub.rights.stores import DeletionCount, DeletionRule, Store
from hub.web.deletions import texts
from hub.web.deletions.page import DeletionDay, DeletionsPage, StoreLine
from hub.web.rights.texts import STORE
from hub.web.shell.dates import clock_text, counted, long_day_text, number_text
from hub.web.shell.view_models import Link

PATH = "/tilsyn/sletning"


def deletions_page(counts: Sequence[DeletionCount], today: date, limits: Iterable[str], back: Link) -> DeletionsPage:
    """What was deleted, the newest day first."""
    days = groupby(counts, key=lambda each: each.day)
    yesterday = (today - timedelta(days=1)).isoformat()
    has_run = any(
        each.store is Store.RECORDS and each.rule is DeletionRule.RETENTION and each.day >= yesterday for each in counts
    )
    return DeletionsPage(
        back=back,
        missing="" if has_run else texts.NOT_RUN,
        days=tuple(
            DeletionDay(long_day_text(date.fromisoformat(day)), tuple(map(_line, lines))) for day, lines in days
        ),
        limits=tuple(limits),
    )


def limit_lines(
    sources: Mapping[str, int], *, quarantine_days: int, bus_hours: int, log_months: int, alert_days: int
) -> tuple[str, ...]:
    """The time limits; *sources* are days by title."""
    return (
        *(
            texts.SOURCE_LIMIT.format(source=title, days=counted(days, "dag", "dage"))
            for title, days in sources.items()
        ),
        texts.QUARANTINE.format(days=counted(quarantine_days, "dag", "dage")),
        texts.BUS.format(hours=number_text(bus_hours)),
        texts.ALERTS.format(days=counted(alert_days, "dag", "dage")),
        texts.LOG.format(months=log_months),
        texts.INDEX,
        texts.BACKUPS,
        texts.COURSES,
    )


def _line(count: DeletionCount) -> StoreLine:
    clock = clock_text(count.last_at)
    once, often = texts.RAN
    return StoreLine(
        store=counted(count.deleted, *STORE[count.store]).partition(" ")[2],
        rule=texts.RULE[count.rule],
        deleted=number_text(count.deleted),
        ran=once.format(clock=clock) if count.runs == 1 else often.format(clock=clock, times=number_text(count.runs)),
    )
