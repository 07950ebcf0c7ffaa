"""A second reading of docs/access.md, from what the world holds. Uses nothing of ``hub.access``; follows the page."""

from dataclasses import dataclass
from datetime import date, timedelta

from hub.digest import keyed_digest
from schemas.access import Actor, Basis, Role
from schemas.consent import AREA_CATEGORIES
from schemas.data_category import DataCategory
from schemas.people import RelationKind
from schemas.source import Area
from tests.attack.restricted import restricted
from tests.attack.world import CLOSED_CASE, Citizen, Consent, Course, Line, World
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
    lines_shown: frozenset[Area] = frozenset()
    """Areas whose efforts, cases and contacts are shown; an area may be shared without them."""
    searched: frozenset[Area] = frozenset()
    """Areas on whose words the citizen is found: those that are seen whole."""
    existence: frozenset[Area] = frozenset()
    """Hidden areas of which the reader may know whether there is anything."""
    limited: Area | None = None
    """The own area, where a job function reaches only some KLE numbers of it; ``kle`` says which."""
    kle: frozenset[str] = frozenset()

    def shows(self, line: Line) -> bool:
        """Whether the line is shown."""
        if line.area not in self.lines_shown or line.area is not self.limited:
            return line.area in self.lines_shown
        return line.kle is not None and any(f"{line.kle}.".startswith(f"{number}.") for number in self.kle)

    @property
    def allowed(self) -> bool:
        """Whether the page opens."""
        return self.basis is not Basis.NONE


def answer(world: World, actor: Actor, citizen: Citizen, day: date, reason: str) -> Answer:
    """Whether, with which right, and what."""
    nothing = Answer(Basis.NONE, frozenset(), may_reveal=False, may_find=False)
    is_self = actor.own_identifier_digest == keyed_digest(citizen.cpr, DIGEST_KEY)
    if citizen in restricted(world):
        return nothing
    if is_self or Role.TEAM_MEMBER not in actor.roles or NEVER & actor.roles:
        return nothing
    relation, consented = _relation(world, actor, citizen, day)
    has_reason = len("".join(reason.split())) >= 10
    own = {actor.area} if actor.area else set()
    may_find = relation is not Basis.NONE
    whole = {area for area, categories in consented.items() if set(AREA_CATEGORIES[area]) <= categories}
    limited = own - whole if actor.kle is not None else set()
    whole |= own if may_find else set()
    basis = relation
    if has_reason:
        wider = whole | own | {Area.SOCIAL}
        is_widened = wider != whole or Area.SOCIAL in limited
        basis = Basis.OVERRIDE if is_widened or not may_find else relation
        whole = wider
        limited -= {Area.SOCIAL}
    if basis is Basis.NONE:
        return nothing
    in_part = {area for area, categories in consented.items() if categories - {DataCategory.EXISTENCE}}
    with_lines = {area for area, categories in consented.items() if DataCategory.EFFORTS in categories}
    known = {area for area, categories in consented.items() if DataCategory.EXISTENCE in categories}
    return Answer(
        basis,
        frozenset(whole | in_part),
        may_reveal=may_find and is_guarded(world, citizen, day),
        may_find=may_find,
        lines_shown=frozenset(whole | with_lines),
        searched=frozenset(whole - limited),
        limited=next(iter(limited), None),
        kle=actor.kle or frozenset(),
        existence=frozenset(known - whole - in_part),
    )


def _relation(world: World, actor: Actor, citizen: Citizen, day: date) -> tuple[Basis, dict[Area, set[DataCategory]]]:
    """The closest right, and what of each area is consented to be shared with a team the actor is on."""
    teams = [
        course
        for course in world.courses
        if course.citizen == citizen.number
        and course.actor == actor.id
        and _holds(course.started, course.ended, day)
        and _holds(course.joined, course.left, day)
        and any(consent.area is None for consent in _standing(course, day))
    ]
    if teams:
        consented: dict[Area, set[DataCategory]] = {}
        for course in teams:
            for consent in _standing(course, day):
                if consent.area is not None:
                    consented.setdefault(consent.area, set()).update(consent.categories)
        return Basis.TEAM, consented
    lines = [line for line in citizen.lines if not _is_off(line)]
    if any(
        line.worker
        and f"{line.area}_system:{line.worker}" in actor.worker_ids
        and line.area is actor.area
        and _holds(line.start, end_of(line), day)
        for line in lines
    ):
        return Basis.NAMED_WORKER, {}
    if actor.unit_id is not None:
        if any(
            line.kind == "effort" and actor.unit_id in {line.unit, line.performer} and _counts(line, day)
            for line in lines
        ):
            return Basis.OWN_UNIT, {}
        if any(
            line.kind == "case" and line.unit == actor.unit_id and _holds(line.start, line.end, day) for line in lines
        ):
            return Basis.CASE_UNIT, {}
    return Basis.NONE, {}


def _standing(course: Course, day: date) -> list[Consent]:
    """The consents that hold on the day."""
    return [
        consent
        for consent in course.consents
        if consent.given <= day
        and (consent.expires is None or day < consent.expires)
        and (consent.withdrawn is None or day < consent.withdrawn)
    ]


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
