"""The status of a case on a page as known on an earlier day: as the hub had read it by then."""

from datetime import timedelta
from uuid import UUID

import pytest

from hub.clock import FixedClock
from hub.db import Database
from hub.overview import repository
from hub.overview import service as overviews
from hub.overview.point_in_time import case_as_held
from schemas.codes import Coded
from schemas.facts import CaseFact
from schemas.period import Period
from schemas.record import SourceRecord
from tests.factories import make_effort, make_record
from tests.processing import process_records

ACTIVE = Coded(code_list="case_status", code="SagStatus1", label="Aktiv")
RESTING = Coded(code_list="case_status", code="SagStatus3", label="Hvilende")
UNKNOWN = Coded(code_list="case_status", code="unknown")


def case(status: Coded) -> CaseFact:
    return CaseFact(case_number="2020-1", title="Børnesag", status=status)


@pytest.mark.parametrize(("hours", "status"), [(-1, UNKNOWN), (1, ACTIVE), (25, RESTING)])
def test_a_case_stands_as_it_was_read_by_then(
    database: Database, clock: FixedClock, digest_key: bytes, hours: int, status: Coded
) -> None:
    first_read = clock.now()
    opened = first_read - timedelta(days=900)
    valid = Period(start=opened.date())

    def read(fact: CaseFact) -> None:
        record: SourceRecord = make_record(
            record_type="Sag", fact=fact, valid=valid, registered_at=opened, observed_at=clock.now()
        )
        process_records(database, [record], digest_key=digest_key, now=clock.now())

    read(case(ACTIVE))
    clock.move(timedelta(days=1))
    read(case(RESTING))
    with database.transaction() as session:
        (citizen_id,) = repository.next_citizens(session, UUID(int=0), 5)
        known = overviews.read(session, citizen_id, first_read + timedelta(hours=hours))
        now = overviews.read(session, citizen_id)
        assert known
        assert now
        told = overviews.changed(session, known, now, clock.now().date())
    assert [change.fields for change in told] == ([("status",)] if status == ACTIVE else []), (
        "what is unknown is no news"
    )
    assert [entry.fact for entry in known.entries()] == [case(status)]
    assert [entry.fact for entry in now.entries()] == [case(RESTING)]


def test_what_was_held_of_something_else_tells_no_status() -> None:
    assert case_as_held(case(ACTIVE), make_effort()).status == UNKNOWN
