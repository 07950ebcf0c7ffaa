"""The database fixture: migrated, fresh."""

from sqlalchemy import text

from hub.db import Database


def test_a_test_has_its_own_migrated_database(database: Database) -> None:
    with database.transaction() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "0008_audit"
        session.execute(text("CREATE TABLE left_behind ()"))


def test_nothing_is_left_behind_by_another_test(database: Database) -> None:
    with database.transaction() as session:
        assert session.scalar(text("SELECT to_regclass('left_behind')")) is None
        session.execute(text("CREATE TABLE left_behind ()"))
