"""The social source has no change mechanism: what changed, ended, vanished and came back, by comparing readings."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from connectors.errors import SourceUnavailable
from connectors.kit import read_all
from connectors.sources.social.connector import SocialConnector
from connectors.sources.social.settings import SocialSettings
from hub.clock import FixedClock
from schemas.record import Cursor, SourceRecord
from tests.connectors.social_server import SECRET, Dubu, Item, person, sag, serving, underretning, ydelse
from tests.contracts.connector import last_cursor, read, records

IDA, EMIL = "6303094002", "8205124001"


@pytest.fixture
def dubu() -> Iterator[Dubu]:
    """Two cases, one of them closed, with a notification each, and three efforts."""
    closed = {"brugervendtNoegle": "SagStatus2", "titel": "Lukket"}
    held = Dubu(
        sager=[sag(10, person(1, IDA, "Ida")), sag(11, person(2, EMIL, "Emil"), status=closed)],
        aktiviteter={10: [underretning(500, 10)], 11: [underretning(501, 11)]},
        ydelser=[ydelse(900, 10, IDA), ydelse(901, 10, IDA), ydelse(902, 11, EMIL)],
    )
    with serving(held) as served:
        yield served


@pytest.fixture
def connector(dubu: Dubu, clock: FixedClock) -> SocialConnector:
    return make(dubu, clock)


def make(dubu: Dubu, clock: FixedClock, **login: str) -> SocialConnector:
    result = login or {"token_url": f"{dubu.url}/token", "client_id": "helhed", "client_secret": SECRET}
    settings = {"base_url": dubu.url, "environment": "test", "page_size": 2, "patience": "never"} | result
    return SocialConnector("social", SocialSettings.model_validate(settings), clock=clock.now)


def run(connector: SocialConnector, cursor: Cursor) -> tuple[dict[str, SourceRecord], Cursor]:
    batches = read(connector, cursor)
    return {f"{record.record_type} {record.source_id}": record for record in records(batches)}, last_cursor(batches)


def test_the_first_generation_is_everything_and_the_second_only_what_changed(
    dubu: Dubu, connector: SocialConnector, clock: FixedClock
) -> None:
    first, cursor = run(connector, Cursor())
    assert len(first) == 2 + 2 + 2 + 3
    clock.move(timedelta(days=1))
    assert run(connector, cursor)[0] == {}
    dubu.ydelser[0]["omfang"] = "4 timer om ugen"
    changed, _ = run(connector, cursor)
    assert list(changed) == ["Ydelse test:900"]
    assert changed["Ydelse test:900"].registered_at == clock.now()
    assert first["Ydelse test:900"].registered_at == datetime(2022, 2, 26, 8, tzinfo=UTC)


def test_what_is_not_read_cannot_change_anything(dubu: Dubu, connector: SocialConnector) -> None:
    _, cursor = run(connector, Cursor())
    dubu.sager[0]["primaerPerson"]["alder"] = 99
    dubu.sager[0]["foerstkommendeFrist"]["id"] = 10
    dubu.aktiviteter[10][0]["notat"] = "changed"
    assert run(connector, cursor)[0] == {}


def test_what_changes_and_changes_back_is_told_both_times(dubu: Dubu, connector: SocialConnector) -> None:
    first, cursor = run(connector, Cursor())
    versions = {first["Ydelse test:900"].version_or_digest}
    for extent in ("4 timer om ugen", "2 timer om ugen"):
        dubu.ydelser[0]["omfang"] = extent
        changed, cursor = run(connector, cursor)
        versions.add(changed["Ydelse test:900"].version_or_digest)
    assert len(versions) == 3


def test_missing_once_is_waited_for_and_missing_twice_is_deleted(dubu: Dubu, connector: SocialConnector) -> None:
    _, cursor = run(connector, Cursor())
    gone = dubu.ydelser.pop(1)
    once, cursor = run(connector, cursor)
    assert once == {}
    twice, cursor = run(connector, cursor)
    (tombstone,) = twice.values()
    assert (tombstone.source_id, tombstone.deleted_reason) == ("test:901", "missing_in_two_generations")
    assert run(connector, cursor)[0] == {}

    dubu.ydelser.append(gone)
    back, _ = run(connector, cursor)
    (record,) = back.values()
    assert not record.deleted
    assert record.registered_at >= tombstone.registered_at
    assert record.source_version is not None


def test_missing_once_and_there_again_is_nothing(dubu: Dubu, connector: SocialConnector) -> None:
    _, cursor = run(connector, Cursor())
    gone = dubu.ydelser.pop(1)
    _, cursor = run(connector, cursor)
    dubu.ydelser.append(gone)
    back, cursor = run(connector, cursor)
    assert back == {}
    dubu.ydelser.remove(gone)
    assert run(connector, cursor)[0] == {}


def test_a_missing_case_takes_its_activities_along(dubu: Dubu, connector: SocialConnector) -> None:
    _, cursor = run(connector, Cursor())
    del dubu.sager[1]
    _, cursor = run(connector, cursor)
    deleted, _ = run(connector, cursor)
    assert {name for name, record in deleted.items() if record.deleted} == {
        "Sag test:11",
        "Sag.person test:2",
        "Aktivitet test:501",
    }


def test_a_closed_case_is_not_deleted_and_its_activities_are_not_asked_for_again(
    dubu: Dubu, connector: SocialConnector
) -> None:
    _, cursor = run(connector, Cursor())
    for _ in range(3):
        dubu.asked.clear()
        again, cursor = run(connector, cursor)
        assert again == {}
        assert not [asked for asked in dubu.asked if "Id=11" in asked]
        assert [asked for asked in dubu.asked if "Id=10" in asked]
    assert not [asked for asked in dubu.asked if "status" in asked.partition("$filter=")[2].partition("&")[0]]


def test_closing_a_case_is_told_once_and_ends_it(dubu: Dubu, connector: SocialConnector) -> None:
    _, cursor = run(connector, Cursor())
    dubu.sager[0] |= {
        "status": {"brugervendtNoegle": "SagStatus5", "titel": "Lukket"},
        "lukketDato": "2023-09-01T10:00:00Z",
    }
    changed, _ = run(connector, cursor)
    (record,) = changed.values()
    assert not record.deleted
    assert record.valid.end is not None


def drop_rows(path: str, params: dict[str, str], answer: Item) -> Item:
    return answer | {"value": []} if path == "/odata/Ydelse" and "$orderby" in params else answer


def same_page_always(path: str, params: dict[str, str], answer: Item) -> Item:
    if path == "/odata/Ydelse" and "$orderby" in params:
        return {"@odata.count": 9, "value": [ydelse(900, 10, IDA), ydelse(901, 10, IDA)]}
    return answer


def wrong_count(path: str, _params: dict[str, str], answer: Item) -> Item:
    return answer | {"@odata.count": answer["@odata.count"] + 1} if path == "/odata/Sag" else answer


@pytest.mark.parametrize("tamper", [drop_rows, same_page_always, wrong_count])
def test_when_the_counts_do_not_agree_nothing_is_taken_for_deleted(
    dubu: Dubu, connector: SocialConnector, tamper: object
) -> None:
    _, cursor = run(connector, Cursor())
    dubu.tamper = tamper  # type: ignore[assignment]  # parametrised functions lose their type
    seen: list[SourceRecord] = []
    for _ in range(2):
        batches = read_all(connector, cursor)
        with pytest.raises(SourceUnavailable, match="do not agree"):
            for batch in batches:
                assert batch.cursor is None
                seen.extend(batch.records)
    assert not [record for record in seen if record.deleted]
    dubu.tamper = None
    assert run(connector, cursor)[0] == {}


def test_rows_that_come_twice_and_pages_cut_short_lose_nothing(dubu: Dubu, connector: SocialConnector) -> None:
    def first_row_again(path: str, _params: dict[str, str], answer: Item) -> Item:
        if path == "/odata/Ydelse" and answer["value"]:
            return answer | {"value": [dubu.ydelser[0], *answer["value"]]}
        return answer

    dubu.most_per_page = 1
    dubu.tamper = first_row_again
    whole, _ = run(connector, Cursor())
    assert {name for name in whole if name.startswith("Ydelse")} == {f"Ydelse test:{key}" for key in (900, 901, 902)}


def test_new_rows_that_come_while_reading_are_no_contradiction(dubu: Dubu, connector: SocialConnector) -> None:
    def one_more(path: str, params: dict[str, str], answer: Item) -> Item:
        if path == "/odata/Ydelse" and "$orderby" in params:
            dubu.ydelser.append(ydelse(903, 10, IDA))
            dubu.tamper = None
        return answer

    dubu.tamper = one_more
    _, cursor = run(connector, Cursor())
    rest, _ = run(connector, cursor)
    assert set(rest) <= {"Ydelse test:903"}


def test_what_cannot_be_read_is_rejected_once_and_does_not_count_as_missing(
    dubu: Dubu, connector: SocialConnector
) -> None:
    dubu.ydelser += [ydelse(903, 10, IDA, startdato="31-02-2022"), ydelse(904, 10, IDA, ydelsestype="text")]
    batches = read(connector)
    rejected = [rejection for batch in batches for rejection in batch.rejected]
    assert [(rejection.source_id, rejection.field, str(rejection.rule)) for rejection in rejected] == [
        ("test:903", "startdato", "bad_date"),
        ("test:904", "ydelsestype", "wrong_shape"),
    ]
    assert rejected[0].masked_value == "99-99-9999"
    assert rejected[0].raw is not None
    assert len([record for record in records(batches) if record.record_type == "Ydelse"]) == 3
    cursor = last_cursor(batches)
    for _ in range(3):
        again = read(connector, cursor)
        assert not [rejection for batch in again for rejection in batch.rejected]
        assert not records(again)
        cursor = last_cursor(again)


def test_an_expired_session_is_renewed_once_and_nothing_is_lost(dubu: Dubu, clock: FixedClock) -> None:
    connector = make(dubu, clock, login_url=f"{dubu.url}/login", user="helhed", password=SECRET)
    dubu.session_length = 4
    whole, _ = run(connector, Cursor())
    assert len(whole) == 9
    assert 1 < dubu.logins < len(dubu.asked)


def test_settings_name_one_way_in() -> None:
    base = {"base_url": "https://dubu.example", "environment": "test"}
    oauth = {"token_url": "https://dubu.example/token", "client_id": "helhed", "client_secret": SECRET}
    session = {"login_url": "https://dubu.example/login", "user": "helhed", "password": SECRET}
    SocialSettings.model_validate(base | oauth)
    SocialSettings.model_validate(base | session)
    for wrong in (base, base | oauth | session, base | oauth | {"user": "helhed"}, base | {"user": "helhed"}):
        with pytest.raises(ValueError, match="give either") as refused:
            SocialSettings.model_validate(wrong)
        assert SECRET not in str(refused.value)
