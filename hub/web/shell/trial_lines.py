"""Trial actions (prøvehandlinger) in words, for the plan, its paper and their own pages. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hub.course.trial_rules import UNDECIDED, latest_judgement, line_of, status_of
from hub.web.shell import trial_texts as texts
from hub.web.shell.dates import day_text, number_text
from schemas.trial_action import TrialAction, TrialLine, TrialStatus, TrialText


@dataclass(frozen=True)
class TrialCard:
    """A trial action as it stands."""

    href: str
    what: str
    why: str
    status: str
    period: str
    judge: str
    """By when it is judged; empty: nobody waits for it."""
    is_late: bool
    decided_by: str
    cost: str
    """Empty: nobody stated it."""
    learned: str
    """Latest words; empty: it was not judged."""
    learned_by: str
    works: bool


def trial_card(trial: TrialAction, today: date) -> TrialCard:
    """A trial action in words."""
    text, line, judgement = trial.text, line_of(trial, today), latest_judgement(trial, today)
    return TrialCard(
        href=trial_href(trial),
        what=text.what,
        why=text.why,
        status=texts.TRIAL_STATUS[line.status],
        period=_period(trial, line, today),
        judge=judge_text(line, today),
        is_late=line.status in UNDECIDED and line.judge_on < today,
        decided_by=texts.DECIDED_BY.format(who=text.decided_by),
        cost=cost_text(text),
        learned=judgement.learned if judgement else "",
        learned_by=texts.LEARNED_BY.format(name=judgement.by, day=day_text(judgement.on_day)) if judgement else "",
        works=judgement is not None and judgement.works,
    )


def shown_trials(trials: Iterable[TrialAction], today: date) -> tuple[TrialAction, ...]:
    """Those that were not taken back: what nobody has decided on first, then by their first day."""
    standing = [trial for trial in trials if not trial.text.withdrawn_because]
    return tuple(sorted(standing, key=lambda trial: (status_of(trial, today) not in UNDECIDED, trial.text.first_day)))


def trial_href(trial: TrialAction) -> str:
    """The address of its page."""
    return f"/proevehandlinger/{trial.citizen_id}/{trial.id}"


def judge_text(line: TrialLine, today: date) -> str:
    """By when it is judged; empty: it was decided that it stops or stays, or it was taken back."""
    if line.status not in UNDECIDED:
        return ""
    if line.judge_on == today:
        return texts.JUDGE_TODAY
    words = texts.JUDGE_LATE if line.judge_on < today else texts.JUDGE_BY
    return words.format(day=day_text(line.judge_on))


def cost_text(text: TrialText) -> str:
    """What it cost before and costs with it, and the difference in words; empty: nobody stated it."""
    before, after = text.cost_before, text.cost_after
    if before is None and after is None:
        return ""
    if after is None or before is None:
        words = texts.COST_BEFORE if after is None else texts.COST_AFTER
        return words.format(before=kroner(before or 0), after=kroner(after or 0))
    return texts.COSTS.format(before=kroner(before), after=kroner(after), difference=difference_text(before, after))


def difference_text(before: int, after: int) -> str:
    """``200.000 kr. mindre om året``."""
    words = texts.LESS if after < before else texts.MORE
    return texts.SAME if after == before else words.format(amount=kroner(abs(after - before)))


def kroner(amount: int) -> str:
    """``200.000 kr.``."""
    return texts.KRONER.format(number=number_text(amount))


def what_works(trials: Iterable[TrialAction], today: date) -> tuple[tuple[TrialAction, str, str], ...]:
    """What was learned that works, with who learned it, when and from what; as the latest judgement of each says."""
    learned = []
    for trial in trials:
        judgement = latest_judgement(trial, today)
        if judgement is not None and judgement.works and not trial.text.withdrawn_because:
            day = day_text(judgement.on_day)
            by = texts.LEARNED_IN.format(name=judgement.by, day=day, what=trial.text.what)
            learned.append((trial, judgement.learned, by))
    return tuple(learned)


def _period(trial: TrialAction, line: TrialLine, today: date) -> str:
    start, judgement = day_text(line.first_day), latest_judgement(trial, today)
    if line.status is TrialStatus.WITHDRAWN:
        return texts.WITHDRAWN.format(reason=trial.text.withdrawn_because)
    if line.status in {TrialStatus.STOPPED, TrialStatus.PERMANENT} and judgement is not None:
        words = texts.UNTIL if line.status is TrialStatus.STOPPED else texts.STAYS
        return words.format(start=start, end=day_text(judgement.on_day))
    if line.last_day is None:
        return texts.FROM.format(start=start)
    return texts.PERIOD.format(start=start, end=day_text(line.last_day))
