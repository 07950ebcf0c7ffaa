"""A login that has begun: what ties the provider's answer to the browser that asked. It lives in a cookie there."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Self

from hub.oidc.refusal import LoginRefused, LoginRule
from hub.secrets import PayloadCipher
from schemas.base import Instant, Schema

LASTS = timedelta(minutes=15)
"""Time to log in at the provider."""
_PLACE = b"login attempt"


class LoginAttempt(Schema):
    """State, nonce and verifier, each random and used once."""

    state: str
    nonce: str
    verifier: str
    began_at: Instant

    @classmethod
    def begin(cls, now: datetime) -> Self:
        """A new one."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state=state, nonce=nonce, verifier=verifier, began_at=now)

    @property
    def challenge(self) -> str:
        """Of PKCE, method S256."""
        return _text(hashlib.sha256(self.verifier.encode()).digest())

    def sealed(self, cipher: PayloadCipher) -> str:
        """For the cookie: encrypted, so that not even the browser's user can make one."""
        return sealed_text(self.model_dump_json(), cipher, _PLACE)


def answered_attempt(
    sealed: str | None, cipher: PayloadCipher, now: datetime, *, state: str, code: str, error: str
) -> LoginAttempt:
    """The attempt that the provider's answer belongs to: this browser's own, lately begun, and answered with a code.

    Args:
        sealed: the cookie.
        cipher: that sealed it.
        now: against which it may be too long ago.
        state: of the answer (RFC 6749 section 4.1.2).
        code: likewise.
        error: likewise; empty when it let somebody in.

    Raises:
        LoginRefused: it is not, or the provider refused.
    """
    text = open_text(sealed, cipher, _PLACE)
    attempt = LoginAttempt.model_validate_json(text) if text is not None else None
    if attempt is None or not attempt.began_at <= now < attempt.began_at + LASTS:
        raise LoginRefused(LoginRule.STATE)
    if not hmac.compare_digest(attempt.state.encode(), state.encode()):
        raise LoginRefused(LoginRule.STATE)
    if error or not code:
        raise LoginRefused(LoginRule.PROVIDER, "error" if error else "code")
    return attempt


def sealed_text(text: str, cipher: PayloadCipher, place: bytes) -> str:
    """The text encrypted for a cookie; *place* says what it is."""
    return _text(cipher.seal(text.encode(), place))


def open_text(sealed: str | None, cipher: PayloadCipher, place: bytes) -> str | None:
    """What was sealed for that place; None: nothing, or not by us."""
    if not sealed:
        return None
    try:
        content = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    except ValueError:
        return None
    plain = cipher.open_or_none(content, place)
    return None if plain is None else plain.decode()


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
