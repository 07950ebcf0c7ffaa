"""Grants from Nexus: what each becomes, what is left as it was, and what is never taken for "none"."""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

import pytest

from connectors.base import Batch, ReadContext
from connectors.errors import SourceRefused, SourceUnavailable
from connectors.sources.social.nexus.connector import NexusConnector, NexusSettings
from hub.clock import FixedClock
from schemas.codes import Coded
from schemas.facts import EffortFact, EffortStatus, LegalBasis
from schemas.people import Unit
from schemas.record import Cursor, SourceRecord
from tests.connectors.nexus_server import LIST, ROOT, SECRET, TOKEN, WRONG_SECRET, Nexus, grant, serving
from tests.contracts.connector import ConnectorSuite, Fault, Subject

DATE_30_FEB = [{"type": "entryDate", "date": "30-02-2023"}]
KIRSTEN, MAJA, EMIL = "8911829996", "7507864002", "8205124001"


@pytest.fixture
def nexus() -> Iterator[Nexus]:
    """Two citizens with three grants, one citizen whom we may not see, and one grant that cannot be read."""
    held = Nexus(
        grants={
            101: grant(101, KIRSTEN),
            102: grant(102, KIRSTEN, followUpDate="2023-10-29T22:00:00.000+0000"),
            201: grant(201, MAJA),
            301: grant(301, EMIL),
            401: grant(401, f"{MAJA}0"),
        },
        inaccessible={EMIL},
    )
    with serving(held) as served:
        yield served


@pytest.fixture
def connector(nexus: Nexus, clock: FixedClock) -> NexusConnector:
    return made(nexus, SECRET, clock)


def made(nexus: Nexus, secret: str, clock: FixedClock, **more: Any) -> NexusConnector:
    settings = {
        "base_url": nexus.url + ROOT,
        "instance": "testkommune",
        "list_name": LIST,
        "token_url": f"{nexus.url}/token",
        "client_id": "helhed",
        "client_secret": secret,
        "municipality_code": "0999",
        "patience": "never",
    }
    return NexusConnector("nexus", NexusSettings.model_validate(settings | more), clock=clock.now)


class TestNexus(ConnectorSuite):
    fact_kinds: ClassVar[frozenset[str]] = frozenset({"effort", "no_access"})

    @pytest.fixture
    def subject(self, nexus: Nexus, clock: FixedClock) -> Subject:
        def break_with(fault: Fault) -> None:
            nexus.fault = fault

        return Subject(
            connector=made(nexus, SECRET, clock),
            with_wrong_secret=made(nexus, WRONG_SECRET, clock),
            secrets=(SECRET, WRONG_SECRET, TOKEN),
            numbers=frozenset({KIRSTEN, MAJA, EMIL}),
            break_with=break_with,
        )


def read(connector: NexusConnector, cursor: Cursor | None = None) -> tuple[list[SourceRecord], list[Batch], Cursor]:
    batches = list(connector.read("indsatser", cursor or Cursor(), ReadContext()))
    records = [record for batch in batches for record in batch.records]
    assert batches[-1].cursor is not None
    return records, batches, batches[-1].cursor


def by_id(records: list[SourceRecord]) -> dict[str, SourceRecord]:
    return {f"{record.record_type}/{record.source_id}": record for record in records}


def skipped(batches: list[Batch]) -> dict[str, int]:
    return {name: count for batch in batches for name, count in batch.skipped.items()}


def test_a_grant_becomes_an_effort_with_its_paragraph_supplier_and_topic(connector: NexusConnector) -> None:
    record = by_id(read(connector)[0])["Grant/testkommune:101"]
    assert record.fact == EffortFact(
        title="Bostøtte",
        status=EffortStatus.ACTIVE,
        code=Coded(code_list="sel_adults", code="85", label="Bostøtte"),
        legal_basis=LegalBasis(law="serviceloven", section="§ 85"),
        kle_topic="27.36.14",
        performer=Unit(id="nexus:31", name="Bostøtte Syd"),
    )
    assert (record.source_version, record.version_order) == ("7", 7)
    assert record.valid.start == date(2022, 1, 16), "Danish midnight, written in UTC"
    assert record.parties[0].identifiers[0].value == KIRSTEN


