"""What a request knows of the source that is being set up."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from pydantic import JsonValue

from connectors.base import ConnectorKind, Stream
from hub.access import identity
from hub.errors import InvalidSetting, SourceNotFound
from hub.sources import approval_repository, repository
from hub.sources.definitions import Source, SourceLifecycle
from hub.sources.field_approvals import BY_UPGRADE, FieldApproval, unapproved_fields
from hub.sources.secret_fields import merge
from hub.sources.service import SourceChange, holds_change
from hub.sources.trials import Trial, TrialKind
from hub.sources.validation import system_of
from hub.web.connect import texts
from hub.web.connect.page import SetupHead
from hub.web.connect.present import setup_head
from hub.web.shell.form_result import take_result
from hub.web.shell.request_context import RequestContext
from hub.web.shell.settings_input import field_errors
from hub.web.shell.view_models import Outcome
from schemas.source import SourceSystem


@dataclass(frozen=True)
class Draft:
    """A source with what is known of its set-up; one that is read already shows its check and its field list too."""

    context: RequestContext
    source: Source
    kind: ConnectorKind
    approvals: Mapping[str, FieldApproval]
    check: Trial | None
    preview: Trial | None

    @property
    def schema(self) -> dict[str, JsonValue]:
        """JSON Schema of its settings."""
        return self.kind.spec()

    @property
    def is_draft(self) -> bool:
        """Whether it is not read yet."""
        return self.source.definition.lifecycle is SourceLifecycle.DRAFT

    def field_errors(self) -> dict[str, str]:
        """What is wrong with its settings, in Danish, by field."""
        return field_errors(self.kind.settings_type, merge(self.source.definition.settings, self._secrets()))

    def errors_with(self, change: SourceChange) -> dict[str, str]:
        """The same, if it were changed so."""
        settings = {**self.source.definition.settings, **change.settings}
        secrets = {path: secret for path, secret in self._secrets().items() if path not in change.removed_secrets}
        whole = merge(
            {name: value for name, value in settings.items() if value is not None}, {**secrets, **change.secrets}
        )
        return field_errors(self.kind.settings_type, whole)

    def declared(self) -> tuple[SourceSystem, tuple[Stream, ...]]:
        """What its connector declares.

        Raises:
            InvalidSetting: it cannot be built.
        """
        builder = self.context.app.catalogue.builder
        secrets = repository.secrets_of(self.context.session, self.source.name)
        with closing(builder.build(self.source.definition, secrets)) as connector:
            return system_of(self.source.definition, connector), connector.discover()

    def why_not(self) -> str | None:
        """Why it cannot be read yet; None: it can."""
        try:
            _, streams = self.declared()
        except InvalidSetting:
            return texts.SETTINGS_WRONG
        return texts.NOT_APPROVED if unapproved_fields(streams, self.approvals) else None

    def holds(self, change: SourceChange, version: int) -> bool:
        """Whether exactly this was saved by the same person just now: a form that was sent twice."""
        is_next = (self.source.version, self.source.changed_by) == (version + 1, self.context.actor.id)
        return is_next and holds_change(self.source.definition, self._secrets(), change)

    def needs_approval(self, streams: Sequence[Stream]) -> bool:
        """Whether a person has yet to approve what these streams read; what an upgrade carried over, nobody has."""
        is_carried_over = any(approval.approved_by == BY_UPGRADE for approval in self.approvals.values())
        return is_carried_over or bool(unapproved_fields(streams, self.approvals))

    def changed_by(self) -> str:
        """Name of whoever changed it last."""
        names = {actor.id: actor.name for actor in identity.actors(self.context.session)}
        return names.get(self.source.changed_by, self.source.changed_by)

    def _secrets(self) -> dict[str, str]:
        builder, name = self.context.app.catalogue.builder, self.source.name
        stored = repository.secrets_of(self.context.session, name)
        return {field: builder.decrypt(name, field, ciphertext) for field, ciphertext in stored.items()}

    def head(self, step: int, outcome: Outcome | None = None) -> SetupHead:
        """What stands above a step; the result of the form before is shown once."""
        result = take_result(self.context.request)
        is_checked = self.check is not None and self.check.is_ok and self.check.source_version == self.source.version
        is_whole, is_approved = not self.field_errors(), self.why_not() is None
        done = (is_whole, is_checked, is_approved, not self.is_draft)
        return setup_head(self.source, step, done, outcome or (result.outcome if result else None))


def open_draft(context: RequestContext, name: str) -> Draft:
    """The source of that name, from the store itself: the catalogue may be half a second behind.

    Raises:
        SourceNotFound: there is none, or it was removed.
    """
    source = repository.get_source(context.session, name)
    kind = context.app.catalogue.builder.kinds.get(source.definition.kind) if source else None
    if source is None or kind is None or source.definition.lifecycle is SourceLifecycle.REMOVED:
        raise SourceNotFound
    return Draft(
        context=context,
        source=source,
        kind=kind,
        approvals=approval_repository.list_approvals(context.session, name),
        check=approval_repository.get_trial(context.session, name, TrialKind.CHECK),
        preview=approval_repository.get_trial(context.session, name, TrialKind.PREVIEW),
    )


def lock_draft(context: RequestContext, name: str) -> Draft:
    """The same to change it: of a form that is sent twice at once, the second sees what the first has done.

    Raises:
        SourceNotFound: there is none, or it was removed.
    """
    repository.lock_catalogue(context.session)
    return open_draft(context, name)
