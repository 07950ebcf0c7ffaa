"""Reviews of stated reasons (værdispring) by somebody else: decided and logged as every act.

What waits is read from the log itself; reading it is reading the log.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.naming import without_names
from hub.access.policy import is_reason, may, may_review_override
from hub.access.redaction import redact_identifiers
from hub.access.repository import is_same_person
from hub.audit import override_repository as repository
from hub.audit.service import write
from schemas.access import AccessRequest, Actor, AuditAction, AuditObject, AuditOutcome, ObjectKind
from schemas.base import Schema
from schemas.override import Override, OverrideOutcome, OverrideReview, OverrideState


class ListedOverrides(NamedTuple):
    """A page of stated reasons in one state."""

    overrides: tuple[Override, ...]
    after: int | None
    """Where the next page begins; None: this is the last."""


class OverrideView(Schema):
    """One stated reason, and whether the actor may review it."""

    override: Override
    may_review: bool
    is_own: bool


class ReviewFault(StrEnum):
    """What must be corrected before a review is stored."""

    OUTCOME_MISSING = "outcome_missing"
    WORDS_MISSING = "words_missing"
    REVIEWED_MEANWHILE = "reviewed_meanwhile"
    """By somebody else, after the actor opened the page."""


class ReviewResult(NamedTuple):
    """What came of writing a review."""

    outcome: AuditOutcome
    """``shown``: it is stored; ``failed``: something must be corrected first."""
    faults: tuple[ReviewFault, ...] = ()
    is_own: bool = False
    """It was refused because the stated reason is the actor's own."""


class WrittenReview(Schema):
    """What the reviewer writes."""

    outcome: OverrideOutcome | None
    words: str
    reviews_seen: int
    """How many reviews there were when the reviewer looked."""


def faults_of(written: WrittenReview, reviews: int) -> tuple[ReviewFault, ...]:
    """What must be corrected, where *reviews* are stored by now; pure."""
    faults = {
        ReviewFault.REVIEWED_MEANWHILE: written.reviews_seen != reviews,
        ReviewFault.OUTCOME_MISSING: written.outcome is None,
        ReviewFault.WORDS_MISSING: not is_reason(written.words),
    }
    return tuple(fault for fault, is_present in faults.items() if is_present)


class OverrideDesk:
    """Reads and reviews stated reasons for one actor, in the caller's transaction.

    Each act decides, writes the line, then answers; a refusal is an answer, and its line is kept.
    """

    def __init__(self, session: Session, actor: Actor, request: AccessRequest, *, now: datetime) -> None:
        self._session, self._actor, self._request, self._now = session, actor, request, now

    def list_overrides(self, state: OverrideState, *, after: int | None, size: int) -> ListedOverrides | None:
        """Those in that state, the oldest first; those that are reviewed the newest first. None: refused."""
        is_allowed = may(self._actor, AuditAction.READ_LOG)
        self._write(AuditAction.READ_LOG, AuditOutcome.SHOWN if is_allowed else AuditOutcome.REFUSED)
        if not is_allowed:
            return None
        return ListedOverrides(*repository.list_overrides(self._session, state, after=after, size=size))

    def read(self, override_id: str) -> OverrideView | None:
        """What one of them opened, and its reviews. None: refused, or there is none."""
        override = repository.get_override(self._session, override_id)
        is_allowed = may(self._actor, AuditAction.READ_LOG)
        outcome_to_reader = AuditOutcome.NOT_FOUND if override is None else AuditOutcome.SHOWN
        self._write(AuditAction.READ_LOG, outcome_to_reader if is_allowed else AuditOutcome.REFUSED, override)
        if override is None or not is_allowed:
            return None
        is_own = self._is_own(override)
        return OverrideView(
            override=override,
            may_review=not is_own and may(self._actor, AuditAction.REVIEW_OVERRIDE),
            is_own=is_own,
        )

    def review(self, override_id: str, written: WrittenReview) -> ReviewResult:
        """Store a review, or say what must be corrected first, and then nothing is stored."""
        override = repository.get_override(self._session, override_id)
        if override is None:
            self._write(AuditAction.REVIEW_OVERRIDE, AuditOutcome.NOT_FOUND)
            return ReviewResult(AuditOutcome.NOT_FOUND)
        is_own, is_role = self._is_own(override), may(self._actor, AuditAction.REVIEW_OVERRIDE)
        faults = faults_of(written, len(override.reviews))
        if is_role and not is_own and faults:
            return ReviewResult(AuditOutcome.FAILED, faults)
        if written.outcome is None or not may_review_override(self._actor, written.words, is_own=is_own):
            self._write(AuditAction.REVIEW_OVERRIDE, AuditOutcome.REFUSED, override)
            return ReviewResult(AuditOutcome.REFUSED, is_own=is_own)
        words = self._kept_words(override, written.words)
        review = OverrideReview(
            number=len(override.reviews) + 1,
            reviewed_at=self._now,
            reviewer_id=self._actor.caller_id,
            reviewer_name=self._actor.caller_name,
            outcome=written.outcome,
            words=words,
        )
        if not repository.add_review(self._session, override.id, review):
            return ReviewResult(AuditOutcome.FAILED, (ReviewFault.REVIEWED_MEANWHILE,))
        self._write(AuditAction.REVIEW_OVERRIDE, AuditOutcome.SHOWN, override, review)
        return ReviewResult(AuditOutcome.SHOWN)

    def _kept_words(self, override: Override, words: str) -> str:
        """Without national numbers, and without the names that would say whose the key is."""
        request = self._request.model_copy(update={"override_reason": redact_identifiers(words)})
        if override.citizen_id is not None:
            request = without_names(self._session, override.citizen_id, request)
        return request.override_reason or ""

    def _is_own(self, override: Override) -> bool:
        return is_same_person(self._session, self._actor, override.actor_id)

    def _write(
        self,
        action: AuditAction,
        outcome: AuditOutcome,
        override: Override | None = None,
        review: OverrideReview | None = None,
    ) -> None:
        details: dict[str, JsonValue] = {} if override is None else {"override": override.id}
        request = self._request
        if review is not None:
            details["review"] = review.outcome.value
            request = request.model_copy(update={"override_reason": review.words})
        entry = audit_entry(
            self._actor,
            action,
            outcome,
            request,
            self._now,
            about=None if override is None else AuditObject(kind=ObjectKind.ACTOR, id=override.actor_id),
            details=details,
            citizen_id=None if override is None else override.citizen_id,
        )
        write(self._session, entry)
