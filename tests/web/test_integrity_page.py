"""Er loggen hel?: one sentence, who has witnessed it, and the log itself for who verifies it elsewhere."""

import gzip
import json
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from helhed_verify.note import split_notes
from helhed_verify.proofs import verify_proof
from helhed_verify.verification import verify_export
from hub.audit.handing import hand_to_witnesses
from hub.audit.integrity import LogIntegrity, WitnessState, verify_log
from hub.audit.signing import signer_of
from hub.audit.streaming import StreamStatus
from hub.audit.witnesses import FileWitness
from hub.settings import Settings
from hub.web.integrity import texts
from hub.web.integrity.present import days_of, headline, integrity_page
from hub.web.shell.view_models import Link
from hub.worker.sealing import seal_all
from schemas.access import AuditAction
from tests.access_town import NOW
from tests.web.conftest import Town
from tests.web.test_oversight import acts

SIGNER = signer_of(Settings(demo=True))
PAGE = "/tilsyn/loggen"
WHOLE = LogIntegrity(
    lines=1_204_118,
    signed_at=NOW,
    waiting=0,
    is_sealing_behind=False,
    witnesses=(WitnessState(name="file", size=1_204_118, signed_at=NOW, is_behind=False),),
    faults=(),
    verified_at=NOW,
    erased=0,
    findings=(),
    oldest=NOW - timedelta(days=600),
)

NOT_BEGUN: dict[str, object] = {"lines": 0, "signed_at": None, "verified_at": None, "witnesses": ()}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "Loggen er hel: 1.204.118 linjer, sidst bevidnet kl. 09.00"),
        (NOT_BEGUN, "Loggen er ikke forseglet endnu"),
        (
            {**NOT_BEGUN, "witnesses": WHOLE.witnesses},
            "Loggen er ikke hel: den har været forseglet, men ingen linje er det nu",
        ),
        (
            {"findings": ("edited: line 4: it is not the line",)},
            "Loggen er ikke hel: 1 fejl ved efterprøvningen kl. 09.00",
        ),
        ({"witnesses": ()}, "Loggen er forseglet, men ikke bevidnet: 1.204.118 linjer"),
        ({"waiting": 7, "is_sealing_behind": True}, "Loggen forsegles ikke længere: 7 linjer venter"),
        (
            {**NOT_BEGUN, "waiting": 7, "is_sealing_behind": True},
            "Loggen er ikke forseglet endnu: 7 linjer venter",
        ),
        (
            {"faults": ("sealing: the newest checkpoint is not the log's own",)},
            "Loggen forsegles ikke: den passer ikke med det, der er underskrevet før",
        ),
        (
            {"verified_at": NOW - timedelta(days=3)},
            "Loggen er forseglet, men ikke efterprøvet i over et døgn: 1.204.118 linjer, sidst bevidnet kl. 09.00",
        ),
        (
            {"verified_at": None},
            "Loggen er forseglet, men endnu ikke efterprøvet: 1.204.118 linjer, sidst bevidnet kl. 09.00",
        ),
        (
            {"witnesses": (*WHOLE.witnesses, WitnessState(name="x", size=0, signed_at=None, is_behind=True))},
            "Loggen er forseglet, men et vidne er bagud: 1.204.118 linjer, sidst bevidnet kl. 09.00",
        ),
    ],
)
def test_one_sentence_says_the_worst_that_can_be_said(change: dict[str, object], sentence: str) -> None:
    assert headline(WHOLE.model_copy(update=change), NOW) == sentence


@pytest.mark.parametrize(
    ("change", "is_trouble"),
    [
        ({}, False),
        (NOT_BEGUN, False),
        ({**NOT_BEGUN, "waiting": 3}, False),
        ({**NOT_BEGUN, "waiting": 3, "is_sealing_behind": True}, True),
        ({**NOT_BEGUN, "faults": ("sealing: no key",)}, True),
        ({**NOT_BEGUN, "verified_at": NOW}, True),
        ({**NOT_BEGUN, "witnesses": WHOLE.witnesses}, True),
        ({"findings": ("edited: line 4: it is not the line",)}, True),
        ({"witnesses": ()}, True),
    ],
)
def test_a_log_that_is_not_begun_is_no_trouble_and_one_that_is_gone_is(
    change: dict[str, object], *, is_trouble: bool
) -> None:
    assert WHOLE.model_copy(update=change).is_trouble(NOW) is is_trouble


