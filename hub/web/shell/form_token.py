"""The token that every form and every POST to the API must bring back (CSRF).

It is a keyed digest of the secret in the browser's cookie, so it needs no memory and changes with each login.
"""

import hmac
from typing import Annotated

from fastapi import Form, Header, Request

from hub.digest import all_keys
from hub.errors import StaleForm
from hub.web.shell.bearer import bearer_token
from hub.web.shell.cookies import browser_id

_PURPOSE = b"form token\x1f"


def form_token(request: Request) -> str:
    """The browser's form token; empty when it has no cookie of ours yet."""
    return next(iter(_tokens(request)), "")


def _tokens(request: Request) -> tuple[str, ...]:
    """The browser's token under each key, the one that is given first."""
    secret = getattr(request.state, "browser_id", None) or browser_id(request)
    if secret is None:
        return ()
    keys = all_keys(request.app.state.context.session_key)
    return tuple(hmac.digest(key, _PURPOSE + secret.encode(), "sha256").hex() for key in keys)


def require_form_token(
    request: Request, csrf: Annotated[str, Form()] = "", x_csrf_token: Annotated[str, Header()] = ""
) -> None:
    """A dependency of every form: its token must be the browser's.

    Raises:
        StaleForm: it is not.
    """
    _compare(request, csrf or x_csrf_token)


def require_header_token(request: Request, x_csrf_token: Annotated[str, Header()] = "") -> None:
    """The same for the API's posts, where the token comes as a header (``GET /api/mig`` gives it).

    A machine needs none: no browser sends its token by itself, and beside it no cookie counts.

    Raises:
        StaleForm: it is not the browser's.
    """
    if bearer_token(request) is None:
        _compare(request, x_csrf_token)


def _compare(request: Request, token: str) -> None:
    if not any(hmac.compare_digest(expected.encode(), token.encode()) for expected in _tokens(request)):
        raise StaleForm
