"""What came of a form: kept in the session over the redirect, and shown once by the page it leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request

from hub.access.redaction import HIDDEN, hidden_in, national_in, redact_identifiers
from hub.web.shell.view_models import Outcome

_KEY = "form_result"


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


def take_result(request: Request) -> FormResult | None:
    """The result that waits, which is then shown and gone. None: there is none."""
    stored_result = request.session.pop(_KEY, None)
    return FormResult(**stored_result) if stored_result else None
