"""What *Overblik*, *Familien* and *Tidslinje* must say below the head: notifications, lanes, rows, goals. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from deploy.sandbox.municipality.notifications import PROFESSIONALS as OFFICIALS
from deploy.sandbox.municipality.staff import Employee
from deploy.sandbox.municipality.truth import Effort, Goal, Notification, Person
from hub.clock import DANISH_TIME
from schemas.codes import Coded, danish_label
from tests.truth.facts import Fact
from tests.truth.oracle import CONNECTED, Oracle, Page
from tests.truth.oracle_contacts import agreed_news, column_stays, other_rows, panels, plans, stay_bars, stay_moments
from tests.truth.oracle_employment import news_items
from tests.truth.oracle_head import AREAS, SOURCES, columns, head, last_day, now, stated, visible
from tests.truth.oracle_school import school_bars, school_moments, school_news, school_panel, school_rows
from tests.truth.reading import bag
from tests.truth.wording import first, joined, paragraph, within

HALF_A_YEAR = timedelta(days=183)
ASKED_FOR = timedelta(days=60)
"""So long after the limit the page asks for the assessment; later, for what followed."""
PRIVATE = frozenset({"7", "8", "12", "13"})
"""Categories of notifiers behind which a private person stands."""
QUIET = timedelta(days=182)
LINES_OF_CHANGES = 8
CHANGED_GOAL = {"goal": "Mål ændret", "citizen_wish": "Borgerens ord ændret", "strength": "Styrke ændret"}
NEW_GOAL = {"goal": "Nyt mål", "citizen_wish": "Nye ord fra borgeren", "strength": "Ny styrke"}


def overview(oracle: Oracle, page: Page, looked: frozenset[str]) -> list[Fact]:
    """*Overblik*; *looked*: who has opened the page or one of the family's before."""
    return [
        *head(oracle, page),
        *now(oracle, page),
        *_summary(oracle, page),
        *_notifications(oracle, page),
        *panels(oracle, page),
        *school_panel(oracle, page),
        *_lanes(oracle, page),
        *_since_course(oracle, page),
        *_strengths(oracle, page),
        *_changes(oracle, page),
        *(Fact("sources.age", title, "læst lige nu | sidste nye oplysning lige nu") for title in SOURCES.values()),
        *(Fact("seen", who, "has looked", optional=True) for who in looked),
    ]


def family(oracle: Oracle, page: Page) -> list[Fact]:
    """*Familien*."""
    found = [*head(oracle, page), *columns(oracle, page), *_summary(oracle, page), *_lanes(oracle, page)]
    return [*found, *column_stays(oracle, page), *sorted(set(_moments(oracle, page)))]


def timeline(oracle: Oracle, page: Page) -> list[Fact]:
    """*Tidslinje*."""
    found = [*head(oracle, page), *_lanes(oracle, page), Fact("known", "", page.day.isoformat())]
    for person, effort in _efforts(oracle, page):
        of = f"{lane(page, person, effort)} · {effort.title} · {effort.start.isoformat()}"
        found.append(Fact("rows.effort", of, "afsluttet" if effort.end else "i gang"))
        found.append(Fact("rows.end", of, last_day(effort.end) if effort.end else "ingen slutdato"))
        found.append(Fact("rows.paragraph", of, _paragraph(effort)))
    found += _row_marks(oracle, page)
    for note in notifications(oracle, page):
        of = f"{received(note).date().isoformat()} · {sender(note)}"
        found.append(Fact("rows.about", of, whom(oracle, note)))
        found.append(Fact("rows.reasons", of, _reasons([note])))
        found.append(Fact("rows.outcome", of, _outcome(oracle, page, [note])))
    return [*found, *other_rows(oracle, page), *school_rows(oracle, page)]


