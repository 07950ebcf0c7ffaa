"""The pages of stated reasons: which wait for a review, what each opened, and the review."""

from typing import Annotated

from fastapi import Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.access import identity
from hub.access.override_reviews import (
    ListedOverrides,
    OverrideDesk,
    OverrideView,
    ReviewFault,
    WrittenReview,
)
from hub.access.policy import may
from hub.audit.override_repository import ALWAYS, Period
from hub.clock import danish_day
from hub.errors import MissingRole, OverrideNotFound, OwnOverride
from hub.web.overrides import texts
from hub.web.overrides.page import OverrideListPage, OverridePage
from hub.web.overrides.present import (
    PATH,
    OverrideQuestion,
    fault_text,
    override_list_page,
    override_page,
    overrides_csv,
    stored_text,
)
from hub.web.shell.csv_file import csv_response
from hub.web.shell.day_period import read_period
from hub.web.shell.form_result import FormResult, keep_result, redact_typed, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.view_models import Link
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, AuditOutcome, Purpose
from schemas.override import OverrideOutcome, OverrideState

OVERRIDES = Workspace(
    name="overrides",
    path=PATH,
    title="Særlige grunde",
    action=AuditAction.READ_OVERRIDES,
    purpose=Purpose.LOG_REVIEW,
    pages=(OverrideListPage, OverridePage),
    in_menu=False,
)
router = OVERRIDES.router
PAGE_SIZE = 50
OverrideId = Annotated[str, Path(max_length=100)]
Day = Annotated[str, Query(max_length=20)]
After = Annotated[int | None, Query(ge=0, le=2**63 - 1)]


@router.get(OVERRIDES.path)
def overrides(
    request: Request,
    *,
    vis: OverrideState = OverrideState.WAITING,
    efter: After = None,
    fra: Day = "",
    til: Day = "",
) -> HTMLResponse:
    """Which stated reasons wait for a review, the oldest first?"""
    with open_request(request, OVERRIDES) as context:
        question = _question(context, fra, til)
        period = Period(question.period.since, question.period.until) if question.is_chosen else ALWAYS
        listed = list_overrides(context, vis, efter, period)
        figures = _desk(context).figures(question.period.since, question.period.until)
        page = override_list_page(listed, vis, _units(context), back_link(context), question, figures)
        return context.page(page)


@router.get(f"{OVERRIDES.path}.csv")
def table(request: Request, fra: Day = "", til: Day = "") -> Response:
    """Those of the period as a table, with people by pseudonym."""
    with open_request(request, OVERRIDES) as context:
        context.require(AuditAction.EXPORT_LOG)
        period = _question(context, fra, til).period
        exported = _desk(context).export(Period(period.since, period.until))
        if exported is None:
            raise MissingRole
        text = overrides_csv(exported, context.app.digest_key)
    return csv_response(text, texts.CSV_NAME.format(first=period.first.isoformat(), last=period.last.isoformat()))


@router.get(f"{OVERRIDES.path}/{{override_id}}")
def override(request: Request, override_id: OverrideId) -> HTMLResponse:
    """Who opened whom, for which reason, what was shown, and was it right?"""
    with open_request(request, OVERRIDES) as context:
        view = read_override(context, override_id)
        names = {name: source.title for name, source in context.known_sources.items()}
        page = override_page(view, _units(context), names, take_result(request))
        return context.page(page, f"Særlig grund: {page.who}")


@router.post(f"{OVERRIDES.path}/{{override_id}}/gennemgang", dependencies=[Depends(require_form_token)])
def review(
    request: Request,
    override_id: OverrideId,
    *,
    outcome: Annotated[str, Form(max_length=20)] = "",
    words: Annotated[str, Form(max_length=500)] = "",
    reviews_seen: Annotated[int, Form(ge=0, le=2**31 - 1)] = 0,
) -> RedirectResponse:
    """Write what the review came to; a later one is added and changes none."""
    chosen = OverrideOutcome(outcome) if outcome in set(OverrideOutcome) else None
    with open_request(request, OVERRIDES) as context:
        written = WrittenReview(outcome=chosen, words=words.strip(), reviews_seen=reviews_seen)
        faults = review_override(context, override_id, written)
        if faults or chosen is None:
            typed = redact_typed({"outcome": outcome, "words": words}, "words")
            result = FormResult(" ".join(map(fault_text, faults)), is_error=True, typed=typed)
        else:
            result = FormResult(stored_text(chosen))
        keep_result(request, result)
    return RedirectResponse(f"{OVERRIDES.path}/{override_id}", 303)


def list_overrides(
    context: RequestContext, state: OverrideState, after: int | None, period: Period = ALWAYS
) -> ListedOverrides:
    """Stated reasons in that state; for page and API.

    Raises:
        MissingRole: the role reviews none.
    """
    listed = _desk(context).list_overrides(state, after=after, size=PAGE_SIZE, period=period)
    if listed is None:
        raise MissingRole
    return listed


def read_override(context: RequestContext, override_id: str) -> OverrideView:
    """One stated reason, likewise.

    Raises:
        OverrideNotFound: there is none.
    """
    view = _desk(context).read(override_id)
    if view is None:
        raise OverrideNotFound
    return view


def review_override(context: RequestContext, override_id: str, written: WrittenReview) -> tuple[ReviewFault, ...]:
    """Store a review, or what must be corrected first; likewise.

    Raises:
        OverrideNotFound: there is no such stated reason.
        OwnOverride: it is the actor's own.
        MissingRole: the role does not review.
    """
    result = _desk(context).review(override_id, written)
    match result.outcome:
        case AuditOutcome.NOT_FOUND:
            raise OverrideNotFound
        case AuditOutcome.REFUSED:
            raise OwnOverride if result.is_own else MissingRole
        case _:
            return result.faults


def back_link(context: RequestContext) -> Link:
    """Where the actor comes from: the log, or the own units."""
    if may(context.actor, AuditAction.READ_LOG):
        return Link(texts.TO_LOG, "/tilsyn")
    return Link(texts.TO_OWN_UNITS, "/mine-enheder")


def _question(context: RequestContext, first: str, last: str) -> OverrideQuestion:
    period, faults = read_period(first, last, danish_day(context.now), texts.DAYS)
    return OverrideQuestion(period, is_chosen=bool(first or last) and not faults, faults=faults)


def _desk(context: RequestContext) -> OverrideDesk:
    return OverrideDesk(context.session, context.actor, context.access(), now=context.now)


def _units(context: RequestContext) -> dict[str, str]:
    """Names of units by id, as far as employees are in them."""
    actors = identity.actors(context.session)
    return {actor.unit_id: actor.unit_name for actor in actors if actor.unit_id and actor.unit_name}
