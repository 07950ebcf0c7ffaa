"""One request: who asks, in which workspace, why and when, in one transaction that ends before the answer goes out."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse
from pydantic import JsonValue

from hub.access import service
from hub.access.alerts import MOST_COUNTED, AlertDesk
from hub.access.policy import may
from hub.context import AppContext
from hub.db import Session
from hub.driver import Answer
from hub.errors import ActRefused, CitizenNotFound, MissingRole, NotLoggedIn, SourceNotFound
from hub.indexing.serving import OverviewReader
from hub.rights.errors import CitizenRestricted
from hub.rights.restriction_repository import restricted_among
from hub.sessions.repository import get_session
from hub.sessions.service import limits_of, store
from hub.sessions.views import LoginSession
from hub.sources.health import SourceState
from hub.sources.stream_repository import ask_source_states
from hub.web.shell import texts
from hub.web.shell.bearer import bearer_token
from hub.web.shell.cookies import MY_PAGE_PATH, SESSION_COOKIE, is_of_citizen
from hub.web.shell.first_loads import FirstLoads
from hub.web.shell.form_token import form_token
from hub.web.shell.machine_login import machine_session
from hub.web.shell.rendering import render
from hub.web.shell.view_models import Frame, Link, Page
from hub.web.shell.workspace import Workspace, menu_of
from schemas.access import AccessRequest, Actor, AuditAction, AuditObject, AuditOutcome, Purpose
from schemas.source import Area, SourceSystem

SEARCH_KEY = "search"
"""In the session: the latest search."""
OVERRIDE = "override"
"""In the session: the reason that was given last, for whom, and when."""
OVERRIDE_LASTS = timedelta(hours=1)
"""So long a reason opens the one citizen it was given for; after that another is asked for."""

MEETING = "meeting"
"""In the session: the disclosure for a meeting that was opened last, about whom, and when."""
MEETING_LASTS = timedelta(hours=1)
"""So long what was opened for a meeting is shown; after that it is used up."""


@dataclass(frozen=True)
class OpenedForMeeting:
    """What was disclosed for a meeting and is open now."""

    disclosure_id: int
    until: datetime


@dataclass(frozen=True)
class Override:
    """A reason that opens one citizen beyond team and unit."""

    id: str | None
    """Joins what it opens, in the log; None: it was given before reasons had one."""
    reason: str
    until: datetime


@dataclass(frozen=True)
class RequestContext:
    """What a route needs of its request."""

    request: Request
    app: AppContext
    session: Session
    login: LoginSession
    now: datetime
    workspace: Workspace | None = None

    @property
    def actor(self) -> Actor:
        """Who is logged in."""
        return self.login.actor

    @property
    def reader(self) -> OverviewReader:
        """Fetches overviews from the index; one a process."""
        reader: OverviewReader = self.request.app.state.reader
        return reader

    @cached_property
    def sources(self) -> tuple[SourceSystem, ...]:
        """The sources there are now, in the order they are shown; the same throughout the request."""
        return self.app.catalogue.systems()

    @cached_property
    def known_sources(self) -> Mapping[str, SourceSystem]:
        """Every source by name, also removed ones, whose records are still held."""
        return {source.name: source.system for source in self.app.catalogue.known() if source.system}

    @property
    def areas(self) -> Mapping[str, Area]:
        """Area of each source by name, also of removed ones."""
        return self.app.catalogue.areas()

    @cached_property
    def source_states(self) -> tuple[SourceState, ...]:
        """How each source is doing now."""
        return self.ask_source_states()()

    def ask_source_states(self) -> Answer[tuple[SourceState, ...]]:
        """The same, without waiting for it."""
        return self._source_states_answer

    @cached_property
    def _source_states_answer(self) -> Answer[tuple[SourceState, ...]]:
        return ask_source_states(self.session, self.sources, self.now)

    @cached_property
    def alert_desk(self) -> AlertDesk:
        """What the actor is told of."""
        return AlertDesk(self.session, self.actor, self.access(), now=self.now)

    @cached_property
    def unreadable_sources(self) -> frozenset[str]:
        """Names of the sources with rows that could not be read."""
        return frozenset(state.source for state in self.source_states if state.has_unreadable)

    @cached_property
    def loading_sources(self) -> frozenset[str]:
        """Names of the sources that were read for the first time, while not all of it is on the pages yet."""
        loads: FirstLoads = self.request.app.state.first_loads
        return loads.unfinished(self.session, self.source_states)

    @property
    def request_id(self) -> str:
        """Reference number of the request; stands in the log line and on error pages."""
        return str(self.request.state.request_id)

    @property
    def searched_digests(self) -> tuple[str, ...]:
        """Keyed digests of the national number that the actor searched for last; none: it was no number."""
        return digests_searched_for(self.request.session.get(SEARCH_KEY) or {}) or ()

    def access(self, citizen_id: UUID | None = None, *, reason: str | None = None) -> AccessRequest:
        """Why the actor looks: the workspace's or the chosen purpose, and the reason given now or for this citizen."""
        override = self.override(citizen_id) if reason is None and citizen_id is not None else None
        meeting = self.opened_for_meeting(citizen_id) if citizen_id is not None else None
        purpose = self.workspace.purpose if self.workspace else None
        return AccessRequest(
            purpose=purpose or chosen_purpose(self.request),
            override_reason=override.reason if override else reason,
            override_id=override.id if override else None,
            disclosure_id=meeting.disclosure_id if meeting else None,
            request_id=self.request_id,
        )

    def override(self, citizen_id: UUID) -> Override | None:
        """The reason that was given for this citizen, while it lasts."""
        stored: dict[str, str] = self.request.session.get(OVERRIDE) or {}
        if stored.get("citizen") != str(citizen_id):
            return None
        given_at = datetime.fromisoformat(stored["given_at"])
        until = given_at + OVERRIDE_LASTS
        return Override(stored.get("id"), stored["reason"], until) if given_at <= self.now < until else None

    def opened_for_meeting(self, citizen_id: UUID) -> OpenedForMeeting | None:
        """What the actor opened for a meeting about this citizen, while it lasts."""
        stored: dict[str, str] = self.request.session.get(MEETING) or {}
        if stored.get("citizen") != str(citizen_id):
            return None
        opened_at = datetime.fromisoformat(stored["opened_at"])
        until = opened_at + MEETING_LASTS
        return OpenedForMeeting(int(stored["id"]), until) if opened_at <= self.now < until else None

    def unknown_citizen(self, citizen_id: UUID) -> CitizenNotFound | CitizenRestricted:
        """Why there is no page of a citizen: nobody has the key, or the processing of the data is restricted."""
        return CitizenRestricted() if restricted_among(self.session, [citizen_id]) else CitizenNotFound()

    def require_source(self, name: str) -> None:
        """Stop here unless there is such a source, or was.

        Raises:
            SourceNotFound: there never was.
        """
        if name not in {source.name for source in self.app.catalogue.known()}:
            raise SourceNotFound

    def require(self, action: AuditAction) -> None:
        """Stop here unless the actor's role may do that; the attempt is logged.

        Raises:
            MissingRole: it may not.
        """
        if not may(self.actor, action):
            self.record(action, AuditOutcome.REFUSED)
            raise MissingRole

    def record(
        self,
        action: AuditAction,
        outcome: AuditOutcome = AuditOutcome.SHOWN,
        about: AuditObject | None = None,
        details: dict[str, JsonValue] | None = None,
    ) -> None:
        """Write the audit line of an act that shows no citizen."""
        access = self.access()
        service.record(self.session, self.actor, action, outcome, access, now=self.now, about=about, details=details)

    def page(
        self, page: Page, title: str | None = None, *, status: int = 200, notice: str | None = None
    ) -> HTMLResponse:
        """The page with everything around it; its title is the workspace's unless it has one of its own."""
        if title is None:
            title = self.workspace.title if self.workspace else ""
        unread = self.alert_desk.count_unread()
        return HTMLResponse(render(frame(self.request, title, self.actor, notice, unread_alerts=unread), page), status)


