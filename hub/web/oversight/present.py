"""Tilsyn: who looked, with which right, and why? Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from hub.access.cedar import POLICY_VERSION
from hub.audit.repository import LoggedAct, Only
from hub.web.accountability.texts import HEADING
from hub.web.oversight import texts
from hub.web.oversight.page import LogCount, LogRow, OversightPage, PolicyGroup, PolicyRule
from hub.web.shell import texts as shared
from hub.web.shell.dates import at_second, capital, counted, day_text, listed, number_text, plural_of
from hub.web.shell.view_models import Choice
from schemas.access import Actor, AuditAction, AuditEntry, AuditOutcome, Basis, ObjectKind, PageKind
from schemas.override import OverrideOutcome
from schemas.oversight import Question
from schemas.source import Area

SEARCHED_FOR = {
    ObjectKind.IDENTIFIER: "et helt cpr-nummer",
    ObjectKind.UNIT: "borgere med en indsats i egen enhed",
}
ABOUT_ONE = {AuditAction.SEARCH: "Fandt i en søgning", AuditAction.LIST_CITIZENS: "Så borgeren på sin liste"}
"""Lines about one citizen of an act that showed several."""


PEOPLE_SHOWN = 6
"""Of one act; the others are counted."""


@dataclass(frozen=True)
class LogSubject:
    """Whom or what the lines are about."""

    kind: str = "everything"
    """``everything``, ``citizen`` or ``actor``."""
    key: str = ""
    """Our key of the citizen, or the employee's id; empty for a number that no citizen has."""
    name: str | None = None
    """The citizen by name; only where the number was given, so that nothing is told that was not known."""
    only: Only = Only.ALL
    page_size: int = 50


class OversightNotes(NamedTuple):
    """What stands at the top, whatever lines are shown."""

    integrity: str
    """Whether the log is whole."""
    is_integrity_trouble: bool
    waiting_overrides: int = 0
    sample: str = ""
    """When the next sample is due."""
    is_sample_overdue: bool = False


def oversight_page(
    acts: Sequence[LoggedAct],
    subject: LogSubject,
    tally: Mapping[Only, int],
    employees: Sequence[Actor],
    sources: Mapping[str, str],
    notes: OversightNotes,
) -> OversightPage:
    """Who looked, with which right, and why; *sources* are their titles by name."""
    more = len(acts) == subject.page_size
    units = {actor.unit_id: actor.unit_name for actor in employees if actor.unit_id and actor.unit_name}
    names = {actor.id: actor.name for actor in employees}
    return OversightPage(
        heading=_heading(subject, names),
        about=_about(subject),
        summary=_summary(acts, subject, more=more),
        questions=texts.QUESTIONS,
        waiting=capital(counted(notes.waiting_overrides, *texts.WAITING))
        if notes.waiting_overrides
        else texts.NONE_WAITING,
        is_any_waiting=notes.waiting_overrides > 0,
        integrity=notes.integrity,
        is_integrity_trouble=notes.is_integrity_trouble,
        sample=notes.sample,
        is_sample_overdue=notes.is_sample_overdue,
        kind=subject.kind,
        key=subject.key,
        only=subject.only.value,
        counts=tuple(_count(only, tally[only], subject) for only in Only),
        rows=tuple(log_row(act, subject, units, {**names, **sources}) for act in acts),
        after=str(acts[-1].seq) if more else None,
        employees=tuple(
            Choice(actor.id, f"{actor.name}, {actor.title}", actor.id == subject.key) for actor in employees
        ),
    )


def policy_groups(titles: Mapping[str, str]) -> tuple[PolicyGroup, ...]:
    """The policies (key to title) by the question that they answer, none left out."""
    by_question: dict[str, list[PolicyRule]] = {
        question: [] for question in (*texts.POLICY_QUESTION, texts.OTHER_POLICIES)
    }
    question_of = {word: question for question, words in texts.POLICY_QUESTION.items() for word in words}
    for key, title in titles.items():
        question = question_of.get(key.split(".")[0], texts.OTHER_POLICIES)
        by_question[question].append(PolicyRule(key, title))
    return tuple(PolicyGroup(question, tuple(rules)) for question, rules in by_question.items() if rules)


def _heading(subject: LogSubject, names: Mapping[str, str]) -> str:
    what = texts.ONLY[subject.only.value][2]
    if subject.kind == "citizen":
        return f"{what} om {subject.name or 'borgeren'}"
    if subject.kind == "actor":
        return f"{what}: {names.get(subject.key, subject.key)}"
    return f"{what}, nyeste først"


def _about(subject: LogSubject) -> str | None:
    if subject.kind != "citizen" or not subject.key:
        return None
    key = f"Borgerens nøgle er {subject.key}."
    if subject.name:
        return f"{key} Navnet vises, fordi du kender cpr-nummeret."
    return f"{key} Søg med cpr-nummeret, hvis du skal vide, hvem det er."


