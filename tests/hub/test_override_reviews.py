"""Each stated reason waits for a review by somebody else; what waits is read from the log, and no review is changed."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from hub.access import service
from hub.access.override_reviews import OverrideDesk, ReviewFault, WrittenReview, faults_of
from hub.access.policy import is_reason, may, may_read_overrides, may_review_override
from hub.audit.override_repository import add_review, count_overrides, get_override, list_overrides
from hub.audit.repository import list_entries
from hub.db import Database
from schemas.access import AccessRequest, Actor, AuditAction, AuditEntry, AuditOutcome, Basis, PageKind, Purpose, Role
from schemas.override import Override, OverrideOutcome, OverrideReview, OverrideState
from schemas.source import Area
from tests.access_town import NOW, REASON, an_actor, an_overview, because, employ, settle
from tests.factories import MAJA

OLE = an_actor("ole.bruun", area=Area.HEALTH, unit_id="health:310")
DPO = an_actor("jens.dam", roles={Role.DPO}, area=None, unit_id=None)
ADMINISTRATOR = an_actor("tine.skov", roles={Role.ADMINISTRATOR}, area=None, unit_id=None)
READING = AccessRequest(purpose=Purpose.LOG_REVIEW, request_id="review-1")
WORDS = "Ole tog telefonen for vagten"


def _open(session: Session, citizen_id: UUID, reason_id: str | None, act: str, actor: Actor = OLE) -> None:
    """The actor opens the citizen's overview for a reason."""
    request = because().model_copy(update={"override_id": reason_id, "act_id": act, "page": PageKind.OVERVIEW})
    overview = an_overview(citizen_id=citizen_id)
    opened = service.open_overview(session, actor, citizen_id, request, now=NOW, read=lambda *_: overview)
    assert opened.decision.basis is Basis.OVERRIDE


def _settled(session: Session) -> UUID:
    employ(session, OLE)
    employ(session, DPO)
    return settle(session, overview=an_overview())


def _desk(session: Session, actor: Actor = DPO) -> OverrideDesk:
    return OverrideDesk(session, actor, READING, now=NOW + timedelta(days=1))


def _written(
    outcome: OverrideOutcome | None = OverrideOutcome.JUSTIFIED, words: str = WORDS, seen: int = 0
) -> WrittenReview:
    return WrittenReview(outcome=outcome, words=words, reviews_seen=seen)


def _waiting(session: Session) -> tuple[Override, ...]:
    return list_overrides(session, OverrideState.WAITING, after=None, size=50)[0]


def _last_line(session: Session) -> AuditEntry:
    return list_entries(session)[0].entry


