"""Tilsyn: who looked, with which right, and why? Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.audit.repository import LoggedEntry, Only
from hub.web.oversight import texts
from hub.web.oversight.page import LogCount, LogRow, OversightPage
from hub.web.shell import texts as shared
from hub.web.shell.dates import at_second, capital, counted, listed, number_text
from hub.web.shell.view_models import Choice
from schemas.access import Actor, AuditAction, AuditEntry, AuditOutcome, Basis, ObjectKind
from schemas.source import Area

SEARCHED_FOR = {
    ObjectKind.IDENTIFIER: "et helt cpr-nummer",
    ObjectKind.UNIT: "borgere med en indsats i egen enhed",
}
ABOUT_ONE = {AuditAction.SEARCH: "Fandt i en søgning", AuditAction.LIST_CITIZENS: "Så på sin liste"}
"""Lines about one citizen of an act that showed several."""


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


def oversight_page(
    lines: Sequence[LoggedEntry],
    subject: LogSubject,
    tally: Mapping[Only, int],
    employees: Sequence[Actor],
    sources: Mapping[str, str],
) -> OversightPage:
    """Who looked, with which right, and why; *sources* are their titles by name."""
    more = len(lines) == subject.page_size
    units = {actor.unit_id: actor.unit_name for actor in employees if actor.unit_id and actor.unit_name}
    names = {actor.id: actor.name for actor in employees}
    return OversightPage(
        heading=_heading(subject, names),
        about=_about(subject),
        summary=_summary(lines, subject, more=more),
        kind=subject.kind,
        key=subject.key,
        only=subject.only.value,
        counts=tuple(_count(only, tally[only], subject) for only in Only),
        rows=tuple(_row(line.entry, units, {**names, **sources}) for line in lines),
        after=str(lines[-1].seq) if more else None,
        employees=tuple(
            Choice(actor.id, f"{actor.name}, {actor.title}", actor.id == subject.key) for actor in employees
        ),
    )


def _heading(subject: LogSubject, names: Mapping[str, str]) -> str:
    what = texts.ONLY[subject.only.value][1]
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
        text=texts.ONLY[only.value][0],
        only=only.value,
        trouble=only in {Only.OVERRIDE, Only.REFUSED} and number > 0,
        chosen=only is subject.only,
    )


def _summary(lines: Sequence[LoggedEntry], subject: LogSubject, *, more: bool) -> str:
    if not lines:
        unknown = subject.kind == "citizen" and not subject.key
        return "Ingen borger har det nummer eller den nøgle." if unknown else "Ingen linjer fundet."
    people = len({line.entry.actor_id for line in lines})
    summary = f"{counted(len(lines), 'linje', 'linjer')} af {counted(people, 'medarbejder', 'medarbejdere')}"
    overrides = sum(line.entry.basis is Basis.OVERRIDE for line in lines)
    if overrides:
        summary += f", {counted(overrides, 'opslag', 'opslag')} uden team eller enhed"
    return f"{summary}{'. Der er flere' if more else ''}."


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
        purpose=capital(shared.PURPOSE[entry.purpose]) if entry.purpose else "",
        basis=capital(shared.BASIS[entry.basis]) if entry.basis else "",
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
    return listed([name.lower() for area, name in shared.AREA.items() if area in areas])
