"""Plans as families and their teams write them, Maja's, Ida's and Emil's from 2023 to 2025: plain data for the demo."""

from dataclasses import dataclass
from datetime import date

from schemas.plan import GoalProgress, PlanKind, PlanState


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says of a goal on a day."""

    day: date
    progress: GoalProgress
    words: str
    by: str
    """The employee's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """An entry that counts no longer: an agreement that was kept, a concern that is gone."""

    day: date
    state: PlanState
    by: str
    """The employee's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """An entry of a plan, from the day on which it is written."""

    given: str
    """First name of the citizen."""
    kind: PlanKind
    day: date
    words: str
    who: str
    by: str
    due_on: date | None = None
    goal: str = ""
    """The words of the goal that it belongs to."""
    goal_type: str = ""
    """A code of KL's types of goals."""
    progress: tuple[Said, ...] = ()
    reviews: tuple[tuple[date, date], ...] = ()
    """On which day the goal is given another day of review, and which."""
    closed: Closed | None = None
    efforts: tuple[tuple[date, str], ...] = ()
    """From which day on efforts of sources serve the goal, and their titles."""


_START = date(2023, 3, 12)
_COORDINATOR = date(2024, 4, 2)
_LAST_MEETING = date(2025, 5, 20)
_AT_SCHOOL = "Ida er i skole hver dag"
_EMIL = "Emil er glad for at gå i skole"
_EFFORT_PURPOSE = "424827b1-23aa-4848-962b-56ee47def560"
"""KL: Indsatsformål."""

