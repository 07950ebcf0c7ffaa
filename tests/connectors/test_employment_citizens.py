"""The first load and the weekly repair: pages of a search that go wrong, and what is missing afterwards."""

import ssl
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import trustme

from connectors.base import Batch, ReadContext
from connectors.errors import SourceRefused, SourceUnavailable
from connectors.sources.employment.connector import EmploymentConnector, EmploymentSettings
from hub.clock import FixedClock
from schemas.facts import AssignmentFact, TargetGroupFact
from schemas.people import PersonFact
from schemas.record import Cursor, SourceRecord
from tests.connectors.star_server import (
    BO,
    KIRSTEN,
    Item,
    Star,
    activity,
    caseworker,
    row,
    serving,
    settings_of,
)

NUMBERS = [f"{61 + index:02}0180400{index}" for index in range(9)]


@pytest.fixture
def star() -> Iterator[Star]:
    """Nine citizens, each with an activity."""
    rows = [row(index, number, f"Nr {index}") for index, number in enumerate(NUMBERS)]
    entities = {f"a-{index}": (number, activity(f"a-{index}")) for index, number in enumerate(NUMBERS)}
    with serving(Star(rows=rows, entities={"activity": entities})) as served:
        yield served


def connector_to(star: Star, clock: FixedClock, **more: object) -> EmploymentConnector:
    settings = settings_of(star, more={"page_size": 4, "entities": ["Activity"], **more})
    return EmploymentConnector("employment", EmploymentSettings.model_validate(settings), clock=clock.now)


def run(
    connector: EmploymentConnector, cursor: Cursor | None = None, context: ReadContext | None = None
) -> list[Batch]:
    return list(connector.read("citizens", cursor or Cursor(), context or ReadContext()))


def ended(batches: list[Batch]) -> Cursor:
    assert batches[-1].cursor is not None
    return batches[-1].cursor


def keys(batches: list[Batch], record_type: str, *, deleted: bool = False) -> list[str]:
    records = [record for batch in batches for record in batch.records]
    return sorted(r.source_id for r in records if r.record_type == record_type and r.deleted is deleted)


def one(batches: list[Batch], record_type: str) -> SourceRecord:
    records = [record for batch in batches for record in batch.records if record.record_type == record_type]
    return records[0]


def test_everybody_is_read_page_by_page_and_a_second_run_asks_only_for_the_list(star: Star, clock: FixedClock) -> None:
    connector = connector_to(star, clock)
    first = run(connector)
    assert len(keys(first, "Citizen")) == len(keys(first, "Activity")) == 9
    assert [question["paging"]["pageNumber"] for question in star.searched] == [0, 1, 2]
    star.asked.clear()
    again = run(connector, ended(first))
    assert not [record for batch in again for record in batch.records]
    assert not star.asked


def test_a_target_group_stands_with_the_sources_words_where_they_speak_against_our_list(
    star: Star, clock: FixedClock
) -> None:
    star.rows = [
        row(1, KIRSTEN),
        row(2, BO, targetGroupCode="6.3", targetGroupName="Aktivitetsparat kontanthjælpsmodtager"),
        row(3, NUMBERS[0], targetGroupCode="2.5", targetGroupName=None),
    ]
    groups = [
        record.fact.target_group
        for batch in run(connector_to(star, clock))
        for record in batch.records
        if isinstance(record.fact, TargetGroupFact)
    ]
    assert [(group.code_list, group.code, group.label) for group in groups] == [
        ("star:TargetGroup", "6.2", "Aktivitetsparat kontanthjælpsmodtager"),
        ("lab_target_groups", "lab6.3", "Aktivitetsparat kontanthjælpsmodtager"),
        ("lab_target_groups_old", "2.5", None),
    ]


def test_a_name_is_divided_only_where_it_has_two_parts(star: Star, clock: FixedClock) -> None:
    star.rows = [row(1, KIRSTEN), row(2, BO, "Bo Vestergaard")]
    facts = [r.fact for b in run(connector_to(star, clock)) for r in b.records if isinstance(r.fact, PersonFact)]
    assert [(fact.given_name, fact.family_name) for fact in facts] == [(None, None), ("Bo", "Vestergaard")]
    assert facts[0].address is not None
    assert facts[0].address.street == "Testvej 12, 1. tv"


