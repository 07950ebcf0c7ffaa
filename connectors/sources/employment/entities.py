"""The kinds of entity that STAR sends events of: their names, their services, and what each becomes."""

from collections.abc import Callable
from dataclasses import dataclass

from connectors.sources.employment import facts
from connectors.sources.employment.fields import Fields
from connectors.sources.employment.record_builder import Run, Statement


@dataclass(frozen=True)
class EntityKind:
    """One kind of entity."""

    name: str
    """``record_type`` of its records."""
    aliases: tuple[str, ...]
    """Other names and the numbers under which subscriptions and events know it."""
    path: str
    """Of its service, below ``base_url``."""
    ids: tuple[str, ...]
    """Fields that hold its id."""
    state: Callable[[Run, Fields], Statement]


_KINDS = (
    EntityKind(
        "Activity", ("Aktivitet", "Aktivering"), "activity/v1/Activity",
        ("activityIdentifier", "aktivitetIdentifier"), facts.activity,
    ),
    EntityKind("Fravaer", ("Fravær", "Absence"), "fravaer/v1/Fravaer", ("fravaerIdentifier",), facts.job_absence),
    EntityKind(
        "Interview", ("Samtale", "Jobsamtale"), "interview/v1/Interview",
        ("interviewIdentifier", "samtaleIdentifier"), facts.interview,
    ),
    EntityKind("Indkaldelse", ("90000",), "indkaldelse/v1/Indkaldelse", ("indkaldelseIdentifier",), facts.invitation),
    EntityKind("Frist", ("90001", "Deadline"), "frist/v1/Frist", ("fristIdentifier",), facts.deadline),
    EntityKind(
        "Kontaktgruppe", ("100008", "Maalgruppe", "Målgruppe"), "kontaktgruppe/v1/Kontaktgruppe",
        ("kontaktgruppeIdentifier", "maalgruppeIdentifier"), facts.target_group,
    ),
    EntityKind(
        "PersonContact", ("Kontaktperson",), "personcontact/v1/PersonContact",
        ("personContactIdentifier", "kontaktpersonIdentifier"), facts.person_contact,
    ),
    EntityKind("MinPlan", ("Plan",), "minplan/v1/MinPlan", ("planIdentifier", "minPlanIdentifier"), facts.plan),
)  # fmt: skip
ENTITIES = {kind.name: kind for kind in _KINDS}
"""Kinds that are read, by name."""
NOT_READ = frozenset({"akassemedlemskab", "60010", "forsoergerstatusskift", "60007", "cv", "notification"})
"""Kinds that say nothing of efforts; their events are left out."""
_BY_ALIAS = {alias.casefold(): kind for kind in _KINDS for alias in (kind.name, *kind.aliases)}


def entity_kind(name: str) -> EntityKind | None:
    """The kind that a source calls *name*; None: there is no such kind."""
    return _BY_ALIAS.get(name.strip().casefold())