def test_a_follow_up_after_summer_time_ends_is_the_danish_day(connector: NexusConnector) -> None:
    fact = by_id(read(connector)[0])["Grant/testkommune:102"].fact
    assert isinstance(fact, EffortFact)
    assert fact.next_follow_up_on == date(2023, 10, 29)


@pytest.mark.parametrize(
    ("state", "dates", "status", "until"),
    [
        ("Bevilget", {"orderedDate": None}, EffortStatus.PLANNED, None),
        ("Bestilt", {"orderedDate": "2023-11-01T23:00:00.000+0000"}, EffortStatus.PLANNED, None),
        ("Bestilt", {"basketGrantEndDate": "2023-06-29T22:00:00.000+0000"}, EffortStatus.ENDED, date(2023, 7, 1)),
        ("Afsluttet", {"orderGrantEndDate": "2023-06-29T22:00:00Z"}, EffortStatus.ENDED, date(2023, 7, 1)),
        ("Bestilt", {"cancelledDate": "2023-06-29T22:00:00.000+0000"}, EffortStatus.CANCELLED, date(2023, 6, 30)),
        ("Annulleret", {}, EffortStatus.CANCELLED, None),
        ("Bestilt", {"basketGrantEndDate": "9999-12-30T23:00:00.000+0000"}, EffortStatus.ACTIVE, None),
    ],
)
def test_a_state_and_its_dates_say_what_happens(
    nexus: Nexus,
    connector: NexusConnector,
    state: str,
    dates: dict[str, str | None],
    status: EffortStatus,
    until: date | None,
) -> None:
    nexus.grants = {101: grant(101, KIRSTEN, state=state, **dates)}
    record = read(connector)[0][0]
    assert isinstance(record.fact, EffortFact)
    assert (record.fact.status, record.valid.end) == (status, until)


def test_what_was_only_applied_for_is_no_effort(nexus: Nexus, connector: NexusConnector) -> None:
    nexus.grants = {101: grant(101, KIRSTEN, state="Ansøgt"), 102: grant(102, KIRSTEN)}
    records, batches, _ = read(connector)
    assert [record.source_id for record in records] == ["testkommune:102"]
    assert skipped(batches)["Grant: only_applied"] == 1


def test_a_grant_without_elements_of_ours_is_an_effort_without_them_and_flagged(
    nexus: Nexus, connector: NexusConnector
) -> None:
    nexus.grants = {101: grant(101, KIRSTEN) | {"currentElements": [], "futureElements": None}}
    record = read(connector)[0][0]
    assert isinstance(record.fact, EffortFact)
    assert record.fact.kle_topic is None
    assert {flag.rule for flag in record.quality} == {"missing_field"}


def test_a_citizen_we_may_not_see_is_told_and_their_grants_are_not_taken_for_none(
    nexus: Nexus, connector: NexusConnector
) -> None:
    records, batches, _ = read(connector)
    told = by_id(records)["Access/testkommune:4714"]
    assert told.fact is not None
    assert told.fact.kind == "no_access"
    assert told.parties[0].identifiers[0].value == EMIL
    assert skipped(batches)["Grant: not_allowed"] == 1
    assert f"{ROOT}/patientGrants/301" not in nexus.asked, "what we may not see is not asked for"


def test_a_right_that_is_lost_deletes_nothing_and_one_that_comes_back_ends_the_notice(
    nexus: Nexus, connector: NexusConnector
) -> None:
    _, _, cursor = read(connector)
    nexus.inaccessible = {EMIL, MAJA}
    for _ in range(3):
        records, _, cursor = read(connector, cursor)
        assert not [record for record in records if record.deleted]
    nexus.inaccessible = set()
    told = by_id(read(connector, cursor)[0])
    assert "Grant/testkommune:301" in told
    assert {entity for entity, record in told.items() if record.deleted} == {
        "Access/testkommune:4713",
        "Access/testkommune:4714",
    }


