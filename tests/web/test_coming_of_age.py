"""Who turns 18 within a year stands on the list of whom a source names as responsible, also without a team."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from schemas.facts import EffortFact, EffortStatus
from schemas.people import PersonFact, Responsible, Worker
from schemas.period import Period
from tests.processing import process_records
from tests.web.conftest import HOSTILE, Town, plain_record

HEADING = "Fylder 18 inden for et år"
LATER = datetime(2023, 1, 1, tzinfo=UTC)
LENE = Responsible(worker=Worker(name="Lene Friis", id="845"))


def born_on(town: Town, born: date, responsible: Responsible | None) -> None:
    """Somebody on nobody's team, with an effort that names who is responsible."""
    person = PersonFact(given_name="Vera", family_name="Holm", birth_date=born)
    effort = EffortFact(title="Kontaktperson", status=EffortStatus.ACTIVE, responsible=responsible)
    since = {"fact": effort, "valid": Period(start=date(2023, 1, 1)), "digest": ""}
    records = [
        plain_record("person", HOSTILE, person).model_copy(update={"registered_at": LATER, "digest": ""}),
        plain_record("effort", HOSTILE, person, 8).model_copy(update=since),
    ]
    process_records(town.context.database, records, digest_key=town.context.digest_key, now=town.clock.now())
    with town.context.database.transaction() as session:
        session.execute(text("UPDATE actors SET worker_ids = '{social:845}' WHERE id = 'lene.friis'"))


@pytest.mark.parametrize(
    ("born", "responsible", "told"),
    [
        (date(2006, 3, 3), LENE, True),
        (date(2005, 9, 12), LENE, False),
        (date(2006, 9, 13), LENE, False),
        (date(2006, 3, 3), Responsible(worker=Worker(name="En anden", id="1")), False),
        (date(2006, 3, 3), None, False),
    ],
    ids=["17", "18 today", "16", "another is responsible", "nobody is named"],
)
def test_who_is_named_reads_who_turns_18(town: Town, born: date, responsible: Responsible | None, told: bool) -> None:
    born_on(town, born, responsible)
    browser = town.client("lene.friis")
    page = browser.get("/mine-borgere").text
    assert (HEADING in page) is told
    assert ("fylder 18 den 3. marts 2024, om 5 måneder" in page) is told
    answer = browser.get("/api/mine-borgere").json()
    assert [each["birth_date"] for each in answer["turning_18"]] == ([born.isoformat()] if told else [])
    with town.context.database.transaction() as session:
        lines = session.scalars(
            text("SELECT basis FROM audit_log WHERE citizen_id = :id AND action = 'list_citizens'"),
            {"id": town.ids[HOSTILE]},
        ).all()
    assert set(lines) == ({"named_worker"} if told else set()), "each look has its line"
