"""Mine borgere: what needs me today? Deadlines first, then families by what changed since I last looked. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from urllib.parse import urlencode

from hub.clock import danish_day
from hub.course.views import MinorOfMine, MyCitizen
from hub.overview.changes import Change
from hub.overview.efforts import Effort, ongoing_efforts
from hub.rules.transitions import TransitionKind
from hub.web.my_citizens.families import Family, FamilyMember
from hub.web.my_citizens.page import BirthdayRow, FamilyRow, Filter, MyCitizensPage, PersonLink
from hub.web.my_citizens.present_deadlines import Reader, deadline_line, is_urgent, running_deadlines
from hub.web.my_citizens.present_meetings import meetings_today
from hub.web.my_citizens.present_sources import restricted_lines, source_lines
from hub.web.my_citizens.present_stand_still import family_links, still_lines
from hub.web.shell import texts as shared
from hub.web.shell.changes import change_text, entry_text
from hub.web.shell.dates import age_text, counted, distance, of_day, of_moment, plural_of, since_text
from hub.web.shell.people import FirstNames, age_missing, first_word, identity_note, name_missing
from hub.web.shell.plans import Plan, running_plans
from hub.web.shell.transitions import duty_line, transition_lines, turning_18
from hub.web.shell.view_models import Link, purpose_choices
from schemas.access import Purpose
from schemas.facts import ConcernNotificationFact
from schemas.meeting import Meeting
from schemas.overview import Entry, SectionState
from schemas.source import Area, SourceSystem

PAGE_SIZE = 25
"""Families on a page."""
LINES_SHOWN = 3
"""Of each family, of what is new and of what stands still."""
ADDRESS = "/mine-borgere"
NOWHERE = Reader()
NO_SOURCES: Mapping[str, SourceSystem] = MappingProxyType({})


@dataclass(frozen=True)
class Filters:
    """Which of my families to show."""

    news_only: bool = False
    unopened_only: bool = False
    passed_only: bool = False
    still_only: bool = False
    area: Area | None = None
    page: int = 1


@dataclass(frozen=True)
class _FamilySummary:
    """A family's row, and what it is sorted and filtered by."""

    row: FamilyRow
    newest_change: datetime | None
    is_unopened: bool
    """I have opened none of them yet, so nobody can say what is new to me."""
    next_follow_up: date | None
    areas: frozenset[Area]


def my_citizens_page(  # noqa: PLR0913  keyword-only from the purpose on
    families: Sequence[Family],
    filters: Filters,
    *,
    purpose: Purpose,
    unit: str | None,
    now: datetime,
    reader: Reader = NOWHERE,
    sources: Mapping[str, SourceSystem] = NO_SOURCES,
    minors: Sequence[MinorOfMine] = (),
    meetings: Sequence[Meeting] = (),
    restricted: int = 0,
) -> MyCitizensPage:
    """What needs me today.

    Args:
        families: mine.
        filters: which of them to show.
        purpose: of my look-ups.
        unit: name of my unit.
        now: the instant.
        reader: where I work, which says what clocks are mine.
        sources: by name; who answers for each, and what it is called.
        minors: on none of my teams, for whom a source names me; they turn 18 within a year.
        meetings: mine of today.
        restricted: citizens on my courses who are left out, because the processing of their data is restricted.
    """
    today = danish_day(now)
    summaries = sorted((_family(family, now) for family in families), key=lambda summary: _order(summary, today))
    matching = [summary for summary in summaries if _matches(summary, filters)]
    authorities = {name: source.authority for name, source in sources.items()}
    deadlines = running_deadlines(families, reader, authorities, now)
    start = (filters.page - 1) * PAGE_SIZE
    return MyCitizensPage(
        summary=_summary(families, summaries),
        source_lines=(*source_lines(families, sources, now), *restricted_lines(restricted)),
        deadline_line=deadline_line(deadlines, now),
        deadlines=tuple(deadline.row for deadline in deadlines if deadline.is_own),
        is_urgent=any(is_urgent(deadline) for deadline in deadlines),
        deadlines_of_others=tuple(deadline.row for deadline in deadlines if not deadline.is_own),
        meetings=meetings_today(meetings, families),
        birthdays=tuple(_birthday(minor, today) for minor in minors),
        full_age=duty_line(TransitionKind.FULL_AGE, today) if minors else None,
        families=tuple(summary.row for summary in matching[start : start + PAGE_SIZE]),
        has_families=bool(families),
        filters=_filters(summaries, filters),
        earlier=_page_link("Forrige side", filters, page=filters.page - 1) if start > 0 else None,
        later=_page_link("Næste side", filters, page=filters.page + 1) if len(matching) > start + PAGE_SIZE else None,
        purpose=shared.PURPOSE[purpose],
        purposes=purpose_choices(purpose),
        unit=unit,
    )


