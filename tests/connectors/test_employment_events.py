"""A thin event is looked up, and what the look-up says becomes a record: versions, deletions, and every refusal."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.base import Batch, PushedEvent, ReadContext
from connectors.errors import SourceRefused, SourceUnavailable
from connectors.sources.employment.connector import EmploymentConnector, EmploymentSettings
from hub.clock import FixedClock
from schemas.facts import AssignmentFact, ContactFact, ContactState, DeadlineFact, EffortFact, JobAbsenceFact, PlanFact
from schemas.record import Rejection, SourceRecord
from tests.connectors.star_server import (
    ABSENCE,
    BO,
    KIRSTEN,
    Star,
    absence,
    activity,
    event,
    pushed,
    serving,
    settings_of,
)
from tests.contracts.connector import Fault

Resolve = Callable[..., Batch]


@pytest.fixture
def star() -> Iterator[Star]:
    """A STAR that knows one absence."""
    with serving(Star(entities={"fravaer": {ABSENCE: (KIRSTEN, absence("2", slutDato="2023-03-13"))}})) as served:
        yield served


@pytest.fixture
def resolve(star: Star, clock: FixedClock) -> Resolve:
    """Resolves an event against the STAR."""

    def now(pushed_event: PushedEvent, **settings: object) -> Batch:
        connector = EmploymentConnector(
            "employment", EmploymentSettings.model_validate(settings_of(star, more=settings)), clock=clock.now
        )
        return connector.resolve(pushed_event, ReadContext())

    return now


def only(batch: Batch) -> SourceRecord:
    """The one record of a batch that has nothing else."""
    assert not batch.rejected
    (record,) = batch.records
    return record


def refused(batch: Batch) -> Rejection:
    """The one rejection of a batch that has nothing else."""
    assert not batch.records
    (rejection,) = batch.rejected
    return rejection


def test_an_absence_is_looked_up_by_number_and_organisation_with_a_fresh_request_id(
    star: Star, resolve: Resolve
) -> None:
    record = only(resolve(event()))
    fact = record.fact
    assert isinstance(fact, JobAbsenceFact)
    assert (fact.absence.code, fact.absence.label, fact.reported_on) == ("11", "Sygdom", date(2023, 3, 2))
    assert (record.valid.start, record.valid.last_day) == (date(2023, 3, 2), date(2023, 3, 13))
    assert (record.source_id, record.source_version, record.version_order) == (f"test:{ABSENCE}", "2", 2)
    assert record.registered_at == datetime(2023, 3, 2, 7, 42, 12, 13000, tzinfo=UTC)
    assert [identifier.value for identifier in record.parties[0].identifiers] == [KIRSTEN]
    assert record.authority == "0999"
    assert "Sygemeldt" not in record.model_dump_json()
    path, headers = star.asked[0]
    assert path == f"/fravaer/v1/Fravaer/{ABSENCE}"
    assert headers["x-civilregistrationidentifier"] == KIRSTEN
    assert (headers["x-organisationtypeidentifier"], headers["x-organisationcode"]) == ("1", "999")
    resolve(event())
    assert len({asked["x-requestid"] for _, asked in star.asked}) == 2


def test_a_request_id_that_was_used_before_is_replaced_and_a_service_that_refuses_every_one_is_asked_later(
    star: Star, resolve: Resolve
) -> None:
    star.refuse_next_id = 1
    assert only(resolve(event())).fact
    star.refuse_next_id = 2
    with pytest.raises(SourceUnavailable, match="412"):
        resolve(event())


def test_each_attempt_after_a_fault_of_the_server_has_a_request_id_of_its_own(star: Star, resolve: Resolve) -> None:
    failures = iter([(500, b"{}", "application/json"), (503, b"{}", "application/json")])
    star.raw = lambda _: next(failures, None)
    assert only(resolve(event(), patience="brisk")).fact
    ids = [headers["x-requestid"] for _, headers in star.asked]
    assert len(ids) == len(set(ids)) == 3


def test_a_deletion_is_a_tombstone_with_its_version_and_its_reason_without_numbers(
    star: Star, resolve: Resolve
) -> None:
    comment = f"Oprettet på forkert borger {KIRSTEN[:6]}-{KIRSTEN[6:]}"
    star.histories[ABSENCE] = [
        absence("1"),
        absence("3", slettet=True, berigtigelseskommentar=comment, registreretTidspunkt="2023-03-16T08:15:00.120Z"),
    ]
    record = only(resolve(event(3, "3")))
    assert record.deleted
    assert record.deleted_reason == "corrected: Oprettet på forkert borger ••••••-••••"
    assert (record.source_version, record.version_order) == ("3", 3)
    assert record.registered_at == datetime(2023, 3, 16, 8, 15, 0, 120000, tzinfo=UTC)
    assert not record.is_concluded


def test_a_deletion_counts_also_where_there_is_no_history(resolve: Resolve) -> None:
    record = only(resolve(event(3, "3")))
    assert (record.deleted, record.deleted_reason, record.version_order) == (True, "deleted_by_source", 3)


def test_a_history_that_does_not_answer_is_waited_for_and_then_done_without(star: Star, resolve: Resolve) -> None:
    star.raw = lambda path: (500, b"{}", "application/json") if "historik" in path else None
    with pytest.raises(SourceUnavailable):
        resolve(event(3, "3", attempt=1))
    assert only(resolve(event(3, "3", attempt=3))).deleted


def test_an_entity_that_is_not_there_yet_is_asked_for_again_and_then_counts_as_missing(resolve: Resolve) -> None:
    unknown = {"EntitetId": "f-unknown"}
    with pytest.raises(SourceUnavailable, match="does not know"):
        resolve(event(1, "1", attempt=1, **unknown))
    record = only(resolve(event(1, "1", attempt=3, **unknown)))
    assert (record.deleted, record.deleted_reason, record.is_concluded) == (True, "missing_at_lookup", True)


def test_an_entity_that_was_deleted_meanwhile_is_deleted_with_the_version_of_its_history(
    star: Star, resolve: Resolve
) -> None:
    star.entities = {}
    star.histories[ABSENCE] = [absence("1"), absence("5", slettet=True)]
    record = only(resolve(event(1, "1", attempt=1)))
    assert (record.deleted, record.version_order) == (True, 5)


def test_an_older_version_than_announced_is_asked_for_again(resolve: Resolve) -> None:
    with pytest.raises(SourceUnavailable, match="older version"):
        resolve(event(2, "3", attempt=1))
    assert only(resolve(event(2, "3", attempt=3))).source_version == "2"


def test_a_version_that_is_no_number_is_ordered_by_the_history(star: Star, resolve: Resolve) -> None:
    star.entities["fravaer"][ABSENCE] = (KIRSTEN, absence("v-b"))
    star.histories[ABSENCE] = [absence("v-a"), absence("v-b"), absence("v-c")]
    record = only(resolve(event(2, "v-b")))
    assert (record.source_version, record.version_order) == ("v-b", 2)


def test_a_citizen_who_is_no_longer_ours_is_marked_and_nothing_is_deleted(star: Star, resolve: Resolve) -> None:
    star.codes[KIRSTEN] = 4575
    batch = resolve(event())
    (record,) = batch.records
    assert record.fact is not None
    assert (record.fact.kind, record.deleted, record.record_type) == ("authority", False, "Citizen.authority")
    assert record.valid.start == date(2023, 9, 12)
    assert batch.skipped == {"Fravaer: citizen_not_ours": 1}
    assert not batch.rejected


def test_a_citizen_who_is_dead_is_said_to_be_dead(star: Star, resolve: Resolve) -> None:
    star.codes[KIRSTEN] = 4405
    batch = resolve(event())
    (record,) = batch.records
    assert record.fact is not None
    assert record.fact.model_dump()["life_status"] == "dead"
    assert batch.skipped == {"Fravaer: citizen_dead": 1}


@pytest.mark.parametrize("code", [1001, 1010])
def test_a_number_that_the_service_does_not_know_is_one_line_in_quarantine(
    star: Star, resolve: Resolve, code: int
) -> None:
    star.codes[KIRSTEN] = code
    rejection = refused(resolve(event()))
    assert (rejection.field, rejection.rule) == ("Identifikation", "bad_identifier")
    assert KIRSTEN not in repr(rejection)


def test_a_right_that_is_missing_needs_a_person(star: Star, resolve: Resolve) -> None:
    star.fault = Fault.FORBIDDEN
    with pytest.raises(SourceRefused) as error:
        resolve(event())
    assert error.value.advice == "service_right_missing"


def test_a_page_for_people_instead_of_an_answer_needs_a_person(star: Star, resolve: Resolve) -> None:
    star.fault = Fault.HTML
    with pytest.raises(SourceRefused, match="page for people"):
        resolve(event())


UNREADABLE = {
    "no JSON": (pushed(b"<xml>no</xml>"), "(body)", "unreadable"),
    "no text": (pushed(b"\xff\xfe\x00\x01\x02"), "(body)", "unreadable"),
    "nothing": (pushed(b""), "(body)", "unreadable"),
    "a list": (pushed(b"[1, 2]"), "(payload)", "wrong_shape"),
    "too large": (pushed(b'{"EntitetNavn": "Fra', is_cut=True), "(body)", "too_large"),
    "another authority": (event(path="0101/fravaer"), "(address).authority", "wrong_authority"),
    "an unknown kind": (event(EntitetNavn="Rumfærge"), "EntitetNavn", "unknown_type"),
    "no kind": (event(EntitetNavn=None), "EntitetNavn", "missing_field"),
    "no id": (event(EntitetId=""), "EntitetId", "missing_field"),
    "an id with blanks in it": (event(EntitetId="a b/../c"), "id", "wrong_shape"),
    "no number": (event(Identifikation=None), "Identifikation", "missing_field"),
    "the number that stands for none": (event(Identifikation="0000000000"), "Identifikation", "bad_identifier"),
    "an unknown change": (event(9), "Aendringstype", "unknown_code"),
    "no change": (event(Aendringstype=None), "Aendringstype", "missing_field"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_event_that_says_nothing_is_one_line_in_quarantine_with_field_and_rule(
    star: Star, resolve: Resolve, name: str
) -> None:
    unreadable, field, rule = UNREADABLE[name]
    rejection = refused(resolve(unreadable))
    assert (rejection.field, rejection.rule.value) == (field, rule)
    assert rejection.raw is not None
    assert not star.asked


@pytest.mark.parametrize("name", ["Akassemedlemskab", "60010", "ForsoergerStatusSkift"])
def test_an_event_of_a_kind_that_is_not_read_is_counted_and_no_loss(resolve: Resolve, name: str) -> None:
    batch = resolve(event(EntitetNavn=name))
    assert batch.skipped == {f"{name}: not_about_efforts": 1}
    assert not batch.records
    assert not batch.rejected


@pytest.mark.parametrize("written", ["291182-9996", 2911829996, "2911829996 ", 2911829996.0])
def test_a_number_is_read_however_it_is_written(resolve: Resolve, written: object) -> None:
    record = only(resolve(event(Identifikation=written)))
    assert record.parties[0].identifiers[0].value == KIRSTEN
    assert not record.quality


@pytest.mark.parametrize("written", [212159995, "212159995"])
def test_a_leading_zero_that_was_lost_is_put_back_and_flagged(star: Star, resolve: Resolve, written: object) -> None:
    star.entities["fravaer"][ABSENCE] = (BO, absence("2"))
    record = only(resolve(event(Identifikation=written)))
    assert record.parties[0].identifiers[0].value == BO
    assert [(flag.field, flag.rule) for flag in record.quality] == [("Identifikation", "leading_zero")]
    assert star.asked[0][1]["x-civilregistrationidentifier"] == BO


def test_a_replacement_number_with_letters_is_a_number(resolve: Resolve) -> None:
    record = only(resolve(event(Identifikation="910395ABC1")))
    assert record.parties[0].identifiers[0].kind.value == "ecpr"


def test_another_kind_of_identification_is_an_id_of_the_source_alone(resolve: Resolve, star: Star) -> None:
    record = only(resolve(event(Identifikation="X-77", IdentifikationstypeId=5)))
    assert not record.parties[0].identifiers[0].is_national
    assert "x-civilregistrationidentifier" not in star.asked[0][1]


def test_the_kind_may_be_written_as_a_number_or_in_danish_and_field_names_in_any_case(
    star: Star, resolve: Resolve
) -> None:
    payload = {name[0].upper() + name[1:]: value for name, value in activity("a-1").items()}
    star.entities["activity"] = {"a-1": (KIRSTEN, payload)}
    record = only(resolve(event(1, "4", EntitetNavn="Aktivitet", EntitetId="a-1", path="activity")))
    fact = record.fact
    assert isinstance(fact, EffortFact)
    assert (record.record_type, fact.title, fact.extent) == ("Activity", "Virksomhedspraktik", "25 timer om ugen")
    assert fact.code is not None
    assert (fact.code.code_list, fact.code.code) == ("lab_offers", "15.18.05")
    assert fact.legal_basis is not None
    assert (fact.legal_basis.law, fact.legal_basis.section) == ("lab", "§ 57")
    assert (fact.kle_topic, record.valid.last_day) == ("15.20.00", date(2023, 12, 24))


def looked_up(star: Star, resolve: Resolve, name: str, service: str, **payload: Any) -> Batch:
    """What an event of that kind comes to when the service answers with the payload."""
    star.entities[service] = {"e-1": (KIRSTEN, {"versionIdentifier": "1", **payload})}
    return resolve(event(1, "1", EntitetNavn=name, EntitetId="e-1", path=service))


def test_an_interview_is_on_its_danish_day_and_says_no_more_than_that(star: Star, resolve: Resolve) -> None:
    given = {"interviewTypeIdentifier": 7, "startTime": "2023-10-02T22:30:00Z", "referat": "never read"}
    record = only(looked_up(star, resolve, "Samtale", "interview", **given))
    assert isinstance(record.fact, ContactFact)
    assert (record.fact.state, record.valid.start) == (ContactState.PLANNED, date(2023, 10, 3))
    assert record.fact.code is not None
    assert record.fact.code.code_list == "interview_kinds"
    assert "never read" not in record.model_dump_json()


@pytest.mark.parametrize(
    ("given", "hours"),
    [
        ({"startTime": "2023-10-04T10:00:00", "endTime": "2023-10-04T11:00:00"}, ("08:00", "09:00")),
        ({"startTime": "2023-11-04T10:00:00", "endTime": "2023-11-04T11:00:00"}, ("09:00", "10:00")),
        ({"startTime": "2023-10-04T10:00:00"}, ("08:00", None)),
        ({"startTime": "2023-10-04T10:00:00", "endTime": "2023-10-04"}, ("08:00", None)),
        ({"startTime": "2023-10-04T10:00:00", "endTime": "2023-10-04T09:00:00"}, ("08:00", None)),
        ({"dato": "2023-10-04"}, (None, None)),
        ({"startTime": "2023-10-03T22:00:00Z", "endTime": "2023-10-04T22:00:00Z"}, (None, None)),
    ],
)
def test_an_interview_has_the_hours_that_are_told_and_a_day_alone_has_none(
    star: Star, resolve: Resolve, given: dict[str, str], hours: tuple[str | None, str | None]
) -> None:
    record = only(looked_up(star, resolve, "Samtale", "interview", **given))
    assert isinstance(record.fact, ContactFact)
    told = tuple(each and f"{each:%H:%M}" for each in (record.fact.starts_at, record.fact.ends_at))
    assert (told, record.valid.start) == (hours, date(2023, 11 if "2023-11" in str(given) else 10, 4))


def test_an_invitation_that_was_cancelled_is_gone(star: Star, resolve: Resolve) -> None:
    given = {"startTidspunkt": "2023-10-02T10:00:00", "status": {"kode": 3, "tekst": "Aflyst"}}
    assert only(looked_up(star, resolve, "90000", "indkaldelse", **given)).deleted


def test_a_deadline_is_a_day(star: Star, resolve: Resolve) -> None:
    given = {"fristDato": "2023-10-01T22:00:00Z", "fristType": {"kode": "2", "tekst": "Næste samtale"}}
    record = only(looked_up(star, resolve, "90001", "frist", **given))
    assert isinstance(record.fact, DeadlineFact)
    assert (record.fact.title, record.valid.start) == ("Næste samtale", date(2023, 10, 2))


def test_the_coordinating_case_worker_is_told_from_others(star: Star, resolve: Resolve) -> None:
    given = {"contactTypeCode": "KOORDINERENDE_SAGSBEHANDLER", "contact": {"id": 7, "displayName": "Test Koordinator"}}
    record = only(looked_up(star, resolve, "PersonContact", "personcontact", **given))
    assert isinstance(record.fact, AssignmentFact)
    assert record.fact.role.code == "coordinating_caseworker"
    assert record.fact.responsible.worker is not None
    assert (record.fact.responsible.worker.id, record.fact.responsible.worker.name) == ("7", "Test Koordinator")


def test_a_plan_is_told_without_its_contents(star: Star, resolve: Resolve) -> None:
    given = {"title": "Min Plan", "status": "Aktiv", "nextFollowUp": "2023-11-01", "jobmaal": "never read"}
    record = only(looked_up(star, resolve, "MinPlan", "minplan", **given))
    assert isinstance(record.fact, PlanFact)
    assert (record.fact.status.code, record.fact.next_follow_up_on) == ("active", date(2023, 11, 1))


@pytest.mark.parametrize(
    ("payload", "field", "rule"),
    [
        ({"fravaerType": None}, "fravaerType", "missing_field"),
        ({"startDato": "2023-02-30"}, "startDato", "bad_date"),
        ({"slutDato": "2023-03-01"}, "slutDato", "end_before_start"),
        ({"registreretTidspunkt": "2023-03-26T02:30:00"}, "registreretTidspunkt", "bad_date"),
        ({"versionIdentifier": ["2"]}, "versionIdentifier", "wrong_shape"),
        ({"ansvarligMyndighed": "999"}, "ansvarligMyndighed", "wrong_shape"),
    ],
)
def test_a_payload_that_cannot_be_read_is_rejected_with_its_field_and_without_its_comment(
    star: Star, resolve: Resolve, payload: dict[str, Any], field: str, rule: str
) -> None:
    star.entities["fravaer"][ABSENCE] = (KIRSTEN, absence("2") | payload)
    rejection = refused(resolve(event()))
    assert (rejection.record_type, rejection.source_id) == ("Fravaer", f"test:{ABSENCE}")
    assert (rejection.field, rejection.rule.value) == (field, rule)
    assert rejection.raw is not None
    assert b"Sygemeldt" not in rejection.raw


def test_an_unknown_code_without_words_is_shown_as_it_is_and_flagged(star: Star, resolve: Resolve) -> None:
    star.entities["fravaer"][ABSENCE] = (KIRSTEN, absence("2", fravaerType=77))
    record = only(resolve(event()))
    assert isinstance(record.fact, JobAbsenceFact)
    assert record.fact.absence.code == "77"
    assert [(flag.field, flag.rule) for flag in record.quality] == [("fravaerType", "unknown_code")]


def test_events_that_say_the_same_have_one_key_and_no_number_stands_in_it(star: Star, clock: FixedClock) -> None:
    connector = EmploymentConnector("employment", EmploymentSettings.model_validate(settings_of(star)), clock=clock.now)
    first, again = event(), pushed(json.dumps(json.loads(event().body), indent=2).encode())
    assert connector.event_key(first) == connector.event_key(again)
    others = [event(3), event(2, "3"), event(EntitetId="b"), event(Identifikation=BO), pushed(b"no"), pushed(b"")]
    keys = {connector.event_key(each).digest for each in [first, *others]}
    assert len(keys) == 7
    assert connector.event_key(event(2, None)).is_versioned is False
    assert not any(KIRSTEN in key for key in keys)
