"""What the forms of Møder become: the schemas of a meeting, or a sentence about what cannot be read. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from hub.clock import DANISH_TIME
from hub.web.meetings import texts
from hub.web.shell.form_schema import read_day, read_schema
from schemas.meeting import MeetingPlan, MeetingRecord


@dataclass(frozen=True)
class PlanFields:
    """The form of a meeting as it is sent: ticks as sets, and one reason for each citizen of the course."""

    words: Mapping[str, str]
    """``kind``, ``on_day``, ``starts``, ``ends``, ``place``, ``guests`` and ``reason``."""
    citizens: Sequence[UUID]
    """Of the course, in the order of ``why``."""
    why: Sequence[str]
    about: Sequence[UUID]
    without: Sequence[UUID]
    members: Sequence[int]
    """Every place that the form named."""
    invited: Sequence[int]

    def typed(self) -> dict[str, str]:
        """As the next page shows it again."""
        about, without = set(self.about), set(self.without)
        typed = dict(self.words)
        for citizen_id, reason in zip(self.citizens, self.why, strict=False):
            chosen = "without" if citizen_id in without else "about" if citizen_id in about else "no"
            typed |= {f"citizen:{citizen_id}": chosen, f"why:{citizen_id}": reason}
        typed["left_out"] = ",".join(str(place) for place in self.members if place not in self.invited)
        return typed


@dataclass(frozen=True)
class RecordFields:
    """The form of a meeting that is held, as it is sent."""

    minutes: str
    guests: str
    """Who came besides those that were invited, one on each line."""
    members: Sequence[int]
    member_why: Sequence[str]
    member_came: Sequence[int]
    citizens: Sequence[UUID]
    citizen_why: Sequence[str]
    citizen_came: Sequence[UUID]
    guest_came: Sequence[str]
    decisions: Sequence[UUID]
    what: Sequence[str]
    doer: Sequence[str]
    due: Sequence[str]
    whom: Sequence[str]
    """``citizen`` or ``citizen/goal``."""
    agreed: Sequence[UUID]
    is_closing: bool

    def typed(self) -> dict[str, str]:
        """As the next page shows it again; of decisions those in which something was written."""
        typed = {"minutes": self.minutes, "guests": self.guests, "guest_came": "\n".join(self.guest_came)}
        for place, reason in zip(self.members, self.member_why, strict=False):
            typed |= {f"came:{place}": "1" if place in self.member_came else "", f"why:{place}": reason}
        for citizen_id, reason in zip(self.citizens, self.citizen_why, strict=False):
            typed |= {f"came:{citizen_id}": "1" if citizen_id in self.citizen_came else "", f"why:{citizen_id}": reason}
        written = [row for row in self._rows() if any(row[1:4])]
        for number, (key, what, doer, due, whom) in enumerate(written):
            agreed = "1" if key in self.agreed else ""
            row = {"key": str(key), "what": what, "doer": doer, "due": due, "whom": whom, "agreed": agreed}
            typed |= {f"{name}:{number}": value for name, value in row.items()}
        return typed

    def _rows(self) -> list[tuple[UUID, str, str, str, str]]:
        return list(zip(self.decisions, self.what, self.doer, self.due, self.whom, strict=False))

    def read(self) -> MeetingRecord | str:
        """What was written at the meeting; a decision in which nothing is written is none."""
        citizens = list(zip(self.citizens, self.citizen_why, strict=False))
        members = list(zip(self.members, self.member_why, strict=False))
        decisions = []
        for key, what, doer, due, whom in self._rows():
            if what.strip() or doer.strip():
                citizen_id, _, goal_id = whom.partition("/")
                decisions.append(
                    {
                        "id": key,
                        "citizen_id": citizen_id,
                        "goal_id": goal_id or None,
                        "words": what.strip(),
                        "who": doer.strip(),
                        "due_on": read_day(due),
                        "is_agreed": key in self.agreed,
                    }
                )
        values = {
            "members": [
                {"place_id": place, "is_present": place in self.member_came, "reason": reason.strip()}
                for place, reason in members
                if self._is_said(reason, is_ticked=place in self.member_came)
            ],
            "citizens": [
                {"citizen_id": citizen_id, "is_present": citizen_id in self.citizen_came, "reason": reason.strip()}
                for citizen_id, reason in citizens
                if self._is_said(reason, is_ticked=citizen_id in self.citizen_came)
            ],
            "guests": [*self.guest_came, *_lines(self.guests)],
            "minutes": self.minutes.strip(),
            "decisions": decisions,
            "is_closing": self.is_closing,
        }
        return read_schema(MeetingRecord, values, texts.CHOOSE, texts.CORRECT)

    def _is_said(self, reason: str, *, is_ticked: bool) -> bool:
        """Whether it is recorded if somebody came: without a tick and a word only where the meeting is closed."""
        return is_ticked or bool(reason.strip()) or self.is_closing


def read_plan(fields: PlanFields) -> MeetingPlan | str:
    """A meeting to plan or to move."""
    words = fields.words
    without = set(fields.without)
    values = {
        "kind": words["kind"],
        "starts_at": _moment(words["on_day"], words["starts"]),
        "ends_at": _moment(words["on_day"], words["ends"]),
        "place": words["place"].strip(),
        "citizens": [
            {"citizen_id": citizen_id, "is_invited": citizen_id not in without, "reason": reason.strip()}
            for citizen_id, reason in zip(fields.citizens, fields.why, strict=False)
            if citizen_id in {*fields.about, *without}
        ],
        "left_out": [place for place in fields.members if place not in fields.invited],
        "guests": _lines(words["guests"]),
        "reason": words["reason"].strip(),
    }
    return read_schema(MeetingPlan, values, texts.CHOOSE, texts.CORRECT)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _moment(day: str, clock: str) -> datetime | str:
    """That hour of the day in Denmark; what is none stays as it was typed, and is refused."""
    read = read_day(day)
    try:
        hour = time.fromisoformat(clock.strip().replace(".", ":").zfill(5))
    except ValueError:
        return clock
    if read is None or isinstance(read, str) or hour.tzinfo is not None:
        return day
    return datetime.combine(read, hour, DANISH_TIME)
