"""Absence files: what is taken, summed, corrected, deleted, held and waited for."""

from datetime import date, timedelta

from schemas.facts import AbsenceFact
from tests.connectors.school_files import BO, JULIANE, LARS, NOW, Looks, absences, put_absence, put_four, row
from tests.connectors.sftp_server import Drop

NEXT = (date(2026, 2, 9), date(2026, 3, 10))


def test_days_become_the_sum_of_pupil_quarter_and_kind(drop: Drop, looks: Looks) -> None:
    put_absence(
        drop.waiting,
        [
            row("1", JULIANE, "09-03-2026"),
            row("2", JULIANE, "06-03-2026"),
            row("3", JULIANE, "05-03-2026", "L"),
            row("4", LARS, "06-03-2026", "S", extent="0,5"),
        ],
    )
    records = looks.look()
    assert absences(records) == {
        "501003:2026-1:UNLAWFUL": 2,
        "501003:2026-1:PERMITTED": 1,
        "501002:2026-1:SICK": 0.5,
    }
    fact = next(record.fact for record in records if record.source_id == "461999:501003:2026-1:UNLAWFUL")
    assert isinstance(fact, AbsenceFact)
    assert (fact.school_days, fact.grade, fact.school and fact.school.name) == (55, "8", "Testskolen")
    assert round(fact.percent, 1) == 3.6


def test_a_night_without_changes_brings_nothing(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [row("1", BO, "09-03-2026")])
    looks.look()
    put_absence(drop.waiting, [row("1", BO, "09-03-2026")], window=NEXT)
    assert looks.look() == []
    assert not list(drop.waiting.glob("fravaer_461999_20260309*"))
    assert (drop.root / "imported" / "fravaer_461999_20260309.csv").exists()


