"""Who may ask: OAuth2 client credentials with short tokens, and a login with a session cookie."""

import base64
import binascii
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request, Response

TOKEN_SECONDS = 300
COOKIE = "oiosamlSession"


@dataclass(slots=True)
class Credentials:
    """The one client a simulated fagsystem knows; also user and password of the session login."""

    client_id: str
    client_secret: str = field(repr=False)

    def replace_secret(self) -> None:
        """Another secret than the reader has: the same with ``-2`` after it."""
        self.client_secret += "-2"

    def fit(self, client_id: str | None, client_secret: str | None) -> bool:
        """Whether these are they."""
        credentials = f"{client_id}\n{client_secret}".encode()
        return secrets.compare_digest(credentials, f"{self.client_id}\n{self.client_secret}".encode())


@dataclass(slots=True)
class Sessions:
    """Tokens and session cookies with the time at which each ends."""

    credentials: Credentials
    ends: dict[str, float] = field(default_factory=dict)
    now: Callable[[], float] = time.monotonic

    def open(self) -> str:
        """A fresh token."""
        token = secrets.token_urlsafe(24)
        self.ends[token] = self.now() + TOKEN_SECONDS
        return token

    def clear(self) -> None:
        """End all."""
        self.ends.clear()

    def knows(self, request: Request) -> bool:
        """Whether the request has a token or cookie that is still valid."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        session_token = token if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")
        return self.ends.get(session_token, 0) > self.now()


def install(app: FastAPI, sessions: Sessions) -> None:
    """Add ``POST /token`` (client credentials in the form or as Basic) and ``POST /login`` (user and password)."""

    @app.post("/token")
    def token(
        request: Request,
        grant_type: Annotated[str, Form()],
        client_id: Annotated[str | None, Form()] = None,
        client_secret: Annotated[str | None, Form()] = None,
    ) -> dict[str, object]:
        basic = _basic(request.headers.get("authorization", ""))
        if grant_type != "client_credentials" or not sessions.credentials.fit(*(basic or (client_id, client_secret))):
            raise HTTPException(401, {"error": "invalid_client"})
        return {"access_token": sessions.open(), "token_type": "Bearer", "expires_in": TOKEN_SECONDS}

    @app.post("/login")
    def login(user: Annotated[str, Form()], password: Annotated[str, Form()], response: Response) -> dict[str, bool]:
        if not sessions.credentials.fit(user, password):
            raise HTTPException(401, "wrong user or password")
        response.set_cookie(COOKIE, sessions.open(), httponly=True)
        return {"ok": True}


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return client_id, secret
