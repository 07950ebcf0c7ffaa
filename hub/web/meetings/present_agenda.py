"""The agenda in words: what is new, is due, stands still, lies ahead, and what the reader cannot know. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from hub.access.meeting_agenda import Agenda, AgendaPerson
from hub.clock import danish_day
from hub.course.meeting_rules import DUE_WITHIN, due_entries, new_entries, still_entries
from hub.course.plan_rules import GOALS
from hub.overview.changes import Change
from hub.overview.efforts import ongoing_efforts
from hub.rules.deadlines import ClockState, deadline_state, receipt_state
from hub.web.meetings import texts
from hub.web.meetings.page import AgendaLine, AgendaPart
from hub.web.shell.changes import change_text, entry_text
from hub.web.shell.dates import at_minute, day_text, listed, near_day_text, within
from hub.web.shell.people import FirstNames
from hub.web.shell.plans import running_plans
from hub.web.shell.texts import AREA, TEAM_FUNCTION
from hub.web.shell.transitions import transition_lines
from schemas.facts import ConcernNotificationFact
from schemas.meeting import Decision
from schemas.overview import Entry, SectionState
from schemas.plan import PlanEntry, PlanKind
from schemas.source import Area, SourceSystem
from schemas.trial_action import TrialLine

LINES_SHOWN = 12
"""Of one part; the rest is counted, and stands on the citizen's own page."""


