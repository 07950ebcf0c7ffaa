"""The page that asks for a reason, and what is shown of a protected citizen after one was given. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from hub.access.naming import KnownPerson
from hub.access.policy import SHORTEST_REASON
from hub.web.citizen import texts
from hub.web.citizen.page_data import Team
from hub.web.citizen.page_reason import ReasonPage, Revealed
from hub.web.citizen.present_efforts import listed_efforts, responsible_person
from hub.web.citizen.present_head import address_line, teammate_person
from hub.web.shell.dates import as_sentence, capital, day_text
from hub.web.shell.people import identity_note, name_missing
from hub.web.shell.view_models import purpose_choices
from schemas.access import AccessFacts, Actor, Purpose, Role
from schemas.overview import Overview
from schemas.source import Area
from schemas.staff import EmployeeContact

Side = Literal["overblik", "familien", "tidslinje", "punkter"]
"""Which page about the citizen."""


def reason_page(  # noqa: PLR0913  keyword-only from the side on
    actor: Actor,
    facts: AccessFacts,
    purpose: Purpose,
    person: KnownPerson | None,
    *,
    side: Side,
    reason: str,
    error: str | None,
) -> ReasonPage:
    """Why the citizen is not open, whom it is about, and the form for a reason where a reason would open it."""
    refusal = _refusal(actor, facts)
    return ReasonPage(
        citizen_id=str(facts.citizen_id),
        warning=refusal or texts.OVERRIDE_WARNING,
        about=None if refusal else _about(person),
        refused=refusal is not None,
        purposes=purpose_choices(purpose),
        side=side,
        reason=reason,
        error=error,
    )


def _refusal(actor: Actor, facts: AccessFacts) -> str | None:
    """Why no reason would open the page; None: a reason would."""
    if facts.is_self:
        return texts.SELF_REFUSED
    return None if Role.TEAM_MEMBER in actor.roles else texts.ROLE_REFUSED


def _about(person: KnownPerson | None) -> str:
    """Whom the page is about, as far as the actor knows that already."""
    if person is None:
        return texts.NOT_NAMED
    name = person.name or name_missing(person.identity)
    born = f", født {day_text(person.birth_date)}" if person.birth_date else ""
    note = identity_note(person.identity)
    sentences = [f"Siden er om {name}{born}" if person.name else name, *([note.text] if note else [])]
    return " ".join(map(as_sentence, sentences))


def not_revealed() -> Revealed:
    """The refusal, and why."""
    return Revealed(
        None,
        None,
        f"Kan ikke vises. Begrundelsen skal være ord, mindst {SHORTEST_REASON} tegn, og du skal være på teamet, være"
        " ansvarlig eller arbejde i en enhed med en indsats eller en sag.",
    )


def areas_revealed(overview: Overview, today: date) -> frozenset[Area]:
    """The areas of which it is said whom to call."""
    return frozenset(entry.area for entry, _ in listed_efforts(overview.entries(), today))


def revealed(
    overview: Overview, *, contacts: Mapping[str, EmployeeContact], team: Team | None, today: date
) -> Revealed:
    """The national number; of a protected citizen also the address and whom to call."""
    number = overview.header.national_number
    cpr = f"{number.value[:6]}-{number.value[6:]}" if number else "ikke oplyst af kilden"
    note = "Vist efter din begrundelse; noteret i loggen."
    if not overview.header.person.name_address_protected:
        return Revealed(cpr, None, note)
    address = address_line(overview.header.person) or "adresse ikke oplyst af kilden"
    efforts = [
        (capital(effort.title), responsible_person(entry, effort, contacts))
        for entry, effort in listed_efforts(overview.entries(), today)
    ]
    members = [("Team", teammate_person(member)) for member in team.members] if team else []
    return Revealed(cpr, address, note, (*efforts, *members))