def test_case_workers_have_their_role_and_danish_days_and_inactive_ones_are_left_out(
    star: Star, clock: FixedClock
) -> None:
    coordinator = caseworker(
        caseworkerId="c2",
        displayName="Test Koordinator",
        responsibilityTypeCode="KOORDINERENDE_SAGSBEHANDLER",
        responsibilityName="Koordinerende sagsbehandler",
        start="2023-03-31T22:00:00Z",
        endDate="2023-10-31T23:00:00Z",
    )
    star.rows = [row(1, KIRSTEN)]
    star.caseworkers = {row(1, KIRSTEN)["id"]: [caseworker(caseworkerIsActive=False), coordinator]}
    batches = run(connector_to(star, clock))
    record = one(batches, "Citizen.caseworker")
    assert isinstance(record.fact, AssignmentFact)
    assert record.fact.role.code == "coordinating_caseworker"
    assert (record.valid.start, record.valid.last_day) == (date(2023, 4, 1), date(2023, 11, 1))
    assert batches[0].skipped == {"Citizen.caseworker: caseworker_inactive": 1}


def test_a_first_load_that_was_interrupted_goes_on_where_it_stopped(star: Star, clock: FixedClock) -> None:
    connector = connector_to(star, clock)
    batches = connector.read("citizens", Cursor(), ReadContext())
    cursor = next(batches).cursor
    assert cursor is not None
    star.asked.clear()
    rest = run(connector, cursor)
    assert len(keys(rest, "Activity")) == 5
    assert not any("a-0" in path for path, _ in star.asked)


def test_what_no_event_told_of_is_found_by_the_weekly_repair_once_it_is_missing_twice(
    star: Star, clock: FixedClock
) -> None:
    connector = connector_to(star, clock)
    cursor = ended(run(connector))
    del star.entities["activity"]["a-3"]
    star.entities["activity"]["a-new"] = (NUMBERS[1], activity("a-new"))
    daily = run(connector, cursor)
    assert not keys(daily, "Activity")
    clock.move(timedelta(days=8))
    first = run(connector, ended(daily))
    assert "test:a-new" in keys(first, "Activity")
    assert not keys(first, "Activity", deleted=True)
    clock.move(timedelta(days=8))
    assert keys(run(connector, ended(first)), "Activity", deleted=True) == ["test:a-3"]


def test_a_citizen_who_left_the_search_twice_has_no_target_group_and_keeps_everything_else(
    star: Star, clock: FixedClock
) -> None:
    connector = connector_to(star, clock)
    star.caseworkers = {star.rows[0]["id"]: [caseworker()]}
    cursor = ended(run(connector))
    gone = star.rows.pop(0)
    first = run(connector, cursor)
    assert not keys(first, "Citizen.targetGroup", deleted=True)
    second = run(connector, ended(first))
    assert keys(second, "Citizen.targetGroup", deleted=True) == [f"test:{gone['id']}"]
    assert len(keys(second, "Citizen.caseworker", deleted=True)) == 1
    clock.move(timedelta(days=8))
    repaired = run(connector, ended(second))
    assert not keys(repaired, "Activity", deleted=True)
    star.rows.insert(0, gone)
    back = run(connector, ended(repaired))
    assert keys(back, "Citizen.targetGroup") == [f"test:{gone['id']}"]


def test_a_list_that_lost_too_much_waits_for_a_person_and_is_released_by_one(star: Star, clock: FixedClock) -> None:
    connector = connector_to(star, clock)
    cursor = ended(run(connector))
    del star.rows[1:6]
    first = run(connector, cursor)
    (held,) = first[-1].held
    assert (held.record_type, held.missing, held.known) == ("Citizen.targetGroup", 5, 9)
    released = ReadContext(releases={"Citizen.targetGroup": 5})
    assert len(keys(run(connector, ended(first), released), "Citizen.targetGroup", deleted=True)) == 5


def test_a_citizen_whom_the_services_may_not_tell_of_loses_nothing(star: Star, clock: FixedClock) -> None:
    connector = connector_to(star, clock)
    cursor = ended(run(connector))
    star.codes[NUMBERS[2]] = 4575
    for _ in range(3):
        clock.move(timedelta(days=8))
        batches = run(connector, cursor)
        cursor = ended(batches)
        assert not keys(batches, "Activity", deleted=True)
        assert len(keys(batches, "Citizen.authority")) == 1


@pytest.mark.parametrize("status", [404, 405])
def test_a_service_without_a_list_says_nothing_of_what_is_missing(star: Star, clock: FixedClock, status: int) -> None:
    connector = connector_to(star, clock)
    cursor = ended(run(connector))
    star.raw = lambda path: (status, b"", "text/plain") if path == "/activity/v1/Activity" else None
    clock.move(timedelta(days=8))
    if status == 405:
        with pytest.raises(SourceRefused):
            run(connector, cursor)
        return
    batches = run(connector, cursor)
    assert not keys(batches, "Activity", deleted=True)
    assert sum(batch.skipped.get("Activity: list_not_offered", 0) for batch in batches) == 9


def empty_page(number: int, _size: int, answer: Item) -> tuple[int, Any]:
    return 200, answer | {"data": [], "hasMore": True} if number == 2 else answer


