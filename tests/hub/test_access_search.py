"""Search and page say the same of everybody, because both ask the policy and the same facts."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hub.access.citizen_search import SearchResult, search
from hub.access.policy import ENDED_WITHIN_DAYS, PLANNED_WITHIN_DAYS, decide
from hub.audit import repository as audit
from hub.course import repository
from hub.course import service as course
from hub.course.views import Membership
from hub.db import Database
from hub.digest import keyed_digest, unit_digest
from hub.metrics import REGISTRY
from hub.overview.columns import UnitRelation
from schemas.access import Actor, AuditAction, AuditOutcome, Basis, ObjectKind, Role
from schemas.identifiers import Identifier
from schemas.period import Period
from schemas.search import AccessFilter, SearchDocument, SearchEntry, SearchQuery, UnitGrant
from schemas.source import Area
from search.postgres import PostgresIndex
from tests.access_town import COURSE_FROM, NOW, TODAY, WHY, an_actor, help_by, name_worker, settle
from tests.conftest import DIGEST_KEY
from tests.consents import consent_to_areas, open_course, withdraw_areas
from tests.factories import MAJA

ANNA = an_actor()
EVERYONE = SearchQuery(text="Testborger", size=100, access=AccessFilter(on=TODAY))
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Neighbour:
    """How one citizen of the random town stands to the employee."""

    on_team: bool
    left: bool
    consented: frozenset[Area]
    withdrawn: frozenset[Area]
    effort: Period | None
    """When the employee's own unit helps; None: never."""
    case: Period | None
    """When the employee's own unit holds a case."""
    named: Period | None
    """When a source names the employee as responsible."""


periods = st.sampled_from(
    [
        None,
        Period(),
        Period(end=TODAY),
        Period(start=TODAY),
        Period(start=TODAY + DAY),
        Period(end=TODAY + DAY),
        Period(start=TODAY + PLANNED_WITHIN_DAYS * DAY),
        Period(start=TODAY + (PLANNED_WITHIN_DAYS + 1) * DAY),
        Period(end=TODAY - (ENDED_WITHIN_DAYS - 1) * DAY),
        Period(end=TODAY - ENDED_WITHIN_DAYS * DAY),
    ]
)
neighbours = st.builds(
    Neighbour,
    on_team=st.booleans(),
    left=st.booleans(),
    consented=st.frozensets(st.sampled_from(Area)),
    withdrawn=st.frozensets(st.sampled_from(Area)),
    effort=periods,
    case=periods,
    named=periods,
)


def _move_in(session: Session, index: PostgresIndex, actor: Actor, who: Neighbour) -> UUID:
    citizen_id = settle(session)
    if who.on_team:
        course_id = open_course(session, "Forløb", [citizen_id], COURSE_FROM)
        course.join(session, course_id, Membership(actor_id=actor.id, reason="Behov"), COURSE_FROM)
        consent_to_areas(session, course_id, citizen_id, who.consented, COURSE_FROM)
        withdraw_areas(session, course_id, citizen_id, who.withdrawn, TODAY)
        if who.left:
            course.leave(session, course_id, actor.id, TODAY)
    grants: tuple[UnitGrant, ...] = ()
    if who.effort is not None:
        help_by(session, citizen_id, "social:100", who.effort)
        grants = (_grant(who.effort),)
    if who.case is not None:
        help_by(session, citizen_id, "social:100", who.case, relation=UnitRelation.CASE)
        grants += (_grant(who.case, UnitRelation.CASE),)
    if who.named is not None and actor.area is not None:
        name_worker(session, citizen_id, next(iter(actor.worker_ids)), who.named, actor.area)
    index.put([_document(citizen_id, grants)])
    return citizen_id


def _grant(valid: Period, relation: UnitRelation = UnitRelation.EFFORT) -> UnitGrant:
    return UnitGrant(unit_id=unit_digest("social:100", relation, DIGEST_KEY), valid=valid)


def _document(citizen_id: UUID, grants: tuple[UnitGrant, ...] = (), *digests: str) -> SearchDocument:
    return SearchDocument(
        citizen_id=citizen_id,
        version=1,
        name="Maja Testborger",
        protected=False,
        identifier_digests=digests,
        entries=tuple(
            SearchEntry(entry_id=area, area=area, kind="effort", text=f"linje{area}", valid=Period()) for area in Area
        ),
        unit_grants=grants,
    )


def _search(session: Session, index: PostgresIndex, text: str, actor: Actor = ANNA) -> SearchResult:
    query = EVERYONE.model_copy(update={"text": text})
    return search(session, actor, query, WHY, index=index, digest_key=DIGEST_KEY, now=NOW)


