"""Mine borgere: what needs me today? Clocks first, then families by what changed since I last looked. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from hub.clock import danish_day
from hub.indicators.deadlines import ClockState, deadline_state
from hub.overview.changes import Change, ChangeKind
from hub.web.citizen.page import Choice, Link
from hub.web.citizen.present_notifications import sender
from hub.web.my_citizens.families import Family, Mine
from hub.web.shell import texts
from hub.web.shell.dates import age_text, clock_text, counted, distance, listed, of_day, of_moment
from hub.web.sources.page import ClockRow, FamilyRow, Filter, MyCitizensPage, PersonLink
from schemas.facts import (
    AbsenceFact,
    CaseFact,
    ConcernNotificationFact,
    ContactFact,
    EffortFact,
    EffortStatus,
    GoalFact,
    PlanFact,
)
from schemas.overview import Entry
from schemas.record import PartyRole
from schemas.source import Area

PAGE = 25
"""Families on a page."""
MOST_CHANGES = 3
CLOCK_FORGOTTEN_DAYS = 60
"""A clock that ran out longer ago is history, and stands on the citizen's own page."""
RUNS = frozenset({EffortStatus.ACTIVE, EffortStatus.ON_HOLD, EffortStatus.PLANNED})
ADDRESS = "/mine-borgere"


@dataclass(frozen=True)
class Filters:
    """Which of my families to show."""

    news_only: bool = False
    passed_only: bool = False
    area: Area | None = None
    page: int = 1


@dataclass(frozen=True)
class _Shown:
    row: FamilyRow
    newest: datetime | None
    next_day: date | None
    areas: frozenset[Area]


def my_citizens_page(
    families: Sequence[Family],
    wanted: Filters,
    *,
    purpose: str,
    purposes: tuple[Choice, ...],
    unit: str | None,
    now: datetime,
) -> MyCitizensPage:
    """What needs me today."""
    today = danish_day(now)
    told = sorted((_family(one, now) for one in families), key=lambda one: _order(one, today))
    kept = [one for one in told if _is_wanted(one, wanted)]
    clocks = _clocks(families, now)
    start = (wanted.page - 1) * PAGE
    return MyCitizensPage(
        summary=_summary(families, told),
        clock_line=_clock_line(clocks, now),
        clocks=tuple(row for _, row in clocks),
        families=tuple(one.row for one in kept[start : start + PAGE]),
        has_families=bool(families),
        filters=_filters(told, wanted),
        earlier=_link("Forrige side", wanted, page=wanted.page - 1) if start > 0 else None,
        later=_link("Næste side", wanted, page=wanted.page + 1) if len(kept) > start + PAGE else None,
        purpose=purpose,
        purposes=purposes,
        unit=unit,
    )


def _order(one: _Shown, today: date) -> tuple[bool, float, bool, date, str]:
    """News first, newest on top; then the nearest follow-up; then by title."""
    news = -one.newest.timestamp() if one.newest else 0.0
    return one.newest is None, news, one.next_day is None, one.next_day or today, one.row.title


def _summary(families: Sequence[Family], told: Sequence[_Shown]) -> str:
    people = counted(sum(len(one.members) for one in families), "borger", "borgere")
    news, passed = sum(one.newest is not None for one in told), sum(one.row.overdue for one in told)
    parts = [f"{counted(len(told), 'forløb', 'forløb')} med {people}"]
    parts.append(f"nyt i {news}" if news else "intet nyt, siden du sidst så efter")
    parts.append(
        f"{counted(passed, 'opfølgning er passeret', 'opfølgninger er passeret')}"
        if passed
        else "ingen opfølgning er passeret"
    )
    return f"{'; '.join(parts)}."


def _family(family: Family, now: datetime) -> _Shown:
    today = danish_day(now)
    names = {
        one.citizen.citizen_id: (one.citizen.name or "").split(" ")[0] for one in family.members if one.citizen.name
    }
    entries = {entry.id: (entry, one) for one in family.members for entry in _entries(one)}
    news = list(_news(family, names, now))
    running = [
        (entry.fact, entry, one)
        for entry, one in entries.values()
        if isinstance(entry.fact, EffortFact) and entry.fact.status in RUNS and entry.is_ongoing(today)
    ]
    due = sorted(
        (
            (fact.next_follow_up_on, fact.title, _first(one))
            for fact, _, one in running
            if fact.next_follow_up_on is not None
        ),
        key=lambda one: one,
    )
    next_day = due[0][0] if due else None
    areas = frozenset(entry.area for _, entry, _ in running)
    first = family.members[0].citizen
    row = FamilyRow(
        title=first.course_title,
        function=texts.TEAM_FUNCTION[first.function],
        people=tuple(_person(one, today) for one in family.members),
        since=_since(family, bool(news), entries, names, now),
        changes=tuple(news[:MOST_CHANGES]),
        more=f"og {len(news) - MOST_CHANGES} til" if len(news) > MOST_CHANGES else None,
        follow_up=_follow_up(next_day, today, has_efforts=bool(running)),
        follow_up_of=f"{due[0][2]}: {due[0][1]}" if due else None,
        overdue=next_day is not None and next_day < today,
        areas=tuple((area.value, texts.AREA[area]) for area in texts.AREA if area in areas),
    )
    newest = max((_registered(change.entry) for one in family.members for change in one.changes), default=None)
    return _Shown(row, newest if news else None, next_day, areas)


