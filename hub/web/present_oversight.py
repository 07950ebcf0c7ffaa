"""Tilsyn: who looked, with which right, and why? Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.audit.repository import LoggedEntry, Only
from hub.web import texts
from hub.web.dates import at_second, capital, counted, listed, number_text
from hub.web.pages import Choice
from hub.web.pages_lists import LogCount, LogRow, OversightPage
from schemas.access import Actor, AuditAction, AuditEntry, AuditOutcome, Basis, ObjectKind
from schemas.source import Area

SEARCHED_FOR = {
    ObjectKind.IDENTIFIER: "et helt cpr-nummer",
    ObjectKind.UNIT: "borgere med en indsats i egen enhed",
}
ABOUT_ONE = {AuditAction.SEARCH: "Fandt i en søgning", AuditAction.LIST_CITIZENS: "Så på sin liste"}
"""Lines about one citizen of an act that showed several."""


@dataclass(frozen=True)
class Question:
    """Which lines were asked for."""

    asked: str = "nothing"
    """``nothing``, ``citizen`` or ``actor``."""
    subject: str = ""
    """Our key of the citizen, or the employee's id."""
    about: str | None = None
    """The citizen by name; only where the number was given, so that nothing is told that was not known."""
    only: Only = Only.ALL
    size: int = 50


def oversight_page(
    lines: Sequence[LoggedEntry],
    question: Question,
    tally: Mapping[Only, int],
    staff: Sequence[Actor],
    sources: Mapping[str, str],
) -> OversightPage:
    """Who looked, with which right, and why; *sources* are their titles by name."""
    more = len(lines) == question.size
    units = {one.unit_id: one.unit_name for one in staff if one.unit_id and one.unit_name}
    names = {one.id: one.name for one in staff}
    return OversightPage(
        heading=_heading(question, names),
        about=_about(question),
        summary=_summary(lines, question, more=more),
        asked=question.asked,
        subject=question.subject,
        only=question.only.value,
        counts=tuple(_count(only, tally[only], question) for only in Only),
        rows=tuple(_row(line.entry, units, {**names, **sources}) for line in lines),
        after=str(lines[-1].seq) if more else None,
        employees=tuple(Choice(one.id, f"{one.name}, {one.title}", one.id == question.subject) for one in staff),
    )


def _heading(question: Question, names: Mapping[str, str]) -> str:
    what = texts.ONLY[question.only.value][1]
    if question.asked == "citizen":
        return f"{what} om {question.about or 'borgeren'}"
    if question.asked == "actor":
        return f"{what}: {names.get(question.subject, question.subject)}"
    return f"{what}, nyeste først"


def _about(question: Question) -> str | None:
    if question.asked != "citizen" or not question.subject:
        return None
    key = f"Borgerens nøgle er {question.subject}."
    if question.about:
        return f"{key} Navnet vises, fordi du kender cpr-nummeret."
    return f"{key} Søg med cpr-nummeret, hvis du skal vide, hvem det er."


def _count(only: Only, number: int, question: Question) -> LogCount:
    return LogCount(
        number=number_text(number),
        text=texts.ONLY[only.value][0],
        only=only.value,
        trouble=only in {Only.OVERRIDE, Only.REFUSED} and number > 0,
        chosen=only is question.only,
    )


def _summary(lines: Sequence[LoggedEntry], question: Question, *, more: bool) -> str:
    if not lines:
        unknown = question.asked == "citizen" and not question.subject
        return "Ingen borger har det nummer eller den nøgle." if unknown else "Ingen linjer fundet."
    people = len({line.entry.actor_id for line in lines})
    told = f"{counted(len(lines), 'linje', 'linjer')} af {counted(people, 'medarbejder', 'medarbejdere')}"
    overrides = sum(line.entry.basis is Basis.OVERRIDE for line in lines)
    if overrides:
        told += f", {counted(overrides, 'opslag', 'opslag')} uden team eller enhed"
    return f"{told}{'. Der er flere' if more else ''}."


def _row(entry: AuditEntry, units: Mapping[str, str], names: Mapping[str, str]) -> LogRow:
    action = texts.AUDIT_ACTION[entry.action]
    return LogRow(
        when=at_second(entry.recorded_at),
        who=entry.actor_name,
        unit=units.get(entry.unit_id, entry.unit_id) if entry.unit_id else "",
        action=ABOUT_ONE.get(entry.action, action) if entry.citizen_id else action,
        outcome=texts.AUDIT_OUTCOME[entry.outcome],
        refused=entry.outcome is not AuditOutcome.SHOWN,
        citizen=f"borger {str(entry.citizen_id)[:8]}" if entry.citizen_id else "",
        citizen_href=str(entry.citizen_id) if entry.citizen_id else None,
        purpose=capital(texts.PURPOSE[entry.purpose]) if entry.purpose else "",
        basis=capital(texts.BASIS[entry.basis]) if entry.basis else "",
        details=capital("; ".join(_details(entry, names))),
        reason=entry.override_reason,
        override=entry.basis is Basis.OVERRIDE,
    )


def _details(entry: AuditEntry, names: Mapping[str, str]) -> list[str]:
    details = []
    if entry.sections_shown:
        details.append(f"viste {_areas(entry.sections_shown)}")
    if entry.sections_withheld and entry.outcome is AuditOutcome.SHOWN:
        details.append(f"skjulte {_areas(entry.sections_withheld)}")
    if entry.fields_revealed:
        details.append(f"viste {listed([texts.FIELD.get(field, field) for field in entry.fields_revealed])}")
    if entry.object_kind in SEARCHED_FOR:
        details.append(f"spurgte på {SEARCHED_FOR[entry.object_kind]}")
    elif entry.object_id:
        details.append(f"om {names.get(entry.object_id, entry.object_id)}")
    if words := entry.details.get("text"):
        details.append(f"spurgte på «{words}»")
    if entry.result_count is not None:
        details.append(counted(entry.result_count, "borger", "borgere"))
    return details


def _areas(areas: frozenset[Area]) -> str:
    return listed([name.lower() for area, name in texts.AREA.items() if area in areas])
