"""Trial actions in words. Pure."""

from collections.abc import Mapping
from datetime import date
from uuid import uuid4

from hub.access.plans import PlanView
from hub.course.trial_rules import UNDECIDED, status_of
from hub.web.shell.dates import at_minute, day_text
from hub.web.shell.form_result import FormResult
from hub.web.shell.trial_lines import cost_text, shown_trials, trial_card, trial_href
from hub.web.shell.trial_texts import JUDGE_BY, TRIAL_DECISION, TRIAL_OUTCOME, WITHDRAWN
from hub.web.shell.view_models import Choice
from hub.web.trial_actions import texts
from hub.web.trial_actions.page import JudgementForm, JudgementLine, TrialForm, TrialPage, TrialsPage, VersionLine
from schemas.trial_action import TrialAction, TrialJudgement, TrialOutcome, TrialText, TrialVersion


def trials_page(view: PlanView, today: date, result: FormResult | None) -> TrialsPage:
    """All trial actions of the plan, and the form to agree on another."""
    citizen_id = str(view.plan.citizen_id)
    shown = shown_trials(view.trials, today)
    waiting = [trial for trial in shown if status_of(trial, today) in UNDECIDED]
    typed = result.typed if result and result.form == "add" else {}
    empty = dict.fromkeys(("what", "why", "decided_by", "last_day", "judge_on", "cost_before", "cost_after"), "")
    fields = {**empty, "first_day": today.isoformat(), "withdrawn_because": "", **typed}
    key = fields.pop("key", "") or str(uuid4())
    is_open = bool(typed) or not view.trials
    return TrialsPage(
        citizen_id=citizen_id,
        name=_name(view),
        waiting=tuple(trial_card(trial, today) for trial in waiting),
        decided=tuple(trial_card(trial, today) for trial in shown if trial not in waiting),
        withdrawn=tuple(trial_card(trial, today) for trial in view.trials if trial.text.withdrawn_because),
        form=TrialForm(action=f"/proevehandlinger/{citizen_id}/ny", **fields, key=key, is_open=is_open),
        result=result.outcome if result else None,
    )


def trial_page(view: PlanView, trial: TrialAction, today: date, result: FormResult | None) -> TrialPage:
    """One trial action with its forms, its judgements and everything that it said."""
    typed = result.typed if result else {}
    is_stale = typed.get("version", str(trial.version)) != str(trial.version)
    conflict, conflict_by = _newest(trial) if is_stale else ("", "")
    return TrialPage(
        citizen_id=str(trial.citizen_id),
        name=_name(view),
        card=trial_card(trial, today),
        cost=cost_text(trial.text) or texts.COST_UNSTATED,
        version=trial.version,
        is_withdrawn=bool(trial.text.withdrawn_because),
        is_decided=status_of(trial, today) not in UNDECIDED,
        conflict=conflict,
        conflict_by=conflict_by,
        judge=_judgement_form(trial, today, typed if result and result.form == "judge" else {}),
        change=_change_form(trial, typed if result and result.form == "change" else {}),
        judgements=tuple(map(_judgement, trial.judgements)),
        history=tuple(map(_version, trial.versions)),
        result=result.outcome if result else None,
    )


def _judgement_form(trial: TrialAction, today: date, typed: Mapping[str, str]) -> JudgementForm:
    return JudgementForm(
        action=f"{trial_href(trial)}/vurder",
        outcomes=tuple(
            Choice(each.value, TRIAL_OUTCOME[each], each.value == typed.get("outcome")) for each in TrialOutcome
        ),
        learned=typed.get("learned", ""),
        works=typed.get("works") == "true",
        on_day=typed.get("on_day", today.isoformat()),
        judge_next_on=typed.get("judge_next_on", ""),
    )


def _change_form(trial: TrialAction, typed: Mapping[str, str]) -> TrialForm:
    said = {name: _as_typed(value) for name, value in trial.text.model_dump().items()}
    fields = {name: typed.get(name, value) for name, value in said.items()}
    return TrialForm(action=f"{trial_href(trial)}/ret", **fields, is_open=bool(typed))


def _as_typed(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _newest(trial: TrialAction) -> tuple[str, str]:
    """What was written last, and by whom."""
    version = trial.versions[0]
    judgement = max(trial.judgements, key=lambda each: each.at, default=None)
    if judgement is not None and judgement.at >= version.at:
        line = _judgement(judgement)
        return f"{line.outcome}: {line.learned}", line.by
    history = _version(version)
    return f"{history.what}: {history.why}", f"{history.by} · {history.detail}"


def _judgement(judgement: TrialJudgement) -> JudgementLine:
    next_on = texts.NEXT.format(day=day_text(judgement.judge_next_on)) if judgement.judge_next_on else ""
    return JudgementLine(
        outcome=TRIAL_DECISION[judgement.outcome],
        learned=judgement.learned,
        detail=", ".join(part for part in (texts.WORKS if judgement.works else "", next_on) if part),
        by=texts.JUDGED_BY.format(name=judgement.by, day=day_text(judgement.on_day)),
    )


def _version(version: TrialVersion) -> VersionLine:
    text = version.text
    parts = (_days(text), cost_text(text), text.decided_by, _withdrawn(text))
    by = texts.WRITTEN_BY.format(name=version.by, when=at_minute(version.at))
    return VersionLine(text.what, text.why, " · ".join(part for part in parts if part), by)


def _days(text: TrialText) -> str:
    end = f"–{day_text(text.last_day)}" if text.last_day else ""
    return f"{day_text(text.first_day)}{end}, {JUDGE_BY.format(day=day_text(text.judge_on)).lower()}"


def _withdrawn(text: TrialText) -> str:
    return WITHDRAWN.format(reason=text.withdrawn_because) if text.withdrawn_because else ""


def _name(view: PlanView) -> str:
    return (view.overview.header.display_name if view.overview else None) or texts.NO_NAME
