"""What forms of course, plan and meetings say of fields that are empty, or in which no such value stands. Pure."""

from hub.web.course import forms as course_forms
from hub.web.meetings.forms import PlanFields, read_plan
from hub.web.plan import forms as plan_forms

MEMBER = {
    "employee": "",
    "function": "",
    "valid_from": "i morgen",
    "valid_to": "",
    "reason": "",
    "authority": "",
    "say": "",
    "citizen_words": "",
}


def test_each_field_that_must_be_corrected_is_named_once() -> None:
    assert course_forms.read_member({**MEMBER, "employee": "ole.bruun"}) == (
        "Vælg, hvad medarbejderen er på teamet. Skriv dagen, medarbejderen er med fra, som 2023-09-12."
        " Vælg, hvad borgeren siger til det."
    )
    assert course_forms.read_ending({"ends_on": "", "outcome": "", "follows": ""}) == (
        "Skriv dagen, forløbet slutter, som 2023-09-12. Vælg, hvordan det gik."
    )
    assert plan_forms.read_progress({"progress": "", "words": "", "on_day": "2023-09-12"}) == "Vælg, hvordan det går."
    empty = dict.fromkeys(("kind", "on_day", "starts", "ends", "place", "guests", "reason"), "")
    said = read_plan(PlanFields({**empty, "on_day": "2023-09-12", "starts": "10.30"}, (), (), (), (), (), ()))
    assert said == "Vælg, hvilket møde det er. Skriv, hvornår mødet slutter, som 11.30."


def test_a_field_without_a_sentence_of_its_own_is_told_in_general() -> None:
    fields = {"kind": "nonsense", "goal": "", "words": "", "who": "", "due_on": "", "goal_type": ""}
    assert plan_forms.read_entry(fields) == "Vælg et svar i hvert felt, og skriv datoer som 2023-09-12."
