"""A meeting in words: who is invited and came, what was said and decided. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from hub.access.meeting_agenda import Agenda
from hub.access.meeting_views import MeetingMember, MeetingView
from hub.clock import danish_day
from hub.web.meetings import texts
from hub.web.meetings.page import (
    AttendanceLine,
    DecisionLine,
    HistoryLine,
    MeetingPage,
    PaperPage,
)
from hub.web.meetings.present_agenda import AgendaWords
from hub.web.meetings.present_forms import move_form, record_form
from hub.web.shell.dates import at_minute, at_second, capital, clock_text, day_text, listed, long_day_text
from hub.web.shell.form_result import FormResult
from hub.web.shell.people import FirstNames, first_word
from hub.web.shell.texts import TEAM_FUNCTION
from hub.web.shell.view_models import Link
from schemas.meeting import Decision, MeetingState, MeetingText, MeetingVersion, Participant, ParticipantRole
from schemas.source import SourceSystem


@dataclass(frozen=True)
class MeetingWords:
    """A meeting with all that putting it into words takes."""

    view: MeetingView
    agenda: Agenda | None
    """Of a planned meeting."""
    names: Mapping[UUID, str | None]
    """Whole names of the citizens of the course, the oldest first."""
    sources: Mapping[str, SourceSystem]
    reader: str
    now: datetime
    result: FormResult | None = None

    @property
    def text(self) -> MeetingText:
        """As it stands."""
        return self.view.meeting.text

    @property
    def today(self) -> date:
        """The Danish day."""
        return danish_day(self.now)

    @property
    def first_names(self) -> FirstNames:
        """Of those whom the meeting is about."""
        about = {key: name for key, name in self.names.items() if key in self.text.citizen_ids}
        return FirstNames({key: first_word(name) or texts.NO_NAME for key, name in about.items()})

    def typed(self, form: str) -> Mapping[str, str]:
        """What was typed in that form, if it comes back."""
        return self.result.typed if self.result and self.result.form == form else {}

    def page(self) -> MeetingPage:
        """The whole meeting."""
        view, text = self.view, self.text
        href = f"/moeder/{view.meeting.id}"
        is_planned = text.state is MeetingState.PLANNED
        members, citizens, guests = [*self._members()], [*self._citizens()], [*self._guests()]
        agenda = (
            AgendaWords(self.agenda, view.open_proposals, self.first_names, self.sources, self.now)
            if self.agenda
            else None
        )
        may_record = is_planned and not view.is_content_hidden
        typed = self.typed("hold")
        is_conflict = typed.get("version", str(view.meeting.version)) != str(view.meeting.version)
        move_typed = self.typed("move")
        return MeetingPage(
            href=href,
            title=f"{texts.MEETING_KIND[text.kind]} {long_day_text(danish_day(text.starts_at))}",
            state=self._state(),
            is_planned=is_planned,
            is_held=text.state is MeetingState.HELD,
            place=text.place,
            about=listed(list(self.first_names.by_citizen.values())),
            course=Link(view.course.title, f"/forloeb/{view.course.course_id}"),
            meetings=Link("Alle møder i forløbet", f"/forloeb/{view.course.course_id}/moeder"),
            version=view.meeting.version,
            agenda=agenda.parts() if agenda else (),
            members=tuple(members),
            citizens=tuple(citizens),
            guests=tuple(guests),
            left_out=tuple(place.name or texts.HIDDEN_MEMBER for place in view.left_out),
            hidden=_hidden(view),
            minutes=tuple(line for line in text.minutes.splitlines() if line.strip()),
            decisions=tuple(map(self._decision, view.decisions)),
            proposals=tuple(map(self._decision, view.open_proposals)),
            record=record_form(href, text, members, citizens, guests, self.agenda, self.first_names, typed)
            if may_record
            else None,
            conflict=(self._conflict(),) if is_conflict else (),
            move=move_form(view, self.names, move_typed) if is_planned and view.may_change else None,
            cancel=self.typed("cancel").get("reason", ""),
            is_cancel_open=bool(self.typed("cancel")),
            history=tuple(self._history()),
            result=self.result.outcome if self.result and self.result.text else None,
        )

    def paper(self) -> PaperPage:
        """The same for the table, with when it was printed and by whom."""
        return PaperPage(self.page(), texts.PRINTED.format(when=at_second(self.now).text, name=self.reader))

    def _state(self) -> str:
        text = self.text
        state = f"{texts.MEETING_STATE[text.state]}: {when_text(text)}"
        return f"{state}. {capital(text.reason)}" if text.state is MeetingState.CANCELLED and text.reason else state

    def _members(self) -> Iterator[AttendanceLine]:
        typed = self.typed("hold")
        for member in self.view.members:
            place, key = member.place, str(member.place.id)
            about = [TEAM_FUNCTION[place.function], place.unit_name or ""]
            yield AttendanceLine(
                key=key,
                name=place.name or texts.HIDDEN_MEMBER,
                about=capital(", ".join(filter(None, about))),
                state=self._member_state(member),
                reason=typed.get(f"why:{key}", member.reason),
                is_missing=member.is_present is False,
                is_ticked=self._is_ticked(key, member.is_present, is_expected=True),
            )

    def _member_state(self, member: MeetingMember) -> str:
        if member.is_present is None:
            return texts.NOT_RECORDED if self.text.state is MeetingState.HELD else texts.MEMBER_INVITED
        if member.is_present:
            return texts.PRESENT
        return texts.ABSENCE_AHEAD if self.text.state is MeetingState.PLANNED else texts.ABSENT

    def _citizens(self) -> Iterator[AttendanceLine]:
        typed = self.typed("hold")
        citizens = {UUID(each.key): each for each in self.text.of(ParticipantRole.CITIZEN)}
        for key in sorted(citizens, key=[*self.names, *citizens].index):
            each = citizens[key]
            yield AttendanceLine(
                key=str(key),
                name=self.names.get(key) or texts.NO_NAME,
                about="",
                state=self._citizen_state(each),
                reason=typed.get(f"why:{key}", each.reason),
                is_missing=each.is_present is False or not each.is_invited,
                is_ticked=self._is_ticked(str(key), each.is_present, is_expected=False),
            )

    def _citizen_state(self, citizen: Participant) -> str:
        if citizen.is_present is not None:
            return texts.CITIZEN_PRESENT if citizen.is_present else texts.CITIZEN_ABSENT
        return texts.CITIZEN_INVITED if citizen.is_invited else texts.CITIZEN_WITHOUT

    def _guests(self) -> Iterator[AttendanceLine]:
        came = self.typed("hold").get("guest_came", "").splitlines()
        for guest in self.text.of(ParticipantRole.GUEST):
            is_present = bool(guest.is_present)
            not_there = texts.GUEST_INVITED if self.text.state is MeetingState.PLANNED else texts.ABSENT
            yield AttendanceLine(
                key=guest.key,
                name=capital(guest.key),
                about="",
                state=texts.PRESENT if is_present else not_there,
                reason="",
                is_missing=False,
                is_ticked=guest.key in came or is_present,
            )

    def _is_ticked(self, key: str, is_present: bool | None, *, is_expected: bool) -> bool:
        """In the form: what was typed, else what is recorded; on the day, whoever has a duty to attend is expected."""
        typed = self.typed("hold")
        if typed:
            return bool(typed.get(f"came:{key}"))
        if is_present is None:
            return is_expected and danish_day(self.text.starts_at) <= self.today
        return is_present

    def _decision(self, decision: Decision) -> DecisionLine:
        name = first_word(self.names.get(decision.citizen_id)) or texts.NO_NAME
        plan = f"/plan/{decision.citizen_id}"
        detail = texts.DECISION_DETAIL.format(who=decision.who, day=day_text(decision.due_on), name=name)
        return DecisionLine(
            id=str(decision.id),
            words=decision.words,
            detail=detail,
            state=texts.DECISION_AGREED if decision.is_agreed else texts.DECISION_PROPOSED,
            is_agreed=decision.is_agreed,
            href=f"{plan}/post/{decision.id}" if decision.is_agreed else plan,
            agree="" if decision.is_agreed else f"/moeder/{self.view.meeting.id}/enig",
        )

    def _conflict(self) -> HistoryLine:
        return HistoryLine(self.text.minutes or texts.HISTORY["recorded"], self._by(self.view.meeting.versions[0]))

    def _history(self) -> Iterator[HistoryLine]:
        versions = self.view.meeting.versions
        for version, before in pairwise([*versions, None]):
            if version is not None:
                yield HistoryLine(_act(version.text, before.text if before else None), self._by(version))

    def _by(self, version: MeetingVersion) -> str:
        return texts.BY_LINE.format(name=version.by or texts.HIDDEN_AUTHOR, when=at_minute(version.at))


def _hidden(view: MeetingView) -> str:
    if view.is_content_hidden:
        return texts.CONTENT_HIDDEN
    return texts.PLACE_HIDDEN if view.is_place_hidden else ""


def when_text(text: MeetingText) -> str:
    """``3. marts 2025 kl. 10.00-11.30``."""
    day = long_day_text(danish_day(text.starts_at))
    return f"{day} kl. {clock_text(text.starts_at)}-{clock_text(text.ends_at)}"


def _act(text: MeetingText, before: MeetingText | None) -> str:
    """What was done with the meeting."""
    reason = f". {capital(text.reason)}" if text.reason else ""
    if before is None:
        return texts.HISTORY["planned"].format(when=when_text(text))
    if text.state is MeetingState.CANCELLED:
        return texts.HISTORY["cancelled"] + reason
    if text.state is MeetingState.HELD:
        return texts.HISTORY["held"]
    if (text.starts_at, text.ends_at) != (before.starts_at, before.ends_at):
        return texts.HISTORY["moved"].format(before=when_text(before), when=when_text(text)) + reason
    is_recorded = text.minutes != before.minutes or _presence(text) != _presence(before)
    return texts.HISTORY["recorded"] if is_recorded else texts.HISTORY["changed"] + reason


def _presence(text: MeetingText) -> set[tuple[str, bool]]:
    return {(each.key, each.is_present) for each in text.participants if each.is_present is not None}


def page_links(href: str, page: int, size: int, total: int) -> tuple[Link | None, Link | None]:
    """To the page before and the page after."""
    mark = "&" if "?" in href else "?"
    before = Link("Forrige side", f"{href}{mark}side={page - 1}") if page > 1 else None
    after = Link("Næste side", f"{href}{mark}side={page + 1}") if page * size < total else None
    return before, after


def about_text(citizen_ids: Sequence[UUID], names: Mapping[UUID, str | None]) -> str:
    """``Maja, Ida og Emil``."""
    ordered = sorted(citizen_ids, key=[*names, *citizen_ids].index)
    return listed([first_word(names.get(citizen_id)) or texts.NO_NAME for citizen_id in ordered])
