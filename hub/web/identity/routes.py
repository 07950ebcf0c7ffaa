"""The administrator's pages of who is who: what waits, the claims side by side, and the decisions."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access import identity
from hub.access.identity_acts import ConflictDetails, IdentityDesk, IdentityQueue, record_refused_decision
from hub.access.policy import SHORTEST_REASON, is_reason
from hub.errors import DecisionRefused, DecisionRule, ReasonMissing, UnknownPage
from hub.matching.identity_decisions import DecisionResult
from hub.web.identity import texts
from hub.web.identity.page import CitizenIdentityPage, ConflictPage, IdentityPage
from hub.web.identity.present import citizen_page, conflict_page, identity_page, result_text
from hub.web.shell.declared_types import declared_streams, type_titles
from hub.web.shell.form_result import FormResult, keep_result, redact_typed, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, AuditOutcome, Purpose

IDENTITY = Workspace(
    name="identity",
    path="/identitet",
    title="Hvem er hvem",
    action=AuditAction.READ_IDENTITIES,
    purpose=Purpose.OPERATIONS,
    pages=(IdentityPage, ConflictPage, CitizenIdentityPage),
)
router = IDENTITY.router
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Reason = Annotated[str, Form(max_length=500)]
OtherCitizen = Annotated[str, Form(max_length=100)]
TOKEN = [Depends(require_form_token)]
Act = Callable[[IdentityDesk], DecisionResult]


@router.get(IDENTITY.path)
def queue(request: Request, efter: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0) -> HTMLResponse:
    """What waits for a person."""
    with open_request(request, IDENTITY) as context:
        page = identity_page(
            read_queue(context, efter),
            context.now,
            employees=_employees(context),
            actor_id=context.actor.id,
            result=take_result(request),
        )
        return context.page(page)


@router.get("/identitet/uenighed/{conflict_id}")
def conflict(request: Request, conflict_id: Number) -> HTMLResponse:
    """One contradiction with its claims side by side.

    Raises:
        UnknownPage: it was settled meanwhile, or there never was one.
    """
    with open_request(request, IDENTITY) as context:
        details = read_conflict(context, conflict_id)
        page = conflict_page(
            details,
            context.now,
            titles=_titles(context),
            types={
                source: type_titles(declared_streams(context.app, source))
                for source in {each.source for each in details.statements}
            },
            result=take_result(request),
        )
        return context.page(page, page.conflict.problem)


@router.get("/identitet/borger/{citizen_id}")
def citizen(request: Request, citizen_id: UUID) -> HTMLResponse:
    """Which identifiers are this citizen, and what people decided.

    Raises:
        UnknownPage: there is no such citizen.
    """
    with open_request(request, IDENTITY) as context:
        try:
            details = _desk(context).read_citizen(citizen_id)
        except DecisionRefused:
            raise UnknownPage from None
        page = citizen_page(
            details,
            context.now,
            titles=_titles(context),
            employees=_employees(context),
            actor_id=context.actor.id,
            result=take_result(request),
        )
        return context.page(page)


@router.post("/identitet/uenighed/{conflict_id}/samme", dependencies=TOKEN)
def link(request: Request, conflict_id: Number, reason: Reason = "", to: OtherCitizen = "") -> RedirectResponse:
    """It is one person, or that citizen."""
    back = f"/identitet/uenighed/{conflict_id}"

    def act(desk: IdentityDesk) -> DecisionResult:
        return desk.link(conflict_id, _key(to) if to else None)

    return _answer(request, AuditAction.LINK_IDENTITY, act, reason, back=back, done=IDENTITY.path, typed={"to": to})


@router.post("/identitet/uenighed/{conflict_id}/skil", dependencies=TOKEN)
def keep_record_apart(
    request: Request, conflict_id: Number, reason: Reason = "", record: Annotated[str, Form(max_length=40)] = ""
) -> RedirectResponse:
    """This record is about somebody else."""
    back = f"/identitet/uenighed/{conflict_id}"

    def act(desk: IdentityDesk) -> DecisionResult:
        return desk.keep_record_apart(conflict_id, record)

    return _answer(request, AuditAction.KEEP_APART, act, reason, back=back, done=IDENTITY.path)


@router.post("/identitet/borger/{citizen_id}/laeg-sammen", dependencies=TOKEN)
def merge(request: Request, citizen_id: UUID, reason: Reason = "", other: OtherCitizen = "") -> RedirectResponse:
    """The two are one person."""
    return _answer(
        request,
        AuditAction.MERGE_CITIZENS,
        lambda desk: desk.merge(citizen_id, _key(other)),
        reason,
        back=f"/identitet/borger/{citizen_id}",
        typed={"other": other},
    )


@router.post("/identitet/borger/{citizen_id}/hold-adskilt", dependencies=TOKEN)
def keep_apart(request: Request, citizen_id: UUID, reason: Reason = "", other: OtherCitizen = "") -> RedirectResponse:
    """The two are two people, whatever the sources declare."""
    return _answer(
        request,
        AuditAction.KEEP_APART,
        lambda desk: desk.keep_citizens_apart(citizen_id, _key(other)),
        reason,
        back=f"/identitet/borger/{citizen_id}",
        typed={"other": other},
    )


@router.post("/identitet/borger/{citizen_id}/skil-ad", dependencies=TOKEN)
def unmerge(request: Request, citizen_id: UUID, reason: Reason = "") -> RedirectResponse:
    """Take back that the citizen was merged."""
    return _answer(
        request,
        AuditAction.UNMERGE_CITIZENS,
        lambda desk: desk.unmerge(citizen_id),
        reason,
        back=f"/identitet/borger/{citizen_id}",
    )


@router.post("/identitet/afgoerelse/{decision_id}/bekraeft", dependencies=TOKEN)
def confirm(request: Request, decision_id: Number) -> RedirectResponse:
    """Confirm what another person has proposed."""
    return _answer(request, AuditAction.CONFIRM_MERGE, lambda desk: desk.confirm(decision_id), None)


@router.post("/identitet/afgoerelse/{decision_id}/traek-tilbage", dependencies=TOKEN)
def withdraw(request: Request, decision_id: Number, reason: Reason = "") -> RedirectResponse:
    """Take back a decision, or a proposal."""
    return _answer(request, AuditAction.WITHDRAW_DECISION, lambda desk: desk.withdraw(decision_id), reason)


def read_queue(context: RequestContext, after: int) -> IdentityQueue:
    """What waits for a person; page and API alike."""
    return _desk(context).read_queue(after)


def read_conflict(context: RequestContext, conflict_id: int) -> ConflictDetails:
    """One contradiction, masked; page and API alike.

    Raises:
        UnknownPage: there is none, or it was settled.
    """
    try:
        return _desk(context).read_conflict(conflict_id)
    except DecisionRefused:
        raise UnknownPage from None


def decide_identity(request: Request, action: AuditAction, act: Act, reason: str | None) -> DecisionResult:
    """Decide who is who; page and API alike. A refusal is a line of the log too.

    Args:
        request: the HTTP request.
        action: what the policy is asked.
        act: what is decided.
        reason: why; None: the act has the reason of another's.

    Raises:
        MissingRole: the policy does not let the actor.
        ReasonMissing: the reason is too short to tell anybody anything.
        DecisionRefused: it cannot be decided.
    """
    try:
        with open_request(request, IDENTITY) as context:
            context.require(action)
            if reason is not None and not is_reason(reason):
                context.record(action, AuditOutcome.REFUSED)
                raise ReasonMissing
            return act(_desk(context, reason))
    except DecisionRefused as error:
        with open_request(request, IDENTITY) as context:
            record_refused_decision(
                context.session,
                context.actor,
                action,
                context.access(reason=reason),
                rule=error.rule.value,
                citizens=error.citizens,
                now=context.now,
            )
        raise


def _answer(  # noqa: PLR0913  keyword-only from the addresses on
    request: Request,
    action: AuditAction,
    act: Act,
    reason: str | None,
    *,
    back: str = IDENTITY.path,
    done: str | None = None,
    typed: dict[str, str] | None = None,
) -> RedirectResponse:
    """Decide, and go *back* where it failed, with what was typed; else to where it is *done*."""
    fields = {"reason": reason or "", **(typed or {})}
    redacted_input = redact_typed(fields, *fields)
    try:
        result = decide_identity(request, action, act, reason)
    except ReasonMissing:
        text = texts.REASON_MISSING.format(least=SHORTEST_REASON)
        outcome = FormResult(text, is_error=True, typed=redacted_input)
    except DecisionRefused as error:
        outcome = FormResult(texts.REFUSED[error.rule], is_error=True, typed=redacted_input)
        if error.rule in texts.NOT_THERE:
            back = IDENTITY.path
    else:
        outcome = FormResult(result_text(result))
        back = done or back
    with open_request(request, IDENTITY):
        keep_result(request, outcome)
    return RedirectResponse(back, 303)


def _key(text: str) -> UUID:
    """A citizen's key as somebody typed or pasted it.

    Raises:
        DecisionRefused: it is none.
    """
    try:
        return UUID(text.strip().rpartition("/")[2])
    except ValueError:
        raise DecisionRefused(DecisionRule.UNKNOWN_CITIZEN) from None


def _desk(context: RequestContext, reason: str | None = None) -> IdentityDesk:
    return IdentityDesk(
        context.session,
        context.actor,
        context.access(reason=reason),
        digest_key=context.app.digest_key,
        now=context.now,
    )


def _employees(context: RequestContext) -> dict[str, str]:
    return {actor.id: actor.name for actor in identity.actors(context.session)}


def _titles(context: RequestContext) -> dict[str, str]:
    return {name: source.title for name, source in context.known_sources.items()}
