"""SQL of what citizens write on *Min side* before there is a plan, and the way of such words into a plan."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.course import plan_repository
from hub.course.writers import writer_name
from hub.db import fetch_rows
from schemas.base import Instant, Schema
from schemas.plan import NewEntry, PlanKind, PlanText

_KEYS = "SELECT cast(:citizen_id AS uuid) UNION ALL SELECT id FROM citizen_keys WHERE merged_into = :citizen_id"
_ADD = text("""
    INSERT INTO own_words (id, citizen_id, words, written_by, written_at)
    VALUES (:id, :citizen_id, :words, :written_by, :written_at) ON CONFLICT DO NOTHING RETURNING id
""")
_LIST = text(f"""
    SELECT id, words, written_by, written_at FROM own_words
    WHERE citizen_id IN ({_KEYS}) AND taken_over_at IS NULL ORDER BY written_at, id
""")  # noqa: S608  of the constant above; every value is a parameter
_TAKE = text(f"""
    UPDATE own_words SET taken_over_at = :now WHERE citizen_id IN ({_KEYS}) AND taken_over_at IS NULL
    RETURNING id, words, written_by, written_at
""")  # noqa: S608  as above


class WaitingWords(Schema):
    """Words that wait for a plan."""

    id: UUID
    words: str
    written_by: str
    written_at: Instant


def add_waiting_words(session: Session, citizen_id: UUID, words: WaitingWords) -> bool:
    """Keep them until there is a plan; False: they are kept already."""
    values = {**words.model_dump(), "citizen_id": citizen_id}
    return bool(fetch_rows(session, _ADD, values))


def list_waiting_words(session: Session, citizen_id: UUID) -> tuple[WaitingWords, ...]:
    """Those of the citizen, the first written first."""
    return tuple(map(WaitingWords.model_validate, fetch_rows(session, _LIST, {"citizen_id": citizen_id})))


def take_over_words(session: Session, course_id: UUID, member_key: UUID, citizen_id: UUID, *, now: datetime) -> int:
    """Put them into the plan of that course, as the citizen's own words, with when they were written; how many."""
    rows = fetch_rows(session, _TAKE, {"citizen_id": citizen_id, "now": now})
    for words in map(WaitingWords.model_validate, rows):
        add_own_words(session, course_id, member_key, words)
    return len(rows)


def add_own_words(session: Session, course_id: UUID, member_key: UUID, words: WaitingWords) -> bool:
    """Put words into a plan, as the citizen's own; False: they are there already."""
    entry = NewEntry(kind=PlanKind.WISH, text=PlanText(words=words.words, who=writer_name(words.written_by)))
    return plan_repository.add_entry(
        session, course_id, member_key, words.id, entry, by=words.written_by, now=words.written_at
    )
