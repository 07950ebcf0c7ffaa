"""The DPO alone lets events name people, for a time and a reason; both the decision and its end are lines."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from hub.access.event_names import NamesDesk
from hub.audit.event_names import NamesFault
from hub.audit.event_names_repository import find_in_force
from hub.audit.forms.choice import EventForm
from hub.audit.receivers import Message
from hub.audit.repository import list_entries
from hub.audit.streaming import deliver_next
from hub.db import Database
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome, Purpose, Role
from tests.access_town import NOW, an_actor
from tests.hub.test_audit import CITIZEN
from tests.hub.test_audit_seal import seal, write

DPO = an_actor("jens.dam", roles={Role.DPO}, area=None, unit_id=None)
ADMINISTRATOR = an_actor("tine.skov", roles={Role.ADMINISTRATOR}, area=None, unit_id=None)
REQUEST = AccessRequest(purpose=Purpose.LOG_REVIEW, request_id="names-1")
WHY = "En alarm fra overvågningen skal følges op, 7103811234"


@dataclass
class Kept:
    """A receiver that keeps what it gets."""

    name: str = "syslogs://siem.test"
    messages: list[Message] = field(default_factory=list)

    def deliver(self, messages: Sequence[Message]) -> None:
        self.messages += messages

    def check(self) -> None:
        """It answers."""

    def take(self) -> str:
        told = json.dumps([message.document for message in self.messages], ensure_ascii=False)
        self.messages.clear()
        return told


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


def desk(session: Session, actor: Actor = DPO, now: datetime = NOW) -> NamesDesk:
    return NamesDesk(session, actor, REQUEST, now=now)


def test_the_dpo_decides_with_a_reason_and_an_end_and_both_are_lines(session: Session) -> None:
    assert desk(session).decide(None, "", with_stream=False) == (NamesFault.REASON_MISSING, NamesFault.DAYS_WRONG)
    assert find_in_force(session, NOW) is None
    assert desk(session).decide(30, WHY, with_stream=True) == ()
    assert desk(session).decide(30, WHY, with_stream=True) == (NamesFault.IN_FORCE,)
    decision = find_in_force(session, NOW)
    assert decision is not None
    assert (decision.actor_id, decision.until, decision.with_stream) == ("jens.dam", NOW + timedelta(days=30), True)
    assert "7103811234" not in decision.reason
    assert find_in_force(session, NOW + timedelta(days=30)) is None
    assert desk(session).end() == decision
    assert find_in_force(session, NOW) is None
    assert desk(session).end() is None, "there is nothing left to end"
    lines = [logged.entry for logged in list_entries(session) if logged.entry.action is AuditAction.DECIDE_EVENT_NAMES]
    assert {line.role for line in lines} == {Role.DPO}
    assert sorted(line.override_reason or "" for line in lines) == ["", decision.reason]
    assert {bool(line.details.get("ended")) for line in lines} == {True, False}


def test_nobody_else_decides_or_ends_and_the_try_is_a_line(session: Session) -> None:
    assert desk(session).decide(30, WHY, with_stream=False) == ()
    for actor in (ADMINISTRATOR, an_actor("gitte.berg", roles={Role.MANAGER}), an_actor()):
        assert desk(session, actor).decide(1, WHY, with_stream=True) is None
        assert desk(session, actor).end() is None
    assert find_in_force(session, NOW) is not None
    refused = [logged for logged in list_entries(session) if logged.entry.outcome is AuditOutcome.REFUSED]
    assert len(refused) == 6


def test_the_application_can_end_a_decision_and_change_nothing_else_of_it(database: Database) -> None:
    with database.transaction() as session:
        desk(session).decide(30, WHY, with_stream=False)
    for statement in ("UPDATE audit_event_names SET until = until + interval '1 day'", "DELETE FROM audit_event_names"):
        with pytest.raises(ProgrammingError, match="permission denied"), database.transaction() as session:
            session.execute(text("SET LOCAL ROLE helhed_application"))
            session.execute(text(statement))
    with database.transaction() as session:
        session.execute(text("SET LOCAL ROLE helhed_application"))
        assert desk(session).end() is not None


@pytest.mark.parametrize("with_stream", [True, False])
def test_the_stream_names_people_while_that_was_decided_for_it_and_not_a_moment_longer(
    database: Database, with_stream: bool
) -> None:
    receiver, key = Kept(), b"k" * 32

    def told(now: datetime, minutes: int) -> str:
        write(database, 2)
        seal(database, minutes=minutes)
        deliver_next(database, receiver, EventForm.ECS, key, now)
        return receiver.take()

    def is_named(text: str) -> bool:
        named = (str(CITIZEN) in text, "Anna Holm" in text)
        assert len(set(named)) == 1
        return named[0]

    assert not is_named(told(NOW, 0))
    with database.transaction() as session:
        desk(session).decide(2, WHY, with_stream=with_stream)
    assert is_named(told(NOW + timedelta(days=1), 1)) is with_stream
    assert not is_named(told(NOW + timedelta(days=2), 2)), "it ends by itself"
    with database.transaction() as session:
        desk(session, now=NOW + timedelta(days=3)).decide(2, WHY, with_stream=with_stream)
        desk(session, now=NOW + timedelta(days=3, hours=1)).end()
    assert not is_named(told(NOW + timedelta(days=3, hours=1), 3)), "it was ended"
