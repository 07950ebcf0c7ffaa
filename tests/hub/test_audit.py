"""The log: what is written stands, and is found again by citizen, by employee and by time."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from hub.audit import repository, service
from hub.db import Database
from schemas.access import AuditAction, AuditEntry, AuditOutcome, Basis, Purpose, Role
from schemas.source import Area
from tests.access_town import NOW

CITIZEN = uuid4()
LINE = AuditEntry(
    recorded_at=NOW,
    action=AuditAction.OPEN_OVERVIEW,
    outcome=AuditOutcome.SHOWN,
    actor_id="anna.holm",
    actor_name="Anna Holm",
    role=Role.TEAM_MEMBER,
    unit_id="social:100",
    purpose=Purpose.TEAM_MEETING,
    basis=Basis.TEAM,
    citizen_id=CITIZEN,
    sections_shown=frozenset({Area.SOCIAL, Area.SCHOOL}),
    sections_withheld=frozenset({Area.HEALTH, Area.EMPLOYMENT}),
    fields_revealed=("address",),
    policy_version="abc",
    request_id="r",
)


def test_a_line_comes_back_as_it_was_written(database: Database) -> None:
    with database.transaction() as session:
        service.write(session, LINE)
    with database.transaction() as session:
        (logged,) = repository.by_citizen(session, CITIZEN)
        assert logged.entry == LINE


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor_name = 'somebody else'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "SET LOCAL session_replication_role = replica; DELETE FROM audit_log",
    ],
)
def test_a_written_line_stands_even_for_a_superuser(database: Database, statement: str) -> None:
    with database.transaction() as session:
        service.write(session, LINE)
        assert session.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
    with pytest.raises(ProgrammingError, match="append-only"), database.transaction() as session:
        for part in statement.split("; "):
            session.execute(text(part))
    with database.transaction() as session:
        assert [logged.entry for logged in repository.newest(session)] == [LINE]


def test_pages_go_on_exactly_where_they_ended(database: Database) -> None:
    lines = [LINE.model_copy(update={"request_id": str(number)}) for number in range(7)]
    with database.transaction() as session:
        service.write_all(session, lines)
        service.write_all(session, [])
        read: list[str] = []
        after: int | None = None
        while page := repository.by_actor(session, "anna.holm", after, 3):
            read += [logged.entry.request_id for logged in page]
            after = page[-1].seq
        assert read == ["6", "5", "4", "3", "2", "1", "0"]


def test_who_has_seen_leaves_out_refusals_and_searches(database: Database) -> None:
    refused = LINE.model_copy(update={"outcome": AuditOutcome.REFUSED})
    searched = LINE.model_copy(update={"action": AuditAction.SEARCH})
    with database.transaction() as session:
        service.write_all(session, [LINE, refused, searched])
        assert [logged.entry for logged in repository.seen_by(session, CITIZEN)] == [LINE]


def test_when_an_employee_last_opened_each_citizen(database: Database) -> None:
    later = NOW + timedelta(hours=1)
    never = uuid4()
    with database.transaction() as session:
        service.write_all(
            session,
            [
                LINE,
                LINE.model_copy(update={"recorded_at": later}),
                LINE.model_copy(update={"actor_id": "other", "recorded_at": later + timedelta(hours=1)}),
                LINE.model_copy(update={"citizen_id": never, "outcome": AuditOutcome.REFUSED}),
            ],
        )
        assert repository.last_opened(session, "anna.holm", [CITIZEN, never]) == {CITIZEN: later}


def test_lines_are_counted_by_action_and_outcome(database: Database) -> None:
    late = LINE.model_copy(update={"recorded_at": NOW + timedelta(days=1)})
    with database.transaction() as session:
        service.write_all(session, [LINE, LINE, late])
        counted = repository.counts(session, NOW, NOW + timedelta(days=1))
        assert counted == {(AuditAction.OPEN_OVERVIEW, AuditOutcome.SHOWN): 2}
