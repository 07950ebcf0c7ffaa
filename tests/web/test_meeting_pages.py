"""Meetings: planned with a duty to attend, held on one page, and never about the citizen without a reason."""

import re
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

from icalendar import Calendar
from playwright.sync_api import Browser as Chromium

from hub.audit.repository import list_entries
from hub.course import meeting_repository, plan_repository, team_repository
from schemas.access import AuditAction, AuditEntry, AuditOutcome
from schemas.meeting import Meeting, MeetingState, ParticipantRole
from schemas.plan import CitizenPlan, PlanKind
from tests.web import maja
from tests.web.chromium import MARKS, WIDTHS, comes, enter
from tests.web.conftest import Town
from tests.web.page_checks import faults_of
from tests.web.serving import Browser

CPR = "150786-4002"
TODAY = "2023-09-12"
GOAL = {"kind": "goal", "words": "Ida er i skole hver dag", "who": "Ida og Lene", "due_on": "2023-09-01"}
MEETING_ACTS = {action for action in AuditAction if action.value.endswith(("_meeting", "_attendance", "_decision"))}


def with_chromium(test: Callable[..., None]) -> Callable[..., None]:
    """Skip and group the test as those of a browser."""
    for mark in MARKS:
        test = mark(test)
    return test


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def family_of(town: Town) -> list[str]:
    return [str(town.ids[key]) for key in (maja.MAJA, maja.IDA, maja.EMIL)]


def places_of(town: Town) -> dict[str, int]:
    with town.context.database.transaction() as session:
        course = team_repository.read_course(session, town.course_id, maja.NOW.date())
    return {place.actor_id: place.id for place in course.team}


def plan_fields(town: Town, **changed: object) -> dict[str, object]:
    places = list(map(str, places_of(town).values()))
    family = family_of(town)
    return {
        "key": str(uuid4()),
        "kind": "network",
        "on_day": TODAY,
        "starts": "10:00",
        "ends": "11:00",
        "place": "Familiehuset",
        "guests": "moster",
        "citizen": family,
        "why": ["", "", ""],
        "about": family,
        "member": places,
        "invited": places,
        **changed,
    }


def send_form(browser: Browser, address: str, fields: dict[str, object]) -> str:
    answer = browser.http.post(address, data={"csrf": browser.token(), **fields})
    assert answer.status_code == HTTPStatus.OK, answer.text[:300]
    return answer.text


def plan_meeting(town: Town, browser: Browser, **changed: object) -> str:
    fields = plan_fields(town, **changed)
    for _ in range(2):  # sent twice it stands once
        page = send_form(browser, f"/forloeb/{town.course_id}/moeder/indkald", fields)
        assert "Mødet er indkaldt" in page, _text(page)
    return str(fields["key"])


def hold_fields(town: Town, **changed: object) -> dict[str, object]:
    family, places = family_of(town), list(map(str, places_of(town).values()))
    return {
        "version": "1",
        "citizen": family,
        "citizen_why": ["", "", "Han er i skole imens"],
        "citizen_came": family[:2],
        "member": places,
        "member_why": ["", ""],
        "member_came": places,
        "guest_came": ["moster"],
        "minutes": f"Vi talte om skolen.\nIda ønsker praktik, {CPR}",
        "decision": [str(uuid4()), str(uuid4()), str(uuid4())],
        "what": ["Praktik én dag om ugen", "Skolen ringer hver fredag", ""],
        "doer": ["Ida og Lene Friis", "skolen", ""],
        "due": ["2023-10-01", "2023-09-29", ""],
        "whom": [family[1], family[2], family[0]],
        "luk": "true",
        **changed,
    }


def _meeting(town: Town, key: str) -> Meeting:
    with town.context.database.transaction() as session:
        meeting = meeting_repository.read_meeting(session, UUID(key))
    assert meeting is not None
    return meeting


def _citizen_plan(town: Town, citizen_id: UUID) -> CitizenPlan:
    with town.context.database.transaction() as session:
        return plan_repository.read_plan(session, town.course_id, citizen_id)


def _lines(town: Town) -> list[AuditEntry]:
    with town.context.database.transaction() as session:
        return [logged.entry for logged in list_entries(session, size=500)]


