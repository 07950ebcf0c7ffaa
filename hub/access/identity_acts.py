"""Decisions on who is who as acts: decide whether the actor may, write the line, do it, all in one transaction.

What an administrator sees of people is masked: how a name begins, the year of birth, whether it is the year that the
number tells. A decision that is refused is a ``DecisionRefused``; it takes the transaction with it, and the caller
writes ``record_refused_decision`` in another.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.policy import may_decide_identity
from hub.access.redaction import redact_identifiers
from hub.audit.service import write_all
from hub.errors import DecisionRefused, DecisionRule, MissingRole
from hub.matching import conflict_repository, identity_decisions
from hub.matching import decision_repository as repository
from hub.matching.conflict_repository import StatedPerson
from hub.matching.decision_repository import KnownCitizen, StoredDecision
from hub.matching.graphs import Key
from hub.matching.identity_decisions import Author, DecisionResult
from hub.overview.service import mark_due
from hub.rights.errors import CitizenRestricted
from hub.rights.restriction_repository import restricted_among
from schemas.access import AccessRequest, Actor, AuditAction, AuditObject, AuditOutcome, ObjectKind
from schemas.base import Instant, Schema
from schemas.identifiers import Identifier, IdentifierKind, birth_date_of

_RECORD_NAME = 12
"""Last characters of a record's key, which name it among those of a conflict; the first are the time."""


class MaskedStatement(Schema):
    """What one record says of who somebody is, masked."""

    record: str
    """Names the record in ``keep_record_apart``; another version of it has another."""
    source: str
    record_type: str
    source_id: str
    name: str | None
    """How each word of the name begins."""
    birth_year: int | None
    fits_number: bool | None
    """Whether the birth date is the one that the number tells. None: one of the two is not known."""
    identifiers: tuple[str, ...]
    registered_at: Instant
    observed_at: Instant
    citizen_id: UUID | None
    has_efforts: bool


class ConflictSummary(Schema):
    """A contradiction about who is who, without what is said."""

    id: int
    kind: str
    subject: str
    """The masked identifier."""
    first_seen: Instant


class ConflictDetails(Schema):
    """A contradiction with the statements that make it, side by side."""

    conflict: ConflictSummary
    statements: tuple[MaskedStatement, ...]


class DecisionSummary(Schema):
    """A decision with its citizens; the identifiers are masked."""

    decision: StoredDecision
    subject: str
    target: str
    citizens: tuple[UUID, ...]


class IdentityQueue(Schema):
    """What waits for a person."""

    conflicts: tuple[ConflictSummary, ...]
    proposals: tuple[DecisionSummary, ...]
    """Merges that wait for a second person."""


class NumberHistory(Schema):
    """One identifier of a citizen and what it turned out to be."""

    citizen_id: UUID
    """The citizen that was made for it."""
    identifier: str
    is_former: bool
    sources: tuple[str, ...]
    """Sources that declare now that it was replaced."""
    since: Instant | None
    """When the first of them registered it."""


class CitizenIdentity(Schema):
    """Everything that is known of which identifiers are one citizen, masked."""

    citizen_id: UUID
    merged_into: UUID | None
    numbers: tuple[NumberHistory, ...]
    decisions: tuple[DecisionSummary, ...]
    """All that people decided, withdrawn ones too; oldest first."""


