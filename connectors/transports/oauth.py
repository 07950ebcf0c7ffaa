"""OAuth2 client credentials (RFC 6749, 4.4) as an ``httpx.Auth``."""

import json
import time
from collections.abc import Callable, Generator
from http import HTTPStatus

import httpx

from connectors.errors import SourceRefused
from connectors.retry import Retryable

MARGIN = 30.0
"""Seconds before its end at which a token is no longer used."""
SHORTEST_LIFE = 60.0
"""Assumed when the server does not say how long a token lives."""


class ClientCredentials(httpx.Auth):
    """Fetches a token, renews it before it ends, and once more when the source answers 401.

    Raises ``SourceRefused`` when the token server does not accept us, ``Retryable`` when it does not answer.
    """

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        scope: str | None = None,
        *,
        resource: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token_url = token_url
        self._client = (client_id, client_secret)
        self._form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        self._form |= {"resource": resource} if resource else {}
        self._monotonic = monotonic
        self._token: tuple[str, float] | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The request with a token that still lives."""
        token_until = self._token
        if token_until is not None and self._monotonic() < token_until[1]:
            request.headers["Authorization"] = f"Bearer {token_until[0]}"
            response = yield request
            if response.status_code != HTTPStatus.UNAUTHORIZED:
                return
        token = self._store_token((yield self._token_request()))
        request.headers["Authorization"] = f"Bearer {token}"
        yield request

    def _token_request(self) -> httpx.Request:
        basic = httpx.BasicAuth(*self._client)
        return next(basic.auth_flow(httpx.Request("POST", self._token_url, data=self._form)))

    def _store_token(self, response: httpx.Response) -> str:
        status = response.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Retryable(f"the token server answers {status}")
        if status != HTTPStatus.OK:
            raise SourceRefused(f"the token server does not accept our client ({status})", advice="login_refused")
        try:
            answer = json.loads(response.read())
            token, life = str(answer["access_token"]), float(answer.get("expires_in", SHORTEST_LIFE))
        except (ValueError, TypeError, KeyError):
            raise SourceRefused("the token server's answer holds no token") from None
        self._token = token, self._monotonic() + life - min(MARGIN, life / 2)
        return token
