"""What came of an act about a citizen's rights: refused, or a sentence on the page that follows."""

from hub.access.rights import RightsResult
from hub.errors import MissingRole
from hub.web.rights.present import fault_text
from hub.web.shell.form_result import FormResult, keep_result, redact_typed
from hub.web.shell.request_context import RequestContext
from schemas.access import AuditOutcome


def allowed(result: RightsResult) -> RightsResult:
    """The result of an act that was let.

    Raises:
        MissingRole: the role decides about no rights.
    """
    if result.outcome is AuditOutcome.REFUSED:
        raise MissingRole
    return result


def keep(
    context: RequestContext,
    result: RightsResult,
    sentence: str,
    form: str,
    typed: dict[str, str],
    words: str = "reason",
) -> None:
    """Say it on the next page: the sentence, or what must be corrected in *form* with what was typed.

    National numbers are masked in *words*, the field of free text.
    """
    if result.faults:
        faults = " ".join(map(fault_text, result.faults))
        form_result = FormResult(faults, is_error=True, form=form, typed=redact_typed(typed, words))
    else:
        form_result = FormResult(sentence)
    keep_result(context.request, form_result)