def repeated_page(_number: int, size: int, answer: Item) -> tuple[int, Any]:
    return 200, answer | {"data": [row(index, NUMBERS[index], f"Nr {index}") for index in range(size)], "hasMore": True}


def lost_row(number: int, _size: int, answer: Item) -> tuple[int, Any]:
    return 200, answer | {"data": answer["data"][:-1] + answer["data"][:1]} if number == 1 else answer


@pytest.mark.parametrize("page", [empty_page, repeated_page, lost_row])
def test_a_list_that_is_not_whole_deletes_nothing_and_ends_the_run_with_what_was_read(
    star: Star, clock: FixedClock, page: Callable[[int, int, Item], tuple[int, Any]]
) -> None:
    connector = connector_to(star, clock)
    cursor = ended(run(connector))
    star.page_answers = page
    star.entities["activity"]["a-0"] = (NUMBERS[0], activity("a-0", versionIdentifier="9"))
    star.rows[0] |= {"targetGroupName": "Ændret"}
    for _ in range(3):
        batches = []
        with pytest.raises(SourceUnavailable, match="search"):
            for batch in connector.read("citizens", cursor, ReadContext()):
                batches.append(batch)  # noqa: PERF402  what came before the error counts
        assert all(batch.cursor is None for batch in batches)
        assert not [record for batch in batches for record in batch.records if record.deleted]


def test_a_first_page_with_another_number_is_noticed_by_its_repetition(star: Star, clock: FixedClock) -> None:
    def from_one(number: int, size: int, _answer: Item) -> tuple[int, Any]:
        at = max(number, 1) - 1
        page = star.rows[at * size : (at + 1) * size]
        return 200, {"data": page, "hasMore": (at + 1) * size < 9, "totalSearchCount": 9}

    star.page_answers = from_one
    assert len(keys(run(connector_to(star, clock)), "Citizen")) == 9
    assert len(keys(run(connector_to(star, clock, search_first_page=1)), "Citizen")) == 9


def test_a_search_without_a_last_page_is_refused(star: Star, clock: FixedClock) -> None:
    star.page_answers = lambda number, _size, _answer: (200, {"data": [row(number, BO)], "hasMore": True})
    with pytest.raises(SourceRefused) as error:
        run(connector_to(star, clock, max_pages=20))
    assert error.value.advice == "search_pages_endless"


def test_a_filter_without_effect_is_noticed_before_anything_is_read(star: Star, clock: FixedClock) -> None:
    connector = connector_to(star, clock, target_groups=["6.6"])
    star.rows[0] |= {"targetGroupCode": "6.6"}
    assert len(keys(run(connector), "Citizen")) == 1
    star.page_answers = lambda _number, _size, _answer: (200, {"data": star.rows, "hasMore": False})
    with pytest.raises(SourceRefused) as error:
        run(connector)
    assert error.value.advice == "search_filter_ignored"


def test_a_page_for_people_and_an_answer_of_another_shape_are_no_page(star: Star, clock: FixedClock) -> None:
    star.page_answers = lambda _number, _size, _answer: (504, {})
    with pytest.raises(SourceUnavailable, match="504"):
        run(connector_to(star, clock))
    star.page_answers = lambda _number, _size, _answer: (200, {"data": "no"})
    with pytest.raises(SourceUnavailable, match="no page"):
        run(connector_to(star, clock))


def test_a_row_that_cannot_be_read_is_one_line_in_quarantine_and_the_others_are_read(
    star: Star, clock: FixedClock
) -> None:
    star.rows[1] = row(1, "123")
    star.rows[2] = {"cpr": NUMBERS[2]}
    star.rows[3] = row(3, 101804003, "Nr 3")
    batches = run(connector_to(star, clock))
    rejected = [(each.field, each.rule.value) for batch in batches for each in batch.rejected]
    assert rejected == [("cpr", "bad_identifier"), ("citizenId", "missing_field")]
    assert len(keys(batches, "Citizen")) == 7


def pair(issued: trustme.LeafCert) -> dict[str, str]:
    return {
        "client_certificate": issued.cert_chain_pems[0].bytes().decode(),
        "client_key": issued.private_key_pem.bytes().decode(),
    }


def test_the_services_want_our_certificate_and_refuse_another(star: Star, clock: FixedClock) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    ours, foreign = (issuer.issue_cert("helhed.example") for issuer in (authority, stranger))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    with serving(Star(rows=star.rows, entities=star.entities), context) as secured:
        common = {"ca_certificates": authority.cert_pem.bytes().decode()}
        with_ours = connector_to(secured, clock, **common, **pair(ours))
        with_foreign = connector_to(secured, clock, **common, **pair(foreign))
        without = connector_to(secured, clock, **common)
        assert with_ours.check().ok
        assert len(keys(run(with_ours), "Activity")) == 9
        for connector in (with_foreign, without):
            result = connector.check()
            assert not result.ok
            assert result.advice
