"""The token that every form and every POST to the API must bring back (CSRF)."""

import hmac
import secrets
from typing import Annotated

from fastapi import Form, Header, Request

from hub.errors import StaleForm


def form_token(request: Request) -> str:
    """The session's form token; made when there is none."""
    if "csrf" not in request.session:
        request.session["csrf"] = secrets.token_urlsafe(24)
    return str(request.session["csrf"])


def require_form_token(
    request: Request, csrf: Annotated[str, Form()] = "", x_csrf_token: Annotated[str, Header()] = ""
) -> None:
    """A dependency of every form: its token must be the session's.

    Raises:
        StaleForm: it is not.
    """
    _compare(request, csrf or x_csrf_token)


def require_header_token(request: Request, x_csrf_token: Annotated[str, Header()] = "") -> None:
    """The same for the API's posts, where the token comes as a header (``GET /api/mig`` gives it).

    Raises:
        StaleForm: it is not the session's.
    """
    _compare(request, x_csrf_token)


def _compare(request: Request, token: str) -> None:
    expected = str(request.session.get("csrf", ""))
    if not expected or not hmac.compare_digest(expected.encode(), token.encode()):
        raise StaleForm
