"""What a citizen has consented to: read, recorded and withdrawn by the team. Decided and logged as every act.

A course opens nothing before the citizen has consented to it, so these acts ask for the place on the team alone.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.course_names import rename_by_consent
from hub.access.policy import may_handle_consents
from hub.access.redaction import redact_identifiers
from hub.audit.service import write, write_all
from hub.clock import danish_day
from hub.course import consent_repository as repository
from hub.course.consent_rules import ConsentFault, faults_of
from hub.course.own_words_repository import take_over_words
from hub.rights.errors import CitizenRestricted
from hub.rights.restriction_repository import restricted_among
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome, Basis
from schemas.base import Schema
from schemas.consent import CitizenConsents, Consent, ConsentCell, ConsentKind, ConsentTerms, TeamFacts


class ConsentView(Schema):
    """A citizen's consents to a course, and what the actor may do with them."""

    course_id: UUID
    course_title: str
    consents: CitizenConsents
    may_give: bool
    may_withdraw: bool


class GivenConsent(Schema):
    """What a citizen consents to, and how."""

    to_course: bool = False
    cells: tuple[ConsentCell, ...] = ()
    terms: ConsentTerms


class ListedConsents(Schema):
    """A citizen of one of the actor's courses, and what the citizen has consented to in it."""

    citizen_id: UUID
    consents: tuple[Consent, ...]


def list_consents(
    session: Session, actor: Actor, request: AccessRequest, *, now: datetime
) -> tuple[ListedConsents, ...]:
    """What all citizens of the actor's courses have consented to; a line for the list, and one for each citizen."""
    facts = [
        each
        for each in repository.facts_of_teams(session, actor, danish_day(now))
        if may_handle_consents(actor, AuditAction.READ_CONSENTS, each)
    ]
    consents = repository.list_consents_of(session, {each.citizen_id: each.course_id for each in facts})
    line = audit_entry(actor, AuditAction.READ_CONSENTS, AuditOutcome.SHOWN, request, now, basis=Basis.TEAM)
    about = [line.model_copy(update={"citizen_id": each.citizen_id}) for each in facts]
    write_all(session, [line.model_copy(update={"result_count": len(facts)}), *about])
    return tuple(ListedConsents(citizen_id=each.citizen_id, consents=consents[each.citizen_id]) for each in facts)


class ConsentDesk:
    """Reads and changes the consents of one citizen for one actor, in the caller's transaction.

    Each act decides, writes the line, then acts. ``None`` is the answer to whoever may not, and where there is no
    course; the line is kept. Where the processing of the citizen's data is restricted, each act raises
    ``CitizenRestricted``, and its line says that it was refused.
    """

    def __init__(
        self, session: Session, actor: Actor, citizen_id: UUID, request: AccessRequest, *, now: datetime
    ) -> None:
        self._session, self._actor, self._citizen_id = session, actor, citizen_id
        self._request, self._now, self._today = request, now, danish_day(now)
        self._facts = repository.team_facts(session, actor, citizen_id, self._today)

    def read(self, action: AuditAction = AuditAction.READ_CONSENTS) -> ConsentView | None:
        """What was consented to; *action* says whether it was printed."""
        facts = self._allowed(action)
        if facts is None:
            return None
        self._write(action, AuditOutcome.SHOWN)
        return ConsentView(
            course_id=facts.course_id,
            course_title=facts.title,
            consents=repository.list_consents(self._session, facts.course_id, self._citizen_id),
            may_give=may_handle_consents(self._actor, AuditAction.GIVE_CONSENT, facts),
            may_withdraw=may_handle_consents(self._actor, AuditAction.WITHDRAW_CONSENT, facts),
        )

    def give(self, given_consent: GivenConsent) -> tuple[ConsentFault, ...] | None:
        """Record it; what must be corrected first, and then nothing is recorded. A consent that stands is kept."""
        facts = self._allowed(AuditAction.GIVE_CONSENT)
        if facts is None:
            return None
        terms = given_consent.terms
        standing = repository.list_consents(self._session, facts.course_id, self._citizen_id).standing(self._today)
        has_course = any(consent.kind is ConsentKind.COURSE for consent in standing)
        faults = faults_of(
            terms, given_consent.cells, self._today, to_course=given_consent.to_course, has_course=has_course
        )
        if faults:
            return faults
        cells: list[ConsentCell | None] = [*given_consent.cells, *([None] if given_consent.to_course else [])]
        repository.add_consents(
            self._session,
            facts.course_id,
            facts.member_key,
            cells,
            terms.model_copy(update={"evidence": redact_identifiers(terms.evidence)}),
            recorded_by=self._actor.id,
            now=self._now,
        )
        if given_consent.to_course:
            rename_by_consent(self._session, facts.course_id, self._today)
            # What the citizen wrote before belongs in the plan, which is open from now on.
            take_over_words(self._session, facts.course_id, facts.member_key, self._citizen_id, now=self._now)
        consent: dict[str, JsonValue] = {
            "cells": [_name(cell) for cell in cells],
            "form": terms.form.value,
            "given_by": terms.given_by.value,
            "given_on": terms.given_on.isoformat(),
        }
        if terms.expires_on:
            consent["expires_on"] = terms.expires_on.isoformat()
        self._write(AuditAction.GIVE_CONSENT, AuditOutcome.SHOWN, consent)
        return ()

    def withdraw(self, ids: Collection[int]) -> tuple[Consent, ...] | None:
        """Withdraw these at once; without the consent to the course nothing else stands, so that takes all with it."""
        facts = self._allowed(AuditAction.WITHDRAW_CONSENT)
        if facts is None:
            return None
        consents = repository.list_consents(self._session, facts.course_id, self._citizen_id).consents
        chosen = {consent.id for consent in consents if consent.id in set(ids)}
        leaves = any(consent.kind is ConsentKind.COURSE for consent in consents if consent.id in chosen)
        if leaves:
            chosen = {consent.id for consent in consents}
        withdrawn_ids = repository.withdraw_consents(
            self._session, facts.course_id, self._citizen_id, chosen, on=self._today, by=self._actor.id
        )
        if leaves:
            rename_by_consent(self._session, facts.course_id, self._today)
        withdrawn = tuple(consent for consent in consents if consent.id in withdrawn_ids)
        self._write(
            AuditAction.WITHDRAW_CONSENT,
            AuditOutcome.SHOWN,
            {"cells": [_name(consent.cell) for consent in withdrawn]},
        )
        return withdrawn

    def _allowed(self, action: AuditAction) -> TeamFacts | None:
        facts = self._facts
        if facts is not None and may_handle_consents(self._actor, action, facts):
            return facts
        is_restricted = bool(restricted_among(self._session, [self._citizen_id]))
        is_unknown = facts is None and not is_restricted
        self._write(action, AuditOutcome.NOT_FOUND if is_unknown else AuditOutcome.REFUSED)
        if is_restricted:
            raise CitizenRestricted
        return None

    def _write(self, action: AuditAction, outcome: AuditOutcome, consent: dict[str, JsonValue] | None = None) -> None:
        entry = audit_entry(
            self._actor,
            action,
            outcome,
            self._request,
            self._now,
            citizen_id=self._citizen_id,
            basis=Basis.TEAM if outcome is AuditOutcome.SHOWN else Basis.NONE,
            details={"consent": consent} if consent else None,
        )
        write(self._session, entry)


def _name(cell: ConsentCell | None) -> str:
    """A cell as the log names it."""
    if cell is None:
        return ConsentKind.COURSE.value
    return f"{cell.area}/{cell.source}/{cell.category or '*'}"
