"""When the certificates end that an installation shows, trusts and meets."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from hub.inbox.certificates import earliest_end
from hub.preflight import rules
from hub.preflight.rules import Finding
from hub.settings import Settings

_ANSWER_WITHIN = 5.0
PORTS = {"https": 443, "syslogs": 6514}
"""The forms of an address that mean TLS, each with its port where none is named (RFC 9110, RFC 5425)."""
_OURS = tuple(name for name in Settings.model_fields if name.endswith("_certificate"))
"""Settings that name a certificate we show."""
_AUTHORITIES = tuple(name for name in Settings.model_fields if name.endswith("_ca"))
"""Settings that name authorities we trust."""


class Endpoint(NamedTuple):
    """A TLS server that we call."""

    name: str
    """The setting that names it."""
    host: str
    port: int
    ca: Path | None
    """Authorities it is trusted by; None: those of the machine."""


def check_certificates(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Each file and each server with its end; addresses without TLS are told too."""
    for name in (*_OURS, *_AUTHORITIES):
        path: Path | None = getattr(settings, name)
        if path is not None:
            yield _check_file(f"HELHED_{name.upper()}", path, now, settings, is_ours=name in _OURS)
    for name, address in _addresses(settings):
        if urlsplit(address).scheme not in PORTS:
            yield from rules.judge_plain_address(name, urlsplit(address).hostname or "")
    if settings.kafka_servers and settings.kafka_ca is None:
        for server in settings.kafka_servers.split(","):
            yield from rules.judge_plain_address("HELHED_KAFKA_SERVERS", server.strip().rpartition(":")[0])
    for endpoint in endpoints(settings):
        yield _check_endpoint(endpoint, now, settings)


def endpoints(settings: Settings) -> list[Endpoint]:
    """The servers that are called over TLS, each once."""
    authorities = {
        "HELHED_OIDC_ISSUER": settings.oidc_ca,
        "HELHED_CITIZEN_OIDC_ISSUER": settings.citizen_oidc_ca,
        "HELHED_ORGANISATION_URL": settings.organisation_ca,
        "HELHED_OPENSEARCH_URLS": settings.opensearch_ca,
        "HELHED_AUDIT_WITNESS_URLS": settings.audit_witness_ca,
        "HELHED_AUDIT_STREAM_URL": settings.audit_stream_ca,
    }
    there = []
    for name, address in _addresses(settings):
        parts = urlsplit(address)
        if parts.scheme in PORTS and parts.hostname:
            there.append(Endpoint(name, parts.hostname, parts.port or PORTS[parts.scheme], authorities.get(name)))
    if settings.kafka_ca is not None and settings.kafka_certificate is None:  # with mutual TLS only we are let in
        for server in settings.kafka_servers.split(","):
            host, _, port = server.strip().rpartition(":")
            there.append(Endpoint("HELHED_KAFKA_SERVERS", host.strip("[]"), int(port), settings.kafka_ca))
    return list(dict.fromkeys(there))


def _addresses(settings: Settings) -> Iterator[tuple[str, str]]:
    for name in ("public_url", "oidc_issuer", "citizen_oidc_issuer", "organisation_url", "notice_webhook_url"):
        if getattr(settings, name):
            yield f"HELHED_{name.upper()}", getattr(settings, name)
    if settings.audit_stream_url and settings.audit_stream_certificate is None:  # it lets in whom it knows
        yield "HELHED_AUDIT_STREAM_URL", settings.audit_stream_url
    for name in ("opensearch_urls", "audit_witness_urls"):
        for url in filter(None, map(str.strip, getattr(settings, name).split(","))):
            yield f"HELHED_{name.upper()}", url


def _check_file(name: str, path: Path, now: datetime, settings: Settings, *, is_ours: bool) -> Finding:
    try:
        end = earliest_end([path.read_text(encoding="ascii", errors="replace")])
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return rules.failed("certificate", f"{name}: {path} cannot be read: {reason}", "correct the path or the rights")
    if end is None:
        return rules.failed("certificate", f"{name}: {path} holds no certificate", "put a certificate (PEM) there")
    return rules.judge_certificate(name, end, now, days=settings.notice_certificate_days, is_ours=is_ours)


def _check_endpoint(endpoint: Endpoint, now: datetime, settings: Settings) -> Finding:
    place = f"{endpoint.name} ({endpoint.host}:{endpoint.port})"
    try:
        end = _end_of(endpoint)
    except ssl.SSLCertVerificationError as error:
        to_trust = "correct the setting of its authorities (…_CA)" if endpoint.ca else "let this machine trust them"
        advice = f"renew it there, or {to_trust}"
        return rules.failed("certificate", f"{place}: {error.verify_message}", advice)
    except OSError as error:
        # Before the first start nobody answers at our own address.
        severe = rules.warning if endpoint.name == "HELHED_PUBLIC_URL" else rules.failed
        return severe(
            "certificate", f"{place} does not answer ({type(error).__name__})", "see whether it can be reached"
        )
    return rules.judge_certificate(place, end, now, days=settings.notice_certificate_days, is_ours=True)


def _end_of(endpoint: Endpoint) -> datetime:
    context = ssl.create_default_context(cafile=endpoint.ca)
    with (
        socket.create_connection((endpoint.host, endpoint.port), timeout=_ANSWER_WITHIN) as connection,
        context.wrap_socket(connection, server_hostname=endpoint.host) as secured,
    ):
        certificate = secured.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), tz=UTC)