MAJAS_PLAN = (
    PlanLine(
        given="Maja",
        kind=PlanKind.WISH,
        day=_START,
        words="Jeg vil vise mine børn, at det betyder noget at arbejde for en bedre hverdag",
        who="Maja",
        by="anna.holm",
    ),
    PlanLine(
        given="Maja",
        kind=PlanKind.CONCERN,
        day=_START,
        words="Maja bliver fredet, og ingen spørger til hverdagen og familien",
        who="Anna Holm",
        by="anna.holm",
        closed=Closed(day=_COORDINATOR, state=PlanState.DROPPED, by="anna.holm"),
    ),
    PlanLine(
        given="Maja",
        kind=PlanKind.STRENGTH,
        day=_COORDINATOR,
        words="Hjemmebesøgene virker: her taler Maja om arbejde og om at være mor og rollemodel",
        who="Karim Nielsen",
        by="karim.nielsen",
    ),
    PlanLine(
        given="Maja",
        kind=PlanKind.WISH,
        day=_LAST_MEETING,
        words="Jeg er glad for mit job, og mine børn kan se, at det betyder noget at arbejde",
        who="Maja",
        by="karim.nielsen",
    ),
    PlanLine(
        given="Maja",
        kind=PlanKind.STRENGTH,
        day=_LAST_MEETING,
        words="Jobcentret giver råd, før noget går galt, og mormor og en nabo er med",
        who="Peter Lund og Maja",
        by="peter.lund",
    ),
    PlanLine(
        given="Maja",
        kind=PlanKind.GOAL,
        day=_START,
        words="Maja har et arbejde, hun er glad for",
        who="Maja og Peter Lund",
        by="anna.holm",
        due_on=date(2023, 9, 1),
        reviews=((date(2023, 9, 26), date(2024, 6, 10)), (date(2024, 6, 10), date(2025, 6, 1))),
        efforts=((_START, "Ressourceforløb"),),
        progress=(
            Said(
                day=date(2023, 9, 4),
                progress=GoalProgress.UNCHANGED,
                words="Vi har ikke talt om job, for sundhed har anbefalet ro",
                by="peter.lund",
            ),
            Said(
                day=date(2024, 6, 10),
                progress=GoalProgress.BETTER,
                words="Maja har selv skrevet til to arbejdspladser",
                by="karim.nielsen",
            ),
            Said(
                day=date(2025, 3, 3),
                progress=GoalProgress.REACHED,
                words="Det første ordinære job, og hun er glad for det",
                by="peter.lund",
            ),
        ),
    ),
    PlanLine(
        given="Ida",
        kind=PlanKind.WISH,
        day=_COORDINATOR,
        words="Jeg vil gerne i praktik i en børnehave",
        who="Ida",
        by="karim.nielsen",
    ),
    PlanLine(
        given="Ida",
        kind=PlanKind.GOAL,
        day=_START,
        words=_AT_SCHOOL,
        who="Ida, Maja og Mads Krogh",
        by="anna.holm",
        efforts=((_START, "Familiebehandling"), (date(2024, 4, 15), "Praktik i børnehave")),
        due_on=date(2025, 6, 20),
        progress=(
            Said(
                day=date(2023, 6, 20),
                progress=GoalProgress.UNCHANGED,
                words="Ida har været væk hver tredje dag i foråret",
                by="mads.krogh",
            ),
            Said(
                day=date(2024, 6, 20),
                progress=GoalProgress.BETTER,
                words="Hun er i skole de fleste dage, siden aftalen om praktik kom",
                by="mads.krogh",
            ),
            Said(
                day=date(2025, 5, 20),
                progress=GoalProgress.REACHED,
                words="100 procent fremmøde, og hun går op til 9. klasses prøver",
                by="mads.krogh",
            ),
        ),
    ),
    PlanLine(
        given="Ida",
        kind=PlanKind.AGREEMENT,
        day=date(2024, 4, 15),
        words="Først skole: går Ida i skole, er hun i praktik i børnehaven én dag om ugen og får 300 kr. om ugen",
        who="Ida, Mads Krogh og Karim Nielsen",
        by="karim.nielsen",
        due_on=date(2025, 6, 20),
        goal=_AT_SCHOOL,
    ),
    PlanLine(
        given="Ida",
        kind=PlanKind.STRENGTH,
        day=date(2025, 5, 20),
        words="Ida har brugt sin belønning på bøger",
        who="Ida",
        by="karim.nielsen",
    ),
    PlanLine(
        given="Emil",
        kind=PlanKind.CONCERN,
        day=date(2023, 9, 4),
        words="Emil er meget væk og har det ikke godt i klassen",
        who="skolen",
        by="mads.krogh",
        closed=Closed(day=date(2024, 6, 20), state=PlanState.DROPPED, by="mads.krogh"),
    ),
    PlanLine(
        given="Emil",
        kind=PlanKind.GOAL,
        day=date(2023, 9, 4),
        words=_EMIL,
        who="Emil, Maja og Mads Krogh",
        by="anna.holm",
        due_on=date(2025, 6, 20),
        progress=(
            Said(
                day=date(2023, 12, 1),
                progress=GoalProgress.UNCHANGED,
                words="Skole og hjem ser det stadig forskelligt",
                by="mads.krogh",
            ),
            Said(
                day=date(2024, 5, 15),
                progress=GoalProgress.BETTER,
                words="Vi har én fælles forståelse, og de nye aftaler bliver holdt",
                by="mads.krogh",
            ),
            Said(
                day=date(2025, 5, 20),
                progress=GoalProgress.REACHED,
                words="Emil trives, og bekymringen er væk",
                by="mads.krogh",
            ),
        ),
    ),
    PlanLine(
        given="Emil",
        kind=PlanKind.AGREEMENT,
        day=date(2024, 4, 15),
        words="Skolen ringer hjem hver fredag og fortæller først, hvad der gik godt",
        who="Mads Krogh",
        by="mads.krogh",
        due_on=date(2024, 6, 20),
        goal=_EMIL,
        closed=Closed(day=date(2024, 6, 20), state=PlanState.DONE, by="mads.krogh"),
    ),
)


def family_goal(given: str) -> PlanLine:
    """The goal of an ordinary family, which goes well."""
    return PlanLine(
        given=given,
        kind=PlanKind.GOAL,
        day=date(2023, 4, 11),
        words=f"{given} har en rolig morgen og kommer i skole",
        who=f"{given} og familien",
        by="anna.holm",
        due_on=date(2023, 9, 1),
        goal_type=_EFFORT_PURPOSE,
        progress=(
            Said(
                day=date(2023, 6, 12),
                progress=GoalProgress.BETTER,
                words="De fleste morgener går godt nu",
                by="anna.holm",
            ),
            Said(
                day=date(2023, 8, 28),
                progress=GoalProgress.REACHED,
                words="Skoleåret er begyndt uden en dårlig morgen",
                by="anna.holm",
            ),
        ),
    )
