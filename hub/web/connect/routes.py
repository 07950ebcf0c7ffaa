"""The pages on which a source is set up: kind, settings, check, fields and plan, preview, start."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.redaction import redact_identifiers
from hub.errors import InvalidSetting
from hub.sources import repository, stream_repository
from hub.sources.service import SourceChange
from hub.sources.trials import TrialKind
from hub.web.connect import acts, texts
from hub.web.connect.draft import Draft, lock_draft, open_draft
from hub.web.connect.page import (
    CheckPage,
    CheckProgress,
    FieldsPage,
    NewSourcePage,
    PreviewPage,
    PreviewPart,
    PreviewProgress,
    SettingsPage,
)
from hub.web.connect.plan_input import read_plans
from hub.web.connect.present import (
    check_part,
    kind_choices,
    kind_title,
    preview_part,
    setup_path,
    stream_lines,
    wanting_text,
)
from hub.web.shell.form_result import FormResult, keep_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.rendering import render_fragment
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.settings_form import settings_form
from hub.web.shell.settings_input import Posted, posted_form, read_expiry, read_settings
from hub.web.shell.view_models import Outcome
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, Purpose

CONNECT = Workspace(
    name="connect",
    path="/kilder/ny",
    title="Ny kilde",
    action=AuditAction.CONFIGURE_SOURCE,
    purpose=Purpose.OPERATIONS,
    in_menu=False,
    pages=(NewSourcePage, SettingsPage, CheckPage, CheckProgress, FieldsPage, PreviewPage, PreviewProgress),
)
router = CONNECT.router
SETUP = "/kilder/{name}/opsaetning"
PostedForm = Annotated[Posted, Depends(posted_form)]
TOKEN = [Depends(require_form_token)]


@router.get(CONNECT.path)
def new_source(request: Request) -> HTMLResponse:
    """Which fagsystem is to be connected?"""
    with open_request(request, CONNECT) as context:
        return context.page(
            NewSourcePage(kind_choices(context.app.catalogue.builder.kinds, is_demo=context.app.settings.demo))
        )


@router.post(CONNECT.path, dependencies=TOKEN)
def choose_kind(request: Request, kind: Annotated[str, Form(max_length=50)]) -> RedirectResponse:
    """A draft of that kind; an untouched one of the same person is used again, so that sending twice makes one.

    Raises:
        UnknownPage: there is no such kind.
    """
    with open_request(request, CONNECT) as context:
        name = acts.add_draft(context, kind)
    context.app.catalogue.expire()
    return RedirectResponse(setup_path(name), 303)


@router.get(SETUP, response_model=None)
def settings(request: Request, name: str, fejl: Annotated[bool, Query()] = False) -> HTMLResponse | RedirectResponse:
    """Where is the fagsystem, and how do we log in?

    Raises:
        SourceNotFound: there is no such source.
    """
    with open_request(request, CONNECT) as context:
        draft = open_draft(context, name)
        if not draft.is_draft:
            return RedirectResponse(setup_path(name, 2), 303)
        errors = draft.field_errors() if fejl else {}
        return _settings_page(context, draft, draft.source.definition.settings, errors)


@router.post(SETUP, dependencies=TOKEN, response_model=None)
def save_settings(request: Request, name: str, posted: PostedForm) -> HTMLResponse | RedirectResponse:
    """Keep what was typed, also where it is not whole; then check the connection, if that was asked for.

    Raises:
        SourceNotFound: there is no such source.
    """
    goes_on = "videre" in posted
    with open_request(request, CONNECT) as context:
        draft = lock_draft(context, name)
        typed = read_settings(draft.schema, posted)
        title = redact_identifiers("".join(posted.get("title", ())[:1]))[:100]
        version = "".join(posted.get("version", ())[:1])
        expiry, wrong = read_expiry(typed.expiry)
        change = SourceChange(
            title=title or None,
            settings=typed.settings,
            secrets=typed.secrets,
            removed_secrets=typed.removed_secrets,
            secret_expiry=expiry,
        )
        is_current = version.isdecimal() and int(version) == draft.source.version
        is_saved = not is_current and version.isdecimal() and draft.holds(change, int(version))
        shown = {key: value for key, value in typed.settings.items() if value is not None}
        if wrong:
            return _settings_page(context, draft, shown, wrong, title=title, expiry=typed.expiry, status=422)
        if not is_current and not is_saved:
            who = draft.changed_by()
            message = texts.CHANGED_MEANWHILE.format(who=who)
            message += texts.SECRETS_AGAIN if typed.secrets else ""
            outcome = Outcome(message, is_error=True)
            return _settings_page(context, draft, shown, {}, outcome, title=title, expiry=typed.expiry, status=409)
        if not is_saved:
            acts.save_settings(context, draft, change, int(version))
        saved = open_draft(context, name)
        if not goes_on:
            keep_result(request, FormResult(texts.SAVED))
            return RedirectResponse(setup_path(name), 303)
        if saved.field_errors():
            return RedirectResponse(f"{setup_path(name)}?fejl=1#errors", 303)
    acts.try_source(request, CONNECT, name, TrialKind.CHECK)
    return RedirectResponse(setup_path(name, 1), 303)


@router.get(f"{SETUP}/tjek")
def check(request: Request, name: str) -> HTMLResponse:
    """Can it be read?

    Raises:
        SourceNotFound: there is no such source.
    """
    with open_request(request, CONNECT) as context:
        draft = open_draft(context, name)
        return context.page(CheckPage(draft.head(1), check_part(draft.source, draft.check, context.now)))


@router.get(f"{SETUP}/tjek/trin")
def check_progress(request: Request, name: str) -> HTMLResponse:
    """How far the check has come, for a swap in place.

    Raises:
        SourceNotFound: there is no such source.
    """
    with open_request(request, CONNECT) as context:
        draft = open_draft(context, name)
        return HTMLResponse(render_fragment(CheckProgress(check_part(draft.source, draft.check, context.now))))


@router.post(f"{SETUP}/tjek", dependencies=TOKEN)
def start_check(request: Request, name: str) -> RedirectResponse:
    """Check the connection; one that is being checked is not checked twice.

    Raises:
        SourceNotFound: there is no such source.
    """
    acts.try_source(request, CONNECT, name, TrialKind.CHECK)
    return RedirectResponse(setup_path(name, 1), 303)


@router.get(f"{SETUP}/felter", response_model=None)
def fields(request: Request, name: str) -> HTMLResponse | RedirectResponse:
    """What is read, with which right, and when?

    Raises:
        SourceNotFound: there is no such source.
    """
    with open_request(request, CONNECT) as context:
        draft = open_draft(context, name)
        try:
            system, streams = draft.declared()
        except InvalidSetting:
            return RedirectResponse(f"{setup_path(name)}?fejl=1#errors", 303)
        planned = {stream.stream: stream for stream in stream_repository.list_streams(context.session, name)}
        return context.page(
            FieldsPage(
                head=draft.head(2),
                authority=system.authority,
                legal_basis=system.legal_basis,
                coverage=system.coverage,
                not_covered=", ".join(system.not_covered),
                streams=stream_lines(streams, planned, draft.approvals),
                wanting=wanting_text(streams, draft.approvals)
                or (texts.CARRIED_OVER if draft.needs_approval(streams) else None),
                approver=context.actor.name,
            )
        )


@router.post(f"{SETUP}/felter", dependencies=TOKEN, response_model=None)
def approve_fields(request: Request, name: str, posted: PostedForm) -> RedirectResponse:
    """Keep the plan, approve the field list by name, and fetch a preview.

    Raises:
        SourceNotFound: there is no such source.
    """
    with open_request(request, CONNECT) as context:
        draft = lock_draft(context, name)
        _, streams = draft.declared()
        plans, wrong = read_plans(streams, posted)
        approver = redact_identifiers("".join(posted.get("approver", ())[:1]))[:100]
        needs_approval = draft.needs_approval(streams)
        if wrong is None and needs_approval and not (approver and "approved" in posted):
            wrong = texts.APPROVER_MISSING
        if wrong is not None:
            keep_result(request, FormResult(wrong, is_error=True))
            return RedirectResponse(setup_path(name, 2), 303)
        acts.approve(context, draft, plans, approver if needs_approval else "")
        if not draft.is_draft:
            keep_result(
                request, FormResult(texts.APPROVED.format(name=approver) if needs_approval else texts.PLAN_SAVED)
            )
            return RedirectResponse(setup_path(name, 2), 303)
    acts.try_source(request, CONNECT, name, TrialKind.PREVIEW)
    return RedirectResponse(setup_path(name, 3), 303)


@router.get(f"{SETUP}/proeve")
def preview(request: Request, name: str) -> HTMLResponse:
    """How will it land?

    Raises:
        SourceNotFound: there is no such source.
    """
    with open_request(request, CONNECT) as context:
        draft = open_draft(context, name)
        return context.page(
            PreviewPage(draft.head(3), _preview_part(context, draft), can_start=draft.is_draft and not draft.why_not())
        )


@router.get(f"{SETUP}/proeve/linjer")
def preview_progress(request: Request, name: str) -> HTMLResponse:
    """How far the preview has come, for a swap in place.

    Raises:
        SourceNotFound: there is no such source.
    """
    with open_request(request, CONNECT) as context:
        return HTMLResponse(render_fragment(PreviewProgress(_preview_part(context, open_draft(context, name)))))


@router.post(f"{SETUP}/proeve", dependencies=TOKEN)
def start_preview(request: Request, name: str) -> RedirectResponse:
    """Fetch a preview; only of what somebody has approved.

    Raises:
        SourceNotFound: there is no such source.
    """
    why_not = acts.try_source(request, CONNECT, name, TrialKind.PREVIEW)
    if why_not:
        keep_result(request, FormResult(texts.NOT_READY.format(why=why_not), is_error=True))
    return RedirectResponse(setup_path(name, 2 if why_not else 3), 303)


@router.post(f"{SETUP}/start", dependencies=TOKEN)
def start(request: Request, name: str) -> RedirectResponse:
    """Read it from now on. Sent twice, it is started once.

    Raises:
        SourceNotFound: there is no such source.
    """
    with open_request(request, CONNECT) as context:
        draft = lock_draft(context, name)
        if why_not := acts.start_reading(context, draft):
            keep_result(request, FormResult(texts.NOT_READY.format(why=why_not), is_error=True))
            return RedirectResponse(setup_path(name, 2 if why_not == texts.NOT_APPROVED else 0), 303)
        started = draft.source.definition.title or kind_title(draft.source.definition.kind)
        keep_result(request, FormResult(texts.STARTED.format(title=started)))
    context.app.catalogue.expire()
    return RedirectResponse("/kilder", 303)


@router.post(f"{SETUP}/kasser", dependencies=TOKEN)
def discard(request: Request, name: str) -> RedirectResponse:
    """Throw a draft away, with its secrets. Sent twice, both answers say that it is gone.

    Raises:
        SourceNotFound: there is no such draft.
    """
    with open_request(request, CONNECT) as context:
        acts.discard_draft(context, name)
        keep_result(request, FormResult(texts.DISCARDED))
    context.app.catalogue.expire()
    return RedirectResponse("/kilder", 303)


def _preview_part(context: RequestContext, draft: Draft) -> PreviewPart:
    try:
        _, streams = draft.declared()
    except InvalidSetting:
        streams = ()
    return preview_part(draft.source, draft.preview, streams, context.now)


def _settings_page(  # noqa: PLR0913  keyword-only from the title on
    context: RequestContext,
    draft: Draft,
    shown: Mapping[str, object],
    errors: Mapping[str, str],
    outcome: Outcome | None = None,
    *,
    title: str | None = None,
    expiry: Mapping[str, object] | None = None,
    status: int = 200,
) -> HTMLResponse:
    secrets = repository.secrets_of(context.session, draft.source.name)
    definition = draft.source.definition
    form = settings_form(
        draft.schema,
        dict(shown),  # type: ignore[arg-type]
        secrets_set=list(secrets),
        expiry=definition.secret_expiry if expiry is None else expiry,
        errors=errors,
    )
    own_title = definition.title or "" if title is None else title
    page = SettingsPage(draft.head(0, outcome), form, own_title, kind_title(definition.kind))
    return context.page(page, status=status)
