"""Citizens and decisions for the tests of identity: records stored and matched, and people who decide."""

from uuid import UUID

import pytest

from hub.access.identity_acts import IdentityDesk
from hub.clock import FixedClock
from hub.db import Database, Session
from hub.digest import keyed_digest
from hub.errors import DecisionRefused, DecisionRule
from hub.matching import repository
from hub.overview.repository import current
from hub.pipeline import rebuild_due
from schemas.access import AccessRequest, Actor, Purpose, Role
from schemas.identifiers import Identifier
from schemas.overview import Overview
from schemas.record import SourceRecord
from tests.factories import make_party, make_record
from tests.processing import process_records

KEY = b"only-for-tests-only-for-tests-only"
REASON = "Afklaret med kilden i dag"


def administrator(name: str) -> Actor:
    """Somebody who may decide about identities."""
    return Actor(id=name, name=name.title(), title="administrator", roles=frozenset({Role.ADMINISTRATOR}))


class IdentityTown:
    """A store with records, and what people decide about them."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database = database
        self.clock = clock

    def process(self, *records: SourceRecord) -> None:
        """Store, match and rebuild."""
        process_records(self.database, list(records), digest_key=KEY, now=self.clock.now())

    def rebuild(self) -> None:
        """Build what is due, as a worker does."""
        now = self.clock.now()
        rebuild_due(self.database, digest_key=KEY, until=now, now=now, limit=1000)

    def desk(self, session: Session, by: str = "tine", reason: str | None = REASON) -> IdentityDesk:
        """Where one person decides, in a transaction of the caller."""
        request = AccessRequest(purpose=Purpose.OPERATIONS, override_reason=reason, request_id=f"by-{by}")
        return IdentityDesk(session, administrator(by), request, digest_key=KEY, now=self.clock.now())

    def merge(self, one: Identifier, other: Identifier, *, second: str = "jens") -> None:
        """Merge the first's citizen into the other's, confirmed where that is asked for."""
        with self.database.transaction() as session:
            result = self.desk(session).merge(self.citizen(one), self.citizen(other))
        if result.state.value == "proposed":
            with self.database.transaction() as session:
                self.desk(session, second).confirm(result.decision_ids[0])
        self.rebuild()

    def unmerge(self, identifier: Identifier) -> None:
        """Take back the merge of whoever the identifier was given."""
        with self.database.transaction() as session:
            self.desk(session).unmerge(self.own_citizen(identifier))
        self.rebuild()

    def citizen(self, identifier: Identifier) -> UUID:
        """Who is meant by an identifier now."""
        with self.database.transaction() as session:
            citizen_id = repository.citizen_of(session, keyed_digest(identifier, KEY))
        assert citizen_id is not None
        return citizen_id

    def own_citizen(self, identifier: Identifier) -> UUID:
        """The citizen that was made for an identifier, whoever it turned out to be."""
        from sqlalchemy import text  # noqa: PLC0415  one question that no room answers

        with self.database.transaction() as session:
            own = session.scalar(
                text("SELECT citizen_id FROM citizen_identifiers WHERE digest = :digest"),
                {"digest": keyed_digest(identifier, KEY)},
            )
        assert isinstance(own, UUID)
        return own

    def page(self, identifier: Identifier) -> Overview | None:
        """The stored overview of whoever is meant."""
        citizen_id = self.citizen(identifier)
        with self.database.transaction() as session:
            return current(session, [citizen_id]).get(citizen_id, (0, None))[1]

    def entries(self, identifier: Identifier) -> list[str]:
        """Ids of what stands on the page of whoever is meant."""
        page = self.page(identifier)
        return sorted(entry.id for entry in page.entries()) if page else []


def effort(identifier: Identifier, source_id: str, source: str = "social") -> SourceRecord:
    """A record of one effort of whoever the identifier means."""
    return make_record(parties=[make_party(identifier)], source_id=source_id, source=source)


def refused(town: IdentityTown, act: str, *arguments: object, by: str = "tine") -> DecisionRule:
    """By which rule an act is refused."""
    with pytest.raises(DecisionRefused) as error, town.database.transaction() as session:
        getattr(town.desk(session, by), act)(*arguments)
    return error.value.rule


def open_conflicts(town: IdentityTown) -> list[tuple[int, str]]:
    """Number and kind of the conflicts that nobody has decided."""
    with town.database.transaction() as session:
        return [(each.id, each.kind) for each in town.desk(session).read_queue().conflicts]
