"""The application's role attacks the log it writes: what stands, stands, with the server's time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from hub.audit import repository, service
from hub.audit.guard import log_faults
from hub.cli.terms import require_guarded_log
from hub.db import Database
from hub.embedded import APPLICATION
from hub.errors import InvalidSetting
from hub.settings import Settings
from search.postgres import PostgresIndex
from tests.hub.test_audit import LINE

INSUFFICIENT_PRIVILEGE = "42501"
RESTORE = "ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_timed"
ATTACKS = (
    "UPDATE audit_log SET actor_name = 'somebody else'",
    "DELETE FROM audit_log",
    "TRUNCATE audit_log",
    "DROP TABLE audit_log",
    "ALTER TABLE audit_log ALTER COLUMN actor_name TYPE text USING 'somebody else'",
    "ALTER TABLE audit_log ADD COLUMN note text DEFAULT 'x'",
    "ALTER TABLE audit_log DISABLE TRIGGER ALL",
    "ALTER TABLE audit_log RENAME TO old_log",
    "ALTER TABLE audit_log SET SCHEMA search",
    "ALTER TABLE audit_log OWNER TO helhed_application",
    "DROP TRIGGER audit_log_stands ON audit_log",
    "DROP FUNCTION audit_log_refuse_change() CASCADE",
    "CREATE OR REPLACE FUNCTION audit_log_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE OR REPLACE FUNCTION audit_log_take_server_time() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
    "CREATE RULE quiet AS ON INSERT TO audit_log DO INSTEAD NOTHING",
    "CREATE TRIGGER quiet BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_refuse_change()",
    "CREATE TEMPORARY TABLE audit_log (seq bigint)",
    "CREATE TABLE public.other (seq bigint)",
    "SET session_replication_role = replica",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "UPDATE pg_catalog.pg_trigger SET tgenabled = 'D'",
    "INSERT INTO alembic_version VALUES ('0001_bus')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
)


@pytest.fixture
def application(database: Database) -> Iterator[Database]:
    """The test's database as the application reaches it, with the server's time on."""
    owner = create_engine(database.url)
    with owner.begin() as connection:
        connection.execute(text(RESTORE))
        connection.execute(text(f"ALTER ROLE {APPLICATION} LOGIN"))
        # A database that is copied from a template has the rights of a new one.
        name = database.url.database
        connection.execute(text(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC'))
        connection.execute(text(f'GRANT CREATE ON DATABASE "{name}" TO {APPLICATION}'))
    owner.dispose()
    as_application = Database(database.url.set(username=APPLICATION))
    yield as_application
    as_application.close()


def test_no_attack_changes_a_line(application: Database) -> None:
    with application.transaction() as session:
        service.write(session, LINE)
        (before,) = repository.list_entries(session)
    _run(application, "GRANT UPDATE ON audit_log TO PUBLIC")  # PostgreSQL warns, and grants nothing
    succeeded = [attack for attack in ATTACKS if not _is_refused(application, attack)]
    assert not succeeded
    with application.transaction() as session:
        service.write(session, LINE)
        assert repository.list_entries(session)[-1] == before
        assert len(repository.list_entries(session)) == 2, "a line is still written"


def _is_refused(database: Database, attack: str) -> bool:
    try:
        _run(database, attack)
    except DBAPIError as error:
        return getattr(error.orig, "sqlstate", None) == INSUFFICIENT_PRIVILEGE
    return False


def _run(database: Database, statement: str) -> None:
    with database.transaction() as session:
        session.execute(text(statement))


def test_a_line_has_the_servers_time_and_the_next_place_whatever_it_says(application: Database) -> None:
    began = datetime.now(UTC) - timedelta(minutes=1)
    early = LINE.model_copy(update={"recorded_at": datetime(2020, 1, 1, tzinfo=UTC)})
    late = LINE.model_copy(update={"recorded_at": datetime(2040, 1, 1, tzinfo=UTC)})
    with application.transaction() as session:
        service.write_all(session, [early, late, early])
    columns = (
        "action, outcome, actor_id, actor_name, sections_shown, sections_withheld, fields_revealed, policy_version"
    )
    values = "'search', 'shown', 'a', 'A', '{}', '{}', '{}', 'v', 'r'"
    _run(
        application,
        f"INSERT INTO audit_log (recorded_at, {columns}, request_id) VALUES ('2020-01-01', {values})",  # noqa: S608
    )
    with pytest.raises(DBAPIError, match="a chosen place is refused"):
        _run(
            application,
            f"INSERT INTO audit_log (seq, recorded_at, {columns}, request_id) OVERRIDING SYSTEM VALUE"  # noqa: S608
            f" VALUES (-5, '2020-01-01', {values})",
        )
    with application.transaction() as session:
        lines = repository.list_entries(session)
    assert len(lines) == 4
    assert all(began < line.entry.recorded_at < began + timedelta(minutes=10) for line in lines)
    assert [line.seq for line in lines] == sorted((line.seq for line in lines), reverse=True)


def test_the_check_tells_who_could_change_the_log(database: Database, application: Database) -> None:
    with application.transaction() as session:
        assert log_faults(session) == ()
    with database.transaction() as session:
        assert log_faults(session) == ("the role postgres is a superuser",)
        session.execute(text("ALTER TABLE audit_log DISABLE TRIGGER audit_log_timed"))
        assert "the trigger audit_log_timed of the log is off" in log_faults(session)
        session.execute(text(RESTORE))
    require_guarded_log(Settings(demo=True), database)
    require_guarded_log(Settings(), application)


def test_the_application_makes_the_embedded_index_by_itself(application: Database) -> None:
    index = PostgresIndex(application.url.set(drivername="postgresql").render_as_string(hide_password=False))
    index.create()
    shadow = index.create_shadow_index()
    shadow.promote()
    index.close()


def test_outside_the_demo_the_owner_does_not_serve(database: Database) -> None:
    with pytest.raises(InvalidSetting, match=r"is a superuser.*helhed_application"):
        require_guarded_log(Settings(), database)