def test_all_that_one_reason_opened_waits_as_one_and_a_line_from_before_by_its_act(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = _settled(session)
        _open(session, citizen_id, None, "act-0")
        _open(session, citizen_id, "reason-1", "act-1")
        _open(session, citizen_id, "reason-1", "act-2")
        _open(session, citizen_id, "reason-2", "act-2")
        waiting = _waiting(session)
        assert [(each.id, len(each.entries)) for each in waiting] == [("act-0", 1), ("reason-1", 2), ("reason-2", 1)]
        override = waiting[1]
        assert (override.actor_id, override.citizen_id, override.reason) == (OLE.id, citizen_id, REASON)
        assert override.relation is Basis.NONE
        assert override.areas_shown == {Area.SOCIAL, Area.HEALTH}
        assert count_overrides(session)[OverrideState.WAITING] == 3


def test_the_list_has_pages_of_the_oldest_first(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = _settled(session)
        for number in range(3):
            _open(session, citizen_id, f"reason-{number}", f"act-{number}")
        page, after = list_overrides(session, OverrideState.WAITING, after=None, size=2)
        rest, end = list_overrides(session, OverrideState.WAITING, after=after, size=2)
        assert [each.id for each in (*page, *rest)] == ["reason-0", "reason-1", "reason-2"]
        assert end is None


def test_a_review_is_stored_without_numbers_and_names_and_is_a_line(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = _settled(session)
        _open(session, citizen_id, "reason-1", "act-1")
        name = an_overview().header.display_name or ""
        words = f"{WORDS} om {name}, {MAJA.value[:6]}-{MAJA.value[6:]}"
        result = _desk(session).review("reason-1", _written(OverrideOutcome.NOT_JUSTIFIED, words))
        assert (result.outcome, result.faults) == (AuditOutcome.SHOWN, ())
        line = _last_line(session)
        assert (line.action, line.outcome, line.actor_id) == (AuditAction.REVIEW_OVERRIDE, AuditOutcome.SHOWN, DPO.id)
        assert (line.citizen_id, line.object_id, line.role) == (citizen_id, OLE.id, Role.DPO)
        assert line.details == {"override": "reason-1", "review": "not_justified"}
        override = get_override(session, "reason-1")
        assert override
        assert override.state is OverrideState.REVIEWED
        (review,) = override.reviews
        assert (review.reviewer_id, review.number) == (DPO.id, 1)
        assert review.words == line.override_reason
        assert WORDS in review.words
        assert MAJA.value[:6] not in review.words
        assert name
        assert name not in review.words
        assert not _waiting(session)


def test_a_later_review_is_added_and_nothing_can_change_the_first(database: Database) -> None:
    with database.transaction() as session:
        citizen_id = _settled(session)
        _open(session, citizen_id, "reason-1", "act-1")
        _desk(session).review("reason-1", _written(OverrideOutcome.NEEDS_FOLLOW_UP))
        assert count_overrides(session)[OverrideState.FOLLOW_UP] == 1
        stale = _desk(session).review("reason-1", _written())
        assert stale.faults == (ReviewFault.REVIEWED_MEANWHILE,)
        assert _desk(session).review("reason-1", _written(seen=1)).faults == ()
        override = get_override(session, "reason-1")
        assert override
        outcomes = [review.outcome for review in override.reviews]
        assert outcomes == [OverrideOutcome.NEEDS_FOLLOW_UP, OverrideOutcome.JUSTIFIED]
        assert override.state is OverrideState.REVIEWED
        assert not add_review(session, "reason-1", override.reviews[0])
    for statement in (
        "UPDATE override_reviews SET outcome = 'not_justified'",
        "DELETE FROM override_reviews",
        "TRUNCATE override_reviews",
    ):
        with pytest.raises(ProgrammingError), database.transaction() as session:
            session.execute(text(statement))


def test_nobody_reviews_their_own_reason_nor_without_the_role(database: Database) -> None:
    ole_as_dpo = OLE.model_copy(update={"roles": frozenset({Role.DPO})})
    same_person = DPO.model_copy(update={"own_identifier_digest": "digest"})
    with database.transaction() as session:
        citizen_id = _settled(session)
        _open(session, citizen_id, "reason-1", "act-1")
        session.execute(text("UPDATE actors SET own_identifier_digest = 'digest' WHERE id = 'ole.bruun'"))
        for actor, is_own in ((ole_as_dpo, True), (same_person, True), (ADMINISTRATOR, False), (OLE, True)):
            result = _desk(session, actor).review("reason-1", _written())
            assert (result.outcome, result.is_own) == (AuditOutcome.REFUSED, is_own)
            line = _last_line(session)
            assert (line.action, line.outcome) == (AuditAction.REVIEW_OVERRIDE, AuditOutcome.REFUSED)
        view = _desk(session, same_person).read("reason-1")
        assert view
        assert (view.is_own, view.may_review) == (True, False)
        assert _desk(session, ADMINISTRATOR).read("reason-1") is None
        assert _desk(session, ADMINISTRATOR).list_overrides(OverrideState.WAITING, after=None, size=50) is None
        assert len(_waiting(session)) == 1


def test_a_reason_that_is_not_there_is_not_reviewed(database: Database) -> None:
    with database.transaction() as session:
        _settled(session)
        assert _desk(session).review("reason-9", _written()).outcome is AuditOutcome.NOT_FOUND
        assert _last_line(session).outcome is AuditOutcome.NOT_FOUND
        assert _desk(session).read("reason-9") is None


@given(
    outcome=st.none() | st.sampled_from(OverrideOutcome),
    words=st.text(max_size=40) | st.just(WORDS),
    seen=st.integers(0, 3),
    reviews=st.integers(0, 3),
)
def test_a_review_has_an_outcome_and_words_and_follows_the_latest(
    outcome: OverrideOutcome | None, words: str, seen: int, reviews: int
) -> None:
    faults = faults_of(_written(outcome, words, seen), reviews)
    is_whole = outcome is not None and is_reason(words) and seen == reviews
    assert (faults == ()) is is_whole


@given(
    roles=st.frozensets(st.sampled_from(Role)),
    words=st.sampled_from(["", "kort", WORDS]),
    is_own=st.booleans(),
    is_of_own_unit=st.booleans(),
)
def test_only_the_policy_s_roles_review_and_never_their_own(
    roles: frozenset[Role], words: str, *, is_own: bool, is_of_own_unit: bool
) -> None:
    actor = an_actor(roles=roles)
    allowed = may_review_override(actor, words, is_own=is_own, is_of_own_unit=is_of_own_unit)
    reaches = Role.DPO in roles or (Role.MANAGER in roles and is_of_own_unit)
    assert allowed is (reaches and is_reason(words) and not is_own)
    assert may_read_overrides(actor, is_of_own_unit=is_of_own_unit) is reaches
    assert may(actor, AuditAction.REVIEW_OVERRIDE) is bool(roles & {Role.DPO, Role.MANAGER})


@given(outcomes=st.lists(st.sampled_from(OverrideOutcome), max_size=4))
def test_the_latest_review_says_where_an_override_is(outcomes: list[OverrideOutcome]) -> None:
    entry = AuditEntry(
        recorded_at=NOW,
        action=AuditAction.OPEN_OVERVIEW,
        outcome=AuditOutcome.SHOWN,
        actor_id=OLE.id,
        actor_name=OLE.name,
        policy_version="x",
        request_id="x",
    )
    reviews = tuple(
        OverrideReview(number=number, reviewed_at=NOW, reviewer_id="x", reviewer_name="X", outcome=outcome, words=WORDS)
        for number, outcome in enumerate(outcomes, start=1)
    )
    state = Override(id="x", entries=(entry,), reviews=reviews).state
    if not outcomes:
        assert state is OverrideState.WAITING
    else:
        needs_follow_up = outcomes[-1] is OverrideOutcome.NEEDS_FOLLOW_UP
        assert state is (OverrideState.FOLLOW_UP if needs_follow_up else OverrideState.REVIEWED)
