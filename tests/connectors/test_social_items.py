"""Whatever one item of the social source holds, it is at most that item's line; everything after it is read."""

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from connectors.sources.social.connector import SocialConnector
from hub.clock import FixedClock
from schemas.record import RejectionRule
from tests.connectors.social_reading import Run, connect, read
from tests.connectors.social_server import Dubu, Item, aktivitet, person, sag, serving, underretning, ydelse

IDA, EMIL = "6303094002", "8205124001"
DEEP = "deep-marker"
HUGE = "huge-marker"
MOTHER = {"id": 1, "cprnr": "7507864002", "fuldeNavn": "Maja Testborger", "rolle": "Mor"}


@pytest.fixture
def dubu() -> Iterator[Dubu]:
    """A case with a party and activities, and another behind it; an effort, and another behind it."""
    held = Dubu(
        sager=[sag(1, person(1, IDA, "Ida"), sagsparter=[MOTHER]), sag(2, person(2, EMIL, "Emil"))],
        aktiviteter={
            1: [
                underretning(11, 1, vedroerer=[{"relation": "Barn", "personId": 2, "cprnr": EMIL}]),
                aktivitet(12, 1, "Faglig", "Børnefaglig undersøgelse"),
                aktivitet(13, 1, "Mål", "Mål", tekst="Skole hver dag", maalType={"titel": "Delmål"}),
            ],
            2: [underretning(21, 2)],
        },
        ydelser=[ydelse(900, 1, IDA), ydelse(901, 2, EMIL)],
    )
    with serving(held) as served:
        served.raw = _with_markers
        yield served


@pytest.fixture
def connector(dubu: Dubu, clock: FixedClock) -> SocialConnector:
    return connect(dubu, clock)


def _with_markers(_path: str, body: bytes) -> tuple[bytes, str]:
    """Bytes that Python's own writer does not make."""
    deep, huge = b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b"9" * 5_000
    return body.replace(f'"{DEEP}"'.encode(), deep).replace(f'"{HUGE}"'.encode(), huge), "application/json"


BEHIND = {"Sag test:2", "Sag.person test:2", "Aktivitet test:21", "Ydelse test:901"}


def test_the_same_id_twice_is_one_line_and_the_last_counts(dubu: Dubu, connector: SocialConnector) -> None:
    dubu.sager.insert(1, sag(1, person(1, IDA, "Ida"), titel="Sag, anden gang"))
    dubu.ydelser.insert(0, ydelse(900, 1, IDA, omfang="1 time om ugen"))
    run = read(connector)
    assert run.skipped == {"Sag: same_id_twice": 1, "Ydelse: same_id_twice": 1}
    fact = run.records["Sag test:1"].fact
    assert fact is not None
    assert fact.kind == "case"
    assert fact.title == "Sag, anden gang"
    assert run.records.keys() >= BEHIND
    again = read(connector, run.cursor)
    assert again.records == {}


def test_an_activity_or_a_party_twice_counts_as_it_came_last(dubu: Dubu, connector: SocialConnector) -> None:
    dubu.aktiviteter[1].append(aktivitet(13, 1, "Mål", "Mål", tekst="Skole hver anden dag"))
    dubu.sager[0]["sagsparter"] = [MOTHER, MOTHER | {"foraeldremyndighed": True}]
    run = read(connector)
    assert run.skipped == {"Aktivitet: same_id_twice": 1}
    facts = [run.records[name].fact for name in ("Aktivitet test:13", "Sag.part test:1/1")]
    assert [getattr(fact, "text", None) or getattr(fact, "custody", None) for fact in facts] == [
        "Skole hver anden dag",
        True,
    ]
    assert read(connector, run.cursor).records == {}


