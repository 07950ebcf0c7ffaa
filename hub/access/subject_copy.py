"""The copy of what is stored about a citizen and of who looked: decided, logged, then made."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.policy import is_reason
from hub.access.redaction import redact_names
from hub.access.rights import RightsDesk, RightsFault
from hub.audit import repository as audit
from hub.clock import danish_day
from hub.course.consent_repository import list_consents
from hub.course.disclosure_repository import get_disclosure
from hub.course.meeting_repository import list_decisions, read_meetings
from hub.course.plan_repository import read_plan
from hub.course.subject_repository import CitizensCourse, list_courses, list_disclosure_ids
from hub.course.trial_repository import list_trials
from hub.overview import repository as overviews
from hub.overview.service import read_hidden
from hub.rights.restriction_repository import restricted_among
from schemas.access import AuditAction, AuditEntry, AuditOutcome
from schemas.base import Schema
from schemas.disclosure import Disclosure
from schemas.facts import ConcernNotificationFact
from schemas.meeting import Decision, Meeting
from schemas.overview import Entry, Overview
from schemas.record import PartyRole
from schemas.subject_copy import CopiedEntry, CopiedFact, CopiedLook, SubjectCopy, Withheld, WithheldRule

LINES_AT_ONCE = 500
_OF_NOTIFIER = frozenset({"notifier", "notifier_title", "receipt_sent_on", "notifier_informed_on"})
"""Fields of a notification that tell who sent it."""


class CopyResult(Schema):
    """The copy, or what must be corrected first, or neither: refused."""

    copy_made: SubjectCopy | None = None
    faults: tuple[RightsFault, ...] = ()
    is_unknown: bool = False
    """Nothing is stored about the citizen."""


def copy_person(overview: Overview, withheld: Counter[WithheldRule], *, is_guarded: bool) -> dict[str, JsonValue]:
    """Who the citizen is; pure. Relatives are counted and left out, and the address where somebody is protected."""
    person = overview.header.person.model_dump(mode="json", exclude_none=True, exclude={"replaces", "replaced_by"})
    if is_guarded and (person.pop("address", None) or person.pop("left_addresses", None)):
        withheld[WithheldRule.ADDRESS] += 1
    if is_guarded:
        person.pop("left_addresses", None)
    withheld[WithheldRule.RELATIVES] += len(overview.header.relatives)
    return person


def copy_facts(overview: Overview, withheld: Counter[WithheldRule], *, is_guarded: bool) -> tuple[CopiedFact, ...]:
    """What sources say of the citizen; pure. Nothing of anybody else is in it, and no notifier."""
    return tuple(
        copied
        for entry in overview.entries()
        if (copied := _copied(entry, overview.citizen_id, withheld, is_guarded=is_guarded)) is not None
    )


def _copied(entry: Entry, citizen_id: UUID, withheld: Counter[WithheldRule], *, is_guarded: bool) -> CopiedFact | None:
    primary = [party for party in entry.parties if party.role is PartyRole.PRIMARY]
    if primary and all(party.citizen_id != citizen_id for party in primary):
        withheld[WithheldRule.OTHERS_ENTRIES] += 1
        return None
    withheld[WithheldRule.OTHERS_NAMED] += sum(party.citizen_id != citizen_id for party in entry.parties)
    says = entry.fact.model_dump(mode="json", exclude_none=True)
    if isinstance(entry.fact, ConcernNotificationFact):
        withheld[WithheldRule.NOTIFIER] += 1
        says = {name: value for name, value in says.items() if name not in _OF_NOTIFIER}
    if is_guarded and any(says.pop(name, None) for name in ("performer", "school", "responsible")):
        withheld[WithheldRule.ADDRESS] += 1
        says = {name: value for name, value in says.items() if name not in {"performer", "school", "responsible"}}
    return CopiedFact(
        area=entry.area,
        kind=says.pop("kind"),
        source=entry.provenance.source,
        valid_from=entry.valid.start,
        valid_to=entry.valid.end,
        as_of=entry.provenance.observed_at,
        registered_at=entry.provenance.registration.registered_from,
        says=says,
        contested=entry.contested.words if entry.contested else None,
    )


def copy_looks(
    lines: Iterable[AuditEntry], units: Mapping[str, str], withheld: Counter[WithheldRule], *, with_names: bool
) -> tuple[CopiedLook, ...]:
    """Who was shown something of the citizen, by role and unit; pure."""
    looks = []
    for line in lines:
        if line.outcome is not AuditOutcome.SHOWN:
            continue
        withheld[WithheldRule.EMPLOYEE_NAMES] += not with_names
        looks.append(
            CopiedLook(
                at=line.recorded_at,
                action=line.action.value,
                role=line.role.value if line.role else "",
                unit=units.get(line.unit_id, "") if line.unit_id else "",
                purpose=line.purpose.value if line.purpose else "",
                areas=tuple(sorted(line.sections_shown)),
                fields=line.fields_revealed,
                employee=line.actor_name if with_names else None,
            )
        )
    return tuple(looks)


def copy_meetings(
    meetings: Sequence[Meeting], decisions: Sequence[Decision], citizen_id: UUID, withheld: Counter[WithheldRule]
) -> tuple[CopiedEntry, ...]:
    """Meetings about the citizen, with what was decided about the citizen; pure."""
    copied = []
    for meeting in meetings:
        said = meeting.text
        if citizen_id not in said.citizen_ids:
            continue
        says: dict[str, JsonValue] = {
            "state": said.state.value,
            "starts_at": said.starts_at.isoformat(),
            "place": said.place,
        }
        if said.minutes and set(said.citizen_ids) == {citizen_id}:
            says["minutes"] = said.minutes
        elif said.minutes:
            withheld[WithheldRule.MINUTES] += 1
        says["decisions"] = [
            f"{each.words} ({each.who}, {each.due_on.isoformat()})"
            for each in decisions
            if each.meeting_id == meeting.id and each.citizen_id == citizen_id
        ]
        copied.append(CopiedEntry(kind="meeting", on=danish_day(said.starts_at), says=says))
    return tuple(copied)


def copy_disclosure(disclosure: Disclosure) -> CopiedEntry:
    """A disclosure without the names of employees; pure."""
    says: dict[str, JsonValue] = {
        "area": disclosure.area.value,
        "categories": [category.value for category in disclosure.categories],
        "basis": disclosure.basis.value,
        "legal_basis": disclosure.legal_basis,
        "reason": disclosure.reason,
        "to_team": disclosure.to_team,
        "receivers": len(disclosure.receivers),
        "last_day": disclosure.last_day.isoformat(),
    }
    return CopiedEntry(kind="disclosure", on=danish_day(disclosure.stated_at), says=says)


def others_names(overview: Overview) -> frozenset[str]:
    """First names of relatives and of others whom entries name, but not the citizen's own; pure."""
    own = overview.header.person.given_name or ""
    others = [relative.name for relative in overview.header.relatives]
    others += [
        party.name for entry in overview.entries() for party in entry.parties if party.citizen_id != overview.citizen_id
    ]
    first = {name.split()[0] for name in others if name and name.strip()}
    return frozenset(first - set(own.split()))


