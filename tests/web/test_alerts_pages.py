"""Adviser: told once to those who may see it today; taken, handed over and closed with a trace."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from http import HTTPStatus
from threading import Event
from uuid import UUID, uuid4

from playwright.sync_api import Browser as Chromium
from sqlalchemy import text

from hub.access import identity
from hub.access.alerts import AlertDesk
from hub.access.policy import may
from hub.access.tables import ActorRow
from hub.alerts import service
from hub.alerts.repository import AlertState, delete_alerts_of, delete_old_alerts
from hub.audit.repository import list_entries
from hub.bus.base import OVERVIEWS
from hub.indexing.outbox import publish_outbox
from hub.worker.alerts import store_passed_days
from hub.worker.upkeep import create_topics
from schemas.access import AccessRequest, AuditAction, AuditEntry, AuditOutcome, Purpose
from schemas.alert import AlertKind
from schemas.facts import ContactFact, ContactState, EffortStatus
from schemas.overview import Entry
from schemas.period import Period
from schemas.source import Area
from tests.consents import consent_to_areas
from tests.processing import process_records
from tests.web import maja
from tests.web.chromium import MARKS, WIDTHS, enter
from tests.web.conftest import Town, record_of
from tests.web.page_checks import faults_of

YESTERDAY = date(2023, 9, 11)
NOTIFICATION = maja.notification("90", YESTERDAY, [maja.IDA], ("school", "Skolen"), ["school_absence"], None)
STAY = maja.entry(
    "91",
    Area.HEALTH,
    ContactFact(title="Indlagt", is_stay=True, state=ContactState.ONGOING),
    Period(start=YESTERDAY),
    [maja.MAJA],
)
ENDED = maja.FAMILY_TREATMENT.model_copy(
    update={
        "fact": maja.FAMILY_TREATMENT.fact.model_copy(update={"status": EffortStatus.ENDED}),
        "valid": Period(start=date(2019, 9, 14), end=date(2023, 9, 10)),
    }
)
CPR = "150786-4002"


def with_chromium(test: Callable[..., None]) -> Callable[..., None]:
    """Skip and group the test as those of a browser."""
    for mark in MARKS:
        test = mark(test)
    return test


def happen(town: Town, *entries: Entry) -> int:
    """The sources tell this, and the worker makes alerts of the events; how many are new."""
    context = town.context
    create_topics(context)
    tell(town)  # what the town began with
    with context.database.transaction() as session:
        session.execute(text("DELETE FROM alerts WHERE version = 1"))
    registered = maja.NOW - timedelta(hours=4)
    records = [record_of(entry).model_copy(update={"registered_at": registered, "digest": ""}) for entry in entries]
    records = [type(record).model_validate(record.model_dump()) for record in records]
    process_records(context.database, records, digest_key=context.digest_key, now=town.clock.now())
    return tell(town)


def tell(town: Town) -> int:
    """The worker makes alerts of the events that wait; how many are new."""
    context, new = town.context, 0
    with context.database.transaction() as session:
        publish_outbox(session, context.bus)
    with context.bus.consumer(service.ALERT_GROUP, [OVERVIEWS]) as consumer:
        while delivered := consumer.poll(limit=100, timeout=timedelta(milliseconds=50)):
            for _ in range(2):  # a worker that died before it committed the offset gets them again
                with context.database.transaction() as session:
                    new += service.store_changes(session, delivered, now=town.clock.now())
            consumer.commit(delivered)
    return new


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def told(town: Town, actor_id: str, vis: str = "aabne") -> str:
    """What the list says to the actor."""
    page = town.client(actor_id).get(f"/adviser?vis={vis}").text
    return words_of(page[page.index('<section class="panel" aria-label="Adviser"') :])


def alert_ids(town: Town) -> dict[tuple[AlertKind, UUID], UUID]:
    with town.context.database.transaction() as session:
        rows = session.execute(text("SELECT id, kind, citizen_id FROM alerts ORDER BY happened_at, id")).all()
    return {(AlertKind(row.kind), row.citizen_id): row.id for row in rows}


def lines(town: Town, *actions: AuditAction) -> list[AuditEntry]:
    with town.context.database.transaction() as session:
        return [logged.entry for logged in list_entries(session) if logged.entry.action in actions]


def test_what_happened_is_told_once_to_those_who_may_see_it(town: Town) -> None:
    assert happen(town, NOTIFICATION, ENDED) == 4, "the notification of Ida"
    assert happen(town, NOTIFICATION, ENDED) == 0
    anna = told(town, "anna.holm")
    assert "Ida Testborger ulæst Social Underretning fra skolen Modtaget 11. sep. 2023" in anna
    assert "Indsatsen familiebehandling er slut 9. sep. 2023" in anna
    assert "Der ses ingen anden indsats på området, der tager over." in anna
    assert "Underretning fra skolen" in told(town, "lene.friis")
    assert "Der er ingen åbne adviser" in told(town, "ole.bruun")
    for actor_id in ("tine.skov", "jens.dam"):
        assert town.client(actor_id).get("/adviser").status_code == HTTPStatus.FORBIDDEN
    about = {line.citizen_id for line in lines(town, AuditAction.READ_ALERTS) if line.actor_id == "anna.holm"}
    assert about == {None, *(town.ids[one] for one in (maja.MAJA, maja.IDA, maja.EMIL))}


def test_what_is_shown_is_decided_when_it_is_shown(town: Town) -> None:
    happen(town, NOTIFICATION, STAY)
    majas = town.ids[maja.MAJA]
    assert (AlertKind.ADMISSION, majas) in alert_ids(town)
    anna = town.client("anna.holm")
    assert "Indlagt" not in told(town, "anna.holm"), "health is not shared with the team"
    assert anna.get("/").text.count(">Adviser (1)<") == 1
    with town.context.database.transaction() as session:
        consent_to_areas(session, town.course_id, majas, [Area.HEALTH], date(2023, 9, 1))
    assert "Maja Testborger ulæst Sundhed Indlagt" in told(town, "anna.holm")
    assert ">Adviser (2)<" in anna.get("/mine-borgere").text
    with town.context.database.transaction() as session:
        session.execute(
            text("UPDATE consents SET withdrawn_on = '2023-09-12', withdrawn_by = '' WHERE kind = 'course'")
        )
    assert "Der er ingen åbne adviser" in told(town, "anna.holm")
    (alert_id,) = [key for (kind, _), key in alert_ids(town).items() if kind is AlertKind.NOTIFICATION]
    assert anna.post(f"/adviser/{alert_id}/tag").status_code == HTTPStatus.FORBIDDEN
    (line,) = lines(town, AuditAction.TAKE_ALERT)
    assert line.outcome is AuditOutcome.NOT_FOUND


def test_what_the_source_took_back_is_said_to_whom_the_area_is_open(town: Town) -> None:
    happen(town, NOTIFICATION)
    with town.context.database.transaction() as session:
        session.execute(text("UPDATE alerts SET subject = 'social/0' WHERE kind = 'notification'"))
    assert "Det, adviset handlede om, står ikke længere i kilden Underretning" in told(town, "anna.holm")
    with town.context.database.transaction() as session:
        session.execute(text("UPDATE alerts SET subject = 'health/0', area = 'health' WHERE kind = 'notification'"))
    assert "Der er ingen åbne adviser" in told(town, "anna.holm")


def test_an_alert_is_taken_handed_over_and_closed_with_a_trace(town: Town) -> None:
    happen(town, NOTIFICATION)
    ida = town.ids[maja.IDA]
    address = f"/adviser/{alert_ids(town)[AlertKind.NOTIFICATION, ida]}"
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    for _ in range(2):  # sent twice it is done once
        anna.post(f"{address}/tag")
    assert "Anna Holm tager sig af det" in told(town, "lene.friis")
    assert "Underretning fra skolen" in told(town, "anna.holm", "mine")
    assert "Vælg en på teamet" in anna.post(f"{address}/overdrag", receiver="ole.bruun").text
    anna.post(f"{address}/overdrag", receiver="lene.friis", words=f"Ring til {CPR}")
    handed = told(town, "lene.friis", "mine")
    assert "Du tager sig af det" in handed
    assert "Overdraget af Anna Holm til dig" in handed
    assert CPR not in handed
    assert "Skriv med et par ord" in lene.post(f"{address}/luk", words=" ").text
    assert "Adviset er lukket" in lene.post(f"{address}/luk", words="Vurderet samme dag").text
    assert "Der er ingen åbne adviser" in told(town, "anna.holm")
    closed = told(town, "anna.holm", "lukkede")
    assert "Lukket af Lene Friis" in closed
    assert "«Vurderet samme dag»" in closed
    assert "lukket af en anden imens" in anna.post(f"{address}/tag").text
    acts = lines(town, AuditAction.TAKE_ALERT, AuditAction.HAND_OVER_ALERT, AuditAction.CLOSE_ALERT)
    assert [line.action for line in reversed(acts)] == [
        AuditAction.TAKE_ALERT,
        AuditAction.HAND_OVER_ALERT,
        AuditAction.CLOSE_ALERT,
    ]
    assert {line.citizen_id for line in acts} == {ida}


def test_read_is_by_person_and_what_happens_again_is_unread(town: Town) -> None:
    happen(town, NOTIFICATION)
    anna = town.client("anna.holm")
    key = alert_ids(town)[AlertKind.NOTIFICATION, town.ids[maja.IDA]]
    assert "ulæst" not in words_of(anna.post("/adviser/laest", ids=str(key)).text).partition("Ida Testborger")[2]
    assert "Du har læst alle adviser." in told(town, "anna.holm", "ulaeste")
    assert "Underretning" in told(town, "lene.friis", "ulaeste")
    ida = town.ids[maja.IDA]
    wish = {"kind": "wish", "words": "Jeg vil passe børn", "who": "Ida"}
    town.client("lene.friis").post(f"/plan/{ida}/ny", **wish, key=str(uuid4()))
    assert "Lene Friis har skrevet i Borgerens plan" in told(town, "anna.holm", "ulaeste")
    assert "har skrevet" not in told(town, "lene.friis"), "who did it is not told of it"
    written = alert_ids(town)[AlertKind.PLAN_CHANGED, ida]
    anna.post("/adviser/laest", ids=str(written))
    town.clock.move(timedelta(hours=1))
    town.client("lene.friis").post(f"/plan/{ida}/ny", **{**wish, "words": "Og bo hos moster"}, key=str(uuid4()))
    assert "Lene Friis har skrevet i Borgerens plan" in told(town, "anna.holm", "ulaeste")
    assert alert_ids(town)[AlertKind.PLAN_CHANGED, ida] == written, "one a day"


def test_unread_is_whatever_of_the_open_is_not_read_also_under_an_earlier_key(town: Town) -> None:
    """The menu's number asks first to whom anything happened, and then only of those what the reader is to them."""
    happen(town, NOTIFICATION, ENDED, STAY)
    request, now, former = AccessRequest(purpose=Purpose.FOLLOW_UP, request_id="unread"), town.clock.now(), uuid4()
    town.client("anna.holm").post(
        "/adviser/laest", ids=str(alert_ids(town)[AlertKind.EFFORT_ENDED, town.ids[maja.MAJA]])
    )
    with town.context.database.transaction() as session:
        parameters = {"former": former, "ida": town.ids[maja.IDA]}
        session.execute(
            text("INSERT INTO citizens (id, merged_into, created_at) VALUES (:former, :ida, now())"), parameters
        )
        session.execute(text("UPDATE alerts SET citizen_id = :former WHERE citizen_id = :ida"), parameters)
        number: dict[str, int] = {}
        for actor in identity.actors(session):
            desk = AlertDesk(session, actor, request, now=now)
            if not may(actor, AuditAction.READ_ALERTS):
                assert desk.count_unread() == 0
                continue
            shown = [each.alert for each in desk.list_alerts(AlertState.OPEN, size=100).alerts]
            unread = [each.alert.id for each in desk.list_alerts(AlertState.UNREAD, size=100).alerts]
            assert unread == [alert.id for alert in shown if not alert.is_read], actor.id
            assert desk.count_unread() == number.setdefault(actor.id, len(unread))
    assert len(set(number.values()) - {0}) > 1, "they are told of different things"