def test_a_late_correction_changes_kind_and_sum(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026"), row("2", BO, "06-03-2026")])
    assert absences(looks.look()) == {"501001:2026-1:UNLAWFUL": 2}
    looks.clock.move(timedelta(days=1))
    corrected = row("1", BO, "05-03-2026", "S", changed="10-03-2026 13:40")
    put_absence(drop.waiting, [corrected, row("2", BO, "06-03-2026")], window=NEXT)
    records = looks.look()
    assert absences(records) == {"501001:2026-1:UNLAWFUL": 1, "501001:2026-1:SICK": 1}
    assert {record.registered_at for record in records if record.source_version} == {NOW + timedelta(days=1)}


def test_of_several_nights_in_one_look_the_last_says_what_stands(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    put_absence(drop.waiting, [row("1", BO, "05-03-2026"), row("2", BO, "09-03-2026")], window=NEXT)
    third = (date(2026, 2, 10), date(2026, 3, 11))
    days = ("05-03-2026", "09-03-2026", "10-03-2026")
    put_absence(drop.waiting, [row(str(number), BO, day) for number, day in enumerate(days, 1)], window=third)
    told = [record for record in looks.look() if isinstance(record.fact, AbsenceFact)]
    assert [record.fact.days for record in told if isinstance(record.fact, AbsenceFact)] == [1, 2, 3]
    changes = [record.registered_at for record in told if record.source_version]
    assert changes == sorted(set(changes)), "their order must not be left to chance"


def test_a_row_that_is_missing_from_the_complete_window_is_deleted(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026"), row("2", BO, "06-03-2026"), row("3", LARS, "06-03-2026")])
    looks.look()
    put_absence(drop.waiting, [row("2", BO, "06-03-2026")], window=NEXT)
    records = looks.look()
    assert absences(records) == {"501001:2026-1:UNLAWFUL": 1, "501002:2026-1:UNLAWFUL": None}
    (tombstone,) = [record for record in records if record.deleted]
    assert tombstone.deleted_reason == "missing_in_a_complete_window"
    assert tombstone.is_concluded


def test_what_returns_after_its_deletion_lives_again(drop: Drop, looks: Looks) -> None:
    both = [row("1", BO, "05-03-2026"), row("2", LARS, "06-03-2026")]
    put_absence(drop.waiting, both)
    (first,) = [record for record in looks.look() if record.source_id.endswith("501002:2026-1:UNLAWFUL")]
    put_absence(drop.waiting, both[:1], window=NEXT)
    looks.look()
    put_absence(drop.waiting, both, window=(date(2026, 2, 10), date(2026, 3, 11)))
    (back,) = looks.look()
    assert back.fact == first.fact
    assert back.source_version != first.source_version


def test_days_that_leave_the_window_stay_in_the_quarter_and_are_forgotten_one_by_one(drop: Drop, looks: Looks) -> None:
    first, last = date(2026, 1, 5), date(2026, 2, 3)
    put_absence(drop.waiting, [row("1", BO, "06-01-2026"), row("2", BO, "02-02-2026")], window=(first, last))
    assert absences(looks.look()) == {"501001:2026-1:UNLAWFUL": 2}
    put_absence(drop.waiting, [row("3", BO, "09-03-2026")], window=(date(2026, 2, 8), date(2026, 3, 9)))
    assert absences(looks.look()) == {"501001:2026-1:UNLAWFUL": 3}
    text = looks.cursor.model_dump_json()
    assert "2026-01-06" not in text
    assert '"2026-03-09"' in text


def test_deletions_beyond_the_limits_are_held_until_a_person_releases_them(drop: Drop, looks: Looks) -> None:
    days = [f"{day:02}-03-2026" for day in (2, 3, 4, 5, 6, 9)]
    many = [row(f"{cpr[-2:]}-{day}", cpr, day) for cpr in (BO, LARS, JULIANE) for day in days]
    put_absence(drop.waiting, many)
    looks.look()
    put_absence(drop.waiting, [*many[:4], row("new", BO, "10-03-2026", "S")], window=NEXT)
    assert absences(looks.look()) == {"501001:2026-1:SICK": 1}
    assert looks.held == [("Fravaer", 14, 18)]
    assert looks.look() == []
    assert looks.held == [("Fravaer", 14, 19)]
    assert list(drop.waiting.glob("*.csv")), "it stays until a person has decided"
    released = absences(looks.look(releases={"Fravaer": 14}))
    assert released == {
        "501001:2026-1:UNLAWFUL": 4, "501002:2026-1:UNLAWFUL": None, "501003:2026-1:UNLAWFUL": None
    }  # fmt: skip
    assert looks.held == []
    looks.look()
    assert not list(drop.waiting.glob("*.csv"))


def test_an_empty_file_is_held(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    looks.look()
    put_absence(drop.waiting, [], window=NEXT)
    assert absences(looks.look()) == {}
    assert looks.held == [("Fravaer", 1, 1)]


def test_a_row_that_cannot_be_read_keeps_its_stored_twin(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026"), row("2", BO, "06-03-2026"), row("3", LARS, "06-03-2026")])
    looks.look()
    broken = [row("1", BO, "05-03-2026", extent="mange"), row("3", LARS, "06-03-2026")]
    put_absence(drop.waiting, broken, window=NEXT)
    assert absences(looks.look()) == {"501001:2026-1:UNLAWFUL": 1}
    ((rejection),) = looks.rejected
    assert (rejection.source_id, rejection.field, rejection.rule, rejection.masked_value) == (
        "1", "Omfang", "wrong_shape", "xxxxx",
    )  # fmt: skip


def test_a_row_without_id_and_number_keeps_every_twin(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [row("", BO, "05-03-2026"), row("", LARS, "06-03-2026")])
    looks.look()
    put_absence(drop.waiting, [row("", "1234", "05-03-2026")], window=NEXT)
    assert absences(looks.look()) == {}
    assert looks.skipped["Fravaer: deletions_not_judged"] == 2
    assert "1234" not in looks.rejected[0].model_dump_json(exclude={"raw"})


def test_absence_of_an_unknown_pupil_waits_for_the_master_data(drop: Drop) -> None:
    looks = Looks(drop)
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    assert looks.look() == []
    assert looks.skipped["Fravaer: waits_for_master_data"] == 1
    assert looks.look() == []
    put_four(drop.waiting)
    assert absences(looks.look()) == {"501001:2026-1:UNLAWFUL": 1}


def test_an_older_set_after_a_newer_one_is_not_taken(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026"), row("2", BO, "10-03-2026")], window=NEXT)
    looks.look()
    put_absence(drop.waiting, [row("1", BO, "05-03-2026", "S")])
    assert looks.look() == []
    assert looks.skipped["Saet: older_than_what_is_taken"] == 1


def test_the_same_row_twice_counts_as_it_was_corrected_last(drop: Drop, looks: Looks) -> None:
    put_absence(
        drop.waiting,
        [
            row("1", BO, "05-03-2026", "S", changed="09-03-2026 13:40"),
            row("1", BO, "05-03-2026", "U", changed="06-03-2026 09:00"),
        ],
    )
    assert absences(looks.look()) == {"501001:2026-1:SICK": 1}


def test_lessons_of_one_day_make_no_more_than_a_day(drop: Drop, looks: Looks) -> None:
    lessons = [row(f"{n}", BO, "05-03-2026", extent="", lesson=str(n)) for n in range(1, 4)]
    doubled = [row(f"d{n}", LARS, "05-03-2026", extent="", lesson=str(n % 6)) for n in range(1, 11)]
    put_absence(drop.waiting, [*lessons, *doubled])
    assert absences(looks.look()) == {"501001:2026-1:UNLAWFUL": 0.5, "501002:2026-1:UNLAWFUL": 1}


def test_a_quarter_of_which_days_were_never_read_says_so(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    (record,) = [record for record in looks.look() if record.record_type == "Fravaer"]
    assert [(flag.field, flag.rule) for flag in record.quality] == [("from", "quarter_incomplete")]


def test_the_whole_quarter_again_corrects_days_that_were_only_a_sum(drop: Drop, looks: Looks) -> None:
    put_absence(
        drop.waiting,
        [row("1", BO, "06-01-2026"), row("2", BO, "07-01-2026"), row("3", BO, "09-03-2026")],
        window=(date(2026, 1, 1), date(2026, 3, 9)),
    )
    assert absences(looks.look()) == {"501001:2026-1:UNLAWFUL": 3}
    put_absence(
        drop.waiting,
        [row("1", BO, "06-01-2026", "S"), row("2", BO, "07-01-2026"), row("3", BO, "09-03-2026")],
        window=(date(2026, 1, 1), date(2026, 3, 10)),
    )
    assert absences(looks.look()) == {"501001:2026-1:UNLAWFUL": 2, "501001:2026-1:SICK": 1}


def test_a_crash_before_the_cursor_is_saved_takes_the_set_again(drop: Drop, looks: Looks) -> None:
    put_absence(drop.waiting, [row("1", BO, "05-03-2026")])
    cursor = looks.cursor
    first = looks.look()
    looks.cursor = cursor
    again = looks.look()
    assert [record.version_or_digest for record in again] == [record.version_or_digest for record in first]
    assert list(drop.waiting.glob("*.csv")), "no look moves what it has just read"
