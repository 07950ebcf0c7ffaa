"""Trial actions (prøvehandlinger) of the demo's courses as their teams write and judge them: plain data."""

from dataclasses import dataclass
from datetime import date

from schemas.trial_action import TrialOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What somebody says of a trial action on a day."""

    day: date
    outcome: TrialOutcome
    learned: str
    by: str
    """The employee's id."""
    works: bool = False
    next_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialLine:
    """A trial action, from the day on which it is written. Costs are kroner a year, all included."""

    given: str
    """First name of the citizen."""
    day: date
    what: str
    why: str
    first_day: date
    last_day: date | None = None
    decided_by: str
    by: str
    cost_before: int | None = None
    cost_after: int | None = None
    judge_on: date
    judged: tuple[Judged, ...] = ()


MAJAS_TRIALS = (
    TrialLine(
        given="Emil",
        day=date(2023, 8, 21),
        what="Emil begynder dagen med sin kontaktlærer, et kvarter før de andre",
        why="Emil siger, at det er sværest at komme ind i klassen om morgenen",
        first_day=date(2023, 8, 28),
        last_day=date(2023, 12, 20),
        decided_by="Emil, Maja og Mads Krogh",
        by="mads.krogh",
        judge_on=date(2023, 10, 13),
        judged=(
            Judged(
                day=date(2023, 12, 1),
                outcome=TrialOutcome.STOP,
                learned="Morgenen blev lettere, men det er ikke nok, når skole og hjem ser det forskelligt",
                by="mads.krogh",
            ),
        ),
    ),
    TrialLine(
        given="Ida",
        day=date(2024, 4, 15),
        what="Praktik i børnehave én dag om ugen ved siden af skolen, med 300 kr. om ugen i belønning",
        why="Ida ønsker praktik i en børnehave, og skolen skal give mening",
        first_day=date(2024, 4, 22),
        last_day=date(2025, 6, 20),
        decided_by="Ida, Maja og teamet",
        by="karim.nielsen",
        cost_before=0,
        cost_after=12_000,
        judge_on=date(2024, 6, 20),
        judged=(
            Judged(
                day=date(2024, 6, 20),
                outcome=TrialOutcome.CONTINUE,
                learned="Hun er i skole de fleste dage, når praktikken venter",
                by="karim.nielsen",
                works=True,
                next_on=date(2025, 6, 2),
            ),
            Judged(
                day=date(2025, 5, 20),
                outcome=TrialOutcome.STOP,
                learned="Først skole, så praktik: 100 procent fremmøde. Den slutter, når Ida går ud af 9. klasse",
                by="karim.nielsen",
                works=True,
            ),
        ),
    ),
)
"""300 kroner in each of 40 school weeks are 12,000 a year."""
MARIAS_TRIALS = (
    TrialLine(
        given="Maria",
        day=date(2023, 9, 4),
        what="Campingvogn på forældrenes grund med udvidet og fleksibel støtte, mentor og STU",
        why="Maria vil være tæt på familien, men er for syg til at bo hjemme og kan ikke bo alene",
        first_day=date(2023, 11, 1),
        decided_by="Maria, hendes forældre og teamet",
        by="birgit.dahl",
        cost_before=1_000_000,
        cost_after=800_000,
        judge_on=date(2024, 6, 10),
        judged=(
            Judged(
                day=date(2024, 6, 10),
                outcome=TrialOutcome.MAKE_PERMANENT,
                learned="Maria klarer mere selv, ønsker egen bolig og en uddannelse, og forældrene er mindre pressede",
                by="birgit.dahl",
                works=True,
            ),
        ),
    ),
)
"""The golden case: 1.0 to 0.8 million kroner a year, all included."""
_TRIED = (
    ("Én fast kontaktperson i stedet for fire", 60_000, 48_000),
    ("Støtten kommer hjem om morgenen, før skolen begynder", 72_000, 72_000),
    ("Ét fælles møde om måneden i stedet for tre", 48_000, 30_000),
    ("Aflastning hver anden weekend hos mormor", 90_000, 65_000),
    ("Fritidsjob to eftermiddage om ugen med en mentor", 40_000, 44_000),
    ("Samtaler på skolen i stedet for i huset", 55_000, 50_000),
)


def family_trial(index: int, given: str) -> TrialLine:
    """What one of the six ordinary families tries in 2022 and goes on with."""
    what, before, after = _TRIED[index % len(_TRIED)]
    return TrialLine(
        given=given,
        day=date(2022, 11, 28),
        what=what,
        why="Familien siger, at de mange aftaler fylder for meget",
        first_day=date(2022, 12, 1),
        decided_by="familien og teamet",
        by="anna.holm",
        cost_before=before,
        cost_after=after,
        judge_on=date(2023, 3, 1),
        judged=(
            Judged(
                day=date(2023, 3, 1),
                outcome=TrialOutcome.MAKE_PERMANENT,
                learned="Det giver ro, og familien ved, hvem de skal spørge",
                by="anna.holm",
                works=True,
            ),
        ),
    )