def _count(only: Only, number: int, subject: LogSubject) -> LogCount:
    return LogCount(
        number=number_text(number),
        text=plural_of(number, *texts.ONLY[only.value][:2]),
        only=only.value,
        trouble=only in {Only.OVERRIDE, Only.REFUSED, Only.LIMIT} and number > 0,
        chosen=only is subject.only,
    )


def _summary(acts: Sequence[LoggedAct], subject: LogSubject, *, more: bool) -> str:
    if not acts:
        unknown = subject.kind == "citizen" and not subject.key
        return "Ingen borger har det nummer eller den nøgle." if unknown else "Ingen handlinger fundet."
    entries = [_main(act) for act in acts]
    people = len({entry.actor_id for entry in entries})
    summary = f"{counted(len(acts), 'handling', 'handlinger')} af {counted(people, 'medarbejder', 'medarbejdere')}"
    overrides = sum(entry.basis is Basis.OVERRIDE for entry in entries)
    if overrides:
        summary += f", {counted(overrides, 'opslag', 'opslag')} med en særlig grund"
    return f"{summary}{'. Der er flere' if more else ''}."


def _main(act: LoggedAct) -> AuditEntry:
    """The line that says how the act ended: the last that showed the citizen of the first line, else the last of it.

    A page that also shows the plan has lines of both; it is named by the page.
    """
    first = act.lines[0].entry
    own = [line.entry for line in act.lines if line.entry.citizen_id == first.citizen_id]
    entries_shown = [entry for entry in own if entry.outcome is AuditOutcome.SHOWN]
    opened = [entry for entry in entries_shown if entry.action is AuditAction.OPEN_OVERVIEW]
    return (opened or entries_shown or own)[-1]


def log_row(act: LoggedAct, subject: LogSubject, units: Mapping[str, str], names: Mapping[str, str]) -> LogRow:
    """One act in words; *units* and *names* (of employees and sources) by id."""
    entries = [line.entry for line in act.lines]
    entry = _main(act)
    people = [*dict.fromkeys(str(each.citizen_id) for each in entries if each.citizen_id)]
    reasons = dict.fromkeys(each.override_reason for each in entries if each.override_reason)
    return LogRow(
        when=at_second(entries[0].recorded_at),
        who=entry.actor_name,
        unit=units.get(entry.unit_id, entry.unit_id) if entry.unit_id else "",
        action=_action(entry),
        outcome=texts.AUDIT_OUTCOME[entry.outcome],
        refused=entry.outcome is not AuditOutcome.SHOWN,
        people=tuple(Choice(key, citizen_text(key), key == subject.key) for key in people[:PEOPLE_SHOWN]),
        more_people=f"og {counted(len(people) - PEOPLE_SHOWN, 'anden', 'andre')}" if len(people) > PEOPLE_SHOWN else "",
        purpose=capital(shared.PURPOSE[entry.purpose]) if entry.purpose else "",
        basis=capital(shared.BASIS[entry.basis]) if entry.basis else "",
        details=capital("; ".join([*_details(entry, names), *_others(entry, entries), *_times(entry, entries)])),
        reason=" / ".join(reasons) or None,
        override=entry.basis is Basis.OVERRIDE,
        override_id=_override_id(entry),
    )


def _override_id(entry: AuditEntry) -> str | None:
    """The stated reason that the row is about, if any: that opened the page, or was read or reviewed."""
    stated = entry.details.get("override")
    if isinstance(stated, str):
        return stated
    return entry.act_id if entry.basis is Basis.OVERRIDE and entry.action is AuditAction.OPEN_OVERVIEW else None


def citizen_text(key: str) -> str:
    """A citizen as the log names them."""
    return f"borger {key[:8]}"


def _action(entry: AuditEntry) -> str:
    """What was done, and with which page."""
    shown_on, page = entry.details.get("shown_on"), entry.details.get("page")
    if isinstance(shown_on, str) and entry.action is AuditAction.OPEN_OVERVIEW:
        return texts.SHOWN_ON.format(citizen=citizen_text(shown_on))
    action = texts.AUDIT_ACTION[entry.action]
    if isinstance(page, str) and entry.action is AuditAction.OPEN_OVERVIEW:
        action = texts.OPENED_PAGE[PageKind(page)]
    if isinstance(page, str) and entry.action is AuditAction.PRINT:
        action = texts.PRINTED_PAGE[PageKind(page)]
    as_known = entry.details.get("as_known")
    if isinstance(as_known, str):
        action += f", som det var kendt den {day_text(date.fromisoformat(as_known))}"
    return ABOUT_ONE.get(entry.action, action) if entry.citizen_id else action


