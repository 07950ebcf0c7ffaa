"""What the timeline must say of Borgerens plan and of what lies ahead."""

from collections.abc import Iterator

from deploy.sandbox.municipality.meetings import ENDS, STARTS, MeetingLine
from deploy.sandbox.municipality.plans import PlanLine
from deploy.sandbox.municipality.trial_actions import TrialLine
from deploy.sandbox.municipality.truth import Person
from schemas.meeting import MeetingKind
from schemas.plan import GoalProgress, PlanKind, PlanState
from schemas.trial_action import TrialOutcome
from tests.truth.facts import Fact
from tests.truth.oracle import Oracle, Page
from tests.truth.plan_reading import MEETINGS, PLAN, TRIALS
from tests.truth.points import true_ahead
from tests.truth.wording import first

KINDS = {
    PlanKind.WISH: "Borgerens egne ord",
    PlanKind.STRENGTH: "Det, der virker",
    PlanKind.CONCERN: "Det, vi er bekymrede for",
    PlanKind.GOAL: "Mål",
    PlanKind.AGREEMENT: "Aftale",
}
DECIDED = {
    TrialOutcome.CONTINUE: "Fortsætter",
    TrialOutcome.STOP: "Stoppet",
    TrialOutcome.MAKE_PERMANENT: "Gjort permanent",
}
WORDS = {
    GoalProgress.REACHED: "Nået",
    GoalProgress.BETTER: "Bedre",
    GoalProgress.UNCHANGED: "Uændret",
    GoalProgress.WORSE: "Værre",
}
CLOSED = {PlanState.DONE: "Er gjort eller nået og lukket", PlanState.DROPPED: "Gælder ikke længere"}


def true_plan(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """What lanes and table must say of the plans of those whom the page shows by the team's right."""
    for ahead in true_ahead(oracle, page):
        rule = ahead.rule.removeprefix("ahead.")
        yield from (Fact(f"{place}.{rule}", ahead.subject, ahead.value, ahead.optional) for place in ("lanes", "rows"))
    lines = page.course.plan if page.course else ()
    trials = page.course.trials if page.course else ()
    if page.course and any(page.views[person.id].is_team for person in page.people):
        for meeting in page.course.meetings:
            yield from _meeting(page, meeting)
    for person in page.people:
        if not page.views[person.id].is_team:
            continue
        for cpr, line in lines:
            if cpr == person.cpr and line.day <= page.day:
                yield from _line(page, person, line)
        for cpr, trial in trials:
            if cpr == person.cpr and trial.day <= page.day:
                yield from _trial(page, person, trial)


def _meeting(page: Page, line: MeetingLine) -> Iterator[Fact]:
    """A meeting that is called, and once it was held what was decided about those whom the page shows."""
    if line.planned_on > page.day:
        return
    names = {first(person) for person in page.people if page.views[person.id].is_team}
    kind = "Netværksmøde" if line.kind is MeetingKind.NETWORK else "Teammøde"
    sentences = [f"{kind} kl. {STARTS}.00-{ENDS}.00"]
    if line.day <= page.day:
        agreed = sorted(words for given, words in line.decided if given in names)
        proposed = sorted(each.words for each in line.proposed if each.given in names)
        sentences += [f"Besluttet: {'; '.join(agreed)}"] if agreed else []
        sentences += [f"Forslag, som borgeren ikke har sagt ja til: {'; '.join(proposed)}"] if proposed else []
    # What was said is written the day after, with the hour at which it ended.
    state = "Indkaldt" if page.day < line.day else "Holdt" if line.day < page.day else None
    of = f"{MEETINGS} · {'. '.join(sentences)} · {line.day}"
    states = [state] if state else ["Indkaldt", "Holdt"]
    yield Fact("rows.plan", of, " | ".join(f"{each} · on that day" for each in states))
    yield Fact("lanes.plan", of, "on that day")


def _line(page: Page, person: Person, line: PlanLine) -> Iterator[Fact]:
    lane = PLAN if person == page.person else f"{first(person)} · {PLAN}"
    said = [each for each in line.progress if each.day <= page.day]
    text, how, until = f"{KINDS[line.kind]}: {line.words}", "Gælder", "on that day"
    if line.kind is PlanKind.GOAL:
        latest = said[-1] if said else None
        how = WORDS[latest.progress] if latest else "Ikke vurderet endnu"
        reached = latest.day if latest and latest.progress is GoalProgress.REACHED else None
        until = str(reached or "ingen slutdato")
    if line.kind is PlanKind.AGREEMENT:
        how, until = f"Holdes senest {line.due_on}", str(line.due_on)
    if line.closed and line.closed.day <= page.day:
        how = CLOSED[line.closed.state]
        until = str(line.closed.day) if line.kind is PlanKind.AGREEMENT else until
    yield Fact("rows.plan", f"{lane} · {text} · {line.day}", f"{how} · {until}")
    yield Fact("lanes.plan", f"{lane} · {text} · {line.day}", "i gang" if until == "ingen slutdato" else until)
    for each in said:
        progress = f"{lane} · «{line.words}»: {each.words} · {each.day}"
        yield Fact("rows.plan", progress, f"{WORDS[each.progress]} · on that day")
        yield Fact("lanes.plan", progress, "on that day")


def _trial(page: Page, person: Person, trial: TrialLine) -> Iterator[Fact]:
    lane = TRIALS if person == page.person else f"{first(person)} · {TRIALS}"
    judged = [each for each in trial.judged if each.day <= page.day]
    latest = judged[-1].outcome if judged else TrialOutcome.CONTINUE
    last = trial.last_day
    if latest is not TrialOutcome.CONTINUE:
        how, last = DECIDED[latest], judged[-1].day if latest is TrialOutcome.STOP else None
    elif page.day < trial.first_day:
        how = "Aftalt"
    else:
        how = "Perioden er slut" if last and last < page.day else "I gang"
    of = f"{lane} · {trial.what} · {trial.first_day}"
    yield Fact("rows.plan", of, f"{how} · {last or 'ingen slutdato'}")
    yield Fact("lanes.plan", of, str(last or ("i gang" if trial.first_day <= page.day else "aftalt")))
    for each in judged:
        of = f"{lane} · «{trial.what}»: {each.learned} · {each.day}"
        yield Fact("rows.plan", of, f"{DECIDED[each.outcome]} · on that day")
        yield Fact("lanes.plan", of, "on that day")
