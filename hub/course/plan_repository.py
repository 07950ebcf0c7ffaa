"""SQL of the plan: entries with all their versions, progress, and the efforts that serve a goal."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.course.tables import PlanEffortRow, PlanEntryRow, PlanProgressRow, PlanVersionRow
from hub.course.writers import writer_name
from hub.db import fetch_rows
from schemas.plan import (
    CitizenPlan,
    EntryVersion,
    NewEntry,
    NewProgress,
    PassedReview,
    PlanEntry,
    PlanText,
)

_WHOSE = "CASE WHEN k.merged_into = ANY(:citizen_ids) THEN k.merged_into ELSE p.citizen_id END AS citizen_id"
_OF_CITIZENS = """
    LEFT JOIN citizen_keys k ON k.id = p.citizen_id
    WHERE p.course_id = ANY(:course_ids) AND (p.citizen_id = ANY(:citizen_ids) OR k.merged_into = ANY(:citizen_ids))
"""
"""On these courses of these citizens, and of those who turned out to be one of them."""
_PROGRESS = """
    coalesce((SELECT jsonb_agg(jsonb_build_object('progress', g.progress, 'on_day', g.on_day, 'words', g.words,
                                                  'by', coalesce(b.name, g.entered_by), 'at', g.entered_at)
                               ORDER BY g.on_day DESC, g.entered_at DESC, g.id DESC)
              FROM plan_progress g LEFT JOIN employees b ON b.id = g.entered_by WHERE g.entry_id = p.id), '[]')
"""
_VERSIONS = text(f"""
    SELECT p.id, p.course_id, p.kind, p.parent_id, {_WHOSE}, v.version, v.words, v.who, v.due_on, v.goal_type, v.state,
           v.changed_at, coalesce(e.name, v.changed_by) AS changed_by,
           {_PROGRESS} AS progress,
           ARRAY(SELECT f.effort_id FROM plan_efforts f WHERE f.entry_id = p.id ORDER BY f.added_at, f.effort_id)
             AS effort_ids
    FROM plan_entries p JOIN plan_versions v ON v.entry_id = p.id LEFT JOIN employees e ON e.id = v.changed_by
    {_OF_CITIZENS}
    ORDER BY min(v.changed_at) OVER (PARTITION BY p.id), p.id, v.version DESC
""")  # noqa: S608  put together from the constants above; every value is a parameter

_PASSED_REVIEWS = text("""
    SELECT p.id AS entry_id, coalesce(k.merged_into, p.citizen_id) AS citizen_id, v.due_on
    FROM plan_entries p
    JOIN LATERAL (SELECT due_on, state FROM plan_versions v WHERE v.entry_id = p.id ORDER BY version DESC LIMIT 1) v
      ON v.state = 'open' AND :since <= v.due_on AND v.due_on < :until
    JOIN courses c ON c.id = p.course_id AND (c.ended_on IS NULL OR :until < c.ended_on)
    LEFT JOIN citizen_keys k ON k.id = p.citizen_id
    ORDER BY p.id