@dataclass(frozen=True)
class AgendaWords:
    """An agenda with all that putting it into words takes."""

    agenda: Agenda
    proposals: Sequence[Decision]
    names: FirstNames
    sources: Mapping[str, SourceSystem]
    now: datetime

    @property
    def today(self) -> date:
        """The Danish day."""
        return danish_day(self.now)

    @property
    def people(self) -> list[AgendaPerson]:
        """In the order in which the family is named."""
        order = [*self.names.by_citizen, *(person.citizen_id for person in self.agenda.people)]
        return sorted(self.agenda.people, key=lambda person: order.index(person.citizen_id))

    def parts(self) -> tuple[AgendaPart, ...]:
        """The whole agenda in its order."""
        day = day_text(danish_day(self.agenda.since))
        since = texts.SINCE_MEETING if self.agenda.has_earlier else texts.SINCE_START
        return (
            _part("news", since.format(day=day), [*self._news()], texts.NOTHING_NEW),
            _part("due", texts.PARTS["due"], [*self._due()], texts.NOTHING_DUE),
            _part("still", texts.PARTS["still"], [*self._still()], texts.NOTHING_STILL),
            _part("ahead", texts.PARTS["ahead"], [*self._ahead()], texts.NOTHING_AHEAD),
            _part("gaps", texts.PARTS["gaps"], [*self._gaps()], texts.NO_GAPS),
        )

    def _name(self, citizen_id: UUID) -> str:
        return self.names.of(citizen_id) or texts.NO_NAME

    def _source(self, entry: Entry) -> str:
        source = self.sources.get(entry.provenance.source)
        return source.title if source else AREA[entry.area]

    def _news(self) -> Iterator[AgendaLine]:
        changes: dict[str, tuple[Change, UUID]] = {}
        for person in self.people:
            changes |= {change.entry.id: (change, person.citizen_id) for change in person.changes}
        for change, citizen_id in sorted(changes.values(), key=lambda pair: _change_order(pair[0])):
            if text := change_text(change, self.names, self.now):
                yield AgendaLine(text, self._source(change.entry), f"/overblik/{citizen_id}")
        for person in self.people:
            for entry in new_entries(person.plan.plan, self.agenda.since) if person.plan else ():
                href = f"/plan/{person.citizen_id}/post/{entry.id}"
                yield AgendaLine(self._new_entry(entry, self._name(person.citizen_id)), texts.PLAN_SOURCE, href)
        for place in self.agenda.joined:
            function = TEAM_FUNCTION[place.function]
            day = day_text(place.valid_from)
            text = texts.JOINED.format(name=place.name, function=function, day=day)
            yield AgendaLine(text, texts.COURSE_SOURCE, "")
        for place in self.agenda.left:
            day = day_text(place.valid_to or self.today)
            yield AgendaLine(texts.LEFT.format(name=place.name, day=day), texts.COURSE_SOURCE, "")

    def _new_entry(self, entry: PlanEntry, name: str) -> str:
        words, since = entry.text.words, self.agenda.since
        progress = entry.progress[0] if entry.progress and entry.progress[0].at > since else None
        if progress is not None:
            return texts.NEW_PROGRESS.format(
                progress=texts.PROGRESS[progress.progress],
                name=name,
                words=words,
                said=progress.words,
                by=progress.by,
                day=day_text(progress.on_day),
            )
        is_new = entry.created_at > since
        return (texts.NEW_ENTRY[entry.kind] if is_new else texts.CHANGED_ENTRY).format(name=name, words=words)

    def _due(self) -> Iterator[AgendaLine]:
        lines = [*self._clocks(), *self._follow_ups()]
        for person in self.people:
            due = due_entries(person.plan.plan, self.today) if person.plan else ()
            lines += [(each.text.due_on or self.today, self._due_entry(each, person.citizen_id)) for each in due]
            lines += [(trial.judge_on, self._trial(trial)) for trial in person.trials]
        for _, line in sorted(lines, key=lambda pair: (not pair[1].is_late, pair[0], pair[1].text)):
            yield line

    def _due_entry(self, entry: PlanEntry, citizen_id: UUID) -> AgendaLine:
        said, due = entry.text, entry.text.due_on or self.today
        is_late, is_agreement = due < self.today, entry.kind is PlanKind.AGREEMENT
        passed, comes = (
            (texts.AGREEMENT_PASSED, texts.AGREEMENT_COMES) if is_agreement else (texts.GOAL_PASSED, texts.GOAL_COMES)
        )
        when = (passed if is_late else comes).format(day=day_text(due))
        text = texts.DUE_AGREEMENT if is_agreement else texts.DUE_GOAL
        words = text.format(name=self._name(citizen_id), words=said.words, who=said.who, when=when)
        return AgendaLine(words, texts.PLAN_SOURCE, f"/plan/{citizen_id}/post/{entry.id}", is_late)

    def _trial(self, trial: TrialLine) -> AgendaLine:
        name, day = self._name(trial.citizen_id), day_text(trial.judge_on)
        text = texts.DUE_TRIAL.format(name=name, title=trial.title, day=day)
        return AgendaLine(text, texts.PLAN_SOURCE, f"/plan/{trial.citizen_id}", trial.judge_on < self.today)

    def _follow_ups(self) -> Iterator[tuple[date, AgendaLine]]:
        for entry, citizen_id in self._entries():
            efforts, plans = ongoing_efforts([entry], self.today), running_plans([entry], self.today)
            for day in [
                *(effort.next_follow_up_on for _, effort in efforts),
                *(plan.next_follow_up_on for _, plan in plans),
            ]:
                if day is not None and day <= self.today + DUE_WITHIN:
                    is_late = day < self.today
                    when = texts.PASSED.format(day=day_text(day)) if is_late else near_day_text(day, self.today)
                    text = texts.FOLLOW_UP.format(what=self._what(entry), when=when)
                    yield day, AgendaLine(text, self._source(entry), f"/overblik/{citizen_id}", is_late)

    def _clocks(self) -> Iterator[tuple[date, AgendaLine]]:
        for entry, citizen_id in self._entries():
            if not isinstance(entry.fact, ConcernNotificationFact):
                continue
            clocks = (
                (deadline_state(entry.fact, self.now), texts.ASSESSMENT_RUNS, texts.ASSESSMENT_LATE),
                (receipt_state(entry.fact, self.now), texts.RECEIPT_RUNS, texts.RECEIPT_LATE),
            )
            for clock, runs, late in clocks:
                is_late = clock.state is ClockState.OVERDUE
                if clock.due_at is None or not (is_late or clock.state is ClockState.RUNNING):
                    continue
                if self.now - clock.due_at > CLOCK_FORGOTTEN:
                    continue
                # A receipt is late from the midnight after its last day.
                last = clock.due_at - timedelta(minutes=1)
                when = at_minute(clock.due_at) if runs is texts.ASSESSMENT_RUNS else day_text(danish_day(last))
                text = (late if is_late else runs).format(what=self._what(entry), when=when)
                yield (
                    danish_day(clock.due_at),
                    AgendaLine(text, self._source(entry), f"/overblik/{citizen_id}", is_late),
                )

    def _entries(self) -> Iterator[tuple[Entry, UUID]]:
        """Entries of all, each once."""
        entries: dict[str, tuple[Entry, UUID]] = {}
        for person in self.people:
            for entry in person.plan.overview.entries() if person.plan and person.plan.overview else ():
                entries.setdefault(entry.id, (entry, person.citizen_id))
        yield from entries.values()

    def _what(self, entry: Entry) -> str:
        return entry_text(entry, self.names) or within(AREA[entry.area])

    def _still(self) -> Iterator[AgendaLine]:
        for person in self.people:
            if person.plan is None:
                continue
            name, href = self._name(person.citizen_id), f"/plan/{person.citizen_id}"
            for entry, since in still_entries(person.plan.plan, self.today):
                text = texts.STILL.format(name=name, words=entry.text.words, day=day_text(since))
                yield AgendaLine(text, texts.PLAN_SOURCE, f"{href}/post/{entry.id}", is_late=True)
            if not any(entry.kind in GOALS for entry in person.plan.plan.entries):
                yield AgendaLine(texts.NO_GOAL.format(name=name), texts.PLAN_SOURCE, href)
        for proposal in self.proposals:
            text = texts.PROPOSAL.format(name=self._name(proposal.citizen_id), words=proposal.words, who=proposal.who)
            yield AgendaLine(text, texts.MEETING_SOURCE, f"/moeder/{proposal.meeting_id}")

    def _ahead(self) -> Iterator[AgendaLine]:
        seen = [person.plan.overview for person in self.people if person.plan and person.plan.overview]
        for line in transition_lines(seen, self.names, self.now):
            source = f"{line.by} · {line.source}" if line.source else ""
            yield AgendaLine(line.on_paper, source, "")

    def _gaps(self) -> Iterator[AgendaLine]:
        gaps: dict[tuple[str, Area | None], list[str]] = defaultdict(list)
        for person in self.people:
            name = self._name(person.citizen_id)
            for gap in _gaps_of(person):
                gaps[gap].append(name)
        for (sentence, area), names in gaps.items():
            yield AgendaLine(sentence.format(area=AREA[area] if area else "", names=listed(names)), "", "")


