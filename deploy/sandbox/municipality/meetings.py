"""The meetings of Maja, Ida and Emil with their team from 2023 to 2025: plain data for the demo."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from schemas.meeting import MeetingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What was proposed, and the citizen had not agreed to."""

    given: str
    words: str
    who: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingLine:
    """A meeting: called on one day, held on another. What was said is written the day after."""

    planned_on: date
    day: date
    kind: MeetingKind = MeetingKind.TEAM
    place: str
    by: str
    """The employee's id."""
    guests: tuple[str, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)
    """Employees who did not come, and why."""
    citizens_absent: Mapping[str, str] = field(default_factory=dict)
    """Citizens by first name, likewise."""
    minutes: str
    decided: tuple[tuple[str, str], ...] = ()
    """Agreements of the plan that were made here: whose, and their words."""
    proposed: tuple[Proposal, ...] = ()


STARTS, ENDS = (13, 14)
"""Hours of the day: the team has its common meeting time."""
_FIRST = date(2023, 3, 20)

MAJAS_MEETINGS = (
    MeetingLine(
        planned_on=date(2023, 3, 13),
        day=_FIRST,
        place="Familiehuset",
        by="anna.holm",
        absent={"sara.winther": "Akut hjemmebesøg hos en anden familie"},
        minutes="Maja fortalte, hvad en god dag er for hende.\n"
        "Vi har én plan fra nu af, og Anna er den, Maja ringer til.",
    ),
    MeetingLine(
        planned_on=date(2023, 5, 30),
        day=date(2023, 6, 20),
        place="Skolen",
        by="anna.holm",
        citizens_absent={"Ida": "Ida ville ikke med; Maja sagde det, Ida havde bedt hende sige"},
        minutes="Ida har været væk hver tredje dag i foråret.\nSkole og hjem ser forskelligt på hvorfor.",
        proposed=(
            Proposal(
                given="Ida",
                words="Ida møder en time senere om mandagen",
                who="Mads Krogh",
                due_on=date(2023, 10, 2),
            ),
        ),
    ),
    MeetingLine(
        planned_on=date(2023, 9, 4),
        day=date(2023, 9, 12),
        place="Familiehuset",
        by="anna.holm",
        absent={"peter.lund": "Er på kursus hele dagen"},
        minutes="Sundhed anbefaler ro, og jobcentret beder Maja møde op.\n"
        "Vi aftaler det sammen, før nogen beder hende om noget nyt.",
    ),
    MeetingLine(
        planned_on=date(2024, 3, 1),
        day=date(2024, 3, 12),
        place="Hjemme hos familien",
        by="anna.holm",
        minutes="Karim er borgerkoordinator, fordi fremgangen udeblev.\nHan kommer hjem til Maja hver uge.",
    ),
    MeetingLine(
        planned_on=date(2024, 4, 2),
        day=date(2024, 4, 15),
        kind=MeetingKind.NETWORK,
        place="Skolen",
        by="karim.nielsen",
        guests=("mormor", "børnehavens leder"),
        minutes="Ida sagde selv, hvad hun gerne vil: i praktik i en børnehave.\n"
        "Først skole, så praktik én dag om ugen.",
        decided=(
            (
                "Ida",
                "Først skole: går Ida i skole, er hun i praktik i børnehaven én dag om ugen og får 300 kr. om ugen",
            ),
            ("Emil", "Skolen ringer hjem hver fredag og fortæller først, hvad der gik godt"),
        ),
    ),
    MeetingLine(
        planned_on=date(2024, 10, 14),
        day=date(2024, 11, 4),
        place="Familiehuset",
        by="anna.holm",
        minutes="Ida er i skole de fleste dage. Emil har det godt i klassen.\n"
        "Maja har selv skrevet til to arbejdspladser.",
    ),
    MeetingLine(
        planned_on=date(2025, 5, 6),
        day=date(2025, 5, 20),
        kind=MeetingKind.NETWORK,
        place="Skolen",
        by="anna.holm",
        guests=("mormor", "en nabo"),
        minutes="For første gang i flere år handlede mødet om det, der lykkes.\n"
        "Ida går til prøverne i 9. klasse. Maja er glad for sit job.",
    ),
)
