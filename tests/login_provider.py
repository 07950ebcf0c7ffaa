"""A small OpenID Connect provider on loopback that lies as it is told; what a real one does is tested with Keycloak."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "helhed", "only-for-tests"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@cache
def _first_key() -> RSAKey:
    """One for all providers of a run: to make one takes as long as a login."""
    return RSAKey.generate_key(2048, parameters={"kid": "first", "use": "sig"})


@dataclass
class LoginProvider:
    """The provider. Whoever comes to its address of logins is logged in as ``person`` at once."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    """Claims of who logs in."""
    lies: dict[str, Any] = field(default_factory=dict)
    """Claims of the next ID tokens in place of the right ones; None leaves a claim out."""
    key: RSAKey = field(default_factory=_first_key)
    signs_with: RSAKey | OctKey | None = None
    """In place of the published key."""
    algorithm: str = "RS256"
    is_down: bool = False
    refuses_renewal: bool = False
    sends_issuer: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    """Questions of the logins so far."""
    keys_fetched: int = 0
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def rotate(self, kid: str) -> None:
        """Sign with a new key, and publish no other."""
        self.key = RSAKey.generate_key(2048, parameters={"kid": kid, "use": "sig"})

    def token(self, **claims: Any) -> str:
        """A token with these claims beside the usual ones."""
        now = int(time.time())
        usual: dict[str, Any] = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, **claims, **self.lies}
        key = self.signs_with or self.key
        content = {name: value for name, value in usual.items() if value is not None}
        if self.algorithm == "none":
            parts = (json.dumps({"alg": "none"}), json.dumps(content))
            return ".".join([*(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts), ""])
        header = {"alg": self.algorithm, "kid": key.kid}
        return jwt.encode(header, content, key, algorithms=[self.algorithm])

    def logout_token(self, **claims: Any) -> str:
        """A logout token for the person."""
        usual: dict[str, Any] = {"jti": secrets.token_hex(8), "events": {LOGOUT_EVENT: {}}, "exp": None}
        return self.token(**{**usual, "sid": "provider-session", **claims})

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any] | str]:
        """Status, and JSON or an address to go to."""
        if self.is_down:
            return 503, {}
        match path:
            case "/.well-known/openid-configuration":
                return 200, {
                    "issuer": self.url,
                    "authorization_endpoint": f"{self.url}/authorize",
                    "token_endpoint": f"{self.url}/token",
                    "jwks_uri": f"{self.url}/keys",
                    "end_session_endpoint": f"{self.url}/logout",
                    "authorization_response_iss_parameter_supported": True,
                }
            case "/keys":
                self.keys_fetched += 1
                return 200, {"keys": [self.key.as_dict(private=False)]}
            case "/authorize":
                self.asked.append(form)
                code = secrets.token_urlsafe(16)
                self.codes[code] = form
                answer = {"code": code, "state": form["state"], **({"iss": self.url} if self.sends_issuer else {})}
                return 303, f"{form['redirect_uri']}?{urlencode(answer)}"
            case "/token":
                return self._tokens(form)
        return 404, {}

    def _tokens(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        nonce = None
        if form["grant_type"] == "authorization_code":
            asked = self.codes.pop(form["code"], None)
            verifier = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
            if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
                return 400, {"error": "invalid_grant"}
            nonce = asked["nonce"]
        elif self.refuses_renewal:
            return 400, {"error": "invalid_grant"}
        token = self.token(nonce=nonce, sid="provider-session", **self.person)
        return 200, {"id_token": token, "refresh_token": secrets.token_urlsafe(8), "expires_in": 300}


@contextmanager
def login_provider() -> Iterator[LoginProvider]:
    """The provider, running until the block ends."""
    provider = LoginProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._send(*provider.answer(parts.path, _form(parts.query)))

        def do_POST(self) -> None:
            form = _form(self.rfile.read(int(self.headers["content-length"])).decode())
            pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
            is_ours = self.headers["authorization"] == f"Basic {pair}"
            self._send(*(provider.answer(self.path, form) if is_ours else (401, {})))

        def _send(self, status: int, content: dict[str, Any] | str) -> None:
            self.send_response(status)
            body = b"" if isinstance(content, str) else json.dumps(content).encode()
            if isinstance(content, str):
                self.send_header("location", content)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()


def _form(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}