def test_everybody_chooses_of_what_they_are_told(town: Town) -> None:
    happen(town, NOTIFICATION, ENDED)
    anna = town.client("anna.holm")
    assert anna.get("/adviser/valg").text.count(" checked") == len(AlertKind)
    assert town.client("lene.friis").get("/adviser/valg").text.count(" checked") == len(AlertKind) - 2
    anna.post("/adviser/valg", kinds="effort_ended")
    listed = told(town, "anna.holm")
    assert "er slut" in listed
    assert "Underretning" not in listed
    anna.post("/adviser/valg", default="true")
    assert "Underretning fra skolen" in told(town, "anna.holm")
    assert [line.actor_id for line in lines(town, AuditAction.CHANGE_SUBSCRIPTIONS)] == ["anna.holm"] * 2


def test_who_joins_and_which_day_has_passed_is_told(town: Town) -> None:
    with town.context.database.transaction() as session:
        session.add(ActorRow(id="peter.lund", name="Peter Lund", title="lærer", roles=["team_member"], active=True))
    ida = town.ids[maja.IDA]
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    for kind in ("member_joined", "review_passed"):
        assert f'value="{kind}" aria-describedby="about-{kind}">' in lene.get("/adviser/valg").text
    chosen = {"csrf": lene.token(), "kinds": ["member_joined", "review_passed"]}
    lene.http.post("/adviser/valg", data=chosen)
    goal = {"kind": "goal", "words": "I skole hver dag", "who": "Ida", "due_on": "2023-09-10"}
    anna.post(f"/plan/{ida}/ny", **goal, key=str(uuid4()))
    version = re.search(r'name="version" value="(\d+)"', anna.get(f"/forloeb/{town.course_id}").text)
    assert version
    member = {"employee": "peter.lund", "function": "member", "reason": "Støtter Ida", "say": "wants"}
    anna.post(f"/forloeb/{town.course_id}/team", **member, version=version[1], valid_from="2023-09-12")
    for _ in range(2):
        store_passed_days(town.context, Event())
    listed = told(town, "lene.friis")
    page = lene.get("/adviser").text
    assert page.count("<strong>En ny medarbejder er kommet på teamet") == 3
    assert page.count("<strong>Et punkt i Borgerens plan skulle have været gjort op 10. sep. 2023") == 1
    assert "praktisk pædagogisk støtte" not in listed, "its day passed nine days ago"
    assert "En ny medarbejder" not in told(town, "anna.holm")
    assert "En ny medarbejder" not in told(town, "peter.lund")
    assert "skrevet" not in listed


