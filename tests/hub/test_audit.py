"""The log: what is written stands, and is found again by citizen, by employee and by time."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ProgrammingError

from hub.audit import repository, service
from hub.audit.looks import Looks, seen_until
from hub.db import Database
from hub.migrations import config, migrate
from schemas.access import AuditAction, AuditEntry, AuditOutcome, Basis, ObjectKind, Purpose, Role
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
    object_kind=ObjectKind.SOURCE,
    object_id="social",
    details={"text": "Østergård", "count": 2},
    policy_version="abc",
    request_id="r",
)


def test_a_line_comes_back_as_it_was_written(database: Database) -> None:
    with database.transaction() as session:
        service.write(session, LINE)
    with database.transaction() as session:
        (logged,) = repository.list_entries(session, repository.Selection(citizen_id=CITIZEN))
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
        assert [logged.entry for logged in repository.list_entries(session)] == [LINE]


def test_pages_go_on_exactly_where_they_ended(database: Database) -> None:
    lines = [LINE.model_copy(update={"request_id": str(number)}) for number in range(7)]
    with database.transaction() as session:
        service.write_all(session, lines)
        service.write_all(session, [])
        read: list[str] = []
        after: int | None = None
        while page := repository.list_entries(session, repository.Selection(actor_id="anna.holm"), after, 3):
            read += [logged.entry.request_id for logged in page]
            after = page[-1].seq
        assert read == ["6", "5", "4", "3", "2", "1", "0"]


def test_the_lines_of_one_act_stand_together_where_its_first_does(database: Database) -> None:
    child = uuid4()
    page = [
        LINE.model_copy(update={"act_id": "a", "outcome": AuditOutcome.REFUSED}),
        LINE.model_copy(update={"act_id": "b"}),
        LINE.model_copy(update={"act_id": "a", "basis": Basis.OVERRIDE}),
        LINE.model_copy(update={"act_id": "a", "citizen_id": child}),
        LINE,
        LINE,
    ]
    with database.transaction() as session:
        service.write_all(session, page)
        acts = repository.list_acts(session)
        assert [len(act.lines) for act in acts] == [1, 1, 1, 3]
        assert repository.list_acts(session, after=acts[-2].seq) == acts[-1:]
        (about_child,) = repository.list_acts(session, repository.Selection(citizen_id=child))
        assert [line.entry.citizen_id for line in about_child.lines] == [child]
        assert repository.list_acts(session, repository.Selection(actor_id="nobody")) == ()


def test_a_refusal_that_a_reason_overcame_in_the_same_act_is_not_counted(database: Database) -> None:
    refused = LINE.model_copy(update={"act_id": "a", "outcome": AuditOutcome.REFUSED})
    opened = LINE.model_copy(update={"act_id": "a", "basis": Basis.OVERRIDE})
    given_up = refused.model_copy(update={"act_id": "b"})
    other = opened.model_copy(update={"act_id": "b", "citizen_id": uuid4()})
    with database.transaction() as session:
        service.write_all(session, [refused, opened, opened, given_up, other])
        refusals = repository.list_acts(session, repository.Selection(only=repository.Only.REFUSED))
        assert [act.lines[0].entry for act in refusals] == [given_up]
        counted = repository.count_acts(session, NOW, NOW + timedelta(seconds=1))
    only = repository.Only
    assert (counted[only.ALL], counted[only.REFUSED], counted[only.OVERRIDE]) == (2, 1, 2)


def test_who_has_seen_leaves_out_refusals_and_searches(database: Database) -> None:
    refused = LINE.model_copy(update={"outcome": AuditOutcome.REFUSED})
    searched = LINE.model_copy(update={"action": AuditAction.SEARCH})
    with database.transaction() as session:
        service.write_all(session, [LINE, refused, searched])
        viewing = repository.Viewing(LINE.actor_id, LINE.actor_name, LINE.recorded_at)
        assert repository.ask_viewings(session, CITIZEN)() == (viewing,)


def test_an_employee_has_looked_at_a_citizen_on_own_pages_and_on_those_of_the_family(database: Database) -> None:
    later = NOW + timedelta(hours=1)
    never, shown, family = uuid4(), uuid4(), uuid4()
    on_page = {"page": "overview", "shown_on": str(CITIZEN)}
    with database.transaction() as session:
        service.write_all(
            session,
            [
                LINE,
                LINE.model_copy(update={"recorded_at": later}),
                LINE.model_copy(update={"actor_id": "other", "recorded_at": later + timedelta(hours=1)}),
                LINE.model_copy(update={"recorded_at": later, "details": {"as_known": "2020-01-01"}}),
                LINE.model_copy(update={"citizen_id": never, "outcome": AuditOutcome.REFUSED}),
                LINE.model_copy(update={"citizen_id": shown, "details": on_page}),
                LINE.model_copy(update={"citizen_id": family, "details": {**on_page, "page": "family"}}),
            ],
        )
        looks = repository.looks(session, "anna.holm", [CITIZEN, never, shown, family], until=later)
        earlier = repository.looks(session, "anna.holm", [CITIZEN], until=NOW)
    assert looks == {CITIZEN: Looks(NOW, later), family: Looks(NOW, NOW)}
    assert earlier == {CITIZEN: Looks(NOW, NOW)}


@given(
    st.dictionaries(st.uuids(), st.tuples(st.datetimes(), st.datetimes()), max_size=4), st.sets(st.uuids(), max_size=3)
)
def test_news_of_each_of_a_family_stays_until_that_one_is_looked_at(
    looked: dict[UUID, tuple[datetime, datetime]], never: set[UUID]
) -> None:
    looks = {citizen: Looks(min(moments), max(moments)) for citizen, moments in looked.items()}
    seen = seen_until(looks, [*looks, *never])
    assert seen.keys() == (looks.keys() | never if looks else set())
    for citizen, moment in seen.items():
        first = min(look.first for look in looks.values())
        assert moment == (looks[citizen].last if citizen in looks else first)


def test_lines_are_counted_by_action_and_outcome(database: Database) -> None:
    late = LINE.model_copy(update={"recorded_at": NOW + timedelta(days=1)})
    with database.transaction() as session:
        service.write_all(session, [LINE, LINE, late])
        counted = repository.counts(session, NOW, NOW + timedelta(days=1))
        assert counted == {(AuditAction.OPEN_OVERVIEW, AuditOutcome.SHOWN): 2}


OLD_LINES = {
    ("search", f"digest:{'0' * 64}"): (ObjectKind.IDENTIFIER, "0" * 64, {}),
    ("search", "unit:social:110"): (ObjectKind.UNIT, "social:110", {}),
    ("search", "Maja: ••••"): (None, None, {"text": "Maja: ••••"}),
    ("search", "digest:ikke"): (None, None, {"text": "digest:ikke"}),
    ("read_log", "actor:anna.holm"): (ObjectKind.ACTOR, "anna.holm", {}),
    ("pause_source", "source:social"): (ObjectKind.SOURCE, "social", {}),
    ("log_in", None): (None, None, {}),
}
"""Action and the one column of before, and what becomes of it."""
BEFORE = """
    INSERT INTO audit_log (recorded_at, action, outcome, actor_id, actor_name, sections_shown, sections_withheld,
                           fields_revealed, search_text, policy_version, request_id)
    VALUES (now(), :action, 'shown', 'a', 'A', '{}', '{}', '{}', :search_text, 'v', 'r')
