"""The JSON twins of the pages on which a source is set up: the same acts, decisions and lines in the log."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field, JsonValue

from connectors.base import Stream
from hub.access.redaction import redact_identifiers
from hub.errors import DefinedInFile, FieldsNotApproved, InvalidSetting, SettingsIncomplete, SourceNotFound
from hub.sources import repository
from hub.sources.definitions import SourceLifecycle
from hub.sources.field_approvals import FieldApproval, UnapprovedFields, unapproved_fields
from hub.sources.schedule import Schedule
from hub.sources.service import SourceChange
from hub.sources.trials import Trial, TrialKind
from hub.web.api import LOGGED_IN, PROBLEM
from hub.web.connect import acts, texts
from hub.web.connect.draft import Draft, lock_draft, open_draft
from hub.web.connect.present import kind_texts
from hub.web.connect.routes import CONNECT
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import RequestContext, open_request
from schemas.base import Schema
from schemas.source import Area, SourceSystem

NOT_THERE: Mapping[int | str, dict[str, Any]] = {404: {"description": "No such source.", **PROBLEM}}
NOT_READY: dict[int | str, dict[str, Any]] = {
    **NOT_THERE,
    409: {"description": "Somebody else has changed it, or something is missing before this step.", **PROBLEM},
}
router = APIRouter(prefix="/api/kilder", responses={**LOGGED_IN, **NOT_READY})
TOKEN = [Depends(require_header_token)]
SETUP = "/{name}/opsaetning"
Name = Annotated[str, Path(max_length=50)]


class KindAnswer(Schema):
    """A kind of fagsystem that can be connected."""

    kind: str
    title: str
    reads: str
    needs: str
    """What one must have at hand."""
    settings: Mapping[str, JsonValue]
    """JSON Schema of the settings; secrets are ``writeOnly``."""


class NewDraft(Schema):
    """What is to be connected."""

    kind: str = Field(max_length=50)


class DraftAnswer(Schema):
    """A source that is set up, or is read already."""

    name: str
    kind: str
    title: str | None
    lifecycle: SourceLifecycle
    version: int
    """Send it with a change."""
    settings: Mapping[str, JsonValue]
    secrets: tuple[str, ...]
    """Paths of those that are stored; never a value."""
    secret_expiry: Mapping[str, date]
    """Last day on which each secret is good, by path; of those of which somebody has said it."""
    errors: Mapping[str, str]
    """What is wrong, in Danish, by field; of the whole under the empty name."""
    why_not: str | None
    """Why it cannot be started yet, in Danish."""


class SettingsChange(Schema):
    """What is to be different; what is not named stays."""

    version: int = Field(ge=0, lt=2**63 - 1)
    """The version that was looked at."""
    area: Area | None = None
    title: str | None = Field(default=None, max_length=100)
    settings: Mapping[str, JsonValue] = Field(default_factory=dict)
    """A field that is null goes back to its default."""
    secrets: Mapping[str, str] = Field(default_factory=dict, repr=False)
    removed_secrets: tuple[str, ...] = ()
    secret_expiry: Mapping[str, date | None] = Field(default_factory=dict)
    """Last day of secrets by path; null: it has none. A secret that is given anew without a day has none."""


class FieldsAnswer(Schema):
    """What is read, with which right, and what of it is approved."""

    system: SourceSystem
    streams: tuple[Stream, ...]
    approvals: tuple[FieldApproval, ...]
    unapproved: tuple[UnapprovedFields, ...]
    """Not read until somebody approves them."""


class StreamPlan(Schema):
    """When a stream is read."""

    schedule: Schedule
    is_enabled: bool = True


class Approval(Schema):
    """That the field list is approved, and when the streams are read."""

    approver: str = Field(min_length=1, max_length=100)
    """Name of the person who answers for it."""
    streams: Mapping[str, StreamPlan] = Field(default_factory=dict)
    """By the stream's name; of one that is not named the plan stays."""


@router.get("/typer", summary="What can be connected")
def kinds(request: Request) -> tuple[KindAnswer, ...]:
    """With the JSON Schema of each kind's settings."""
    with open_request(request, CONNECT) as context:
        return tuple(_kind(kind, connector.spec()) for kind, connector in context.app.catalogue.builder.kinds.items())


@router.post("", summary="Begin a new source", status_code=201, dependencies=TOKEN)
def add(request: Request, new: NewDraft) -> DraftAnswer:
    """A draft, which is not read before it is started. Sent twice, it is one."""
    with open_request(request, CONNECT) as context:
        answer = _draft(context, acts.add_draft(context, new.kind))
    context.app.catalogue.expire()
    return answer


@router.get(SETUP, summary="How a source is set up")
def show(request: Request, name: Name) -> DraftAnswer:
    """Settings without secrets, and what is missing."""
    with open_request(request, CONNECT) as context:
        return _draft(context, name)


@router.patch(SETUP, summary="Change the settings of a source", dependencies=TOKEN)
def change(request: Request, name: Name, settings_change: SettingsChange) -> DraftAnswer:
    """Of a draft, settings that are not whole are kept too, and *errors* says what is wrong with them.

    A source that is read must stay whole: else nothing is kept, and the problem has *errors* by field. A run under way
    is stopped, and all processes go on with the new settings within seconds. Sent twice, it is one change.
    """
    with open_request(request, CONNECT) as context:
        values = settings_change.model_dump(exclude={"version"})
        values["title"] = redact_identifiers(settings_change.title or "") or None
        draft, wished = lock_draft(context, name), SourceChange.model_validate(values)
        try:
            if not draft.holds(wished, settings_change.version):
                acts.save_settings(context, draft, wished, settings_change.version)
        except DefinedInFile:
            raise
        except InvalidSetting:  # a secret is named that is none
            raise SettingsIncomplete from None
        answer = _draft(context, name)
    context.app.catalogue.expire()
    return answer