def _birthday(minor: MinorOfMine, today: date) -> BirthdayRow:
    name = minor.name or shared.NAME_MISSING
    return BirthdayRow(name, f"/overblik/{minor.citizen_id}", turning_18(minor.birth_date, today), minor.protected)


def _order(summary: _FamilySummary, today: date) -> tuple[bool, float, bool, bool, date, str]:
    """News first, newest on top; then what I have not opened; then the nearest follow-up; then by title."""
    newest = -summary.newest_change.timestamp() if summary.newest_change else 0.0
    follow_up = summary.next_follow_up
    return (
        summary.newest_change is None,
        newest,
        not summary.is_unopened,
        follow_up is None,
        follow_up or today,
        summary.row.title,
    )


def _summary(families: Sequence[Family], summaries: Sequence[_FamilySummary]) -> str:
    if not families:
        return ""
    people = counted(sum(len(family.members) for family in families), "borger", "borgere")
    _, passed = _news_and_passed(summaries)
    sentences = [
        f"{counted(len(summaries), 'forløb', 'forløb')} med {people}.",
        *_news_sentences(summaries),
        f"{counted(passed, 'opfølgning', 'opfølgninger')} er overskredet."
        if passed
        else "Ingen opfølgning er overskredet.",
    ]
    return " ".join(sentences)


def _news_sentences(summaries: Sequence[_FamilySummary]) -> Iterator[str]:
    """What is new, and what nobody can call new or not, since I never looked."""
    news, _ = _news_and_passed(summaries)
    unopened = sum(summary.is_unopened for summary in summaries)
    if news:
        yield f"Nyt i {counted(news, 'forløb', 'forløb')}."
    elif unopened < len(summaries):
        yield "Intet nyt i dem, du har åbnet før." if unopened else "Intet nyt, siden du sidst så efter."
    if unopened == len(summaries):
        yield plural_of(unopened, "Du har ikke åbnet det før.", "Du har ikke åbnet nogen af dem før.")
    elif unopened:
        yield f"{counted(unopened, 'forløb', 'forløb')} har du ikke åbnet før."


def _news_and_passed(summaries: Sequence[_FamilySummary]) -> tuple[int, int]:
    news = sum(summary.newest_change is not None for summary in summaries)
    return news, sum(summary.row.overdue for summary in summaries)


def _family(family: Family, now: datetime) -> _FamilySummary:
    today = danish_day(now)
    names = FirstNames({member.citizen.citizen_id: first_word(member.citizen.name) for member in family.members})
    members = {entry.id: member for member in family.members for entry in member.entries()}
    entries = {entry.id: entry for member in family.members for entry in member.entries()}
    changes = list(_changes(family, names, now))
    overviews = [member.overview for member in family.members if member.overview]
    efforts = ongoing_efforts(entries.values(), today)
    plans = running_plans(entries.values(), today)
    next_follow_up, follow_up_of = _next_follow_up([*efforts, *plans], members)
    areas = frozenset(entry.area for entry, _ in efforts)
    still = still_lines(family, today)
    first = family.members[0].citizen
    row = FamilyRow(
        title=first.course_title,
        function=shared.TEAM_FUNCTION[first.function],
        people=tuple(_person(member, today) for member in family.members),
        since=_since(family, bool(changes), entries, names, now),
        changes=tuple(changes[:LINES_SHOWN]),
        more=_more(len(changes)),
        still=still[:LINES_SHOWN],
        more_still=_more(len(still)),
        links=family_links(family),
        upcoming=transition_lines(overviews, names, now),
        follow_up=_follow_up(next_follow_up, today, none=None if efforts else _no_effort(family)),
        follow_up_of=follow_up_of,
        overdue=next_follow_up is not None and next_follow_up < today,
        areas=tuple((area.value, shared.AREA[area]) for area in shared.AREA if area in areas),
    )
    newest = max((_registered(change.entry) for member in family.members for change in member.changes), default=None)
    return _FamilySummary(row, newest if changes else None, family.looked_at is None, next_follow_up, areas)


def _more(count: int) -> str | None:
    return f"og {count - LINES_SHOWN} til" if count > LINES_SHOWN else None


def _next_follow_up(
    followed: Sequence[Effort | Plan], members: Mapping[str, FamilyMember]
) -> tuple[date | None, str | None]:
    """The nearest day of a follow-up, and of whose effort or plan."""
    follow_ups = sorted(
        (fact.next_follow_up_on, fact.title, first_word(members[entry.id].citizen.name) or "Borgeren")
        for entry, fact in followed
        if fact.next_follow_up_on is not None
    )
    if not follow_ups:
        return None, None
    day, title, name = follow_ups[0]
    return day, f"{name}: {title}"


def _registered(entry: Entry) -> datetime:
    return entry.provenance.registration.registered_from