def _entries(one: Mine) -> tuple[Entry, ...]:
    return tuple(one.overview.entries()) if one.overview else ()


def _registered(entry: Entry) -> datetime:
    return entry.provenance.registration.registered_from


def _first(one: Mine) -> str:
    return (one.citizen.name or "Borgeren").split(" ")[0]


def _person(one: Mine, today: date) -> PersonLink:
    citizen = one.citizen
    return PersonLink(
        name=citizen.name or "Navn ikke oplyst af kilden",
        age=age_text(citizen.birth_date, today) if citizen.birth_date else "alder ikke oplyst",
        href=f"/overblik/{citizen.citizen_id}",
        protected=citizen.protected,
    )


def _follow_up(day: date | None, today: date, *, has_efforts: bool) -> str:
    if day is None:
        return "dato ikke oplyst af kilden" if has_efforts else "ingen indsats i gang"
    if day < today:
        return f"passeret {distance(day, today)}"
    return f"{of_day(day).text}, {distance(day, today)}"


def _since(
    family: Family, has_news: bool, entries: Mapping[str, tuple[Entry, Mine]], names: Mapping[UUID, str], now: datetime
) -> str:
    if family.looked_at is not None:
        when = of_moment(family.looked_at, now).text
        return f"Siden du så efter {when}" if has_news else f"Intet nyt, siden du så efter {when}"
    newest = sorted((entry for entry, _ in entries.values()), key=_registered, reverse=True)
    latest = ((thing, entry) for entry in newest if (thing := _thing(entry)))
    found = next(latest, None)
    if found is None:
        return "Du har ikke set siden endnu."
    (_, title), entry = found
    whom = _whom(entry, names)
    of = f" ({whom})" if whom else ""
    return f"Du har ikke set siden endnu. Senest: {title}{of}, {of_moment(_registered(entry), now).text}"


def _news(family: Family, names: Mapping[UUID, str], now: datetime) -> Iterator[str]:
    """What changed, newest first, each entry once however many of the family it is about."""
    found = {change.entry.id: change for one in family.members for change in one.changes}
    for change in sorted(found.values(), key=_weight):
        told = _told(change.kind, change.entry, names, now)
        if told:
            yield told


def _weight(change: Change) -> tuple[bool, float, str]:
    """Notifications first, then by time."""
    notification = isinstance(change.entry.fact, ConcernNotificationFact)
    return not notification, -_registered(change.entry).timestamp(), change.entry.id


def _told(kind: ChangeKind, entry: Entry, names: Mapping[UUID, str], now: datetime) -> str | None:
    """The change as people say it; None: nothing to say of such an entry."""
    whom = _whom(entry, names)
    if isinstance(entry.fact, ConcernNotificationFact):
        word = {ChangeKind.NEW: "Ny underretning", ChangeKind.GONE: "Tilbagetrukket underretning"}
        by = sender(entry.fact)
        when = of_moment(entry.fact.received_at, now).text
        return f"{word.get(kind, 'Ændret underretning')} fra {by[:1].lower()}{by[1:]} om {whom or 'familien'}, {when}"
    thing = _thing(entry)
    if thing is None:
        return None
    noun, title = thing
    end = {ChangeKind.ENDED: "er afsluttet", ChangeKind.GONE: "er trukket tilbage", ChangeKind.CHANGED: "er ændret"}
    text = f"{noun}: {title}" if kind is ChangeKind.NEW else f"{title} {end[kind]}"
    return f"{text} ({whom})" if whom else text


def _whom(entry: Entry, names: Mapping[UUID, str]) -> str:
    """First names of those it is about."""
    about = (
        names.get(party.citizen_id) if party.citizen_id else (party.name or "").split(" ")[0]
        for party in entry.parties
        if party.role is not PartyRole.OTHER
    )
    return listed([name for name in dict.fromkeys(about) if name])