def test_a_meeting_is_held_on_one_page_and_its_decisions_become_agreements(town: Town) -> None:
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    ida, emil = town.ids[maja.IDA], town.ids[maja.EMIL]
    goal = str(uuid4())
    anna.post(f"/plan/{ida}/ny", **GOAL, key=goal)
    key = plan_meeting(town, anna)
    page = _text(lene.get(f"/moeder/{key}").text)
    assert "Netværksmøde 12. september 2023: Maja, Ida og Emil" in page
    assert "Mål for Ida: Ida er i skole hver dag, skulle ses på igen 1. sep. 2023" in page
    assert "Sundhed er ikke for dig at se (Maja, Ida og Emil)" in page
    assert "Nyt siden forløbet begyndte den 12. mar. 2023" in page
    assert "Lene Friis" in page

    fields = hold_fields(town)
    first = fields["decision"][0]  # type: ignore[index]
    fields |= {"agreed": [first], "whom": [f"{ida}/{goal}", str(emil), str(emil)]}
    for _ in range(2):
        page = _text(send_form(lene, f"/moeder/{key}/hold", fields))
        assert "Mødet er lukket" in page
    assert "Aftalt med borgeren: står i planen" in page
    assert "Forslag: borgeren har ikke sagt ja endnu" in page
    assert CPR not in page
    (agreement,) = [entry for entry in _citizen_plan(town, ida).entries if entry.kind is PlanKind.AGREEMENT]
    assert (str(agreement.id), str(agreement.parent_id)) == (first, goal)
    assert (agreement.text.words, agreement.text.who) == ("Praktik én dag om ugen", "Ida og Lene Friis")
    assert not _citizen_plan(town, emil).entries, "a proposal stands in the minutes alone"
    meeting = _meeting(town, key)
    assert meeting.text.state is MeetingState.HELD
    assert len(meeting.versions) == 2
    came = {each.key: (each.is_present, each.reason) for each in meeting.text.of(ParticipantRole.CITIZEN)}
    assert came[str(emil)] == (False, "Han er i skole imens")

    second = fields["decision"][1]  # type: ignore[index]
    for _ in range(2):
        assert "Aftalen står i Borgerens plan nu" in send_form(anna, f"/moeder/{key}/enig", {"decision": second})
    assert [str(entry.id) for entry in _citizen_plan(town, emil).entries] == [second]
    acts = [line.action for line in _lines(town) if line.outcome is AuditOutcome.SHOWN]
    assert acts.count(AuditAction.PLAN_MEETING) == acts.count(AuditAction.RECORD_ATTENDANCE) == 3
    assert acts.count(AuditAction.CLOSE_MEETING) == 3, "a line for each citizen, whatever is sent twice"
    assert acts.count(AuditAction.RECORD_DECISION) == 3
    assert acts.count(AuditAction.CHANGE_PLAN) == 3, "the goal and both agreements"


def test_nothing_is_stored_before_all_is_said(town: Town) -> None:
    anna = town.client("anna.holm")
    key = plan_meeting(town, anna)
    cases: dict[str, dict[str, object]] = {
        "Intet møde om borgeren uden borgeren": {"citizen_why": ["", "", ""]},
        "Teamet har mødepligt: skriv hvorfor": {"member_came": []},
        "Skriv et kort referat": {"minutes": "  "},
        "En beslutning siger hvad, hvem": {"due": ["", "2023-09-29", ""]},
    }
    for sentence, wrong in cases.items():
        page = send_form(anna, f"/moeder/{key}/hold", hold_fields(town, **wrong))
        assert sentence in page
        assert "Praktik én dag om ugen" in page, "nothing typed is lost"
    assert _meeting(town, key).version == 1
    assert not _citizen_plan(town, town.ids[maja.IDA]).entries
    later = plan_meeting(town, anna, on_day="2023-10-12")
    page = send_form(anna, f"/moeder/{later}/hold", hold_fields(town))
    assert "ingen er kommet endnu" in page
    assert "kan ikke lukkes før" in page
    excused = hold_fields(town, luk="false", minutes="", citizen_came=[], citizen_why=["", "", ""], guest_came=[])
    excused |= {"member_came": [], "member_why": ["", "Er på kursus"], "decision": [], "what": []}
    assert "Det er gemt" in send_form(anna, f"/moeder/{later}/hold", excused)
    assert "Afbud Er på kursus" in _text(anna.get(f"/moeder/{later}").text)
    without = {"without": family_of(town)[:1], "why": ["", "", ""]}
    page = send_form(anna, f"/forloeb/{town.course_id}/moeder/indkald", plan_fields(town, **without))
    assert "Intet møde om borgeren uden borgeren" in page


