"""Teams around a citizen (CareTeam): who is responsible, who performs, and which sort of place it is. Pure."""

from dataclasses import dataclass

from pydantic import ValidationError

from connectors.kit import clean_line
from connectors.sources.health import codes
from connectors.sources.health.context import ResourceContext
from connectors.sources.health.payloads import CareTeam, Reference
from connectors.sources.health.units import named_by, unit_id
from schemas.people import Responsible, Unit

COORDINATING_AUTHORITY = "koordinerende-myndighed"
COORDINATING_PERFORMER = "koordinerende-udfører"
"""KL's roles of participants (FFB messaging)."""


@dataclass(frozen=True)
class Team:
    """What a CareTeam says about an effort."""

    place: str | None
    """Sort of place or service (tilbud), when the team is one."""
    responsible: Responsible | None
    performer: Unit | None


def read_teams(references: tuple[Reference, ...], context: ResourceContext) -> Team:
    """What the teams of a plan say together: the first place, the first who is responsible, the first who performs."""
    teams = [team for reference in references if (team := _team(reference, context))]
    return Team(
        place=next((team.place for team in teams if team.place), None),
        responsible=next((team.responsible for team in teams if team.responsible), None),
        performer=next((team.performer for team in teams if team.performer), None),
    )


def team_responsible(team: CareTeam, context: ResourceContext) -> Responsible | None:
    """Who works with the citizen: the members, else the team itself by its name or by the sort of place it is."""
    members = tuple(part.member for part in team.participant if part.member is not None)
    responsible = context.responsible(*team.managing_organization, *members)
    if responsible is not None:
        return responsible
    name = clean_line("name", team.name, longest=200)[0] or _place(team)
    return Responsible(unit=Unit(id=unit_id(context.source, team.id), name=name)) if name else None


def _team(reference: Reference, context: ResourceContext) -> Team | None:
    resource = context.find(reference, look_up=True)
    if resource is None or resource.get("resourceType") != "CareTeam":
        return Team(None, context.responsible(reference), None)
    try:
        team = CareTeam.model_validate(resource)
    except ValidationError:
        return None
    around = context.inside(resource)
    place = _place(team)
    authority = _participants(team, COORDINATING_AUTHORITY)
    performers = (*_participants(team, COORDINATING_PERFORMER), *team.managing_organization)
    if place is None and not authority:
        return Team(None, around.responsible(reference, *team.managing_organization), None)
    members = tuple(part.member for part in team.participant if part.member is not None and not part.role)
    units = (named_by(each, around)[0] for each in (*performers, *members))
    return Team(place, around.responsible(*authority), next((unit for unit in units if unit), None))


def _place(team: CareTeam) -> str | None:
    coding = codes.best_coding(team.category)
    code_and_known = codes.coded(coding) if coding is not None else None
    if code_and_known is None or code_and_known[0].code_list not in {"ffb_places", "ffb_efforts"}:
        return None
    return codes.words(code_and_known[0], None)


def _participants(team: CareTeam, role: str) -> tuple[Reference, ...]:
    return tuple(
        part.member
        for part in team.participant
        if part.member is not None and any(code.code == role for concept in part.role for code in concept.coding)
    )
