"""Samples (stikprøver) of look-ups: drawn, sent, asked about, reviewed, exported; decided and logged as every act."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access import identity
from hub.access.audit_entry import audit_entry
from hub.access.naming import without_names
from hub.access.policy import is_reason, may, may_handle_sample
from hub.access.redaction import redact_identifiers
from hub.access.repository import is_same_person
from hub.access.sample_draw import DrawFault, draw_sample, redraw
from hub.access.staff_repository import list_led_units
from hub.audit import sample_repository as repository
from hub.audit.service import write
from hub.errors import ActRefused
from schemas.access import AccessRequest, Actor, AuditAction, AuditObject, AuditOutcome, ObjectKind, Role
from schemas.base import Schema
from schemas.sample import (
    LineState,
    Redraw,
    Sample,
    SampleEvent,
    SampleEventKind,
    SampleLine,
    SampleOutcome,
    SampleParameters,
)

MOST_LINES = 2_000
"""More than the largest sample has."""


class SampleNotFound(ActRefused):
    """There is no such sample or line, or none for the actor to see."""

    key = "sample_unknown"
    status = HTTPStatus.NOT_FOUND


class OwnSampleLine(ActRefused):
    """Nobody reviews a look-up of their own."""

    key = "sample_own"
    status = HTTPStatus.FORBIDDEN


class SampleList(NamedTuple):
    """Samples, and how many lines of each are in each state."""

    samples: tuple[Sample, ...]
    counts: Mapping[int, Mapping[LineState, int]]
    sent: tuple[tuple[int, SampleLine], ...]
    """Lines that were sent to the reader and are not settled, without a word that says who the citizen is."""
    more: bool


class SampleView(NamedTuple):
    """One sample and a page of its lines."""

    sample: Sample
    lines: tuple[SampleLine, ...]
    counts: Mapping[LineState, int]
    more: bool
    redraw: Redraw | None


class LineView(NamedTuple):
    """One line, and what the reader may do with it."""

    sample: Sample
    line: SampleLine
    may_review: bool
    is_own: bool
    reads_log: bool
    receivers: tuple[Actor, ...]
    """To whom the reader may send it."""


class DrawResult(NamedTuple):
    """The number of the sample, or why there is none; neither: refused."""

    sample_id: int | None = None
    faults: tuple[DrawFault, ...] = ()


class LineFault(StrEnum):
    """What must be corrected before something is stored about a line."""

    OUTCOME_MISSING = "outcome_missing"
    WORDS_MISSING = "words_missing"
    RECEIVER_MISSING = "receiver_missing"
    """Nobody was chosen, or somebody who may not review it."""
    CHANGED_MEANWHILE = "changed_meanwhile"
    """By somebody else, after the actor opened the page."""


class LineResult(NamedTuple):
    """What came of it."""

    outcome: AuditOutcome
    faults: tuple[LineFault, ...] = ()
    is_own: bool = False


class WrittenEvent(Schema):
    """What somebody does about a line."""

    kind: SampleEventKind
    outcome: SampleOutcome | None = None
    words: str = ""
    receiver_id: str = ""
    events_seen: int
    """How many there were when the actor looked."""


_ACTIONS = {
    SampleEventKind.SENT: AuditAction.SEND_SAMPLE_LINE,
    SampleEventKind.ASKED: AuditAction.ASK_EXPLANATION,
    SampleEventKind.REVIEWED: AuditAction.REVIEW_SAMPLE,
}


def faults_of(written: WrittenEvent, events: int, *, is_receiver: bool) -> tuple[LineFault, ...]:
    """What must be corrected, where *events* are stored by now; pure."""
    is_review, is_sent = written.kind is SampleEventKind.REVIEWED, written.kind is SampleEventKind.SENT
    faults = {
        LineFault.CHANGED_MEANWHILE: written.events_seen != events,
        LineFault.OUTCOME_MISSING: is_review and written.outcome is None,
        LineFault.RECEIVER_MISSING: is_sent and not is_receiver,
        LineFault.WORDS_MISSING: not is_sent and not is_reason(written.words),
    }
    return tuple(fault for fault, is_present in faults.items() if is_present)


def without_citizen(line: SampleLine) -> SampleLine:
    """The line without anything that says who the citizen is; pure."""
    if line.lookup is None:
        return line
    cut = line.lookup.model_copy(update={"citizen_id": None, "shown_on": None})
    return line.model_copy(update={"lookup": cut})


class SampleDesk:
    """Draws, reads and reviews samples for one actor, in the caller's transaction.

    The DPO sees all; somebody else the lines that were sent to them alone, without a word that says who the citizen is.
    Each act decides, writes the line, then answers; a refusal is an answer, and its line is kept.
    """

    def __init__(self, session: Session, actor: Actor, request: AccessRequest, *, now: datetime) -> None:
        self._session, self._actor, self._request, self._now = session, actor, request, now

    def draw(self, parameters: SampleParameters, *, send: bool) -> DrawResult:
        """Draw a sample and store it; *send*: each line to a manager of the employee's unit, where there is one."""
        if not self._may(AuditAction.DRAW_SAMPLE):
            self._write(AuditAction.DRAW_SAMPLE, AuditOutcome.REFUSED)
            return DrawResult()
        sample, lines, faults = draw_sample(self._session, self._actor, parameters, now=self._now)
        if sample is None:
            return DrawResult(faults=faults)
        sample_id = repository.add_sample(self._session, sample, lines)
        self._write(AuditAction.DRAW_SAMPLE, AuditOutcome.SHOWN, sample_id, lines=len(lines))
        if send:
            self._send_all(sample_id)
        return DrawResult(sample_id)

    def list_samples(self, *, start: int, size: int) -> SampleList | None:
        """The newest first, and what waits for the reader. None: refused."""
        is_allowed = may(self._actor, AuditAction.READ_SAMPLES)
        self._write(AuditAction.READ_SAMPLES, AuditOutcome.SHOWN if is_allowed else AuditOutcome.REFUSED)
        if not is_allowed:
            return None
        samples: tuple[Sample, ...] = ()
        if self._reads_all:
            samples = repository.list_samples(self._session, start=start, size=size + 1)
        sent = [
            each
            for state in (LineState.WAITING, LineState.FOLLOW_UP)
            for each in repository.list_lines(
                self._session, sample_id=None, state=state, receiver_id=self._actor.id, size=MOST_LINES
            )
        ]
        return SampleList(
            samples[:size],
            repository.count_lines(self._session),
            tuple((sample_id, self._cut(line)) for sample_id, line in sent),
            len(samples) > size,
        )

    def read(
        self, sample_id: int, state: LineState | None, *, start: int, size: int, check: bool = False
    ) -> SampleView | None:
        """A sample with a page of its lines; *check*: draw it again. None: refused, or there is none."""
        sample = self._sample(sample_id, AuditAction.READ_SAMPLES)
        if sample is None:
            return None
        lines = repository.list_lines(self._session, sample_id=sample_id, state=state, start=start, size=size + 1)
        counts = repository.count_lines(self._session, sample_id).get(sample_id, dict.fromkeys(LineState, 0))
        return SampleView(
            sample,
            tuple(line for _, line in lines[:size]),
            counts,
            len(lines) > size,
            redraw(self._session, sample) if check else None,
        )

    def evidence(self, sample_id: int) -> SampleView | None:
        """The whole sample for a file, drawn again. None: refused, or there is none."""
        sample = self._sample(sample_id, AuditAction.EXPORT_SAMPLE)
        if sample is None:
            return None
        lines = repository.list_lines(self._session, sample_id=sample_id, size=MOST_LINES)
        counts = repository.count_lines(self._session, sample_id).get(sample_id, dict.fromkeys(LineState, 0))
        return SampleView(
            sample, tuple(line for _, line in lines), counts, more=False, redraw=redraw(self._session, sample)
        )

    def read_line(self, sample_id: int, number: int) -> LineView | None:
        """One line. None: refused, there is none, or none for the actor to see."""
        sample, line = repository.get_sample(self._session, sample_id), None
        if sample is not None:
            line = repository.get_line(self._session, sample_id, number)
        is_shown = line is not None and self._may(AuditAction.READ_SAMPLES, line)
        outcome = AuditOutcome.SHOWN if is_shown else AuditOutcome.NOT_FOUND if line is None else AuditOutcome.REFUSED
        self._write(AuditAction.READ_SAMPLES, outcome, sample_id, line)
        if sample is None or line is None or not is_shown:
            return None
        is_own = self._is_own(line)
        return LineView(
            sample,
            self._cut(line),
            may_review=self._may(AuditAction.REVIEW_SAMPLE, line),
            is_own=is_own,
            reads_log=self._reads_all,
            receivers=self._receivers(line) if self._may(AuditAction.SEND_SAMPLE_LINE, line) else (),
        )

    def act(self, sample_id: int, number: int, written: WrittenEvent) -> LineResult:
        """Send a line, ask about it or review it; or say what must be corrected, and then nothing is stored."""
        action = _ACTIONS[written.kind]
        line = repository.get_line(self._session, sample_id, number)
        is_visible = line is not None and self._may(AuditAction.READ_SAMPLES, line)
        if line is None or not is_visible:
            outcome = AuditOutcome.NOT_FOUND if line is None else AuditOutcome.REFUSED
            self._write(action, outcome, sample_id, line)
            is_role = may(self._actor, AuditAction.READ_SAMPLES)
            return LineResult(AuditOutcome.NOT_FOUND if is_role else AuditOutcome.REFUSED)
        is_own = self._is_own(line)
        if not self._may(action, line):
            self._write(action, AuditOutcome.REFUSED, sample_id, line)
            return LineResult(AuditOutcome.REFUSED, is_own=is_own)
        receiver = next((each for each in self._receivers(line) if each.id == written.receiver_id), None)
        if faults := faults_of(written, len(line.events), is_receiver=receiver is not None):
            return LineResult(AuditOutcome.FAILED, faults)
        event = self._event(line, written, receiver)
        if not repository.add_event(self._session, sample_id, number, event):
            return LineResult(AuditOutcome.FAILED, (LineFault.CHANGED_MEANWHILE,))
        self._write(action, AuditOutcome.SHOWN, sample_id, line, event)
        return LineResult(AuditOutcome.SHOWN)

    def _event(self, line: SampleLine, written: WrittenEvent, receiver: Actor | None) -> SampleEvent:
        whom: tuple[str | None, str | None] = (receiver.id, receiver.name) if receiver else (None, None)
        if written.kind is SampleEventKind.ASKED and line.lookup is not None:
            whom = line.lookup.actor_id, line.lookup.actor_name
        return SampleEvent(
            number=len(line.events) + 1,
            at=self._now,
            by_id=self._actor.caller_id,
            by_name=self._actor.caller_name,
            kind=written.kind,
            receiver_id=whom[0] if written.kind is not SampleEventKind.REVIEWED else None,
            receiver_name=whom[1] if written.kind is not SampleEventKind.REVIEWED else None,
            outcome=written.outcome if written.kind is SampleEventKind.REVIEWED else None,
            words=self._kept_words(line, written.words),
        )

    def _send_all(self, sample_id: int) -> None:
        """Each line to the first manager who leads the unit in which the employee was; never to the employee."""
        managers = [actor for actor in identity.actors(self._session) if Role.MANAGER in actor.roles]
        led = {manager.id: list_led_units(self._session, manager.id) for manager in managers}
        for _, line in repository.list_lines(self._session, sample_id=sample_id, size=MOST_LINES):
            unit = line.lookup.unit_id if line.lookup else None
            receivers = [each for each in managers if unit in led[each.id] and not self._is_line_of(line, each)]
            if receivers:
                written = WrittenEvent(kind=SampleEventKind.SENT, receiver_id=receivers[0].id, events_seen=0)
                event = self._event(line, written, receivers[0])
                repository.add_event(self._session, sample_id, line.number, event)
                self._write(AuditAction.SEND_SAMPLE_LINE, AuditOutcome.SHOWN, sample_id, line, event)

    def _receivers(self, line: SampleLine) -> tuple[Actor, ...]:
        """Managers and DPOs, those who lead the employee's unit first; never the employee."""
        actors = [
            actor
            for actor in identity.actors(self._session)
            if actor.roles & {Role.MANAGER, Role.DPO} and not self._is_line_of(line, actor)
        ]
        unit = line.lookup.unit_id if line.lookup else None
        return tuple(sorted(actors, key=lambda each: unit not in list_led_units(self._session, each.id)))

    def _kept_words(self, line: SampleLine, words: str) -> str:
        """Without national numbers, and without the names that would say whose the key is."""
        request = self._request.model_copy(update={"override_reason": redact_identifiers(words.strip())})
        if line.lookup is not None and line.lookup.citizen_id is not None:
            request = without_names(self._session, line.lookup.citizen_id, request)
        return request.override_reason or ""

    @property
    def _reads_all(self) -> bool:
        return self._may(AuditAction.READ_SAMPLES)

    def _sample(self, sample_id: int, action: AuditAction) -> Sample | None:
        sample = repository.get_sample(self._session, sample_id)
        is_allowed = self._may(action)
        outcome = AuditOutcome.SHOWN if sample else AuditOutcome.NOT_FOUND
        self._write(action, outcome if is_allowed else AuditOutcome.REFUSED, sample_id)
        return sample if is_allowed else None

    def _may(self, action: AuditAction, line: SampleLine | None = None) -> bool:
        sent = line.sent_to if line else None
        return may_handle_sample(
            self._actor,
            action,
            is_own=line is not None and self._is_own(line),
            is_sent=sent is not None and sent.receiver_id == self._actor.id,
        )

    def _cut(self, line: SampleLine) -> SampleLine:
        """As the actor may see it: a key of the citizen is for the one who reads the whole log."""
        return line if self._reads_all else without_citizen(line)

    def _is_own(self, line: SampleLine) -> bool:
        return self._is_line_of(line, self._actor)

    def _is_line_of(self, line: SampleLine, actor: Actor) -> bool:
        return line.lookup is not None and any(
            is_same_person(self._session, actor, each)
            for each in (line.lookup.actor_id, line.lookup.on_behalf_of)
            if each
        )

    def _write(
        self,
        action: AuditAction,
        outcome: AuditOutcome,
        sample_id: int | None = None,
        line: SampleLine | None = None,
        event: SampleEvent | None = None,
        *,
        lines: int | None = None,
    ) -> None:
        sample: dict[str, JsonValue] = {} if sample_id is None else {"sample": sample_id}
        if line is not None:
            sample["line"] = line.number
        request = self._request
        if event is not None:
            sample |= {"receiver": event.receiver_id} if event.receiver_id else {}
            sample |= {"outcome": event.outcome.value} if event.outcome else {}
            request = request.model_copy(update={"override_reason": event.words or None})
        if lines is not None:
            sample["lines"] = lines
        lookup = line.lookup if line else None
        entry = audit_entry(
            self._actor,
            action,
            outcome,
            request,
            self._now,
            about=None if lookup is None else AuditObject(kind=ObjectKind.ACTOR, id=lookup.actor_id),
            details={"sample": sample} if sample else {},
            citizen_id=lookup.citizen_id if lookup else None,
        )
        write(self._session, entry)
