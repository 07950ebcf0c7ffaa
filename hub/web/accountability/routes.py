"""The pages that answer what a DPO asks of the whole installation, also as CSV. Reading one is a line of the log."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated

from fastapi import Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.access.oversight_answers import Asked, may_be_answered
from hub.clock import danish_day
from hub.errors import MissingRole, UnknownPage
from hub.web.accountability import (
    consents,
    fields,
    log_answers,
    processing,
    quality,
    real_numbers,
    rights,
    rule_check,
    texts,
)
from hub.web.accountability.page import AnswerPage, PeriodForm, QuestionsPage
from hub.web.accountability.present import ROOT, answer_page, csv_text, file_links, paper_of, path_of
from hub.web.accountability.window import LARGEST_FILE, ON_PAPER, Answer, Window, read_period
from hub.web.shell.dates import at_minute
from hub.web.shell.form_result import FormResult, keep_result, take_result
from hub.web.shell.pdf import write_pdf
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.view_models import Link
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, Purpose
from schemas.oversight import Question

ACCOUNTABILITY = Workspace(
    name="accountability",
    path=ROOT,
    title="Spørgsmål om hele kommunen",
    action=AuditAction.READ_ANSWER,
    purpose=Purpose.LOG_REVIEW,
    pages=(QuestionsPage, AnswerPage),
    in_menu=False,
)
router = ACCOUNTABILITY.router
Slug = Annotated[str, Path(max_length=40)]
Day = Annotated[str, Query(max_length=20)]
Key = Annotated[str, Query(max_length=40)]
After = Annotated[int | None, Query(ge=0, le=2**63 - 1)]
ANSWERS: Mapping[Question, Callable[[RequestContext, Window], Answer]] = {
    Question.RIGHTS: rights.answer,
    Question.CONSENTS: consents.answer,
    Question.FIELDS: fields.answer,
    Question.SEARCHES: log_answers.searches,
    Question.REVEALS: log_answers.reveals,
    Question.QUALITY: quality.answer,
    Question.PROCESSING: processing.answer,
    Question.RULES: rule_check.answer,
    Question.TEST_DATA: real_numbers.answer,
}


@router.get(ACCOUNTABILITY.path)
def questions(request: Request) -> HTMLResponse:
    """Which questions are answered here?"""
    with open_request(request, ACCOUNTABILITY) as context:
        links = tuple(Link(texts.HEADING[each], path_of(each), texts.LEAD[each]) for each in ANSWERS)
        return context.page(QuestionsPage(links))


@router.get(f"{ACCOUNTABILITY.path}/{{question}}")
def answer(
    request: Request, question: Slug, *, fra: Day = "", til: Day = "", tabel: Key = "", efter: After = None
) -> HTMLResponse:
    """What is the answer?"""
    with open_request(request, ACCOUNTABILITY) as context:
        question_asked = question_of(question)
        first, last, fault = read_period(fra, til, danish_day(context.now))
        window = Window(first, last, tabel, efter)
        content = read_answer(context, question_asked, window, "page")
        period = PeriodForm(fra or first.isoformat(), til or last.isoformat(), fault)
        page = answer_page(
            question_asked,
            content,
            window=window,
            period=period if question_asked in texts.OF_A_PERIOD else None,
            files=file_links(question_asked, window),
            result=take_result(request),
        )
        return context.page(page, texts.HEADING[question_asked])


@router.get(f"{ACCOUNTABILITY.path}/{{question}}/svar.pdf")
def paper(request: Request, question: Slug, *, fra: Day = "", til: Day = "") -> Response:
    """The answer on paper; of long tables the first lines."""
    with open_request(request, ACCOUNTABILITY) as context:
        question_asked = question_of(question)
        first, last, fault = read_period(fra, til, danish_day(context.now))
        if fault:
            keep_result(request, FormResult(fault, is_error=True))
            return RedirectResponse(path_of(question_asked), 303)
        window = Window(first, last, size=ON_PAPER)
        content = read_answer(context, question_asked, window, "pdf")
        page = paper_of(question_asked, content, window, at_minute(context.now))
    name = texts.PDF_NAME.format(slug=question, day=danish_day(context.now).isoformat())
    return file_response(write_pdf("accountability/templates/answer.typ", "answer", page), "application/pdf", name)


@router.get(f"{ACCOUNTABILITY.path}/{{question}}/tal.csv")
def table(request: Request, question: Slug, tabel: Key, *, fra: Day = "", til: Day = "") -> Response:
    """One table of the answer, whole."""
    with open_request(request, ACCOUNTABILITY) as context:
        question_asked = question_of(question)
        first, last, fault = read_period(fra, til, danish_day(context.now))
        if fault:
            keep_result(request, FormResult(fault, is_error=True))
            return RedirectResponse(path_of(question_asked), 303)
        content = read_answer(context, question_asked, Window(first, last, tabel, size=LARGEST_FILE), "csv")
        chosen = next((each for each in content.tables if each.key == tabel), None)
        if chosen is None:
            raise UnknownPage
        if chosen.following is not None:
            keep_result(request, FormResult(texts.TOO_MANY, is_error=True))
            return RedirectResponse(path_of(question_asked), 303)
    name = texts.FILE_NAME.format(slug=question, table=tabel, day=danish_day(context.now).isoformat())
    return file_response(csv_text(chosen).encode("utf-8"), "text/csv; charset=utf-8", name)


def question_of(slug: str) -> Question:
    """The question with that word in its address.

    Raises:
        UnknownPage: there is none.
    """
    named = next((each for each, word in texts.SLUG.items() if word == slug and each in ANSWERS), None)
    if named is None:
        raise UnknownPage
    return named


def read_answer(context: RequestContext, question: Question, window: Window, form: str) -> Answer:
    """The answer; for page, files and API. The line is written before anything is read.

    Raises:
        MissingRole: the role is not told it.
    """
    days: tuple[date | None, date | None] = (None, None)
    if question in texts.OF_A_PERIOD:
        days = (window.first_day, window.last_day)
    wish = Asked(question, *days, table=window.table, form=form)
    if not may_be_answered(context.session, context.actor, context.access(), wish, now=context.now):
        raise MissingRole
    return ANSWERS[question](context, window)


def file_response(content: bytes, media_type: str, name: str) -> Response:
    """A file that the browser stores under that name."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