@contextmanager
def open_request(request: Request, workspace: Workspace | None = None) -> Iterator[RequestContext]:
    """A transaction with the actor who is logged in and whose role reaches the workspace; a refusal is logged.

    While it lasts, and no longer, ``request.session`` is the data of the session; what is put there is stored with the
    rest.

    Args:
        request: the HTTP request.
        workspace: where it is made; None: any actor may.

    Raises:
        NotLoggedIn: nobody is.
        MissingRole: the actor's role does not reach the workspace.
        TokenRefused, BehalfRefused, ProviderUnavailable, TooMany: a machine asks, and is not let in.
    """
    app: AppContext = request.app.state.context
    token = bearer_token(request)
    machine = machine_session(request, token) if token is not None else None
    refusal: MissingRole | ActRefused | None = None
    with app.database.transaction() as session:
        login = machine or _employee_session(request, session)
        request.scope["session"] = login.data
        context = RequestContext(request, app, session, login, app.clock.now(), workspace)
        try:
            if workspace is None:
                context.require(AuditAction.USE_OWN_LOGIN)
            elif workspace.action is not None and not workspace.decided_per_citizen:
                context.require(workspace.action)
            yield context
        except (MissingRole, ActRefused) as error:
            refusal = error  # raised again only after the line about it is kept
        finally:
            del request.scope["session"]  # what is put there from now on would be lost, so it fails
        store(session, login)
    if refusal is not None:
        raise refusal


