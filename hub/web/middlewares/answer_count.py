"""Counts each answer about a citizen as it leaves, and compares the answers with the log every few seconds."""

import logging
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.audit.answers import AnswerCounter, GivenAnswer, compare_with_log
from hub.context import AppContext
from hub.errors import StoreUnavailable

ABOUT_CITIZEN = "{citizen_id}"
"""What the address of every page and answer about one citizen has."""
COMPARE_EVERY = timedelta(seconds=10)
AT_MOST = 500
"""So many answers wait at most."""

log = logging.getLogger("hub.web")


class AnswerCountMiddleware:
    """Counts by route and status, and on *Min side* by whether a citizen is logged in; whatever the endpoint did."""

    def __init__(self, app: ASGIApp, context: AppContext, counter: AnswerCounter) -> None:
        self._app = app
        self._context = context
        self._counter = counter
        self._compared_at = monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count what was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._app(scope, receive, send_noting_status)
        if status != HTTPStatus.OK or not _is_about_citizen(scope):
            return
        waiting = self._counter.add(GivenAnswer(scope["state"]["request_id"], self._context.clock.now()))
        if waiting >= AT_MOST or monotonic() - self._compared_at >= COMPARE_EVERY.total_seconds():
            self._compared_at = monotonic()
            await run_in_threadpool(comparison(self._context, self._counter))


def _is_about_citizen(scope: Scope) -> bool:
    return ABOUT_CITIZEN in str(getattr(scope.get("route"), "path", "")) or "is_about_citizen" in scope["state"]


def comparison(context: AppContext, counter: AnswerCounter) -> Callable[[], None]:
    """What compares the answers that wait with the log. While the database is away they go on waiting."""

    def compare() -> None:
        answers = counter.take()
        try:
            with context.database.transaction() as session:
                missing = compare_with_log(session, answers)
        except StoreUnavailable:
            counter.put_back(answers)
            return
        if missing:
            log.error("audit.answer_without_line", extra={"fields": {"answers": missing}})

    return compare
