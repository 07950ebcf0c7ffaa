"""The cookies: the id of the session, and before a login what binds its forms to the browser; nothing else."""

import secrets
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from hub.settings import Settings

MY_PAGE_PATH = "/min-side"
"""Where *Min side* is."""


@dataclass(frozen=True)
class Cookie:
    """A cookie of ours. Over HTTPS its name begins with ``__Host-``: no other server of the domain can set it."""

    plain_name: str
    path: str = "/"
    """Where the browser sends it; with another than the whole server its name begins with ``__Secure-``."""

    def name(self, settings: Settings) -> str:
        """The name in the header."""
        prefix = "__Host-" if self.path == "/" else "__Secure-"
        return f"{prefix}{self.plain_name}" if settings.secure_cookies else self.plain_name

    def read(self, request: Request) -> str | None:
        """What the browser sent; None: nothing."""
        return request.cookies.get(self.name(request.app.state.context.settings)) or None

    def set(self, request: Request, response: Response, value: str) -> None:
        """Have the browser keep it until it is closed; how long it is of use the server knows."""
        settings: Settings = request.app.state.context.settings
        response.set_cookie(
            self.name(settings), value, path=self.path, secure=settings.secure_cookies, httponly=True, samesite="lax"
        )

    def delete(self, request: Request, response: Response) -> None:
        """Have the browser forget it."""
        settings: Settings = request.app.state.context.settings
        response.delete_cookie(
            self.name(settings), path=self.path, secure=settings.secure_cookies, httponly=True, samesite="lax"
        )


SESSION_COOKIE = Cookie("helhed")
LOGIN_COOKIE = Cookie("helhed-login")
"""Binds the forms and the state of a login to the browser that began it."""

LINK_COOKIE = Cookie("helhed-link")
"""The address from another system with which somebody came who was not logged in, until they are."""

CITIZEN_COOKIE = Cookie("helhed-min-side", MY_PAGE_PATH)
"""Of a citizen's login; no page of employees is sent it, and *Min side* never reads theirs."""
CITIZEN_LOGIN_COOKIE = Cookie("helhed-min-side-login", MY_PAGE_PATH)


def is_of_citizen(request: Request) -> bool:
    """Whether the address belongs to *Min side*."""
    return request.url.path == MY_PAGE_PATH or request.url.path.startswith(f"{MY_PAGE_PATH}/")


def browser_id(request: Request) -> str | None:
    """What only this browser knows: the id of its session, or of its login; None: it has neither."""
    if is_of_citizen(request):
        return CITIZEN_COOKIE.read(request) or CITIZEN_LOGIN_COOKIE.read(request)
    return SESSION_COOKIE.read(request) or LOGIN_COOKIE.read(request)


def new_browser_id() -> str:
    """For a browser that has neither."""
    return secrets.token_urlsafe(32)
