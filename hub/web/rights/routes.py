"""The pages on which the DPO decides about a citizen's rights: legal hold and erasure."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.access import identity
from hub.access.rights import (
    RightsDesk,
    RightsFault,
    RightsOverview,
    RightsResult,
    RightsView,
    WrittenHold,
    WrittenRestriction,
)
from hub.access.subject_copy import CopyResult, make_copy
from hub.clock import danish_day
from hub.errors import CitizenNotFound, MissingRole
from hub.forgetting.citizens import Keys, forget_citizen
from hub.forgetting.restricting import rebuild_around
from hub.web.oversight.subjects import find_citizen_id, name_of
from hub.web.rights import contest_routes, texts
from hub.web.rights.paper import copy_paper
from hub.web.rights.present import PATH, counts_text, fault_text, rights_list_page, rights_page
from hub.web.rights.results import allowed, keep
from hub.web.rights.workspace import RIGHTS
from hub.web.shell.form_result import FormResult, keep_result, redact_typed, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.pdf import write_pdf
from hub.web.shell.request_context import RequestContext, open_request
from schemas.access import AuditOutcome

__all__ = ["RIGHTS"]
router = RIGHTS.router
router.routes.extend(contest_routes.router.routes)
PAGE_SIZE = 25
LARGEST = 2**63 - 1
Before = Annotated[int | None, Query(ge=0, le=LARGEST)]
Reason = Annotated[str, Form(max_length=500)]
Number = Annotated[int, Path(ge=0, le=LARGEST)]


@router.get(RIGHTS.path)
def rights(request: Request, efter: Before = None, ukendt: bool = False) -> HTMLResponse:
    """Whose rights were decided about?"""
    with open_request(request, RIGHTS) as context:
        page = rights_list_page(
            read_all(context, efter),
            danish_day(context.now),
            size=PAGE_SIZE,
            not_found=ukendt,
            result=take_result(request),
        )
        return context.page(page)


@router.post(RIGHTS.path, dependencies=[Depends(require_form_token)])
def choose_citizen(request: Request, *, citizen: Annotated[str, Form(max_length=60)] = "") -> RedirectResponse:
    """Go to the citizen with that number or key; only the key stands in the address."""
    with open_request(request, RIGHTS) as context:
        citizen_id = find_citizen_id(context, citizen.strip())
    return RedirectResponse(f"{PATH}/{citizen_id}" if citizen_id else f"{PATH}?ukendt=true", 303)


@router.get(f"{RIGHTS.path}/{{citizen_id}}")
def citizen_rights(request: Request, citizen_id: UUID) -> HTMLResponse:
    """What was decided about this citizen?"""
    with open_request(request, RIGHTS) as context:
        settings = context.app.settings
        is_declared = settings.backup_dir is not None or "backup_retention_days" in settings.model_fields_set
        page = rights_page(
            read_rights(context, citizen_id),
            name_of(context, citizen_id),
            context.now,
            bus_hours=settings.bus_retention_hours,
            log_months=settings.audit_retention_months,
            backup_days=settings.backup_retention_days if is_declared else None,
            result=take_result(request),
        )
        return context.page(page)


@router.post(f"{RIGHTS.path}/{{citizen_id}}/kopi", dependencies=[Depends(require_form_token)])
def copy(
    request: Request,
    citizen_id: UUID,
    *,
    form: Annotated[str, Form(max_length=5)] = "pdf",
    with_names: Annotated[str, Form(max_length=5)] = "",
    reason: Reason = "",
) -> Response:
    """The citizen's copy of what is stored and of who looked, as a PDF or as JSON."""
    with open_request(request, RIGHTS) as context:
        result = copy_of(context, citizen_id, reason.strip() if with_names == "ja" else None)
        if result.copy_made is None:
            words = " ".join(map(fault_text, result.faults))
            typed = redact_typed({"reason": reason}, "reason") | {"with_names": with_names}
            keep_result(request, FormResult(words, is_error=True, form="copy", typed=typed))
            return RedirectResponse(f"{PATH}/{citizen_id}", 303)
        titles = {name: source.title for name, source in context.known_sources.items()}
    headers = {"cache-control": "no-store", "content-disposition": f'attachment; filename="indsigt.{form}"'}
    if form == "json":
        body = result.copy_made.model_dump_json(indent=2).encode()
        return Response(body, media_type="application/json", headers=headers)
    headers["content-disposition"] = 'attachment; filename="indsigt.pdf"'
    paper = copy_paper(result.copy_made, titles)
    return Response(
        write_pdf("rights/templates/copy.typ", "copy", asdict(paper)), media_type="application/pdf", headers=headers
    )


