"""Stays, contacts, cases, plans and assignments on the pages about a citizen."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from hub.web.citizen.page_data import PageData
from hub.web.citizen.present import family_page, overview_page
from hub.web.citizen.present_timeline import timeline_page
from schemas.codes import Coded
from schemas.facts import AssignmentFact, CaseFact, ContactFact, ContactState, Fact, PlanFact
from schemas.overview import Section, SectionState
from schemas.people import RelationKind, Responsible, Unit
from schemas.period import Period
from schemas.source import Area
from tests.web import maja

WARD = Responsible(unit=Unit(id="health:9", name="Medicinsk afdeling"))
TEAM = AssignmentFact(role=Coded(code_list="assignment_roles", code="care_team"), responsible=WARD)
DAY = Period(start=date(2023, 9, 1), end=date(2023, 9, 2))


def page_data(fact: Fact, valid: Period) -> PageData:
    """The Maja family with one thing more, in the health area, about Maja."""
    data = maja.page_data(health=True)
    entry = maja.entry("77", Area.HEALTH, fact, valid, [maja.MAJA])
    section = Section(area=Area.HEALTH, state=SectionState.ENTRIES, entries=(entry,))
    others = tuple(each for each in data.overview.sections if each.area is not Area.HEALTH)
    return replace(data, overview=data.overview.model_copy(update={"sections": (*others, section)}))


def stay(state: ContactState, status: str | None = None, leave: date | None = None) -> ContactFact:
    return ContactFact(
        title="Indlæggelse",
        state=state,
        is_stay=True,
        leave_since=leave,
        status=Coded(code_list="contact_kinds", code=status) if status else None,
        responsible=WARD,
    )


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (stay(ContactState.ONGOING, "STIN"), "indlagt siden 7. sep. 2023"),
        (stay(ContactState.ONGOING, "SLOR"), "indlagt siden 7. sep. 2023, tilbage fra orlov"),
        (
            stay(ContactState.ON_LEAVE, "STOR", date(2023, 9, 10)),
            "på orlov fra sygehuset siden 10. sep. 2023; indlagt siden 7. sep. 2023",
        ),
    ],
)
def test_who_is_in_hospital_stands_under_what_goes_on_now(fact: ContactFact, text: str) -> None:
    page = overview_page(page_data(fact, Period(start=date(2023, 9, 7))))
    assert [(row.title, row.text, row.who.text if row.who else None) for row in page.stays] == [
        ("Indlæggelse", text, "Medicinsk afdeling")
    ]
    assert page.stays[0].source.text == "Sundhed (Nexus)"
    assert not page.contacts


def test_a_stay_stands_in_the_familys_column_and_table_and_in_the_lanes() -> None:
    data = page_data(stay(ContactState.ONGOING), Period(start=date(2023, 9, 7)))
    family = family_page(data)
    assert family.columns[0].stays == ("Indlagt siden 7. sep. 2023, Medicinsk afdeling",)
    cells = [cell for moment in family.moments for cell in moment.cells if cell and cell.title == "Indlæggelse"]
    assert [cell.text for cell in cells] == ["Sundhed · indlagt siden 7. sep. 2023"]
    assert family.drawing is not None
    assert "Indlæggelser" in [lane.name for lane in family.drawing.lanes]


def test_a_stay_that_is_over_tells_its_last_day_and_how_it_ended() -> None:
    data = page_data(stay(ContactState.ENDED, "SLHJ"), Period(start=date(2023, 8, 7), end=date(2023, 8, 10)))
    page = overview_page(data)
    assert not page.stays
    assert [row.text for row in page.contacts] == ["7. aug. 2023 til 9. aug. 2023, udskrevet til eget hjem"]
    row = next(row for row in timeline_page(data).rows if row.text == "Indlæggelse")
    assert row.end is not None
    assert row.end.iso == "2023-08-09"


@pytest.mark.parametrize(
    ("state", "valid", "text"),
    [
        (ContactState.PLANNED, Period(start=date(2023, 10, 2), end=date(2023, 10, 3)), "planlagt til 2. oktober 2023"),
        (
            ContactState.PLANNED,
            Period(start=date(2023, 9, 12), end=date(2023, 9, 13)),
            "planlagt til 12. september 2023",
        ),
        (
            ContactState.PLANNED,
            DAY,
            "var planlagt til 1. sep. 2023; kilden siger ikke, om det blev til noget",
        ),
        (ContactState.ENDED, DAY, "1. sep. 2023"),
        (None, Period(), "dagen er ikke oplyst"),
    ],
)
def test_a_contact_says_whether_it_is_planned_or_has_been(state: ContactState | None, valid: Period, text: str) -> None:
    data = page_data(ContactFact(title="Hjemmebesøg", state=state), valid)
    assert [row.text for row in overview_page(data).contacts] == [text]
    outcome = "gennemført" if state is ContactState.ENDED else text
    assert [row.outcome for row in timeline_page(data).rows if row.text == "Hjemmebesøg"] == [outcome]


@pytest.mark.parametrize(
    ("state", "day", "hours", "text", "outcome"),
    [
        (
            ContactState.PLANNED,
            date(2023, 10, 3),
            ("2023-10-03T08:00Z", "2023-10-03T09:00Z"),
            "planlagt til tirsdag 3. oktober 2023 kl. 10.00–11.00",
            None,
        ),
        # The same hour of the day after the clocks were put back.
        (
            ContactState.PLANNED,
            date(2023, 10, 30),
            ("2023-10-30T09:00Z", None),
            "planlagt til mandag 30. oktober 2023 kl. 10.00",
            None,
        ),
        (
            ContactState.ENDED,
            date(2023, 9, 1),
            ("2023-09-01T08:00Z", "2023-09-01T09:00Z"),
            "1. sep. 2023 kl. 10.00–11.00",
            "gennemført kl. 10.00–11.00",
        ),
        (
            ContactState.PLANNED,
            date(2023, 9, 1),
            ("2023-09-01T08:00Z", None),
            "var planlagt til 1. sep. 2023 kl. 10.00; kilden siger ikke, om det blev til noget",
            None,
        ),
        (
            ContactState.PLANNED,
            date(2023, 10, 3),
            ("2023-10-03T20:00Z", "2023-10-04T06:00Z"),
            "planlagt til tirsdag 3. oktober 2023 kl. 22.00 til 4. okt. 2023 kl. 08.00",
            None,
        ),
    ],
)
def test_a_contact_says_its_hours_where_the_source_tells_them(
    state: ContactState, day: date, hours: tuple[str, str | None], text: str, outcome: str | None
) -> None:
    starts_at, ends_at = (datetime.fromisoformat(each) if each else None for each in hours)
    fact = ContactFact(title="Hjemmebesøg", state=state, starts_at=starts_at, ends_at=ends_at)
    data = page_data(fact, Period(start=day, end=day + timedelta(days=1)))
    assert [row.text for row in overview_page(data).contacts] == [text]
    assert [row.outcome for row in timeline_page(data).rows if row.text == "Hjemmebesøg"] == [outcome or text]


def test_an_old_contact_is_left_to_the_timeline() -> None:
    data = page_data(
        ContactFact(title="Hjemmebesøg", state=ContactState.ENDED), Period(start=date(2021, 9, 1), end=date(2021, 9, 2))
    )
    assert not overview_page(data).contacts
    assert any(row.text == "Hjemmebesøg" for row in timeline_page(data).rows)


@pytest.mark.parametrize(
    ("fact", "title", "text"),
    [
        (
            CaseFact(case_number="1", title="Børnesag", status=Coded(code_list="case_status", code="SagStatus1")),
            "Børnesag",
            "aktiv, oprettet 1. sep. 2023",
        ),
        (
            CaseFact(
                case_number="1",
                title="Børnesag",
                status=Coded(code_list="case_status", code="SagStatus3", label="Hvilende"),
            ),
            "Børnesag",
            "hvilende, oprettet 1. sep. 2023",
        ),
        (
            PlanFact(
                title="Handleplan",
                status=Coded(code_list="plan_status", code="active"),
                next_follow_up_on=date(2023, 9, 5),
            ),
            "Handleplan",
            "aktiv fra 1. sep. 2023, opfølgning var sat til 5. sep. 2023",
        ),
        (TEAM, "Plejeteam", "arbejder med borgeren"),
    ],
)
def test_cases_plans_and_assignments_stand_together(fact: Fact, title: str, text: str) -> None:
    page = overview_page(page_data(fact, Period(start=date(2023, 9, 1))))
    assert [(row.title, row.text) for row in page.standing] == [(title, text)]


@pytest.mark.parametrize(
    "fact",
    [
        CaseFact(case_number="1", title="Børnesag", status=Coded(code_list="case_status", code="SagStatus2")),
        PlanFact(title="Handleplan", status=Coded(code_list="plan_status", code="completed")),
    ],
)
def test_what_is_closed_is_left_to_the_timeline(fact: CaseFact | PlanFact) -> None:
    data = page_data(fact, Period(start=date(2023, 9, 1)))
    assert not overview_page(data).standing
    assert any(row.text == fact.title for row in timeline_page(data).rows)


def test_a_grandmother_is_called_what_she_is() -> None:
    data = maja.page_data()
    grandmother = maja.relative(maja.EMIL, RelationKind.OTHER).model_copy(
        update={"citizen_id": None, "name": "Bodil Kjær", "role": Coded(code_list="relationship_codes", code="MGRMTH")}
    )
    header = data.overview.header.model_copy(update={"relatives": (grandmother,)})
    page = overview_page(replace(data, overview=data.overview.model_copy(update={"header": header})))
    assert [(word, [link.text for link in people]) for word, people in page.head.relatives] == [("Mormor", ["Bodil"])]
