"""However statements are sent, they do what they would do one after the other."""

from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, PendingRollbackError
from sqlalchemy.orm import Session, SessionTransaction

from hub.db import Database, ask_rows, fetch_rows, run_batch
from hub.errors import StoreUnavailable

ADD = text("INSERT INTO numbers VALUES (:number)")
COUNT = text("SELECT count(*) AS many FROM numbers")
WAYS: dict[str, Callable[[Session, Any, dict[str, object]], object]] = {
    "sent": ask_rows,
    "fetched": fetch_rows,
    "in a batch": run_batch,
    "by SQLAlchemy": Session.execute,
}
STEPS = st.lists(st.sampled_from([*WAYS, "counted", "nested", "kept", "taken back"]), max_size=12)


@pytest.fixture
def numbers(database: Database) -> Database:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE numbers (number int PRIMARY KEY)"))
    return database


def _stored(database: Database) -> set[int]:
    with database.transaction() as session:
        return {row["number"] for row in fetch_rows(session, text("DELETE FROM numbers RETURNING number"), {})}


def _run(session: Session, steps: list[str]) -> tuple[set[int], list[tuple[Any, int]]]:
    """Does it; what is to be stored, and every answer with how many there were when it was sent for."""
    fresh, holds, answers = count(1), set[int](), list[tuple[Any, int]]()
    nested: list[tuple[SessionTransaction, set[int]]] = []
    for step in steps:
        if step in WAYS:
            number = next(fresh)
            WAYS[step](session, ADD, {"number": number})
            holds.add(number)
        elif step == "counted":
            answers.append((ask_rows(session, COUNT, {}), len(holds)))
        elif step == "nested":
            nested.append((session.begin_nested(), set(holds)))
        elif nested and step == "kept":
            nested.pop()[0].commit()
        elif nested:
            transaction, holds = nested.pop()
            transaction.rollback()
    while nested:
        nested.pop()[0].commit()
    return holds, answers


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # each example empties the table
@given(steps=STEPS, is_read_late=st.booleans())
def test_what_is_stored_and_answered_is_what_one_after_the_other_gives(
    numbers: Database, steps: list[str], is_read_late: bool
) -> None:
    with numbers.transaction() as session:
        holds, answers = _run(session, steps)
        if not is_read_late:
            assert [answer() for answer, _ in answers] == [[{"many": many}] for _, many in answers]
    assert [answer() for answer, _ in answers] == [[{"many": many}] for _, many in answers]
    assert _stored(numbers) == holds


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # each example empties the table
@given(steps=STEPS, way=st.sampled_from(list(WAYS)), after=st.booleans())
def test_one_that_fails_leaves_nothing_however_it_was_sent(
    numbers: Database, steps: list[str], way: str, after: bool
) -> None:
    with pytest.raises(IntegrityError), numbers.transaction() as session:
        _run(session, steps)
        for _ in range(2):
            WAYS[way](session, ADD, {"number": -1})
        if after:
            fetch_rows(session, COUNT, {})
    assert _stored(numbers) == set()


def test_what_is_sent_ahead_is_answered_in_its_order_and_waited_for_together(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("CREATE TEMP TABLE numbers (one int)"))
        before = ask_rows(session, text("SELECT count(*) AS many FROM numbers"), {})
        ask_rows(session, text("INSERT INTO numbers VALUES (:one)"), {"one": 1})
        after = ask_rows(session, text("SELECT count(*) AS many FROM numbers"), {})
        assert fetch_rows(session, text("SELECT one FROM numbers"), {}) == [{"one": 1}], "in its turn"
        assert (before(), after(), before()) == ([{"many": 0}], [{"many": 1}], [{"many": 0}])
        ask_rows(session, text("INSERT INTO numbers VALUES (2)"), {})
        assert run_batch(session, text("SELECT sum(one) FROM numbers"), {}) == [(3,)]
        ask_rows(session, text("INSERT INTO numbers VALUES (3)"), {})
        with session.begin_nested() as inner:
            ask_rows(session, text("INSERT INTO numbers VALUES (4)"), {})
            inner.rollback()
        assert session.scalar(text("SELECT sum(one) FROM numbers")) == 1 + 2 + 3
        last = ask_rows(session, text("SELECT sum(one) AS sum FROM numbers"), {})
    with database.transaction() as session:
        assert fetch_rows(session, text("SELECT 7 AS sum"), {}) == [{"sum": 7}]
    assert last() == [{"sum": 6}], "and never what another transaction read over the same connection"


