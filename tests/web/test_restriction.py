"""A restricted citizen (GDPR article 18): on no answer to anybody but the DPO, whoever tries is told the truth."""

import re

from hub.overview import repository as overviews
from hub.rights.restriction_repository import list_restrictions
from schemas.access import AuditAction, AuditOutcome
from tests.web import maja
from tests.web.conftest import Town
from tests.web.my_pages import own_browsing
from tests.web.test_oversight import acts, rows
from tests.web.test_rights import plain, send

PATH = "/tilsyn/rettigheder"
WHY = "Borgeren bestrider, at oplysningerne er rigtige"
OVER = "Oplysningerne er undersøgt og er rigtige"


def test_whoever_tries_is_told_and_sees_nothing_until_it_is_lifted(town: Town) -> None:
    jens, anna, key, ida = town.client("jens.dam"), town.client("anna.holm"), town.ids[maja.MAJA], town.ids[maja.IDA]
    before = anna.get(f"/overblik/{ida}").text
    assert "Maja" in before
    address = f"{PATH}/{key}"
    assert "Begrundelsen mangler" in plain(jens.post(f"{address}/begraensning", reason="kort").text)
    assert "Dagen er passeret" in plain(jens.post(f"{address}/begraensning", reason=WHY, review_on="2020-01-01").text)
    placed = plain(jens.post(f"{address}/begraensning", reason=f"{WHY} om Maja", review_on="").text)
    assert "Ingen andre end dig ser borgerens oplysninger nu." in placed
    assert "Maja" not in placed
    assert "i forvejen" in plain(jens.post(f"{address}/begraensning", reason=WHY).text)
    assert "1 begrænsning gælder nu" in plain(jens.get(PATH).text)

    refused = anna.get(f"/overblik/{key}")
    assert refused.status_code == 403
    assert "Behandlingen af borgerens oplysninger er begrænset" in plain(refused.text)
    problem = anna.get(f"/api/overblik/{key}")
    assert (problem.status_code, "begrænset" in problem.text) == (403, True)
    (line, *_) = acts(town, AuditAction.OPEN_OVERVIEW)[0].lines
    assert line.entry.outcome is AuditOutcome.REFUSED, "the log does not say that there is nobody"
    for page in (f"/overblik/{ida}", f"/familie/{ida}", f"/tidslinje/{ida}", f"/api/overblik/{ida}", "/", "/adviser"):
        answer = anna.get(page)
        assert "Maja" not in plain(answer.text), page
        assert str(key) not in answer.text, page
    assert anna.get(f"/punkter/{key}").status_code in {403, 404}
    for page, action in (
        (f"/plan/{key}", AuditAction.READ_PLAN),
        (f"/api/plan/{key}", AuditAction.READ_PLAN),
        (f"/proevehandlinger/{key}", AuditAction.READ_PLAN),
        (f"/samtykker/{key}", AuditAction.READ_CONSENTS),
        (f"/api/samtykker/{key}", AuditAction.READ_CONSENTS),
    ):
        answer = anna.get(page)
        assert (answer.status_code, "begrænset" in plain(answer.text)) == (403, True), page
        (line, *_) = acts(town, action)[0].lines
        assert (line.entry.outcome, line.entry.citizen_id) == (AuditOutcome.REFUSED, key), page
    tine = town.client("tine.skov")
    answer = tine.get(f"/identitet/borger/{key}")
    assert (answer.status_code, "begrænset" in plain(answer.text)) == (403, True)
    (line, *_) = acts(town, AuditAction.READ_IDENTITIES)[0].lines
    assert (line.entry.outcome, line.entry.citizen_id) == (AuditOutcome.REFUSED, key)
    assert jens.get(f"{address}").status_code == 200
    copied = send(jens, f"/api{address}/kopi", {}).json()["subject_copy"]
    assert copied["person"]["given_name"] == "Maja", "the DPO still makes the citizen's copy"
    assert copied["facts"]

    (restriction,) = stored(town)
    lift = f"{address}/begraensning/{restriction}/ophaev"
    assert "Underret borgeren først" in plain(jens.post(lift, reason=OVER).text)
    assert "Ophævet: de, der må" in plain(jens.post(lift, reason=OVER, told="ja").text)
    assert "Det er ophævet i forvejen" in plain(jens.post(lift, reason=OVER, told="ja").text)
    assert anna.get(f"/overblik/{key}").status_code == 200
    assert "Maja" in anna.get(f"/overblik/{ida}").text
    (row, *_) = rows(acts(town, AuditAction.LIFT_RESTRICTION))
    assert row.reason == OVER


def stored(town: Town) -> list[int]:
    with town.context.database.transaction() as session:
        return [each.id for each in list_restrictions(session, town.ids[maja.MAJA]) if each.stands]


def test_the_api_does_the_same_and_nobody_but_the_dpo(town: Town) -> None:
    jens, key = town.client("jens.dam"), town.ids[maja.MAJA]
    address = f"/api{PATH}/{key}"
    for actor_id in ("anna.holm", "tine.skov"):
        client = town.client(actor_id)
        assert send(client, f"{address}/begraensning", {"reason": WHY}).status_code == 403
    assert send(jens, f"{address}/begraensning", {"reason": "kort"}).json()["faults"][0]["fault"] == "reason_missing"
    assert send(jens, f"{address}/begraensning", {"reason": WHY}).json()["faults"] == []
    view = jens.get(address).json()
    assert (view["is_restricted"], view["is_known"]) == (True, True)
    assert len(jens.get(f"/api{PATH}").json()["restrictions"]) == 1
    lift = f"{address}/begraensning/{view['restrictions'][0]['id']}/ophaev"
    assert send(jens, lift, {"reason": OVER, "is_told": False}).json()["faults"][0]["fault"] == "not_told"
    assert send(jens, lift, {"reason": OVER, "is_told": True}).json()["faults"] == []
    with town.context.database.transaction() as session:
        assert overviews.current(session, [key])[key][1]


def test_a_restricted_citizen_is_forgotten_like_anybody(town: Town) -> None:
    jens, key = town.client("jens.dam"), town.ids[maja.MAJA]
    jens.post(f"{PATH}/{key}/begraensning", reason=WHY)
    done = plain(jens.post(f"{PATH}/{key}/slet", reason=WHY, confirmed="ja").text)
    assert re.search(r"Alt om borgeren er slettet: \d+ oplysninger fra kilderne", done)


def test_min_side_says_that_it_is_restricted_and_later_why_it_was_lifted(town: Town) -> None:
    jens, key = town.client("jens.dam"), town.ids[maja.MAJA]
    with own_browsing(town.address, key) as mother:
        jens.post(f"{PATH}/{key}/begraensning", reason=WHY)
        closed = mother.get()
        assert closed.status_code == 403
        assert "Behandlingen af oplysningerne er begrænset" in plain(closed.text)
        assert "Samtaler om mental sundhed" not in closed.text
        (restriction,) = stored(town)
        jens.post(f"{PATH}/{key}/begraensning/{restriction}/ophaev", reason=OVER, told="ja")
        assert OVER in plain(mother.get().text)
