"""What came of a form: kept in the session over the redirect, and shown once by the page it leads to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar

from fastapi import Request
from fastapi.responses import RedirectResponse

from hub.access.redaction import HIDDEN, hidden_in, national_in, redact_identifiers
from hub.web.shell.view_models import Outcome

_KEY = "form_result"
T = TypeVar("T")
F = TypeVar("F")


@dataclass(frozen=True)
class FormResult:
    """A sentence about what was done, or about what is missing in a form whose fields are then filled in again."""

    text: str
    is_error: bool = False
    form: str = ""
    """Which form of the page it is about."""
    typed: Mapping[str, str] = field(default_factory=dict)
    """What was typed, by field; never a secret or a national number."""

    @property
    def outcome(self) -> Outcome:
        """As the page says it."""
        return Outcome(self.text, self.is_error)


def redact_typed(fields: Mapping[str, str], *free_text: str) -> dict[str, str]:
    """The fields, with what may be a national number hidden in those in which people write freely; lines stay lines.

    In any other, as of a day or an amount, a national number that was typed for it is hidden.
    """
    return {
        name: _redact_lines(value) if name in free_text else HIDDEN if national_in(value) else value
        for name, value in fields.items()
    }


def _redact_lines(text: str) -> str:
    lines = "\n".join(map(redact_identifiers, text.splitlines()))
    return redact_identifiers(text) if hidden_in(lines) else lines


def keep_result(request: Request, result: FormResult) -> None:
    """Let the next page that is opened show it."""
    request.session[_KEY] = {
        "text": result.text,
        "is_error": result.is_error,
        "form": result.form,
        "typed": dict(result.typed),
    }


def sentence_of(faults: Iterable[F], sentences: Mapping[F, str]) -> str:
    """The faults in words; empty: there is none."""
    return " ".join(sentences[fault] for fault in faults)


def fault_of(form_input: T | str, act: Callable[[T], Iterable[F]], sentences: Mapping[F, str]) -> str:
    """Do what was read of a form; *form_input* is a text where something is missing in it, and nothing is done then."""
    return form_input if isinstance(form_input, str) else sentence_of(act(form_input), sentences)


def finish_form(  # noqa: PLR0913  keyword-only from the page on
    request: Request,
    fault: str,
    done: str,
    back: str,
    *,
    onward: str | None = None,
    form: str = "",
    typed: Mapping[str, str] | None = None,
) -> RedirectResponse:
    """The last steps of every form, inside the transaction of the request: keep what came of it, and go on.

    Args:
        request: the HTTP request.
        fault: what must be corrected first; empty: it is done.
        done: what is said when it is done.
        back: the page that shows a form with faults again.
        onward: the page that follows when it is done; None: the same.
        form: which form of that page it is.
        typed: what was typed, redacted, to be filled in again.
    """
    failed = FormResult(fault, is_error=True, form=form, typed=typed or {})
    keep_result(request, failed if fault else FormResult(done))
    return RedirectResponse(back if fault or onward is None else onward, HTTPStatus.SEE_OTHER)


def take_result(request: Request) -> FormResult | None:
    """The result that waits, which is then shown and gone. None: there is none."""
    stored_result = request.session.pop(_KEY, None)
    return FormResult(**stored_result) if stored_result else None
