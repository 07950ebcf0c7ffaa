"""The page that asks for a reason, and what is shown of a protected citizen after one was given. Pure."""

from typing import Literal

from hub.access.naming import KnownPerson
from hub.access.policy import SHORTEST_REASON
from hub.web.citizen import texts
from hub.web.citizen.page import ReasonPage, Revealed
from hub.web.citizen.present_head import address_line
from hub.web.shell import texts as shared
from hub.web.shell.dates import as_sentence, day_text
from hub.web.shell.view_models import purpose_choices
from schemas.access import AccessFacts, Actor, Purpose, Role
from schemas.overview import Overview

Side = Literal["overblik", "familien", "tidslinje"]
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
    return ReasonPage(
        citizen_id=str(facts.citizen_id),
        warning=texts.SELF_REFUSED if facts.is_self else texts.OVERRIDE_WARNING,
        about=None if facts.is_self else _about(person),
        refused=facts.is_self or Role.TEAM_MEMBER not in actor.roles,
        purposes=purpose_choices(purpose),
        side=side,
        reason=reason,
        error=error,
    )


def _about(person: KnownPerson | None) -> str:
    """Whom the page is about, as far as the actor knows that already."""
    if person is None:
        return texts.NOT_NAMED
    name = person.name or (shared.NAME_DISPUTED if person.is_disputed else shared.NAME_MISSING)
    born = f", født {day_text(person.birth_date)}" if person.birth_date else ""
    disputed = f" {texts.IDENTITY_DISPUTED}" if person.is_disputed else ""
    return f"{as_sentence(f'Siden er om {name}{born}' if person.name else name)}{disputed}"


def revealed(overview: Overview | None) -> Revealed:
    """The national number, and the address of a protected citizen; None: it was refused."""
    if overview is None:
        return Revealed(
            None,
            None,
            f"Kan ikke vises. Begrundelsen skal have mindst {SHORTEST_REASON} tegn, og du skal være på teamet.",
        )
    number = next((identifier for identifier in overview.header.identifiers if identifier.is_national), None)
    cpr = f"{number.value[:6]}-{number.value[6:]}" if number else "ikke oplyst af kilden"
    protected = overview.header.person.name_address_protected
    address = (address_line(overview.header.person) or "adresse ikke oplyst af kilden") if protected else None
    return Revealed(cpr, address, "Vist efter din begrundelse; noteret i loggen.")
