"""A form that came when the session was over: what was typed is not lost, but sent again after a new login."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import Request
from starlette.datastructures import FormData

from hub.errors import HubError, NotLoggedIn, StaleForm
from hub.web.shell.cookies import MY_PAGE_PATH, is_of_citizen
from hub.web.shell.form_token import form_token
from hub.web.shell.workspace import LOGIN_PATH

WITHHELD = "withheld"
"""Control of a form that names another one whose value is never sent back: a secret."""
LONGEST = 64_000
"""Characters that are sent back; a form with more was no form of ours."""


@dataclass(frozen=True)
class FormAgainPage:
    """What was typed, to be sent again."""

    template: ClassVar[str] = "shell/templates/form_again.html"

    action: str
    csrf: str
    fields: tuple[tuple[str, str], ...]
    is_logged_in: bool
    login: str
    has_withheld: bool


def form_again(request: Request, error: HubError) -> FormAgainPage | None:
    """The page, where the browser says that the form came from a page of ours. None: there is nothing to send again.

    A form that another site sent is never given a token.
    """
    form = getattr(request, "_form", None)  # read before by the form's dependencies
    if not isinstance(error, NotLoggedIn | StaleForm) or not isinstance(form, FormData):
        return None
    if request.method != "POST" or request.headers.get("sec-fetch-site") != "same-origin":
        return None
    withheld = {str(name) for name in form.getlist(WITHHELD)}
    fields = tuple(
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name != "csrf" and name not in withheld
    )
    if sum(len(name) + len(value) for name, value in fields) > LONGEST:
        return None
    return FormAgainPage(
        action=request.url.path,
        csrf=form_token(request),
        fields=fields,
        is_logged_in=isinstance(error, StaleForm),
        login=MY_PAGE_PATH if is_of_citizen(request) else LOGIN_PATH,
        has_withheld=any(form.get(name) for name in withheld),
    )
