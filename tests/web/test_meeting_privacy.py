"""What a meeting says to nobody: of who withdrew, in whatever version, and by the id of a colleague who is hidden."""

from tests.web import maja
from tests.web.conftest import Town
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
