"""The verbs with which people decide who is who: link, keep apart, merge, confirm, withdraw. No right is asked here.

Each holds all claims alone until the transaction ends, so that no worker matches records meanwhile, and leaves the
citizens whose overview may have changed locked, as ``match`` does. A decision that changes nothing is no error.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hub.errors import DecisionRefused, DecisionRule
from hub.matching import conflict_repository, statements
from hub.matching import decision_repository as repository
from hub.matching.conflict_repository import OpenConflict, StatedPerson
from hub.matching.decision_repository import DecisionState, KnownCitizen, StoredDecision
from hub.matching.decisions import JOINING, Decision, DecisionKind, statement_digest
from hub.matching.graphs import Key
from hub.matching.rules import ConflictKind
from hub.matching.service import match_again

_REPLACEMENTS = frozenset(
    {
        ConflictKind.REPLACEMENT_FORKED.value,
        ConflictKind.REPLACEMENT_CIRCULAR.value,
        ConflictKind.NUMBER_CHANGED.value,
    }
)


@dataclass(frozen=True)
class Author:
    """Who decides, when and why, and what keys the digests of identifiers."""

    id: str
    reason: str
    now: datetime
    digest_key: bytes


@dataclass(frozen=True)
class DecisionResult:
    """What came of a decision."""

    state: DecisionState
    decision_ids: tuple[int, ...]
    """New ones; of a decision that changes nothing those that say so already, if people made them."""
    citizens: tuple[UUID, ...]
    """The citizens that it is about."""
    affected: frozenset[UUID] = frozenset()
    """Whose overview is due to be built."""
    is_new: bool = True
    """False: it was so already."""
    still_joined: bool = False
    """After a merge was taken back: the sources say by themselves that both are one person."""


def merge_citizens(session: Session, citizen_id: UUID, into_id: UUID, author: Author) -> DecisionResult:
    """Two citizens are one person; the second stays, unless only the first has a national number.

    If both have efforts nothing changes until a second person confirms it.

    Raises:
        DecisionRefused: one is not known or stands for another by now, both are the same, or they are kept apart.
    """
    statements.hold_claims(session, changing=True)
    citizen, other = _two_citizens(session, citizen_id, into_id)
    both = (citizen.id, other.id)
    subject, target = _by_number(citizen.key, other.key)
    decisions = repository.decisions_between(session, subject, target, JOINING)
    if (citizen.merged_into or citizen.id) == (other.merged_into or other.id):
        standing = tuple(each.id for each in decisions if each.state is DecisionState.STANDING)
        return DecisionResult(DecisionState.STANDING, standing, both, is_new=False)
    _check_not_merged(citizen)
    _check_not_merged(other)
    if proposed := [each for each in decisions if each.state is DecisionState.PROPOSED]:
        return DecisionResult(DecisionState.PROPOSED, (proposed[0].id,), both, is_new=False)
    _check_not_apart(session, subject, target)
    decision = Decision(DecisionKind.MERGE, subject, target, _statements_on(session, {subject, target}))
    needs_second_person = len(repository.citizens_with_efforts(session, both)) == len(both)
    state = DecisionState.PROPOSED if needs_second_person else DecisionState.STANDING
    decision_id = repository.add_decision(session, decision, state, reason=author.reason, by=author.id, now=author.now)
    if needs_second_person:
        return DecisionResult(state, (decision_id,), both)
    return DecisionResult(state, (decision_id,), both, _join(session, subject, target, both, author))


def _is_same_person(author_id: str, other_id: str) -> bool:
    """Whether both are one employee, be it at a terminal, where the id says so (``cli:``), or on a page."""
    return author_id.removeprefix("cli:") == other_id.removeprefix("cli:")


def confirm_merge(session: Session, decision_id: int, author: Author) -> DecisionResult:
    """Let a merge stand that another person has proposed.

    Raises:
        DecisionRefused: there is no such proposal, the same person made it, or it is not possible any more.
    """
    statements.hold_claims(session, changing=True)
    decision = _decision(session, decision_id)
    if decision.state is DecisionState.WITHDRAWN:
        raise DecisionRefused(DecisionRule.DECISION_WITHDRAWN, number=decision.id)
    citizens = citizens_of_decision(session, decision)
    both = tuple(citizen.id for citizen in citizens)
    if decision.state is DecisionState.STANDING:
        return DecisionResult(DecisionState.STANDING, (decision.id,), both, is_new=False)
    if _is_same_person(decision.decided_by, author.id):
        raise DecisionRefused(DecisionRule.SECOND_PERSON, number=decision.id)
    for citizen in citizens:
        if citizen.merged_into not in both:
            _check_not_merged(citizen)
    _check_not_apart(session, decision.subject, decision.target)
    stated = _statements_on(session, {decision.subject, decision.target})
    repository.confirm_decision(session, decision.id, stated, author.id, author.now)
    affected = _join(session, decision.subject, decision.target, both, author)
    return DecisionResult(DecisionState.STANDING, (decision.id,), both, affected)


def unmerge_citizen(session: Session, citizen_id: UUID, author: Author) -> DecisionResult:
    """Take back the merge of this citizen, or a proposal of one: both are as if nobody had ever merged them.

    Raises:
        DecisionRefused: nobody has merged this citizen, or several were merged into it and none is named.
    """
    statements.hold_claims(session, changing=True)
    citizen = _citizen(session, citizen_id)
    joined = [
        each
        for each in repository.decisions_about(session, [citizen_id])
        if each.state is not DecisionState.WITHDRAWN and each.kind in JOINING
    ]
    own = [each for each in joined if each.subject == citizen.key]
    own = own or [each for each in joined if each.target == citizen.key]
    if not own:
        if citizen.merged_into is not None:
            raise DecisionRefused(DecisionRule.DECLARED_BY_SOURCE, citizens=(citizen.id, citizen.merged_into))
        raise DecisionRefused(DecisionRule.NOT_MERGED, citizens=(citizen.id,))
    if len(own) > 1:
        merged = {each.id for decision in own for each in citizens_of_decision(session, decision)} - {citizen.id}
        raise DecisionRefused(DecisionRule.SEVERAL_MERGED, citizens=tuple(sorted(merged)))
    return withdraw(session, own[0].id, author)


def withdraw(session: Session, decision_id: int, author: Author) -> DecisionResult:
    """Take back any decision, or a proposal. What the claims alone say holds again.

    Raises:
        DecisionRefused: there is no such decision.
    """
    statements.hold_claims(session, changing=True)
    decision = _decision(session, decision_id)
    citizens = tuple(citizen.id for citizen in citizens_of_decision(session, decision))
    if decision.state is DecisionState.WITHDRAWN:
        return DecisionResult(DecisionState.WITHDRAWN, (decision.id,), citizens, is_new=False)
    repository.withdraw_decision(session, decision.id, author.reason, author.id, author.now)
    if decision.state is DecisionState.PROPOSED:
        return DecisionResult(DecisionState.WITHDRAWN, (decision.id,), citizens)
    affected = _decided(session, {decision.subject, decision.target}, author) | frozenset(citizens)
    joined = decision.kind in JOINING and _is_one(citizens_of_decision(session, decision))
    return DecisionResult(DecisionState.WITHDRAWN, (decision.id,), citizens, affected, still_joined=joined)


def keep_citizens_apart(session: Session, citizen_id: UUID, other_id: UUID, author: Author) -> DecisionResult:
    """Two citizens are two people, whatever the sources declare.

    Raises:
        DecisionRefused: one is not known, both are the same, or a person has merged them.
    """
    statements.hold_claims(session, changing=True)
    citizen, other = _two_citizens(session, citizen_id, other_id)
    subject, target = _by_number(citizen.key, other.key)
    return _keep_apart(session, [(subject, target)], (citizen.id, other.id), author)


def keep_record_apart(session: Session, conflict_id: int, record: str, author: Author) -> DecisionResult:
    """In a conflict, what one record says is about somebody else: its own ids are not the person of its number.

    Args:
        session: the caller's transaction.
        conflict_id: number of the conflict.
        record: the record, by the end of its key, as ``IdentityDesk.read_conflict`` names it.
        author: who decides.

    Raises:
        DecisionRefused: there is no such conflict or record, or the record has nothing but the number.
    """
    statements.hold_claims(session, changing=True)
    conflict, key = _conflict(session, conflict_id)
    stated = _stated(session, conflict, record)
    numbers = [each for each in stated.keys if each.national]
    if key.national and key not in stated.keys:
        # It says, or has it that way by now, that its own number stands for the one of the conflict.
        pairs = [(key, number) for number in numbers]
    else:
        pairs = [(own, number) for own in stated.keys if not own.national for number in numbers]
    if not pairs:
        raise DecisionRefused(DecisionRule.NO_OWN_ID, number=conflict.id)
    return _keep_apart(session, pairs, _citizens_of_keys(session, {key, *stated.keys}), author)


def link_conflict(session: Session, conflict_id: int, to: UUID | None, author: Author) -> DecisionResult:
    """Settle a conflict by saying who it is: what differs under a number is one person, or an id is that citizen.

    Raises:
        DecisionRefused: there is no such conflict or citizen, or it does not say who.
    """
    statements.hold_claims(session, changing=True)
    conflict, key = _conflict(session, conflict_id)
    if conflict.kind == ConflictKind.DISAGREEING_PERSON:
        decision = Decision(DecisionKind.ONE_PERSON, key, key, _statements_on(session, {key}))
        return _decide(session, [decision], _citizens_of_keys(session, {key}), author)
    if conflict.kind == ConflictKind.TOO_MANY_IDENTIFIERS:
        raise DecisionRefused(DecisionRule.AT_THE_SOURCE, number=conflict.id)
    if to is None:
        raise DecisionRefused(DecisionRule.CITIZEN_MISSING, number=conflict.id)
    if conflict.kind in _REPLACEMENTS:
        (citizen_id,) = _citizens_of_keys(session, {key})
        return merge_citizens(session, citizen_id, to, author)
    target = _citizen(session, to)
    _check_not_merged(target)
    _check_not_apart(session, key, target.key)
    return _decide(session, [Decision(DecisionKind.LINK, key, target.key)], (target.id,), author)


def citizens_of_decision(session: Session, decision: StoredDecision) -> tuple[KnownCitizen, ...]:
    """The citizens of subject and target, as far as they have one, as they stand now."""
    ids = _citizens_of_keys(session, {decision.subject, decision.target})
    return tuple(each for each in repository.known_citizens(session, ids) if each.id in ids)


def _keep_apart(
    session: Session, pairs: Collection[tuple[Key, Key]], citizens: tuple[UUID, ...], author: Author
) -> DecisionResult:
    for key, other in pairs:
        if merged := repository.decisions_between(session, key, other, JOINING):
            raise DecisionRefused(DecisionRule.DECIDED_OTHERWISE, number=merged[0].id)
    standing = [
        decision.id
        for key, other in pairs
        for decision in repository.decisions_between(session, key, other, {DecisionKind.KEEP_APART})
    ]
    if len(standing) >= len(pairs):
        return DecisionResult(DecisionState.STANDING, tuple(standing), citizens, is_new=False)
    return _decide(session, [Decision(DecisionKind.KEEP_APART, *pair) for pair in pairs], citizens, author)


def _decide(
    session: Session, decisions: Collection[Decision], citizens: tuple[UUID, ...], author: Author
) -> DecisionResult:
    ids = tuple(
        repository.add_decision(
            session, decision, DecisionState.STANDING, reason=author.reason, by=author.id, now=author.now
        )
        for decision in decisions
    )
    affected = _decided(session, repository.keys_of(decisions), author)
    # Also where no record moves: their pages say what was decided.
    return DecisionResult(DecisionState.STANDING, ids, citizens, affected | frozenset(citizens))


def _decided(session: Session, keys: Collection[Key], author: Author) -> frozenset[UUID]:
    return match_again(session, frozenset(keys), digest_key=author.digest_key, now=author.now)


def _join(session: Session, subject: Key, target: Key, both: tuple[UUID, ...], author: Author) -> frozenset[UUID]:
    affected = _decided(session, {subject, target}, author)
    if not _is_one([each for each in repository.known_citizens(session, both) if each.id in both]):
        # Something else that people decided stands in the way, or too much hangs together to decide anything.
        raise DecisionRefused(DecisionRule.NO_EFFECT, citizens=both)
    return affected


def _is_one(citizens: Collection[KnownCitizen]) -> bool:
    return len({citizen.merged_into or citizen.id for citizen in citizens}) == 1


def _two_citizens(session: Session, one_id: UUID, other_id: UUID) -> tuple[KnownCitizen, KnownCitizen]:
    if one_id == other_id:
        raise DecisionRefused(DecisionRule.SAME_CITIZEN, citizens=(one_id,))
    return _citizen(session, one_id), _citizen(session, other_id)


def _citizen(session: Session, citizen_id: UUID) -> KnownCitizen:
    citizen = next((each for each in repository.known_citizens(session, [citizen_id]) if each.id == citizen_id), None)
    if citizen is None:
        raise DecisionRefused(DecisionRule.UNKNOWN_CITIZEN, citizens=(citizen_id,))
    return citizen


def _decision(session: Session, decision_id: int) -> StoredDecision:
    decision = repository.get_decision(session, decision_id)
    if decision is None:
        raise DecisionRefused(DecisionRule.UNKNOWN_DECISION, number=decision_id)
    return decision


def _conflict(session: Session, conflict_id: int) -> tuple[OpenConflict, Key]:
    conflict = conflict_repository.get_conflict(session, conflict_id)
    if conflict is None or conflict.key is None:
        raise DecisionRefused(DecisionRule.UNKNOWN_CONFLICT, number=conflict_id)
    return conflict, conflict.key


def _stated(session: Session, conflict: OpenConflict, record: str) -> StatedPerson:
    stated = conflict_repository.stated_persons(session, conflict)
    named = [each for each in stated if record and str(each.record_id).endswith(record)]
    if len(named) != 1:
        raise DecisionRefused(DecisionRule.UNKNOWN_RECORD)
    return named[0]


def _citizens_of_keys(session: Session, keys: Collection[Key]) -> tuple[UUID, ...]:
    return tuple(sorted(citizen.id for citizen in statements.citizens_of(session, keys).values()))


def _statements_on(session: Session, keys: Collection[Key]) -> frozenset[str]:
    return frozenset(map(statement_digest, statements.claims_on(session, keys, whole=True).claims))


def _by_number(key: Key, other: Key) -> tuple[Key, Key]:
    """Subject and target: where only one is a national number it is the target."""
    return (other, key) if key.national and not other.national else (key, other)


def _check_not_merged(citizen: KnownCitizen) -> None:
    if citizen.merged_into is not None:
        raise DecisionRefused(DecisionRule.ALREADY_MERGED, citizens=(citizen.id, citizen.merged_into))


def _check_not_apart(session: Session, key: Key, other: Key) -> None:
    if apart := repository.decisions_between(session, key, other, {DecisionKind.KEEP_APART}):
        raise DecisionRefused(DecisionRule.DECIDED_OTHERWISE, number=apart[0].id)