def test_a_person_of_two_cases_who_cannot_be_read_is_rejected_once(dubu: Dubu, connector: SocialConnector) -> None:
    bad = person(5, "9999994002", "Fejl")
    dubu.sager += [sag(5, bad), sag(6, bad), sag(7, person(5, None, "Rettet"))]
    run = read(connector)
    assert [rejection.source_id for rejection in run.rejected] == ["test:5"]
    for _ in range(2):
        again = read(connector, run.cursor)
        assert (again.records, again.rejected) == ({}, [])


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_same_id_on_both_sides_of_a_page_s_end_loses_nothing(dubu: Dubu, clock: FixedClock, size: int) -> None:
    dubu.ydelser[1:1] = [ydelse(900, 1, IDA, omfang="last"), ydelse(900, 1, IDA, omfang="the very last")]
    connector = connect(dubu, clock, page_size=size)
    run = read(connector)
    fact = run.records["Ydelse test:900"].fact
    assert fact is not None
    assert fact.kind == "effort"
    assert fact.extent == "the very last"
    assert read(connector, run.cursor).records == {}


@pytest.mark.parametrize("bad", [None, 7, "text", [], [[]], True, {}, {"id": None}])
def test_an_item_that_is_no_object_is_a_line(dubu: Dubu, connector: SocialConnector, bad: Any) -> None:
    def between(path: str, _params: dict[str, str], answer: Item) -> Item:
        rows = answer["value"]
        more = [bad, *rows] if "GetBySag" in path or rows else rows
        return answer | {"value": more}

    dubu.tamper = between
    run = read(connector)
    assert run.records.keys() >= BEHIND | {"Sag test:1", "Aktivitet test:13", "Ydelse test:900"}
    assert {rejection.record_type for rejection in run.rejected} == {"Sag", "Aktivitet", "Ydelse"}
    assert not read(connector, run.cursor).rejected


@pytest.mark.parametrize(
    "key", [None, True, 1.5, -3, "", "x", "1\u0000", "½", 2**63, 10**30, HUGE, DEEP, [1], "\ud83d", "01"]
)
def test_an_id_that_is_none_is_a_line(dubu: Dubu, connector: SocialConnector, key: object) -> None:
    for rows in (dubu.sager, dubu.ydelser, dubu.aktiviteter[1]):
        rows[0]["id"] = key
    run = read(connector)
    assert run.records.keys() >= BEHIND
    assert {rejection.record_type for rejection in run.rejected} == {"Sag", "Ydelse"}
    assert {rejection.field for rejection in run.rejected} == {"id"}


def test_half_a_pair_and_control_characters_are_cleaned_in_every_text(dubu: Dubu, connector: SocialConnector) -> None:
    dubu.ydelser[0] |= {"formaal": "Ro i hverdagen \ud83d", "omfang": "2 timer\u0000"}
    dubu.ydelser[0]["ydelsestype"] = {"brugervendtNoegle": "YT5", "titel": "Familiebehandling\u0000"}
    dubu.ydelser[0]["leverandoer"] = {"orgEnhedId": 110, "titel": "Huset", "telefon": "44 77 30 01\u0000"}
    run = read(connector)
    result = run.records["Ydelse test:900"].model_dump_json()
    assert "Ro i hverdagen" in result
    assert "44 77 30 01" in result
    assert "\\u0000" not in result
    flags = {(flag.field, flag.rule) for flag in run.records["Ydelse test:900"].quality}
    assert flags >= {("formaal", "control_characters"), ("omfang", "control_characters")}
    assert not run.rejected


def test_bytes_that_are_no_text_cost_no_more_than_their_own_place(dubu: Dubu, connector: SocialConnector) -> None:
    dubu.ydelser[0]["formaal"] = "bad-bytes"
    dubu.raw = lambda _path, body: (body.replace(b"bad-bytes", b"Ro \xff\xfe i hverdagen"), "application/json")
    assert read(connector).records.keys() >= BEHIND | {"Ydelse test:900"}


