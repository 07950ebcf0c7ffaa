"""What a meeting says to nobody: of who withdrew, in whatever version, and by the id of a colleague who is hidden.

Also: lists of meetings, courses and alerts take as many statements however long they are.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

from hub.access import identity
from hub.access.alerts import MOST_COUNTED, has_news
from hub.access.meeting_agenda import meetings_to_announce
from hub.alerts.repository import NewAlert, add_alerts
from hub.course.meeting_repository import add_meeting
from hub.web.shell.request_context import menu_text
from hub.web.workspaces import WORKSPACES
from schemas.access import AuditAction
from schemas.alert import AlertKind
from schemas.meeting import MeetingKind, MeetingText, Participant, ParticipantRole
from schemas.people import PersonFact
from schemas.source import Area
from tests.processing import process_records
from tests.web import maja
from tests.web.conftest import Town, plain_record
from tests.web.statements import assert_no_more, counted
from tests.web.test_meeting_pages import (
    TODAY,
    family_of,
    hold_fields,
    places_of,
    plan_fields,
    plan_meeting,
    send_form,
    withdraw_consent,
)
from tests.web.test_stand_still import more_citizens

TELLS = ("Skovgården 4", "psykolog fra klinikken", "Psykolog")
WHERE = {"place": TELLS[0], "guests": TELLS[1]}


def test_who_is_left_out_of_a_meeting_takes_along_what_was_said_of_them(town: Town) -> None:
    anna = town.client("anna.holm")
    key = plan_meeting(town, anna)
    draft = hold_fields(town, luk="false", minutes="Emil sover dårligt", decision=[], what=[])
    assert "Det er gemt" in send_form(anna, f"/moeder/{key}/hold", draft)
    others: dict[str, object] = {"about": family_of(town)[:2], "version": "2"}
    assert "Emil sover" in send_form(anna, f"/moeder/{key}/flyt", plan_fields(town, **others))
    withdraw_consent(anna, town.ids[maja.EMIL])
    for address in (f"/moeder/{key}", f"/moeder/{key}/papir", f"/api/moeder/{key}"):
        assert "Emil sover" not in anna.get(address).text
    assert "Det er gemt" not in send_form(anna, f"/moeder/{key}/hold", {**draft, "version": "3"})
    assert "Emil sover" not in send_form(anna, f"/moeder/{key}/flyt", plan_fields(town, **others, starts="10:30"))
    others["version"] = "3"
    assert "Emil sover" not in send_form(anna, f"/moeder/{key}/flyt", plan_fields(town, **others))
    family = family_of(town)[:2]
    draft |= {"version": "4", "minutes": "Maja og Ida er enige", "citizen": family, "citizen_why": ["", ""]}
    assert "Maja og Ida er enige" in send_form(anna, f"/moeder/{key}/hold", draft)
    assert "Emil sover" not in anna.get(f"/api/moeder/{key}").text


def test_no_id_names_a_colleague_of_an_area_that_is_closed(town: Town) -> None:
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    version = anna.get(f"/api/forloeb/{town.course_id}").json()["version"]
    member = {"employee": "ole.bruun", "function": "member", "reason": "Hjælper med søvnen", "say": "wants"}
    anna.post(f"/forloeb/{town.course_id}/team", **member, version=str(version), valid_from=TODAY)
    places = places_of(town)
    invited = [str(places[key]) for key in ("anna.holm", "lene.friis")]
    key = plan_meeting(town, anna, member=list(map(str, places.values())), invited=invited)
    addresses = (f"/api/moeder/{key}", "/api/moeder", f"/api/forloeb/{town.course_id}/moeder")
    for address in (*addresses, f"/moeder/{key}"):
        assert "ole.bruun" not in lene.get(address).text, address
    assert "ole.bruun" in anna.get(addresses[0]).text, "who may change the team sees it"


def test_no_list_tells_of_who_withdrew_nor_counts_their_meetings(town: Town) -> None:
    anna, emil = town.client("anna.holm"), town.ids[maja.EMIL]
    about_emil = plan_meeting(town, anna, about=[str(emil)])
    key = plan_meeting(town, anna, **WHERE, starts="13:00", ends="14:00")
    of_course = f"/forloeb/{town.course_id}/moeder"
    lists = ("/api/moeder", f"/api{of_course}", "/moeder", of_course)
    assert anna.get(lists[0]).json()["total"] == 2
    assert all(about_emil in anna.get(address).text for address in lists)
    withdraw_consent(anna, emil)
    for address in (*lists, "/mine-borgere", "/adviser"):
        page = anna.get(address).text
        assert key in page, address
        assert about_emil not in page, address
    own = f"/moeder/{key}"
    for address in (*lists, own, f"{own}/papir", f"/api{own}", f"{own}/moede.ics"):
        page = anna.get(address).text
        assert not [words for words in ("Emil", str(emil), *TELLS) if words in page], address
    assert {anna.get(address).json()["total"] for address in lists[:2]} == {1}
    assert "Sted, gæster og det, der er skrevet" in anna.get(f"/moeder/{key}").text
    with town.context.database.transaction() as session:
        employee = identity.actor(session, "anna.holm")
        told = meetings_to_announce(session, employee, now=town.clock.now())
    assert [str(each.id) for each in told] == [key]
    assert "Skovgården" not in anna.get(f"/borger/{town.ids[maja.MAJA]}/tidslinje").text


def test_place_and_guests_do_not_tell_where_a_protected_citizen_is(town: Town) -> None:
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    key = plan_meeting(town, anna, **WHERE)
    assert "Skovgården" in lene.get(f"/moeder/{key}").text
    fact = PersonFact(
        given_name="Ida", family_name="Testborger", birth_date=date(2009, 3, 2), name_address_protected=True
    )
    record = plain_record("person", maja.IDA, fact, 900)
    process_records(town.context.database, [record], digest_key=town.context.digest_key, now=town.clock.now())
    addresses = (f"/moeder/{key}", f"/moeder/{key}/papir", f"/api/moeder/{key}", f"/moeder/{key}/moede.ics")
    for address in (*addresses, "/api/moeder", f"/api/forloeb/{town.course_id}/moeder"):
        page = lene.get(address).text
        assert not [words for words in TELLS if words in page], address
    for address in addresses[:2]:
        assert "kan røbe, hvor en borger med beskyttet adresse er" in lene.get(address).text
    assert "Skovgården" in anna.get(f"/moeder/{key}").text, "who may move it needs what she wrote"
    came = hold_fields(town, luk="false", decision=[], what=[], guest_came=[TELLS[1]])
    assert "Det er gemt" in send_form(anna, f"/moeder/{key}/hold", came)
    again = {**came, "version": "2", "minutes": "Vi talte", "guest_came": []}
    assert "Det er gemt" in send_form(lene, f"/moeder/{key}/hold", again)
    guests = anna.get(f"/api/moeder/{key}").json()["meeting"]["versions"][0]["text"]["participants"]
    assert [each["is_present"] for each in guests if each["key"] == TELLS[1]] == [True], "whom she does not see, stays"


def test_the_menu_says_in_words_that_there_are_more_alerts_than_it_counts() -> None:
    alerts = next(each for each in WORKSPACES if each.action is AuditAction.READ_ALERTS)
    assert menu_text(alerts, 0) == "Adviser"
    assert menu_text(alerts, 7) == "Adviser (7)"
    assert menu_text(alerts, MOST_COUNTED) == "Adviser (mindst 60)"


def _alerts_of(town: Town, citizens: Sequence[UUID], kind: AlertKind, subject: str) -> list[UUID]:
    told = [
        NewAlert(citizen_id=each, kind=kind, subject=f"{subject}{at}", happened_at=town.clock.now(), area=Area.HEALTH)
        for at, each in enumerate(citizens)
    ]
    with town.context.database.transaction() as session:
        return [*add_alerts(session, told)]


def test_lists_mails_and_marking_take_as_many_statements_for_many_courses_meetings_and_alerts(town: Town) -> None:
    """Health is not for Anna to see, so hundreds of its alerts are asked for and none is told or counted."""
    anna = town.client("anna.holm")
    maja_id = town.ids[maja.MAJA]
    key = plan_meeting(town, anna)
    seen = _alerts_of(town, [maja_id], AlertKind.PLAN_CHANGED, "plan/")
    _alerts_of(town, [maja_id] * 70, AlertKind.ADMISSION, "health/")
    addresses = ("/moeder", "/api/moeder", "/forloeb", "/adviser", f"/forloeb/{town.course_id}/moeder", "/samtykker")

    def counts(marked: Sequence[UUID]) -> dict[str, list[str]]:
        made = {}
        for address in addresses:
            anna.get(address)
            with counted() as statements:
                assert anna.get(address).status_code == HTTPStatus.OK
            made[address] = list(statements)
        with counted() as statements, town.context.database.transaction() as session:
            employee = identity.actor(session, "anna.holm")
            assert has_news(session, employee, None, now=town.clock.now())
            assert key in {str(each.id) for each in meetings_to_announce(session, employee, now=town.clock.now())}
        made["mails"] = list(statements)
        token = anna.token()
        with counted() as statements:
            anna.http.post(
                "/adviser/laest", data={"csrf": token, "ids": list(map(str, marked))}, follow_redirects=False
            )
        made["marking"] = list(statements)
        return made

    assert "Adviser (1)" in anna.get("/moeder").text
    few = counts(seen)
    added = more_citizens(town)
    now = town.clock.now()
    with town.context.database.transaction() as session:
        for course_id, citizen_id in added:
            about = Participant(role=ParticipantRole.CITIZEN, key=str(citizen_id))
            said = MeetingText(
                kind=MeetingKind.TEAM,
                starts_at=now + timedelta(hours=3),
                ends_at=now + timedelta(hours=4),
                participants=(about,),
            )
            add_meeting(session, course_id, uuid4(), said, by="anna.holm", now=now)
    unseen = _alerts_of(town, [each for _, each in added] * 10, AlertKind.ADMISSION, "health/")
    assert len(unseen) == 270
    marked = [*seen, *_alerts_of(town, [each for _, each in added], AlertKind.PLAN_CHANGED, "plan/")]
    assert f"Adviser ({len(added)})" in anna.get("/moeder").text, "read and hidden ones are not counted"
    many = counts(marked)
    for address, statements in few.items():
        assert_no_more(statements, many[address])
