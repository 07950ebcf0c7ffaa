"""The demo's people as cards. Pure."""

from collections.abc import Iterable, Sequence

from hub.course.views import MyCitizen
from hub.web.login import texts
from hub.web.login.page import DemoCard, LoginPage
from hub.web.shell.dates import counted
from schemas.access import Actor, Role


def login_page(people: Iterable[tuple[Actor, Sequence[MyCitizen]]], *, provider: bool) -> LoginPage:
    """A card for each of the demo's people, with the citizens on whose teams they are."""
    return LoginPage(demo=True, cards=tuple(_card(actor, citizens) for actor, citizens in people), provider=provider)


def _card(actor: Actor, citizens: Sequence[MyCitizen]) -> DemoCard:
    role = next(
        (role for role in (Role.DPO, Role.ADMINISTRATOR, Role.MANAGER) if role in actor.roles), Role.TEAM_MEMBER
    )
    sentence = texts.CARD[role].format(details=texts.AREA_DETAILS[actor.area] if actor.area else "egne opgaver")
    team = ""
    if role is Role.TEAM_MEMBER:
        courses = counted(len({citizen.course_id for citizen in citizens}), "forløb", "forløb")
        on_teams = f"På teamet i {courses} med {counted(len(citizens), 'borger', 'borgere')}."
        team = on_teams if citizens else texts.NO_TEAM
    return DemoCard(actor.id, actor.name, actor.title, actor.unit_name or "", sentence, team)
