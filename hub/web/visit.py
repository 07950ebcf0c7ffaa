"""One request: who, why, when, in one transaction that ends before the answer goes out."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from hub import metrics
from hub.access import identity, service
from hub.access.policy import SOURCE_ACTS, may
from hub.context import AppContext
from hub.errors import NotLoggedIn, RoleMissing
from hub.indexing.serving import OverviewReader, Prefetch, ServedFrom
from hub.sources.health import SourceState
from hub.sources.stream_repository import source_states
from hub.web import texts
from hub.web.dates import at_minute
from hub.web.pages import Frame, Link
from hub.web.security import token
from hub.web.templating import render
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome, Purpose
from schemas.overview import Overview
from schemas.source import Area, SourceSystem

MENU = (
    (AuditAction.LIST_CITIZENS, Link("Mine borgere", "/mine-borgere")),
    (AuditAction.READ_LOG, Link("Tilsyn", "/tilsyn")),
    (AuditAction.READ_SOURCES, Link("Kilder", "/kilder")),
)
OWN_PURPOSE = {
    AuditAction.READ_LOG: Purpose.LOG_REVIEW,
    **dict.fromkeys({AuditAction.READ_SOURCES} | SOURCE_ACTS, Purpose.OPERATIONS),
}
"""Purposes that follow from the page and are not chosen."""


@dataclass(frozen=True)
class Visit:
    """What a route needs of its request."""

    request: Request
    context: AppContext
    session: Session
    actor: Actor
    now: datetime
    origins: set[ServedFrom] = field(default_factory=set)
    """Where the overviews shown so far came from."""
    not_updated: set[datetime] = field(default_factory=set)
    """Since when those of them could not be built anew that could not."""

    @property
    def reader(self) -> OverviewReader:
        """Fetches overviews from the index; one a process."""
        found: OverviewReader = self.request.app.state.reader
        return found

    def serve(self, citizen_id: UUID, version: int, ahead: Prefetch) -> Overview | None:
        """The overview of that version, and a note of where it came from."""
        served = self.reader.serve(self.session, citizen_id, version, ahead)
        self.origins.add(served.origin)
        metrics.overview_served(served.origin)
        return served.overview

    @cached_property
    def states(self) -> tuple[SourceState, ...]:
        """How each source is doing now."""
        return source_states(self.session, self.sources, self.now)

    @property
    def request_id(self) -> str:
        """Reference number of the request; stands in the log line and on error pages."""
        return str(self.request.state.request_id)

    @cached_property
    def sources(self) -> tuple[SourceSystem, ...]:
        """The sources there are now, in the order of pages; the same throughout the request."""
        return self.context.catalogue.systems()

    @cached_property
    def areas(self) -> Mapping[str, Area]:
        """Area of each source by name; also of a removed one, whose records are still held."""
        return self.context.catalogue.areas()

    def access(self, citizen_id: UUID | None = None, *, action: AuditAction | None = None) -> AccessRequest:
        """Why the actor looks: the chosen purpose, and the reason given for this very citizen, if any."""
        given: dict[str, str] = self.request.session.get("override", {})
        reason = given.get("reason") if citizen_id and given.get("citizen") == str(citizen_id) else None
        purpose = OWN_PURPOSE.get(action) if action else None
        return AccessRequest(
            purpose=purpose or chosen_purpose(self.request), override_reason=reason, request_id=self.request_id
        )

    def need(self, action: AuditAction) -> None:
        """Stop here unless the role reaches pages of that action; the attempt is logged.

        Raises:
            RoleMissing: it does not.
        """
        if not may(self.actor, action):
            why = self.access(action=action)
            service.record(self.session, self.actor, action, AuditOutcome.REFUSED, why, now=self.now)
            raise RoleMissing

    def page(self, template: str, title: str, page: Any, status: int = 200, notice: str | None = None) -> HTMLResponse:
        """The page with everything around it, and a notice where something is out of order."""
        if self.not_updated:
            notice = texts.NOT_UPDATED.format(since=at_minute(min(self.not_updated)))
        elif notice is None and ServedFrom.DOWN in self.origins:
            notice = texts.INDEX_DOWN
        return HTMLResponse(render(template, frame(self.request, title, self.actor, notice), page), status)


@contextmanager
def visiting(request: Request) -> Iterator[Visit]:
    """A transaction with the actor who is logged in.

    Raises:
        NotLoggedIn: nobody is.
    """
    context: AppContext = request.app.state.context
    actor_id = request.session.get("actor")
    if actor_id is None:
        raise NotLoggedIn
    request.session["actor"] = actor_id  # written again so that the session lasts from the latest page on
    refused: RoleMissing | None = None
    with context.database.transaction() as session:
        try:
            yield Visit(request, context, session, identity.actor(session, actor_id), context.clock.now())
        except RoleMissing as error:
            refused = error  # raised again only after the line about it is kept
    if refused is not None:
        raise refused


def chosen_purpose(request: Request) -> Purpose:
    """The purpose chosen in this session; following up until another is chosen."""
    return Purpose(request.session.get("purpose", Purpose.FOLLOW_UP))


def frame(request: Request, title: str, actor: Actor | None, notice: str | None = None) -> Frame:
    """What stands around a page."""
    context: AppContext = request.app.state.context
    menu = tuple(link for action, link in MENU if actor and may(actor, action))
    return Frame(
        title=title,
        name=actor.name if actor else None,
        role=actor.title if actor else "",
        unit=(actor.unit_name or "") if actor else "",
        menu=menu,
        can_search=bool(actor and may(actor, AuditAction.SEARCH)),
        csrf=token(request),
        demo=context.settings.demo,
        municipality=context.settings.municipality,
        notice=notice,
    )