def test_a_grant_that_is_gone_at_look_up_is_deleted_after_a_second_reading(
    nexus: Nexus, connector: NexusConnector
) -> None:
    _, _, cursor = read(connector)
    nexus.statuses = {102: 404}
    records, batches, cursor = read(connector, cursor)
    assert not records
    assert skipped(batches)["Grant: gone"] == 1
    records, _, _ = read(connector, cursor)
    assert [(record.source_id, record.deleted) for record in records] == [("testkommune:102", True)]


def test_a_grant_that_answers_403_stays_as_it_was(nexus: Nexus, connector: NexusConnector) -> None:
    _, _, cursor = read(connector)
    nexus.statuses = {102: 403}
    for _ in range(3):
        records, _, cursor = read(connector, cursor)
        assert not [record for record in records if record.deleted]


def test_a_list_that_became_empty_waits_for_a_person(nexus: Nexus, connector: NexusConnector) -> None:
    _, _, cursor = read(connector)
    nexus.unlisted = set(nexus.grants)
    records, batches, _ = read(connector, cursor)
    assert not records
    assert [(held.record_type, held.missing) for held in batches[-1].held][-1] == ("Grant", 4)


def test_a_page_that_is_gone_is_no_complete_reading(nexus: Nexus, connector: NexusConnector) -> None:
    nexus.broken_page = 1
    batches: list[Batch] = []
    with pytest.raises(SourceUnavailable, match="page"):
        batches.extend(connector.read("indsatser", Cursor(), ReadContext()))


def test_one_grant_that_cannot_be_had_ends_the_reading_without_a_cursor_and_the_rest_is_read(
    nexus: Nexus, connector: NexusConnector
) -> None:
    nexus.statuses = {101: 500}
    batches: list[Batch] = []
    with pytest.raises(SourceUnavailable):
        batches.extend(connector.read("indsatser", Cursor(), ReadContext()))
    assert {record.source_id for batch in batches for record in batch.records} >= {"testkommune:102", "testkommune:201"}
    assert all(batch.cursor is None for batch in batches)


def test_a_link_to_another_host_is_refused(nexus: Nexus, connector: NexusConnector) -> None:
    nexus.elsewhere = "https://elsewhere.example"
    with pytest.raises(SourceRefused, match="another host"):
        list(connector.read("indsatser", Cursor(), ReadContext()))


def test_a_list_that_our_user_does_not_see_is_named(nexus: Nexus, clock: FixedClock) -> None:
    result = made(nexus, SECRET, clock, list_name="En anden liste").check()
    assert not result.ok
    assert result.advice == "list_not_found"
    assert "En anden liste" in result.message


@pytest.mark.parametrize(
    "row",
    [
        None,
        [],
        "text",
        {},
        {"id": 10**4000},
        {"id": "x", "patient": {"id": []}},
        {"id": 9, "name": "\ud800", "patient": None, "currentElements": [{"type": "paragraph", "paragraph": 7}]},
        {"id": 9, "name": "", "workflowState": {"name": "Bestilt"}, "currentElements": []},
        {"id": 9, "name": "x", "workflowState": {"name": "Ukendt"}, "currentElements": []},
        {"id": 9, "name": "x", "workflowState": {"name": "Bestilt"}, "currentElements": DATE_30_FEB},
    ],
)
def test_a_row_whatever_it_holds_is_at_most_its_own_line(nexus: Nexus, connector: NexusConnector, row: object) -> None:
    nexus.extra_rows = [row]
    records, _, _ = read(connector)
    assert {"Grant/testkommune:101", "Grant/testkommune:102", "Grant/testkommune:201"} <= by_id(records).keys()


def test_the_same_grant_twice_in_a_list_counts_once(nexus: Nexus, connector: NexusConnector) -> None:
    nexus.extra_rows = [grant(101, KIRSTEN)]
    records, batches, _ = read(connector)
    assert [record.source_id for record in records].count("testkommune:101") == 1
    assert skipped(batches)["Grant: same_id_twice"] == 1


def test_a_second_reading_gives_only_what_changed(nexus: Nexus, connector: NexusConnector) -> None:
    _, _, cursor = read(connector)
    records, _, cursor = read(connector, cursor)
    assert records == []
    nexus.grants[101] = grant(101, KIRSTEN, state="Afsluttet") | {"version": 8}
    assert [record.source_id for record in read(connector, cursor)[0]] == ["testkommune:101"]