def test_two_who_write_at_once_lose_nothing(town: Town) -> None:
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    key = plan_meeting(town, anna)
    draft = hold_fields(town, luk="false", minutes="Anna skrev dette", decision=[], what=[])
    assert "Det er gemt" in send_form(anna, f"/moeder/{key}/hold", draft)
    page = send_form(lene, f"/moeder/{key}/hold", hold_fields(town, minutes="Lene skrev noget andet"))
    assert "En anden har rettet mødet" in page
    assert "Anna skrev dette" in page
    assert "Lene skrev noget andet</textarea>" in page
    assert "Skolen ringer hver fredag" in page
    assert 'name="version" value="2"' in page
    assert not _citizen_plan(town, town.ids[maja.IDA]).entries
    page = send_form(lene, f"/moeder/{key}/hold", hold_fields(town, version="2", minutes="Vi skrev begge dele"))
    assert "Mødet er lukket" in page
    assert [version.by for version in _meeting(town, key).versions] == ["Lene Friis", "Anna Holm", "Anna Holm"]


def test_a_meeting_is_moved_and_cancelled_by_who_may_and_the_calendar_follows(town: Town) -> None:
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    key = plan_meeting(town, anna)
    first = Calendar.from_ical(anna.get(f"/moeder/{key}/moede.ics").content)
    assert "Flyt eller ændr" not in lene.get(f"/moeder/{key}").text
    moved = {**plan_fields(town, on_day="2023-10-03", starts="13.00", ends="14.30"), "version": "1"}
    refused = lene.http.post(f"/moeder/{key}/flyt", data={"csrf": lene.token(), **moved})
    assert refused.status_code == HTTPStatus.FORBIDDEN
    page = _text(send_form(anna, f"/moeder/{key}/flyt", {**moved, "reason": "Ida er til prøve"}))
    assert (
        "Flyttet fra 12. september 2023 kl. 10.00-11.00 til 3. oktober 2023 kl. 13.00-14.30. Ida er til prøve" in page
    )
    assert "En anden har rettet mødet" in send_form(anna, f"/moeder/{key}/flyt", {**moved, "starts": "09:00"})
    second = anna.get(f"/moeder/{key}/moede.ics")
    assert second.headers["content-type"].startswith("text/calendar")
    assert "Skriv hvorfor" in send_form(anna, f"/moeder/{key}/aflys", {"version": "2", "reason": " "})
    for _ in range(2):
        page = send_form(anna, f"/moeder/{key}/aflys", {"version": "2", "reason": "Ida er syg"})
        assert "Mødet er aflyst" in page
    third = Calendar.from_ical(anna.get(f"/moeder/{key}/moede.ics").content)
    calendars = (first, Calendar.from_ical(second.content), third)
    events = [calendar.walk("VEVENT")[0] for calendar in calendars]
    assert {str(event["uid"]) for event in events} == {key}
    assert [str(event["sequence"]) for event in events] == ["0", "1", "2"]
    assert [str(calendar["method"]) for calendar in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    assert events[1].decoded("dtstart").isoformat() == "2023-10-03T13:00:00+02:00"
    assert "IS_OVER" not in page
    assert "kan ikke ændres" in send_form(anna, f"/moeder/{key}/hold", hold_fields(town, version="3"))


def test_a_place_on_the_team_is_the_duty_to_attend(town: Town) -> None:
    anna = town.client("anna.holm")
    key = plan_meeting(town, anna, on_day="2023-10-12")
    places = places_of(town)
    page = send_form(
        anna,
        f"/moeder/{key}/flyt",
        {**plan_fields(town, on_day="2023-10-12", invited=[str(places["anna.holm"])]), "version": "1"},
    )
    assert "Ikke indkaldt: Lene Friis" in _text(page)
    member = {
        "employee": "ole.bruun",
        "function": "member",
        "valid_from": TODAY,
        "reason": "Hjælper med søvnen",
        "say": "wants",
    }
    course = anna.get(f"/api/forloeb/{town.course_id}").json()
    anna.post(f"/forloeb/{town.course_id}/team", version=str(course["version"]), **member)
    page = _text(anna.get(f"/moeder/{key}").text)
    assert "Ole Bruun Medlem" in page.replace("medlem", "Medlem"), page
    leaving = {"employee": "ole.bruun", "reason": "Ikke længere brug for det", "say": "accepts"}
    anna.post(f"/forloeb/{town.course_id}/fjern", version=str(course["version"] + 1), **leaving)
    assert "Ole Bruun" not in _text(anna.get(f"/moeder/{key}").text).partition("Hvem er med")[2].partition("Flyt")[0]


def test_nobody_beside_the_team_reads_a_meeting_and_a_withdrawal_hides_what_was_said(town: Town) -> None:
    anna = town.client("anna.holm")
    key = plan_meeting(town, anna)
    send_form(anna, f"/moeder/{key}/hold", hold_fields(town))
    pages = (f"/moeder/{key}", f"/moeder/{key}/papir", f"/moeder/{key}/moede.ics", f"/api/moeder/{key}")
    of_course = (f"/forloeb/{town.course_id}/moeder", f"/api/forloeb/{town.course_id}/moeder")
    for actor_id in ("ole.bruun", "tine.skov", "jens.dam"):
        browser = town.client(actor_id)
        for page in (*pages, *of_course, f"/moeder/{uuid4()}"):
            answer = browser.get(page)
            assert answer.status_code == HTTPStatus.FORBIDDEN, f"{actor_id} {page}"
            assert "Praktik" not in answer.text
    refused = {line.outcome for line in _lines(town) if line.actor_id == "ole.bruun" and line.action in MEETING_ACTS}
    assert refused == {AuditOutcome.REFUSED, AuditOutcome.NOT_FOUND}
    assert anna.get(f"/moeder/{uuid4()}").status_code == HTTPStatus.FORBIDDEN
    withdraw_consent(anna, town.ids[maja.EMIL])
    page = _text(anna.get(f"/moeder/{key}").text)
    assert "vises ikke, for en borger på mødet har ikke samtykket" in page
    assert "Vi talte om skolen" not in page
    assert "Skolen ringer" not in page, "of the one who withdrew"
    assert "Praktik én dag om ugen" in page, "of one who did not"
    for citizen in (maja.MAJA, maja.IDA):
        withdraw_consent(anna, town.ids[citizen])
    for page in (*pages, *of_course):
        assert anna.get(page).status_code == HTTPStatus.FORBIDDEN


def withdraw_consent(browser: Browser, citizen_id: UUID) -> None:
    consents = browser.get(f"/api/samtykker/{citizen_id}").json()["consents"]["consents"]
    to_course = next(consent for consent in consents if consent["kind"] == "course")
    browser.post(f"/samtykker/{citizen_id}/traek", consent=str(to_course["id"]))


def test_the_lists_page_and_todays_meetings_stand_on_mine_borgere(town: Town) -> None:
    anna = town.client("anna.holm")
    assert "Du har ingen møder foran dig" in anna.get("/moeder").text
    key = plan_meeting(town, anna)
    for number in range(20):
        plan_meeting(town, anna, on_day=f"2023-10-{number + 1:02}")
    mine = _text(anna.get("/mine-borgere").text)
    assert "Dagens møder" in mine
    assert "kl. 10.00-11.00" in mine
    assert f'href="/moeder/{key}"' in anna.get("/mine-borgere").text
    first = anna.get("/moeder").text
    assert first.count('href="/moeder/') == 20
    assert "Næste side" in first
    assert anna.get("/moeder?side=2").text.count('href="/moeder/') == 1
    assert anna.get(f"/forloeb/{town.course_id}/moeder").text.count('href="/moeder/') == 20
    town.clock.move(timedelta(days=1))
    assert "Ingen møder i dag" in _text(anna.get("/mine-borgere").text)
    assert f'href="/moeder/{key}"' in anna.get("/moeder?vis=tidligere").text


def test_the_api_plans_reads_and_holds_as_the_page(town: Town) -> None:
    anna = town.client("anna.holm")
    header = {"x-csrf-token": anna.token()}
    family, key = family_of(town), str(uuid4())
    plan = {
        "kind": "team",
        "starts_at": "2023-09-12T08:00:00Z",
        "ends_at": "2023-09-12T09:00:00Z",
        "citizens": [{"citizen_id": citizen} for citizen in family],
    }
    ask = {"key": key, "plan": plan}
    for _ in range(2):
        answer = anna.http.post(f"/api/forloeb/{town.course_id}/moeder/indkald", json=ask, headers=header)
        assert answer.json() == {"faults": []}, answer.text
    ((listed),) = anna.get("/api/moeder").json()["meetings"]
    assert listed["id"] == key
    answer = anna.get(f"/api/moeder/{key}").json()
    assert [member["name"] for member in answer["members"]] == ["Anna Holm", "Lene Friis"]
    record = {
        "version": 1,
        "record": {
            "members": [{"place_id": member["place_id"], "is_present": True} for member in answer["members"]],
            "citizens": [{"citizen_id": citizen, "is_present": True} for citizen in family],
            "minutes": "Kort og godt",
            "decisions": [
                {
                    "id": str(uuid4()),
                    "citizen_id": family[1],
                    "words": "Ring",
                    "who": "Lene",
                    "due_on": "2023-09-20",
                    "is_agreed": True,
                }
            ],
            "is_closing": True,
        },
    }
    stale = {**record, "version": 7}
    faults = anna.http.post(f"/api/moeder/{key}/hold", json=stale, headers=header).json()["faults"]
    assert [fault["fault"] for fault in faults] == ["changed_meanwhile"]
    assert anna.http.post(f"/api/moeder/{key}/hold", json=record, headers=header).json() == {"faults": []}
    assert anna.get(f"/api/moeder/{key}").json()["meeting"]["versions"][0]["text"]["state"] == "held"
    cancelled = anna.http.post(f"/api/moeder/{key}/aflys", json={"version": 2, "reason": "For sent"}, headers=header)
    assert [fault["fault"] for fault in cancelled.json()["faults"]] == ["is_over"]


@with_chromium
def test_the_pages_are_right_in_a_browser_and_a_meeting_is_held_in_four_clicks(chromium: Chromium, town: Town) -> None:
    anna = town.client("anna.holm")
    anna.post(f"/plan/{town.ids[maja.IDA]}/ny", **GOAL, key=str(uuid4()))
    held = plan_meeting(town, anna)
    send_form(anna, f"/moeder/{held}/hold", hold_fields(town))
    key = plan_meeting(town, anna, starts="13:00", ends="14:00", guests="moster\nPPR")
    faults: list[str] = []
    pages = {
        "moeder": "/moeder",
        "forloebets-moeder": f"/forloeb/{town.course_id}/moeder",
        "moede": f"/moeder/{key}",
        "moede-papir": f"/moeder/{key}/papir",
        "moede-holdt": f"/moeder/{held}",
        "mine-borgere-moeder": "/mine-borgere",
    }
    for width in WIDTHS.values():
        page = enter(chromium, town, "anna.holm", width)
        for name, address in pages.items():
            page.goto(address)
            faults += faults_of(page, f"{name}-{width}")
        page.context.close()
    assert not faults, "\n".join(faults)
    page = enter(chromium, town, "anna.holm")
    page.goto("/")
    page.locator(f'a[href="/moeder/{key}"]').click()
    for name in ("Maja", "Ida", "Emil"):
        page.locator("form", has_text="Var borgeren med?").get_by_label(f"{name} Testborger var med").check()
    page.get_by_label("Beslutning 1: hvad?").fill("Praktik hver onsdag")
    page.get_by_label("Beslutning 1: hvem gør det?").fill("Lene")
    page.get_by_label("Beslutning 1: senest hvornår?").fill("2023-10-01")
    page.get_by_label("Kort referat").fill("Alle er enige om praktikken")
    page.get_by_role("button", name="Gem og luk mødet").click()
    comes(page.locator("main"), "Mødet er lukket")
    page.context.close()
