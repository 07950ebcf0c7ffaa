"""Very many identifiers in one person: resolved in time, or parked so that nothing else is held up."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from hub.clock import FixedClock
from hub.db import Database
from hub.matching import repository, statements
from schemas.identifiers import Identifier
from tests.factories import IDA, MAJA, local, make_party, make_person, make_record
from tests.hub.test_matching_service import about, citizen, entities_on_overview, process


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    results: list[str] = []

    def note(*arguments: object) -> None:
        results.append(str(arguments[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield results
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def number(index: int) -> Identifier:
    """A made-up number of its own for each index."""
    return Identifier.national(f"61{index // 10_000 % 12 + 1:02}{index // 120_000 % 100:02}{index % 10_000:04}")


@pytest.mark.parametrize("length", [20, 200])
def test_the_statements_do_not_grow_with_the_length_of_a_chain(
    database: Database, clock: FixedClock, length: int
) -> None:
    chain = [make_person(number(i), replaces=[number(i - 1)], source_id=str(i)) for i in range(1, length)]
    process(database, clock, *chain)
    with counted(database) as statement_count:
        process(database, clock, make_person(number(length), replaces=[number(length - 1)], source_id="last"))
    assert citizen(database, number(0)) == citizen(database, number(length))
    assert len(statement_count) <= 25


def test_a_person_with_three_thousand_numbers_is_a_conflict_and_holds_up_nobody(
    database: Database, clock: FixedClock
) -> None:
    crowd = make_person(*(number(i) for i in range(3_000)), local(1))
    process(database, clock, crowd, make_record(parties=[make_party(local(1))]), make_person(MAJA, source_id="2"))
    assert citizen(database, MAJA) is not None
    with database.transaction() as session:
        kinds = {conflict.kind for conflict in repository.conflicts(session)}
    assert "local_claimed_twice" in kinds


def test_what_hangs_together_beyond_the_limit_is_parked_and_comes_free_again(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "LARGEST_COMPONENT", 6)
    process(database, clock, make_person(IDA, local(0)), about(local(0), "e"))
    shared = [make_person(number(i), local(0), source_id=f"p{i}") for i in range(9)]
    process(database, clock, *shared, make_person(MAJA, local(99), source_id="m"), about(local(99), "f"))
    assert entities_on_overview(database, MAJA) == ["social/Person/m", "social/Ydelse/f"], "the others are matched"
    assert "social/Ydelse/e" in entities_on_overview(database, IDA), "what was known stays"
    with database.transaction() as session:
        assert [conflict.kind for conflict in repository.conflicts(session)][:1] == ["too_many_identifiers"]
    withdrawn = [
        make_record(record_type="Person", source_id=f"p{i}", deleted=True, registered_at=clock.now()) for i in range(9)
    ]
    process(database, clock, *withdrawn)
    assert "social/Ydelse/e" in entities_on_overview(database, IDA)
    with database.transaction() as session:
        assert repository.conflicts(session) == ()


def test_components_are_told_apart_when_a_batch_reaches_too_much(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "LARGEST_COMPONENT", 6)
    monkeypatch.setattr(statements, "MOST_REACHED", 10)
    shared = [make_person(number(i), local(0), source_id=f"p{i}") for i in range(20)]
    others = [make_person(MAJA, local(99), source_id="m"), make_person(IDA, local(98), source_id="i")]
    process(database, clock, *shared, *others, about(local(99), "f"), about(local(98), "g"))
    assert entities_on_overview(database, MAJA) == ["social/Person/m", "social/Ydelse/f"]
    assert entities_on_overview(database, IDA) == ["social/Person/i", "social/Ydelse/g"]
    with database.transaction() as session:
        assert {conflict.kind for conflict in repository.conflicts(session)} == {"too_many_identifiers"}