def test_what_is_sent_and_not_waited_for_is_stored_with_the_rest_or_nothing_is(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE kept (one int PRIMARY KEY)"))
        ask_rows(session, text("INSERT INTO kept VALUES (1)"), {})
    for ending in (lambda _: None, lambda session: fetch_rows(session, text("SELECT 1 AS one"), {})):
        answers = []
        with pytest.raises(IntegrityError) as wrong, database.transaction() as session:
            answers.append(ask_rows(session, text("INSERT INTO kept VALUES (2) RETURNING one"), {}))
            answers.append(ask_rows(session, text("INSERT INTO kept VALUES (:one) RETURNING one"), {"one": 1}))
            ask_rows(session, text("SELECT one FROM kept"), {})
            ending(session)
        assert "INSERT INTO kept" in str(wrong.value)
        assert answers[0]() == [{"one": 2}]
        with pytest.raises(PendingRollbackError):
            answers[1]()
        with database.transaction() as session:
            assert fetch_rows(session, text("SELECT one FROM kept"), {}) == [{"one": 1}]
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        ask_rows(session, text("INSERT INTO kept VALUES (3)"), {})
        ask_rows(session, text("INSERT INTO kept VALUES (1)"), {})
        raise ZeroDivisionError
    with database.transaction() as session:
        assert fetch_rows(session, text("SELECT one FROM kept"), {}) == [{"one": 1}]
        session.execute(text("DROP TABLE kept"))


def test_a_store_that_goes_away_behind_what_was_sent_is_one_clear_error(database: Database) -> None:
    for ending in (lambda _: None, lambda session: session.execute(text("SELECT 1"))):
        with pytest.raises(StoreUnavailable), database.transaction() as session:
            ask_rows(session, text("SELECT pg_terminate_backend(pg_backend_pid())"), {})
            ask_rows(session, text("SELECT 1 AS one"), {})
            ending(session)
        with database.transaction() as session:
            assert fetch_rows(session, text("SELECT 1 AS one"), {}) == [{"one": 1}]
    with pytest.raises(StoreUnavailable), database.transaction() as session:
        backend = session.scalar(text("SELECT pg_backend_pid()"))
        other = Database(database.url)
        with other.transaction() as killer:
            killer.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})
        other.close()
        ask_rows(session, text("SELECT 1 AS one"), {})
    with database.transaction() as session:
        assert fetch_rows(session, text("SELECT 1 AS one"), {}) == [{"one": 1}]


@pytest.mark.parametrize("send", [ask_rows, fetch_rows])
def test_a_failure_that_somebody_passes_over_is_no_commit(numbers: Database, send: Callable[..., object]) -> None:
    with pytest.raises(PendingRollbackError), numbers.transaction() as session:
        fetch_rows(session, ADD, {"number": 1})
        with suppress(IntegrityError):
            send(session, ADD, {"number": 1})
            fetch_rows(session, COUNT, {})
    assert _stored(numbers) == set()


def test_what_cannot_be_sent_leaves_the_others_answered_and_the_transaction_good(numbers: Database) -> None:
    with numbers.transaction() as session:
        ask_rows(session, ADD, {"number": 1})
        before = ask_rows(session, COUNT, {})
        with pytest.raises(DataError):
            ask_rows(session, text("SELECT cast(:words AS text)"), {"words": "\0"})
        ask_rows(session, ADD, {"number": 2})
    assert before() == [{"many": 1}]
    assert _stored(numbers) == {1, 2}
