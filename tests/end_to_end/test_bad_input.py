"""Bad input end to end: a real server, a real bus and store. Each is a line, counted and kept; the rest goes on."""

import logging
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
import trustme

from connectors.sources.social.connector import SocialConnector
from connectors.sources.social.settings import SocialSettings
from connectors.transports.http import MEGABYTE
from hub.bus.base import RECORDS
from hub.bus.postgres import PostgresBus
from hub.clock import FixedClock
from hub.collect.service import RunServices, collect
from hub.db import Database
from hub.quarantine.repository import list_groups
from hub.quarantine.rules import QuarantineGroup, RejectLimits
from hub.secrets import PayloadCipher, derived_keys
from hub.sources.health import RunOutcome, RunSummary
from hub.sources.repository import get_source
from hub.web.shell.rejection_texts import REJECTION
from hub.web.sources import texts
from schemas.record import RejectionRule
from tests.connectors.social_server import SECRET, Dubu, person, sag, serving, underretning, ydelse
from tests.contracts.connector import Fault
from tests.sources import add_connector, leased, make_catalogue

GOOD, IMPOSSIBLE = "6303094002", "9999994002"
NAME = "Fortrolig Testborger"


@pytest.fixture
def dubu() -> Iterator[Dubu]:
    """One good case with one good effort; tests add what is bad."""
    held = Dubu(sager=[sag(10, person(1, GOOD, NAME))], ydelser=[ydelse(900, 10, GOOD)])
    with serving(held) as served:
        yield served


@pytest.fixture
def bus(database: Database) -> Iterator[PostgresBus]:
    """The bus with the topic of records."""
    made = PostgresBus(database.url)
    made.create({RECORDS: 2})
    yield made
    made.close()


class Reader:
    """Reads the server once, as production does."""

    def __init__(self, bus: PostgresBus, database: Database, clock: FixedClock, digest_key: bytes) -> None:
        self._bus, self._database, self._clock, self._digest_key = bus, database, clock, digest_key

    def read(self, url: str) -> RunSummary:
        """One run."""
        settings = {
            "base_url": url, "environment": "test", "patience": "never", "token_url": f"{url}/token",
            "client_id": "helhed", "client_secret": SECRET,
        }  # fmt: skip

        def open_connector() -> SocialConnector:
            return SocialConnector("social", SocialSettings.model_validate(settings), clock=self._clock.now)

        with self._database.transaction() as session:
            is_there = get_source(session, "social") is not None
        if not is_there:
            add_connector(self._database, make_catalogue(self._database, self._clock), open_connector())
        return collect(
            open_connector,
            leased(self._database, "social"),
            RunServices(
                bus=self._bus,
                database=self._database,
                clock=self._clock,
                digest_key=self._digest_key,
                cipher=PayloadCipher(derived_keys(b"only-for-tests")),
                limits=RejectLimits(share=0.5, at_least=100),
            ),
        )

    def quarantine(self) -> tuple[QuarantineGroup, ...]:
        """What lies in quarantine."""
        with self._database.transaction() as session:
            return list_groups(session, "social")


@pytest.fixture
def reader(bus: PostgresBus, database: Database, clock: FixedClock, digest_key: bytes) -> Reader:
    """A reader with all it needs."""
    return Reader(bus, database, clock, digest_key)


