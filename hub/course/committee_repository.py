"""SQL of the committee's figures: counts and amounts of courses, plans and trial actions, without a word of anybody."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.course.trial_rules import trial_status
from hub.db import fetch_rows
from schemas.plan import GoalProgress
from schemas.trial_action import TrialOutcome, TrialStatus

_YEAR = "cast(extract(year FROM {} AT TIME ZONE 'Europe/Copenhagen') AS int)"
"""The Danish year of an instant."""
_ACTIVE = """
    FROM courses c
    JOIN unrestricted_course_citizens n
      ON n.course_id = c.id AND n.valid_from <= {on} AND (n.valid_to IS NULL OR {on} < n.valid_to)
    WHERE c.started_on <= {on} AND (c.ended_on IS NULL OR {on} < c.ended_on)
      AND EXISTS (SELECT FROM consents s
                  WHERE s.course_id = n.course_id AND s.citizen_id = n.citizen_id AND s.kind = 'course'
                    AND s.given_on <= {on} AND (s.expires_on IS NULL OR {on} < s.expires_on)
                    AND (s.withdrawn_on IS NULL OR {on} < s.withdrawn_on))
"""
"""Citizens ``n`` on courses ``c`` to which they have consented, on the day."""
_ON_DAY = f"active AS (SELECT DISTINCT n.course_id, n.citizen_id {_ACTIVE.format(on='cast(:on AS date)')})"

_COURSES = text(f"""
    SELECT d.day, active.*
    FROM unnest(cast(:days AS date[])) AS d(day)
    CROSS JOIN LATERAL (
      SELECT count(DISTINCT c.id) AS number, count(DISTINCT n.citizen_id) AS citizens {_ACTIVE.format(on="d.day")}
    ) active
""")  # noqa: S608  put together from the constants above; every value is a parameter

_PROGRESS = text(f"""
    WITH {_ON_DAY},
    goals AS (
      SELECT DISTINCT ON (p.id) p.id, coalesce(k.merged_into, p.citizen_id) AS citizen_id, v.goal_type, v.state
      FROM plan_entries p
      JOIN active ON active.course_id = p.course_id AND active.citizen_id = p.citizen_id
      JOIN plan_versions v ON v.entry_id = p.id AND v.changed_at < :until
      LEFT JOIN citizen_keys k ON k.id = p.citizen_id
      WHERE p.kind IN ('goal', 'sub_goal')
      ORDER BY p.id, v.version DESC
    ),
    latest AS (
      SELECT DISTINCT ON (goals.citizen_id, goals.goal_type) goals.goal_type, g.progress
      FROM goals LEFT JOIN plan_progress g ON g.entry_id = goals.id AND g.entered_at < :until
      WHERE goals.state <> 'dropped'
      ORDER BY goals.citizen_id, goals.goal_type, g.on_day DESC NULLS LAST, g.entered_at DESC, g.id DESC
    )
    SELECT goal_type, progress, count(*) AS citizens FROM latest GROUP BY goal_type, progress
""")  # noqa: S608  as above

_TRIALS = text(f"""
    WITH {_ON_DAY}
    SELECT DISTINCT ON (t.id) coalesce(k.merged_into, t.citizen_id) AS citizen_id, v.first_day, v.last_day,
           v.withdrawn_because <> '' AS is_withdrawn,
           (SELECT j.outcome FROM trial_judgements j
            WHERE j.trial_id = t.id AND j.on_day <= :on AND j.judged_at < :until
            ORDER BY j.on_day DESC, j.judged_at DESC, j.id DESC LIMIT 1) AS outcome
    FROM trial_actions t
    JOIN active ON active.course_id = t.course_id AND active.citizen_id = t.citizen_id
    JOIN trial_versions v ON v.trial_id = t.id AND v.changed_at < :until
    LEFT JOIN citizen_keys k ON k.id = t.citizen_id
    ORDER BY t.id, v.version DESC