def _thing(entry: Entry) -> tuple[str, str] | None:
    """What it is when it is new, and what it is called."""
    fact = entry.fact
    if isinstance(fact, GoalFact):
        return texts.GOAL[fact.goal], fact.text
    if isinstance(fact, AbsenceFact):
        return "Fravær opgjort", f"{fact.quarter}. kvartal {fact.year}"
    if isinstance(fact, EffortFact | PlanFact | CaseFact | ContactFact):
        return texts.NEW[fact.kind], fact.title
    if isinstance(fact, ConcernNotificationFact):
        return "Ny underretning", f"underretning fra {sender(fact).lower()}"
    return None


def _clocks(families: Sequence[Family], now: datetime) -> list[tuple[datetime, ClockRow]]:
    """24-hour clocks that run or ran out less than two months ago, each notification once."""
    rows: dict[str, tuple[datetime, ClockRow]] = {}
    for one in (member for family in families for member in family.members):
        for entry in _entries(one):
            found = _clock(entry, one, now)
            if found:
                rows.setdefault(entry.id, found)
    return sorted(rows.values(), key=lambda pair: pair[0])


def _clock(entry: Entry, one: Mine, now: datetime) -> tuple[datetime, ClockRow] | None:
    if not isinstance(entry.fact, ConcernNotificationFact):
        return None
    deadline = deadline_state(entry.fact, now)
    if deadline.due_at is None or deadline.state not in {ClockState.RUNNING, ClockState.OVERDUE}:
        return None
    if (now - deadline.due_at).days > CLOCK_FORGOTTEN_DAYS:
        return None
    by = sender(entry.fact)
    came = f"Underretning fra {by[:1].lower()}{by[1:]}, modtaget {of_moment(entry.fact.received_at, now).text}"
    overdue = deadline.state is ClockState.OVERDUE
    when = f"fristen udløb {of_moment(deadline.due_at, now).text}" if overdue else _until(deadline.due_at, now)
    name = one.citizen.name or "Borgeren"
    return deadline.due_at, ClockRow(came, when, f"/overblik/{one.citizen.citizen_id}", name, overdue)


def _until(due: datetime, now: datetime) -> str:
    day = distance(danish_day(due), danish_day(now))
    return f"skal vurderes inden {day} kl. {clock_text(due)}"


def _clock_line(clocks: Sequence[tuple[datetime, ClockRow]], now: datetime) -> str:
    """As in "24 timer: 1 udløber i dag kl. 14.10, 2 er overskredet"."""
    overdue = sum(row.overdue for _, row in clocks)
    running = [due for due, row in clocks if not row.overdue]
    parts = []
    if running:
        first = min(running)
        when = f"{distance(danish_day(first), danish_day(now))} kl. {clock_text(first)}"
        parts.append(f"1 udløber {when}" if len(running) == 1 else f"{len(running)} løber, den første til {when}")
    if overdue:
        parts.append(f"{overdue} er overskredet")
    return f"24 timer: {', '.join(parts)}" if parts else ""


def _is_wanted(one: _Shown, wanted: Filters) -> bool:
    return not (
        (wanted.news_only and one.newest is None)
        or (wanted.passed_only and not one.row.overdue)
        or (wanted.area is not None and wanted.area not in one.areas)
    )


def _filters(told: Sequence[_Shown], wanted: Filters) -> tuple[Filter, ...]:
    """All, with news, with a passed follow-up, and one an area in which something runs."""
    plain = wanted == Filters(page=wanted.page)
    news, passed = sum(one.newest is not None for one in told), sum(one.row.overdue for one in told)
    found = [Filter(f"Alle ({len(told)})", ADDRESS, plain)]
    if news:
        found.append(Filter(f"Nyt ({news})", f"{ADDRESS}?vis=nyt", wanted.news_only))
    if passed:
        found.append(Filter(f"Opfølgning passeret ({passed})", f"{ADDRESS}?vis=passeret", wanted.passed_only))
    for area, name in texts.AREA.items():
        count = sum(area in one.areas for one in told)
        if count:
            found.append(Filter(f"{name} ({count})", f"{ADDRESS}?omraade={area.value}", wanted.area is area))
    return tuple(found)


def _link(text: str, wanted: Filters, page: int) -> Link:
    given = {
        "vis": "nyt" if wanted.news_only else "passeret" if wanted.passed_only else None,
        "omraade": wanted.area.value if wanted.area else None,
        "side": str(page),
    }
    return Link(text, f"{ADDRESS}?{urlencode({key: value for key, value in given.items() if value})}")
