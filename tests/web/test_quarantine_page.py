"""Quarantine: nothing stands there as the source wrote it; Kilder counts it and leads there."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import RecordTypeInfo, Stream
from connectors.masking import value_shape
from connectors.sources.health import streams as health
from connectors.sources.social import streams as social
from hub.clock import FixedClock
from hub.quarantine import service as quarantine
from hub.quarantine.rules import shown_key
from hub.web.shell.field_labels import FIELD, FIELD_OTHER, field_word, source_name
from schemas.people import PersonFact
from schemas.record import Rejection, RejectionRule
from tests.sources import GivenConnector, SilentSource
from tests.web import maja
from tests.web.conftest import Town, plain_record


def refused(number: int, case: int, **more: Any) -> Rejection:
    """A granted effort of a case, whose start is no date."""
    fields: dict[str, Any] = {
        "record_type": "Ydelse",
        "source_id": f"demo:{number}",
        "field": "startdato",
        "rule": RejectionRule.BAD_DATE,
        "masked_value": "31-••-••••",
        "raw": json.dumps({"id": number, "sagId": case, "cprnr": "750786-4002"}).encode(),
    }
    return Rejection(**fields | more)


@pytest.fixture
def dubu(town: Town, clock: FixedClock) -> Callable[..., None]:
    """Puts rows of DUBU, with its own types, into quarantine."""
    town.context.catalogue.builder.kinds["test_social"] = GivenConnector(DubuSource(maja.SOCIAL))
    town.context.catalogue.forget_connector("social")

    def put(*rejected: Rejection) -> None:
        with town.context.database.transaction() as session:
            quarantine.add(session, "social", rejected, cipher=town.context.payload_cipher, now=clock.now())

    return put


class DubuSource(SilentSource):
    """Declares what DUBU declares."""

    def discover(self) -> tuple[Stream, ...]:
        return (Stream(name="all", danish_title="Alt", record_types=social.RECORD_TYPES),)


HARD: tuple[tuple[dict[str, Any], str], ...] = (
    ({"record_type": "Mette Hansen, 750786-4002"}, "En anden slags linje: startdato"),
    ({"field": "kontakt.Mette Hansen"}, f"Bevilgede indsatser: {FIELD_OTHER}"),
    ({"source_id": "Mette Hansen"}, "nøgle xxxxx xxxxxx"),
    ({"source_id": "demo:7507864002"}, "nøgle demo:••••••-••••"),
    ({"source_id": None, "raw": None}, "Uden nøgle"),
    ({"raw": b'{"sagId": "Mette Hansen"}'}, "Sag xxxxx xxxxxx, nøgle demo:6"),
    ({"raw": b"not JSON"}, "Nøgle demo:7"),
)


def test_nothing_stands_in_quarantine_as_the_source_wrote_it(town: Town, dubu: Callable[..., None]) -> None:
    dubu(*(refused(number, 10_013, **more) for number, (more, _) in enumerate(HARD, start=1)))
    browser = town.client("tine.skov")
    pages = browser.get("/karantaene").text
    pages += "".join(browser.get(f"/karantaene/fejl/{key}").text for key in set(re.findall("/fejl/([0-9a-f]+)", pages)))
    for _, shown in HARD:
        assert shown in pages
    for raw in ("Mette Hansen", "750786-4002", "7507864002", ">Ydelse", "startdato</code>"):
        assert raw not in pages


def test_kilder_counts_what_could_not_be_read_and_leads_to_it(
    town: Town, dubu: Callable[..., None], clock: FixedClock
) -> None:
    dubu(refused(1, 10_012), refused(2, 10_013))
    browser = town.client("tine.skov")
    page = browser.get("/kilder").text
    assert "2 linjer kunne ikke læses" in page
    assert page.index("Kræver dig") < page.index("2 linjer kunne ikke læses") < page.index("De andre kilder")
    only = browser.get("/karantaene?kilde=social").text
    assert f"Her står kun det, der kom fra {maja.SOCIAL.title}." in only
    assert "Bevilgede indsatser: startdato" in only
    assert "Bevilgede indsatser" not in browser.get("/karantaene?kilde=health").text
    assert browser.get("/karantaene?kilde=findes-ikke").status_code == 404
    corrected = plain_record("Ydelse", maja.MAJA, PersonFact(given_name="Maja", family_name="Testborger"))
    corrected = corrected.model_copy(update={"source_id": "demo:1"})
    with town.context.database.transaction() as session:
        quarantine.resolve_published(session, [corrected], clock.now())
    assert "1 linje kunne ikke læses" in browser.get("/kilder").text


@pytest.mark.parametrize(
    "record_type", [*social.RECORD_TYPES, *health.RECORD_TYPES], ids=lambda declared: declared.name
)
def test_every_field_that_is_read_has_a_danish_word(record_type: RecordTypeInfo) -> None:
    fields = [field.split(" ")[0] for field in record_type.fields_read if field != "contained og opslag"]
    assert [field for field in fields if FIELD_OTHER in field_word(field)] == []


WORDS = [*FIELD.values(), FIELD_OTHER]
SAYABLE = frozenset((*WORDS, *(f"{parent}, {last}" for parent in WORDS for last in WORDS)))


@given(st.lists(st.one_of(st.sampled_from(sorted(FIELD)), st.text(max_size=8)), max_size=5).map(".".join))
def test_a_field_is_said_in_words_of_ours_whatever_its_path(path: str) -> None:
    assert field_word(path) in SAYABLE


@given(st.lists(st.one_of(st.sampled_from(sorted(FIELD)), st.text(max_size=8)), max_size=5).map(".".join))
def test_a_supplier_s_name_of_a_field_is_said_where_we_know_every_part_of_it(path: str) -> None:
    assert set((source_name(path) or next(iter(FIELD))).split(".")) <= FIELD.keys()


def test_of_a_list_the_supplier_s_name_has_no_numbers() -> None:
    assert source_name("sagsparter.0.tilDato") == "sagsparter.tilDato"


@given(st.text(min_size=1, max_size=40))
def test_of_a_key_that_could_say_who_it_is_only_the_shape_is_shown(text: str) -> None:
    key = f"Mette {text}"
    assert "Mette" not in shown_key(key) or "••••" in shown_key(key)


@pytest.mark.parametrize("key", ["demo:10012/34", "12", "p-7", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"])
def test_a_technical_key_is_shown_whole(key: str) -> None:
    assert shown_key(key) == key
    assert shown_key(key.upper() + " ") == value_shape(key.upper() + " ")
