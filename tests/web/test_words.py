"""Every member that a page may have to say has Danish; every error key has a page; the connectors' advice too."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from hub.course.views import TeamFunction
from hub.errors import HubError
from hub.sources.health import RunOutcome, SourceStatus
from hub.web import texts
from hub.web.errors import FormInvalid, SearchDown
from schemas.access import AuditAction, AuditOutcome, Basis, Purpose, Role
from schemas.facts import AbsenceKind, EffortStatus, GoalKind, LifeStatus, Outcome, Progress, RelationKind
from schemas.overview import SectionState
from schemas.record import RejectionRule
from schemas.source import Area, Sensitivity

ADVICE = re.compile(r'advice\b.*=.*"([a-z_]+)"\W*$')
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (Area, texts.AREA),
        (Area, texts.AREA_DETAILS),
        (Role, texts.ROLE),
        (Role, texts.CARD),
        (Purpose, texts.PURPOSE),
        (Basis, texts.BASIS),
        (AuditAction, texts.AUDIT_ACTION),
        (AuditOutcome, texts.AUDIT_OUTCOME),
        (EffortStatus, texts.EFFORT_STATUS),
        (Outcome, texts.OUTCOME),
        (RelationKind, texts.RELATION),
        (LifeStatus, texts.LIFE_STATUS),
        (AbsenceKind, texts.ABSENCE),
        (GoalKind, texts.GOAL),
        (Progress, texts.PROGRESS),
        (Sensitivity, texts.SENSITIVITY),
        (SectionState, texts.SECTION_STATE),
        (RejectionRule, texts.REJECTION),
        (SourceStatus, texts.SOURCE_STATE),
        (RunOutcome, texts.RUN_OUTCOME),
        (TeamFunction, texts.TEAM_FUNCTION),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_every_member_has_words(members: type[StrEnum], words: dict[Any, Any]) -> None:
    assert set(words) == {member.value for member in members}


def test_every_error_has_a_page() -> None:
    def below(kind: type[HubError]) -> set[str]:
        return {kind.key}.union(*(below(child) for child in kind.__subclasses__()))

    assert {FormInvalid.key, SearchDown.key} <= below(HubError)
    assert below(HubError) == set(texts.ERROR)


def test_every_advice_that_is_given_has_a_sentence() -> None:
    sources = [*(ROOT / "connectors").rglob("*.py"), *(ROOT / "hub/collect").glob("*.py")]
    lines = [line for path in sources for line in path.read_text(encoding="utf-8").splitlines()]
    told = {found.group(1) for line in lines if (found := ADVICE.search(line))}
    assert {"source_unavailable", "source_refused", "bus_unavailable"} <= told
    assert told <= set(texts.ADVICE)


def test_forbidden_words_stay_out() -> None:
    told = (ROOT / "hub/web/texts.py").read_text(encoding="utf-8")
    told += "".join(path.read_text(encoding="utf-8") for path in (ROOT / "hub/web/templates").glob("*.html"))
    for word in ("payload", "entity", "risikoniveau", "synkroniser", "rød borger"):
        assert word not in told.lower()