@given(people=st.lists(neighbours, min_size=1, max_size=5), area=st.none() | st.sampled_from(Area))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_search_and_page_agree_about_everybody(
    database: Database, index: PostgresIndex, people: list[Neighbour], area: Area | None
) -> None:
    # A new employee each time: what earlier examples left in the store is no business of theirs but by the unit.
    actor = an_actor(f"anna.{uuid4().hex}", area=area, worker_ids=[f"social:{uuid4().hex}"])
    with database.transaction() as session:
        living = {_move_in(session, index, actor, who) for who in people}
    index.refresh()
    with database.transaction() as session:
        facts = repository.access_facts_of(session, actor, living, TODAY)
        page = {citizen_id: decide(actor, fact, WHY) for citizen_id, fact in facts.items()}
        by_name = _search(session, index, "Testborger", actor)
        assert by_name.dropped == 0
        hit_ids = {hit.citizen_id for hit in by_name.page.hits}
        assert hit_ids & living == {citizen_id for citizen_id, decision in page.items() if decision.allowed}
        for wanted in Area:
            hit_ids = {hit.citizen_id for hit in _search(session, index, f"linje{wanted}", actor).page.hits}
            assert hit_ids & living == {citizen_id for citizen_id, decision in page.items() if wanted in decision.shown}


def test_whom_the_index_gives_and_the_store_no_longer_grants_is_left_out_and_counted(
    database: Database, index: PostgresIndex
) -> None:
    def refused() -> float:
        return REGISTRY.get_sample_value("helhed_search_dropped_hits_total") or 0

    with database.transaction() as session:
        index.put([_document(settle(session), (_grant(Period()),))])
        index.refresh()
        before = refused()
        result = _search(session, index, "Testborger")
        assert (result.page.hits, result.page.total, result.dropped) == ((), 0, 1)
        assert refused() == before + 1
        (searched,) = audit.list_entries(session)
    assert (searched.entry.citizen_id, searched.entry.result_count) == (None, 0)


def test_a_search_is_one_line_and_one_for_each_citizen_listed(database: Database, index: PostgresIndex) -> None:
    near = Neighbour(
        on_team=True, left=False, consented=frozenset(), withdrawn=frozenset(), effort=None, case=None, named=None
    )
    with database.transaction() as session:
        citizen_id = _move_in(session, index, ANNA, near)
    index.refresh()
    with database.transaction() as session:
        assert _search(session, index, "testborger").page.total == 1
        listed, searched = audit.list_entries(session)
    assert (searched.entry.details["by"], searched.entry.result_count) == ("name", 1)
    assert "testborger" not in searched.entry.model_dump_json(), "beside the keys it would say whose they are"
    assert (listed.entry.citizen_id, listed.entry.basis) == (citizen_id, Basis.TEAM)
    assert {listed.entry.action, searched.entry.action} == {AuditAction.SEARCH}


@pytest.mark.parametrize("text", ["750786-4002", "borger 7507864002"])
def test_a_whole_number_finds_a_stranger_but_is_never_written(
    database: Database, index: PostgresIndex, text: str
) -> None:
    digest = keyed_digest(MAJA, DIGEST_KEY)
    with database.transaction() as session:
        citizen_id = settle(session, number=MAJA)
        index.put([_document(citizen_id, (), digest)])
        index.refresh()
        result = _search(session, index, text)
        assert [hit.citizen_id for hit in result.page.hits] == [citizen_id]
        assert result.needs_reason == {citizen_id}
        assert "7507864002" not in str(audit.list_entries(session)).replace("-", "")
        searched = audit.list_entries(session)[-1].entry
    assert (searched.object_kind, searched.object_id, searched.details) == (ObjectKind.IDENTIFIER, digest, {})


def test_nobody_finds_themselves(database: Database, index: PostgresIndex) -> None:
    myself = an_actor(own=MAJA)
    with database.transaction() as session:
        citizen_id = settle(session, number=MAJA)
        help_by(session, citizen_id, "social:100")
        grants = (_grant(Period()),)
        index.put([_document(citizen_id, grants, keyed_digest(MAJA, DIGEST_KEY))])
        index.refresh()
        for text in ("750786-4002", "Testborger"):
            result = _search(session, index, text, myself)
            assert (result.page.hits, result.page.total, result.dropped) == ((), 0, 0)
            assert not any(result.page.facets.values())


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DPO])
def test_who_may_not_search_is_refused_with_a_line(database: Database, index: PostgresIndex, role: Role) -> None:
    with database.transaction() as session:
        result = _search(session, index, "Maja 750786-400X", an_actor(roles={role}))
        (logged,) = audit.list_entries(session)
    assert not result.allowed
    assert logged.entry.outcome is AuditOutcome.REFUSED
    assert logged.entry.object_kind is ObjectKind.IDENTIFIER
    assert "750786" not in logged.model_dump_json()


def test_a_mistyped_number_is_neither_logged_nor_sent_to_the_index(database: Database, index: PostgresIndex) -> None:
    with pytest.raises(ValueError, match="date"):
        Identifier.national("991399-1234")
    with database.transaction() as session:
        _search(session, index, "991399-1234")
        _search(session, index, "tlf 991399 1234")
        _search(session, index, "991399-1235")
        other, spaced, typed = [logged.entry.details for logged in audit.list_entries(session)]
    assert (typed["text"], spaced["text"]) == ("••••", "tlf ••••")
    assert typed["typed"] == spaced["typed"] != other["typed"], "what was asked leaves a trace that nobody can read"
