"""Stikprøver: drawn, sent to a manager, reviewed by somebody else, drawn again by the seed, and taken along."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hub.clock import FixedClock
from hub.web.samples.present import BOUNDS
from hub.web.samples.routes import read_parameters
from schemas.access import AuditAction
from schemas.sample import SampleParameters
from tests.web import maja
from tests.web.conftest import Town
from tests.web.test_oversight import acts

LIST = "/tilsyn/stikproever"
WORDS = "Ole havde vagten og blev ringet op"


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def _lead(town: Town, unit: str = "health:310") -> None:
    functions = f'[{{"name": "leder", "role": "manager", "units": ["{unit}"], "kle": null}}]'
    with town.context.database.transaction() as session:
        session.execute(
            text("UPDATE actors SET functions = cast(:f AS jsonb) WHERE id = 'gitte.berg'"), {"f": functions}
        )


def _look_ups(town: Town, clock: FixedClock) -> None:
    """Anna of the team opens; Ole, with no relation, for a stated reason; both are old enough to be drawn."""
    town.client("anna.holm").get(f"/overblik/{town.ids[maja.MAJA]}")
    ole = town.client("ole.bruun")
    ole.post(f"/overblik/{town.ids[maja.MAJA]}/grund", purpose="case_work", reason="Akut henvendelse fra hjemmet i nat")
    clock.move(timedelta(minutes=10))


def _draw(town: Town, **typed: str) -> str:
    day = town.clock.now().date().isoformat()
    return town.client("jens.dam").post(LIST, **{"first_day": day, "last_day": day, **typed}).text


def _line_of(page: str, name: str) -> str:
    rows = re.findall(r'<tr role="row"><td role="cell" data-label="Linje">.*?</tr>', page, re.DOTALL)
    row = next(each for each in rows if name in each)
    address = re.search(r'href="([^"]+)"', row)
    assert address
    return address[1]


def test_a_sample_is_drawn_and_drawn_again_and_says_what_cannot_be_checked(town: Town, clock: FixedClock) -> None:
    jens = town.client("jens.dam")
    assert "Der er ingen opslag i perioden" in _text(_draw(town))
    _look_ups(town, clock)
    page = _draw(town)
    words = _text(page)
    for sentence in (
        "Stikprøven er trukket:",
        "Uden relation på det tidspunkt",
        "Kan ikke kontrolleres: Helhed har ikke medarbejdernes adresser.",
        "Loggen var ikke forseglet endnu",
        "Venter på gennemgang",
    ):
        assert sentence in words, sentence
    assert "750786" not in words
    assert "Maja" not in words
    assert "de samme linjer" in _text(jens.get(f"{LIST}/1?kontrol=ja").text)
    assert len(re.findall(r"<code>[0-9a-f]{64}</code>", page)) == 2
    with town.context.database.transaction() as session:
        stored = session.execute(text("SELECT seed, population FROM audit_samples")).one()
        assert stored.population >= 2
        assert len(bytes.fromhex(stored.seed)) == 32
    with pytest.raises(DBAPIError, match="append-only"), town.context.database.transaction() as session:
        session.execute(text("UPDATE audit_sample_lines SET seq = 1"))


def test_a_line_is_reviewed_by_somebody_else_and_a_later_review_is_added(town: Town, clock: FixedClock) -> None:
    _look_ups(town, clock)
    jens = town.client("jens.dam")
    address = _line_of(_draw(town), "Ole Bruun")
    assert "Ole Bruun" in _text(jens.get(address).text)
    short = jens.post(f"{address}/gennemgang", outcome="work_related", words="123", events_seen="0").text
    assert "Skriv det med ord" in short
    assert 'value="work_related" required checked' in short
    asked = jens.post(f"{address}/spoerg", words="Spurgt på mail, svar følger", events_seen="0").text
    assert "Det er noteret, at Ole Bruun er bedt om en forklaring." in asked
    done = jens.post(f"{address}/gennemgang", outcome="follow_up", words=f"{WORDS} 750786-4002", events_seen="1").text
    assert "Gennemgangen er gemt: skal følges op." in done
    assert "7507864002" not in done.replace("-", "")
    meanwhile = jens.post(f"{address}/gennemgang", outcome="work_related", words=WORDS, events_seen="1").text
    assert "En anden har skrevet om linjen" in meanwhile
    done = jens.post(f"{address}/gennemgang", outcome="work_related", words=WORDS, events_seen="2").text
    assert "Gennemgået: skal følges op" in done
    assert "Gennemgået: arbejdsbetinget" in done
    (act, *_) = acts(town, AuditAction.REVIEW_SAMPLE)
    assert act.lines[0].entry.object_id == "ole.bruun"


def test_a_manager_sees_the_lines_that_were_sent_alone_and_not_whom_they_are_about(
    town: Town, clock: FixedClock
) -> None:
    _lead(town)
    _look_ups(town, clock)
    page = _draw(town, send="ja")
    mine, other = _line_of(page, "Ole Bruun"), _line_of(page, "Anna Holm") if "Anna Holm" in page else None
    manager = town.client("gitte.berg")
    listed = _text(manager.get(LIST).text)
    assert "Ole Bruun" in listed
    assert "Anna Holm" not in listed
    shown = _text(manager.get(mine).text)
    assert "En borger, som ikke nævnes for lederen" in shown
    assert str(town.ids[maja.MAJA])[:8] not in shown
    if other:
        assert manager.get(other).status_code == 404
    assert manager.get(f"{LIST}/1").status_code == 404
    assert manager.get(f"{LIST}/1/bevis.pdf").status_code == 403
    done = manager.post(f"{mine}/gennemgang", outcome="work_related", words=WORDS, events_seen="1").text
    assert "Gennemgangen er gemt: arbejdsbetinget." in done


def test_nobody_else_comes_here(town: Town, clock: FixedClock) -> None:
    _look_ups(town, clock)
    _draw(town)
    for actor_id in ("ole.bruun", "tine.skov"):
        client = town.client(actor_id)
        for address in (LIST, f"{LIST}/1/linjer.csv"):
            assert client.get(address).status_code == 403
        assert client.post(LIST, first_day="2023-09-01", last_day="2023-09-12").status_code == 403
    assert town.client("jens.dam").get(f"{LIST}/99").status_code == 404


def test_the_evidence_has_seed_strata_and_pseudonyms_and_is_a_line_of_the_log(town: Town, clock: FixedClock) -> None:
    _look_ups(town, clock)
    _draw(town)
    jens = town.client("jens.dam")
    paper = jens.get(f"{LIST}/1/bevis.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    table = jens.get(f"{LIST}/1/linjer.csv").text
    for word in ("Frø;", "Fingeraftryk af dem;", "Uden relation på det tidspunkt", "medarbejder-", "de samme linjer"):
        assert word in table, word
    for secret in ("ole.bruun", "Ole Bruun", str(town.ids[maja.MAJA])):
        assert secret not in table
    assert len(acts(town, AuditAction.EXPORT_SAMPLE)) == 2


def test_what_was_typed_wrong_is_named_and_the_bounds_are_those_of_the_parameters() -> None:
    parameters, faults = read_parameters({"first_day": "i går", "last_day": "2023-09-12", "percent": "99"})
    assert parameters is None
    assert faults == (
        "»Fra« er ikke en dato. Skriv den som år-måned-dag, for eksempel 2026-01-31.",
        "»Tilfældige i procent« skal være et helt tal fra 1 til 20. Ret tallet.",
    )
    for name, (least, most) in BOUNDS.items():
        limits = SampleParameters.model_fields[name].metadata
        assert [getattr(each, "ge", getattr(each, "le", None)) for each in limits] == [least, most]