def test_who_let_somebody_join_is_offered_to_nobody_to_whom_their_area_is_closed(town: Town) -> None:
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    version = anna.get(f"/api/forloeb/{town.course_id}").json()["version"]
    member = {"employee": "ole.bruun", "function": "member", "reason": "Hjælper med søvnen", "say": "wants"}
    anna.post(f"/forloeb/{town.course_id}/team", **member, version=str(version), valid_from="2023-09-12")
    lene.post("/adviser/valg", kinds="member_joined")
    with town.context.database.transaction() as session:
        joined = date(2023, 9, 12)
        service.tell_member_joined(
            session, [town.ids[maja.IDA]], "peter.lund", joined, by="ole.bruun", now=town.clock.now()
        )
    alerts = lene.get("/api/adviser").json()["alerts"]
    assert {key for alert in alerts for key in alert["receivers"]} == {"anna.holm"}
    assert "Ole Bruun" not in lene.get("/adviser").text


def test_a_clock_that_has_passed_is_told_once_and_what_came_of_it_is_said(town: Town) -> None:
    happen(town, NOTIFICATION)
    look = partial(store_passed_days, town.context, Event())
    town.clock.move(timedelta(days=1))
    look()
    look()
    idas = "Ida Testborger ulæst Social "
    passed = f"{idas}En underretning er ikke vurderet inden 24 timer Underretning fra skolen, modtaget 11. sep. 2023."
    assert told(town, "anna.holm").count(passed) == 1
    assert passed in told(town, "lene.friis")
    assert "ikke vurderet" not in told(town, "ole.bruun")
    assert "afsluttet" not in told(town, "anna.holm")
    late = NOTIFICATION.fact.model_copy(update={"assessed_at": town.clock.now() - timedelta(hours=1)})
    happen(town, NOTIFICATION.model_copy(update={"fact": late}))
    assert f"{passed} Kilden fortæller nu, hvornår den blev vurderet." in told(town, "anna.holm")
    town.clock.move(timedelta(days=8))
    look()
    unsent = f"{idas}Der er ikke sendt kvittering for en underretning inden 6 hverdage"
    assert told(town, "anna.holm").count(unsent) == 1
    alerts = town.client("anna.holm").get("/api/adviser").json()["alerts"]
    assert "clock_passed" in {line["kind"] for line in alerts}


