"""Who is told of what without asking for it, and what somebody has chosen otherwise. Pure."""

from collections.abc import Mapping

from schemas.alert import AlertKind, Relation

_OF_ANY_MEMBER = frozenset(
    {
        AlertKind.EFFORT_BEGAN,
        AlertKind.EFFORT_ENDED,
        AlertKind.NOTIFICATION,
        AlertKind.CLOCK_PASSED,
        AlertKind.ABSENCE_LINE,
        AlertKind.PLAN_CHANGED,
        AlertKind.ADMISSION,
        AlertKind.MOVED_AWAY,
    }
)
DEFAULTS: Mapping[Relation, frozenset[AlertKind]] = {
    Relation.LEAD_COORDINATOR: frozenset(AlertKind),
    Relation.CITIZEN_COORDINATOR: frozenset(AlertKind),
    Relation.MEMBER: _OF_ANY_MEMBER,
    Relation.NAMED_WORKER: frozenset(
        {
            AlertKind.EFFORT_ENDED,
            AlertKind.NOTIFICATION,
            AlertKind.CLOCK_PASSED,
            AlertKind.ADMISSION,
            AlertKind.MOVED_AWAY,
        }
    ),
    Relation.UNIT_LEADER: frozenset({AlertKind.CLOCK_PASSED}),
}
"""Whoever leads is told of all; goals that are due and who joins are theirs to see to. A worker who is on no team is
told what may stop the own work."""


def kinds_for(relation: Relation, choices: Mapping[AlertKind, bool]) -> frozenset[AlertKind]:
    """Of which kinds somebody of that relation is told; a choice counts before the default."""
    return frozenset(kind for kind in AlertKind if choices.get(kind, kind in DEFAULTS[relation]))
