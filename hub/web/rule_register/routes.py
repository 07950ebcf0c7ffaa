"""The pages of the register of rules: read by everybody, decided by an administrator."""

from math import isfinite
from typing import Annotated

from fastapi import Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.rule_register import RegisterView, RuleDecision, RuleDesk, RuleFault
from hub.errors import MissingRole
from hub.web.rule_register import texts
from hub.web.rule_register.page import RegisterPage
from hub.web.rule_register.present import fault_text, register_page
from hub.web.shell.form_result import FormResult, keep_result, redact_typed, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction

RULE_REGISTER = Workspace(
    name="rule_register",
    path="/regler",
    title="Regelregister",
    action=AuditAction.READ_RULES,
    pages=(RegisterPage,),
    in_menu=False,
)
router = RULE_REGISTER.router
RuleId = Annotated[str, Path(max_length=60)]


@router.get(RULE_REGISTER.path)
def register(request: Request) -> HTMLResponse:
    """Which rules point at facts of a citizen, who approved them, and what do they read?"""
    with open_request(request, RULE_REGISTER) as context:
        return context.page(register_page(read_register(context), take_result(request)))


@router.post(f"{RULE_REGISTER.path}/{{rule}}", dependencies=[Depends(require_form_token)])
def decide(
    request: Request,
    rule: RuleId,
    *,
    version: Annotated[int, Form(ge=1, le=10_000)],
    is_on: Annotated[bool, Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
    limit: Annotated[str, Form(max_length=10)] = "",
) -> RedirectResponse:
    """Switch a version of a rule on or off."""
    with open_request(request, RULE_REGISTER) as context:
        decision = RuleDecision(rule, version, is_on, reason, read_limit(limit))
        faults = decide_rule(context, decision)
        if faults:
            typed = redact_typed({"reason": reason, "limit": limit}, "reason", "limit")
            result = FormResult(" ".join(map(fault_text, faults)), is_error=True, form=rule, typed=typed)
        else:
            result = FormResult(texts.STORED_ON if is_on else texts.STORED_OFF, form=rule)
        keep_result(request, result)
    return RedirectResponse(f"{RULE_REGISTER.path}#{rule}", 303)


def read_register(context: RequestContext) -> RegisterView:
    """The register; for page and API.

    Raises:
        MissingRole: the role does not read it.
    """
    view = _desk(context).read()
    if view is None:
        raise MissingRole
    return view


def decide_rule(context: RequestContext, decision: RuleDecision) -> tuple[RuleFault, ...]:
    """Store a decision, or what must be corrected first; likewise.

    Raises:
        MissingRole: the role does not decide.
    """
    faults = _desk(context).decide(decision)
    if faults is None:
        raise MissingRole
    return faults


def read_limit(text: str) -> float | None:
    """The number that was typed, with comma or point; None: nothing was. What is no number is 0, which no limit is."""
    if not text.strip():
        return None
    try:
        limit = float(text.strip().replace(",", "."))
    except ValueError:
        return 0.0
    return limit if isfinite(limit) else 0.0


def _desk(context: RequestContext) -> RuleDesk:
    return RuleDesk(context.session, context.actor, context.access(), now=context.now)
