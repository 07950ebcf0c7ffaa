"""What an administrator does while a source is set up: each act is decided, logged and then done.

The pages and the API share them. Each belongs to the transaction of the request.
"""

from collections.abc import Iterable, Mapping

from fastapi import Request
from pydantic import JsonValue

from hub.access import service as access
from hub.errors import MissingRole, SettingsIncomplete, SourceChanged, SourceNotFound, UnknownPage
from hub.sources import approval_repository, repository, service, stream_repository
from hub.sources.approvals import approve_fields, plan_streams
from hub.sources.definitions import SourceDefinition, SourceLifecycle, SourceOrigin
from hub.sources.schedule import Schedule
from hub.sources.service import SourceChange
from hub.sources.trial_runner import start_trial
from hub.sources.trials import TrialKind
from hub.web.connect import texts
from hub.web.connect.draft import Draft, lock_draft, open_draft
from hub.web.connect.present import kind_title
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction


def add_draft(context: RequestContext, kind: str) -> str:
    """A draft of that kind, by name; an untouched one of the same person is used again, so sending twice makes one.

    Raises:
        UnknownPage: there is no such kind.
        MissingRole: the actor may not.
    """
    builder = context.app.catalogue.builder
    if kind not in builder.kinds:
        raise UnknownPage
    repository.lock_catalogue(context.session)
    name, is_new = _free_name(context, kind)
    if is_new:
        _decide(context, name, "draft_added")
        title = _distinct_title(context, kind)
        definition = SourceDefinition(name=name, kind=kind, title=title, lifecycle=SourceLifecycle.DRAFT)
        service.add_source(context.session, builder, definition, secrets={}, by=context.actor.id)
    return name


def save_settings(context: RequestContext, draft: Draft, change: SourceChange, version: int) -> None:
    """Keep the settings: of a draft also where they are not whole; a source that is read goes on as it is now.

    Raises:
        SourceChanged: somebody else has changed it since *version*.
        SettingsIncomplete: it is read, and could not be with these settings.
        DefinedInFile: it is changed in the file of sources.
        InvalidSetting: a secret is given that is none.
        MissingRole: the actor may not.
    """
    if version != draft.source.version:
        raise SourceChanged
    is_read = not draft.is_draft and draft.source.definition.origin is SourceOrigin.STORED
    if is_read and (errors := draft.errors_with(change)):
        raise SettingsIncomplete(errors)
    before = draft.source.definition
    plain = [name for name, value in change.settings.items() if value != before.settings.get(name)]
    fields = [*plain, *change.secrets, *change.removed_secrets]
    fields += [name for name in ("area", "title") if getattr(change, name) not in {None, getattr(before, name)}]
    fields += [
        f"secret_expiry.{path}" for path, day in change.secret_expiry.items() if day != before.secret_expiry.get(path)
    ]
    _decide(context, draft.source.name, "settings_saved", fields=fields)
    service.change_source(
        context.session,
        context.app.catalogue.builder,
        draft.source.name,
        change,
        by=context.actor.id,
        expected_version=version,
    )


def approve(context: RequestContext, draft: Draft, plans: Mapping[str, tuple[Schedule, bool]], approver: str) -> None:
    """Keep the plan of the streams, and the approval of every field that is read now, by the name of *approver*.

    Args:
        context: of the request.
        draft: the source; one of the sources file keeps the plan that stands there.
        plans: when each stream is read, and whether.
        approver: who answers for the field list. Empty: what is approved already stands.

    Raises:
        InvalidSetting: its connector cannot be built.
        MissingRole: the actor may not.
    """
    builder, name = context.app.catalogue.builder, draft.source.name
    if draft.source.definition.origin is SourceOrigin.STORED and plans:
        _decide(context, name, "streams_planned", fields=[stream for stream, plan in plans.items() if plan[1]])
        plan_streams(context.session, builder, name, plans)
    if approver:
        _decide(context, name, "fields_approved", fields=[approver])
        approve_fields(context.session, builder, name, approver=approver, by=context.actor.id)
        stream_repository.make_due(context.session, name, context.now)


