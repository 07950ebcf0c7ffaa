"""SQL of how good the store's knowledge is of who is who, in numbers. No identifier leaves this module."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from hub.matching.conflict_repository import IS_OPEN
from schemas.base import Schema
from schemas.test_persons import TEST_PERSONS

_PLACES = ("citizen_identifiers", "identity_claims", "party_identifiers")
_COUNT_NUMBERS = {
    place: text(f"""
        SELECT count(*) AS numbers,
               count(*) FILTER (WHERE value COLLATE "C" ~ '[A-Z]') AS with_letters,
               count(*) FILTER (WHERE value = ANY(:test_persons)) AS test_persons,
               count(*) FILTER (WHERE value COLLATE "C" ~ '^[0-3][0-9]{{9}}$'
                                  AND value <> ALL(:test_persons)) AS ordinary
        FROM (SELECT DISTINCT value FROM {place} WHERE national) numbers
    """)  # noqa: S608  put together from the constants above; every value is a parameter
    for place in _PLACES
}
_OPEN_CONFLICTS = text(f"""
    SELECT kind, count(*) AS number, min(first_seen) AS oldest FROM identity_conflicts WHERE {IS_OPEN} GROUP BY kind
""")  # noqa: S608  as above
_WAITING_PARTIES = text("""
    SELECT state, count(*) AS number FROM record_parties p
    JOIN stored_records r ON r.id = p.record_id AND r.is_current AND NOT r.deleted
    WHERE p.state IN ('conflict', 'unmatched') GROUP BY state
""")
_DECISIONS = text("""
    SELECT id, kind, state, decided_at, decided_by, confirmed_at, confirmed_by, withdrawn_at, withdrawn_by
    FROM identity_decisions
    WHERE (decided_at >= :since AND decided_at < :until) OR (confirmed_at >= :since AND confirmed_at < :until)
       OR (withdrawn_at >= :since AND withdrawn_at < :until)
    ORDER BY id DESC
""")
_SEVERAL_NUMBERS = text("""
    SELECT count(*) FROM (
        SELECT 1 FROM citizen_identifiers i JOIN citizens c ON c.id = i.citizen_id
        WHERE i.national GROUP BY coalesce(c.merged_into, c.id) HAVING count(*) > 1) several
""")
_MERGED = text("SELECT count(*) FROM citizens WHERE merged_into IS NOT NULL")


class NumbersInPlace(Schema):
    """How many different national numbers one table holds, and how many of them could be of real people."""

    place: str
    numbers: int
    ordinary: int
    """Neither a day + 60 nor letters, and none of the national test persons."""
    with_letters: int
    """Replacement numbers with letters; whether somebody real has one cannot be seen."""
    test_persons: int


class OpenConflicts(NamedTuple):
    """Contradictions of one kind that wait for a person."""

    kind: str
    number: int
    oldest: datetime


class MadeDecision(NamedTuple):
    """A decision on who is who, without whom it is about."""

    id: int
    kind: str
    state: str
    decided_at: datetime
    decided_by: str
    confirmed_at: datetime | None
    confirmed_by: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None


def count_numbers(session: Session) -> tuple[NumbersInPlace, ...]:
    """Each table that holds national numbers by themselves, and what sort they are."""
    parameters = {"test_persons": sorted(TEST_PERSONS)}
    return tuple(
        NumbersInPlace(place=place, **row)
        for place, statement in _COUNT_NUMBERS.items()
        for row in fetch_rows(session, statement, parameters)
    )


def list_open_conflicts(session: Session) -> tuple[OpenConflicts, ...]:
    """How many contradictions of each kind wait, and since when."""
    return tuple(OpenConflicts(**row) for row in fetch_rows(session, _OPEN_CONFLICTS, {}))


def count_waiting_parties(session: Session) -> dict[str, int]:
    """How many places of people in records are of nobody yet: ``conflict`` and ``unmatched``."""
    return {row["state"]: row["number"] for row in fetch_rows(session, _WAITING_PARTIES, {})}


def list_decisions_between(session: Session, since: datetime, until: datetime) -> tuple[MadeDecision, ...]:
    """Decisions that were made, confirmed or withdrawn in ``[since, until)``, the newest first."""
    return tuple(MadeDecision(**row) for row in fetch_rows(session, _DECISIONS, {"since": since, "until": until}))


def count_several_numbers(session: Session) -> int:
    """How many citizens have, or had, more than one national number."""
    return session.scalar(_SEVERAL_NUMBERS) or 0


def count_merged(session: Session) -> int:
    """How many keys of citizens turned out to be another's."""
    return session.scalar(_MERGED) or 0
