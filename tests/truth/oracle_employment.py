"""What pages must say of what the job centre tells beside efforts: interviews, plans, absence, who answers. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from deploy.sandbox.municipality.appointments import Appointment
from deploy.sandbox.municipality.catalogue import UNIT_BY_ID
from deploy.sandbox.municipality.employment import Client, Leave, Meeting
from deploy.sandbox.municipality.truth import Effort, Person, Plan
from tests.truth.facts import Fact
from tests.truth.oracle import MASKED, Oracle, Page
from tests.truth.wording import agreed, first, within

AREA = "Beskæftigelse"
OFFICE = UNIT_BY_ID["employment:400"]
ROLES = {
    "employment_caseworker": "Beskæftigelsessagsbehandler",
    "coordinating_caseworker": "Koordinerende sagsbehandler",
}
HOURS = "kl. 10.00–11.00"
INTERVIEWS = {7: "Jobsamtale", 4: "Opfølgningssamtale"}
DEADLINE = "Næste samtale skal være holdt"
WORKING = "arbejder med borgeren"
SINCE_UNKNOWN = "siden hvornår er ikke oplyst"
NOT_OURS = "Ikke længere vores borger"
NOT_OURS_KEPT = "En anden kommune er myndighed nu. Det, vi har læst før, vises stadig; nyt kan ikke læses."
RECENT = timedelta(days=365)
ANNOUNCED = timedelta(days=45)
"""So long before an interview, and before its deadline is met, the job centre registers it."""
MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november",
    "december",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What the job centre tells of one citizen on the day of the page."""

    client: Client
    is_today: bool
    """Else what was known on an earlier day; what has no time of its own was not."""
    is_ours: bool
    day: date

    @property
    def group(self) -> str | None:
        """Words of the target group."""
        return f"Målgruppe: {within(self.client.group[1])}" if self.client.group and self.is_today else None

    @property
    def workers(self) -> tuple[tuple[str, str], ...]:
        """Role in words and name of those who work with the citizen."""
        return tuple((ROLES[role], name) for role, name in self.client.workers) if self.is_today else ()

    @property
    def interviews(self) -> tuple[Meeting, ...]:
        """Interviews, held and agreed on."""
        return self.client.interviews if self.is_today and self.is_ours else ()

    @property
    def next_interview(self) -> date | None:
        """The day of the next."""
        return min((meeting.day for meeting in self.interviews if meeting.day >= self.day), default=None)

    @property
    def deadline(self) -> date | None:
        """By which day the next must be held."""
        return self.client.deadline if self.is_today and self.is_ours else None

    @property
    def leaves(self) -> tuple[Leave, ...]:
        """Absence that was registered by the day."""
        own = self.client.leaves if self.is_ours else ()
        return tuple(leave for leave in own if (leave.end or leave.start) <= self.day)

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Plans that were registered by the day."""
        own = self.client.plans if self.is_ours else ()
        return tuple(plan for plan in own if (plan.end or plan.start) <= self.day)

    @property
    def has_more(self) -> bool:
        """Whether anything but efforts is told."""
        return bool(self.group or self.workers or self.interviews or self.leaves or self.plans or not self.is_ours)


def told_of(oracle: Oracle, page: Page, person: Person) -> Told | None:
    """What the job centre tells of the person, and the page may show."""
    if "employment" not in page.views[person.id].shown:
        return None
    return told_by_job_centre(oracle, person, is_today=page.day == page.printed_on)


def told_by_job_centre(oracle: Oracle, person: Person, *, is_today: bool = True) -> Told | None:
    """What it tells of the person, whoever may see it."""
    client = oracle.clients.get(person.id)
    if client is None:
        return None
    is_ours = person.id not in oracle.not_ours
    return Told(client, is_today, is_ours, oracle.day) if is_ours or is_today else None


def remark(oracle: Oracle, page: Page, person: Person, effort: Effort) -> str | None:
    """Target group and next interview; they stand with the first of the citizen's efforts."""
    told = told_of(oracle, page, person)
    own = [each for each in oracle.running(person) if each.area == "employment"]
    if told is None or effort != min(own, key=lambda each: (each.start, f"akt-{each.id}")):
        return None
    upcoming = told.next_interview
    parts = [told.group or "", f"Næste samtale: {upcoming}" if upcoming else ""]
    return " · ".join(part for part in parts if part) or None


def _of(page: Page, person: Person) -> str:
    return "" if person == page.person else f"{first(person)}: "


