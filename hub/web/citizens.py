"""My citizens, and the search: what somebody types never stands in an address."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse

from hub.access import finding, service
from hub.access.policy import cut, decide
from hub.audit import repository as audit
from hub.clock import danish_day
from hub.course import repository as course
from hub.overview import repository as overviews
from hub.web.present_lists import Asked, Mine, my_citizens_page, search_page
from hub.web.present_overview import purpose_choices
from hub.web.security import checked_form
from hub.web.visit import Visit, visiting
from schemas.access import AuditAction
from schemas.overview import Overview
from schemas.search import AccessFilter, SearchQuery
from schemas.source import Area

router = APIRouter()
PAGE = 20


@router.get("/mine-borgere")
def my_citizens(request: Request) -> HTMLResponse:
    """What needs me today?"""
    with visiting(request) as visit:
        visit.need(AuditAction.LIST_CITIZENS)
        mine = mine_of(visit)
        first_name = visit.actor.name.split(" ")[0]
        choices = purpose_choices(visit.access().purpose)
        page = my_citizens_page(mine, first_name=first_name, now=visit.now, purposes=choices)
        return visit.page("my_citizens.html", "Mine borgere", page)


def mine_of(visit: Visit) -> tuple[Mine, ...]:
    """The citizens on whose team the actor is, each with the overview cut to the actor's right; logged as a list."""
    found = service.list_citizens(visit.session, visit.actor, visit.access(), now=visit.now)
    ids = [one.citizen_id for one in found]
    facts = course.access_facts_of(visit.session, visit.actor, ids, danish_day(visit.now))
    looked = audit.last_opened(visit.session, visit.actor.id, ids)
    whole = overviews.current(visit.session, ids)
    mine = []
    for one in found:
        overview = whole.get(one.citizen_id, (0, None))[1]
        fact = facts.get(one.citizen_id)
        if overview is not None and fact is not None:
            overview = cut(overview, decide(visit.actor, fact, visit.access()), visit.areas)
        looked_at = looked.get(one.citizen_id)
        mine.append(Mine(one, overview, _changed_at(overview, looked_at), looked_at))
    return tuple(mine)


def _changed_at(overview: Overview | None, looked_at: datetime | None) -> datetime | None:
    if overview is None or looked_at is None:
        return None
    newest = max((one.provenance.registration.registered_from for one in overview.entries()), default=None)
    return newest if newest and newest > looked_at else None


@router.get("/soeg")
def search_form(request: Request) -> HTMLResponse:
    """The empty search."""
    with visiting(request) as visit:
        visit.need(AuditAction.SEARCH)
        page = search_page(Asked(""), None, needs_reason=(), covered=_covered(visit), now=visit.now)
        return visit.page("search.html", "Søg", page)


@router.post("/soeg", dependencies=[Depends(checked_form)])
def search(  # noqa: PLR0913  one argument a field of the form
    request: Request,
    *,
    text: Annotated[str, Form(max_length=200)] = "",
    area: Annotated[list[Area] | None, Form()] = None,
    unit: Annotated[list[str] | None, Form()] = None,
    kle_topic: Annotated[list[str] | None, Form()] = None,
    paragraph: Annotated[list[str] | None, Form()] = None,
    ongoing_only: Annotated[bool, Form()] = False,
    after: Annotated[str | None, Form(max_length=500)] = None,
) -> HTMLResponse:
    """Is it this person, and may I?"""
    asked = Asked(
        text=text.strip(),
        areas=frozenset(area or ()),
        units=frozenset(unit or ()),
        kle_topics=frozenset(kle_topic or ()),
        paragraphs=frozenset(paragraph or ()),
        ongoing_only=ongoing_only,
    )
    with visiting(request) as visit:
        visit.need(AuditAction.SEARCH)
        found = find(visit, asked, after) if asked.text else None
        page = search_page(
            asked,
            found.page if found else None,
            needs_reason=found.needs_reason if found else frozenset(),
            covered=_covered(visit),
            now=visit.now,
        )
        return visit.page("search.html", "Søg", page)


def find(visit: Visit, asked: Asked, after: str | None = None, size: int = PAGE) -> finding.Found:
    """Search within what the actor may find; logged.

    Raises:
        SearchUnavailable: the index does not answer.
    """
    query = SearchQuery(
        text=asked.text,
        areas=asked.areas,
        units=asked.units,
        kle_topics=asked.kle_topics,
        paragraphs=asked.paragraphs,
        ongoing_only=asked.ongoing_only,
        access=AccessFilter(on=danish_day(visit.now)),
        after=after or None,
        size=size,
    )
    return finding.search(
        visit.session,
        visit.actor,
        query,
        visit.access(),
        index=visit.parts.index,
        digest_key=visit.parts.digest_key,
        now=visit.now,
    )


def _covered(visit: Visit) -> list[str]:
    return [source.title for source in visit.parts.sources]