@router.delete(SETUP, summary="Throw a draft away", status_code=204, dependencies=TOKEN)
def discard(request: Request, name: Name) -> None:
    """With its secrets; one that is gone already stays so.

    A source that is read is removed on its page, in two steps.
    """
    with open_request(request, CONNECT) as context:
        acts.discard_draft(context, name)
    context.app.catalogue.expire()


@router.post(f"{SETUP}/tjek", summary="Check the connection", status_code=202, dependencies=TOKEN)
def begin_check(request: Request, name: Name) -> Trial:
    """Step by step, in the background: ask for it by GET until it has ended."""
    return _try(request, name, TrialKind.CHECK)


@router.get(f"{SETUP}/tjek", summary="How far the check has come")
def show_check(request: Request, name: Name) -> Trial:
    """Name, TLS, login, one row; the first step that fails is the last."""
    return _trial(request, name, TrialKind.CHECK)


@router.get(f"{SETUP}/felter", summary="What is read, and with which right")
def fields(request: Request, name: Name) -> FieldsAnswer:
    """The streams, the fields of each type, and who has approved them."""
    with open_request(request, CONNECT) as context:
        return _fields(context, name)


@router.post(f"{SETUP}/felter", summary="Approve the field list", dependencies=TOKEN)
def approve(request: Request, name: Name, approval: Approval) -> FieldsAnswer:
    """Every field that is read now, by name; a later version that reads more waits for the next approval."""
    with open_request(request, CONNECT) as context:
        draft = lock_draft(context, name)
        _, offered = _declared(draft)
        if not approval.streams.keys() <= {stream.name for stream in offered}:
            raise SourceNotFound
        plans = {stream: (plan.schedule, plan.is_enabled) for stream, plan in approval.streams.items()}
        acts.approve(context, draft, plans, redact_identifiers(approval.approver))
        return _fields(context, name)


@router.post(f"{SETUP}/proeve", summary="Fetch a preview", status_code=202, dependencies=TOKEN)
def begin_preview(request: Request, name: Name) -> Trial:
    """Twenty real rows, masked, in the background; nothing is stored. Only what somebody has approved is read."""
    return _try(request, name, TrialKind.PREVIEW)


@router.get(f"{SETUP}/proeve", summary="How its rows would land")
def show_preview(request: Request, name: Name) -> Trial:
    """Each row as the source says it and as it would land; those that cannot be read come first."""
    return _trial(request, name, TrialKind.PREVIEW)


@router.post(f"{SETUP}/start", summary="Read a source from now on", dependencies=TOKEN)
def start(request: Request, name: Name) -> DraftAnswer:
    """Once its settings are whole and its fields approved. Sent twice, it is started once."""
    with open_request(request, CONNECT) as context:
        _require_ready(acts.start_reading(context, lock_draft(context, name)))
        answer = _draft(context, name)
    context.app.catalogue.expire()
    return answer


def _kind(kind: str, settings: Mapping[str, JsonValue]) -> KindAnswer:
    title, reads, needs = (text.format(kind=kind) for text in kind_texts(kind))
    return KindAnswer(kind=kind, title=title, reads=reads, needs=needs, settings=settings)


def _draft(context: RequestContext, name: str) -> DraftAnswer:
    draft = open_draft(context, name)
    definition = draft.source.definition
    return DraftAnswer(
        name=name,
        kind=definition.kind,
        title=definition.title,
        lifecycle=definition.lifecycle,
        version=draft.source.version,
        settings=definition.settings,
        secrets=tuple(sorted(repository.secrets_of(context.session, name))),
        secret_expiry=definition.secret_expiry,
        errors=draft.field_errors(),
        why_not=draft.why_not() if draft.is_draft else None,
    )


def _fields(context: RequestContext, name: str) -> FieldsAnswer:
    draft = open_draft(context, name)
    system, streams = _declared(draft)
    return FieldsAnswer(
        system=system,
        streams=streams,
        approvals=tuple(draft.approvals.values()),
        unapproved=unapproved_fields(streams, draft.approvals),
    )


def _declared(draft: Draft) -> tuple[SourceSystem, tuple[Stream, ...]]:
    try:
        return draft.declared()
    except InvalidSetting:
        raise SettingsIncomplete from None


def _try(request: Request, name: str, kind: TrialKind) -> Trial:
    _require_ready(acts.try_source(request, CONNECT, name, kind))
    return _trial(request, name, kind)


def _require_ready(why_not: str | None) -> None:
    """Raises: SettingsIncomplete or FieldsNotApproved, where something is missing."""
    if why_not == texts.NOT_APPROVED:
        raise FieldsNotApproved
    if why_not:
        raise SettingsIncomplete


def _trial(request: Request, name: str, kind: TrialKind) -> Trial:
    with open_request(request, CONNECT) as context:
        draft = open_draft(context, name)
        trial = draft.check if kind is TrialKind.CHECK else draft.preview
        if trial is None:
            raise SourceNotFound
        return trial
