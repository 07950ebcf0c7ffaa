"""Settings of one source, changed by a form."""

from collections.abc import Collection, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import JsonValue

from hub.access.redaction import redact_identifiers
from hub.clock import danish_day
from hub.errors import InvalidSetting, SourceChanged
from hub.sources import repository, service
from hub.sources.definitions import Source
from hub.sources.secret_expiry import days_left
from hub.sources.secret_fields import merge
from hub.sources.service import SourceChange
from hub.web.shell import settings_texts
from hub.web.shell.dates import of_moment
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.settings_input import Posted, SettingsInput, field_errors, posted_form, read_expiry, read_settings
from hub.web.source import texts
from hub.web.source.loading import decide, load_facts
from hub.web.source.present import SourceFacts, source_head
from hub.web.source.present_settings import settings_page
from hub.web.source.workspace import SOURCE
from schemas.access import AuditAction
from schemas.source import Area

router = APIRouter(include_in_schema=False)
LONGEST_TITLE = 100


@router.get("/kilder/{name}/indstillinger")
def show_settings(request: Request, name: str, besked: str | None = None) -> HTMLResponse:
    """How is this source reached?"""
    with open_request(request, SOURCE) as context:
        facts, source = load_facts(context, name), repository.existing_source(context.session, name)
        context.record(AuditAction.READ_SOURCES)
        page = settings_page(
            facts,
            source,
            settings_schema(context, source),
            head=source_head(facts, "/indstillinger", besked),
            secrets_set=repository.secrets_of(context.session, name),
        )
        return context.page(page, f"Indstillinger for {facts.source.title}")


@router.post("/kilder/{name}/indstillinger", dependencies=[Depends(require_form_token)])
def save_settings(request: Request, name: str, posted: Annotated[Posted, Depends(posted_form)]) -> Response:
    """Keep the settings. What is wrong, or that somebody else has changed the source, is shown and nothing is kept."""
    with open_request(request, SOURCE) as context:
        decide(context, AuditAction.CONFIGURE_SOURCE, name, "indstillinger")
        repository.lock_catalogue(context.session)
        facts, source = load_facts(context, name), repository.existing_source(context.session, name)
        typed = read_settings(settings_schema(context, source), posted)
        stored = _stored_secrets(context, source)
        if _is_sent_twice(context, source, stored, _change(source, typed, posted), _one(posted, "version")):
            return RedirectResponse(f"/kilder/{name}/indstillinger?besked=gemt", 303)
        problem, errors = _problem(context, facts, source, stored, typed, posted)
        if problem is None:
            change = _change(source, typed, posted)
            if change == SourceChange():
                return RedirectResponse(f"/kilder/{name}/indstillinger?besked=intet-aendret", 303)
            problem = _save(context, source, change)
        if problem is None:
            return RedirectResponse(f"/kilder/{name}/indstillinger?besked=gemt", 303)
        current = repository.existing_source(context.session, name)
        page = settings_page(
            facts,
            current,
            settings_schema(context, current),
            head=source_head(facts, "/indstillinger", None),
            secrets_set=repository.secrets_of(context.session, name),
            typed={key: value for key, value in typed.settings.items() if value is not None},
            expiry=typed.expiry,
            title=_one(posted, "title"),
            area=_one(posted, "area"),
            errors=errors,
            problem=problem,
        )
        status = 422 if errors else 409
        return context.page(page, f"Indstillinger for {facts.source.title}", status=status)


def settings_schema(context: RequestContext, source: Source) -> dict[str, JsonValue]:
    """JSON Schema of its settings; empty where this version of Helhed has no such kind."""
    kind = context.app.catalogue.builder.kinds.get(source.definition.kind)
    return kind.spec() if kind else {}


def _stored_secrets(context: RequestContext, source: Source) -> dict[str, str]:
    """In clear, by path."""
    builder = context.app.catalogue.builder
    ciphertexts = repository.secrets_of(context.session, source.name)
    return {field: builder.decrypt(source.name, field, ciphertext) for field, ciphertext in ciphertexts.items()}


def _is_sent_twice(
    context: RequestContext, source: Source, stored: Mapping[str, str], change: SourceChange, version: str
) -> bool:
    """Whether the same person has saved exactly this just now, from the same page."""
    is_next = (str(source.version - 1), context.actor.id) == (version, source.changed_by)
    return is_next and service.holds_change(source.definition, stored, change)


def _problem(
    context: RequestContext,
    facts: SourceFacts,
    source: Source,
    secrets: Mapping[str, str],
    typed: SettingsInput,
    posted: Posted,
) -> tuple[str | None, dict[str, str]]:
    """Why the settings cannot be kept, and what is wrong by field."""
    if _one(posted, "version") != str(source.version):
        who, when = facts.name_of(source.changed_by), of_moment(source.changed_at, context.now).text
        return texts.SETTINGS_CHANGED.format(who=who, when=when), {}
    builder = context.app.catalogue.builder
    stored = {field: secret for field, secret in secrets.items() if field not in typed.removed_secrets}
    settings = {**source.definition.settings, **typed.settings}
    whole = merge({key: value for key, value in settings.items() if value is not None}, {**stored, **typed.secrets})
    errors = field_errors(builder.kinds[source.definition.kind].settings_type, whole)
    errors |= _expiry_errors(context, source, typed, stored)
    return (texts.SETTINGS_WRONG, errors) if errors else (None, {})


def _expiry_errors(
    context: RequestContext, source: Source, typed: SettingsInput, stored: Collection[str]
) -> dict[str, str]:
    """Days that are none; and a new secret with the day of the one before, of which a notice says that it ends."""
    days, errors = read_expiry(typed.expiry)
    for path, day in days.items():
        is_former = path in typed.secrets and path in stored and day == source.definition.secret_expiry.get(path)
        limit = context.app.settings.notice_certificate_days
        if is_former and day is not None and days_left(day, danish_day(context.now)) <= limit:
            errors[path.partition(".")[0]] = settings_texts.FORMER_DATE
    return errors


def _change(source: Source, typed: SettingsInput, posted: Posted) -> SourceChange:
    """What is different from what is stored."""
    before = source.definition
    title, area = redact_identifiers(_one(posted, "title"))[:LONGEST_TITLE], _one(posted, "area")
    return SourceChange(
        settings={key: value for key, value in typed.settings.items() if value != before.settings.get(key)},
        secrets=typed.secrets,
        removed_secrets=typed.removed_secrets,
        secret_expiry={
            path: day
            for path, day in read_expiry(typed.expiry)[0].items()
            if path in typed.secrets or day != before.secret_expiry.get(path)
        },
        title=title if title and title != before.title else None,
        area=Area(area) if area in set(Area) and area != before.area else None,
    )


def _save(context: RequestContext, source: Source, change: SourceChange) -> str | None:
    """Keep the change; why it was not kept."""
    try:
        with context.session.begin_nested():
            service.change_source(
                context.session,
                context.app.catalogue.builder,
                source.name,
                change,
                by=context.actor.id,
                expected_version=source.version,
            )
    except SourceChanged:
        return texts.SETTINGS_CHANGED.format(who="En anden", when="lige nu")
    except InvalidSetting:
        return texts.CANNOT_BUILD
    context.app.catalogue.expire()
    return None


def _one(posted: Posted, name: str) -> str:
    values = posted.get(name, ())
    return values[0] if values else ""
