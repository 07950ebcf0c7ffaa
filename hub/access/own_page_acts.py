"""What a citizen does on *Min side*: takes a consent back, and writes their own words."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access.course_names import rename_by_consent
from hub.access.own_page import OwnPageDesk
from hub.access.own_page_policy import OwnPart, may_see_part
from hub.access.reason import has_words
from hub.access.redaction import redact_identifiers
from hub.alerts.service import tell_plan_changed
from hub.clock import danish_day
from hub.course import consent_repository, own_words_repository, plan_repository
from hub.course.own_words_repository import WaitingWords
from hub.course.writers import writer_id
from schemas.access import AuditAction
from schemas.citizen_actor import CitizenActor
from schemas.consent import Consent, ConsentKind
from schemas.plan import PlanEntry, PlanKind, PlanState

TO_COURSE = "course"
"""Names the consent to the course itself; any other is named ``area/source``."""


class WrittenWords(StrEnum):
    """What came of words that were written."""

    IN_PLAN = "in_plan"
    WAITING = "waiting"
    """There is no plan yet: they are kept, and the lead coordinator reads them."""
    NO_WORDS = "no_words"
    CHANGED_MEANWHILE = "changed_meanwhile"
    """Somebody else wrote first. Nothing is stored, and nothing is lost: the page shows both."""
    ENTRY_UNKNOWN = "entry_unknown"


def consent_name(consent: Consent) -> str:
    """The consents of one source are given, told and withdrawn together."""
    return f"{consent.cell.area}/{consent.cell.source}" if consent.cell else TO_COURSE


class OwnActs:
    """Does one act for the citizen who is logged in; ``None``: the policies refuse it, and the line is kept."""

    def __init__(self, session: Session, citizen: CitizenActor, desk: OwnPageDesk) -> None:
        self._session, self._desk = session, desk
        self._by = writer_id(citizen.citizen_id, is_self=citizen.citizen_id == desk.person_id)

    def withdraw(self, name: str) -> tuple[Consent, ...] | None:
        """Withdraw what is named so at once; without the consent to the course nothing else stands.

        Returns:
            What is withdrawn now; nothing: none stood under that name.
        """
        action = AuditAction.WITHDRAW_OWN_CONSENT
        if self._desk.allowed(action) is None:
            return None
        today = danish_day(self._desk.now)
        course = consent_repository.course_of_citizen(self._session, self._desk.person_id, today)
        if course is None:
            return ()
        consents = consent_repository.list_consents(self._session, course.course_id, self._desk.person_id)
        chosen = {consent.id for consent in consents.standing(today) if name in {consent_name(consent), TO_COURSE}}
        if name == TO_COURSE and not any(each.kind is ConsentKind.COURSE for each in consents.standing(today)):
            chosen = set()
        withdrawn_ids = consent_repository.withdraw_consents(
            self._session, course.course_id, self._desk.person_id, chosen, on=today, by=self._by
        )
        if name == TO_COURSE:
            rename_by_consent(self._session, course.course_id, today)
        withdrawn = tuple(consent for consent in consents.consents if consent.id in withdrawn_ids)
        cells = sorted(
            f"{each.cell.area}/{each.cell.source}/{each.cell.category or '*'}" if each.cell else TO_COURSE
            for each in withdrawn
        )
        self._desk.write(action, details={"consent": {"cells": [*cells]}})
        return withdrawn

    def write_words(self, key: UUID, words: str) -> WrittenWords | None:
        """Put new words into the plan, as the citizen's own; *key* names them, so that a form sent twice adds one."""
        if not self._may_write():
            return None
        if not has_words(words):
            return WrittenWords.NO_WORDS
        desk = self._desk
        written = WaitingWords(id=key, words=redact_identifiers(words), written_by=self._by, written_at=desk.now)
        place = consent_repository.course_of_citizen(self._session, desk.person_id, danish_day(desk.now))
        if place is None or not place.has_consent:
            if own_words_repository.add_waiting_words(self._session, desk.person_id, written):
                self._told(key, "waiting")
            return WrittenWords.WAITING
        if own_words_repository.add_own_words(self._session, place.course_id, place.member_key, written):
            self._told(key, PlanKind.WISH.value)
        return WrittenWords.IN_PLAN

    def change_words(self, entry_id: UUID, words: str, version: int) -> WrittenWords | None:
        """Write the citizen's own words of the plan anew; what stood there stays a version."""
        if not self._may_write():
            return None
        entry = self.own_entry(entry_id)
        if entry is None:
            return WrittenWords.ENTRY_UNKNOWN
        if not has_words(words):
            return WrittenWords.NO_WORDS
        said = entry.text.model_copy(update={"words": redact_identifiers(words)})
        if said == entry.text:
            return WrittenWords.IN_PLAN
        is_newest = entry.versions[0].version == version
        if not is_newest or not plan_repository.add_version(
            self._session, entry_id, version + 1, said, by=self._by, now=self._desk.now
        ):
            return WrittenWords.CHANGED_MEANWHILE
        self._told(entry_id, entry.kind.value)
        return WrittenWords.IN_PLAN

    def own_entry(self, entry_id: UUID) -> PlanEntry | None:
        """The citizen's own words of that id, in the plan as it stands; None: there are none that count."""
        course = consent_repository.course_of_citizen(self._session, self._desk.person_id, danish_day(self._desk.now))
        if course is None:
            return None
        plan = plan_repository.read_plan(self._session, course.course_id, self._desk.person_id)
        return next(
            (
                entry
                for entry in plan.entries
                if entry.id == entry_id and entry.kind is PlanKind.WISH and entry.text.state is PlanState.OPEN
            ),
            None,
        )

    def _may_write(self) -> bool:
        facts = self._desk.allowed(AuditAction.WRITE_OWN_WORDS)
        return facts is not None and may_see_part(OwnPart.PLAN, facts)

    def _told(self, key: UUID, kind: str) -> None:
        """Write the line, and tell the team."""
        self._desk.write(AuditAction.WRITE_OWN_WORDS, details={"plan": {"entry": str(key), "kind": kind}})
        tell_plan_changed(self._session, self._desk.person_id, by=self._by, now=self._desk.now)
