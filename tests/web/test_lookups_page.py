"""Opslag: who looked at a citizen, what an employee looked at, with which relation then, on the page and as a file."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

from hub.clock import FixedClock
from schemas.access import AuditAction
from tests.web import maja
from tests.web.conftest import Town
from tests.web.test_oversight import acts

LIST = "/tilsyn/opslag"


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def _look_ups(town: Town) -> None:
    """Anna of the team opens and prints; Ole, with no relation, for a stated reason."""
    citizen_id = town.ids[maja.MAJA]
    town.client("anna.holm").get(f"/overblik/{citizen_id}")
    ole = town.client("ole.bruun")
    ole.post(f"/overblik/{citizen_id}/grund", purpose="case_work", reason="Akut henvendelse fra hjemmet i nat")


def _rows(content: str) -> list[dict[str, str]]:
    assert content.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(content[1:]), delimiter=";"))


def test_who_has_seen_a_citizen_with_purpose_areas_and_the_relation_at_the_time(town: Town) -> None:
    _look_ups(town)
    jens = town.client("jens.dam")
    page = _text(jens.post(LIST, citizen="750786-4002").text)
    for words in (
        "Hvem har set Maja Testborger?",
        "2 opslag af 2 medarbejdere om 1 borger fra",
        "1 uden relation",
        "På teamet",
        "Ingen relation",
        "social; ikke udskrevet",
        "«Akut henvendelse fra hjemmet i nat»",
        "Hjemmeplejen",
    ):
        assert words in page, words
    assert "750786" not in page
    without = _text(jens.get(f"{LIST}?borger={town.ids[maja.MAJA]}&uden=ja").text)
    assert "Ole Bruun" in without.partition("Relation og ret")[2]
    assert "På teamet" not in without.partition("Relation og ret")[2]


def test_what_an_employee_has_seen_counts_those_without_a_relation(town: Town, clock: FixedClock) -> None:
    _look_ups(town)
    jens = town.client("jens.dam")
    page = _text(jens.post(LIST, employee="ole.bruun").text)
    assert "1 opslag af 1 medarbejder om 1 borger" in page
    assert "1 uden relation" in page
    clock.move(timedelta(days=3))
    today = clock.now().date().isoformat()
    later = _text(jens.post(LIST, employee="ole.bruun", first=today, last=today).text)
    assert "Ingen opslag fra" in later
    assert "Alle medarbejdere" in later
    assert "Ingen borger har det nummer" in _text(jens.post(LIST, citizen="0101010001").text)


def test_a_file_has_pseudonyms_unless_names_are_asked_for_and_is_a_line_of_the_log(town: Town) -> None:
    _look_ups(town)
    jens, citizen_id = town.client("jens.dam"), str(town.ids[maja.MAJA])
    page = jens.get(f"{LIST}?borger={citizen_id}").text
    addresses = [unescape(each) for each in re.findall(rf'href="({re.escape(LIST)}\.csv[^"]+)"', page)]
    hidden, named = (jens.get(address) for address in addresses)
    assert "no-store" in hidden.headers["cache-control"]
    rows = _rows(hidden.text)
    assert [row["Uden relation"] for row in rows] == ["ja", "nej"]
    assert len({row["Borger"] for row in rows}) == 1
    for secret in ("Ole Bruun", "ole.bruun", citizen_id, "Maja"):
        assert secret not in hidden.text
    assert "Ole Bruun (ole.bruun)" in named.text
    assert citizen_id not in named.text
    (act, _) = acts(town, AuditAction.EXPORT_LOG)
    assert str(act.lines[0].entry.citizen_id) == citizen_id
    assert act.lines[0].entry.details["period"]


def test_a_period_that_is_none_is_told_and_the_latest_is_shown(town: Town) -> None:
    jens = town.client("jens.dam")
    assert "»Fra« er efter »til«. Byt de to datoer om." in _text(jens.get(f"{LIST}?fra=2023-05-02&til=2023-05-01").text)
    assert "»Fra« er ikke en dato." in _text(jens.post(LIST, first="070586-4002", employee="ole.bruun").text)


def test_nobody_but_the_dpo_sees_or_exports_look_ups(town: Town) -> None:
    for actor_id in ("anna.holm", "tine.skov"):
        client = town.client(actor_id)
        for address in (LIST, f"{LIST}.csv", f"/api{LIST}"):
            assert client.get(address).status_code == 403


def test_the_api_tells_the_same(town: Town) -> None:
    _look_ups(town)
    answer = town.client("jens.dam").get(f"/api{LIST}?without_relation=true").json()
    assert answer["counts"]["without_relation"] == 1
    (lookup,) = answer["lookups"]
    assert (lookup["actor_id"], lookup["relation"], set(lookup["areas"])) == ("ole.bruun", "none", {"health", "social"})
