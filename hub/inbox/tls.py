"""The listener's side of TLS: our certificate and whom we believe, read anew when a file of them changes."""

import logging
import ssl
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from hub.errors import InvalidSetting

log = logging.getLogger("hub.inbox")


class RenewedContext:
    """Gives each handshake the certificate that lies there now; no restart, and open connections go on.

    Args:
        certificate: ours, with its chain and its key (PEM).
        authorities: whose client certificates are taken (PEM).

    Raises:
        InvalidSetting: one of them cannot be read.
    """

    def __init__(self, certificate: Path, authorities: Path) -> None:
        self._certificate, self._authorities = certificate, authorities
        self._guard = Lock()
        self._seen = _stamps((certificate, authorities))
        self._context = _made(certificate, authorities)

    def current(self) -> ssl.SSLContext:
        """The context as of the files. A file that cannot be used is told once, and the one before serves on."""
        stamps = _stamps((self._certificate, self._authorities))
        with self._guard:
            if stamps != self._seen:
                self._seen = stamps
                try:
                    self._context = _made(self._certificate, self._authorities)
                except InvalidSetting as error:
                    log.error("inbox.certificate_not_taken", extra={"fields": {"why": str(error)}})  # noqa: TRY400  the message is ours
                else:
                    log.info("inbox.certificate_renewed")
            return self._context


def _stamps(files: Sequence[Path]) -> tuple[tuple[int, int, int] | None, ...]:
    """What changes when a file is replaced or rewritten; None: it is not there at the moment."""
    return tuple(_stamp(path) for path in files)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _made(certificate: Path, authorities: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_cert_chain(certificate, password="")  # without it OpenSSL would ask on the terminal
        context.load_verify_locations(authorities)
    except OSError as error:  # ssl.SSLError is one
        why = "no PEM file as needed" if isinstance(error, ssl.SSLError) else error.strerror
        raise InvalidSetting(f"HELHED_LISTEN_CERTIFICATE or HELHED_LISTEN_CA cannot be read: {why}") from None
    return context