def test_a_number_or_a_text_beyond_measure_is_a_line_with_its_reason(dubu: Dubu, connector: SocialConnector) -> None:
    dubu.ydelser[0]["formaal"] = HUGE
    dubu.sager[0]["titel"] = "x" * 200_000
    run = read(connector)
    assert {(rejection.record_type, rejection.field, rejection.rule) for rejection in run.rejected} == {
        ("Ydelse", "formaal", RejectionRule.TOO_LONG),
        ("Sag", "titel", RejectionRule.TOO_LONG),
    }
    assert run.records.keys() >= BEHIND


def test_what_is_not_read_may_hold_anything(dubu: Dubu, connector: SocialConnector) -> None:
    for rows in (dubu.sager, dubu.ydelser, dubu.aktiviteter[1]):
        rows[0] |= {"notat": DEEP, "beskrivelse": HUGE, "andet": "\ud83d\u0000"}
    run = read(connector)
    assert not run.rejected
    assert len(run.records) == 5 + 4 + 2


NASTY: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**18, 2**63, 10**30, 1e308, HUGE, DEEP, "", " ", "\u0000", "\ud83d", "a\ud83db",
    "\u202e\u200b\u00ad", "x" * 5_000, "x" * 200_000, "0001-01-01", "9999-12-31", "9999-12-31T23:59:59Z", "2023-02-30",
    "2023-03-26T02:30:00", "٣٤٥٦", "𝟘𝟙", "NaN", [], {}, [[]], [None], [{}], {"a": {}}, [DEEP], {"id": HUGE},
    {"brugervendtNoegle": "\u0000", "titel": None}, {"titel": "\ud83d"}, "9" * 5_000, "e\u0301" * 40,
)  # fmt: skip


def _paths(item: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from _paths(child, (*path, key))


def _changed(item: Item, path: tuple[Any, ...], value: Any) -> Item:
    changed = deepcopy(item)
    inner: Any = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


def test_no_value_at_any_path_ends_a_run(dubu: Dubu, connector: SocialConnector) -> None:
    """Every path of an item with values drawn at random, ten paths a reading; the items behind are always read."""
    chance = random.Random(11)  # noqa: S311  a repeatable choice
    whole: dict[str, Any] = {"sager": dubu.sager[0], "ydelser": dubu.ydelser[0], "aktiviteter": dubu.aktiviteter[1]}
    mutations = [(kind, path) for kind, item in whole.items() for path in _paths(item)]
    chance.shuffle(mutations)
    mutations = [mutation for mutation in mutations for _ in range(2)]
    for start in range(0, len(mutations), 10):
        bad: dict[str, Any] = {"sager": [], "ydelser": [], "aktiviteter": deepcopy(whole["aktiviteter"])}
        for number, (kind, path) in enumerate(mutations[start : start + 10]):
            value = deepcopy(chance.choice(NASTY))
            if kind == "aktiviteter":
                bad[kind] = _changed(bad[kind], path, value) if _has(bad[kind], path) else bad[kind]
            else:
                item = _changed(whole[kind], path, value)
                bad[kind].append(item if path[0] == "id" else item | {"id": 100 + number})
        dubu.sager = [*bad["sager"], *deepcopy([whole["sager"], sag(2, person(2, EMIL, "Emil"))])]
        dubu.ydelser = [*bad["ydelser"], ydelse(901, 2, EMIL)]
        dubu.aktiviteter[1] = bad["aktiviteter"]
        first = read(connector)
        assert first.records.keys() >= BEHIND, mutations[start : start + 10]
        _is_the_same_again(connector, first)


def _has(item: Any, path: tuple[Any, ...]) -> bool:
    try:
        for key in path:
            item = item[key]
    except (LookupError, TypeError):
        return False
    return True


def _is_the_same_again(connector: SocialConnector, first: Run) -> None:
    again = read(connector, first.cursor)
    assert not again.deleted
    assert not again.rejected
    assert not again.held
    assert json.loads(first.batches[-1].model_dump_json()), "what is given out can be written"
    for batch in first.batches:
        batch.model_dump_json()
