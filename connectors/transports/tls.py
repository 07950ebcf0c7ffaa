"""TLS: what we trust, the certificate we show, and whether a server answers at all."""

import socket
import ssl
from tempfile import NamedTemporaryFile

from connectors.errors import SourceRefused, SourceUnavailable


def tls_context(ca_certificates: str | None, certificate: str | None, key: str | None) -> ssl.SSLContext:
    """What we trust, and the certificate we show; each the text of a PEM file. None: the system's, and none of ours.

    Raises:
        SourceRefused: a certificate or the key cannot be read.
    """
    try:
        context = ssl.create_default_context(cadata=ca_certificates)
        if certificate is not None:
            # OpenSSL reads a pair from a file only; it is readable to us alone, and gone at once.
            with NamedTemporaryFile("w", encoding="utf-8") as pair:
                pair.write(f"{certificate}\n{key or ''}\n")
                pair.flush()
                context.load_cert_chain(pair.name, password="")
    except (OSError, ValueError):  # ssl.SSLError is one
        raise SourceRefused("a certificate or its key cannot be read", advice="certificate_unreadable") from None
    return context


def try_connection(address: tuple[str, int], context: ssl.SSLContext | None, timeout: float) -> None:
    """Open a connection, with TLS where there is a context, and close it; *timeout* in seconds.

    Raises:
        SourceUnavailable: the server does not answer.
        SourceRefused: its certificate is not one that we trust.
    """
    try:
        with socket.create_connection(address, timeout) as plain:
            if context is not None:
                context.wrap_socket(plain, server_hostname=address[0]).close()
    except ssl.SSLCertVerificationError:
        raise SourceRefused("we do not trust the server's certificate", advice="tls_not_trusted") from None
    except ssl.SSLError:
        raise SourceRefused("no connection by TLS can be made", advice="tls_failed") from None
    except OSError:
        raise SourceUnavailable("the server does not answer", advice="connection_refused") from None
