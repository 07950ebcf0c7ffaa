"""The harness distrusts itself: two tests that would collide if anything leaked between tests."""

import pytest
from sqlalchemy import text

from hub.db import Database


@pytest.mark.parametrize("turn", [1, 2])
def test_a_database_is_fresh_for_every_test(database: Database, turn: int) -> None:
    with database.transaction() as session:
        assert session.scalar(text("SELECT to_regclass('left_behind')")) is None, turn
        session.execute(text("CREATE TABLE left_behind ()"))


def test_a_rolled_back_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as session:
        session.execute(text("CREATE TABLE never_there ()"))
        raise RuntimeError
    with database.transaction() as session:
        assert session.scalar(text("SELECT to_regclass('never_there')")) is None
