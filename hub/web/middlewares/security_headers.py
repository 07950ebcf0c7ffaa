"""What every answer carries for safety, the session cookie, and the form token (CSRF)."""

import hmac
import secrets
from typing import Annotated
from uuid import uuid4

from fastapi import Form, Header, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.errors import FormStale

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
HSTS = "max-age=31536000; includeSubDomains"
STATIC = "/static/"


class SecurityHeadersMiddleware:
    """Gives each request an id, and each answer the headers above; personal pages are never stored."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app, self._https = app, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; put the headers on the answer's start."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        cache = "public, max-age=3600" if scope["path"].startswith(STATIC) else "no-store"

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if self._https:
                    headers["strict-transport-security"] = HSTS
                headers["cache-control"] = cache
                headers["x-request-id"] = request_id
            await send(message)

        await self._app(scope, receive, secured)


def token(request: Request) -> str:
    """The session's form token; made when there is none."""
    if "csrf" not in request.session:
        request.session["csrf"] = secrets.token_urlsafe(24)
    return str(request.session["csrf"])


def checked_form(
    request: Request, csrf: Annotated[str, Form()] = "", x_csrf_token: Annotated[str, Header()] = ""
) -> None:
    """A dependency of every form: its token must be the session's.

    Raises:
        FormStale: it is not.
    """
    _check(request, csrf or x_csrf_token)


def checked_header(request: Request, x_csrf_token: Annotated[str, Header()] = "") -> None:
    """The same for the API's posts, where the token comes as a header (``GET /api/mig`` tells it).

    Raises:
        FormStale: it is not the session's.
    """
    _check(request, x_csrf_token)


def _check(request: Request, given: str) -> None:
    expected = str(request.session.get("csrf", ""))
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise FormStale