def _details(entry: AuditEntry, names: Mapping[str, str]) -> list[str]:
    details = _areas_of(entry) if entry.outcome is AuditOutcome.SHOWN else []
    if entry.on_behalf_of:
        details.insert(0, texts.ON_BEHALF.format(name=names.get(entry.on_behalf_of, entry.on_behalf_of)))
    if entry.fields_revealed:
        details.append(f"viste {listed([texts.FIELD.get(field, field) for field in entry.fields_revealed])}")
    if isinstance(review := entry.details.get("review"), str):
        details.append(texts.REVIEWED_AS[OverrideOutcome(review)])
    details += _subject_of(entry, names)
    if entry.policy_version not in {POLICY_VERSION, ""}:
        details.append(f"afgjort af en tidligere udgave af reglerne ({entry.policy_version})")
    if entry.result_count is not None:
        details.append(counted(entry.result_count, "borger", "borgere"))
    return details


def _subject_of(entry: AuditEntry, names: Mapping[str, str]) -> list[str]:
    """What the act was done to, or what was searched for."""
    details = []
    if entry.action is AuditAction.READ_LOG and entry.object_kind is ObjectKind.IDENTIFIER and entry.object_id:
        details.append(texts.TYPED.format(digest=entry.object_id[:8]))
    elif entry.object_kind in SEARCHED_FOR:
        details.append(f"efter {SEARCHED_FOR[entry.object_kind]}")
    elif entry.object_kind is ObjectKind.QUESTION and entry.object_id in set(Question):
        details.append(f"«{HEADING[Question(entry.object_id)]}»{_answer_form(entry)}")
    elif entry.object_id:
        details.append(f"om {names.get(entry.object_id, entry.object_id)}")
    details += _disclosed(entry)
    if words := entry.details.get("text"):
        details.append(f"efter «{words}»")
    elif entry.details.get("by") == "name":
        details.append(texts.BY_NAME)
    if isinstance(typed := entry.details.get("typed"), str):
        details.append(texts.TYPED.format(digest=typed[:8]))
    return details


def _answer_form(entry: AuditEntry) -> str:
    """Of which days an answer was, and as which file."""
    since, until = entry.details.get("since"), entry.details.get("until")
    days = ""
    if isinstance(since, str) and isinstance(until, str):
        days = texts.OF_DAYS.format(first=day_text(date.fromisoformat(since)), last=day_text(date.fromisoformat(until)))
    form = str(entry.details.get("form", "page"))
    return days if form == "page" else f"{days}{texts.AS_FILE.format(form=form.upper())}"


def _disclosed(entry: AuditEntry) -> list[str]:
    """With which right each area of another administration was shown, and what a consent was to."""
    disclosed, consent = entry.details.get("disclosed"), entry.details.get("consent")
    details = []
    if isinstance(disclosed, dict):
        for basis, word in texts.DISCLOSED.items():
            areas = frozenset(Area(area) for area, by in disclosed.items() if by == basis)
            details += [f"{word} {_areas(areas)}"] if areas else []
    if isinstance(consent, dict) and isinstance(cells := consent.get("cells"), list):
        details.append(f"om {counted(len(cells), 'oplysning', 'oplysninger')}")
    return details


def _areas_of(entry: AuditEntry) -> list[str]:
    """What of each area was shown: lines, that there are none, nothing for lack of right, or for lack of a source."""
    return [
        f"{word} {_areas(areas)}"
        for word, areas in (
            ("viste", entry.sections_shown),
            ("intet fundet i", _named_areas(entry, "none_found")),
            ("viste ikke", entry.sections_withheld),
            ("ingen kilde til", _named_areas(entry, "not_covered")),
        )
        if areas
    ]


def _named_areas(entry: AuditEntry, key: str) -> frozenset[Area]:
    names = entry.details.get(key)
    return frozenset(Area(name) for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()


def _others(main: AuditEntry, entries: Sequence[AuditEntry]) -> list[str]:
    """What was shown of the others on the page, where it is not the same."""
    others = [entry for entry in entries if entry.citizen_id != main.citizen_id and entry.citizen_id is not None]
    opened = [entry for entry in others if entry.action in {AuditAction.OPEN_OVERVIEW, AuditAction.PRINT}]
    areas = frozenset[Area]().union(*(entry.sections_shown for entry in opened))
    return [f"af resten af familien {_areas(areas)}"] if areas - main.sections_shown else []


def _times(main: AuditEntry, entries: Sequence[AuditEntry]) -> list[str]:
    """How often the same was asked for in one act."""
    times = sum(entry.citizen_id == main.citizen_id and entry.outcome is main.outcome for entry in entries)
    return [f"hentet {times} gange"] if times > 1 and main.citizen_id else []


def _areas(areas: frozenset[Area]) -> str:
    return listed([name.lower() for area, name in shared.AREA.items() if area in areas])