def _person(member: FamilyMember, today: date) -> PersonLink:
    citizen = member.citizen
    return PersonLink(
        name=citizen.name or name_missing(citizen.identity),
        age=_age(citizen, today),
        href=f"/overblik/{citizen.citizen_id}",
        protected=citizen.protected,
        identity=identity_note(citizen.identity),
    )


def _age(citizen: MyCitizen, today: date) -> str:
    if citizen.birth_date:
        return age_text(citizen.birth_date, today)
    return age_missing(citizen.identity)


def _no_effort(family: Family) -> str:
    """That nothing runs, or only that nothing is seen to run: not all is for the reader, or not all is read."""
    overviews = [member.overview for member in family.members]
    is_whole = all(
        overview is not None
        and all(
            section.state is not SectionState.WITHHELD and not section.is_in_part and section.is_read_through
            for section in overview.sections
        )
        for overview in overviews
    )
    return "ingen indsats i gang" if is_whole else "ingen indsats i gang, som du kan se"


def _follow_up(day: date | None, today: date, *, none: str | None) -> str:
    """*none*: what is said when there is no effort to follow up."""
    if day is None:
        return none or "dato ikke oplyst af kilden"
    if day < today:
        return f"passeret {distance(day, today)}"
    return f"{of_day(day).text}, {distance(day, today)}"


def _since(family: Family, has_changes: bool, entries: Mapping[str, Entry], names: FirstNames, now: datetime) -> str:
    if family.looked_at is not None:
        unseen = (member.seen_until for member in family.members if member.changes and member.seen_until)
        since = since_text(min(unseen, default=family.looked_at) if has_changes else family.looked_at, now)
        return f"Nyt siden {since}" if has_changes else f"Intet nyt siden {since}"
    # What has no time of its own is as new as our reading, which says nothing of the citizen.
    newest = sorted((each for each in entries.values() if each.provenance.states_time), key=_registered, reverse=True)
    latest = next(((text, entry) for entry in newest if (text := entry_text(entry, names))), None)
    if latest is None:
        return "Du har ikke åbnet siden før"
    text, entry = latest
    return f"Du har ikke åbnet siden før. Senest: {text}, {of_moment(_registered(entry), now).text}"


def _changes(family: Family, names: FirstNames, now: datetime) -> Iterator[str]:
    """What changed, each entry once however many of the family it is about."""
    by_entry = {change.entry.id: change for member in family.members for change in member.changes}
    for change in sorted(by_entry.values(), key=_change_order):
        text = change_text(change, names, now)
        if text:
            yield text


def _change_order(change: Change) -> tuple[bool, float, str]:
    """Notifications first, then the newest."""
    is_notification = isinstance(change.entry.fact, ConcernNotificationFact)
    return not is_notification, -_registered(change.entry).timestamp(), change.entry.id


def _matches(summary: _FamilySummary, filters: Filters) -> bool:
    return not (
        (filters.news_only and summary.newest_change is None)
        or (filters.unopened_only and not summary.is_unopened)
        or (filters.passed_only and not summary.row.overdue)
        or (filters.still_only and not summary.row.still)
        or (filters.area is not None and filters.area not in summary.areas)
    )


def _filters(summaries: Sequence[_FamilySummary], chosen: Filters) -> tuple[Filter, ...]:
    """All, with news, with a passed follow-up, and one an area in which something runs."""
    news, passed = _news_and_passed(summaries)
    filters = [Filter(f"Alle ({len(summaries)})", ADDRESS, chosen == Filters(page=chosen.page))]
    if news:
        filters.append(Filter(f"Nyt ({news})", f"{ADDRESS}?vis=nyt", chosen.news_only))
    unopened = sum(summary.is_unopened for summary in summaries)
    if unopened:
        filters.append(Filter(f"Ikke åbnet før ({unopened})", f"{ADDRESS}?vis=uaabnet", chosen.unopened_only))
    if passed:
        filters.append(Filter(f"Opfølgning overskredet ({passed})", f"{ADDRESS}?vis=passeret", chosen.passed_only))
    still = sum(bool(summary.row.still) for summary in summaries)
    if still:
        filters.append(Filter(f"Står stille ({still})", f"{ADDRESS}?vis=stille", chosen.still_only))
    for area, name in shared.AREA.items():
        count = sum(area in summary.areas for summary in summaries)
        if count:
            filters.append(Filter(f"{name} ({count})", f"{ADDRESS}?omraade={area.value}", chosen.area is area))
    return tuple(filters)


def _page_link(text: str, filters: Filters, page: int) -> Link:
    chosen = {
        "nyt": filters.news_only,
        "uaabnet": filters.unopened_only,
        "passeret": filters.passed_only,
        "stille": filters.still_only,
    }
    query = {
        "vis": next((name for name, is_chosen in chosen.items() if is_chosen), None),
        "omraade": filters.area.value if filters.area else None,
        "side": str(page),
    }
    return Link(text, f"{ADDRESS}?{urlencode({key: value for key, value in query.items() if value})}")
