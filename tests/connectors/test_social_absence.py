"""What is missing from the social source: held, waited for, deleted or back, and never deleted for want of a word."""

from collections.abc import Iterator

import pytest

from connectors.sources.social.connector import SocialConnector
from hub.clock import FixedClock
from schemas.record import Cursor
from tests.connectors.social_reading import connect, read
from tests.connectors.social_server import Dubu, person, sag, serving, underretning, ydelse

IDA, EMIL = "6303094002", "8205124001"
CLOSED = {"brugervendtNoegle": "SagStatus2", "titel": "Lukket"}
MOTHER = {"id": 1, "cprnr": "7507864002", "fuldeNavn": "Maja Testborger", "rolle": "Mor"}


@pytest.fixture
def dubu() -> Iterator[Dubu]:
    """Ten cases with three activities and one party each, and ten efforts."""
    held = Dubu(
        sager=[sag(key, person(key, None, "Ida"), sagsparter=[MOTHER]) for key in range(1, 11)],
        aktiviteter={key: [underretning(10 * key + extra, key) for extra in range(3)] for key in range(1, 11)},
        ydelser=[ydelse(900 + key, key, IDA) for key in range(1, 11)],
    )
    with serving(held) as served:
        yield served


@pytest.fixture
def connector(dubu: Dubu, clock: FixedClock) -> SocialConnector:
    return connect(dubu, clock)


def test_a_list_that_became_empty_is_held_while_additions_still_apply(dubu: Dubu, connector: SocialConnector) -> None:
    cursor = read(connector).cursor
    dubu.ydelser.clear()
    dubu.sager.append(sag(11, person(11, None, "Ny")))
    for _ in range(3):
        run = read(connector, cursor)
        cursor = run.cursor
        assert {(held.missing, held.known) for held in run.held.values()} == {(10, 10)}
        assert set(run.held) == {"Ydelse"}
        assert not run.deleted
    assert "Sag test:11" not in read(connector, cursor).records  # it came with the first held reading


def test_what_vanished_is_missed_though_everything_is_read_once_more(dubu: Dubu, connector: SocialConnector) -> None:
    cursor = read(connector).cursor
    dubu.ydelser.clear()
    cursor = read(connector, cursor).cursor
    again = read(connector, Cursor(state={**cursor.state, "from_start": True}))
    assert "Sag test:10" in again.records, "given out though it has not changed"
    assert set(again.held) == {"Ydelse"}
    assert not again.deleted
    assert not again.cursor.from_start


def test_a_lost_right_to_all_cases_holds_them_and_what_belongs_to_them(dubu: Dubu, connector: SocialConnector) -> None:
    cursor = read(connector).cursor
    dubu.sager.clear()
    for _ in range(3):
        run = read(connector, cursor)
        cursor = run.cursor
        assert {name: held.missing for name, held in run.held.items()} == {
            "Sag": 10, "Sag.person": 10, "Sag.part": 10, "Aktivitet": 30,
        }  # fmt: skip
        assert run.records == {}, "an effort whose case is missing stays as it was"


def test_a_release_is_a_ceiling_and_deletes_at_once(dubu: Dubu, connector: SocialConnector) -> None:
    cursor = read(connector).cursor
    gone = dubu.ydelser[4:]
    del dubu.ydelser[4:]
    held = read(connector, cursor)
    assert held.held["Ydelse"].missing == 6
    dubu.ydelser.pop()
    further = read(connector, held.cursor, {"Ydelse": 6})
    assert (further.deleted, further.held["Ydelse"].missing) == (set(), 7)
    dubu.ydelser.append(ydelse(904, 4, IDA))
    released = read(connector, held.cursor, {"Ydelse": 6})
    assert released.deleted == {f"Ydelse test:{row['id']}" for row in gone}
    assert not released.held
    dubu.ydelser += gone
    back = read(connector, released.cursor)
    assert len(back.records) == 6
    assert not back.deleted


