"""Lists of citizens: my own, and those a search found. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.clock import danish_day
from hub.course.views import MyCitizen
from hub.indicators.deadlines import ClockState, deadline_state
from hub.web import texts
from hub.web.dates import age_text, capital, clock_text, counted, day_text, distance, of_day, of_moment
from hub.web.pages import Choice
from hub.web.pages_lists import CitizenRow, ClockRow, Facet, Hit, MyCitizensPage, SearchResultPage
from hub.web.present_notifications import sender
from schemas.facts import ConcernNotificationFact, EffortFact
from schemas.overview import Entry, Overview
from schemas.search import FacetValue, SearchHit, SearchPage
from schemas.source import Area

FOUND_BY = {
    "name": "navn",
    "identifier": "cpr-nummer",
    "effort": "indsats",
    "unit": "enhed",
    "case": "sag",
    "concern_notification": "underretning",
    "plan": "plan",
    "goal": "mål",
    "contact": "kontakt",
    "assignment": "tilknytning",
    "absence": "fravær",
}
FACETS = (("area", "Område"), ("unit", "Enhed"), ("kle_topic", "KLE-emne"), ("paragraph", "Paragraf"))
MOST_CHOICES = 8


@dataclass(frozen=True)
class Mine:
    """One of my citizens with what the row needs."""

    citizen: MyCitizen
    overview: Overview | None
    """Cut to my decision; None: nothing known yet."""
    changed_at: datetime | None
    """Newest registration since I last looked; None: nothing is new."""
    looked_at: datetime | None


def my_citizens_page(
    mine: Sequence[Mine], *, first_name: str, now: datetime, purposes: tuple[Choice, ...]
) -> MyCitizensPage:
    """What needs me today."""
    ordered = sorted(mine, key=lambda one: (one.changed_at is None, -(one.changed_at or now).timestamp()))
    clocks = _clocks(mine, now)
    running = counted(len(clocks), "frist", "frister")
    changed = sum(one.changed_at is not None for one in mine)
    parts = [counted(len(mine), "borger", "borgere")]
    if any(one.looked_at for one in mine):
        parts.append(f"nyt om {changed} af dem" if changed else "intet nyt, siden du sidst så efter")
    parts.append(f"{running} på 24 timer" if clocks else "ingen frister løber")
    return MyCitizensPage(
        greeting=f"Hej {first_name}",
        summary=f"{capital(', '.join(parts))}." if mine else "Du er ikke på noget team endnu.",
        clocks=clocks,
        citizens=tuple(_row(one, now) for one in ordered),
        purposes=purposes,
    )


def _row(one: Mine, now: datetime) -> CitizenRow:
    today = danish_day(now)
    days = [
        entry.fact.next_follow_up_on
        for entry in (one.overview.entries() if one.overview else ())
        if isinstance(entry.fact, EffortFact) and entry.fact.next_follow_up_on and entry.is_ongoing(today)
    ]
    next_day = min(days, default=None)
    changed = "intet nyt"
    if one.looked_at is None:
        changed = "ikke åbnet af dig før"
    elif one.changed_at is not None:
        changed = f"nyt siden {day_text(danish_day(one.looked_at))}"
    citizen = one.citizen
    return CitizenRow(
        name=citizen.name or "Navn ikke oplyst af kilden",
        age=age_text(citizen.birth_date, today) if citizen.birth_date else "alder ikke oplyst",
        href=f"/overblik/{citizen.citizen_id}",
        course=citizen.course_title,
        function=texts.TEAM_FUNCTION[citizen.function],
        changed=changed,
        changed_at=of_moment(one.changed_at, now) if one.changed_at else None,
        follow_up="ingen dato oplyst" if next_day is None else f"{of_day(next_day).text}, {distance(next_day, today)}",
        overdue=next_day is not None and next_day < today,
        protected=citizen.protected,
    )


def _clocks(mine: Sequence[Mine], now: datetime) -> tuple[ClockRow, ...]:
    """24-hour clocks that run or ran out less than two months ago, each notification once."""
    rows: dict[str, tuple[datetime, ClockRow]] = {}
    for one in mine:
        for entry in one.overview.entries() if one.overview else ():
            found = _clock(entry, one.citizen, now)
            if found:
                rows.setdefault(entry.id, found)
    return tuple(row for _, row in sorted(rows.values(), key=lambda pair: pair[0]))


def _clock(entry: Entry, citizen: MyCitizen, now: datetime) -> tuple[datetime, ClockRow] | None:
    if not isinstance(entry.fact, ConcernNotificationFact):
        return None
    deadline, two_months = deadline_state(entry.fact, now), 60
    if deadline.due_at is None or deadline.state not in {ClockState.RUNNING, ClockState.OVERDUE}:
        return None
    if (now - deadline.due_at).days > two_months:
        return None
    overdue = deadline.state is ClockState.OVERDUE
    when = (
        f"udløb {of_moment(deadline.due_at, now).text}"
        if overdue
        else f"udløber {distance(danish_day(deadline.due_at), danish_day(now))} kl. {clock_text(deadline.due_at)}"
    )
    text = f"Underretning fra {sender(entry.fact)}: fristen på 24 timer {when}"
    return deadline.due_at, ClockRow(text, f"/overblik/{citizen.citizen_id}", citizen.name or "borgeren", overdue)


@dataclass(frozen=True)
class Asked:
    """What somebody searched for."""

    text: str
    areas: frozenset[Area] = frozenset()
    units: frozenset[str] = frozenset()
    kle_topics: frozenset[str] = frozenset()
    paragraphs: frozenset[str] = frozenset()
    ongoing_only: bool = False

    def chosen(self, facet: str) -> frozenset[str]:
        """Chosen values of a facet."""
        return {
            "area": frozenset(str(area) for area in self.areas),
            "unit": self.units,
            "kle_topic": self.kle_topics,
            "paragraph": self.paragraphs,
        }[facet]


def search_page(
    asked: Asked, found: SearchPage | None, *, needs_reason: Collection[UUID], covered: Sequence[str], now: datetime
) -> SearchResultPage:
    """Whom the search found, why, and what was searched when it found nobody."""
    looked_in = ", ".join(covered) or "ingen kilder"
    if found is None:
        summary = "Skriv et navn, et cpr-nummer, en indsats, en enhed eller et KLE-emne."
        return SearchResultPage(asked.text, False, summary, asked.ongoing_only, (), (), None, None)
    advice = None
    if not found.hits:
        advice = (
            f"Der er søgt blandt de borgere, du må finde, i {looked_in}. Stav eventuelt anderledes, eller skriv hele"
            " cpr-nummeret, hvis du har en grund til at slå borgeren op."
        )
    return SearchResultPage(
        text=asked.text,
        asked=True,
        summary=f"{counted(found.total, 'borger', 'borgere')} fundet." if found.total else "Ingen fundet.",
        ongoing_only=asked.ongoing_only,
        hits=tuple(_hit(hit, hit.citizen_id in needs_reason, now) for hit in found.hits),
        facets=_facets(asked, found.facets),
        after=found.after,
        advice=advice,
    )


def _hit(hit: SearchHit, needs_reason: bool, now: datetime) -> Hit:
    return Hit(
        name=hit.name,
        age=age_text(hit.birth_date, danish_day(now)) if hit.birth_date else "alder ikke oplyst",
        href=f"/overblik/{hit.citizen_id}",
        relation="Du er ikke på teamet. At åbne siden kræver en begrundelse." if needs_reason else "",
        reasons=tuple((FOUND_BY.get(found.field, found.field), found.highlight) for found in hit.found_by),
        protected=hit.protected,
    )


def _facets(asked: Asked, found: Mapping[str, Sequence[FacetValue]]) -> tuple[Facet, ...]:
    made = []
    for field, name in FACETS:
        chosen = asked.chosen(field)
        values = found.get(field, ())
        choices = [
            Choice(value.value, f"{_facet_word(field, value.value)} ({value.count})", value.value in chosen)
            for value in values[:MOST_CHOICES]
        ]
        if choices:
            made.append(Facet(name, field, tuple(choices)))
    return tuple(made)


def _facet_word(field: str, value: str) -> str:
    return texts.AREA[Area(value)] if field == "area" else value