""")


def read_plan(session: Session, course_id: UUID, citizen_id: UUID) -> CitizenPlan:
    """The whole plan of the citizen in that course, also what is done or dropped; efforts uncut."""
    return read_plans(session, course_id, [citizen_id])[citizen_id]


def read_plans(session: Session, course_id: UUID, citizen_ids: Collection[UUID]) -> dict[UUID, CitizenPlan]:
    """The same of several on that course."""
    return read_plans_of(session, dict.fromkeys(citizen_ids, course_id))


def read_plans_of(session: Session, courses: Mapping[UUID, UUID]) -> dict[UUID, CitizenPlan]:
    """The plan of each citizen in the course that *courses* names, in one statement."""
    parameters = {"course_ids": list(set(courses.values())), "citizen_ids": list(courses)}
    versions: dict[UUID, list[EntryVersion]] = defaultdict(list)
    heads: dict[UUID, dict[str, Any]] = {}
    entries: dict[UUID, list[UUID]] = {citizen_id: [] for citizen_id in courses}
    for row in fetch_rows(session, _VERSIONS, parameters):
        if courses[row["citizen_id"]] != row["course_id"]:
            continue  # of an earlier course, on which another of these citizens is now
        if row["id"] not in heads:
            heads[row["id"]] = {name: row[name] for name in ("id", "kind", "parent_id", "progress", "effort_ids")}
            entries[row["citizen_id"]].append(row["id"])
        said = PlanText.model_validate({name: row[name] for name in PlanText.model_fields})
        versions[row["id"]].append(
            EntryVersion(version=row["version"], text=said, by=writer_name(row["changed_by"]), at=row["changed_at"])
        )

    def entry(key: UUID) -> PlanEntry:
        return PlanEntry(**heads[key], versions=tuple(versions[key]))

    return {
        citizen_id: CitizenPlan(citizen_id=citizen_id, course_id=courses[citizen_id], entries=tuple(map(entry, keys)))
        for citizen_id, keys in entries.items()
    }


def list_passed_reviews(session: Session, since: date, until: date) -> tuple[PassedReview, ...]:
    """Open goals and agreements of open courses whose day was one from *since* to before *until*."""
    rows = fetch_rows(session, _PASSED_REVIEWS, {"since": since, "until": until})
    return tuple(PassedReview.model_validate(row) for row in rows)


def add_entry(  # noqa: PLR0913  keyword-only from the employee on
    session: Session,
    course_id: UUID,
    member_key: UUID,
    entry_id: UUID,
    entry: NewEntry,
    *,
    by: str,
    now: datetime,
) -> bool:
    """Store an entry with its first version; False: there is one of that key already."""
    head = {"course_id": course_id, "citizen_id": member_key, "kind": entry.kind, "parent_id": entry.parent_id}
    statement = insert(PlanEntryRow).values(id=entry_id, **head).on_conflict_do_nothing().returning(PlanEntryRow.id)
    return session.scalar(statement) is not None and add_version(session, entry_id, 1, entry.text, by=by, now=now)


def add_version(session: Session, entry_id: UUID, version: int, said: PlanText, *, by: str, now: datetime) -> bool:
    """Store what the entry says now; False: somebody else stored that version before."""
    statement = (
        insert(PlanVersionRow)
        .values(entry_id=entry_id, version=version, changed_by=by, changed_at=now, **said.model_dump())
        .on_conflict_do_nothing()
        .returning(PlanVersionRow.version)
    )
    return session.scalar(statement) is not None


def add_progress(session: Session, entry_id: UUID, progress: NewProgress, *, by: str, now: datetime) -> None:
    """Store what somebody says of the goal; the same said twice by the same employee is stored once."""
    # The entry's row keeps two sendings of one form apart.
    session.execute(select(PlanEntryRow.id).where(PlanEntryRow.id == entry_id).with_for_update())
    values = {"entry_id": entry_id, "entered_by": by, **progress.model_dump()}
    same = select(func.count()).where(*(getattr(PlanProgressRow, name) == value for name, value in values.items()))
    if not session.scalar(same):
        session.add(PlanProgressRow(entered_at=now, **values))
        session.flush()


def add_effort(session: Session, entry_id: UUID, effort_id: str, source: str, *, by: str, now: datetime) -> None:
    """Store that the effort serves the goal."""
    values = {"entry_id": entry_id, "effort_id": effort_id, "source": source, "added_by": by, "added_at": now}
    session.execute(insert(PlanEffortRow).values(**values).on_conflict_do_nothing())


def remove_effort(session: Session, entry_id: UUID, effort_id: str) -> None:
    """Store that it serves the goal no longer; the line of the log says who removed it."""
    session.execute(
        delete(PlanEffortRow).where(PlanEffortRow.entry_id == entry_id, PlanEffortRow.effort_id == effort_id)
    )


def delete_efforts_of(session: Session, source: str) -> None:
    """Forget the efforts of a source that is forgotten."""
    session.execute(delete(PlanEffortRow).where(PlanEffortRow.source == source))
