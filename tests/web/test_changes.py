"""A change is worded the same way on every page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.overview.changes import Change, ChangeKind
from hub.web.citizen.page_data import Changes
from hub.web.citizen.present import overview_page
from hub.web.my_citizens.families import Family, FamilyMember
from hub.web.my_citizens.present import Filters, my_citizens_page
from hub.web.shell.changes import change_text
from hub.web.shell.people import FirstNames
from schemas.access import Purpose
from schemas.overview import Entry
from tests.web import maja
from tests.web.test_lists import citizen

NAMES = FirstNames({key: name.split(" ")[0] for key, name in maja.NAMES.items()})


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ChangeKind.NEW, "Ny indsats: familiebehandling for Ida"),
        (ChangeKind.CHANGED, "Ændret: familiebehandling for Ida (i gang)"),
        (ChangeKind.ENDED, "Afsluttet: familiebehandling for Ida"),
        (ChangeKind.GONE, "Trukket tilbage af kilden: familiebehandling for Ida"),
    ],
)
def test_mine_borgere_and_the_citizens_page_say_the_same(kind: ChangeKind, text: str) -> None:
    change = Change(kind=kind, entry=maja.FAMILY_TREATMENT)
    data = replace(maja.page_data(), changes=Changes(maja.NOW - timedelta(days=14), (change,)))
    members = tuple(FamilyMember(citizen(key.int, name=name), None, (change,)) for key, name in maja.NAMES.items())
    family = Family(members, maja.NOW - timedelta(days=14))
    mine = my_citizens_page([family], Filters(), purpose=Purpose.FOLLOW_UP, unit=None, now=maja.NOW)
    assert overview_page(data).changes == mine.families[0].changes == (text,)


@pytest.mark.parametrize(
    ("kind", "start"),
    [
        (ChangeKind.NEW, "Ny underretning fra skolen om "),
        (ChangeKind.CHANGED, "Nyt i underretning fra skolen om "),
        (ChangeKind.GONE, "Trukket tilbage af kilden: underretning fra skolen om "),
    ],
)
def test_a_notification_says_from_whom_and_about_whom(kind: ChangeKind, start: str) -> None:
    text = change_text(Change(kind=kind, entry=maja.NOTIFICATIONS[-1]), NAMES, maja.NOW)
    assert text is not None
    assert text.startswith(start)


@pytest.mark.parametrize("kind", ChangeKind)
@pytest.mark.parametrize(
    "entry", [maja.WISH, maja.FAMILY_TREATMENT, maja.NOTIFICATIONS[0]], ids=lambda entry: entry.fact.kind
)
def test_every_kind_of_change_has_words(kind: ChangeKind, entry: Entry) -> None:
    assert change_text(Change(kind=kind, entry=entry), NAMES, maja.NOW)


@pytest.mark.parametrize(
    ("entry", "fields", "wiped", "text"),
    [
        (
            maja.WISH,
            ("stated_by",),
            ("stated_by",),
            f"Ikke længere oplyst af kilden: hvem der har sagt det · borgerens ord ”{maja.WISH_TEXT}” (Maja)",
        ),
        (maja.WISH, ("assessed_on",), (), f"Nyt om borgerens ord, som er de samme: {maja.WISH_TEXT} (Maja)"),
        (maja.WISH, ("text",), (), f"Borgerens ord ændret: {maja.WISH_TEXT} (Maja)"),
        (
            maja.FAMILY_TREATMENT,
            ("performer", "responsible"),
            ("performer", "responsible"),
            "Ikke længere oplyst af kilden: hvem der udfører indsatsen og ansvarlig · familiebehandling for Ida",
        ),
        (
            maja.FAMILY_TREATMENT,
            ("end", "status"),
            ("end",),
            "Ændret: familiebehandling for Ida (i gang); ikke længere oplyst af kilden: slutdato",
        ),
    ],
)
def test_what_a_source_tells_no_longer_is_no_new_statement(
    entry: Entry, fields: tuple[str, ...], wiped: tuple[str, ...], text: str
) -> None:
    change = Change(kind=ChangeKind.CHANGED, entry=entry, fields=fields, wiped=wiped)
    assert change_text(change, NAMES, maja.NOW) == text
