"""One request of a citizen: who is logged in to *Min side*, and when, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse

from hub.access.own_page import OwnPageDesk
from hub.access.own_page_acts import OwnActs
from hub.context import AppContext
from hub.db import Session
from hub.errors import NotLoggedIn, TooMany, UnknownPage
from hub.rate_limits.limits import Limited
from hub.sessions.citizen_repository import CitizenSession, store_citizen_data, use_citizen_session
from hub.web.shell.cookies import CITIZEN_COOKIE
from hub.web.shell.limit_counting import take_limit
from hub.web.shell.rendering import render
from hub.web.shell.request_context import frame
from hub.web.shell.view_models import Page
from schemas.citizen_actor import CitizenActor


@dataclass(frozen=True)
class OwnRequest:
    """What a route of *Min side* needs of its request. It has no employee, and gives none."""

    request: Request
    app: AppContext
    session: Session
    login: CitizenSession
    now: datetime

    @property
    def citizen(self) -> CitizenActor:
        """Who is logged in."""
        return self.login.citizen

    def desk(self, child_id: UUID | None) -> OwnPageDesk:
        """For the page of who is logged in, or of the child."""
        person_id = child_id or self.citizen.citizen_id
        return OwnPageDesk(self.session, self.citizen, person_id, str(self.request.state.request_id), now=self.now)

    def acts(self, desk: OwnPageDesk) -> OwnActs:
        """What can be done with that page."""
        return OwnActs(self.session, self.citizen, desk)

    def page(self, page: Page, title: str, *, status: int = 200) -> HTMLResponse:
        """The page with what stands around it."""
        return HTMLResponse(render(frame(self.request, title, None), page), status)


def require_my_page(request: Request) -> AppContext:
    """Stop here unless there is a *Min side*.

    Raises:
        UnknownPage: no login of citizens is set, and this is no demo.
    """
    app: AppContext = request.app.state.context
    if app.citizen_login is None and not app.settings.demo:
        raise UnknownPage
    return app


@contextmanager
def open_own_request(request: Request) -> Iterator[OwnRequest]:
    """A transaction with the citizen who is logged in. While it lasts, ``request.session`` is what the session keeps.

    Raises:
        UnknownPage: there is no *Min side* here.
        NotLoggedIn: nobody is, or it has run out.
        TooMany: more than a person asks.
    """
    app = require_my_page(request)
    session_id = CITIZEN_COOKIE.read(request)
    if session_id is None:
        raise NotLoggedIn
    wait, _ = take_limit(request, Limited.CITIZEN, session_id)
    if wait is not None:
        raise TooMany(int(wait.total_seconds()) + 1)
    with app.database.transaction() as session:
        login = use_citizen_session(session, session_id)
        if login is None:
            raise NotLoggedIn
        before = dict(login.data)
        request.scope["session"] = login.data
        request.state.is_about_citizen = True  # of the count of answers: no address of Min side says whose it is
        try:
            yield OwnRequest(request, app, session, login, app.clock.now())
        finally:
            del request.scope["session"]
        if login.data != before:
            store_citizen_data(session, session_id, login.data)