def test_the_log_is_fetched_and_verified_elsewhere(town: Town, tmp_path: Path) -> None:
    jens, context = town.client("jens.dam"), town.context
    assert "Loggen er ikke forseglet endnu" in jens.get("/tilsyn").text
    assert "Der er intet at hente endnu." in jens.get(PAGE).text
    assert "Loggen er ikke forseglet endnu." in jens.get(f"{PAGE}/eksport").text
    witness = FileWitness(tmp_path / "witness.txt")
    seal_all(context, SIGNER)
    hand_to_witnesses(context.database, [witness], context.clock.now())
    verify_log(context.database, SIGNER, context.clock.now(), 24)
    page = jens.get(PAGE).text
    assert "Loggen er hel: " in page
    assert "sidst bevidnet kl. " in page
    assert "Loggen er hel: " in jens.get("/tilsyn").text
    answer = jens.get(f"{PAGE}/eksport")
    assert answer.headers["content-type"] == "application/gzip"
    lines = gzip.decompress(answer.content).splitlines(keepends=True)
    notes = list(split_notes(witness.path.read_text(encoding="utf-8")))
    report = verify_export(lines, [], notes)
    assert report.is_whole, report.findings
    assert report.lines > 0
    assert verify_proof(jens.get(f"{PAGE}/bevis?linje=1").json(), [SIGNER.key]) is None
    assert verify_proof(jens.get(f"{PAGE}/bevis?fra={report.lines}").json(), [SIGNER.key]) is None
    assert "Linjen 999999 er ikke i loggen" in jens.get(f"{PAGE}/bevis?linje=999999").text
    assert "da loggen havde 999.999 linjer" in jens.get(f"{PAGE}/bevis?fra=999999").text
    assert len(acts(town, AuditAction.READ_INTEGRITY)) >= 2
    assert len(acts(town, AuditAction.EXPORT_LOG)) == 6


def test_the_log_is_fetched_as_events_of_some_days_and_that_is_a_line(town: Town) -> None:
    jens, context = town.client("jens.dam"), town.context
    assert "Loggen er ikke forseglet endnu." in jens.get(f"{PAGE}/haendelser").text
    seal_all(context, SIGNER)
    answer = jens.get(f"{PAGE}/haendelser?form=fhir&fra=2020-01-01")
    assert answer.headers["content-disposition"].startswith('attachment; filename="helhed-fhir-2020-01-01-')
    events = [json.loads(line) for line in gzip.decompress(answer.content).splitlines()]
    assert {event["resourceType"] for event in events} == {"AuditEvent"}
    assert "Jens" not in gzip.decompress(answer.content).decode()
    (act,) = acts(town, AuditAction.EXPORT_EVENTS)
    details = act.lines[0].entry.details
    assert (details["form"], details["since"]) == ("fhir", "2020-01-01")
    assert "Skriv en dag som" in jens.get(f"{PAGE}/haendelser?fra=1.11.2026").text
    assert "Byt om på dem" in jens.get(f"{PAGE}/haendelser?fra=2026-11-02&til=2026-11-01").text
    assert town.client("tine.skov").get(f"{PAGE}/haendelser").status_code == 200
    assert town.client("anna.holm").get(f"{PAGE}/haendelser").status_code == 403


def test_the_page_says_how_far_the_system_has_the_log_that_watches() -> None:
    status = StreamStatus(
        receiver="syslogs://siem.test", waiting=1, oldest=NOW, delivered_at=None, fault="it does not answer: OSError"
    )
    days = partial(integrity_page, WHOLE, retention_months=24, days=(), back=Link("", ""), may_export=False)
    assert days(NOW).stream is None
    panel = days(NOW, stream=status).stream
    assert panel is not None
    assert (panel.state, panel.waiting, panel.is_behind) == ("følger med", "1 linje", False)
    late = days(NOW + timedelta(minutes=11), stream=status).stream
    assert late is not None
    assert (late.state, late.fault) == ("bagud", "it does not answer: OSError")


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("", "", (date(2026, 10, 28), date(2026, 11, 27))),
        ("2026-11-01", "", (date(2026, 11, 1), date(2026, 11, 27))),
        ("2026-11-01", "2026-11-01", (date(2026, 11, 1), date(2026, 11, 1))),
        ("0001-01-01", "", texts.NO_DAY),
        ("", "0001-01-02", texts.NO_DAY),
        ("", "9999-12-31", texts.NO_DAY),
        ("i går", "", texts.NO_DAY),
    ],
)
def test_days_are_read_as_they_are_typed(first: str, last: str, days: object) -> None:
    assert days_of(first, last, date(2026, 11, 27)) == days


