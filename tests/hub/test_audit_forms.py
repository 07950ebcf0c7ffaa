"""Any line of the log becomes a valid event of FHIR, OCSF and ECS, and none of them names anybody."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.protocols import Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from hub.audit.event_names import MOST_DAYS, NamesDecision, NamesFault, faults_of
from hub.audit.forms.choice import FORMS, EventForm
from hub.audit.forms.event import Deed, Event, SealedEntry, Subject, deed_of, event_of, quarter, subject_of
from hub.log import redact_cpr
from schemas.access import AuditAction, AuditEntry, AuditOutcome, Basis, ObjectKind, Purpose, Role
from schemas.source import Area
from tests.hub.test_audit import LINE

LOG = "helhed.test/log"
KEY = b"k" * 32
CPR, NAME, WORDS = "7103811234", "Åse Vingeblad", "hun ringede om mor"
CITIZEN = UUID("2f0d0b0e-5f57-4f0a-8f2a-6b1a6c9f2d11")
PERSONAL = (CPR, f"{CPR[:6]}-{CPR[6:]}", NAME, "Vingeblad", WORDS, str(CITIZEN), CITIZEN.hex, "aase.vingeblad")
OF_CATEGORY = {
    "authentication": {"start", "end", "info"},
    "configuration": {"access", "change", "creation", "deletion", "info"},
    "database": {"access", "change", "info", "error"},
    "iam": {"admin", "change", "creation", "deletion", "group", "info", "user"},
}
"""Which ``event.type`` ECS expects with each ``event.category`` (docs/reference, ECS categorization fields)."""

personal = st.sampled_from([CPR, f"{CPR[:6]}-{CPR[6:]}", NAME, WORDS, "aase.vingeblad", str(CITIZEN)])
entries = st.builds(
    AuditEntry,
    recorded_at=st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    action=st.sampled_from(AuditAction),
    outcome=st.sampled_from(AuditOutcome),
    actor_id=personal,
    actor_name=personal,
    role=st.none() | st.sampled_from(Role),
    unit_id=st.none() | st.sampled_from(["social:100", f"unit {CPR}"]),
    on_behalf_of=st.none() | personal,
    purpose=st.none() | st.sampled_from(Purpose),
    basis=st.none() | st.sampled_from(Basis),
    override_reason=st.none() | personal,
    citizen_id=st.none() | st.just(CITIZEN),
    sections_shown=st.frozensets(st.sampled_from(Area)),
    sections_withheld=st.frozensets(st.sampled_from(Area)),
    fields_revealed=st.tuples() | st.tuples(personal),
    object_kind=st.none() | st.sampled_from(ObjectKind),
    object_id=st.none() | personal,
    details=st.dictionaries(personal, personal | st.lists(personal) | st.integers()),
    result_count=st.none() | st.integers(min_value=0, max_value=1000),
    policy_version=personal,
    request_id=personal,
    act_id=st.none() | personal,
)


@cache
def ocsf_validator(class_uid: int) -> Validator:
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.5.0"))
    return jsonschema.Draft202012Validator(
        schema.get_class_schema(class_name=schema.lookup_class_name_from_uid(class_uid))
    )


def is_ocsf(event: Mapping[str, Any]) -> None:
    ocsf_validator(event["class_uid"]).validate(event)


def is_ecs(event: Mapping[str, Any]) -> None:
    assert event["event"]["kind"] == "event"
    assert event["event"]["outcome"] in {"success", "failure", "unknown"}
    (category,), (kind,) = event["event"]["category"], event["event"]["type"]
    assert kind in OF_CATEGORY[category]
    assert isinstance(event["event"]["sequence"], int)
    assert len(event["event"]["hash"]) == 64
    assert set(event) <= {"@timestamp", "ecs", "event", "user", "related", "http", "organization", "helhed"}


def is_fhir(event: Mapping[str, Any]) -> None:
    AuditEvent.model_validate(event)


VALID = {EventForm.OCSF: is_ocsf, EventForm.ECS: is_ecs, EventForm.FHIR: is_fhir}


def event(entry: AuditEntry, key: bytes = KEY) -> Event:
    return event_of(SealedEntry(11, b"\x07" * 32, 12, entry), LOG, key)


@settings(max_examples=60)
@given(entries)
def test_any_line_is_a_valid_event_in_each_form_and_names_nobody(entry: AuditEntry) -> None:
    made = event(entry)
    for form, render in FORMS.items():
        document = render(made)
        VALID[form](document)
        text = json.dumps(document, ensure_ascii=False)
        assert not [each for each in PERSONAL if each in text]
        assert made.commitment in text
        assert made.actor in text


def test_what_is_no_event_is_told_to_be_none() -> None:
    made = {form: render(event(LINE)) for form, render in FORMS.items()}
    with pytest.raises(jsonschema.ValidationError):
        is_ocsf({**made[EventForm.OCSF], "activity_id": "read"})
    with pytest.raises(ValueError, match="recorded"):
        is_fhir({name: value for name, value in made[EventForm.FHIR].items() if name != "recorded"})


def test_a_look_up_reads_as_its_standard_says() -> None:
    ecs, ocsf, fhir = (FORMS[form](event(LINE)) for form in (EventForm.ECS, EventForm.OCSF, EventForm.FHIR))
    assert ecs["event"] == {
        "id": f"{LOG}/11",
        "kind": "event",
        "category": ["database"],
        "type": ["access"],
        "action": "open_overview",
        "outcome": "success",
        "reason": "team_meeting",
        "sequence": 11,
        "hash": "07" * 32,
        "provider": LOG,
        "dataset": "helhed.audit",
    }
    assert (ocsf["class_uid"], ocsf["activity_id"], ocsf["type_uid"], ocsf["status_id"]) == (6005, 1, 600501, 1)
    assert (fhir["action"], fhir["outcome"], fhir["subtype"][0]["code"]) == ("R", "0", "read")
    assert [entity["type"]["code"] for entity in fhir["entity"]] == ["1", "4", "XrequestId"]


def test_a_pseudonym_holds_for_a_quarter_and_for_nobody_without_the_key() -> None:
    later = LINE.model_copy(update={"recorded_at": LINE.recorded_at + timedelta(days=1)})
    other = LINE.model_copy(update={"recorded_at": LINE.recorded_at + timedelta(days=92)})
    assert event(LINE).citizen == event(later).citizen != event(other).citizen
    assert event(LINE).citizen != event(LINE, b"j" * 32).citizen
    assert event(LINE).actor != event(LINE).citizen
    assert quarter(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "2027-Q1", "the day is the Danish one"


def test_every_act_is_told_in_general_terms() -> None:
    deeds = {action: deed_of(action) for action in AuditAction}
    assert {action for action, deed in deeds.items() if deed is Deed.DELETE} == {
        AuditAction.FORGET_SOURCE,
        AuditAction.ERASE_LOG,
        AuditAction.REMOVE_TEAM_MEMBER,
        AuditAction.RELEASE_DELETIONS,
        AuditAction.FORGET_CITIZEN,
        AuditAction.FORGET_AGAIN,
        AuditAction.RUN_RETENTION,
    }
    assert all(deeds[action] is Deed.READ for action in AuditAction if action.startswith(("read_", "print")))
    assert {subject_of(action) for action in AuditAction} == set(Subject)


@settings(max_examples=60)
@given(entries, st.booleans())
def test_only_a_decision_lets_an_event_name_the_employee_and_the_key_of_the_citizen(
    entry: AuditEntry, names: bool
) -> None:
    made = event_of(SealedEntry(11, b"\x07" * 32, 12, entry), LOG, KEY, names=names)
    for form, render in FORMS.items():
        document = render(made)
        VALID[form](document)
        text = json.dumps(document, ensure_ascii=False)
        assert CPR not in text
        assert f"{CPR[:6]}-{CPR[6:]}" not in text
        if not names:
            assert not [each for each in PERSONAL if each in text]
            continue
        assert redact_cpr(entry.actor_name) in text
        assert redact_cpr(entry.actor_id) in text
        assert entry.citizen_id is None or str(CITIZEN) in text


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)), st.integers(1, MOST_DAYS), st.booleans())
def test_a_decision_holds_until_its_end_and_no_longer(after: timedelta, days: int, is_ended: bool) -> None:
    begin = datetime(2026, 11, 27, 8, tzinfo=UTC)
    ended_at = begin + timedelta(hours=1) if is_ended else None
    decision = NamesDecision(
        number=1,
        decided_at=begin,
        actor_id="jens.dam",
        actor_name="Jens Dam",
        reason="en alarm",
        until=begin + timedelta(days=days),
        with_stream=False,
        ended_at=ended_at,
    )
    end = ended_at or decision.until
    assert decision.is_in_force(begin + after) is (begin + after < end)
    assert not decision.is_in_force(begin - timedelta(seconds=1))


@given(st.none() | st.integers(-5, 200), st.booleans())
def test_a_decision_needs_a_reason_and_an_end_within_a_quarter(days: int | None, has_reason: bool) -> None:
    faults = faults_of(days, None, has_reason=has_reason)
    assert (NamesFault.REASON_MISSING in faults) is not has_reason
    assert (NamesFault.DAYS_WRONG not in faults) is (days in range(1, MOST_DAYS + 1))
