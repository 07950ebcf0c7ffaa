"""The failure modes that every source must survive, as far as employment can meet them (docs/failure-modes.md).

Each test has a payload of its own and says what is stored, what is in quarantine and what the administrator reads.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from connectors.base import PushedEvent
from hub.clock import FixedClock
from hub.db import Database
from hub.sources.health import RunOutcome
from schemas.facts import EffortFact, JobAbsenceFact, TargetGroupFact
from schemas.people import LifeStatus
from tests.connectors.star_server import BO, KIRSTEN, Item, Star, absence, activity, event, row, serving
from tests.contracts.connector import Fault
from tests.hub.employment_hub import EmploymentHub, advice_of, employment_hub
from tests.hub.source_hub import FIELD_MISSING

MINUTE = timedelta(minutes=1)
NUMBER_FAULT = ("cpr-nummeret er ugyldigt", "Ret cpr-nummeret i fagsystemet.")
WAITS = "Kilden svarer ikke lige nu. Der prøves igen af sig selv; intet er gået tabt."
REFUSED = "Kilden afviser os. Se efter, om adgangen er udløbet, og om adresse og aftale passer."


@pytest.fixture
def hub(database: Database, clock: FixedClock) -> Iterator[EmploymentHub]:
    with serving(Star()) as star, employment_hub(database, star, clock) as made:
        yield made


def holds(hub: EmploymentHub, payload: Item, number: str = KIRSTEN) -> None:
    """STAR holds this absence."""
    hub.star.entities.setdefault("fravaer", {})[payload["fravaerIdentifier"]] = (number, payload)


def told(key: str, change: int, version: str | None, **more: Any) -> PushedEvent:
    """An event about an absence."""
    return event(change, version, EntitetId=key, **more)


def absences(hub: EmploymentHub) -> list[tuple[str | None, str]]:
    """Version and kind of what is shown."""
    return [
        (entry.provenance.source_version, entry.fact.absence.label or entry.fact.absence.code)
        for entry in hub.entries("job_absence")
        if isinstance(entry.fact, JobAbsenceFact)
    ]


def test_mode_1_an_older_version_after_a_newer_one_changes_nothing(hub: EmploymentHub) -> None:
    holds(hub, absence("7", fravaerIdentifier="m1", fravaerType={"kode": 10, "tekst": "Ferie"}))
    hub.push(told("m1", 2, "7"))
    hub.run()
    holds(hub, absence("5", fravaerIdentifier="m1", fravaerType={"kode": 8, "tekst": "Barsel"}))
    hub.push(told("m1", 2, "5"))
    assert hub.run().published == 1
    assert absences(hub) == [("7", "Ferie")]
    assert not hub.quarantined()


def test_mode_2_the_same_event_three_times_is_one_entry_and_one_look_up(hub: EmploymentHub) -> None:
    holds(hub, absence("1", fravaerIdentifier="m2"))
    hub.push(*[told("m2", 1, "1")] * 3)
    hub.run()
    hub.push(told("m2", 1, "1"))
    hub.run()
    assert absences(hub) == [("1", "Sygdom")]
    assert len(hub.star.asked) == 1


def test_mode_3_a_deletion_before_its_creation_stays_a_deletion(hub: EmploymentHub) -> None:
    hub.star.histories["m3"] = [absence("4", fravaerIdentifier="m3", slettet=True, berigtigelseskommentar="Dublet")]
    hub.push(told("m3", 3, "4"))
    hub.run()
    holds(hub, absence("1", fravaerIdentifier="m3"))
    hub.push(told("m3", 1, "1"))
    assert hub.run().published == 1
    assert not hub.entries()
    assert not hub.quarantined()


def test_mode_4_an_entity_moves_with_its_number_and_letters_are_a_number(hub: EmploymentHub) -> None:
    holds(hub, absence("1", fravaerIdentifier="m4"))
    hub.push(told("m4", 1, "1", Identifikation="7103801VJ4"))
    hub.run()
    holds(hub, absence("2", fravaerIdentifier="m4"))
    hub.push(told("m4", 2, "2", Identifikation=KIRSTEN))
    hub.run()
    by_number = {
        overview.header.identifiers[0].value: [entry.provenance.source_version for entry in overview.entries()]
        for overview in hub.overviews()
        if overview.header.identifiers
    }
    assert by_number == {KIRSTEN: ["2"]}
    assert not hub.quarantined()


def test_mode_5_an_entity_that_is_gone_at_the_look_up_is_not_shown_until_it_is_seen_again(hub: EmploymentHub) -> None:
    holds(hub, absence("1", fravaerIdentifier="m5"))
    hub.push(told("m5", 1, "1"))
    hub.run()
    hub.star.entities.clear()
    hub.push(told("m5", 2, "2"))
    for _ in range(3):
        assert hub.run().outcome is RunOutcome.COMPLETE
        hub.clock.move(MINUTE)
    assert not hub.entries()
    holds(hub, absence("3", fravaerIdentifier="m5"))
    hub.push(told("m5", 2, "3"))
    hub.run()
    assert absences(hub) == [("3", "Sygdom")]


def test_mode_6_a_citizen_who_is_no_longer_ours_keeps_what_was_read_and_is_marked(hub: EmploymentHub) -> None:
    holds(hub, absence("1", fravaerIdentifier="m6"))
    hub.push(told("m6", 1, "1"))
    hub.run()
    hub.star.codes[KIRSTEN] = 4575
    hub.push(told("m6", 2, "2"))
    summary = hub.run()
    assert (summary.outcome, summary.skipped) == (RunOutcome.COMPLETE, {"Fravaer: citizen_not_ours": 1})
    assert sorted(entry.fact.kind for entry in hub.entries()) == ["authority", "job_absence"]
    assert not hub.quarantined()


def test_mode_6_a_citizen_who_died_is_said_to_be_dead(hub: EmploymentHub) -> None:
    holds(hub, absence("1", fravaerIdentifier="m6b"))
    hub.push(told("m6b", 1, "1"))
    hub.run()
    hub.star.codes[KIRSTEN] = 4405
    hub.push(told("m6b", 2, "2"))
    hub.run()
    (overview,) = hub.overviews()
    assert overview.header.person.life_status is LifeStatus.DEAD
    assert absences(hub) == [("1", "Sygdom")]


def test_mode_7_a_page_for_people_is_no_answer_and_the_event_waits(hub: EmploymentHub) -> None:
    hub.star.fault = Fault.HTML
    hub.push(told("m7", 1, "1"))
    summary = hub.run()
    assert (summary.outcome, advice_of(summary), hub.waiting()) == (RunOutcome.REFUSED, REFUSED, 1)
    assert not hub.entries()
    assert not hub.quarantined()


def test_mode_8_a_list_that_is_empty_too_early_or_lost_a_row_is_not_whole(hub: EmploymentHub) -> None:
    hub.star.rows = [row(index, f"610180400{index}", f"Nr {index}") for index in range(3)]
    hub.star.page_answers = lambda _number, _size, answer: (200, answer | {"data": [], "hasMore": True})
    summary = hub.run("citizens")
    assert (summary.outcome, summary.published, advice_of(summary)) == (RunOutcome.UNAVAILABLE, 0, WAITS)
    hub.star.page_answers = lambda _number, _size, answer: (
        200,
        answer | {"data": [answer["data"][0], answer["data"][0], answer["data"][2]]},
    )
    summary = hub.run("citizens")
    assert (summary.outcome, len(hub.overviews())) == (RunOutcome.UNAVAILABLE, 2)
    hub.star.page_answers = None
    assert hub.run("citizens").outcome is RunOutcome.COMPLETE
    assert len(hub.overviews()) == 3


def test_mode_10_an_event_in_another_encoding_is_read_or_is_one_line_and_never_guessed(hub: EmploymentHub) -> None:
    holds(hub, absence("1", fravaerIdentifier="m10"))
    utf_16 = told("m10", 1, "1").body.decode().encode("utf-16")
    windows = '{"EntitetNavn": "Fraværsårsag"}'.encode("windows-1252")
    for body in (utf_16, windows):
        hub.push(told("m10", 1, "1").model_copy(update={"body": body}))
    hub.run()
    assert absences(hub) == [("1", "Sygdom")]
    assert [(field, what) for field, what, _ in hub.quarantined()] == [
        ("EntitetNavn", "linjen er af en slags, vi ikke læser")
    ]


@pytest.mark.parametrize("written", [212159995, "212159995", "021215-9995", "0212159995 "])
def test_mode_11_a_number_without_its_zero_with_a_hyphen_or_as_a_whole_number_is_the_same_person(
    hub: EmploymentHub, written: object
) -> None:
    holds(hub, absence("1", fravaerIdentifier="m11"), BO)
    hub.push(told("m11", 1, "1", Identifikation=written))
    hub.run()
    (overview,) = hub.overviews()
    assert [identifier.value for identifier in overview.header.identifiers] == [BO]
    (entry,) = overview.entries()
    is_mended = not str(written).startswith("0")
    assert [flag.rule for flag in entry.quality] == (["leading_zero"] if is_mended else [])


def test_mode_12_a_time_that_does_not_exist_and_a_number_too_long_are_one_line_each(hub: EmploymentHub) -> None:
    holds(hub, absence("1", fravaerIdentifier="m12a", registreretTidspunkt="2023-03-26T02:30:00"))
    holds(hub, absence("1", fravaerIdentifier="m12b", fravaerType=99))
    hub.push(told("m12a", 1, "1"), told("m12b", 1, "1"), told("m12c", 1, "1", Identifikation="123"))
    assert hub.run().outcome is RunOutcome.COMPLETE
    assert absences(hub) == [("1", "99")]
    assert [flag.rule for flag in hub.entries()[0].quality] == ["unknown_code"]
    assert sorted(hub.quarantined()) == [
        ("Identifikation", *NUMBER_FAULT),
        ("registreretTidspunkt", "datoen er ugyldig", "Ret datoen i fagsystemet."),
    ]


def test_mode_12_the_same_id_twice_in_a_list_is_one_entry(hub: EmploymentHub) -> None:
    hub.star.rows = [row(1, KIRSTEN, "Bo Berg")]
    hub.star.entities["activity"] = {key: (KIRSTEN, activity("m12")) for key in ("x", "y")}
    hub.run("citizens")
    assert len(hub.entries("effort")) == 1


def test_mode_13_a_deletion_without_any_history_is_a_deletion(hub: EmploymentHub) -> None:
    holds(hub, absence("1", fravaerIdentifier="m13"))
    hub.push(told("m13", 1, "1"))
    hub.run()
    hub.push(told("m13", 3, "2"))
    hub.run()
    assert not hub.entries()
    assert not hub.quarantined()


def test_mode_14_gone_means_gone_also_when_it_is_said_with_410(hub: EmploymentHub) -> None:
    hub.star.raw = lambda path: (410, b"", "text/plain") if path.endswith("/m14") else None
    hub.push(told("m14", 2, "2"))
    for _ in range(3):
        assert hub.run().outcome is RunOutcome.COMPLETE
        hub.clock.move(MINUTE)
    assert hub.waiting() == 0
    assert not hub.entries()


def test_mode_15_a_service_that_sends_us_to_another_host_gets_no_certificate_of_ours(hub: EmploymentHub) -> None:
    hub.star.raw = lambda _: (302, b"", "text/plain")
    hub.push(told("m15", 1, "1"))
    summary = hub.run()
    assert (summary.outcome, advice_of(summary), hub.waiting()) == (RunOutcome.REFUSED, REFUSED, 1)


def test_mode_16_days_are_danish_the_law_is_that_of_the_day_and_what_was_made_wrongly_is_gone(
    hub: EmploymentHub,
) -> None:
    late = {"startDate": "2023-06-30T22:30:00Z", "endDate": "2023-12-31T23:00:00Z"}
    hub.star.entities["activity"] = {"m16": (KIRSTEN, activity("m16", **late))}
    hub.star.rows = [row(1, KIRSTEN, "Bo Berg", targetGroupCode="2.3", targetGroupName=None)]
    hub.run("citizens")
    (effort,) = hub.entries("effort")
    assert isinstance(effort.fact, EffortFact)
    assert (effort.valid.start, effort.valid.last_day) == (date(2023, 7, 1), date(2024, 1, 1))
    (group,) = hub.entries("target_group")
    assert isinstance(group.fact, TargetGroupFact)
    assert group.fact.target_group.code_list == "lab_target_groups_old"
    hub.star.histories["m16"] = [activity("m16", slettet=True, berigtigelseskommentar="Oprettet på forkert borger")]
    hub.push(event(3, "5", EntitetNavn="Activity", EntitetId="m16", path="activity"))
    hub.run()
    assert not hub.entries("effort")


def test_mode_17_an_event_without_a_number_is_one_line_and_a_protected_citizen_is_protected(
    hub: EmploymentHub,
) -> None:
    hub.push(told("m17", 1, "1", Identifikation=None), told("m17", 1, "1", Identifikation="0000000000"))
    hub.star.rows = [row(1, KIRSTEN, "Bo Berg", nameAndAddressProtected=True), row(2, None, "Uden Nummer")]
    assert hub.run().outcome is RunOutcome.COMPLETE
    hub.run("citizens")
    assert sorted(hub.quarantined()) == [
        ("Identifikation", *NUMBER_FAULT),
        ("Identifikation", *FIELD_MISSING),
    ]
    assert [overview.header.person.name_address_protected for overview in hub.overviews()].count(True) == 1


def test_mode_18_no_subject_number_and_no_right_to_a_service_are_said_and_deleted_nothing(hub: EmploymentHub) -> None:
    hub.star.entities["activity"] = {"m18": (KIRSTEN, activity("m18", kle=None, legalBasis=None))}
    hub.push(event(1, "4", EntitetNavn="Activity", EntitetId="m18", path="activity"))
    hub.run()
    hub.star.fault = Fault.FORBIDDEN
    hub.push(event(2, "5", EntitetNavn="Activity", EntitetId="m18", path="activity"))
    summary = hub.run()
    assert (summary.outcome, hub.waiting()) == (RunOutcome.REFUSED, 1)
    assert advice_of(summary) == ("Kilden lader os ikke slå denne slags op. Bed kilden om rettigheden til tjenesten.")
    (effort,) = hub.entries("effort")
    assert isinstance(effort.fact, EffortFact)
    assert effort.fact.kle_topic is None