def test_released_cases_take_with_them_what_is_released_of_theirs(dubu: Dubu, connector: SocialConnector) -> None:
    cursor = read(connector).cursor
    del dubu.sager[5:]
    held = read(connector, cursor)
    counts = {name: entry.missing for name, entry in held.held.items()}
    assert counts == {"Sag": 5, "Sag.person": 5, "Sag.part": 5, "Aktivitet": 15}
    alone = read(connector, held.cursor, {name: count for name, count in counts.items() if name != "Sag"})
    assert not alone.deleted, "cases wait, and theirs with them"
    assert alone.held.keys() == counts.keys()
    released = read(connector, alone.cursor, counts)
    assert not released.held
    assert len(released.deleted) == sum(counts.values())


def test_what_was_refused_stays_though_the_list_grows_until_it_is_there_again(
    dubu: Dubu, connector: SocialConnector
) -> None:
    cursor = read(connector).cursor
    refused = dubu.ydelser[4:]
    del dubu.ydelser[4:]
    cursor = read(connector, cursor).cursor
    decided = {"Ydelse": 6}
    dubu.ydelser += [ydelse(2000 + key, 1, IDA) for key in range(100)]
    for _ in range(3):
        run = read(connector, cursor, refusals=decided)
        cursor = run.cursor
        assert (run.deleted, run.held["Ydelse"].missing) == (set(), 6)
    dubu.ydelser += refused[:5]
    run = read(connector, cursor, refusals=decided)
    assert run.held["Ydelse"].missing == 1
    dubu.ydelser += refused[5:]
    run = read(connector, run.cursor, refusals=decided)
    assert not run.held
    del dubu.ydelser[-1]
    once = read(connector, run.cursor, refusals=decided)
    assert len(read(connector, once.cursor, refusals=decided).deleted) == 1, "the refusal was about others"


def test_what_belongs_to_refused_cases_stays_and_other_activities_go(dubu: Dubu, connector: SocialConnector) -> None:
    cursor = read(connector).cursor
    del dubu.sager[5:]
    held = read(connector, cursor)
    decided = {name: entry.missing for name, entry in held.held.items()}
    once = read(connector, held.cursor, refusals=decided)
    assert once.held.keys() == {"Sag"}
    dubu.aktiviteter[1].pop()
    run = read(connector, once.cursor, refusals=decided)
    run = read(connector, run.cursor, refusals=decided)
    assert run.deleted == {"Aktivitet test:12"}


def test_a_list_that_shrinks_beyond_the_settings_is_held(dubu: Dubu, clock: FixedClock) -> None:
    strict = connect(dubu, clock, absence_max_share=0.1, absence_always_allowed=0)
    loose = connect(dubu, clock, absence_max_share=0.9)
    cursor = read(strict).cursor
    del dubu.ydelser[:5]
    assert read(strict, cursor).held["Ydelse"].missing == 5
    once = read(loose, cursor)
    assert not once.held
    assert len(read(loose, once.cursor).deleted) == 5


@pytest.mark.parametrize("status", [403, 404, 410])
def test_no_word_about_a_case_s_activities_is_no_empty_list(
    dubu: Dubu, connector: SocialConnector, status: int
) -> None:
    cursor = read(connector).cursor
    dubu.statuses["/odata/Aktivitet/Default.GetBySag(Id=4)"] = status
    for _ in range(3):
        run = read(connector, cursor)
        cursor = run.cursor
        assert (run.records, run.held) == ({}, {})
        assert run.skipped == {"Aktivitet: not_allowed" if status == 403 else "Aktivitet: case_not_found": 1}
    dubu.statuses.clear()
    dubu.aktiviteter[4][0]["udfaldDato"] = "2022-02-26"
    assert set(read(connector, cursor).records) == {"Aktivitet test:40"}


def test_the_activities_of_a_closed_case_are_asked_for_until_they_were_read(
    dubu: Dubu, connector: SocialConnector
) -> None:
    dubu.sager[3]["status"] = CLOSED
    dubu.statuses["/odata/Aktivitet/Default.GetBySag(Id=4)"] = 404
    cursor = read(connector).cursor
    dubu.statuses.clear()
    assert len(read(connector, cursor).records) == 3