BAD: dict[str, tuple[dict[str, Any], RejectionRule, str]] = {
    "a date in year 1701": ({"startdato": "1701-01-01"}, RejectionRule.BAD_DATE, "startdato"),
    "no date": ({"startdato": "snart"}, RejectionRule.BAD_DATE, "startdato"),
    "an end before its start": ({"startdato": "2023-02-01", "slutdato": "2022-01-01"}, RejectionRule.END_BEFORE_START,
                                "slutdato"),
    "an impossible number": ({"cprnr": IMPOSSIBLE}, RejectionRule.BAD_IDENTIFIER, "cprnr"),
    "a number that is too long": ({"cprnr": f"{GOOD}0"}, RejectionRule.BAD_IDENTIFIER, "cprnr"),
    "another shape": ({"ydelsestype": [NAME]}, RejectionRule.WRONG_SHAPE, "ydelsestype"),
    "an unknown status": ({"status": {"titel": "Purpur"}}, RejectionRule.UNKNOWN_STATUS, "status"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_payload_is_a_line_and_the_rest_goes_on(
    dubu: Dubu, reader: Reader, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    fields, rule, field = BAD[fault]
    dubu.ydelser[:0] = [ydelse(899, 10, GOOD) | fields]
    with caplog.at_level(logging.DEBUG):
        good = reader.read(dubu.url)
    assert (good.outcome, good.rejected) == (RunOutcome.COMPLETE, 1)
    assert good.published == 3
    (group,) = reader.quarantine()
    assert (group.rule, group.payloads) == (rule, 1)
    assert group.field.startswith(field)
    assert group.rule in REJECTION
    told = f"{group.masked_value} {caplog.text} {good.model_dump_json()}"
    for word in (GOOD, IMPOSSIBLE, NAME, "snart", "Purpur", "Månelov", "1701"):
        assert word not in told


@pytest.mark.parametrize(
    "fields",
    [
        {"ydelsestype": {"brugervendtNoegle": "Ukendt999", "titel": "Et nyt tilbud"}},
        {"foranstaltningsparagraf": "Månelov § 7"},
        {"formaal": "ro\x00 i\x1b[31m <script>alert(1)</script> hverdagen"},
    ],
)
def test_what_can_be_mended_is_kept_and_the_run_goes_on(dubu: Dubu, reader: Reader, fields: dict[str, Any]) -> None:
    dubu.ydelser.append(ydelse(901, 10, GOOD) | fields)
    done = reader.read(dubu.url)
    assert (done.outcome, done.rejected, done.published) == (RunOutcome.COMPLETE, 0, 4)


def test_a_record_of_forty_megabytes_is_passed_over(dubu: Dubu, reader: Reader) -> None:
    dubu.ydelser[:0] = [ydelse(899, 10, GOOD, formaal="x" * 40 * MEGABYTE)]
    dubu.tamper = _only_what_is_selected
    done = reader.read(dubu.url)
    assert (done.outcome, done.rejected, done.published) == (RunOutcome.COMPLETE, 1, 3)
    (group,) = reader.quarantine()
    assert (group.rule, group.record_type, group.masked_value) == (RejectionRule.TOO_LARGE, "Ydelse", None)


def test_activities_too_large_leave_the_case(dubu: Dubu, reader: Reader) -> None:
    dubu.aktiviteter[10] = [underretning(500, 10, notat="x" * 21 * MEGABYTE)]
    done = reader.read(dubu.url)
    assert (done.outcome, done.rejected, done.published) == (RunOutcome.COMPLETE, 1, 3)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault.CUT_OFF, RunOutcome.UNAVAILABLE),
        (Fault.OTHER_JSON, RunOutcome.UNAVAILABLE),
        (Fault.HTML, RunOutcome.REFUSED),
    ],
)
def test_a_bad_page_ends_the_run_with_a_line_and_the_next_brings_all(
    dubu: Dubu, reader: Reader, caplog: pytest.LogCaptureFixture, fault: Fault, outcome: RunOutcome
) -> None:
    dubu.fault = fault
    with caplog.at_level(logging.DEBUG):
        broken = reader.read(dubu.url)
    assert broken.outcome is outcome
    assert broken.message
    assert broken.advice in texts.ADVICE
    assert NAME not in caplog.text + broken.message
    dubu.fault = None
    assert reader.read(dubu.url).published == 3


def test_a_wrong_certificate_is_for_a_person_to_mend(dubu: Dubu, reader: Reader) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with serving(Dubu(), context) as guarded:
        done = reader.read(guarded.url)
    assert done.outcome is RunOutcome.REFUSED
    assert done.message is not None
    assert "certificate" in done.message
    assert done.advice in texts.ADVICE
    assert SECRET not in done.model_dump_json()
    assert reader.read(dubu.url).outcome is RunOutcome.COMPLETE


def _only_what_is_selected(path: str, params: dict[str, str], answer: dict[str, Any]) -> dict[str, Any]:
    wanted = params.get("$select", "").split(",")
    if wanted == [""] or "/Sag" in path:
        return answer
    return answer | {"value": [{key: item[key] for key in wanted} for item in answer["value"]]}