def test_what_is_forgotten_takes_its_alerts_along(town: Town) -> None:
    happen(town, NOTIFICATION, STAY)
    with town.context.database.transaction() as session:
        delete_alerts_of(session, "health")
    assert {kind for kind, _ in alert_ids(town)} == {AlertKind.NOTIFICATION}
    with town.context.database.transaction() as session:
        assert delete_old_alerts(session, town.clock.now() - timedelta(days=1)) == 0
        assert delete_old_alerts(session, town.clock.now() + timedelta(days=1)) == 1


def test_the_api_tells_and_handles_as_the_page(town: Town) -> None:
    happen(town, NOTIFICATION)
    anna = town.client("anna.holm")
    header = {"x-csrf-token": anna.token()}
    (line,) = anna.get("/api/adviser").json()["alerts"]
    assert (line["kind"], line["text"], line["is_read"]) == ("notification", "Underretning fra skolen", False)
    assert line["receivers"] == ["lene.friis"]
    for _ in range(2):
        answer = anna.http.post(f"/api/adviser/{line['id']}", json={"act": "take"}, headers=header)
        assert answer.json() == {"faults": []}
    answer = anna.http.post(f"/api/adviser/{line['id']}", json={"act": "close"}, headers=header)
    assert [fault["fault"] for fault in answer.json()["faults"]] == ["words_missing"]
    assert anna.http.post(f"/api/adviser/{uuid4()}", json={"act": "take"}, headers=header).status_code == 403
    choices = anna.http.post("/api/adviser/valg", json={"kinds": ["admission"]}, headers=header).json()
    assert [kind for kind, is_on in choices.items() if is_on] == ["admission"]
    assert anna.get("/api/adviser").json()["alerts"][0]["id"] == line["id"], "what I took I still see"


