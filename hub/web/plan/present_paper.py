"""The plan on one page, for the meeting with the citizen. Pure."""

from collections.abc import Sequence
from datetime import date, datetime

from hub.access.plans import PlanView
from hub.web.plan import texts
from hub.web.plan.page import PaperGoal, PaperPage, PaperTransition, PaperTrial
from hub.web.plan.present import PlanWords, printed_line
from hub.web.shell.dates import long_day_text
from hub.web.shell.transitions import TransitionLine
from hub.web.shell.trial_lines import TrialCard, shown_trials, trial_card
from schemas.plan import PlanEntry, PlanKind


def paper_page(view: PlanView, ahead: Sequence[TransitionLine], reader: str, now: datetime, today: date) -> PaperPage:
    """What counts now, in the order in which one talks about it, and what lies ahead."""
    words = PlanWords(view, today, None)

    def stated(kind: PlanKind) -> tuple[str, ...]:
        return tuple(_stated(entry) for entry in words.of(kind))

    return PaperPage(
        citizen_id=words.citizen,
        name=(view.overview.header.display_name if view.overview else None) or texts.NO_NAME,
        wishes=stated(PlanKind.WISH),
        strengths=(*stated(PlanKind.STRENGTH), *(f"{line.words} ({line.by})" for line in words.learned())),
        concerns=stated(PlanKind.CONCERN),
        goals=tuple(
            _goal(words, goal)
            for parent in words.of(PlanKind.GOAL)
            for goal in (parent, *words.of(PlanKind.SUB_GOAL, parent=parent.id))
        ),
        agreements=_agreements(words.of(PlanKind.AGREEMENT)),
        trials=tuple(_trial(trial_card(trial, today)) for trial in shown_trials(view.trials, today)),
        ahead=tuple(
            PaperTransition(line.on_paper, line.plan, f"{line.by} · {line.source}" if line.by else "") for line in ahead
        ),
        printed=printed_line(reader, now),
    )


def _stated(entry: PlanEntry) -> str:
    return f"{entry.text.words} ({entry.text.who})" if entry.text.who else entry.text.words


def _goal(words: PlanWords, entry: PlanEntry) -> PaperGoal:
    goal = words.goal(entry)
    said = f"{goal.progress_words} ({goal.progress_by})" if goal.progress_words else ""
    remarks = (said, goal.still, *(effort.text for effort in goal.efforts))
    kind = f"{goal.kind}: " if entry.kind is PlanKind.SUB_GOAL else ""
    return PaperGoal(
        words=f"{kind}{entry.text.words}",
        state=goal.progress,
        remarks=tuple(remark for remark in remarks if remark),
        agreements=_agreements(words.of(PlanKind.AGREEMENT, parent=entry.id)),
    )


def _trial(card: TrialCard) -> PaperTrial:
    learned = f"{card.learned} ({card.learned_by})" if card.learned else ""
    remarks = (card.why, card.judge, learned, card.cost, card.decided_by)
    return PaperTrial(card.what, f"{card.status}. {card.period}", tuple(remark for remark in remarks if remark))


def _agreements(entries: list[PlanEntry]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (entry.text.words, entry.text.who, long_day_text(entry.text.due_on) if entry.text.due_on else "")
        for entry in entries
    )
