"""Søgningen: does the search know what the database knows, and if not what do I do? Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hub.indexing.repository import SourceComparison
from hub.web.index import texts
from hub.web.index.page import ComparedRow, IndexPage, IndexWork
from hub.web.shell.dates import counted, number_text, of_moment
from hub.web.shell.jobs import JobProgress
from hub.web.shell.view_models import Outcome
from search.base import ALL_SOURCES

LONG_AGO = timedelta(minutes=5)
"""A comparison is made three times a minute; one so old says that something is down."""


def index_page(  # noqa: PLR0913  keyword-only from the titles on
    comparisons: Mapping[str, SourceComparison],
    now: datetime,
    *,
    titles: Mapping[str, str],
    repair: JobProgress | None,
    reindex: JobProgress | None,
    result: Outcome | None,
    cut_documents: int = 0,
) -> IndexPage:
    """All citizens first, then source by source.

    *titles*: of the sources by name; *cut_documents*: citizens of whom the search holds not all.
    """
    whole = comparisons.get(ALL_SOURCES)
    is_equal = all(comparison.is_equal for comparison in comparisons.values())
    is_old = whole is not None and now - whole.compared_at > LONG_AGO
    if whole is None:
        summary = texts.NOT_COMPARED
    elif is_old:
        summary = texts.OLD
    else:
        summary = texts.EQUAL if is_equal else texts.DRIFT
    ordered = sorted(comparisons.values(), key=lambda each: (each.source != ALL_SOURCES, titles.get(each.source, "")))
    return IndexPage(
        summary=summary,
        trouble=whole is None or is_old or not is_equal,
        compared=of_moment(whole.compared_at, now) if whole else None,
        result=result,
        rows=tuple(_row(comparison, titles) for comparison in ordered),
        repaired=_repaired(whole, now),
        cut=texts.CUT.format(citizens=counted(cut_documents, "borger har", "borgere har")) if cut_documents else None,
        repair=IndexWork(repair, may_start=repair is None or repair.is_over),
        reindex=IndexWork(reindex, may_start=reindex is None or reindex.is_over),
    )


def _row(comparison: SourceComparison, titles: Mapping[str, str]) -> ComparedRow:
    is_whole = comparison.source == ALL_SOURCES
    return ComparedRow(
        source=texts.ALL if is_whole else titles.get(comparison.source, comparison.source),
        in_store=number_text(comparison.in_store),
        in_index=number_text(comparison.in_index),
        difference=_difference(comparison),
        is_equal=comparison.is_equal,
    )


def _difference(comparison: SourceComparison) -> str:
    missing = comparison.in_store - comparison.in_index
    if missing > 0:
        return texts.FEWER.format(count=number_text(missing))
    if missing < 0:
        return texts.MORE.format(count=number_text(-missing))
    return texts.SAME if comparison.is_equal else texts.OTHER_VERSIONS


def _repaired(whole: SourceComparison | None, now: datetime) -> str | None:
    if whole is None or whole.repaired_at is None:
        return None
    citizens = counted(whole.repaired_citizens, "borger", "borgere")
    return texts.REPAIRED.format(citizens=citizens, when=of_moment(whole.repaired_at, now).text)