CLOCK_FORGOTTEN = timedelta(days=61)
"""A clock that ran out longer ago is history, and stands on the citizen's own page."""


def _gaps_of(person: AgendaPerson) -> Iterator[tuple[str, Area | None]]:
    if person.plan is None:
        yield texts.GAP_PERSON, None
        return
    if person.plan.overview is None:
        yield texts.GAP_NOTHING_YET, None
        return
    for section in person.plan.overview.sections:
        if section.state is SectionState.WITHHELD:
            yield texts.GAP_WITHHELD, section.area
        elif section.state is SectionState.NOT_COVERED:
            yield texts.GAP_NOT_COVERED, section.area
        elif section.is_unread or section.is_loading:
            yield texts.GAP_UNREAD, section.area
        elif section.troubles or section.silent_since or section.has_unreadable:
            yield texts.GAP_TROUBLE, section.area
        elif section.is_in_part:
            yield texts.GAP_PART, section.area


def _change_order(change: Change) -> tuple[bool, float, str]:
    """Notifications first, then the newest."""
    is_notification = isinstance(change.entry.fact, ConcernNotificationFact)
    registered = change.entry.provenance.registration.registered_from
    return not is_notification, -registered.timestamp(), change.entry.id


def _part(key: str, title: str, lines: Sequence[AgendaLine], empty: str) -> AgendaPart:
    shown = tuple({line.text: line for line in lines}.values())
    more = len(shown) - LINES_SHOWN
    return AgendaPart(key, title, shown[:LINES_SHOWN], texts.MORE.format(number=more) if more > 0 else "", empty)
