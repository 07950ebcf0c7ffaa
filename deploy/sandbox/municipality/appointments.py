"""What health agrees on with people whom the job centre calls in, too: at hours that clash with the interview.

It follows from the efforts and the interviews alone, so that servers and tests come to the same.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from deploy.sandbox.municipality.employment import clients_of
from deploy.sandbox.municipality.truth import Municipality
from hub.clock import DANISH_TIME

TITLE, UNIT = "Helbredssamtale", "health:300"
FROM, TO = time(10, 30), time(11, 15)
_EVERY = 4
"""One of so many is called in at the same hours."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """Something that is agreed on with somebody, or was held."""

    id: str
    person: int
    day: date

    @property
    def starts_at(self) -> datetime:
        """In Danish time."""
        return datetime.combine(self.day, FROM, tzinfo=DANISH_TIME)

    @property
    def ends_at(self) -> datetime:
        """In Danish time."""
        return datetime.combine(self.day, TO, tzinfo=DANISH_TIME)


def appointments_of(truth: Municipality) -> tuple[Appointment, ...]:
    """The last one and the next one of everybody who has an effort of health and interviews at the job centre."""
    helped = {effort.person for effort in truth.efforts if effort.area == "health" and effort.end is None}
    return tuple(
        Appointment(meeting.id, client.person.id, meeting.day)
        for client in clients_of(truth)
        for meeting in client.interviews
        if client.person.id in helped and client.person.id % _EVERY == 1
    )
