"""The answer to a question as page, file and JSON. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from urllib.parse import urlencode

from hub.web.accountability import texts
from hub.web.accountability.page import AnswerGroup, AnswerPage, AnswerRow, AnswerTable, PeriodForm
from hub.web.accountability.window import Answer, Fold, Row, Table, Window
from hub.web.shell.dates import counted, day_text, number_text
from hub.web.shell.form_result import FormResult
from hub.web.shell.view_models import Link
from schemas.oversight import OversightAnswer, Question, TableAnswer

ROOT = "/tilsyn/svar"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""


def path_of(question: Question) -> str:
    """Address of the answer."""
    return f"{ROOT}/{texts.SLUG[question]}"


def answer_page(
    question: Question,
    answer: Answer,
    *,
    window: Window,
    period: PeriodForm | None,
    files: tuple[Link, ...] = (),
    result: FormResult | None = None,
) -> AnswerPage:
    """The answer as a page."""
    shown = [table for table in answer.tables if window.shows(table.key)]
    is_folded = any(table.fold is not Fold.NOTHING for table in shown) and len(shown) > 1
    return AnswerPage(
        path=path_of(question),
        heading=texts.HEADING[question],
        lead=texts.LEAD[question],
        headline=answer.headline,
        is_trouble=answer.is_trouble,
        period=period,
        contents=tuple(Link(f"{each.heading} ({_count(each)})", f"#{each.key}") for each in shown) if is_folded else (),
        tables=tuple(_table(question, table, window) for table in shown),
        gaps=answer.gaps,
        files=files,
        whole=f"{path_of(question)}?{urlencode(_days(question, window))}" if window.table else "",
        result=result.outcome if result else None,
    )


def file_links(question: Question, window: Window) -> tuple[Link, ...]:
    """The answer as files; as a program reads it, where it has no pages."""
    days = urlencode(_days(question, window))
    paper = Link(texts.AS_PDF, f"{path_of(question)}/svar.pdf?{days}".rstrip("?"))
    if question is Question.PROCESSING:
        return paper, Link(texts.AS_JSON, f"/api{path_of(question)}")
    return (paper,)


def paper_of(question: Question, answer: Answer, window: Window, moment: str) -> dict[str, object]:
    """The answer as the template of paper takes it."""
    days = texts.OF_DAYS.format(first=day_text(window.first_day), last=day_text(window.last_day))
    period = days if question in texts.OF_A_PERIOD else ""
    return {
        "heading": texts.HEADING[question],
        "lead": texts.LEAD[question],
        "headline": answer.headline,
        "printed": texts.PRINTED.format(moment=moment, heading=texts.HEADING[question], period=period),
        "tables": [{**asdict(table), "more": table.following is not None} for table in answer.tables],
        "gaps": list(answer.gaps),
    }


def csv_text(table: Table) -> str:
    """A table as a Danish spreadsheet reads it (a mark of UTF-8, semicolons); no cell is computed."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_as_text(cell) for cell in row.cells] for row in table.rows)
    return "\ufeff" + target.getvalue()


def json_answer(question: Question, answer: Answer, window: Window) -> OversightAnswer:
    """The same for a program."""
    return OversightAnswer(
        question=question,
        headline=answer.headline,
        is_trouble=answer.is_trouble,
        tables=tuple(
            TableAnswer(
                key=table.key,
                title=table.heading,
                note=table.note,
                columns=table.columns,
                rows=tuple(row.cells for row in table.rows),
                following=table.following,
            )
            for table in answer.tables
            if window.shows(table.key)
        ),
        gaps=answer.gaps,
    )


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _table(question: Question, table: Table, window: Window) -> AnswerTable:
    days = _days(question, window)
    here = {**days, "tabel": table.key}
    more = urlencode({**here, "efter": table.following}) if table.following is not None else ""
    return AnswerTable(
        key=table.key,
        heading=table.heading,
        note=table.note,
        groups=tuple(_groups(table, is_asked_for=table.key == window.table)),
        empty=table.empty,
        more=f"{path_of(question)}?{more}#{table.key}" if more else "",
        csv=f"{path_of(question)}/tal.csv?{urlencode(here)}" if table.rows else "",
    )


def _count(table: Table) -> str:
    """How many lines there are here; of a table with more pages, at least."""
    return f"{number_text(len(table.rows))}{' og flere' if table.following is not None else ''}"


def _groups(table: Table, *, is_asked_for: bool) -> Iterator[AnswerGroup]:
    """The lines as they lie together; open is what somebody should look at, and what was asked for."""
    if not table.rows:
        return
    if table.fold is not Fold.FIRST_COLUMN:
        is_whole = table.fold is Fold.WHOLE
        is_trouble = any(row.is_trouble for row in table.rows)
        heading = texts.SHOW_LINES if is_whole else ""
        yield _group(table.columns, table.rows, heading, is_open=is_trouble or is_asked_for)
        return
    for first, same in groupby(table.rows, key=lambda row: row.cells[0]):
        rows = [Row(row.cells[1:], row.is_trouble) for row in same]
        is_open = is_asked_for or any(row.is_trouble for row in rows)
        yield _group(table.columns[1:], rows, first, is_heading=True, is_open=is_open)


def _group(
    columns: tuple[str, ...], rows: Sequence[Row], heading: str, *, is_open: bool, is_heading: bool = False
) -> AnswerGroup:
    is_single = is_heading and len(rows) == 1
    return AnswerGroup(
        heading=heading,
        is_heading=is_heading,
        count="" if is_single else counted(len(rows), "linje", "linjer"),
        is_trouble=any(row.is_trouble for row in rows),
        is_open=is_open,
        columns=columns,
        rows=tuple(AnswerRow(row.cells, row.is_trouble) for row in rows),
    )


def _days(question: Question, window: Window) -> dict[str, str | int]:
    if question not in texts.OF_A_PERIOD:
        return {}
    return {"fra": window.first_day.isoformat(), "til": window.last_day.isoformat()}