def without_others(
    says: Mapping[str, JsonValue], *, names: frozenset[str], withheld: Counter[WithheldRule]
) -> dict[str, JsonValue]:
    """What is said, with the names of others hidden in every text; pure."""

    def hidden(value: JsonValue) -> JsonValue:
        match value:
            case str():
                text = redact_names(value, names)
                withheld[WithheldRule.OTHERS_NAMED] += text != value
                return text
            case list():
                return [hidden(part) for part in value]
            case dict():
                return {name: hidden(part) for name, part in value.items()}
            case _:
                return value

    return {name: hidden(value) for name, value in says.items()}


def hide_in(entry: CopiedEntry, hide: Callable[[Mapping[str, JsonValue]], dict[str, JsonValue]]) -> CopiedEntry:
    """The entry without the names of others; pure."""
    return entry.model_copy(update={"says": hide(entry.says)})


def make_copy(
    session: Session, desk: RightsDesk, citizen_id: UUID, *, name_reason: str | None, units: Mapping[str, str],
    now: datetime,
) -> CopyResult:  # fmt: skip
    """The citizen's copy. *name_reason*: why employees who looked are named; None: they are not.

    The lines of the log are written first: this copy is the last of the looks in it.
    """
    if name_reason is not None and not is_reason(name_reason):
        return CopyResult(faults=(RightsFault.REASON_MISSING,))
    if name_reason is not None and not desk.record_decision(AuditAction.NAME_EMPLOYEES, citizen_id, name_reason):
        return CopyResult()
    if not desk.record_decision(AuditAction.EXPORT_DATA, citizen_id, ""):
        return CopyResult()
    _, overview = overviews.current(session, [citizen_id]).get(citizen_id, (0, None))
    if overview is None and restricted_among(session, [citizen_id]):
        overview = read_hidden(session, citizen_id)
    if overview is None:
        return CopyResult(is_unknown=True)
    withheld: Counter[WithheldRule] = Counter()
    hide = partial(without_others, names=others_names(overview), withheld=withheld)
    # Of a restricted citizen no protection is stored: then whoever the page names counts as living with them.
    near = overview.people if restricted_among(session, [citizen_id]) else ()
    is_guarded = bool(
        overview.header.person.name_address_protected
        or overviews.guarded(session, [citizen_id, *near], danish_day(now))
    )
    courses = list_courses(session, citizen_id)
    identifiers = overview.header.identifiers
    disclosures = [get_disclosure(session, number) for number in list_disclosure_ids(session, citizen_id)]
    return CopyResult(
        copy_made=SubjectCopy(
            citizen_id=citizen_id,
            made_at=now,
            person=copy_person(overview, withheld, is_guarded=is_guarded),
            numbers=tuple(identifier.value for identifier in identifiers if identifier.is_national),
            facts=tuple(
                fact.model_copy(update={"says": hide(fact.says)})
                for fact in copy_facts(overview, withheld, is_guarded=is_guarded)
            ),
            courses=tuple(_course(course) for course in courses),
            consents=tuple(
                hide_in(entry, hide) for course in courses for entry in _consents(session, course, citizen_id)
            ),
            plan=tuple(hide_in(entry, hide) for course in courses for entry in _plan(session, course, citizen_id)),
            meetings=tuple(
                hide_in(entry, hide)
                for course in courses
                for entry in copy_meetings(
                    read_meetings(session, course.id), list_decisions(session, course.id), citizen_id, withheld
                )
            ),
            disclosures=tuple(hide_in(copy_disclosure(each), hide) for each in disclosures if each is not None),
            looks=copy_looks(_lines(session, citizen_id), units, withheld, with_names=name_reason is not None),
            withheld=tuple(Withheld(rule=rule, count=withheld[rule]) for rule in WithheldRule if withheld[rule]),
        )
    )