""")  # noqa: S608  as above

_COSTS = text(f"""
    SELECT written.year, written.citizen_id, v.cost_before AS before, v.cost_after AS after
    FROM (
      SELECT t.id, coalesce(k.merged_into, t.citizen_id) AS citizen_id, {_YEAR.format("v.changed_at")} AS year
      FROM trial_actions t
      JOIN trial_versions v ON v.trial_id = t.id AND v.version = 1
      LEFT JOIN citizen_keys k ON k.id = t.citizen_id
    ) written
    CROSS JOIN LATERAL (
      SELECT * FROM trial_versions v
      WHERE v.trial_id = written.id AND {_YEAR.format("v.changed_at")} <= written.year
      ORDER BY v.version DESC LIMIT 1
    ) v
    WHERE written.year = ANY(:years) AND v.withdrawn_because = ''
      AND v.cost_before IS NOT NULL AND v.cost_after IS NOT NULL
""")  # noqa: S608  as above

_TIMES = text(f"""
    SELECT {_YEAR.format("reached.entered_at")} AS year, coalesce(k.merged_into, p.citizen_id) AS citizen_id,
           reached.on_day - cast(v.changed_at AT TIME ZONE 'Europe/Copenhagen' AS date) AS days
    FROM plan_entries p
    JOIN plan_versions v ON v.entry_id = p.id AND v.version = 1
    LEFT JOIN citizen_keys k ON k.id = p.citizen_id
    CROSS JOIN LATERAL (
      SELECT g.on_day, g.entered_at FROM plan_progress g
      WHERE g.entry_id = p.id AND g.progress = 'reached'
      ORDER BY g.entered_at, g.id LIMIT 1
    ) reached
    WHERE p.kind IN ('goal', 'sub_goal') AND {_YEAR.format("reached.entered_at")} = ANY(:years)
""")  # noqa: S608  as above


class CountOf(NamedTuple):
    """A number of something, and of how many citizens it is."""

    number: int
    citizens: int


class TrialCost(NamedTuple):
    """What a trial action that was agreed in the year cost before and costs with it, in kroner a year."""

    year: int
    citizen_id: UUID
    before: int
    after: int


class GoalTime(NamedTuple):
    """How many days it took until a goal was reached that was entered as reached in the year."""

    year: int
    citizen_id: UUID
    days: int


def count_courses(session: Session, days: Collection[date]) -> dict[date, CountOf]:
    """The courses that were active on each of these days, to which somebody had consented."""
    rows = fetch_rows(session, _COURSES, {"days": list(days)})
    return {row["day"]: CountOf(row["number"], row["citizens"]) for row in rows}


def count_progress(session: Session, on: date, until: datetime) -> dict[tuple[str, GoalProgress | None], int]:
    """Of the citizens on active courses: by type of goal, what was said last of a goal of that type; each once a type.

    As it was written before *until*.
    """
    rows = fetch_rows(session, _PROGRESS, {"on": on, "until": until})
    return {
        (row["goal_type"], GoalProgress(row["progress"]) if row["progress"] else None): row["citizens"] for row in rows
    }


def count_trials(session: Session, on: date, until: datetime) -> dict[TrialStatus, CountOf]:
    """Where the trial actions of active courses stood on the day, as it was written before *until*."""
    citizens: dict[TrialStatus, list[UUID]] = {status: [] for status in TrialStatus}
    for row in fetch_rows(session, _TRIALS, {"on": on, "until": until}):
        outcome = TrialOutcome(row["outcome"]) if row["outcome"] else None
        status = trial_status(row["first_day"], row["last_day"], outcome, on, is_withdrawn=row["is_withdrawn"])
        citizens[status].append(row["citizen_id"])
    return {status: CountOf(len(each), len(set(each))) for status, each in citizens.items()}


def list_costs(session: Session, years: Collection[int]) -> tuple[TrialCost, ...]:
    """Of the trial actions first written in these years those with both amounts, as the year's end knew them."""
    return tuple(TrialCost(**row) for row in fetch_rows(session, _COSTS, {"years": list(years)}))


def list_times(session: Session, years: Collection[int]) -> tuple[GoalTime, ...]:
    """Of the goals first entered as reached in these years how long each took."""
    return tuple(GoalTime(**row) for row in fetch_rows(session, _TIMES, {"years": list(years)}))
