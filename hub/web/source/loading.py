"""What the pages of one source read, and how an act on it is decided."""

from connectors.base import RereadsSince
from hub.access import identity, service
from hub.errors import InvalidSetting, MissingRole, SourceNotFound
from hub.inbox.backlog import read_backlog
from hub.indexing import repository as indexing
from hub.matching import repository as matching
from hub.quarantine.repository import count_open
from hub.sources import held_repository, repository, stream_repository
from hub.web.shell.declared_types import declared_streams, type_titles
from hub.web.shell.request_context import RequestContext
from hub.web.source.present import SourceFacts, SourceNumbers
from schemas.access import AuditAction


def load_facts(context: RequestContext, name: str) -> SourceFacts:
    """What every page of the source knows of it.

    Raises:
        SourceNotFound: there is no such source that is read.
    """
    states = dict(zip((source.name for source in context.sources), context.source_states, strict=True))
    source = next((source for source in context.sources if source.name == name), None)
    if source is None:
        raise SourceNotFound
    return SourceFacts(
        source=source,
        state=states[name],
        pause=repository.pauses(context.session).get(name),
        streams=stream_repository.list_streams(context.session, name),
        titles=type_titles(declared_streams(context.app, name)),
        employees={actor.id: actor.name for actor in identity.actors(context.session)},
        now=context.now,
    )


def load_numbers(context: RequestContext, name: str) -> SourceNumbers:
    """What is counted of the source outside its runs."""
    return SourceNumbers(
        open_lines=count_open(context.session).get(name, 0),
        held=held_repository.list_held(context.session, name),
        unmatched=matching.unmatched_counts(context.session).get(name, 0),
        inbox=read_backlog(context.session, name),
        comparison=indexing.comparisons(context.session).get(name),
    )


def can_reread_since(context: RequestContext, name: str) -> bool:
    """Whether the source can be read again from a day."""
    try:
        with context.app.catalogue.lend_connector(name) as connector:
            return isinstance(connector, RereadsSince) and connector.can_reread_since
    except InvalidSetting:
        return False


def decide(context: RequestContext, action: AuditAction, name: str, reason: str | None = None) -> None:
    """Ask the policy about an act on the source; a refusal is logged, and so is the act.

    Raises:
        SourceNotFound: there is no such source.
        MissingRole: the actor may not.
    """
    context.require(action)
    if name not in {source.name for source in context.app.catalogue.known()}:
        raise SourceNotFound
    access = context.access(reason=reason)
    if not service.change_source(context.session, context.actor, action, name, access, now=context.now):
        raise MissingRole