def test_a_long_list_goes_on(town: Town) -> None:
    happen(
        town,
        *(maja.notification(str(900 + n), YESTERDAY, [maja.IDA], ("school", "Skolen"), [], None) for n in range(45)),
    )
    anna = town.client("anna.holm")
    seen, before = [], ""
    while True:
        answer = anna.get(f"/api/adviser{before}").json()
        seen += [line["id"] for line in answer["alerts"]]
        if answer["next_before"] is None:
            break
        before = f"?before={answer['next_before']}"
    assert len(seen) == len(set(seen)) == 45
    assert "Ældre adviser" in anna.get("/adviser").text


@with_chromium
def test_the_pages_are_right_in_a_browser(chromium: Chromium, town: Town) -> None:
    happen(town, NOTIFICATION, ENDED)
    town.client("lene.friis").post(f"/adviser/{alert_ids(town)[AlertKind.NOTIFICATION, town.ids[maja.IDA]]}/tag")
    faults: list[str] = []
    for width in WIDTHS.values():
        page = enter(chromium, town, "anna.holm", width)
        for name, address in {"adviser": "/adviser", "adviser-valg": "/adviser/valg"}.items():
            page.goto(address)
            for details in page.locator("main details").all()[:2]:
                details.locator("summary").click()
            faults += faults_of(page, f"{name}-{width}")
        page.context.close()
    assert not faults
