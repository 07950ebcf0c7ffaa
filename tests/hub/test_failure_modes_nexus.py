"""The failure modes that every source must survive, as far as Nexus can bring them (docs/failure-modes.md).

Each test has a payload of its own and says what is stored, what is in quarantine and what the administrator reads.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from hub.clock import FixedClock
from hub.db import Database
from hub.sources.health import RunOutcome, RunSummary
from tests.beskedfordeler import message
from tests.connectors.nexus_server import SECRET, Nexus, grant, serving
from tests.connectors.star_server import pushed
from tests.connectors.test_nexus import EMIL, KIRSTEN, MAJA, made
from tests.contracts.connector import Fault
from tests.hub.source_hub import SENDER, SourceHub, advice_of, source_hub

DAY = timedelta(days=1)
WAITS = "Kilden svarer ikke lige nu. Der prøves igen af sig selv; intet er gået tabt."
REFUSED = "Kilden afviser os. Se efter, om adgangen er udløbet, og om adresse og aftale passer."


@pytest.fixture
def nexus() -> Iterator[Nexus]:
    with serving(Nexus(grants={101: grant(101, KIRSTEN), 201: grant(201, MAJA), 301: grant(301, EMIL)})) as served:
        yield served


@pytest.fixture
def hub(database: Database, nexus: Nexus, clock: FixedClock) -> Iterator[SourceHub]:
    connector = made(nexus, SECRET, clock, push_fingerprints=[SENDER.fingerprint])
    with source_hub(database, connector, clock) as running:
        yield running


def read(hub: SourceHub) -> RunSummary:
    """One reading, a day after the one before."""
    hub.clock.move(DAY)
    return hub.run("indsatser")


def efforts(hub: SourceHub) -> list[str]:
    return hub.ids("effort")


def statuses(hub: SourceHub) -> dict[str, str]:
    return {entry.provenance.source_id: entry.fact.status for entry in hub.entries() if entry.fact.kind == "effort"}


ALL = ["testkommune:101", "testkommune:201", "testkommune:301"]


def test_mode_1_what_changes_back_counts_as_the_newest_statement(hub: SourceHub, nexus: Nexus) -> None:
    for state in ("Bestilt", "Afsluttet", "Bestilt"):
        nexus.grants[101] = grant(101, KIRSTEN, state=state)
        assert read(hub).published >= 1
    assert statuses(hub)["testkommune:101"] == statuses(hub)["testkommune:201"]


def test_mode_2_an_unchanged_list_publishes_nothing(hub: SourceHub) -> None:
    read(hub)
    stored = hub.count_statements()
    assert (read(hub).published, hub.count_statements()) == (0, stored)


def test_mode_4_a_citizen_changes_number_and_letters_are_a_number(hub: SourceHub, nexus: Nexus) -> None:
    nexus.grants = {101: grant(101, "7103801VJ4")}
    read(hub)
    assert hub.by_number() == {"7103801VJ4": ["testkommune:101"]}
    nexus.grants = {101: grant(101, KIRSTEN)}
    read(hub)
    assert hub.by_number()[KIRSTEN] == ["testkommune:101"]


def test_mode_5_a_grant_that_is_gone_at_the_look_up_is_missed_twice_before_it_goes(
    hub: SourceHub, nexus: Nexus
) -> None:
    read(hub)
    nexus.statuses[201] = 404
    assert read(hub).skipped == {"Grant: gone": 1}
    assert efforts(hub) == ALL
    read(hub)
    assert efforts(hub) == ["testkommune:101", "testkommune:301"]


def test_mode_6_a_citizen_who_is_not_ours_to_see_keeps_what_was_read_and_is_marked(
    hub: SourceHub, nexus: Nexus
) -> None:
    read(hub)
    nexus.inaccessible.add(EMIL)
    read(hub)
    assert efforts(hub) == ALL
    assert len(hub.entries("no_access")) == 1


def test_mode_7_a_page_for_people_is_no_answer_and_nothing_is_lost(hub: SourceHub, nexus: Nexus) -> None:
    read(hub)
    nexus.fault = Fault.HTML
    summary = read(hub)
    assert advice_of(summary) in {WAITS, REFUSED}
    assert efforts(hub) == ALL


def test_mode_8_a_page_that_is_not_there_makes_the_list_incomplete_and_deletes_nothing(
    hub: SourceHub, nexus: Nexus
) -> None:
    read(hub)
    nexus.broken_page = 1
    for _ in range(3):
        summary = read(hub)
    assert (summary.outcome, advice_of(summary)) == (RunOutcome.UNAVAILABLE, WAITS)
    assert efforts(hub) == ALL


def test_mode_9_a_list_that_became_empty_waits_for_a_person(hub: SourceHub, nexus: Nexus) -> None:
    read(hub)
    nexus.grants = {}
    summary = read(hub)
    assert (summary.outcome, hub.held(), efforts(hub)) == (RunOutcome.HELD, [("Grant", 3)], ALL)


def test_mode_11_a_number_with_a_hyphen_is_read_and_one_that_is_none_is_one_line(hub: SourceHub, nexus: Nexus) -> None:
    nexus.grants = {101: grant(101, f"{KIRSTEN[:6]}-{KIRSTEN[6:]}"), 201: grant(201, "12")}
    read(hub)
    assert hub.by_number() == {KIRSTEN: ["testkommune:101"]}
    assert [problem for _, problem, _ in hub.quarantined()] == ["cpr-nummeret er ugyldigt"]


def test_mode_12_a_state_that_nobody_knows_is_one_line_and_never_guessed(hub: SourceHub, nexus: Nexus) -> None:
    nexus.grants[101] = grant(101, KIRSTEN, state="Parkeret")
    nexus.extra_rows = [{"id": 201, "name": "Bostøtte", "patient": nexus.grants[201]["patient"]}]
    summary = read(hub)
    assert efforts(hub) == ["testkommune:201", "testkommune:301"]
    assert [problem for _, problem, _ in hub.quarantined()] == ["statussen er ny for os"]
    assert summary.skipped["Grant: same_id_twice"] == 1


def test_mode_14_gone_means_gone_also_when_it_is_said_with_410(hub: SourceHub, nexus: Nexus) -> None:
    read(hub)
    nexus.statuses[301] = 410
    for _ in range(2):
        assert read(hub).outcome is RunOutcome.COMPLETE
    assert efforts(hub) == ["testkommune:101", "testkommune:201"]


def test_mode_15_links_to_another_host_are_not_followed(hub: SourceHub, nexus: Nexus) -> None:
    nexus.elsewhere = "http://localhost:9"
    summary = read(hub)
    assert (summary.outcome, advice_of(summary)) == (RunOutcome.REFUSED, REFUSED)


def test_mode_16_a_danish_midnight_is_the_danish_day_in_summer_and_winter(hub: SourceHub, nexus: Nexus) -> None:
    nexus.grants = {
        101: grant(101, KIRSTEN, entryDate="2022-06-30T22:00:00.000+0000"),
        201: grant(201, MAJA, entryDate="2022-01-31T23:00:00.000+0000"),
    }
    read(hub)
    days = {entry.provenance.source_id: entry.valid.start for entry in hub.entries("effort")}
    assert days == {"testkommune:101": date(2022, 7, 1), "testkommune:201": date(2022, 2, 1)}


def test_mode_17_a_grant_of_nobody_with_a_number_is_one_line_or_nobodys(hub: SourceHub, nexus: Nexus) -> None:
    nexus.grants[101] = grant(101, None)
    read(hub)
    assert sorted(hub.by_number()) == sorted([MAJA, EMIL])


def test_mode_18_a_cancelled_grant_without_a_topic_is_cancelled_and_a_refused_one_stays(
    hub: SourceHub, nexus: Nexus
) -> None:
    read(hub)
    cancelled = grant(101, KIRSTEN, state="Annulleret", cancelledDate="2023-01-31T23:00:00.000+0000")
    cancelled["currentElements"] = [each for each in cancelled["currentElements"] if each["type"] != "kmdSag"]
    nexus.grants[101] = cancelled
    nexus.statuses[201] = 403
    for _ in range(2):
        assert read(hub).skipped == {"Grant: not_allowed": 1}
    assert statuses(hub)["testkommune:101"] == "cancelled"
    assert "testkommune:201" in efforts(hub)


def test_a_message_of_beskedfordeler_looks_up_that_citizens_grants_and_no_others(hub: SourceHub, nexus: Nexus) -> None:
    read(hub)
    nexus.grants[101] = grant(101, KIRSTEN, state="Afsluttet")
    nexus.grants[201] = grant(201, MAJA, state="Afsluttet")
    nexus.asked.clear()
    hub.push(pushed(message(KIRSTEN)))
    hub.run("events")
    summary = hub.run_if_due("indsatser")
    assert summary is not None
    assert (summary.hints, summary.published) == (1, 1)
    assert [address.rpartition("/")[2] for address in nexus.asked if "patientGrants" in address] == ["101"]
