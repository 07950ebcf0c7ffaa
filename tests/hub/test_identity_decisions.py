"""People decide who is who: what outranks what, what is refused, and what stands when records come again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from hub.audit.repository import Selection, list_entries
from hub.clock import FixedClock
from hub.db import Database
from hub.errors import DecisionRule, MissingRole
from hub.matching import repository
from hub.matching.decision_repository import DecisionState
from hub.overview.repository import guarded
from schemas.access import AuditAction, AuditOutcome
from schemas.people import RelationKind
from tests.factories import (
    EMIL,
    IDA,
    JONAS,
    MAJA,
    REGISTERED_AT,
    local,
    make_person,
    make_relation,
)
from tests.identity import IdentityTown, effort, open_conflicts, refused

LATER = REGISTERED_AT + timedelta(days=1)
NEXUS = local("p-1", "health:Patient")
OTHER_NEXUS = local("p-2", "health:Patient")


@pytest.fixture
def town(database: Database, clock: FixedClock) -> IdentityTown:
    return IdentityTown(database, clock)


# --- merge and unmerge


def test_a_merge_makes_one_page_and_an_unmerge_two_again(town: IdentityTown) -> None:
    town.process(make_person(MAJA), effort(MAJA, "1"), make_person(IDA, source_id="2"), effort(JONAS, "3"))
    before = [town.page(MAJA), town.page(IDA)]
    town.merge(IDA, MAJA)
    assert town.citizen(IDA) == town.citizen(MAJA) == town.own_citizen(MAJA)
    page = town.page(IDA)
    assert page
    assert page.header.person.replaces == (IDA,)
    town.process(effort(IDA, "4"))
    assert town.entries(MAJA) == ["social/Ydelse/1", "social/Ydelse/4"]
    town.unmerge(IDA)
    assert (town.entries(MAJA), town.entries(IDA)) == (["social/Ydelse/1"], ["social/Ydelse/4"])
    after = [town.page(MAJA), town.page(IDA)]
    assert [page.header for page in after if page] == [page.header for page in before if page]


def test_relatives_name_the_one_citizen_and_afterwards_each_again(town: IdentityTown) -> None:
    town.process(
        make_person(MAJA), make_person(IDA, source_id="2"), make_relation(JONAS, IDA), make_person(JONAS, source_id="3")
    )

    def named() -> list[UUID | None]:
        page = town.page(JONAS)
        return [relative.citizen_id for relative in page.header.relatives] if page else []

    town.merge(IDA, MAJA)
    assert named() == [town.own_citizen(MAJA)]
    town.unmerge(IDA)
    assert named() == [town.own_citizen(IDA)]


def test_the_strictest_protection_holds_on_the_merged_page_and_for_the_household(town: IdentityTown) -> None:
    town.process(
        make_person(MAJA),
        make_person(IDA, source_id="2", name_address_protected=True),
        make_person(EMIL, source_id="3"),
        make_relation(MAJA, EMIL, RelationKind.CHILD),
    )
    on = date(2023, 9, 12)

    def protected() -> set[UUID]:
        ids = {town.own_citizen(one) for one in (MAJA, IDA, EMIL)}
        with town.database.transaction() as session:
            return set(guarded(session, ids, on))

    maja, ida, emil = (town.own_citizen(one) for one in (MAJA, IDA, EMIL))
    assert protected() == {ida}
    town.merge(IDA, MAJA)
    assert protected() == {maja, emil}
    town.unmerge(IDA)
    assert protected() == {ida}


def test_two_citizens_with_efforts_wait_for_a_second_person(town: IdentityTown) -> None:
    town.process(effort(MAJA, "1"), effort(IDA, "2"))
    with town.database.transaction() as session:
        proposed = town.desk(session, "tine").merge(town.citizen(IDA), town.citizen(MAJA))
    assert proposed.state is DecisionState.PROPOSED
    assert town.citizen(IDA) != town.citizen(MAJA)
    (number,) = proposed.decision_ids
    for author in ("tine", "cli:tine"):  # nobody is a second person at the terminal
        assert refused(town, "confirm", number, by=author) is DecisionRule.SECOND_PERSON
    with town.database.transaction() as session:
        again = town.desk(session, "jens").merge(town.citizen(MAJA), town.citizen(IDA))
    assert (again.is_new, again.decision_ids) == (False, (number,))
    with town.database.transaction() as session:
        assert [each.decision.id for each in town.desk(session).read_queue().proposals] == [number]
        town.desk(session, "jens", None).confirm(number)
    assert town.citizen(IDA) == town.citizen(MAJA)
    with town.database.transaction() as session:
        assert not town.desk(session, "carl").confirm(number).is_new
        assert town.desk(session).read_queue().proposals == ()


def test_a_proposal_can_be_taken_back_and_is_not_confirmed_then(town: IdentityTown) -> None:
    town.process(effort(MAJA, "1"), effort(IDA, "2"))
    with town.database.transaction() as session:
        (number,) = town.desk(session).merge(town.citizen(IDA), town.citizen(MAJA)).decision_ids
    with town.database.transaction() as session:
        town.desk(session, "jens").withdraw(number)
    assert refused(town, "confirm", number, by="jens") is DecisionRule.DECISION_WITHDRAWN
    assert town.citizen(IDA) != town.citizen(MAJA)


def test_a_merge_made_twice_is_harmless_and_what_cannot_be_is_refused(town: IdentityTown) -> None:
    town.process(make_person(MAJA), make_person(IDA, source_id="2"), make_person(JONAS, source_id="3"))
    maja, ida, jonas = (town.own_citizen(one) for one in (MAJA, IDA, JONAS))
    assert refused(town, "merge", maja, maja) is DecisionRule.SAME_CITIZEN
    assert refused(town, "merge", maja, uuid4()) is DecisionRule.UNKNOWN_CITIZEN
    assert refused(town, "unmerge", maja) is DecisionRule.NOT_MERGED
    assert refused(town, "confirm", 77) is DecisionRule.UNKNOWN_DECISION
    town.merge(IDA, MAJA)
    for pair in ((ida, maja), (maja, ida)):
        with town.database.transaction() as session:
            assert not town.desk(session).merge(*pair).is_new
    assert refused(town, "merge", ida, jonas) is DecisionRule.ALREADY_MERGED
    assert refused(town, "keep_citizens_apart", ida, maja) is DecisionRule.DECIDED_OTHERWISE
    town.merge(JONAS, MAJA)
    assert refused(town, "unmerge", maja) is DecisionRule.SEVERAL_MERGED
    town.unmerge(IDA)
    assert town.citizen(JONAS) == maja != town.citizen(IDA)
    town.unmerge(MAJA)
    assert town.citizen(JONAS) == jonas


def test_a_chain_of_merges_comes_apart_where_one_is_taken_back(town: IdentityTown) -> None:
    town.process(make_person(MAJA), make_person(IDA, source_id="2"), make_person(JONAS, source_id="3"))
    town.merge(IDA, JONAS)
    town.merge(JONAS, MAJA)
    assert town.citizen(IDA) == town.own_citizen(MAJA)
    town.unmerge(JONAS)
    assert town.citizen(IDA) == town.citizen(JONAS) != town.citizen(MAJA)


def test_a_citizen_without_a_number_moves_to_the_one_with_a_number(town: IdentityTown) -> None:
    town.process(make_person(MAJA), make_person(NEXUS, source="health", source_id="p-1"), effort(NEXUS, "1", "health"))
    town.merge(MAJA, NEXUS)
    assert town.citizen(NEXUS) == town.own_citizen(MAJA)
    assert town.entries(MAJA) == ["health/Ydelse/1"]
    town.unmerge(MAJA)
    assert town.entries(NEXUS) == ["health/Ydelse/1"]


def test_a_merge_stands_when_the_sources_say_everything_again_and_when_they_say_it_too(town: IdentityTown) -> None:
    records = [make_person(MAJA), make_person(IDA, source_id="2"), effort(IDA, "1")]
    town.process(*records)
    town.merge(IDA, MAJA)
    town.process(*records)
    town.process(make_person(IDA, source_id="2", given_name="Majken", registered_at=LATER))
    assert town.entries(MAJA) == ["social/Ydelse/1"]
    town.process(make_person(MAJA, replaces=[IDA], registered_at=LATER))
    with town.database.transaction() as session:
        assert town.desk(session).unmerge(town.own_citizen(IDA)).still_joined
    assert town.citizen(IDA) == town.citizen(MAJA)
    assert refused(town, "unmerge", town.own_citizen(IDA)) is DecisionRule.DECLARED_BY_SOURCE


def test_a_merge_settles_the_names_it_was_made_with_and_another_name_is_a_conflict(town: IdentityTown) -> None:
    town.process(make_person(MAJA), make_person(IDA, source_id="2", given_name="Maia"))
    town.merge(IDA, MAJA)
    assert open_conflicts(town) == []
    town.process(make_person(IDA, source="health", given_name="Olga"))
    assert [kind for _, kind in open_conflicts(town)] == ["disagreeing_person"]


# --- what the sources declare


def test_two_numbers_that_a_source_joins_are_kept_apart_and_stay_so(town: IdentityTown) -> None:
    town.process(make_person(JONAS, replaces=[EMIL]), effort(EMIL, "1"), effort(JONAS, "2"))
    with town.database.transaction() as session:
        town.desk(session).keep_citizens_apart(town.own_citizen(EMIL), town.own_citizen(JONAS))
    town.rebuild()
    assert (town.entries(EMIL), town.entries(JONAS)) == (["social/Ydelse/1"], ["social/Ydelse/2"])
    page = town.page(JONAS)
    assert page
    assert EMIL not in page.header.identifiers
    town.process(make_person(JONAS, replaces=[EMIL], registered_at=LATER), effort(EMIL, "3"))
    assert town.entries(EMIL) == ["social/Ydelse/1", "social/Ydelse/3"]
    assert refused(town, "merge", town.citizen(EMIL), town.citizen(JONAS)) is DecisionRule.DECIDED_OTHERWISE
    with town.database.transaction() as session:
        number = town.desk(session).read_citizen(town.citizen(EMIL)).decisions[0].decision.id
        town.desk(session).withdraw(number)
    assert town.citizen(EMIL) == town.citizen(JONAS)


def test_a_number_with_two_successors_is_settled_by_who_it_is(town: IdentityTown) -> None:
    town.process(
        make_person(JONAS, replaces=[EMIL]), make_person(MAJA, replaces=[EMIL], source_id="2"), effort(EMIL, "1")
    )
    ((number, kind),) = open_conflicts(town)
    assert kind == "replacement_forked"
    assert refused(town, "link", number) is DecisionRule.CITIZEN_MISSING
    with town.database.transaction() as session:
        town.desk(session).link(number, town.citizen(JONAS))
    town.rebuild()
    assert (town.entries(JONAS), town.entries(MAJA), open_conflicts(town)) == (["social/Ydelse/1"], [], [])


def test_a_number_with_two_successors_is_settled_by_who_it_is_not(town: IdentityTown) -> None:
    town.process(
        make_person(JONAS, replaces=[EMIL]), make_person(MAJA, replaces=[EMIL], source_id="2"), effort(EMIL, "1")
    )
    ((number, _),) = open_conflicts(town)
    with town.database.transaction() as session:
        stated = town.desk(session).read_conflict(number).statements
        wrong = next(each.record for each in stated if each.citizen_id == town.citizen(MAJA))
        town.desk(session).keep_record_apart(number, wrong)
    town.rebuild()
    assert (town.entries(JONAS), town.entries(MAJA), open_conflicts(town)) == (["social/Ydelse/1"], [], [])


def test_numbers_that_replace_each_other_are_settled_by_a_merge(town: IdentityTown) -> None:
    town.process(make_person(JONAS, replaces=[EMIL]), make_person(EMIL, replaces=[JONAS], source_id="2"))
    assert {kind for _, kind in open_conflicts(town)} == {"replacement_circular"}
    town.merge(EMIL, JONAS)
    assert town.citizen(EMIL) == town.own_citizen(JONAS)
    assert open_conflicts(town) == []


def test_an_id_that_is_claimed_for_two_is_the_one_that_a_person_says(town: IdentityTown) -> None:
    claims = [make_person(MAJA, local(7)), make_person(IDA, local(7), source_id="2", given_name="Ida")]
    town.process(*claims, effort(local(7), "1"))
    number = next(number for number, kind in open_conflicts(town) if kind == "local_claimed_twice")
    with town.database.transaction() as session:
        town.desk(session).link(number, town.citizen(IDA))
    town.process(*claims, effort(local(7), "2"))
    assert town.entries(IDA) == ["social/Ydelse/1", "social/Ydelse/2"]
    assert open_conflicts(town) == []


# --- who may, and what the log says


def test_every_decision_is_a_line_for_each_citizen_with_who_when_and_why(town: IdentityTown) -> None:
    town.process(effort(MAJA, "1"), effort(IDA, "2"))
    town.merge(IDA, MAJA)
    town.unmerge(IDA)
    for identifier in (MAJA, IDA):
        with town.database.transaction() as session:
            lines = list_entries(session, Selection(citizen_id=town.own_citizen(identifier)))
        acts = [(line.entry.action, line.entry.actor_id, line.entry.details["state"]) for line in reversed(lines)]
        assert acts == [
            (AuditAction.MERGE_CITIZENS, "tine", "proposed"),
            (AuditAction.CONFIRM_MERGE, "jens", "standing"),
            (AuditAction.UNMERGE_CITIZENS, "tine", "withdrawn"),
        ]
        assert {line.entry.override_reason for line in lines} == {"Afklaret med kilden i dag"}
    with town.database.transaction() as session:
        (decision,) = [each.decision for each in town.desk(session).read_citizen(town.citizen(IDA)).decisions]
    assert (decision.decided_by, decision.confirmed_by, decision.withdrawn_by) == ("tine", "jens", "tine")


def test_nobody_decides_without_the_right_or_without_a_reason(town: IdentityTown) -> None:
    town.process(make_person(MAJA), make_person(IDA, source_id="2"))
    for reason in (None, "kort"):
        with pytest.raises(MissingRole), town.database.transaction() as session:
            town.desk(session, reason=reason).merge(town.citizen(IDA), town.citizen(MAJA))
    assert town.citizen(IDA) != town.citizen(MAJA)


# --- at the same time


def test_a_worker_and_a_person_at_the_same_time_agree_with_one_after_the_other(town: IdentityTown) -> None:
    town.process(make_person(MAJA), make_person(IDA, source_id="2"))
    maja, ida = town.citizen(MAJA), town.citizen(IDA)
    start = Barrier(3)

    def work(numbers: range) -> None:
        start.wait()
        for n in numbers:
            town.process(
                effort(IDA, f"{n}"),
                make_person(MAJA if n % 2 else IDA, local(n), source_id=f"l{n}"),
                effort(local(n), f"m{n}"),
            )

    def decide() -> None:
        start.wait()
        for _ in range(6):
            with town.database.transaction() as session:
                town.desk(session).merge(ida, maja)
            with town.database.transaction() as session:
                town.desk(session).unmerge(ida)

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(work, range(10, 18)), pool.submit(work, range(20, 28)), pool.submit(decide)]:
            done.result()
    town.rebuild()
    numbers = [*range(10, 18), *range(20, 28)]
    efforts = {f"social/Ydelse/{n}" for n in numbers} | {f"social/Ydelse/m{n}" for n in numbers if not n % 2}
    assert set(town.entries(IDA)) == efforts
    assert set(town.entries(MAJA)) == {f"social/Ydelse/m{n}" for n in numbers if n % 2}
    with town.database.transaction() as session:
        assert repository.unmatched_counts(session) == {}


def test_two_people_who_merge_the_same_at_once_make_one_decision(town: IdentityTown) -> None:
    town.process(make_person(MAJA), make_person(IDA, source_id="2"))
    pair = (town.citizen(IDA), town.citizen(MAJA))
    start = Barrier(2)

    def decide(by: str) -> bool:
        start.wait()
        with town.database.transaction() as session:
            return town.desk(session, by).merge(*pair).is_new

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, ["tine", "jens"])) == [False, True]
    with town.database.transaction() as session:
        assert len(town.desk(session).read_citizen(pair[0]).decisions) == 1
        lines = list_entries(session, Selection(citizen_id=pair[0]))
    assert [line.entry.outcome for line in lines] == [AuditOutcome.SHOWN] * 3