def _row_marks(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """Whom the social system says that the citizen is, at each row that it tells."""
    for person in page.people:
        mark = stated(oracle, person) if "social" in page.views[person.id].shown else None
        if mark is None:
            continue
        social = "Social" if person == page.person else f"{first(person)} · Social"
        case = oracle.case(person)
        titles = [effort.title for effort in oracle.efforts(person) if effort.area == "social"]
        titles += [case.title] if case else []
        titles += [plan.title for _, plan in plans(oracle, page) if plan.person == person.id]
        yield from (Fact("rows.mark", f"{social} · {title}", mark) for title in titles)


def _paragraph(effort: Effort) -> str:
    return paragraph(effort.paragraph) if effort.paragraph else ""


def _efforts(oracle: Oracle, page: Page) -> list[tuple[Person, Effort]]:
    return [(person, effort) for person in page.people for effort in visible(oracle, page, person)]


def lane(page: Page, person: Person, effort: Effort) -> str:
    """The lane of an effort: its area, behind the name of another than the citizen."""
    return AREAS[effort.area] if person == page.person else f"{first(person)} · {AREAS[effort.area]}"


def received(note: Notification) -> datetime:
    """When it came, by the Danish clock."""
    return note.received.astimezone(DANISH_TIME)


def sender(note: Notification) -> str:
    """Who sent it: the source's words, but of private people, whom nobody is to recognise, only the category."""
    if note.notifier not in PRIVATE:
        return note.notifier_title
    return danish_label(Coded(code_list="notifier_categories", code=note.notifier), received(note).date())


def whom(oracle: Oracle, note: Notification) -> str:
    """Everybody it is about."""
    named = [first(oracle.people[key]) for key in (note.person, *note.also) if key in oracle.people]
    if note.unborn:
        mother = named[0]
        return f"{mother}{'' if mother.endswith('s') else 's'} ufødte barn"
    return joined(named)


def notifications(oracle: Oracle, page: Page) -> list[Notification]:
    """Those about the people of the page that the employee may see, newest first."""
    keys = {person.id for person in page.people if "social" in page.views[person.id].shown}
    found = [note for note in oracle.truth.notifications if keys & {note.person, *note.also}]
    return sorted(found, key=lambda note: (note.received, note.id), reverse=True)


def _groups(found: Sequence[Notification]) -> list[list[Notification]]:
    """One row for each day and sender."""
    key = lambda note: (received(note).date(), sender(note))  # noqa: E731  sorted and grouped by it
    return [list(group) for _, group in groupby(sorted(found, key=key, reverse=True), key)]


def _summary(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """The sentence above the notifications."""
    found = notifications(oracle, page)
    if _is_partly_withheld(oracle, page):
        yield Fact("notes.withheld", "", "yes")
    if not found:
        # Nothing can be said to be none where some may be withheld.
        yield Fact("notes.count", "", "none", optional=_is_partly_withheld(oracle, page))
        return
    senders = {sender(note).lower() for note in found}
    yield Fact("notes.count", "", f"{len(found)} from {len(senders)} since {received(found[-1]).year}")
    followed = sum(_has_followed(oracle, page, note) for note in found)
    is_any_begun = any(_begun(oracle, page, note) for note in found)
    none = "0, and none is linked" if is_any_begun else "0, of social"
    yield Fact("notes.followed", "", str(followed) if followed else none)


def _is_partly_withheld(oracle: Oracle, page: Page) -> bool:
    """Whether the reader may not see all notifications about the citizen and the children around.

    Of children of whom a withheld source alone tells nothing is said: not that there are any.
    """
    keys = {person.id for person in page.people}
    unseen = any(other.id not in keys and kind in {"child", "sibling"} for other, kind in oracle.relatives(page))
    return unseen or any("social" not in page.views[person.id].shown for person in page.people)


def _named(oracle: Oracle, page: Page, note: Notification) -> list[Effort]:
    return [effort for _, effort in _efforts(oracle, page) if effort.id in note.efforts]


def _later(oracle: Oracle, page: Page, note: Notification) -> list[Effort]:
    """Those that began in time, unless the decision was another or they are named elsewhere."""
    if note.outcome in {"no_action", "to_running_case"}:
        return []
    named = {key for other in notifications(oracle, page) for key in other.efforts}
    return [effort for effort in _begun(oracle, page, note) if effort.id not in named]


def _begun(oracle: Oracle, page: Page, note: Notification) -> list[Effort]:
    """Social efforts that began within half a year, whatever was decided."""
    day = received(note).date()
    efforts = [effort for _, effort in _efforts(oracle, page) if effort.area == "social"]
    return [effort for effort in efforts if day <= effort.start <= day + HALF_A_YEAR]


def _has_followed(oracle: Oracle, page: Page, note: Notification) -> bool:
    return note.outcome == "effort" or bool(_named(oracle, page, note) or _later(oracle, page, note))


def _outcome(oracle: Oracle, page: Page, group: Sequence[Notification]) -> str:
    """What followed the notifications of one row; alternatives where several sentences are true."""
    named = {effort.id: effort for note in group for effort in _named(oracle, page, note)}
    later = {effort.id: effort for note in group if not named for effort in _later(oracle, page, note)}
    for word, efforts in (("named", named), ("later", later)):
        if efforts:
            day = min(effort.start for effort in efforts.values()).isoformat()
            value = f"{joined(_titles(oracle, list(efforts.values())))} · {day}"
            return (
                f"{word}: {value}" if word == "named" or not _is_effort(group) else f"{word}: {value} | named: {value}"
            )
    if clock := _clock(page, group):
        return clock
    outcomes = {note.outcome for note in group} - {None, "no_action"}
    if outcomes:
        return " | ".join(sorted(str(outcome) for outcome in outcomes))
    old = (page.day - received(group[0]).date()).days
    decided = "no_action | " if any(note.outcome for note in group) else ""
    if any(_begun(oracle, page, note) for note in group):
        return f"{decided}none is linked"
    if timedelta(days=old) < HALF_A_YEAR:
        return f"{decided}no effort so far, of social | so far: {old} dag{'' if old == 1 else 'e'} old"
    return f"{decided}no effort, of social"


def _is_effort(group: Sequence[Notification]) -> bool:
    return any(note.outcome == "effort" for note in group)


def _titles(oracle: Oracle, efforts: Sequence[Effort]) -> list[str]:
    """Titles as a sentence has them: the general part once, and for whom where they are for different people."""
    titles = {effort.title for effort in efforts}
    is_named = len({effort.person for effort in efforts}) > 1
    phrases = []
    for effort in efforts:
        general, _, particular = effort.title.partition(", ")
        short = particular if particular and general in titles else effort.title
        phrases.append(f"{within(short)}{f' ({first(oracle.people[effort.person])})' if is_named else ''}")
    return list(dict.fromkeys(phrases))


def _clock(page: Page, group: Sequence[Notification]) -> str | None:
    """The 24 hours, where the assessment is still asked for."""
    due = [
        note.received.astimezone(UTC) + timedelta(hours=24) for note in group if not note.assessed and not note.outcome
    ]
    if not due or page.now - min(due) >= ASKED_FOR:
        return None
    if min(due) > page.now:
        return f"to be assessed before {min(due).astimezone(DANISH_TIME):%H.%M}"
    return "not assessed in time"


def _notifications(oracle: Oracle, page: Page) -> Iterator[Fact]:
    for group in _groups(notifications(oracle, page)):
        newest = max(group, key=lambda note: note.received)
        of = f"{received(newest).date().isoformat()} · {sender(newest)}"
        yield Fact("notes.time", of, received(newest).isoformat()[:16])
        yield from (Fact("notes.about", of, whom(oracle, note)) for note in group)
        yield Fact("notes.reasons", of, _reasons(group))
        yield Fact("notes.outcome", of, _outcome(oracle, page, group))
        if _clock(page, group):
            yield Fact("notes.red", of, "red")
        told = [str(each.informed_on or "not stated") for each in group if each.outcome and each.notifier in OFFICIALS]
        yield from [Fact("notes.informed", of, max(told))] if told else []  # words come after days


def _reasons(group: Sequence[Notification]) -> str:
    day = received(group[0]).date()
    codes = dict.fromkeys(code for note in group for code in note.reasons)
    return bag(" ".join(danish_label(Coded(code_list="notification_reasons", code=code), day) for code in codes))


def _lanes(oracle: Oracle, page: Page) -> Iterator[Fact]:
    yield from stay_bars(oracle, page)
    yield from school_bars(oracle, page)
    for person, effort in _efforts(oracle, page):
        of = f"{lane(page, person, effort)} · {effort.title} · {effort.start.isoformat()}"
        yield Fact("lanes.bar", of, last_day(effort.end) if effort.end else "i gang")
    for note in notifications(oracle, page):
        yield Fact("lanes.point", f"{received(note).date().isoformat()} · {sender(note)}", whom(oracle, note))


def _moments(oracle: Oracle, page: Page) -> Iterator[Fact]:
    yield from stay_moments(oracle, page)
    yield from school_moments(oracle, page)
    for person, effort in _efforts(oracle, page):
        of = f"{effort.start.isoformat()} · {first(person)} · {effort.title}"
        yield Fact("moments.effort", of, last_day(effort.end) if effort.end else "i gang")
    for group in _groups(notifications(oracle, page)):
        keys = {key for note in group for key in (note.person, *note.also)}
        who = ", ".join(first(person) for person in page.people if person.id in keys)
        title = f"Underretning fra {within(sender(group[0]))}"
        unborn = [whom(oracle, note) for note in group if note.unborn]
        shown = [person.id for person in page.people if person.id in keys]
        others = sorted(keys - set(shown))
        # Whom no column stands for is named in the title.
        named = " og ".join(first(oracle.people[key]) for key in [*shown, *others])
        title = f"{title} om {unborn[0] if unborn else named}" if unborn or others else title
        of = f"{received(group[0]).date().isoformat()} · {who} · {title}"
        yield Fact("moments.outcome", of, _outcome(oracle, page, group))


def _goals(oracle: Oracle, page: Page) -> list[Goal]:
    return [goal for person in page.people for goal in oracle.goals(person) if goal.area in page.views[person.id].shown]


def _is_reached(goal: Goal) -> bool:
    return goal.kind == "goal" and bool(goal.assessments) and goal.assessments[-1][1] == "reached"


def _strengths(oracle: Oracle, page: Page) -> Iterator[Fact]:
    goals = _goals(oracle, page)
    for goal in goals:
        day = (goal.assessments[-1][0] if goal.assessments else goal.stated_on).isoformat()
        rule = {"citizen_wish": "strengths.wish", "strength": "strengths.works", "goal": "strengths.goal"}[goal.kind]
        yield Fact("strengths.reached" if _is_reached(goal) else rule, goal.text, f"{goal.stated_by}, {day}")
    if not any(goal.kind != "goal" or _is_reached(goal) for goal in goals):
        is_read = all(page.views[person.id].shown >= CONNECTED for person in page.people)
        none = "none noted by the sources" if is_read else "partly withheld"
        yield Fact("strengths.none", "", none)


def _since_course(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """What has ended and been reached since the course began."""
    if page.course is None:
        return
    began = page.course.started_on
    ended = [
        (person, effort, effort.end) for person, effort in _efforts(oracle, page) if effort.end and began <= effort.end
    ]
    reached = sum(_is_reached(goal) for goal in _goals(oracle, page))
    if ended:
        yield Fact("course.ended", "", str(len(ended)))
        for person, effort, end in ended:
            for_whom = "" if person == page.person else f" for {first(person)}"
            yield Fact("course.ended.on", f"{within(effort.title)}{for_whom}", last_day(end))
    if reached:
        yield Fact("course.reached", "", str(reached))
    found = notifications(oracle, page)
    if (ended or reached) and found and page.day - received(found[0]).date() > QUIET:
        yield Fact("course.quiet", "", received(found[0]).date().isoformat())


def _changes(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """What came since the employee looked before the demo began: each line true; new notifications never left out."""
    seen = seen_until(oracle, page.employee, page.people)
    if not seen:
        return
    yield Fact("changes.since", "", seen[page.person.id].astimezone(DANISH_TIME).isoformat()[:16])
    yield from news(oracle, page, seen, "changes")


def seen_until(oracle: Oracle, employee: Employee, people: Sequence[Person]) -> dict[int, datetime]:
    """Until when the employee has seen each of them: the last look, else the first look at any of them."""
    looks = {
        person.id: [
            look.when
            for look in oracle.staff.look_ups
            if look.employee == employee.id and look.cpr == person.cpr and look.when < oracle.now
        ]
        for person in people
    }
    first_look = min((moment for moments in looks.values() for moment in moments), default=None)
    return {key: max(moments, default=first_look) for key, moments in looks.items()} if first_look else {}


def news(oracle: Oracle, page: Page, seen: Mapping[int, datetime], rule: str) -> Iterator[Fact]:
    """What came after that: notifications must be told, the rest must be true."""
    for note in notifications(oracle, page):
        of = f"{received(note).date().isoformat()} · {within(sender(note))}"
        since = min(seen[key] for key in (note.person, *note.also) if key in seen)
        yield Fact(f"{rule}.note", of, whom(oracle, note), optional=note.received <= since)
    for text, person, word in _moved(oracle, page, seen):
        # On the citizen's own page it is not said whose it is; else it is, in either way.
        is_own = rule == "changes" and person == page.person
        for subject in (text,) if is_own else (f"{text} ({first(person)})", f"{text} for {first(person)}"):
            yield Fact(f"{rule}.other", subject, word, optional=True)


def _moved_at_school(oracle: Oracle, page: Page, seen: Mapping[int, datetime]) -> Iterator[tuple[str, Person, str]]:
    for person in page.people:
        for text, told in school_news(oracle, page, person):
            if any(day >= seen[person.id].date() for day in told):
                yield text, person, "Ny klasse | Ny opgørelse | Ændret"


def _agreed_or_moved(oracle: Oracle, page: Page, seen: Mapping[int, datetime]) -> Iterator[tuple[str, Person, str]]:
    for person in page.people:
        for text, word, day in (*news_items(oracle, page, person), *agreed_news(oracle, page, person)):
            if day >= seen[person.id].date():
                yield text, person, f"{word} | Ændret"


def _moved(oracle: Oracle, page: Page, seen: Mapping[int, datetime]) -> Iterator[tuple[str, Person, str]]:
    """What has begun, ended, been said or assessed since: its words, whose it is, and the kind of change."""
    for person, effort in _efforts(oracle, page):
        days = (("Ny indsats", effort.start), ("Afsluttet", effort.end))
        words = [word for word, day in days if day and day >= seen[person.id].date()]
        if words:
            yield within(effort.title), person, " | ".join(words)
    for _, plan in plans(oracle, page):
        since = seen[plan.person].date()
        words = [word for word, day in (("Ny plan", plan.start), ("Afsluttet", plan.end)) if day and day >= since]
        if words:
            yield within(plan.title), oracle.people[plan.person], " | ".join(words)
    yield from _agreed_or_moved(oracle, page, seen)
    yield from _moved_at_school(oracle, page, seen)
    for goal in _goals(oracle, page):
        person = oracle.people[goal.person]
        since = seen[person.id].date()
        if goal.stated_on >= since:
            yield goal.text, person, f"{NEW_GOAL[goal.kind]} | Mål nået"
        elif goal.assessments and goal.assessments[-1][0] >= since:
            yield goal.text, person, "Mål nået" if _is_reached(goal) else CHANGED_GOAL[goal.kind]
