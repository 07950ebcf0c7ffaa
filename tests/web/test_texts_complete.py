"""Every member that a page may have to say has Danish; every error key has a page; the connectors' advice too."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from hub.audit.repository import Only
from hub.course.course_rules import CourseFault
from hub.course.meeting_rules import MeetingFault
from hub.course.plan_rules import PlanFault
from hub.course.trial_rules import TrialFault
from hub.errors import HubError
from hub.overview.changes import ChangeKind
from hub.sources.health import RunOutcome, SourceStatus
from hub.web.citizen import texts as citizen
from hub.web.committee import texts as committee
from hub.web.course import texts as course
from hub.web.login import texts as login
from hub.web.meetings import texts as meetings
from hub.web.my_citizens import present_meetings as my_meetings
from hub.web.oversight import texts as oversight
from hub.web.plan import texts as plan
from hub.web.search import texts as search
from hub.web.shell import texts as shared
from hub.web.shell import trial_texts
from hub.web.shell.error_texts import ERROR
from hub.web.shell.errors import FormInvalid, SearchDown
from hub.web.shell.rejection_texts import REJECTION
from hub.web.sources import texts as sources
from hub.web.trial_actions import texts as trial_actions
from schemas.access import AuditAction, AuditOutcome, Basis, Purpose, Role
from schemas.committee import TimeClass
from schemas.course import CitizenSay, CourseOutcome, OfferReason, TeamFunction
from schemas.facts import EffortStatus, GoalKind, Outcome
from schemas.meeting import MeetingKind, MeetingState
from schemas.overview import SectionState
from schemas.people import LifeStatus, RelationKind
from schemas.plan import GoalProgress, PlanKind, PlanState
from schemas.record import RejectionRule
from schemas.source import Area
from schemas.trial_action import TrialOutcome, TrialStatus

ADVICE = re.compile(r'advice\b.*=.*"([a-z_]+)"\W*$')
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (Area, shared.AREA),
        (Area, login.AREA_DETAILS),
        (Role, login.CARD),
        (Purpose, shared.PURPOSE),
        (Basis, shared.BASIS),
        (Basis, search.RELATION_TO_ME),
        (AuditAction, oversight.AUDIT_ACTION),
        (AuditOutcome, oversight.AUDIT_OUTCOME),
        (Only, oversight.ONLY),
        (EffortStatus, shared.EFFORT_STATUS),
        (Outcome, citizen.OUTCOME),
        (RelationKind, shared.RELATION),
        (LifeStatus, citizen.LIFE_STATUS),
        (GoalKind, shared.GOAL_CHANGE),
        (ChangeKind, shared.NOTIFICATION_CHANGE),
        (SectionState, citizen.SECTION_STATE),
        (RejectionRule, REJECTION),
        (SourceStatus, shared.SOURCE_STATE),
        (RunOutcome, sources.RUN_OUTCOME),
        (TeamFunction, shared.TEAM_FUNCTION),
        (TeamFunction, course.JOINS_AS),
        (OfferReason, course.OFFER_REASON),
        (CitizenSay, course.CITIZEN_SAY),
        (CourseOutcome, course.COURSE_OUTCOME),
        (CourseFault, course.FAULT),
        (PlanKind, plan.PLAN_KIND),
        (PlanKind, plan.ADD),
        (PlanKind, plan.WORDS),
        (PlanKind, plan.WHO),
        (PlanState, plan.PLAN_STATE),
        (GoalProgress, plan.GOAL_PROGRESS),
        (PlanFault, plan.FAULT),
        (TrialStatus, trial_texts.TRIAL_STATUS),
        (TimeClass, committee.TIME_CLASS),
        (TrialOutcome, trial_texts.TRIAL_OUTCOME),
        (TrialOutcome, trial_texts.TRIAL_DECISION),
        (TrialFault, trial_actions.FAULT),
        (MeetingKind, meetings.MEETING_KIND),
        (MeetingKind, meetings.KIND_CHOICE),
        (MeetingState, meetings.MEETING_STATE),
        (MeetingState, my_meetings.STATES),
        (MeetingFault, meetings.FAULT),
        (PlanKind, meetings.NEW_ENTRY),
        (GoalProgress, meetings.PROGRESS),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_every_member_has_words(members: type[StrEnum], words: dict[Any, Any]) -> None:
    assert set(words) == {member.value for member in members}


def test_every_error_has_a_page() -> None:
    def below(kind: type[HubError]) -> set[str]:
        return {kind.key}.union(*(below(child) for child in kind.__subclasses__()))

    assert {FormInvalid.key, SearchDown.key} <= below(HubError)
    assert below(HubError) == set(ERROR)


def test_every_advice_that_is_given_has_a_sentence() -> None:
    modules = [*(ROOT / "connectors").rglob("*.py"), *(ROOT / "hub/collect").glob("*.py")]
    lines = [line for path in modules for line in path.read_text(encoding="utf-8").splitlines()]
    told = {found.group(1) for line in lines if (found := ADVICE.search(line))}
    assert {"source_unavailable", "source_refused", "bus_unavailable"} <= told
    assert told <= set(sources.ADVICE)


def test_forbidden_words_stay_out() -> None:
    paths = [*(ROOT / "hub/web").glob("*/texts.py"), *(ROOT / "hub/web").glob("*/templates/*.html")]
    told = "".join(path.read_text(encoding="utf-8") for path in paths)
    for word in ("payload", "entity", "risikoniveau", "synkroniser", "rød borger"):
        # As a word of its own: an identity is no entity.
        assert not re.search(rf"\b{word}", told.lower())