def _lines(session: Session, citizen_id: UUID) -> Iterable[AuditEntry]:
    """Every line about the citizen, the newest first."""
    after: int | None = None
    while lines := audit.list_entries(session, audit.Selection(citizen_id=citizen_id), after, LINES_AT_ONCE):
        yield from (line.entry for line in lines)
        after = lines[-1].seq


def _course(course: CitizensCourse) -> CopiedEntry:
    says: dict[str, JsonValue] = {"last_day": course.valid_to.isoformat() if course.valid_to else None}
    if course.outcome:
        says["outcome"] = course.outcome
    return CopiedEntry(kind="course", on=course.valid_from, says=says)


def _consents(session: Session, course: CitizensCourse, citizen_id: UUID) -> Iterable[CopiedEntry]:
    for consent in list_consents(session, course.id, citizen_id).consents:
        says = consent.model_dump(
            mode="json", exclude_none=True, include={"kind", "cell", "terms", "recorded_at", "withdrawn_on"}
        )
        yield CopiedEntry(kind="consent", on=consent.terms.given_on, says=says)


def _plan(session: Session, course: CitizensCourse, citizen_id: UUID) -> Iterable[CopiedEntry]:
    for entry in read_plan(session, course.id, citizen_id).entries:
        said = entry.versions[0].text
        says = said.model_dump(mode="json", exclude_none=True)
        says["progress"] = [
            f"{each.on_day.isoformat()}: {each.progress.value}. {each.words}" for each in entry.progress
        ]
        yield CopiedEntry(kind=entry.kind.value, on=danish_day(entry.versions[-1].at), says=says)
    for trial in list_trials(session, course.id, citizen_id):
        yield CopiedEntry(
            kind="trial_action",
            on=trial.text.first_day,
            says=trial.text.model_dump(mode="json", exclude_none=True, exclude={"decided_by"}),
        )
