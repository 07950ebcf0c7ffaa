"""Reviews of stated reasons (værdispring) by somebody else: decided and logged as every act.

What waits is read from the log itself.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.naming import without_names
from hub.access.policy import is_reason, may, may_read_overrides, may_review_override
from hub.access.redaction import redact_identifiers
from hub.access.repository import is_same_person
from hub.access.staff_repository import list_led_units
from hub.audit import override_repository as repository
from hub.audit.lookup_repository import LookupSelection, UnitShare, list_unit_shares
from hub.audit.override_repository import ALWAYS, Period, WaitingAges
from hub.audit.service import write
from schemas.access import AccessRequest, Actor, AuditAction, AuditObject, AuditOutcome, ObjectKind
from schemas.base import Schema
from schemas.override import Override, OverrideOutcome, OverrideReview, OverrideState


class ListedOverrides(NamedTuple):
    """A page of stated reasons in one state."""

    overrides: tuple[Override, ...]
    after: int | None
    """Where the next page begins; None: this is the last."""
    numbers: Mapping[OverrideState, int]
    """How many there are in each state, on all pages."""


class OverrideFigures(NamedTuple):
    """What the DPO is told of all of them."""

    ages: WaitingAges
    units: tuple[UnitShare, ...]
    """Of the period; the figures of a unit in which fewer than ``FEWEST`` looked are about single people."""


FEWEST = 5
MOST_EXPORTED = 20_000


class OverrideView(Schema):
    """One stated reason, and whether the actor may review it."""

    override: Override
    may_review: bool
    is_own: bool
    names_citizen: bool
    """The citizen's key stands in it."""


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


def without_citizen(override: Override) -> Override:
    """The stated reason without anything that says who the citizen is; pure."""
    entries = tuple(
        entry.model_copy(
            update={
                "citizen_id": None,
                "details": {name: value for name, value in entry.details.items() if name != "shown_on"},
            }
        )
        for entry in override.entries
    )
    return override.model_copy(update={"entries": entries})


class OverrideDesk:
    """Reads and reviews stated reasons for one actor, in the caller's transaction.

    The DPO reads all; a manager those of employees of the own units, without a word that says who the citizen is. Each
    act decides, writes the line, then answers; a refusal is an answer, and its line is kept.
    """

    def __init__(self, session: Session, actor: Actor, request: AccessRequest, *, now: datetime) -> None:
        self._session, self._actor, self._request, self._now = session, actor, request, now

    def list_overrides(
        self, state: OverrideState, *, after: int | None, size: int, period: Period = ALWAYS
    ) -> ListedOverrides | None:
        """Those in that state, the oldest first; those that are reviewed the newest first. None: refused."""
        is_allowed = may(self._actor, AuditAction.READ_OVERRIDES)
        self._write(AuditAction.READ_OVERRIDES, AuditOutcome.SHOWN if is_allowed else AuditOutcome.REFUSED)
        if not is_allowed:
            return None
        units = None if self._reads_all else self._led_units
        overrides, following = repository.list_overrides(
            self._session, state, after=after, size=size, units=units, period=period
        )
        return ListedOverrides(
            tuple(map(self._cut, overrides)), following, repository.count_overrides(self._session, units, period)
        )

    def figures(self, since: datetime, until: datetime) -> OverrideFigures | None:
        """How long they wait, and their share of each unit's look-ups; None: not for the actor, who leads units.

        The line of the list that was read stands for it.
        """
        if not self._reads_all:
            return None
        selection = LookupSelection(since=since, until=until)
        ages = repository.count_waiting_ages(self._session, self._now)
        return OverrideFigures(ages, list_unit_shares(self._session, selection))

    def export(self, period: Period) -> tuple[Override, ...] | None:
        """Those of the period for a file. None: refused."""
        is_allowed = self._reads_all and may(self._actor, AuditAction.EXPORT_LOG)
        self._write(AuditAction.EXPORT_LOG, AuditOutcome.SHOWN if is_allowed else AuditOutcome.REFUSED)
        return repository.list_all(self._session, period, MOST_EXPORTED) if is_allowed else None

    def read(self, override_id: str) -> OverrideView | None:
        """What one of them opened, and its reviews. None: refused, there is none, or none for the actor to see."""
        override = repository.get_override(self._session, override_id)
        is_role = may(self._actor, AuditAction.READ_OVERRIDES)
        is_shown = override is not None and self._may_read(override)
        outcome_to_reader = AuditOutcome.SHOWN if is_shown else AuditOutcome.NOT_FOUND
        if override is not None and not is_shown:
            outcome_to_reader = AuditOutcome.REFUSED
        self._write(AuditAction.READ_OVERRIDES, outcome_to_reader if is_role else AuditOutcome.REFUSED, override)
        if override is None or not is_shown:
            return None
        is_own = self._is_own(override)
        return OverrideView(
            override=self._cut(override),
            may_review=not is_own and may(self._actor, AuditAction.REVIEW_OVERRIDE),
            is_own=is_own,
            names_citizen=self._reads_all,
        )

    def review(self, override_id: str, written: WrittenReview) -> ReviewResult:
        """Store a review, or say what must be corrected first, and then nothing is stored."""
        override = repository.get_override(self._session, override_id)
        if override is None:
            self._write(AuditAction.REVIEW_OVERRIDE, AuditOutcome.NOT_FOUND)
            return ReviewResult(AuditOutcome.NOT_FOUND)
        is_role = may(self._actor, AuditAction.REVIEW_OVERRIDE)
        if is_role and not self._may_read(override):
            self._write(AuditAction.REVIEW_OVERRIDE, AuditOutcome.REFUSED, override)
            return ReviewResult(AuditOutcome.NOT_FOUND)
        is_own = self._is_own(override)
        faults = faults_of(written, len(override.reviews))
        if is_role and not is_own and faults:
            return ReviewResult(AuditOutcome.FAILED, faults)
        is_of_own_unit = override.first.unit_id in self._led_units
        if written.outcome is None or not may_review_override(
            self._actor, written.words, is_own=is_own, is_of_own_unit=is_of_own_unit
        ):
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

    @cached_property
    def _reads_all(self) -> bool:
        return may_read_overrides(self._actor, is_of_own_unit=False)

    @cached_property
    def _led_units(self) -> frozenset[str]:
        return list_led_units(self._session, self._actor.id)

    def _may_read(self, override: Override) -> bool:
        return may_read_overrides(self._actor, is_of_own_unit=override.first.unit_id in self._led_units)

    def _cut(self, override: Override) -> Override:
        """As the actor may see it: a key of the citizen is for the one who reads the whole log."""
        return override if self._reads_all else without_citizen(override)

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
