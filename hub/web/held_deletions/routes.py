"""The administrator's page of deletions that wait for a person, and the two decisions about them."""

from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import JsonValue

from hub.access import identity
from hub.access import service as access
from hub.access.policy import SHORTEST_REASON
from hub.access.redaction import redact_identifiers
from hub.errors import ActRefused, AlreadyDecided, ReasonMissing, ShownOutdated, SourceNotFound
from hub.sources import service
from hub.sources.definitions import HeldDeletion, HeldState
from hub.sources.held_deletions import with_parts
from hub.sources.held_repository import list_held, open_entries
from hub.web.held_deletions import texts
from hub.web.held_deletions.page import HeldDeletionsPage
from hub.web.held_deletions.present import HeldSource, entry_version, held_deletions_page
from hub.web.shell.dates import number_text
from hub.web.shell.declared_types import declared_streams
from hub.web.shell.form_result import FormResult, keep_result, redact_typed, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.view_models import Link
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, AuditOutcome, Purpose

HELD_DELETIONS = Workspace(
    name="held_deletions",
    path="/tilbageholdt",
    title="Tilbageholdt",
    action=AuditAction.READ_SOURCES,
    purpose=Purpose.OPERATIONS,
    pages=(HeldDeletionsPage,),
)
router = HELD_DELETIONS.router
EntryNumber = Annotated[int, Path(ge=1, le=2**63 - 1)]


class HeldDecision(StrEnum):
    """What a person says of what is missing."""

    RELEASE = "release"
    """It is gone."""
    REFUSE = "refuse"
    """It is not gone."""


@router.get(HELD_DELETIONS.path)
def held_deletions(request: Request, fra: Annotated[int, Query(ge=0, le=10_000)] = 0) -> HTMLResponse:
    """What is missing in any source, and is it gone?"""
    with open_request(request, HELD_DELETIONS) as context:
        return _page(context, list_held(context.session), fra, HELD_DELETIONS.path)


@router.get("/kilder/{name}/tilbageholdt")
def held_of_source(request: Request, name: str, fra: Annotated[int, Query(ge=0, le=10_000)] = 0) -> HTMLResponse:
    """The same of one source.

    Raises:
        SourceNotFound: there is no such source.
    """
    with open_request(request, HELD_DELETIONS) as context:
        if name not in context.known_sources:
            raise SourceNotFound
        whole = Link("Se alle kilder", HELD_DELETIONS.path)
        return _page(context, list_held(context.session, name), fra, f"/kilder/{name}/tilbageholdt", whole)


@router.post("/tilbageholdt/{entry_id}/frigiv", dependencies=[Depends(require_form_token)])
def release(
    request: Request,
    entry_id: EntryNumber,
    reason: Annotated[str, Form(max_length=500)] = "",
    seen: Annotated[str, Form(max_length=50)] = "",
) -> RedirectResponse:
    """They are gone: let the next reading delete them, at most as many as the page showed."""
    return _answer(request, entry_id, HeldDecision.RELEASE, reason, seen)


@router.post("/tilbageholdt/{entry_id}/afvis", dependencies=[Depends(require_form_token)])
def refuse(
    request: Request,
    entry_id: EntryNumber,
    reason: Annotated[str, Form(max_length=500)] = "",
    seen: Annotated[str, Form(max_length=50)] = "",
) -> RedirectResponse:
    """They are not gone: keep them."""
    return _answer(request, entry_id, HeldDecision.REFUSE, reason, seen)


def decide_held(
    context: RequestContext, entry_id: int, decision: HeldDecision, reason: str, seen: str
) -> tuple[HeldDeletion, ...]:
    """Decide about an entry and what follows it; page and API alike.

    Args:
        context: the request.
        entry_id: number of the entry.
        decision: release or refuse.
        reason: why.
        seen: version of the entry that the person decided about.

    Raises:
        MissingRole: the policy does not let the actor.
        ReasonMissing: the reason is too short to tell anybody anything.
        AlreadyDecided: nobody is asked about it any more.
        ShownOutdated: another number is missing by now, or somebody else has decided.
    """
    is_release, reason = decision is HeldDecision.RELEASE, redact_identifiers(reason.strip())
    action = AuditAction.RELEASE_DELETIONS if is_release else AuditAction.REFUSE_DELETIONS
    context.require(action)
    entry = _locked(context, entry_id)
    if entry is None:
        context.record(action, AuditOutcome.NOT_FOUND)
        raise AlreadyDecided
    if entry.state is (HeldState.RELEASED if is_release else HeldState.REFUSED):
        return (entry,)  # sent twice: it is so already
    if entry_version(entry) != seen:
        context.record(action, AuditOutcome.REFUSED)
        raise ShownOutdated
    if not _write(context, action, entry, reason):
        raise ReasonMissing
    types = with_parts(declared_streams(context.app, entry.source), entry.record_type)
    decide = service.release_deletions if is_release else service.refuse_deletions
    decided = decide(context.session, entry.source, types, by=context.actor.id, reason=reason, now=context.now)
    for part in decided:
        if part.id != entry.id:
            _write(context, action, part, reason)
    return decided


def _locked(context: RequestContext, entry_id: int) -> HeldDeletion | None:
    """The entry, locked until the transaction ends; None: it is over."""
    unlocked_entry = next((entry for entry in list_held(context.session) if entry.id == entry_id), None)
    if unlocked_entry is None:
        return None
    return next((entry for entry in open_entries(context.session, unlocked_entry.source) if entry.id == entry_id), None)


def _write(context: RequestContext, action: AuditAction, entry: HeldDeletion, reason: str) -> bool:
    details: dict[str, JsonValue] = {"record_type": entry.record_type, "missing": entry.missing}
    request = context.access(reason=reason)
    return access.change_source(
        context.session, context.actor, action, entry.source, request, now=context.now, details=details
    )


def _answer(request: Request, entry_id: int, decision: HeldDecision, reason: str, seen: str) -> RedirectResponse:
    typed = redact_typed({"reason": reason}, "reason")
    with open_request(request, HELD_DELETIONS) as context:
        try:
            decided = decide_held(context, entry_id, decision, reason, seen)
        except ActRefused as error:
            failed = texts.FAILED[error.key].format(least=SHORTEST_REASON)
            keep_result(request, FormResult(failed, is_error=True, form=str(entry_id), typed=typed))
        else:
            most = number_text(decided[0].ceiling or decided[0].missing)
            keep_result(request, FormResult(texts.DONE[decision].format(most=most), form=str(entry_id)))
    return RedirectResponse(HELD_DELETIONS.path, 303)


def _page(
    context: RequestContext, entries: tuple[HeldDeletion, ...], start: int, path: str, whole: Link | None = None
) -> HTMLResponse:
    context.record(AuditAction.READ_SOURCES)
    sources = {
        name: HeldSource(context.known_sources[name], declared_streams(context.app, name))
        for name in dict.fromkeys(entry.source for entry in entries)
        if name in context.known_sources
    }
    return context.page(
        held_deletions_page(
            [entry for entry in entries if entry.source in sources],
            sources,
            context.now,
            employees={actor.id: actor.name for actor in identity.actors(context.session)},
            result=take_result(context.request),
            path=path,
            start=start,
            whole=whole,
        )
    )
