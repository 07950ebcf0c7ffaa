"""Regelregister in words. Pure."""

from hub.access.policy import SHORTEST_REASON
from hub.access.rule_register import RegisterView, RuleEntry, RuleFault
from hub.clock import danish_day
from hub.rules.register import RuleApproval, RuleOrigin
from hub.web.rule_register import texts
from hub.web.rule_register.page import RegisterPage, RuleRow
from hub.web.shell.dates import counted, day_text, number_text, plural_of
from hub.web.shell.form_result import FormResult


def register_page(view: RegisterView, result: FormResult | None) -> RegisterPage:
    """All rules that may be used today."""
    on = sum(entry.is_on for entry in view.rules)
    return RegisterPage(
        summary=f"{counted(on, 'regel', 'regler')} af {len(view.rules)} er slået til.",
        rows=tuple(_row(entry, result) for entry in view.rules),
        may_decide=view.may_decide,
        result=result.outcome if result else None,
    )


def fault_text(fault: RuleFault) -> str:
    """What must be corrected."""
    return texts.FAULT[fault].format(length=SHORTEST_REASON)


def _row(entry: RuleEntry, result: FormResult | None) -> RuleRow:
    definition = entry.definition
    is_local = definition.origin is RuleOrigin.LOCAL
    limit = number_text(int(entry.limit)) if entry.limit == int(entry.limit) else str(entry.limit).replace(".", ",")
    typed = result.typed if result and result.form == definition.id else {}
    return RuleRow(
        id=definition.id,
        version=definition.version,
        heading=f"{definition.code} · {definition.title}",
        text=definition.text,
        state=_state(entry),
        is_on=entry.is_on,
        decisions=tuple(map(_decision, entry.approvals)),
        limit=texts.LIMIT.format(limit=limit, unit=definition.unit) if definition.unit else None,
        limit_value=typed.get("limit", limit) if is_local else "",
        origin=texts.ORIGIN[definition.origin],
        source=definition.source,
        inputs=tuple(words for kind, words in texts.INPUT.items() if kind in definition.inputs),
        assessed=_assessed(entry.assessments),
        typed_reason=typed.get("reason", ""),
    )


def _state(entry: RuleEntry) -> str:
    if entry.is_on:
        return texts.ON
    is_decided = entry.approvals and entry.approvals[0].version == entry.definition.version
    return texts.OFF if is_decided else texts.NEVER


def _decision(approval: RuleApproval) -> str:
    text = texts.DECIDED_ON if approval.is_on else texts.DECIDED_OFF
    day = day_text(danish_day(approval.decided_at))
    said = text.format(name=approval.decided_by, day=day, reason=approval.reason)
    return f"Udgave {approval.version} {said}"


def _assessed(number: int | None) -> str:
    if number is None:
        return texts.ASSESSED_FEW
    if not number:
        return texts.ASSESSED_NONE
    once, often = texts.ASSESSED
    return plural_of(number, once, often.format(number=number_text(number)))