class IdentityDesk:
    """One person who decides about identities, at one moment, in the caller's transaction."""

    def __init__(
        self, session: Session, actor: Actor, request: AccessRequest, *, digest_key: bytes, now: datetime
    ) -> None:
        """The reason stands in ``request.override_reason``."""
        self._session, self._actor, self._request, self._now = session, actor, request, now
        self._author = Author(actor.id, redact_identifiers(request.override_reason or ""), now, digest_key)

    def read_queue(self, after: int = 0) -> IdentityQueue:
        """Open contradictions after that number, and merges that wait for a second person.

        Raises:
            MissingRole: the policy does not let the actor; the line must be written by ``record_refused_decision``.
        """
        self._require(AuditAction.READ_IDENTITIES)
        self._write(AuditAction.READ_IDENTITIES)
        return IdentityQueue(
            conflicts=tuple(
                ConflictSummary(id=each.id, kind=each.kind, subject=each.masked, first_seen=each.first_seen)
                for each in conflict_repository.list_conflicts(self._session, after)
            ),
            proposals=tuple(map(self._summary, repository.list_proposed(self._session))),
        )

    def read_conflict(self, conflict_id: int) -> ConflictDetails:
        """One contradiction with its statements side by side.

        Raises:
            DecisionRefused: there is none with that number, or it was settled.
            CitizenRestricted: the processing of one of the citizens is restricted.
            MissingRole: as above.
        """
        self._require(AuditAction.READ_IDENTITIES)
        conflict = conflict_repository.get_conflict(self._session, conflict_id)
        if conflict is None or conflict.key is None:
            raise DecisionRefused(DecisionRule.UNKNOWN_CONFLICT, number=conflict_id)
        stated = conflict_repository.stated_persons(self._session, conflict)
        citizens = {each.citizen_id for each in stated if each.citizen_id is not None}
        about = AuditObject(kind=ObjectKind.IDENTITY_CONFLICT, id=str(conflict_id))
        self._require_unrestricted(citizens, about)
        with_efforts = repository.citizens_with_efforts(self._session, citizens)
        self._write(AuditAction.READ_IDENTITIES, sorted(citizens), about)
        return ConflictDetails(
            conflict=ConflictSummary(
                id=conflict.id, kind=conflict.kind, subject=conflict.masked, first_seen=conflict.first_seen
            ),
            statements=tuple(masked_statement(each, with_efforts) for each in stated),
        )

    def read_citizen(self, citizen_id: UUID) -> CitizenIdentity:
        """The numbers of a citizen, former ones too, and what people decided about them.

        Raises:
            DecisionRefused: there is no such citizen.
            MissingRole: as above.
        """
        self._require(AuditAction.READ_IDENTITIES)
        citizens = repository.known_citizens(self._session, [citizen_id])
        own = next((each for each in citizens if each.id == citizen_id), None)
        if own is None:
            raise DecisionRefused(DecisionRule.UNKNOWN_CITIZEN, citizens=(citizen_id,))
        ids = [each.id for each in citizens]
        self._require_unrestricted(ids)
        self._write(AuditAction.READ_IDENTITIES, [citizen_id])
        return CitizenIdentity(
            citizen_id=citizen_id,
            merged_into=own.merged_into,
            numbers=_number_histories(citizens, repository.declared_replacements(self._session, ids)),
            decisions=tuple(map(self._summary, repository.decisions_about(self._session, ids))),
        )

    def link(self, conflict_id: int, to: UUID | None = None) -> DecisionResult:
        """Settle a conflict: it is one person, or *to* is who it is.

        Raises:
            DecisionRefused: as ``identity_decisions.link_conflict``; so do the others below.
            MissingRole: the policy does not let the actor, or there is no reason.
        """
        return self._act(
            AuditAction.LINK_IDENTITY,
            lambda author: identity_decisions.link_conflict(self._session, conflict_id, to, author),
        )

    def keep_record_apart(self, conflict_id: int, record: str) -> DecisionResult:
        """Settle a conflict: this record is about somebody else."""
        return self._act(
            AuditAction.KEEP_APART,
            lambda author: identity_decisions.keep_record_apart(self._session, conflict_id, record, author),
        )

    def keep_citizens_apart(self, citizen_id: UUID, other_id: UUID) -> DecisionResult:
        """Two citizens are two people, whatever the sources declare."""
        return self._act(
            AuditAction.KEEP_APART,
            lambda author: identity_decisions.keep_citizens_apart(self._session, citizen_id, other_id, author),
        )

    def merge(self, citizen_id: UUID, into_id: UUID) -> DecisionResult:
        """Two citizens are one person. If both have efforts, a second person must ``confirm``."""
        return self._act(
            AuditAction.MERGE_CITIZENS,
            lambda author: identity_decisions.merge_citizens(self._session, citizen_id, into_id, author),
        )

    def confirm(self, decision_id: int) -> DecisionResult:
        """Confirm the merge that another person has proposed."""
        return self._act(
            AuditAction.CONFIRM_MERGE,
            lambda author: identity_decisions.confirm_merge(self._session, decision_id, author),
        )

    def unmerge(self, citizen_id: UUID) -> DecisionResult:
        """Take back the merge of a citizen."""
        return self._act(
            AuditAction.UNMERGE_CITIZENS,
            lambda author: identity_decisions.unmerge_citizen(self._session, citizen_id, author),
        )

    def withdraw(self, decision_id: int) -> DecisionResult:
        """Take back any decision, or a proposal."""
        return self._act(
            AuditAction.WITHDRAW_DECISION,
            lambda author: identity_decisions.withdraw(self._session, decision_id, author),
        )

    def _act(self, action: AuditAction, decide: Callable[[Author], DecisionResult]) -> DecisionResult:
        self._require(action)
        result = decide(self._author)
        mark_due(self._session, result.affected, since=self._now)
        number = next(iter(result.decision_ids), None)
        about = None if number is None else AuditObject(kind=ObjectKind.IDENTITY_DECISION, id=str(number))
        state = result.state.value if result.is_new else "unchanged"
        self._write(action, result.citizens, about, {"decisions": [*result.decision_ids], "state": state})
        return result

    def _require(self, action: AuditAction) -> None:
        if not may_decide_identity(self._actor, action, self._request.override_reason):
            raise MissingRole

    def _require_unrestricted(self, citizen_ids: Collection[UUID], about: AuditObject | None = None) -> None:
        """Nothing is shown of one whose processing is restricted; the line about it is kept."""
        if restricted := restricted_among(self._session, citizen_ids):
            self._write(AuditAction.READ_IDENTITIES, sorted(restricted), about, outcome=AuditOutcome.REFUSED)
            raise CitizenRestricted

    def _write(
        self,
        action: AuditAction,
        citizens: Collection[UUID] = (),
        about: AuditObject | None = None,
        details: dict[str, JsonValue] | None = None,
        *,
        outcome: AuditOutcome = AuditOutcome.SHOWN,
    ) -> None:
        """A line for each citizen that the act is about, so that each one's log has it; else one line."""
        entry = audit_entry(self._actor, action, outcome, self._request, self._now, about=about, details=details or {})
        write_all(
            self._session,
            [entry.model_copy(update={"citizen_id": citizen_id}) for citizen_id in citizens] or [entry],
        )

    def _summary(self, decision: StoredDecision) -> DecisionSummary:
        citizens = identity_decisions.citizens_of_decision(self._session, decision)
        return DecisionSummary(
            decision=decision,
            subject=masked_key(decision.subject),
            target=masked_key(decision.target),
            citizens=tuple(each.id for each in citizens),
        )


