"""The JSON twin of the answers to a DPO's questions: the same functions, the same lines in the log."""

from typing import Any

from fastapi import APIRouter, Request

from hub.clock import danish_day
from hub.errors import InvalidPeriod
from hub.web.accountability.present import json_answer
from hub.web.accountability.routes import ACCOUNTABILITY, After, Day, Key, Slug, question_of, read_answer
from hub.web.accountability.window import Window, read_period
from hub.web.api import LOGGED_IN, PROBLEM
from hub.web.shell.request_context import open_request
from schemas.oversight import OversightAnswer

router = APIRouter(prefix="/api/tilsyn/svar", responses=LOGGED_IN)
UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such question.", **PROBLEM},
    422: {"description": "The days are no period.", **PROBLEM},
}


@router.get("/{question}", summary="The answer to a question of a data protection officer", responses=UNKNOWN)
def answer(
    request: Request, question: Slug, *, fra: Day = "", til: Day = "", tabel: Key = "", efter: After = None
) -> OversightAnswer:
    """In Danish, as on the page; a page of each table. *fra* and *til*: first and last day; *tabel* and *efter*: on."""
    with open_request(request, ACCOUNTABILITY) as context:
        known_question = question_of(question)
        first, last, fault = read_period(fra, til, danish_day(context.now))
        if fault:
            raise InvalidPeriod
        window = Window(first, last, tabel, efter)
        return json_answer(known_question, read_answer(context, known_question, window, "json"), window)
