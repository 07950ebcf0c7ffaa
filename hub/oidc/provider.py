"""The provider, asked over HTTPS: discovery, keys, codes and tokens. Synchronous, shared by all threads of a process.

OpenID Connect Core 1.0 (authorization code with PKCE S256), RP-Initiated and Back-Channel Logout 1.0.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry
from pydantic import BaseModel, ValidationError

from hub.errors import InvalidSetting
from hub.oidc.attempt import LoginAttempt
from hub.oidc.refusal import LoginRefused, LoginRule

ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512")
"""Signatures with a key of the provider; never "none", never one with a shared secret."""
CLOCK_SKEW = 60
"""Seconds by which the provider's clock may differ from ours."""
METADATA_LASTS = 3600.0
"""Seconds between two discoveries."""
KEYS_AT_MOST_EVERY = 10.0
"""Seconds between two fetches of the keys because of a token with an unknown one."""
LOGOUT_TOKEN_LASTS = 300
"""Seconds in which a logout token may arrive."""
_TIMEOUT = httpx.Timeout(10, connect=5)
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_OF_PERSONS = ("nonce", "sid", "auth_time")
"""Claims that a token has only where a person has logged in."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    """How we are known to the provider."""

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    public_url: str
    """Where people reach us, without a slash at the end."""
    acr_values: tuple[str, ...] = ()
    """Assurance levels of which one is demanded; none: any login will do."""
    acr_claim: str = "acr"
    api_audience: str | None = None
    """The audience of access tokens that are meant for our API; None: no machine is let in."""
    ca: Path | None = None
    login_path: str = "/log-ind"
    """Below the public address: where a login begins, and where its answers come below."""
    scope: str = "openid profile"

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends people back to."""
        return f"{self.public_url}{self.login_path}/svar"

    @property
    def after_logout_uri(self) -> str:
        """Where it sends them after a logout."""
        return f"{self.public_url}{self.login_path}"