def test_the_activities_of_one_case_that_all_vanish_wait_for_a_person(dubu: Dubu, connector: SocialConnector) -> None:
    cursor = read(connector).cursor
    result = dubu.aktiviteter.pop(4)
    for _ in range(2):
        run = read(connector, cursor)
        cursor = run.cursor
        assert run.held["Aktivitet"].missing == 3
        assert not run.deleted
    assert len(read(connector, cursor, {"Aktivitet": 3}).deleted) == 3
    dubu.aktiviteter[4] = result
    assert read(connector, cursor).records == {}


def test_a_lost_right_to_activities_is_seen_though_most_cases_are_closed(
    dubu: Dubu, connector: SocialConnector
) -> None:
    for case in dubu.sager[1:]:
        case["status"] = CLOSED
    cursor = read(connector).cursor
    dubu.aktiviteter.clear()
    run = read(connector, cursor)
    assert (run.held["Aktivitet"].missing, run.held["Aktivitet"].known) == (3, 3)


def test_one_activity_that_vanishes_is_deleted_after_two_readings(dubu: Dubu, connector: SocialConnector) -> None:
    cursor = read(connector).cursor
    dubu.aktiviteter[4].pop()
    once = read(connector, cursor)
    assert not once.deleted
    dubu.sager[3]["status"] = CLOSED  # what is waited for is asked for all the same
    twice = read(connector, once.cursor)
    assert twice.deleted == {"Aktivitet test:42"}
    assert not read(connector, twice.cursor).records


def test_what_belongs_to_a_case_waits_for_the_case_and_goes_with_it(dubu: Dubu, connector: SocialConnector) -> None:
    cursor = read(connector).cursor
    dubu.sager.pop()
    once = read(connector, cursor)
    assert not once.records
    twice = read(connector, once.cursor)
    assert twice.deleted == {
        "Sag test:10", "Sag.person test:10", "Sag.part test:10/1",
        "Aktivitet test:100", "Aktivitet test:101", "Aktivitet test:102",
    }  # fmt: skip


def test_a_case_that_cannot_be_read_says_nothing_about_what_belongs_to_it(
    dubu: Dubu, connector: SocialConnector
) -> None:
    cursor = read(connector).cursor
    dubu.sager[3]["primaerPerson"] = "unreadable"
    dubu.sager[4]["primaerPerson"] = None
    for _ in range(3):
        run = read(connector, cursor)
        cursor = run.cursor
        assert not run.deleted - {"Sag.person test:5"}
    assert not run.held


def test_an_item_without_a_usable_id_may_be_the_one_that_is_missing(dubu: Dubu, connector: SocialConnector) -> None:
    cursor = read(connector).cursor
    dubu.ydelser[3]["id"] = "not a number"
    for _ in range(3):
        run = read(connector, cursor)
        cursor = run.cursor
        assert not run.deleted
        assert run.skipped == {"Ydelse: absence_not_judged": 1}


def test_an_activity_without_a_usable_id_keeps_those_of_its_case(dubu: Dubu, connector: SocialConnector) -> None:
    cursor = read(connector).cursor
    dubu.aktiviteter[4][0]["id"] = None
    dubu.aktiviteter[5].pop()
    once = read(connector, cursor)
    assert not once.skipped
    assert read(connector, once.cursor).deleted == {"Aktivitet test:52"}


def test_a_row_that_loses_its_place_while_the_list_is_paged_is_not_deleted(
    dubu: Dubu, connector: SocialConnector
) -> None:
    cursor = read(connector).cursor

    dubu.counts = False
    dubu.tamper = lambda path, _, answer: (
        answer | {"value": [row for row in answer["value"] if row["id"] != 904]} if path == "/odata/Ydelse" else answer
    )
    run = read(connector, cursor)
    assert not run.deleted
    dubu.tamper = None
    assert read(connector, run.cursor).records == {}
