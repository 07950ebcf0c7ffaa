"""A second reading of docs/access.md, from what the world holds. Uses nothing of ``hub.access``; follows the page."""

from dataclasses import dataclass
from datetime import date, timedelta

from hub.digest import keyed_digest
from schemas.access import Actor, Basis, Role
from schemas.people import RelationKind
from schemas.source import Area
from tests.attack.world import CLOSED_CASE, Citizen, Line, World
from tests.conftest import DIGEST_KEY

LEAD, TAIL = timedelta(days=14), timedelta(days=30)
NEVER = {Role.ADMINISTRATOR, Role.DPO}
BY_DEFAULT = {RelationKind.PARENT, RelationKind.CHILD, RelationKind.PARTNER}


@dataclass(frozen=True)
class Answer:
    """What the page of rules says to one question."""

    basis: Basis
    shown: frozenset[Area]
    may_reveal: bool
    may_find: bool

    @property
    def allowed(self) -> bool:
        """Whether the page opens."""
        return self.basis is not Basis.NONE


def answer(world: World, actor: Actor, citizen: Citizen, day: date, reason: str) -> Answer:
    """Whether, with which right, and what."""
    nothing = Answer(Basis.NONE, frozenset(), may_reveal=False, may_find=False)
    is_self = actor.own_identifier_digest == keyed_digest(citizen.cpr, DIGEST_KEY)
    if is_self or Role.TEAM_MEMBER not in actor.roles or NEVER & actor.roles:
        return nothing
    relation, consented = _relation(world, actor, citizen, day)
    has_reason = len("".join(reason.split())) >= 10
    own = {actor.area} if actor.area else set()
    shown = (own if relation is not Basis.NONE else set()) | consented
    may_find = relation is not Basis.NONE
    basis = relation
    if has_reason:
        wider = shown | own | {Area.SOCIAL}
        basis = Basis.OVERRIDE if wider != shown or not may_find else relation
        shown = wider
    if basis is Basis.NONE:
        return nothing
    return Answer(
        basis,
        frozenset(shown),
        may_reveal=may_find and is_guarded(world, citizen, day),
        may_find=may_find,
    )


def _relation(world: World, actor: Actor, citizen: Citizen, day: date) -> tuple[Basis, set[Area]]:
    """The closest right, and the areas consented to share with a team the actor is on."""
    teams = [
        course
        for course in world.courses
        if course.citizen == citizen.number
        and course.actor == actor.id
        and _holds(course.started, course.ended, day)
        and _holds(course.joined, course.left, day)
    ]
    if teams:
        consented = {
            area
            for course in teams
            for area, given, expires, withdrawn in course.consents
            if given <= day and (expires is None or day < expires) and (withdrawn is None or day < withdrawn)
        }
        return Basis.TEAM, consented
    lines = [line for line in citizen.lines if not _is_off(line)]
    if any(
        line.worker
        and f"{line.area}_system:{line.worker}" in actor.worker_ids
        and line.area is actor.area
        and _holds(line.start, end_of(line), day)
        for line in lines
    ):
        return Basis.NAMED_WORKER, set()
    if actor.unit_id is not None:
        if any(
            line.kind == "effort" and actor.unit_id in {line.unit, line.performer} and _counts(line, day)
            for line in lines
        ):
            return Basis.OWN_UNIT, set()
        if any(
            line.kind == "case" and line.unit == actor.unit_id and _holds(line.start, line.end, day) for line in lines
        ):
            return Basis.CASE_UNIT, set()
    return Basis.NONE, set()


def _holds(start: date | None, end: date | None, day: date) -> bool:
    return (start is None or start <= day) and (end is None or day < end)


def _is_off(line: Line) -> bool:
    return line.status == "cancelled" or (line.kind == "case" and line.status == CLOSED_CASE)


def end_of(line: Line) -> date | None:
    """The first day on which it is over: what the source calls ended is over since the source said so."""
    if line.kind != "effort" or line.status != "ended":
        return line.end
    end = min(line.registered, line.end or line.registered)
    return max(end, line.start) if line.start else end


def _counts(line: Line, day: date) -> bool:
    """In progress, beginning within 14 days, or ended less than 30 days ago; never one without a day."""
    end = end_of(line)
    if line.start is not None and line.start == end:
        return False
    return (line.start is None or line.start <= day + LEAD) and (end is None or day < end + TAIL)


def is_guarded(world: World, citizen: Citizen, day: date) -> bool:
    """Protected, or living with somebody who is: one source that says so is enough, until all say otherwise."""
    return citizen.protected or any(
        world.citizens[living.other].protected
        and (living.until is None or day < living.until)
        and (True in living.statements or (set(living.statements) == {None} and living.relation in BY_DEFAULT))
        for living in citizen.living
    )