def _employee_session(request: Request, session: Session) -> LoginSession:
    """The session that the browser's cookie names, with the claims as they are now."""
    app: AppContext = request.app.state.context
    session_id = SESSION_COOKIE.read(request)
    login = get_session(session, session_id, limits_of(app.settings)) if session_id is not None else None
    if session_id is not None and login is not None and login.needs_renewal and app.login is not None:
        app.login.renew(app.database, login.number)
        login = get_session(session, session_id, limits_of(app.settings))
    if login is None:
        raise NotLoggedIn
    return login


def chosen_purpose(request: Request) -> Purpose:
    """The purpose chosen in this session; following up until another is chosen."""
    return Purpose(request.session.get("purpose", Purpose.FOLLOW_UP))


def choose_purpose(request: Request, purpose: Purpose) -> None:
    """Look on for that purpose, if it is one that people choose."""
    if purpose in texts.CHOOSABLE_PURPOSES:
        request.session["purpose"] = purpose.value


def frame(
    request: Request, title: str, actor: Actor | None, notice: str | None = None, *, unread_alerts: int = 0
) -> Frame:
    """What stands around a page."""
    context: AppContext = request.app.state.context
    workspaces = menu_of(request.app.state.workspaces, actor) if actor else ()
    return Frame(
        title=title,
        name=actor.name if actor else None,
        role=actor.title if actor else "",
        unit=(actor.unit_name or "") if actor else "",
        menu=tuple(
            Link(menu_text(workspace, unread_alerts), workspace.path, current=request.url.path == workspace.path)
            for workspace in workspaces
        ),
        can_search=bool(actor and may(actor, AuditAction.SEARCH)),
        csrf=form_token(request),
        demo=context.settings.demo,
        municipality=context.settings.municipality,
        notice=notice,
        home=MY_PAGE_PATH if is_of_citizen(request) else "/",
    )


def menu_text(workspace: Workspace, unread_alerts: int) -> str:
    """The word in the menu; that of alerts with how many are not read."""
    if workspace.action is not AuditAction.READ_ALERTS or not unread_alerts:
        return workspace.title
    at_least = "mindst " if unread_alerts == MOST_COUNTED else ""
    return f"{workspace.title} ({at_least}{unread_alerts})"


def digests_searched_for(search: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Keyed digests of the national number in a search that a session keeps; None: it was no number."""
    digests = search.get("identifier_digests")
    if digests is None and (alone := search.get("identifier_digest")):  # kept by 0.1.0
        digests = [alone]
    return tuple(digests) if digests else None