class Metadata(BaseModel):
    """What discovery says, as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


@dataclass(frozen=True)
class Tokens:
    """What a code or a refresh token was redeemed for, verified."""

    claims: Mapping[str, Any] = field(repr=False)
    """Of the ID token."""
    id_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    """None: the provider gives none, and the claims stay as they were at login."""
    expires_in: int
    """Seconds until the claims should be asked for anew."""


@dataclass(frozen=True)
class LogoutNotice:
    """Whose sessions end: one session of the provider, or all of a person."""

    session: str | None
    subject: str | None


@dataclass(frozen=True)
class AccessToken:
    """What a machine showed, verified."""

    client_id: str
    scope: frozenset[str]
    """As the provider granted it."""


class Provider:
    """The municipality's login. Close it at the end."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        _require_https("HELHED_OIDC_ISSUER", settings.issuer)
        _require_https("HELHED_PUBLIC_URL", settings.public_url)
        self._client = httpx.Client(timeout=_TIMEOUT, verify=_trust(settings.ca), follow_redirects=False)
        self._lock = Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def check(self) -> None:
        """Read the discovery and the keys, as the first login would.

        Raises:
            LoginRefused: the provider does not answer as it must; its detail says why.
        """
        self._key_set(None)

    def authorization_url(self, attempt: LoginAttempt, *, again: bool = False) -> str:
        """Where to send the browser.

        Args:
            attempt: the login that begins.
            again: the provider asks who it is, also where it knows the browser.

        Raises:
            LoginRefused: the provider does not answer.
        """
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "scope": self.settings.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        if self.settings.acr_values:
            query["acr_values"] = " ".join(self.settings.acr_values)
        if again:
            query["prompt"] = "login"
        return _with_query(self._discovered().authorization_endpoint, query)

    def redeem(self, code: str, issuer: str | None, attempt: LoginAttempt) -> Tokens:
        """The tokens for the code that the browser brought.

        Args:
            code: from the callback.
            issuer: ``iss`` of the callback (RFC 9207), which must be the provider's where it is sent.
            attempt: the login that the browser began.

        Raises:
            LoginRefused: by which rule.
        """
        expects_issuer = self._discovered().authorization_response_iss_parameter_supported
        if (issuer is None and expects_issuer) or issuer not in {None, self.settings.issuer}:
            raise LoginRefused(LoginRule.TOKEN, "iss of the answer")
        tokens = self._ask_for_tokens(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.settings.redirect_uri,
                "code_verifier": attempt.verifier,
            }
        )
        if tokens.claims.get("nonce") != attempt.nonce:
            raise LoginRefused(LoginRule.TOKEN, "nonce")
        self._require_level(tokens.claims)
        return tokens

    def renew(self, refresh_token: str, subject: str) -> Tokens:
        """The claims as they are now.

        Raises:
            LoginRefused: ``UNAVAILABLE``: later; any other rule: the session is over.
        """
        tokens = self._ask_for_tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})
        if tokens.claims["sub"] != subject:
            raise LoginRefused(LoginRule.TOKEN, "sub")
        self._require_level(tokens.claims)
        return tokens

    def read_access_token(self, token: str) -> AccessToken:
        """Which machine shows the token (JWT, client credentials).

        Raises:
            LoginRefused: it is not the provider's, not for our API, not of now, or a person's.
        """
        audience, own = self.settings.api_audience, self.settings.client_id
        if audience is None:
            raise LoginRefused(LoginRule.TOKEN, "no audience is set")
        claims = self._verified(token, {"exp": {"essential": True}}, audience)
        personal = next((name for name in _OF_PERSONS if name in claims), None)
        if personal is not None or claims.get("typ", "Bearer") != "Bearer":
            raise LoginRefused(LoginRule.TOKEN, personal or "typ")
        names = {claims[name] for name in ("client_id", "azp", "appid") if isinstance(claims.get(name), str)}
        if len(names) != 1 or own in names:
            raise LoginRefused(LoginRule.TOKEN, "client_id")
        scope = claims.get("scope", "")
        return AccessToken(
            client_id=names.pop(), scope=frozenset(scope.split()) if isinstance(scope, str) else frozenset()
        )

    def read_logout_token(self, token: str) -> LogoutNotice:
        """What a logout token of the provider says.

        Raises:
            LoginRefused: it is none, not for us, or not of now.
        """
        claims = self._verified_for_us(token, {"jti": {"essential": True}})
        if _LOGOUT_EVENT not in (claims.get("events") or {}) or "nonce" in claims:
            raise LoginRefused(LoginRule.TOKEN, "events")
        notice = LogoutNotice(session=claims.get("sid"), subject=claims.get("sub"))
        if notice.session is None and notice.subject is None:
            raise LoginRefused(LoginRule.TOKEN, "sid")
        if claims["iat"] < JWTClaimsRegistry().now - LOGOUT_TOKEN_LASTS:
            raise LoginRefused(LoginRule.TOKEN, "iat")
        return notice

    def logout_url(self, id_token: str | None) -> str | None:
        """Where the browser ends the session at the provider; None: it has no such place, or does not answer."""
        try:
            endpoint = self._discovered().end_session_endpoint
        except LoginRefused:
            return None
        if endpoint is None:
            return None
        query = {
            "client_id": self.settings.client_id,
            "post_logout_redirect_uri": self.settings.after_logout_uri,
            **({"id_token_hint": id_token} if id_token else {}),
        }
        return _with_query(endpoint, query)

    def _require_level(self, claims: Mapping[str, Any]) -> None:
        accepted = self.settings.acr_values
        if accepted and claims.get(self.settings.acr_claim) not in accepted:
            raise LoginRefused(LoginRule.LEVEL, self.settings.acr_claim)

    def _ask_for_tokens(self, form: dict[str, str]) -> Tokens:
        settings, metadata = self.settings, self._discovered()
        auth = None
        if settings.client_secret is None:
            form = {**form, "client_id": settings.client_id}
        elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            auth = httpx.BasicAuth(settings.client_id, settings.client_secret)
        else:
            form = {**form, "client_id": settings.client_id, "client_secret": settings.client_secret}
        try:
            answer = self._client.post(metadata.token_endpoint, data=form, auth=auth or httpx.USE_CLIENT_DEFAULT)
        except httpx.HTTPError as error:
            raise LoginRefused(LoginRule.UNAVAILABLE, type(error).__name__) from None
        if answer.is_server_error:
            raise LoginRefused(LoginRule.UNAVAILABLE, f"status {answer.status_code}")
        if not answer.is_success:
            raise LoginRefused(LoginRule.PROVIDER, f"status {answer.status_code}")
        content = _json(answer)
        id_token = content.get("id_token")
        if not isinstance(id_token, str):
            raise LoginRefused(LoginRule.TOKEN, "no ID token")
        refresh_token, expires_in = content.get("refresh_token"), content.get("expires_in")
        return Tokens(
            claims=self._verified_for_us(id_token, {"exp": {"essential": True}, "sub": {"essential": True}}),
            id_token=id_token,
            refresh_token=refresh_token if isinstance(refresh_token, str) else None,
            expires_in=expires_in if isinstance(expires_in, int) else CLOCK_SKEW,
        )

    def _verified_for_us(self, token: str, required: Mapping[str, Any]) -> dict[str, Any]:
        """The claims of a token about somebody's login, that the provider signed for our client."""
        client_id = self.settings.client_id
        claims = self._verified(token, required, client_id)
        if claims.get("azp", client_id) != client_id:
            raise LoginRefused(LoginRule.TOKEN, "azp")
        return claims

    def _verified(self, token: str, required: Mapping[str, Any], audience: str) -> dict[str, Any]:
        """The claims of a token that the provider signed for that audience."""
        registry = JWTClaimsRegistry(
            leeway=CLOCK_SKEW,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": audience},
            iat={"essential": True},
            **required,
        )
        try:
            claims = self._decoded(token)
            registry.validate(claims)
        except (JoseError, ValueError) as error:
            raise LoginRefused(LoginRule.TOKEN, type(error).__name__) from None
        return claims

    def _decoded(self, token: str) -> dict[str, Any]:
        """The claims under a signature of the provider; a key that we do not know may be a new one."""
        keys = self._key_set(None)
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):
            fresh = self._key_set(keys)
            if fresh is keys:
                raise
            return jwt.decode(token, fresh, algorithms=ALGORITHMS).claims

    def _key_set(self, outdated: KeySet | None) -> KeySet:
        """The provider's keys; fetched again if they are those *outdated*, but not for every forged token."""
        with self._lock:
            known = self._keys
            if known is not None and (known[1] is not outdated or monotonic() < known[0] + KEYS_AT_MOST_EVERY):
                return known[1]
        keys = self._get(self._discovered().jwks_uri).get("keys")
        if not isinstance(keys, list):
            raise LoginRefused(LoginRule.UNAVAILABLE, "jwks_uri")
        signing = [key for key in keys if isinstance(key, dict) and key.get("use") != "enc"]
        try:
            fresh = KeySet.import_key_set({"keys": signing})
        except (JoseError, ValueError) as error:
            raise LoginRefused(LoginRule.UNAVAILABLE, type(error).__name__) from None
        with self._lock:
            # The first fetch is nobody's forgery: a key that is new right after it is asked for at once.
            self._keys = (-KEYS_AT_MOST_EVERY if outdated is None else monotonic()), fresh
        return fresh

    def _discovered(self) -> Metadata:
        with self._lock:
            if self._metadata is not None and monotonic() < self._metadata[0] + METADATA_LASTS:
                return self._metadata[1]
        try:
            metadata = Metadata.model_validate(self._get(f"{self.settings.issuer}/.well-known/openid-configuration"))
        except ValidationError:
            raise LoginRefused(LoginRule.UNAVAILABLE, "discovery") from None
        if metadata.issuer != self.settings.issuer:
            raise LoginRefused(LoginRule.UNAVAILABLE, "issuer of the discovery")
        with self._lock:
            self._metadata = monotonic(), metadata
        return metadata

    def _get(self, address: str) -> dict[str, Any]:
        try:
            answer = self._client.get(address)
        except httpx.HTTPError as error:
            raise LoginRefused(LoginRule.UNAVAILABLE, type(error).__name__) from None
        if not answer.is_success:
            raise LoginRefused(LoginRule.UNAVAILABLE, f"status {answer.status_code}")
        return _json(answer)


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise LoginRefused(LoginRule.UNAVAILABLE, "no JSON")
    return content


def _with_query(address: str, query: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"


def _require_https(setting: str, address: str) -> None:
    parts = urlsplit(address)
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in _LOOPBACK) or address.endswith("/"):
        raise InvalidSetting(
            f"{setting} is no address as needed; it looks like https://host/path, without a / at the end"
        )


def _trust(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:  # ssl.SSLError is one
        raise InvalidSetting(f"HELHED_OIDC_CA: {ca} cannot be read: {error.strerror or type(error).__name__}") from None
