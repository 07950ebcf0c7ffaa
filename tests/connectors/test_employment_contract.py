"""The employment connector keeps the promises of every connector."""

from collections.abc import Iterator

import pytest

from connectors.base import PushConnector
from connectors.sources.employment.connector import EmploymentConnector, EmploymentSettings
from hub.clock import FixedClock
from tests.connectors.star_server import (
    ABSENCE,
    API_KEY,
    BO,
    KIRSTEN,
    SECRET,
    TOKEN,
    WRONG_SECRET,
    Star,
    absence,
    activity,
    caseworker,
    row,
    serving,
    settings_of,
)
from tests.contracts.connector import ConnectorSuite, Fault, Subject


@pytest.fixture
def star() -> Iterator[Star]:
    """Two citizens with something of every kind, and a row that cannot be read."""
    syn = {"syntetisk": True, "versionIdentifier": "1"}
    worker = {"id": "c9", "displayName": "Test Mentor"}
    held = Star(
        rows=[row(1, KIRSTEN), row(2, BO, "Bo Vestergaard"), row(3, f"{BO}0")],
        caseworkers={row(1, KIRSTEN)["id"]: [caseworker()]},
        entities={
            "activity": {"a-1": (KIRSTEN, activity("a-1"))},
            "fravaer": {ABSENCE: (KIRSTEN, absence())},
            "interview": {"i-1": (KIRSTEN, {"interviewIdentifier": "i-1", "startTime": "2023-10-03T08:00:00Z", **syn})},
            "frist": {"f-1": (BO, {"fristIdentifier": "f-1", "fristDato": "2023-10-01", **syn})},
            "minplan": {"p-1": (BO, {"planIdentifier": "p-1", "startDate": "2023-01-01", **syn})},
            "personcontact": {
                "c-1": (BO, {"personContactIdentifier": "c-1", "contactTypeCode": "MENTOR", "contact": worker, **syn})
            },
        },
    )
    with serving(held) as served:
        yield served


class TestEmployment(ConnectorSuite):
    fact_kinds = frozenset(
        {"person", "target_group", "assignment", "effort", "job_absence", "contact", "deadline", "plan"}
    )

    @pytest.fixture
    def subject(self, star: Star, clock: FixedClock) -> Subject:
        def connector(secret: str) -> EmploymentConnector:
            settings = EmploymentSettings.model_validate(settings_of(star, secret, {"page_size": 2}))
            return EmploymentConnector("employment", settings, clock=clock.now)

        def break_with(fault: Fault) -> None:
            star.fault = fault

        return Subject(
            connector=connector(SECRET),
            with_wrong_secret=connector(WRONG_SECRET),
            secrets=(SECRET, WRONG_SECRET, TOKEN, API_KEY),
            numbers=frozenset({KIRSTEN, BO}),
            break_with=break_with,
        )

    def test_it_also_takes_what_is_pushed(self, subject: Subject) -> None:
        assert isinstance(subject.connector, PushConnector)
        assert [stream.name for stream in subject.connector.discover() if stream.is_pushed] == ["events"]