def test_administrators_see_whether_it_is_whole_and_nothing_that_it_says(town: Town) -> None:
    tine = town.client("tine.skov")
    page = tine.get(PAGE)
    assert page.status_code == 200
    assert "Efterprøv selv" not in page.text
    assert tine.get(f"{PAGE}/eksport").status_code == 403
    assert tine.get(f"{PAGE}/bevis?linje=1").status_code == 403
    assert town.client("anna.holm").get(PAGE).status_code == 403


def test_the_dpo_lets_events_name_people_for_a_time_and_ends_it(town: Town) -> None:
    jens, tine, context = town.client("jens.dam"), town.client("tine.skov"), town.context
    seal_all(context, SIGNER)
    named = f"{PAGE}/haendelser?fra=2020-01-01&navne=ja"
    assert "Der er ingen afgørelse, der gælder." in jens.get(named).text
    again = jens.post(f"{PAGE}/navne", days="400", reason="nej", stream="ja").text
    assert "»Antal dage« skal være et helt tal fra 1 til 92." in again
    assert "»Hvorfor?« mangler en begrundelse." in again
    assert 'value="400"' in again, "nothing that was typed is lost"
    assert "nej</textarea>" in again
    assert 'name="stream" value="ja" checked' in again
    done = jens.post(f"{PAGE}/navne", days="30", reason="En alarm skal følges op").text
    assert "Afgørelsen gælder nu." in done
    assert "«En alarm skal følges op»" in done
    assert "Overvågningen får pseudonymer." in done
    events = gzip.decompress(jens.get(named).content).decode()
    assert '"id":"jens.dam","full_name":"Jens Dam"' in events
    assert "Maja" not in events
    assert tine.get(named).status_code == 403
    assert "Jens" not in gzip.decompress(tine.get(f"{PAGE}/haendelser?fra=2020-01-01").content).decode()
    page = tine.get(PAGE).text
    assert "Databeskyttelsesrådgiveren har afgjort" in page
    assert "En alarm skal følges op" not in page
    assert tine.post(f"{PAGE}/navne", days="1", reason="En alarm skal følges op").status_code == 403
    assert tine.post(f"{PAGE}/navne/afslut").status_code == 403
    assert "Hændelserne har pseudonymer igen." in jens.post(f"{PAGE}/navne/afslut").text
    assert "Der er ingen afgørelse, der gælder." in jens.get(named).text
    assert len(acts(town, AuditAction.DECIDE_EVENT_NAMES)) >= 5


def test_the_api_hands_out_the_same_events_and_the_same_decision(town: Town) -> None:
    jens, context = town.client("jens.dam"), town.context
    seal_all(context, SIGNER)
    address, token = f"/api{PAGE}/haendelser", {"X-CSRF-Token": jens.token()}
    assert jens.get(f"{address}?names=true").json()["type"] == "urn:helhed:events_not_given"
    assert jens.get(f"{address}?first_day=x").status_code == 422
    assert jens.get(f"/api{PAGE}/navne").json()["decision"] is None
    ask = {"days": 10, "reason": "En alarm skal følges op", "with_stream": True}
    decided = jens.http.post(f"/api{PAGE}/navne", json=ask, headers=token).json()
    assert (decided["decision"]["with_stream"], decided["faults"]) == (True, [])
    again = jens.http.post(f"/api{PAGE}/navne", json=ask, headers=token).json()
    assert [fault["fault"] for fault in again["faults"]] == ["in_force"]
    answer = jens.get(f"{address}?names=true&first_day=2020-01-01")
    assert "Jens Dam" in gzip.decompress(answer.content).decode()
    ended = jens.http.post(f"/api{PAGE}/navne/afslut", headers=token).json()
    assert ended["decision"] is None