def start_reading(context: RequestContext, draft: Draft) -> str | None:
    """Read it from now on; why it cannot be, in Danish. Of a source that is read already nothing changes.

    Raises:
        MissingRole: the actor may not.
    """
    if not draft.is_draft:
        return None
    if why_not := draft.why_not():
        return why_not
    _decide(context, draft.source.name, "started")
    service.change_source(
        context.session,
        context.app.catalogue.builder,
        draft.source.name,
        SourceChange(lifecycle=SourceLifecycle.ACTIVE),
        by=context.actor.id,
        expected_version=draft.source.version,
    )
    return None


def discard_draft(context: RequestContext, name: str) -> None:
    """Throw a draft away, with its secrets. One that is gone already stays so.

    Raises:
        SourceNotFound: it is no draft.
        MissingRole: the actor may not.
    """
    context.require(AuditAction.CONFIGURE_SOURCE)
    repository.lock_catalogue(context.session)
    source = repository.get_source(context.session, name)
    if source is not None and source.definition.lifecycle is SourceLifecycle.REMOVED:
        return
    draft = open_draft(context, name)
    if not draft.is_draft:
        raise SourceNotFound
    _decide(context, draft.source.name, "draft_discarded")
    service.remove_source(context.session, context.app.catalogue.builder, draft.source.name, by=context.actor.id)


def try_source(request: Request, workspace: Workspace, name: str, kind: TrialKind) -> str | None:
    """Begin a check or a preview in the background; one that is under way goes on. Why it cannot be, in Danish.

    Its transaction is its own: the trial may only begin once it is stored.

    Raises:
        SourceNotFound: there is no such source.
        MissingRole: the actor may not.
    """
    with open_request(request, workspace) as context:
        draft = lock_draft(context, name)
        if kind is TrialKind.PREVIEW and (why_not := draft.why_not()):
            return why_not
        before = draft.check if kind is TrialKind.CHECK else draft.preview
        if before is not None and before.is_running(context.now) and before.source_version == draft.source.version:
            return None
        _decide(context, name, "checked" if kind is TrialKind.CHECK else "previewed")
        number = approval_repository.begin_trial(
            context.session, name, kind, source_version=draft.source.version, now=context.now
        )
        app = context.app
    start_trial(app.database, app.catalogue.builder, name, kind, number)
    return None


def _free_name(context: RequestContext, kind: str) -> tuple[str, bool]:
    """A name for a new source of the kind, and whether it is new: the actor's own untouched draft is used again."""
    sources = {source.name: source for source in repository.list_sources(context.session)}
    base = texts.NAMES.get(kind, kind)
    number = 1
    while True:
        name = base if number == 1 else f"{base}_{number}"
        source = sources.get(name)
        if source is None:
            return name, True
        definition = source.definition
        is_untouched = source.version == 1 and definition.lifecycle is SourceLifecycle.DRAFT
        if is_untouched and source.changed_by == context.actor.id and definition.kind == kind:
            return name, False
        number += 1


def _distinct_title(context: RequestContext, kind: str) -> str | None:
    """A title that tells a source from those of its kind that there are. None: it is the first, and has the kind's."""
    of_kind = [source for source in repository.list_sources(context.session) if source.definition.kind == kind]
    return f"{kind_title(kind)} {len(of_kind) + 1}" if of_kind else None


def _decide(context: RequestContext, name: str, act: str, *, fields: Iterable[str] = ()) -> None:
    """Ask the policy about an act on the source and write its line, with the names of what it is about."""
    details: dict[str, JsonValue] = {"act": act}
    if names := list(fields):
        details["fields"] = list[JsonValue](names)
    request = context.access()
    action = AuditAction.CONFIGURE_SOURCE
    if not access.change_source(
        context.session, context.actor, action, name, request, now=context.now, details=details
    ):
        raise MissingRole
