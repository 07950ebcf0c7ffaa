"""*Værd at tale om*: what the sentences say, and which of the approved rules are truly met in what the reader sees.

The rules are read anew here, from docs/rules.md; no code of the hub's rules is used.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, timedelta

from deploy.sandbox.municipality.appointments import FROM, TITLE, TO
from deploy.sandbox.municipality.catalogue import UNIT_BY_ID
from deploy.sandbox.municipality.employment import INTERVIEW_FROM, INTERVIEW_TO
from deploy.sandbox.municipality.truth import Effort, Notification, Person
from hub.clock import DANISH_TIME
from schemas.plan import GoalProgress, PlanKind
from tests.truth.facts import Fact
from tests.truth.oracle import MASKED, Oracle, Page
from tests.truth.oracle_contacts import HOURS as AGREED_HOURS
from tests.truth.oracle_employment import HOURS, INTERVIEWS, told_of
from tests.truth.oracle_head import AREAS, visible
from tests.truth.oracle_pages import notifications, received, sender
from tests.truth.oracle_school import absences, last_of, pupils, start_of, until_now
from tests.truth.transitions import true_transitions
from tests.truth.wording import first, joined, within

A_YEAR, NEAR, SOON = timedelta(days=365), timedelta(days=60), timedelta(days=30)
HALF_A_YEAR = timedelta(days=183)
CLOCKS_KEPT = timedelta(days=62)
LAST_GRADE = 9
WITHOUT_PROGRESS = {GoalProgress.UNCHANGED: "vurderet uændret", GoalProgress.WORSE: "vurderet gået tilbage"}
WHO = r"(?:(?P<who>[A-ZÆØÅ]\w*): )?"
DAY = r"(?P<day>\d{1,2}\. \w+\.? \d{4})"
SENTENCES = (
    ("absence", rf"{WHO}[Uu]lovligt fravær (?P<value>.+? % i \d\. kvartal \d{{4}}), grænsen er (?P<limit>\d+) %"),
    ("wish", rf"(?P<who>.+?) har et ønske: «(?P<value>.+)» \((?:(?P<limit>.+), )?{DAY}\)"),
    ("goal", rf"{WHO}[Mm]ålet «(?P<value>.+)» skulle følges op senest {DAY} og er (?P<limit>.+)"),
    ("in_a_row", rf"{WHO}[Mm]ålet «(?P<value>.+)» er vurderet .+, (?P<limit>\d) gange i træk uden fremgang"),
    ("uncoordinated", rf"{WHO}[Dd]er er indsatser i gang i \d områder \((?P<value>.+)\), og ingen er tovholder"),
    ("repeated", rf"{WHO}(?P<limit>\d+) underretninger på 12 måneder, senest fra (?P<value>.+) {DAY}"),
    ("while", rf"{WHO}[Uu]nderretning fra (?P<limit>.+?) {DAY}, mens en indsats var i gang: (?P<value>.+)"),
    ("assessment", rf"{WHO}[Uu]nderretningen fra (?P<value>.+) {DAY} er ikke vurderet; fristen på 24 timer udløb .+"),
    ("receipt", rf"{WHO}[Aa]fsenderen af underretningen fra (?P<value>.+) {DAY} har ikke fået en kvittering; .+"),
    ("full_age", rf"(?P<value>.+) fylder 18 den {DAY}"),
    ("leaves", rf"{WHO}[Ss]lutter 9\. klasse den {DAY}: (?P<value>.+)"),
    ("move", rf"{WHO}[Ee]n anden kommune er myndighed fra den {DAY}"),
    ("alone", rf"{WHO}(?P<value>.+) slutte(?:r|de) den {DAY}, og der er ikke .+ ny indsats inden for (?P<limit>.+)"),
    ("ends", rf"{WHO}(?P<value>.+) slutter den {DAY}"),
    ("opposite", rf"Sundhed anbefaler «(?P<limit>.+)», mens .+, at .+ deltager: (?P<value>.+?)(?: \(siden {DAY}\))?"),
    ("same_hours", rf"{WHO}(?P<value>.+) ligger oven i hinanden: \w+ {DAY} (?P<limit>kl\. .+ og kl\. .+)"),
    ("same_goal", rf"{WHO}[Ii]ndsatser i (?P<limit>.+) har det samme mål, «.+»: (?P<value>.+)"),
)  # fmt: skip


def read_point(sentence: str, day_of: Callable[[str], str]) -> Fact | None:
    """What a sentence says; None: no pattern reads it."""
    for rule, pattern in SENTENCES:
        said = re.fullmatch(pattern, sentence)
        if said:
            parts = {"day": None, "value": "", "limit": "", **said.groupdict()}
            day = day_of(parts["day"]) if parts["day"] else ""
            value, limit = parts["value"] or "", parts["limit"] or ""
            if rule in {"uncoordinated", "opposite", "while"}:
                value = joined([value.lower()])
            if rule == "same_goal":
                value, limit = joined([value.lower()]), joined([limit])
            return Fact(f"points.{rule}", " · ".join(filter(None, (value.lower(), day))), limit.lower())
    return None


def true_points(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """Every hit of the approved rules, those of several people on the same facts once."""
    for person in page.people:
        yield from _wish(oracle, page, person)
        yield from _plan(oracle, page, person)
        yield from _uncoordinated(oracle, page, person)
        yield from _efforts(oracle, page, person)
        yield from _full_age(oracle, page, person)
        yield from _same_hours(oracle, page, person)
        if person.id in oracle.not_ours and "employment" in page.views[person.id].shown:
            # Since when, the job centre does not say: from the day on which it was read.
            yield Fact("points.move", page.day.isoformat(), "")
    for person, enrolment in pupils(oracle, page):
        yield from _absence(oracle, page, person)
        if enrolment.grade == LAST_GRADE:
            leaves = date(enrolment.start_year + 1, 7, 31)
            group = re.sub(r"\s+", " ", enrolment.group).lower()
            yield Fact("points.leaves", f"{group} på {_school(oracle, person, enrolment.school)} · {leaves}", "")
    yield from _notifications(oracle, page)


def _school(oracle: Oracle, person: Person, school: str) -> str:
    return MASKED if oracle.is_guarded(person) else UNIT_BY_ID[school].name.lower()


def _absence(oracle: Oracle, page: Page, person: Person) -> Iterator[Fact]:
    recent = [
        each
        for each in absences(oracle, page, person)
        if each.kind == "UNLAWFUL"
        and start_of(each) <= page.day
        and last_of(each) + timedelta(days=1) >= page.day - A_YEAR
    ]
    for line, below in ((15, 1000), (10, 15)):
        crossed = [each for each in recent if line <= 100 * each.days / each.school_days < below]
        if crossed:
            newest = max(crossed, key=lambda each: (each.year, each.quarter))
            tenths = 1000 * newest.days // newest.school_days
            percent = f"{tenths // 10},{tenths % 10}".removesuffix(",0")
            said = f"{until_now(newest, page.day)}{percent} % i {newest.quarter}. kvartal {newest.year}"
            yield Fact("points.absence", said, str(line))


def _wish(oracle: Oracle, page: Page, person: Person) -> Iterator[Fact]:
    shown = page.views[person.id].shown
    wishes = [goal for goal in oracle.goals(person) if goal.kind == "citizen_wish" and goal.area in shown]
    if wishes:
        newest = max(wishes, key=lambda goal: goal.stated_on)
        yield Fact(
            "points.wish",
            f"{newest.text.lower()} · {newest.stated_on}",
            newest.stated_by.lower(),
            optional=page.course is not None,
        )


def _plan(oracle: Oracle, page: Page, person: Person) -> Iterator[Fact]:
    """What the plan says to those on the team: wishes, and goals whose review has passed without progress."""
    course = oracle.course_of(person)
    if course is None or course != page.course or not page.views[person.id].is_team:
        return
    lines = [line for cpr, line in course.plan if cpr == person.cpr and line.day <= page.day]
    for wish in (line for line in lines if line.kind is PlanKind.WISH):
        yield Fact("points.wish", f"{wish.words.lower()} · {wish.day}", "", optional=True)
    for goal in (line for line in lines if line.kind is PlanKind.GOAL):
        review = [goal.due_on, *(on for day, on in goal.reviews if day <= page.day)][-1]
        said = [each.progress for each in goal.progress if each.day <= page.day]
        stands = [each for each in said[-2:] if each in WITHOUT_PROGRESS]
        if len(stands) == 2:
            yield Fact("points.in_a_row", goal.words.lower(), "2")
        elif review and review < page.day and (not said or stands[-1:] == said[-1:]):
            words = WITHOUT_PROGRESS[said[-1]] if said else "ikke vurderet"
            yield Fact("points.goal", f"{goal.words.lower()} · {review}", words)


def _uncoordinated(oracle: Oracle, page: Page, person: Person) -> Iterator[Fact]:
    areas = {effort.area for effort in visible(oracle, page, person) if effort.end is None}
    course = oracle.course_of(person)
    has_lead = course and any(function == "lead_coordinator" for _, function in oracle.team_of(course))
    if len(areas) > 1 and not has_lead:
        yield Fact("points.uncoordinated", joined([AREAS[area].lower() for area in areas]), "")


def _last(effort: Effort) -> date | None:
    ends = [effort.end - timedelta(days=1)] if effort.end else []
    return min([*ends, *([effort.expected_end] if effort.expected_end else [])], default=None)


def _efforts(oracle: Oracle, page: Page, person: Person) -> Iterator[Fact]:
    efforts = visible(oracle, page, person)
    for effort in efforts:
        last = _last(effort)
        if last is None or not page.day - NEAR <= last <= page.day + NEAR:
            continue
        follows = any(
            other.id != effort.id
            and other.area == effort.area
            and other.end is None
            and last - SOON <= other.start <= last + SOON
            and (_last(other) or date.max) > last
            for other in efforts
        )
        subject = f"{effort.title.lower()} · {last}"
        # Which of several days a source expects the end on, only some sources tell.
        is_told = effort.end is not None
        if not follows:
            yield Fact("points.alone", subject, AREAS[effort.area].lower(), optional=not is_told)
        if effort.end is None and last >= page.day:
            yield Fact("points.ends", subject, "", optional=True)
    running = [effort for effort in efforts if effort.end is None]
    asking = [each for each in running if each.area == "employment" and (each.kle or "").startswith("15.")]
    for spared in [effort for effort in running if effort.area == "health" and effort.recommendation]:
        if asking:
            since = max(spared.start, min(each.start for each in asking))
            titles = joined([each.title.lower() for each in asking])
            yield Fact("points.opposite", f"{titles} · {since}", (spared.recommendation or "").lower())
    purposes = {effort.purpose.lower() for effort in running if effort.purpose}
    for purpose in purposes:
        same = [effort for effort in running if (effort.purpose or "").lower() == purpose]
        areas = {effort.area for effort in same}
        if len(areas) > 1:
            titles = joined(list(dict.fromkeys(effort.title.lower() for effort in same)))
            yield Fact("points.same_goal", titles, joined([AREAS[area].lower() for area in areas]))


def _same_hours(oracle: Oracle, page: Page, person: Person) -> Iterator[Fact]:
    """What of the job centre and of health is ahead on one day, where their hours have a minute in common."""
    told = told_of(oracle, page, person)
    agreed = oracle.agreed(person) if "health" in page.views[person.id].shown else ()
    for interview in told.interviews if told else ():
        for each in agreed:
            overlap = min(INTERVIEW_TO, TO) > max(INTERVIEW_FROM, FROM)
            if each.day == interview.day >= page.day and overlap:
                what = f"«{INTERVIEWS[interview.kind]}» (beskæftigelse) og «{TITLE}» (sundhed)"
                yield Fact("points.same_hours", f"{what.lower()} · {each.day}", f"{HOURS} og {AGREED_HOURS}")


def _full_age(oracle: Oracle, page: Page, person: Person) -> Iterator[Fact]:
    try:
        day = person.born.replace(year=person.born.year + 18)
    except ValueError:
        day = date(person.born.year + 18, 3, 1)
    if page.day < day <= page.day + HALF_A_YEAR and not person.died_on:
        who = "borgeren" if person == page.person else first(person).lower()
        yield Fact("points.full_age", f"{who} · {day}", "", optional=oracle.sources_disagree(person))


def _notifications(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """Those about one person; what is met for siblings by the same notifications is told once."""
    seen: set[tuple[int, ...]] = set()
    for person in page.people:
        own = [note for note in notifications(oracle, page) if person.id in (note.person, *note.also)]
        if "social" not in page.views[person.id].shown or not own:
            continue
        latest = own[0]
        day = received(latest).date()
        if not page.day - A_YEAR < day <= page.day:
            continue
        together = [note for note in own if day - A_YEAR < received(note).date() <= day]
        ran = [
            effort
            for effort in visible(oracle, page, person)
            if effort.area == "social" and effort.start < day and ((last := _last(effort)) is None or day <= last)
        ]
        met = (*(note.id for note in together), *(-effort.id for effort in ran if len(together) == 1))
        if met in seen or (len(together) == 1 and not ran):
            continue
        seen.add(met)
        if len(together) > 1:
            yield Fact("points.repeated", f"{within(sender(latest)).lower()} · {day}", str(len(together)))
        else:
            titles = joined([effort.title.lower() for effort in ran])
            yield Fact("points.while", f"{titles} · {day}", within(sender(latest)).lower())
    yield from _clocks(oracle, page)


def _clocks(oracle: Oracle, page: Page) -> Iterator[Fact]:
    for note in notifications(oracle, page):
        subject = f"{within(sender(note)).lower()} · {received(note).date()}"
        if _is_missed(note, page):
            yield Fact("points.assessment", subject, "", optional=True)
        if note.receipt_on is None and received(note).date() > page.day - CLOCKS_KEPT - SOON:
            yield Fact("points.receipt", subject, "", optional=True)


def _is_missed(note: Notification, page: Page) -> bool:
    due = note.received.astimezone(UTC) + timedelta(hours=24)
    is_old = due.astimezone(DANISH_TIME).date() < page.day - CLOCKS_KEPT
    return note.assessed is None and note.outcome is None and due < page.now and not is_old


def true_ahead(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """What the timeline says lies ahead; nothing on a page of an earlier day."""
    if page.day < page.printed_on:
        return
    for person in page.people:
        # Efforts of one name that end on one day are one transition: the sentence stands once.
        for fact in dict.fromkeys(true_transitions(oracle, person, page.views[person.id].shown)):
            yield Fact(f"ahead.{fact.rule}", fact.subject, fact.value, fact.optional)
