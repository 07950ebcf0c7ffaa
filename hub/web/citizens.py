"""My citizens, and the search: what somebody types never stands in an address."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse

from hub.access import finding
from hub.clock import danish_day
from hub.web import texts
from hub.web.mine import families_of
from hub.web.present_mine import Filters, my_citizens_page
from hub.web.present_overview import purpose_choices
from hub.web.present_search import SearchForm, search_page
from hub.web.security import checked_form
from hub.web.visit import Visit, visiting
from schemas.access import AuditAction
from schemas.search import AccessFilter, SearchQuery
from schemas.source import Area

router = APIRouter()
PAGE = 20


@router.get("/mine-borgere")
def my_citizens(
    request: Request,
    vis: Literal["nyt", "passeret"] | None = None,
    omraade: Area | None = None,
    side: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> HTMLResponse:
    """What needs me today?"""
    with visiting(request) as visit:
        visit.need(AuditAction.LIST_CITIZENS)
        purpose = visit.access().purpose
        page = my_citizens_page(
            families_of(visit),
            Filters(news_only=vis == "nyt", passed_only=vis == "passeret", area=omraade, page=side),
            purpose=texts.PURPOSE[purpose],
            purposes=purpose_choices(purpose),
            unit=visit.actor.unit_name,
            now=visit.now,
        )
        return visit.page("my_citizens.html", "Mine borgere", page)


@router.get("/soeg")
def search_form(request: Request) -> HTMLResponse:
    """The empty search."""
    with visiting(request) as visit:
        visit.need(AuditAction.SEARCH)
        return _shown(visit, SearchForm(""), None)


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
    own_unit: Annotated[bool, Form()] = False,
    after: Annotated[str | None, Form(max_length=500)] = None,
) -> HTMLResponse:
    """Is it this person, and may I?"""
    asked = SearchForm(
        text=text.strip(),
        areas=frozenset(area or ()),
        units=frozenset(unit or ()),
        kle_topics=frozenset(kle_topic or ()),
        paragraphs=frozenset(paragraph or ()),
        ongoing_only=ongoing_only,
        own_unit=own_unit,
    )
    with visiting(request) as visit:
        visit.need(AuditAction.SEARCH)
        return _shown(visit, asked, find(visit, asked, after) if asked.text or asked.own_unit else None)


def _shown(visit: Visit, asked: SearchForm, found: finding.Found | None) -> HTMLResponse:
    page = search_page(
        asked,
        found.page if found else None,
        rights=found.rights if found else {},
        sources=visit.sources,
        unit=visit.actor.unit_name,
        now=visit.now,
    )
    return visit.page("search.html", "Søg", page, notice=texts.SEARCH_LIMITED if found and found.limited else None)


def find(visit: Visit, asked: SearchForm, after: str | None = None, size: int = PAGE) -> finding.Found:
    """Search within what the actor may find; logged.

    Raises:
        PageKeyWrong: *after* was not given out by a search.
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
        index=visit.context.index,
        digest_key=visit.context.digest_key,
        now=visit.now,
        own_unit_only=asked.own_unit,
    )