@router.post(f"{RIGHTS.path}/{{citizen_id}}/hold", dependencies=[Depends(require_form_token)])
def place(
    request: Request, citizen_id: UUID, *, reason: Reason = "", last_day: Annotated[str, Form(max_length=20)] = ""
) -> RedirectResponse:
    """Let nothing about the citizen be deleted."""
    with open_request(request, RIGHTS) as context:
        try:
            day = date.fromisoformat(last_day.strip()) if last_day.strip() else None
        except ValueError:
            result = RightsResult(AuditOutcome.FAILED, (RightsFault.LAST_DAY_UNREADABLE,))
        else:
            result = place_hold(context, citizen_id, WrittenHold(reason=reason.strip(), last_day=day))
        typed = {"reason": reason, "last_day": last_day}
        keep(context, result, texts.HELD, "hold", typed)
    return RedirectResponse(f"{PATH}/{citizen_id}", 303)


@router.post(f"{RIGHTS.path}/{{citizen_id}}/hold/{{hold_id}}/ophaev", dependencies=[Depends(require_form_token)])
def release(request: Request, citizen_id: UUID, hold_id: Number, *, reason: Reason = "") -> RedirectResponse:
    """Let what is due be deleted again."""
    with open_request(request, RIGHTS) as context:
        result = release_hold(context, citizen_id, hold_id, reason.strip())
        keep(context, result, texts.RELEASED, f"release-{hold_id}", {"reason": reason})
    return RedirectResponse(f"{PATH}/{citizen_id}", 303)


@router.post(f"{RIGHTS.path}/{{citizen_id}}/begraensning", dependencies=[Depends(require_form_token)])
def restrict(
    request: Request, citizen_id: UUID, *, reason: Reason = "", review_on: Annotated[str, Form(max_length=20)] = ""
) -> RedirectResponse:
    """Let nobody else be shown anything of the citizen."""
    with open_request(request, RIGHTS) as context:
        try:
            day = date.fromisoformat(review_on.strip()) if review_on.strip() else None
        except ValueError:
            result = RightsResult(AuditOutcome.FAILED, (RightsFault.LAST_DAY_UNREADABLE,))
        else:
            written = WrittenRestriction(reason=reason.strip(), review_on=day)
            result = restrict_citizen(context, citizen_id, written)
        keep(context, result, texts.RESTRICTED, "restrict", {"reason": reason, "review_on": review_on})
    return RedirectResponse(f"{PATH}/{citizen_id}", 303)


@router.post(
    f"{RIGHTS.path}/{{citizen_id}}/begraensning/{{restriction_id}}/ophaev", dependencies=[Depends(require_form_token)]
)
def lift_it(
    request: Request,
    citizen_id: UUID,
    restriction_id: Number,
    *,
    reason: Reason = "",
    is_told: Annotated[str, Form(alias="told", max_length=5)] = "",
) -> RedirectResponse:
    """Let those who may see the citizen again."""
    with open_request(request, RIGHTS) as context:
        result = lift_restriction(context, citizen_id, restriction_id, reason.strip(), is_told=is_told == "ja")
        keep(context, result, texts.RESTRICTION_LIFTED, f"lift-{restriction_id}", {"reason": reason})
    return RedirectResponse(f"{PATH}/{citizen_id}", 303)


@router.post(f"{RIGHTS.path}/{{citizen_id}}/slet", dependencies=[Depends(require_form_token)])
def forget(
    request: Request, citizen_id: UUID, *, reason: Reason = "", confirmed: Annotated[str, Form(max_length=5)] = ""
) -> RedirectResponse:
    """Delete everything about the citizen but the log."""
    with open_request(request, RIGHTS) as context:
        result = forget_whole(context, citizen_id, reason.strip(), is_confirmed=confirmed == "ja")
        if result.outcome is AuditOutcome.NOT_FOUND:
            keep_result(request, FormResult(texts.NOTHING_STORED, is_error=True))
        else:
            done = texts.FORGOTTEN.format(counts=counts_text(result.counts))
            keep(context, result, done, "forget", {"reason": reason})
        is_done = result.outcome is AuditOutcome.SHOWN
    return RedirectResponse(PATH if is_done else f"{PATH}/{citizen_id}", 303)