def interview_panel(oracle: Oracle, page: Page, person: Person) -> Iterator[tuple[date, Fact, Fact]]:
    """Interviews of the last year and those to come: the day, the row, its age."""
    told = told_of(oracle, page, person)
    for meeting in told.interviews if told else ():
        of = f"{_of(page, person)}{INTERVIEWS[meeting.kind]}"
        who = MASKED if oracle.is_guarded(person) else f"{OFFICE.name} {OFFICE.phone}"
        _, words = agreed(meeting.day, HOURS, page.day)
        registered = registered_on(meeting, page.day)
        yield meeting.day, Fact("contacts.row", of, f"{words} · {who}"), Fact("contacts.updated", of, str(registered))


def registered_on(meeting: Meeting | Appointment, today: date) -> date:
    """When the source registered what it says of an interview, or of what health agreed on."""
    return meeting.day if meeting.day < today else meeting.day - ANNOUNCED


def standing(oracle: Oracle, page: Page, person: Person) -> Iterator[tuple[str, str, date | None]]:
    """Rows of *Sager, planer og tilknyttede*: title, words with who answers, and when the source registered it."""
    told = told_of(oracle, page, person)
    if told is None:
        return
    of, unit = _of(page, person), MASKED if oracle.is_guarded(person) else OFFICE.name
    phone = "" if oracle.is_guarded(person) else f" {OFFICE.phone}"
    for plan in told.plans:
        if not plan.end:
            yield f"{of}{plan.title}", f"aktiv fra {plan.start} · ", plan.start
    for role, name in told.workers:
        yield f"{of}{role}", f"{WORKING} · {name}, {unit}{phone}", None
    if told.group:
        yield f"{of}{told.group}", f"{SINCE_UNKNOWN} · ", None
    for leave in told.leaves:
        if leave.end is None:
            yield f"{of}Fravær: {within(leave.text)}", f"siden {leave.start} · ", leave.start
    if told.deadline:
        yield f"{of}Frist: {within(DEADLINE)}", f"senest {told.deadline} · ", told.deadline - ANNOUNCED
    if not told.is_ours:
        yield f"{of}{NOT_OURS}", f"oplyst {page.day}. {NOT_OURS_KEPT} · ", None


def rows(oracle: Oracle, page: Page, person: Person) -> Iterator[Fact]:
    """Rows of the timeline that are no efforts."""
    told = told_of(oracle, page, person)
    if told is None:
        return
    lane = AREA if person == page.person else f"{first(person)} · {AREA}"
    unit = MASKED if oracle.is_guarded(person) else OFFICE.name
    for plan in told.plans:
        how = f"afsluttet · {plan.end - timedelta(days=1)}" if plan.end else "aktiv · ingen slutdato"
        yield Fact("rows.other", f"{lane} · {plan.title} · {plan.start}", how)
    efforts = [effort.start for effort in told.client.efforts if effort.end is None]
    for role, name in told.workers:
        of = f"{lane} · {role}: {name}, {unit} · {min(efforts, default=page.day)}"
        yield Fact("rows.other", of, f"{WORKING} · ingen slutdato")
    if told.group:
        yield Fact("rows.other", f"{lane} · {told.group} · ikke oplyst", f"{SINCE_UNKNOWN} · ingen slutdato")
    for leave in told.leaves:
        of = f"{lane} · Fravær: {within(leave.text)} · {leave.start}"
        when = f"fra {leave.start} til {leave.end}" if leave.end else f"siden {leave.start}"
        yield Fact("rows.other", of, f"{when} · {leave.end or 'ingen slutdato'}")
    for meeting in told.interviews:
        how, _ = agreed(meeting.day, HOURS, page.day)
        yield Fact("rows.other", f"{lane} · {INTERVIEWS[meeting.kind]} · {meeting.day}", f"{how} · {meeting.day}")
    if told.deadline:
        of = f"{lane} · Frist: {within(DEADLINE)} · {told.deadline}"
        yield Fact("rows.other", of, f"senest {told.deadline} · {told.deadline}")
    if not told.is_ours:
        yield Fact(
            "rows.other", f"{lane} · {NOT_OURS} · {page.day}", f"oplyst {page.day}. {NOT_OURS_KEPT} · ingen slutdato"
        )


def news_items(oracle: Oracle, page: Page, person: Person) -> Iterator[tuple[str, str, date]]:
    """What may be told as new: its words, the kind of change, and the day that the source registered it.

    What the source gives no time (target group, who works with the citizen) is never told as new.
    """
    told = told_of(oracle, page, person)
    if told is None:
        return
    for plan in told.plans:
        yield within(plan.title), "Afsluttet" if plan.end else "Ny plan", plan.end or plan.start
    for meeting in told.interviews:
        yield within(INTERVIEWS[meeting.kind]), "Ny kontakt", registered_on(meeting, page.day)
    for leave in told.leaves:
        yield within(leave.text), "Nyt fravær", leave.end or leave.start
    if told.deadline:
        yield within(DEADLINE), "Ny frist", told.deadline - ANNOUNCED
