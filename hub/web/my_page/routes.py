"""Min side: the own page, that of a child in one's custody, who looked, agreements on paper, consents and own words."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.access.own_page import OwnPageDesk
from hub.access.own_page_acts import TO_COURSE, OwnActs, WrittenWords, consent_name
from hub.access.own_page_policy import UNKNOWN_AGE
from hub.clock import danish_day
from hub.context import AppContext
from hub.errors import NotLoggedIn
from hub.sources.stream_repository import source_states
from hub.web.my_page import login_routes, texts
from hub.web.my_page.login_routes import login_page
from hub.web.my_page.page import (
    OwnClosedPage,
    OwnLoginPage,
    OwnLogoutPage,
    OwnLogPage,
    OwnPage,
    OwnPaperPage,
    OwnWithdrawPage,
    OwnWordsPage,
)
from hub.web.my_page.present import consent_words, home, own_page, paper_page
from hub.web.my_page.present_log import PAGE_SIZE, log_page
from hub.web.my_page.request import OwnRequest, open_own_request, require_my_page
from hub.web.shell.cookies import MY_PAGE_PATH
from hub.web.shell.dates import long_day_text
from hub.web.shell.form_result import FormResult, keep_result, redact_typed, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.view_models import Link
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction
from schemas.source import SourceSystem

MY_PAGE = Workspace(
    name="my_page",
    path=MY_PAGE_PATH,
    title=texts.TITLE,
    action=None,
    pages=(
        OwnLoginPage,
        OwnClosedPage,
        OwnLogoutPage,
        OwnPage,
        OwnWordsPage,
        OwnWithdrawPage,
        OwnLogPage,
        OwnPaperPage,
    ),
    in_menu=False,
)
router = MY_PAGE.router
router.routes.extend(login_routes.router.routes)
TOKEN = [Depends(require_form_token)]
Child = Annotated[UUID | None, Query()]
FormChild = Annotated[UUID | None, Form()]
Words = Annotated[str, Form(max_length=1000)]
Name = Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[\w:*.-]+(/[\w:*.-]+)?$")]
Seq = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
Version = Annotated[int, Form(ge=1, le=2**31 - 1)]


@router.get(MY_PAGE_PATH)
def my_page(request: Request, barn: Child = None) -> HTMLResponse:
    """What is planned, who helps me, what have I said yes to? For who is not logged in: where they log in."""
    require_my_page(request)
    try:
        with open_own_request(request) as own:
            desk = own.desk(barn)
            view = desk.read(AuditAction.OPEN_OWN_PAGE)
            children = desk.list_children() if barn is None else ()
            if view is None:
                return _closed(own, desk)
            systems = own.app.catalogue.systems()
            page = own_page(
                view,
                children,
                own.now,
                sources=_sources(own.app),
                states=source_states(own.session, systems, own.now),
                contact=_contact(own.app),
                result=take_result(request),
            )
            return own.page(page, texts.TITLE)
    except NotLoggedIn:
        return login_page(request)


@router.get(f"{MY_PAGE_PATH}/opslag")
def who_looked(request: Request, barn: Child = None, efter: Seq = None) -> HTMLResponse:
    """Who has looked, in which role, from which unit, and why?"""
    with open_own_request(request) as own:
        desk: OwnPageDesk = own.desk(barn)
        log = desk.read_log(after=efter, size=PAGE_SIZE + 1)
        if log is None:
            return _closed(own, desk)
        page = log_page(log, own.citizen, _child(barn), own.now, _contact(own.app), after=efter)
        return own.page(page, "Hvem har set")


@router.get(f"{MY_PAGE_PATH}/aftaler")
def agreements(request: Request, barn: Child = None) -> HTMLResponse:
    """What have we agreed? On one sheet of paper."""
    with open_own_request(request) as own:
        desk = own.desk(barn)
        view = desk.read(AuditAction.PRINT_OWN_AGREEMENTS)
        if view is None:
            return _closed(own, desk)
        return own.page(paper_page(view, own.now), "Aftaler")


@router.get(f"{MY_PAGE_PATH}/samtykke")
def ask_to_withdraw(request: Request, hvad: Name, barn: Child = None) -> Response:
    """What happens when I take it back?"""
    with open_own_request(request) as own:
        desk = own.desk(barn)
        view = desk.read(AuditAction.OPEN_OWN_PAGE)
        if view is None:
            return _closed(own, desk)
        consents = view.course.consents if view.course else ()
        today = danish_day(own.now)
        same = [each for each in consents if each.stands(today) and consent_name(each) == hvad]
        if not same:
            keep_result(request, FormResult(texts.NOTHING_WITHDRAWN, is_error=True))
            return RedirectResponse(home(_child(barn)).href, HTTPStatus.SEE_OTHER)
        what, meaning = consent_words(same, _sources(own.app))
        page = OwnWithdrawPage(
            name=hvad,
            child=_child(barn),
            what=what,
            meaning=meaning,
            then=texts.THEN_COURSE if hvad == TO_COURSE else texts.THEN_SHARE,
            back=home(_child(barn)),
        )
        return own.page(page, "Træk et ja tilbage")


@router.post(f"{MY_PAGE_PATH}/samtykke", dependencies=TOKEN)
def withdraw(request: Request, hvad: Annotated[str, Form(max_length=200)], barn: FormChild = None) -> Response:
    """Take back what was said yes to; it holds from now."""
    with open_own_request(request) as own:
        desk = own.desk(barn)
        acts: OwnActs = own.acts(desk)
        withdrawn = acts.withdraw(hvad)
        if withdrawn is None:
            return _closed(own, desk)
        sentence = texts.WITHDRAWN if withdrawn else texts.NOTHING_WITHDRAWN
        keep_result(request, FormResult(sentence, is_error=not withdrawn))
    return RedirectResponse(home(_child(barn)).href, HTTPStatus.SEE_OTHER)


@router.post(f"{MY_PAGE_PATH}/ord", dependencies=TOKEN)
def write_words(request: Request, key: Annotated[UUID, Form()], words: Words = "", barn: FormChild = None) -> Response:
    """Write new words: into the plan, or kept until there is one."""
    with open_own_request(request) as own:
        desk = own.desk(barn)
        acts: OwnActs = own.acts(desk)
        outcome = acts.write_words(key, words)
        if outcome is None:
            return _closed(own, desk)
        is_error = outcome is WrittenWords.NO_WORDS
        typed = {**redact_typed({"words": words}, "words"), "key": str(key)} if is_error else {}
        keep_result(request, FormResult(texts.WROTE[outcome], is_error=is_error, typed=typed))
    return RedirectResponse(home(_child(barn)).href, HTTPStatus.SEE_OTHER)


@router.get(f"{MY_PAGE_PATH}/ord/{{entry_id}}")
def words_form(request: Request, entry_id: UUID, barn: Child = None) -> Response:
    """My words as they stand, to be written anew."""
    with open_own_request(request) as own:
        desk = own.desk(barn)
        if desk.read(AuditAction.OPEN_OWN_PAGE) is None:
            return _closed(own, desk)
        entry = own.acts(desk).own_entry(entry_id)
        if entry is None:
            keep_result(request, FormResult(texts.WROTE[WrittenWords.ENTRY_UNKNOWN], is_error=True))
            return RedirectResponse(home(_child(barn)).href, HTTPStatus.SEE_OTHER)
        return _words_page(own, entry_id, barn, entry.versions[0].version, entry.text.words)


@router.post(f"{MY_PAGE_PATH}/ord/{{entry_id}}", dependencies=TOKEN)
def change_words(
    request: Request, entry_id: UUID, version: Version, words: Words = "", barn: FormChild = None
) -> Response:
    """Write them anew. Where somebody else wrote meanwhile both are shown, and nothing is lost."""
    with open_own_request(request) as own:
        desk = own.desk(barn)
        acts: OwnActs = own.acts(desk)
        outcome = acts.change_words(entry_id, words, version)
        if outcome is None:
            return _closed(own, desk)
        entry = acts.own_entry(entry_id)
        if entry is not None and outcome in {WrittenWords.NO_WORDS, WrittenWords.CHANGED_MEANWHILE}:
            typed = redact_typed({"words": words}, "words")["words"]
            now_stands = entry.text.words if outcome is WrittenWords.CHANGED_MEANWHILE else ""
            newest = entry.versions[0].version
            error = texts.WROTE[outcome]
            return _words_page(own, entry_id, barn, newest, typed, now_stands=now_stands, error=error)
        is_error = outcome is WrittenWords.ENTRY_UNKNOWN
        # What was typed is not lost: the form of new words has it.
        typed_words = {**redact_typed({"words": words}, "words"), "key": str(uuid4())} if is_error else {}
        keep_result(request, FormResult(texts.WROTE[outcome], is_error=is_error, typed=typed_words))
    return RedirectResponse(home(_child(barn)).href, HTTPStatus.SEE_OTHER)


def _words_page(  # noqa: PLR0913  keyword-only from what stands on
    own: OwnRequest,
    entry_id: UUID,
    barn: UUID | None,
    version: int,
    words: str,
    *,
    now_stands: str = "",
    error: str = "",
) -> HTMLResponse:
    page = OwnWordsPage(
        action=f"{MY_PAGE_PATH}/ord/{entry_id}",
        child=_child(barn),
        version=version,
        words=words,
        now_stands=now_stands,
        error=error,
        back=home(_child(barn)),
    )
    return own.page(page, "Ret dine ord", status=HTTPStatus.CONFLICT if now_stands else HTTPStatus.OK)


def _closed(own: OwnRequest, desk: OwnPageDesk) -> HTMLResponse:
    """Why the page is not shown. Of anybody else's page nothing is told, not even whether there is one."""
    facts = desk.facts
    headline, advice = texts.NOT_YOURS
    if desk.is_told_of_restriction and desk.restriction is not None:
        headline = texts.RESTRICTED
        advice = texts.RESTRICTED_SINCE.format(day=long_day_text(danish_day(desk.restriction.placed_at)))
    elif desk.person_id == own.citizen.citizen_id:
        if facts is None:
            headline, advice = texts.NOT_HERE
        elif facts.is_disputed:
            headline, advice = texts.DISPUTED
        else:
            headline, advice = texts.NO_BIRTH_DATE if facts.age == UNKNOWN_AGE else texts.TOO_YOUNG
    page = OwnClosedPage(
        headline=headline,
        advice=advice,
        contact=_contact(own.app),
        is_logged_in=True,
        back=Link("Til Min side", MY_PAGE_PATH),
    )
    return own.page(page, texts.TITLE, status=HTTPStatus.FORBIDDEN)


def _child(barn: UUID | None) -> str:
    return str(barn) if barn else ""


def _contact(app: AppContext) -> str:
    return app.settings.citizen_contact or texts.CONTACT


def _sources(app: AppContext) -> dict[str, SourceSystem]:
    return {source.name: source.system for source in app.catalogue.known() if source.system}
