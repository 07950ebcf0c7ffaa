"""JSON over HTTP: TLS, limits, retry, and status codes to the three errors. The only import of httpx's client.

Error texts name method and path, never a query string, a header or a body: those may hold personal data or secrets.
"""

import copy
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NamedTuple, Self
from urllib.parse import quote, urlencode

import httpx
from pydantic import Field, SecretStr, model_validator

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.pem import CertificatePem, PrivateKeyPem
from connectors.retry import (
    Retryable,
    RetryPolicy,
    Sleep,
    call_unless_stopped,
    sleep_unless_stopped,
    with_retry,
)
from connectors.transports.json_reader import read_json
from connectors.transports.tls import tls_context, try_connection
from schemas.base import Schema

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
RETURNED = frozenset({HTTPStatus.NOT_MODIFIED, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""Statuses the caller must judge: what is gone may be a deletion or an expired page."""
TRANSIENT = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
MEGABYTE = 1024 * 1024
LARGEST_REFUSAL = 64 * 1024
"""Bytes of a refusal's body that are read for the source's own error codes."""


class AnswerTooLarge(SourceRefused):
    """The answer is longer than we read; who asks for fewer items at once may still get them."""


class RequestRefused(SourceRefused):
    """The source answered with a status that says no.

    Attributes:
        status: e.g. 400 or 501 where it does not know what was asked, 403 where we lack the right.
        body: the JSON that came with it, for the source's own error codes; None unless there was any.
    """

    def __init__(self, message: str, status: int, *, advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.status = status
        self.body: Any = None


class HttpSettings(Schema):
    """How to reach one HTTP interface."""

    base_url: str
    """Address under which all paths lie. Plain ``http`` is accepted on loopback only."""
    connect_timeout: float = Field(default=10, gt=0)
    """Seconds until a connection must stand."""
    read_timeout: float = Field(default=30, gt=0)
    """Seconds of silence after which an answer counts as lost."""
    total_timeout: float = Field(default=300, gt=0)
    """Seconds one answer may take in all."""
    ca_certificates: CertificatePem | None = None
    """Certificates to trust instead of the system's (text of a PEM file)."""
    client_certificate: CertificatePem | None = None
    """Our own certificate, where the source wants mutual TLS (text of a PEM file)."""
    client_key: PrivateKeyPem | None = None
    """Key of our own certificate (text of a PEM file)."""
    max_bytes: int = Field(default=20 * MEGABYTE, gt=0)
    """A longer answer is refused."""
    patience: RetryPolicy = RetryPolicy.BRISK
    """How long to try again."""
    extra_headers: Mapping[str, SecretStr] = Field(default_factory=dict)
    """Sent with every call, e.g. an API key and a session token."""

    @model_validator(mode="after")
    def _safe_address(self) -> Self:
        url = httpx.URL(self.base_url)
        if url.scheme not in {"https", "http"} or not url.host or url.query or url.userinfo:
            msg = "base_url must be an https address without user and query"
            raise ValueError(msg)
        if url.scheme == "http" and url.host not in LOOPBACK:
            msg = "plain http is accepted on loopback only"
            raise ValueError(msg)
        return self


@dataclass(frozen=True)
class JsonAnswer:
    """One answer: 2xx with its JSON (204: None), or 304, 404 or 410 with whatever body there was (None unless JSON)."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)
    url: str = field(repr=False)
    """What was asked, with its query."""

    @property
    def server_time(self) -> datetime | None:
        """The source's own time when it answered (header ``Date``); None when it did not say."""
        return _http_date(self.headers.get("date"))


class _Question(NamedTuple):
    """What is asked."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    body: bytes | None = None


class HttpTransport:
    """One source's HTTP interface. Keeps connections open; safe to use from several threads."""

    def __init__(self, settings: HttpSettings, auth: httpx.Auth | None = None, *, sleep: Sleep = time.sleep) -> None:
        self._settings = settings
        self._base = httpx.URL(settings.base_url.rstrip("/") + "/")
        self._base_text = str(self._base)
        self._sleep = sleep
        self._should_stop: Callable[[], bool] | None = None
        self._client = httpx.Client(
            auth=auth,
            verify=_tls_context(settings),
            timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
            headers={
                "Accept": "application/json",
                **{name: value.get_secret_value() for name, value in settings.extra_headers.items()},
            },
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def stoppable(self, should_stop: Callable[[], bool]) -> Self:
        """The same transport for one run, over the same connections.

        Its calls and its waits raise ``connectors.retry.Stopped`` within half a second once *should_stop* says so.
        """
        bound = copy.copy(self)
        bound._should_stop = should_stop  # noqa: SLF001  a copy of our own
        return bound

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the server."""
        _, host, port = _origin(self._base)
        return host, port or 443

    def connect(self) -> None:
        """Open a connection, with TLS where the address says so, and close it.

        Raises:
            SourceUnavailable: the server does not answer.
            SourceRefused: its certificate is not one that we trust.
        """
        context = _tls_context(self._settings) if self._base.scheme == "https" else None
        try_connection(self.address, context, self._settings.connect_timeout)

    def log_in(self) -> None:
        """Ask the base address with our credentials; any answer will do that does not turn them away.

        Raises:
            SourceUnavailable: no answer.
            SourceRefused: we are not let in.
        """
        try:
            status = self._client.get(self._base).status_code
        except Retryable as error:
            raise SourceUnavailable(str(error)) from None
        except httpx.TransportError as error:
            failed = _no_answer("GET", error)
            raise (SourceUnavailable(str(failed)) if isinstance(failed, Retryable) else failed) from None
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise SourceRefused(f"the source does not let us in ({status})", advice="login_refused")

    @property
    def base_url(self) -> str:
        """The address under which all paths lie; ends in ``/``."""
        return self._base_text

    def get_json(
        self, path_or_url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> JsonAnswer:
        """GET a path below the base address, or a whole address on the same host.

        Raises:
            SourceUnavailable: no answer, a cut or unreadable one, throttling or a fault of the server, also when tried
                again as the policy allows.
            SourceRefused: credentials, right, certificate or address are wrong; ``RequestRefused`` names the status.
            Stopped: the run was asked to stop (``stoppable``).
        """
        return self._ask(_Question("GET", _with_query(self._absolute(path_or_url), params), headers or {}))

    def post_json(self, path_or_url: str, body: object, headers: Mapping[str, str] | None = None) -> JsonAnswer:
        """POST a question as JSON, for interfaces that search so. It may be sent again, as a GET may.

        Raises:
            SourceUnavailable, SourceRefused, Stopped: as ``get_json``.
        """
        typed = {"Content-Type": "application/json", **(headers or {})}
        return self._ask(_Question("POST", self._absolute(path_or_url), typed, json.dumps(body).encode()))

    def checked_next(self, url: str) -> str:
        """*url* made absolute, if it lies on the configured scheme, host and port.

        Raises:
            SourceRefused: it points elsewhere; our credentials would go there.
        """
        try:
            absolute = self._base.join(url)
            link, own = _origin(absolute), _origin(self._base)
        except (httpx.InvalidURL, ValueError):
            raise SourceRefused("a link of the source is no address") from None
        if link != own:
            raise SourceRefused(
                f"a link of the source points to another host ({_origin_text(link)}) "
                f"than base_url ({_origin_text(own)}); "
                f"ask for {_origin_text(own)} to be set as the source's external address"
            )
        return str(absolute)

    def _ask(self, question: _Question) -> JsonAnswer:
        try:
            return with_retry(lambda: self._attempt(question), self._settings.patience, self._pause)
        except Retryable as error:
            raise SourceUnavailable(str(error)) from None

    def _absolute(self, path_or_url: str) -> httpx.URL:
        # A path may hold a colon ("odata/X(Id=1)" does not, "urn:…" could), so only "://" marks an address.
        if "://" in path_or_url.partition("?")[0]:
            return httpx.URL(self.checked_next(path_or_url))
        return httpx.URL(self._base_text + path_or_url.lstrip("/"))

    def _attempt(self, question: _Question) -> JsonAnswer:
        if self._should_stop is None:
            return self._send(question)
        return call_unless_stopped(lambda: self._send(question), self._should_stop)

    def _pause(self, seconds: float) -> None:
        if self._should_stop is None:
            self._sleep(seconds)
        else:
            sleep_unless_stopped(seconds, self._should_stop, self._sleep)

    def _send(self, question: _Question) -> JsonAnswer:
        call = f"{question.method} {question.url.path}"
        try:
            with self._client.stream(
                question.method, question.url, headers=question.headers, content=question.body
            ) as response:
                try:
                    _judge_status(call, response)
                except RequestRefused as refused:
                    refused.body = _refusal_body(response)
                    raise
                body = self._read(call, response)
                answer = _json(call, response, body)
                return JsonAnswer(response.status_code, dict(response.headers), answer, str(question.url))
        except httpx.TransportError as error:
            raise _no_answer(call, error) from None

    def _read(self, call: str, response: httpx.Response) -> bytes:
        deadline = time.monotonic() + self._settings.total_timeout
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._settings.max_bytes:
                raise AnswerTooLarge(f"{call}: the answer is larger than {self._settings.max_bytes} bytes")
            if time.monotonic() > deadline:
                raise Retryable(f"{call}: the answer did not end within {self._settings.total_timeout:g} seconds")
        return bytes(body)


def _tls_context(settings: HttpSettings) -> ssl.SSLContext:
    key = settings.client_key.get_secret_value() if settings.client_key else None
    return tls_context(settings.ca_certificates, settings.client_certificate, key)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"https": 443, "http": 80}.get(url.scheme)


def _origin_text(origin: tuple[str, str, int | None]) -> str:
    scheme, host, port = origin
    return f"{scheme}://{host}" + (f":{port}" if port and port not in {80, 443} else "")


def _with_query(url: httpx.URL, params: Mapping[str, str] | None) -> httpx.URL:
    """*url* asking for *params*. A blank becomes ``%20``: some servers take ``+`` for itself."""
    if not params:
        return url
    query = urlencode(params, quote_via=quote, safe="").encode()
    return url.copy_with(query=b"&".join(part for part in (url.query, query) if part))


def _judge_status(call: str, response: httpx.Response) -> None:
    status = response.status_code
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or status in RETURNED:
        return
    is_server_fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED
    if status in TRANSIENT or is_server_fault:
        raise Retryable(f"{call}: status {status}", _retry_after(response.headers.get("retry-after")))
    if status == HTTPStatus.UNAUTHORIZED:
        message = f"{call}: the source does not accept our credentials (401)"
        raise RequestRefused(message, status, advice="login_refused")
    if status == HTTPStatus.FORBIDDEN:
        raise RequestRefused(f"{call}: we lack the right to read this (403)", status, advice="right_missing")
    if response.is_redirect:
        raise SourceRefused(f"{call}: the source redirects elsewhere ({status}); check the address or the login")
    raise RequestRefused(f"{call}: the source does not accept the request ({status})", status)


def _refusal_body(response: httpx.Response) -> Any:
    body = bytearray()
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST_REFUSAL:
                return None
        return read_json(bytes(body), response.charset_encoding)
    except (ValueError, httpx.TransportError):
        return None


def _json(call: str, response: httpx.Response, body: bytes) -> Any:
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = content_type == "application/json" or content_type.endswith("+json")
    if response.status_code in RETURNED:
        if not is_json:
            return None
        try:
            return read_json(body, response.charset_encoding)
        except ValueError:
            return None
    if response.status_code == HTTPStatus.NO_CONTENT:
        return None
    if content_type in {"text/html", "application/xhtml+xml"}:
        raise SourceRefused(f"{call}: a page for people instead of data; the login has expired or the address is wrong")
    if not is_json:
        raise SourceRefused(f"{call}: the answer is not JSON but {content_type or 'of no stated type'}")
    try:
        return read_json(body, response.charset_encoding)
    except ValueError:
        raise Retryable(f"{call}: the answer was cut off or is no JSON") from None


def _no_answer(call: str, error: httpx.TransportError) -> Exception:
    """What a failure below HTTP means: a certificate needs a person, everything else may pass."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return SourceRefused(
                f"{call}: the source's certificate is not trusted ({cause.verify_message})", advice="tls_not_trusted"
            )
        if isinstance(cause, ssl.SSLError) and "CERTIFICATE" in (cause.reason or "").upper():
            return SourceRefused(f"{call}: the source does not accept our certificate", advice="certificate_refused")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.UnsupportedProtocol):
        return SourceRefused(f"{call}: the address is not http or https")
    return Retryable(f"{call}: {type(error).__name__}")


def _retry_after(text: str | None) -> float | None:
    """Seconds from a Retry-After header: a number, or a date (RFC 9110, 10.2.3)."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    moment = _http_date(text)
    return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _http_date(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
