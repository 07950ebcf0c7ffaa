"""The search: what somebody types never stands in an address."""

from typing import Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.access import citizen_search
from hub.access.redaction import national_in
from hub.clock import danish_day
from hub.rate_limits.limits import Limited
from hub.web.search import texts
from hub.web.search.page import SearchResultPage
from hub.web.search.present import SearchForm, search_page
from hub.web.search.stored_search import PageTurn, store, stored, without_national_number
from hub.web.shell.form_token import require_form_token
from hub.web.shell.rate_limits import limit_actor
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction
from schemas.search import AccessFilter, SearchQuery
from schemas.source import Area, SourceSystem

SEARCH = Workspace(
    name="search",
    path="/soeg",
    title="Søg",
    action=AuditAction.SEARCH,
    pages=(SearchResultPage,),
    in_menu=False,  # the field in the header leads there
)
router = SEARCH.router
RESULT_PATH = "/soeg/resultat"
PAGE_SIZE = 20


@router.get(SEARCH.path)
def search_form(request: Request) -> HTMLResponse:
    """The empty search."""
    with open_request(request, SEARCH) as context:
        return _show(context, SearchForm(""), None)


@router.post(SEARCH.path, dependencies=[Depends(require_form_token)])
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
    before: Annotated[str | None, Form(max_length=500)] = None,
) -> RedirectResponse:
    """Search, and go to the result; what was typed stands in the session and never in the address."""
    form = SearchForm(
        text=text.strip(),
        areas=frozenset(area or ()),
        units=frozenset(unit or ()),
        kle_topics=frozenset(kle_topic or ()),
        paragraphs=frozenset(paragraph or ()),
        ongoing_only=ongoing_only,
        own_unit=own_unit,
    )
    with open_request(request, SEARCH) as context:
        if not form.text and not form.own_unit:
            return RedirectResponse(SEARCH.path, 303)
        form = without_national_number(form, request.session, context.app.digest_key)
        turn = PageTurn(after or None, before or None)
        store(request.session, form, turn)
    return RedirectResponse(RESULT_PATH, 303)


@router.get(RESULT_PATH)
def search_result(request: Request) -> Response:
    """Is it this person, and may I? The result of the latest search, made again."""
    with open_request(request, SEARCH) as context:
        latest = stored(request.session)
        if latest is None:
            return RedirectResponse(SEARCH.path, 303)
        form, turn = latest
        return _show(context, form, find_citizens(context, form, turn))


def _show(context: RequestContext, form: SearchForm, result: citizen_search.SearchResult | None) -> HTMLResponse:
    page = search_page(
        form,
        result.page if result else None,
        rights=result.rights if result else {},
        sources=context.sources,
        incomplete=incomplete_sources(context),
        unit=context.actor.unit_name,
        now=context.now,
    )
    return context.page(page, notice=texts.SEARCH_LIMITED if result and result.without_index else None)


def incomplete_sources(context: RequestContext) -> tuple[SourceSystem, ...]:
    """Sources not read to their end, not yet loaded, or with rows that could not be read: citizens may be missing."""
    unread = {state.source for state in context.source_states if state.last_success_at is None}
    missing = unread | context.loading_sources | context.unreadable_sources
    return tuple(source for source in context.sources if source.name in missing)


def find_citizens(
    context: RequestContext, form: SearchForm, turn: PageTurn, size: int = PAGE_SIZE
) -> citizen_search.SearchResult:
    """Search within what the actor may find; logged.

    Raises:
        PageKeyWrong: a key of *turn* was not given out by a search.
        SearchUnavailable: the index does not answer.
        TooMany: the actor or the address has searched too often.
    """
    limit_actor(context, Limited.NUMBER if form.identifier_digests or national_in(form.text) else Limited.SEARCH)
    query = SearchQuery(
        text="" if form.identifier_digests else form.text,
        identifier_digests=form.identifier_digests,
        areas=form.areas,
        units=form.units,
        kle_topics=form.kle_topics,
        paragraphs=form.paragraphs,
        ongoing_only=form.ongoing_only,
        access=AccessFilter(on=danish_day(context.now)),
        after=turn.after,
        before=turn.before,
        size=size,
    )
    try:
        return citizen_search.search(
            context.session,
            context.actor,
            query,
            context.access(),
            index=context.app.index,
            digest_key=context.app.digest_key,
            now=context.now,
            own_unit_only=form.own_unit,
            typed_digest=form.typed_digest,
        )
    except Exception:
        # The transaction of this request is undone with its lines.
        with context.app.database.transaction() as session:
            citizen_search.record_failure(
                session,
                context.actor,
                query,
                context.access(),
                digest_key=context.app.digest_key,
                now=context.now,
                own_unit_only=form.own_unit,
                typed_digest=form.typed_digest,
            )
        raise
