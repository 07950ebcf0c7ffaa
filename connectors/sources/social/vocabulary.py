"""What DUBU's keys and words mean in ours. Assumed ones are listed in docs/connectors-social.md."""

import re

from schemas.codes import rows_by_code
from schemas.facts import EffortStatus, GoalKind, LegalBasis, Outcome, Progress
from schemas.people import RelationKind

ERRONEOUS = "Fejloprettet"
"""Status of what should never have been: a tombstone, whatever kind of thing it is."""
NOTIFICATION = "Underretning"
GOALS = {"Mål": GoalKind.GOAL, "Borgerens ord": GoalKind.CITIZEN_WISH, "Ressource": GoalKind.STRENGTH}
SUB_GOAL = "Delmål"
PLANS = frozenset({"Børnefaglig undersøgelse", "Barnets plan", "Ungeplan", "Handleplan", "Helhedsorienteret plan"})
EFFORT_STATUS = {
    "Bevilget": EffortStatus.PLANNED,
    "Igang": EffortStatus.ACTIVE,
    "Afsluttet": EffortStatus.ENDED,
    "Annulleret": EffortStatus.CANCELLED,
}
PLAN_STATUS = {"Planlagt": "draft", "Aktiv": "active", "Afsluttet": "completed", "Annulleret": "revoked"}
PROGRESS = {
    "Opnået": Progress.REACHED,
    "Fremgang": Progress.BETTER,
    "Uændret": Progress.UNCHANGED,
    "Tilbagegang": Progress.WORSE,
    "Ikke vurderet": Progress.NOT_ASSESSED,
}
RELATIONS = {
    "Mor": RelationKind.PARENT,
    "Far": RelationKind.PARENT,
    "Barn": RelationKind.CHILD,
    "Søskende": RelationKind.SIBLING,
    "Partner": RelationKind.PARTNER,
    "Værge": RelationKind.GUARDIAN,
    "Anden": RelationKind.OTHER,
}
OUTCOMES = {str(outcome): outcome for outcome in Outcome} | {
    "Ingen handling": Outcome.NO_ACTION,
    "Ingen yderligere handling": Outcome.NO_ACTION,
    "Indgår i igangværende sag": Outcome.TO_RUNNING_CASE,
    "Afdækning": Outcome.CLARIFICATION,
    "Børnefaglig undersøgelse": Outcome.ASSESSMENT,
    "Akut handling": Outcome.ACUTE,
    "Indsats iværksat": Outcome.EFFORT,
}
PRIVATE_NOTIFIERS = frozenset({"7", "8", "12", "13"})
"""Notifier categories behind which a private person stands: their words are not read."""

_LAWS = {
    "barnets lov": "barnets_lov",
    "bl": "barnets_lov",
    "serviceloven": "serviceloven",
    "lov om social service": "serviceloven",
    "sel": "serviceloven",
    "ungdomskriminalitetsloven": "ungdomskriminalitetsloven",
    "lov om bekæmpelse af ungdomskriminalitet": "ungdomskriminalitetsloven",
    "sundhedsloven": "sundhedsloven",
    "folkeskoleloven": "folkeskoleloven",
}
_LISTS = {
    "barnets_lov": ("barnets_lov_32", "placements"),
    "serviceloven": ("sel_children", "sel_adults"),
    "ungdomskriminalitetsloven": ("youth_crime_efforts",),
}
_PARAGRAPH = re.compile(r"^(?P<law>[^§]+?)s?\s*(?P<section>§+\s*\d.*)$", re.IGNORECASE)
_NUMBERS = re.compile(r"§+\s*(\d+)(?:\s*([a-z])\b)?(?:,?\s*stk\.\s*(\d+))?(?:,?\s*nr\.\s*(\d+))?", re.IGNORECASE)


def legal_basis(text: str) -> LegalBasis | None:
    """``Barnets lov § 32, stk. 1, nr. 5`` as law and section; None when the law is not known."""
    match = _PARAGRAPH.match(text.strip())
    if match is None:
        return None
    name = match["law"].strip().lower()
    law = _LAWS.get(name) or _LAWS.get(f"{name}s")
    return LegalBasis(law=law, section=match["section"].strip()) if law else None


def paragraph_code(basis: LegalBasis) -> tuple[str, str] | None:
    """Our code list and code for a paragraph, e.g. ``("barnets_lov_32", "32.1.5")``; None when no list has it.

    The most exact code that exists wins: § 85, stk. 1 is ``85`` when the list has no ``85.1``.
    """
    match = _NUMBERS.search(basis.section)
    if match is None:
        return None
    section, letter, subsection, number = match.groups()
    parts = [section, *(part.lower() for part in (letter, subsection, number) if part)]
    while parts:
        code = ".".join(parts)
        for code_list in _LISTS.get(basis.law, ()):
            if code in rows_by_code(code_list):
                return code_list, code
        if letter and len(parts) <= len((section, letter)):
            return None
        parts.pop()
    return None