def record_refused_decision(  # noqa: PLR0913  keyword-only from the rule on
    session: Session,
    actor: Actor,
    action: AuditAction,
    request: AccessRequest,
    *,
    rule: str,
    citizens: Collection[UUID] = (),
    now: datetime,
) -> None:
    """Write that a decision was refused, in a fresh transaction: the one that tried it took its line with it."""
    entry = audit_entry(actor, action, AuditOutcome.REFUSED, request, now, details={"rule": rule})
    write_all(session, [entry.model_copy(update={"citizen_id": each}) for each in citizens] or [entry])


def masked_statement(stated: StatedPerson, with_efforts: Collection[UUID]) -> MaskedStatement:
    """What one record says, masked."""
    birth_dates = {born for key in stated.keys if key.national and (born := birth_date_of(_identifier(key)))}
    return MaskedStatement(
        record=str(stated.record_id)[-_RECORD_NAME:],
        source=stated.source,
        record_type=stated.record_type,
        source_id=redact_identifiers(stated.source_id),
        name=" ".join(f"{word[0]}•••" for word in stated.name.split()) if stated.name else None,
        birth_year=stated.birth_date.year if stated.birth_date else None,
        fits_number=stated.birth_date in birth_dates if stated.birth_date and birth_dates else None,
        identifiers=tuple(map(masked_key, stated.keys)),
        registered_at=stated.registered_at,
        observed_at=stated.observed_at,
        citizen_id=stated.citizen_id,
        has_efforts=stated.citizen_id in with_efforts,
    )


def masked_key(key: Key) -> str:
    """An identifier as an administrator may see it."""
    return _identifier(key).masked


def _number_histories(
    citizens: Collection[KnownCitizen], declared: Collection[repository.DeclaredReplacement]
) -> tuple[NumberHistory, ...]:
    """Former ones as they were replaced, then those that stand."""
    histories = []
    for citizen in citizens:
        said = [each for each in declared if each.citizen_id == citizen.id]
        history = NumberHistory(
            citizen_id=citizen.id,
            identifier=masked_key(citizen.key),
            is_former=citizen.merged_into is not None,
            sources=tuple(sorted({each.source for each in said})),
            since=min((each.registered_at for each in said), default=None),
        )
        at = history.since.isoformat() if history.since else ""
        histories.append((not history.is_former, not at, at, str(citizen.id), history))
    return tuple(history for *_, history in sorted(histories, key=lambda each: each[:-1]))


def _identifier(key: Key) -> Identifier:
    kind = IdentifierKind.CPR if key.national else IdentifierKind.LOCAL
    return Identifier(kind=kind, namespace=key.namespace, value=key.value)
