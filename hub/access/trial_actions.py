"""Trial actions (prøvehandlinger) of a citizen's plan: written, taken back and judged by the team.

Decided and logged as every act.
"""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.plan_act import PlanAct
from hub.access.redaction import redact_identifiers
from hub.course import trial_repository as repository
from hub.course.trial_rules import TrialFault, judgement_faults, text_faults
from schemas.access import AccessRequest, Actor, AuditAction
from schemas.trial_action import NewJudgement, TrialAction, TrialText

TrialFaults = tuple[TrialFault, ...]
"""What must be corrected first; empty: it is done."""
_FREE_TEXT = ("what", "why", "decided_by", "withdrawn_because")


class TrialDesk:
    """Does one act with the trial actions of one citizen for one actor, in the caller's transaction.

    It decides on the *action*, writes the line, then acts. ``None`` is the answer to whoever may not; the line is kept.
    They are read with the plan (``PlanDesk.read``).
    """

    def __init__(
        self,
        session: Session,
        actor: Actor,
        citizen_id: UUID,
        request: AccessRequest,
        action: AuditAction,
        *,
        now: datetime,
    ) -> None:
        self._act = PlanAct(session, actor, citizen_id, request, action, now=now)
        self._session, self._actor, self._now = session, actor, now

    def add(self, trial_id: UUID, said: TrialText) -> TrialFaults | None:
        """Add a trial action. *trial_id* names it beforehand, so that a form sent twice adds it once."""
        place = self._act.place
        if self._act.allowed() is None or place is None:
            return None
        faults = text_faults(said)
        if faults:
            return faults
        if repository.add_trial(
            self._session,
            place.course_id,
            place.member_key,
            trial_id,
            _redacted(said),
            by=self._actor.id,
            now=self._now,
        ):
            self._act.write({"trial_action": str(trial_id)})
            return ()
        return () if self._locked(trial_id) else (TrialFault.TRIAL_UNKNOWN,)

    def change(self, trial_id: UUID, said: TrialText, version: int) -> TrialFaults | None:
        """Write it anew, or take it back; *version* is the one that was read. What others wrote stays a version."""
        if self._act.allowed() is None:
            return None
        trial = self._locked(trial_id)
        if trial is None:
            return (TrialFault.TRIAL_UNKNOWN,)
        faults = text_faults(said)
        if faults:
            return faults
        redacted = _redacted(said)
        if trial.text == redacted:
            return ()
        if trial.version != version:
            return (TrialFault.CHANGED_MEANWHILE,)
        self._store(trial, redacted)
        written: dict[str, JsonValue] = {"trial_action": str(trial_id), "withdrawn": bool(said.withdrawn_because)}
        self._act.write(written)
        return ()

    def judge(self, trial_id: UUID, judgement: NewJudgement, version: int) -> TrialFaults | None:
        """Say what was learned, and whether it goes on, stops or stays; *version* is the one that was read."""
        if self._act.allowed() is None:
            return None
        trial = self._locked(trial_id)
        if trial is None:
            return (TrialFault.TRIAL_UNKNOWN,)
        faults = judgement_faults(trial.text, judgement, self._act.today)
        if faults:
            return faults
        redacted = judgement.model_copy(update={"learned": redact_identifiers(judgement.learned)})
        if self._is_repeated(trial, redacted):
            return ()
        if trial.version != version:
            return (TrialFault.CHANGED_MEANWHILE,)
        repository.add_judgement(self._session, trial_id, redacted, by=self._actor.id, now=self._now)
        if redacted.judge_next_on is not None:
            self._store(trial, trial.text.model_copy(update={"judge_on": redacted.judge_next_on}))
        self._act.write({"trial_action": str(trial_id), "outcome": judgement.outcome.value, "works": judgement.works})
        return ()

    def _store(self, trial: TrialAction, said: TrialText) -> None:
        number = len(trial.versions) + 1
        repository.add_version(self._session, trial.id, number, said, by=self._actor.id, now=self._now)

    def _is_repeated(self, trial: TrialAction, judgement: NewJudgement) -> bool:
        """Whether the actor said the same just before."""
        newest = max(trial.judgements, key=lambda each: each.at, default=None)
        return newest is not None and newest.by == self._actor.name and _said(newest) == judgement

    def _locked(self, trial_id: UUID) -> TrialAction | None:
        """The citizen's trial action of that id, of which nobody else writes until the act is done."""
        repository.lock_trial(self._session, trial_id)
        course_id = self._act.place.course_id if self._act.place else UUID(int=0)
        trials = repository.list_trials(self._session, course_id, self._act.citizen_id)
        return next((trial for trial in trials if trial.id == trial_id), None)


def _said(judgement: NewJudgement) -> NewJudgement:
    return NewJudgement(**{name: getattr(judgement, name) for name in NewJudgement.model_fields})


def _redacted(said: TrialText) -> TrialText:
    return said.model_copy(update={name: redact_identifiers(getattr(said, name)) for name in _FREE_TEXT})
