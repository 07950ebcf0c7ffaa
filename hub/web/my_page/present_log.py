"""Who looked, in words, and without a name. Pure."""

from datetime import datetime

from hub.access.own_page import OwnLog
from hub.access.own_page_policy import LOOKUP_SHOWN_AFTER
from hub.audit.own_log_repository import OwnLookup
from hub.clock import danish_day
from hub.course.writers import CITIZEN
from hub.web.my_page import texts
from hub.web.my_page.page import OwnLogPage, OwnLookupLine
from hub.web.my_page.present import address, home
from hub.web.shell.dates import at_second, counted, long_day_text
from hub.web.shell.view_models import Link
from schemas.access import Purpose
from schemas.citizen_actor import CitizenActor

PAGE_SIZE = 25


def log_page(
    log: OwnLog, citizen: CitizenActor, child: str, now: datetime, contact: str, *, after: int | None
) -> OwnLogPage:
    """The newest look-ups first, since when the log is complete, and what is shown later."""
    rows = log.lookups[:PAGE_SIZE]
    has_older = len(log.lookups) > PAGE_SIZE
    return OwnLogPage(
        name=log.name or "",
        complete=_complete(log, now),
        later=texts.LATER.format(
            count=counted(log.late, *texts.LOOKUPS), days=LOOKUP_SHOWN_AFTER[Purpose.NEW_NOTIFICATION]
        )
        if log.late
        else "",
        rows=tuple(_line(lookup, log, citizen) for lookup in rows),
        is_first=after is None,
        newest=Link("De nyeste", address("opslag", child)),
        older=Link("Ældre opslag", address("opslag", child, efter=rows[-1].seq)) if has_older else None,
        back=home(child),
        contact=contact,
    )


def _complete(log: OwnLog, now: datetime) -> str:
    integrity = log.integrity
    if integrity.oldest is None:
        return texts.NO_LINES
    verified = integrity.verified_at
    sentence = texts.NOT_VERIFIED
    if integrity.findings:
        sentence = texts.BROKEN
    elif integrity.is_verified_lately(now):
        sentence = texts.COMPLETE
    sentences = [
        sentence.format(
            oldest=long_day_text(danish_day(integrity.oldest)),
            verified=long_day_text(danish_day(verified)) if verified else "",
        )
    ]
    if log.days:
        first = long_day_text(min(day.day for day in log.days))
        missing = sum(day.without_line for day in log.days)
        answers = counted(missing, *texts.ANSWERS)
        sentences.append((texts.MISSING_ANSWER if missing else texts.EVERY_ANSWER).format(day=first, count=answers))
    if integrity.erased:
        sentences.append(texts.ERASED)
    return " ".join(sentences)


def _line(lookup: OwnLookup, log: OwnLog, citizen: CitizenActor) -> OwnLookupLine:
    is_citizen = lookup.actor_id.startswith(CITIZEN)
    who = _citizen(lookup, log, citizen) if is_citizen else _employee(lookup)
    purpose = texts.LOG_PURPOSE[lookup.purpose] if lookup.purpose else texts.NO_PURPOSE
    why = texts.OWN_PURPOSE if is_citizen else purpose
    actions = sorted(texts.WHAT[action] for action in lookup.actions if action in texts.WHAT) or [texts.WHAT_ELSE]
    return OwnLookupLine(
        when=at_second(lookup.recorded_at),
        who=who,
        unit=log.unit_names.get(lookup.unit_id or "", ""),
        why=f"{why}, {texts.OVERRIDE}" if lookup.is_override else why,
        what=". ".join(actions) if lookup.is_shown else texts.REFUSED,
    )


def _employee(lookup: OwnLookup) -> str:
    if lookup.is_machine:
        return texts.SYSTEM
    return texts.ROLE[lookup.role] if lookup.role else texts.NO_ROLE


def _citizen(lookup: OwnLookup, log: OwnLog, citizen: CitizenActor) -> str:
    if lookup.actor_id == citizen.id:
        return texts.YOU if log.facts.is_self else texts.PARENT
    return texts.OTHER_PARENT if lookup.is_shown else texts.ANOTHER