@router.post(f"{RIGHTS.path}/glemt/{{forgetting_id}}/ophaev", dependencies=[Depends(require_form_token)])
def lift(request: Request, forgetting_id: Number, *, reason: Reason = "") -> RedirectResponse:
    """Let sources tell of the citizen again."""
    with open_request(request, RIGHTS) as context:
        result = lift_forgetting(context, forgetting_id, reason.strip())
        keep(context, result, texts.LIFTED, f"lift-{forgetting_id}", {"reason": reason})
    return RedirectResponse(PATH, 303)


def read_all(context: RequestContext, before: int | None) -> RightsOverview:
    """Holds that stand and who was forgotten; for page and API.

    Raises:
        MissingRole: the role decides about no rights.
    """
    overview = _desk(context).read_all(before=before, size=PAGE_SIZE)
    if overview is None:
        raise MissingRole
    return overview


def read_rights(context: RequestContext, citizen_id: UUID) -> RightsView:
    """What was decided about a citizen; likewise.

    Raises:
        CitizenNotFound: nothing is stored, and nothing was decided.
    """
    view = _desk(context).read(citizen_id)
    if view is None:
        raise MissingRole
    if not view.is_known and not view.holds and not view.restrictions:
        raise CitizenNotFound
    return view


def copy_of(context: RequestContext, citizen_id: UUID, name_reason: str | None) -> CopyResult:
    """The citizen's copy, or what must be corrected; likewise.

    Raises:
        MissingRole: the role makes none.
        CitizenNotFound: nothing is stored about the citizen.
    """
    employees = identity.actors(context.session)
    units = {each.unit_id: each.unit_name for each in employees if each.unit_id and each.unit_name}
    result = make_copy(
        context.session, _desk(context), citizen_id, name_reason=name_reason, units=units, now=context.now
    )
    if result.is_unknown:
        raise CitizenNotFound
    if result.copy_made is None and not result.faults:
        raise MissingRole
    return result


def place_hold(context: RequestContext, citizen_id: UUID, written: WrittenHold) -> RightsResult:
    """Let nothing be deleted; likewise."""
    result = allowed(_desk(context).place_hold(citizen_id, written))
    if result.outcome is AuditOutcome.NOT_FOUND:
        raise CitizenNotFound
    return result


def release_hold(context: RequestContext, citizen_id: UUID, hold_id: int, reason: str) -> RightsResult:
    """Let what is due be deleted again; likewise."""
    return allowed(_desk(context).release_hold(citizen_id, hold_id, reason))


def restrict_citizen(context: RequestContext, citizen_id: UUID, written: WrittenRestriction) -> RightsResult:
    """Let nobody else be shown anything of the citizen; likewise."""
    result = allowed(_desk(context).restrict(citizen_id, written, _rebuild(context, citizen_id)))
    if result.outcome is AuditOutcome.NOT_FOUND:
        raise CitizenNotFound
    return result


def lift_restriction(
    context: RequestContext, citizen_id: UUID, restriction_id: int, reason: str, *, is_told: bool
) -> RightsResult:
    """Let those who may see the citizen again; likewise."""
    rebuild = _rebuild(context, citizen_id)
    return allowed(_desk(context).lift_restriction(citizen_id, restriction_id, reason, rebuild, is_told=is_told))


def _rebuild(context: RequestContext, citizen_id: UUID) -> Callable[[], int]:
    return lambda: rebuild_around(context.session, citizen_id, now=context.now)


def forget_whole(context: RequestContext, citizen_id: UUID, reason: str, *, is_confirmed: bool) -> RightsResult:
    """Delete everything about the citizen but the log; likewise."""
    keys = Keys(context.app.digest_key, context.app.payload_cipher)
    return allowed(
        _desk(context).forget(
            citizen_id,
            reason,
            is_confirmed=is_confirmed,
            forget=lambda why: forget_citizen(
                context.session, citizen_id, reason=why, by=context.actor.caller_name, keys=keys, now=context.now
            ),
        )
    )


def lift_forgetting(context: RequestContext, forgetting_id: int, reason: str) -> RightsResult:
    """Let sources tell of the citizen again; likewise."""
    return allowed(_desk(context).lift_forgetting(forgetting_id, reason))


def _desk(context: RequestContext) -> RightsDesk:
    return RightsDesk(context.session, context.actor, context.access(), now=context.now)
