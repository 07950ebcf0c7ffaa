"""What *Overblik*, *Familien* and *Tidslinje* must say below the head: notifications, lanes, rows, goals. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from deploy.sandbox.municipality.truth import Effort, Goal, Notification, Person
from hub.clock import DANISH_TIME
from schemas.codes import Coded, danish_label
from tests.truth.facts import Fact
from tests.truth.oracle import Oracle, Page
from tests.truth.oracle_head import AREAS, SOURCES, columns, head, last_day, now, visible
from tests.truth.reading import bag
from tests.truth.words import first, joined, paragraph, within

HALF_A_YEAR = timedelta(days=183)
ASKED_FOR = timedelta(days=60)
"""So long after the limit the page asks for the assessment; later, for what followed."""
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
        *_lanes(oracle, page),
        *_since_course(oracle, page),
        *_strengths(oracle, page),
        *_changes(oracle, page),
        *(Fact("sources.age", title, "læst lige nu") for title in SOURCES.values()),
        *(Fact("seen", who, "has looked", optional=True) for who in looked),
    ]


def family(oracle: Oracle, page: Page) -> list[Fact]:
    """*Familien*."""
    found = [*head(oracle, page), *columns(oracle, page), *_summary(oracle, page), *_lanes(oracle, page)]
    return found + sorted(set(_moments(oracle, page)))


def timeline(oracle: Oracle, page: Page) -> list[Fact]:
    """*Tidslinje*."""
    found = [*head(oracle, page), *_lanes(oracle, page)]
    for person, one in _efforts(oracle, page):
        of = f"{lane(page, person, one)} · {one.title} · {one.start.isoformat()}"
        found.append(Fact("rows.effort", of, "afsluttet" if one.end else "i gang"))
        found.append(Fact("rows.end", of, last_day(one.end) if one.end else "ingen slutdato"))
        found.append(Fact("rows.paragraph", of, _paragraph(one)))
    for note in notifications(oracle, page):
        of = f"{received(note).date().isoformat()} · {note.notifier_title}"
        found.append(Fact("rows.about", of, whom(oracle, note)))
        found.append(Fact("rows.reasons", of, _reasons([note])))
        found.append(Fact("rows.outcome", of, _outcome(oracle, page, [note])))
    for person in page.people:
        shown = page.views[person.id].shown
        prefix = "" if person == page.person else f"{first(person)} · "
        for plan in oracle.truth.plans:
            if plan.person == person.id and plan.area in shown and plan.area == "social":
                of = f"{prefix}{AREAS[plan.area]} · {plan.title} · {plan.start.isoformat()}"
                found.append(Fact("rows.other", of, "shown"))
        for contact in oracle.truth.contacts:
            if contact.person == person.id and contact.unit.startswith("health:") and "health" in shown:
                of = f"{prefix}{AREAS['health']} · {contact.title} · {contact.day.isoformat()}"
                found.append(Fact("rows.other", of, "shown"))
    return found


def _paragraph(one: Effort) -> str:
    return paragraph(one.paragraph) if one.paragraph else ""


def _efforts(oracle: Oracle, page: Page) -> list[tuple[Person, Effort]]:
    return [(person, one) for person in page.people for one in visible(oracle, page, person)]


def lane(page: Page, person: Person, one: Effort) -> str:
    """The lane of an effort: its area, behind the name of another than the citizen."""
    return AREAS[one.area] if person == page.person else f"{first(person)} · {AREAS[one.area]}"


def received(one: Notification) -> datetime:
    """When it came, by the Danish clock."""
    return one.received.astimezone(DANISH_TIME)


def whom(oracle: Oracle, one: Notification) -> str:
    """Everybody it is about."""
    named = [first(oracle.people[key]) for key in (one.person, *one.also) if key in oracle.people]
    if one.unborn:
        mother = named[0]
        return f"{mother}{'' if mother.endswith('s') else 's'} ufødte barn"
    return joined(named)


def notifications(oracle: Oracle, page: Page) -> list[Notification]:
    """Those about the people of the page that the employee may see, newest first."""
    keys = {person.id for person in page.people if "social" in page.views[person.id].shown}
    found = [one for one in oracle.truth.notifications if keys & {one.person, *one.also}]
    return sorted(found, key=lambda one: (one.received, one.id), reverse=True)


def _groups(found: Sequence[Notification]) -> list[list[Notification]]:
    """One row for each day and sender."""
    key = lambda one: (received(one).date(), one.notifier_title)  # noqa: E731  sorted and grouped by it
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
    senders = {one.notifier_title.lower() for one in found}
    yield Fact("notes.count", "", f"{len(found)} from {len(senders)} since {received(found[-1]).year}")
    followed = sum(_has_followed(oracle, page, one) for one in found)
    yield Fact("notes.followed", "", str(followed) if followed else "0, of social")


def _is_partly_withheld(oracle: Oracle, page: Page) -> bool:
    """Whether the reader may not see all notifications about the citizen and the children around."""
    keys = {person.id for person in page.people}
    unseen = any(
        other.id not in keys and kind in {"child", "sibling"} for other, kind in oracle.all_relatives(page.person)
    )
    return unseen or any("social" not in page.views[person.id].shown for person in page.people)


def _named(oracle: Oracle, page: Page, one: Notification) -> list[Effort]:
    return [effort for _, effort in _efforts(oracle, page) if effort.id in one.efforts]


def _later(oracle: Oracle, page: Page, one: Notification) -> list[Effort]:
    """Social efforts that began within half a year, unless the decision was another or they are named elsewhere."""
    if one.outcome in {"no_action", "to_running_case"}:
        return []
    named = {key for other in notifications(oracle, page) for key in other.efforts}
    day = received(one).date()
    return [
        effort
        for _, effort in _efforts(oracle, page)
        if effort.area == "social" and effort.id not in named and day <= effort.start <= day + HALF_A_YEAR
    ]


def _has_followed(oracle: Oracle, page: Page, one: Notification) -> bool:
    return one.outcome == "effort" or bool(_named(oracle, page, one) or _later(oracle, page, one))


def _outcome(oracle: Oracle, page: Page, group: Sequence[Notification]) -> str:
    """What followed the notifications of one row; alternatives where several sentences are true."""
    named = {effort.id: effort for one in group for effort in _named(oracle, page, one)}
    later = {effort.id: effort for one in group if not named for effort in _later(oracle, page, one)}
    for word, efforts in (("named", named), ("later", later)):
        if efforts:
            day = min(effort.start for effort in efforts.values()).isoformat()
            value = f"{joined([within(effort.title) for effort in efforts.values()])} · {day}"
            return (
                f"{word}: {value}" if word == "named" or not _is_effort(group) else f"{word}: {value} | named: {value}"
            )
    if clock := _clock(page, group):
        return clock
    outcomes = {one.outcome for one in group} - {None, "no_action"}
    if outcomes:
        return " | ".join(sorted(str(outcome) for outcome in outcomes))
    old = (page.day - received(group[0]).date()).days
    decided = "no_action | " if any(one.outcome for one in group) else ""
    if timedelta(days=old) < HALF_A_YEAR:
        return f"{decided}no effort so far, of social | so far: {old} dag{'' if old == 1 else 'e'} old"
    return f"{decided}no effort, of social"


def _is_effort(group: Sequence[Notification]) -> bool:
    return any(one.outcome == "effort" for one in group)


def _clock(page: Page, group: Sequence[Notification]) -> str | None:
    """The 24 hours, where the assessment is still asked for."""
    due = [one.received.astimezone(UTC) + timedelta(hours=24) for one in group if not one.assessed and not one.outcome]
    if not due or page.now - min(due) >= ASKED_FOR:
        return None
    if min(due) > page.now:
        return f"to be assessed before {min(due).astimezone(DANISH_TIME):%H.%M}"
    return "not assessed in time"


def _notifications(oracle: Oracle, page: Page) -> Iterator[Fact]:
    for group in _groups(notifications(oracle, page)):
        newest = max(group, key=lambda one: one.received)
        of = f"{received(newest).date().isoformat()} · {newest.notifier_title}"
        yield Fact("notes.time", of, received(newest).isoformat()[:16])
        yield from (Fact("notes.about", of, whom(oracle, one)) for one in group)
        yield Fact("notes.reasons", of, _reasons(group))
        yield Fact("notes.outcome", of, _outcome(oracle, page, group))
        if _clock(page, group):
            yield Fact("notes.red", of, "red")


def _reasons(group: Sequence[Notification]) -> str:
    day = received(group[0]).date()
    codes = dict.fromkeys(code for one in group for code in one.reasons)
    return bag(" ".join(danish_label(Coded(code_list="notification_reasons", code=code), day) for code in codes))


def _lanes(oracle: Oracle, page: Page) -> Iterator[Fact]:
    for person, one in _efforts(oracle, page):
        of = f"{lane(page, person, one)} · {one.title} · {one.start.isoformat()}"
        yield Fact("lanes.bar", of, last_day(one.end) if one.end else "i gang")
    for note in notifications(oracle, page):
        yield Fact("lanes.point", f"{received(note).date().isoformat()} · {note.notifier_title}", whom(oracle, note))


def _moments(oracle: Oracle, page: Page) -> Iterator[Fact]:
    for person, one in _efforts(oracle, page):
        of = f"{one.start.isoformat()} · {first(person)} · {one.title}"
        yield Fact("moments.effort", of, last_day(one.end) if one.end else "i gang")
    for group in _groups(notifications(oracle, page)):
        keys = {key for one in group for key in (one.person, *one.also)}
        who = ", ".join(first(person) for person in page.people if person.id in keys)
        title = f"Underretning fra {within(group[0].notifier_title)}"
        of = f"{received(group[0]).date().isoformat()} · {who} · {title}"
        yield Fact("moments.outcome", of, _outcome(oracle, page, group))


def _goals(oracle: Oracle, page: Page) -> list[Goal]:
    return [one for person in page.people for one in oracle.goals(person) if one.area in page.views[person.id].shown]


def _is_reached(one: Goal) -> bool:
    return one.kind == "goal" and bool(one.assessments) and one.assessments[-1][1] == "reached"


def _strengths(oracle: Oracle, page: Page) -> Iterator[Fact]:
    goals = _goals(oracle, page)
    for one in goals:
        day = (one.assessments[-1][0] if one.assessments else one.stated_on).isoformat()
        rule = {"citizen_wish": "strengths.wish", "strength": "strengths.works", "goal": "strengths.goal"}[one.kind]
        yield Fact("strengths.reached" if _is_reached(one) else rule, one.text, f"{one.stated_by}, {day}")
    if not any(one.kind != "goal" or _is_reached(one) for one in goals):
        is_read = all("social" in page.views[person.id].shown for person in page.people)
        none = "none noted by the sources" if is_read else "partly withheld"
        yield Fact("strengths.none", "", none)


def _since_course(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """What has ended and been reached since the course began."""
    if page.course is None:
        return
    began = page.course.started_on
    ended = [(person, one, one.end) for person, one in _efforts(oracle, page) if one.end and began <= one.end]
    reached = sum(_is_reached(one) for one in _goals(oracle, page))
    if ended:
        yield Fact("course.ended", "", str(len(ended)))
        for person, one, end in ended:
            for_whom = "" if person == page.person else f" for {first(person)}"
            yield Fact("course.ended.on", f"{within(one.title)}{for_whom}", last_day(end))
    if reached:
        yield Fact("course.reached", "", str(reached))
    found = notifications(oracle, page)
    if (ended or reached) and found and page.day - received(found[0]).date() > QUIET:
        yield Fact("course.quiet", "", received(found[0]).date().isoformat())


def _changes(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """What came since the employee looked before the demo began: each line true; new notifications never left out."""
    looks = [
        one.when
        for one in oracle.staff.look_ups
        if one.employee == page.employee.id and one.cpr == page.person.cpr and one.when < page.now
    ]
    if not looks:
        return
    since = max(looks)
    yield Fact("changes.since", "", since.astimezone(DANISH_TIME).isoformat()[:16])
    for one in notifications(oracle, page):
        of = f"{received(one).date().isoformat()} · {within(one.notifier_title)}"
        yield Fact("changes.note", of, whom(oracle, one), optional=one.received <= since)
    for subject, word in _moved(oracle, page, since.date()):
        yield Fact("changes.other", subject, word, optional=True)


def _moved(oracle: Oracle, page: Page, since: date) -> Iterator[tuple[str, str]]:
    for person, one in _efforts(oracle, page):
        for_whom = "" if person == page.person else f" for {first(person)}"
        words = [word for word, day in (("Ny indsats", one.start), ("Afsluttet", one.end)) if day and day >= since]
        if words:
            yield f"{within(one.title)}{for_whom}", " | ".join(words)
    for goal in _goals(oracle, page):
        if goal.stated_on >= since:
            yield goal.text, f"{NEW_GOAL[goal.kind]} | Mål nået"
        elif goal.assessments and goal.assessments[-1][0] >= since:
            yield goal.text, "Mål nået" if _is_reached(goal) else CHANGED_GOAL[goal.kind]