"""


def test_old_lines_say_what_they_were_about_and_still_cannot_be_changed(postgres: URL, database: Database) -> None:
    empty = database.url.set(database=f"{database.url.database}_before")
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {empty.database}"))
    older = Database(empty)
    try:
        migrate(empty, "0015_published_views-1")
        with older.transaction() as session:
            for action, search_text in OLD_LINES:
                session.execute(text(BEFORE), {"action": action, "search_text": search_text})
        migrate(empty)
        with older.transaction() as session:
            entries = [logged.entry for logged in reversed(repository.list_entries(session))]
        assert [(entry.object_kind, entry.object_id, entry.details) for entry in entries] == list(OLD_LINES.values())
        for change in ("UPDATE audit_log SET details = '{}'", "SET LOCAL session_replication_role = replica"):
            with pytest.raises(ProgrammingError, match="append-only"), older.transaction() as session:
                session.execute(text(change))
                session.execute(text("DELETE FROM audit_log"))
        command.downgrade(config(empty), "0015_published_views-1")
        with older.transaction() as session:
            rows = session.execute(text("SELECT action, search_text FROM audit_log ORDER BY seq")).all()
        assert [tuple(row) for row in rows] == list(OLD_LINES)
        with pytest.raises(ProgrammingError, match="append-only"), older.transaction() as session:
            session.execute(text("UPDATE audit_log SET search_text = ''"))
    finally:
        older.close()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {empty.database} WITH (FORCE)"))
        admin.dispose()
