"""SQL of trial actions: each with all its versions and judgements."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import TextClause, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.course.tables import TrialActionRow, TrialJudgementRow, TrialVersionRow
from hub.course.trial_rules import due_lines, line_of
from hub.db import columns, fetch_rows
from schemas.trial_action import NewJudgement, TrialAction, TrialJudgement, TrialLine, TrialText, TrialVersion

_OF_CITIZENS = """
    FROM trial_actions t
    LEFT JOIN citizen_keys k ON k.id = t.citizen_id
    WHERE t.citizen_id IN (
      SELECT unnest(cast(:citizen_ids AS uuid[]))
      UNION ALL SELECT id FROM citizen_keys WHERE merged_into = ANY(cast(:citizen_ids AS uuid[])))
"""
"""A citizen who turned out to be another is that other."""
_IN_COURSE = f"{_OF_CITIZENS} AND t.course_id = :course_id"
_IN_OPEN_COURSE = f"""{_OF_CITIZENS} AND EXISTS (
    SELECT FROM courses c
    WHERE c.id = t.course_id AND c.started_on <= :on AND (c.ended_on IS NULL OR :on < c.ended_on))
"""


def _versions(trials: str) -> str:
    return f"""
    SELECT trial.id, trial.course_id, trial.stands_for, {columns(TrialVersionRow, "v")},
           coalesce(e.name, v.changed_by) AS by
    FROM (SELECT t.id, t.course_id, coalesce(k.merged_into, t.citizen_id) AS stands_for {trials}) trial
    JOIN trial_versions v ON v.trial_id = trial.id LEFT JOIN employees e ON e.id = v.changed_by
    ORDER BY min(v.changed_at) OVER (PARTITION BY trial.id), trial.id, v.version DESC
    """  # noqa: S608  put together from the constants above; every value is a parameter


def _judgements(trials: str) -> str:
    return f"""
    SELECT {columns(TrialJudgementRow, "j")}, coalesce(e.name, j.judged_by) AS by
    FROM trial_judgements j LEFT JOIN employees e ON e.id = j.judged_by
    WHERE j.trial_id IN (SELECT t.id {trials})
    ORDER BY j.on_day DESC, j.judged_at DESC, j.id DESC
    """  # noqa: S608  as above


_OF_COURSE = text(_versions(_IN_COURSE)), text(_judgements(_IN_COURSE))
_OF_OPEN_COURSES = text(_versions(_IN_OPEN_COURSE)), text(_judgements(_IN_OPEN_COURSE))


def list_trials(session: Session, course_id: UUID, citizen_id: UUID) -> tuple[TrialAction, ...]:
    """All trial actions of the citizen in that course, in the order in which they were written."""
    return list_trials_of(session, course_id, [citizen_id])


def list_trials_of(session: Session, course_id: UUID, citizen_ids: Collection[UUID]) -> tuple[TrialAction, ...]:
    """The same of several on that course."""
    return _read(session, _OF_COURSE, {"course_id": course_id, "citizen_ids": list(citizen_ids)})


def list_trial_lines(session: Session, citizen_ids: Collection[UUID], on: date) -> tuple[TrialLine, ...]:
    """Those of the citizens' open courses in one line each, as they stand on that day; for whoever may see the plan."""
    trials = _read(session, _OF_OPEN_COURSES, {"citizen_ids": list(citizen_ids), "on": on})
    return tuple(line_of(trial, on) for trial in trials)


def trial_actions_due(session: Session, citizen_ids: Collection[UUID], on: date) -> tuple[TrialLine, ...]:
    """Those that are to be judged on that day, or should have been before; for whoever may see the plan."""
    return due_lines(list_trial_lines(session, citizen_ids, on), on)


def lock_trial(session: Session, trial_id: UUID) -> None:
    """Let nobody else write of it until the transaction ends."""
    session.execute(select(TrialActionRow.id).where(TrialActionRow.id == trial_id).with_for_update())


def add_trial(  # noqa: PLR0913  keyword-only from the employee on
    session: Session, course_id: UUID, member_key: UUID, trial_id: UUID, said: TrialText, *, by: str, now: datetime
) -> bool:
    """Store a trial action with its first version; False: there is one of that key already."""
    head = {"id": trial_id, "course_id": course_id, "citizen_id": member_key}
    statement = insert(TrialActionRow).values(**head).on_conflict_do_nothing().returning(TrialActionRow.id)
    if session.scalar(statement) is None:
        return False
    add_version(session, trial_id, 1, said, by=by, now=now)
    return True


def add_version(session: Session, trial_id: UUID, number: int, said: TrialText, *, by: str, now: datetime) -> None:
    """Store what it says now, under the next number; lock it before."""
    values = {"trial_id": trial_id, "version": number, "changed_by": by, "changed_at": now, **said.model_dump()}
    session.add(TrialVersionRow(**values))
    session.flush()


def add_judgement(session: Session, trial_id: UUID, judgement: NewJudgement, *, by: str, now: datetime) -> None:
    """Store what somebody says of it; lock it before."""
    session.add(TrialJudgementRow(trial_id=trial_id, judged_by=by, judged_at=now, **judgement.model_dump()))
    session.flush()


def _read(
    session: Session, statements: tuple[TextClause, TextClause], parameters: Mapping[str, object]
) -> tuple[TrialAction, ...]:
    of_versions, of_judgements = statements
    versions: dict[UUID, list[TrialVersion]] = defaultdict(list)
    heads: dict[UUID, tuple[UUID, UUID]] = {}
    for row in fetch_rows(session, of_versions, parameters):
        said = TrialText.model_validate({name: row[name] for name in TrialText.model_fields})
        heads[row["id"]] = row["stands_for"], row["course_id"]
        versions[row["id"]].append(TrialVersion(text=said, by=row["by"], at=row["changed_at"]))
    judgements: dict[UUID, list[TrialJudgement]] = defaultdict(list)
    for row in fetch_rows(session, of_judgements, parameters) if heads else ():
        said_of_it = {name: row[name] for name in NewJudgement.model_fields}
        judgements[row["trial_id"]].append(TrialJudgement(**said_of_it, by=row["by"], at=row["judged_at"]))
    return tuple(
        TrialAction(
            id=key,
            citizen_id=citizen_id,
            course_id=course_id,
            versions=tuple(versions[key]),
            judgements=tuple(judgements[key]),
        )
        for key, (citizen_id, course_id) in heads.items()
    )
