"""Whatever a record or a rejection is made of, it can be stored, or it is refused with field and rule."""

import json
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.people import Address, PersonFact, Responsible, Unit
from schemas.record import FUTURE_TIME, QualityFlag, Rejection, RejectionRule, SourceRecord
from tests.factories import OBSERVED_AT, make_effort, make_party, make_record
from tests.schemas.test_text import ANY_TEXT

NASTY = "Fa\x00mi\u00adlie a\u030a\u00a0b"
CLEAN = "Familie å b"


def test_every_text_of_a_record_is_normalised_and_the_loss_is_flagged() -> None:
    unit = Unit(id="social:1", name=NASTY, phone="44\x00 77")
    effort = make_effort(NASTY).model_copy(update={"responsible": Responsible(unit=unit)})
    record = make_record(fact=effort, parties=[make_party(name=NASTY)])
    stored = record.model_dump_json()
    assert "\\u0000" not in stored
    assert stored.count(CLEAN) == 3
    assert '"44 77"' in stored
    lossy = {"title", "responsible.unit.name", "responsible.unit.phone", "parties.name"}
    assert {flag.field for flag in record.quality} == lossy
    assert SourceRecord.model_validate_json(stored) == record


def test_the_same_text_written_in_two_ways_is_the_same_statement() -> None:
    person = PersonFact(given_name="Åse", address=Address(town="Kjærgård"))
    decomposed = PersonFact(given_name="A\u030ase", address=Address(town="Kjærga\u030ard"))
    assert make_record(fact=person).digest == make_record(fact=decomposed).digest


def test_a_time_in_the_future_is_kept_and_flagged_and_is_no_other_statement() -> None:
    stamped = OBSERVED_AT + timedelta(days=365 * 100)
    record = make_record(registered_at=stamped)
    assert record.registered_at == stamped
    assert record.quality == (QualityFlag(field="registered_at", rule=FUTURE_TIME),)
    assert record.digest == make_record(registered_at=stamped, observed_at=stamped).digest
    again = SourceRecord.model_validate(record.model_dump(exclude={"digest"}) | {"observed_at": stamped})
    assert again.digest == record.digest


def test_a_version_beyond_64_bits_has_no_order() -> None:
    assert [make_record(version_order=number).version_order for number in (2**63 - 1, 2**63, -(10**5000))] == [
        2**63 - 1,
        None,
        None,
    ]


@settings(max_examples=200)
@given(*[st.one_of(ANY_TEXT, st.none(), st.integers(), st.just("x" * 100_000))] * 4)
def test_a_rejection_can_be_made_of_anything(
    record_type: object, source_id: object, field: object, masked_value: object
) -> None:
    rejection = Rejection.model_validate(
        {"record_type": record_type, "source_id": source_id, "field": field}
        | {"masked_value": masked_value, "rule": RejectionRule.WRONG_SHAPE, "raw": b"x" * 2_000_000}
    )
    stored = rejection.model_dump_json(exclude={"raw"})
    assert "\\u0000" not in stored
    assert len(json.loads(stored)["field"]) <= 300
    assert rejection.raw is None
