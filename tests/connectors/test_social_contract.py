"""The social connector keeps the promises of every connector, with both ways of logging in."""

from collections.abc import Iterator

import pytest

from connectors.sources.social.connector import SocialConnector
from connectors.sources.social.settings import SocialSettings
from hub.clock import FixedClock
from tests.connectors.social_server import (
    COOKIE,
    SECRET,
    TOKEN,
    WRONG_SECRET,
    Dubu,
    aktivitet,
    person,
    sag,
    serving,
    underretning,
    ydelse,
)
from tests.contracts.connector import ConnectorSuite, Fault, Subject

IDA, EMIL, MAJA = "6303094002", "8205124001", "7507864002"


@pytest.fixture
def dubu() -> Iterator[Dubu]:
    """A family: a case with activities of every kind, an effort, and one payload that cannot be read."""
    mother = {"id": 1, "cprnr": MAJA, "fuldeNavn": "Maja Testborger", "rolle": "Mor", "foraeldremyndighed": True}
    held = Dubu(
        sager=[
            sag(10, person(1, IDA, "Ida"), sagsparter=[mother]),
            sag(11, person(2, EMIL, "Emil"), status={"brugervendtNoegle": "SagStatus2", "titel": "Lukket"}),
            sag(12, person(3, f"{EMIL}0", "Fejl")),
        ],
        aktiviteter={
            10: [
                underretning(500, 10, vedroerer=[{"relation": "Barn", "personId": 2, "cprnr": EMIL}]),
                aktivitet(501, 10, "Faglig", "Børnefaglig undersøgelse"),
                aktivitet(502, 10, "Mål", "Mål", tekst="Skole hver dag", maalType={"titel": "Delmål"}),
                aktivitet(503, 10, "Journal", "Telefonnotat"),
            ]
        },
        ydelser=[ydelse(900, 10, IDA)],
    )
    with serving(held) as served:
        yield served


class ContractOfSocial(ConnectorSuite):
    """What both ways of logging in have in common."""

    fact_kinds = frozenset({"case", "person", "relation", "concern_notification", "plan", "goal", "effort"})

    def login(self, dubu: Dubu, secret: str) -> dict[str, str]:
        raise NotImplementedError

    @pytest.fixture
    def subject(self, dubu: Dubu, clock: FixedClock) -> Subject:
        def connector(secret: str) -> SocialConnector:
            settings = {"base_url": dubu.url, "environment": "test", "page_size": 2, "patience": "never"}
            settings |= self.login(dubu, secret)
            return SocialConnector("social", SocialSettings.model_validate(settings), clock=clock.now)

        def break_with(fault: Fault) -> None:
            dubu.fault = fault

        return Subject(
            connector=connector(SECRET),
            with_wrong_secret=connector(WRONG_SECRET),
            secrets=(SECRET, WRONG_SECRET, TOKEN, COOKIE),
            numbers=frozenset({IDA, EMIL, MAJA}),
            break_with=break_with,
        )


class TestSocialByClientCredentials(ContractOfSocial):
    def login(self, dubu: Dubu, secret: str) -> dict[str, str]:
        return {"token_url": f"{dubu.url}/token", "client_id": "helhed", "client_secret": secret}


class TestSocialBySession(ContractOfSocial):
    def login(self, dubu: Dubu, secret: str) -> dict[str, str]:
        return {"login_url": f"{dubu.url}/login", "user": "helhed", "password": secret}
