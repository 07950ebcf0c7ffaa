"""The way from a line into the fagsystem that told it. Pure."""

import re

from hub.clock import danish_day
from hub.web.citizen.page_data import PageData
from hub.web.shell.dates import day_text, within
from hub.web.shell.people import sender
from hub.web.shell.view_models import Link
from schemas.codes import danish_label
from schemas.facts import AssignmentFact, CaseFact, ConcernNotificationFact, ContactFact, EffortFact, PlanFact
from schemas.overview import Entry

LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?/")
"""Where the demo's sandboxes answer."""


def fagsystem_link(entry: Entry, data: PageData) -> Link | None:
    """Opens what the line is about in its fagsystem; None where the source gave no address that may be opened."""
    link = entry.provenance.link
    if link is None or not (link.startswith("https://") or (data.demo and LOOPBACK.match(link))):
        return None
    source = data.sources.get(entry.provenance.source)
    system = (source.deep_link_title if source else None) or "fagsystemet"
    what, detail = _subject(entry, data)
    return Link(f"åbn {what} i {system}", link, detail=detail)


def _subject(entry: Entry, data: PageData) -> tuple[str, str]:
    """What the link opens, and what tells it from others of the page: "Barnets plan", "for Ida"."""
    person = data.names.subject(entry)
    owner = f" for {person}" if person else ""
    match entry.fact:
        case EffortFact() | ContactFact() as fact:
            return fact.title, f"{owner} fra {day_text(entry.valid.start)}" if entry.valid.start else owner
        case CaseFact() | PlanFact() as fact:
            return fact.title, owner
        case AssignmentFact() as fact:
            return "tilknytningen", f" som {within(fact.role.label or danish_label(fact.role, data.today))}{owner}"
        case ConcernNotificationFact() as fact:
            about = f"{within(sender(fact))} om {data.names.concerned(entry)}"
            return "underretningen", f" fra {about}, {day_text(danish_day(fact.received_at))}"
    return "oplysningen", owner
