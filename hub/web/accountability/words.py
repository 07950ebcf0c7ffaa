"""Moments, employees and citizens in a table of an answer: in full, since it is also a file. Pure."""

from collections.abc import Mapping
from datetime import date, datetime

from hub.web.oversight.present import SEARCHED_FOR, citizen_text
from hub.web.oversight.texts import AUDIT_ACTION, AUDIT_OUTCOME, BY_NAME, FIELD, ON_BEHALF, TYPED
from hub.web.shell import texts as shared
from hub.web.shell.dates import at_second, capital, day_text, listed
from schemas.access import AuditEntry

FEW = 5
"""Fewer are not told in number, where it could be told of whom."""
UNDER_FEW = "under 5"


def moment_text(moment: datetime) -> str:
    """As in "12. sep. 2023 09.00.05"."""
    return at_second(moment).text


def optional_day(day: date | None) -> str:
    """The day; empty where there is none."""
    return day_text(day) if day else ""


def who_text(entry: AuditEntry, names: Mapping[str, str]) -> str:
    """Who did it, and on whose behalf."""
    if not entry.on_behalf_of:
        return entry.actor_name
    return f"{entry.actor_name}, {ON_BEHALF.format(name=names.get(entry.on_behalf_of, entry.on_behalf_of))}"


def about_text(entry: AuditEntry) -> str:
    """The citizen as the log names them."""
    return capital(citizen_text(str(entry.citizen_id))) if entry.citizen_id else ""


def act_text(entry: AuditEntry) -> str:
    """What was done."""
    return AUDIT_ACTION[entry.action]


def outcome_text(entry: AuditEntry) -> str:
    """How it ended."""
    return AUDIT_OUTCOME[entry.outcome]


def purpose_text(entry: AuditEntry) -> str:
    """What it was for, and what the person wrote."""
    return capital(shared.PURPOSE[entry.purpose]) if entry.purpose else ""


def criterion_text(entry: AuditEntry) -> str:
    """What was searched for, as the log keeps it: words, or that it was a name or a number, with its keyed digest."""
    said = []
    if entry.object_kind in SEARCHED_FOR:
        said.append(SEARCHED_FOR[entry.object_kind])
    if isinstance(words := entry.details.get("text"), str):
        said.append(f"«{words}»")
    elif entry.details.get("by") == "name":
        said.append(BY_NAME.removeprefix("efter "))
    if isinstance(typed := entry.details.get("typed"), str):
        said.append(TYPED.format(digest=typed[:8]))
    return capital("; ".join(said)) if said else "Alle, medarbejderen må finde"


def fields_text(entry: AuditEntry) -> str:
    """Which hidden fields were shown."""
    return capital(listed([FIELD.get(each, each) for each in entry.fields_revealed])) if entry.fields_revealed else ""
