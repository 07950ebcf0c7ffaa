"""What the forms of trial actions become: their schemas, or a sentence about what cannot be read. Pure."""

import re
from collections.abc import Mapping
from datetime import date

from hub.web.shell.form_schema import read_day, read_schema
from hub.web.trial_actions import texts
from schemas.trial_action import NewJudgement, TrialOutcome, TrialText

_AMOUNT = re.compile(r"([0-9]{1,3}(?:[. ][0-9]{3})+|[0-9]+)(?: ?kr\.?)?")


def read_trial(fields: Mapping[str, str]) -> TrialText | str:
    """What a trial action says."""
    days = {name: read_day(fields[name]) for name in ("first_day", "last_day", "judge_on")}
    amounts = {name: read_amount(fields[name]) for name in ("cost_before", "cost_after")}
    faults = [texts.NO_DAY[name] for name, day in days.items() if _is_no_day(day, required=name != "last_day")]
    if any(isinstance(amount, str) for amount in amounts.values()):
        faults.append(texts.NO_AMOUNT)
    if faults:
        return " ".join(faults)
    words = {name: fields[name].strip() for name in ("what", "why", "decided_by", "withdrawn_because")}
    return read_schema(TrialText, {**words, **days, **amounts}, texts.TOO_LONG)


def read_judgement(fields: Mapping[str, str]) -> NewJudgement | str:
    """What somebody says of a trial action after a while."""
    days = {name: read_day(fields[name]) for name in ("on_day", "judge_next_on")}
    faults = [texts.NO_DAY[name] for name, day in days.items() if _is_no_day(day, required=name == "on_day")]
    if fields["outcome"] not in set(TrialOutcome):
        faults.append(texts.NO_OUTCOME)
    if faults:
        return " ".join(faults)
    said = {"outcome": fields["outcome"], "learned": fields["learned"].strip(), "works": fields["works"] == "true"}
    return read_schema(NewJudgement, {**said, **days}, texts.TOO_LONG)


def read_amount(text: str) -> int | str | None:
    """Whole kroner as people write them: ``800000``, ``800.000``, ``800.000 kr.``; what is none stays as typed."""
    stripped = " ".join(text.split())
    if not stripped:
        return None
    match = _AMOUNT.fullmatch(stripped.casefold())
    return int(re.sub(r"[. ]", "", match.group(1))) if match else stripped


def _is_no_day(day: date | str | None, *, required: bool) -> bool:
    return isinstance(day, str) or (required and day is None)
