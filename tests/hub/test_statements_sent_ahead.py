"""However statements are sent, they do what they would do one after the other."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, SessionTransaction

from hub.db import Database, ask_rows, fetch_rows, run_batch

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
