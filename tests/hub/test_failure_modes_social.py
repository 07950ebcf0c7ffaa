"""The failure modes that every source must survive, as far as DUBU can bring them (docs/failure-modes.md).

Each test has a payload of its own and says what is stored, what is in quarantine and what the administrator reads.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from hub.clock import FixedClock
from hub.db import Database
from hub.sources.health import RunOutcome, RunSummary
from schemas.people import LifeStatus
from tests.connectors.social_reading import connect
from tests.connectors.social_server import Dubu, Item, person, sag, serving, underretning, ydelse
from tests.contracts.connector import Fault
from tests.hub.source_hub import SourceHub, advice_of, source_hub

IDA, EMIL = "6303094002", "8205124001"
DAY = timedelta(days=1)
WAITS = "Kilden svarer ikke lige nu. Der prøves igen af sig selv; intet er gået tabt."
REFUSED = "Kilden afviser os. Se efter, om adgangen er udløbet, og om adresse og aftale passer."
NUMBER_FAULT = ("cpr-nummeret er ugyldigt", "Ret cpr-nummeret i fagsystemet.")
EFFORTS = ("effort",)


@pytest.fixture
def dubu() -> Iterator[Dubu]:
    held = Dubu(sager=[sag(10, person(1, IDA, "Ida"))], aktiviteter={10: []}, ydelser=[])
    with serving(held) as served:
        yield served


@pytest.fixture
def hub(database: Database, dubu: Dubu, clock: FixedClock) -> Iterator[SourceHub]:
    with source_hub(database, connect(dubu, clock), clock) as made:
        yield made


def read(hub: SourceHub) -> RunSummary:
    """One reading, a day after the one before."""
    hub.clock.move(DAY)
    return hub.run("sager")


def grant(key: int, **more: object) -> Item:
    return ydelse(key, 10, IDA, **more)


def extents(hub: SourceHub) -> dict[str, str | None]:
    return {entry.provenance.source_id: entry.fact.extent for entry in hub.entries() if entry.fact.kind == "effort"}


def test_mode_1_what_changes_back_counts_as_the_newest_statement(hub: SourceHub, dubu: Dubu) -> None:
    for extent in ("1 time", "2 timer", "1 time"):
        dubu.ydelser = [grant(901, omfang=extent)]
        assert read(hub).published >= 1
    assert extents(hub) == {"test:901": "1 time"}
    assert not hub.quarantined()


def test_mode_2_an_unchanged_reading_publishes_nothing(hub: SourceHub, dubu: Dubu) -> None:
    dubu.ydelser = [grant(902)]
    read(hub)
    stored = hub.count_statements()
    assert read(hub).published == 0
    assert (hub.count_statements(), list(extents(hub))) == (stored, ["test:902"])


def test_mode_3_an_effort_whose_case_comes_later_is_kept_and_finds_its_citizen(hub: SourceHub, dubu: Dubu) -> None:
    dubu.ydelser = [ydelse(903, 99, EMIL)]
    read(hub)
    dubu.sager.append(sag(99, person(9, EMIL, "Emil")))
    read(hub)
    assert hub.by_number()[EMIL] == ["test:903", "test:99"]


def test_mode_4_a_person_changes_number_and_letters_are_a_number(hub: SourceHub, dubu: Dubu) -> None:
    dubu.sager = [sag(10, person(1, "7103801VJ4", "Ida"))]
    read(hub)
    assert list(hub.by_number()) == ["7103801VJ4"]
    dubu.sager = [sag(10, person(1, IDA, "Ida", tidligereCprnr=["7103801VJ4"]))]
    read(hub)
    assert hub.by_number()[IDA] == ["test:10"]


def test_mode_5_a_case_whose_activities_are_not_found_keeps_them(hub: SourceHub, dubu: Dubu) -> None:
    dubu.aktiviteter[10] = [underretning(905, 10)]
    read(hub)
    dubu.statuses["/odata/Aktivitet/Default.GetBySag(Id=10)"] = 404
    summary = read(hub)
    assert (summary.outcome, summary.skipped) == (RunOutcome.COMPLETE, {"Aktivitet: case_not_found": 1})
    read(hub)
    assert hub.ids("concern_notification") == ["test:905"]


def test_mode_6_a_person_who_died_is_said_to_be_dead(hub: SourceHub, dubu: Dubu) -> None:
    dubu.sager = [sag(10, person(1, IDA, "Ida", doedsdato="2023-02-03"))]
    read(hub)
    (overview,) = hub.overviews()
    assert overview.header.person.life_status is LifeStatus.DEAD


def test_mode_7_a_login_page_is_no_answer_and_nothing_is_lost(hub: SourceHub, dubu: Dubu) -> None:
    dubu.ydelser = [grant(907)]
    read(hub)
    dubu.fault = Fault.HTML
    summary = read(hub)
    assert summary.outcome in {RunOutcome.UNAVAILABLE, RunOutcome.REFUSED}
    assert advice_of(summary) in {WAITS, REFUSED}
    assert list(extents(hub)) == ["test:907"]


def test_mode_8_a_list_that_promises_more_than_it_gives_deletes_nothing(hub: SourceHub, dubu: Dubu) -> None:
    dubu.ydelser = [grant(908), grant(909)]
    read(hub)
    gone = dubu.ydelser.pop()
    dubu.tamper = lambda path, _, answer: (
        answer | {"@odata.count": answer["@odata.count"] + 1} if path.endswith("Ydelse") else answer
    )
    for _ in range(2):
        assert (read(hub).outcome, sorted(extents(hub))) == (RunOutcome.UNAVAILABLE, ["test:908", "test:909"])
    dubu.tamper = None
    dubu.ydelser.append(gone)
    assert read(hub).outcome is RunOutcome.COMPLETE


def test_mode_9_a_list_that_became_empty_waits_for_a_person(hub: SourceHub, dubu: Dubu) -> None:
    dubu.ydelser = [grant(number) for number in range(910, 915)]
    read(hub)
    dubu.ydelser = []
    summary = read(hub)
    assert (summary.outcome, hub.held(), len(extents(hub))) == (RunOutcome.HELD, [("Ydelse", 5)], 5)
    assert advice_of(summary).startswith("Spørg systemejeren, om det, der mangler, er slettet.")


def test_mode_10_an_answer_in_another_encoding_is_read_as_it_declares(hub: SourceHub, dubu: Dubu) -> None:
    dubu.ydelser = [grant(911, omfang="Én time på Ærø")]
    dubu.raw = lambda _, body: (
        body.decode("unicode_escape").encode("utf-16"),
        "application/json; charset=utf-16",
    )
    read(hub)
    assert extents(hub) == {"test:911": "Én time på Ærø"}


def test_mode_11_a_number_with_a_hyphen_is_read_and_one_that_is_none_is_one_line(hub: SourceHub, dubu: Dubu) -> None:
    dubu.sager = [sag(10, person(1, "630309-4002", "Ida")), sag(11, person(2, "12", "Emil"))]
    read(hub)
    assert list(hub.by_number()) == [IDA]
    assert [problem for _, problem, _ in hub.quarantined()] == [NUMBER_FAULT[0]]


def test_mode_12_a_day_that_does_not_exist_is_one_line_and_the_others_go_on(hub: SourceHub, dubu: Dubu) -> None:
    dubu.ydelser = [grant(912, startdato="2022-02-30"), grant(913)]
    read(hub)
    assert list(extents(hub)) == ["test:913"]
    assert hub.quarantined() == [("startdato", "datoen er ugyldig", "Ret datoen i fagsystemet.")]


def test_mode_12_the_same_id_twice_counts_as_it_came_last(hub: SourceHub, dubu: Dubu) -> None:
    dubu.ydelser = [grant(914, omfang="først"), grant(914, omfang="sidst")]
    summary = read(hub)
    assert (summary.skipped, extents(hub)) == ({"Ydelse: same_id_twice": 1}, {"test:914": "sidst"})


def test_mode_15_a_link_to_another_host_is_not_followed(hub: SourceHub, dubu: Dubu) -> None:
    dubu.refused = frozenset({"$filter"})
    dubu.most_per_page, dubu.links, dubu.elsewhere = 1, "absolute", "http://localhost:9"
    dubu.sager.append(sag(11, person(2, EMIL, "Emil")))
    summary = read(hub)
    assert (summary.outcome, advice_of(summary)) == (RunOutcome.REFUSED, REFUSED)


def test_mode_16_days_are_danish_and_a_case_made_wrongly_is_gone(hub: SourceHub, dubu: Dubu) -> None:
    dubu.ydelser = [grant(916, startdato="2022-03-31T22:30:00Z")]
    dubu.sager.append(sag(16, person(2, EMIL, "Emil")))
    read(hub)
    wrong = {"brugervendtNoegle": "SagStatus6", "titel": "Fejloprettet"}
    dubu.sager[1] = sag(16, person(2, EMIL, "Emil"), status=wrong)
    read(hub)
    assert hub.ids("case") == ["test:10"]
    assert [entry.valid.start for entry in hub.entries("effort")] == [date(2022, 4, 1)]


def test_mode_17_an_unborn_child_stands_on_the_mother_and_a_case_of_nobody_on_nobody(
    hub: SourceHub, dubu: Dubu
) -> None:
    dubu.sager.append(sag(17, None))
    dubu.aktiviteter[10] = [underretning(917, 10, ufoedt=True)]
    read(hub)
    assert hub.by_number() == {IDA: ["test:10", "test:917"]}
    assert not hub.quarantined()


def test_mode_17_protection_of_a_person_is_taken_over(hub: SourceHub, dubu: Dubu) -> None:
    dubu.sager = [sag(10, person(1, IDA, "Ida", adressebeskyttelse=True))]
    read(hub)
    (overview,) = hub.overviews()
    assert overview.header.person.name_address_protected


def test_mode_18_activities_that_we_may_not_see_stay_as_they_were(hub: SourceHub, dubu: Dubu) -> None:
    dubu.aktiviteter[10] = [underretning(918, 10)]
    dubu.ydelser = [grant(918, kleNummer=None, status={"brugervendtNoegle": "YS4", "titel": "Annulleret"})]
    read(hub)
    dubu.statuses["/odata/Aktivitet/Default.GetBySag(Id=10)"] = 403
    for _ in range(2):
        assert read(hub).skipped == {"Aktivitet: not_allowed": 1}
    assert hub.ids("concern_notification") == ["test:918"]
